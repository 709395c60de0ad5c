"""Seed files: what they may say, and how a mistake in one is explained."""

from pathlib import Path
from typing import Any

import pytest
from limits import most
from rezoom import ConfigError
from rezoom.simulator import Simulator
from rezoom.simulator._seeds import read_seed

YAML = """\
meetings:
  - id: 85746065
    topic: Stand-up
    start_time: 2030-01-07T09:00:00   # a time stays the text it is
    timezone: Europe/Berlin
    settings: &defaults
      waiting_room: false
  - topic: Retrospective
    created_at: 2029-12-31T08:00:00Z
    recurrence: {type: 2, weekly_days: "2", end_times: 4}
    settings: *defaults
"""


def sim_from(folder: Path, text: str, name: str = "seed.yaml") -> Simulator:
    file = folder / name
    file.write_text(text)
    return Simulator(meetings=file)


@pytest.mark.smoke
def test_yaml_and_json_say_the_same(tmp_path: Path) -> None:
    """Times are text in both, and an anchor is only a short way of writing."""
    sim = sim_from(tmp_path, YAML)
    assert sim.meetings == (85746065, 85746066)
    assert sim.meeting(85746065)["start_time"] == "2030-01-07T08:00:00Z"
    second = sim.meeting(85746066)
    assert (second["type"], len(second["occurrences"])) == (8, 4)
    assert second["created_at"] == "2029-12-31T08:00:00Z"
    assert second["settings"]["waiting_room"] is False

    text = '[{"id": 85746065, "topic": "Stand-up"}]'
    assert sim_from(tmp_path, text, "seed.json").meeting(85746065)["topic"] == "Stand-up"


@pytest.mark.smoke
@pytest.mark.parametrize(
    ("line", "where", "words"),
    [
        ("duration: 0", "line 3", ["meetings[1].duration", "below 1", f"{most('duration')}"]),
        ("topc: x", "line 3", ["meetings[1].topc", "topic"]),
        ("timezone: Mars/Olympus", "line 3", ["meetings[1].timezone"]),
        ("settings: {jbh_time: 7}", "line 3", ["meetings[1].settings.jbh_time", "choose from"]),
        ("settings: {waiting_room: on}", "line 3", ["waiting_room", "boolean"]),
        ("password: 123456", "line 3", ["meetings[1].password", "quotes"]),
        ("id: 7", "line 3", ["already a meeting 7", "Leave it out"]),
        ('id: "8"', "line 3", ["meetings[1].id", "digits"]),
        ("id: 99999999999999999999", "line 3", ["not a meeting number"]),
        ("host_id: 5", "line 3", ["meetings[1].host_id"]),
        ("occurrences: [{duration: 5}]", "line 3", ["occurrence_id is missing"]),
        ("recurrence: {weekly_days: '2'}", "line 3", ["recurrence.type", "whole"]),
    ],
)
def test_a_wrong_member_is_explained(
    tmp_path: Path, line: str, where: str, words: list[str]
) -> None:
    """By file, line, meeting and member, with what is allowed; and no passcode is quoted."""
    with pytest.raises(ConfigError) as caught:
        sim_from(tmp_path, f"- {{id: 7}}\n- agenda: ''\n  {line}\n")
    message = str(caught.value)
    assert f"{tmp_path / 'seed.yaml'}, {where}" in message
    assert [word for word in words if word not in message] == []
    assert "123456" not in message
    assert (caught.value.field, bool(caught.value.next_step)) == ("seed", True)


def test_every_flaw_of_a_meeting_is_named(tmp_path: Path) -> None:
    """At once, not one a run."""
    with pytest.raises(ConfigError, match=r"line 2.*duration.*line 3.*topc"):
        sim_from(tmp_path, "- topic: a\n  duration: 0\n  topc: x\n")


@pytest.mark.smoke
@pytest.mark.parametrize(
    ("name", "text", "word"),
    [
        ("seed.yaml", "meetings:\n  - topic: a\n   bad: b\n", "is not YAML: .*line"),
        ("seed.yaml", "- topic: a\n  topic: b\n", r"twice.*line 2"),
        ("seed.yaml", "- 5\n", "line 1: meetings.0.: this is no object"),
        ("seed.yaml", "meeting: []\n", "line 1: there is no member 'meeting'"),
        ("seed.yaml", "", "neither a list"),
        ("seed.json", '[{"topic": "a",}]', "is not JSON: .*line 1"),
        ("seed.json", '[{"topic": "a", "topic": "b"}]', "'topic' twice"),
        ("seed.json", "[" * 100_000, "is not JSON"),
        ("seed.yaml", "[" * 800, "is not YAML"),
        ("seed.json", "\x00", "is not JSON"),
        ("seed.yaml", "&a [*a]", "is not YAML"),
        ("seed.yaml", f"- topic: {'[' * 100}{']' * 100}", "nested too deeply"),
        ("seed.json", f'[{{"topic": {"[" * 500}{"]" * 500}}}]', "nested too deeply"),
        ("seed.json", f'[{{"id": {"9" * 5000}}}]', "is not JSON: .*5000 digits"),
    ],
)
def test_a_file_that_cannot_be_read_is_explained(
    tmp_path: Path, name: str, text: str, word: str
) -> None:
    """By file, and by line where the reader knows it."""
    with pytest.raises(ConfigError, match=word) as caught:
        sim_from(tmp_path, text, name)
    assert str(tmp_path / name) in caught.value.message


def test_a_file_in_another_encoding_is_explained(tmp_path: Path) -> None:
    """Latin-1 is not UTF-8."""
    (tmp_path / "seed.yaml").write_bytes("- topic: Gespräch".encode("latin-1"))
    with pytest.raises(ConfigError, match="UTF-8"):
        read_seed(tmp_path / "seed.yaml")


def test_meetings_in_python_are_explained_by_their_place() -> None:
    """There is no file to name."""
    meetings: list[dict[str, Any]] = [{"topic": "a"}, {"duration": -1}]
    with pytest.raises(ConfigError, match=r"meetings\[1\]\.duration: -1 is below 1"):
        Simulator(meetings=meetings)
    with pytest.raises(ConfigError, match=r"meetings\[0\]: this is no object"):
        Simulator(meetings=[5])  # type: ignore[list-item]  # that is the mistake


def test_a_file_can_be_named(tmp_path: Path) -> None:
    """Without reading it first."""
    (tmp_path / "seed.yaml").write_text(YAML)
    assert Simulator(meetings=tmp_path / "seed.yaml").meetings == (85746065, 85746066)
    with pytest.raises(ConfigError, match=r"none\.json cannot be read"):
        Simulator(meetings="none.json")


def test_numbers_follow_the_highest_of_all_before() -> None:
    """Also of those that were given with the same call, in whatever order."""
    sim = Simulator(meetings=[{"id": 7}, {}])

    added = sim.add_meetings([{}, {"id": 90_000_000}, {"id": 80_000_000}, {}])

    assert sim.meetings[:2] == (7, 85746065)
    assert added == [85746066, 90_000_000, 80_000_000, 90_000_001]
