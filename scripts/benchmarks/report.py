"""How figures are shown: tables for people, one object for programs, a picture for the docs."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from xml.sax.saxutils import escape

from rich import box
from rich.table import Table as Drawn

from .harness import Figure, Table

SCHEMA = "rezoom.bench/2"
_PAPER, _INK, _PALE = "#fcfcfd", "#1f2430", "#596070"
_OURS, _FLOOR, _PEER = "#0b7a75", "#9aa3b2", "#d1495b"
_BESIDE = ("rezoom", "httpx", "httpcore", "anyio", "sniffio", "jsonschema-rs", "redis", "pyreqwest")


def machine() -> dict[str, str]:
    """Say what was measured on."""
    return {
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "system": f"{platform.system()} {platform.release()}, {platform.machine()}",
        "processors": f"{os.cpu_count()} processors",
        "packages": ", ".join(f"{name} {_version(name)}" for name in _BESIDE),
    }


def table(shown: Table) -> Drawn:
    """Draw one table in Markdown."""
    out = Drawn(title=shown.title, title_justify="left", caption=shown.note or None, box=box.SIMPLE)
    out.add_column("", no_wrap=True)
    walls, counted, promised = (
        any(getattr(figure, name) is not None for figure in shown.figures)
        for name in ("wall", "connections", "goal")
    )
    names = [f"median {shown.unit}", f"best {shown.unit}", "× first"]
    names += ["wall"] * walls + ["new conn."] * counted + ["goal"] * promised
    for name in names:
        out.add_column(name, justify="right", no_wrap=True)
    for figure in shown.figures:
        out.add_row(*_row(figure, walls, counted, promised))
    return out


def _row(figure: Figure, walls: bool, counted: bool, promised: bool) -> list[str]:
    cells = [figure.name, _number(figure.median), _number(figure.best), f"{figure.ratio:.2f}"]
    if walls:
        cells.append(_number(figure.wall))
    if counted:
        cells.append("" if figure.connections is None else f"{figure.connections:.2f}")
    if promised:
        met = {True: " [green]✓[/]", False: " [red]✗[/]", None: ""}[figure.good]
        cells.append(f"{figure.goal or ''}{met}")
    return cells


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def markdown(shown: Mapping[str, Any]) -> str:
    """Write one table of the JSON as Markdown, as the docs show it."""
    rows = shown["figures"]
    columns = {"median": shown["unit"], "ratio": "× first"}
    optional = {"connections": "new connections", "goal": "goal"}
    columns |= {key: head for key, head in optional.items() if any(key in row for row in rows)}
    lines = [f"| | {' | '.join(columns.values())} |", f"|---|{'---:|' * len(columns)}"]
    for row in rows:
        cells = [_cell(row, key) for key in columns]
        lines.append(f"| {row['name']} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    if value is None:
        return ""
    if key == "goal":
        return f"{value} {'✓' if row['good'] else '✗'}"
    return _number(value) if key == "median" else f"{value:.2f}"


# From a comment to the next one: a page may have others, which are not ours.
_TABLE = re.compile(r"<!-- (?P<title>[^\n]+?) -->\n(?:(?!<!--).)*<!-- end -->", re.DOTALL)


def filled(text: str, tables: Sequence[Mapping[str, Any]]) -> str:
    """Put tables into a page, between the comments that name one and `<!-- end -->`."""
    known = {one["title"]: one for one in tables}

    def table_of(found: re.Match[str]) -> str:
        title = found["title"]
        return f"<!-- {title} -->\n{markdown(known[title])}\n<!-- end -->"

    return _TABLE.sub(table_of, text)


def bars(title: str, note: str, rows: Mapping[str, tuple[float, str]]) -> str:
    """Draw horizontal bars as an SVG, from (milliseconds, colour) by name."""
    width, left, bar, step = 800, 370, 18, 27
    top, most = 56, max(value for value, _ in rows.values())
    height = top + len(rows) * step + 34
    out = [
        _tag("rect", width=width, height=height, rx=8, fill=_PAPER),
        _text(title, x=20, y=30, font_size=16, font_weight=600, fill=_INK),
    ]
    for index, (name, (value, colour)) in enumerate(rows.items()):
        y = top + index * step
        length = round(max(2.0, (width - left - 90) * value / most), 1)
        out += [
            _text(name, x=left - 10, y=y + 13.5, text_anchor="end", fill=_INK),
            _tag("rect", x=left, y=y, width=length, height=bar, rx=3, fill=colour),
            _text(f"{value:.2f} ms", x=round(left + length + 8, 1), y=y + 13.5, fill=_PALE),
        ]
    out.append(_text(note, x=20, y=height - 14, font_size=11, fill=_PALE))
    inside = "\n".join(out)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
        f' font-family="system-ui, sans-serif" font-size="13">\n<title>{escape(title)}</title>\n'
        f"{inside}\n</svg>\n"
    )


def _tag(name: str, content: str | None = None, **attributes: object) -> str:
    written = "".join(f' {key.replace("_", "-")}="{value}"' for key, value in attributes.items())
    return f"<{name}{written}/>" if content is None else f"<{name}{written}>{content}</{name}>"


def _text(content: str, **attributes: object) -> str:
    return _tag("text", escape(content), **attributes)


def plot(tables: Sequence[Mapping[str, Any]], note: str, title: str) -> str:
    """Draw the CPU of one update, from the table called `title`."""
    (figures,) = (one["figures"] for one in tables if one["title"] == title)
    rows = {}
    for figure in sorted(figures, key=lambda figure: figure["median"]):
        name = figure["name"].partition(" (")[0]
        rows[name] = (figure["median"] / 1000, _colour(name))
    return bars("CPU of one update over https", note, rows)


def _colour(name: str) -> str:
    if name.startswith("Zoom."):
        return _OURS
    return _FLOOR if "http" in name or "generated" in name else _PEER


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "(not installed)"
