"""A receipt as a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..errors import PlanError, RezoomError
from ..secrecy import hidden_paths, is_secret, without_secrets
from .plan_file import dates_from, moment, read_change, read_problem, write_dates, zulu
from .reading_back import writable
from .receipt import Receipt, Record
from .sealed import check_shape, seal, unseal
from .verdict import Verdict

SCHEMA = "rezoom.receipt/1"
_NONE = type(None)
_SHAPE: Mapping[str, tuple[type, ...]] = {
    "meeting": (int,), "sent": (bool,), "tracking_id": (str, _NONE), "warnings": (list,),
    "verified": (bool,), "verify_error": (dict, _NONE), "record": (dict, _NONE),
}  # fmt: skip
_RECORD: Mapping[str, tuple[type, ...]] = {
    "account": (str,), "at": (str,), "occurrence": (str, _NONE), "body": (dict,),
    "before": (dict, _NONE), "after": (dict, _NONE), "dates": (dict, _NONE), "hidden": (list,),
}  # fmt: skip
_AGAIN = "Only a file that is as it was written can be undone; see the meeting with zoom.get(...)."


def write(receipt: Receipt, *, secrets: bool) -> str:
    """Write a receipt."""
    record = receipt.record
    effects = () if receipt.verdict is None else receipt.verdict.side_effects
    changed = [change.path for change in effects if writable(change.path)]
    written = None if record is None else _write(record, changed, secrets=secrets)
    holds = record is not None and any(hidden_paths(_whole(record)))
    return seal(
        SCHEMA, {**receipt.to_dict(), "record": written, "secrets": bool(secrets and holds)}
    )


def read(text: str | bytes) -> Receipt:
    """Read a receipt; PlanError says what is wrong with the file."""
    given = unseal(text, SCHEMA, again=_AGAIN)
    check_shape(given, _SHAPE, "receipt", again=_AGAIN)
    if given["record"] is not None:
        check_shape(given["record"], _RECORD, "receipt's record", again=_AGAIN)
    try:
        error = given["verify_error"]
        return Receipt(
            int(given["meeting"]), bool(given["sent"]), given["tracking_id"], None,
            tuple(read_problem(one) for one in given["warnings"]),
            error and RezoomError(str(error["message"]), sent=error["sent"]),
            _verdict(given) if given["verified"] else None,
            given["record"] and _record(given["record"]),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PlanError(f"The receipt lacks or misstates {error}", next_step=_AGAIN) from None


def _whole(record: Record) -> dict[str, Any]:
    return {"body": dict(record.body), "before": record.before, "after": record.after}


def _write(record: Record, changed: Iterable[str], *, secrets: bool) -> dict[str, Any]:
    states = _whole(record)
    hidden = {
        *hidden_paths(states["body"]),
        *(path for path in changed if is_secret(path.rpartition(".")[2])),
    }
    return {
        "account": record.account,
        "at": zulu(record.at),
        "occurrence": record.occurrence,
        # What was hidden is named, so that undoing can say what it cannot bring back.
        "hidden": [] if secrets else sorted(hidden),
        "dates": None if record.dates is None else write_dates(record.dates),
        **(states if secrets else {name: without_secrets(one) for name, one in states.items()}),
    }


def _record(given: Mapping[str, Any]) -> Record:
    return Record(
        str(given["account"]), dict(given["body"]), moment(given["at"]), given["occurrence"],
        given["before"], given["after"], given["dates"] and dates_from(given["dates"]),
        tuple(map(str, given["hidden"])),
    )  # fmt: skip


def _verdict(given: Mapping[str, Any]) -> Verdict:
    ignored, unseen = (
        {path: read_problem(one) for path, one in given[name].items()}
        for name in ("ignored", "unseen")
    )
    effects = tuple(read_change(one) for one in given["side_effects"])
    return Verdict(given["applied"], ignored, unseen, effects)
