"""Meeting numbers: what is read, and what is refused with which reason."""

from contextlib import suppress
from enum import IntEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rezoom._rules.meeting_id import meeting_number
from rezoom.errors import InvalidChange, Problem


class Room(IntEnum):
    STANDUP = 85746065


def problem(value: object) -> Problem:
    """Return the one problem of a refused meeting number."""
    with pytest.raises(InvalidChange) as refused:
        meeting_number(value)  # type: ignore[arg-type]  # wrong types are the subject
    (found,) = refused.value.problems
    assert (found.path, found.severity, found.rule) == ("meeting", "error", "meeting-id")
    assert found.fix
    assert found.source
    return found


@pytest.mark.parametrize(
    "written",
    [
        85746065,
        Room.STANDUP,
        "85746065",
        "857 460 65",
        "857-460-65",
        " 857  460 65\n",
        "857\u00a0460\u00a065",
        "857\u202f460\u202f65",
        "857\u2011460\u201365",
        "0085746065",
    ],
)
def test_numbers_are_read_as_zoom_prints_them(written: int | str) -> None:
    """Copied from an invitation, with its blanks and dashes, the number still works."""
    assert meeting_number(written) == 85746065


@given(st.integers(1, 2**63 - 1))
def test_every_int64_number_reads_back(number: int) -> None:
    """Grouping the digits in fours changes nothing."""
    digits = str(number)
    grouped = " ".join(digits[i : i + 4] for i in range(0, len(digits), 4))

    assert meeting_number(number) == meeting_number(digits) == meeting_number(grouped) == number


@pytest.mark.parametrize(
    "uuid",
    [
        "4444AAAiAAAAAiAiAiiAii==",
        "/abc/def+ghi==",
        "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d",
        "12345678-1234-1234-1234-123456789012",
    ],
)
def test_a_uuid_is_refused_with_the_reason(uuid: str) -> None:
    """Zoom would answer 'updated' and change nothing."""
    found = problem(uuid)

    assert "UUID" in found.message
    assert "without a change" in found.message
    assert "not `uuid`" in found.fix


@pytest.mark.parametrize(
    "value", [0, -85746065, "0", "000", "-85746065", 2**63, str(2**63), "9" * 9999]
)
def test_numbers_out_of_range_are_refused(value: int | str) -> None:
    """Zero, negative and beyond int64 name no meeting."""
    assert "a meeting number" in problem(value).message


@pytest.mark.parametrize("value", [True, False, None, 85746065.0, b"85746065", ["85746065"]])
def test_other_types_are_refused_by_name(value: object) -> None:
    """A bool is an int to Python, but not a meeting."""
    assert f"not {type(value).__name__}" in problem(value).message


@pytest.mark.parametrize("value", ["", "  ", "857.460.65", "857,460", "٨٥٧٤٦٠٦٥", "8574--6065x"])
def test_other_text_is_refused(value: str) -> None:
    """Only ASCII digits, grouped by blanks or dashes, are a number."""
    problem(value)


@pytest.mark.parametrize(
    "link",
    ["https://us02web.zoom.us/j/85746065?pwd=S3cret", "zoom.us/j/85746065?pwd=S3cret"],
)
def test_a_link_is_not_shown_but_its_number_is(link: str) -> None:
    """A pasted join link may carry the passcode; the fix is the number in it."""
    found = problem(link)

    assert found.fix == "pass 85746065"
    assert "S3cret" not in str(found)


@given(st.text())
def test_no_text_can_crash_the_reader(text: str) -> None:
    """Any text is a number or an InvalidChange."""
    with suppress(InvalidChange):
        assert meeting_number(text) > 0
