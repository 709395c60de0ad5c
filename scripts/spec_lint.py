"""Let two public linters read the spec and the bundle: each finds what the other misses.

nox -s spec                          both documents; exit 1 with findings, 2 when a tool fails
python scripts/spec_lint.py --json   the findings as one JSON list on stdout
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
SPEC, BUNDLE = Path("spec/openapi.yaml"), Path("generated/rezoom_wire/openapi.json")
_MANIFEST = ("package.json", "package-lock.json", ".npmrc")
_HEARTBEAT = 5.0
_INSTALL_SECONDS, _LINT_SECONDS = 600.0, 120.0
Say = Callable[[str], None]


class ToolError(Exception):
    """A tool is missing or broke; its own words are the message."""


class Finding(NamedTuple):
    """One complaint of a linter, with the line it is about."""

    tool: str
    file: str
    line: int
    column: int
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message} [{self.tool} {self.rule}]"


def talk(words: str) -> None:
    """Print progress where it does not mix with the answer."""
    print(words, file=sys.stderr, flush=True)


def default_cache(root: Path) -> Path:
    """Name the folder that the node tools are kept in when nobody says otherwise."""
    return root / ".cache" / "spec-lint"


def install(root: Path, cache: Path, say: Say = talk) -> Path:
    """Install the tools that `spec/lint` pins into `cache`, once; return their folder."""
    what = "Spectral, Redocly, and Prism (once, 156 MB, 15 to 60 s)"
    return install_packages(root / "spec" / "lint", cache, what, say) / ".bin"


def install_packages(pinned: Path, cache: Path, what: str, say: Say = talk) -> Path:
    """Install what the lock in `pinned` names into `cache`, once; return its node_modules."""
    home = cache / _digest([pinned / name for name in _MANIFEST])[:16]
    modules = home / "node_modules"
    if modules.is_dir():
        return modules
    npm = shutil.which("npm")
    if npm is None:
        raise ToolError(
            f"npm was not found: {what.partition(' (')[0]} need Node 20.19 or newer.\n"
            "Install it (https://nodejs.org, or `apt-get install nodejs npm`) and run this again."
        )
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as scratch:
        for name in _MANIFEST:
            shutil.copyfile(pinned / name, Path(scratch) / name)
        # No install scripts: none of the tools needs one, and one reports who installs it.
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-progress"]
        say(f"installing {what}")
        code, _, words = run(command, Path(scratch), {}, _INSTALL_SECONDS, say)
        if code:
            raise ToolError(f"npm ci failed (exit {code}):\n{words.strip()}")
        home.mkdir(exist_ok=True)
        # Whole or not at all: two processes may install at once, and the first one's is kept.
        try:
            (Path(scratch) / "node_modules").rename(modules)
        except OSError:
            if not modules.is_dir():
                raise
    return modules


def run(
    command: Sequence[str | Path],
    folder: Path,
    environment: dict[str, str],
    seconds: float,
    say: Say | None = None,
) -> tuple[int, str, str]:
    """Run one program to its end; return exit code, stdout, and stderr.

    With `say` a sign of life is given every few seconds. A program that outlives `seconds` is
    killed and is a `ToolError`.
    """
    start = time.monotonic()
    # Into files, not pipes: a full pipe would stop the program while we only wait for its end.
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        program = subprocess.Popen(  # fixed programs, our own files
            [str(part) for part in command],
            cwd=folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
        )
        try:
            while True:
                spent = time.monotonic() - start
                if spent > seconds:
                    raise ToolError(f"{command[0]} took more than {seconds:.0f} s and was stopped")
                try:
                    code = program.wait(timeout=min(_HEARTBEAT, seconds))
                    break
                except subprocess.TimeoutExpired:
                    if say is not None:
                        say(f"  … {time.monotonic() - start:.0f} s")
        finally:
            if program.poll() is None:
                program.kill()
                program.wait()
        out.seek(0)
        err.seek(0)
        return code, out.read().decode("utf-8", "replace"), err.read().decode("utf-8", "replace")


def spectral(programs: Path, root: Path, document: Path) -> list[Finding]:
    """Let Spectral judge `document`, a path relative to `root`."""
    command: list[str | Path] = [
        programs / "spectral",
        "lint",
        document,
        "--ruleset",
        "spec/lint/.spectral.yaml",
        "--format",
        "json",
        "--quiet",
        "--fail-severity",
        "hint",
    ]
    rows = _answer("Spectral", command, root, {})
    if not isinstance(rows, list):
        raise ToolError("Spectral answered something other than a list of findings")
    return [
        Finding(
            "spectral",
            document.as_posix(),
            row["range"]["start"]["line"] + 1,  # Spectral counts from zero
            row["range"]["start"]["character"] + 1,
            str(row["code"]),
            _one_line(row["message"]),
        )
        for row in rows
    ]


def redocly(programs: Path, root: Path, document: Path) -> list[Finding]:
    """Let Redocly judge `document`, a path relative to `root`."""
    command: list[str | Path] = [
        programs / "redocly",
        "lint",
        document,
        "--config",
        "spec/lint/redocly.yaml",
        "--format",
        "json",
        "--max-problems",
        "100000",
    ]
    quiet = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    answer = _answer("Redocly", command, root, quiet)
    found = []
    for problem in answer["problems"]:
        place = (problem.get("location") or [{}])[0]
        start = place.get("start") or {"line": 1, "col": 1}
        file = place.get("source", {}).get("ref", document.as_posix())
        message = _one_line(problem["message"])
        if problem.get("suggest"):
            message += f" Did you mean {' or '.join(problem['suggest'])}?"
        row = Finding("redocly", file, start["line"], start["col"], problem["ruleId"], message)
        found.append(row)
    return found


def findings(root: Path, programs: Path, say: Say = talk) -> list[Finding]:
    """Collect what the linters say about spec and bundle, sorted by place."""
    found: list[Finding] = []
    # Spectral takes a path item by reference for a mistake, so it reads the bundle alone.
    readings = (
        ("Redocly", redocly, SPEC),
        ("Spectral", spectral, BUNDLE),
        ("Redocly", redocly, BUNDLE),
    )
    for name, judge, document in readings:
        if not (root / document).is_file():
            raise ToolError(f"{document} is missing; run `nox -s regen` first")
        start = time.monotonic()
        rows = judge(programs, root, document)
        found += rows
        say(f"{name} read {document}: {len(rows)} findings, {time.monotonic() - start:.1f} s")
    return sorted(found, key=lambda row: (row.file, row.line, row.column, row.tool, row.rule))


def _answer(
    name: str, command: Sequence[str | Path], root: Path, environment: dict[str, str]
) -> Any:
    code, out, err = run(command, root, {**environment, "NO_COLOR": "1"}, _LINT_SECONDS)
    try:
        verdict = json.loads(out)
    except ValueError:
        verdict = None
    if code not in (0, 1) or verdict is None:
        words = "\n".join(part.strip() for part in (out, err) if part.strip())
        raise ToolError(f"{name} gave no verdict (exit {code}):\n{words}")
    return verdict


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _digest(files: Sequence[Path]) -> str:
    whole = hashlib.sha256()
    for file in files:
        try:
            whole.update(file.read_bytes() + b"\0")
        except OSError as error:
            raise ToolError(f"{file} cannot be read: {error.strerror}") from None
    return whole.hexdigest()


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return its exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="print the findings as a JSON list")
    parser.add_argument("--root", type=Path, default=ROOT, help="the tree to read")
    parser.add_argument(
        "--cache", type=Path, help="where the node tools live (ROOT/.cache/spec-lint)"
    )
    options = parser.parse_args(arguments)
    root: Path = options.root.resolve()
    cache: Path = options.cache.resolve() if options.cache else default_cache(root)
    try:
        found = findings(root, install(root, cache))
    except ToolError as error:
        print(error, file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps([row._asdict() for row in found], indent=2))
    else:
        lines = [str(row) for row in found] or ["Spectral and Redocly have nothing to say."]
        print("\n".join(lines))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
