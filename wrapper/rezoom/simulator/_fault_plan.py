"""Which fault meets which request, and how faults are written: in JSON, in files, in a shell."""

import json
import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from .._paths import once_each
from .._public import public
from ..errors import ConfigError
from ._answers import loaded
from ._checked import check, read, wrong
from ._documents import SUFFIXES, Document
from ._faults import Fault

_PLAN = "fault plan"
_FORM = 'Write {"faults": [{"kind": "reset"}], "plan": {"seed": 7, "chances": {"reset": 0.05}}}.'
_WORDS = "Write for example reset:times=3:match=PATCH,html-502:nth=2 or reset=0.05,seed=7."
_STATUS = re.compile(r"[0-9]{3}")


@public("rezoom.simulator")
@dataclass(eq=False)
class RandomFaults:
    """A seeded lottery: for each request that fits `match`, one of the faults, or none.

    `chances` names kinds of faults, each with a probability, or with an object that has `chance`
    beside the options of the fault. The nth request that fits meets the same fault in every run
    with the same seed, whatever other faults happen.
    """

    chances: Mapping[str, Any]
    seed: int = field(default=0, kw_only=True)
    match: str = field(default="/v2/", kw_only=True)

    def __post_init__(self) -> None:
        check(RandomFaults, self.to_dict(), _PLAN, field="faults")
        self._draws = [_draw(kind, said, self.match) for kind, said in self.chances.items()]
        if not self._draws:
            raise _wrong("it names no kind of fault", 'Say for example {"reset": 0.05}.', _PLAN)
        total = sum(chance for _, chance in self._draws)
        if total > 1:
            step = "Together they may be 1 at most."
            raise _wrong(f"the chances add up to {total:g}", step, _PLAN)

    def draw(self, random: Random, method: str, path: str) -> Fault | None:
        """Return what happens to the next request."""
        if not self._draws[0][0].fits(method, path):
            return None
        drawn = random.random()
        for fault, chance in self._draws:
            drawn -= chance
            if drawn < 0:
                return fault
        return None

    def to_dict(self) -> dict[str, Any]:
        """Return it in the JSON form that `read_faults` understands."""
        return {"seed": self.seed, "match": self.match, "chances": self.chances}


class Faults(NamedTuple):
    """What a description names: faults one by one, and a lottery."""

    listed: tuple[Fault, ...] = ()
    lottery: RandomFaults | None = None


@dataclass(eq=False)
class _Armed:
    """One fault still to come, and how many requests it still meets and lets pass before."""

    fault: Fault
    left: int | None
    passing: int = 0


