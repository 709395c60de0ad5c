"""What may fail without a word to the caller: notes that only make a count better."""

from __future__ import annotations

import logging

from ..errors import LedgerError

_log = logging.getLogger("rezoom.quota")


class Tolerant:
    """A context that logs a LedgerError: without the note a place is only counted for longer."""

    __slots__ = ("_what",)

    def __init__(self, what: str) -> None:
        """Name what is to be written down."""
        self._what = what

    def __enter__(self) -> None:
        """Nothing to do."""

    def __exit__(self, kind: object, error: BaseException | None, tb: object) -> bool:
        """Log what went wrong; an answer at hand must not be lost for it."""
        if not isinstance(error, LedgerError):
            return False
        self.log(error)
        return True

    def log(self, error: LedgerError) -> None:
        """Say what was not written down."""
        _log.warning("%s was not written down: %s", self._what, error)
