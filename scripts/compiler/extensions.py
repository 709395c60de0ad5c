"""What the `x-` keys may say: OpenAPI leaves them open, so no other tool looks at them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from .bundle import BODY, REF, Schema, has_field
from .document import Document, Mistake, Path_, walk

_FORM = Path(__file__).with_name("extensions.yaml")
_TABLES = ("x-quotas", "x-errors", "x-token-errors", "x-throttles")
_LONGEST = 300


def check_forms(document: Document) -> Iterator[Mistake]:
    """Find every line whose `x-` keys, components, or rules have not the agreed form."""
    faults = [
        document.error(tuple(fault.absolute_path), _sentence(fault))
        for fault in _form().iter_errors(document.root)
    ]
    yield from sorted(faults, key=lambda fault: fault[:2])


def check_meanings(document: Document) -> Iterator[Mistake]:
    """Find where a source, a field, or an id of the `x-` keys names nothing, or two things."""
    for path, reason in (*_unknown_sources(document.root), *_repeated(document.root)):
        yield document.error(path, reason)
    for index, row in enumerate(document.root.get("x-announced", [])):
        for component, schema in document.root["components"]["schemas"].items():
            if row["name"] in schema["properties"]:
                reason = f"{row['name']!r} is described now, in {component}; take it out here"
                yield document.error(("x-announced", index, "name"), reason)
    for path, node in walk(document.root):
        for index, field in enumerate(node.get("x-honours", []) if isinstance(node, dict) else []):
            if not has_field({"$ref": REF + BODY}, field, document.root):
                yield document.error((*path, "x-honours", index), f"the body has no {field!r}")


def _unknown_sources(root: Schema) -> Iterator[tuple[Path_, str]]:
    for path, node in walk(root):
        if isinstance(node, dict) and "examples" not in path and path[-1:] != ("properties",):
            for key in ("source", "x-source"):
                tag = node.get(key, "")
                if key in node and (not isinstance(tag, str) or tag not in root["x-sources"]):
                    yield (*path, key), f"{tag!r} is not among x-sources"


def _repeated(root: Schema) -> Iterator[tuple[Path_, str]]:
    for table in _TABLES:
        seen: set[str] = set()
        for index, row in enumerate(root[table]):
            if row["id"] in seen:
                yield (table, index, "id"), f"the id {row['id']!r} stands twice"
            seen.add(row["id"])


@cache
def _form() -> Draft202012Validator:
    return Draft202012Validator(Document(_FORM).root)


def _sentence(fault: ValidationError) -> str:
    if fault.validator == "anyOf":
        # The library quotes the whole value here and leaves out what would do.
        forms = cast("list[Schema]", fault.validator_value)
        choices = (" and ".join(form["required"]) for form in forms)
        return f"needs one of: {', '.join(choices)}"
    text: str = fault.message
    return text if len(text) <= _LONGEST else f"… {text[-_LONGEST:]}"
