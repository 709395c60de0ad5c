"""What a code, a text, a rule or a field means, and what is said about those that nobody knows."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rezoom._catalog import Explanation, everything, explain, nearest
from rezoom._http.responses import Reply, read
from rezoom._wire import facts

pytestmark = pytest.mark.smoke

NOW = datetime(2030, 3, 1, 12, 0, tzinfo=UTC)
# Every code that a source was found for, and how many reasons it stands for.
CODES = {
    124: 2,
    300: 5,
    1001: 2,
    1010: 1,
    2300: 1,
    3000: 9,
    3001: 2,
    3002: 1,
    3003: 1,
    3007: 1,
    3018: 1,
    3037: 1,
    3161: 1,
    4700: 1,
    4702: 1,
    4704: 1,
    4705: 1,
    4709: 1,
    4711: 1,
    4717: 1,
    4733: 1,
    4734: 1,
    4735: 1,
    4741: 1,
}
# What Zoom was seen or is documented to say, with the code and what it means.
SAID = [
    (300, "Validation Failed.", "validation-failed"),
    (300, "Request Body should be a valid JSON object.", "body-not-json"),
    (300, "The value in the schedule_for field is invalid.", "invalid-schedule-for"),
    (300, "Invalid enforce_login_domains.", "invalid-enforce-login-domains"),
    (3000, "Cannot access webinar info.", "webinar"),
    (3000, "Instant meeting does not support schedule_for.", "instant-meeting-schedule-for"),
    (3000, "Users in 'example.org' have been blocked.", "blocked-domain"),
    (3000, "You cannot schedule a meeting for ada@example.org", "cannot-schedule-for"),
    (3000, "Prescheduling is only available for types 2 and 3.", "pre-schedule-type"),
    (3000, "Cannot use continuous meeting chat with them.", "continuous-chat-outside-account"),
    (3001, "Meeting does not exist: 85746065.", "meeting-not-found"),
    (3161, "Meeting hosting and scheduling capabilities are not allowed.", "hosting-not-allowed"),
    (124, "Invalid access token.", "token-rejected"),
    (4711, "Invalid access token, does not contain scopes:[meeting:write].", "missing-scope"),
    (429, "You have reached the maximum per-second rate limit for this API.", "second"),
    (4001, "You have reached the maximum per-second rate limit for this API.", "second"),
    (429, "You have reached the maximum daily rate limit for this API.", "account-day"),
    (429, "You have exceeded the daily rate limit (100) of Meeting Create/Update", "host-day"),
    (429, "Too many concurrent requests. Try again later.", "lock"),
]


def ids(found: tuple[Explanation, ...]) -> list[str]:
    """Name what was found."""
    return [one.id for one in found]


def the(word: str | int, message: str = "") -> Explanation:
    """Explain what has one meaning."""
    (one,) = explain(word, message=message)
    return one


@pytest.mark.parametrize("code", CODES)
def test_every_code_of_the_sources_is_explained(code: int) -> None:
    """Each of its reasons has a cause, a next step, and a link."""
    found = [one for one in explain(code) if one.code == code]

    assert len(found) == CODES[code]
    assert all(one.cause and one.next_step and one.link.startswith("http") for one in found)


def test_no_code_of_the_spec_is_missing_above() -> None:
    """The table of this test is the whole of them."""
    known = {row.code for row in facts.ERRORS} | {row.code for row in facts.TOKEN_ERRORS}

    assert known - {None} == CODES.keys()


@pytest.mark.parametrize(("code", "message", "meaning"), SAID)
def test_the_message_tells_the_reason(code: int, message: str, meaning: str) -> None:
    """One code has many; Zoom's words decide, and are shown whole."""
    one = the(code, message)

    assert (one.id, one.said) == (meaning, message)


@pytest.mark.parametrize("row", facts.ERRORS, ids=lambda row: row.id)
def test_an_error_and_its_explanation_agree(row: facts.ErrorCode) -> None:
    """What `update` raises for an answer is what `explain` says about it."""
    if row.code is None:
        return
    body = json.dumps({"code": row.code, "message": row.message or "else"}).encode()
    reply = Reply(row.status or 400, {}, body, NOW)
    error = read(reply, secrets=frozenset(), repeatable=False).error

    one = the(row.code, row.message or "else")

    assert (one.cause, one.next_step) == (getattr(error, "meaning", ""), error.next_step)


