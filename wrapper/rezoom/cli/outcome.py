"""How a command ends: what is said, in which form, and with which exit code.

0 done · 1 a bug of rezoom · 2 usage, invalid change, configuration · 3 retry later ·
4 authorisation or scope · 5 refused, not found, server · 6 unanswered, or Zoom was not reached ·
7 accepted but ignored or unverifiable · 8 stale plan, or not confirmed (--yes missing) · 9 ledger ·
10 drift (vendor) · 130 interrupted or declined
"""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

import typer

from .. import errors
from ..secrecy import without_assignments
from ..vendor import CopyDiffers
from .render import print_error, print_json

if TYPE_CHECKING:
    from ..planning.receipt import Receipt

_BUG = 1
_UNSEEN = 7
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


# What writing to stdout can meet; every file of ours is handled where it is opened.
_UNWRITABLE = (errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


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
    """Nobody is there to ask, and --yes was not given."""

    exit_code = 8


class Interrupted(CommandError):
    """The person at the keyboard stopped the command."""

    exit_code = 130


class Unwritten(Interrupted):
    """The answer has nowhere to go: nobody reads it, or the disk is full."""


class Left(CommandError):
    """One of many that was not tried: a limit, or a failure before it, stands in the way."""

    exit_code = 3

    def __init__(
        self,
        message: str,
        *,
        next_step: str = "",
        retry_at: datetime | None = None,
        cause: errors.RezoomError | None = None,
    ) -> None:
        super().__init__(message, next_step=next_step)
        self.retry_at = retry_at
        if cause is not None:
            self.exit_code = exit_code(cause)


def unwritten(error: OSError, *, sent: bool = False) -> Unwritten:
    """Say why the answer was not written; `sent`: the update was."""
    if isinstance(error, BrokenPipeError):
        return Unwritten("Nobody reads the answer", sent=sent)
    said = f"The answer cannot be written: {error.strerror or error}"
    found = Unwritten(said, next_step="Write it elsewhere, or free some space.", sent=sent)
    found.exit_code = UsageError.exit_code
    return found


@contextmanager
def answering(*, sent: bool) -> Iterator[None]:
    """Tell with what becomes of the answer whether the update was `sent`."""
    try:
        yield
        sys.stdout.flush()
    except OSError as error:
        raise unwritten(error, sent=sent) from None


def silence_stdout() -> None:
    """Drop what is still in the buffer of stdout: at exit it has nowhere to go either."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def exit_code(error: BaseException) -> int:
    """Look up the documented exit code of an error."""
    if isinstance(error, CommandError):
        return error.exit_code
    return next((code for kind, code in _CODES if isinstance(error, kind)), _BUG)


def receipt_code(receipt: Receipt, *, verify: bool) -> int:
    """Look up the exit code of an update that Zoom accepted; `verify`: it was to be checked."""
    if not receipt.sent or not verify:
        return 0
    seen = receipt.verified and not (receipt.ignored or receipt.unseen)
    return 0 if seen else _UNSEEN


def report(error: Exception, *, as_json: bool) -> int:
    """Say what went wrong, on stderr or as one JSON object; return the exit code."""
    if isinstance(error, typer.Abort):
        error = Interrupted("Stopped")
    elif isinstance(error, OSError) and error.errno in _UNWRITABLE:
        error = unwritten(error)
    elif not isinstance(error, errors.RezoomError):
        error = _usage(error) or bug(error)
    if as_json and not isinstance(error, Unwritten):
        try:
            print_json("error/1", error_object(error))
        except OSError:
            silence_stdout()
            print_error(error)
    else:
        print_error(error)
    if isinstance(error, Unwritten):
        silence_stdout()
    return exit_code(error)


def error_object(error: errors.RezoomError) -> Mapping[str, Any]:
    """Return what `--json` says about an error; `retry_at` is always there."""
    return {"retry_at": None} | error.to_dict()


def _usage(error: Exception) -> UsageError | None:
    # By its shape: typer keeps the class of its errors to itself.
    words = getattr(error, "format_message", None)
    if words is None:
        return None
    where = getattr(getattr(error, "ctx", None), "command_path", "rezoom")
    step = f"See `{where} --help`."
    if "unexpected extra argument" in str(words()):
        step = f"Quote what has blanks in it, and write fields as --set path=value. {step}"
    return UsageError(without_assignments(str(words())), next_step=step)


class Bug(errors.RezoomError):
    """A fault of rezoom itself."""

    next_step = "This is a bug in rezoom; set REZOOM_DEBUG=1 to see the traceback."


def bug(error: Exception) -> Bug:
    """Return what may be said about an error that nobody foresaw."""
    if os.environ.get("REZOOM_DEBUG") not in (None, "", "0"):
        traceback.print_exception(error, file=sys.stderr)
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else ""  # noqa: PTH119 - a name in a traceback, not a path
    # Its message is left out: it may quote a value that is secret.
    return Bug(f"{type(error).__name__}{where}")
