"""What a change does to registration and links: told before it is sent, security first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from callers import Caller
from rezoom import check
from rezoom._change.text import plan_lines
from rezoom.simulator import Simulator

Calling = Callable[..., Caller]
REGISTERED: dict[str, Any] = {"settings": {"approval_type": 0, "auto_recording": "none"}}
# The loss of registration beside a dozen harmless changes, of which others are told too.
OPENS: dict[str, Any] = {
    "type": 3,
    "topic": "Open",
    "agenda": "For everybody",
    "settings": {"auto_recording": "cloud", "mute_upon_entry": True, "watermark": True},
}


def first_rule(problems: Any) -> str:
    """Name the rule that is told first."""
    rule: str = problems[0].rule
    return rule


def test_every_way_tells_first_that_a_link_will_be_open(sim: Simulator, calling: Calling) -> None:
    """A plan, a check against a read, and a verified update say so before they send."""
    caller, meeting = calling(), sim.add_meeting(**REGISTERED)

    checked = check(OPENS, current=caller.get(meeting), now=sim.clock.now())
    plan = caller.plan(meeting, OPENS)
    receipt = caller.update(meeting, OPENS, verify=True)

    assert {first_rule(one) for one in (checked, plan.problems, receipt.warnings)} == {
        "registration-lost"
    }


def test_a_plan_and_a_receipt_show_security_above_the_changes(
    sim: Simulator, calling: Calling
) -> None:
    """In the short page, in the whole diff, and in what became of it."""
    caller, meeting = calling(), sim.add_meeting(**REGISTERED)

    plan = caller.plan(meeting, OPENS)
    receipt = caller.apply(plan, verify=True)

    for text in (str(plan), "\n".join(plan_lines(plan)), str(receipt)):
        assert "People must register" in text.splitlines()[1]


def test_registration_that_is_lost_is_read_back(sim: Simulator, calling: Calling) -> None:
    """The simulator does what was told, and the receipt names the member and the rule."""
    caller, meeting = calling(), sim.add_meeting(**REGISTERED)

    receipt = caller.update(meeting, type=3, verify=True)

    assert "settings.approval_type" in {change.path for change in receipt.side_effects}
    page = " ".join(str(receipt).replace("│", "").split())
    assert "settings.approval_type (registration-lost)" in page


@pytest.mark.parametrize(
    ("seed", "rule"),
    [
        ({"type": 3}, "registration-needs-fixed-start"),
        ({"start_time": "2020-01-07T09:00:00Z"}, "registration-needs-fixed-start"),
        ({"settings": {"use_pmi": True}}, "registration-needs-own-number"),
    ],
)
def test_the_read_back_blames_what_the_meeting_is(
    seed: dict[str, Any], rule: str, sim: Simulator, calling: Calling
) -> None:
    """The licence, of which no read shows anything, comes after what the meeting shows."""
    caller, meeting = calling(), sim.add_meeting(**seed)

    receipt = caller.update(meeting, settings={"approval_type": 1}, verify=True)

    assert first_rule(receipt.warnings) == rule
    assert receipt.ignored["settings.approval_type"].rule == rule


def test_the_licence_is_blamed_where_the_meeting_could_have_registration(
    sim: Simulator, calling: Calling
) -> None:
    """A scheduled meeting of a Basic host that is to come."""
    sim.add_user({"email": "ada@example.com", "licensed": False})
    caller, meeting = calling(), sim.add_meeting()

    receipt = caller.update(meeting, settings={"approval_type": 1}, verify=True)

    assert receipt.ignored["settings.approval_type"].rule == "registration-needs-licence"
