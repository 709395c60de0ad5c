"""The words of the house are the field's, so that a stranger can grep for what he knows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FACADE = ROOT / "wrapper" / "rezoom"
WRITTEN = sorted(
    file for folder in ("wrapper", "scripts", "tests") for file in (ROOT / folder).rglob("*.py")
)
BANNED = frozenset(
    "desk letterhead pot rail weight tail book twins odd veiled told asked wish outcome backstage "
    "gates breakage lapse aside".split()
)
BANNED_IN_DOCSTRINGS = frozenset("desk letterhead rail twins veiled backstage anew nobody".split())
BEGINNING = re.compile(r"[A-Z0-9`\"]")
FEWEST = 4


def words(name: str) -> set[str]:
    """Split a name in snake_case or CamelCase into its words, in lower case."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the line and the name of every class, function and parameter."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg


def docstrings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the line and the text of every docstring."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            if text is not None:
                yield getattr(node, "lineno", 1), text


@pytest.mark.parametrize(
    "file", sorted(FACADE.rglob("*.py")), ids=lambda file: str(file.relative_to(FACADE))
)
def test_no_name_is_a_word_of_our_own(file: Path) -> None:
    """Modules, classes, functions and parameters are called what the field calls them."""
    tree = ast.parse(file.read_text("utf-8"))
    found = [(line, name) for line, name in [(0, file.stem), *names(tree)] if words(name) & BANNED]

    assert found == []


@pytest.mark.parametrize(
    "file", sorted(FACADE.rglob("*.py")), ids=lambda file: str(file.relative_to(FACADE))
)
def test_no_docstring_speaks_in_riddles(file: Path) -> None:
    """The worst of our own words stand in no docstring either."""
    found = [
        (line, text)
        for line, text in docstrings(ast.parse(file.read_text("utf-8")))
        if {word.lower() for word in re.findall(r"\w+", text)} & BANNED_IN_DOCSTRINGS
    ]

    assert found == []


@pytest.mark.parametrize("file", WRITTEN, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_docstring_is_a_sentence(file: Path) -> None:
    """It begins with a capital letter, a digit or code, and has at least four words."""
    found = [
        (line, text)
        for line, text in docstrings(ast.parse(file.read_text("utf-8")))
        if not BEGINNING.match(text) or len(text.split()) < FEWEST
    ]

    assert found == []


def test_no_formatting_is_by_hand() -> None:
    """The formatter decides, everywhere."""
    skipped = "# fmt: " + "skip"

    assert [file for file in WRITTEN if skipped in file.read_text("utf-8")] == []