class FaultPlan:
    """The faults that are still to come; the first one that is due for a request is taken."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed: list[_Armed] = []
        self._lottery: RandomFaults | None = None
        self._random = Random()  # noqa: S311 - repeatable on purpose; guards nothing

    def add(self, faults: Faults) -> None:
        """Put more faults behind those that are still to come; a new lottery ends the earlier."""
        with self._lock:
            self._armed += [_Armed(fault, fault.times, fault.nth - 1) for fault in faults.listed]
            if faults.lottery is not None:
                self._lottery = faults.lottery
                self._random.seed(faults.lottery.seed)

    def clear(self) -> None:
        """Call off every fault, and the lottery."""
        with self._lock:
            self._armed.clear()
            self._lottery = None

    def take(self, method: str, path: str) -> Fault | None:
        """Return the fault for this request, counting it as used."""
        with self._lock:
            # Drawn for every request, so that the nth draw is the nth request's.
            drawn = self._lottery.draw(self._random, method, path) if self._lottery else None
            due = self._due(method, path)
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

    def _due(self, method: str, path: str) -> _Armed | None:
        due: _Armed | None = None
        for armed in self._armed:
            if not armed.fault.fits(method, path):
                continue
            if armed.passing:
                armed.passing -= 1
            elif due is None:
                due = armed
        return due

    def remaining(self) -> Faults:
        """Return the faults still to come, each with the `nth` and `times` it was given."""
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
    options: dict[str, Any] = dict(wanted if isinstance(wanted, Mapping) else {"chance": wanted})
    chance = options.pop("chance", None)
    for option in sorted({"match", "nth"} & options.keys()):
        step = "A plan has one `match` for all; `nth` is left to chance."
        raise _wrong(f"{option} of {kind} is for a fault of its own", step, _PLAN)
    fault = Fault(kind, match=match, **options)
    number = isinstance(chance, int | float) and not isinstance(chance, bool)
    if not number or not 0 <= chance <= 1:
        step = "Give a number from 0 to 1."
        raise _wrong(f"the chance of {kind} cannot be {chance!r}", step, _PLAN)
    return fault, float(chance)


def as_faults(value: Faults | Mapping[str, Any] | Iterable[Any] | str) -> Faults:
    """Read the option of a simulator: words, the JSON form, or any iterable of faults."""
    if isinstance(value, Faults):
        return value
    if isinstance(value, str):
        return read_fault_words(value)
    several = isinstance(value, Iterable) and not isinstance(value, Mapping)
    return read_faults(list(value) if several else value)


def as_fault(value: object) -> Fault:
    """Read one fault: a Fault, a kind, a status, or an object with `kind` and options."""
    if isinstance(value, Fault):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Fault(status=value)
    if isinstance(value, str):
        return Fault(value)
    if isinstance(value, Mapping):
        options = {str(name): option for name, option in value.items()}
        return Fault(options.pop("kind", "answer"), **options)
    raise _wrong(f"{value!r} is no fault", "Give a kind, a status, or an object with a kind.")


def read_faults(value: object) -> Faults:
    """Read the JSON form: one fault, a list, or an object with `faults` and `plan`."""
    if not isinstance(value, Mapping) or "kind" in value or "status" in value:
        return Faults(_listed(value if isinstance(value, list | tuple) else [value]))
    for name in value:
        if name not in {"faults", "plan"}:
            raise _wrong(f"there is no member {name!r}", _FORM)
    listed = [] if value.get("faults") is None else value["faults"]
    if not isinstance(listed, list | tuple):
        raise _wrong("`faults` is no list", _FORM)
    return Faults(_listed(listed), _lottery(value.get("plan")))


def read_fault_words(text: str, folder: Path = Path()) -> Faults:
    """Read what a command line says: a file in `folder`, the JSON form, or the short form.

    The short form is `kind:option=value:…` for a fault, or a status in place of the kind, and
    `kind=chance` for the lottery, with commas between them; `seed=7` and `match=PATCH` belong to
    the lottery.
    """
    words = text.strip()
    if words[:1] in {"{", "["}:
        try:
            return read_faults(loaded(words, object_pairs_hook=once_each))
        except ConfigError:
            raise
        except ValueError as error:
            raise _wrong(f"this is not JSON: {error}", _FORM) from None
    if Path(words).suffix.lower() in SUFFIXES:
        return _read_file(folder / words)
    listed: list[Any] = []
    plan: dict[str, Any] = {}
    chances: dict[str, Any] = {}
    for item in filter(None, map(str.strip, words.split(","))):
        kind, *options = item.split(":")
        name, equals, number = kind.partition("=")
        if not equals:
            said = {"status": int(kind)} if _STATUS.fullmatch(kind) else {"kind": kind}
            listed.append(said | dict(map(_option, options)))
        elif name in {"seed", "match"}:
            plan[name] = _value(number)
        else:
            chances[name] = {"chance": _value(number)} | dict(map(_option, options))
    if plan and not chances:
        raise _wrong(f"{text!r} names no kind with a chance", _WORDS)
    if not listed and not chances:
        raise _wrong("nothing is said", _WORDS)
    return Faults(_listed(listed), _lottery(plan | {"chances": chances} if chances else None))


def _read_file(path: Path) -> Faults:
    document = Document(path, field="faults")
    try:
        return read_faults(document.value)
    except ConfigError as error:
        place, _, reason = error.message.partition(": ")
        if isinstance(document.value, list):
            place = place.removeprefix("faults")
        if not reason:
            raise
        raise _wrong(error.message, error.next_step, document.where(place)) from None


def _listed(values: list[Any] | tuple[Any, ...]) -> tuple[Fault, ...]:
    found = []
    for index, value in enumerate(values):
        try:
            found.append(as_fault(value))
        except ConfigError as error:
            raise _wrong(error.message, error.next_step, f"faults[{index}]") from None
    return tuple(found)


def _lottery(plan: object) -> RandomFaults | None:
    return None if plan is None else read(RandomFaults, plan, _PLAN, field="faults")


def _option(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise _wrong(f"{text!r} is no option", _WORDS)
    return name, value if name in {"match", "body"} else _value(value)


def _value(text: str) -> Any:
    # Numbers, true, false, null and objects as in JSON; what is none of them is text.
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _wrong(message: str, next_step: str, where: str = "faults") -> ConfigError:
    return wrong("faults", f"{where}: {message}", next_step)
