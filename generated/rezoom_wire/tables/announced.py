# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

"""ANNOUNCED of `facts`, loaded when it is first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ..facts import Announced

ANNOUNCED: Final[Mapping[str, Announced]] = MappingProxyType(
    {
        "allow_participants_to_transcribe_meetings_with_my_notes": Announced(
            name="allow_participants_to_transcribe_meetings_with_my_notes",
            date="2026-10-19",
            source="CL-2610",
        ),
        "support_participants_receive_summary": Announced(
            name="support_participants_receive_summary", date="2026-11-16", source="CL-2611"
        ),
        "sensitivity_label_downgrade_reason": Announced(
            name="sensitivity_label_downgrade_reason", date="2026-11-16", source="CL-2611"
        ),
    }
)
