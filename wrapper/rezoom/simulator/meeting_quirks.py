"""What Zoom does with the members of one meeting where its documents leave it open."""

from dataclasses import dataclass
from typing import Annotated, Literal

from .evidence import seen


@dataclass(frozen=True, kw_only=True)
class MeetingQuirks:
    """The switches of a meeting's members; each default has the best evidence."""

    unknown_key: Annotated[
        Literal["ignore", "refuse", "refuse-in-settings"],
        seen(
            "An unknown or misplaced member is ignored in silence; one report has it refused, and "
            "that one stood in settings.",
            "FRA ASL",
        ),
    ] = "ignore"
    null_member: Annotated[
        Literal["ignore", "refuse"],
        seen(
            "A member that is null is ignored: null did not clear a value, and a published client "
            "sends six of them with every update.",
            "ZAPI43",
        ),
    ] = "ignore"
    arrays: Annotated[
        Literal["replace", "extend"],
        seen(
            "A list is taken whole, as everybody's practice has it; nobody has proved it. `extend` "
            "keeps the items that were there.",
            "ITH PSZ",
        ),
    ] = "replace"
    empty_passcode: Annotated[
        Literal["keep", "clear"],
        seen("A passcode cannot be cleared with an empty text: the old one stays.", "ZAPI43"),
    ] = "keep"
    passcode: Annotated[
        Literal["optional", "required"],
        seen(
            "Where a passcode is required and that setting is locked, Zoom makes one itself for a "
            "meeting that would have none.",
            "DOC-SEC C25",
        ),
    ] = "optional"
    security_floor: Annotated[
        Literal["waiting-room", "none"],
        seen(
            "When passcode, waiting room and sign-in would all be off, one is switched on.",
            "DOC-SEC",
        ),
    ] = "waiting-room"
    e2ee: Annotated[
        Literal["switch-off", "none"],
        seen(
            "End-to-end encryption switches off joining before the host, cloud recording and "
            "breakout rooms.",
            "C25",
        ),
    ] = "switch-off"
    locked: Annotated[
        tuple[str, ...],
        seen(
            "Members an administrator has locked, as dotted paths: an update leaves them alone.",
            "MOO MOO-FS",
        ),
    ] = ()
    basic_host: Annotated[
        Literal["ignore", "take"],
        seen(
            "Registration and cloud recording, which need a licence, are ignored in silence while "
            "the host has none.",
            "MOO-FS C25",
        ),
    ] = "ignore"
    pmi_conversion: Annotated[
        Literal["ignore", "take"],
        seen("use_pmi does not move a meeting to the personal meeting ID, or back.", "ZNET359"),
    ] = "ignore"
    interpretation: Annotated[
        Literal["take", "ignore"],
        seen("Interpretation is ignored in silence where the account has it switched off.", "C25"),
    ] = "take"
    alternative_hosts: Annotated[
        Literal["take", "drop-outsiders"],
        seen(
            "Alternative hosts must be licensed users of the account; what becomes of others was "
            "not reported. `drop-outsiders` leaves them out in silence.",
            "SUP-ALT",
        ),
    ] = "take"
    running: Annotated[
        Literal["take", "hold", "refuse"],
        seen(
            "A running meeting takes an update, and those in it see it after a restart. `hold` "
            "shows it in a read only then; an undated copy of Zoom's document has it refused.",
            "UTA UNDATED",
        ),
    ] = "take"
    lapsed_id: Annotated[
        Literal["not-found", "keep"],
        seen(
            "A number lapses some time after its date or last use, and then there is no meeting.",
            "SUP-ID",
        ),
    ] = "not-found"
    not_found: Annotated[
        Literal["does-not-exist", "has-expired"],
        seen(
            "The words for a meeting that is not there; the second are the older ones.", "K26 HAR"
        ),
    ] = "does-not-exist"
    uuid_path: Annotated[
        Literal["ignore", "not-found"],
        seen("An update addressed by UUID answers without an error and changes nothing.", "PSZ"),
    ] = "ignore"
    read_after_update: Annotated[
        Literal["fresh", "stale-once"],
        seen(
            "Whether a read may lag behind an update is not known. With `stale-once` the first one "
            "shows the meeting as it was.",
            "C25",
        ),
    ] = "fresh"
