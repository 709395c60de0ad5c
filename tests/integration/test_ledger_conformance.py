"""What every ledger promises: the same in memory and in a file, blocking and async."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from clocks import MONDAY_NOON, FakeClock
from ledgers import LEDGERS, asking, through_async
from rezoom import QuotaExceeded
from rezoom._ledger.pacing import Pace
from rezoom.errors import SlotExpired
from rezoom.quota import Grant, Lease, Ledger, Reservation, Scope

DAY = timedelta(days=1)
MARGIN = timedelta(microseconds=Lease().margin)
HORIZON = timedelta(microseconds=Lease().horizon)
SEND_WITHIN = timedelta(microseconds=Lease().send_within)
MIDNIGHT = datetime(2026, 12, 8, tzinfo=UTC)
PACE = Pace("account/pace", 2.0, 2.0)


@pytest.fixture(
    params=[(name, mode) for name in LEDGERS for mode in ("blocking", "async")], ids="-".join
)
def ledger(request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock) -> Iterator[Ledger]:
    """Every ledger, asked by its blocking methods and by its async ones."""
    name, mode = request.param
    with LEDGERS[name](tmp_path, clock) as made:
        yield made if mode == "blocking" else through_async(made)


def take(ledger: Ledger, asked: Reservation, count: int) -> list[Grant]:
    """Take that many places."""
    return [ledger.reserve(asked, f"{asked.scopes[0].key}-{number}") for number in range(count)]


def refused(ledger: Ledger, asked: Reservation, *, wait: float = 0.0) -> QuotaExceeded:
    """Ask for one place too many."""
    with pytest.raises(QuotaExceeded) as caught:
        ledger.reserve(asked, "one too many", wait=wait)
    return caught.value


@pytest.mark.smoke
def test_a_refusal_tells_everything(ledger: Ledger) -> None:
    """The scope, its limit, what the places are, and when to come back."""
    first, second, *_ = take(ledger, asking(limit=4), 3)
    ledger.settle(first)
    ledger.abandon(second)
    ledger.external(asking(limit=4), "meeting", 4)

    error = refused(ledger, asking(limit=4))

    assert (error.scope, error.limit, error.retry_at) == ("meeting", 4, MONDAY_NOON + DAY + MARGIN)
    assert (error.used, error.pending, error.unknown, error.external) == (1, 1, 1, 1)


@pytest.mark.smoke
def test_a_retry_at_that_instant_succeeds(ledger: Ledger, clock: FakeClock) -> None:
    """And a microsecond earlier it does not."""
    for grant in take(ledger, asking(), 3):
        ledger.settle(grant)
    error = refused(ledger, asking())

    clock.jump(error.retry_at - timedelta(microseconds=1))
    again = refused(ledger, asking())
    clock.jump(error.retry_at)

    assert again.retry_at == error.retry_at
    assert ledger.reserve(asking(), "in time").granted_at == error.retry_at


def test_a_settled_place_counts_from_the_answer(ledger: Ledger, clock: FakeClock) -> None:
    """Zoom may have counted it at any instant up to that."""
    (grant,) = take(ledger, asking(limit=1), 1)
    clock.advance(timedelta(seconds=40))
    ledger.settle(grant)

    assert refused(ledger, asking(limit=1)).retry_at == clock.now() + DAY + MARGIN


@pytest.mark.parametrize("ending", ["nothing", "abandon"])
def test_an_unanswered_place_counts_from_the_last_instant_it_can_arrive(
    ledger: Ledger, ending: str
) -> None:
    """A crash writes nothing, and needs to write nothing."""
    (grant,) = take(ledger, asking(limit=1), 1)
    if ending == "abandon":
        ledger.abandon(grant)

    assert refused(ledger, asking(limit=1)).retry_at == MONDAY_NOON + HORIZON + DAY + MARGIN


def test_an_answer_that_is_read_late_never_lengthens_a_place(
    ledger: Ledger, clock: FakeClock
) -> None:
    """The process was stopped: the request had arrived by then, and `retry_at` was promised."""
    (grant,) = take(ledger, asking(limit=1), 1)
    promised = refused(ledger, asking(limit=1)).retry_at
    clock.advance(timedelta(hours=5))
    ledger.settle(grant)

    assert refused(ledger, asking(limit=1)).retry_at == promised


def test_a_late_answer_lengthens_no_place_of_a_pool_either(
    ledger: Ledger, clock: FakeClock
) -> None:
    """Where answered places end with a minute, this one keeps its second."""
    clock.advance(timedelta(seconds=59))
    (grant,) = take(ledger, asking(limit=300), 1)
    promised = ledger.usage(asking(limit=300)).frees
    clock.advance(timedelta(hours=5))
    ledger.settle(grant)

    assert ledger.usage(asking(limit=300)).frees == promised


def test_a_released_place_is_free_at_once(ledger: Ledger) -> None:
    """The request provably never left."""
    first, *_ = take(ledger, asking(), 3)
    refused(ledger, asking())

    ledger.release(first)

    assert ledger.reserve(asking(), "another").token == "another"


@pytest.mark.parametrize("first", ["settle", "release", "abandon"])
@pytest.mark.parametrize("second", ["settle", "release", "abandon"])
def test_the_first_ending_stands(ledger: Ledger, first: str, second: str) -> None:
    """A second one for the same grant changes nothing."""
    (grant,) = take(ledger, asking(), 1)
    getattr(ledger, first)(grant)
    before = ledger.usage(asking())

    getattr(ledger, second)(grant)

    assert ledger.usage(asking()) == before


@pytest.mark.smoke
def test_all_scopes_or_none(ledger: Ledger) -> None:
    """The host is full: the meeting's place is not taken."""
    take(ledger, asking(key="other", host=1), 1)

    error = refused(ledger, asking(host=1))

    assert error.scope == "host"
    assert ledger.usage(asking()).remaining == 3


