"""From what a person wrote to the body in Zoom's forms: nothing is lost, nothing crashes."""

from __future__ import annotations

import io
import json
import re
import struct
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rezoom import UNSET, Problem
from rezoom._paths import pattern_path
from rezoom._rules.judge import judge
from rezoom._rules.normalize import Draft, draft, shown
from rezoom_wire.models import MeetingSettings, MeetingUpdate

BERLIN = ZoneInfo("Europe/Berlin")
NINE = datetime(2030, 3, 4, 9, 0, tzinfo=BERLIN)
WALL = NINE.replace(tzinfo=None)


class Audio(Enum):
    """Somebody's own names for Zoom's words."""

    VOIP = "voip"


class Kind(IntEnum):
    """Somebody's own names for Zoom's numbers."""

    SERIES = 8


def written(change: object = None, *, occurrence: bool = False, **fields: Any) -> dict[str, Any]:
    """Return the body of an update that must be without problems."""
    out = draft(change, fields, occurrence=occurrence)
    assert out.problems == []
    return out.body


def refused(change: object = None, *, occurrence: bool = False, **fields: Any) -> Problem:
    """Return the one problem of an update."""
    (problem,) = draft(change, fields, occurrence=occurrence).problems
    return problem


def members(out: Draft) -> list[tuple[str, str]]:
    """Name what was refused."""
    return [(problem.path, problem.rule) for problem in out.problems]


@pytest.mark.parametrize(
    "change",
    [
        {"topic": "x", "settings": {"audio": "voip"}},
        MappingProxyType({"topic": "x", "settings": MappingProxyType({"audio": "voip"})}),
        MeetingUpdate(topic="x", settings=MeetingSettings(audio="voip")),
        {"topic": "x", "settings": MeetingSettings(audio="voip")},
    ],
    ids=["dict", "mapping", "model", "model-in-a-dict"],
)
def test_every_form_of_a_body_is_the_same_body(change: object) -> None:
    """Mappings and models, at any level."""
    assert written(change) == {"topic": "x", "settings": {"audio": "voip"}}


def test_the_callers_body_is_left_alone() -> None:
    """Writing happens in a copy, down to the deepest member."""
    change = {"settings": {"alternative_hosts": ["a@b.c"]}, "start_time": NINE}

    written(change)

    assert change == {"settings": {"alternative_hosts": ["a@b.c"]}, "start_time": NINE}


def test_unset_is_left_out_everywhere() -> None:
    """In objects and in lists; an object that held nothing else stays, empty."""
    body = written(
        topic=UNSET,
        settings={"audio": UNSET},
        tracking_fields=[UNSET, {"field": "a", "value": UNSET}],
    )

    assert body == {"settings": {}, "tracking_fields": [{"field": "a"}]}


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"topic": None}, "topic"),
        ({"settings": {"audio": None}}, "settings.audio"),
        ({"tracking_fields": [{"field": None}]}, "tracking_fields[0].field"),
    ],
)
def test_none_is_refused_with_what_to_write(fields: dict[str, Any], path: str) -> None:
    """It is never sent and never dropped: the person meant something by it."""
    problem = refused(**fields)

    assert (problem.path, problem.rule) == (path, "null")
    assert "UNSET" in problem.fix


def test_words_and_numbers_of_enums_are_their_values() -> None:
    """And a subclass of text is text."""
    text = type("Text", (str,), {})

    body = written(topic=text("x"), type=Kind.SERIES, settings={"audio": Audio.VOIP})

    assert json.dumps(body) == '{"topic": "x", "type": 8, "settings": {"audio": "voip"}}'


@pytest.mark.parametrize(
    ("value", "fix"),
    [
        (45.0, "write 45"),
        (0.5, "whole"),
        (float("nan"), "whole"),
        (float("inf"), "whole"),
        (-1e308, f"write {int(-1e308)}"),
    ],
)
def test_a_fraction_is_refused_with_the_number_that_was_meant(value: float, fix: str) -> None:
    """JSON has no NaN, and Zoom has no fractions."""
    problem = refused(duration=value)

    assert (problem.path, problem.rule) == ("duration", "not-an-integer")
    assert fix in problem.fix


@pytest.mark.parametrize(
    "value",
    [b"x", {1, 2}, object(), Decimal(1), 1j, range(3), lambda: 1, timedelta(1), iter([])],
    ids=lambda value: type(value).__name__,
)
def test_what_json_cannot_carry_is_refused_by_its_type(value: object) -> None:
    """The value itself is not shown: it may hold a secret."""
    problem = refused(topic=value)

    assert (problem.path, problem.rule) == ("topic", "not-json")
    assert type(value).__name__ in problem.message


