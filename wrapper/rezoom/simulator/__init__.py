"""A fake Zoom over real HTTP, for tests and first steps: `with Simulator() as sim: ...`."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._account import Credentials, User
    from ._allowance import Caps
    from ._fault_plan import RandomFaults
    from ._faults import FAULTS, Fault, FaultKind
    from ._quirks import Quirks
    from ._request_log import Arrivals, Flaw, Request, Verdict
    from ._sim_clock import SimClock
    from ._simulator import Simulator, serve

__all__ = [
    "FAULTS",
    "Arrivals",
    "Caps",
    "Credentials",
    "Fault",
    "FaultKind",
    "Flaw",
    "Quirks",
    "RandomFaults",
    "Request",
    "SimClock",
    "Simulator",
    "User",
    "Verdict",
    "serve",
]

_HOMES = {
    "._account": ("Credentials", "User"),
    "._allowance": ("Caps",),
    "._fault_plan": ("RandomFaults",),
    "._faults": ("FAULTS", "Fault", "FaultKind"),
    "._quirks": ("Quirks",),
    "._request_log": ("Arrivals", "Flaw", "Request", "Verdict"),
    "._sim_clock": ("SimClock",),
    "._simulator": ("Simulator", "serve"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}
_EXTRA = frozenset({"starlette", "uvicorn", "pydantic", "h11", "ruamel"})


def __getattr__(name: str) -> object:
    # Loaded on first use (PEP 562): a clock or a quirk needs no web server.
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(_HOME_OF[name], __name__), name)
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in _EXTRA:
            raise
        raise ModuleNotFoundError(
            f'the simulator needs {missing}: pip install "rezoom[simulator]"', name=missing
        ) from None


def __dir__() -> list[str]:
    return __all__
