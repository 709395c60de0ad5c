"""Rules about a situation: the change, the meeting as it is, and what follows from the clock.

`when` is JSON Schema over the case, read strictly: whatever it names must be there and of the kind
that its keywords are about. Plain JSON Schema holds vacuously for what is missing, and a rule that
holds of nothing would be told always.
"""

from __future__ import annotations

from collections.abc import Iterator

from .bundle import REF, Schema, bundle, has_field, inline
from .document import Document, Mistake, Path_, walk
from .operations import Operation, bodies, left_out, reader
from .rule_rows import LISTS, named_rules, rule_rows
from .rules import dead_parts

_KINDS = {
    "properties": "object",
    "required": "object",
    "pattern": "string",
    "minimum": "integer",
    "maximum": "integer",
    "minItems": "array",
    "maxItems": "array",
    "items": "array",
}
_NESTED = ("if", "then", "not")


def case_schema(root: Schema, operation: Operation) -> Schema:
    """Describe the document that `when` is about."""
    answer = reader(operation, root)
    read = {"$ref": REF + answer.answer} if answer else {}
    return {
        "type": "object",
        "properties": {
            "change": {"$ref": REF + operation.body},
            "after": read,
            "derived": root.get("x-case", {}),
            # What was read before, by the name of its component.
            **({answer.answer.lower(): read} if answer else {}),
            **{name: {"type": "boolean"} for name in operation.flags},
        },
    }


def situation_schema(root: Schema, operation: Operation, name: str) -> Schema:
    """Give a schema that fails wherever a rule of the list `name` holds.

    What always holds, as a reason without `when` does, is left out: it need not be asked.
    """
    asked = [
        rule
        for rule in root.get(name, [])
        if rule["id"] in operation.rules and ("when" in rule or "each" in rule)
    ]
    return {"allOf": [{"x-rule": rule["id"], "not": _condition(rule)} for rule in asked]}


def _condition(rule: Schema) -> Schema:
    when = strict(rule.get("when", {}))
    if "each" not in rule:
        return when
    some: Schema = {"properties": {"derived": {"properties": {rule["each"]: {"minItems": 1}}}}}
    return {"allOf": [strict(some), when]} if when else strict(some)


def strict(when: Schema) -> Schema:
    """Write out what `when` takes for granted: that what it names is there."""
    out: Schema = {}
    for key, value in when.items():
        if key == "properties":
            out[key] = {name: strict(inner) for name, inner in value.items()}
        elif key in _NESTED or key == "items":
            out[key] = strict(value)
        elif key == "anyOf":
            out[key] = [strict(inner) for inner in value]
        else:
            out[key] = value
    if "properties" in out:
        out["required"] = sorted({*out["properties"], *out.get("required", [])})
    for key, kind in _KINDS.items():
        if key in out:
            out.setdefault("type", kind)
    return inlined(out)


def inlined(schema: Schema) -> Schema:
    """Keep what a validator acts on; a condition has no references to follow."""
    found: Schema = inline(schema, {})
    return found


def check_situations(document: Document) -> Iterator[Mistake]:
    """Find every rule that names what is not there, or that nothing can make hold."""
    bundled = bundle(document.root)
    seen = {node["id"] for path, node in walk(bundled) if path[-1:] == ("x-rule",)}
    for name in LISTS:
        for index, rule in enumerate(document.root.get(name, [])):
            if rule["id"] in seen:
                yield document.error(
                    (name, index, "id"), f"the rule id {rule['id']!r} stands twice"
                )
            seen.add(rule["id"])
    for operation in bodies(bundled):
        case = case_schema(bundled, operation)
        kinds = {row["id"]: row["kind"] for row in rule_rows(bundled, operation)}
        for name in LISTS:
            for index, rule in enumerate(document.root.get(name, [])):
                if rule["id"] in operation.rules:
                    for place, reason in _faults((name, index), rule, case, kinds, bundled):
                        yield document.error(place, reason)
        reasons = [rule for rule in bundled.get("x-reasons", []) if rule["id"] in operation.rules]
        if reasons and reasons[-1].get("explains") != ["*"]:
            reason = "the last reason must explain everything, or a field can go unexplained"
            yield document.error(("x-reasons", len(bundled["x-reasons"]) - 1), reason)


def check_lists(document: Document) -> Iterator[Mistake]:
    """Find every rule that an operation with a body neither lists nor says to do without."""
    root = bundle(document.root)
    known = set(named_rules(root))
    for operation in bodies(root):
        path = ("paths", operation.path, operation.method)
        without = set(left_out(operation))
        reached = {row["id"] for row in rule_rows(root, operation)}
        faults = {
            "there is no rule {}": (operation.rules | without) - known,
            "the rule {} is listed both as being for it and as left out": operation.rules & without,
            "the rule {} is neither in x-rules nor left out with a reason (x-without-rules)": known
            - operation.rules
            - without,
            "nothing of the body has the rule {}": (operation.rules & known) - reached,
        }
        for reason, ids in faults.items():
            if ids:
                yield document.error(path, reason.format(", ".join(map(repr, sorted(ids)))))


def _faults(
    path: Path_, rule: Schema, case: Schema, kinds: dict[str, str], root: Schema
) -> Iterator[tuple[Path_, str]]:
    body, answer = case["properties"]["change"], case["properties"]["after"]
    if rule.get("field") and not has_field(body, rule["field"], root):
        yield (*path, "field"), f"the body has no {rule['field']!r}"
    for index, named in enumerate(rule.get("explains", [])):
        if named != "*" and not has_field(body, named, root) and not has_field(answer, named, root):
            yield (*path, "explains", index), f"neither body nor answer has {named!r}"
    for index, other in enumerate(rule.get("settles", [])):
        if kinds.get(other) != "advice":
            yield (*path, "settles", index), f"there is no advice {other!r}"
    names = rule.get("names", [])
    for index, name in enumerate(names if isinstance(names, list) else []):
        if has_field(body, name, root):
            yield (*path, "names", index), f"the body has {name!r}, so this rule is never told"
    each = rule.get("each")
    if (
        each
        and case["properties"]["derived"].get("properties", {}).get(each, {}).get("type") != "array"
    ):
        yield (*path, "each"), f"x-case derives no list {each!r}"
    if "when" in rule:
        yield from dead_parts((*path, "when"), rule["when"], case, root)
