"""Many updates, one after another: what is told, what goes on, and what does not."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rezoom import errors
from rezoom._change.plan_data import Verdict
from rezoom._change.results import Receipt
from rezoom._cli.batch import Result, Tally, Task, carry_out
from rezoom._cli.exit_codes import Interrupted, Left

pytestmark = pytest.mark.smoke

LATER = datetime(2031, 1, 1, tzinfo=UTC)
DONE = Receipt(1, True, None, None, verdict=Verdict())
ENDINGS: dict[str, errors.RezoomError | Exception | None] = {
    "done": None,
    "refused": errors.RefusedError("no", status=400),
    "invalid": errors.InvalidChange([]),
    "gone": errors.NotFoundError("gone", status=404),
    "stale": errors.PlanStale([]),
    "its limit": errors.RateLimited("full", retry_at=LATER, scope="meeting-day"),
    "its host's limit": errors.RateLimited("full", retry_at=LATER, scope="host-day"),
    "the account's limit": errors.RateLimited("full", retry_at=LATER, scope="account-day"),
    "an unknown limit": errors.RateLimited("full", retry_at=LATER, scope="unknown"),
    "the token": errors.AuthError("token", status=401),
    "silence": errors.UnansweredError("silence"),
    "no way": errors.NotSentError("no way"),
    "the ledger": errors.LedgerUnavailable("ledger"),
    "a bug": ZeroDivisionError(),
}
GOES_ON = {"done", "refused", "invalid", "gone", "stale"}
PUTS_OFF = {"its limit", "its host's limit"}


class NoLedger:
    """A client that cannot say what is left."""

    def quota(self, meeting: int) -> Any:
        raise errors.LedgerUnavailable(f"nothing is known of {meeting}")


def played(plays: list[tuple[int, str]]) -> tuple[list[int], list[Result]]:
    """Carry out tasks that end as named; return which were sent, and what was told."""
    sent: list[int] = []

    def task(number: int, meeting: int, ending: str) -> Task:
        def send(_: Any) -> Receipt:
            sent.append(number)
            error = ENDINGS[ending]
            if error is not None:
                raise error
            return DONE

        return Task({"line": number}, send, meeting)

    results: list[Result] = []
    tasks = [task(number, *play) for number, play in enumerate(plays)]
    carry_out(tasks, cast("Any", NoLedger()), results.append)
    return sent, results


PLAYS = st.lists(st.tuples(st.integers(1, 3), st.sampled_from(sorted(ENDINGS))), max_size=12)


@given(PLAYS)
def test_each_is_reported_once_and_in_order(plays: list[tuple[int, str]]) -> None:
    """Whether it was sent or not."""
    _, results = played(plays)
    assert [one.task.origin["line"] for one in results] == list(range(len(plays)))


@given(PLAYS)
def test_what_was_not_sent_is_reported_as_left_and_nothing_else_is(
    plays: list[tuple[int, str]],
) -> None:
    """An answer never claims what did not happen."""
    sent, results = played(plays)
    assert [one.task.origin["line"] for one in results if not isinstance(one.error, Left)] == sent


@given(PLAYS)
def test_nothing_is_sent_after_what_ends_the_sending(plays: list[tuple[int, str]]) -> None:
    """And of a meeting nothing after what was put off; all others are tried."""
    ended, shut, expected = False, set(), []
    for number, (meeting, ending) in enumerate(plays):
        if ended or meeting in shut:
            continue
        expected.append(number)
        ended = ending not in GOES_ON | PUTS_OFF
        if ending in PUTS_OFF:
            shut.add(meeting)

    assert played(plays)[0] == expected


@pytest.mark.parametrize(
    ("endings", "code", "words"),
    [
        (["done", "done"], 0, "2 applied"),
        (["done", "invalid", "gone"], 2, "1 applied, 2 refused"),
        (["gone", "invalid"], 5, "2 refused"),
        (["invalid", "its limit", "done"], 3, "1 applied, 1 refused, 1 left"),
        (["silence", "done"], 6, "1 unknown, 1 left"),
        (["the token", "done"], 4, "1 refused, 1 left"),
        (["a bug", "done"], 1, "1 unknown, 1 left"),
        ([], 0, "nothing to do"),
    ],
)
def test_the_exit_code_is_that_of_the_first_failure_unless_some_must_wait(
    endings: list[str], code: int, words: str
) -> None:
    """Scripts branch on it; people read the words."""
    tally = Tally(verify=True)
    for one in played(list(enumerate(endings)))[1]:
        tally.add(one)

    assert (tally.code, str(tally)) == (code, words)


def interrupting(when: Callable[[int], bool]) -> tuple[list[Result], list[int]]:
    """Interrupt this process while the answers are told, or in sending, for which `when` holds."""
    results: list[Result] = []
    sent: list[int] = []

    def send(number: int) -> Callable[[Any], Receipt]:
        def sending(_: Any) -> Receipt:
            if when(-number):
                raise KeyboardInterrupt
            sent.append(number)
            return DONE

        return sending

    def report(one: Result) -> None:
        if when(one.task.origin["line"]):
            os.kill(os.getpid(), signal.SIGINT)
        results.append(one)

    tasks = [Task({"line": number}, send(number)) for number in range(1, 5)]
    with pytest.raises(KeyboardInterrupt):
        carry_out(tasks, cast("Any", NoLedger()), report)
    return results, sent


def test_an_interrupt_waits_until_what_was_sent_is_reported() -> None:
    """Otherwise it would stay unknown that it was."""
    results, sent = interrupting(lambda number: number == 2)
    assert [one.task.origin["line"] for one in results] == sent == [1, 2]


def test_an_interrupt_while_sending_is_reported_as_unknown() -> None:
    """It may have reached Zoom."""
    results, sent = interrupting(lambda number: number == -3)
    assert (sent, len(results)) == ([1, 2], 3)
    assert isinstance(results[2].error, Interrupted)
    assert results[2].error.sent is None
