"""The fake Zoom itself: one call in, one answer out, no network."""

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any
from urllib.parse import parse_qsl, unquote

from .._clock import Clock
from .._times import utc_instant
from .._wire import facts
from . import _answers as answers
from ._account import Credentials, People, TokenIssuer
from ._allowance import Allowance, Caps, Met
from ._answers import Answer, Call, CallResult, parsed, readable, refused
from ._meetings.members import occurrence, view
from ._meetings.patch import FOR_ONE, RUNNING, apply, hold
from ._meetings.rescheduling import expires_at
from ._meetings.validation import judge, judge_query, refusable, refusal, without_nulls
from ._quirks import Quirks
from ._request_log import Verdict, without_secrets
from ._store import State, Store

_UUID = re.compile(r"[A-Za-z0-9+/]{22}==")
_SCOPES = {
    "GET": facts.OPERATIONS["getMeeting"].scopes,
    "PATCH": facts.OPERATIONS["updateMeeting"].scopes,
}
_UPDATE_QUERY = frozenset({"occurrence_id"})
_READ_QUERY = _UPDATE_QUERY | {"show_previous_occurrences"}
# No answer of Zoom's is known: this stands for whatever refuses such a request before it.
_TOO_LARGE = CallResult(
    answers.with_json(413, {"code": 413, "message": "The request body is too large."})
)
_LOCK = Met("lock", 0, 0, "lock: another update of this meeting is under way")


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
        people: People,
        caps: Caps,
    ) -> None:
        self.clock, self.store, self.quirks = clock, store, quirks
        self.credentials, self.strict, self.people = credentials, strict, people
        self.tokens = TokenIssuer(credentials, random)
        self.allowance = Allowance(caps, store)
        self.api_url = ""
        self.lock = threading.RLock()
        self._random = random
        self.under_way: set[str] = set()
        self._stale: dict[int, State] = {}

    def enter(self, call: Call, *, locked: bool = False) -> Callable[[], CallResult]:
        """Hold a request against the limits now; return what carries it out, now or later.

        `locked` is an update that met another one of its meeting.
        """
        with self.lock:
            refused = self._refused(call, self.clock.now(), locked=locked)

        def answer() -> CallResult:
            with self.lock:
                result = refused or self._answered(call, self.clock.now())
                headers = {**result.answer.headers, "x-zm-trackingid": self.tracking_id()}
                return replace(result, answer=replace(result.answer, headers=headers))

        return answer

    def tracking_id(self) -> str:
        """Return what Zoom would find an answer by."""
        return f"v=2.0;clid=sim;rid=WEB_{self._random.getrandbits(128):032x}"

    def reset(self) -> None:
        """Forget tokens, users, counts, and what is under way."""
        with self.lock:
            self.tokens = TokenIssuer(self.credentials, self._random)
            self.people.reset()
            self.allowance.reset()
            self.under_way.clear()
            self._stale.clear()

    def _refused(self, call: Call, now: datetime, *, locked: bool) -> CallResult | None:
        match call.method, bool(call.meeting):
            case "PATCH", True:
                result = self._limited(_LOCK, now) if locked else None
                result = result or self._no_entry(call, now)
                return None if result is None else replace(result, body=readable(call.content))
            case "GET", True:
                return self._no_entry(call, now)
        return None

    def _answered(self, call: Call, now: datetime) -> CallResult:
        match call.method, bool(call.meeting):
            case "PATCH", True:
                return self._update(call, now) if call.content is not None else _TOO_LARGE
            case "GET", True:
                return self._read(call, now)
            case "POST", False if call.path == "/oauth/token":
                return self._token(call, now) if call.content is not None else _TOO_LARGE
        said = {"code": 2300, "message": "This API endpoint is not recognized."}
        return CallResult(answers.with_json(404, said), answers.kept_elsewhere(call.content))

    def _token(self, call: Call, now: datetime) -> CallResult:
        form = dict(parse_qsl((call.content or b"").decode("utf-8", "replace")))
        given = {**call.query, **form}
        answer = self.tokens.grant(given, call.authorization, now, self.api_url, self.quirks)
        return CallResult(answer, without_secrets(form) or None)

    def _no_entry(self, call: Call, now: datetime) -> CallResult | None:
        """Answer a request whose token is not good enough, or whose account is out of requests."""
        enough = _SCOPES[call.method]
        answer = self.tokens.refuses(call.authorization, enough, now, self.quirks)
        if answer is not None:
            return CallResult(answer)
        met = self.allowance.request(now)
        return None if met is None else self._limited(met, now)

    def _find(self, call: Call, now: datetime) -> tuple[State | None, CallResult | None]:
        """Return the meeting that a request is for, and the refusal if it may not have it."""
        quirks, number = self.quirks, answers.whole_number(call.meeting)
        state = None if number is None else self.store.read(number)
        if state is None:
            return None, self._absent(call)
        if state.get("_webinar"):
            return None, CallResult(refused("webinar"))
        expired = expires_at(state) if quirks.lapsed_id == "not-found" else None
        if expired is not None and now >= expired and state.get("status") != RUNNING:
            return None, self._absent(call, f"the number has lapsed at {utc_instant(expired)}")
        if not self.people.host(state).may_host:
            return state, CallResult(refused("hosting-not-allowed"))
        if quirks.others_meeting == "refuse" and not self._may_touch(call, state):
            return state, CallResult(refused("not-the-host"))
        return state, None

    def _may_touch(self, call: Call, state: State) -> bool:
        if self.tokens.acts_for_all(call.authorization, _SCOPES[call.method]):
            return True
        own = self.credentials.user.lower()
        return own in {str(state.get(name, "")).lower() for name in ("host_email", "host_id")}

    def _read(self, call: Call, now: datetime) -> CallResult:
        verdict = judge_query(call.query, _READ_QUERY)
        if self.strict and not verdict.ok:
            return CallResult(answers.validation_failed(verdict.flaws), verdict=verdict)
        return replace(self._shown(call, now), verdict=verdict)

    def _shown(self, call: Call, now: datetime) -> CallResult:
        state, no_entry = self._find(call, now)
        if state is None or no_entry is not None:
            return no_entry or self._absent(call)
        state = self._stale.pop(state["id"], state)
        previous = call.query.get("show_previous_occurrences") == "true"
        wanted = call.query.get("occurrence_id") or None
        try:
            shown = view(state, occurrence_id=wanted, now=now, previous=previous)
        except LookupError as missing:
            return self._no_occurrence(call, str(missing.args[0]))
        return CallResult(answers.with_json(200, shown, self.allowance.account_headers()))

    def _update(self, call: Call, now: datetime) -> CallResult:
        body = parsed(call.content)
        if body is None:
            return replace(self._judged(call, None, Verdict(), now), body=readable(call.content))
        verdict = Verdict(judge(body).flaws + judge_query(call.query, _UPDATE_QUERY).flaws)
        return replace(self._judged(call, body, verdict, now), body=body, verdict=verdict)

    def _judged(
        self, call: Call, body: dict[str, Any] | None, verdict: Verdict, now: datetime
    ) -> CallResult:
        quirks = self.quirks
        if quirks.uuid_path == "ignore" and _UUID.fullmatch(unquote(call.meeting)):
            done = Answer(204, b"", self.allowance.account_headers())
            return CallResult(done, ignored=tuple(body or ()), note="a UUID in the path")
        state, no_entry = self._find(call, now)
        if state is not None:
            met = self.allowance.refuses(state["host_id"], state["id"], now, quirks)
            if met is not None:
                return self._limited(met, now)
            if quirks.counted == "arrived":
                self.allowance.update(state["host_id"], state["id"], now)
        if body is None:
            return CallResult(refused("body-not-json"))
        flaws = verdict.flaws if self.strict else refusable(verdict, body, quirks)
        if flaws:
            return CallResult(answers.validation_failed(flaws))
        if state is None:
            return no_entry or self._absent(call)
        not_taken = no_entry or self._refusal(call, state, body)
        return not_taken or self._carried_out(call, state, body, now)

    def _refusal(self, call: Call, state: State, body: Mapping[str, Any]) -> CallResult | None:
        quirks = self.quirks
        if state.get("status") == RUNNING and quirks.running == "refuse":
            return CallResult(refused("meeting-has-started"))
        wanted = call.query.get("occurrence_id")
        said = without_nulls(body)[0]
        if wanted:
            said = {name: value for name, value in said.items() if name in FOR_ONE}
            try:
                occurrence(state, wanted)
            except LookupError:
                return self._no_occurrence(call, wanted)
        answer = refusal(state, said, quirks, self.people)
        return None if answer is None else CallResult(answer)

    def _carried_out(
        self, call: Call, state: State, body: Mapping[str, Any], now: datetime
    ) -> CallResult:
        quirks, number, people = self.quirks, state["id"], self.people
        wanted = call.query.get("occurrence_id") or None
        running = state.get("status") == RUNNING

        def edit(old: State) -> tuple[State, tuple[str, ...]]:
            new, ignored = apply(
                old, body, occurrence_id=wanted, now=now, quirks=quirks, people=people
            )
            held = running and quirks.running == "hold"
            return (hold(old, body, wanted, now) if held else new), ignored

        ignored = self.store.change(number, edit, at=now, body=body, occurrence_id=wanted)
        if quirks.counted == "carried-out":
            self.allowance.update(state["host_id"], number, now)
        if quirks.read_after_update == "stale-once":
            self._stale.setdefault(number, state)
        headers = self.allowance.headers(state["host_id"], now, quirks)
        note = "running: takes effect after a restart" if running else ""
        return CallResult(Answer(204, b"", headers), ignored=ignored, note=note)

    def _limited(self, met: Met, now: datetime) -> CallResult:
        code = int(self.quirks.limit_code)
        answer = answers.limited(met.limit, now, code=code, size=met.size, left=met.left)
        return CallResult(answer, note=met.note)

    def _absent(self, call: Call, note: str = "") -> CallResult:
        older = self.quirks.not_found == "has-expired"
        error = "meeting-lapsed" if older else "meeting-not-found"
        return CallResult(refused(error, meeting=call.meeting), note=note)

    def _no_occurrence(self, call: Call, occurrence_id: str) -> CallResult:
        note = "no such occurrence, or a deleted one"
        if self.quirks.unknown_occurrence == "not-found":
            return self._absent(call, note)
        return CallResult(refused("invalid-occurrence", occurrence=occurrence_id), note=note)
