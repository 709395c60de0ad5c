"""Keep a request schema and the schema of its answer together: `X` and `XRead`.

A server may answer with anything, so an answer has every member of its request, and none of its
limits. Both are written out, for OpenAPI has no word for "the same, but open"; what they share is
a YAML alias of one text.
"""

from __future__ import annotations

from collections.abc import Iterator

from .bundle import Schema
from .document import Document, Mistake, Path_

READ = "Read"
_SHARED = ("type", "x-secret")
_LIMITS = frozenset(
    "enum const minimum maximum minLength maxLength pattern format minItems maxItems required"
    " allOf x-advice x-rule".split()
)


def check_answers(document: Document) -> Iterator[Mistake]:
    """Find every answer that lacks a member of its request, or holds one to a limit."""
    schemas: dict[str, Schema] = document.root["components"]["schemas"]
    for name, answer in schemas.items():
        request = schemas.get(name.removesuffix(READ))
        if request is None or not name.endswith(READ):
            continue
        path: Path_ = ("components", "schemas", name)
        if answer.get("additionalProperties") is not True:
            yield document.error(path, "an answer is open (additionalProperties: true)")
        members = answer["properties"]
        for member, sent in request["properties"].items():
            if member not in members:
                reason = f"lacks {member!r}, which {name.removesuffix(READ)} has"
                yield document.error((*path, "properties"), reason)
                continue
            for reason in _differences(sent, members[member]):
                yield document.error((*path, "properties", member), reason)
        for member, schema in members.items():
            for limit in sorted(_LIMITS & schema.keys()):
                reason = f"{limit} has no place here: an answer is open"
                yield document.error((*path, "properties", member), reason)


def _differences(sent: Schema, found: Schema) -> Iterator[str]:
    expected = {key: sent.get(key) for key in _SHARED}
    if "$ref" in sent:
        expected["$ref"] = sent["$ref"] + READ
    for key, value in expected.items():
        if found.get(key) != value:
            yield f"{key} is {found.get(key)!r}, and has to be {value!r}, as the request has it"
    if "items" in sent:
        yield from _differences(sent["items"], found.get("items", {}))
