# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

"""READ_BACKS of `facts`, loaded when it is first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ..facts import ReadBack

READ_BACKS: Final[Mapping[str, Mapping[str, ReadBack]]] = MappingProxyType(
    {
        "updateMeeting": MappingProxyType(
            {
                "recurrence.end_date_time": ReadBack(
                    path="recurrence.end_date_time",
                    kind="instant",
                    sentence="A read may write the same instant otherwise.",
                    source="C25",
                ),
                "recurrence.end_times": ReadBack(
                    path="recurrence.end_times",
                    kind="expanded",
                    sentence="0 comes back as the number of meetings that Zoom has made of it, or as an end date.",
                    source="ITH",
                ),
                "recurrence.weekly_days": ReadBack(
                    path="recurrence.weekly_days",
                    kind="set",
                    sentence="The days are the same in whatever order.",
                    source="C25",
                ),
                "schedule_for": ReadBack(
                    path="schedule_for",
                    kind="never",
                    sentence="A read does not show it; the host of the meeting is the one who was named.",
                    source="C25",
                    look=("host_id", "host_email"),
                ),
                "sensitivity_label_id": ReadBack(
                    path="sensitivity_label_id",
                    kind="newer",
                    sentence="Answers carry it since 2026, so its absence proves nothing.",
                    source="SFC",
                ),
                "settings.alternative_hosts": ReadBack(
                    path="settings.alternative_hosts",
                    kind="set",
                    sentence="The people are the same in whatever order. An ID may come back as an address; no source says.",
                    source="SUP-ALT",
                ),
                "settings.approved_or_denied_countries_or_regions.approved_list": ReadBack(
                    path="settings.approved_or_denied_countries_or_regions.approved_list",
                    kind="set",
                    sentence="The countries are the same in whatever order.",
                    source="C25",
                ),
                "settings.approved_or_denied_countries_or_regions.denied_list": ReadBack(
                    path="settings.approved_or_denied_countries_or_regions.denied_list",
                    kind="set",
                    sentence="The countries are the same in whatever order.",
                    source="C25",
                ),
                "settings.authentication_exception": ReadBack(
                    path="settings.authentication_exception",
                    kind="items",
                    sentence="Each person comes back with a link of their own.",
                    source="C25",
                ),
                "settings.authentication_exception[].join_url": ReadBack(
                    path="settings.authentication_exception[].join_url",
                    kind="filled",
                    sentence="Zoom makes the link; what was sent does not count.",
                    source="C25",
                ),
                "settings.auto_add_recording_to_video_management.channels": ReadBack(
                    path="settings.auto_add_recording_to_video_management.channels",
                    kind="items",
                    sentence="The channels are the same in whatever order.",
                    source="CL-2509",
                ),
                "settings.breakout_room.rooms": ReadBack(
                    path="settings.breakout_room.rooms",
                    kind="items",
                    sentence="The rooms are the same in whatever order.",
                    source="C25",
                ),
                "settings.breakout_room.rooms[].participants": ReadBack(
                    path="settings.breakout_room.rooms[].participants",
                    kind="set",
                    sentence="The people are the same in whatever order.",
                    source="C25",
                ),
                "settings.custom_keys": ReadBack(
                    path="settings.custom_keys",
                    kind="items",
                    sentence="The keys are the same in whatever order.",
                    source="C25",
                ),
                "settings.enforce_login_domains": ReadBack(
                    path="settings.enforce_login_domains",
                    kind="set",
                    sentence="The domains are the same in whatever order.",
                    source="C25",
                ),
                "settings.global_dial_in_countries": ReadBack(
                    path="settings.global_dial_in_countries",
                    kind="set",
                    sentence="The countries are the same in whatever order.",
                    source="C25",
                ),
                "settings.global_dial_in_numbers": ReadBack(
                    path="settings.global_dial_in_numbers",
                    kind="filled",
                    sentence="Zoom seems to fill the list by itself (inference), so a read proves nothing about what was sent.",
                    source="C25",
                ),
                "settings.language_interpretation.interpreters": ReadBack(
                    path="settings.language_interpretation.interpreters",
                    kind="items",
                    sentence="The interpreters are the same in whatever order.",
                    source="C25",
                ),
                "settings.meeting_invitees": ReadBack(
                    path="settings.meeting_invitees",
                    kind="items",
                    sentence="Each person comes back with more than was sent, such as internal_user.",
                    source="C25",
                ),
                "settings.resources": ReadBack(
                    path="settings.resources",
                    kind="items",
                    sentence="The whiteboards are the same in whatever order.",
                    source="C25",
                ),
                "settings.sign_language_interpretation.interpreters": ReadBack(
                    path="settings.sign_language_interpretation.interpreters",
                    kind="items",
                    sentence="The interpreters are the same in whatever order.",
                    source="C25",
                ),
                "start_time": ReadBack(
                    path="start_time",
                    kind="instant",
                    sentence="A read gives the instant in UTC, also of a start that was sent as local time.",
                    source="C25",
                ),
                "template_id": ReadBack(
                    path="template_id",
                    kind="newer",
                    sentence="Only newer answers carry it, so its absence proves nothing.",
                    source="K26",
                ),
                "tracking_fields": ReadBack(
                    path="tracking_fields",
                    kind="items",
                    sentence="Each field comes back with more than was sent, such as visible.",
                    source="C25",
                ),
            }
        )
    }
)
