"""Faults on demand: every kind by name, and one as a value that says which requests it meets."""

import json
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from difflib import get_close_matches
from typing import Annotated, Any, NamedTuple, TypedDict, Unpack, get_args

from pydantic import AfterValidator, Field

from .._public import public
from ._answers import JSON, Answer, Limit
from ._checked import check, wrong

LIMITS: tuple[Limit, ...] = get_args(Limit)
# HTTP lets these have no body: RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5.
_BODYLESS = frozenset({204, 205, 304})
_METHODS = frozenset("DELETE GET HEAD OPTIONS PATCH POST PUT".split())
_PAGE = "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"
_ANSWER = frozenset({"status", "body", "headers"})
# Which requests it meets, and whether they are carried out all the same: every kind has these.
_SHARED = frozenset({"applied", "match", "nth", "times"})


@public("rezoom.simulator")
class FaultKind(NamedTuple):
    """What a client sees of a kind of fault, the options it has beyond the shared, its defaults."""

    sentence: str
    options: frozenset[str] = frozenset()
    preset: Mapping[str, Any] = {}


def _answer(sentence: str, **preset: Any) -> FaultKind:
    return FaultKind(sentence, _ANSWER, preset)


def _spoilt(sentence: str) -> FaultKind:
    # The answer is lost on its way back, so the request has been carried out.
    return FaultKind(sentence, _ANSWER, {"status": 200, "applied": True})


FAULTS: Mapping[str, FaultKind] = {
    "answer": _answer("An answer of your own instead of Zoom's: any status, body and headers."),
    "html-502": _answer("A gateway's page instead of JSON.", status=502, body=_PAGE),
    "empty-429": _answer("429 with neither a body nor a header that says which limit.", status=429),
    "odd-299": _answer("A success that no document names.", status=299),
    "odd-520": _answer("A failure that no document names.", status=520),
    "error-200": _answer(
        "Status 200, and an error inside.",
        status=200,
        body={"code": 300, "message": "Validation Failed."},
    ),
    "malformed-json": _answer(
        "Status 200, and JSON that breaks off.",
        status=200,
        body=b'{"code":',
        headers={"content-type": JSON},
    ),
    "burst-503": _answer("503 for this request and the two that follow.", status=503, times=3),
    **{
        limit: FaultKind(f"Zoom's 429 for the limit `{limit}`, with its text and headers.")
        for limit in LIMITS
    },
    "latency": FaultKind(
        "The answer comes late, by real `seconds`; the limits count the request when it comes, and "
        "it is carried out after the wait, only if the client is still there.",
        frozenset({"seconds"}),
        {"seconds": 0.1},
    ),
    "timeout": FaultKind("No answer ever comes; nothing is carried out."),
    "timeout-after": FaultKind(
        "The request is carried out, and no answer ever comes.", preset={"applied": True}
    ),
    "reset": FaultKind("The connection is reset; nothing is carried out."),
    "reset-after": FaultKind(
        "The request is carried out, and the connection is reset.", preset={"applied": True}
    ),
    "close": FaultKind("The connection is closed without an answer; nothing is carried out."),
    "truncated": _spoilt("The body ends before the length it announced."),
    "bad-chunk": _spoilt("The body comes in chunks, and one of them has no length."),
    "bad-gzip": _spoilt("The body says that it is compressed, and is not."),
    "oversized-header": FaultKind(
        "One header is larger than clients accept.", preset={"applied": True}
    ),
    "garbage": FaultKind("The answer is no HTTP at all.", preset={"applied": True}),
}


class FaultOptions(TypedDict, total=False):
    """What can be said of a fault beside its kind."""

    status: int
    body: str | bytes | Mapping[str, Any] | None
    headers: Mapping[str, str]
    seconds: float
    applied: bool
    match: str
    nth: int
    times: int | None


def _without_framing(headers: Mapping[str, str]) -> Mapping[str, str]:
    for name in headers:
        if name.lower() in {"content-length", "transfer-encoding"}:
            instead = "`truncated` and `bad-chunk` end wrongly"
            raise ValueError(f"{name} is written by the server; {instead}")
    return headers


def _encodable(body: Any) -> Any:
    if isinstance(body, str):
        body.encode()  # which half a surrogate pair is not
    return body


