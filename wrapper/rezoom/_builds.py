"""Compare two builds of the generated client by the OpenAPI documents they carry, for callers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Schema: TypeAlias = Mapping[str, Any]
Kind: TypeAlias = Literal["gone", "new", "narrower", "wider", "changed"]
Step: TypeAlias = Literal["none", "patch", "minor", "major"]
# What it is (keyword, rule, 429 …), its operation or "" for all, and its name.
Key: TypeAlias = tuple[str, str, str]

_LOWER = frozenset(("minimum", "minLength", "minItems"))
_UPPER = frozenset(("maximum", "maxLength", "maxItems"))
# What makes a value more narrow by being there at all.
_STRICT = frozenset(("pattern", "format", "required"))
# What gives a keyword another Python type beside that of Zoom.
_EASED = frozenset(("x-time", "x-time-zone", "x-separator"))
_TABLES = {
    "error": "x-errors",
    "token error": "x-token-errors",
    "429": "x-throttles",
    "quota": "x-quotas",
}
_METHODS = frozenset(("get", "put", "post", "delete", "patch"))


@dataclass(frozen=True, slots=True)
class BuildChange:
    """One difference between two builds; `breaking` if a caller of the old one may have to act."""

    what: str
    kind: Kind
    operation: str
    name: str
    breaking: bool
    detail: str = ""

    def __str__(self) -> str:
        where = f" of {self.operation}" if self.operation else ""
        detail = f": {self.detail}" if self.detail else ""
        return f"{self.what} `{self.name}`{where} is {self.kind}{detail}"


def compare_builds(old: Schema, new: Schema) -> list[BuildChange]:
    """List what differs between two OpenAPI documents of ours, keyword by keyword."""
    before, after = dict(_rows(old)), dict(_rows(new))
    found: list[BuildChange] = []
    for key in dict.fromkeys([*before, *after]):
        what, operation, name = key
        if key not in after:
            # A rule or a limit that is gone lets through more than before.
            breaking = what not in ("rule", "quota", "rate", "429")
            found.append(BuildChange(what, "gone", operation, name, breaking))
        elif key not in before:
            parent = name.rpartition(".")[0].removesuffix("[]")
            needed = not parent or (what, operation, parent) in before
            breaking = {
                "rule": after[key].get("severity") == "error",
                "quota": True,
            }.get(what, needed and after[key].get("required", False))
            found.append(BuildChange(what, "new", operation, name, breaking))
        else:
            found += _changes(key, before[key], after[key])
    return found


def version_step(changes: Iterable[BuildChange]) -> Step:
    """Say which part of the version has to move: semantic versioning, for callers."""
    kinds = {"breaking" if change.breaking else change.kind for change in changes}
    if not kinds:
        return "none"
    return "major" if "breaking" in kinds else "minor" if kinds - {"changed"} else "patch"


def changelog(changes: Iterable[BuildChange]) -> str:
    """Write the paragraph that tells callers of it, what breaks them first."""
    found = list(changes)
    parts = (
        ("**Breaking for callers**", [str(change) for change in found if change.breaking]),
        ("The wire", [str(change) for change in found if not change.breaking]),
    )
    return "\n".join(f"- {head}: {'; '.join(part)}." for head, part in parts if part)


def operations(document: Schema) -> Iterator[tuple[str, str, Schema]]:
    """Yield path, method and content of every operation of an OpenAPI document."""
    for path, item in document.get("paths", {}).items():
        shared = item.get("parameters", [])
        for method in sorted(_METHODS & item.keys()):
            operation = item[method]
            parameters = [*shared, *operation.get("parameters", [])]
            yield path, method, {**operation, "parameters": parameters}


def resolve(document: Schema, schema: Schema) -> Schema:
    """Follow `$ref`, letting the keywords beside it win."""
    seen: set[str] = set()
    while (reference := schema.get("$ref")) and reference not in seen:
        seen.add(reference)
        target: Any = document
        for step in reference.removeprefix("#/").split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]
        schema = {**target, **{key: value for key, value in schema.items() if key != "$ref"}}
    return schema


def members(
    document: Schema, schema: Schema, prefix: str = "", depth: int = 12
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the path and the schema of every member, list items as `rooms[].name`."""
    schema = resolve(document, schema)
    for part in (*schema.get("allOf", ()), *schema.get("oneOf", ()), *schema.get("anyOf", ())):
        # A rule names members; it does not bring them.
        if "x-rule" not in part and depth:
            yield from members(document, part, prefix, depth - 1)
    needed = schema.get("required", ())
    for name, member in schema.get("properties", {}).items():
        found = dict(resolve(document, member))
        if name in needed:
            found["required"] = True
        else:
            found.pop("required", None)
        path = f"{prefix}{name}"
        yield path, found
        if depth:
            yield from members(document, member, f"{path}.", depth - 1)
            if "items" in found:
                yield f"{path}[]", dict(resolve(document, found["items"]))
                yield from members(document, found["items"], f"{path}[].", depth - 1)


