"""Judge a body by the spec itself, before a unit of quota is spent: every problem at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from .._paths import pattern_path
from .._wire import facts, load_schema, read_schema, source
from ..errors import ConfigError, InvalidChange, Problem
from .advice import compile_schema, from_rule, warnings
from .normalize import as_mapping, draft, shown

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator, ValidationError

    from ..recurrence import Series

_KINDS: Mapping[type, str] = {
    str: "text",
    bool: "a boolean",
    int: "a whole number",
    float: "a fraction",
    list: "a list",
    dict: "an object",
    type(None): "null",
}
# What refuses, and what warns.
_JUDGES = ("update", "advice")
# Problems of our own that no `allow` can lift: such a body cannot be sent at all.
_UNSENDABLE = frozenset(
    "not-json null not-an-integer not-a-body change-and-fields nothing-to-change time"
    " not-a-list-item meeting-id occurrence-in-body".split()
)


def judge(
    change: object,
    fields: Mapping[str, object],
    *,
    occurrence: bool = False,
    extra: Mapping[str, object] | None = None,
    allow: Sequence[str] = (),
    complete: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
) -> tuple[dict[str, Any], list[Problem]]:
    """Write the body in Zoom's forms and judge it; nothing is sent and nothing raised.

    Problems of severity "error" must keep the body from being sent. `extra` is merged last; what
    the spec does not know in it becomes a warning. `allow` lifts rules by their ids. `complete`
    may add to the body, from a meeting that was read, before it is judged.
    """
    out = draft(change, fields, occurrence=occurrence)
    unknown: set[str] = set()
    if extra:
        added = draft(extra, {}, occurrence=occurrence)
        out.problems += added.problems
        merge(out.body, added.body)
        unknown = set(_unknown_paths(added.body))
    if complete is not None and not out.problems:
        out.body = complete(out.body)
    problems = [*out.problems]
    if not validator("update").is_valid(out.body):
        problems += _told_once(_verdicts(out.body, unknown))
    elif not validator("advice").is_valid(out.body):
        problems += warnings(out.body)
    if occurrence:
        problems += _not_honoured(out.body)
    if not out.problems and not any(_leaves(out.body)):
        out.refuse("", "nothing-to-change", "the update changes nothing", "name at least one field")
        problems += out.problems
    _known_ids(allow)
    if allow:
        problems = [p for p in problems if p.rule not in allow or p.rule in _UNSENDABLE]
    return out.body, problems


def merge(target: dict[str, Any], added: Mapping[str, Any]) -> None:
    """Lay `added` over `target`: objects member by member, everything else whole."""
    for key, value in added.items():
        if isinstance(value, dict) and isinstance(target.get(key), dict):
            merge(target[key], value)
        else:
            target[key] = value


def _told_once(problems: Iterable[Problem]) -> list[Problem]:
    """Drop a bare "is missing" where a rule says what that means."""
    found = list(problems)
    ruled = {problem.path for problem in found if problem.rule in facts.RULES}
    return [p for p in found if not (p.rule.endswith(".required") and p.path in ruled)]


@cache
def validator(name: str) -> Draft202012Validator:
    """Compile one of the spec's schemas: `update`, `advice`, `situations` or `reasons`."""
    # On first use: it costs more than `import rezoom` may. The text goes as it is, because what
    # Python makes of it is needed only to say where an error is.
    return compile_schema(read_schema(name))


def _verdicts(body: dict[str, Any], unknown: set[str]) -> Iterator[Problem]:
    seen: set[tuple[str, str]] = set()
    for name in _JUDGES:
        for error in validator(name).iter_errors(body):
            for problem in _problems(error, name, body, unknown):
                if (problem.path, problem.rule) not in seen:
                    seen.add((problem.path, problem.rule))
                    yield problem


