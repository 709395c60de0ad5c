"""`nox -s upstream`: a saved document of Zoom's beside the spec, here a small invented one."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import upstream

OURS: dict[str, Any] = json.loads(upstream.BUNDLE.read_bytes())
ADDRESS = "/meetings/{meetingId}"
ANNOUNCED = OURS["x-announced"][0]


def same_words() -> dict[str, Any]:
    """Say what the spec says, as somebody else writes it: inline, and under other names."""
    document = deepcopy(OURS)
    document["paths"] = {"/meetings/{id}": document["paths"][ADDRESS]}
    del document["x-announced"]
    return document


def judged(document: dict[str, Any], folder: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the command with --json over a document; return its findings."""
    file = folder / "zoom.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    code = upstream.main([str(file), "--json"])
    found = json.loads(capsys.readouterr().out)
    assert code == (1 if found else 0)
    return found


def settings_of(document: dict[str, Any]) -> Any:
    """Give the settings that the document describes for the update."""
    return document["components"]["schemas"]["MeetingSettings"]["properties"]


def test_what_says_the_same_has_no_finding(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another name of the path's parameter is no difference."""
    assert judged(same_words(), tmp_path, capsys) == []


def test_what_is_announced_and_not_described_is_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is no finding, and the next to look for."""
    file = tmp_path / "zoom.json"
    file.write_text(json.dumps(same_words()), encoding="utf-8")

    assert upstream.main([str(file)]) == 0
    said = capsys.readouterr().out
    assert all(
        f"{row['name']} was announced on {row['date']}" in said for row in OURS["x-announced"]
    )


def test_members_that_the_spec_has_not_are_unknown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A new setting is named with its operation, its path and its type."""
    document = same_words()
    settings_of(document)["hologram"] = {"type": "boolean"}

    (finding,) = judged(document, tmp_path, capsys)

    assert (finding["operation"], finding["kind"]) == ("updateMeeting", "unknown")
    assert (finding["what"], finding["name"]) == ("keyword", "settings.hologram")
    assert finding["theirs"] == {"type": "boolean"}


def test_members_inside_all_of_are_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Zoom's document puts some of its objects together from parts."""
    document = same_words()
    part = {"properties": {"hologram": {"type": "boolean"}}}
    document["components"]["schemas"]["MeetingUpdate"]["allOf"] = [part]

    (finding,) = judged(document, tmp_path, capsys)

    assert finding["name"] == "hologram"


@pytest.mark.parametrize(
    ("keyword", "value"), [("maximum", 90), ("type", "string"), ("enum", [30, 60])]
)
def test_another_limit_is_different(
    keyword: str, value: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both values are told."""
    document = same_words()
    duration = document["components"]["schemas"]["MeetingUpdate"]["properties"]["duration"]
    ours = duration.get(keyword)
    duration[keyword] = value

    (finding,) = judged(document, tmp_path, capsys)

    assert (finding["kind"], finding["keyword"]) == ("different", keyword)
    assert (finding["ours"], finding["theirs"]) == (ours, value)


def test_what_zoom_no_longer_says_is_gone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A member can leave Zoom's document without a word."""
    document = same_words()
    del settings_of(document)["watermark"]

    (finding,) = judged(document, tmp_path, capsys)

    assert (finding["kind"], finding["name"]) == ("gone", "settings.watermark")


def test_announced_members_are_told_when_they_are_described(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the date and the source of the announcement."""
    document = same_words()
    settings_of(document)[ANNOUNCED["name"]] = {"type": "boolean"}

    (finding,) = judged(document, tmp_path, capsys)

    assert (finding["kind"], finding["announced"]) == ("described", ANNOUNCED)
    upstream.main([str(tmp_path / "zoom.json")])
    assert f"was announced on {ANNOUNCED['date']}" in capsys.readouterr().out


def test_yaml_is_read_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A small document in YAML, with a member of its own; what it leaves out is gone."""
    file = tmp_path / "zoom.yaml"
    file.write_text(
        f"""
openapi: 3.0.0
paths:
  {ADDRESS}:
    patch:
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties:
                hologram: {{type: boolean}}
"""
    )

    assert upstream.main([str(file)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "updateMeeting: keyword hologram is unknown here: {'type': 'boolean'}" in lines
    assert "updateMeeting: keyword topic is not there any more" in lines
    assert f"getMeeting: operation GET {ADDRESS} is not there any more" in lines


@pytest.mark.parametrize("text", ["[1]", "{", "paths: [", "swagger: 2"])
def test_a_file_that_is_no_openapi_is_refused(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2, and the file is named."""
    file = tmp_path / "zoom.yaml"
    file.write_text(text)

    assert upstream.main([str(file)]) == 2
    assert str(file) in capsys.readouterr().err