def test_the_last_limit_to_free_decides(ledger: Ledger) -> None:
    """The host is free at midnight, the meeting at noon: noon it is."""
    for grant in take(ledger, asking(limit=1, host=1), 1):
        ledger.settle(grant)

    error = refused(ledger, asking(limit=1, host=1))

    assert (error.scope, error.retry_at) == ("meeting", MONDAY_NOON + DAY + MARGIN)


def test_a_day_ends_after_midnight_and_the_margin(ledger: Ledger, clock: FakeClock) -> None:
    """Zoom's midnight may be a little later than ours."""
    host = Reservation((Scope("host", "account/host/h", 1, "utc-day"),))
    ledger.settle(ledger.reserve(host, "today"))

    error = refused(ledger, host)
    clock.jump(error.retry_at)

    assert error.retry_at == MIDNIGHT + MARGIN
    assert ledger.reserve(host, "tomorrow")


def test_a_call_across_midnight_counts_in_both_days(ledger: Ledger, clock: FakeClock) -> None:
    """Nobody knows on which side Zoom counted it."""
    host = Reservation((Scope("host", "account/host/h", 1, "utc-day"),))
    clock.jump(MIDNIGHT - timedelta(seconds=5))
    grant = ledger.reserve(host, "late")
    clock.advance(timedelta(seconds=10))
    ledger.settle(grant)

    assert refused(ledger, host).retry_at == MIDNIGHT + DAY + MARGIN


def test_a_token_gets_its_place_again_as_long_as_it_is_pending(ledger: Ledger) -> None:
    """The call that reserves may itself have been cut off."""
    take(ledger, asking(limit=2), 1)
    grant = ledger.reserve(asking(limit=2), "mine")
    refused(ledger, asking(limit=2))

    again = ledger.reserve(asking(limit=2), "mine")

    assert again == grant
    assert ledger.usage(asking(limit=2)).pending == 2


def test_a_token_of_unknown_outcome_is_not_used_again(ledger: Ledger) -> None:
    """What is sent on it would not be counted."""
    grant = ledger.reserve(asking(), "mine")
    ledger.abandon(grant)

    with pytest.raises(SlotExpired, match="mine was used before"):
        ledger.reserve(asking(), "mine")


def test_a_late_answer_does_not_make_a_token_new(ledger: Ledger) -> None:
    """Its place is still counted, once."""
    grant = ledger.reserve(asking(), "mine")
    ledger.abandon(grant)
    ledger.settle(grant)

    with pytest.raises(SlotExpired):
        ledger.reserve(asking(), "mine")
    assert ledger.usage(asking()).remaining == 2


def test_a_settled_token_never_gives_a_place_that_is_not_counted(ledger: Ledger) -> None:
    """It takes a second place, or is refused."""
    ledger.settle(ledger.reserve(asking(), "mine"))
    try:
        ledger.reserve(asking(), "mine")
    except SlotExpired:
        expected = 2
    else:
        expected = 1

    assert ledger.usage(asking()).remaining == expected


