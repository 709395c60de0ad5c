"""The steps of CONTRIBUTING.md (a field, a rule, an operation) are done here, in a copy."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from spec_copy import ROOT

pytestmark = pytest.mark.slow
PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
MAY_CHANGE = ("spec/", "generated/", "CHANGELOG.md")
GIT = shutil.which("git") or "git"


def patch(title: str) -> str:
    """Cut the patch out of a section of the page."""
    section = PAGE.partition(f"\n### {title}")[2].partition("\n### ")[0]
    found = re.findall(r"```diff\n(.*?)```", section, re.DOTALL)
    assert len(found) == 1, title
    return str(found[0])


class Project:
    """A copy of this project under git, with its own compiler and its own tests."""

    def __init__(self, root: Path) -> None:
        self.root = root
        listed = ("ls-files", "-z", "--cached", "--others", "--exclude-standard")
        for name in filter(None, self.git(*listed, cwd=ROOT).split("\0")):
            if (ROOT / name).is_file():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / name, root / name)
        self.git("init", "-q")
        self.commit()
        self.commit()

    def git(self, *words: str, cwd: Path | None = None, text: str | None = None) -> str:
        """Run git as nobody in particular."""
        who = (
            "-c",
            "user.name=A Person",
            "-c",
            "user.email=a@example.org",
            "-c",
            "core.quotePath=",
        )
        done = subprocess.run(
            [GIT, *who, *words],
            cwd=cwd or self.root,
            input=text,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def commit(self) -> None:
        """Commit all that is there."""
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "As it is")

    def python(self, *words: str) -> str:
        """Run Python with this copy's packages; return what it prints."""
        path = os.pathsep.join(str(self.root / name) for name in ("wrapper", "generated"))
        done = subprocess.run(
            [sys.executable, *words],
            cwd=self.root,
            capture_output=True,
            encoding="utf-8",
            check=False,
            env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def follow(self, title: str) -> None:
        """Do what a section of the page says: its patch, then the compiler, then CI's checks."""
        self.git("apply", "-", text=patch(title))
        self.python("scripts/regen.py")
        self.python("scripts/wire_diff.py", "--check")
        changed = [line[3:] for line in self.git("status", "--porcelain").splitlines()]
        assert changed
        assert [name for name in changed if not name.startswith(MAY_CHANGE)] == []


def test_a_field_a_rule_and_an_operation_are_added_as_the_page_says(tmp_path: Path) -> None:
    """Nothing changes but the spec, what is generated, and the changelog; and all work."""
    project = Project(tmp_path / "project")
    quiet = (
        "from rezoom import check; print([p.rule for p in check(settings={'quiet_mode': True})])"
    )
    loud = quiet.replace("True}", "True, 'mute_upon_entry': False}")
    assert project.python("-c", quiet) == "['unknown-field']\n"

    project.follow("A field, step by step")
    assert project.python("-c", quiet) == "[]\n"
    assert "new" in project.python("scripts/wire_diff.py", "HEAD")
    project.commit()

    project.follow("A rule, step by step")
    assert project.python("-c", loud) == "['quiet-mode-needs-muted-entry']\n"
    project.commit()

    project.follow("An operation, step by step")
    ask = "from rezoom_wire import facts; from rezoom_wire.api.meetings import delete_meeting; "
    assert project.python("-c", f"{ask}print('deleteMeeting' in facts.OPERATIONS)") == "True\n"
    tests = ("tests/unit/test_judge.py", "-q", "-p", "no:cacheprovider")
    assert " passed" in project.python("-m", "pytest", *tests, "-k", "table or quiet-mode")
