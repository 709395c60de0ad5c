"""Plans and receipts as files: whole, or refused with the member that is wrong."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rezoom import CannotUndo, ConfigError, FieldChange, Plan, PlanError, Problem, Receipt
from rezoom._change.diff import make_plan
from rezoom._change.files import seal
from rezoom._change.plan_data import Record, Verdict
from rezoom._rules.judge import Change
from rezoom.errors import ServerError

pytestmark = pytest.mark.smoke

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
DOUBT = Problem("topic", "warning", "rule", "It is doubtful", "look", "somewhere")
ANSWER = {
    "id": 1,
    "type": 8,
    "topic": "Old",
    "timezone": "Europe/Berlin",
    "duration": 60,
    "start_time": "2027-01-04T08:00:00Z",
    "recurrence": {"type": 2, "repeat_interval": 1, "weekly_days": "2", "end_times": 2},
    "occurrences": [
        {"occurrence_id": "1", "start_time": "2027-01-04T08:00:00Z", "status": "available"},
        {"occurrence_id": "2", "start_time": "2027-01-11T08:00:00Z", "status": "available"},
    ],
}


def plan() -> Plan:
    """Make a plan with everything in it."""
    change = Change("", {"topic": "New", "recurrence": {"end_times": 3}}, allow=["endless"])
    return Plan.of(make_plan(change, ANSWER, meeting=1, account="api.zoom.us/a", now=NOW))


def receipt() -> Receipt:
    """Make a receipt with everything in it."""
    effect = FieldChange("join_url", "https://x?pwd=S3cret", "https://x?pwd=S3cret2")
    verdict = Verdict({"topic": "New"}, {"agenda": DOUBT}, {"template_id": DOUBT}, (effect,))
    before, after = {"topic": "Old", "password": "S3cret"}, {"topic": "New", "password": "S3cret"}
    record = Record("api.zoom.us/a", {"topic": "New"}, NOW, None, before, after)
    return Receipt(1, True, "WEB_1", None, (DOUBT,), None, verdict, record)


def test_a_plan_is_read_as_it_was_written() -> None:
    """Dates, changes, doubts, and what it rests on."""
    assert Plan.from_json(plan().to_json()) == plan()
    assert Plan.from_json(plan().to_json().encode()) == plan()


def test_a_receipt_is_read_as_it_was_written() -> None:
    """But for the secrets, and what was left of the day."""
    again = Receipt.from_json(receipt().to_json())

    assert (again.applied, again.ignored, again.unseen) == (
        {"topic": "New"},
        {"agenda": DOUBT},
        {"template_id": DOUBT},
    )
    assert (again.warnings, again.tracking_id, again.verified) == ((DOUBT,), "WEB_1", True)
    assert "S3cret" not in receipt().to_json()


def test_an_unverified_receipt_keeps_its_reason() -> None:
    """The read-back had failed."""
    error = ServerError("down", status=500)
    first = Receipt(1, True, None, None, (), error)

    again = Receipt.from_json(first.to_json())

    assert not again.verified
    assert "down" in str(again.verify_error)
    with pytest.raises(CannotUndo):
        again.undo()


@pytest.mark.parametrize(
    "member", sorted(json.loads(plan().to_json()).keys() - {"digests", "schema"})
)
def test_an_edited_member_of_a_plan_is_named(member: str) -> None:
    """Whatever was put there, and when it was taken away."""
    whole = json.loads(plan().to_json())
    without = {name: value for name, value in whole.items() if name != member}
    for given_file in (whole | {member: "x"}, without):
        with pytest.raises(PlanError, match=f"edited or damaged: {member} is not") as caught:
            Plan.from_json(json.dumps(given_file))
        assert "new plan" in caught.value.next_step


def test_an_added_member_is_named() -> None:
    """A member that was slipped in is found too."""
    given = json.loads(plan().to_json()) | {"host": "x"}

    with pytest.raises(PlanError, match="host"):
        Plan.from_json(json.dumps(given))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        (plan().to_json()[:-9], "damaged"),
        ("[]", "no schema"),
        ("{}", "no schema"),
        ('{"schema": 5}', "no schema"),
        ('{"schema": "rezoom.plan/9"}', "rezoom.plan/9"),
        ('{"schema": "rezoom.plan/1"}', "no digests"),
        ('{"schema": "something else"}', "something else"),
        (receipt().to_json(), "rezoom.receipt/2"),
        (b"\xff\xfe", "not JSON"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_what_is_no_plan_is_refused(text: str | bytes, said: str) -> None:
    """With what it is instead; the file itself is not quoted."""
    with pytest.raises(PlanError, match=said):
        Plan.from_json(text)


def test_a_plan_is_not_a_receipt() -> None:
    """`rezoom undo PLAN.json` is a slip that is told."""
    with pytest.raises(PlanError, match=r"rezoom\.plan/1"):
        Receipt.from_json(plan().to_json())


@given(
    st.dictionaries(
        st.sampled_from(sorted(json.loads(plan().to_json()))), st.none() | st.integers() | st.text()
    )
)
def test_no_file_breaks_the_reader(strange: dict[str, Any]) -> None:
    """An edited file is a PlanError, never anything else."""
    given_file = json.loads(plan().to_json()) | strange
    try:
        Plan.from_json(json.dumps(given_file))
    except PlanError:
        return
    assert given_file == json.loads(plan().to_json())


def test_half_a_surrogate_pair_does_not_stop_a_file() -> None:
    """An answer may hold one; the file can be written and read."""
    change, answer = Change("", {"topic": "New"}), ANSWER | {"topic": "\ud83d"}
    strange = Plan.of(make_plan(change, answer, meeting=1, account="a", now=NOW))

    assert Plan.from_json(strange.to_json().encode("utf-8")) == strange


def resealed(text: str, **members: Any) -> str:
    """Edit a file as somebody does who writes new digests."""
    given_file = json.loads(text) | members
    del given_file["digests"]
    return seal(given_file.pop("schema"), given_file)


@pytest.mark.parametrize(
    ("member", "strange"),
    [
        ("meeting", 1.5),
        ("meeting", "x"),
        ("body", []),
        ("read", []),
        ("made_at", "yesterday"),
        ("made_at", "2026-01-01T00:00:00"),
        ("occurrence", 5),
        ("allow", "past-start"),
        ("changes", [1]),
        ("problems", [{}]),
        ("topic", None),
        ("read", {"occurrences": 5}),
        ("read", {"occurrences": {"1": 5}}),
        ("dates", {"timezone": "UTC"}),
    ],
)
def test_a_plan_that_was_made_up_is_refused(member: str, strange: object) -> None:
    """Digests are no signature: what is in the file is looked at all the same."""
    with pytest.raises(PlanError, match=r"The plan (lacks|misstates|lacks or misstates)"):
        Plan.from_json(resealed(plan().to_json(), **{member: strange}))


TOPIC = {"path": "topic", "before": "Old", "after": "New"}
OTHERS = [one for one in json.loads(plan().to_json())["changes"] if one["path"] != "topic"]
DATES = json.loads(plan().to_json())["dates"]


@pytest.mark.parametrize(
    ("member", "forged", "said"),
    [
        ("body", {"topic": "Another", "recurrence": {}}, "changes: topic is not what body sends"),
        ("changes", [TOPIC | {"after": "Harmless"}, *OTHERS], "changes: topic is not what"),
        ("changes", [TOPIC, *OTHERS, TOPIC | {"path": "agenda"}], "changes: agenda is not what"),
        ("changes", OTHERS, "changes: topic is sent, and is not among them"),
        ("changes", [], "changes: topic is sent"),
        ("dates", DATES | {"after": DATES["after"][:1]}, "dates: they are not those that body"),
        ("dates", DATES | {"timezone": "Asia/Tokyo"}, "dates: they are not those that body"),
        ("made_at", None, "dates: they are not those that body"),
    ],
)
def test_a_plan_that_shows_other_changes_than_it_sends_is_refused(
    member: str, forged: object, said: str
) -> None:
    """Who reviews a plan reads its changes and dates; they are what its body makes."""
    with pytest.raises(PlanError, match=said):
        Plan.from_json(resealed(plan().to_json(), **{member: forged}))


def test_a_time_alone_is_sent_only_where_it_is_shown() -> None:
    """A start that is slipped in beside a new topic is no companion of another time."""
    change = Change("", {"topic": "New"})
    text = Plan.of(make_plan(change, ANSWER, meeting=1, account="a", now=NOW)).to_json()
    body = {"topic": "New", "start_time": "2030-01-01T09:00:00Z"}

    with pytest.raises(PlanError, match="start_time is sent, and is not among them"):
        Plan.from_json(resealed(text, body=body))


def test_nothing_empty_stands_for_what_is_missing() -> None:
    """Null says that there is none; an empty object or text is a flaw like any other."""
    flaws: tuple[dict[str, Any], ...] = ({"dates": {}}, {"made_at": ""})
    for empty in flaws:
        with pytest.raises(PlanError, match="The plan lacks or misstates"):
            Plan.from_json(resealed(plan().to_json(), **empty))
    with pytest.raises(PlanError, match="The receipt lacks or misstates 'sent'"):
        Receipt.from_json(resealed(receipt().to_json(), verify_error={}))


@pytest.mark.parametrize(
    ("member", "strange"),
    [
        ("before", 5),
        ("before", []),
        ("after", "x"),
        ("body", 5),
        ("at", "2026"),
        ("at", "2026-01-01T00:00:00"),
        ("occurrence", 5),
        ("hidden", 5),
    ],
)
def test_a_receipt_that_was_made_up_is_refused(member: str, strange: object) -> None:
    """Before anything is worked out from it."""
    text = receipt().to_json()
    record = json.loads(text)["record"] | {member: strange}

    given_record: Any
    for given_record in (record, [], "x"):
        with pytest.raises(PlanError, match="The receipt"):
            Receipt.from_json(resealed(text, record=given_record))


@pytest.mark.parametrize("strange", [datetime(2027, 1, 1), "2027", 5])
def test_the_time_of_an_undo_has_a_zone(strange: Any) -> None:
    """Otherwise it is not known which meetings are still to come."""
    with pytest.raises(ConfigError, match=r"now: .* is no aware datetime") as caught:
        receipt().undo(now=strange)

    assert "datetime.now(UTC)" in caught.value.next_step


def test_a_file_that_is_nested_too_deeply_is_refused() -> None:
    """Whatever its digests say: what shows it, and what compares it, goes through all of it."""
    deep: Any = json.loads("[" * 400 + "]" * 400)
    for kind, whole, member in ((Plan, plan(), "read"), (Receipt, receipt(), "warnings")):
        with pytest.raises(PlanError, match="nested too deeply"):
            kind.from_json(resealed(whole.to_json(), **{member: {"settings": deep}}))
