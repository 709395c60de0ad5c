"""The exception tree: what each error says, carries and survives."""

import copy
import json
import pickle
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from rezoom import errors
from rezoom.errors import Problem, Refusal, RezoomError

NOON = datetime(2026, 12, 7, 12, 0, tzinfo=UTC)
JBH = Problem(
    path="settings.jbh_time",
    severity="error",
    rule="jbh-time-needs-join-before-host",
    message="ignored while join_before_host is false.",
    fix="set join_before_host to true",
    source="C25",
    dates=(date(2026, 12, 7),),
)
TOPIC = Problem("topic", "error", "topic.maxLength", "201 characters", "at most 200", "C25")
REFUSAL = Refusal(
    code=300,
    tracking_id="WEB_1",
    errors=[{"field": "settings.jbh_time", "message": "Invalid parameter."}],
    meaning="A value is not allowed",
    next_step="Correct the field.",
    source="DOC-ERR",
)


@dataclass(frozen=True)
class ReceiptStandIn:
    """As much of a receipt as an error needs."""

    ignored: dict[str, Problem] = field(default_factory=dict)

    def to_dict(self) -> dict[str, object]:
        return {"ignored": {path: problem.to_dict() for path, problem in self.ignored.items()}}


def tree(root: type[RezoomError] = RezoomError) -> Iterator[type[RezoomError]]:
    """Walk every class of the tree that rezoom itself defines."""
    if root.__module__ == errors.__name__:
        yield root
    for child in root.__subclasses__():
        yield from tree(child)


def sample(kind: type[RezoomError]) -> RezoomError:
    """Make one error with everything set; a new signature must be taught here."""
    if issubclass(kind, errors.OccurrenceError):
        return kind([JBH], candidates=["2026-12-07", "2026-12-14"])
    if issubclass(kind, errors.InvalidChange):
        return kind([JBH, TOPIC])
    if issubclass(kind, errors.QuotaExceeded):
        return kind(
            limit=100, used=97, pending=1, unknown=2, external=0, scope="meeting", retry_at=NOON
        )
    if issubclass(kind, errors.RateLimited):
        return kind("slow down", retry_at=NOON, scope="host", **REFUSAL)
    if issubclass(kind, errors.ScopeError):
        return kind("no scope", status=400, missing=["meeting:write:admin"], **REFUSAL)
    if issubclass(kind, errors.RefusedError):
        return kind("Validation Failed.", status=400, **REFUSAL)
    if issubclass(kind, errors.NotApplied):
        return kind(ReceiptStandIn({"settings.jbh_time": JBH}))
    if issubclass(kind, errors.ConfigError):
        return kind("client_id is empty", field="client_id", next_step="Pass it.")
    if issubclass(kind, errors.PlanStale):
        return kind(["topic: “a” → “b”"])
    if issubclass(kind, errors.NotVerified):
        return kind("nothing was read back", sent=True)
    return kind("something happened", next_step="Do this.")