def test_usage_shows_every_scope_and_what_frees_when(ledger: Ledger, clock: FakeClock) -> None:
    """And the tightest speaks for all."""
    asked = asking(limit=5, host=3)
    first, second = take(ledger, asked, 2)
    ledger.settle(first)
    clock.advance(timedelta(minutes=1))
    ledger.settle(second)

    usage = ledger.usage(asked)

    assert (usage.limit, usage.used, usage.remaining) == (3, 2, 1)
    assert usage.next_free == MIDNIGHT + MARGIN
    assert usage.meeting is not None
    assert (usage.meeting.remaining, usage.account) == (3, None)
    first_free = MONDAY_NOON + DAY + MARGIN
    assert usage.meeting.frees == ((first_free, 1), (first_free + timedelta(minutes=1), 1))
    assert usage.frees == ((MIDNIGHT + MARGIN, 2),)


def test_a_full_scope_that_is_over_its_limit_names_the_right_instant(
    ledger: Ledger, clock: FakeClock
) -> None:
    """Three places and a limit lowered to two: two of them have to free."""
    for grant in take(ledger, asking(), 3):
        clock.advance(timedelta(minutes=1))
        ledger.settle(grant)

    error = refused(ledger, asking(limit=2))
    clock.jump(error.retry_at)

    assert error.retry_at == MONDAY_NOON + timedelta(minutes=2) + DAY + MARGIN
    assert ledger.reserve(asking(limit=2), "then")


def test_a_block_holds_until_zooms_reset(ledger: Ledger, clock: FakeClock) -> None:
    """What this ledger does not know of was spent elsewhere."""
    until = MONDAY_NOON + timedelta(hours=3)
    ledger.block(asking(), "meeting", until, "seen in a 429")
    ledger.block(asking(), "meeting", until - timedelta(hours=1))

    error = refused(ledger, asking())
    clock.jump(until)

    assert (error.retry_at, error.used, error.external) == (until, 0, 3)
    assert ledger.reserve(asking(), "after the reset")


@pytest.mark.parametrize("closing", ["block", "external", "spend"])
def test_what_closes_a_host_closes_all_its_meetings(ledger: Ledger, closing: str) -> None:
    """Each of which was asked for before, and has places of its own left."""
    asked = [asking(limit=9, key=key, host=4) for key in ("one", "two", "three")]
    for number in range(3):
        ledger.settle(ledger.reserve(asked[number], f"{number}"))
    match closing:
        case "block":
            ledger.block(asked[0], "host", MONDAY_NOON + DAY)
        case "external":
            assert ledger.external(asked[0], "host", 4) == 1
        case _:
            ledger.settle(ledger.reserve(asked[0], "the last"))

    for one in asked * 2:
        assert refused(ledger, one).scope == "host"


def test_a_block_of_a_scope_without_a_limit_ends_with_zooms_reset(ledger: Ledger) -> None:
    """What is under way there has nothing to do with it."""
    ledger.reserve(asking(limit=None), "under way")
    until = MONDAY_NOON + timedelta(hours=3)
    ledger.block(asking(limit=None), "meeting", until)

    assert refused(ledger, asking(limit=None)).retry_at == until


def test_a_block_of_a_scope_that_is_not_claimed_is_no_block(ledger: Ledger) -> None:
    """The host was not known when Zoom spoke of it."""
    ledger.block(asking(), "host", MONDAY_NOON + DAY)

    assert ledger.reserve(asking(), "free")


@pytest.mark.slow
def test_a_gate_counts_nothing_and_is_closed_by_zoom_alone(
    ledger: Ledger, clock: FakeClock
) -> None:
    """Closed, it is shown with the figure that it has, and listed; open, it is not there."""
    gate = Scope("account", "account/day", 6000, "utc-day", gate=True)
    asked = Reservation((*asking(limit=500).scopes, gate))
    until = MONDAY_NOON + timedelta(hours=3)
    for number in range(300):
        ledger.settle(ledger.reserve(asked, f"{number}"))
    pending = ledger.reserve(asked, "mine")
    assert ledger.reserve(asked, "mine").token == pending.token
    assert ledger.external(asked, "account", 50) == 0
    assert ledger.usage(asked).account is None
    assert ledger.keys("account/day") == ()

    ledger.block(asked, "account", until)

    error = refused(ledger, asked)
    gauge = ledger.usage(asked).account
    assert gauge is not None
    assert (error.scope, error.limit, error.retry_at) == ("account", 6000, until)
    assert (gauge.used, gauge.external, gauge.remaining, gauge.next_free) == (0, 6000, 0, until)
    assert ledger.keys("account/day") == ("account/day",)
    clock.jump(until)
    assert ledger.reserve(asked, "then")
    assert ledger.usage(asked).account is None


