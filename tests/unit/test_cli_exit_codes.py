"""Exit codes and error objects: every error has a documented end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from rezoom import errors
from rezoom._cli import exit_codes
from rezoom._cli.app import report
from rezoom._client.changes import Stopped
from rezoom._vendor import CopyDiffers, VendorError
from rezoom.recurrence._english_parser import WordsError
from rezoom.recurrence._limits import RecurrenceError, WrongStep
from rezoom.recurrence._rrule import NotExpressible

CODES = {
    errors.InvalidChange: 2,
    errors.OccurrenceError: 2,
    errors.ConfigError: 2,
    VendorError: 2,
    RecurrenceError: 2,
    WrongStep: 2,
    NotExpressible: 2,
    WordsError: 2,
    errors.QuotaExceeded: 3,
    errors.RateLimited: 3,
    errors.RetryLater: 3,
    errors.AuthError: 4,
    errors.ScopeError: 4,
    errors.RefusedError: 5,
    errors.NotFoundError: 5,
    errors.ServerError: 5,
    errors.UnansweredError: 6,
    errors.NotSentError: 6,
    errors.NotApplied: 7,
    errors.NotVerified: 7,
    errors.PlanStale: 8,
    errors.PlanError: 2,
    errors.CannotUndo: 2,
    errors.LedgerError: 9,
    errors.LedgerUnavailable: 9,
    errors.StateLost: 9,
    errors.ClockUntrusted: 9,
    errors.SlotExpired: 9,
    CopyDiffers: 10,
    exit_codes.UsageError: 2,
    exit_codes.NotConfirmed: 8,
    exit_codes.Interrupted: 130,
    exit_codes.Unwritten: 130,
    exit_codes.CommandError: 2,
    exit_codes.Bug: 1,
    exit_codes.Left: 3,
}


def kinds(root: type[errors.RezoomError]) -> Iterator[type[errors.RezoomError]]:
    """Walk the exception tree."""
    for kind in root.__subclasses__():
        yield kind
        yield from kinds(kind)


def test_every_error_has_an_exit_code() -> None:
    """An error added tomorrow has to choose one here."""
    # `Stopped` ends a flow within the engine, which lets it out to nobody.
    assert set(kinds(errors.RezoomError)) - {Stopped} == set(CODES)


@pytest.mark.parametrize(("kind", "code"), CODES.items(), ids=str)
def test_exit_codes_are_the_documented_ones(kind: type[errors.RezoomError], code: int) -> None:
    """Scripts branch on them."""
    assert exit_codes.exit_code(kind.__new__(kind)) == code


def test_an_error_object_answers_the_callers_questions(capsys: pytest.CaptureFixture[str]) -> None:
    """Did it leave, and when may I try again: in UTC, with Z."""
    error = errors.RateLimited(
        "slow down", scope="meeting", retry_at=datetime(2027, 3, 1, 0, 0, tzinfo=UTC)
    )

    assert report(error, as_json=True) == 3

    answer = json.loads(capsys.readouterr().out)
    assert (answer["schema"], answer["type"]) == ("rezoom.error/1", "RateLimited")
    assert (answer["sent"], answer["retry_at"]) == (True, "2027-03-01T00:00:00Z")


def test_a_bug_is_one_line_without_its_values(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message of a foreign exception may quote a passcode, so only its kind is told."""
    monkeypatch.delenv("REZOOM_DEBUG", raising=False)

    assert report(KeyError("Blue-42"), as_json=False) == 1

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "KeyError" in said.err
    assert "REZOOM_DEBUG=1" in said.err
    assert "Blue-42" not in said.err


def test_a_traceback_is_shown_on_request(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """REZOOM_DEBUG=1 shows where the bug is, without the values in the messages."""
    monkeypatch.setenv("REZOOM_DEBUG", "1")

    with pytest.raises(KeyError) as raised:
        CODES["there"]  # type: ignore[index]  # missing is the point
    report(raised.value, as_json=False)

    shown = capsys.readouterr().err
    assert "Traceback (most recent call last)" in shown
    assert 'CODES["there"]' in shown
    assert "'there'" not in shown
