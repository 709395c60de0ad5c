"""Content lines of RFC 5545 §3.1: names, parameters and values, and the components they make."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ._limits import refusal

_NAME = "[A-Za-z0-9-]+"
_VALUES = '(?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*'
_PARAMETER = re.compile(f";({_NAME})=({_VALUES})")
_LINE = re.compile(f"({_NAME})((?:;{_NAME}={_VALUES})*):(.*)")
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class ContentLine:
    """One line: its name and those of its parameters in capitals, values as they stand there."""

    name: str
    value: str
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The value of a property that is a text, without its escapes."""
        return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], self.value)


@dataclass(frozen=True, slots=True)
class Component:
    """What stands between one BEGIN and its END, without the components within it."""

    name: str
    lines: list[ContentLine] = field(default_factory=list)

    def first(self, name: str) -> ContentLine | None:
        """Return the first line of that name."""
        return next((line for line in self.lines if line.name == name), None)

    def text(self, name: str) -> str:
        """Return the text of the first line of that name; empty if there is none."""
        line = self.first(name)
        return line.text if line else ""


def unfolded(text: str) -> Iterator[str]:
    """Yield whole lines: one goes on in the next if that begins with a blank."""
    joined = re.sub(r"(?:\r\n|\r|\n)[ \t]", "", text)
    return filter(None, map(str.strip, re.split(r"[\r\n]+", joined)))


def read_line(line: str) -> ContentLine | None:
    """Read one whole line; None if it is no content line."""
    found = _LINE.fullmatch(line)
    if found is None:
        return None
    name, parameters, value = found.groups()
    named = {key.upper(): one.strip('"') for key, one in _PARAMETER.findall(parameters)}
    return ContentLine(name.upper(), value, named)


def read_components(text: str) -> list[Component]:
    """Read all components of a calendar, each before those within it.

    A line that is no content line is passed over: programs break descriptions in two. A component
    that is not closed is refused, since a part of the file is missing then.
    """
    found: list[Component] = []
    open_ones: list[Component] = []
    for line in filter(None, map(read_line, unfolded(text))):
        if line.name == "BEGIN":
            open_ones.append(Component(line.value.strip().upper()))
            found.append(open_ones[-1])
        elif line.name == "END":
            if not open_ones or open_ones.pop().name != line.value.strip().upper():
                raise _broken(f"END:{line.value:.40} closes what was not begun")
        elif open_ones:
            open_ones[-1].lines.append(line)
    if open_ones:
        raise _broken(f"BEGIN:{open_ones[-1].name:.40} is not closed: the end is missing")
    return found


def _broken(message: str) -> Exception:
    return refusal("", "calendar", message, "export it from the calendar again", of="")
