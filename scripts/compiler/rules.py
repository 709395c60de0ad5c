"""Rules must be able to apply: a rule about a member that does not exist never fails anything."""

from __future__ import annotations

from collections.abc import Iterator

from jsonschema import Draft202012Validator

from .bundle import Schema, has_field, inline, resolve
from .document import Document, Mistake, Path_, walk


def check_rules(document: Document) -> Iterator[Mistake]:
    """Find every rule that repeats an id, blames nobody, or cannot apply."""
    root, seen = document.root, dict[str, Schema]()
    for path, node in walk(root):
        if not isinstance(node, dict) or "x-rule" not in node or path[:1] != ("components",):
            continue
        rule, owner = node["x-rule"], root["components"]["schemas"][path[2]]
        # A property that two bodies share brings its rule into both.
        if seen.setdefault(rule["id"], rule) != rule:
            yield document.error(
                (*path, "x-rule", "id"), f"the rule id {rule['id']!r} stands twice"
            )
        if not has_field(owner, rule["field"], root):
            reason = f"{path[2]} has no property {rule['field']!r}"
            yield document.error((*path, "x-rule", "field"), reason)
        if path[3] in ("allOf", "x-advice"):
            for place, reason in dead_parts(path, node, owner, root):
                yield document.error(place, reason)


def dead_parts(
    path: Path_, part: Schema, subject: Schema, root: Schema
) -> Iterator[tuple[Path_, str]]:
    """Follow a rule along the schema it is about; yield what can never hold there."""
    subject = resolve(subject, root)
    members = subject.get("properties", {})
    for index, name in enumerate(part.get("required", [])):
        if name not in members:
            yield (*path, "required", index), f"there is no property {name!r}, so this rule is dead"
    for name, inner in part.get("properties", {}).items():
        place = (*path, "properties", name)
        if name in members:
            yield from dead_parts(place, inner, members[name], root)
        else:
            yield place, f"there is no property {name!r}, so this rule is dead"
    for keyword in ("if", "then", "not"):
        if keyword in part:
            yield from dead_parts((*path, keyword), part[keyword], subject, root)
    for index, inner in enumerate(part.get("anyOf", [])):
        yield from dead_parts((*path, "anyOf", index), inner, subject, root)
    if "items" in part:
        yield from dead_parts((*path, "items"), part["items"], subject.get("items", {}), root)
    values = [((*path, "const"), part["const"])] if "const" in part else []
    values += [((*path, "enum", i), value) for i, value in enumerate(part.get("enum", []))]
    for place, value in values:
        if not Draft202012Validator(inline(subject, root)).is_valid(value):
            yield place, f"{value!r} is not a value this property can have, so this rule is dead"
