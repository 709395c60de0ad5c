"""The errors of the command line, and the exit code of every error (docs/command-line.md)."""

from __future__ import annotations

import os
import sys
import traceback
from datetime import datetime
from typing import Any

from .. import errors
from .._change.results import Receipt
from .._vendor import CopyDiffers

# In this order: a limit that our own count knows is both "not sent" and "retry later".
_CODES: tuple[tuple[type[errors.RezoomError], int], ...] = (
    (errors.RetryLater, 3),
    (errors.LedgerError, 9),
    (errors.PlanStale, 8),
    (CopyDiffers, 10),
    (errors.InvalidChange, 2),
    (errors.ConfigError, 2),
    (errors.PlanError, 2),
    (errors.AuthError, 4),
    (errors.RefusedError, 5),
    # Zoom was not reached: from where the caller stands, no answer came.
    (errors.UnansweredError, 6),
    (errors.NotSentError, 6),
    (errors.NotApplied, 7),
    (errors.NotVerified, 7),
)


class CommandError(errors.RezoomError):
    """The command itself cannot go on; `sent` is False unless said otherwise."""

    exit_code = 2

    def __init__(self, message: str, *, next_step: str = "", sent: bool | None = False) -> None:
        super().__init__(message, sent=sent, next_step=next_step)

    def _whether_sent(self) -> str:
        return super()._whether_sent() if self.sent is None else ""


class UsageError(CommandError):
    """The command line cannot be read as written."""


class NotConfirmed(CommandError):
    """There is no terminal to ask on, and --yes was not given."""

    exit_code = 8


class Interrupted(CommandError):
    """The person at the keyboard stopped the command."""

    exit_code = 130


class Unwritten(Interrupted):
    """The answer cannot be written: its reader is gone, or the disk is full."""


class Left(CommandError):
    """One of many that was not tried: a limit, or a failure before it, stands in the way."""

    exit_code = 3
    next_step = "Run the same again with --skip-unchanged: what is done already then costs nothing."

    def __init__(self, why: str, *, retry_at: datetime | None, code: int = exit_code) -> None:
        super().__init__(f"Not tried: {why}", next_step=self.next_step)
        self.retry_at = retry_at
        self.exit_code = code


class Bug(errors.RezoomError):
    """A fault of rezoom itself."""

    next_step = "This is a bug in rezoom; set REZOOM_DEBUG=1 to see the traceback."


def bug(error: Exception) -> Bug:
    """Name the kind and the place of an unexpected error; its traceback needs REZOOM_DEBUG."""
    if os.environ.get("REZOOM_DEBUG") not in (None, "", "0"):
        # Of the errors behind it too, and of none the message.
        one: BaseException | None = error
        while one is not None:
            frames = traceback.format_list(traceback.extract_tb(one.__traceback__))
            sys.stderr.write("Traceback (most recent call last):\n" + "".join(frames))
            sys.stderr.write(f"{type(one).__name__}\n")
            one = one.__cause__ or one.__context__
    places = traceback.extract_tb(error.__traceback__)
    where = f" at {os.path.basename(places[-1].filename)}:{places[-1].lineno}" if places else ""  # noqa: PTH119 - a name in a traceback, not a path
    # Its message is left out: it may quote a value that is secret.
    return Bug(f"{type(error).__name__}{where}")


def exit_code(error: BaseException) -> int:
    """Look up the documented exit code of an error."""
    if isinstance(error, CommandError):
        return error.exit_code
    return next((code for kind, code in _CODES if isinstance(error, kind)), 1)


def receipt_code(receipt: Receipt, *, verify: bool) -> int:
    """Look up the exit code of an update that Zoom accepted; `verify`: it was to be checked."""
    if not receipt.sent or not verify:
        return 0
    seen = receipt.verified and not (receipt.ignored or receipt.altered or receipt.unseen)
    return 0 if seen else 7


def error_object(error: errors.RezoomError) -> dict[str, Any]:
    """Return an error as `--json` writes it; `retry_at` is always there."""
    return {"retry_at": None} | error.to_dict()
