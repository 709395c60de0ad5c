"""Turn the hand-written document into the shapes each consumer needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

Schema = dict[str, Any]
REF = "#/components/schemas/"
BODY, ANSWER = "MeetingUpdate", "Meeting"

# What a validator acts on. Everything else in a schema is for people and generators.
_ASSERTIONS = frozenset(
    "type enum const minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength"
    " maxLength pattern format minItems maxItems uniqueItems required additionalProperties"
    " minProperties maxProperties dependentRequired".split()
)
_NESTED = frozenset("if then else not items contains propertyNames".split())
_NESTED_LISTS = frozenset("allOf anyOf oneOf prefixItems".split())


def bundle(root: Schema) -> Schema:
    """Give the document that is shipped: the spec and its parts as one, components by name."""
    document = deepcopy(root)
    document["components"]["schemas"] = dict(sorted(document["components"]["schemas"].items()))
    return document


def resolve(schema: Schema, root: Schema) -> Schema:
    """Follow `$ref`, letting the keywords beside it win."""
    while "$ref" in schema:
        target = root
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        schema = {**target, **{key: value for key, value in schema.items() if key != "$ref"}}
    return schema


def has_field(schema: Schema, dotted: str, root: Schema) -> bool:
    """Tell whether `schema` has a member of that path; list items are written `rooms[].name`."""
    for step in dotted.removesuffix("[]").split("."):
        schema = resolve(schema, root)
        if step.endswith("[]"):
            schema = resolve(schema.get("properties", {}).get(step[:-2], {}), root).get("items", {})
        elif step in schema.get("properties", {}):
            schema = schema["properties"][step]
        else:
            return False
    return True


def request_schema(root: Schema) -> Schema:
    """Give the body's schema with every `$ref` inlined, for walking error paths back."""
    inlined: Schema = inline({"$ref": REF + BODY}, root)
    return inlined


def inline(schema: Any, root: Schema) -> Any:
    """Reduce `schema` to what a validator acts on, with every `$ref` followed."""
    if not isinstance(schema, dict):
        return schema
    schema = resolve(schema, root)
    out: Schema = {}
    for key, value in schema.items():
        if key in _ASSERTIONS:
            out[key] = value
        elif key in _NESTED:
            out[key] = inline(value, root)
        elif key in _NESTED_LISTS:
            out[key] = [inline(item, root) for item in value]
        elif key == "properties":
            out[key] = {name: inline(item, root) for name, item in value.items()}
        elif key == "x-rule":
            out[key] = value["id"]
    return out


def advice_schema(root: Schema) -> Schema:
    """Give a schema that fails wherever a warning applies, and says nothing about shapes."""
    return _advice({"$ref": REF + BODY}, root) or {}


def _advice(schema: Schema, root: Schema) -> Schema | None:
    schema = resolve(schema, root)
    out: Schema = {}
    rules = [inline(rule, root) for rule in schema.get("x-advice", [])]
    properties: dict[str, Schema] = {}
    for name, member in schema.get("properties", {}).items():
        child = resolve(member, root)
        if child.get("deprecated"):
            rules.append({"x-rule": deprecated_id(name), "not": {"required": [name]}})
        nested = _advice(child, root)
        if nested:
            properties[name] = nested
    if properties:
        out["properties"] = properties
    if rules:
        out["allOf"] = rules
    if "items" in schema:
        nested = _advice(schema["items"], root)
        if nested:
            out["items"] = nested
    return out or None


def deprecated_id(name: str) -> str:
    """Name the warning that a deprecated property gets without anybody writing it."""
    return f"deprecated-{name.replace('_', '-')}"


def generator_document(bundled: Schema) -> Schema:
    """Give the document the generators read: shapes only, no rules, no extensions."""
    document: Schema = _strip(bundled, lambda key: key.startswith("x-"))
    for schema in document["components"]["schemas"].values():
        schema.pop("allOf", None)
    return document


def keyword_schema(bundled: Schema, name: str) -> Schema:
    """Give the JSON Schema of the typed keywords: the body, every object nested under it named."""
    used: dict[str, Schema] = {}

    def visit(component: str) -> None:
        if component in used:
            return
        used[component] = schema = _keywords(bundled["components"]["schemas"][component])
        for reference in references(schema):
            visit(reference)

    visit(BODY)
    body = used.pop(BODY)
    definitions = {f"{key}Fields": _retarget(value) for key, value in used.items()}
    return {"title": name, **_retarget(body), "$defs": dict(sorted(definitions.items()))}


def _keywords(schema: Schema) -> Schema:
    out: Schema = _strip(
        {k: v for k, v in schema.items() if k != "allOf"}, lambda key: key == "examples"
    )
    for prop in out.get("properties", {}).values():
        # What a person has at hand; the facade writes Zoom's form of it.
        if "x-time" in prop:
            prop["x-python-type"] = "datetime.datetime | str"
        elif "x-time-zone" in prop:
            prop["x-python-type"] = "zoneinfo.ZoneInfo | str"
        elif "x-separator" in prop:
            prop["x-python-type"] = "list[str] | str"
    return out


def _retarget(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {
            key: f"#/$defs/{value.removeprefix(REF)}Fields" if key == "$ref" else _retarget(value)
            for key, value in schema.items()
            if key == "x-python-type" or not key.startswith("x-")
        }
    return [_retarget(item) for item in schema] if isinstance(schema, list) else schema


def references(schema: Any) -> Iterator[str]:
    """Yield the names of the schema components `schema` points at."""
    if isinstance(schema, dict):
        for key, value in schema.items():
            if key == "$ref" and isinstance(value, str) and value.startswith(REF):
                yield value.removeprefix(REF)
            else:
                yield from references(value)
    elif isinstance(schema, list):
        for item in schema:
            yield from references(item)


def _strip(node: Any, drop: Callable[[str], bool]) -> Any:
    if isinstance(node, dict):
        # A property may be *named* like a keyword; names under `properties` are never keywords.
        return {
            key: {name: _strip(item, drop) for name, item in value.items()}
            if key in ("properties", "$defs", "headers", "schemas")
            else _strip(value, drop)
            for key, value in node.items()
            if not drop(key)
        }
    return [_strip(item, drop) for item in node] if isinstance(node, list) else node