@pytest.mark.parametrize("value", [NINE, date(2030, 3, 4), time(9)], ids=lambda v: type(v).__name__)
@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("topic", lambda value: {"topic": value}),
        ("settings.audio", lambda value: {"settings": {"audio": value}}),
        ("tracking_fields[0].value", lambda value: {"tracking_fields": [{"value": value}]}),
        ("unheard_of", lambda value: {"unheard_of": value}),
    ],
)
def test_a_time_where_no_time_belongs_is_refused(value: object, path: str, place: Any) -> None:
    """A library's encoder would have raised from deep inside."""
    problem = refused(place(value))

    assert (problem.path, problem.rule) == (path, "not-json")
    assert "start_time" in problem.fix


@pytest.mark.parametrize("path", ["start_time", "recurrence.end_date_time"])
@pytest.mark.parametrize(
    "value",
    ["2030-02-30T09:00:00Z", "2030-03-04T25:00Z", "2030-03-04", "tomorrow", "\ud800", ""],
)
def test_a_time_that_does_not_exist_is_refused(path: str, value: str) -> None:
    """A pattern does not know the calendar."""
    body = (
        {"start_time": value} if path == "start_time" else {"recurrence": {"end_date_time": value}}
    )

    problem = refused(body)

    assert (problem.path, problem.rule) == (path, "time")
    assert re.search(r"-[0-9]{2}T[0-9:]{8}Z", problem.fix)


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        (
            {"start_time": NINE},
            {"start_time": "2030-03-04T09:00:00", "timezone": "Europe/Berlin"},
        ),
        (
            {"start_time": WALL, "timezone": BERLIN},
            {"start_time": "2030-03-04T09:00:00", "timezone": "Europe/Berlin"},
        ),
        ({"start_time": NINE.astimezone(UTC)}, {"start_time": "2030-03-04T08:00:00Z"}),
        ({"start_time": "2030-03-04T09:00:00+01:00"}, {"start_time": "2030-03-04T08:00:00Z"}),
        ({"timezone": BERLIN}, {"timezone": "Europe/Berlin"}),
        (
            {"recurrence": {"end_date_time": NINE}},
            {"recurrence": {"end_date_time": "2030-03-04T08:00:00Z"}},
        ),
    ],
)
def test_times_are_written_in_zooms_own_forms(fields: dict[str, Any], body: dict[str, Any]) -> None:
    """An instant with Z, or a wall clock beside its zone; never an offset."""
    assert written(**fields) == body


@pytest.mark.parametrize(
    "fields",
    [
        {"start_time": WALL, "timezone": "Europe/Berlin"},
        {"start_time": NINE},
        {"start_time": "2030-03-04T09:00:00", "timezone": BERLIN},
    ],
)
def test_the_start_of_an_occurrence_is_an_instant(fields: dict[str, Any]) -> None:
    """The zone has said what the wall clock means; Zoom would ignore it there."""
    body, problems = judge(None, fields, occurrence=True)

    assert (body, problems) == ({"start_time": "2030-03-04T08:00:00Z"}, [])


def test_a_local_start_of_an_occurrence_needs_its_zone() -> None:
    """Without one it is not known which instant is meant."""
    assert "timezone" in refused(start_time=WALL, occurrence=True).fix


@pytest.mark.parametrize("place", ["Europe/Berln", "CET ", "../etc/passwd", "", "\x00"])
def test_a_zone_that_does_not_exist_is_refused(place: str) -> None:
    """Zoom would take the account's own zone instead."""
    assert refused(timezone=place).path == "timezone"


def test_a_zone_without_a_name_cannot_be_sent() -> None:
    """Zoom knows zones by name only."""
    counts = struct.pack(">6l", 0, 0, 0, 0, 1, 4)
    file = b"TZif" + bytes(16) + counts + struct.pack(">lbb", 0, 0, 0) + b"UTC\0"

    problem = refused(timezone=ZoneInfo.from_file(io.BytesIO(file)))

    assert (problem.path, problem.rule) == ("timezone", "time")


@pytest.mark.parametrize("key", [1, None, "\ud800", ("a",)])
def test_a_name_that_is_no_text_is_refused(key: Any) -> None:
    """JSON's names are text that UTF-8 can carry."""
    assert members(draft({key: "x"}, {}, occurrence=False)) == [("", "not-json")]


def test_half_a_surrogate_pair_is_refused_with_the_repair() -> None:
    """It comes from a cut emoji, and no UTF-8 can carry it."""
    problem = refused(settings={"contact_name": "a\ud83d"})

    assert (problem.path, problem.rule) == ("settings.contact_name", "not-json")
    assert "surrogatepass" in problem.fix


def test_a_body_that_contains_itself_is_refused() -> None:
    """As too deep, instead of RecursionError."""
    circle: dict[str, Any] = {"topic": "x"}
    circle["settings"] = circle
    ring: list[Any] = []
    ring.append(ring)

    out = draft({"settings": circle, "tracking_fields": ring}, {}, occurrence=False)

    assert {rule for _, rule in members(out)} == {"not-json"}