def test_what_others_spent_only_adds_what_is_missing(ledger: Ledger) -> None:
    """Zoom's count holds ours."""
    take(ledger, asking(limit=5), 2)
    ledger.external(asking(limit=5), "meeting", 3)
    ledger.external(asking(limit=5), "meeting", 1)

    usage = ledger.usage(asking(limit=5))

    assert (usage.pending, usage.external, usage.remaining) == (2, 1, 2)


@pytest.mark.smoke
def test_one_request_at_a_time_in_an_exclusive_scope(ledger: Ledger) -> None:
    """The next may go as soon as the first is answered."""
    asked = asking(exclusive=True)
    (grant,) = take(ledger, asked, 1)

    error = refused(ledger, asked)
    ledger.settle(grant)

    assert (error.scope, error.limit, error.pending) == ("in-flight", 1, 1)
    assert error.retry_at == MONDAY_NOON + SEND_WITHIN
    assert ledger.reserve(asked, "next")


@pytest.mark.parametrize("ending", ["abandon", "release"])
def test_an_ending_without_an_answer_frees_the_turn(ledger: Ledger, ending: str) -> None:
    """A timeout does not lock a meeting."""
    asked = asking(exclusive=True)
    getattr(ledger, ending)(take(ledger, asked, 1)[0])

    assert ledger.reserve(asked, "next")


def test_a_crash_locks_a_meeting_for_a_minute_at_most(ledger: Ledger, clock: FakeClock) -> None:
    """Its turn ends at send_by; its place stays counted."""
    asked = asking(exclusive=True)
    take(ledger, asked, 1)
    clock.jump(refused(ledger, asked).retry_at)

    assert ledger.reserve(asked, "next")
    assert ledger.usage(asked).pending == 2


def test_a_scope_without_a_limit_only_takes_turns(ledger: Ledger) -> None:
    """A limit that is switched off."""
    asked = asking(limit=None, exclusive=True)
    for number in range(5):
        grant = ledger.reserve(asked, f"{number}")
        refused(ledger, asked)
        ledger.settle(grant)

    usage = ledger.usage(asked)

    assert usage.meeting is None
    assert usage.remaining > 10**9


def test_callers_are_given_turns_in_order(ledger: Ledger) -> None:
    """Two a second: each sleeps once, half a second after the one before."""
    asked = asking(limit=None, pace=PACE)

    pauses = [ledger.reserve(asked, f"{number}", wait=9).pause for number in range(4)]

    assert pauses == [0, 0.5, 1, 1.5]


def test_a_turn_that_comes_too_late_is_refused_and_not_taken(
    ledger: Ledger, clock: FakeClock
) -> None:
    """With the instant at which it would fit; no place and no turn is lost."""
    asked = asking(pace=PACE)
    ledger.reserve(asked, "0", wait=1)
    ledger.reserve(asked, "1", wait=1)

    error = refused(ledger, asked, wait=0.75)
    clock.jump(error.retry_at)

    assert (error.scope, error.retry_at) == ("second", MONDAY_NOON + timedelta(seconds=0.25))
    assert ledger.reserve(asked, "2", wait=0.75).pause == 0.75


def test_a_grant_counts_from_its_turn(ledger: Ledger) -> None:
    """Who sleeps before sending arrives later."""
    asked = asking(limit=2, pace=PACE)
    ledger.release(ledger.reserve(asked, "0"))
    grant = ledger.reserve(asked, "1", wait=1)

    (free_at, _), *_ = ledger.usage(asked).frees

    assert grant.send_by == grant.not_before + SEND_WITHIN
    assert free_at == MONDAY_NOON + timedelta(seconds=0.5) + HORIZON + DAY + MARGIN


def test_a_refusal_per_second_slows_everybody_down(ledger: Ledger, clock: FakeClock) -> None:
    """A little, and for ten seconds."""
    asked = asking(limit=None, pace=Pace("account/pace", 10.0, 10.0))
    ledger.slow_down(asked)
    ledger.slow_down(asked)  # the same herd

    slow = [ledger.reserve(asked, f"{number}", wait=9).pause for number in range(2)]
    clock.advance(timedelta(seconds=11))
    again = [ledger.reserve(asked, f"later {number}", wait=9).pause for number in range(2)]

    assert slow == pytest.approx([0, 1 / 9.5], abs=1e-4)
    assert again == [0, 0.1]


