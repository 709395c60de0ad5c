"""The fake Zoom itself: one call in, one answer out, no network."""

import json
import threading
from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any
from urllib.parse import parse_qsl

from .._wire import facts
from ..clock import Clock
from . import answers
from .allowance import Allowance
from .answers import Answer
from .calls import Call, Outcome
from .judge import judge, refusable, without_nulls
from .patch import apply, occurrence, view
from .quirks import Quirks
from .record import Verdict, without_secrets
from .refusals import refusal
from .store import State, Store
from .tokens import Credentials, TokenDesk

# Long enough for any meeting number (int64), short enough for int().
_LONGEST_ID = 19


class FakeZoom:
    """One Zoom account with one app and its meetings; safe to use from several threads."""

    def __init__(
        self,
        *,
        clock: Clock,
        store: Store,
        quirks: Quirks,
        credentials: Credentials,
        strict: bool,
        random: Random,
    ) -> None:
        self.clock, self.store, self.quirks = clock, store, quirks
        self.credentials, self.strict = credentials, strict
        self.tokens = TokenDesk(credentials, quirks, random)
        self.api_url = ""
        self._allowance = Allowance()
        self._random = random
        self._lock = threading.Lock()

    def token(self, call: Call) -> Outcome:
        """Answer POST /oauth/token."""
        form = dict(parse_qsl(call.content.decode("utf-8", "replace")))
        with self._lock:
            given = {**call.query, **form}
            now = self.clock.now()
            answer = self.tokens.grant(given, call.authorization, now, self.api_url)
            return self._traced(Outcome(answer, without_secrets(form) or None))

    def read(self, call: Call) -> Outcome:
        """Answer GET /v2/meetings/{meetingId}."""
        with self._lock:
            now = self.clock.now()
            refused = self._not_admitted("getMeeting", call, now)
            return self._traced(Outcome(refused or self._read(call, now)))

    def update(self, call: Call) -> Outcome:
        """Answer PATCH /v2/meetings/{meetingId}."""
        with self._lock:
            now = self.clock.now()
            refused = self._not_admitted("updateMeeting", call, now)
            if refused is not None:
                return self._traced(Outcome(refused, _readable(call.content)))
            return self._traced(self._update(call, now))

    def unknown(self, call: Call) -> Outcome:
        """Answer whatever else was asked."""
        with self._lock:
            return self._traced(Outcome(answers.unknown_address(), _readable(call.content)))

    def _read(self, call: Call, now: datetime) -> Answer:
        state = self._state(call.meeting)
        if state is None:
            return answers.not_found(call.meeting)
        previous = call.query.get("show_previous_occurrences") == "true"
        wanted = call.query.get("occurrence_id") or None
        try:
            shown = view(state, occurrence_id=wanted, now=now, previous=previous)
        except LookupError:
            return answers.not_found(call.meeting)
        return answers.with_json(200, shown, self._allowance.headers())

    def _update(self, call: Call, now: datetime) -> Outcome:
        state = self._state(call.meeting)
        if state is not None:
            self._allowance.update(state["host_id"], now)
        body = _parsed(call.content)
        if body is None:
            return Outcome(answers.not_json(), _readable(call.content))
        verdict = judge(body)
        flaws = refusable(verdict, body, self.quirks, strict=self.strict)
        if flaws:
            return Outcome(answers.validation_failed(flaws), body, verdict)
        if state is None:
            return Outcome(answers.not_found(call.meeting), body, verdict)
        return self._carried_out(call, state, body, verdict, now)

    def _carried_out(
        self, call: Call, state: State, body: dict[str, Any], verdict: Verdict, now: datetime
    ) -> Outcome:
        wanted = call.query.get("occurrence_id") or None
        refused = refusal(state, without_nulls(body)[0])
        if refused is not None:
            return Outcome(refused, body, verdict)
        try:
            if wanted is not None:
                occurrence(state, wanted)
        except LookupError:
            # Nobody has reported Zoom's answer to an occurrence that is not there.
            return Outcome(answers.not_found(call.meeting), body, verdict)
        done = self.store.change(
            int(call.meeting),
            lambda old: apply(old, body, occurrence_id=wanted, now=now, quirks=self.quirks),
            at=now,
            body=body,
            occurrence_id=wanted,
        )
        headers = self._allowance.headers(state["host_id"])
        return Outcome(Answer(204, b"", headers), body, verdict, done.ignored)

    def _not_admitted(self, operation: str, call: Call, now: datetime) -> Answer | None:
        if not self.tokens.accepts(call.authorization, now):
            return answers.token_rejected()
        enough = facts.OPERATIONS[operation].scopes
        if not set(enough) & set(self.credentials.scopes):
            return answers.scopes_missing([scope for scope in enough if scope.endswith(":admin")])
        self._allowance.request(now)
        return None

    def _state(self, meeting: str) -> State | None:
        number = meeting.isascii() and meeting.isdigit() and len(meeting) <= _LONGEST_ID
        return self.store.read(int(meeting)) if number else None

    def _traced(self, outcome: Outcome) -> Outcome:
        rid = f"{self._random.getrandbits(128):032x}"
        headers = {**outcome.answer.headers, "x-zm-trackingid": f"v=2.0;clid=sim;rid=WEB_{rid}"}
        return replace(outcome, answer=replace(outcome.answer, headers=headers))


def _parsed(content: bytes) -> dict[str, Any] | None:
    if not content:
        return {}  # an update without a body changes nothing
    try:
        body = json.loads(content, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _readable(content: bytes) -> Any:
    if not content:
        return None
    parsed = _parsed(content)
    return content.decode("utf-8", "replace") if parsed is None else parsed
