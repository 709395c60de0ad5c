"""Plans and receipts as files: yours alone to read, and never half written."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeAlias

from .._change.results import Plan, Receipt
from .._disk import read_file, read_stream, write_file
from .._paths import DoubledName, once_each
from .._redaction import HIDDEN, hidden_paths, is_secret
from .._visible import visible_json
from ..errors import PlanError
from .console import standard_input
from .exit_codes import UsageError

# Writes the receipt of an update that was sent; UsageError if the disk refuses.
Keep: TypeAlias = Callable[[object], None]

# What an answer says beside the receipt: where the update came from.
_ORIGINS = ("line", "plan", "receipt")
_READABLE = "Give the path of a readable file."
_WITH_SECRETS = "Write it with --secrets; the file is readable by you alone, keep it so."


def read_bytes(name: str, *, next_step: str, prefix: str = "", member: str = "") -> bytes:
    """Read a file, or standard input for `-`; UsageError if it cannot be read.

    `member` is the field whose value is read: the name of the file may be its secret value.
    """
    try:
        return read_stream(standard_input()) if name == "-" else read_file(name)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "that cannot be the name of a file"
        named = HIDDEN if is_secret(member) else repr(name)
        if name.lstrip().startswith(("{", "[")):
            named = "what is JSON itself and not the name of a file"
        raise UsageError(f"{prefix}cannot read {named}: {reason}", next_step=next_step) from None


def read_plan(name: str) -> Plan:
    """Read a plan; UsageError for a file that cannot be read, PlanError for one that is no plan."""
    with _named(name, "Make a new plan with rezoom plan."):
        return Plan.from_json(read_bytes(name, next_step=_READABLE))


def read_receipts(name: str) -> list[Receipt]:
    """Read a receipt, or the receipts among JSON lines, oldest first."""
    with _named(name, "Only a file that is as it was written can be undone."):
        text = read_bytes(name, next_step=_READABLE)
        whole = _object(text)
        if whole is not None:
            return [Receipt.from_json(_receipt(whole))]
        lines = [line for line in text.splitlines() if line.strip()]
        found = [_object(line) for line in lines]
        if not lines or None in found:
            return [Receipt.from_json(text)]
        # Refusals stand between the receipts that `rezoom apply -` wrote, and what a journal knew.
        others = ("rezoom.error/1", "rezoom.result/1")
        kept = [one for one in found if one is not None and one.get("schema") not in others]
        return [Receipt.from_json(_receipt(one)) for one in kept]


def _object(text: bytes) -> dict[str, Any] | None:
    """Read a JSON object, None for anything else; PlanError for one that names a member twice."""
    try:
        found = json.loads(text, object_pairs_hook=once_each)
    except DoubledName as error:
        raise PlanError(f"The receipt cannot be trusted: {error}") from None
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def write_plan(name: str, plan: Plan[Any], *, secrets: bool) -> None:
    """Write a plan into a file, or to stdout for `-`."""
    try:
        text = plan.to_json(secrets=secrets)
    except PlanError as error:
        raise PlanError(error.message, next_step=_WITH_SECRETS) from None
    write_document(name, text)


def new_body(body: Mapping[str, Any], *, secrets: bool) -> str:
    """Write the body of a meeting to be created; PlanError for a secret that may not be in it."""
    hidden = ", ".join(hidden_paths(dict(body)))
    if hidden and not secrets:
        raise PlanError(
            f"the new meeting takes over {hidden}, and a file of it would show that",
            next_step=_WITH_SECRETS,
        )
    return visible_json(body, indent=2) + "\n"


def write_document(name: str, text: str) -> None:
    """Write a file that its owner alone can read, whole or not at all; `-` is stdout."""
    if name == "-":
        sys.stdout.write(text)
        return
    try:
        write_file(name, text.encode())
    except OSError as error:
        raise unwritable(name, error) from None


@contextmanager
def receipt_file(name: str | None, *, secrets: bool) -> Iterator[Keep]:
    """Create a file for a receipt and yield what writes it; remove the file if nothing was sent.

    It is there before anything is sent: a receipt that has no place may be the only way back.
    """
    if name is None:
        yield lambda _: None
        return
    _create(name)
    written = False

    def keep(done: object) -> None:
        nonlocal written
        if not isinstance(done, Receipt) or not done.sent:
            return
        try:
            write_file(name, done.to_json(secrets=secrets).encode())
        except OSError as error:
            raise unwritable(name, error, sent=True) from None
        written = True

    try:
        yield keep
    finally:
        if not written:
            with suppress(OSError):
                Path(name).unlink(missing_ok=True)


def _create(name: str) -> None:
    try:
        os.close(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        raise UsageError(
            f"{name} is there already, and may be the only way back from an earlier update",
            next_step="Give the receipt another name.",
        ) from None
    except OSError as error:
        raise unwritable(name, error) from None


def receipt_line(receipt: Receipt) -> dict[str, Any]:
    """Return a receipt as the data of its file, without secrets: `rezoom undo` reads it."""
    whole: dict[str, Any] = json.loads(receipt.to_json())
    return {name: value for name, value in whole.items() if name != "schema"}


@contextmanager
def _named(name: str, step: str) -> Iterator[None]:
    """Name the file in a PlanError: of several, one is wrong."""
    try:
        yield
    except PlanError as error:
        raise PlanError(f"{name}: {error.message}", next_step=error.next_step or step) from None


def _receipt(whole: dict[str, Any]) -> str:
    return json.dumps({name: value for name, value in whole.items() if name not in _ORIGINS})


def unwritable(name: str, error: OSError, *, sent: bool = False) -> UsageError:
    """Say why a file cannot be written; the caller raises it."""
    return UsageError(
        f"cannot write {name!r}: {error.strerror or error}",
        next_step="Give a path in a folder that can be written.",
        sent=sent,
    )
