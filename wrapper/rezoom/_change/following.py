"""Following: a series split in two, with the plan that ends the old one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Generic

from .._public import public
from .._redaction import masked
from .._times import zulu
from .._visible import visible
from .plan_data import Split
from .results import Plan, R
from .text import split_lines


@public("rezoom")
@dataclass(frozen=True, repr=False)
class Following(Split, Generic[R]):
    """A series split in two: `trim` ends the old one, `new` is what a create needs.

    Apply `trim` first or last, as you like: neither knows of the other. `new` is JSON-ready, for
    `POST /users/{host}/meetings`, and holds the passcode of the old series, so that people need not
    learn another one; `str()` and `to_dict()` hide it. `first` is the first start of the new series
    (aware). `problems` says what becomes of registrants, links, and meetings that were edited one
    by one.
    """

    trim: Plan[R]

    @staticmethod
    def of(data: Split) -> Following:
        """Make the face of a split; its plan has no client yet."""
        members: dict[str, Any] = {**vars(data), "trim": Plan.of(data.trim)}
        return Following(**members)

    def bound(self, apply: Callable[..., Any]) -> Following[Any]:
        """Return the same with a client's own `apply` for its plan."""
        return replace(self, trim=self.trim.bound(apply))

    def __str__(self) -> str:
        return "\n".join(map(visible, split_lines(self)))

    def __repr__(self) -> str:
        return f"<Following of {self.meeting} from {self.first}>"

    def to_dict(self) -> dict[str, Any]:
        """Return both parts as JSON-ready data; secrets are masked."""
        return {
            "meeting": self.meeting,
            "first": zulu(self.first),
            "trim": self.trim.to_dict(),
            "new": masked(dict(self.new)),
            "problems": [problem.to_dict() for problem in self.problems],
        }
