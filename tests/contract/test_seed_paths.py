"""The fields of the published page that the project started from."""

from __future__ import annotations

from pathlib import Path

from rezoom_wire import facts

SEED = (Path(__file__).parent / "seed_paths.txt").read_text(encoding="utf-8").split()


def test_every_path_of_the_published_page_is_in_the_spec() -> None:
    """All 107 property paths that page names can be sent."""
    assert len(set(SEED)) == len(SEED) == 107
    assert [path for path in SEED if path not in facts.BODIES["updateMeeting"]] == []


def test_spec_is_ahead_of_the_published_page() -> None:
    """What Zoom added since is there as well, newest first seen in the middle of 2026."""
    newer = set(facts.BODIES["updateMeeting"]) - set(SEED)
    assert {"sensitivity_label_id", "settings.prevent_screen_capture"} <= newer
    assert len(newer) >= 30
