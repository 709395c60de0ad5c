"""Say what this build of the generated client means for callers of an earlier one.

nox -s wire-diff                 since the last tag, or the commit before, with --check
nox -s wire-diff -- REV          since REV: gone, new, narrower, wider; a step; a paragraph
nox -s wire-diff -- REV --json   the same as JSON
nox -s wire-diff -- --check      fail if CHANGELOG.md does not name a change

Both builds carry what is needed in `openapi.json`; nothing is fetched.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rezoom._builds import BuildChange, changelog, compare_builds, version_step

ROOT = Path(__file__).resolve().parent.parent
BUNDLE = "generated/rezoom_wire/openapi.json"
EXIT_SILENT = 1


class NoBuild(Exception):
    """There is no earlier build to compare with; the message says why."""


def git(root: Path, *arguments: str) -> str:
    """Run git in `root`; what it prints on success."""
    command = ["git", "-C", str(root), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    except OSError as error:
        raise NoBuild(f"git cannot be run: {error.strerror}") from None
    if done.returncode:
        raise NoBuild((done.stderr.strip().splitlines() or ["git failed"])[0])
    return done.stdout


def earlier(root: Path) -> str:
    """Name the build to compare with: the last release, else the one before what is in work."""
    try:
        return git(root, "describe", "--tags", "--abbrev=0").strip()
    except NoBuild:
        changed = git(root, "status", "--porcelain", "--", BUNDLE)
        return "HEAD" if changed else "HEAD~1"


def unreleased(text: str) -> str:
    """Cut out the part of a changelog that is about the next release."""
    return text.partition("\n## Unreleased")[2].partition("\n## ")[0]


def unnamed(changes: list[BuildChange], new: str, old: str) -> list[BuildChange]:
    """List the changes that no line of the changelog names that has come since."""
    known = set(old.splitlines())
    words = "\n".join(line for line in unreleased(new).splitlines() if line not in known)
    # Other words for a rule or an error are no change of the wire.
    return [c for c in changes if version_step([c]) != "patch" and f"`{c.name}`" not in words]


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return its exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rev", nargs="?", help="a commit, branch or tag")
    parser.add_argument("--check", action="store_true", help="fail if CHANGELOG.md is silent")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--root", type=Path, default=ROOT, help="the tree to read")
    options = parser.parse_args(arguments)
    root: Path = options.root.resolve()
    try:
        rev = options.rev or earlier(root)
        old: dict[str, Any] = json.loads(git(root, "show", f"{rev}:{BUNDLE}"))
        log = git(root, "show", f"{rev}:CHANGELOG.md") if options.check else ""
    except NoBuild as reason:
        print(f"No earlier build to compare with: {reason}", file=sys.stderr)
        # A first commit, a shallow clone and a copy without git have none, and nothing to tell.
        return 2 if options.rev else 0
    new: dict[str, Any] = json.loads((root / BUNDLE).read_text("utf-8"))
    changes = compare_builds(old, new)
    step = version_step(changes)
    if options.json:
        rows = [asdict(change) for change in changes]
        print(json.dumps({"since": rev, "step": step, "changes": rows}, indent=1))
    else:
        print("\n".join(map(str, changes)) or f"The wire is what it was at {rev}.")
        print(f"\nStep of the version: {step}.\n\n{changelog(changes)}" if changes else "")
    if not options.check:
        return 0
    silent = unnamed(changes, (root / "CHANGELOG.md").read_text("utf-8"), log)
    for change in silent:
        print(f"CHANGELOG.md, Unreleased, does not name it: {change}", file=sys.stderr)
    return EXIT_SILENT if silent else 0


if __name__ == "__main__":
    sys.exit(main())
