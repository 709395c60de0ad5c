"""What a read shows after an update: the value sent, the one before, or neither of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from callers import Caller
from rezoom import NotApplied, Receipt
from rezoom._change.files import seal
from rezoom._change.plan_data import Verdict
from rezoom.simulator import Simulator
from wire import ACCEPTED, Wire, answer

Calling = Callable[..., Caller]
NUMBER = 85746065
MEETING: dict[str, Any] = {
    "id": NUMBER,
    "topic": "Old",
    "agenda": "Before",
    "type": 2,
    "host_id": "host-1",
    "start_time": "2030-01-07T08:00:00Z",
    "timezone": "Europe/Berlin",
    "settings": {"auto_recording": "none"},
}


def meeting(**members: Any) -> Any:
    """Write the answer of a read of that meeting with some other members."""
    return answer(200, MEETING | members)


def changed(
    wire: Wire, call: Callable[..., Caller], found: dict[str, Any], **fields: Any
) -> Receipt:
    """Send fields to the meeting, and let the reads after it show what was found."""
    wire.says(meeting(), ACCEPTED, *[meeting(**found)] * 2)
    return call().update(NUMBER, fields, verify=True)


FORMS: list[tuple[str, Any, Any, str]] = [
    ("agenda", "🇩🇪 9:00, 🇫🇷 10:00", "-- 9:00, -- 10:00", "emoji-kept-as-hyphens"),
    ("agenda", "Bring a 🥨", "Bring a ?", "emoji-kept-as-hyphens"),
    ("topic", "☎ Hotline", "- Hotline", "emoji-kept-as-hyphens"),
    ("agenda", "<p>Fish &amp; chips</p>", "Fish & chips", "markup-left-out"),
    ("agenda", "one\r\ntwo", "one\ntwo", "blanks-kept-otherwise"),
    ("agenda", "one\n\n two ", "one\n two", "blanks-kept-otherwise"),
    ("topic", "  Weekly\tcall", "Weekly call", "blanks-kept-otherwise"),
    ("topic", "Standup", "standup (moved)", "changed-to-something-else"),
    ("duration", 45, 40, "changed-to-something-else"),
]


@pytest.mark.parametrize("form", FORMS)
def test_a_value_that_is_neither_old_nor_new_is_altered(
    wire: Wire, call: Callable[..., Caller], form: tuple[str, Any, Any, str]
) -> None:
    """Before, requested and found are all told, with the likeliest reason."""
    path, sent, found, rule = form
    receipt = changed(wire, call, {path: found}, **{path: sent})

    assert (dict(receipt.applied), dict(receipt.ignored)) == ({}, {})
    ((where, one),) = receipt.altered.items()
    assert (where, one.before, one.requested, one.found) == (path, MEETING.get(path), sent, found)
    assert (one.problem.path, one.problem.rule) == (path, rule)
    with pytest.raises(NotApplied, match=path):
        receipt.raise_if_ignored()


def test_a_start_without_its_seconds_is_altered(wire: Wire, call: Callable[..., Caller]) -> None:
    """The reason is that no seconds are kept, and not a lock."""
    receipt = changed(
        wire,
        call,
        {"start_time": "2030-01-08T09:15:00Z"},
        start_time="2030-01-08T09:15:42Z",
        timezone="Europe/Berlin",
    )

    assert receipt.altered["start_time"].problem.rule == "seconds-left-out"


def test_what_is_as_before_is_ignored_even_in_zooms_form(
    wire: Wire, call: Callable[..., Caller]
) -> None:
    """What was there stays there: nothing has changed, and the reason is still told."""
    wire.says(*[meeting(topic="Tea -")] * 1, ACCEPTED, *[meeting(topic="Tea -")] * 2)

    receipt = call().update(NUMBER, topic="Tea ☕", verify=True)

    assert dict(receipt.altered) == {}
    assert receipt.ignored["topic"].rule == "emoji-kept-as-hyphens"


@pytest.mark.parametrize(
    ("sent", "there"), [("Tea ☕", "Tea -"), ("Tea  time ", "Tea time"), ("a\r\nb", "a\nb")]
)
def test_a_sync_spends_nothing_on_zooms_own_form_of_a_text(
    wire: Wire, call: Callable[..., Caller], sent: str, there: str
) -> None:
    """The second night only reads, and says why nothing is sent."""
    wire.says(meeting(agenda=there))

    receipt = call().update(NUMBER, agenda=sent, skip_unchanged=True)

    assert not receipt.sent
    assert [problem.path for problem in receipt.warnings] == ["agenda"]


def test_a_form_can_be_sent_all_the_same(wire: Wire, call: Callable[..., Caller]) -> None:
    """Whoever does not skip what is unchanged sends the text as it stands."""
    wire.says(ACCEPTED)

    receipt = call().update(NUMBER, agenda="Tea ☕", skip_unchanged=False)

    assert receipt.sent


def test_another_text_is_sent_beside_one_in_zooms_form(
    wire: Wire, call: Callable[..., Caller]
) -> None:
    """Only what differs by meaning goes out."""
    wire.says(meeting(agenda="Tea -"), ACCEPTED)

    call().update(NUMBER, agenda="Tea ☕", topic="New", skip_unchanged=True)

    assert json.loads(wire.calls[-1].body) == {"topic": "New"}


def test_an_altered_passcode_is_never_shown(wire: Wire, call: Callable[..., Caller]) -> None:
    """A policy put its own passcode there; the receipt, its file and its errors hide all three."""
    wire.says(meeting(password="aaa-Old"), ACCEPTED, *[meeting(password="bbb-Found")] * 2)

    receipt = call().update(NUMBER, password="ccc-Sent", verify=True)

    assert receipt.altered["password"].problem.rule == "passcode-policy"
    told = f"{receipt!r} {receipt.altered!r} {receipt.altered['password']} {receipt.to_json()}"
    assert not any(secret in told for secret in ("aaa-Old", "bbb-Found", "ccc-Sent"))


def test_a_receipt_keeps_the_three_values_in_its_file(
    wire: Wire, call: Callable[..., Caller]
) -> None:
    """A new schema number says that a reader has to look at them."""
    receipt = changed(wire, call, {"topic": "Other"}, topic="New")

    again = Receipt.from_json(receipt.to_json())

    assert json.loads(receipt.to_json())["schema"] == "rezoom.receipt/2"
    assert again.altered == receipt.altered


def test_a_receipt_of_the_older_schema_is_still_read() -> None:
    """What is altered stood among the ignored ones there."""
    older = Receipt(NUMBER, True, None, None, verdict=Verdict({"topic": "New"}))
    members = json.loads(older.to_json())
    for name in ("schema", "digests", "altered"):
        del members[name]

    again = Receipt.from_json(seal("rezoom.receipt/1", members))

    assert (dict(again.applied), dict(again.altered)) == ({"topic": "New"}, {})


def test_dates_that_are_neither_old_nor_planned_are_altered(
    sim: Simulator, calling: Calling
) -> None:
    """The three lists of starts are there, in UTC."""
    sim.set_quirks({"short-month": "clamp"})
    caller = calling()
    number = sim.add_series(start_time="2027-01-31T09:00:00", timezone="Europe/Berlin")
    before = [row["start_time"] for row in sim.meeting(number)["occurrences"]]

    receipt = caller.update(
        number,
        start_time="2027-01-31T09:00:00",
        timezone="Europe/Berlin",
        recurrence={"type": 3, "repeat_interval": 1, "monthly_day": 31, "end_times": 3},
        verify=True,
    )

    one = receipt.altered["occurrences"]
    after = [row["start_time"] for row in sim.meeting(number)["occurrences"]]
    assert (one.before, one.found) == (before, after)
    assert one.requested == ["2027-01-31T08:00:00Z", "2027-03-31T07:00:00Z", "2027-05-31T07:00:00Z"]
