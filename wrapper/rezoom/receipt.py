"""What an update leaves in the caller's hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .errors import LedgerError, NotVerified, Problem
from .quota import Quota


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that Zoom accepted an update; not that it did anything (a 204 is silent).

    `meeting` is the meeting's number, `tracking_id` is what Zoom's support asks for, `quota` what
    is left of the day's updates, `warnings` what was doubtful about the change.
    """

    meeting: int
    sent: bool
    tracking_id: str | None
    # Why the ledger could not be read afterwards, where it could not: the change is out all the
    # same, and its receipt must not be lost.
    left: Quota | LedgerError
    warnings: tuple[Problem, ...] = ()
    verified: bool = False

    @property
    def quota(self) -> Quota:
        """What is left; raises the LedgerError that kept it from being read."""
        if isinstance(self.left, LedgerError):
            raise self.left
        return self.left

    @property
    def applied(self) -> Any:
        """Fields that were seen to have the asked value; raises NotVerified: nothing was read."""
        raise NotVerified("Nothing was read back, so nobody knows what Zoom applied")

    ignored = side_effects = applied

    def to_dict(self) -> dict[str, Any]:
        """Return the receipt as JSON-ready data without secrets."""
        return {
            "meeting": self.meeting,
            "sent": self.sent,
            "tracking_id": self.tracking_id,
            "quota": None if isinstance(self.left, LedgerError) else self.left.to_dict(),
            "warnings": [problem.to_dict() for problem in self.warnings],
            "verified": self.verified,
        }
