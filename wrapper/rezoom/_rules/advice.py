"""Warnings by small schemas, one for each rule, at the place in the body that it speaks of.

One large schema says quickly that there is nothing to warn of. What it says of a warning quotes the
whole object that the warning is about, which takes longer than everything else in an update.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from .._wire import facts, load_schema, source
from ..errors import Problem

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator, ValidationError


class _Place(NamedTuple):
    """A place in a body: what is below it, and the rules that speak of it."""

    members: tuple[tuple[str, _Place], ...]
    items: _Place | None
    # Whether the rule speaks of the place as a whole, and not of something in it; and a member
    # without which an object cannot break it.
    rules: tuple[tuple[str, Draft202012Validator, bool, str | None], ...]
    # Those that speak of something in it, all at once: mostly none of them is broken.
    inside: Draft202012Validator


def compile_schema(schema: Mapping[str, Any] | str) -> Draft202012Validator:
    """Compile a schema; formats are judged too, patterns by the plain engine.

    The spec's patterns use no more than that one knows, and the other, which knows lookaround,
    brings it along with itself.
    """
    from jsonschema_rs import Draft202012Validator, RegexOptions

    given = schema if isinstance(schema, str) else dict(schema)
    return Draft202012Validator(given, validate_formats=True, pattern_options=RegexOptions())


def warnings(body: Mapping[str, Any]) -> list[Problem]:
    """List what is doubtful about a body that the spec allows."""
    told = [_warning(*one) for one in broken(body)]
    # Two rules may blame the same member: each is told once.
    return list({(problem.path, problem.rule): problem for problem in told}.values())


@lru_cache(1024)
def _warning(rule: str, at: str, is_object: bool) -> Problem:
    known = facts.RULES[rule]
    return from_rule(known, ".".join(filter(None, (at, known.field if is_object else ""))))


def from_rule(rule: facts.Rule, path: str) -> Problem:
    """Tell a rule of the spec, in its own words."""
    return Problem(
        path,
        "error" if rule.severity == "error" else "warning",
        rule.id,
        rule.sentence,
        rule.fix,
        source(rule.source),
    )


def broken(body: Mapping[str, Any]) -> list[tuple[str, str, bool]]:
    """List each rule that warns: its id, the path it speaks of, and whether an object is there.

    The body has to be one that the spec allows.
    """
    found: list[tuple[str, str, bool]] = []
    _visit(_top(), body, "", found)
    return found


def _visit(place: _Place, value: Any, at: str, found: list[tuple[str, str, bool]]) -> None:
    is_object = isinstance(value, dict)
    if is_object:
        for name, below in place.members:
            if name in value:
                _visit(below, value[name], f"{at}.{name}" if at else name, found)
    elif place.items is not None and isinstance(value, list):
        for index, item in enumerate(value):
            _visit(place.items, item, f"{at}[{index}]", found)
    kept = place.inside.is_valid(value)
    for rule, validator, whole, needs in place.rules:
        if kept and not whole:
            continue
        if (is_object and needs is not None and needs not in value) or validator.is_valid(value):
            continue
        if whole:
            found.append((rule, at, is_object))
        else:
            found += [_inside(rule, at, value, error) for error in validator.iter_errors(value)]


def _inside(rule: str, at: str, value: Any, error: ValidationError) -> tuple[str, str, bool]:
    for step in error.instance_path:
        at += f"[{step}]" if isinstance(step, int) else f".{step}" if at else step
        value = value[step]
    return rule, at, isinstance(value, dict)


@cache
def _top() -> _Place:
    return _place(load_schema("advice"))


def _place(schema: Mapping[str, Any]) -> _Place:
    strange = schema.keys() - {"properties", "items", "allOf"}
    if strange:
        raise TypeError(f"the advice has {', '.join(sorted(strange))}, which nobody reads here")
    rules = tuple(
        (
            rule["x-rule"],
            compile_schema(rule),
            rule.keys() == {"x-rule", "not"},
            _needed(rule),
        )
        for rule in schema.get("allOf", ())
    )
    inside = [rule for rule in schema.get("allOf", ()) if rule.keys() != {"x-rule", "not"}]
    return _Place(
        tuple((name, _place(below)) for name, below in schema.get("properties", {}).items()),
        _place(schema["items"]) if "items" in schema else None,
        rules,
        compile_schema({"allOf": inside} if inside else {}),
    )


def _needed(rule: Mapping[str, Any]) -> str | None:
    condition = rule.get("not", rule.get("if", {}))
    names: list[str] = condition.get("required", [])
    return names[0] if names and rule.keys() <= {"x-rule", "not", "if", "then"} else None
