"""What Zoom does about tokens, users and limits where its documents leave it open."""

from dataclasses import dataclass
from typing import Annotated, Literal

from .evidence import seen


@dataclass(frozen=True, kw_only=True)
class AccountQuirks:
    """The switches of the account; each default is the behaviour with the best evidence."""

    schedule_for: Annotated[
        Literal["privilege", "anyone"],
        seen(
            "A meeting moves only to a licensed user who has granted the scheduling privilege, "
            "also for an account-wide app; anyone else is refused with code 3000.",
            "F88501 F129457",
        ),
    ] = "privilege"
    unknown_user: Annotated[
        Literal["cannot-schedule", "not-found", "not-in-account"],
        seen(
            "Somebody the account does not know is refused like one who has granted nothing; older "
            "tables have codes 1001 and 1010 for it.",
            "F88501 HAR",
        ),
    ] = "cannot-schedule"
    others_meeting: Annotated[
        Literal["refuse", "take"],
        seen(
            "An app without an :admin scope acts for one user, and the meetings of others are "
            "refused with code 3003.",
            "HAR BAL",
        ),
    ] = "refuse"
    blocked_domains: Annotated[
        tuple[str, ...],
        seen(
            "Domains the account has blocked: an update that names one of their users is refused.",
            "C25 K26",
        ),
    ] = ()
    second_grant: Annotated[
        Literal["both-live", "replaces"],
        seen(
            "A second token leaves the first one good; in 2022 it ended it.",
            "DOC-S2S F72070 F74432 F84334",
        ),
    ] = "both-live"
    expires_in: Annotated[
        Literal["3599", "3600"],
        seen("A token is said to live an hour, or a second less.", "DOC-S2S"),
    ] = "3599"
    rejected_status: Annotated[
        Literal["401", "400"],
        seen("The status beside code 124: 401 by the document, some report 400.", "K26"),
    ] = "401"
    unsigned_code: Annotated[
        Literal["124", "4700"],
        seen("The code for a request that carries no token at all.", "DOC-OAE K26"),
    ] = "124"
    limit_code: Annotated[
        Literal["429", "4001"],
        seen(
            "The code in the body of a 429: 429 in those seen, 4001 in the document.", "F81149 K26"
        ),
    ] = "429"
    counted: Annotated[
        Literal["arrived", "carried-out"],
        seen(
            "Whether a refused update counts against the hundreds is not known; the safe reading "
            "is that every one that reached its meeting does.",
            "DOC-RL",
        ),
    ] = "arrived"
    host_window: Annotated[
        Literal["utc-day", "rolling"],
        seen(
            "The hundred of a host starts anew at 00:00 UTC; an older answer speaks of a sliding "
            "window.",
            "F41094 F19474 F15385",
        ),
    ] = "utc-day"
    meeting_window: Annotated[
        Literal["rolling", "utc-day"],
        seen(
            "Whether the 24 hours of a meeting roll is not known; the safe reading is yes.", "C25"
        ),
    ] = "rolling"
    host_day_headers: Annotated[
        Literal["other-pool", "own-pool"],
        seen(
            "The 429 of a host out of updates shows the numbers of the account's pool, as in the "
            "one full dump there is.",
            "F18928 F59670",
        ),
    ] = "other-pool"
