"""`rezoom vendor`: copy the generated client into a project, or check such a copy."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..._vendor import check_vendored
from ..._vendor import vendor as copy
from .. import flags
from ..console import answers, print_json, print_line
from ..exit_codes import UsageError

_DRIFT = 10


def vendor(
    dest: Annotated[
        Path,
        flags.argument(
            metavar="DEST", help="The folder of the copy; its last part names the package."
        ),
    ],
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing: compare the copy with its seal.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a copy that was edited.")] = False,
    as_json: flags.Json = False,
) -> None:
    """Copy the generated client into a project, or check such a copy.

    The copy needs attrs and httpx, and runs under any package name.
    Leaves with 10 and the names of the files when the copy was changed.
    """
    if check and force:
        raise UsageError("--check and --force exclude each other", next_step="Give one of them.")
    if check:
        _check(dest, as_json=as_json)
    else:
        _copy(dest, force=force, as_json=as_json)


def _check(dest: Path, *, as_json: bool) -> None:
    found = check_vendored(dest)
    if as_json:
        print_json("vendor/1", {"folder": str(dest)} | found.to_dict())
    else:
        console = answers()
        for name in found.names:
            print_line(console, name, "red")
        state = "unchanged" if found.intact else "changed since it was vendored"
        print_line(console, f"{dest}: spec {found.version}, {state}.")
        if found.age != "current":
            aged = {"older": "older than", "newer": "newer than", "other": "of another build than"}
            installed = f"the installed package (spec {found.installed})"
            print_line(console, f"It is {aged[found.age]} {installed}.", "yellow")
    if not found.intact:
        raise typer.Exit(_DRIFT)


def _copy(dest: Path, *, force: bool, as_json: bool) -> None:
    done = copy(dest, force=force)
    if as_json:
        print_json("vendor/1", done.to_dict())
        return
    console = answers()
    instead = f", in place of {done.replaced}" if done.replaced else ""
    print_line(console, f"✓ {dest}: {done.files} files, spec {done.version}{instead}.")
    for name in done.kept:
        print_line(console, f"  left alone, not part of it: {name}")
    print_line(console, "  needs attrs and httpx; prove it unchanged with --check")
