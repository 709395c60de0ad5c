"""How a fault reaches the client: answers that come late, in pieces, or not at all."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from .._calls import JSON, Answer, Call, Outcome, limited
from .fault import LIMITS, Fault

Operation = Callable[[Call], Outcome]
# Stands in where the answer that is to be spoilt has no body.
_STUB = Answer(200, b'{"code":300,"message":""}', {"content-type": JSON})
_TOO_LARGE = 200_000
_LEAVE = 1.0


class Line(Protocol):
    """The connection below a request; the server puts it into the scope's state."""

    silent: bool  # the request on it will never be answered

    def cut(self, *, reset: bool) -> None:
        """End the connection, with a reset or in order."""
        ...

    def write(self, content: bytes) -> None:
        """Send bytes past every protocol."""
        ...


async def respond(
    call: Call, operation: Operation, fault: Fault | None, receive: Receive, now: datetime
) -> tuple[Outcome | None, Response]:
    """Carry out the call as far as the fault lets it; return what was done and what is sent."""
    if fault is None:
        done = operation(call)
        return done, _plain(done.answer)
    applied = operation(call) if fault.applied else None
    for limit in LIMITS:
        if fault.kind == limit:
            return applied, _plain(limited(limit, now))
    match fault.kind:
        case "reset" | "reset-after" | "close":
            return applied, Cut(reset=fault.kind != "close")
        case "timeout" | "timeout-after":
            return applied, Silence()
        case "latency":
            if await _is_gone_within(fault.seconds, receive):
                return applied, Cut(reset=True)
            done = applied or operation(call)
            return done, _plain(done.answer)
        case "garbage":
            return applied, Cut(b"\x00\x16rezoom\x03 speaks no HTTP\r\n\r\n")
        case "oversized-header":
            answer = applied.answer if applied else _STUB
            return applied, _with_header(answer, "x-oversized", "x" * _TOO_LARGE)
        case "truncated" | "bad-chunk" | "bad-gzip":
            return applied, _spoilt(fault, applied)
    return applied, _plain(fault.answer())


class Cut(Response):
    """Sends bytes that need not be HTTP, or nothing, and ends the connection."""

    def __init__(
        self, content: bytes = b"", status: int | None = None, *, reset: bool = False
    ) -> None:
        super().__init__(None, status or 200)
        self.seen_status = status
        self._content, self._reset = content, reset

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - the line below it is used instead
        line = _line(scope)
        if line is not None:
            if self._content:
                line.write(self._content)
            line.cut(reset=self._reset)
        await _is_gone_within(_LEAVE, receive)


class Silence(Response):
    """Sends nothing until the client gives up."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - nothing is sent
        line = _line(scope)
        if line is not None:
            line.silent = True
        await _is_gone_within(None, receive)


def _line(scope: Scope) -> Line | None:
    line: Line | None = scope.get("state", {}).get("line")
    return line


def seen_status(response: Response) -> int | None:
    """Return the status that reaches the client, if one does."""
    if isinstance(response, Silence):
        return None
    return response.seen_status if isinstance(response, Cut) else response.status_code


def _spoilt(fault: Fault, applied: Outcome | None) -> Response:
    answer = fault.answer() if fault.body is not None else applied.answer if applied else _STUB
    if not answer.content:
        answer = _STUB
    content = answer.content
    if fault.kind == "bad-gzip":
        return _with_header(answer, "content-encoding", "gzip")
    if fault.kind == "truncated":
        return Cut(_head(answer, f"content-length: {2 * len(content)}") + content, answer.status)
    head = _head(answer, "transfer-encoding: chunked")
    return Cut(head + f"{len(content):x}\r\n".encode() + content + b"\r\nno length\r\n",
               answer.status)  # fmt: skip


def _head(answer: Answer, length: str) -> bytes:
    lines = [f"HTTP/1.1 {answer.status} OK", *(f"{k}: {v}" for k, v in answer.headers.items())]
    return "\r\n".join([*lines, length, "\r\n"]).encode("latin-1")


def _plain(answer: Answer) -> Response:
    return Response(answer.content or None, answer.status, dict(answer.headers))


def _with_header(answer: Answer, name: str, value: str) -> Response:
    response = _plain(answer)
    response.headers[name] = value
    return response


async def _is_gone_within(seconds: float | None, receive: Receive) -> bool:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
            return True
    return False
