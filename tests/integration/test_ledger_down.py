"""A ledger that cannot be used: closed by default, open by choice, and never silently."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from callers import Caller
from clocks import FakeClock
from rezoom import Bearer, ConfigError, MemoryLedger, NotSentError, QuotaExceeded, Zoom
from rezoom._cli.app import app
from rezoom._ledger.decorators import Around
from rezoom.errors import ClockUntrusted, LedgerError, LedgerUnavailable, SlotExpired, StateLost
from rezoom.quota import Grant, Guard, Ledger, Limits, Quota, Reservation, SQLiteLedger
from rezoom.quota.events import Event, Uncounted
from rezoom.simulator import Simulator
from typer.testing import CliRunner
from wire import HANG_UP, Wire, answer

Call = Callable[..., Caller]
MEETING = 85746065


class Failing(MemoryLedger):
    """A ledger that fails as long as it is told to."""

    error: LedgerError | None = LedgerUnavailable("The server redis://h:1/0 cannot be reached")

    def _try(self) -> None:
        if self.error is not None:
            raise self.error

    def reserve(self, reservation: Reservation, token: str, *, wait: float = 0.0) -> Grant:
        self._try()
        return super().reserve(reservation, token, wait=wait)

    def usage(self, reservation: Reservation) -> Quota:
        self._try()
        return super().usage(reservation)

    def host_of(self, account: str, meeting: int | str) -> str | None:
        self._try()
        return super().host_of(account, meeting)


@pytest.fixture
def failing(clock: FakeClock) -> Failing:
    """A ledger that is down."""
    return Failing(clock=clock)


def test_nothing_of_a_ledger_is_lost_around_it() -> None:
    """A method that were not handed on would do nothing, and say nothing."""
    methods = {name for name in vars(Ledger) if not name.startswith("_")}

    assert methods <= vars(Around).keys()


def test_closed_is_the_default(wire: Wire, call: Call, failing: Failing) -> None:
    """What cannot be counted is not sent."""
    with pytest.raises(LedgerUnavailable):
        call(ledger=failing).update(MEETING, topic="x")

    assert wire.calls == []


@pytest.mark.smoke
def test_open_sends_and_logs_every_single_time(
    wire: Wire, call: Call, failing: Failing, caplog: pytest.LogCaptureFixture
) -> None:
    """Each line of the log gives the reason."""
    caller = call(ledger=failing, ledger_down="open")
    for _ in range(3):
        assert caller.update(MEETING, topic="x").sent

    said = [record for record in caplog.records if "sent uncounted" in record.getMessage()]
    assert len(wire.calls) == 3
    assert [record.levelno for record in said] == [logging.WARNING] * 3
    assert all("cannot be reached" in record.getMessage() for record in said)


def test_the_receipt_says_that_nothing_was_counted(call: Call, failing: Failing) -> None:
    """While the ledger is down, and also when it is back."""
    caller = call(ledger=failing, ledger_down="open")
    receipts = [caller.update(MEETING, topic="x") for _ in range(2)]

    with pytest.raises(LedgerUnavailable, match="2 requests were sent uncounted"):
        _ = receipts[1].quota
    with pytest.raises(LedgerUnavailable, match="2 requests were sent uncounted"):
        caller.quota(MEETING)
    failing.error = None
    quota = caller.update(MEETING, topic="x").quota
    assert (quota.used, quota.uncounted) == (1, 2)
    assert quota.to_dict()["uncounted"] == 2
    assert caller.quota(MEETING + 1).uncounted == 0


def test_a_day_later_it_does_not_matter_any_more(
    call: Call, failing: Failing, clock: FakeClock
) -> None:
    """Zoom does not count it any more either."""
    caller = call(ledger=failing, ledger_down="open")
    caller.update(MEETING, topic="x")
    failing.error = None
    clock.sleep(24 * 3600)

    assert caller.quota(MEETING).uncounted == 0


def test_what_never_left_is_not_uncounted(call: Call, failing: Failing) -> None:
    """Where no server listens, nothing was sent uncounted."""
    nowhere: dict[str, Any] = {"base_url": "http://127.0.0.1:9/v2", "retries": 0}
    caller = call(Bearer("t"), ledger=failing, ledger_down="open", **nowhere)
    with pytest.raises(NotSentError, match="ConnectError"):
        caller.update(MEETING, topic="x")
    failing.error = None

    assert caller.quota(MEETING).uncounted == 0


def test_what_is_left_unanswered_writes_nothing(wire: Wire, call: Call, failing: Failing) -> None:
    """There is no place to keep; the ledger may be back by then."""
    wire.says(HANG_UP)
    caller = call(ledger=failing, ledger_down="open", retries=0)
    with pytest.raises(Exception, match="not known whether"):
        caller.update(MEETING, topic="x")
    failing.error = None

    quota = caller.quota(MEETING)
    assert (quota.pending, quota.unknown, quota.uncounted) == (0, 0, 1)


@pytest.mark.parametrize("kind", [StateLost, ClockUntrusted, SlotExpired])
def test_open_covers_nothing_else(
    wire: Wire, call: Call, failing: Failing, kind: type[LedgerError]
) -> None:
    """A count that was lost, or a clock that jumped, is not a ledger that is down."""
    caller = call(ledger=failing, ledger_down="open")
    caller.update(MEETING, topic="x")
    failing.error = None
    caller.update(MEETING, topic="x")
    real = failing.reserve

    def reserve(reservation: Reservation, token: str, *, wait: float = 0.0) -> Grant:
        raise kind("no")

    failing.reserve = reserve  # type: ignore[method-assign]  # only reserving fails from here on
    with pytest.raises(kind):
        caller.update(MEETING, topic="x")
    failing.reserve = real  # type: ignore[method-assign]  # and works again

    assert len(wire.calls) == 2


def test_a_full_quota_still_refuses(call: Call, failing: Failing) -> None:
    """Open is about the ledger, never about the limit."""
    failing.error = None
    caller = call(ledger=failing, ledger_down="open", limits=Limits(meeting=1))
    caller.update(MEETING, topic="x")

    with pytest.raises(QuotaExceeded):
        caller.update(MEETING, topic="x")


def test_an_uncounted_request_is_told(call: Call, failing: Failing) -> None:
    """Once, and nothing about a place that it does not have."""
    heard: list[Event] = []
    call(ledger=failing, ledger_down="open", on_event=heard.append).update(MEETING, topic="x")

    assert [type(event) for event in heard] == [Uncounted]


def test_what_zoom_teaches_is_written_down_when_it_can_be(
    wire: Wire, call: Call, failing: Failing
) -> None:
    """A daily refusal of an uncounted request closes the day for the counted ones."""
    daily = "You have exceeded the daily rate limit (100) of Meeting Create/Update"
    wire.says(answer(429, {"code": 429, "message": daily}))
    caller = call(ledger=failing, ledger_down="open")
    with pytest.raises(Exception, match="daily rate limit"):
        caller.update(MEETING, topic="x", host="host-1")
    failing.error = None

    with pytest.raises(QuotaExceeded):
        caller.update(MEETING, topic="x", host="host-1")


def test_a_guard_can_be_open_too(wire: Wire, failing: Failing) -> None:
    """By the same option."""
    closed, opened = Guard(failing), Guard(failing, ledger_down="open")
    with httpx.Client(transport=closed.transport()) as http, pytest.raises(LedgerUnavailable):
        http.patch(f"{wire.origin}/v2/meetings/1")
    with httpx.Client(transport=opened.transport()) as http:
        assert http.patch(f"{wire.origin}/v2/meetings/1").status_code == 204


def test_a_file_that_is_no_ledger_can_be_passed_over(wire: Wire, call: Call, path: Path) -> None:
    """A real store that cannot be read; the file is left as it is."""
    path.write_bytes(b"letters to the editor" * 100)

    receipt = call(ledger=SQLiteLedger(path), ledger_down="open").update(MEETING, topic="x")

    assert receipt.sent
    assert path.read_bytes().startswith(b"letters")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Name a file that can be a ledger."""
    return tmp_path / "quota.sqlite3"


