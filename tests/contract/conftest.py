"""These tests drive the compiler itself, which is no part of the installed package."""

from __future__ import annotations

from pathlib import Path

import pytest
from spec_copy import SpecCopy


@pytest.fixture
def copy(tmp_path: Path) -> SpecCopy:
    """Give a copy of the spec in a tree of its own."""
    return SpecCopy(tmp_path / "tree")
