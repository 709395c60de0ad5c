"""What a single schema must not say, mostly because Zoom's own document says it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .bundle import Schema
from .document import Path_

KIND_OF_KEYWORD = {
    "minimum": {"integer", "number"},
    "maximum": {"integer", "number"},
    "minLength": {"string"},
    "maxLength": {"string"},
    "pattern": {"string"},
    "minItems": {"array"},
    "maxItems": {"array"},
    "uniqueItems": {"array"},
    "required": {"object"},
    "properties": {"object"},
}
_BOUNDS = (("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems"))
_KEYWORDS = frozenset(
    "$ref type enum const format description examples deprecated title items properties required"
    " additionalProperties allOf anyOf oneOf not if then else readOnly writeOnly"
    " multipleOf minProperties maxProperties".split()
) | set(KIND_OF_KEYWORD)
_EXTENSIONS = frozenset(
    "x-rule x-advice x-source x-secret x-time x-time-zone x-separator x-allowed x-deprecated"
    " x-read-back x-volatile x-update-only".split()
)
_TYPES = ("array", "boolean", "integer", "number", "object", "string")
_PYTHON_KIND = {"string": str, "integer": int, "boolean": bool}
_SAID_BELOW = {"default", "nullable"}


def schema_faults(path: Path_, schema: Schema) -> Iterator[str]:
    """Yield a sentence for everything wrong with the schema at `path` alone."""
    for key in schema:
        if key not in _KEYWORDS | _EXTENSIONS | _SAID_BELOW:
            yield f"{key!r} is neither a JSON Schema keyword in use here nor an extension of ours"
    if "$ref" in schema:
        return
    yield from _misplaced(schema)
    yield from _undescribed(path, schema)
    yield from _impossible(schema)
    yield from _unsendable(path, schema)


def _misplaced(schema: Schema) -> Iterator[str]:
    kind = schema.get("type")
    if kind is None:
        yield "no type"
    elif kind not in _TYPES:
        yield f"{kind!r} is not one type of JSON"
    for keyword, kinds in KIND_OF_KEYWORD.items():
        if keyword in schema and kind not in kinds:
            where = " or ".join(sorted(kinds))
            yield f"{keyword} means nothing on type {kind}; it belongs on {where}"


def _undescribed(path: Path_, schema: Schema) -> Iterator[str]:
    elsewhere = path[-1:] == ("items",) or "parameters" in path or "headers" in path
    if not elsewhere and not str(schema.get("description", "")).strip():
        yield "no description"


def _impossible(schema: Schema) -> Iterator[str]:
    for low, high in _BOUNDS:
        if low in schema and high in schema and schema[low] > schema[high]:
            yield f"{low} {schema[low]} is above {high} {schema[high]}: nothing can ever match"
    kind = _PYTHON_KIND.get(str(schema.get("type")))
    for value in schema.get("enum", []):
        if kind is not None and type(value) is not kind:
            yield f"{value!r} in enum is not of type {schema['type']}"
    for name in schema.get("required", []):
        if name not in schema.get("properties", {}):
            yield f"required names {name!r}, which is not among the properties"
    try:
        re.compile(schema.get("pattern", ""))
    except re.error as error:
        yield f"the pattern does not compile: {error}"


def _unsendable(path: Path_, schema: Schema) -> Iterator[str]:
    if schema.get("format") in ("date-time", "date", "time"):
        yield (
            f"format {schema['format']} would be sent as isoformat() with an offset, which Zoom"
            " misreads; use a pattern and x-time"
        )
    if path[-1:] == ("weekly_days",) and "enum" in schema:
        yield 'an enum cannot say "2,4"; use a pattern'
    if schema.get("type") == "object" and path[:2] == ("components", "schemas") and len(path) > 3:
        yield "an object without a name; make it a component and point at it with $ref"
    if "nullable" in schema:
        yield "nullable is OpenAPI 3.0; and Zoom's update has no use for null"
    if "default" in schema:
        yield "a default is *sent* by generated clients and would reset the live meeting"
