"""Print what CI has run: which Python, which session, how many tests, and what was not there.

Reads the reports of nox (`--report`) and of pytest (`--junitxml`): `ci_table.py REPORTS NOX…`.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

CLASSIFIER = "Programming Language :: Python :: 3."


class Row(NamedTuple):
    """One line of the table."""

    python: str
    session: str
    result: str
    passed: str = ""
    minutes: str = ""


def rows(session: Mapping[str, Any], reports: Path) -> Iterator[Row]:
    """Yield a row for a session, or one for each run of pytest in it."""
    name, minutes = session["signatures"][0], f"{session['duration'] / 60:.1f}"
    if session["result"] == "skipped" and "interpreter" in session.get("reason", ""):
        yield Row(name.rpartition("-")[2], name, "MISSING")
        return
    runs = [reports / f"{name}.xml", *sorted(reports.glob(f"{name}+*.xml"))]
    for run in filter(Path.exists, runs):
        (suite,) = ET.parse(run).getroot().iter("testsuite")  # noqa: S314  # pytest wrote it
        lost = sum(int(suite.attrib[what]) for what in ("skipped", "failures", "errors"))
        passed = int(suite.attrib["tests"]) - lost
        yield Row(suite.attrib["name"], run.stem, session["result"], f"{passed:,}", minutes)
        minutes = ""
    if minutes:
        yield Row("", name, session["result"], "", minutes)


def table(found: Iterable[Row]) -> str:
    """Set rows out in columns below a head."""
    lines = [Row("Python", "session", "result", "passed", "minutes"), *found]
    wide = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if number > 2 else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(line, wide, strict=True))
        ).rstrip()
        for line in lines
    )


def unproved(found: Iterable[Row], classifiers: Iterable[str]) -> list[str]:
    """List the Pythons that the classifiers name and that no run of pytest has seen."""
    seen = {tuple(row.python.split(".")[:2]) for row in found if row.passed}
    named = [text.rpartition(" ")[2] for text in classifiers if text.startswith(CLASSIFIER)]
    return [version for version in named if tuple(version.split(".")) not in seen]


def main() -> None:
    """Print the table, and the Pythons that are named without having been run."""
    reports, *nox = map(Path, sys.argv[1:])
    runs = [json.loads(report.read_text("utf-8")) for report in nox if report.exists()]
    found = [row for run in runs for session in run["sessions"] for row in rows(session, reports)]
    project = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]
    for version in unproved(found, project["classifiers"]):
        print(f"The classifiers name Python {version}; this machine could not prove it.")
    print(table(found))


if __name__ == "__main__":
    main()
