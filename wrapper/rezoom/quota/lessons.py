"""What an answer of Zoom's teaches a ledger beyond "it was counted"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Block:
    """Zoom refuses everything in the scope called `name` until its own limit resets."""

    name: str
    until: datetime
    why: str = ""


@dataclass(frozen=True, slots=True)
class External:
    """Zoom has counted `used` in the scope called `name`: what we did not send, others did."""

    name: str
    used: int


@dataclass(frozen=True, slots=True)
class SlowDown:
    """Too many requests a second; `limit` is the number that Zoom's answer names."""

    limit: float | None = None


Lesson: TypeAlias = Block | External | SlowDown
