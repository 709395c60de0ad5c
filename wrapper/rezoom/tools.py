"""What the drivers of one client work with."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .auth import TokenSource
    from .clock import Clock
    from .quota import Ledger


@dataclass(slots=True)
class Tools:
    """What a driver works with; `renewing` lets one thread at a time fetch a token."""

    auth: TokenSource
    ledger: Ledger
    clock: Clock
    base_url: str
    renewing: threading.Lock = field(default_factory=threading.Lock)
