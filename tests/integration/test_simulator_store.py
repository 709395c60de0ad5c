"""Where simulated meetings live: in memory or in a file, which survives a restart and a kill."""

import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rezoom import ConfigError
from rezoom.simulator import SimClock, Simulator
from rezoom.simulator._store import HISTORY, Store

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
HALF_A_PAIR = "\ud83d"


@pytest.fixture(params=["memory", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Give a store without a file, and one with."""
    opened = Store() if request.param == "memory" else Store(tmp_path / "sim.db")
    yield opened
    opened.close()


def change(store: Store, number: int, edit: Callable[[Any], Any], **body: Any) -> Any:
    return store.change(number, edit, at=NOW, body=body, occurrence_id=None)


def test_a_meeting_is_read_as_it_was_added(store: Store) -> None:
    """Every JSON value comes back, half a surrogate pair included; order is that of adding."""
    state = {"id": 9, "topic": HALF_A_PAIR, "settings": {"list": [1, None, True, 0.5]}}
    store.add(9, state)
    store.add(2, {"id": 2})

    assert store.read(9) == state
    assert (store.read(3), list(store.meetings())) == (None, [9, 2])


def test_a_number_beyond_all_numbers_is_no_meeting(store: Store) -> None:
    """Nineteen digits are a number to Zoom's path, and can be too much for a file."""
    assert store.read(int("9" * 19)) is None


def test_a_number_is_taken_once(store: Store) -> None:
    """The second one is refused, and the first one stays."""
    store.add(9, {"topic": "first"})

    with pytest.raises(ConfigError, match="already a meeting 9"):
        store.add(9, {"topic": "second"})
    assert store.read(9) == {"topic": "first"}


def test_what_is_given_out_is_a_copy(store: Store) -> None:
    """Whoever changes what was read, or what was added, changes nothing here."""
    mine = {"settings": {"x": 1}}
    store.add(9, mine)
    mine["settings"]["x"] = 2
    read = store.read(9)
    assert read is not None
    read["settings"]["x"] = 3

    assert store.read(9) == {"settings": {"x": 1}}


def test_a_change_replaces_the_state_and_is_remembered(store: Store) -> None:
    """The history has instant, body, occurrence and what was ignored."""
    store.add(9, {"topic": "a"})
    store.change(
        9,
        lambda old: (old | {"topic": "b"}, ("x",)),
        at=NOW,
        body={"topic": "b"},
        occurrence_id="17",
    )

    (done,) = store.history(9)
    assert store.read(9) == {"topic": "b"}
    assert (done.at, done.body) == (NOW, {"topic": "b"})
    assert (done.occurrence_id, done.ignored) == ("17", ("x",))
    assert store.history(1) == ()


def test_a_change_that_fails_leaves_everything(store: Store) -> None:
    """Neither the state nor the history knows of it, and the store goes on."""
    store.add(9, {"topic": "a"})

    def broken(old: Any) -> Any:
        raise LookupError

    with pytest.raises(LookupError):
        change(store, 9, broken)
    assert (store.read(9), store.history(9)) == ({"topic": "a"}, ())
    change(store, 9, lambda old: (old, ()))
    assert len(store.history(9)) == 1


def test_only_the_last_thousand_changes_are_kept(store: Store) -> None:
    """Of each meeting, so that one does not push out another's."""
    store.add(1, {})
    store.add(2, {})
    change(store, 2, lambda old: (old, ()), n="other")
    for number in range(HISTORY + 2):
        change(store, 1, lambda old: (old, ()), n=number)

    kept = store.history(1)
    assert (len(kept), kept[0].body, kept[-1].body) == (HISTORY, {"n": 2}, {"n": HISTORY + 1})
    assert len(store.history(2)) == 1


def test_a_note_is_kept_until_the_next(store: Store) -> None:
    """A note is any JSON value, by name."""
    store.remember("clock", {"offset": 1.5})
    store.remember("clock", [1])

    assert store.notes("") == {"clock": [1]}


def test_notes_are_found_and_forgotten_by_how_they_begin(store: Store) -> None:
    """An underscore stands for no other character."""
    for name in ("a_1", "a_2", "ab3"):
        store.remember(name, name)
    assert store.notes("a_") == {"1": "a_1", "2": "a_2"}
    store.forget("a_")
    assert store.notes("") == {"ab3": "ab3"}


def test_cleared_meetings_are_gone_with_their_history(store: Store) -> None:
    """Their numbers are free again, and notes stay."""
    store.add(9, {})
    change(store, 9, lambda old: (old, ()))
    store.remember("clock", 1)
    store.clear()
    assert (list(store.meetings()), store.read(9), store.history(9)) == ([], None, ())
    store.add(9, {})
    assert (store.history(9), store.notes("")) == ((), {"clock": 1})


def test_a_closed_store_can_be_read_and_opened_again(store: Store) -> None:
    """What was kept is there before and after."""
    store.add(9, {"topic": "a"})
    store.close()
    assert store.read(9) == {"topic": "a"}
    store.open()
    change(store, 9, lambda old: (old, ()))
    assert len(store.history(9)) == 1


numbers = st.integers(1, 3)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=4,
)
steps = st.lists(
    st.tuples(st.just("add"), numbers, values)
    | st.tuples(st.just("change"), numbers, values)
    | st.tuples(st.just("remember"), st.sampled_from(["a", "b"]), values)
    | st.tuples(st.just("forget"), st.sampled_from(["a", ""]), st.none())
    | st.tuples(st.just("clear"), st.none(), st.none())
    | st.tuples(st.just("reopen"), st.none(), st.none()),
    max_size=20,
)


def seen_after(store: Store, step: tuple[str, Any, Any]) -> Any:
    """Take a step, and return everything that can be seen afterwards."""
    kind, at, value = step
    raised = None
    try:
        if kind == "add":
            store.add(at, {"value": value})
        elif kind == "change":
            change(store, at, lambda _: ({"value": value}, ("x",)), value=value)
        elif kind == "remember":
            store.remember(at, value)
        elif kind == "forget":
            store.forget(at)
        elif kind == "clear":
            store.clear()
        else:
            store.close()
            store.open()
    except (ValueError, KeyError) as error:
        raised = type(error)
    known = range(1, 4)
    seen = [store.meetings(), [store.read(n) for n in known], [store.history(n) for n in known]]
    return raised, *map(list, seen), dict(store.notes(""))


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps)
def test_a_file_makes_no_difference(tmp_path: Path, taken: list[tuple[str, Any, Any]]) -> None:
    """Any steps lead to the same, closing and opening included."""
    (tmp_path / "sim.db").unlink(missing_ok=True)
    memory, file = Store(), Store(tmp_path / "sim.db")
    try:
        for step in taken:
            assert seen_after(memory, step) == seen_after(file, step)
    finally:
        file.close()


