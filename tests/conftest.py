"""What every test shares: no network beyond this machine, and a clock that stands still."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from importlib.util import find_spec

import pytest
from clocks import FakeClock
from hypothesis import HealthCheck, settings

# A slow machine is no flaw of what is tested. The rest is Hypothesis' own choice, which draws the
# same cases every time where CI is set.
settings.register_profile(
    "any machine", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")

# A shell lets what runs in the background ignore Ctrl-C, and so would every command started here.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Run by `nox -s users`, as a project of its own.
collect_ignore = ["user_program"]
if find_spec("celery") is None:
    # Run by `nox -s celery`.
    collect_ignore.append("worker")


@pytest.fixture(autouse=True, scope="session")
def _own_environment() -> Iterator[None]:
    """Keep a developer's proxy out of the way of the loopback servers, and their ledger unspent."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("REZOOM_LEDGER", "memory:")
        for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
            environment.delenv(name, raising=False)
            environment.delenv(name.upper(), raising=False)
        yield


@pytest.fixture
def clock() -> FakeClock:
    """Give a clock that only the test moves."""
    return FakeClock()