def _problems(
    error: ValidationError, name: str, body: object, unknown: set[str]
) -> Iterator[Problem]:
    steps: list[str | int] = list(error.schema_path)
    at = _dotted(error.instance_path)
    value = _at(body, error.instance_path)
    rule = _nearest_rule(load_schema(name), steps)
    keyword = str(steps[-1])
    if rule is not None:
        if not isinstance(value, dict) and pattern_path(at) == rule.path:
            return  # not an object at all: its type is the problem, not what it lacks
        # A rule on a property blames that property; one on an object names the member to blame.
        field = "" if not isinstance(value, dict) else rule.field
        path = ".".join(part for part in (at, field) if part)
        yield from_rule(rule, path)
    elif keyword == "additionalProperties":
        known = _at(load_schema(name), steps[:-1])["properties"]
        for member in sorted(set(value) - set(known)):
            path = f"{at}.{member}" if at else member
            if member in facts.RULES["occurrence-in-body"].names:
                yield computed("occurrence-in-body", path)  # whoever brings it, and wherever
            elif path in unknown:
                yield computed("extra", path)
            else:
                yield _unknown(path, member, known)
    else:
        schema = _at(load_schema(name), steps[:-1])
        if keyword == "required":
            for member in schema["required"]:
                if member not in value:
                    yield _required(f"{at}.{member}" if at else member)
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


def _from_keyword(path: str, keyword: str, schema: Mapping[str, Any], value: object) -> Problem:
    known = facts.FIELDS.get(pattern_path(path))
    limit = schema.get(keyword)
    got = shown(path, value)
    size = len(value) if isinstance(value, str | list) else 0
    allowed = known.allowed if known and known.allowed else str(limit)
    match keyword:
        case "type":
            message = f"{got} is {_KINDS.get(type(value), 'something else')}"
            fix = f"give {_kind(limit)}"
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
    tag = known.source if known else ""
    return Problem(path, "error", f"{pattern_path(path)}.{keyword}", message, fix, source(tag))


def _unknown(path: str, member: str, known: Mapping[str, object]) -> Problem:
    name = pattern_path(path)
    rule = next((rule.id for rule in facts.RULES.values() if name in rule.names), "unknown-field")
    instead = [row.path for row in facts.READ_BACK.values() if name in row.look]
    if rule != "unknown-field":
        return computed(rule, path, f"write {instead[0]} instead" if instead else "")
    elsewhere = [p for p in facts.FIELDS if member in (p, p.rpartition(".")[2])]
    from difflib import get_close_matches

    close = get_close_matches(member, known, n=2)
    if not close:
        names = dict.fromkeys(p.rpartition(".")[2] for p in facts.FIELDS)
        leaves = get_close_matches(member, names, n=2)
        close = [p for p in facts.FIELDS if p.rpartition(".")[2] in leaves]
    fix = ""
    if elsewhere:
        fix = f"it belongs at {' or '.join(elsewhere)}"
    elif close:
        fix = f"did you mean {' or '.join(close)}?"
    return computed(rule, path, fix)


def computed(rule: str, path: str, fix: str = "") -> Problem:
    """Tell a rule that code decides in the spec's words, with a nearer fix where there is one."""
    told = from_rule(facts.RULES[rule], path)
    return replace(told, fix=fix) if fix else told


def _required(path: str) -> Problem:
    known = facts.FIELDS.get(pattern_path(path))
    tag = known.source if known else ""
    message = "is missing, and the object means nothing without it"
    fix = f"give {_choices(known.enum)}" if known and known.enum else "give it a value"
    return Problem(path, "error", f"{pattern_path(path)}.required", message, fix, source(tag))


def _not_honoured(body: Mapping[str, Any]) -> Iterator[Problem]:
    for path in _leaves(body):
        if path not in facts.OCCURRENCE_FIELDS:
            fix = f"update the series, or use only: {', '.join(facts.OCCURRENCE_FIELDS)}"
            yield computed("occurrence-field", path, fix)