@pytest.mark.parametrize("number", [429, *(one.code for one in facts.LIMIT_CODES)])
def test_a_limit_without_words_may_be_any(number: int) -> None:
    """Only the message tells which; each says when it ends and whether it is tried again."""
    found = explain(number)

    assert ids(found) == [row.id for row in facts.THROTTLES]
    assert {one.details["scope"] for one in found} >= {"host-day", "account-day", "second"}


def test_a_scope_is_named_in_both_forms() -> None:
    """What the app lacks, and every scope that the same operation takes instead."""
    one = the(4711, "does not contain scopes:[meeting:update:meeting:admin, user:read].")

    details = one.details
    assert details["missing"] == ["meeting:update:meeting:admin", "user:read"]
    assert details["not_of_these_operations"] == ["user:read"]
    assert details["accepted"] == {
        "updateMeeting": {
            "granular": ["meeting:update:meeting", "meeting:update:meeting:admin"],
            "classic": ["meeting:write", "meeting:write:admin"],
        }
    }


def test_a_scope_alone_is_a_word_too() -> None:
    """Whoever reads it in Zoom's message can look it up."""
    assert ids(explain("meeting:read:meeting")) == ["missing-scope"]


def test_the_fields_of_a_failed_validation_are_told_with_their_limits() -> None:
    """By path or by name; a word such as "value" in the sentence is no field."""
    one = the(300, "Validation Failed. settings.audio: wrong value. Invalid parameter: jbh_time.")

    assert one.details["fields"] == [
        "settings.audio: one of both, telephony, voip, thirdParty",
        "settings.jbh_time: one of 0, 5, 10, 15",
    ]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 500, 502, 503, 504])
def test_a_bare_status_is_explained(status: int) -> None:
    """A gateway sends no code."""
    assert [one.status for one in explain(status)] == [status]


@pytest.mark.parametrize("rule", facts.RULES)
def test_every_rule_is_explained_by_its_id(rule: str) -> None:
    """Its words, what decides it, its source and the date of that."""
    one, known = the(rule), facts.RULES[rule]

    details = one.details
    assert (one.kind, one.cause, one.next_step) == ("rule", known.sentence, known.fix)
    assert (details["severity"], details["date"]) == (known.severity, known.date)
    assert one.link.startswith("http")
    assert details["decided_by"]


def test_a_field_is_explained_with_its_rules() -> None:
    """What it takes, and everything that is judged about it."""
    one = the("settings.jbh_time")

    assert one.kind == "field"
    assert "0, 5, 10, 15" in one.next_step
    assert "jbh-time-needs-join-before-host" in one.details["rules"]


@pytest.mark.parametrize("rule", ["duration.maximum", "settings.meeting_invitees[].email.format"])
def test_the_rule_of_a_limit_is_explained_by_its_field(rule: str) -> None:
    """The id that a problem shows can be looked up, whichever kind it is of."""
    assert the(rule).id == rule.rpartition(".")[0]


@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        ("Error: You cannot schedule a meeting for ada@example.org", "cannot-schedule-for"),
        ("too many CONCURRENT requests", "lock"),
        ("invalid_grant", "invalid-grant"),
    ],
)
def test_a_part_of_what_zoom_says_is_enough(words: str, meaning: str) -> None:
    """Not everybody has the code at hand."""
    assert meaning in ids(explain(words))


def test_an_unknown_code_comes_back_as_zoom_said_it() -> None:
    """Whole, with no guess about it."""
    one = the(9999, "Meetings are closed on Fridays. (E-17)")

    assert (one.kind, one.code, one.said) == (
        "unknown",
        9999,
        "Meetings are closed on Fridays. (E-17)",
    )
    assert one.link == ""


@pytest.mark.parametrize("word", ["9999", "past-strat", "", "-1", "3" * 40, "\ud800", "３０００"])
def test_what_nobody_knows_is_not_explained(word: str) -> None:
    """No meaning is made up."""
    assert explain(word) == ()


def test_the_nearest_words_are_offered() -> None:
    """Of rules, fields, codes and texts alike."""
    assert nearest("past-strat")[0] == "past-start"
    assert nearest("setings.jbh_time")[0] == "settings.jbh_time"
    assert "3000" in nearest("30000")


def test_everything_that_is_listed_can_be_asked_for() -> None:
    """By the id in the list."""
    assert [one.id for one in everything() if one.id not in ids(explain(one.id))] == []


@given(st.text(max_size=80), st.text(max_size=80), st.none() | st.integers(100, 599))
def test_any_word_gets_an_answer_that_is_json(word: str, message: str, status: int | None) -> None:
    """Or none; never an exception."""
    for one in explain(word, message=message, status=status):
        assert json.loads(json.dumps(one.to_dict()))["id"] == one.id
