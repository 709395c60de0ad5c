"""Write `RULES.md`: the table of rules as a page for people, from the same rows as the facts."""

from __future__ import annotations

from typing import Any

from .bundle import Schema
from .rule_rows import all_rows

_HEAD = """\
# The rules

Every rule that a request is judged by, with its source and the date of that source. An error stops
a request before anything is sent; a warning is told with it. Each has an id, by which it is lifted.
"""
_KINDS = {
    "body": ("Decided by the body alone: errors", "A request that breaks one is not sent."),
    "advice": ("Decided by the body alone: warnings", "Doubtful whatever a read would show."),
    "situation": (
        "Decided by what a read shows, and the clock",
        "Judged where a read was made before.",
    ),
    "computed": ("Decided by code", "They compare with the spec itself, or work out dates."),
    "reason": (
        "Told afterwards",
        "Why the server may have said yes and left a member as it was.",
    ),
}


def rules_page(bundled: Schema) -> str:
    """Render the page of all rules."""
    rows, sources = all_rows(bundled), bundled.get("x-sources", {})
    parts = [_HEAD]
    several = len({row["operations"] for row in rows}) > 1
    for kind, (title, about) in _KINDS.items():
        told = [row for row in rows if row["kind"] == kind]
        if told:
            parts.append(f"## {title}\n\n{about}\n")
            parts.append(
                _row(("id", "", "about", "sentence", "fix", "source"), "for", several=several)
            )
            parts.append("|" + " --- |" * (7 if several else 6))
            parts += [
                _row(
                    _cells(row, sources[row["source"]]),
                    ", ".join(row["operations"]),
                    several=several,
                )
                for row in told
            ]
            parts[-1] += "\n"
    return "\n".join(parts)


def _cells(row: dict[str, Any], source: dict[str, str]) -> tuple[str, ...]:
    about = ".".join(filter(None, (row["path"], row["field"])))
    if row["kind"] == "reason":
        about = ", ".join(row["explains"])
    link = f'[{row["source"]}]({source["url"]} "{source["title"].replace(chr(34), "")}")'
    dated = f"{link} {row['date']}".strip()
    weight = f"{row['severity']}, security" if row.get("security") else row["severity"]
    return (f"`{row['id']}`", weight, about, row["sentence"], row["fix"], dated)


def _row(cells: tuple[str, ...], operations: str, *, several: bool) -> str:
    shown = (*cells, operations) if several else cells
    return "| " + " | ".join(" ".join(cell.replace("|", "\\|").split()) for cell in shown) + " |"
