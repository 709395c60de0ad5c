# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from typing import Literal

DialInNumberType = Literal["toll", "tollfree"]

DIAL_IN_NUMBER_TYPE_VALUES: set[DialInNumberType] = {
    "toll",
    "tollfree",
}


def check_dial_in_number_type(value: str) -> DialInNumberType:
    if value in DIAL_IN_NUMBER_TYPE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {DIAL_IN_NUMBER_TYPE_VALUES!r}")
