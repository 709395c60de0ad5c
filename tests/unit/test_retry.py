"""Backoff, retryable statuses, and every form of Retry-After."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rezoom._clock import LONGEST_WAIT
from rezoom._http.flow import Backoff
from rezoom._http.responses import parse_retry_after, retryable_status

NOW = datetime(2026, 12, 7, 12, 0, tzinfo=UTC)


def test_delays_double_up_to_the_cap() -> None:
    """Half a second, one, two, four, then eight for ever."""
    delays = [Backoff().delay(attempt, lambda: 1.0) for attempt in range(1, 8)]

    assert delays == [0.5, 1, 2, 4, 8, 8, 8]


@given(st.integers(min_value=0), st.floats(0, 1))
def test_jitter_covers_everything_below_the_cap(attempt: int, luck: float) -> None:
    """Full jitter: any part of the ceiling may come up, and never more than it."""
    assert 0 <= Backoff().delay(attempt, lambda: luck) <= 8


def test_only_gateway_answers_are_retried() -> None:
    """Zoom's own 500 and every 4xx would only cost another unit of quota."""
    assert [status for status in range(100, 600) if retryable_status(status)] == [502, 503, 504]


@pytest.mark.parametrize(
    "header",
    [
        "2026-12-08T00:00:00Z",
        " 2026-12-08T00:00:00Z ",
        "2026-12-08T00:00:00",
        "2026-12-08T01:00:00+01:00",
        "43200",
        "Tue, 08 Dec 2026 00:00:00 GMT",
    ],
)
def test_every_form_names_the_same_instant(header: str) -> None:
    """Zoom's ISO instant, a proxy's seconds and an HTTP date are all read."""
    assert parse_retry_after(header, NOW) == datetime(2026, 12, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "soon",
        "0",
        "-5",
        "nan",
        "inf",
        "2020-05-31T00:00:00Z",
        "Sun, 31 May 2020 00:00:00 GMT",
        "2026-13-45T00:00:00Z",
        "0001-01-01T00:00:00+23:59",
    ],
)
def test_the_past_and_nonsense_say_nothing(header: str | None) -> None:
    """A header that cannot be meant leaves the decision to the caller."""
    assert parse_retry_after(header, NOW) is None


@pytest.mark.parametrize("header", ["9999-12-31T00:00:00Z", "99999999", "9" * 5000])
def test_no_header_waits_longer_than_a_day_and_an_hour(header: str) -> None:
    """A daily limit resets within a day, so a later instant is a mistake."""
    assert parse_retry_after(header, NOW) == NOW + LONGEST_WAIT


@given(st.text() | st.from_regex(r"[A-Z][a-z]{2}, [0-9 ]+ [A-Za-z]{3} [0-9]+ [0-9:]+ ?[A-Z+0-9-]*"))
def test_no_header_can_crash_the_reader(header: str) -> None:
    """Whatever stands in the header, the answer is an instant ahead or None."""
    found = parse_retry_after(header, NOW)

    assert found is None or NOW < found <= NOW + LONGEST_WAIT


@given(st.integers(1, 90_000))
def test_http_dates_are_read_to_the_second(seconds: int) -> None:
    """An HTTP date within the limit is taken as it stands."""
    instant = NOW + timedelta(seconds=seconds)

    assert parse_retry_after(format_datetime(instant, usegmt=True), NOW) == instant
