"""The spec's rules and schemas, and what they say of a body, as problems."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from .._paths import Body, at_steps, dotted, last_name, pattern_path, under
from .._redaction import HIDDEN
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
# What stands beside the fields in a call, and what people call some of them.
_ARGUMENTS = "schedule occurrence host verify skip_unchanged wait allow extra".split()
_OTHER_WORDS = {
    "body": "pass it as the second argument: update(meeting, body)",
    "meeting_id": "pass it as the first argument: update(85746065, …)",
    "tz": "did you mean timezone?",
    "start": "did you mean start_time?",
    "title": "did you mean topic?",
    "description": "did you mean agenda?",
    "passcode": "did you mean password?",
}
_TYPES = {"string": str, "boolean": bool, "integer": int, "array": list, "object": dict}


@cache
def validator(name: str) -> Draft202012Validator:
    """Compile a schema of the update: `body`, `advice`, `situations` or `reasons`.

    Formats are judged too; patterns by the plain engine, which knows all that the spec's use.
    """
    from jsonschema_rs import Draft202012Validator, RegexOptions

    return Draft202012Validator(
        read_schema("updateMeeting", name), validate_formats=True, pattern_options=RegexOptions()
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
        for name in ("body", "advice")
        for error in validator(name).iter_errors(body)
        for problem in _problems(error, name, body, unknown)
    }
    explained = {path for path, rule in found if rule in facts.RULES}
    wrong = {path for path, rule in found if rule == f"{pattern_path(path)}.type"}
    # A bare "is missing" says nothing where a rule says what that means; and a value of another
    # type is none of the choices either.
    return [
        problem
        for (path, rule), problem in found.items()
        if not (rule.endswith(".required") and path in explained)
        and (path not in wrong or rule.endswith(".type"))
    ]


def _problems(
    error: ValidationError, name: str, body: object, unknown: set[str]
) -> Iterator[Problem]:
    steps: list[str | int] = list(error.schema_path)
    at = dotted(error.instance_path)
    value = at_steps(body, error.instance_path)
    rule = _nearest_rule(load_schema("updateMeeting", name), steps)
    keyword = str(steps[-1])
    schema = at_steps(load_schema("updateMeeting", name), steps[:-1])
    if rule is not None:
        if not isinstance(value, dict) and pattern_path(at) == rule.path:
            return  # not an object at all: its type is the problem, not what it lacks
        # A rule on a property blames that property; one on an object names the member to blame.
        field = "" if not isinstance(value, dict) else rule.field
        problem = from_rule(rule, under(at, field) if field else at)
        yield replace(problem, message=problem.message + _said_of(value, keyword))
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


def _said_of(value: object, keyword: str) -> str:
    """Say what of a text broke the rule it stands under, and nothing of the text."""
    if not isinstance(value, str) or keyword not in ("maxLength", "pattern"):
        return ""
    long = f" This one has {len(value)} characters."
    return long if keyword == "maxLength" else " This one has a character that is none of those."


def _nearest_rule(schema: Any, steps: Sequence[str | int]) -> facts.Rule | None:
    found = None
    for step in steps:
        if isinstance(schema, dict) and "x-rule" in schema:
            # What a rule says of a text says nothing of what is none.
            found = None if step == "type" else schema["x-rule"]
        schema = schema[step]
    return facts.RULES.get(found) if found else None


def _from_keyword(path: str, keyword: str, schema: Body, value: object) -> Problem:
    known = facts.BODIES["updateMeeting"].get(pattern_path(path))
    limit = schema.get(keyword)
    got = shown(path, value)
    size = len(value) if isinstance(value, str | list) else 0
    allowed = known.allowed if known and known.allowed else str(limit)
    match keyword:
        case "type":
            message = f"{got} is {KINDS.get(type(value), 'something else')}"
            fix = _typed(value, str(limit), got)
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


def _typed(value: object, expected: str, shown_as: str) -> str:
    """Write what may be meant by a value of another type, or else name the type."""
    meant: object = None
    if isinstance(value, str):
        words = {"true": "true", "yes": "true", "on": "true", "false": "false", "no": "false"}
        whole = re.fullmatch(r"\s*([+-]?[0-9]{1,18})\s*", value)
        number = {"integer": whole and str(int(whole[1]))}
        boolean = {"boolean": (words | {"off": "false"}).get(value.strip().casefold())}
        meant = (number | boolean).get(expected)
    elif expected == "boolean" and value in (0, 1):
        meant = "true" if value else "false"
    elif expected == "string" and type(value) is int:
        meant = '"…", as text' if shown_as == HIDDEN else f'"{value}"'
    kind = KINDS.get(_TYPES.get(expected, object), expected)
    if not meant:
        return f"give {kind}"
    return f"give a boolean: {meant}" if expected == "boolean" else f"write {meant}"


def _required(path: str) -> Problem:
    name = pattern_path(path)
    known = facts.BODIES["updateMeeting"].get(name)
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
        instead = [
            row.path for row in facts.READ_BACKS["updateMeeting"].values() if name in row.look
        ]
        return ruled(rule, path, f"write {instead[0]} instead" if instead else "")
    announced = facts.ANNOUNCED.get(member)
    if announced is not None:
        message = f"Zoom announced it on {announced.date}, its type and place are not documented"
        problem = ruled("announced-field", path)
        return replace(problem, message=message, source=source(announced.source))
    return ruled("unknown-field", path, _meant(name, member, known))


def _meant(name: str, member: str, known: Mapping[str, object]) -> str:
    """Say where a misplaced member belongs, or what a misspelt one means; first in its object."""
    from difflib import get_close_matches  # only mistakes need it

    parent = name.removesuffix(member).rstrip(".")
    if not parent and member in _OTHER_WORDS:
        return _OTHER_WORDS[member]
    elsewhere = [
        field
        for field in facts.BODIES["updateMeeting"]
        if member in (field, last_name(field)) and _above(field, parent)
    ]
    if elsewhere:
        return f"it belongs at {' or '.join(elsewhere)}"
    arguments = {} if parent else {f"{one}=": None for one in _ARGUMENTS}
    close = get_close_matches(member, [*known, *arguments], n=2, cutoff=0.7)
    words = set(member.split("_"))
    close = close or [one for one in known if words.issuperset(one.split("_"))]
    if not close:
        near = get_close_matches(
            member, {last_name(one) for one in facts.BODIES["updateMeeting"]}, 2, 0.8
        )
        close = [field for field in facts.BODIES["updateMeeting"] if last_name(field) in near]
    return f"did you mean {' or '.join(close)}?" if close else ""


def _above(field: str, parent: str) -> bool:
    """Tell whether a field stands in an object around, or within, the one called `parent`."""
    own = field.removesuffix(last_name(field)).rstrip(".[]")
    ends = sorted((f"{own}.", f"{parent}."), key=len)
    return not own or not parent or ends[1].startswith(ends[0])


def _choices(values: Sequence[object] | None) -> str:
    return ", ".join(repr(value) for value in values or ())


def _range(schema: Body) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is None or high is None:
        return f"at least {low}" if high is None else f"at most {high}"
    return f"{low} to {high}"
