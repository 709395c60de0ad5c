"""What a code, a text, a rule or a field means: cause, next step, and source."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Literal, TypeAlias

from ._paths import last_name
from ._wire import cited, facts


def find_error(status: int | None, code: int | None, message: str) -> facts.ErrorCode | None:
    """Find what an answer means; without a `status` the code and the words decide."""
    text = message.casefold()
    for row in facts.ERRORS:
        by_status = row.status in (None, status) or (status is None and row.code is not None)
        if by_status and row.code in (None, code) and row.match in text:
            return row
    return None


def find_throttle(message: str, kind: str, limit: str) -> facts.Throttle:
    """Find which limit a 429 means; `kind` and `limit` are the values of its headers, or empty."""
    text = message.casefold()
    for row in facts.THROTTLES:
        by_kind = row.type is None or row.type.casefold() == kind.strip().casefold()
        by_limit = row.limit is None or str(row.limit) == limit.strip()
        if row.match in text and by_kind and by_limit:
            return row
    return facts.THROTTLES[-1]


def find_token_error(said: str) -> facts.TokenError:
    """Find why no token was given."""
    numbers, text = set(re.findall(r"[0-9]+", said)), said.casefold()
    for row in facts.TOKEN_ERRORS:
        if row.match in text and (row.code is None or str(row.code) in numbers):
            return row
    return facts.TOKEN_ERRORS[-1]


def missing_scopes(message: str) -> tuple[str, ...]:
    """Read the scopes that Zoom names as missing."""
    found = re.search(r"scopes?\s*:?\s*\[([^\]]*)\]", message)
    words = found[1] if found else ""
    return tuple(dict.fromkeys(re.findall(r"[\w:]+:[\w:]+", words)))


Kind: TypeAlias = Literal["error", "limit", "token", "rule", "field", "unknown"]

_TOO_MANY, _ACCEPTED = 429, 204
_STATUSES = range(100, 600)
# Who decides a rule, by its kind.
_DECIDED = {
    "body": "the change alone",
    "advice": "the change alone",
    "situation": "the change, the meeting as it is, and the clock",
    "reason": "shown after a change that had no effect",
    "computed": "code of this library",
}
_RESETS = {
    "short": "one to two seconds",
    "utc-midnight": "the next 00:00 UTC",
    "retry-after": "the instant in Retry-After, or the next 00:00 UTC",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """One meaning: its cause, what to do, and the source; `details` differ by `kind`.

    `said` is the text Zoom sends, with what differs from answer to answer in braces.
    """

    kind: Kind
    id: str
    cause: str
    next_step: str
    source: str = ""
    link: str = ""
    status: int | None = None
    code: int | None = None
    said: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the explanation as JSON-ready data."""
        own = {name: getattr(self, name) for name in self.__slots__ if name != "details"}
        return own | dict(self.details)


def explain(
    word: str | int, *, message: str = "", status: int | None = None
) -> tuple[Explanation, ...]:
    """Explain a code, an HTTP status, a rule's id, a field's path, or a part of Zoom's text.

    With the `message` that came with a code only the meaning that fits it is returned. An unknown
    code with a message comes back as Zoom said it; without one, or for an unknown word, the answer
    is empty, and `nearest` knows what may be meant.
    """
    text = str(word).strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        found = _numbered(int(text), message, status)
        return found or ((_unknown(int(text), message, status),) if message else ())
    # A limit of a field is listed under the field's path and the limit's name: duration.maximum.
    for name in (text, text.rpartition(".")[0]):
        named = tuple(one for one in everything() if one.id == name)
        if named:
            return named
    return _worded(text)


@cache
def everything() -> tuple[Explanation, ...]:
    """List all that can be explained: errors, limits, refusals of tokens, rules, fields."""
    return (
        *map(_error, facts.ERRORS),
        *map(_limit, facts.THROTTLES),
        *map(_token, facts.TOKEN_ERRORS),
        *map(_rule, facts.RULES.values()),
        *map(_field, facts.BODIES["updateMeeting"].values()),
    )


def nearest(word: str) -> list[str]:
    """Name what an unknown word or code may have been meant to be."""
    from difflib import get_close_matches

    codes = {one.code for one in everything()} | {row.code for row in facts.LIMIT_CODES}
    known = {*map(str, codes), *(one.id for one in everything())}
    return get_close_matches(word.strip(), known, n=4)


def _numbered(number: int, message: str, status: int | None) -> tuple[Explanation, ...]:
    code = next((one for one in facts.LIMIT_CODES if one.code == number), None)
    if code is not None or number == _TOO_MANY:
        limits = [find_throttle(message, "", "")] if message else facts.THROTTLES
        return tuple(_limit(row, code, message) for row in limits)
    errors = [row for row in facts.ERRORS if row.code == number]
    if errors and message:
        row = find_error(status, number, message)
        errors = [row] if row in errors else [one for one in errors if not one.match][-1:]
        return tuple(_error(row, message) for row in errors)
    tokens = [row for row in facts.TOKEN_ERRORS if row.code == number]
    by_status = [row for row in facts.ERRORS if row.status == number and row.code is None]
    if not (errors or tokens or by_status) and number in _STATUSES and number != _ACCEPTED:
        return (replace(_error(facts.ERRORS[-1]), status=number),)
    return (*map(_error, errors), *map(_token, tokens), *map(_error, by_status))


