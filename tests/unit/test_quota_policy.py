"""Limits: the spec's, a plan's, the caller's; and the reservations made of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rezoom._times import SECOND
from rezoom._wire import facts
from rezoom.errors import ConfigError
from rezoom.quota import Lease, Limits, Policy, Reservation, Scope

pytestmark = pytest.mark.smoke

HUNDRED = facts.QUOTAS["meeting"].limit


def counted(reservation: Reservation) -> list[Scope]:
    """List the scopes in which a place is taken."""
    return [scope for scope in reservation.scopes if not scope.gate]


def test_the_numbers_are_the_specs() -> None:
    """Nothing is written twice."""
    limits = Policy(account_plan="free").limits

    assert limits.meeting == HUNDRED
    assert limits.host == facts.QUOTAS["host"].limit
    assert limits.account_day == facts.RATES["free"].per_day
    assert limits.per_second == facts.RATES["free"].per_second


def test_without_a_plan_both_hundreds_are_kept() -> None:
    """And nothing is paced, or counted for the account, until somebody names the plan."""
    reservation = Policy().reservation("zoom/a", 7, "h")

    assert [(scope.name, scope.limit) for scope in counted(reservation)] == [
        ("meeting", HUNDRED),
        ("host", HUNDRED),
    ]
    assert reservation.pace is not None
    assert reservation.pace.rate is None


@pytest.mark.parametrize("plan", facts.RATES)
def test_every_plan_fills_its_limit_per_second(plan: str) -> None:
    """All but what the network may push together."""
    pace = Policy(account_plan=plan).reservation("zoom/a", 7).pace

    assert pace is not None
    assert pace.rate == pytest.approx(0.955 * facts.RATES[plan].per_second)
    assert pace.limit == facts.RATES[plan].per_second


@given(st.floats(0.01, 500))
def test_any_limit_per_second_is_kept(limit: float) -> None:
    """Also one that is no whole number: calls are."""
    pace = Policy(Limits(per_second=limit)).reservation("zoom/a", 7).pace

    assert pace is not None
    in_a_second = 1 + (SECOND - 1) // pace.gap
    assert in_a_second <= max(1, limit)


def test_a_read_spends_a_turn_and_a_call_of_the_day() -> None:
    """And none of the two hundreds."""
    policy = Policy(account_plan="free")
    read = policy.reading("zoom/a")

    assert read is not None
    assert [scope.name for scope in read.scopes] == ["account"]
    assert read.pace == policy.reservation("zoom/a", 7).pace


def test_without_a_plan_a_read_spends_nothing() -> None:
    """No ledger has to be asked for it."""
    assert Policy().reading("zoom/a") is None


def test_keys_carry_account_and_kind() -> None:
    """Two accounts, meetings, or hosts never meet."""
    policy = Policy(account_plan="free")
    keys = [scope.key for scope in policy.reservation("zoom/a", 7, "h/1@x.org").scopes]

    assert keys == ["zoom/a/meeting/7", "zoom/a/host/h%2F1@x.org", "zoom/a/day"]


def test_an_unknown_host_is_not_a_shared_one() -> None:
    """There is no pool of strangers."""
    names = [scope.name for scope in counted(Policy().reservation("zoom/a", 7))]

    assert names == ["meeting"]


def test_a_create_spends_the_hosts_hundred_alone() -> None:
    """There is no meeting yet."""
    names = [scope.name for scope in counted(Policy().reservation("zoom/a", host="h"))]

    assert names == ["host"]


def test_a_meeting_whose_limit_is_off_still_takes_turns() -> None:
    """One update under way at a time keeps them in order."""
    reservation = Policy(Limits(meeting=None, host=None)).reservation("zoom/a", 7, "h")

    (scope,) = counted(reservation)
    assert (scope.name, scope.limit, scope.exclusive) == ("meeting", None, True)


def test_what_is_not_counted_can_still_be_closed_by_zoom() -> None:
    """Its own refusal is believed whatever is switched off here; the figure is the spec's."""
    gates = [s for s in Policy(Limits(host=None)).reservation("zoom/a", 7, "h").scopes if s.gate]

    days = [rate.per_day for rate in facts.RATES.values() if rate.per_day is not None]
    assert [(scope.name, scope.limit) for scope in gates] == [
        ("host", facts.QUOTAS["host"].limit),
        ("account", max(days)),
    ]


def test_raising_a_limit_is_logged_and_shown(caplog: pytest.LogCaptureFixture) -> None:
    """With Zoom's own number; lowering one is the caller's business."""
    policy = Policy(
        Limits(meeting=500, host=50, account_day=None, per_second=50), account_plan="free"
    )

    assert policy.raised == {
        "meeting": (500, HUNDRED),
        "account_day": (None, facts.RATES["free"].per_day),
        "per_second": (50, facts.RATES["free"].per_second),
    }
    assert f"meeting is set to 500; Zoom's own is {HUNDRED}" in caplog.text
    assert "account_day is set to off" in caplog.text
    assert "host" not in caplog.text


@pytest.mark.parametrize("name", ["meeting", "host", "account_day", "per_second"])
@pytest.mark.parametrize("value", [0, -1, True, "100", float("nan"), float("inf")])
def test_an_impossible_limit_names_itself(name: str, value: object) -> None:
    """The error names the limit and the fix."""
    with pytest.raises(ConfigError, match=f"the limit {name} is") as caught:
        Limits(**{name: value})  # type: ignore[arg-type] # wrong on purpose

    assert caught.value.field == name
    assert "None to switch" in caught.value.next_step


def test_limits_are_read_from_text() -> None:
    """As REZOOM_LIMITS has them; what is left out is what the spec says."""
    read = Limits.parse(" meeting=80, host=off,per_second=2.5 ,")

    assert read == Limits(meeting=80, host=None, per_second=2.5)
    assert Limits.parse("") == Limits()


@pytest.mark.parametrize(
    "text",
    [
        "meetings=80",
        "meeting",
        "meeting=",
        "meeting=0",
        "meeting=1.5",
        "meeting=-1",
        "meeting=many",
        "meeting=1,meeting=2",
        "per_second=nan",
        "meeting=80;host=off",
    ],
)
def test_text_that_names_no_limits_is_refused(text: str) -> None:
    """With the setting, what is wrong in it, and what would do."""
    with pytest.raises(ConfigError) as caught:
        Limits.parse(text)

    assert caught.value.field == "limits"
    assert "meeting" in caught.value.message or "per_second is nan" in caught.value.message
    assert "Give" in caught.value.next_step


def test_an_unknown_plan_lists_the_known_ones() -> None:
    """The names of plans come from the spec."""
    with pytest.raises(ConfigError, match="'gold'") as caught:
        Policy(account_plan="gold")

    assert all(plan in caught.value.next_step for plan in facts.RATES)


def test_a_longer_deadline_lengthens_the_lease() -> None:
    """An attempt that may take an hour may arrive after an hour."""
    assert Lease.for_deadline(timedelta(seconds=30)) == Lease()
    assert Lease.for_deadline(timedelta(hours=1)).horizon > Lease().horizon
