"""The spec's rules and schemas, and what they say of a body, as problems."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from .._paths import Body, at_steps, dotted, last_name, pattern_path, under
from .._wire import facts, load_schema, read_schema, source
from ..errors import Problem
from .normalize import field_problem, shown

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator, ValidationError

# What JSON holds, in words.
KINDS: Mapping[type, str] = {
    str: "text",
    bool: "a boolean",
    int: "a whole number",
    float: "a fraction",
    list: "a list",
    dict: "an object",
    type(None): "null",
}
_TYPES = {"string": str, "boolean": bool, "integer": int, "array": list, "object": dict}


@cache
def validator(name: str) -> Draft202012Validator:
    """Compile one of the spec's schemas: `update`, `advice`, `situations` or `reasons`.

    Formats are judged too; patterns by the plain engine, which knows all that the spec's use.
    """
    from jsonschema_rs import Draft202012Validator, RegexOptions

    return Draft202012Validator(
        read_schema(name), validate_formats=True, pattern_options=RegexOptions()
    )


def from_rule(rule: facts.Rule, path: str) -> Problem:
    """Make a problem at a path of a rule of the spec, in the rule's own words."""
    severity: Literal["error", "warning"] = "error" if rule.severity == "error" else "warning"
    return Problem(path, severity, rule.id, rule.sentence, rule.fix, source(rule.source))


def ruled(rule: str, path: str = "", fix: str = "", dates: Iterable[date] = ()) -> Problem:
    """Make a problem of a rule that code decides, with a nearer fix and the days it is about."""
    problem = from_rule(facts.RULES[rule], path or facts.RULES[rule].field)
    return replace(problem, fix=fix or problem.fix, dates=tuple(dates))


def schema_problems(body: Body, unknown: set[str]) -> list[Problem]:
    """List what the spec refuses in a body, and what it warns of; each problem once.

    `unknown` are the paths of `extra` that the spec does not know: they warn, and are sent.
    """
    found = {
        (problem.path, problem.rule): problem
        for name in ("update", "advice")
        for error in validator(name).iter_errors(body)
        for problem in _problems(error, name, body, unknown)
    }
    explained = {path for path, rule in found if rule in facts.RULES}
    # A bare "is missing" says nothing where a rule says what that means.
    return [
        problem
        for (path, rule), problem in found.items()
        if not (rule.endswith(".required") and path in explained)
    ]


def _problems(
    error: ValidationError, name: str, body: object, unknown: set[str]
) -> Iterator[Problem]:
    steps: list[str | int] = list(error.schema_path)
    at = dotted(error.instance_path)
    value = at_steps(body, error.instance_path)
    rule = _nearest_rule(load_schema(name), steps)
    keyword = str(steps[-1])
    schema = at_steps(load_schema(name), steps[:-1])
    if rule is not None:
        if not isinstance(value, dict) and pattern_path(at) == rule.path:
            return  # not an object at all: its type is the problem, not what it lacks
        # A rule on a property blames that property; one on an object names the member to blame.
        field = "" if not isinstance(value, dict) else rule.field
        yield from_rule(rule, under(at, field) if field else at)
    elif keyword == "additionalProperties":
        known = schema["properties"]
        for member in sorted(set(value) - set(known)):
            yield _unknown(under(at, member), member, known, unknown)
    elif keyword == "required":
        for member in schema["required"]:
            if member not in value:
                yield _required(under(at, member))
    else:
        yield _from_keyword(at, keyword, schema, value)


def _nearest_rule(schema: Any, steps: Sequence[str | int]) -> facts.Rule | None:
    found = None
    for step in steps:
        if isinstance(schema, dict) and "x-rule" in schema:
            # What a rule says of a text says nothing of what is none.
            found = None if step == "type" else schema["x-rule"]
        schema = schema[step]
    return facts.RULES.get(found) if found else None


def _from_keyword(path: str, keyword: str, schema: Body, value: object) -> Problem:
    known = facts.FIELDS.get(pattern_path(path))
    limit = schema.get(keyword)
    got = shown(path, value)
    size = len(value) if isinstance(value, str | list) else 0
    allowed = known.allowed if known and known.allowed else str(limit)
    match keyword:
        case "type":
            message = f"{got} is {KINDS.get(type(value), 'something else')}"
            fix = f"give {KINDS.get(_TYPES.get(str(limit), object), str(limit))}"
        case "enum":
            message, fix = f"{got} is not one of Zoom's values", f"choose from {_choices(limit)}"
        case "minimum" | "maximum":
            where = "below" if keyword == "minimum" else "above"
            message, fix = f"{got} is {where} {limit}", f"give {_range(schema)}"
        case "minLength" | "maxLength" | "minItems" | "maxItems":
            unit = "characters" if isinstance(value, str) else "items"
            few, bound = ("few", "least") if keyword.startswith("min") else ("many", "most")
            message, fix = f"{size} {unit} are too {few}", f"give at {bound} {limit}"
        case "pattern":
            message, fix = f"{got} has not the form Zoom reads", f"allowed: {allowed}"
        case "format":
            message, fix = f"{got} is not an {limit} address", "give one such as ada@example.com"
        case _:
            message, fix = f"{got} breaks {keyword} {limit}", "see the field's description"
    return field_problem(path, f"{pattern_path(path)}.{keyword}", message, fix)


def _required(path: str) -> Problem:
    name = pattern_path(path)
    known = facts.FIELDS.get(name)
    fix = f"give {_choices(known.enum)}" if known and known.enum else "give it a value"
    message = "is missing, and the object means nothing without it"
    return field_problem(path, f"{name}.required", message, fix)


def _unknown(path: str, member: str, known: Mapping[str, object], allowed: set[str]) -> Problem:
    """Say of a member that the spec does not know where it belongs, or what it may have meant."""
    if member in facts.RULES["occurrence-in-body"].names:
        return ruled("occurrence-in-body", path)  # in `extra` too
    if path in allowed:
        return ruled("extra", path)
    name = pattern_path(path)
    rule = next((rule.id for rule in facts.RULES.values() if name in rule.names), None)
    if rule is not None:
        instead = [row.path for row in facts.READ_BACK.values() if name in row.look]
        return ruled(rule, path, f"write {instead[0]} instead" if instead else "")
    last = {field: last_name(field) for field in facts.FIELDS}
    elsewhere = [field for field in facts.FIELDS if member in (field, last[field])]
    if elsewhere:
        return ruled("unknown-field", path, f"it belongs at {' or '.join(elsewhere)}")
    from difflib import get_close_matches  # only mistakes need it

    close = get_close_matches(member, known, n=2)
    if not close:
        names = get_close_matches(member, dict.fromkeys(last.values()), n=2)
        close = [field for field in facts.FIELDS if last[field] in names]
    fix = f"did you mean {' or '.join(close)}?" if close else ""
    return ruled("unknown-field", path, fix)


def _choices(values: Sequence[object] | None) -> str:
    return ", ".join(repr(value) for value in values or ())


def _range(schema: Body) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is None or high is None:
        return f"at least {low}" if high is None else f"at most {high}"
    return f"{low} to {high}"
