"""What must not be shown: members the spec marks as secret, and passcodes inside links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ._paths import last_name, under
from ._public import public
from ._wire import facts

HIDDEN = "(hidden)"
# Zoom adds members without asking: whatever is named like these is treated like them.
_TELLING_WORDS = "passw|passcode|passphrase|pwd|secret|token|host_?key"
_TELLING = re.compile(rf"{_TELLING_WORDS}|^(?:tk|zak)$", re.IGNORECASE)
# Also where a link is a parameter of another one, and so is encoded.
_IN_LINK = re.compile(
    r"(?:(?<![A-Za-z])|(?<=%[0-9A-F]{2}))(pwd|tk|zak)(=|%3D)[^&\s\"'<>]+", re.IGNORECASE
)
# A user and a password before the host of an address.
_BEFORE_HOST = re.compile(r"(?<=://)[^\s/?#@\"'<>]*+@")
# The name is looked at once, from its beginning: long words must not take their length squared.
_ASSIGNED = re.compile(
    rf"\b(?=\w*?(?:{'|'.join(sorted(facts.SECRET_NAMES))}|{_TELLING_WORDS}))(\w++)(\s*+=\s*+)\S+",
    re.IGNORECASE,
)


def is_secret(path: str) -> bool:
    """Tell whether the member at a path is never shown unasked."""
    names = [last_name(name) for name in path.split(".")]
    return any(name in facts.SECRET_NAMES or _TELLING.search(name) for name in names)


def masked(value: Any, path: str = "") -> Any:
    """Return a copy of what stands at a path, in which every secret reads "(hidden)"."""
    if path and is_secret(path) and not isinstance(value, bool):
        return HIDDEN if value not in ("", None, {}) else value
    if isinstance(value, dict):
        return {key: masked(item, str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [masked(item) for item in value]
    return masked_links(value) if isinstance(value, str) else value


def masked_links(text: str) -> str:
    """Return a text whose links show no passcode, no key of a host, and no password of a user."""
    return _BEFORE_HOST.sub(f"{HIDDEN}@", _IN_LINK.sub(rf"\1\2{HIDDEN}", text))


def without_secrets(value: Any) -> Any:
    """Return a copy without the secret members; a machine must not take a mask for a value."""
    if isinstance(value, dict):
        shown = {k: v for k, v in value.items() if masked(v, str(k)) != HIDDEN}
        return {key: without_secrets(item) for key, item in shown.items()}
    if isinstance(value, list | tuple):
        return [without_secrets(item) for item in value]
    return masked(value)


def hidden_paths(value: Any, prefix: str = "") -> Iterator[str]:
    """Name every member that `without_secrets` leaves out."""
    if isinstance(value, dict):
        for key, item in value.items():
            path = under(prefix, str(key))
            if masked(item, str(key)) == HIDDEN:
                yield path
            else:
                yield from hidden_paths(item, path)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from hidden_paths(item, f"{prefix}[{index}]")


@public("rezoom")
class MaskedRepr(dict[str, Any]):
    """Members by dotted path, or a body: every value is there, and no secret is in the repr."""

    def __repr__(self) -> str:
        return repr(masked(dict(self)))

    def __rich_repr__(self) -> Iterator[Any]:
        # rich shows the members of a mapping, whatever its repr is.
        yield masked(dict(self))


def without_assignments(text: str) -> str:
    """Return a usage message in which `password=...` is hidden; parsers quote what was typed."""
    return _ASSIGNED.sub(rf"\1\2{HIDDEN}", text)
