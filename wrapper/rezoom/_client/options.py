"""What both clients hold: checked options, and no connection yet."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Self, TypedDict, Unpack

from ..errors import ConfigError

if TYPE_CHECKING:
    import httpx

    from .._auth.tokens import TokenSource
    from .._clock import Clock, Wait
    from .._http.context import Hosts
    from .._ledger.events import OnEvent
    from .._ledger.opening import LedgerDown
    from .._ledger.policy import AccountPlan, Limits
    from .._ledger.protocol import Ledger


class ZoomOptions(TypedDict, total=False):
    """The keyword options of `Zoom` and `AsyncZoom`."""

    account_plan: AccountPlan | None
    ledger: Ledger | str | None
    ledger_down: LedgerDown | None
    limits: Limits | None
    on_event: OnEvent | None
    hosts: Hosts
    wait: Wait
    retries: int
    timeout: float | httpx.Timeout
    base_url: str | None
    skip_unchanged: bool
    clock: Clock | None


# In seconds; sockets know no timeout of years.
_LONGEST_TIMEOUT = 86_400


class Session:
    """Checked options; opens nothing."""

    # What may be brought, by its name in httpx and httpx2.
    _kind = ""

    def __init__(
        self, auth: TokenSource, *, http: object = None, **options: Unpack[ZoomOptions]
    ) -> None:
        """Check the options.

        Raises ConfigError naming the one that cannot be, TypeError for one there is not.
        """
        import random
        import threading

        from .._clock import SystemClock, seconds
        from .._http.context import ClientContext
        from .._http.families import family_of
        from .._ledger.model import Lease, account_key
        from .._ledger.opening import chosen_ledger, chosen_limits
        from .._ledger.policy import Policy
        from .._wire import facts

        for name in options.keys() - ZoomOptions.__annotations__.keys():
            raise TypeError(_unknown(name, type(self).__name__))
        _check_source(auth)
        if http is not None:
            family_of(http, self._kind)
        retries = options.get("retries", 2)
        if isinstance(retries, bool) or not isinstance(retries, int) or retries < 0:
            raise ConfigError(
                f"retries is {retries!r}", field="retries", next_step="Give 0 or more."
            )
        clock = options.get("clock") or SystemClock()
        base_url = api_address(options.get("base_url") or facts.BASE_URL)
        wait = seconds(options.get("wait", 30))
        skip = bool(options.get("skip_unchanged", False))
        hosts = _known_hosts(options.get("hosts", "known"))
        # A client that was brought has timeouts of its own.
        self._timeout = _bounded(options.get("timeout", getattr(http, "timeout", 30)))
        plan = options.get("account_plan") or os.environ.get("REZOOM_ACCOUNT_PLAN") or None
        quota = Policy(
            chosen_limits(options.get("limits"), os.environ),
            account_plan=plan,
            lease=Lease.for_phases(_phases(self._timeout)),
        )
        ledger = options.get("ledger")
        self._owns_ledger = ledger is None or isinstance(ledger, str)
        counted = chosen_ledger(
            ledger,
            environ=os.environ,
            clock=options.get("clock"),
            ledger_down=options.get("ledger_down"),
            on_event=options.get("on_event"),
        )
        self._base_url = base_url
        self._context = ClientContext(
            auth,
            account_key(base_url, auth.account),
            counted,
            quota,
            clock,
            random.random,
            wait,
            retries,
            hosts,
            skip,
        )
        self._closed, self._owns_http, self._pid = False, http is None, os.getpid()
        self._opening = threading.Lock()

    @classmethod
    def from_env(cls, *, prefix: str = "ZOOM_", **options: Unpack[ZoomOptions]) -> Self:
        """Make a client from ZOOM_ACCOUNT_ID, ZOOM_CLIENT_ID and ZOOM_CLIENT_SECRET.

        ZOOM_API_URL (ends in /v2) and ZOOM_OAUTH_URL (the token address, whole) may name another
        Zoom, such as a simulator. Raises ConfigError naming every variable that is missing.
        """
        from .._auth.sources import ServerToServer
        from .._secret import Secret

        names = [f"{prefix}{name}" for name in ("ACCOUNT_ID", "CLIENT_ID", "CLIENT_SECRET")]
        missing = [name for name in names if not os.environ.get(name, "").strip()]
        if missing:
            raise ConfigError(
                f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set",
                field=missing[0],
                next_step="Set them to what the Server-to-Server OAuth app's page in Zoom's"
                " marketplace shows.",
            )
        account, client = (os.environ[name].strip() for name in names[:2])
        secret = Secret(os.environ[names[2]].strip())
        token_url = os.environ.get(f"{prefix}OAUTH_URL") or None
        if options.get("base_url") is None:
            options["base_url"] = os.environ.get(f"{prefix}API_URL") or None
        return cls(ServerToServer(account, client, secret, token_url=token_url), **options)

    def __repr__(self) -> str:
        """Name the address and the account; nothing secret."""
        if not hasattr(self, "_context"):  # while it is made, in a traceback with locals
            return f"<{type(self).__name__} not made yet>"
        return f"{type(self).__name__}(base_url={self._base_url!r}, auth={self._context.auth!r})"

    def _close_ledger(self) -> None:
        self._closed = True
        if self._owns_ledger:
            self._context.ledger.close()

    def _is_closed(self) -> ConfigError:
        what = f"this {type(self).__name__}"
        closed = what if self._closed else f"the http client of {what}"
        return ConfigError(f"{closed} is closed", next_step="Make a new one, or close it later.")


def _unknown(name: str, client: str) -> str:
    from difflib import get_close_matches  # only mistakes need it

    close = get_close_matches(name, ["http", *ZoomOptions.__annotations__], n=1)
    hint = f"did you mean {close[0]}?" if close else "see its signature"
    return f"{client} has no option {name!r}: {hint}"


def _check_source(auth: object) -> None:
    # By its methods: a source of somebody's own has no base class. The value may be a token.
    named = ("peek", "request", "accept")
    if not hasattr(auth, "account") or not all(callable(getattr(auth, x, None)) for x in named):
        what = f"auth is a {type(auth).__name__}"
        step = "Give Bearer(token), or ServerToServer(account_id, client_id, client_secret)."
        raise ConfigError(what, field="auth", next_step=step)


def _known_hosts(hosts: Hosts) -> Hosts:
    if callable(hosts) or hosts in ("known", "resolve"):
        return hosts
    step = "Give 'known', 'resolve', or a function from a meeting number to its host."
    raise ConfigError(f"hosts is {hosts!r}", field="hosts", next_step=step)


def _phases(timeout: float | httpx.Timeout) -> Iterable[float | None]:
    """List what bounds an attempt, in seconds: one number, or that of each phase."""
    return (timeout,) if isinstance(timeout, int | float) else timeout.as_dict().values()


def _bounded(timeout: float | httpx.Timeout) -> float | httpx.Timeout:
    if isinstance(timeout, int | float):
        if not isinstance(timeout, bool) and 0 < timeout <= _LONGEST_TIMEOUT:
            return timeout
    # httpx.Timeout is known by its method: importing httpx for the type costs half a second.
    elif hasattr(timeout, "as_dict"):
        phases = timeout.as_dict()
        if isinstance(phases, dict) and all(
            phase is None or 0 <= phase <= _LONGEST_TIMEOUT for phase in phases.values()
        ):
            return timeout
    step = "Give seconds above 0, a day's at most, or an httpx.Timeout of such phases."
    raise ConfigError(f"timeout is {timeout!r}", field="timeout", next_step=step)


def api_address(url: str) -> str:
    """Check the API address: whole, ending in /v2, and never plain HTTP over a network."""
    from .._auth.addresses import safe_address
    from .._wire import facts

    fix = f"Give an address such as {facts.BASE_URL}."
    return safe_address(url, "base_url", fix=fix, path="/v2").rstrip("/")
