"""Values that are kept and sent, and never shown: the reprs of these types hide them."""


class Secret(str):
    """Text of a secret; only its repr differs, so that a header can be written from it.

    Reprs of dataclasses and mappings, `vars()` and tracebacks with locals show reprs. What is
    made of it, such as an f-string, is plain text again.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return "(hidden)"


class SecretBytes(bytes):
    """Bytes in which there is a secret, such as the answer that brings a token."""

    def __repr__(self) -> str:
        return "(hidden)"
