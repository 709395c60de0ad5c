"""Every answer of a server against our OpenAPI document, by a validator rezoom does not use."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import Any

import httpx
from jsonschema import Draft202012Validator

DOCUMENT: dict[str, Any] = json.loads(files("rezoom_wire").joinpath("openapi.json").read_bytes())
_MEETING = re.compile(r"/v2/meetings/[^/]+")
# Added by HTTP itself, not by Zoom.
_PLAIN = frozenset({"date", "content-type", "content-length", "connection", "keep-alive"})


class AnswerJudge:
    """Hook for an httpx client: raises AssertionError for an answer the document does not have."""

    def __init__(self) -> None:
        self.seen: set[tuple[str, int, int | None]] = set()
        self.count = 0

    def __call__(self, answer: httpx.Response) -> None:
        """Judge one answer, and note its method, status and code."""
        answer.read()
        method, path = answer.request.method, answer.request.url.raw_path.decode().partition("?")[0]
        if method in {"GET", "PATCH"} and _MEETING.fullmatch(path):
            self._judge(answer, DOCUMENT["paths"]["/meetings/{meetingId}"][method.lower()])
        elif path == "/oauth/token" and method == "POST":
            name = "x-token-answer" if answer.is_success else "x-token-error"
            _check(answer.json(), DOCUMENT[name])
        else:
            _check(answer.json(), {"$ref": "#/components/schemas/ZoomError"})
        body = answer.json() if answer.content else {}
        code = body.get("code") if answer.is_error else None
        self.count += 1
        self.seen.add((method, answer.status_code, code))

    def _judge(self, answer: httpx.Response, operation: dict[str, Any]) -> None:
        described = operation["responses"].get(str(answer.status_code))
        assert described, f"{answer.status_code} is not described for {operation['operationId']}"
        found = _resolved(described)
        if "content" in found:
            kind = answer.headers["content-type"].partition(";")[0]
            _check(answer.json(), found["content"][kind]["schema"])
        else:
            assert answer.content == b""
        headers = {name.lower(): _resolved(head) for name, head in found["headers"].items()}
        for name, text in answer.headers.items():
            if name not in _PLAIN:
                assert name in headers, f"{name} is not described for {answer.status_code}"
                schema = headers[name]["schema"]
                _check(int(text) if schema["type"] == "integer" else text, schema)


def _resolved(node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        found: Any = DOCUMENT
        for step in node["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        node = found
    return node


def _check(value: Any, schema: dict[str, Any]) -> None:
    Draft202012Validator({**DOCUMENT, **schema}).validate(value)