def test_a_simulator_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """Meetings, history and the distance of the clock survive; tokens do not."""
    file = tmp_path / "sim.db"
    with Simulator(db=file, meetings=[{"topic": "a"}]) as sim, sim.zoom() as zoom:
        (number,) = sim.meetings
        zoom.update(number, topic="b")
        sim.clock.sleep(86_400)
        before = sim.clock.now()
        state = sim.meeting(number)
    with Simulator(db=file, meetings=[{"topic": "not again"}]) as sim:
        assert sim.meetings == (number,)
        assert sim.meeting(number) == state
        assert [update.body for update in sim.history(number)] == [{"topic": "b"}]
        assert timedelta() <= sim.clock.now() - before < timedelta(hours=1)
    assert b"sim." not in file.read_bytes()


def test_what_was_spent_is_still_spent(tmp_path: Path) -> None:
    """The hundreds and the account's day go on, and end when they would have."""
    file = tmp_path / "sim.db"
    with Simulator(db=file, clock=SimClock(NOW), meetings=[{}], plan="free") as sim:
        (number,) = sim.meetings
        with sim.zoom() as zoom:
            for minute in range(3):
                zoom.update(number, topic=f"{minute}")
                sim.clock.sleep(60)
        before = sim.quota()
        assert before["meetings"][str(number)]["used"] == 3
    with Simulator(db=file, plan="free") as sim:
        assert sim.quota() == before
        sim.clock.sleep(86_400 - 180)
        assert sim.quota()["meetings"][str(number)]["used"] == 2
        assert sim.quota()["account_day"]["used"] == 0
        sim.clear_quota()
    with Simulator(db=file, plan="free") as sim:
        assert sim.quota()["meetings"] == {}


