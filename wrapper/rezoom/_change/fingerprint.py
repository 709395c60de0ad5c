"""What a plan rests on: compared again before it is sent, so that nothing is overwritten."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .._paths import Body, at, objects
from .._redaction import HIDDEN, is_secret, masked
from .._times import place_of, read_time, zulu
from ..errors import PlanStale
from . import compare
from .compare import leaves
from .occurrences import LISTED, Listed, view_of
from .plan_data import FieldChange, PlanData

_DIGEST = "digest:"
_SERIES = ("type", "timezone", "recurrence")


def salt_of(meeting: int, made_at: datetime | None) -> str:
    """Return a salt that makes the digests of one plan differ from those of any other."""
    return f"{meeting}/{made_at}"


def fingerprint(
    body: Body, view: Body, *, salt: str, occurrence: Listed | None = None, seen: bool = True
) -> dict[str, Any]:
    """Return what the meeting has at the members that are about to change; of secrets a digest.

    The passcode inside a link is not kept at all.
    """
    paths = dict.fromkeys(
        name for path, _ in leaves(body) for name in compare.elsewhere(path) or (path,)
    )
    more: dict[str, Any] = {}
    if occurrence is not None:
        more["occurrence"] = zulu(occurrence.utc)
        paths = paths if seen else {path: None for path in paths if path in LISTED}
    elif "recurrence" in paths:
        # The dates say more than the start, which may go on with them.
        more["occurrences"] = _listing(view)
        paths = {path: None for path in paths if path not in ("recurrence", "start_time")}
        paths |= dict.fromkeys(_SERIES)
    return {path: _kept(path, at(view, path), salt) for path in paths} | more


def without_digests(read: Body) -> dict[str, Any]:
    """Keep of a secret only whether there was one: six digits are soon guessed from a digest."""
    return {path: HIDDEN if _is_digest(path, value) else value for path, value in read.items()}


def _dates(before: Mapping[str, str], view: Body, now: datetime) -> list[FieldChange]:
    """Compare the dates that are still to come; those that went by changed nothing."""
    there, place = _listing(view), place_of(view)
    found = []
    for number in sorted({*before, *there}):
        old, new = before.get(number), there.get(number)
        starts = [read_time(text.split()[0], place) for text in (old, new) if text]
        states = {text.partition(" ")[2] if text else None for text in (old, new)}
        same = old == new or (len(states) == 1 and starts[0] == starts[1] is not None)
        if not same and any(start is None or start > now for start in starts):
            found.append(FieldChange(f"occurrences[{number}]", old, new))
    return found


def _kept(path: str, value: Any, salt: str) -> Any:
    shown = masked(value, path)
    if shown != HIDDEN:
        return shown
    text = json.dumps([salt, path, value], sort_keys=True, default=str)
    return _DIGEST + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _same(path: str, before: Any, kept: Any, view: Body) -> bool:
    return compare.unchanged(path, before, kept, place_of(view))


def _is_digest(path: str, kept: Any) -> bool:
    return is_secret(path) and str(kept).startswith(_DIGEST)


def _listing(view: Body) -> dict[str, str]:
    """Take each date as the answer writes it: its start and its status, by its id."""
    return {
        str(item.get("occurrence_id")): f"{item.get('start_time')} {item.get('status')}"
        for item in objects(view.get("occurrences"))
    }


def check_fresh(plan: PlanData, answer: Body, occurrence: Listed | None, *, now: datetime) -> None:
    """Raise PlanStale, naming what has changed in the meeting since the plan was made."""
    view, salt = view_of(answer, occurrence), salt_of(plan.meeting, plan.made_at)
    changes: list[FieldChange] = []
    for path, before in plan.read.items():
        if path == "occurrences":
            changes += _dates(before, view, now)
            continue
        start = zulu(occurrence.utc) if occurrence else None
        shown = start if path == "occurrence" else at(view, path)
        kept = _kept(path, shown, salt)
        same = before == HIDDEN if _is_digest(path, kept) else _same(path, before, kept, view)
        if kept != before and not same:
            changes.append(FieldChange(path, before, shown))
    begins = read_time(plan.body.get("start_time"), place_of(plan.body) or place_of(answer))
    if begins is not None and begins <= now and (plan.made_at is None or begins > plan.made_at):
        changes.append(FieldChange("start_time", plan.body["start_time"], "past by now"))
    if changes:
        raise PlanStale(changes)
