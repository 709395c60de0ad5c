"""What Zoom does where its documents are silent or contradict each other: every answer by name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple, Self, get_args, get_type_hints

from pydantic import AfterValidator

from .._public import public
from .._wire import facts
from ._checked import check, dashed, read, wrong


class Behaviour(NamedTuple):
    """One quirk as a table row, for help texts and documentation."""

    name: str
    choices: tuple[str, ...]
    default: str
    sentence: str
    sources: tuple[str, ...]


def _member(path: str) -> str:
    if path not in facts.BODIES["updateMeeting"]:
        raise ValueError(f"{path} names no member of an update; settings.join_before_host does")
    return path


@public("rezoom.simulator")
@dataclass(frozen=True, kw_only=True)
class Quirks:
    """The switches; each default is the behaviour with the best evidence.

    Beside the choices stands what is known, with the tags of its sources in `facts.SOURCES`.
    """

    # Of the account:
    schedule_for: Annotated[
        Literal["privilege", "anyone"],
        "A meeting moves only to a licensed user who has granted the scheduling privilege, also "
        "for an account-wide app; anyone else is refused with code 3000. [F88501 F129457]",
    ] = "privilege"
    unknown_user: Annotated[
        Literal["cannot-schedule", "not-found", "not-in-account"],
        "Somebody the account does not know is refused like one who has granted nothing; older "
        "tables have codes 1001 and 1010 for it. [F88501 HAR]",
    ] = "cannot-schedule"
    others_meeting: Annotated[
        Literal["refuse", "take"],
        "An app without an :admin scope acts for one user, and the meetings of others are refused "
        "with code 3003. [HAR BAL]",
    ] = "refuse"
    blocked_domains: Annotated[
        tuple[str, ...],
        "Domains the account has blocked: an update that names one of their users is refused. "
        "[C25 K26]",
    ] = ()
    second_grant: Annotated[
        Literal["both-live", "replaces"],
        "A second token leaves the first one good; in 2022 it ended it. [DOC-S2S F72070 F74432 "
        "F84334]",
    ] = "both-live"
    expires_in: Annotated[
        Literal["3599", "3600"], "A token is said to live an hour, or a second less. [DOC-S2S]"
    ] = "3599"
    rejected_status: Annotated[
        Literal["401", "400"],
        "The status beside code 124: 401 by the document, some report 400. [K26]",
    ] = "401"
    unsigned_code: Annotated[
        Literal["124", "4700"], "The code for a request that carries no token at all. [DOC-OAE K26]"
    ] = "124"
    limit_code: Annotated[
        Literal["429", "4001"],
        "The code in the body of a 429: 429 in those seen, 4001 in the document. [F81149 K26]",
    ] = "429"
    counted: Annotated[
        Literal["arrived", "carried-out"],
        "Whether a refused update counts against the hundreds is not known; the safe reading is "
        "that every one that reached its meeting does. [DOC-RL]",
    ] = "arrived"
    host_window: Annotated[
        Literal["utc-day", "rolling"],
        "The hundred of a host starts anew at 00:00 UTC; an older answer speaks of a sliding "
        "window. [F41094 F19474 F15385]",
    ] = "utc-day"
    meeting_window: Annotated[
        Literal["rolling", "utc-day"],
        "Whether the 24 hours of a meeting roll is not known; the safe reading is yes. [C25]",
    ] = "rolling"
    host_day_headers: Annotated[
        Literal["other-pool", "own-pool"],
        "The 429 of a host out of updates shows the numbers of the account's pool, as in the one "
        "full dump there is. [F18928 F59670]",
    ] = "other-pool"

    # Of a meeting's members:
    unknown_key: Annotated[
        Literal["ignore", "refuse", "refuse-in-settings"],
        "An unknown or misplaced member is ignored in silence; one report has it refused, and "
        "that one stood in settings. [FRA ASL]",
    ] = "ignore"
    null_member: Annotated[
        Literal["ignore", "refuse"],
        "A member that is null is ignored: null did not clear a value, and a published client "
        "sends six of them with every update. [ZAPI43]",
    ] = "ignore"
    arrays: Annotated[
        Literal["replace", "extend"],
        "A list is taken whole, as everybody's practice has it; nobody has proved it. `extend` "
        "keeps the items that were there. [ITH PSZ]",
    ] = "replace"
    empty_passcode: Annotated[
        Literal["keep", "clear"],
        "A passcode cannot be cleared with an empty text: the old one stays. [ZAPI43]",
    ] = "keep"
    passcode: Annotated[
        Literal["optional", "required"],
        "Where a passcode is required and that setting is locked, Zoom makes one itself for a "
        "meeting that would have none. [DOC-SEC C25]",
    ] = "optional"
    security_floor: Annotated[
        Literal["waiting-room", "none"],
        "When passcode, waiting room and sign-in would all be off, one is switched on. [DOC-SEC]",
    ] = "waiting-room"
    e2ee: Annotated[
        Literal["switch-off", "none"],
        "End-to-end encryption switches off joining before the host, cloud recording and breakout "
        "rooms. [C25]",
    ] = "switch-off"
    locked: Annotated[
        tuple[Annotated[str, AfterValidator(_member)], ...],
        "Members an administrator has locked, as dotted paths: an update leaves them alone. [MOO "
        "MOO-FS]",
    ] = ()
    basic_host: Annotated[
        Literal["ignore", "take"],
        "Registration and cloud recording, which need a licence, are ignored in silence while the "
        "host has none. [MOO-FS C25]",
    ] = "ignore"
    pmi_conversion: Annotated[
        Literal["ignore", "take"],
        "use_pmi does not move a meeting to the personal meeting ID, or back. With `take` its "
        "links and its passcode become those of the room. [ZNET359 PMI-COPY]",
    ] = "ignore"
    registration: Annotated[
        Literal["needs-start", "take"],
        "Registration is ignored in silence where no fixed start is to come or the personal "
        "meeting ID is used, and is gone when a meeting turns to type 3. [IND315 IND191 REG-COPY]",
    ] = "needs-start"
    interpretation: Annotated[
        Literal["take", "ignore"],
        "Interpretation is ignored in silence where the account has it switched off. [C25]",
    ] = "take"
    alternative_hosts: Annotated[
        Literal["take", "drop-outsiders"],
        "Alternative hosts must be licensed users of the account; what becomes of others was not "
        "reported. `drop-outsiders` leaves them out in silence. [SUP-ALT]",
    ] = "take"
    running: Annotated[
        Literal["take", "hold", "refuse"],
        "A running meeting takes an update, and those in it see it after a restart. `hold` shows "
        "it in a read only then; an undated copy of Zoom's document has it refused. [UTA UNDATED]",
    ] = "take"
    lapsed_id: Annotated[
        Literal["not-found", "keep"],
        "A number lapses some time after its date or last use, and then there is no meeting. "
        "[SUP-ID]",
    ] = "not-found"
    not_found: Annotated[
        Literal["does-not-exist", "has-expired"],
        "The words for a meeting that is not there; the second are the older ones. [K26 HAR]",
    ] = "does-not-exist"
    uuid_path: Annotated[
        Literal["ignore", "not-found"],
        "An update addressed by UUID answers without an error and changes nothing. [PSZ]",
    ] = "ignore"
    read_after_update: Annotated[
        Literal["fresh", "stale-once"],
        "Whether a read may lag behind an update is not known. With `stale-once` the first one "
        "shows the meeting as it was. [C25]",
    ] = "fresh"

    # Of times and series:
    past_start: Annotated[
        Literal["ignore", "rewrite-to-now", "accept"],
        "A start in the past is ignored, and with it the new timing of a series; it has also been "
        "seen rewritten to the present. `accept` is for setting up old meetings. [C25 ITH]",
    ] = "ignore"
    missing_start: Annotated[
        Literal["keep", "last-occurrence", "ignore"],
        "A recurrence without start_time goes on from the series' start; it has also been seen to "
        "start at the last occurrence, and the documents say that it is ignored. [F17076 MACS C25]",
    ] = "keep"
    missing_recurrence: Annotated[
        Literal["keep", "refuse"],
        "A new start for a whole series without its recurrence moves the series; the documents "
        "call recurrence required then, and nobody has reported what happens without it. [C25 QOD]",
    ] = "keep"
    recurrence: Annotated[
        Literal["replace", "merge"],
        "A recurrence is taken whole: what it leaves out falls back to a default, and without its "
        "type it is refused. `merge` keeps what is left out. [F17076 MACS ITH]",
    ] = "replace"
    missing_weekly_days: Annotated[
        Literal["sunday", "start-day", "refuse"],
        "A weekly pattern without days falls on Sundays, the default that is printed. [C25]",
    ] = "sunday"
    over_fifty: Annotated[
        Literal["take", "refuse"],
        "Counts up to the printed maximum are taken; an older page stops at 50, and one team saw "
        "larger counts refused. [C25 DOC-REC ITH]",
    ] = "take"
    short_month: Annotated[
        Literal["skip", "clamp"],
        "A month without the day wanted has no meeting, or has it on its last day; nobody has "
        "reported which. [C25]",
    ] = "skip"
    endless: Annotated[
        Literal["horizon", "sixty"],
        "end_times 0 becomes about two years of weeks, or as many others as a count may name. "
        "[ITH]",
    ] = "horizon"
    clock_change: Annotated[
        Literal["wall-clock", "utc"],
        "A series keeps its wall clock when the clocks change; one report, never answered, has "
        "its dates an hour off. [C25 F141551]",
    ] = "wall-clock"
    timezone_with_z: Annotated[
        Literal["ignore", "keep"],
        "A timezone beside a start_time that ends in Z is ignored. [ITH CAL]",
    ] = "ignore"
    offset_start: Annotated[
        Literal["read-as-utc", "refuse"],
        "The offset in a start such as 09:00:00+01:00 is read as UTC. [CAL]",
    ] = "read-as-utc"
    edited_occurrences: Annotated[
        Literal["reset", "keep"],
        "A new start or pattern makes all dates anew, and single dates that were edited or "
        "deleted are as the others again. It follows from the whole replacement; nobody has "
        "reported it. [ITH]",
    ] = "reset"
    unknown_occurrence: Annotated[
        Literal["refuse", "not-found"],
        "An occurrence that is not there, or is deleted, is refused with code 3000, as it is "
        "written down for deletions; `not-found` answers as for a meeting that is not there. [HAR]",
    ] = "refuse"
    single_to_series: Annotated[
        Literal["take", "ignore"],
        "A scheduled meeting becomes a series and keeps number, passcode and link, as was seen "
        "for one without fixed times; for type 2 nobody has reported it. [ITH]",
    ] = "take"

    def __post_init__(self) -> None:
        check(Quirks, vars(self), "quirks", field="quirks")

    @classmethod
    def of(cls, value: Self | Mapping[str, Any] | None) -> Self:
        """Read quirks from a mapping such as {"past-start": "rewrite-to-now"}."""
        return read(cls, {} if value is None else value, "quirks", field="quirks")

    def to_dict(self) -> dict[str, Any]:
        """Return them as `of` reads them, ready for JSON."""
        values = vars(self).items()
        return {dashed(name): list(v) if isinstance(v, tuple) else v for name, v in values}


@cache
def behaviours() -> tuple[Behaviour, ...]:
    """List every quirk with its choices, default and sources."""
    rows = []
    hints = get_type_hints(Quirks, include_extras=True)
    for field in fields(Quirks):
        kind, known = get_args(hints[field.name])
        choices = () if isinstance(field.default, tuple) else get_args(kind)
        sentence, _, sources = known.removesuffix("]").rpartition(" [")
        default, tags = str(field.default), tuple(sources.split())
        rows.append(Behaviour(field.name, choices, default, sentence, tags))
    return tuple(rows)


def read_quirks(words: Iterable[str]) -> dict[str, Any]:
    """Return quirks from `name=value` texts; where lists are wanted, commas part a value."""
    quirks: dict[str, Any] = {}
    lists = {row.name for row in behaviours() if not row.choices}
    for word in words:
        name, equals, value = (part.strip() for part in word.partition("="))
        if not (name and equals and value):
            step = "Write name=value, such as past-start=rewrite-to-now."
            raise wrong("quirks", f"quirks: {word!r} is no quirk", step)
        several = tuple(part.strip() for part in value.split(",") if part.strip())
        quirks[name] = several if name.replace("-", "_") in lists else value
    return quirks
