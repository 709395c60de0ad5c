"""Arguments that cannot be: every ledger names the argument, its value and the way out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from clocks import FakeClock
from ledgers import LEDGERS, asking, through_async
from rezoom import AsyncZoom, Bearer, Zoom
from rezoom._ledger.pacing import Pace
from rezoom.errors import ConfigError
from rezoom.quota import (
    Guard,
    Ledger,
    MemoryLedger,
    Policy,
    RedisLedger,
    SQLiteLedger,
    open_ledger,
)

# What no typed caller could write is tried too: programs without types write it.
Call: TypeAlias = Callable[[Any], object]
ASKED = asking(limit=9, host=9, pace=Pace("account/pace", 2.0, 2.0))
RESERVING: list[tuple[str, Call]] = [
    ("wait", lambda ledger: ledger.reserve(ASKED, "token", wait=10**400)),
    ("wait", lambda ledger: ledger.reserve(ASKED, "token", wait=float("nan"))),
    ("wait", lambda ledger: ledger.reserve(ASKED, "token", wait=-1)),
    ("wait", lambda ledger: ledger.reserve(ASKED, "token", wait="5")),
    ("wait", lambda ledger: ledger.reserve(ASKED, "token", wait=None)),
    ("token", lambda ledger: ledger.reserve(ASKED, None)),
    ("token", lambda ledger: ledger.reserve(ASKED, b"token")),
    ("reservation", lambda ledger: ledger.reserve(None, "token")),
    ("reservation", lambda ledger: ledger.reserve("account/meeting/1", "token")),
]
TEACHING: list[tuple[str, Call]] = [
    ("until", lambda ledger: ledger.block(ASKED, "host", datetime.max)),
    ("until", lambda ledger: ledger.block(ASKED, "host", datetime.max.replace(tzinfo=UTC))),
    ("until", lambda ledger: ledger.block(ASKED, "host", datetime(2112, 12, 31, tzinfo=UTC))),
    ("until", lambda ledger: ledger.block(ASKED, "host", datetime(2100, 1, 1))),
    ("until", lambda ledger: ledger.block(ASKED, "unclaimed", "tomorrow")),
    ("until", lambda ledger: ledger.block(ASKED, "host", None)),
    ("used", lambda ledger: ledger.external(ASKED, "host", "5")),
    ("used", lambda ledger: ledger.external(ASKED, "host", 2.5)),
    ("used", lambda ledger: ledger.external(ASKED, "host", None)),
    ("host", lambda ledger: ledger.learn_host("account", 1, "")),
    ("host", lambda ledger: ledger.learn_host("account", 1, " ")),
    ("host", lambda ledger: ledger.learn_host("account", 1, None)),
]


def named(call: Call, ledger: Any = None) -> str:
    """Return the argument that an error names; it also says what was given, and what to give."""
    with pytest.raises(ConfigError) as caught:
        call(ledger)
    assert caught.value.message.startswith(f"{caught.value.field} is ")
    assert "Give " in caught.value.next_step
    return caught.value.field


@pytest.fixture(
    params=[(name, mode) for name in LEDGERS for mode in ("blocking", "async")], ids="-".join
)
def ledger(request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock) -> Iterator[Ledger]:
    """Every ledger, asked by its blocking methods and by its async ones."""
    name, mode = request.param
    with LEDGERS[name](tmp_path, clock) as made:
        yield made if mode == "blocking" else through_async(made)


def test_a_wrong_argument_is_named_and_changes_nothing(ledger: Ledger) -> None:
    """Neither a scope nor a host nor the pace is any different after it."""
    ledger.learn_host("account", 1, "known")
    before = ledger.usage(ASKED)

    for argument, call in RESERVING + TEACHING:
        assert named(call, ledger) == argument

    assert ledger.usage(ASKED) == before
    assert ledger.host_of("account", 1) == "known"
    assert ledger.reserve(ASKED, "token").pause == 0


def test_a_wait_may_be_a_timedelta_or_as_long_as_it_takes(ledger: Ledger) -> None:
    """As it may wherever else a wait is given."""
    waits: list[Any] = [0, timedelta(seconds=0.5), float("inf"), 1e300]

    pauses = [ledger.reserve(ASKED, f"{wait}", wait=wait).pause for wait in waits]

    assert pauses == [0, 0.5, 1, 1.5]


def test_the_last_reset_that_can_be_is_kept_and_shown(ledger: Ledger) -> None:
    """A block holds no longer than an instant can be counted in every store."""
    until = datetime(2112, 1, 1, tzinfo=UTC)
    ledger.block(ASKED, "host", until)

    host = ledger.usage(ASKED).host

    assert host is not None
    assert host.next_free == until


MAKING: list[tuple[str, Call]] = [
    ("clock", lambda _: MemoryLedger(clock=5)),  # type: ignore[arg-type] # a program without types
    ("clock", lambda _: SQLiteLedger("/nowhere/quota", clock=5)),  # type: ignore[arg-type] # as above
    ("clock", lambda _: RedisLedger("redis://host", clock=5)),  # type: ignore[arg-type] # as above
    ("server_clock", lambda _: RedisLedger("redis://host", server_clock=5)),  # type: ignore[arg-type] # as above
    ("clock", lambda _: open_ledger("memory:", clock=5)),  # type: ignore[arg-type] # as above
    ("clock", lambda _: Guard(MemoryLedger(), clock=5)),  # type: ignore[arg-type] # as above
    ("clock", lambda _: Zoom(Bearer("token"), ledger=MemoryLedger(), clock=5)),  # type: ignore[arg-type] # as above
    ("clock", lambda _: AsyncZoom(Bearer("token"), clock=5)),  # type: ignore[arg-type] # as above
    ("ledger", lambda _: open_ledger(5)),  # type: ignore[arg-type] # as above
    ("ledger", lambda _: open_ledger(b"memory:")),  # type: ignore[arg-type] # as above
    ("ledger", lambda _: Guard(5)),  # type: ignore[arg-type] # as above
    ("ledger", lambda _: Zoom(Bearer("token"), ledger=5)),  # type: ignore[arg-type] # as above
    ("path", lambda _: SQLiteLedger("")),
    ("path", lambda _: SQLiteLedger(Path())),
    ("path", lambda _: SQLiteLedger("/")),
    ("path", lambda _: SQLiteLedger(5)),  # type: ignore[arg-type] # as above
    ("path", lambda _: SQLiteLedger(None)),  # type: ignore[arg-type] # as above
    ("patience", lambda _: SQLiteLedger("/nowhere/quota", patience=float("nan"))),
    ("patience", lambda _: SQLiteLedger("/nowhere/quota", patience=10**400)),
    ("patience", lambda _: SQLiteLedger("/nowhere/quota", patience="5")),  # type: ignore[arg-type] # as above
    ("server", lambda _: RedisLedger(5)),  # type: ignore[arg-type] # as above
    ("server", lambda _: RedisLedger(None)),  # type: ignore[arg-type] # as above
    ("wait", lambda _: Guard(MemoryLedger()).transport(wait=10**400)),
    ("wait", lambda _: Zoom(Bearer("token"), wait=10**400)),
    ("host", lambda _: Policy().reservation("account", 1, "")),
    ("host", lambda _: Policy().reservation("account", 1, " ")),
    ("host", lambda _: Policy().reservation("account", 1, 5)),  # type: ignore[arg-type] # as above
    ("host", lambda _: Zoom(Bearer("token")).quota(1, host="")),
    ("host", lambda _: Zoom(Bearer("token")).update(1, topic="Stand-up", host="")),
]


@pytest.mark.parametrize(("argument", "call"), MAKING)
def test_what_makes_a_ledger_or_counts_in_one_names_a_wrong_argument(
    argument: str, call: Call
) -> None:
    """Before anything is opened, and before anything is sent."""
    assert named(call) == argument


def test_an_address_in_bytes_is_not_quoted() -> None:
    """There may be a password in it."""
    with pytest.raises(ConfigError) as caught:
        open_ledger(b"redis://user:S3cret@host")  # type: ignore[arg-type] # a program without types

    assert "S3cret" not in str(caught.value)
