"""What all calls of one client share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from .flow import Policy
from .quota import Policy as QuotaPolicy
from .quota import Reservation
from .quota.keys import account_key
from .retry import Wait, seconds

Hosts: TypeAlias = Literal["known", "resolve"] | Callable[[int], str | None]


@dataclass(frozen=True, slots=True)
class Desk:
    """What all calls of one client share."""

    base_url: str
    account: str | None
    wait: float
    retries: int
    rand: Callable[[], float]
    quota: QuotaPolicy
    hosts: Hosts = "known"
    skip_unchanged: bool = False

    # The name of the account in the ledger.
    ledger_account: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ledger_account", account_key(self.base_url, self.account))

    def policy(self, wait: Wait | None = None) -> Policy:
        """Say how often to retry and how long to sleep in one call."""
        return Policy(self.retries, self.wait if wait is None else seconds(wait), self.rand)

    def reservation(self, meeting: int | None, host: str | None) -> Reservation:
        """Name the quotas an update of `meeting` spends."""
        return self.quota.reservation(self.ledger_account, meeting, host)