def contents(document: Schema, holder: Schema) -> Schema:
    """Give the JSON schema of a request body or of an answer; empty if it has none."""
    for media, content in resolve(document, holder).get("content", {}).items():
        if "json" in media:
            found: Schema = content.get("schema", {})
            return found
    return {}


def operation_rows(
    document: Schema, operation: Schema
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield what callers see of one operation: keywords, query, answer and scopes."""
    for path, schema in members(document, contents(document, operation.get("requestBody", {}))):
        yield "keyword", path, schema
    for reference in operation["parameters"]:
        parameter = resolve(document, reference)
        schema = dict(resolve(document, parameter.get("schema", {})))
        yield "query", parameter["name"], schema | {"required": parameter.get("required", False)}
    for status, answer in operation.get("responses", {}).items():
        if status.startswith("2"):
            for path, schema in members(document, contents(document, answer)):
                yield "answer", path, {"type": schema.get("type")}
    for choice in operation.get("security", ()):
        for scopes in choice.values():
            for scope in scopes:
                yield "scope", scope, {}


def _rows(document: Schema) -> Iterator[tuple[Key, dict[str, Any]]]:
    for _, _, operation in operations(document):
        name = operation["operationId"]
        yield ("operation", "", name), {}
        for what, path, schema in operation_rows(document, operation):
            yield (what, name, path), schema
    yield from ((("rule", "", rule["id"]), rule) for rule in _rules(document))
    for what, table in _TABLES.items():
        yield from (((what, "", row["id"]), dict(row)) for row in document.get(table, ()))
    for plan, limits in document.get("x-rate-limits", {}).get("plans", {}).items():
        for unit, limit in limits.items():
            yield ("rate", "", f"{plan} {unit}"), {"limit": limit}


def _rules(node: Any, severity: str = "error", condition: Any = None) -> Iterator[dict[str, Any]]:
    """Find every rule, wherever it stands: what has an id and a sentence of its own."""
    if isinstance(node, list):
        for item in node:
            yield from _rules(item, severity)
    if not isinstance(node, dict):
        return
    if {"id", "sentence", "fix"} <= node.keys():
        yield {"severity": severity, "condition": condition, **node}
    # What a member allows beside its own rule is judged as its keyword.
    around = None if "description" in node else {k: v for k, v in node.items() if k != "x-rule"}
    for key, value in node.items():
        inside = "warning" if key in ("x-advice", "x-reasons") else severity
        yield from _rules(value, inside, around if key == "x-rule" else None)


def _changes(key: Key, old: dict[str, Any], new: dict[str, Any]) -> Iterator[BuildChange]:
    what, operation, name = key
    for field in dict.fromkeys([*old, *new]):
        one, other = old.get(field), new.get(field)
        if one == other:
            continue
        kind, breaking = _verdict(what, field, one, other, new)
        if kind is not None:
            detail = f"{field} {_short(one)} → {_short(other)}"
            yield BuildChange(what, kind, operation, name, breaking, detail)


def _verdict(what: str, field: str, old: Any, new: Any, row: Schema) -> tuple[Kind | None, bool]:
    """Judge one member of one row; no kind where it is nothing to callers."""
    if what in ("keyword", "query", "answer"):
        return _schema_verdict(field, old, new)
    if field == "limit" and what in ("quota", "rate"):
        return ("narrower", what == "quota") if new < old else ("wider", False)
    if what == "rule":
        if field == "severity":
            return ("narrower", True) if new == "error" else ("wider", False)
        judged = field in ("condition", "when", "each", "names")
        return "changed", judged and row["severity"] == "error"
    if field in ("source", "conflicts", "headers", "message", "date"):
        return None, False
    # What decides which exception is raised, and whether and when the call is sent again.
    return "changed", field not in ("meaning", "next_step", "sentence", "id")


def _schema_verdict(field: str, old: Any, new: Any) -> tuple[Kind | None, bool]:
    if field == "type":
        return "changed", True
    if field == "enum":
        if old is None or (new is not None and not set(old) <= set(new)):
            return "narrower", True
        return "wider", False
    if field in _LOWER | _UPPER and None not in (old, new):
        narrower = (new > old) == (field in _LOWER)
    elif field in _LOWER | _UPPER | _STRICT:
        # Nobody can tell which of two patterns allows more, so that of another one counts as less.
        narrower = bool(new)
    elif field in _EASED:
        narrower = new is None
    else:
        return ("changed", False) if field in ("deprecated", "x-secret") else (None, False)
    return ("narrower", True) if narrower else ("wider", False)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False) if value is not None else "none"
    return text if len(text) <= 60 else f"{text[:57]}…"
