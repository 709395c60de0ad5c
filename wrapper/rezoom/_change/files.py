"""Plans and receipts as files: JSON with a digest of every member."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any, Literal, TypeAlias, TypeVar

from .._ledger.gauge import Quota
from .._paths import Body, DoubledName, deeper_than, once_each
from .._redaction import MaskedRepr, hidden_paths, is_secret, masked, without_secrets
from .._rules.spec_rules import KINDS
from .._times import read_time, zone, zulu
from .._visible import visible_json
from ..errors import PlanError, Problem, RezoomError
from .compare import writable
from .diff import check_shown
from .fingerprint import without_digests
from .plan_data import Altered, Dates, FieldChange, PlanData, ReceiptData, Record, Verdict

_SEAL = "digests"
# A plan holds a read, and that what an answer may hold; no body of Zoom's is half as deep.
_DEEPEST = 48
# The types that each member of a file may have.
_Shape: TypeAlias = Mapping[str, tuple[type, ...]]
_Kinds: TypeAlias = Mapping[type, str]
_Made = TypeVar("_Made")


def _shape(given: _Kinds, or_null: _Kinds) -> _Shape:
    always = {name: (kind,) for kind, names in given.items() for name in names.split()}
    nulls = {name: (kind, type(None)) for kind, names in or_null.items() for name in names.split()}
    return {**always, **nulls}


def seal(schema: str, members: Body) -> str:
    """Write the members as JSON, with a digest of each."""
    whole = {"schema": schema, **members}
    whole[_SEAL] = {name: _digest(value) for name, value in whole.items()}
    return visible_json(whole, indent=2) + "\n"


def _read(
    text: str | bytes,
    schema: str,
    shape: _Shape,
    wrong: Callable[[str], PlanError],
    make: Callable[[dict[str, Any]], _Made],
    *,
    older: str = "",
) -> _Made:
    """Read what `seal` wrote, and make of it what it stands for; or say what is `wrong` with it."""
    kind = schema.partition(".")[2].partition("/")[0]
    try:
        whole = json.loads(text, object_pairs_hook=once_each)
    except DoubledName as error:
        raise wrong(f"The {kind} cannot be trusted: {error}") from None
    except (ValueError, RecursionError) as error:
        # The text of the error quotes nothing of the file, only where it breaks off.
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise wrong(f"The {kind} is not JSON{where}: it is damaged") from None
    if deeper_than(whole, _DEEPEST):
        raise wrong(f"The {kind} is nested too deeply: it is damaged")
    whole = MaskedRepr(whole if isinstance(whole, dict) else {})
    found = whole.get("schema")
    if not isinstance(found, str):
        raise wrong(f"This is no {kind}: it has no schema")
    if found not in (schema, older):
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
        edited = ", ".join(other)
        raise wrong(f"The {kind} was edited or damaged: {edited} is not as it was written")
    _check_shape(whole, shape, kind, wrong)
    try:
        return make(whole)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise wrong(f"The {kind} lacks or misstates {error}") from None


def _check_shape(given: Body, shape: _Shape, kind: str, wrong: Callable[[str], PlanError]) -> None:
    """Refuse a member that is missing, or is not what is written there.

    Digests tell an accident, and no will: whoever edits a file can write new ones.
    """
    for name, kinds in shape.items():
        if name not in given:
            raise wrong(f"The {kind} lacks {name}")
        if type(given[name]) not in kinds:
            wanted = " or ".join(KINDS[one] for one in kinds)
            raise wrong(f"The {kind} misstates {name}: it is not {wanted}")


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


PLAN_SCHEMA = "rezoom.plan/1"
_PLAN = _shape(
    {int: "meeting", str: "account topic", dict: "body read", list: "changes problems allow"},
    {str: "made_at occurrence", dict: "dates"},
)
_wrong_plan = partial(
    PlanError, next_step="Make a new plan with zoom.plan(...), or rezoom plan --out."
)


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
        "dates": _write_dates(plan.dates),
        "problems": [problem.to_dict() for problem in plan.problems],
        "allow": list(plan.allow),
        "read": without_digests(plan.read),
    }


def read_plan(text: str | bytes) -> PlanData:
    """Read a plan; PlanError says what is wrong with the file."""
    return _read(text, PLAN_SCHEMA, _PLAN, _wrong_plan, _read_plan)


def _read_plan(given: Body) -> PlanData:
    dates = given["read"].get("occurrences", {})
    if not isinstance(dates, dict) or not all(isinstance(one, str) for one in dates.values()):
        raise ValueError("read.occurrences")
    known: dict[str, Any] = {
        "changes": tuple(map(_read_change, given["changes"])),
        "problems": tuple(map(_read_problem, given["problems"])),
        "made_at": _if_given(given["made_at"], _moment),
        "dates": _if_given(given["dates"], _read_dates),
        "allow": tuple(map(str, given["allow"])),
    }
    plan = PlanData(**{name: given[name] for name in _PLAN} | known)
    check_shown(plan)
    return plan


def _if_given(value: Any, read: Callable[[Any], _Made]) -> _Made | None:
    """Read what may be null; anything else, empty or not, has to be what it stands for."""
    return None if value is None else read(value)


def _read_change(given: Body) -> FieldChange:
    return FieldChange(str(given["path"]), given["before"], given["after"])


def _read_problem(given: Body) -> Problem:
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


def _write_dates(dates: Dates | None) -> dict[str, Any] | None:
    """Write the starts before and after a change."""
    if dates is None:
        return None

    def all_of(*names: str) -> dict[str, Any]:
        return {name: list(map(zulu, getattr(dates, name))) for name in names}

    moved = [list(map(zulu, pair)) for pair in dates.moved]
    rest = all_of("appears", "disappears")
    return {"timezone": dates.place.key, **all_of(*_STARTS), "moved": moved, **rest}


def _read_dates(given: Body) -> Dates:
    before, after, edited, deleted = (tuple(map(_moment, given[name])) for name in _STARTS)
    return Dates(before, after, zone(given["timezone"]), edited, deleted)


RECEIPT_SCHEMA = "rezoom.receipt/2"
# Without what Zoom changed to something else, which was among what it ignored.
_OLDER_RECEIPT = "rezoom.receipt/1"

_RECEIPT = _shape(
    {int: "meeting", bool: "sent verified", list: "warnings"},
    {str: "tracking_id", dict: "verify_error record"},
)
_RECORD = _shape(
    {str: "account at", dict: "body", list: "hidden"},
    {str: "occurrence", dict: "before after dates"},
)
_wrong_receipt = partial(
    PlanError,
    next_step="Only a file that is as it was written can be undone;"
    " see the meeting with zoom.get(...).",
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
    return _read(
        text, RECEIPT_SCHEMA, _RECEIPT, _wrong_receipt, _read_receipt, older=_OLDER_RECEIPT
    )


def _read_receipt(given: Body) -> ReceiptData:
    error, record = given["verify_error"], given["record"]
    if record is not None:
        _check_shape(record, _RECORD, "receipt's record", _wrong_receipt)
    return ReceiptData(
        given["meeting"],
        given["sent"],
        given["tracking_id"],
        None,
        tuple(map(_read_problem, given["warnings"])),
        _if_given(error, _read_error),
        _read_verdict(given) if given["verified"] else None,
        _if_given(record, _read_record),
    )


def _read_error(given: Body) -> RezoomError:
    if type(given["sent"]) not in (bool, type(None)):
        raise ValueError("verify_error.sent")
    return RezoomError(str(given["message"]), sent=given["sent"])


def _states(record: Record) -> dict[str, Any]:
    return {"body": dict(record.body), "before": record.before, "after": record.after}


def _write_record(record: Record, changed: Iterable[str], *, secrets: bool) -> dict[str, Any]:
    states = _states(record)
    hidden = {*hidden_paths(states["body"]), *filter(is_secret, changed)}
    return {
        "account": record.account,
        "at": zulu(record.at),
        "occurrence": record.occurrence,
        # What was hidden is named, so that undoing can say what it cannot bring back.
        "hidden": [] if secrets else sorted(hidden),
        "dates": _write_dates(record.dates),
        **(states if secrets else {name: without_secrets(one) for name, one in states.items()}),
    }


def _read_record(given: Body) -> Record:
    known: dict[str, Any] = {
        "at": _moment(given["at"]),
        "dates": _if_given(given["dates"], _read_dates),
        "hidden": tuple(map(str, given["hidden"])),
    }
    return Record(**{name: given[name] for name in _RECORD} | known)


def _read_verdict(given: Body) -> Verdict:
    ignored, unseen = (
        {path: _read_problem(one) for path, one in given[name].items()}
        for name in ("ignored", "unseen")
    )
    written = {} if given["schema"] == _OLDER_RECEIPT else given["altered"]
    altered = {path: _read_altered(one) for path, one in written.items()}
    effects = map(_read_change, given["side_effects"])
    return Verdict(given["applied"], ignored, unseen, tuple(effects), altered)


def _read_altered(given: Body) -> Altered:
    sides = (given["before"], given["requested"], given["found"])
    return Altered(*sides, _read_problem(given["problem"]))
