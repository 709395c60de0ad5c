# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from typing import Literal

CountryRegionApprovalMethod = Literal["approve", "deny"]

COUNTRY_REGION_APPROVAL_METHOD_VALUES: set[CountryRegionApprovalMethod] = {
    "approve",
    "deny",
}


def check_country_region_approval_method(value: str) -> CountryRegionApprovalMethod:
    if value in COUNTRY_REGION_APPROVAL_METHOD_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {COUNTRY_REGION_APPROVAL_METHOD_VALUES!r}"
    )
