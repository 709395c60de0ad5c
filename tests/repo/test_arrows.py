"""Who may import whom: what is not written here is forbidden."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FACADE = ROOT / "wrapper" / "rezoom"
GENERATED = ROOT / "generated"

# The facade, from the leaves up. A package is one entry: inside it everything may meet.
ARROWS: dict[str, set[str]] = {
    "errors": set(),
    "clock": set(),
    "system_clock": set(),
    "_wire": {"rezoom_wire"},
    "times": {"errors"},
    "retry": {"errors"},
    "meeting_id": {"_wire", "errors"},
    "meanings": {"_wire"},
    "token_answer": {"_wire", "errors", "meanings"},
    "auth": {"_wire", "errors", "httpx_auth", "token_answer"},
    "httpx_auth": {"auth"},
    "quota": {"_wire", "clock", "errors", "times"},
    "recurrence": {"_wire", "errors", "times"},
    "plain": {"_wire", "times"},
    "body": {"_wire", "errors", "plain", "times"},
    "advice": {"_wire", "errors"},
    "rules": {"_wire", "advice", "body", "errors"},
    "case": {"_wire", "body", "rules", "times"},
    "situations": {"_wire", "body", "case", "errors", "rules"},
    "vendor": {"_wire", "errors"},
    "answers": {"_wire", "errors", "meanings", "quota", "retry"},
    "explaining": {"_wire", "meanings"},
    "intents": {"auth", "quota"},
    "booking": {"clock", "intents", "quota"},
    "flow": {"answers", "auth", "errors", "intents", "quota", "retry"},
    "letterhead": set(),
    "pools": set(),
    "lines": {"intents", "letterhead", "pools", "quota"},
    "tools": {"auth", "clock", "quota"},
    "drive": {"_wire", "auth", "booking", "errors", "intents", "lines", "tools"},
    "secrecy": {"_wire"},
    "scheduling": {"body", "errors", "recurrence", "rules"},
    "planning": {
        "_wire", "body", "errors", "quota", "recurrence", "retry", "rules", "scheduling", "secrecy",
        "situations", "times",
    },
    "prepare": {
        "_wire", "errors", "intents", "meeting_id", "planning", "recurrence", "scheduling",
    },
    # The one part of the quota package that sends; nothing in the package may use it.
    "quota/transport": {
        "answers", "booking", "clock", "drive", "errors", "flow", "intents", "quota", "retry",
        "system_clock",
    },
    "address": {"_wire", "errors", "token_answer"},
    "desk": {"flow", "quota", "retry"},
    "hosts": {"desk", "errors", "intents"},
    "reads": {"desk", "errors", "flow", "hosts", "intents", "planning", "prepare", "recurrence"},
    "verifying": {"desk", "errors", "flow", "intents", "planning", "reads"},
    "sending": {
        "_wire", "desk", "errors", "flow", "hosts", "intents", "planning", "prepare", "quota",
        "reads", "verifying",
    },
    "planned": {
        "_wire", "desk", "errors", "flow", "intents", "meeting_id", "planning", "prepare", "reads",
        "recurrence", "retry", "sending",
    },
    "operations": {
        "_wire", "desk", "intents", "meeting_id", "planned", "planning", "prepare", "quota",
        "retry", "sending",
    },
    "session": {
        "_wire", "address", "auth", "clock", "desk", "drive", "errors", "intents", "lines",
        "operations", "planning", "prepare", "quota", "retry", "system_clock", "tools",
    },
    "checking": {
        "_wire", "body", "errors", "planning", "recurrence", "scheduling", "system_clock", "times",
    },
    "client": {
        "_wire", "auth", "drive", "intents", "lines", "operations", "planning", "prepare", "quota",
        "recurrence", "retry", "session",
    },
    "async_client": {
        "_wire", "auth", "drive", "intents", "lines", "operations", "planning", "prepare", "quota",
        "recurrence", "retry", "session",
    },
}  # fmt: skip
# The public names, each of which is loaded from where it lives.
ARROWS["__init__"] = {*ARROWS, "rezoom_wire"}
# On top: they may use the whole facade, and nothing below may use them.
ARROWS["simulator"] = {*ARROWS, "rezoom_contract"}
ARROWS["cli"] = {*ARROWS}

BOUGHT: dict[str, set[str]] = {
    "anyio": {
        "async_client",
        "drive",
        "httpx_auth",
        "quota",
        "quota/transport",
        "simulator",
        "system_clock",
    },
    "httpx": {
        "async_client",
        "auth",
        "client",
        "drive",
        "httpx_auth",
        "letterhead",
        "lines",
        "pools",
        "quota/transport",
        "session",
    },
    "jsonschema_rs": {"advice", "rules"},
    # For type checkers only: it is never installed.
    "typing_extensions": {"planning"},
    "platformdirs": {"quota"},
    "redis": {"quota"},
    "pydantic": {"simulator"},
    # Its plugin, which nothing else loads.
    "pytest": {"simulator"},
    "ruamel": {"simulator"},
    "starlette": {"simulator"},
    "uvicorn": {"simulator"},
    "rich": {"cli"},
    "typer": {"cli"},
}
OUTER = {"quota/guarding.py", "quota/transport.py"}
WORLDLY = {
    "system_clock.py": "the real clock",
    "booking.py": "tokens for the ledger",
    "session.py": "the environment, and the jitter",
    "quota/transport.py": "the environment",
    "httpx_auth.py": "a clock for those who bring none",
    "quota/machine.py": "the machine's clocks, for ledgers to which nobody brings one",
    "quota/sqlite_file.py": "waits for other processes on the lock of a new file, by a deadline",
    "cli": "it is the outside",
    "simulator": "it is the outside",
}


def part(module: Path) -> str:
    """Name the entry of the table that a module of the facade belongs to."""
    if module.relative_to(FACADE).as_posix() in OUTER:
        return "quota/transport"
    return module.relative_to(FACADE).parts[0].removesuffix(".py")


def modules(folder: Path) -> list[Path]:
    """List the modules below a folder."""
    return sorted(folder.rglob("*.py"))


def imports(module: Path) -> Iterator[str]:
    """Yield what a module imports: the entry of ours, or the top name of anything else."""
    here = module.relative_to(FACADE.parent).with_suffix("").parts
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            targets = [tuple(alias.name.split(".")) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = here[: -node.level] if node.level else ()
            base += tuple(node.module.split(".")) if node.module else ()
            targets = [(*base, alias.name) for alias in node.names]
        else:
            continue
        for top, *rest in targets:
            # A name of the package itself, and not a module in it: one of the public names.
            named = rest[0] if rest and rest[0] in ARROWS else "__init__"
            yield named if top == FACADE.name else top


def test_the_table_names_every_module() -> None:
    """A new module gets its arrows before it gets its first line."""
    assert {part(module) for module in modules(FACADE)} - ARROWS.keys() == set()


def test_the_arrows_have_no_circle() -> None:
    """But for the two halves of the token source, which load each other on first use."""
    left = {name: goals - {name} for name, goals in ARROWS.items()}
    left["auth"] -= {"httpx_auth"}
    while leaves := [name for name, goals in left.items() if not goals & left.keys()]:
        for name in leaves:
            del left[name]

    assert left == {}


@pytest.mark.parametrize("module", modules(FACADE), ids=lambda m: str(m.relative_to(FACADE)))
def test_a_module_imports_only_what_its_arrows_allow(module: Path) -> None:
    """Ours by the table, others' by name, and the standard library."""
    here = part(module)
    allowed = {here} | ARROWS[here] | {name for name, users in BOUGHT.items() if here in users}

    strange = set(imports(module)) - allowed - sys.stdlib_module_names

    assert strange == set()