@pytest.mark.parametrize(
    ("given_as", "text"),
    [
        (["2", 4], "2,4"),
        ((2,), "2"),
        ([], ""),
        ("2,4", "2,4"),
    ],
)
def test_lists_that_zoom_reads_as_text_are_joined(given_as: Any, text: str) -> None:
    """With the separator the spec names."""
    assert written(recurrence={"weekly_days": given_as}) == {"recurrence": {"weekly_days": text}}


def test_each_list_has_its_own_separator() -> None:
    """Semicolons for people and domains, commas for languages."""
    people = ["interpreter_languages", "languages"]
    body = written(
        settings={
            "alternative_hosts": ["a@b.c", "d@e.f"],
            "language_interpretation": {"interpreters": [{name: ["US", "CN"] for name in people}]},
        }
    )

    assert body["settings"]["alternative_hosts"] == "a@b.c;d@e.f"
    (interpreter,) = body["settings"]["language_interpretation"]["interpreters"]
    assert interpreter == dict.fromkeys(people, "US,CN")


@pytest.mark.parametrize("item", ["a;b", None, 1.5, {"a": 1}, "\ud800", ["a"]])
def test_an_item_that_would_split_or_vanish_is_refused(item: Any) -> None:
    """It is named by its place in the list."""
    problem = refused(settings={"alternative_hosts": ["a@b.c", item]})

    assert (problem.path, problem.rule) == ("settings.alternative_hosts[1]", "not-a-list-item")


@pytest.mark.parametrize("change", ["topic", 7, [("topic", "x")], object(), MeetingUpdate])
def test_what_is_no_body_is_refused_by_its_type(change: object) -> None:
    """Only models and mappings have members to send."""
    assert refused(change).rule == "not-a-body"


@pytest.mark.parametrize(
    "model",
    [
        MeetingUpdate(settings={"audio": "voip"}),  # type: ignore[arg-type]  # the mistake meant
        MeetingUpdate(recurrence=3),  # type: ignore[arg-type]  # the mistake meant
        MeetingUpdate(tracking_fields=["a"]),  # type: ignore[list-item]  # the mistake meant
    ],
)
def test_a_model_with_a_wrong_member_is_refused(model: MeetingUpdate) -> None:
    """The generated code trusts its members and would raise AttributeError."""
    problem = refused(model)

    assert problem.rule == "not-a-body"
    assert "models" in problem.fix


def test_a_body_and_keywords_together_are_refused() -> None:
    """Which of them wins would be a guess."""
    assert refused({"topic": "x"}, agenda="y").rule == "change-and-fields"


@pytest.mark.parametrize("change", [{}, {"topic": UNSET}, {"settings": {}}, MeetingUpdate()])
def test_an_update_that_changes_nothing_is_refused(change: object) -> None:
    """It would cost one of the hundred for nothing."""
    _, problems = judge(change, {})

    assert [problem.rule for problem in problems] == ["nothing-to-change"]


def test_emptying_a_list_changes_something() -> None:
    """So do a text that is emptied and a switch that is turned off."""
    _, problems = judge({"agenda": "", "settings": {"custom_keys": [], "watermark": False}}, {})

    assert problems == []


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("topic", "topic"),
        ("a.b[0].c", "a.b[].c"),
        ("a[10][2].b[3]", "a[][].b[]"),
    ],
)
def test_a_place_in_a_list_is_known_by_its_pattern(path: str, pattern: str) -> None:
    """The spec knows fields without numbers."""
    assert pattern_path(path) == pattern


def test_a_long_value_is_quoted_short() -> None:
    """A problem is a line, not a page."""
    assert len(shown("topic", "x" * 500)) == 58


@pytest.mark.parametrize("path", ["password", "settings.authentication_exception[0].join_url"])
def test_a_secret_is_never_quoted(path: str) -> None:
    """The spec says which fields are secret."""
    assert shown(path, "S3cret") == "(hidden)"


def test_a_secret_is_hidden_in_a_value_in_the_wrong_place() -> None:
    """However deep it was put by mistake."""
    text = shown("settings", [{"password": "S3cret"}, ({"join_url": "S3cret"},)])

    assert "S3cret" not in text
    assert text.count("(hidden)") == 2


NAMES = st.text(max_size=2) | st.sampled_from(
    "topic password start_time timezone settings recurrence weekly_days end_date_time"
    " alternative_hosts breakout_room rooms tracking_fields [0] settings.audio".split()
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=5)
    | st.binary(max_size=3)
    | st.datetimes(timezones=st.none() | st.just(timezone(timedelta(hours=5))))
    | st.just(UNSET),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.smoke
@given(st.dictionaries(NAMES, VALUES, max_size=4))
@example({"": {"start_time": datetime(2027, 1, 1)}})
@example({"start_time": datetime(2027, 1, 1), "timezone": []})
def test_whatever_comes_in_is_judged_and_never_raises(change: dict[str, Any]) -> None:
    """And what is left of it can be written as JSON in UTF-8."""
    body, problems = judge(change, {})

    json.dumps(body, ensure_ascii=False, allow_nan=False).encode("utf-8")
    assert all(str(problem) and problem.fix for problem in problems)
