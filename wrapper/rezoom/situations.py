"""Rules about a change to a meeting as it is, and why Zoom may have left a field alone.

Both come from the spec (`x-situations`, `x-reasons`); here they are only asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from ._wire import facts, load_schema
from .body import pattern_path
from .case import Case, build_case
from .errors import Problem
from .rules import from_rule, validator

_ANY = "*"


def judge_situation(case: Case, allow: Sequence[str] = ()) -> list[Problem]:
    """List what is wrong or doubtful about a change to this very meeting, at this very time.

    The rules of the body are not among them: `judge` has them. `allow` lifts rules by their ids.
    """
    rules = (rule for rule in _holding("situations", case) if rule.id not in allow)
    return [from_rule(rule, path) for rule in rules for path in _paths(rule, case)]


def likely_reason(path: str, case: Case) -> Problem:
    """Say why Zoom may have left the member at `path` as it was, or changed it unasked.

    A rule that holds in this case is better than a guess, and one that names the member better
    than one about many; there is always a last one, which says that it may be locked.
    """
    member = pattern_path(path)
    if _at(case["change"], path) is not None and member not in facts.FIELDS:
        return from_rule(facts.RULES["extra"], path)
    guesses = {rule.id for rule in _holding("reasons", case)} | _always()
    for holding in (
        _holding("situations", case),
        (rule for rule in facts.RULES.values() if rule.id in guesses),
    ):
        fitting = [rule for rule in holding if _fit(rule, member, case) is not None]
        if fitting:
            # The first of the most exact ones: max() keeps the order of the spec.
            return from_rule(max(fitting, key=lambda rule: _fit(rule, member, case) or 0), path)
    raise LookupError(path)  # the compiler makes sure that the last reason fits everything


def still_open(problems: Sequence[Problem], case: Case) -> list[Problem]:
    """Drop the advice that only a read could decide, now that the meeting has been read."""
    answered = {
        advice
        for rule in facts.RULES.values()
        if rule.settles and all(_at(case, path) is not None for path in _asked_about(rule.id))
        for advice in rule.settles
    }
    return [problem for problem in problems if problem.rule not in answered]


@cache
def _always() -> frozenset[str]:
    """Name the reasons that no case rules out."""
    asked = {row["x-rule"] for row in load_schema("reasons")["allOf"]}
    return frozenset(r.id for r in facts.RULES.values() if r.kind == "reason" and r.id not in asked)


def _holding(name: str, case: Case) -> Iterator[facts.Rule]:
    rows = load_schema(name)["allOf"]
    for error in validator(name).iter_errors(case):
        # allOf, the place of the rule, not: a rule is written so that it fails where it holds.
        yield facts.RULES[rows[error.schema_path[1]]["x-rule"]]


def _paths(rule: facts.Rule, case: Case) -> Sequence[str]:
    return case["derived"][rule.each] if rule.each else (rule.field,)


def _fit(rule: facts.Rule, member: str, case: Case) -> int | None:
    """Say how exactly a rule names a member; None where it does not."""
    if rule.each and not any(_within(member, path) for path in _paths(rule, case)):
        return None
    named = [name for name in rule.explains if _within(member, name)]
    if named:
        return max(map(len, named))
    return 0 if _ANY in rule.explains else None


def _within(member: str, name: str) -> bool:
    return member == name or member.startswith((f"{name}.", f"{name}["))


@cache
def _asked_about(rule: str) -> tuple[str, ...]:
    """List what a rule wants to know of the meeting before it can say anything."""
    rows = load_schema("situations")["allOf"]
    when = next(row["not"] for row in rows if row["x-rule"] == rule)
    return tuple(path for path in _leaves(when) if path.startswith(("meeting.", "after.")))


def _leaves(schema: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    inner = schema.get("properties")
    if not inner:
        yield prefix
    for name, member in (inner or {}).items():
        yield from _leaves(member, f"{prefix}.{name}" if prefix else name)


def _at(node: Any, path: str) -> Any:
    for step in path.split("."):
        if not isinstance(node, Mapping) or step not in node:
            return None
        node = node[step]
    return node


__all__ = ["Case", "build_case", "judge_situation", "likely_reason", "still_open"]