def test_refusals_that_go_on_cost_more(ledger: Ledger, clock: FakeClock) -> None:
    """Of a hundred calls in ten seconds a second one is one too many."""
    asked = asking(limit=None, pace=Pace("account/pace", 10.0, 10.0))
    ledger.slow_down(asked)
    clock.advance(timedelta(seconds=1))
    ledger.slow_down(asked)

    slow = [ledger.reserve(asked, f"{number}", wait=9).pause for number in range(2)]

    assert slow == pytest.approx([0, 1 / (9.55 * 0.7)], abs=1e-4)


def test_a_lower_limit_that_zoom_names_is_kept_for_a_minute(
    ledger: Ledger, clock: FakeClock
) -> None:
    """Then a little more is tried, every second."""
    asked = asking(limit=None, pace=Pace("account/pace", 80.0, 80.0))
    ledger.slow_down(asked, 10)
    clock.advance(timedelta(seconds=59))
    kept = [ledger.reserve(asked, f"{number}", wait=9).pause for number in range(2)]
    clock.advance(timedelta(minutes=4))
    again = [ledger.reserve(asked, f"later {number}", wait=9).pause for number in range(2)]

    assert kept == pytest.approx([0, 1 / 9.55], abs=1e-4)
    assert again == [0, 1 / 80]


def test_without_a_pace_the_first_refusal_teaches_one(ledger: Ledger) -> None:
    """Starting from the limit that the answer names."""
    asked = asking(limit=None, pace=Pace("account/pace", None, 80.0))
    free = [ledger.reserve(asked, f"{number}").pause for number in range(20)]

    ledger.slow_down(asked, 10)
    taught = [ledger.reserve(asked, f"then {number}", wait=9).pause for number in range(2)]

    assert not any(free)
    assert taught == pytest.approx([0, 1 / 9.55], abs=1e-4)


@pytest.mark.smoke
def test_hosts_are_learned_and_forgotten(ledger: Ledger) -> None:
    """By account and meeting."""
    ledger.learn_host("account", 7, "h1")
    ledger.learn_host("account", 7, "h2")
    ledger.learn_host("account", 8, "h3")
    ledger.forget_host("account", 8)

    assert ledger.host_of("account", 7) == "h2"
    assert ledger.host_of("account", 8) is None
    assert ledger.host_of("other", 7) is None


def test_the_keys_that_count_something_are_listed(ledger: Ledger, clock: FakeClock) -> None:
    """By prefix, and not when all of it has freed."""
    take(ledger, asking(key="1", host=9), 1)
    take(ledger, asking(key="2"), 1)
    listed = ledger.keys("account/meeting/")
    clock.advance(2 * DAY)

    assert listed == ("account/meeting/1", "account/meeting/2")
    assert ledger.keys("") == ()


def test_a_reset_forgets_the_count_and_not_the_hosts(ledger: Ledger) -> None:
    """Places, blocks and learned rates go; a late answer to what was forgotten changes nothing."""
    ledger.learn_host("account", 7, "h1")
    grants = take(ledger, asking(), 3)
    ledger.block(asking(), "meeting", MONDAY_NOON + DAY)

    ledger.reset()
    ledger.settle(grants[0])

    assert ledger.usage(asking()).remaining == 3
    assert ledger.host_of("account", 7) == "h1"


@pytest.mark.slow
def test_a_pool_of_thousands_is_counted_too(ledger: Ledger, clock: FakeClock) -> None:
    """The account's day is one bundle of places, not one by one."""
    account = Reservation((Scope("account", "account/day", 300, "utc-day"),))
    for grant in take(ledger, account, 300):
        ledger.settle(grant)

    error = refused(ledger, account)
    usage = ledger.usage(account)
    clock.jump(error.retry_at)

    assert (error.scope, error.retry_at, error.used) == ("account", MIDNIGHT + MARGIN, 300)
    assert usage.frees == ((MIDNIGHT + MARGIN, 300),)
    assert ledger.reserve(account, "tomorrow")


def test_asking_again_later_gives_no_more_time_to_send(ledger: Ledger, clock: FakeClock) -> None:
    """The place counts from the first grant on, so its request has to leave by then."""
    first = ledger.reserve(asking(), "mine")
    clock.advance(timedelta(seconds=50))

    again = ledger.reserve(asking(), "mine")

    assert (again.send_by, again.pause) == (first.send_by, 0)
