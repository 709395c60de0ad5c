# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

"""Contains some shared types for properties"""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, BinaryIO, Generic, Literal, TypeVar, cast

if TYPE_CHECKING:
    from attrs import AttrsInstance

# attrs is imported with the first model: who sends no model has no use for it.


class Unset:
    """What stands where nothing was sent: false, one of a kind, and unset all the way down.

    A server leaves members out of its answers as it likes, so reading through an absent object
    (`answer.settings.colour`) gives UNSET instead of an exception.
    """

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"

    def __getattr__(self, name: str) -> "Unset":
        # Protocol probes (copy, pickle, inspect) must still hear "no".
        if name.startswith("_"):
            raise AttributeError(name)
        return self

    def __reduce__(self) -> str:
        return "UNSET"

    def __copy__(self) -> "Unset":
        return self

    def __deepcopy__(self, memo: object) -> "Unset":
        return self


UNSET: Unset = Unset()

# The types that `httpx.Client(files=)` can accept, copied from that library.
FileContent = IO[bytes] | bytes | str
FileTypes = (
    # (filename, file (or bytes), content_type)
    tuple[str | None, FileContent, str | None]
    # (filename, file (or bytes), content_type, headers)
    | tuple[str | None, FileContent, str | None, Mapping[str, str]]
)
RequestFiles = list[tuple[str, FileTypes]]


@dataclass(slots=True)
class File:
    """Contains information for file uploads"""

    payload: BinaryIO
    file_name: str | None = None
    mime_type: str | None = None

    def to_tuple(self) -> FileTypes:
        """Return a tuple representation that httpx will accept for multipart/form-data"""
        return self.file_name, self.payload, self.mime_type


def are_mappings(value: object) -> bool:
    """Tell whether a member of an answer is a list of JSON objects."""
    if not isinstance(value, list):
        return False
    return all(isinstance(item, Mapping) for item in cast("list[object]", value))


def shown(model: "AttrsInstance") -> str:
    """Write a model as its set members, without those the spec marks as secret."""
    from attrs import fields

    values = ((a.name, getattr(model, a.name)) for a in fields(type(model)) if a.repr)
    inside = ", ".join(f"{name}={value!r}" for name, value in values if value is not UNSET)
    return f"{type(model).__name__}({inside})"


T = TypeVar("T")


@dataclass(slots=True)
class Response(Generic[T]):
    """A response from an endpoint"""

    # An int: a server's edge may answer with numbers such as 299 and 520 that http.HTTPStatus has no name for.
    status_code: int
    content: bytes
    headers: MutableMapping[str, str]
    parsed: T | None


__all__ = ["UNSET", "File", "FileTypes", "RequestFiles", "Response", "Unset"]
