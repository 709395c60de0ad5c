"""The smoke part, which `nox -s lowest` runs, is large enough and leaves no area out."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from rezoom._cli.app import app

ROOT = Path(__file__).parents[2]
PACKAGES = ["rezoom_contract", "rezoom_wire", "redis", "rezoom"] + [
    f"rezoom.{path.parent.name}" for path in (ROOT / "wrapper" / "rezoom").glob("[!_]*/__init__.py")
]
COMMANDS = [c.name or c.callback.__name__ for c in app.registered_commands if c.callback]


def _marked(module: ast.Module) -> list[ast.FunctionDef]:
    whole = any(ast.unparse(node) == "pytestmark = pytest.mark.smoke" for node in module.body)
    return [
        node
        for node in module.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        if whole or "pytest.mark.smoke" in map(ast.unparse, node.decorator_list)
    ]


def _parsed() -> Iterator[ast.Module]:
    for path in (ROOT / "tests").rglob("test_*.py"):
        yield ast.parse(path.read_text("utf-8"))


SMOKE = {module: marked for module in _parsed() if (marked := _marked(module))}


def test_there_are_at_least_150() -> None:
    """Counted before they are run for each of their parameters."""
    assert sum(map(len, SMOKE.values())) >= 150


@pytest.mark.parametrize("package", PACKAGES)
def test_each_package_has_a_part_in_it(package: str) -> None:
    """A module with such a test imports it."""
    imported = {
        name
        for module in SMOKE
        for node in ast.walk(module)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in [getattr(node, "module", None), *(alias.name for alias in node.names)]
    }
    assert any(f"{name}.".startswith(f"{package}.") for name in imported)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_a_part_in_it(command: str) -> None:
    """Such a test, or what helps it, says its name."""
    said = (
        node.value
        for module, marked in SMOKE.items()
        for function in module.body
        if isinstance(function, ast.FunctionDef)
        if function in marked or not function.name.startswith("test_")
        for node in ast.walk(function)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    assert any(text.split()[:1] == [command] for text in said)
