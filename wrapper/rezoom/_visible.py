"""Text of strangers as it may be shown: on one line, with nothing in it that cannot be seen."""

from __future__ import annotations

import json
import re
from unicodedata import category

# Control and format characters (bidi and zero-width ones are Cf), halves of surrogate pairs, and
# the two that end a line or a paragraph. A blank of another width is seen, and is ordinary text.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# Letters and marks by their category, and blank all the same.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2065\u2800\u3164\uffa0")
# Never seen either: what Unicode keeps free for such (Default_Ignorable_Code_Point).
_IGNORED = ("\ufff0", "\ufff8"), ("\U000e0000", "\U000e0fff")

_NOT_ASCII = re.compile(r"[^ -~]+")


def visible(value: object) -> str:
    r"""Write what would steer a terminal, or is not seen, as escapes: `\n`, `\x1b`, `\u202e`.

    What is printable stays as it is, so a second pass does nothing.
    """
    return _NOT_ASCII.sub(
        lambda found: "".join(
            char.encode("unicode_escape").decode("ascii") if _unseen(char) else char
            for char in found[0]
        ),
        str(value),
    )


def visible_json(value: object, *, indent: int | None = None) -> str:
    """Write JSON to be read by people: what is not seen is escaped, as JSON escapes it."""
    # In a text the breaks of the lines are escaped already, and all others are those of `indent`.
    return _NOT_ASCII.sub(
        lambda found: "".join(
            json.dumps(char)[1:-1] if char != "\n" and _unseen(char) else char for char in found[0]
        ),
        json.dumps(value, indent=indent, ensure_ascii=False),
    )


def _unseen(char: str) -> bool:
    ignored = any(first <= char <= last for first, last in _IGNORED)
    return ignored or category(char) in _UNSEEN or char in _BLANK
