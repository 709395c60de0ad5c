"""The plain data of changes, plans, receipts and splits; the faces in `results` wrap it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from .._ledger.gauge import Quota
from .._public import public
from .._redaction import HIDDEN, MaskedRepr, masked, masked_links
from .._visible import visible
from ..errors import LedgerError, Problem, RezoomError


@public("rezoom")
@dataclass(frozen=True, slots=True, repr=False)
class FieldChange:
    """A member by its dotted path, with its values before and after; None: not there."""

    path: str
    before: object
    after: object

    def __repr__(self) -> str:
        return f"FieldChange({self.path!r}, {self._shown('before')!r}, {self._shown('after')!r})"

    def __str__(self) -> str:
        before, after = words(self._shown("before")), words(self._shown("after"))
        return visible(f"{self.path}: {before} → {after}")

    def to_dict(self) -> dict[str, Any]:
        """Return the change as JSON-ready data; secrets are masked."""
        before, after = self._shown("before"), self._shown("after")
        return {"path": self.path, "before": before, "after": after}

    def _shown(self, side: str) -> Any:
        return masked(getattr(self, side), self.path)


@public("rezoom")
@dataclass(frozen=True, slots=True, repr=False)
class Altered:
    """A member that Zoom set neither to what it was nor to what was requested; None: not there."""

    before: object
    requested: object
    found: object
    problem: Problem

    def __repr__(self) -> str:
        return f"Altered({', '.join(f'{side}={self._shown(side)!r}' for side in _SIDES)})"

    def __str__(self) -> str:
        was, requested, found = (words(self._shown(side)) for side in _SIDES)
        return visible(
            f"{self.problem.path}: {found} was found, {requested} was requested, it was {was}"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON-ready data; secrets are masked."""
        sides = {side: self._shown(side) for side in _SIDES}
        return sides | {"problem": self.problem.to_dict()}

    def _shown(self, side: str) -> Any:
        return masked(getattr(self, side), self.problem.path)


_SIDES = ("before", "requested", "found")


def words(value: object) -> str:
    """Write a value as a person would: short, and on one line."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "on" if value else "off"
    if value == HIDDEN:
        return HIDDEN
    if isinstance(value, str):
        return f"“{' '.join(value.split())}”" if value else "empty"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {words(item)}" for name, item in value.items()) or "empty"
    if isinstance(value, list | tuple):
        return "; ".join(words(item) for item in value) or "empty"
    return str(value)


@public("rezoom")
@dataclass(frozen=True, slots=True)
class Dates:
    """The meetings to come, before a change of the series and after it, as instants in UTC."""

    before: tuple[datetime, ...]
    after: tuple[datetime, ...]
    place: ZoneInfo
    # Meetings that somebody moved or deleted one by one: a change of the series resets them.
    edited: tuple[datetime, ...] = ()
    deleted: tuple[datetime, ...] = ()

    @property
    def moved(self) -> tuple[tuple[datetime, datetime], ...]:
        """Meetings that take place at another time: pairs of before and after."""
        return tuple(self._pairs())

    @property
    def appears(self) -> tuple[datetime, ...]:
        """Meetings that were not there before."""
        known = {*self.before, *(after for _, after in self._pairs())}
        return tuple(start for start in self.after if start not in known)

    @property
    def disappears(self) -> tuple[datetime, ...]:
        """Meetings that are no longer there."""
        kept = {*self.after, *(before for before, _ in self._pairs())}
        return tuple(start for start in self.before if start not in kept)

    def _pairs(self) -> Iterator[tuple[datetime, datetime]]:
        """Pair the starts of one day; or all of them, where every date moves by the same."""
        known, planned = set(self.before), set(self.after)
        old = [start for start in self.before if start not in planned]
        new = [start for start in self.after if start not in known]
        walls = [
            [start.astimezone(self.place).replace(tzinfo=None) for start in side]
            for side in (old, new)
        ]
        whole = len(old) == len(self.before) and len(new) == len(self.after) == len(old)
        if whole and len({b - a for a, b in zip(*walls, strict=True)}) == 1:
            yield from zip(old, new, strict=True)
            return
        days = {wall.date(): start for wall, start in zip(walls[1], new, strict=True)}
        for wall, start in zip(walls[0], old, strict=True):
            if wall.date() in days:
                yield start, days[wall.date()]


@dataclass(slots=True)
class Diff:
    """The members of a change that differ from the meeting, and the problems of sending them."""

    body: dict[str, Any] = field(default_factory=dict, repr=False)
    changes: list[FieldChange] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    dates: Dates | None = None


@dataclass(frozen=True)
class PlanData:
    """What a plan holds: the request, how it differs from the meeting, and what it rests on."""

    meeting: int
    account: str
    body: Mapping[str, Any]
    changes: tuple[FieldChange, ...]
    problems: tuple[Problem, ...]
    read: Mapping[str, Any] = field(default_factory=dict)
    made_at: datetime | None = None
    occurrence: str | None = None
    dates: Dates | None = None
    topic: str = ""
    allow: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "body", MaskedRepr(self.body))
        object.__setattr__(self, "read", MaskedRepr(self.read))
        object.__setattr__(self, "topic", masked_links(self.topic))

    @property
    def empty(self) -> bool:
        """Whether everything is as asked already; applying it sends nothing and spends nothing."""
        return not self.body

    @property
    def price(self) -> int:
        """How many of the day's updates of this meeting, and of its host, applying it spends."""
        return 0 if self.empty else 1