def _worded(text: str) -> tuple[Explanation, ...]:
    """Look the word up as a part of what Zoom says."""
    folded = text.casefold()
    errors = [row for row in facts.ERRORS if row.match and row.match in folded]
    limit, token = find_throttle(text, "", ""), find_token_error(text)
    scopes = missing_scopes(text) or tuple(scope for scope in facts.SCOPES if scope == text)
    lacking = [row for row in facts.ERRORS if scopes and row.kind == "scope"]
    return (
        *(_error(row, text) for row in (*errors, *lacking)),
        *([_limit(limit, None, text)] if limit.match else ()),
        *([_token(token)] if token.match or token.code else ()),
    )


def _error(row: facts.ErrorCode, message: str = "") -> Explanation:
    details: dict[str, Any] = {}
    if row.kind == "scope":
        details = _scopes(message)
    if row.kind == "invalid" and message:
        named = [
            _limits(path) for path in facts.BODIES["updateMeeting"] if _mentions(message, path)
        ]
        details = {"fields": named} if named else {}
    said = message or row.message
    return _meaning("error", row, said, status=row.status, code=row.code, details=details)


def _meaning(
    kind: Kind, row: facts.ErrorCode | facts.Throttle | facts.TokenError, said: str, **more: Any
) -> Explanation:
    source = cited(row.source)
    return Explanation(kind, row.id, row.meaning, row.next_step, *source, said=said, **more)


def _scopes(message: str) -> dict[str, Any]:
    """Say which scopes are missing, and every one that the same operations take instead."""
    missing = missing_scopes(message)
    known = [facts.SCOPES[name] for name in missing if name in facts.SCOPES]
    # Where none of them is ours, both operations are meant.
    names = {name for scope in known for name in scope.operations} or set(facts.OPERATIONS)
    operations = {name: _forms(one) for name, one in facts.OPERATIONS.items() if name in names}
    found = {
        "missing": list(missing),
        "accepted": operations,
        "not_of_these_operations": [name for name in missing if name not in facts.SCOPES],
    }
    return {name: value for name, value in found.items() if value}


def _forms(operation: facts.Operation) -> dict[str, list[str]]:
    forms: dict[str, list[str]] = {}
    for name in operation.scopes:
        forms.setdefault(facts.SCOPES[name].form, []).append(name)
    return forms


def _limit(
    row: facts.Throttle, code: facts.LimitCode | None = None, message: str = ""
) -> Explanation:
    details = {"scope": row.scope, "ends": _RESETS[row.resets], "retried": row.retry}
    if code is not None:
        details["about_the_code"] = code.sentence
    number = code.code if code else None
    said = message or row.message
    return _meaning("limit", row, said, status=_TOO_MANY, code=number, details=details)


def _token(row: facts.TokenError) -> Explanation:
    return _meaning("token", row, row.match, code=row.code)


def _rule(rule: facts.Rule) -> Explanation:
    details: dict[str, Any] = {
        "severity": rule.severity,
        "field": _blamed(rule),
        "decided_by": _DECIDED[rule.kind],
        "date": rule.date,
    }
    if rule.explains:
        details["explains"] = list(rule.explains)
    return Explanation(
        "rule", rule.id, rule.sentence, rule.fix, *cited(rule.source), details=details
    )


def _blamed(rule: facts.Rule) -> str:
    return ".".join(filter(None, (rule.path, rule.field)))


def _field(known: facts.Field) -> Explanation:
    rules = [
        rule.id for rule in facts.RULES.values() if known.path in (*rule.explains, _blamed(rule))
    ]
    return Explanation(
        "field",
        known.path,
        known.summary,
        f"Give {_limits(known.path).partition(': ')[2]}.",
        *cited(known.source),
        details={"rules": rules} if rules else {},
    )


def _limits(path: str) -> str:
    known = facts.BODIES["updateMeeting"][path]
    low, high = known.minimum, known.maximum
    bounds = [
        known.allowed or (f"one of {', '.join(map(str, known.enum))}" if known.enum else ""),
        f"{low} to {high}" if low is not None and high is not None else "",
        f"at most {known.max_length} characters" if known.max_length else "",
        f"at most {known.max_items} items" if known.max_items else "",
    ]
    said = "; ".join(filter(None, bounds[:1] if bounds[0] else bounds))
    return f"{path}: {said or known.kind}"


def _mentions(message: str, path: str) -> bool:
    # By its last name too, "Invalid parameter: jbh_time.", unless that is a word of everybody's.
    last = last_name(path)
    names = (path, last) if "_" in last else (path,)
    return any(re.search(rf"(?<![\w.]){re.escape(name)}(?![\w.]*\w)", message) for name in names)


def _unknown(code: int, message: str, status: int | None) -> Explanation:
    row = find_error(status, None, message) if status is not None else None
    cause = "No source that rezoom knows says what this code means; what Zoom said is all there is."
    step = row.next_step if row else "Read the message; nothing else tells the reason."
    return Explanation("unknown", "unknown", cause, step, status=status, code=code, said=message)