# RetryLater itself is only a name for `except`: what is raised is always one of its two children.
RAISED = sorted({*tree()} - {errors.RetryLater}, key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", RAISED)
def test_pickling_keeps_class_text_and_every_attribute(kind: type[RezoomError]) -> None:
    """An error that crossed a process boundary is the same error."""
    error = sample(kind)

    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(twin) is kind
        assert str(twin) == str(error)
        assert vars(twin) == vars(error)
        assert twin.args == error.args
        assert twin.to_dict() == error.to_dict()


@pytest.mark.parametrize("kind", RAISED)
def test_to_dict_is_json_and_complete(kind: type[RezoomError]) -> None:
    """What a script reads holds type, message, sent and every attribute."""
    error = sample(kind)

    said = json.loads(json.dumps(error.to_dict()))

    assert {"type", "message", "sent", "next_step", *vars(error)} == set(said)
    assert said["type"] == kind.__name__
    assert said["sent"] is error.sent


@pytest.mark.parametrize("kind", RAISED)
def test_text_says_whether_it_was_sent(kind: type[RezoomError]) -> None:
    """Nobody has to know the tree to learn whether the change left."""
    error = sample(kind)

    assert {True: "was sent", False: "No change was sent", None: "is not known"}[error.sent] in str(
        error
    )


@pytest.mark.parametrize("kind", [k for k in RAISED if issubclass(k, errors.NotSentError)])
def test_not_sent_means_false(kind: type[RezoomError]) -> None:
    """Whatever is a NotSentError has `sent` False, not None."""
    assert sample(kind).sent is False


def test_the_docstring_draws_every_class() -> None:
    """The tree in the module's docstring does not fall behind the code."""
    assert [kind.__name__ for kind in tree() if kind.__name__ not in (errors.__doc__ or "")] == []


def test_one_except_catches_both_limits() -> None:
    """A caller who defers work needs RetryLater alone."""
    for kind in (errors.QuotaExceeded, errors.RateLimited):
        error = sample(kind)
        assert isinstance(error, errors.RetryLater)
        assert error.retry_at == NOON
        assert "Try again at 2026-12-07T12:00:00Z." in str(error)


def test_retry_at_is_kept_in_utc() -> None:
    """The instant is the same whatever zone it came in."""
    berlin = timezone(timedelta(hours=1))
    error = errors.RateLimited("slow", retry_at=NOON.astimezone(berlin), scope="host")

    assert error.retry_at.tzinfo is UTC
    assert error.to_dict()["retry_at"] == "2026-12-07T12:00:00Z"


def test_the_shown_retry_time_is_never_too_early() -> None:
    """A fraction of a second is rounded up in the text and kept in the attribute."""
    error = errors.RateLimited("slow", retry_at=NOON.replace(microsecond=1), scope="host")

    assert "Try again at 2026-12-07T12:00:01Z." in str(error)
    assert error.to_dict()["retry_at"] == "2026-12-07T12:00:00.000001Z"


def test_retry_at_without_a_zone_is_a_mistake_of_ours() -> None:
    """A naive retry_at would be wrong by hours for someone."""
    with pytest.raises(ValueError, match="time zone"):
        errors.RateLimited("slow", retry_at=NOON.replace(tzinfo=None), scope="host")


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (errors.InvalidChange, ValueError),
        (errors.ConfigError, ValueError),
        (errors.NotVerified, RuntimeError),
    ],
)
def test_errors_of_the_caller_are_also_builtin_ones(
    kind: type[RezoomError], builtin: type[Exception]
) -> None:
    """Code that knows nothing of rezoom can still catch what is plainly a bad value."""
    assert isinstance(sample(kind), builtin)


def test_an_invalid_change_lists_all_its_problems() -> None:
    """One attempt shows everything there is to correct."""
    assert str(errors.InvalidChange([JBH, TOPIC])).splitlines() == [
        "The change has 2 problems. No change was sent.",
        (
            "  settings.jbh_time: ignored while join_before_host is false"
            " - set join_before_host to true"
        ),
        "  topic: 201 characters - at most 200",
    ]


def test_an_unknown_occurrence_shows_the_nearest() -> None:
    """The candidates stand in the text."""
    error = errors.OccurrenceError([JBH], candidates=[date(2026, 12, 7), date(2026, 12, 14)])

    assert str(error).endswith("nearest: 2026-12-07, 2026-12-14")


def test_a_problem_is_one_line() -> None:
    """Line breaks in a message do not break a listing."""
    problem = Problem("topic", "error", "r", "too\nlong", "cut it\n", "C25")

    assert str(problem) == "topic: too long - cut it"


def test_a_refusal_tells_all_zoom_said() -> None:
    """Status, code, message, fields, meaning, tracking id and next step are in one text."""
    assert str(sample(errors.RefusedError)) == (
        "HTTP 400, code 300: Validation Failed. settings.jbh_time: Invalid parameter. "
        "A value is not allowed. Zoom's tracking id: WEB_1. "
        "The request was sent; not carried out. Correct the field."
    )


@pytest.mark.parametrize("status", [200, 299, 502, 520])
def test_an_odd_answer_does_not_claim_that_nothing_changed(status: int) -> None:
    """Only a 4xx is a promise that the change was not carried out."""
    error = errors.ServerError("?", status=status)

    assert "not known whether it was carried out" in str(error)


def test_a_next_step_of_the_case_replaces_that_of_the_class() -> None:
    """What is known about one answer is better than the general advice."""
    assert "Ask the owner." in str(errors.AuthError("no", status=401, next_step="Ask the owner."))
    assert errors.AuthError("no", status=401).next_step == errors.AuthError.next_step


def test_not_applied_names_the_ignored_fields() -> None:
    """The text alone says which fields Zoom left as they were."""
    assert "settings.jbh_time" in str(sample(errors.NotApplied))


def test_notes_stay_out_of_the_data() -> None:
    """A note added on the way is for people, not part of the documented object."""
    error = errors.PlanStale("the meeting changed")
    error.add_note("while reading plan.json")

    assert "__notes__" not in error.to_dict()