@public("rezoom")
@dataclass(frozen=True, slots=True)
class Record:
    """What was sent, when, and what the reads around it showed; kept for undoing it."""

    account: str
    body: Mapping[str, Any] = field(repr=False)
    at: datetime
    occurrence: str | None = None
    before: Mapping[str, Any] | None = field(default=None, repr=False)
    after: Mapping[str, Any] | None = field(default=None, repr=False)
    dates: Dates | None = None
    # Members of the body that a file of it leaves out.
    hidden: tuple[str, ...] = ()


@public("rezoom")
@dataclass(frozen=True, slots=True, repr=False)
class Verdict:
    """What became of each field: applied, ignored, altered or not shown; and what else changed."""

    applied: Mapping[str, Any] = field(default_factory=dict)
    ignored: Mapping[str, Problem] = field(default_factory=dict)
    unseen: Mapping[str, Problem] = field(default_factory=dict)
    side_effects: tuple[FieldChange, ...] = ()
    altered: Mapping[str, Altered] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "applied", MaskedRepr(self.applied))

    def __repr__(self) -> str:
        names = ("applied", "ignored", "altered", "unseen")
        parts = (f"{name}={list(getattr(self, name))}" for name in names)
        return f"Verdict({', '.join(parts)}, side_effects={self.side_effects!r})"

    def to_dict(self) -> dict[str, Any]:
        """Return the verdict as JSON-ready data; secrets are masked."""
        return {
            "applied": {path: masked(value, path) for path, value in self.applied.items()},
            "ignored": {path: problem.to_dict() for path, problem in self.ignored.items()},
            "altered": {path: one.to_dict() for path, one in self.altered.items()},
            "unseen": {path: problem.to_dict() for path, problem in self.unseen.items()},
            "side_effects": [change.to_dict() for change in self.side_effects],
        }


@dataclass(frozen=True)
class ReceiptData:
    """What a receipt holds: what Zoom answered, what is left, and what a read-back showed."""

    meeting: int
    sent: bool
    tracking_id: str | None
    # Why the ledger could not be read afterwards, where it could not: the change is out all the
    # same, and its receipt must not be lost.
    left: Quota | LedgerError | None
    warnings: tuple[Problem, ...] = ()
    verify_error: RezoomError | None = None
    verdict: Verdict | None = field(default=None, repr=False)
    record: Record | None = field(default=None, repr=False)

    @property
    def verified(self) -> bool:
        """Whether the meeting was read again, and compared with the change."""
        return self.verdict is not None


@dataclass(frozen=True)
class Split:
    """A series split in two: the plan that ends the old one, and the body of the new one."""

    meeting: int
    first: datetime
    trim: PlanData
    new: Mapping[str, Any]
    problems: tuple[Problem, ...] = ()
    dates: Dates | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "new", MaskedRepr(self.new))