def _leaves(body: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for key, value in body.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


def _unknown_paths(extra: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for key, value in extra.items():
        path = f"{prefix}{key}"
        if path not in facts.FIELDS:
            yield path
        elif isinstance(value, dict):
            yield from _unknown_paths(value, f"{path}.")


def _known_ids(allow: Collection[str]) -> None:
    if type(allow) is tuple and not allow:
        return  # as in nearly every call
    listed = isinstance(allow, Collection) and not isinstance(allow, str | bytes)
    if not listed or not all(isinstance(rule, str) for rule in allow):
        raise ConfigError(
            f"allow: {allow!r:.60} is no list of rules",
            field="allow",
            next_step='write allow=["past-start"], with the `rule` of each problem',
        )
    # A reason is told of what has happened; there is nothing to allow in it.
    ids = [rule.id for rule in facts.RULES.values() if rule.kind != "reason"]
    for rule in allow:
        if rule in _UNSENDABLE:
            raise ConfigError(
                f"allow: {rule!r} cannot be allowed, the body could not be sent", field="allow"
            )
        if rule in ids or rule.rpartition(".")[0] in facts.FIELDS:
            continue
        from difflib import get_close_matches

        close = get_close_matches(rule, ids, n=3)
        hint = f"did you mean {', '.join(close)}?" if close else "see the `rule` of the problem"
        raise ConfigError(f"allow: there is no rule {rule!r}", field="allow", next_step=hint)


def _at(node: Any, path: Iterable[str | int]) -> Any:
    for step in path:
        node = node[step]
    return node


def _dotted(path: Iterable[str | int]) -> str:
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def _kind(name: object) -> str:
    names = {"string": str, "boolean": bool, "integer": int, "array": list, "object": dict}
    return _KINDS.get(names.get(str(name), object), str(name))


def _choices(values: Sequence[object] | None) -> str:
    return ", ".join(repr(value) for value in values or ())


def _range(schema: Mapping[str, Any]) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is None or high is None:
        return f"at least {low}" if high is None else f"at most {high}"
    return f"{low} to {high}"


def judge_scheduled(
    change: object,
    fields: Mapping[str, object],
    *,
    schedule: Series | None,
    now: datetime,
    occurrence: bool = False,
    extra: Mapping[str, object] | None = None,
    allow: Sequence[str] = (),
    complete: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
) -> tuple[dict[str, Any], list[Problem]]:
    """Judge a change as `judge` does, with `schedule` written into it; `now` tells what is past.

    Of a series that has begun only what is still to come is written.
    """
    if schedule is None:
        return judge(
            change, fields, occurrence=occurrence, extra=extra, allow=allow, complete=complete
        )
    given = as_mapping(change) if change is not None and not fields else fields
    if occurrence or given is None:
        _, problems = judge(change, fields, occurrence=occurrence, extra=extra, allow=allow)
        return {}, [
            *problems,
            *([computed("schedule-of-occurrence", "schedule")] if occurrence else []),
        ]
    ahead = schedule.ahead(now)
    try:
        written = ahead.to_zoom()
    except InvalidChange as error:
        _, problems = judge(given, {}, extra=extra, allow=allow) if given else ({}, [])
        return {}, [*problems, *error.problems]
    twice = [
        computed("schedule-and-fields", name, f"leave {name} out, or leave schedule out")
        for name in written
        if name in given
    ]
    # What the series knows of itself comes with dates, and replaces what its wire form shows.
    said = ahead.warnings(now=now)
    if ahead is not schedule:
        begins = (ahead.start.date(),)
        said.insert(0, replace(computed("series-goes-on", "start_time"), dates=begins))
    own = [problem for problem in said if problem.rule not in allow]
    body, problems = judge({**given, **written}, {}, extra=extra, allow=allow, complete=complete)
    known = {problem.rule for problem in own}
    return body, [*twice, *own, *(p for p in problems if p.rule not in known)]


def ruled(rule: str, path: str = "", dates: Iterable[date] = ()) -> Problem:
    """Tell a rule about one member, with the days it is about."""
    return replace(computed(rule, path or facts.RULES[rule].field), dates=tuple(dates))
