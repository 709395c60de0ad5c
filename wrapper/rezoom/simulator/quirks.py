"""What Zoom does where its documents are silent or contradict each other: every answer by name."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, Self, get_args, get_type_hints

from .._wire import facts
from ..errors import ConfigError
from .account_quirks import AccountQuirks
from .evidence import Behaviour
from .meeting_quirks import MeetingQuirks
from .series_quirks import SeriesQuirks


@dataclass(frozen=True, kw_only=True)
class Quirks(SeriesQuirks, MeetingQuirks, AccountQuirks):
    """The switches; each default is the behaviour with the best evidence."""

    def __post_init__(self) -> None:
        for row in behaviours():
            value = getattr(self, row.name)
            if row.choices and value not in row.choices:
                raise _wrong(
                    f"quirk {_dashed(row.name)} cannot be {value!r}",
                    f"Choose from {', '.join(row.choices)}.",
                )
            if not row.choices and not _is_texts(value):
                raise _wrong(
                    f"quirk {_dashed(row.name)} cannot be {value!r}", "Give a tuple of texts."
                )
        for path in self.locked:
            if path not in facts.FIELDS:
                raise _wrong(
                    f"quirk locked names no member of an update: {path or self.locked!r}",
                    "Give a tuple of paths such as ('settings.join_before_host',).",
                )

    @classmethod
    def of(cls, value: Self | Mapping[str, Any] | None) -> Self:
        """Read quirks from a mapping such as {"past-start": "rewrite-to-now"}."""
        if isinstance(value, cls):
            return value
        if value is not None and not isinstance(value, Mapping):
            raise _wrong(
                f"quirks cannot be {value!r}", 'Give a mapping: {"past-start": "rewrite-to-now"}.'
            )
        given = {str(name).replace("-", "_"): choice for name, choice in (value or {}).items()}
        known = [row.name for row in behaviours()]
        for name in given:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=2) or known
                names = ", ".join(map(_dashed, near))
                raise _wrong(f"there is no quirk {_dashed(name)!r}", f"Choose from {names}.")
        chosen: dict[str, Any] = {
            name: tuple(choice) if isinstance(choice, list) else choice
            for name, choice in given.items()
        }
        return cls(**chosen)

    def to_dict(self) -> dict[str, Any]:
        """Return them as `of` reads them, ready for JSON."""
        values = {_dashed(row.name): getattr(self, row.name) for row in behaviours()}
        return {name: list(v) if isinstance(v, tuple) else v for name, v in values.items()}


@cache
def behaviours() -> tuple[Behaviour, ...]:
    """List every quirk with its choices, default and sources."""
    rows = []
    hints = get_type_hints(Quirks, include_extras=True)
    for field in fields(Quirks):
        kind, evidence = get_args(hints[field.name])
        choices = () if isinstance(field.default, tuple) else get_args(kind)
        rows.append(Behaviour(field.name, choices, str(field.default), *evidence))
    return tuple(rows)


def _is_texts(value: object) -> bool:
    return isinstance(value, tuple) and all(isinstance(item, str) for item in value)


def _wrong(message: str, next_step: str) -> ConfigError:
    return ConfigError(message, field="quirks", next_step=next_step)


def _dashed(name: str) -> str:
    return name.replace("_", "-")
