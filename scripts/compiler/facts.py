"""Write `facts.py` and `tables/`: what the spec knows that is not a shape, as typed constants."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from .bundle import Schema
from .document import walk
from .facts_types import LATE
from .operations import bodies, operations
from .reading_back import read_backs, volatile
from .rule_rows import all_rows, members

# A real module, so that it is type-checked like everything else; its text heads the generated one.
_TYPES = Path(__file__).with_name("facts_types.py")
# Facts that not every API has, and their types.
_OWN = {"x-endless": "Endless", "x-lapse": "Lapse", "x-zones": "Zones"}
_TABLE = '''\
"""{name} of `facts`, loaded when it is first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ..facts import {row}

'''


def facts_modules(bundled: Schema) -> dict[str, str]:
    """Render the modules, by their paths; unformatted and without their headers."""
    early = [_types(bundled)]
    tables = {"tables/__init__.py": '"""Long tables of `facts`, which loads them."""\n'}
    for name, kind, value in _tables(bundled):
        line = f"{name}: Final[{kind}] = {value}\n"
        if name in LATE:
            row = re.findall(r"\w+", kind.removesuffix(", ...]"))[-1]
            tables[f"tables/{name.lower()}.py"] = _TABLE.format(name=name, row=row) + line
        else:
            early.append(line)
    # For type checkers, which do not ask `__getattr__`.
    late = [name for name in sorted(LATE) if f"tables/{name.lower()}.py" in tables]
    loaded = [f"    from .tables.{name.lower()} import {name} as {name}" for name in late]
    early.append("\n".join(["if TYPE_CHECKING:", *loaded, ""]))
    return {"facts.py": "\n".join(early)} | tables


def _tables(bundled: Schema) -> list[tuple[str, str, str]]:
    """List each constant: its name, its type, and how Python writes it."""

    def rows(name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = bundled.get(name, [])
        return found

    return [
        ("SPEC_VERSION", "str", repr(bundled["info"]["version"])),
        ("BASE_URL", "str", repr(bundled["servers"][0]["url"])),
        ("SERVERS", "tuple[str, ...]", repr(tuple(s["url"] for s in bundled["servers"]))),
        *_oauth(bundled),
        ("OPERATIONS", "Mapping[str, Operation]", _table(_operations(bundled))),
        ("SCOPES", "Mapping[str, Scope]", _table(_scopes(bundled))),
        ("SOURCES", "Mapping[str, Source]", _table(_sources(bundled))),
        ("QUOTAS", "Mapping[str, Quota]", _table(_rows("Quota", rows("x-quotas"), "conflicts"))),
        ("RATES", "Mapping[str, Rate]", _table(_rates(bundled.get("x-rate-limits", {})))),
        ("ERRORS", "tuple[ErrorCode, ...]", _tuple(_rows("ErrorCode", rows("x-errors")))),
        (
            "LIMIT_CODES",
            "tuple[LimitCode, ...]",
            _tuple({str(row["code"]): _call("LimitCode", row) for row in rows("x-limit-codes")}),
        ),
        ("THROTTLES", "tuple[Throttle, ...]", _tuple(_rows("Throttle", rows("x-throttles")))),
        (
            "TOKEN_ERRORS",
            "tuple[TokenError, ...]",
            _tuple(_rows("TokenError", rows("x-token-errors"))),
        ),
        *(
            (key[2:].upper(), kind, _call(kind, bundled[key]))
            for key, kind in _OWN.items()
            if key in bundled
        ),
        (
            "ANNOUNCED",
            "Mapping[str, Announced]",
            _table({row["name"]: _call("Announced", row) for row in rows("x-announced")}),
        ),
        ("HEADERS", "Mapping[str, str]", _literal(bundled.get("x-headers", {}))),
        ("BODIES", "Mapping[str, Mapping[str, Field]]", _table(_fields(bundled))),
        ("RULES", "Mapping[str, Rule]", _table(_rules(bundled))),
        ("READ_BACKS", "Mapping[str, Mapping[str, ReadBack]]", _table(_read_backs(bundled))),
        ("SECRET_NAMES", "frozenset[str]", f"frozenset({sorted(secret_names(bundled))!r})"),
    ]


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
    inside = ", ".join(f"{key}={_literal(value)}" for key, value in values.items())
    return f"{kind}({inside})"


def _literal(value: object) -> str:
    # What is constant must not be a dict or a list that anybody can change.
    if isinstance(value, dict):
        return f"MappingProxyType({value!r})"
    return repr(tuple(value) if isinstance(value, list) else value)


def _table(rows: dict[str, str]) -> str:
    return "MappingProxyType({" + ", ".join(f"{k!r}: {v}" for k, v in rows.items()) + "})"


def _tuple(rows: dict[str, str]) -> str:
    return "(" + "".join(f"{row}, " for row in rows.values()) + ")"


def _rows(kind: str, rows: list[dict[str, Any]], *without: str) -> dict[str, str]:
    return {
        row["id"]: _call(kind, {k: v for k, v in row.items() if k not in without and v is not None})
        for row in rows
    }


def _sources(bundled: Schema) -> dict[str, str]:
    return {
        tag: _call("Source", {"tag": tag, **row})
        for tag, row in bundled.get("x-sources", {}).items()
    }


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
        for plan, row in limits.get("plans", {}).items()
    }


def _flows(bundled: Schema) -> dict[str, Any]:
    flows: dict[str, Any] = {}
    for scheme in bundled["components"].get("securitySchemes", {}).values():
        flows |= scheme.get("flows", {})
    return flows


def _oauth(bundled: Schema) -> list[tuple[str, str, str]]:
    flows = _flows(bundled)
    addresses = (
        ("TOKEN_URL", "clientCredentials", "tokenUrl"),
        ("AUTHORIZE_URL", "authorizationCode", "authorizationUrl"),
    )
    return [(name, "str", repr(flows[flow][key])) for name, flow, key in addresses if flow in flows]


def _scopes(bundled: Schema) -> dict[str, str]:
    out = {}
    for name, text in _flows(bundled).get("authorizationCode", {}).get("scopes", {}).items():
        form, _, summary = text.partition(" - ")
        takers = [
            operation.id
            for operation in operations(bundled)
            if any(name in names for names in _accepted(operation.spec))
        ]
        row = {
            "name": name,
            "form": form.lower(),
            "whole_account": name.endswith(":admin"),
            "summary": summary,
            "operations": tuple(takers),
        }
        out[name] = _call("Scope", row)
    return out


def _accepted(operation: Schema) -> list[list[str]]:
    return [names for one in operation.get("security", []) for names in one.values()]


def _operations(bundled: Schema) -> dict[str, str]:
    out = {}
    for operation in operations(bundled):
        spec = operation.spec
        row = {
            "id": operation.id,
            "method": operation.method.upper(),
            "path": operation.path,
            "module": operation.module,
            "success": operation.success,
            "repeatable": spec["x-repeatable"],
            "rate_limit": spec.get("x-rate-limit-label", ""),
            "scopes": tuple(dict.fromkeys(n for names in _accepted(spec) for n in names)),
            "quotas": tuple(spec.get("x-spends", ())),
            "body": operation.body,
            "answer": operation.answer,
            "query": tuple(operation.query),
            "honours": {
                name: tuple(one["x-honours"])
                for name, one in operation.query.items()
                if operation.body and "x-honours" in one
            },
            "volatile": tuple(sorted(volatile(bundled, operation))),
            "read_by": spec.get("x-read-by", ""),
        }
        pages = f", pages={_call('Pages', spec['x-pages'])})" if "x-pages" in spec else ")"
        said = {key: value for key, value in row.items() if value not in ("", (), {})}
        out[operation.id] = _call("Operation", said)[:-1] + pages
    return out


def _fields(bundled: Schema) -> dict[str, str]:
    return {
        operation.id: _table({p: _field(p, one) for p, one in members(bundled, operation.body)})
        for operation in bodies(bundled)
    }


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
        "update_only": schema.get("x-update-only", False),
        "time": schema.get("x-time"),
        "time_zone": schema.get("x-time-zone", False),
        "separator": schema.get("x-separator"),
        "examples": tuple(schema.get("examples", ())),
    }
    # By identity: `0 == False`, and a minimum of 0 is a fact.
    said = {k: v for k, v in row.items() if v is not None and v is not False and v not in ("", ())}
    return _call("Field", said)


def _rules(bundled: Schema) -> dict[str, str]:
    out = {}
    for rule in all_rows(bundled):
        text = _call("Rule", {k: v for k, v in rule.items() if k != "bounds"})
        bounds = f", bounds=MappingProxyType({rule['bounds']!r})" if rule["bounds"] else ""
        out[rule["id"]] = f"{text[:-1]}{bounds})"
    return out


def _read_backs(bundled: Schema) -> dict[str, str]:
    return {
        operation.id: _table(
            {row["path"]: _call("ReadBack", row) for row in read_backs(bundled, operation.body)}
        )
        for operation in bodies(bundled)
    }


def _types(bundled: Schema) -> str:
    """Give the text of the types, without those of facts that this spec has none of."""
    text = _TYPES.read_text(encoding="utf-8")
    for key, kind in _OWN.items():
        if key not in bundled:
            text = re.sub(rf"class {kind}\(.*?\n\n\n(?=\S)", "", text, flags=re.DOTALL)
    return text
