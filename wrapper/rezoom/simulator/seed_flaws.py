"""What is wrong with a meeting that a seed describes: every flaw, by member, and the remedy."""

import difflib
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from .. import rules
from .._wire import facts
from ..errors import ConfigError
from .judge import judge, judge_answer, members
from .record import Verdict
from .view import OCCURRENCE_MEMBERS

# Meeting numbers are int64 in Zoom's documents.
BEYOND = 2**63
_STEP = re.compile(r"\[(\d+)\]|([^.\[]+)")


class Flaw(NamedTuple):
    """One flaw: the member by its dotted path, what is wrong with it, and what to do."""

    member: str
    reason: str
    fix: str


class BadSeed(ValueError):
    """A meeting that cannot be; every flaw of it, by member."""

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        super().__init__("; ".join(flaw.reason for flaw in flaws))
        self.flaws = tuple(flaws)

    def explained(self, where: Callable[[str], str]) -> ConfigError:
        """Return the error for whoever wrote the meeting; `where` finds a member for them."""
        first = self.flaws[0]
        told = "; ".join(f"{where(flaw.member)}{flaw.reason}" for flaw in self.flaws)
        fix = first.fix or "Write the members as an update or a read has them."
        return ConfigError(f"seed: {told}", field="seed", next_step=f"{fix[:1].upper()}{fix[1:]}")


def check(
    number: object,
    taken: Collection[int],
    change: Mapping[str, Any],
    fixed: Mapping[str, Any],
    *,
    order: Sequence[str] = (),
) -> None:
    """Raise BadSeed unless `change` can stand in an update, and `fixed` in an answer.

    The flaws come in the `order` in which the members were written.
    """
    known = frozenset().union(*members())
    flaws: list[Flaw] = []
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < BEYOND:
        flaws.append(Flaw("id", f"{number!r} is not a meeting number", "give digits, unquoted"))
    elif number in taken:
        fix = "leave it out, and the next free number is taken"
        flaws.append(Flaw("id", f"there is already a meeting {number}", fix))
    for name in sorted(set(fixed) - known):
        near = difflib.get_close_matches(name, known, n=2)
        hint = f"did you mean {' or '.join(near)}?" if near else ""
        flaws.append(Flaw(name, "a meeting has no such member", hint))
    verdict = judge(change)
    if not verdict.ok:
        flaws += _judged(change, verdict)
    readable = {name: value for name, value in fixed.items() if name in known}
    for flaw in judge_answer(readable).flaws:
        flaws.append(Flaw(flaw.field, "this is not what a read shows there", ""))
    if not flaws:
        for index, date in enumerate(fixed.get("occurrences", ())):
            for name in OCCURRENCE_MEMBERS:
                if name not in date:
                    flaws.append(Flaw(f"occurrences[{index}]", f"{name} is missing", ""))
        flaws += _times_amiss(fixed)
    if flaws:
        places = {name: place for place, name in enumerate(order)}
        raise BadSeed(sorted(flaws, key=lambda flaw: places.get(_top(flaw.member), 0)))


def _times_amiss(fixed: Mapping[str, Any]) -> Iterator[Flaw]:
    dates = enumerate(fixed.get("occurrences", ()))
    said = {f"occurrences[{index}].start_time": date.get("start_time") for index, date in dates}
    for member, text in {"created_at": fixed.get("created_at"), **said}.items():
        try:
            known = text is None or datetime.fromisoformat(text).tzinfo is not None
        except ValueError:
            known = False
        if not known:
            yield Flaw(member, f"{text!r} is no instant", "write 2030-01-07T08:00:00Z")


def _judged(change: Mapping[str, Any], verdict: Verdict) -> Iterator[Flaw]:
    # The rules say what is allowed; the contract, which decides, only says that it is wrong.
    _, problems = rules.judge(change, {})
    told = {problem.path: problem for problem in problems if problem.severity == "error"}
    for flaw in verdict.flaws:
        problem = told.get(flaw.field)
        known = facts.FIELDS.get(flaw.field)
        if known and known.kind == "string" and isinstance(_at(change, flaw.field), int | float):
            yield Flaw(flaw.field, "this must be text", "put it in quotes")
        elif problem is None:
            yield Flaw(flaw.field, flaw.message, "")
        else:
            fix = f" ({problem.fix})" if problem.fix else ""
            yield Flaw(flaw.field, f"{problem.message}{fix}", problem.fix)


def _top(path: str) -> str:
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def _at(value: Any, path: str) -> Any:
    try:
        for index, name in _STEP.findall(path):
            value = value[int(index) if index else name]
    except (LookupError, TypeError):
        return None
    return value
