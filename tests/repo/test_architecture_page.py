"""The page that explains the house names only what is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
FACADE = ROOT / "wrapper" / "rezoom"


def test_the_page_names_only_files_and_folders_that_exist() -> None:
    """A stranger who follows the page finds what it speaks of."""
    page = (DOCS / "architecture.md").read_text("utf-8")
    named = set(re.findall(r"`([\w./]+(?:\.py|\.yaml|/))`", page))
    missing = {name for name in named if not ((FACADE / name).exists() or (ROOT / name).exists())}

    assert named
    assert missing == set()


def test_every_decision_is_listed_once_and_in_order() -> None:
    """The index leads to each page, under the name that the page has."""
    listed = re.findall(
        r"^(\d+)\. \[(.+)\]\((.+)\)$",
        (DOCS / "decisions/README.md").read_text("utf-8"),
        re.MULTILINE,
    )
    pages = sorted(page.name for page in (DOCS / "decisions").glob("0*.md"))
    heads = [(DOCS / "decisions" / page).read_text("utf-8").splitlines()[0] for page in pages]

    assert [file for _, _, file in listed] == pages
    assert [f"# {number}. {title}" for number, title, _ in listed] == heads
