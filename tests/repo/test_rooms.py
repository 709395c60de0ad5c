"""The rooms of the facade: what lies below what, and what may not be written in them."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from limits import most
from rezoom._wire import facts

ROOT = Path(__file__).parents[2]
FACADE = ROOT / "wrapper" / "rezoom"
GENERATED = ROOT / "generated"

# From the ground up. A file may import its own room and the floors below it; no two files may
# import each other, by any way round, in functions and for type checkers too.
FLOORS = (
    "_builds _disk _paths _public _secret _visible _wire",
    "_zone_names",
    "_times",
    "errors",
    "_clock _catalog _redaction _vendor recurrence",
    "_auth _ledger _rules",
    "_change _http",
    "_client",
    "celery quota",
    "__init__",
    "simulator",
    "_cli",
    "cli",
)
FLOOR = {room: height for height, rooms in enumerate(FLOORS) for room in rooms.split()}

# The only files that read the time, the environment or chance; others are handed what they need.
WORLD = {
    "_clock": "the real clocks",
    "_auth/httpx_auth": "a clock for those who bring none",
    "_ledger/sqlite/database_file": "waits for another process's lock, by a deadline",
    "_ledger/off_loop": "looks whether a thread has ended",
    "_http/driver": "names reservations by chance",
    "_http/transport": "sockets wait by the time of the machine",
    "_http/guard": "the environment",
    "celery": "the environment and the process, after a worker has forked",
    "_client/options": "the environment, and the jitter of retries",
    "simulator": "is the outside",
    "_cli": "is the outside",
}
LONGEST = 500

FILES = sorted(FACADE.rglob("*.py"))


def name_of(file: Path) -> str:
    """Name a file by its path below the facade."""
    return file.relative_to(FACADE).with_suffix("").as_posix()


def room_of(name: str) -> str:
    """Name the room of a file: its folder, or itself where it is a room of its own."""
    return name.partition("/")[0]


TREES = {name_of(file): ast.parse(file.read_text("utf-8")) for file in FILES}


def imported(name: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the file of every import of ours, wherever in the file it stands."""
    here = ("rezoom", *name.split("/"))
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.ImportFrom):
            base = here[: -node.level] if node.level else ()
            module = (*base, *(node.module or "").split(".")) if node.module else base
            targets = [(*module, alias.name) for alias in node.names]
        elif isinstance(node, ast.Import):
            targets = [tuple(alias.name.split(".")) for alias in node.names]
        else:
            continue
        for top, *rest in targets:
            if top == "rezoom":
                yield node.lineno, file_of(rest)


def file_of(parts: list[str]) -> str:
    """Find the file that an import means: a module, a package, or the one that has the name."""
    for size in range(len(parts), 0, -1):
        path = "/".join(parts[:size])
        for known in (path, f"{path}/__init__"):
            if known in TREES:
                return known
    return "__init__"


ARROWS = {name: {goal for _, goal in imported(name)} for name in TREES}


def reached(start: str) -> set[str]:
    """Follow the arrows from a file to all that it needs."""
    found: set[str] = set()
    left = [start]
    while left:
        new = ARROWS[left.pop()] - found
        found |= new
        left += new
    return found


def circles() -> list[list[str]]:
    """List the groups of files each of which needs all the others."""
    below = {name: reached(name) for name in ARROWS}
    groups = {
        tuple(sorted(other for other in below[name] if name in below[other]))
        for name in below
        if name in below[name]
    }
    return [list(group) for group in sorted(groups)]


def runs_up(name: str) -> list[str]:
    """List the imports of a file that leave its room, and not for a floor below."""
    room = room_of(name)
    return sorted(
        f"{name}:{line} imports {goal}"
        for line, goal in imported(name)
        if room_of(goal) != room and FLOOR[room_of(goal)] >= FLOOR[room]
    )


def test_every_file_is_in_a_room() -> None:
    """A new room gets its floor before it gets its first line."""
    assert {room_of(name) for name in TREES} == FLOOR.keys()


