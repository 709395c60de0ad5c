"""Why the simulator does what it does: each behaviour with what is known and who says so."""

from typing import NamedTuple


class Evidence(NamedTuple):
    """Why a quirk exists: what is known, and the tags of its sources."""

    sentence: str
    sources: tuple[str, ...]


class Behaviour(NamedTuple):
    """One quirk as a table row, for help texts and documentation."""

    name: str
    choices: tuple[str, ...]
    default: str
    sentence: str
    sources: tuple[str, ...]


def seen(sentence: str, sources: str) -> Evidence:
    """Return evidence, its source tags given with spaces between them."""
    return Evidence(sentence, tuple(sources.split()))