def _fitting(match: str) -> str:
    method, space, path = _split(match)
    if method not in {"", *_METHODS} or bool(space) != bool(method and path):
        raise ValueError(
            'Give a method, a path, or both: "PATCH", "/oauth/token", "PATCH /v2/meetings/85746065"'
        )
    return match


def _split(match: str) -> tuple[str, str, str]:
    return ("", "", match) if match.startswith("/") else match.partition(" /")


_Count = Annotated[int, Field(ge=1)]
# RFC 9110, section 5.1: the name of a header is a token.
_HeaderName = Annotated[str, Field(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")]
_HeaderValue = Annotated[str, Field(pattern=r"^([!-~]([ -~]*[!-~])?)?$")]


@public("rezoom.simulator")
@dataclass(frozen=True, slots=True, init=False)
class Fault:
    """One thing that goes wrong with the `nth` request that fits `match`, `times` times in a row.

    `kind` is a name from `FAULTS`; the default gives an answer of your own. `match` is a method, a
    path or whole steps of one, or both ("PATCH /v2/meetings/85746065"); by default any request but
    those for tokens. `times=None` is always. With `applied` the request is carried out all the
    same, and only its answer is lost; `seconds` are real ones.
    """

    kind: str
    headers: Annotated[Mapping[_HeaderName, _HeaderValue], AfterValidator(_without_framing)]
    status: Annotated[int, Field(ge=200, le=999)] = 500
    body: Annotated[str | bytes | Mapping[str, Any] | None, AfterValidator(_encodable)] = field(
        default=None, repr=False
    )
    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    applied: bool = False
    match: Annotated[str, AfterValidator(_fitting)] = "/v2/"
    nth: _Count = 1
    times: _Count | None = 1

    def __init__(self, kind: str = "answer", **options: Unpack[FaultOptions]) -> None:
        name = kind.replace("_", "-") if isinstance(kind, str) else kind
        if not isinstance(name, str) or name not in FAULTS:
            step = f"Choose from {', '.join(_near(str(name), FAULTS))}."
            raise wrong("faults", f"there is no fault {name!r}", step)
        of_kind = FAULTS[name]
        allowed = of_kind.options | _SHARED
        for option in sorted(options.keys() - allowed):
            step = f"Its options are {', '.join(_near(option, allowed))}."
            raise wrong("faults", f"fault {name}: has no option {option!r}", step)
        given: dict[str, Any] = {"headers": {}}
        given |= {one.name: one.default for one in fields(self) if one.default is not MISSING}
        given |= {**of_kind.preset, **options, "kind": name}
        check(Fault, given, f"fault {name}", field="faults")
        if given["status"] in _BODYLESS and given["body"]:
            reason = f"an answer with status {given['status']} has no body"
            step = "Leave the body out, or take a status that may have one."
            raise wrong("faults", f"fault {name}: {reason}", step)
        for option, value in given.items():
            object.__setattr__(self, option, value)

    @property
    def name(self) -> str:
        """The kind in a word, for the request log; of `answer` its status."""
        return str(self.status) if self.kind == "answer" else self.kind

    def fits(self, method: str, path: str) -> bool:
        """Tell whether it can happen to a request."""
        wanted, _, part = _split(self.match)
        steps = f"/{part.strip('/')}/" if part.strip("/") else ""
        return wanted in {"", method} and steps in f"/{path.strip('/')}/"

    def answer(self) -> Answer:
        """Return the answer that this fault gives instead of Zoom's."""
        if self.body is None:
            return Answer(self.status, b"", self.headers)
        if isinstance(self.body, Mapping):
            content, kind = json.dumps(self.body).encode("ascii"), JSON
        else:
            content = self.body if isinstance(self.body, bytes) else self.body.encode()
            kind = "text/html" if content.lstrip().startswith(b"<") else "text/plain"
        return Answer(self.status, content, {"content-type": kind, **self.headers})

    def to_dict(self) -> dict[str, Any]:
        """Return it in the JSON form that `read_faults` understands."""
        body = self.body.decode("utf-8", "replace") if isinstance(self.body, bytes) else self.body
        options = FAULTS[self.kind].options | _SHARED
        every = {name: getattr(self, name) for name in FaultOptions.__annotations__}
        every |= {"body": body, "headers": dict(self.headers)}
        return {"kind": self.kind} | {name: every[name] for name in every if name in options}


def _near(name: str, known: Mapping[str, object] | frozenset[str]) -> list[str]:
    return get_close_matches(name, list(known), n=3) or sorted(known)
