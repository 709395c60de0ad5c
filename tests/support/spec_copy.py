"""A copy of the tree for tests that change the spec and compile it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from compiler.document import Document

ROOT = Path(__file__).resolve().parents[2]
SPEC = Path("spec/openapi.yaml")
SCHEMAS = ("components", "schemas")
UPDATE = (*SCHEMAS, "MeetingUpdate", "properties")
SETTINGS = (*SCHEMAS, "MeetingSettings", "properties")
Step = str | int


class SpecCopy:
    """A tree of its own: `edit` changes its spec, `regenerate` compiles it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.spec = root / SPEC
        if not self.spec.exists():
            for file in (*original().files, ROOT / "spec" / "facade.yaml"):
                copy = root / file.relative_to(ROOT)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, copy)

    def edit(self, at: tuple[Step, ...], *lines: str) -> tuple[Path, int]:
        """Put `lines` where the spec says `at`, equally indented; return the first one's place.

        With several edits of a file, work from its end to its start: places are looked up in the
        spec as it was.
        """
        file, number = self.place(at)
        text = file.read_text(encoding="utf-8").split("\n")
        old = text[number - 1]
        indent = old[: len(old) - len(old.lstrip())]
        text[number - 1 : number] = [indent + line for line in lines]
        file.write_text("\n".join(text), encoding="utf-8")
        return file, number

    def place(self, at: tuple[Step, ...]) -> tuple[Path, int]:
        """Find the file of this tree, and the line in it, that held `at` before any edit."""
        file, number = original().place(at)
        return self.root / file.relative_to(ROOT), number

    def add_compiler(self) -> None:
        """Copy what compiling needs besides the spec."""
        ignore = shutil.ignore_patterns("__pycache__", "node_modules", ".*")
        shutil.copytree(ROOT / "scripts", self.root / "scripts", ignore=ignore)
        for name in ("client.yaml", "templates"):
            source, target = ROOT / "spec" / name, self.root / "spec" / name
            if source.is_dir():
                shutil.copytree(source, target)
            else:
                shutil.copyfile(source, target)

    def regenerate(self, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the copy's own compiler, as `nox -s regen` does."""
        script = self.root / "scripts" / "regen.py"
        return subprocess.run(
            [sys.executable, str(script), *options],
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            cwd=self.root,
            env={"PATH": "", "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1", **environment},
        )


@cache
def original() -> Document:
    """Parse the spec as it stands."""
    return Document(ROOT / SPEC)
