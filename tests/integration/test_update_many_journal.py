"""The journal of many updates: the same call goes on where it ended, and sends nothing twice."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import many_worker
import pytest
from rezoom import Change, ConfigError, InvalidChange, LedgerError, UpdateResult
from rezoom.simulator import SimClock, Simulator

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """A Zoom at noon, whose clock moves only when somebody sleeps on it."""
    with Simulator(clock=SimClock(NOON)) as running:
        yield running


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """The name of a journal that is not there yet."""
    return tmp_path / "run.journal"


def carry_out(
    sim: Simulator, rows: Iterable[Change | Mapping[str, Any]], journal: Path, **options: Any
) -> dict[str, UpdateResult]:
    """Carry out rows with a journal, and return their results by key, in the order they came."""
    with (
        sim.zoom(retries=0) as zoom,
        zoom.update_many(rows, journal=journal, **options) as many,
    ):
        return {result.key: result for result in many}


def statuses(results: Mapping[str, UpdateResult]) -> dict[str, str]:
    """Return what became of each change, by its key."""
    return {key: result.status for key, result in results.items()}


@pytest.mark.smoke
def test_what_is_done_is_answered_from_the_journal(sim: Simulator, journal: Path) -> None:
    """Nothing is sent or read for it; what is new goes out."""
    one, two = sim.add_meeting(), sim.add_meeting()
    rows = [{"meeting": number, "topic": "Daily"} for number in (one, two)]
    carry_out(sim, rows[:1], journal)
    before = len(sim.requests)

    again = carry_out(sim, rows, journal)

    assert statuses(again) == {"1": "accepted", "2": "accepted"}
    assert again["1"].receipt is None
    assert {one.path for one in sim.requests[before:]} == {"/oauth/token", f"/v2/meetings/{two}"}


def test_an_unanswered_change_is_looked_at_last_and_not_sent_again(
    sim: Simulator, journal: Path
) -> None:
    """It was carried out, and only its answer was lost; those behind it keep the order."""
    one, two = sim.add_meeting(), sim.add_meeting()
    rows = [{"meeting": n, "topic": topic} for n, topic in [(one, "a"), (one, "b"), (two, "c")]]
    sim.fault("reset-after", match=f"PATCH /v2/meetings/{one}")
    first = carry_out(sim, rows[:2], journal)

    second = carry_out(sim, rows, journal, in_flight=1)

    assert statuses(first) == {"1": "unknown", "2": "put off"}
    assert list(statuses(second).items()) == [
        ("3", "accepted"),
        ("1", "unchanged"),
        ("2", "accepted"),
    ]
    assert [update.body["topic"] for update in sim.history(one)] == ["a", "b"]


def test_an_unanswered_change_that_did_not_arrive_is_sent(sim: Simulator, journal: Path) -> None:
    """The look shows that the meeting is not so."""
    number = sim.add_meeting()
    rows = [{"meeting": number, "topic": "Daily"}]
    sim.fault("reset", match="PATCH")
    carry_out(sim, rows, journal)

    again = carry_out(sim, rows, journal)

    assert statuses(again) == {"1": "accepted"}
    assert sim.meeting(number)["topic"] == "Daily"


def test_another_change_under_a_known_key_is_refused(sim: Simulator, journal: Path) -> None:
    """It would be taken for done; in the same run too."""
    number = sim.add_meeting()
    done = {"meeting": number, "topic": "Daily", "key": "row 7"}
    carry_out(sim, [done], journal)

    again = carry_out(sim, [done | {"topic": "Weekly"}], journal)

    assert statuses(again) == {"row 7": "refused"}
    assert isinstance(again["row 7"].error, InvalidChange)
    assert "row 7" in str(again["row 7"].error)
    assert sim.meeting(number)["topic"] == "Daily"


def test_a_refused_change_may_be_mended(sim: Simulator, journal: Path) -> None:
    """Nothing was changed, so its key stands for nothing yet."""
    number = sim.add_meeting()
    sim.fault("answer", status=400, body={"code": 300, "message": "no"}, match="PATCH")
    refused = carry_out(sim, [{"meeting": number, "topic": "Daily"}], journal)

    mended = carry_out(sim, [{"meeting": number, "topic": "Weekly"}], journal)

    assert (statuses(refused), statuses(mended)) == ({"1": "refused"}, {"1": "accepted"})


def test_a_torn_last_line_is_dropped(sim: Simulator, journal: Path) -> None:
    """A kill came in the middle of a write; the lines before it count."""
    number = sim.add_meeting()
    rows = [{"meeting": number, "topic": "Daily"}]
    carry_out(sim, rows, journal)
    whole = journal.read_bytes()
    journal.write_bytes(whole + whole.splitlines()[-1][:20])

    again = carry_out(sim, rows, journal)

    assert statuses(again) == {"1": "accepted"}
    assert journal.read_bytes() == whole


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (b"meeting,topic\n1,Daily", "no journal"),
        (b"85746065,Daily", "no journal"),
        (b'{"schema": "rezoom.journal/2"}\n', "no journal"),
        (b'{"schema": "rezoom.journal/1", "account": "another"}\n', "another"),
        (b"%s\n\n{}\n", "line 2"),
    ],
    ids=["csv", "one line", "another version", "another account", "damaged"],
)
def test_a_file_that_is_no_journal_is_left_as_it_is(
    sim: Simulator, journal: Path, text: bytes, complaint: str
) -> None:
    """A name that was mistyped must not cost a file."""
    carry_out(sim, [], journal)
    header = journal.read_bytes().rstrip()
    journal.write_bytes(text.replace(b"%s", header))
    before = journal.read_bytes()

    with pytest.raises(ConfigError, match=complaint) as caught:
        carry_out(sim, [], journal)

    assert caught.value.field == "journal"
    assert journal.read_bytes() == before


def test_a_journal_serves_one_run_at_a_time(sim: Simulator, journal: Path) -> None:
    """Two would both send what neither has sent yet."""
    with (
        sim.zoom() as zoom,
        zoom.update_many([], journal=journal),
        pytest.raises(ConfigError, match="in use"),
    ):
        zoom.update_many([], journal=journal).__enter__()


def test_a_plan_of_many_writes_nothing_down(sim: Simulator, journal: Path) -> None:
    """What is only planned is still to be done."""
    rows = [{"meeting": sim.add_meeting(), "topic": "Daily"}]

    planned = carry_out(sim, rows, journal, plan_only=True)
    done = carry_out(sim, rows, journal)

    assert (statuses(planned), statuses(done)) == ({"1": "planned"}, {"1": "accepted"})


def test_no_secret_is_in_the_journal(sim: Simulator, journal: Path) -> None:
    """Neither in words nor as a digest that six digits can be guessed from; and it is private."""
    number = sim.add_meeting()
    carry_out(sim, [{"meeting": number, "password": "314159", "key": "1"}], journal)
    other = journal.with_suffix(".other")
    carry_out(sim, [{"meeting": number, "password": "271828", "key": "1"}], other)

    line, same = (json.loads(file.read_text().splitlines()[-1]) for file in (journal, other))

    assert "314159" not in journal.read_text()
    assert line["change"] == same["change"]
    assert journal.stat().st_mode & 0o777 == 0o600


def test_a_journal_that_cannot_be_written_ends_the_run(sim: Simulator, journal: Path) -> None:
    """Nothing is sent that could not be found again."""
    rows = ({"meeting": sim.add_meeting(), "topic": "Daily"} for _ in itertools.count())
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500, unlimited[1]))
    try:
        with pytest.raises(LedgerError, match="cannot be written"):
            carry_out(sim, rows, journal, in_flight=1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)

    lines = [json.loads(line) for line in journal.read_bytes().split(b"\n")[1:-1]]
    assert len(sim.updates()) == sum(line["status"] == "sent" for line in lines) > 0


def test_an_event_loop_keeps_a_journal_too(sim: Simulator, journal: Path) -> None:
    """The same lines, by the same engine."""
    rows = [{"meeting": sim.add_meeting(), "topic": "Daily"}]

    async def once() -> list[str]:
        async with sim.azoom() as zoom, zoom.update_many(rows, journal=journal) as many:
            return [result.status async for result in many]

    first, again = asyncio.run(once()), asyncio.run(once())

    assert (first, again, len(sim.updates())) == (["accepted"], ["accepted"], 1)


@pytest.mark.slow
def test_killed_runs_do_every_change_once(tmp_path: Path) -> None:
    """After three kills in mid-flight: nothing is lost, and nothing is done twice."""
    journal = tmp_path / "run.journal"
    with Simulator() as sim:
        numbers = [sim.add_meeting() for _ in range(80)]
        sim.fault("latency", seconds=0.1, times=None, match="PATCH")
        command = [sys.executable, many_worker.__file__, str(journal), *map(str, numbers)]
        environment = {**os.environ, **sim.env()}
        for goal in (5, 25, 45):
            child = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
            assert child.stdout is not None
            for _ in range(goal):
                child.stdout.readline()
            child.kill()
            child.stdout.close()
            assert child.wait(30) < 0
        subprocess.run(command, env=environment, check=True, timeout=120)

        assert [sim.meeting(n)["topic"] for n in numbers] == [f"Meeting {n}" for n in numbers]
        assert {len(sim.history(number)) for number in numbers} == {1}
