"""The checks no public linter makes: names, sources, and rules that can explain themselves."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError
from openapi_spec_validator import OpenAPIV31SpecValidator

from .answers import check_answers
from .bundle import BODY, Schema, bundle, inline, references, request_schema, resolve
from .document import Document, Mistake, Path_, SpecError, walk
from .extensions import check_forms, check_meanings
from .reading_back import check_read_backs
from .rules import check_rules
from .situations import check_situations
from .traps import schema_faults

# Below these keys stand values and conditions, which are about other schemas.
_NO_SCHEMA = {"examples", "allOf", "x-advice", "x-case", "x-situations", "x-reasons"}
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def lint(document: Document, facade: Path | None) -> None:
    """Stop with every mistake found in `document`: of each its file, line and reason.

    `facade` is the module whose `update` options no body field may shadow.
    """
    checks = (
        check_forms,
        _check_references,
        _require_openapi,
        _check_schemas,
        _check_components,
        check_answers,
        check_meanings,
        check_rules,
        check_read_backs,
        check_situations,
        _check_examples,
        partial(_check_names, facade=facade),
    )
    # One a line: the first check names the cause, and later ones its effects.
    found: dict[tuple[Path, int], Mistake] = {}
    for check in checks:
        try:
            for mistake in check(document):
                found.setdefault(mistake[:2], mistake)
        except Exception:
            # Each check relies on those before it: of a broken spec it may be unable to judge.
            if not found:
                raise
    if found:
        raise SpecError(*found.values())


def _require_openapi(document: Document) -> Iterator[Mistake]:
    try:
        faults = list(OpenAPIV31SpecValidator(document.root).iter_errors())
    except Exception as error:  # noqa: BLE001  # what is malformed enough breaks the validator itself
        yield document.error((), f"not OpenAPI 3.1: {type(error).__name__} {error}"[:300])
        return
    for fault in faults:
        reason = fault.message.splitlines()[0][:300]
        yield document.error(_whole_path(document.root, fault), reason)


def _whole_path(root: Schema, fault: ValidationError) -> Path_:
    # The validator starts anew in every schema, so its paths may begin somewhere inside.
    end = tuple(fault.absolute_path)
    for path, node in walk(root):
        if end and path[-len(end) :] == end and node == fault.instance:
            return path
    return end


def _schemas(root: Schema) -> Iterator[tuple[Path_, Schema]]:
    """Yield every schema of the document that says something about a value."""
    for path, node in walk(root):
        if not isinstance(node, dict) or _NO_SCHEMA & set(path):
            continue
        parent, last = (path[-2:-1] or ("",))[0], (path[-1:] or ("",))[0]
        named = parent in ("properties", "schemas") and path[:1] == ("components",)
        if named or last in ("items", "schema"):
            yield path, node


def _check_references(document: Document) -> Iterator[Mistake]:
    root = document.root
    for path, node in walk(root):
        if isinstance(node, dict) and "$ref" in node and "properties" not in path[-1:]:
            try:
                found = resolve(node, root)
            except (KeyError, TypeError, AttributeError, RecursionError):
                found = None
            if not isinstance(found, dict):
                yield document.error((*path, "$ref"), f"{node['$ref']} does not exist")
    schemas = root["components"]["schemas"]
    used = set(references(bundle(root)))
    for name in sorted(set(schemas) - used):
        yield document.error(("components", "schemas", name), "no operation reaches this component")


def _check_schemas(document: Document) -> Iterator[Mistake]:
    for path, schema in _schemas(document.root):
        for reason in schema_faults(path, schema):
            yield document.error(path, reason)


def _check_components(document: Document) -> Iterator[Mistake]:
    schemas = document.root["components"]["schemas"]
    for name in request_components(schemas):
        schema = schemas[name]
        if schema.get("additionalProperties") is not False:
            yield document.error(
                ("components", "schemas", name),
                "a request object is closed (additionalProperties: false), or a misspelt field"
                " is ignored in silence",
            )
        for path, node in walk(schema):
            if isinstance(node, dict) and "default" in node and path[-1:] != ("properties",):
                yield document.error(
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


def _check_examples(document: Document) -> Iterator[Mistake]:
    root = bundle(document.root)
    try:
        Draft202012Validator.check_schema(request_schema(root))
    except SchemaError as error:
        where = ("components", "schemas", BODY)
        yield document.error(where, f"not JSON Schema 2020-12: {error.message}")
        return
    for path, schema in _schemas(document.root):
        examples: list[Any] = schema.get("examples", []) if "$ref" not in schema else []
        for index, example in enumerate(examples):
            for problem in Draft202012Validator(inline(schema, root)).iter_errors(example):
                yield document.error((*path, "examples", index), problem.message)
        scalar = "$ref" not in schema and schema.get("type") != "array"
        if path[-2:-1] == ("properties",) and scalar and not examples:
            yield document.error(path, "no example")


def _check_names(document: Document, facade: Path | None) -> Iterator[Mistake]:
    if facade is None:
        return
    fields = set(document.root["components"]["schemas"][BODY]["properties"])
    for function in ast.walk(ast.parse(facade.read_text(encoding="utf-8"))):
        if isinstance(function, _FUNCTIONS) and function.args.kwarg is not None:
            arguments = function.args.args + function.args.posonlyargs + function.args.kwonlyargs
            for name in sorted({argument.arg for argument in arguments} & fields):
                where = ("components", "schemas", BODY, "properties", name)
                yield document.error(
                    where,
                    f"collides with the option {name!r} of {facade.name}:{function.name}();"
                    " rename the option before the field can be a keyword",
                )


__all__ = ["SpecError", "lint", "request_components"]
