"""Files that a person may look at but not edit: JSON with a digest of every member."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from ..errors import PlanError

_SEAL = "digests"


def seal(schema: str, members: Mapping[str, Any]) -> str:
    """Write the members with their digests."""
    whole = {"schema": schema, **members}
    whole[_SEAL] = {name: _digest(value) for name, value in whole.items()}
    text = json.dumps(whole, indent=2, ensure_ascii=False) + "\n"
    # Half a surrogate pair, which an answer may hold, goes into no file as it is.
    return text if text.isascii() or _encodable(text) else json.dumps(whole, indent=2) + "\n"


def unseal(text: str | bytes, schema: str, *, again: str) -> dict[str, Any]:
    """Read what `seal` wrote; PlanError says what is wrong with it, and `again` what to do."""
    kind = schema.partition(".")[2].partition("/")[0]
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        # The text of the error quotes nothing of the file, only where it breaks off.
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise PlanError(f"The {kind} is not JSON{where}: it is damaged", next_step=again) from None
    found = whole.get("schema") if isinstance(whole, dict) else None
    if not isinstance(found, str):
        raise PlanError(f"This is no {kind}: it has no schema", next_step=again)
    if found != schema:
        known = found.startswith("rezoom.")
        what = f"it is a {found}" if known else f"its schema is {found[:40]!r}"
        raise PlanError(f"This is no {schema}: {what}", next_step=again)
    digests = whole.pop(_SEAL, None)
    if not isinstance(digests, dict):
        raise PlanError(f"The {kind} has no digests, so nobody knows if it is whole",
                        next_step=again)  # fmt: skip
    names = sorted({*whole, *digests})
    wrong = [
        name for name in names if name not in whole or digests.get(name) != _digest(whole[name])
    ]
    if wrong:
        raise PlanError(
            f"The {kind} was edited or damaged: {', '.join(wrong)} is not as it was written",
            next_step=again,
        )
    return dict(whole)


def check_shape(
    given: Mapping[str, Any], shape: Mapping[str, tuple[type, ...]], kind: str, *, again: str
) -> None:
    """Raise PlanError for a member that is missing, or is not what is written there.

    Digests tell an accident, and no will: whoever edits a file can make them anew.
    """
    for name, kinds in shape.items():
        if name not in given:
            raise PlanError(f"The {kind} lacks {name}", next_step=again)
        if type(given[name]) not in kinds:
            wanted = " or ".join(_KINDS[one] for one in kinds)
            raise PlanError(f"The {kind} misstates {name}: it is not {wanted}", next_step=again)


_KINDS = {
    int: "a whole number", str: "a text", dict: "an object", list: "a list", bool: "a boolean",
    type(None): "null",
}  # fmt: skip


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()
