"""A plan: what an update would change, seen before anything is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ..errors import PlanError, Problem
from ..retry import Wait
from ..secrecy import Veiled
from .change import FieldChange
from .dates import Dates

if TYPE_CHECKING:
    from typing_extensions import TypeVar as TypeVarWithDefault

    from .receipt import Receipt

    # What `apply` returns: a Receipt, or on the plans of an AsyncZoom an awaitable one.
    R = TypeVarWithDefault("R", default=Receipt)
else:
    R = TypeVar("R")


@dataclass(frozen=True, repr=False)
class Plan(Generic[R]):
    """An update that was worked out from one read and not sent yet.

    `changes` are the members that differ, `body` is the exact request and nothing that is already
    so; `problems` are warnings. `dates` shows the meetings of a series before and after. `str()` is
    a diff for people, without secrets. `read` is what the plan rests on: `apply` compares it.
    """

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
    _apply: Callable[..., R] | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "body", Veiled(self.body))
        object.__setattr__(self, "read", Veiled(self.read))

    @property
    def empty(self) -> bool:
        """Whether everything is as asked already; applying it sends nothing and spends nothing."""
        return not self.body

    @property
    def price(self) -> int:
        """How many of the day's updates of this meeting, and of its host, applying it spends."""
        return 0 if self.empty else 1

    def apply(self, *, verify: bool = False, wait: Wait | None = None, force: bool = False) -> R:
        """Send it with the client that made it; see `Zoom.apply`. On AsyncZoom's plans: awaited.

        Raises PlanError for a plan without a client, such as one from a file.
        """
        if self._apply is None:
            raise PlanError(
                "This plan has no client to send it",
                next_step="Write zoom.apply(plan), or await it on an AsyncZoom.",
            )
        return self._apply(self, verify=verify, wait=wait, force=force)

    def bound(self, apply: Callable[..., Any]) -> Plan[Any]:
        """Return the plan with a client's own `apply`."""
        return replace(self, _apply=apply)

    def __str__(self) -> str:
        from .wording import describe

        return describe(self)

    def __repr__(self) -> str:
        paths = ", ".join(change.path for change in self.changes)
        return f"<Plan for {self.meeting}: {paths or 'nothing to change'}>"

    def __reduce__(self) -> tuple[Any, ...]:
        # A client stays in its process.
        state = {**vars(self), "_apply": None}
        return _revive, (type(self), state)

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as JSON-ready data for display; secrets are masked."""
        from .plan_file import shown

        return shown(self)

    def to_json(self, *, secrets: bool = False) -> str:
        """Write the plan as a file to review, and to apply later.

        A plan that sets a passcode holds it. It is written only with `secrets=True`; keep such a
        file to yourself (chmod 600). Raises PlanError otherwise.
        """
        from .plan_file import write

        return write(self, secrets=secrets)

    @staticmethod
    def from_json(text: str | bytes, /) -> Plan:
        """Read what `to_json` wrote; an edited or damaged file raises PlanError, naming where."""
        from .plan_file import read

        return read(text)


def _revive(kind: type[Plan], state: dict[str, Any]) -> Plan:
    plan = kind.__new__(kind)
    vars(plan).update(state)
    return plan
