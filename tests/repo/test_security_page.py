"""The page about security names tests, and each of them is there and runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
ROW = re.compile(r"^\| [^|]+ \| `([^`]+\.py::test_\w+)` \|$", re.MULTILINE)


def _leaves_out(mark: pytest.Mark) -> bool:
    # A condition that does not hold here leaves nothing out.
    return mark.name in ("skip", "xfail") or (mark.name == "skipif" and any(mark.args))


class Collected:
    """A plugin that keeps the names of the tests that would run."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self.names: set[str] = set()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Keep what was found, without its parameters, unless a mark leaves it out."""
        for item in session.items:
            if not any(map(_leaves_out, item.iter_markers())):
                self.names.add(item.nodeid.partition("[")[0])


def test_every_attack_names_a_test_that_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """None is misspelt, gone or skipped."""
    monkeypatch.chdir(ROOT)
    named = ROW.findall(PAGE)
    files = sorted({name.partition("::")[0] for name in named})
    found = Collected()

    code = pytest.main(
        ["--collect-only", "-q", "--no-header", "-p", "no:cacheprovider", *files], plugins=[found]
    )

    assert code == 0
    assert [name for name in named if name not in found.names] == []
    assert len(named) == len(re.findall(r"^\| .*test_\w+\.py.*\|$", PAGE, re.MULTILINE)) > 50


def test_how_to_report_stands_at_the_top() -> None:
    """Hosts of repositories look for it there."""
    text = (ROOT / "SECURITY.md").read_text("utf-8")

    assert "in private" in text
    assert "docs/security.md" in text
