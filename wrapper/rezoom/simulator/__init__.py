"""A fake Zoom over real HTTP, for tests and first steps: `with Simulator() as sim: ...`."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .caps import Caps
    from .clock import SimClock
    from .fault_plan import RandomFaults
    from .faults import FAULTS, Fault, FaultKind
    from .people import User
    from .quirks import Quirks
    from .record import Flaw, Request, Verdict
    from .serving import serve
    from .simulator import Simulator
    from .store import Change, MemoryStore, Store
    from .store_file import FileStore
    from .tokens import Credentials

__all__ = [
    "FAULTS",
    "Caps",
    "Change",
    "Credentials",
    "Fault",
    "FaultKind",
    "FileStore",
    "Flaw",
    "MemoryStore",
    "Quirks",
    "RandomFaults",
    "Request",
    "SimClock",
    "Simulator",
    "Store",
    "User",
    "Verdict",
    "serve",
]

_HOMES = {
    ".caps": ("Caps",),
    ".clock": ("SimClock",),
    ".fault_plan": ("RandomFaults",),
    ".faults": ("FAULTS", "Fault", "FaultKind"),
    ".people": ("User",),
    ".quirks": ("Quirks",),
    ".record": ("Flaw", "Request", "Verdict"),
    ".serving": ("serve",),
    ".simulator": ("Simulator",),
    ".store": ("Change", "MemoryStore", "Store"),
    ".store_file": ("FileStore",),
    ".tokens": ("Credentials",),
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
