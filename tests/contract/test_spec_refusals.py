"""A spec with a mistake stops the compiler with file, line, and reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from compiler.document import Document, Mistake, SpecError
from compiler.lint import lint
from regen import FACADE
from spec_copy import ROOT, SCHEMAS, SETTINGS, UPDATE, SpecCopy, Step, original

pytestmark = pytest.mark.slow

RECURRENCE = (*SCHEMAS, "MeetingRecurrence", "properties")
ANSWER = (*SCHEMAS, "MeetingSettingsRead", "properties")
RULES = (*SCHEMAS, "MeetingRecurrence", "allOf")


def row(table: str, rule: str) -> tuple[Step, ...]:
    """Find a rule in one of the tables outside the body."""
    return (table, [entry["id"] for entry in original().root[table]].index(rule))


GAP = row("x-situations", "clock-gap")
JBH = row("x-situations", "jbh-time-while-nobody-joins-early")
LIST = row("x-situations", "list-leaves-out")
LAST = row("x-reasons", "locked-or-gated")
PATCH = ("paths", "/meetings/{meetingId}", "patch")
HERE, PARENT, NEXT, PATCHED = "here", "parent", "next", "patch"
# name: the place, the lines to put there, the line to be named, the reason in part.
TRAPS: dict[str, tuple[tuple[Step, ...], tuple[str, ...], str, str]] = {
    "default": (
        (*UPDATE, "topic", "type"),
        ("type: string", "default: x"),
        PARENT,
        "a default is *sent*",
    ),
    "default in a rule": (
        (*RULES, 0, "not"),
        ("default: 1", "not:"),
        PARENT,
        "'default' was unexpected",
    ),
    "date-time": (
        (*UPDATE, "template_id", "type"),
        ("type: string", "format: date-time"),
        PARENT,
        "isoformat()",
    ),
    "weekly_days enum": (
        (*RECURRENCE, "weekly_days", "pattern"),
        ('enum: ["1", "2"]',),
        PARENT,
        'cannot say "2,4"',
    ),
    "maximum on an array": (
        (*SCHEMAS, "SignLanguageInterpretation", "properties", "interpreters", "maxItems"),
        ("maximum: 20",),
        PARENT,
        "maximum means nothing on type array",
    ),
    "minimum on a string": (
        (*UPDATE, "password", "maxLength"),
        ("minimum: 8",),
        PARENT,
        "minimum means nothing on type string",
    ),
    "minimum above maximum": (
        (*UPDATE, "duration", "minimum"),
        ("minimum: 1441",),
        PARENT,
        "minimum 1441 is above maximum 1440",
    ),
    "length on an integer": (
        (*UPDATE, "duration", "minimum"),
        ("maxLength: 4",),
        PARENT,
        "maxLength means nothing on type integer",
    ),
    "misspelt keyword": (
        (*UPDATE, "topic", "maxLength"),
        ("maxLenght: 200",),
        PARENT,
        "'maxLenght' is neither",
    ),
    "answer without a member of its request": (
        (*ANSWER, "waiting_room"),
        ("waiting_rooms: {type: boolean, description: A room., examples: [true]}",),
        PARENT,
        "lacks 'waiting_room', which MeetingSettings has",
    ),
    "answer of another type": (
        (*ANSWER, "waiting_room"),
        ("waiting_room: {type: string, description: A room., examples: [a]}",),
        HERE,
        "type is 'string', and has to be 'boolean'",
    ),
    "limit on an answer": (
        (*ANSWER, "waiting_room"),
        ("waiting_room: {type: boolean, enum: [true], description: A room., examples: [true]}",),
        HERE,
        "enum has no place here",
    ),
    "nullable": (
        (*UPDATE, "topic", "maxLength"),
        ("nullable: true",),
        PARENT,
        "nullable is OpenAPI 3.0",
    ),
    "text in an enum of numbers": (
        (*SETTINGS, "jbh_time", "enum"),
        ('enum: [0, "5", 10, 15]',),
        PARENT,
        "'5' in enum is not of type integer",
    ),
    "broken pattern": (
        (*UPDATE, "password", "pattern"),
        ("pattern: '[a-'",),
        HERE,
        "is not a 'regex'",
    ),
    "duplicate key": (
        (*UPDATE, "topic", "type"),
        ("type: string", "type: integer"),
        NEXT,
        "stands twice",
    ),
    "not YAML": ((*UPDATE, "topic", "type"), ("type: [string",), NEXT, "not YAML"),
    "missing $ref": (
        (*UPDATE, "settings", "$ref"),
        ('$ref: "../openapi.yaml#/components/schemas/MeetingSetting"',),
        HERE,
        "#/components/schemas/MeetingSetting does not exist",
    ),
    "rule without an id": (
        (*RULES, 0, "x-rule", "id"),
        ("# none",),
        PARENT,
        "'id' is a required property",
    ),
    "rule without a source": (
        (*RULES, 0, "x-rule", "source"),
        ("# none",),
        PARENT,
        "'source' is a required property",
    ),
    "rule with an empty sentence": (
        (*RULES, 0, "x-rule", "sentence"),
        ("sentence: ' '",),
        HERE,
        "does not match",
    ),
    "rule id twice": (
        (*RULES, 1, "x-rule", "id"),
        ("id: both-ends",),
        HERE,
        "'both-ends' stands twice",
    ),
    "rule blaming nobody": (
        (*RULES, 0, "x-rule", "field"),
        ("field: end_time",),
        HERE,
        "MeetingRecurrence has no property 'end_time'",
    ),
    "rule about a missing member": (
        (*RULES, 1, "then", "required"),
        ("required: [weekly_day]",),
        HERE,
        "this rule is dead",
    ),
    "rule about an impossible value": (
        (*RULES, 1, "if", "properties", "type", "const"),
        ("const: 9",),
        HERE,
        "this rule is dead",
    ),
    "misspelt keyword in a rule": (
        (*RULES, 1, "then", "required"),
        ("requires: [weekly_days]",),
        PARENT,
        "'requires' was unexpected",
    ),
    "unknown source": (
        (*UPDATE, "password", "x-source"),
        ("x-source: K27",),
        HERE,
        "'K27' is not among x-sources",
    ),
    "open request object": (
        (*SCHEMAS, "TrackingField", "additionalProperties"),
        ("additionalProperties: true",),
        PARENT,
        "a request object is closed",
    ),
    "object without a name": (
        (*UPDATE, "template_id", "type"),
        ("type: object", "properties: {}"),
        PARENT,
        "an object without a name",
    ),
    "x-honours naming no field": (
        ("components", "parameters", "OccurrenceId", "x-honours", 0),
        ("- agend",),
        HERE,
        "the body has no 'agend'",
    ),
    "bad example": (
        (*UPDATE, "duration", "examples"),
        ("examples: [0]",),
        HERE,
        "0 is less than",
    ),
    "no example": ((*UPDATE, "duration", "examples"), ("# none",), PARENT, "no example"),
    "quota that is no count": (
        ("x-quotas", 0, "limit"),
        ("limit: many",),
        HERE,
        "'many' is not of type",
    ),
    "situation without a source": (
        (*GAP, "source"),
        ("# none",),
        PARENT,
        "'source' is a required property",
    ),
    "situation without a severity": (
        (*GAP, "severity"),
        ("# none",),
        PARENT,
        "'severity' is a required property",
    ),
    "situation that always holds": (
        (*LIST, "each"),
        ("# none",),
        PARENT,
        "needs one of: when, each",
    ),
    "situation with the id of a rule": (
        (*GAP, "id"),
        ("- id: both-ends",),
        HERE,
        "'both-ends' stands twice",
    ),
    "situation blaming nobody": (
        (*GAP, "field"),
        ("field: start",),
        HERE,
        "the body has no 'start'",
    ),
    "situation about a fact nobody derives": (
        (*GAP, "when", "properties", "derived"),
        ("derived: {properties: {start_clok: {const: gap}}}",),
        HERE,
        "this rule is dead",
    ),
    "situation about an impossible value": (
        (*GAP, "when", "properties", "derived"),
        ("derived: {properties: {start_clock: {const: gaps}}}",),
        HERE,
        "this rule is dead",
    ),
    "situation about a member no answer has": (
        (*JBH, "when", "properties", "after"),
        ("after: {properties: {setting: {required: [join_before_host]}}}",),
        HERE,
        "this rule is dead",
    ),
    "misspelt keyword in a situation": (
        (*GAP, "when", "properties"),
        ("property:",),
        PARENT,
        "'property' was unexpected",
    ),
    "explaining nothing": (
        (*GAP, "explains"),
        ("explains: [start]",),
        HERE,
        "neither body nor answer has 'start'",
    ),
    "settling no advice": (
        (*JBH, "settles"),
        ("settles: [both-ends]",),
        HERE,
        "there is no advice 'both-ends'",
    ),
    "each of no list": (
        (*LIST, "each"),
        ("each: unprotected",),
        HERE,
        "x-case derives no list 'unprotected'",
    ),
    "reason with a severity": (
        (*LAST, "fix"),
        ("fix: x", "severity: error"),
        PARENT,
        "should not be valid",
    ),
    "no last reason": (
        (*LAST, "explains"),
        ("explains: [topic]",),
        PARENT,
        "must explain everything",
    ),
    "reading back what no answer has": (
        (*UPDATE, "schedule_for", "x-read-back", "look"),
        ("look: [host]",),
        HERE,
        "an answer has no 'host'",
    ),
    "volatile in the body": (
        (*UPDATE, "template_id", "type"),
        ("type: string", "x-volatile: true"),
        NEXT,
        "only a top-level member of an answer",
    ),
    "rule that no operation lists": (
        (*PATCH, "x-rules", 0),
        ("# The first one is left out.",),
        PATCHED,
        "neither in x-rules nor left out",
    ),
    "list naming no rule": (
        (*PATCH, "x-rules"),
        ("x-rules:", "  - no-such-rule"),
        PATCHED,
        "there is no rule 'no-such-rule'",
    ),
    "spending what no quota is": (
        (*PATCH, "x-spends"),
        ("x-spends: [meetings]",),
        HERE,
        "x-quotas has no 'meetings'",
    ),
    "read back by no operation": (
        (*PATCH, "x-read-by"),
        ("x-read-by: readMeeting",),
        HERE,
        "there is no operation 'readMeeting'",
    ),
    "misspelt way to read back": (
        (*UPDATE, "schedule_for", "x-read-back", "kind"),
        ("kind: nevr",),
        HERE,
        "'nevr' is not one of",
    ),
    "naming what the body has": (
        (*row("x-computed", "occurrence-in-body"), "names"),
        ("names: [duration]",),
        HERE,
        "the body has 'duration'",
    ),
    "announced and described": (
        ("x-announced", 0, "name"),
        ("- name: waiting_room",),
        HERE,
        "'waiting_room' is described now, in MeetingSettings",
    ),
    "misspelt fact": (
        ("x-throttles", 0, "retry"),
        ("retries: true",),
        PARENT,
        "'retries' was unexpected",
    ),
}


def refusals(spec: Path, facade: Path | None = None) -> tuple[Mistake, ...]:
    """Lint a spec that must be refused; return all complaints."""
    with pytest.raises(SpecError) as caught:
        lint(Document(spec), facade)
    assert str(caught.value).splitlines() == [str(mistake) for mistake in caught.value.mistakes]
    return caught.value.mistakes


def refusal(spec: Path, facade: Path | None = None) -> Mistake:
    """Lint a spec that must be refused; return the first complaint."""
    return refusals(spec, facade)[0]


@pytest.mark.parametrize("trap", TRAPS)
def test_spec_with_a_trap_is_refused(trap: str, copy: SpecCopy) -> None:
    """The complaint names the file, the line, and the reason."""
    place, lines, named, reason = TRAPS[trap]
    file, number = copy.edit(place, *lines)
    expected = {HERE: number, PARENT: copy.place(place[:-1])[1], NEXT: number + 1}
    expected[PATCHED] = copy.place(PATCH)[1]
    complaint = refusal(copy.spec)
    assert reason in complaint.reason
    assert str(complaint) == f"{file}:{expected[named]}: {complaint.reason}"


# Mistakes that different checks find, in seven files.
EIGHT = (
    "misspelt keyword",
    "text in an enum of numbers",
    "rule blaming nobody",
    "unknown source",
    "situation blaming nobody",
    "no last reason",
    "quota that is no count",
    "x-honours naming no field",
)


def test_all_mistakes_of_a_run_are_told(copy: SpecCopy) -> None:
    """Eight mistakes in seven files are eight lines, each with its own place and reason."""
    places = sorted((TRAPS[name] for name in EIGHT), key=lambda t: original().place(t[0]))
    expected = set()
    for place, lines, named, reason in reversed(places):
        file, number = copy.edit(place, *lines)
        at = {HERE: number, PARENT: copy.place(place[:-1])[1]}[named]
        expected.add((file, at, reason))
    told = refusals(copy.spec)
    missed = [
        (file, line, reason)
        for file, line, reason in expected
        if not any(m.file == file and m.line == line and reason in m.reason for m in told)
    ]
    assert missed == []
    assert len(told) == len(expected)
    assert len({mistake.file for mistake in told}) == 7


PARTS: dict[str, tuple[str, str, str, str]] = {
    "a reference that only the compiler could follow": (
        "schemas/settings.yaml",
        '$ref: "../openapi.yaml#/components/schemas/CustomKey"',
        '$ref: "#/components/schemas/CustomKey"',
        "must start with ../openapi.yaml#/",
    ),
    "a name the root does not have": (
        "facts/lifetime.yaml",
        "x-lapse:",
        "x-laps:",
        "openapi.yaml names no 'x-laps'",
    ),
    "a name the part does not have": (
        "openapi.yaml",
        "lifetime.yaml#/x-lapse",
        "lifetime.yaml#/x-laps",
        "has no 'x-laps'",
    ),
    "a part that is not there": (
        "openapi.yaml",
        "lifetime.yaml#/x-lapse",
        "life.yaml#/x-lapse",
        "cannot be read",
    ),
    "a member beside the reference": (
        "openapi.yaml",
        'lifetime.yaml#/x-lapse"',
        'lifetime.yaml#/x-lapse", source: ITH',
        "stands alone",
    ),
}


@pytest.mark.parametrize("name", PARTS)
def test_part_that_does_not_fit_is_refused(name: str, copy: SpecCopy) -> None:
    """What would be left out or looked for in vain is named with its line."""
    place, old, new, reason = PARTS[name]
    file = copy.spec.parent / place
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    line = text[: text.index(old)].count("\n") + 1
    told = [mistake for mistake in refusals(copy.spec) if reason in mistake.reason]
    missing = (copy.spec.parent / "facts/life.yaml", 1)
    assert [m[:2] for m in told] == [missing if "not there" in name else (file, line)]


def test_part_nobody_names_is_refused(copy: SpecCopy) -> None:
    """A file beside the others that the root forgot would be left out in silence."""
    stray = copy.spec.parent / "schemas" / "stray.yaml"
    stray.write_text("Stray: {type: object}\n", encoding="utf-8")
    assert refusals(copy.spec) == (Mistake(stray, 1, "openapi.yaml names nothing of this file"),)


def test_unreadable_parts_are_all_told(copy: SpecCopy) -> None:
    """Two files that are not YAML are two complaints of one run."""
    parts = [copy.spec.parent / name for name in ("facts/errors.yaml", "rules/case.yaml")]
    for part in parts:
        part.write_text("a: [\n", encoding="utf-8")
    assert {mistake.file for mistake in refusals(copy.spec)} == set(parts)


def test_field_named_like_a_real_option_is_refused(copy: SpecCopy) -> None:
    """The compiler looks where the options of `update` are."""
    copy.edit((*UPDATE, "topic"), "verify:")

    told = refusals(copy.spec, ROOT / FACADE)
    assert any("collides with the option 'verify' of sync.py" in one.reason for one in told), told


def test_field_named_like_an_option_is_refused(copy: SpecCopy) -> None:
    """A field that `update` could not take as a keyword stops the compiler, by name."""
    client = copy.root / "client.py"
    client.write_text(
        "class AsyncZoom:\n"
        "    async def update(self, meeting: int, /, *, topic: str = '', **fields: object): ...\n"
    )
    assert (
        "collides with the option 'topic' of client.py:update()"
        in refusal(copy.spec, client).reason
    )


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"- a\n", b"openapi: 3.1.0\n", b"a: &a [*a]\n"]
)
def test_file_that_is_no_spec_is_refused(content: bytes, copy: SpecCopy) -> None:
    """Whatever stands in the file, the complaint is a sentence with a line."""
    copy.spec.write_bytes(content)
    assert refusal(copy.spec).line >= 1


def test_missing_file_is_refused(tmp_path: Path) -> None:
    """A spec that is not there is a complaint too."""
    assert "cannot be read" in refusal(tmp_path / "openapi.yaml").reason


def test_spec_as_it_stands_is_accepted(copy: SpecCopy) -> None:
    """The refusals above come from the edits alone."""
    lint(Document(copy.spec), None)
