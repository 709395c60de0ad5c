"""The door to the generated facts and schemas.

The generated builders bring httpx and attrs: they are imported where a request is written.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rezoom_wire
from rezoom_wire import facts as facts
from rezoom_wire.types import UNSET as _UNSET
from rezoom_wire.types import Unset as Unset

if TYPE_CHECKING:
    from rezoom_wire.facts import Endless as Endless
    from rezoom_wire.models import Meeting as Meeting
    from rezoom_wire.models import MeetingOccurrence as MeetingOccurrence
    from rezoom_wire.models import MeetingUpdate as MeetingUpdate
    from rezoom_wire.params import MeetingUpdateFields as MeetingUpdateFields

PACKAGE = "rezoom_wire"
# Any, so that `topic=row.topic or UNSET` passes a type checker for every keyword.
UNSET: Any = _UNSET


def build_request(operation: str, *path: object, **arguments: Any) -> dict[str, Any]:
    """Write the request of an operation by the builder generated for it."""
    module = import_module(f"{PACKAGE}.{facts.OPERATIONS[operation].module}")
    written: dict[str, Any] = module.build_request(*path, **arguments)
    return written


def read_schema(operation: str, name: str) -> str:
    """Read a validator schema of an operation.

    `query` and `body` judge a request, `advice` warns of a body, `situations` and `reasons` are
    about cases.
    """
    spec: Any = rezoom_wire.__spec__
    place = str(Path(rezoom_wire.__path__[0], "schemas", operation, f"{name}.json"))
    # As pkgutil.get_data reads, from a zip too: importlib.resources would bring zipfile with it.
    text: str = spec.loader.get_data(place).decode()
    return text


@cache
def load_schema(operation: str, name: str) -> dict[str, Any]:
    """Load a validator schema, to say where in it an error is."""
    loaded: dict[str, Any] = json.loads(read_schema(operation, name))
    return loaded


@cache
def is_whole(path: str) -> bool:
    """Tell whether an object is sent whole: without some member it would be refused."""
    node: Any = load_schema("updateMeeting", "body")
    for name in path.split("."):
        node = node.get("properties", {}).get(name, {})
    return bool(node.get("required"))


def cited(tag: str) -> tuple[str, str]:
    """Say where a fact comes from, and at which address."""
    found = facts.SOURCES[tag]
    return " ".join(filter(None, (found.title, found.date and f"({found.date})"))), found.url


def source(tag: str) -> str:
    """Say where a fact comes from, so that a reader can look it up."""
    return " ".join(filter(None, cited(tag))) if tag in facts.SOURCES else tag


def read_meeting(answer: Mapping[str, Any]) -> Meeting:
    """Read the answer of `getMeeting`; unexpected members are kept as they came."""
    from rezoom_wire.models import Meeting

    return Meeting.from_dict(answer)