@pytest.mark.parametrize("make", [lambda **options: Zoom(Bearer("t"), **options), Guard])
def test_another_word_is_refused(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """As an option or in the environment."""
    with pytest.raises(ConfigError, match="ledger_down is 'ajar'") as caught:
        make(ledger_down="ajar")
    monkeypatch.setenv("REZOOM_LEDGER_DOWN", "ajar")
    with pytest.raises(ConfigError, match="ledger_down is 'ajar'"):
        make()

    assert caught.value.field == "ledger_down"
    assert '"open"' in caught.value.next_step


def test_the_command_line_is_open_by_its_environment(path: Path) -> None:
    """And says on its way that nothing was counted."""
    path.write_bytes(b"letters to the editor" * 100)
    with Simulator() as sim:
        env = sim.env() | {"REZOOM_LEDGER": f"sqlite://{path}"}
        words = ["update", f"{sim.add_meeting()}", "--topic", "x", "--yes"]
        closed = CliRunner().invoke(app, words, env=env)
        opened = CliRunner().invoke(app, words, env=env | {"REZOOM_LEDGER_DOWN": "open"})

    assert (closed.exit_code, opened.exit_code) == (9, 0)
    assert "is not a database" in opened.stderr
    assert "1 request was sent uncounted" in opened.stderr
    assert "No change was sent" not in opened.output
