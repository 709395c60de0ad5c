"""The one table of rules: what the body decides, what the situation decides, what code computes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .bundle import ANSWER, BODY, REF, Schema, deprecated_id, resolve

# The lists outside the body's schema, and what kind of rule each holds.
LISTS = {"x-situations": "situation", "x-reasons": "reason", "x-computed": "computed"}
_LISTED = ("explains", "settles", "names")


def rule_rows(bundled: Schema) -> list[dict[str, Any]]:
    """List every rule once, those of the body first, each with its kind and severity."""
    rows: dict[str, dict[str, Any]] = {}
    for row in (*_body_rules(bundled), *_listed_rules(bundled)):
        rows.setdefault(row["id"], row)
    return list(rows.values())


def _listed_rules(bundled: Schema) -> Iterator[dict[str, Any]]:
    for name, kind in LISTS.items():
        for rule in bundled[name]:
            row = {"path": "", "field": "", "bounds": {}, "kind": kind, **rule}
            row.pop("when", None)
            row |= {key: tuple(rule[key]) for key in _LISTED if key in rule}
            if rule.get("names") == "answers":
                row["names"] = tuple(_answered(bundled))
            # A reason is told of what has happened, so it never stops anything.
            row.setdefault("severity", "warning")
            yield row


def _answered(bundled: Schema) -> Iterator[str]:
    """List what an answer has and a body has not, unless another rule names it."""
    lists = (rule.get("names") for rule in bundled["x-computed"])
    named = {name for names in lists if isinstance(names, list) for name in names}
    sent = {path for path, _ in members(bundled, BODY)}
    above: tuple[str, ...] = ()
    for path, _ in members(bundled, ANSWER):
        if path not in sent | named and not path.startswith(above):
            yield path
            # What stands in it is told with it.
            above = (*above, f"{path}.", f"{path}[")


def members(bundled: Schema, component: str) -> Iterator[tuple[str, Schema]]:
    """Yield every property path of a component, parents first, with its resolved schema."""

    def visit(schema: Schema, prefix: str) -> Iterator[tuple[str, Schema]]:
        schema = resolve(schema, bundled)
        for name, member in schema.get("properties", {}).items():
            path = f"{prefix}{name}"
            child = {"x-source": schema.get("x-source", ""), **resolve(member, bundled)}
            yield path, child
            yield from visit(child, f"{path}.")
            if child.get("type") == "array":
                yield from visit(child["items"], f"{path}[].")

    yield from visit({"$ref": REF + component}, "")


def _body_rules(bundled: Schema) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    def add(kind: str, path: str, rule: dict[str, str], schema: Schema) -> None:
        severity = "error" if kind == "body" else "warning"
        row = {"kind": kind, "severity": severity, "path": path}
        row |= {key: value for key, value in rule.items() if key not in ("breaks", "passes")}
        found.append(row | {"bounds": _bounds(schema)})

    def visit(schema: Schema, path: str) -> None:
        schema = resolve(schema, bundled)
        for rule in schema.get("allOf", []):
            add("body", path, rule["x-rule"], rule)
        for rule in schema.get("x-advice", []):
            add("advice", path, rule["x-rule"], rule)
        for name, member in schema.get("properties", {}).items():
            child = {"x-source": schema.get("x-source", ""), **resolve(member, bundled)}
            if "x-rule" in child:
                add("body", path, child["x-rule"], {"properties": {name: child}})
            if child.get("deprecated"):
                add("advice", path, _deprecation(name, child, bundled), {})
            here = f"{path}.{name}" if path else name
            visit(child, here)
            if child.get("type") == "array":
                visit(child["items"], f"{here}[]")

    visit({"$ref": REF + BODY}, "")
    return found


def _deprecation(name: str, schema: Schema, bundled: Schema) -> dict[str, str]:
    note = schema.get("x-deprecated", {})
    since = f" since {note['since']}" if note.get("since") else ""
    return {
        "id": deprecated_id(name),
        "field": name,
        "sentence": f"Zoom has marked {name} as deprecated{since}.",
        "fix": f"Use {note['use']} instead." if "use" in note else "Leave the field out.",
        "source": schema["x-source"],
        # A history of commits has no date of its own; what it shows has one.
        "date": bundled["x-sources"].get(schema["x-source"], {}).get("date") or note.get("since"),
    }


def _bounds(rule: Schema) -> dict[str, dict[str, int]]:
    limits: dict[str, dict[str, int]] = {}
    for part in (rule, rule.get("then", {})):
        for name, schema in part.get("properties", {}).items():
            found = {k: v for k, v in schema.items() if k in ("minimum", "maximum", "maxLength")}
            if found:
                limits[name] = found
    return limits
