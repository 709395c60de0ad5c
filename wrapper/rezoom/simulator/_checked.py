"""Options as people write them, in Python or JSON: pydantic checks them, ConfigError explains."""

import difflib
from collections.abc import Mapping
from dataclasses import MISSING, fields
from functools import cache
from typing import Any, TypeVar, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from ..errors import ConfigError

T = TypeVar("T")


def wrong(field: str, message: str, next_step: str) -> ConfigError:
    """Return the error for an option that cannot be, with what could."""
    return ConfigError(message, field=field, next_step=next_step)


def read(owner: type[T], value: object, what: str, *, field: str) -> T:
    """Read a dataclass of options from an object whose names have dashes or underscores."""
    if isinstance(value, owner):
        return value
    if not isinstance(value, Mapping):
        step = f"Give an object with members such as {dashed(_names(owner)[0])}."
        raise wrong(field, f"{what} cannot be {value!r}", step)
    said = {
        str(name).replace("-", "_"): tuple(item) if isinstance(item, list) else item
        for name, item in value.items()
    }
    check(owner, said, what, field=field)
    return owner(**said)


def check(owner: type, said: Mapping[str, Any], what: str, *, field: str) -> None:
    """Raise ConfigError, with what is allowed, unless these can be members of the dataclass."""
    try:
        _model(owner).model_validate(said)
    except ValidationError as error:
        flaws = error.errors(include_url=False)
        name = str(flaws[0]["loc"][0])
        steps = [flaw["msg"].removeprefix("Value error, ") for flaw in flaws]
        reason = f"{dashed(name)} cannot be {said.get(name)!r}"
        if flaws[0]["type"] == "extra_forbidden":
            near = difflib.get_close_matches(name, _names(owner), n=2) or _names(owner)
            reason = f"there is no {dashed(name)}"
            steps = [f"Choose from {', '.join(map(dashed, near))}"]
        elif flaws[0]["type"] == "missing":
            reason = f"{dashed(name)} is missing"
        step = f"{'; '.join(dict.fromkeys(steps))}."
        raise wrong(field, f"{what}: {reason}", step) from None


def dashed(name: str) -> str:
    """Write the name of a member as JSON and command lines have it."""
    return name.replace("_", "-")


def _names(owner: type) -> list[str]:
    return [one.name for one in fields(owner)]


@cache
def _model(owner: type) -> type[BaseModel]:
    hints = get_type_hints(owner, include_extras=True)
    members: dict[str, Any] = {
        one.name: (hints[one.name], ... if one.default is MISSING else one.default)
        for one in fields(owner)
    }
    config = ConfigDict(extra="forbid", strict=True)
    return create_model(owner.__name__, __config__=config, **members)
