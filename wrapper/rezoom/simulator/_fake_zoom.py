"""The fake Zoom itself: one call in, one answer out, no network."""

import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any
from urllib.parse import parse_qsl, unquote

from .._clock import Clock
from . import _calls as calls
from ._account.admission import Admission, absent, limited, no_occurrence
from ._account.allowance import Caps, Met
from ._account.credentials import Credentials
from ._account.people import People, User
from ._calls import Answer, Call, Outcome, kept_elsewhere, parsed, readable
from ._meetings.members import occurrence, view
from ._meetings.patch import FOR_ONE, apply
from ._meetings.running import RUNNING, hold
from ._meetings.validation import judge, judge_query, refusable, refusal, without_nulls
from ._quirks import Quirks
from ._record import Verdict, without_secrets
from ._store.memory_store import State, Store

_UUID = re.compile(r"[A-Za-z0-9+/]{22}==")
_UPDATE_QUERY = frozenset({"occurrence_id"})
_READ_QUERY = _UPDATE_QUERY | {"show_previous_occurrences"}
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
        plan: str | None = None,
        limits: Mapping[str, Any] | bool | Caps = True,
        users: Iterable[User | Mapping[str, Any] | str] = (),
    ) -> None:
        self.clock, self.store, self.quirks = clock, store, quirks
        self.credentials, self.strict, self.plan = credentials, strict, plan
        self.people = People(users, licensed=plan != "free")
        self._admission = Admission(
            store, credentials, Caps.of(plan, limits), self.people, random
        )  # fmt: skip
        self.tokens, self.allowance = self._admission.tokens, self._admission.allowance
        self.api_url = ""
        self.lock = threading.RLock()
        self._random = random
        self._under_way: set[str] = set()
        self._stale: dict[int, State] = {}

    def token(self, call: Call) -> Outcome:
        """Answer POST /oauth/token."""
        form = dict(parse_qsl(call.content.decode("utf-8", "replace")))
        given = {**call.query, **form}
        with self.lock:
            now, quirks = self.clock.now(), self.quirks
            answer = self.tokens.grant(given, call.authorization, now, self.api_url, quirks)
            return self._traced(Outcome(answer, without_secrets(form) or None))

    def read(self, call: Call) -> Outcome:
        """Answer GET /v2/meetings/{meetingId}."""
        with self.lock:
            now = self.clock.now()
            refused = self._admission.refuses(call, "getMeeting", now, self.quirks)
            return self._traced(refused or self._read(call, now))

    def update(self, call: Call) -> Outcome:
        """Answer PATCH /v2/meetings/{meetingId}."""
        with self.lock:
            now = self.clock.now()
            refused = self._admission.refuses(call, "updateMeeting", now, self.quirks)
            if refused is not None:
                return self._traced(replace(refused, body=readable(call.content)))
            return self._traced(self._update(call, now))

    def unknown(self, call: Call) -> Outcome:
        """Answer whatever else was asked."""
        with self.lock:
            return self._traced(Outcome(calls.unknown_address(), kept_elsewhere(call.content)))

    def begin(self, call: Call) -> bool:
        """Note that an update is under way; False when one of the same meeting is already."""
        with self.lock:
            if call.meeting in self._under_way:
                return False
            self._under_way.add(call.meeting)
            return True

    def end(self, call: Call) -> None:
        """Note that an update that had begun has been answered."""
        with self.lock:
            self._under_way.discard(call.meeting)

    def locked_out(self, call: Call) -> Outcome:
        """Answer an update that came while another one of its meeting was under way."""
        with self.lock:
            outcome = limited(_LOCK, self.clock.now(), self.quirks)
            return self._traced(replace(outcome, body=readable(call.content)))

    def tracking_id(self) -> str:
        """Return what Zoom would find an answer by."""
        return f"v=2.0;clid=sim;rid=WEB_{self._random.getrandbits(128):032x}"

    def reset(self) -> None:
        """Forget tokens, users, counts, and what is under way."""
        with self.lock:
            self.tokens.reset()
            self.people.reset()
            self.allowance.reset()
            self._under_way.clear()
            self._stale.clear()

    def _read(self, call: Call, now: datetime) -> Outcome:
        verdict = judge_query(call.query, _READ_QUERY)
        if self.strict and not verdict.ok:
            return Outcome(calls.validation_failed(verdict.flaws), verdict=verdict)
        return replace(self._shown(call, now), verdict=verdict)

    def _shown(self, call: Call, now: datetime) -> Outcome:
        state, refused = self._admission.find(call, "getMeeting", now, self.quirks)
        if state is None or refused is not None:
            return refused or absent(call, self.quirks)
        state = self._stale.pop(state["id"], state)
        previous = call.query.get("show_previous_occurrences") == "true"
        wanted = call.query.get("occurrence_id") or None
        try:
            shown = view(state, occurrence_id=wanted, now=now, previous=previous)
        except LookupError as missing:
            return no_occurrence(call, str(missing.args[0]), self.quirks)
        return Outcome(calls.with_json(200, shown, self.allowance.account_headers()))

    def _update(self, call: Call, now: datetime) -> Outcome:
        quirks = self.quirks
        body = parsed(call.content)
        if body is None:
            verdict, said = None, readable(call.content)
        else:
            asked = judge_query(call.query, _UPDATE_QUERY)
            verdict, said = Verdict(judge(body).flaws + asked.flaws), body
        if quirks.uuid_path == "ignore" and _UUID.fullmatch(unquote(call.meeting)):
            done = Answer(204, b"", self.allowance.account_headers())
            return Outcome(done, said, verdict, tuple(body or ()), "a UUID in the path")
        state, refused = self._admission.find(call, "updateMeeting", now, quirks)
        if state is not None:
            met = self.allowance.refuses(state["host_id"], state["id"], now, quirks)
            if met is not None:
                return replace(limited(met, now, quirks), body=said, verdict=verdict)
            if quirks.counted == "arrived":
                self.allowance.update(state["host_id"], state["id"], now)
        if body is None or verdict is None:
            return Outcome(calls.not_json(), said)
        flaws = refusable(verdict, body, quirks, strict=self.strict)
        if flaws:
            return Outcome(calls.validation_failed(flaws), body, verdict)
        if state is not None and refused is None:
            refused = self._refusal(call, state, body)
        if state is None or refused is not None:
            return replace(refused or absent(call, quirks), body=body, verdict=verdict)
        return replace(self._carried_out(call, state, body, now), body=body, verdict=verdict)

    def _refusal(self, call: Call, state: State, body: Mapping[str, Any]) -> Outcome | None:
        quirks = self.quirks
        if state.get("status") == RUNNING and quirks.running == "refuse":
            return Outcome(calls.refused("meeting-has-started"))
        wanted = call.query.get("occurrence_id")
        said = without_nulls(body)[0]
        if wanted:
            said = {name: value for name, value in said.items() if name in FOR_ONE}
            try:
                occurrence(state, wanted)
            except LookupError:
                return no_occurrence(call, wanted, quirks)
        answer = refusal(state, said, quirks, self.people)
        return None if answer is None else Outcome(answer)

    def _carried_out(
        self, call: Call, state: State, body: Mapping[str, Any], now: datetime
    ) -> Outcome:
        quirks, number = self.quirks, state["id"]
        wanted = call.query.get("occurrence_id") or None
        running = state.get("status") == RUNNING

        def edit(old: State) -> tuple[State, tuple[str, ...]]:
            new, ignored = apply(
                old, body, occurrence_id=wanted, now=now, quirks=quirks, people=self.people
            )  # fmt: skip
            held = running and quirks.running == "hold"
            return (hold(old, body, wanted, now) if held else new), ignored

        done = self.store.change(number, edit, at=now, body=body, occurrence_id=wanted)
        if quirks.counted == "carried-out":
            self.allowance.update(state["host_id"], number, now)
        if quirks.read_after_update == "stale-once":
            self._stale.setdefault(number, state)
        headers = self.allowance.headers(state["host_id"], now, quirks)
        note = "running: takes effect after a restart" if running else ""
        return Outcome(Answer(204, b"", headers), ignored=done.ignored, note=note)

    def _traced(self, outcome: Outcome) -> Outcome:
        headers = {**outcome.answer.headers, "x-zm-trackingid": self.tracking_id()}
        return replace(outcome, answer=replace(outcome.answer, headers=headers))
