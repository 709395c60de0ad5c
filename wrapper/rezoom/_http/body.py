"""The body of an answer, read as far as it may be: Zoom's are some tens of KB at the most."""

from __future__ import annotations

import zlib

# Raw and unpacked, in bytes. A choice of ours: ten times the longest answer that was seen.
LONGEST_BODY = 512 * 1024
# A gzip header and trailer, https://docs.python.org/3/library/zlib.html#zlib.decompressobj
_GZIP, _DEFLATE = 31, 15
_MAGIC = b"\x1f\x8b"


class BodyReader:
    """Takes a body in as it comes, and unpacks gzip (all that we ask for) or deflate."""

    def __init__(self, encoding: str) -> None:
        """Begin a body that is written in this `Content-Encoding`."""
        self.flaw = ""
        self._parts: list[bytes] = []
        self._raw = self._read = 0
        self._unzip = None
        if encoding in ("gzip", "x-gzip"):
            self._unzip = zlib.decompressobj(_GZIP)
        elif encoding == "deflate":
            self._unzip = zlib.decompressobj(_DEFLATE)
        elif encoding not in ("", "identity"):
            self.flaw = f"is encoded as {encoding:.20}"

    def add(self, raw: bytes) -> bool:
        """Take in what was read; False when no more of it is to be read."""
        self._raw += len(raw)
        part = raw
        if self._unzip is not None:
            try:
                part = self._unpacked(raw)
            except zlib.error:
                self.flaw = "cannot be unpacked"
        self._read += len(part)
        if max(self._raw, self._read) > LONGEST_BODY:
            self.flaw = f"is longer than {LONGEST_BODY // 1024} KB"
        self._parts.append(part)
        return not self.flaw

    def _unpacked(self, raw: bytes) -> bytes:
        parts, unzip = b"", self._unzip
        while raw and unzip is not None:
            # With a limit: a megabyte unpacks to a gigabyte.
            parts += unzip.decompress(raw, LONGEST_BODY + 1 - self._read - len(parts))
            raw = unzip.unused_data if unzip.eof else b""
            if raw[:2] == _MAGIC:  # another member
                self._unzip = unzip = zlib.decompressobj(_GZIP)
            elif unzip.eof:
                break
        return parts

    def whole(self) -> bytes:
        """Return what was read; `flaw` says whether that is the whole body."""
        if self._raw and self._unzip is not None and not self._unzip.eof:
            self.flaw = self.flaw or "was cut short"
        return b"".join(self._parts)
