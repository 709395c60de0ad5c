"""Clocks: their protocol, the system's clock, and how long a caller will wait."""

from __future__ import annotations

import os
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Protocol, TypeAlias

from ._public import public
from ._times import SECOND
from .errors import ConfigError, LedgerUnavailable

Wait: TypeAlias = float | timedelta

# A daily limit resets within 24 hours; one more allows for a clock that disagrees with Zoom's.
LONGEST_WAIT = timedelta(hours=25)


def seconds(wait: Wait, name: str = "wait") -> float:
    """Read a time in seconds or as a timedelta; `name` is the argument's."""
    value = wait.total_seconds() if isinstance(wait, timedelta) else wait
    with suppress(OverflowError):  # a whole number that no float can hold
        if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
            return float(value)
    raise ConfigError(
        f"{name} is {wait!r:.80}", field=name, next_step="Give seconds from 0 up, or a timedelta."
    )


def aware_now(now: object) -> None:
    """Refuse a `now` that is in no time zone: it could lie before or after any start."""
    what = ""
    try:
        if not isinstance(now, datetime) or now.utcoffset() is None:
            what = "no aware datetime"
        else:
            now.astimezone(UTC)
    except OverflowError:
        what = "outside the calendar of UTC"
    if what:
        step = "Pass datetime.now(UTC), or leave it out."
        raise ConfigError(f"now: {now!r:.80} is {what}", field="now", next_step=step)


class Time(Protocol):
    """What a ledger reads of a `rezoom.Clock`."""

    def now(self) -> datetime:
        """Return the present instant, aware and in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""
        ...


@public("rezoom")
class Clock(Time, Protocol):
    """Time to read and time to wait."""

    def sleep(self, seconds: float) -> None:
        """Block this thread for some seconds."""
        ...

    async def asleep(self, seconds: float) -> None:
        """Suspend this task for some seconds."""
        ...


def check_clock(clock: Time | None, name: str = "clock") -> None:
    """Raise ConfigError for what is no clock, if one was given; `name` is the argument's."""
    methods = (getattr(clock, method, None) for method in ("now", "monotonic"))
    if clock is not None and not all(map(callable, methods)):
        step = "Give an object with the methods now() and monotonic(), or leave it out."
        raise ConfigError(f"{name} is {clock!r:.80}", field=name, next_step=step)


# Counts on through sleep; without it, a count that stands still in sleep frees places later.
_since_boot = (
    partial(time.clock_gettime, time.CLOCK_BOOTTIME)
    if hasattr(time, "CLOCK_BOOTTIME")
    else time.monotonic
)


class SystemClock:
    """The clock of the operating system."""

    def now(self) -> datetime:
        """Read the wall clock, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Read the clock that never goes back and, where there is one, runs in sleep too."""
        return _since_boot()

    def sleep(self, seconds: float) -> None:
        """Block this thread for some seconds."""
        time.sleep(seconds)

    async def asleep(self, seconds: float) -> None:
        import anyio

        await anyio.sleep(seconds)


class Boot(Protocol):
    """A clock that runs from boot to boot and through sleep, the same for all processes."""

    @property
    def id(self) -> str:
        """Name this boot of the machine, and behind a space the time namespace if it is shifted."""
        ...

    def read(self) -> int:
        """Count the microseconds since the machine was booted."""
        ...


@dataclass(frozen=True, slots=True)
class _LinuxBoot:
    id: str

    def read(self) -> int:
        return round(_since_boot() * SECOND)


MACHINE: Time = SystemClock()


def machine_wall() -> int:
    """Read the wall clock in microseconds."""
    return time.time_ns() // 1000


# The kernel's PROC_TIME_INIT_INO, in which CLOCK_BOOTTIME is not shifted:
# https://github.com/torvalds/linux/blob/v6.6/include/linux/proc_ns.h
_FIRST_NAMESPACE = "time:[4026531834]"


@cache
def machine_boot() -> Boot | None:
    """Find the clock since boot; None where the system has none that all processes share."""
    try:
        name = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except (FileNotFoundError, NotADirectoryError, PermissionError, ValueError):
        return None
    except OSError as error:  # of this moment, such as no descriptors: the next look may find it
        raise LedgerUnavailable(
            f"The clock of this machine cannot be looked for: {error.strerror}",
            next_step="Raise the limit of open files, or close some; then try again.",
        ) from error
    try:
        namespace = str(Path("/proc/self/ns/time").readlink())
    except OSError:  # the kernel has none
        namespace = _FIRST_NAMESPACE
    if namespace != _FIRST_NAMESPACE:
        name = f"{name} {namespace}"
    return _LinuxBoot(name) if hasattr(time, "CLOCK_BOOTTIME") else None


def in_forked_child(method: Callable[[], None]) -> None:
    """Call a bound method in every child this process forks, as long as its object lives."""
    _ALIVE.add(weakref.WeakMethod(method, _ALIVE.discard))


# One hook for all: a process keeps its hooks for ever.
_ALIVE: set[weakref.WeakMethod[Callable[[], None]]] = set()


def _forked() -> None:
    for method in list(_ALIVE):
        if (call := method()) is not None:
            call()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
