"""Plans and receipts as files: JSON with a digest of every member."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any, Literal, TypeAlias

from .._ledger.gauge import Quota
from .._redaction import hidden_paths, is_secret, masked, without_secrets
from .._rules.spec_rules import KINDS
from .._times import read_time, zone, zulu
from ..errors import PlanError, Problem, RezoomError
from .compare import writable
from .fingerprint import without_digests
from .plan_data import Dates, FieldChange, PlanData, ReceiptData, Record, Verdict

_SEAL = "digests"
# The types that each member of a file may have.
_Shape: TypeAlias = Mapping[str, tuple[type, ...]]


def seal(schema: str, members: Mapping[str, Any]) -> str:
    """Write the members as JSON, with a digest of each."""
    whole = {"schema": schema, **members}
    whole[_SEAL] = {name: _digest(value) for name, value in whole.items()}
    text = json.dumps(whole, indent=2, ensure_ascii=False) + "\n"
    try:
        text.encode()
    except UnicodeEncodeError:
        # Half a surrogate pair, which an answer may hold, goes into no file as it is.
        return json.dumps(whole, indent=2) + "\n"
    return text


def _unseal(text: str | bytes, schema: str, shape: _Shape, *, next_step: str) -> dict[str, Any]:
    """Read what `seal` wrote; PlanError says what is wrong with it, and `next_step` what to do."""
    kind = schema.partition(".")[2].partition("/")[0]
    wrong = partial(PlanError, next_step=next_step)
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        # The text of the error quotes nothing of the file, only where it breaks off.
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise wrong(f"The {kind} is not JSON{where}: it is damaged") from None
    found = whole.get("schema") if isinstance(whole, dict) else None
    if not isinstance(found, str):
        raise wrong(f"This is no {kind}: it has no schema")
    if found != schema:
        known = found.startswith("rezoom.")
        what = f"it is a {found}" if known else f"its schema is {found[:40]!r}"
        raise wrong(f"This is no {schema}: {what}")
    digests = whole.pop(_SEAL, None)
    if not isinstance(digests, dict):
        raise wrong(f"The {kind} has no digests, so it is not known whether it is whole")
    names = sorted({*whole, *digests})
    other = [
        name for name in names if name not in whole or digests.get(name) != _digest(whole[name])
    ]
    if other:
        names_of = ", ".join(other)
        raise wrong(f"The {kind} was edited or damaged: {names_of} is not as it was written")
    _check_shape(whole, shape, kind, next_step=next_step)
    return dict(whole)


def _check_shape(given: Mapping[str, Any], shape: _Shape, kind: str, *, next_step: str) -> None:
    """Raise PlanError for a member that is missing, or is not what is written there.

    Digests tell an accident, and no will: whoever edits a file can write new ones.
    """
    for name, kinds in shape.items():
        if name not in given:
            raise PlanError(f"The {kind} lacks {name}", next_step=next_step)
        if type(given[name]) not in kinds:
            wanted = " or ".join(KINDS[one] for one in kinds)
            raise PlanError(f"The {kind} misstates {name}: it is not {wanted}", next_step=next_step)


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


PLAN_SCHEMA = "rezoom.plan/1"
_NONE = type(None)
_PLAN_SHAPE: _Shape = {
    "meeting": (int,),
    "account": (str,),
    "body": (dict,),
    "changes": (list,),
    "problems": (list,),
    "read": (dict,),
    "made_at": (str, _NONE),
    "occurrence": (str, _NONE),
    "dates": (dict, _NONE),
    "topic": (str,),
    "allow": (list,),
}
_NEW_PLAN = "Make a new plan with zoom.plan(...), or rezoom plan --out."


def write_plan(plan: PlanData, *, secrets: bool) -> str:
    """Write a plan; PlanError if it holds a secret and `secrets` is false."""
    hidden = list(hidden_paths(dict(plan.body)))
    if hidden and not secrets:
        raise PlanError(
            f"The plan sets {', '.join(hidden)}, and a file of it would show that",
            next_step="Write to_json(secrets=True), and keep the file to yourself (chmod 600).",
        )
    members = {**plan_as_data(plan), "body": dict(plan.body)}
    if secrets:
        members["read"] = dict(plan.read)
    holds = bool(hidden) or (secrets and plan.read != without_digests(plan.read))
    return seal(PLAN_SCHEMA, {**members, "secrets": holds})


def plan_as_data(plan: PlanData) -> dict[str, Any]:
    """Return a plan as JSON-ready data with its secrets masked."""
    return {
        "meeting": plan.meeting,
        "account": plan.account,
        "occurrence": plan.occurrence,
        "topic": plan.topic,
        "made_at": None if plan.made_at is None else zulu(plan.made_at),
        "empty": plan.empty,
        "price": plan.price,
        "body": masked(dict(plan.body)),
        "changes": [change.to_dict() for change in plan.changes],
        "dates": None if plan.dates is None else _write_dates(plan.dates),
        "problems": [problem.to_dict() for problem in plan.problems],
        "allow": list(plan.allow),
        "read": without_digests(plan.read),
    }


def read_plan(text: str | bytes) -> PlanData:
    """Read a plan; PlanError says what is wrong with the file."""
    given = _unseal(text, PLAN_SCHEMA, _PLAN_SHAPE, next_step=_NEW_PLAN)
    try:
        return PlanData(
            given["meeting"],
            given["account"],
            given["body"],
            tuple(_read_change(one) for one in given["changes"]),
            tuple(_read_problem(one) for one in given["problems"]),
            read=_read_basis(given["read"]),
            made_at=given["made_at"] and _moment(given["made_at"]),
            occurrence=given["occurrence"],
            dates=given["dates"] and _read_dates(given["dates"]),
            topic=given["topic"],
            allow=tuple(map(str, given["allow"])),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PlanError(f"The plan lacks or misstates {error}", next_step=_NEW_PLAN) from None


def _read_basis(given: Mapping[str, Any]) -> dict[str, Any]:
    dates = given.get("occurrences", {})
    if not isinstance(dates, dict) or not all(isinstance(one, str) for one in dates.values()):
        raise ValueError("read.occurrences")
    return dict(given)


def _read_change(given: Mapping[str, Any]) -> FieldChange:
    """Read a change of one member from a file."""
    return FieldChange(str(given["path"]), given["before"], given["after"])


def _read_problem(given: Mapping[str, Any]) -> Problem:
    """Read a problem from a file."""
    days = tuple(date.fromisoformat(day) for day in given["dates"])
    severity: Literal["error", "warning"] = "error" if given["severity"] == "error" else "warning"
    texts = {name: str(given[name]) for name in ("path", "rule", "message", "fix", "source")}
    return Problem(severity=severity, dates=days, **texts)


def _moment(text: str) -> datetime:
    """Read an instant; ValueError for a time that could be in any zone."""
    moment = read_time(text, None)
    if moment is None:
        raise ValueError(f"{text}, which has no time zone")
    return moment


_STARTS = ("before", "after", "edited", "deleted")


def _write_dates(dates: Dates) -> dict[str, Any]:
    """Write the starts before and after a change."""

    def all_of(starts: Iterable[datetime]) -> list[str]:
        return [zulu(start) for start in starts]

    return {
        "timezone": dates.place.key,
        **{name: all_of(getattr(dates, name)) for name in _STARTS},
        "moved": [all_of(pair) for pair in dates.moved],
        "appears": all_of(dates.appears),
        "disappears": all_of(dates.disappears),
    }


def _read_dates(given: Mapping[str, Any]) -> Dates:
    """Read the starts before and after a change."""
    before, after, edited, deleted = (tuple(map(_moment, given[name])) for name in _STARTS)
    return Dates(before, after, zone(given["timezone"]), edited, deleted)


RECEIPT_SCHEMA = "rezoom.receipt/1"

_RECEIPT_SHAPE: _Shape = {
    "meeting": (int,),
    "sent": (bool,),
    "tracking_id": (str, _NONE),
    "warnings": (list,),
    "verified": (bool,),
    "verify_error": (dict, _NONE),
    "record": (dict, _NONE),
}
_RECORD: _Shape = {
    "account": (str,),
    "at": (str,),
    "occurrence": (str, _NONE),
    "body": (dict,),
    "before": (dict, _NONE),
    "after": (dict, _NONE),
    "dates": (dict, _NONE),
    "hidden": (list,),
}
_SEE_MEETING = (
    "Only a file that is as it was written can be undone; see the meeting with zoom.get(...)."
)


def write_receipt(receipt: ReceiptData, *, secrets: bool) -> str:
    """Write a receipt with its record; secrets are left out unless `secrets`."""
    record = receipt.record
    effects = () if receipt.verdict is None else receipt.verdict.side_effects
    changed = [change.path for change in effects if writable(change.path)]
    written = None if record is None else _write_record(record, changed, secrets=secrets)
    holds = record is not None and any(hidden_paths(_states(record)))
    members = {**receipt_as_data(receipt), "record": written, "secrets": bool(secrets and holds)}
    return seal(RECEIPT_SCHEMA, members)


def receipt_as_data(receipt: ReceiptData) -> dict[str, Any]:
    """Return a receipt as JSON-ready data without secrets."""
    error, verdict = receipt.verify_error, receipt.verdict
    left = receipt.left
    return {
        "meeting": receipt.meeting,
        "sent": receipt.sent,
        "tracking_id": receipt.tracking_id,
        "quota": left.to_dict() if isinstance(left, Quota) else None,
        "warnings": [problem.to_dict() for problem in receipt.warnings],
        "verified": receipt.verified,
        "verify_error": None if error is None else error.to_dict(),
        **({} if verdict is None else verdict.to_dict()),
    }


def read_receipt(text: str | bytes) -> ReceiptData:
    """Read a receipt; PlanError says what is wrong with the file."""
    given = _unseal(text, RECEIPT_SCHEMA, _RECEIPT_SHAPE, next_step=_SEE_MEETING)
    if given["record"] is not None:
        _check_shape(given["record"], _RECORD, "receipt's record", next_step=_SEE_MEETING)
    try:
        error = given["verify_error"]
        return ReceiptData(
            given["meeting"],
            given["sent"],
            given["tracking_id"],
            None,
            tuple(_read_problem(one) for one in given["warnings"]),
            error and RezoomError(str(error["message"]), sent=error["sent"]),
            _read_verdict(given) if given["verified"] else None,
            given["record"] and _read_record(given["record"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PlanError(f"The receipt lacks or misstates {error}", next_step=_SEE_MEETING) from None


def _states(record: Record) -> dict[str, Any]:
    return {"body": dict(record.body), "before": record.before, "after": record.after}


def _write_record(record: Record, changed: Iterable[str], *, secrets: bool) -> dict[str, Any]:
    states = _states(record)
    hidden = {
        *hidden_paths(states["body"]),
        *(path for path in changed if is_secret(path)),
    }
    return {
        "account": record.account,
        "at": zulu(record.at),
        "occurrence": record.occurrence,
        # What was hidden is named, so that undoing can say what it cannot bring back.
        "hidden": [] if secrets else sorted(hidden),
        "dates": None if record.dates is None else _write_dates(record.dates),
        **(states if secrets else {name: without_secrets(one) for name, one in states.items()}),
    }


def _read_record(given: Mapping[str, Any]) -> Record:
    return Record(
        given["account"],
        given["body"],
        _moment(given["at"]),
        given["occurrence"],
        given["before"],
        given["after"],
        given["dates"] and _read_dates(given["dates"]),
        tuple(map(str, given["hidden"])),
    )


def _read_verdict(given: Mapping[str, Any]) -> Verdict:
    ignored, unseen = (
        {path: _read_problem(one) for path, one in given[name].items()}
        for name in ("ignored", "unseen")
    )
    effects = tuple(_read_change(one) for one in given["side_effects"])
    return Verdict(given["applied"], ignored, unseen, effects)
