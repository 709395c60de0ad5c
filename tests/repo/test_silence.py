"""What is published says nothing about the machine it was made on."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# In two parts each, or this file would be its own finding.
BETRAYING = [
    "/" + "tmp/",
    "/" + "root/",
    "/" + "work/",
    "/" + "home/",
    "pypi" + ".org/simple",
    "files." + "pythonhosted",
    "registry." + "npmjs",
]


def tracked() -> list[Path]:
    """List what git would publish."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("there is no repository here to ask")
    done = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True)
    names = (ROOT / name for name in done.stdout.decode().split("\0") if name)
    return [path for path in names if path.is_file()]


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    """Neither folders nor the place packages were fetched from."""
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in tracked()
        for word in BETRAYING
        if word.encode() in path.read_bytes()
    ]

    assert found == []
