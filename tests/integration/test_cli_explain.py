"""`rezoom explain`: for people, for programs, and for whoever mistypes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from rezoom._cli.app import app
from rezoom._wire import facts
from typer.testing import CliRunner


def run(*words: str) -> Any:
    """Run the command in this process."""
    return CliRunner().invoke(app, ["explain", *words], env={"COLUMNS": "200"})


def explained(*words: str) -> dict[str, Any]:
    """Run the command with --json and read its one object."""
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def test_a_code_is_explained_with_every_reason_and_link() -> None:
    """Zoom's words, the cause, what to do, the source and where it stands."""
    output = run("3000").stdout

    rows = [row for row in facts.ERRORS if row.code == 3000]
    for row in rows:
        assert row.id in output
        assert facts.SOURCES[row.source].url in output
    assert output.count("HTTP 400") == len(rows)
    assert "Cannot access webinar info." in output


def test_a_message_leaves_one_reason() -> None:
    """What Zoom said decides."""
    answer = explained("3000", "--message", "You cannot schedule a meeting for ada@example.org")

    (one,) = answer["explanations"]
    assert (answer["schema"], answer["asked"]) == ("rezoom.explanation/1", "3000")
    assert (one["id"], one["kind"], one["code"]) == ("cannot-schedule-for", "error", 3000)


def test_a_message_is_enough() -> None:
    """Whoever has no code looks the words up."""
    (one,) = explained("--message", "Too many concurrent requests")["explanations"]

    assert (one["kind"], one["id"], one["retried"]) == ("limit", "lock", True)


def test_words_need_no_quotes() -> None:
    """A sentence pasted into a shell comes as many words."""
    assert [
        one["id"] for one in explained("too", "many", "concurrent", "requests")["explanations"]
    ] == ["lock"]


def test_a_missing_scope_is_named_in_both_forms() -> None:
    """Classic and granular, whichever the app has."""
    output = run("4711", "--message", "does not contain scopes:[meeting:write:admin]").stdout

    assert "meeting:update:meeting:admin" in output
    assert "updateMeeting, classic: meeting:write or meeting:write:admin" in output


def test_a_rule_is_explained_with_source_and_date() -> None:
    """Provenance is a part of the rule."""
    output = run("edited-dates-reset").stdout

    assert "No direct evidence was found" in output
    assert facts.SOURCES["F17076"].url in output
    assert "2020" in output


def test_without_a_word_everything_is_listed() -> None:
    """Codes, limits and rules, by the ids under which they can be asked for."""
    output = run().stdout

    listed = (facts.ERRORS, facts.THROTTLES, facts.TOKEN_ERRORS, facts.RULES.values())
    assert [row.id for rows in listed for row in rows if row.id not in output] == []


def test_everything_as_json_is_one_object() -> None:
    """Fields are explained like codes."""
    kinds = {one["kind"] for one in explained()["explanations"]}

    assert kinds == {"error", "limit", "token", "rule", "field"}


def test_an_unknown_word_gets_the_nearest_ones() -> None:
    """And the exit code of a usage error."""
    result = run("past-strat")

    assert result.exit_code == 2
    assert "Did you mean past-start" in result.stderr
    assert result.stdout == ""


def test_an_unknown_code_asks_for_what_zoom_said() -> None:
    """With it, it is passed on whole."""
    alone, whole = run("9999"), run("9999", "--message", "Closed on Fridays.")

    assert (alone.exit_code, whole.exit_code) == (2, 0)
    assert "--message" in alone.stderr
    assert "Closed on Fridays." in whole.stdout


def test_an_error_is_json_too() -> None:
    """Programs read one object, whatever happens."""
    result = run("past-strat", "--json")

    answer = json.loads(result.stdout)
    assert (result.exit_code, answer["schema"]) == (2, "rezoom.error/1")


@pytest.mark.parametrize("word", ["\x1b[31mred", "x" * 5000])
def test_a_hostile_word_is_shown_tamely(word: str) -> None:
    """Nothing in it steers the terminal or fills it."""
    result = run(word)

    assert result.exit_code == 2
    assert "\x1b[31m" not in result.stderr
    assert len(result.stderr) < 1000


def test_as_a_process_it_loads_no_network_library() -> None:
    """Not even the HTTP client is loaded."""
    script = (
        "import sys\nfrom rezoom.cli import main\nsys.argv = ['rezoom', 'explain', '429']\n"
        "try:\n    main()\nexcept SystemExit as ended:\n    assert not ended.code\n"
        "assert not {'httpx', 'anyio', 'rezoom_wire.models'} & set(sys.modules)\n"
    )
    environment = dict(os.environ) | {"PYTHONPATH": os.pathsep.join(sys.path)}

    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert "per-second" in done.stdout
