"""The checks no public linter makes: names, sources, and rules that can explain themselves."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError
from openapi_spec_validator import OpenAPIV31SpecValidator

from .bundle import BODY, REF, Schema, bundle, inline, references, request_schema, resolve
from .document import Document, Path_, SpecError, walk
from .traps import schema_faults

_RULE_KEYS = {"id", "field", "sentence", "fix", "source", "date"}


def lint(document: Document, facade: Path | None) -> None:
    """Stop at the first mistake in `document`, naming file, line and reason.

    `facade` is the module whose `update` options no body field may shadow.
    """
    _require_openapi(document)
    for path, schema in _schemas(document.root):
        for reason in schema_faults(path, schema):
            raise document.error(path, reason)
    _check_references(document)
    _check_components(document)
    _check_rules(document)
    _check_extensions(document)
    _check_examples(document)
    if facade is not None:
        _check_names(document, facade)


def _require_openapi(document: Document) -> None:
    bundled_schemas = document.root.get("components", {}).get("schemas", {})
    if BODY not in bundled_schemas:
        raise document.error(("components", "schemas"), f"the request body {BODY} is missing")
    for error in OpenAPIV31SpecValidator(document.root).iter_errors():
        raise document.error(tuple(error.absolute_path), error.message.splitlines()[0][:300])


def _schemas(root: Schema) -> Iterator[tuple[Path_, Schema]]:
    """Yield every schema of the document that says something about a value."""
    for path, node in walk(root):
        if not isinstance(node, dict) or {"examples", "allOf", "x-advice"} & set(path):
            continue
        parent, last = (path[-2:-1] or ("",))[0], (path[-1:] or ("",))[0]
        named = parent in ("properties", "schemas") and path[:1] == ("components",)
        if named or last in ("items", "schema"):
            yield path, node


def _check_references(document: Document) -> None:
    for path, node in walk(document.root):
        if isinstance(node, dict) and isinstance(node.get("$ref"), str):
            try:
                resolve(node, document.root)
            except (KeyError, TypeError):
                raise document.error((*path, "$ref"), f"{node['$ref']} does not exist") from None
    schemas = document.root["components"]["schemas"]
    twins = {schema["x-read-of"] for schema in schemas.values() if "x-read-of" in schema}
    for name in twins - set(schemas):
        raise document.error(("components", "schemas"), f"x-read-of names {name}, which is missing")
    used = set(references(bundle(document.root)))
    for name in sorted(set(schemas) - used):
        raise document.error(("components", "schemas", name), "no operation reaches this component")


def _check_components(document: Document) -> None:
    schemas = document.root["components"]["schemas"]
    for name in request_components(schemas):
        schema = schemas[name]
        if schema.get("additionalProperties") is not False:
            raise document.error(
                ("components", "schemas", name),
                "a request object is closed (additionalProperties: false), or a misspelt field"
                " is ignored in silence",
            )
        for path, node in walk(schema):
            if isinstance(node, dict) and "default" in node and path[-1:] != ("properties",):
                raise document.error(
                    ("components", "schemas", name, *path), "no default in a request schema"
                )


def request_components(schemas: dict[str, Schema]) -> list[str]:
    """List the components that a request body is made of."""
    found, todo = [BODY], [BODY]
    while todo:
        for name in references(schemas[todo.pop()]):
            if name not in found:
                found.append(name)
                todo.append(name)
    return found


def _check_rules(document: Document) -> None:
    seen: Counter[str] = Counter()
    for path, node in walk(document.root):
        if isinstance(node, dict) and "x-rule" in node:
            for key, reason in _rule_faults(node["x-rule"], document.root, str(path[2])):
                raise document.error((*path, "x-rule", *key), reason)
            seen[node["x-rule"]["id"]] += 1
            if seen[node["x-rule"]["id"]] > 1:
                raise document.error((*path, "x-rule", "id"), "this rule id stands twice")
        if path[:2] == ("components", "schemas") and path[3:] in (("allOf",), ("x-advice",)):
            for index, rule in enumerate(node):
                if "x-rule" not in rule:
                    raise document.error(
                        (*path, index), "a rule without x-rule cannot explain itself"
                    )


def _rule_faults(rule: Any, root: Schema, owner: str) -> Iterator[tuple[tuple[str, ...], str]]:
    if not isinstance(rule, dict) or set(rule) != _RULE_KEYS:
        yield (), f"a rule says {', '.join(sorted(_RULE_KEYS))}; no more, no less"
        return
    for key, value in rule.items():
        if not isinstance(value, str) or not value.strip():
            yield (key,), "empty, or not text"
            return
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule["id"]):
        yield ("id",), f"{rule['id']!r} is not kebab-case"
    if not re.fullmatch(r"\d{4}(-\d{2}){0,2}", rule["date"]):
        yield ("date",), f"{rule['date']!r} is not a date"
    if not _has_field(root["components"]["schemas"].get(owner, {}), rule["field"], root):
        yield ("field",), f"{owner} has no property {rule['field']!r}"


def _has_field(schema: Schema, dotted: str, root: Schema) -> bool:
    for step in dotted.removesuffix("[]").split("."):
        schema = resolve(schema, root)
        if step.endswith("[]"):
            schema = resolve(schema.get("properties", {}).get(step[:-2], {}), root).get("items", {})
        elif step in schema.get("properties", {}):
            schema = schema["properties"][step]
        else:
            return False
    return True


def _check_extensions(document: Document) -> None:
    root = document.root
    sources = root.get("x-sources", {})
    for path, node in walk(root):
        if isinstance(node, dict):
            for key in ("source", "x-source"):
                tag = node.get(key)
                if isinstance(tag, str) and tag not in sources and "x-sources" not in path:
                    raise document.error((*path, key), f"{tag!r} is not among x-sources")
            for field in node.get("x-honours", []):
                if not _has_field({"$ref": REF + BODY}, field, root):
                    raise document.error((*path, "x-honours"), f"the body has no {field!r}")
    for quota in root.get("x-quotas", []):
        if not isinstance(quota.get("limit"), int) or quota["limit"] < 1:
            raise document.error(("x-quotas",), f"quota {quota.get('id')}: limit is not a count")


def _check_examples(document: Document) -> None:
    root = bundle(document.root)
    try:
        Draft202012Validator.check_schema(request_schema(root))
    except SchemaError as error:
        where = ("components", "schemas", BODY)
        raise document.error(where, f"not JSON Schema 2020-12: {error.message}") from None
    for path, schema in _schemas(document.root):
        examples: list[Any] = schema.get("examples", []) if "$ref" not in schema else []
        for index, example in enumerate(examples):
            for problem in Draft202012Validator(inline(schema, root)).iter_errors(example):
                raise document.error((*path, "examples", index), problem.message)
        scalar = "$ref" not in schema and schema.get("type") != "array"
        if path[-2:-1] == ("properties",) and scalar and not examples:
            raise document.error(path, "no example")


def _check_names(document: Document, facade: Path) -> None:
    fields = set(document.root["components"]["schemas"][BODY]["properties"])
    for function in ast.walk(ast.parse(facade.read_text(encoding="utf-8"))):
        if isinstance(function, ast.FunctionDef) and function.args.kwarg is not None:
            arguments = function.args.args + function.args.posonlyargs + function.args.kwonlyargs
            for name in sorted({argument.arg for argument in arguments} & fields):
                where = ("components", "schemas", BODY, "properties", name)
                raise document.error(
                    where,
                    f"collides with the option {name!r} of {facade.name}:{function.name}();"
                    " rename the option before the field can be a keyword",
                )


__all__ = ["SpecError", "lint", "request_components"]
