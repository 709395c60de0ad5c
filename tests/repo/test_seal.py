"""Generated code is as the compiler wrote it: nobody's hand has been in it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from compiler.bundle import bundle
from compiler.document import Document

ROOT = Path(__file__).parents[2]
SPEC = ROOT / "spec"
PACKAGES = ("rezoom_wire", "rezoom_contract")
HEADER = "# Generated from spec/openapi.yaml by `nox -s regen`.\n"


def sha256(path: Path) -> str:
    """Hash a file as the seal does."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def spec_sha256() -> str:
    """Hash the spec as one document, as the seal does: comments and the parts leave no trace."""
    whole = bundle(Document(SPEC / "openapi.yaml").root)
    text = json.dumps(whole, indent=1, ensure_ascii=False) + "\n"
    return hashlib.sha256(text.encode()).hexdigest()


def seal(package: str) -> dict[str, Any]:
    """Read the seal of a package."""
    read: dict[str, Any] = json.loads((ROOT / "generated" / package / "SEAL.json").read_bytes())
    return read


def files(package: str) -> dict[str, str]:
    """Hash everything in a package but its seal and what Python leaves behind."""
    folder = ROOT / "generated" / package
    found = (path for path in folder.rglob("*") if path.is_file() and path.name != "SEAL.json")
    return {
        path.relative_to(folder).as_posix(): sha256(path)
        for path in found
        if "__pycache__" not in path.parts
    }


@pytest.mark.parametrize("package", PACKAGES)
def test_every_generated_file_is_the_sealed_one(package: str) -> None:
    """None edited, none added, none missing: the budget for hand edits is zero."""
    assert files(package) == seal(package)["files"]


@pytest.mark.parametrize("package", PACKAGES)
def test_the_seal_is_of_this_spec(package: str) -> None:
    """A spec that was edited without `nox -s regen` shows here."""
    assert seal(package)["spec"]["sha256"] == spec_sha256()


@pytest.mark.parametrize("package", PACKAGES)
def test_every_generated_module_says_so(package: str) -> None:
    """Whoever opens one is told where to change it instead."""
    modules = (ROOT / "generated" / package).rglob("*.py")
    silent = [path.name for path in modules if not path.read_text("utf-8").startswith(HEADER)]

    assert silent == []


def test_both_packages_are_made_by_the_same_tools() -> None:
    """Two readings of one spec, at one time."""
    wire, contract = map(seal, PACKAGES)

    assert (wire["made-by"], wire["spec"]) == (contract["made-by"], contract["spec"])
