"""What the command line never shows unasked."""

from __future__ import annotations

import pytest
from rezoom._redaction import hidden_paths, masked, without_assignments, without_secrets
from rezoom._wire import facts

ANSWER = {
    "topic": "Stand-up",
    "password": "Blue-42",
    "agenda": "Join: https://zoom.example/j/85746065?pwd=Blue-42.1&uname=x",
    "settings": {
        "authentication_exception": [{"name": "Ada", "join_url": "https://zoom.example/Blue-42"}],
        "new_passcode_of_tomorrow": "Blue-42",
    },
    "require_password": True,
    "pstn_password": "",
}


@pytest.mark.parametrize("name", sorted(facts.SECRET_NAMES))
def test_every_secret_of_the_spec_is_masked(name: str) -> None:
    """Wherever it stands, and whatever its type."""
    assert "Blue-42" not in str(masked({"a": [{name: "Blue-42"}], name: ["Blue-42"]}))


def test_masking_keeps_everything_else() -> None:
    """Names stay, switches stay, and an empty passcode may be seen to be empty."""
    shown = masked(ANSWER)

    assert "Blue-42" not in str(shown)
    assert shown["topic"] == "Stand-up"
    assert shown["agenda"] == "Join: https://zoom.example/j/85746065?pwd=(hidden)&uname=x"
    assert shown["settings"]["new_passcode_of_tomorrow"] == "(hidden)"
    assert (shown["require_password"], shown["pstn_password"]) == (True, "")


def test_a_program_gets_no_mask_for_a_value() -> None:
    """Secret members are left out, and their paths are told."""
    shown = without_secrets(ANSWER)

    assert "Blue-42" not in str(shown)
    assert "password" not in shown
    assert list(hidden_paths(ANSWER)) == [
        "password",
        "settings.authentication_exception[0].join_url",
        "settings.new_passcode_of_tomorrow",
    ]


def test_a_quoted_argument_is_masked() -> None:
    """Parsers repeat what they did not understand."""
    said = without_assignments(
        "Got unexpected extra argument (password=Blue-42 Passwort = Blue-42)"
    )

    assert "Blue-42" not in said
