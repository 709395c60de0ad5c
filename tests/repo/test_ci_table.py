"""The table that CI ends with tells what was run, and what was not there to be run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ci_table import Row, rows, table, unproved

REPORT = """<testsuites><testsuite name="{python}" tests="12" skipped="1" failures="2" errors="1"/>
</testsuites>"""


def session(name: str, **more: Any) -> dict[str, Any]:
    """Return what nox reports of a session that took a minute and a half."""
    return {"signatures": [name], "duration": 90.0, "result": "success", "reason": None, **more}


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """Write the figures of a session of pytest, and of a second run in it."""
    for name in ("tests-3.12.xml", "tests-3.12+no-tz.xml"):
        (tmp_path / name).write_text(REPORT.format(python="3.12.1"))
    return tmp_path


def test_each_run_of_pytest_has_its_row(reports: Path) -> None:
    """What was skipped or failed is not counted as passed, and the time stands once."""
    assert list(rows(session("tests-3.12"), reports)) == [
        Row("3.12.1", "tests-3.12", "success", "8", "1.5"),
        Row("3.12.1", "tests-3.12+no-tz", "success", "8", ""),
    ]


def test_figures_of_another_session_are_not_taken(reports: Path) -> None:
    """A name that begins alike is another session's."""
    assert list(rows(session("tests"), reports)) == [Row("", "tests", "success", "", "1.5")]


def test_a_python_that_is_not_there_is_missing(reports: Path) -> None:
    """It is no success, and the figures of an earlier run are not shown for it."""
    gone = session("tests-3.12", result="skipped", reason="Python interpreter 3.12 not found")

    assert list(rows(gone, reports)) == [Row("3.12", "tests-3.12", "MISSING")]
    assert "MISSING" in table(rows(gone, reports))


def test_a_python_that_is_named_and_was_not_run_is_told() -> None:
    """Only a run of pytest on it is a proof; the bare `3` names no version."""
    names = [f"Programming Language :: Python :: {version}" for version in ("3", "3.12", "3.13")]
    found = [Row("3.12.1", "tests-3.12", "success", "8"), Row("3.13", "tests-3.13", "MISSING")]

    assert unproved(found, names) == ["3.13"]
