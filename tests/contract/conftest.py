"""These tests drive the compiler itself, which is no part of the installed package."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from spec_copy import SpecCopy  # it needs the path above


@pytest.fixture
def copy(tmp_path: Path) -> SpecCopy:
    """Give a copy of the spec in a tree of its own."""
    return SpecCopy(tmp_path / "tree")
