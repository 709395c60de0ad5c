"""Values that are kept and sent, and never shown: types whose reprs hide them, masks in texts."""

import re
from typing import Any, TypeVar

T = TypeVar("T")

HIDDEN = "(hidden)"
# Zoom adds members without asking: whatever is named like these is treated like them.
TELLING_WORDS = "passw|passcode|passphrase|pwd|secret|token|host_?key"
# Also where a link is a parameter of another one, and so is encoded, once or more often.
_IN_LINK = re.compile(
    rf"(\b(?=\w*?(?:{TELLING_WORDS}))\w++|(?:(?<![A-Za-z])|(?<=%[0-9A-F]{{2}}))(?:tk|zak|zpk|jwt))"
    r"(=|%(?:25)*+3D)[^&\s\"'<>]+",
    re.IGNORECASE,
)
# A user and a password before the host of an address.
_BEFORE_HOST = re.compile(r"(?<=://)[^\s/?#@\"'<>]*+@")


class Secret(str):
    """Text of a secret; only its repr differs, so that a header can be written from it.

    Reprs of dataclasses and mappings, `vars()` and tracebacks with locals show reprs. What is
    made of it, such as an f-string, is plain text again; a part of it, as those take who show
    only the beginning of a long text, is not.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return "(hidden)"

    def __getitem__(self, part: Any) -> "Secret":
        return Secret(super().__getitem__(part))


class SecretBytes(bytes):
    """Bytes in which there is a secret, such as the answer that brings a token."""

    def __repr__(self) -> str:
        return "(hidden)"

    def __getitem__(self, part: Any) -> Any:
        found = super().__getitem__(part)
        return SecretBytes(found) if isinstance(found, bytes) else found


def hidden(value: T) -> T:
    """Hide a text or bytes from whoever shows local variables; what is neither is judged later."""
    kinds: dict[type, Any] = {str: Secret, bytes: SecretBytes}
    kind = kinds.get(type(value))
    found: T = value if kind is None else kind(value)
    return found


def masked_links(text: str) -> str:
    """Return a text whose links show no passcode, no key of a host, and no password of a user."""
    return _BEFORE_HOST.sub(f"{HIDDEN}@", _IN_LINK.sub(rf"\1\2{HIDDEN}", text))
