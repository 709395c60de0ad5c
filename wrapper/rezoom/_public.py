"""Names of public classes: the door that a class is imported from, not the file that defines it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T", bound=Callable[..., Any])


def public(door: str) -> Callable[[T], T]:
    """Set `__module__` of a class or function to its door, such as `rezoom.quota`.

    Pickles, tracebacks and help name the door then, and survive when the class moves behind it.
    """

    def mark(thing: T) -> T:
        named: Any = thing
        # typing.get_type_hints looks names up in the module that a class says it is from.
        if isinstance(named, type) and (found := inspect.get_annotations(named, eval_str=True)):
            named.__annotations__ = found
        named.__module__ = door
        return thing

    return mark
