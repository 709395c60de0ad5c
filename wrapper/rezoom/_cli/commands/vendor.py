"""`rezoom vendor`: copy the generated client into a project, or check such a copy."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from ..._builds import changelog, version_step
from ..._vendor import check_vendored, diff_vendored
from ..._vendor import vendor as copy
from .. import flags
from ..console import answers, print_json
from ..exit_codes import UsageError


def vendor(
    dest: Annotated[
        Path,
        flags.argument("DEST", "The folder of the copy; its last part names the package."),
    ],
    check: Annotated[
        bool, flags.switch("--check", "Change nothing: compare the copy with its seal.")
    ] = False,
    diff: Annotated[
        bool, flags.switch("--diff", "Change nothing: what a new copy means for callers.")
    ] = False,
    force: Annotated[bool, flags.switch("--force", "Replace a copy that was edited.")] = False,
    as_json: flags.Json = False,
) -> None:
    """Copy the generated client into a project, or check such a copy.

    The copy needs attrs and httpx, and runs under any package name.
    Leaves with 10 and the names of the files when the copy was changed, and after --diff when
    the installed package may break a caller of the copy.
    """
    if check + diff + force > 1:
        raise UsageError(
            "--check, --diff and --force exclude each other", next_step="Give one of them."
        )
    console = answers()
    if diff:
        _show_diff(dest, as_json=as_json)
    if check:
        found = check_vendored(dest)
        if as_json:
            print_json("vendor/1", folder=str(dest), **found.to_dict())
            raise typer.Exit(0 if found.intact else 10)
        for name in found.names:
            console.say(name, "red")
        for name in found.foreign:
            console.say(f"left alone, not part of it: {name}")
        state = "unchanged" if found.intact else "changed since it was vendored"
        console.say(f"{dest}: spec {found.version}, {state}.")
        if found.age != "current":
            aged = {"older": "older than", "newer": "newer than", "other": "of another build than"}
            installed = f"the installed package (spec {found.installed})"
            console.say(f"It is {aged[found.age]} {installed}.", "yellow")
        raise typer.Exit(0 if found.intact else 10)
    done = copy(dest, force=force)
    if as_json:
        print_json("vendor/1", **done.to_dict())
        return
    instead = f", in place of {done.replaced}" if done.replaced else ""
    console.say(f"✓ {dest}: {done.files} files, spec {done.version}{instead}.")
    if done.downgrade:
        console.say("The copy in its place was of a newer build: this is a downgrade.", "yellow")
    for name in done.kept:
        console.say(f"  left alone, not part of it: {name}")
    console.say("  needs attrs and httpx; prove it unchanged with --check")


def _show_diff(dest: Path, *, as_json: bool) -> NoReturn:
    changes = diff_vendored(dest)
    step = version_step(changes)
    if as_json:
        rows = [asdict(change) for change in changes]
        print_json("vendor-diff/1", folder=str(dest), step=step, changes=rows)
    else:
        paragraph = changelog(changes) or "Nothing changes for callers."
        answers().say(f"{dest}, step of its version: {step}\n{paragraph}")
    raise typer.Exit(10 if step == "major" else 0)
