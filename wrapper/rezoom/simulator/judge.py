"""The contract's verdict on a body, by the generated models: a second reading of the shapes."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from rezoom_contract import Meeting, MeetingUpdate

from .quirks import Quirks
from .record import Flaw, Verdict

_QUERY = "query."
_KINDS = {"extra_forbidden": "unknown", "missing": "missing"}
_WITH_OFFSET = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", re.ASCII)


def judge(body: Mapping[str, Any]) -> Verdict:
    """Say what the contract has against the body of an update; never quotes a value."""
    return _judged(MeetingUpdate, body)


def judge_query(query: Mapping[str, str], known: Collection[str]) -> Verdict:
    """Say which parameters the operation does not have: one of them may be a misspelt other."""
    return Verdict(
        tuple(
            Flaw(f"{_QUERY}{name}", "unknown", f"Unknown parameter: {name}.")
            for name in query
            if name not in known
        )
    )


def judge_answer(body: Mapping[str, Any]) -> Verdict:
    """Say what the contract has against the body of an answer; never quotes a value."""
    return _judged(Meeting, body)


def _judged(model: type[BaseModel], body: Mapping[str, Any]) -> Verdict:
    try:
        model.model_validate(body)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        return Verdict(tuple(_flaw(row["loc"], row["type"]) for row in found))
    return Verdict()


def refusable(
    verdict: Verdict, body: Mapping[str, Any], quirks: Quirks, *, strict: bool
) -> tuple[Flaw, ...]:
    """Pick the flaws that Zoom is known to refuse; with `strict` that is all of them."""
    flaws = verdict.flaws
    kept, nulls = without_nulls(body)
    if nulls and quirks.null_member == "ignore" and not strict:
        # What is ignored is missing: a recurrence whose type is null has none.
        flaws = (*judge(kept).flaws, *(f for f in flaws if f.field.startswith(_QUERY)))
    return tuple(
        flaw
        for flaw in flaws
        if strict
        or not (
            flaw.field.startswith(_QUERY)
            or (flaw.kind == "unknown" and _is_unread(flaw.field, quirks))
            or (flaw.field == "recurrence.type" and _merges_type(flaw, quirks))
            or (flaw.field == "start_time" and _reads_offset(body, quirks))
        )
    )


def without_nulls(body: Mapping[str, Any], prefix: str = "") -> tuple[dict[str, Any], list[str]]:
    """Split a body into what is not null, and the paths of what is."""
    kept: dict[str, Any] = {}
    nulls: list[str] = []
    for name, value in body.items():
        if value is None:
            nulls.append(prefix + name)
        elif isinstance(value, Mapping):
            kept[name], inside = without_nulls(value, f"{prefix}{name}.")
            nulls += inside
        else:
            kept[name] = value
    return kept, nulls


def members() -> tuple[frozenset[str], frozenset[str]]:
    """Return the names of the top-level members of an update, and of an answer."""
    return frozenset(MeetingUpdate.model_fields), frozenset(Meeting.model_fields)


def _is_unread(path: str, quirks: Quirks) -> bool:
    if quirks.unknown_key == "refuse-in-settings":
        return not path.startswith("settings.")
    return quirks.unknown_key == "ignore"


def _merges_type(flaw: Flaw, quirks: Quirks) -> bool:
    return flaw.kind == "missing" and quirks.recurrence == "merge"


def _reads_offset(body: Mapping[str, Any], quirks: Quirks) -> bool:
    start = body.get("start_time")
    offset = isinstance(start, str) and _WITH_OFFSET.fullmatch(start) is not None
    return offset and quirks.offset_start == "read-as-utc"


def _flaw(location: tuple[int | str, ...], kind: str) -> Flaw:
    path = ""
    for step in location:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    said = _KINDS.get(kind, "invalid")
    word = {"unknown": "Unknown", "missing": "Missing", "invalid": "Invalid"}[said]
    return Flaw(path, said, f"{word} parameter: {str(location[-1]) if location else 'body'}.")
