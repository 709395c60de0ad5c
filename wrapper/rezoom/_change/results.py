"""Plan and Receipt: what an update would change, and what it left in the caller's hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from .._clock import Wait
from .._ledger.gauge import Quota
from .._public import public
from .._secret import hidden
from .._visible import visible
from ..errors import LedgerError, NotApplied, NotVerified, PlanError, Problem
from .plan_data import Altered, FieldChange, PlanData, ReceiptData, Verdict
from .text import plan_lines


@public("rezoom")
@dataclass(frozen=True)
class Receipt(ReceiptData):
    """Proof that Zoom accepted an update; with `verify=True` also of what it did.

    A 204 is silent, so an unverified receipt raises NotVerified when it is asked what was applied.
    `meeting` is the meeting's number, `tracking_id` is what Zoom's support asks for, `quota` what
    is left of the day's updates, `warnings` what was doubtful about the change. `sent` is False
    where nothing had to change. `verify_error` says why the read-back failed: the change is out.
    """

    _apply: Callable[..., Any] | None = field(default=None, repr=False, compare=False)

    @property
    def quota(self) -> Quota:
        """What is left; raises the LedgerError that kept it from being read."""
        if isinstance(self.left, LedgerError):
            raise self.left
        if self.left is None:
            raise LedgerError(
                "a receipt from a file does not know what is left now",
                next_step="Ask zoom.quota(...).",
            )
        return self.left

    @property
    def applied(self) -> Mapping[str, Any]:
        """Fields that were seen to have the asked value; NotVerified when nothing was read."""
        return self._seen().applied

    @property
    def ignored(self) -> Mapping[str, Problem]:
        """Fields that Zoom left as they were, each with the likely reason and its source."""
        return self._seen().ignored

    @property
    def altered(self) -> Mapping[str, Altered]:
        """Fields that now have neither their old value nor the asked one, with all three."""
        return self._seen().altered

    @property
    def unseen(self) -> Mapping[str, Problem]:
        """Fields that a read does not show, so that their state is unknown, with the reason."""
        return self._seen().unseen

    @property
    def side_effects(self) -> tuple[FieldChange, ...]:
        """What changed although the update did not name it, such as links after a new passcode."""
        return self._seen().side_effects

    def raise_if_ignored(self) -> Self:
        """Return the receipt, or raise NotApplied where Zoom ignored or altered a part of it."""
        if self.ignored or self.altered:
            raise NotApplied(self)
        return self

    def undo(self, *, now: datetime | None = None) -> Plan:
        """Return the plan that brings back what was there before; nothing is sent.

        Its `problems` say what cannot be brought back, and why; its `price` is what it costs.
        `now` (aware) is the time of undoing, if that is much later: a series goes on from there.
        Raises CannotUndo when nothing was read before the update.
        """
        from .undo import undo

        return replace(Plan.of(undo(self, now)), _apply=self._apply)

    def bound(self, apply: Callable[..., Any]) -> Receipt:
        """Return the receipt with a client's own `apply`, for the plan that undoes it."""
        return replace(self, _apply=apply)

    def to_dict(self) -> dict[str, Any]:
        """Return the receipt as JSON-ready data without secrets."""
        from .files import receipt_as_data

        return receipt_as_data(self)

    def to_json(self, *, secrets: bool = False) -> str:
        """Write the receipt as a file, from which the update can be undone later.

        Passcodes and links are left out, so a passcode cannot be brought back from such a file;
        with `secrets=True` they are in it, and the file is yours alone to read (chmod 600).
        """
        from .files import write_receipt

        return write_receipt(self, secrets=secrets)

    @staticmethod
    def from_json(text: str | bytes, /) -> Receipt:
        """Read what `to_json` wrote; an edited or damaged file raises PlanError, naming where."""
        from .files import read_receipt

        text = hidden(text)
        return Receipt(**vars(read_receipt(text)))

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), {**vars(self), "_apply": None})

    def _seen(self) -> Verdict:
        if self.verdict is not None:
            return self.verdict
        why = "Nothing was read back" if self.verify_error is None else "The read-back failed"
        raise NotVerified(
            f"{why}, so it is not known what Zoom applied", sent=self.sent
        ) from self.verify_error


if TYPE_CHECKING:
    from typing_extensions import TypeVar as TypeVarWithDefault

    # What `apply` returns: a Receipt, or on the plans of an AsyncZoom an awaitable one.
    R = TypeVarWithDefault("R", default=Receipt)
else:
    R = TypeVar("R")


@public("rezoom")
@dataclass(frozen=True, repr=False)
class Plan(PlanData, Generic[R]):
    """An update that was worked out from one read and not sent yet.

    `changes` are the members that differ, `body` is the exact request and nothing that is already
    so; `problems` are warnings. `dates` shows the meetings of a series before and after, in UTC.
    `made_at` (aware) is when it was made, `occurrence` the id of the one occurrence it changes.
    `str()` is a diff for people, without secrets. `read` is what the plan rests on: `apply`
    compares it.
    """

    _apply: Callable[..., R] | None = field(default=None, compare=False)

    @staticmethod
    def of(data: PlanData) -> Plan:
        """Make a plan of its data; it has no client yet."""
        return Plan(**vars(data))

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
        return "\n".join(map(visible, plan_lines(self)))

    def __repr__(self) -> str:
        paths = ", ".join(change.path for change in self.changes)
        return f"<Plan for {self.meeting}: {visible(paths) or 'nothing to change'}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), {**vars(self), "_apply": None})

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as JSON-ready data for display; secrets are masked."""
        from .files import plan_as_data

        return plan_as_data(self)

    def to_json(self, *, secrets: bool = False) -> str:
        """Write the plan as a file to review, and to apply later.

        A plan that sets a passcode holds it. It is written only with `secrets=True`; keep such a
        file to yourself (chmod 600). Raises PlanError otherwise.
        """
        from .files import write_plan

        return write_plan(self, secrets=secrets)

    @staticmethod
    def from_json(text: str | bytes, /) -> Plan:
        """Read what `to_json` wrote; an edited or damaged file raises PlanError, naming where."""
        from .files import read_plan

        text = hidden(text)
        return Plan.of(read_plan(text))


@public("rezoom")
def _restored(kind: type[Any], state: dict[str, Any]) -> Any:
    """Restore a pickled plan or receipt; its client stayed in the process that pickled it."""
    return kind(**state)
