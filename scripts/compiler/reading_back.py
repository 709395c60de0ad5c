"""How a member that was sent is seen again in a read, and which members change by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .bundle import REF, Schema, bundle, has_field
from .document import Document, Mistake, Path_, walk
from .operations import Operation, bodies, operations, reader
from .rule_rows import members


def read_backs(bundled: Schema, body: str) -> list[dict[str, Any]]:
    """List the body's members that do not come back as they were sent, by their dotted path."""
    found: list[dict[str, Any]] = []
    for path, schema in members(bundled, body):
        if "x-read-back" in schema:
            row = {"path": path, **schema["x-read-back"]}
            found.append(row | ({"look": tuple(row["look"])} if "look" in row else {}))
    return found


def volatile(bundled: Schema, operation: Operation) -> set[str]:
    """Collect the top-level members of an answer that change although nobody changed anything."""
    schemas = bundled["components"]["schemas"]
    members = schemas[operation.answer].get("properties", {}) if operation.answer else {}
    return {name for name, schema in members.items() if schema.get("x-volatile") is True}


def check_read_backs(document: Document) -> Iterator[Mistake]:
    """Find where a fact about reading back points at what no answer has."""
    bundled = bundle(document.root)
    answers = {one.answer for one in operations(bundled) if one.answer}
    read = {one.answer for body in bodies(bundled) if (one := reader(body, bundled))}
    for path, node in walk(document.root):
        if not isinstance(node, dict) or "properties" in path[-1:]:
            continue
        for index, name in enumerate(node.get("x-read-back", {}).get("look", [])):
            if not any(has_field({"$ref": REF + answer}, name, bundled) for answer in read):
                where: Path_ = (*path, "x-read-back", "look", index)
                yield document.error(where, f"an answer has no {name!r}")
        outside = len(path) != 5 or path[:2] != ("components", "schemas") or path[2] not in answers
        if "x-volatile" in node and outside:
            reason = "only a top-level member of an answer can be volatile"
            yield document.error((*path, "x-volatile"), reason)
