"""Values that are kept and sent, and never shown: the reprs of these types hide them."""

from typing import Any, TypeVar

T = TypeVar("T")


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
