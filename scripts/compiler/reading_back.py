"""How a member that was sent is seen again in a read, and which members change by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .bundle import ANSWER, BODY, REF, Schema, bundle, has_field
from .document import Document, Mistake, Path_, walk
from .rule_rows import members


def read_backs(bundled: Schema) -> list[dict[str, Any]]:
    """List the body's members that do not come back as they were sent, by their dotted path."""
    found: list[dict[str, Any]] = []
    for path, schema in members(bundled, BODY):
        if "x-read-back" in schema:
            row = {"path": path, **schema["x-read-back"]}
            found.append(row | ({"look": tuple(row["look"])} if "look" in row else {}))
    return found


def volatile(bundled: Schema) -> set[str]:
    """Collect the top-level members of an answer that change although nobody changed anything."""
    members = bundled["components"]["schemas"][ANSWER]["properties"]
    return {name for name, schema in members.items() if schema.get("x-volatile") is True}


def check_read_backs(document: Document) -> Iterator[Mistake]:
    """Find where a fact about reading back points at what no answer has."""
    bundled = bundle(document.root)
    for path, node in walk(document.root):
        if not isinstance(node, dict) or "properties" in path[-1:]:
            continue
        for index, name in enumerate(node.get("x-read-back", {}).get("look", [])):
            if not has_field({"$ref": REF + ANSWER}, name, bundled):
                where: Path_ = (*path, "x-read-back", "look", index)
                yield document.error(where, f"an answer has no {name!r}")
        outside = path[:2] != ("components", "schemas") or path[2:3] != (ANSWER,)
        if "x-volatile" in node and (outside or len(path) != 5):
            reason = f"only a top-level member of {ANSWER} can be volatile"
            yield document.error((*path, "x-volatile"), reason)
