"""The operations of a spec, as data: everything that is generated is generated for each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from .bundle import REF, Schema, inline, resolve
from .document import Document, Mistake

METHODS = ("get", "put", "post", "delete", "patch")
_JSON = "application/json"


class Operation(NamedTuple):
    """One operation: where it stands, and the components that it sends and gets."""

    id: str
    method: str
    path: str
    spec: Schema
    parameters: tuple[Schema, ...]
    # Names of components; empty for none.
    body: str
    answer: str
    success: int

    @property
    def module(self) -> str:
        """Name the generated module that writes its requests."""
        return f"api.{_snake_case(self.spec['tags'][0])}.{_snake_case(self.id)}"

    @property
    def query(self) -> dict[str, Schema]:
        """Map the names of its query parameters to them."""
        return {one["name"]: one for one in self.parameters if one["in"] == "query"}

    @property
    def rules(self) -> frozenset[str]:
        """Name the rules that are for it."""
        return frozenset(self.spec.get("x-rules", ()))

    @property
    def flags(self) -> list[str]:
        """Name the parts that a query picks, of which only some members can be changed."""
        return [name.removesuffix("_id") for name, one in self.query.items() if "x-honours" in one]

    @property
    def title(self) -> str:
        """Give the name of its id as a class."""
        return self.id[:1].upper() + self.id[1:]


def operations(root: Schema) -> list[Operation]:
    """List the operations of the document, in its order."""
    found = []
    for path, item in root["paths"].items():
        for method in (name for name in item if name in METHODS):
            spec = item[method]
            parameters = [*item.get("parameters", []), *spec.get("parameters", [])]
            success = min(int(code) for code in spec["responses"] if code.startswith("2"))
            found.append(
                Operation(
                    id=spec["operationId"],
                    method=method,
                    path=path,
                    spec=spec,
                    parameters=tuple(resolve(one, root) for one in parameters),
                    body=_component(spec.get("requestBody", {}), root),
                    answer=_component(spec["responses"][str(success)], root),
                    success=success,
                )
            )
    return found


def bodies(root: Schema) -> list[Operation]:
    """List the operations that send a body."""
    return [operation for operation in operations(root) if operation.body]


def reader(operation: Operation, root: Schema) -> Operation | None:
    """Find the operation that reads back what `operation` has changed."""
    wanted = operation.spec.get("x-read-by")
    return next((one for one in operations(root) if one.id == wanted), None)


def left_out(operation: Operation) -> Iterator[str]:
    """Yield the ids of the rules that the operation is said to do without."""
    for row in operation.spec.get("x-without-rules", []):
        yield from row["rules"]


def query_schema(operation: Operation, root: Schema) -> Schema:
    """Give the schema of its query parameters, as an object of them."""
    query = operation.query
    schema: Schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: inline(one["schema"], root) for name, one in query.items()},
    }
    required = [name for name, one in query.items() if one.get("required")]
    return schema | ({"required": required} if required else {})


def query_keywords(operation: Operation) -> Schema:
    """Give the JSON Schema that the typed keywords of its query are made from."""
    query = operation.query.items()
    return {
        "type": "object",
        "description": f"The query parameters of `{operation.id}`.",
        "properties": {n: {"description": p["description"], **p["schema"]} for n, p in query},
        "required": [name for name, one in query if one.get("required")],
    }


def check_operations(document: Document) -> Iterator[Mistake]:
    """Find where an operation names what is not there, or what no module can be made of."""
    root, seen = document.root, set[str]()
    known = {row["id"] for row in root.get("x-quotas", [])}
    ids = {operation.id for operation in operations(root)}
    for operation in operations(root):
        path = ("paths", operation.path, operation.method)
        if operation.id in seen:
            yield document.error((*path, "operationId"), f"{operation.id!r} stands twice")
        seen.add(operation.id)
        for name in {"body", "client"} & {one["name"] for one in operation.parameters}:
            yield document.error(path, f"a parameter called {name!r} breaks the generated module")
        if "requestBody" in operation.spec and not operation.body:
            reason = f"a body is {_JSON} and a component, so that it has a name"
            yield document.error((*path, "requestBody"), reason)
        for index, quota in enumerate(operation.spec.get("x-spends", [])):
            if quota not in known:
                yield document.error((*path, "x-spends", index), f"x-quotas has no {quota!r}")
        if operation.spec.get("x-read-by", operation.id) not in ids:
            reason = f"there is no operation {operation.spec['x-read-by']!r}"
            yield document.error((*path, "x-read-by"), reason)
        pages = operation.spec.get("x-pages")
        answer = resolve({"$ref": REF + operation.answer}, root) if operation.answer else {}
        if pages:
            for key, names in (
                ("cursor", operation.query),
                ("next", answer.get("properties", {})),
                ("items", answer.get("properties", {})),
            ):
                if pages[key] not in names:
                    yield document.error((*path, "x-pages", key), f"there is no {pages[key]!r}")


def _component(holder: Schema, root: Schema) -> str:
    content: dict[str, Any] = resolve(holder, root).get("content", {})
    reference: str = content.get(_JSON, {}).get("schema", {}).get("$ref", "")
    return reference.removeprefix(REF)


def _snake_case(name: str) -> str:
    """Write a name as the client's generator does."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[ -]", "_", name).lower()
