"""A module fits on a few screens, so that it can be read at one sitting."""

from __future__ import annotations

from pathlib import Path

import pytest

FACADE = Path(__file__).parents[2] / "wrapper" / "rezoom"
MOST = 300
LONGER = {"errors.py": "the whole tree of errors is read as one"}


@pytest.mark.parametrize(
    "module", sorted(FACADE.rglob("*.py")), ids=lambda module: str(module.relative_to(FACADE))
)
def test_a_module_is_not_too_long(module: Path) -> None:
    """What grows past this is more than one thing."""
    lines = len(module.read_text("utf-8").splitlines())

    assert lines <= MOST or str(module.relative_to(FACADE)) in LONGER
