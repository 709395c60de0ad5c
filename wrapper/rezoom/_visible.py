"""Text of strangers as it may be shown: on one line, with nothing in it that cannot be seen."""

from __future__ import annotations

import re
from unicodedata import category

# Control and format characters (bidi and zero-width ones are Cf), halves of surrogate pairs, and
# the two that end a line or a paragraph. A blank of another width is seen, and is ordinary text.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# Letters and marks by their category, and blank all the same.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


_NOT_ASCII = re.compile(r"[^ -~]+")


def visible(value: object, *, keep: str = "") -> str:
    r"""Write what would steer a terminal, or is not seen, as escapes: `\n`, `\x1b`, `\u202e`.

    The characters in `keep` stay. What is printable stays as it is, so a second pass does nothing.
    """

    def escaped(found: re.Match[str]) -> str:
        return "".join(
            char.encode("unicode_escape").decode("ascii")
            if char not in keep and (category(char) in _UNSEEN or char in _BLANK)
            else char
            for char in found[0]
        )

    return _NOT_ASCII.sub(escaped, str(value))
