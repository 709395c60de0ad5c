"""`rezoom explain`: what a code, a text, a rule or a field means, without a network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from rich.table import Column
from rich.text import Text

from ..._redaction import without_assignments
from .. import flags
from ..console import Console, answers, as_text, print_json
from ..exit_codes import UsageError

if TYPE_CHECKING:
    from ..._catalog import Explanation

_LONGEST = 40
_TITLES = {
    "error": "Codes and statuses",
    "limit": "Limits (HTTP 429)",
    "token": "Refusals of the token address",
    "rule": "Rules",
}


def explain(
    words: Annotated[
        list[str] | None,
        flags.argument(
            "[CODE|STATUS|RULE|FIELD|TEXT]",
            "3000, 429, past-start, settings.jbh_time, or a part of what Zoom said; without "
            "it, everything that can be explained is listed.",
        ),
    ] = None,
    message: Annotated[
        str, flags.option("TEXT", "What Zoom said with the code: one code has many reasons.")
    ] = "",
    status: Annotated[
        int | None, flags.option("HTTP", "The status it came with.", min=100, max=599)
    ] = None,
    as_json: flags.Json = False,
) -> None:
    """Say what an answer of Zoom's or a rule means, what to do, and where that is written.

    Offline: nothing is sent, and no credentials are needed.
    """
    from ..._catalog import everything
    from ..._catalog import explain as find

    word = " ".join(words or ()).strip()
    if not word and (message or status):
        word = message or str(status)
    found = find(word, message=message, status=status) if word else everything()
    if not found:
        raise _unknown(word)
    if as_json:
        explanations = [one.to_dict() for one in found]
        print_json("explanation/1", asked=word or None, explanations=explanations)
    elif word:
        _print_whole(answers(), found)
    else:
        _print_list(answers(), found)


def _unknown(word: str) -> UsageError:
    from ..._catalog import nearest

    near = nearest(word)
    if word.isdigit() and len(word) <= _LONGEST:
        step = "If Zoom answered with it, pass what it said: --message TEXT."
        return UsageError(f"No source that rezoom knows explains the code {word}", next_step=step)
    step = f"Did you mean {', '.join(near)}? " if near else ""
    step += "`rezoom explain` lists everything that can be explained."
    word = without_assignments(word)
    shown = word if len(word) <= _LONGEST else f"{word[:_LONGEST]}…"
    return UsageError(f"There is nothing called {shown!r}", next_step=step)


def _print_whole(console: Console, found: Sequence[Explanation]) -> None:
    for index, one in enumerate(found):
        if index:
            console.print()
        code = "" if one.code is None else f"{one.code} "
        status = "" if one.status is None else f"  HTTP {one.status}"
        heading = Text.assemble((f"{code}{one.id}", "bold"), (status, "dim"))
        rows = [
            ("Zoom says" if one.kind != "rule" else "", one.said),
            ("means", one.cause),
            ("do", one.next_step),
            *((name.replace("_", " "), text) for name, text in _details(one)),
            ("source", one.source),
            ("", one.link),
        ]
        console.print(heading, soft_wrap=True)
        columns = Column(style="dim", no_wrap=True), Column(overflow="fold")
        console.rows(((f"  {name}", text) for name, text in rows if text), *columns)


def _details(one: Explanation) -> list[tuple[str, str]]:
    rows = []
    for name, value in one.details.items():
        if isinstance(value, dict):
            rows += [
                (name, f"{operation}, {form}: {' or '.join(scopes)}")
                for operation, forms in value.items()
                for form, scopes in forms.items()
            ]
        elif isinstance(value, bool):
            rows.append((name, "yes" if value else "no"))
        else:
            rows.append((name, ", ".join(value) if isinstance(value, list) else str(value)))
    return rows


def _print_list(console: Console, found: Sequence[Explanation]) -> None:
    for kind, title in _TITLES.items():
        console.say(title, "bold")
        rows = []
        for one in found:
            if one.kind == kind:
                number = one.code if one.code is not None else one.status
                mark = one.details.get("severity", "" if number is None else number)
                rows.append((as_text(f"  {mark}", "dim"), one.id, one.cause))
        console.rows(rows, Column(no_wrap=True), Column(no_wrap=True), Column(overflow="fold"))
        console.print()
    console.say("rezoom explain WORD tells one of them whole, with its source.", "dim")
