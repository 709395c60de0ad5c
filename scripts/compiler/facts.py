"""Write `facts.py`: everything the spec knows that is not a shape, as typed constants."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .bundle import BODY, REF, Schema, deprecated_id, resolve
from .document import walk

# A real module, so that it is type-checked like everything else; its text heads the generated one.
_TYPES = Path(__file__).with_name("facts_types.py")


def facts_module(bundled: Schema) -> str:
    """Render the module, unformatted and without its header."""
    fields = {path: _field(path, schema) for path, schema in body_fields(bundled)}
    tables: list[tuple[str, str, str]] = [
        ("SPEC_VERSION", "str", repr(bundled["info"]["version"])),
        ("BASE_URL", "str", repr(bundled["servers"][0]["url"])),
        ("SERVERS", "tuple[str, ...]", repr(tuple(s["url"] for s in bundled["servers"]))),
        *_oauth(bundled),
        ("OPERATIONS", "Mapping[str, Operation]", _table(_operations(bundled))),
        ("SOURCES", "Mapping[str, Source]", _table(_sources(bundled))),
        ("QUOTAS", "Mapping[str, Quota]", _table(_rows("Quota", bundled["x-quotas"], "conflicts"))),
        ("RATES", "Mapping[str, Rate]", _table(_rates(bundled["x-rate-limits"]))),
        ("ERRORS", "tuple[ErrorCode, ...]", _tuple(_rows("ErrorCode", bundled["x-errors"]))),
        ("THROTTLES", "tuple[Throttle, ...]", _tuple(_rows("Throttle", bundled["x-throttles"]))),
        (
            "TOKEN_ERRORS",
            "tuple[TokenError, ...]",
            _tuple(_rows("TokenError", bundled["x-token-errors"])),
        ),
        ("ENDLESS", "Endless", _call("Endless", bundled["x-endless"])),
        ("HEADERS", "Mapping[str, str]", f"MappingProxyType({bundled['x-headers']!r})"),
        ("FIELDS", "Mapping[str, Field]", _table(fields)),
        ("RULES", "Mapping[str, Rule]", _table(_rules(bundled))),
        ("OCCURRENCE_FIELDS", "tuple[str, ...]", repr(_honoured(bundled))),
        ("SECRET_NAMES", "frozenset[str]", f"frozenset({sorted(secret_names(bundled))!r})"),
    ]
    lines = [f"{name}: Final[{kind}] = {value}" for name, kind, value in tables]
    return "\n\n".join([_TYPES.read_text(encoding="utf-8"), *lines]) + "\n"


def body_fields(bundled: Schema) -> list[tuple[str, Schema]]:
    """List every property path of the request body with its resolved schema."""
    found: list[tuple[str, Schema]] = []

    def visit(schema: Schema, prefix: str) -> None:
        schema = resolve(schema, bundled)
        for name, member in schema.get("properties", {}).items():
            path = f"{prefix}{name}"
            child = {"x-source": schema.get("x-source", ""), **resolve(member, bundled)}
            found.append((path, child))
            visit(child, f"{path}.")
            if child.get("type") == "array":
                visit(child["items"], f"{path}[].")

    visit({"$ref": REF + BODY}, "")
    return found


def secret_names(bundled: Schema) -> set[str]:
    """Collect the member names whose values must never be shown."""
    return {
        str(path[-1])
        for path, node in walk(bundled)
        if isinstance(node, dict) and node.get("x-secret") is True
    }


def first_sentence(text: str) -> str:
    """Cut a description down to the sentence that stands alone."""
    head, stop, _ = " ".join(text.split()).partition(". ")
    return head + stop.strip()


def _call(kind: str, values: dict[str, Any]) -> str:
    inside = ", ".join(f"{key}={value!r}" for key, value in values.items())
    return f"{kind}({inside})"


def _table(rows: dict[str, str]) -> str:
    return "MappingProxyType({" + ", ".join(f"{k!r}: {v}" for k, v in rows.items()) + "})"


def _tuple(rows: dict[str, str]) -> str:
    return "(" + ", ".join(rows.values()) + ",)"


def _rows(kind: str, rows: list[dict[str, Any]], *without: str) -> dict[str, str]:
    return {
        row["id"]: _call(kind, {k: v for k, v in row.items() if k not in without and v is not None})
        for row in rows
    }


def _sources(bundled: Schema) -> dict[str, str]:
    return {tag: _call("Source", {"tag": tag, **row}) for tag, row in bundled["x-sources"].items()}


def _rates(limits: dict[str, Any]) -> dict[str, str]:
    return {
        plan: _call(
            "Rate",
            {
                "plan": plan,
                "per_second": row["per_second"],
                "per_day": row.get("per_day"),
                "source": limits["source"],
            },
        )
        for plan, row in limits["plans"].items()
    }


def _oauth(bundled: Schema) -> list[tuple[str, str, str]]:
    flows: dict[str, Any] = {}
    for scheme in bundled["components"]["securitySchemes"].values():
        flows |= scheme.get("flows", {})
    return [
        ("TOKEN_URL", "str", repr(flows["clientCredentials"]["tokenUrl"])),
        ("AUTHORIZE_URL", "str", repr(flows["authorizationCode"]["authorizationUrl"])),
    ]


def _operations(bundled: Schema) -> dict[str, str]:
    out = {}
    for path, item in bundled["paths"].items():
        for method, operation in item.items():
            if not isinstance(operation, dict) or "operationId" not in operation:
                continue
            scopes: dict[str, None] = {}
            for alternative in operation.get("security", []):
                for names in alternative.values():
                    scopes |= dict.fromkeys(names)
            row = {
                "id": operation["operationId"],
                "method": method.upper(),
                "path": path,
                "rate_limit": operation["x-rate-limit-label"],
                "scopes": tuple(scopes),
            }
            out[operation["operationId"]] = _call("Operation", row)
    return out


def _field(path: str, schema: Schema) -> str:
    items = schema.get("items", {})
    kind = f"{schema['type']}[{items['type']}]" if "type" in items else schema["type"]
    row = {
        "path": path,
        "kind": kind,
        "summary": first_sentence(schema["description"]),
        "source": schema.get("x-source", ""),
        "enum": tuple(schema.get("enum", ())),
        "minimum": schema.get("minimum"),
        "maximum": schema.get("maximum"),
        "min_length": schema.get("minLength"),
        "max_length": schema.get("maxLength"),
        "pattern": schema.get("pattern"),
        "min_items": schema.get("minItems"),
        "max_items": schema.get("maxItems"),
        "allowed": schema.get("x-allowed", ""),
        "secret": schema.get("x-secret", False),
        "deprecated": schema.get("deprecated", False),
        "time": schema.get("x-time"),
        "time_zone": schema.get("x-time-zone", False),
        "separator": schema.get("x-separator"),
        "examples": tuple(schema.get("examples", ())),
    }
    # By identity: `0 == False`, and a minimum of 0 is a fact.
    said = {k: v for k, v in row.items() if v is not None and v is not False and v not in ("", ())}
    return _call("Field", said)


def _rules(bundled: Schema) -> dict[str, str]:
    out: dict[str, str] = {}

    def add(severity: str, path: str, rule: dict[str, str], schema: Schema) -> None:
        if rule["id"] in out:
            return
        text = _call("Rule", {"severity": severity, "path": path, **rule})
        bounds = _bounds(schema)
        extra = f", bounds=MappingProxyType({bounds!r})" if bounds else ""
        out[rule["id"]] = f"{text[:-1]}{extra})"

    def visit(schema: Schema, path: str) -> None:
        schema = resolve(schema, bundled)
        for rule in schema.get("allOf", []):
            add("error", path, rule["x-rule"], rule)
        for rule in schema.get("x-advice", []):
            add("warning", path, rule["x-rule"], rule)
        for name, member in schema.get("properties", {}).items():
            child = {"x-source": schema.get("x-source", ""), **resolve(member, bundled)}
            if "x-rule" in child:
                add("error", path, child["x-rule"], {"properties": {name: child}})
            if child.get("deprecated"):
                add("warning", path, _deprecation(name, child, bundled), {})
            here = f"{path}.{name}" if path else name
            visit(child, here)
            if child.get("type") == "array":
                visit(child["items"], f"{here}[]")

    visit({"$ref": REF + BODY}, "")
    return out


def _deprecation(name: str, schema: Schema, bundled: Schema) -> dict[str, str]:
    note = schema.get("x-deprecated", {})
    since = f" since {note['since']}" if note.get("since") else ""
    return {
        "id": deprecated_id(name),
        "field": name,
        "sentence": f"Zoom has marked {name} as deprecated{since}.",
        "fix": f"Use {note['use']} instead." if "use" in note else "Leave the field out.",
        "source": schema["x-source"],
        "date": bundled["x-sources"].get(schema["x-source"], {}).get("date", ""),
    }


def _bounds(rule: Schema) -> dict[str, dict[str, int]]:
    limits: dict[str, dict[str, int]] = {}
    for part in (rule, rule.get("then", {})):
        for name, schema in part.get("properties", {}).items():
            found = {k: v for k, v in schema.items() if k in ("minimum", "maximum", "maxLength")}
            if found:
                limits[name] = found
    return limits


def _honoured(bundled: Schema) -> tuple[str, ...]:
    for parameter in bundled["components"]["parameters"].values():
        if "x-honours" in parameter:
            return tuple(parameter["x-honours"])
    raise KeyError("no parameter carries x-honours")
