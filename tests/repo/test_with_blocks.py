"""A `with` block is left by its exit wherever a signal may be looked for in it.

The compilers of CPython 3.12 and 3.13 leave some jumps of loops with an `if` out of the handler of
the block around them: an interrupt there keeps a lock for ever. Such a loop has to be a function.
"""

from __future__ import annotations

import ast
import dis
from collections.abc import Iterator
from pathlib import Path
from types import CodeType

import pytest

FACADE = Path(__file__).parents[2] / "wrapper" / "rezoom"
# A command ends with an interrupt, and its locks with it.
FILES = [file for file in sorted(FACADE.rglob("*.py")) if "_cli" not in file.parts]
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def within(node: ast.AST) -> Iterator[ast.AST]:
    """Go through a function, and not through those defined in it."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (*FUNCTIONS, ast.Lambda)):
            yield child
            yield from within(child)


def codes(code: CodeType) -> Iterator[CodeType]:
    """Yield a code object and all that are in it."""
    yield code
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield from codes(one)


def lines_of_blocks(function: ast.AST) -> set[int]:
    """List the lines in the `with` blocks of a function; entry and exit are not in them."""
    found = set()
    for node in within(function):
        if isinstance(node, ast.With | ast.AsyncWith):
            found |= set(range(node.body[0].lineno, (node.end_lineno or 0) + 1)) - {node.lineno}
    return found


def uncovered(code: CodeType, lines: set[int]) -> Iterator[str]:
    """Yield the instructions on these lines after which an interrupt would miss the exit."""
    bytecode = dis.Bytecode(code)
    # Not in the types of the standard library.
    covered = [(entry.start, entry.end) for entry in vars(bytecode)["exception_entries"]]
    for step in bytecode:
        line = step.positions.lineno if step.positions else None
        # Signals are looked for after calls, and where a loop goes back.
        looks = step.opname.startswith("CALL") or step.opname == "JUMP_BACKWARD"
        if looks and line in lines and not any(a <= step.offset < b for a, b in covered):
            yield f"{code.co_qualname}:{line} {step.opname}"


def places(text: str) -> list[str]:
    """List the places in a text at which an interrupt would keep what a block holds."""
    found = list(codes(compile(text, "text", "exec")))
    return [
        place
        for node in ast.walk(ast.parse(text))
        if isinstance(node, FUNCTIONS) and (lines := lines_of_blocks(node))
        for code in found
        if code.co_name == node.name and node.lineno in (code.co_firstlineno, _first(code))
        for place in uncovered(code, lines)
    ]


def _first(code: CodeType) -> int:
    # With decorators a function begins above its `def`.
    return next(line for _, _, line in code.co_lines() if line is not None)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(FACADE)))
def test_every_place_in_a_with_block_is_covered_by_its_exit(file: Path) -> None:
    """Judged by what this Python makes of the file."""
    assert places(file.read_text("utf-8")) == []


def test_a_call_outside_of_a_block_is_no_place_in_it() -> None:
    """What comes before a block and after it holds nothing."""
    assert places("def f(lock):\n    g()\n    with lock:\n        g()\n    g()\n") == []
