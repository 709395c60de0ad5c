"""Names of time zones: which there are, which Zoom lists, and which of them mean the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING

from ._wire import facts

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

# What the database holds beside places; Factory is what a machine says that was never told where.
_NO_PLACE = re.compile(r"(?:posix|right)/(?P<place>.*)|Factory|posixrules|localtime", re.DOTALL)
_LONGEST_ABBREVIATION = 5
_SOME_NAME = "write a name such as Europe/Berlin"


def is_place(name: str) -> bool:
    """Tell whether a name of the tz database is that of a place, or of a fixed offset."""
    return _NO_PLACE.fullmatch(name) is None


def find_zone(name: str) -> ZoneInfo | None:
    """Return the time zone of that name; None where there is none."""
    # Few changes move time, and the others need no time zones to be loaded.
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name) if is_place(name) else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def of_windows(name: str) -> str | None:
    """Return the name of the tz database for one of Windows, such as W. Europe Standard Time."""
    return _windows().get(name.strip().casefold())


@cache
def _windows() -> Mapping[str, str]:
    return {name.casefold(): place for name, place in facts.ZONES.windows.items()}


def same_zone(one: object, other: object) -> bool:
    """Tell whether two names are of one time zone: links of the tz database are equal."""
    names = [str(getattr(name, "key", name)) for name in (one, other)]
    return names[0] == names[1] or len({_links().get(name, name) for name in names}) == 1


def twin(name: str) -> str | None:
    """Return the name of the same zone that is in Zoom's list; None where none is."""
    if name in facts.ZONES.listed:
        return name
    target = _links().get(name, name)
    same = [one for one in facts.ZONES.listed if _links().get(one, one) == target]
    return target if target in same else next(iter(same), None)


def alike(name: str) -> str | None:
    """Return a zone of Zoom's list with the clocks that this one has by now; None without one."""
    rules, region = _rules(), name.partition("/")[0]
    own = rules.get(_links().get(name, name))
    # One of the same region goes first, then one that is no other's second name.
    return min(
        (one for one in facts.ZONES.listed if own and rules.get(_links().get(one, one)) == own),
        key=lambda one: (one.partition("/")[0] != region, one in _links(), one),
        default=None,
    )


@cache
def _links() -> Mapping[str, str]:
    """Read which names of the tz database are links, and where each leads."""
    rows = (line.split() for line in _database() if line.startswith("L "))
    found = {link: target for _, target, link in rows}
    return {link: found.get(target, target) for link, target in found.items()}


@cache
def _rules() -> Mapping[str, tuple[str, ...]]:
    """Read of each zone the offset and the rule that it has by now: those of its last line."""
    found: dict[str, tuple[str, ...]] = {}
    name = ""
    for line in _database():
        words = line.split()
        if line.startswith("Z "):
            name, words = words[1], words[2:]
        if name and line[:1] not in "LR#":
            found[name] = tuple(words[:2])
    return found


def _database() -> Iterator[str]:
    """Yield the lines of the tz database as text; none where it is not installed."""
    from importlib.resources import files

    try:
        text = files("tzdata.zoneinfo").joinpath("tzdata.zi").read_text()
    except (ImportError, OSError):
        return
    yield from text.splitlines()


def nearest(key: str) -> str:
    """Say what to write in place of a name that is none: the nearest ones, as Zoom lists them."""
    if not key.strip():
        return f"{_SOME_NAME}, or leave timezone out"
    if (known := of_windows(key)) is not None:
        return f"write {twin(known) or known}, which Windows calls so"
    if (found := _NO_PLACE.fullmatch(key)) is not None:
        place = found["place"] or ""
        return f"write {place}" if find_zone(place) else f"that is no place: {_SOME_NAME}"
    if re.search(r"[+-][0-9]{1,2}:?[0-9]{0,2}$", key.strip()):
        return f"an offset does not say when the clocks change: {_SOME_NAME}"
    from difflib import get_close_matches
    from zoneinfo import available_timezones

    known_names = {name.casefold(): name for name in available_timezones() if is_place(name)}
    if not known_names:
        return "this system has no time zone database: pip install tzdata"
    # "Berlin" alone should find Europe/Berlin, which is far away letter by letter; of two cities
    # of one name, the one that Zoom lists.
    by_list = sorted(known_names, key=lambda name: known_names[name] in facts.ZONES.listed)
    cities = {name.rpartition("/")[2]: name for name in by_list}
    wanted = key.strip().replace(" ", "_").casefold()
    near = [cities[wanted]] if wanted in cities else []
    if not near and "/" not in key and len(wanted) <= _LONGEST_ABBREVIATION:
        return f"abbreviations are ambiguous: {_SOME_NAME}"
    near += get_close_matches(wanted, known_names, n=3, cutoff=0.75)
    told = (twin(known_names[name]) or known_names[name] for name in near)
    names = list(dict.fromkeys(told))[:3]
    return f"write {' or '.join(names)}" if names else _SOME_NAME
