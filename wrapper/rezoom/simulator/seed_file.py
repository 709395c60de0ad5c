"""Files with meetings to start from, in JSON or YAML."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..errors import ConfigError
from .documents import Document


class Seed(Sequence[Mapping[str, Any]]):
    """The meetings of a file; `where` finds a member of one of them in it."""

    def __init__(self, document: Document, meetings: Sequence[Mapping[str, Any]]) -> None:
        self._document, self._meetings = document, meetings

    def __len__(self) -> int:
        return len(self._meetings)

    def __getitem__(self, index: Any) -> Any:
        return self._meetings[index]

    def where(self, index: int, member: str) -> str:
        """Return file, line, and the path of the member, as they stand before a colon."""
        path = f"[{index}]{f'.{member}' if member else ''}"
        top = "" if isinstance(self._document.value, list) else "meetings"
        return f"{self._document.where(top + path)}: meetings{path}: "


def read_seed(path: str | Path) -> Seed:
    """Read meetings from a JSON or YAML file: a list, or an object with `meetings`.

    ConfigError names the file and, where it is known, the line.
    """
    document = Document(path, field="seed")
    loaded = document.value
    if isinstance(loaded, Mapping):
        for name in loaded:
            if name != "meetings":
                raise _wrong(f"{document.where(name)}: there is no member {name!r}")
        loaded = loaded.get("meetings")
    if not isinstance(loaded, list):
        raise _wrong(f"{document.file} is neither a list of meetings nor an object with one")
    return Seed(document, loaded)


def _wrong(message: str) -> ConfigError:
    return ConfigError(
        f"seed: {message}",
        field="seed",
        next_step='Write a list of meetings, or {"meetings": [...]}, with their members as an '
        "update or a read has them.",
    )