@pytest.mark.parametrize("name", TREES)
def test_no_arrow_runs_up(name: str) -> None:
    """What is below can be read, tested and changed without what is above."""
    assert runs_up(name) == []


def test_there_is_no_circle() -> None:
    """Nor is one hidden in a function or behind TYPE_CHECKING."""
    assert circles() == []


def test_no_two_rooms_have_a_file_of_one_name() -> None:
    """Who looks for a file by its name finds one, doors and commands apart."""
    private = [name.split("/") for name in TREES if "/commands/" not in name]
    names = [
        last.lstrip("_")
        for *folders, last in private
        if last != "__init__" and any(part.startswith("_") for part in [*folders, last])
    ]

    assert sorted(name for name in set(names) if names.count(name) > 1) == []


@pytest.mark.parametrize("name", TREES)
def test_a_module_can_be_read_at_one_sitting(name: str) -> None:
    """What grows past this is more than one idea."""
    assert len((FACADE / f"{name}.py").read_text("utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize("package", ["rezoom_wire", "rezoom_contract"])
def test_generated_code_knows_nothing_of_the_facade(package: str) -> None:
    """It needs what its generator needs, so that it can be copied anywhere."""
    needs = {
        "rezoom_wire": {"attrs", "attr", "httpx"},
        "rezoom_contract": {"pydantic", "pydantic_core"},
    }
    for file in (GENERATED / package).rglob("*.py"):
        nodes = list(ast.walk(ast.parse(file.read_text("utf-8"))))
        found = {
            alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names
        }
        found |= {
            node.module or ""
            for node in nodes
            if isinstance(node, ast.ImportFrom) and not node.level
        }
        tops = {name.partition(".")[0] for name in found}

        assert tops - sys.stdlib_module_names <= needs[package], file


def in_world(name: str) -> bool:
    """Tell whether a file is one of those that read the world, or in such a room."""
    return any(name == part or name.startswith(f"{part}/") for part in WORLD)


@pytest.mark.parametrize("name", [name for name in TREES if not in_world(name)])
def test_time_chance_and_environment_stay_outside(name: str) -> None:
    """They come in as arguments; a core that reads them by itself cannot be tested."""
    assert [ast.unparse(node) for node in ast.walk(TREES[name]) if is_worldly(node)] == []


def is_worldly(node: ast.AST) -> bool:
    """Tell whether a node reads the time, draws a number, sleeps, or looks at the environment."""
    modules = {"time", "random", "secrets", "uuid"}
    if isinstance(node, ast.Import):
        return bool({alias.name for alias in node.names} & modules)
    if isinstance(node, ast.ImportFrom):
        return node.module in modules
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        read = {"now", "utcnow", "today", "environ", "getenv", "sleep", "urandom"}
        return node.value.id in {"datetime", "date", "os", "anyio", "asyncio"} and node.attr in read
    return False


@pytest.mark.parametrize(
    "name", [name for name in TREES if room_of(name) in ("_change", "_rules", "_ledger")]
)
def test_a_time_of_zooms_is_read_by_one_function(name: str) -> None:
    """Two readers would differ in what a wall clock means where no zone is known."""
    readers = ("datetime.fromisoformat", "datetime.strptime")

    assert [node.lineno for node in calls(name) if ast.unparse(node.func) in readers] == []


@pytest.mark.parametrize(
    "name", [name for name in TREES if room_of(name) not in ("_times", "recurrence", "simulator")]
)
def test_an_instant_is_written_by_one_function(name: str) -> None:
    """`zulu` ends it with a Z: an offset is not one of Zoom's two forms."""
    written = [ast.unparse(node.func) for node in calls(name)]

    assert [one for one in written if one.endswith("replace(tzinfo=None).isoformat")] == []


def calls(name: str) -> Iterator[ast.Call]:
    """Yield every call in a file."""
    return (node for node in ast.walk(TREES[name]) if isinstance(node, ast.Call))


SMALLEST = 50  # below it every number is some number of Zoom's
# Numbers that only look like one of Zoom's, by the name of the constant or function they stand in.
OURS = {
    "_LISTED": "how many dates are listed at once",
    "_LONGEST": "how long a sentence may be",
    "Reader": "how much of a sentence is quoted",
    "shown": "how much of a value is quoted",
    "explain": "the lowest HTTP status",
    "_PORTS": "the port of http",
    "_STATUSES": "the statuses of HTTP",
    "LONGEST_TRACKING": "how much of a tracking id is kept",
    "_WIDTH": "how wide a printed page is",
    "_BUNDLED_ABOVE": "where counting one by one stops paying",
    "_STEP_ASIDE_EVERY": "how often a writer lets others pass",
    "_DURATION": "the length of a meeting that has none",
    "new_meeting": "the length of a meeting that is made up",
    "_leap_years": "a rule of the calendar",
}
OK = 200  # of HTTP, and the longest topic of Zoom's


def numbers_of_zoom() -> Iterator[int | None]:
    """Yield every number of Zoom's that the spec knows."""
    for field in facts.BODIES["updateMeeting"].values():
        yield from (
            field.minimum,
            field.maximum,
            field.min_length,
            field.max_length,
            field.max_items,
        )
    for rule in facts.RULES.values():
        for bounds in rule.bounds.values():
            yield from bounds.values()
    for rate in facts.RATES.values():
        yield from (rate.per_second, rate.per_day)
    yield from (quota.limit for quota in facts.QUOTAS.values())


NUMBERS = {number for number in numbers_of_zoom() if number is not None and number >= SMALLEST}


def written(node: ast.AST, *, free: bool = False) -> Iterator[int]:
    """Yield the numbers that stand for themselves: no unit, no part of a slice, no HTTP status."""
    if isinstance(node, ast.Constant):
        if type(node.value) is int and not free:
            yield node.value
        return
    units = isinstance(node, ast.BinOp) and isinstance(
        node.op, ast.Mult | ast.Div | ast.FloorDiv | ast.Mod
    )
    called = isinstance(node, ast.Call) and ast.unparse(node.func) in {"divmod", "timedelta"}
    passed_on = free and isinstance(node, ast.keyword)
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Constant) and child.value == OK and says_status(node):
            continue
        yield from written(child, free=units or called or passed_on or isinstance(node, ast.Slice))


def says_status(node: ast.AST) -> bool:
    """Tell whether a 200 here is HTTP's: a part of a call, a default, or beside a status."""
    if isinstance(node, ast.Compare):
        return "status" in ast.unparse(node)
    return isinstance(
        node, ast.Call | ast.keyword | ast.arguments | ast.BoolOp | ast.Dict | ast.AnnAssign
    )


def test_the_spec_knows_the_famous_ones() -> None:
    """The hundred a day, sixty meetings of a series, a day in minutes, the lengths of texts."""
    famous = {most(field) for field in ("recurrence.end_times", "duration", "topic", "agenda")}
    assert famous | {quota.limit for quota in facts.QUOTAS.values()} <= NUMBERS


@pytest.mark.parametrize("name", TREES)
def test_no_number_of_zooms_is_written_again(name: str) -> None:
    """Change it in the spec, and everything follows."""
    found = [
        f"{number} in {owner}"
        for statement in TREES[name].body
        for owner in [names_of(statement)]
        if not owner & OURS.keys()
        for number in written(statement)
        if number in NUMBERS
    ]

    assert found == []


def names_of(statement: ast.stmt) -> frozenset[str]:
    """Name what a statement of a module defines."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return frozenset({statement.name})
    stored = (node for node in ast.walk(statement) if isinstance(node, ast.Name))
    return frozenset(node.id for node in stored if isinstance(node.ctx, ast.Store))


if __name__ == "__main__":
    print(*(" ".join(circle) for circle in circles()), sep="\n")
    print(*(arrow for name in TREES for arrow in runs_up(name)), sep="\n")
