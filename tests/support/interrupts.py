"""One exception at a chosen place, as a signal handler raises it, and how many places there are.

CPython looks for signals at the start of a function, after a call of a C function, and where a
loop jumps back (https://docs.python.org/3/library/signal.html#execution-of-python-signal-handlers).
The return of a Python function is counted too: it is where a call out of C ends. Not counted are
calls of C types and other C objects (`int(x)`, `partial(...)()`), of which a profiler is not told;
signals in earnest (tests/support/interrupt_worker.py) come there as well.
"""

from __future__ import annotations

import dis
import gc
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import CO_COROUTINE, CO_GENERATOR
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, NamedTuple

import rezoom

_OURS = str(Path(rezoom.__file__).parent)
_SUSPENDED = CO_GENERATOR | CO_COROUTINE
# `RESUME` looks for signals at the start of a function and after a `yield`, not after an `await`.
_AFTER_YIELD = 1
_TURNS = 2


class Interrupt(BaseException):
    """What a signal handler raises, like KeyboardInterrupt; nothing catches it by its name."""


class Place(NamedTuple):
    """Where in the code, and with which callers, and at which time that it is come by."""

    what: str
    stack: tuple[object, ...]
    turn: int

    @property
    def outermost(self) -> bool:
        """Whether it is the return of the call itself: what is lost there, its caller has lost."""
        return self.what == "return" and len(self.stack) == 2

    @property
    def files(self) -> list[str]:
        """Name the files that the callers are in, the place's own first."""
        return [code.co_filename for code in self.stack[::2] if isinstance(code, CodeType)]

    @property
    def depth(self) -> int:
        """How many calls it is away from rezoom."""
        return next(n for n, file in enumerate(self.files) if file.startswith(_OURS))


class Interrupter:
    """Raises at a place of a call of rezoom's, and a second time at the n-th place after that."""

    def __init__(self, first: Place | None = None, second: int = 0) -> None:
        self._first, self._second = first, second
        self._passed: Counter[tuple[object, ...]] = Counter()
        self._after = 0
        self.places: list[Place] = []
        self.raised: list[str] = []
        # What no handler was told, because it was raised in a `__del__`.
        self.swallowed = 0
        self._known: dict[CodeType, dict[int, tuple[str, int]]] = {}

    @contextmanager
    def armed(self) -> Iterator[None]:
        """Count and raise in this thread."""
        collects, unraisable = gc.isenabled(), sys.unraisablehook
        gc.disable()  # what it finalizes, and when, is not the call's doing
        sys.unraisablehook = self._unraisable(unraisable)
        traced = sys.gettrace()
        jumps = self._first is None or "JUMP" in self._first.what
        if jumps or self._second:  # it is slow
            sys.settrace(self._trace)
        sys.setprofile(self._profile)
        try:
            yield
        finally:
            sys.setprofile(None)
            sys.settrace(traced)
            sys.unraisablehook = unraisable
            if collects:
                gc.enable()

    def _unraisable(self, before: Callable[[Any], object]) -> Callable[[Any], object]:
        def hook(unraisable: Any) -> None:
            if unraisable.exc_type is Interrupt:
                self.swallowed += 1
            else:
                before(unraisable)

        return hook

    def _trace(self, frame: FrameType, event: str, arg: object) -> Any:
        frame.f_trace_lines = False
        frame.f_trace_opcodes = frame.f_code.co_filename.startswith(_OURS)
        return self._trace_in

    def _trace_in(self, frame: FrameType, event: str, arg: object) -> Any:
        if event == "opcode":
            name, _ = self._instruction(frame)
            if "JUMP_BACKWARD" in name and "NO_INTERRUPT" not in name:
                self._place(frame, name)
        elif event == "exception" and len(self.raised) == 1 and sys.getprofile() is None:
            sys.setprofile(self._profile)  # which was unset by what it has raised
        return self._trace_in

    def _profile(self, frame: FrameType, event: str, arg: Any) -> None:
        if event == "c_return":
            self._place(frame, f"after {getattr(arg, '__qualname__', arg)}")
        elif event in ("call", "return") and not (
            frame.f_code.co_flags & _SUSPENDED and self._passes(frame, event)
        ):
            self._place(frame, event)

    def _passes(self, frame: FrameType, event: str) -> bool:
        """Tell of what suspends a frame, or of the end of an `await`."""
        name, argument = self._instruction(frame)
        if event == "call":
            return name == "RESUME" and argument & 3 > _AFTER_YIELD
        return "YIELD" in name

    def _instruction(self, frame: FrameType) -> tuple[str, int]:
        code = frame.f_code
        known = self._known.get(code)
        if known is None:
            known = self._known[code] = {
                found.offset: (found.opname, found.arg or 0) for found in dis.get_instructions(code)
            }
        return known.get(frame.f_lasti, ("", 0))

    def _place(self, frame: FrameType, what: str) -> None:
        first = self._first
        if (
            first is not None
            and not self.raised
            and (frame.f_code, frame.f_lasti, what) != (*first.stack[:2], first.what)
        ):
            return  # the stack is looked through for what may be the place alone
        stack = _stack(frame)
        if stack is None:
            return
        if self.raised:
            self._after += 1
            if self._after == self._second:
                self._raise(frame, what)
            return
        key = (what, *stack)
        self._passed[key] += 1
        place = Place(what, stack, self._passed[key])
        if place == self._first:
            self._raise(frame, what)
        self.places.append(place)

    def _raise(self, frame: FrameType, what: str) -> None:
        self.raised.append(f"{frame.f_code.co_qualname}:{frame.f_lineno} {what}")
        raise Interrupt(self.raised[-1])


def _stack(frame: FrameType | None) -> tuple[object, ...] | None:
    """Name where each caller stands, down to the first one of rezoom's; None: there is none."""
    stack: list[object] = []
    ours = 0
    while frame is not None:
        stack += (frame.f_code, frame.f_lasti)
        if frame.f_code.co_filename.startswith(_OURS):
            ours = len(stack)
        frame = frame.f_back
    return tuple(stack[:ours]) or None


def interrupted(
    call: Callable[[], object], first: Place | None = None, second: int = 0
) -> Interrupter:
    """Make a call that is interrupted there; what else it raises, it raises."""
    interrupter = Interrupter(first, second)
    try:
        with interrupter.armed():
            call()
    except Interrupt:
        pass
    return interrupter


def places(call: Callable[[], object]) -> list[Place]:
    """Find the places of a call: of a loop its first two turns, because the others are like them.

    It has been made before, so that nothing is imported or remembered for the first time.
    """
    return [place for place in interrupted(call).places if place.turn <= _TURNS]
