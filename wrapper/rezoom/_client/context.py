"""What all calls of one client share."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from .._clock import Wait, seconds
from .._http.flow import Flow, Host, Learn, Policy
from .._ledger.model import Reservation, account_key, is_alias
from .._ledger.policy import Policy as QuotaPolicy
from ..errors import LedgerError

Hosts: TypeAlias = Literal["known", "resolve"] | Callable[[int], str | None]


@dataclass(frozen=True, slots=True)
class ClientContext:
    """What all calls of one client share."""

    base_url: str
    account: str | None
    wait: float
    retries: int
    rand: Callable[[], float]
    quota: QuotaPolicy
    hosts: Hosts = "known"
    skip_unchanged: bool = False

    @property
    def ledger_account(self) -> str:
        """The name of the account in the ledger."""
        return account_key(self.base_url, self.account)

    def policy(self, wait: Wait | None = None) -> Policy:
        """Say how often to retry and how long to sleep in one call."""
        return Policy(self.retries, self.wait if wait is None else seconds(wait), self.rand)

    def reservation(self, meeting: int | None, host: str | None) -> Reservation:
        """Name the quotas an update of `meeting` spends."""
        return self.quota.reservation(self.ledger_account, meeting, host)


_log = logging.getLogger("rezoom")


def host_id(context: ClientContext, host: str | None) -> Flow[str | None]:
    """Return the id of a host who is named by an e-mail address; None where it is not known."""
    if host is None or not is_alias(host):
        return host
    known: str | None = yield Host(context.ledger_account, host.casefold())
    return known


def learn(context: ClientContext, meeting: int | str, host: str | None) -> Flow[None]:
    """Write down whose meeting, or whose address, it is; a ledger that cannot only misses that."""
    try:
        yield Learn(context.ledger_account, meeting, host)
    except LedgerError as error:
        _log.warning("the host of a meeting was not written down: %s", error)
