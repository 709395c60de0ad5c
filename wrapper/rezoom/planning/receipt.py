"""What an update leaves in the caller's hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn, Self

from ..errors import LedgerError, NotApplied, NotVerified, Problem, RezoomError
from ..quota import Quota
from ..quota.gauge import Reading

if TYPE_CHECKING:
    from collections.abc import Callable

    from .change import FieldChange
    from .dates import Dates
    from .plan import Plan
    from .verdict import Verdict


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


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that Zoom accepted an update; with `verify=True` also of what it did.

    A 204 is silent, so an unverified receipt raises NotVerified when it is asked what was applied.
    `meeting` is the meeting's number, `tracking_id` is what Zoom's support asks for, `quota` what
    is left of the day's updates, `warnings` what was doubtful about the change. `sent` is False
    where nothing had to change. `verify_error` says why the read-back failed: the change is out.
    """

    meeting: int
    sent: bool
    tracking_id: str | None
    # Why the ledger could not be read afterwards, where it could not: the change is out all the
    # same, and its receipt must not be lost.
    left: Quota | Reading | LedgerError | None
    warnings: tuple[Problem, ...] = ()
    verify_error: RezoomError | None = None
    verdict: Verdict | None = field(default=None, repr=False)
    record: Record | None = field(default=None, repr=False)
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
        return self.left.quota() if isinstance(self.left, Reading) else self.left

    @property
    def verified(self) -> bool:
        """Whether the meeting was read again, and compared with what was asked."""
        return self.verdict is not None

    @property
    def applied(self) -> Mapping[str, Any]:
        """Fields that were seen to have the asked value; NotVerified when nothing was read."""
        return self._seen().applied

    @property
    def ignored(self) -> Mapping[str, Problem]:
        """Fields that Zoom left as they were, each with the likely reason and its source."""
        return self._seen().ignored

    @property
    def unseen(self) -> Mapping[str, Problem]:
        """Fields that a read does not show, so that nobody knows; each with the reason."""
        return self._seen().unseen

    @property
    def side_effects(self) -> tuple[FieldChange, ...]:
        """What changed though nobody asked for it, such as the links after a new passcode."""
        return self._seen().side_effects

    def raise_if_ignored(self) -> Self:
        """Return the receipt, or raise NotApplied where Zoom ignored a part of the change."""
        if self.ignored:
            raise NotApplied(self)
        return self

    def undo(self, *, now: datetime | None = None) -> Plan:
        """Return the plan that brings back what was there before; nothing is sent.

        Its `problems` say what cannot be brought back, and why; its `price` is what it costs.
        `now` (aware) is the time of undoing, if that is much later: a series goes on from there.
        Raises CannotUndo when nothing was read before the update.
        """
        from .undoing import undo

        plan = undo(self, now)
        return plan if self._apply is None else plan.bound(self._apply)

    def bound(self, apply: Callable[..., Any]) -> Receipt:
        """Return the receipt with a client's own `apply`, for the plan that undoes it.

        Only the client that has just made it may do so: it is this receipt, and no copy.
        """
        object.__setattr__(self, "_apply", apply)
        return self

    def to_dict(self) -> dict[str, Any]:
        """Return the receipt as JSON-ready data without secrets."""
        error, verdict = self.verify_error, self.verdict
        return {
            "meeting": self.meeting,
            "sent": self.sent,
            "tracking_id": self.tracking_id,
            "quota": self.quota.to_dict() if isinstance(self.left, Quota | Reading) else None,
            "warnings": [problem.to_dict() for problem in self.warnings],
            "verified": self.verified,
            "verify_error": None if error is None else error.to_dict(),
            **({} if verdict is None else verdict.to_dict()),
        }

    def to_json(self, *, secrets: bool = False) -> str:
        """Write the receipt as a file, from which the update can be undone later.

        Passcodes and links are left out, so a passcode cannot be brought back from such a file;
        with `secrets=True` they are in it, and the file is yours alone to read (chmod 600).
        """
        from .receipt_file import write

        return write(self, secrets=secrets)

    @staticmethod
    def from_json(text: str | bytes, /) -> Receipt:
        """Read what `to_json` wrote; an edited or damaged file raises PlanError, naming where."""
        from .receipt_file import read

        return read(text)

    def __reduce__(self) -> tuple[Any, ...]:
        # A client stays in its process.
        names = [name for name in self.__slots__ if name != "_apply"]
        return Receipt, tuple(getattr(self, name) for name in names)

    def _seen(self) -> Verdict:
        return self._unseen() if self.verdict is None else self.verdict

    def _unseen(self) -> NoReturn:
        if self.verify_error is not None:
            raise NotVerified(
                "The read-back failed, so nobody knows what Zoom applied", sent=self.sent
            ) from self.verify_error
        raise NotVerified(
            "Nothing was read back, so nobody knows what Zoom applied", sent=self.sent
        )