def test_generated_code_knows_nothing_of_the_facade() -> None:
    """The wire client needs attrs and httpx alone, so that it can be copied anywhere."""
    bought = {
        "rezoom_wire": {"attrs", "attr", "httpx"},
        "rezoom_contract": {"pydantic", "pydantic_core"},
    }
    for package, needs in bought.items():
        for module in modules(GENERATED / package):
            found = {name for name in absolute(module) if name not in sys.stdlib_module_names}
            assert found <= needs, module


def absolute(module: Path) -> Iterator[str]:
    """Yield the top names of what a module imports from elsewhere."""
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").partition(".")[0]


@pytest.mark.parametrize("module", modules(FACADE), ids=lambda m: str(m.relative_to(FACADE)))
def test_time_randomness_and_environment_stay_outside(module: Path) -> None:
    """They come in as arguments; a core that reads them by itself cannot be tested."""
    if {part(module), module.relative_to(FACADE).as_posix()} & WORLDLY.keys():
        return
    tree = ast.parse(module.read_text("utf-8"))
    found = [ast.unparse(node) for node in ast.walk(tree) if worldly(node)]

    assert found == []


def worldly(node: ast.AST) -> bool:
    """Tell whether a node reads the time, draws a number, sleeps, or looks at the environment."""
    if isinstance(node, ast.Import):
        return bool({alias.name for alias in node.names} & {"time", "random", "secrets", "uuid"})
    if isinstance(node, ast.ImportFrom):
        return node.module in {"time", "random", "secrets", "uuid"}
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        read = {"now", "utcnow", "today", "environ", "getenv", "sleep", "urandom"}
        return node.value.id in {"datetime", "date", "os", "anyio", "asyncio"} and node.attr in read
    return False
