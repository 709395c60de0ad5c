"""Numbers in the contract that are no booleans: True equals 1 in Python, and is no 1 in JSON."""

from __future__ import annotations

import re

# pydantic compares a Literal by equality, in strict mode too:
# https://docs.pydantic.dev/latest/concepts/strict_mode/
_CHOICE = re.compile(r"(?:typing\.)?Literal\[\s*-?\d+(?:,\s*-?\d+)*,?\s*\]")
_FIRST_CLASS = "\n\nclass "
_IMPORT = "from pydantic import ("
_REFUSAL = '''

def _no_boolean(value: object) -> object:
    """Refuse True and False, which Python takes for 1 and 0."""
    if isinstance(value, bool):
        raise ValueError("a boolean is no number")
    return value
'''


def refuse_booleans(module: str) -> str:
    """Make every choice of whole numbers in the generated module refuse booleans."""
    guarded, found = _CHOICE.subn(
        lambda choice: f"Annotated[{choice[0]}, BeforeValidator(_no_boolean)]", module
    )
    if not found:
        return module
    head, first, rest = guarded.partition(_FIRST_CLASS)
    if _IMPORT not in head or not first:
        raise ValueError("the contract does not look as it did: no import of pydantic, or no class")
    head = head.replace(_IMPORT, f"{_IMPORT}\n    BeforeValidator,", 1)
    return f"{head}\n{_REFUSAL}{first}{rest}"
