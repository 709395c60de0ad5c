"""Meeting numbers as people and Zoom write them."""

import operator
import re

from .._wire import source
from ..errors import InvalidChange, Problem

# Zoom prints "857 4606 5012"; a page may turn blanks non-breaking and dashes long.
_SEPARATORS = r"[ \u00a0\u2007\u202f\u2010-\u2013-]"
_PRINTED = re.compile(rf"[0-9]+(?:{_SEPARATORS}+[0-9]+)*")
_HEX_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
# Bounded: a search from each "zoom" to the end of a long text would take minutes.
_JOIN_LINK = re.compile(r"zoom[^/]{0,60}/[jsw]/([0-9]+)")
_LARGEST = 2**63 - 1
_DIGITS = "pass an int, or the digits as Zoom prints them: 85746065 or '857 460 65'"


def meeting_number(value: int | str) -> int:
    """Return the meeting's number; raise InvalidChange, with the reason, for anything else."""
    if isinstance(value, str):
        return _from_text(value.strip())
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or isinstance(value, bool):
        raise _refused(f"a meeting number is an int or digits, not {type(value).__name__}")
    return _in_range(number)


def _from_text(text: str) -> int:
    if not text:
        raise _refused("the meeting number is empty")
    if "://" in text or "?" in text or _JOIN_LINK.search(text):
        # Not shown: a link may carry the passcode.
        number = _JOIN_LINK.search(text)
        fix = f"pass {number[1][:19]}" if number else _DIGITS
        raise _refused("this is a link, not a meeting number", fix)
    if _HEX_UUID.fullmatch(text) or re.search(r"[a-zA-Z/+=]", text):
        raise _refused(
            f"{text[:40]!r} is not a meeting number; it may be a UUID, and Zoom answers an update "
            "by UUID without an error and without a change",
            "pass the number that Zoom prints as the meeting ID (`id`, not `uuid`, in its answers)",
            "PSZ",
        )
    if re.fullmatch(r"-\s*[0-9]+", text):
        raise _refused("a meeting number is greater than 0")
    if not _PRINTED.fullmatch(text):
        raise _refused(f"{text[:40]!r} is not a meeting number")
    digits = re.sub(_SEPARATORS, "", text).lstrip("0")
    # A longer one is out of range anyway, and int() itself refuses thousands of digits.
    return _in_range(int(digits[:20] or 0))


def _in_range(number: int) -> int:
    if number <= 0:
        raise _refused("a meeting number is greater than 0")
    if number > _LARGEST:
        raise _refused("a meeting number has at most 19 digits (int64)")
    return number


def _refused(message: str, fix: str = _DIGITS, tag: str = "C25") -> InvalidChange:
    return InvalidChange([Problem("meeting", "error", "meeting-id", message, fix, source(tag))])