def test_a_clock_that_stands_still_stands_there_again(tmp_path: Path) -> None:
    """A clock that is given wins over one that was kept."""
    file = tmp_path / "sim.db"
    with Simulator(db=file, clock=SimClock(NOW)) as sim:
        sim.clock.sleep(60)
    with Simulator(db=file) as sim:
        assert sim.clock.now() == NOW + timedelta(minutes=1)
    with Simulator(db=file, clock=SimClock(NOW)) as sim:
        assert sim.clock.now() == NOW


def test_a_move_of_the_clock_survives_a_crash(tmp_path: Path) -> None:
    """It is kept when it happens, not when the simulator stops."""
    with Simulator(db=tmp_path / "sim.db", clock=SimClock(NOW)) as sim:
        sim.clock.advance(timedelta(days=2))
        for file in list(tmp_path.iterdir()):  # as a crash would leave them
            shutil.copy(file, file.with_name(f"copy-{file.name}"))
    with Simulator(db=tmp_path / "copy-sim.db") as sim:
        assert sim.clock.now() == NOW + timedelta(days=2)


def test_a_stopped_simulator_starts_again_on_its_file(tmp_path: Path) -> None:
    """What the second run adds is in the file too."""
    sim = Simulator(db=tmp_path / "sim.db")
    for _ in range(2):
        with sim:
            sim.add_meeting()
    with Simulator(db=tmp_path / "sim.db") as other:
        assert len(other.meetings) == len(sim.meetings) == 2


def test_a_wrong_seed_leaves_the_file_empty(tmp_path: Path) -> None:
    """All meetings of a seed or none; and the file is free for the next try."""
    file = tmp_path / "sim.db"
    with pytest.raises(ConfigError, match=r"meetings\[1\]"):
        Simulator(db=file, meetings=[{"topic": "a"}, {"duration": 0}])
    with Simulator(db=file) as sim:
        assert sim.meetings == ()


def test_only_the_owner_may_read_the_file(tmp_path: Path) -> None:
    """There are passcodes in it."""
    Store(tmp_path / "sim.db").close()

    assert stat.S_IMODE((tmp_path / "sim.db").stat().st_mode) == 0o600


def foreign(file: Path) -> None:
    with sqlite3.connect(file) as db:
        db.execute("CREATE TABLE t (a)")
    db.close()


def newer(file: Path) -> None:
    Store(file).close()
    with sqlite3.connect(file) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()


def corrupt(file: Path) -> None:
    Store(file).close()
    content = file.read_bytes()
    file.write_bytes(content[:4096] + b"\xa5" * (len(content) - 4096))


def not_json(file: Path) -> None:
    Store(file).close()
    with sqlite3.connect(file) as db:
        db.execute("INSERT INTO meetings (number, state) VALUES (1, '{')")
    db.close()


def text(file: Path) -> None:
    file.write_text("meetings: []\n" * 100)


def short(file: Path) -> None:
    file.write_text("x")


def folder(file: Path) -> None:
    file.mkdir()


@pytest.mark.parametrize(
    ("spoil", "reason", "fix"),
    [
        (foreign, "another program", "Name another file"),
        (newer, "newer rezoom", "Upgrade rezoom"),
        (corrupt, "damaged", "Delete it"),
        (not_json, "damaged", "Delete it"),
        (text, "not an SQLite file", "Name another file"),
        (short, "not an SQLite file", "Name another file"),
        (folder, "cannot be opened", "Name a file"),
    ],
)
def test_a_file_that_is_none_of_ours_is_refused(
    tmp_path: Path, spoil: Callable[[Path], None], reason: str, fix: str
) -> None:
    """The error names file, reason and way out, and the file is left as it was."""
    file = tmp_path / "sim.db"
    spoil(file)
    before = file.read_bytes() if file.is_file() else None

    with pytest.raises(ConfigError, match=reason) as caught:
        Simulator(db=file)
    assert (caught.value.field, str(file) in caught.value.message) == ("db", True)
    assert fix in caught.value.next_step
    assert before is None or file.read_bytes() == before


def test_a_file_is_for_one_simulator_at_a_time(tmp_path: Path) -> None:
    """The second one is refused, and the first one goes on."""
    with Simulator(db=tmp_path / "sim.db") as sim:
        with pytest.raises(ConfigError, match="in use"):
            Simulator(db=tmp_path / "sim.db")
        assert sim.add_meeting() in sim.meetings
