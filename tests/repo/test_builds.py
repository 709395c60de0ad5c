"""What is shipped is made of the sources alone, byte for byte."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = (
    *(
        "pyproject.toml",
        "noxfile.py",
        "LICENSE",
        "LICENSE-UNICODE",
        ".gitignore",
        "docs",
        "generated",
        "scripts",
    ),
    *("spec", "tests", "wrapper", *(file.name for file in ROOT.glob("*.md"))),
)
BUILD = (sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-t", "sdist", "-d", "out")


def built(folder: Path, *, names: list[str], day: int, umask: int, **env: str) -> dict[str, str]:
    """Build from a copy of the sources; return the digest of each file that was made."""
    unwanted = shutil.ignore_patterns("__pycache__", "node_modules", ".*_cache")
    folder.mkdir()
    for name in names:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=unwanted)
        elif (ROOT / name).exists():  # a source distribution has no .gitignore
            shutil.copy(ROOT / name, folder)
    for file in folder.rglob("*"):
        os.utime(file, (day * 86_400, day * 86_400))
        file.chmod((0o777 if file.is_dir() else 0o666) & ~umask)
    cleared = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    subprocess.run(BUILD, cwd=folder, env=cleared | env, umask=umask, check=True)
    made = (folder / "out").iterdir()
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in made}


@pytest.mark.slow
def test_wheel_and_sdist_are_the_same_wherever_they_are_built(tmp_path: Path) -> None:
    """In whatever folder, order and time, under whatever mask, locale, zone and hash seed."""
    here = built(
        tmp_path / "a",
        names=sorted(SOURCES),
        day=9_000,
        umask=0o077,
        LC_ALL="C",
        TZ="UTC",
        PYTHONHASHSEED="1",
    )
    there = built(
        tmp_path / "zwei Żółw",
        names=sorted(SOURCES, reverse=True),
        day=20_000,
        umask=0o002,
        LC_ALL="C.UTF-8",
        TZ="Pacific/Kiritimati",
        PYTHONHASHSEED="2",
    )

    assert here == there
    assert sorted(name.rpartition(".")[2] for name in here) == ["gz", "whl"]
