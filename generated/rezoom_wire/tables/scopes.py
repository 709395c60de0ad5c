# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

"""SCOPES of `facts`, loaded when it is first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ..facts import Scope

SCOPES: Final[Mapping[str, Scope]] = MappingProxyType(
    {
        "meeting:update:meeting": Scope(
            name="meeting:update:meeting",
            form="granular",
            whole_account=False,
            summary="update a meeting of the user.",
            operations=("updateMeeting",),
        ),
        "meeting:update:meeting:admin": Scope(
            name="meeting:update:meeting:admin",
            form="granular",
            whole_account=True,
            summary="update a meeting of any user of the account.",
            operations=("updateMeeting",),
        ),
        "meeting:write": Scope(
            name="meeting:write",
            form="classic",
            whole_account=False,
            summary="create, update and delete meetings of the user.",
            operations=("updateMeeting",),
        ),
        "meeting:write:admin": Scope(
            name="meeting:write:admin",
            form="classic",
            whole_account=True,
            summary="create, update and delete meetings of any user of the account.",
            operations=("updateMeeting",),
        ),
        "meeting:read:meeting": Scope(
            name="meeting:read:meeting",
            form="granular",
            whole_account=False,
            summary="read a meeting of the user.",
            operations=("getMeeting",),
        ),
        "meeting:read:meeting:admin": Scope(
            name="meeting:read:meeting:admin",
            form="granular",
            whole_account=True,
            summary="read a meeting of any user of the account.",
            operations=("getMeeting",),
        ),
        "meeting:read": Scope(
            name="meeting:read",
            form="classic",
            whole_account=False,
            summary="read meetings of the user.",
            operations=("getMeeting",),
        ),
        "meeting:read:admin": Scope(
            name="meeting:read:admin",
            form="classic",
            whole_account=True,
            summary="read meetings of any user of the account.",
            operations=("getMeeting",),
        ),
    }
)
