"""Write `RULES.md`: the table of rules as a page for people, from the same rows as the facts."""

from __future__ import annotations

from typing import Any

from .bundle import Schema
from .rule_rows import all_rows

_HEAD = """\
# The rules

Every rule that a change to a meeting is judged by, with its source and the date of that source. An
error stops a change before anything is sent; a warning is told with it. Each is lifted by its id
(`allow=["…"]`, `--allow`), and `rezoom explain ID` tells one of them whole.
"""
_KINDS = {
    "body": ("Decided by the change alone: errors", "A change that breaks one is not sent."),
    "advice": ("Decided by the change alone: warnings", "Doubtful whatever the meeting is like."),
    "situation": (
        "Decided by the meeting as it is, and the clock",
        "Judged where the meeting has been read, as `plan` does.",
    ),
    "computed": ("Decided by code", "They compare with the spec itself, or work out dates."),
    "reason": (
        "Told afterwards",
        "Why Zoom may have answered 204 and left a member as it was.",
    ),
}


def rules_page(bundled: Schema) -> str:
    """Render the page of all rules."""
    rows, sources = all_rows(bundled), bundled.get("x-sources", {})
    parts = [_HEAD]
    for kind, (title, about) in _KINDS.items():
        parts.append(f"## {title}\n\n{about}\n")
        parts.append(
            "| id | | about | sentence | fix | source |\n| --- | --- | --- | --- | --- | --- |"
        )
        parts += [_row(row, sources[row["source"]]) for row in rows if row["kind"] == kind]
        parts[-1] += "\n"
    return "\n".join(parts)


def _row(row: dict[str, Any], source: dict[str, str]) -> str:
    about = ".".join(filter(None, (row["path"], row["field"])))
    if row["kind"] == "reason":
        about = ", ".join(row["explains"])
    link = f'[{row["source"]}]({source["url"]} "{source["title"].replace(chr(34), "")}")'
    dated = f"{link} {row['date']}".strip()
    cells = (f"`{row['id']}`", row["severity"], about, row["sentence"], row["fix"], dated)
    return "| " + " | ".join(" ".join(cell.replace("|", "\\|").split()) for cell in cells) + " |"
