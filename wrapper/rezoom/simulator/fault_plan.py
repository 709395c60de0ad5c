"""Which fault happens to which request: those asked for one by one, then those drawn by chance."""

import threading
from collections.abc import Iterable, Mapping
from random import Random
from typing import Any, NamedTuple, Self

from ..errors import ConfigError
from .faults import Fault, check_match

_DEFAULT_MATCH = "/v2/"


class RandomFaults:
    """A seeded lottery: for each request that fits `match`, one of the faults, or none.

    `chances` names kinds of faults, each with a probability, or with an object that has `chance`
    beside the options of the fault. The nth request that fits meets the same fault in every run
    with the same seed, whatever other faults happen.
    """

    def __init__(
        self, chances: Mapping[str, Any], *, seed: int = 0, match: str = _DEFAULT_MATCH
    ) -> None:
        check_match(match, "fault plan")
        if not isinstance(seed, int) or isinstance(seed, bool):
            raise _wrong(f"seed cannot be {seed!r}", "Give a whole number.")
        self.seed, self.match = seed, match
        self.chances = dict(chances)
        self._draws = [_draw(kind, wanted, match) for kind, wanted in self.chances.items()]
        if not self._draws:
            raise _wrong("it names no kind of fault", 'Say for example {"reset": 0.05}.')
        total = sum(chance for _, chance in self._draws)
        if total > 1:
            raise _wrong(f"the chances add up to {total:g}", "Together they may be 1 at most.")
        self._fitting = Fault(match=match)
        self._random = Random(seed)  # noqa: S311 - repeatable on purpose; guards nothing

    def draw(self, method: str, path: str) -> Fault | None:
        """Return what happens to the next request."""
        if not self._fitting.fits(method, path):
            return None
        drawn = self._random.random()
        for fault, chance in self._draws:
            drawn -= chance
            if drawn < 0:
                return fault
        return None

    def to_dict(self) -> dict[str, Any]:
        """Return it in the JSON form that `read_faults` understands."""
        return {"seed": self.seed, "match": self.match, "chances": self.chances}


class Faults(NamedTuple):
    """What a description asks for: faults one by one, and a lottery."""

    listed: tuple[Fault, ...] = ()
    lottery: RandomFaults | None = None

    def anew(self) -> Self:
        """Return the same, with the lottery at its first draw."""
        lottery = self.lottery and RandomFaults(**self.lottery.to_dict())
        return type(self)(self.listed, lottery)


class _Armed:
    """One fault still to come, and how many requests it lets pass and hits."""

    def __init__(self, fault: Fault, left: int | None) -> None:
        self.fault, self.left = fault, left
        self.passing = fault.nth - 1


class FaultPlan:
    """The faults that are still to come; the first one that is due for a request is taken."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._lock = threading.Lock()
        self._armed: list[_Armed] = []
        self._lottery: RandomFaults | None = None
        self.add(*faults)

    def add(self, *faults: Fault) -> None:
        """Put more faults behind those that are still to come."""
        with self._lock:
            self._armed += [_Armed(fault, fault.times) for fault in faults]

    def draw_from(self, lottery: RandomFaults | None) -> None:
        """Let faults happen by chance from now on, instead of those of an earlier lottery."""
        with self._lock:
            self._lottery = lottery

    def clear(self) -> None:
        """Call off every fault."""
        with self._lock:
            self._armed.clear()
            self._lottery = None

    def take(self, method: str, path: str) -> Fault | None:
        """Return the fault for this request, counting it as used."""
        with self._lock:
            # Drawn for every request, so that the nth draw is the nth request's.
            drawn = self._lottery.draw(method, path) if self._lottery else None
            due: _Armed | None = None
            for armed in self._armed:
                if not armed.fault.fits(method, path):
                    continue
                if armed.passing:
                    armed.passing -= 1
                elif due is None:
                    due = armed
            if due is None:
                if drawn is not None and drawn.times != 1:
                    rest = None if drawn.times is None else drawn.times - 1
                    self._armed.append(_Armed(drawn, rest))
                return drawn
            if due.left == 1:
                self._armed.remove(due)
            elif due.left is not None:
                due.left -= 1
            return due.fault

    def as_asked(self) -> Faults:
        """Return what was asked for and has not happened, each fault as it was asked for."""
        with self._lock:
            return Faults(tuple(armed.fault for armed in self._armed), self._lottery)

    def to_dict(self) -> dict[str, Any]:
        """Return what is still to come in the JSON form that `read_faults` understands."""
        with self._lock:
            coming = [
                {**armed.fault.to_dict(), "times": armed.left, "nth": armed.passing + 1}
                for armed in self._armed
            ]
            return {"faults": coming, "plan": self._lottery.to_dict() if self._lottery else None}


def _draw(kind: str, wanted: object, match: str) -> tuple[Fault, float]:
    said = wanted if isinstance(wanted, Mapping) else {"chance": wanted}
    options: dict[str, Any] = dict(said)
    chance = options.pop("chance", None)
    for option in sorted({"match", "nth"} & options.keys()):
        raise _wrong(f"{option} of {kind} is for a fault of its own",
                     "A plan has one `match` for all; `nth` is left to chance.")  # fmt: skip
    fault = Fault(kind, match=match, **options)
    number = isinstance(chance, int | float) and not isinstance(chance, bool)
    if not number or not 0 <= chance <= 1:
        raise _wrong(f"the chance of {kind} cannot be {chance!r}", "Give a number from 0 to 1.")
    return fault, float(chance)


def _wrong(message: str, next_step: str) -> ConfigError:
    return ConfigError(f"fault plan: {message}", field="faults", next_step=next_step)
