# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

"""Contains all the data models used in inputs/outputs"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .authentication_exception import AuthenticationException
    from .authentication_exception_read import AuthenticationExceptionRead
    from .breakout_room import BreakoutRoom
    from .breakout_room_read import BreakoutRoomRead
    from .breakout_rooms import BreakoutRooms
    from .breakout_rooms_read import BreakoutRoomsRead
    from .continuous_meeting_chat import ContinuousMeetingChat
    from .continuous_meeting_chat_read import ContinuousMeetingChatRead
    from .continuous_meeting_chat_who_is_added import ContinuousMeetingChatWhoIsAdded
    from .country_region_approval import CountryRegionApproval
    from .country_region_approval_method import CountryRegionApprovalMethod
    from .country_region_approval_read import CountryRegionApprovalRead
    from .custom_key import CustomKey
    from .custom_key_read import CustomKeyRead
    from .dial_in_number import DialInNumber
    from .dial_in_number_read import DialInNumberRead
    from .dial_in_number_type import DialInNumberType
    from .language_interpretation import LanguageInterpretation
    from .language_interpretation_read import LanguageInterpretationRead
    from .language_interpreter import LanguageInterpreter
    from .language_interpreter_read import LanguageInterpreterRead
    from .meeting import Meeting
    from .meeting_invitee import MeetingInvitee
    from .meeting_invitee_read import MeetingInviteeRead
    from .meeting_occurrence import MeetingOccurrence
    from .meeting_recurrence import MeetingRecurrence
    from .meeting_recurrence_monthly_week import MeetingRecurrenceMonthlyWeek
    from .meeting_recurrence_monthly_week_day import MeetingRecurrenceMonthlyWeekDay
    from .meeting_recurrence_read import MeetingRecurrenceRead
    from .meeting_recurrence_type import MeetingRecurrenceType
    from .meeting_resource import MeetingResource
    from .meeting_resource_permission_level import MeetingResourcePermissionLevel
    from .meeting_resource_read import MeetingResourceRead
    from .meeting_resource_resource_type import MeetingResourceResourceType
    from .meeting_settings import MeetingSettings
    from .meeting_settings_approval_type import MeetingSettingsApprovalType
    from .meeting_settings_audio import MeetingSettingsAudio
    from .meeting_settings_auto_recording import MeetingSettingsAutoRecording
    from .meeting_settings_calendar_type import MeetingSettingsCalendarType
    from .meeting_settings_encryption_type import MeetingSettingsEncryptionType
    from .meeting_settings_jbh_time import MeetingSettingsJbhTime
    from .meeting_settings_read import MeetingSettingsRead
    from .meeting_settings_registration_type import MeetingSettingsRegistrationType
    from .meeting_settings_who_can_ask_questions import MeetingSettingsWhoCanAskQuestions
    from .meeting_settings_who_will_receive_summary import MeetingSettingsWhoWillReceiveSummary
    from .meeting_update import MeetingUpdate
    from .meeting_update_type import MeetingUpdateType
    from .question_and_answer import QuestionAndAnswer
    from .question_and_answer_question_visibility import QuestionAndAnswerQuestionVisibility
    from .question_and_answer_read import QuestionAndAnswerRead
    from .sign_language_interpretation import SignLanguageInterpretation
    from .sign_language_interpretation_read import SignLanguageInterpretationRead
    from .sign_language_interpreter import SignLanguageInterpreter
    from .sign_language_interpreter_read import SignLanguageInterpreterRead
    from .tracking_field import TrackingField
    from .tracking_field_read import TrackingFieldRead
    from .video_management import VideoManagement
    from .video_management_channel import VideoManagementChannel
    from .video_management_channel_read import VideoManagementChannelRead
    from .video_management_read import VideoManagementRead
    from .waiting_room_options import WaitingRoomOptions
    from .waiting_room_options_mode import WaitingRoomOptionsMode
    from .waiting_room_options_read import WaitingRoomOptionsRead
    from .waiting_room_options_who_goes_to_waiting_room import (
        WaitingRoomOptionsWhoGoesToWaitingRoom,
    )
    from .zoom_error import ZoomError
    from .zoom_error_detail import ZoomErrorDetail

__all__ = (
    "AuthenticationException",
    "AuthenticationExceptionRead",
    "BreakoutRoom",
    "BreakoutRoomRead",
    "BreakoutRooms",
    "BreakoutRoomsRead",
    "ContinuousMeetingChat",
    "ContinuousMeetingChatRead",
    "ContinuousMeetingChatWhoIsAdded",
    "CountryRegionApproval",
    "CountryRegionApprovalMethod",
    "CountryRegionApprovalRead",
    "CustomKey",
    "CustomKeyRead",
    "DialInNumber",
    "DialInNumberRead",
    "DialInNumberType",
    "LanguageInterpretation",
    "LanguageInterpretationRead",
    "LanguageInterpreter",
    "LanguageInterpreterRead",
    "Meeting",
    "MeetingInvitee",
    "MeetingInviteeRead",
    "MeetingOccurrence",
    "MeetingRecurrence",
    "MeetingRecurrenceMonthlyWeek",
    "MeetingRecurrenceMonthlyWeekDay",
    "MeetingRecurrenceRead",
    "MeetingRecurrenceType",
    "MeetingResource",
    "MeetingResourcePermissionLevel",
    "MeetingResourceRead",
    "MeetingResourceResourceType",
    "MeetingSettings",
    "MeetingSettingsApprovalType",
    "MeetingSettingsAudio",
    "MeetingSettingsAutoRecording",
    "MeetingSettingsCalendarType",
    "MeetingSettingsEncryptionType",
    "MeetingSettingsJbhTime",
    "MeetingSettingsRead",
    "MeetingSettingsRegistrationType",
    "MeetingSettingsWhoCanAskQuestions",
    "MeetingSettingsWhoWillReceiveSummary",
    "MeetingUpdate",
    "MeetingUpdateType",
    "QuestionAndAnswer",
    "QuestionAndAnswerQuestionVisibility",
    "QuestionAndAnswerRead",
    "SignLanguageInterpretation",
    "SignLanguageInterpretationRead",
    "SignLanguageInterpreter",
    "SignLanguageInterpreterRead",
    "TrackingField",
    "TrackingFieldRead",
    "VideoManagement",
    "VideoManagementChannel",
    "VideoManagementChannelRead",
    "VideoManagementRead",
    "WaitingRoomOptions",
    "WaitingRoomOptionsMode",
    "WaitingRoomOptionsRead",
    "WaitingRoomOptionsWhoGoesToWaitingRoom",
    "ZoomError",
    "ZoomErrorDetail",
)

# Loaded on first use (PEP 562): one update needs a handful of these modules.
_HOMES = {
    "AuthenticationException": ".authentication_exception",
    "AuthenticationExceptionRead": ".authentication_exception_read",
    "BreakoutRoom": ".breakout_room",
    "BreakoutRoomRead": ".breakout_room_read",
    "BreakoutRooms": ".breakout_rooms",
    "BreakoutRoomsRead": ".breakout_rooms_read",
    "ContinuousMeetingChat": ".continuous_meeting_chat",
    "ContinuousMeetingChatRead": ".continuous_meeting_chat_read",
    "ContinuousMeetingChatWhoIsAdded": ".continuous_meeting_chat_who_is_added",
    "CountryRegionApproval": ".country_region_approval",
    "CountryRegionApprovalMethod": ".country_region_approval_method",
    "CountryRegionApprovalRead": ".country_region_approval_read",
    "CustomKey": ".custom_key",
    "CustomKeyRead": ".custom_key_read",
    "DialInNumber": ".dial_in_number",
    "DialInNumberRead": ".dial_in_number_read",
    "DialInNumberType": ".dial_in_number_type",
    "LanguageInterpretation": ".language_interpretation",
    "LanguageInterpretationRead": ".language_interpretation_read",
    "LanguageInterpreter": ".language_interpreter",
    "LanguageInterpreterRead": ".language_interpreter_read",
    "Meeting": ".meeting",
    "MeetingInvitee": ".meeting_invitee",
    "MeetingInviteeRead": ".meeting_invitee_read",
    "MeetingOccurrence": ".meeting_occurrence",
    "MeetingRecurrence": ".meeting_recurrence",
    "MeetingRecurrenceMonthlyWeek": ".meeting_recurrence_monthly_week",
    "MeetingRecurrenceMonthlyWeekDay": ".meeting_recurrence_monthly_week_day",
    "MeetingRecurrenceRead": ".meeting_recurrence_read",
    "MeetingRecurrenceType": ".meeting_recurrence_type",
    "MeetingResource": ".meeting_resource",
    "MeetingResourcePermissionLevel": ".meeting_resource_permission_level",
    "MeetingResourceRead": ".meeting_resource_read",
    "MeetingResourceResourceType": ".meeting_resource_resource_type",
    "MeetingSettings": ".meeting_settings",
    "MeetingSettingsApprovalType": ".meeting_settings_approval_type",
    "MeetingSettingsAudio": ".meeting_settings_audio",
    "MeetingSettingsAutoRecording": ".meeting_settings_auto_recording",
    "MeetingSettingsCalendarType": ".meeting_settings_calendar_type",
    "MeetingSettingsEncryptionType": ".meeting_settings_encryption_type",
    "MeetingSettingsJbhTime": ".meeting_settings_jbh_time",
    "MeetingSettingsRead": ".meeting_settings_read",
    "MeetingSettingsRegistrationType": ".meeting_settings_registration_type",
    "MeetingSettingsWhoCanAskQuestions": ".meeting_settings_who_can_ask_questions",
    "MeetingSettingsWhoWillReceiveSummary": ".meeting_settings_who_will_receive_summary",
    "MeetingUpdate": ".meeting_update",
    "MeetingUpdateType": ".meeting_update_type",
    "QuestionAndAnswer": ".question_and_answer",
    "QuestionAndAnswerQuestionVisibility": ".question_and_answer_question_visibility",
    "QuestionAndAnswerRead": ".question_and_answer_read",
    "SignLanguageInterpretation": ".sign_language_interpretation",
    "SignLanguageInterpretationRead": ".sign_language_interpretation_read",
    "SignLanguageInterpreter": ".sign_language_interpreter",
    "SignLanguageInterpreterRead": ".sign_language_interpreter_read",
    "TrackingField": ".tracking_field",
    "TrackingFieldRead": ".tracking_field_read",
    "VideoManagement": ".video_management",
    "VideoManagementChannel": ".video_management_channel",
    "VideoManagementChannelRead": ".video_management_channel_read",
    "VideoManagementRead": ".video_management_read",
    "WaitingRoomOptions": ".waiting_room_options",
    "WaitingRoomOptionsMode": ".waiting_room_options_mode",
    "WaitingRoomOptionsRead": ".waiting_room_options_read",
    "WaitingRoomOptionsWhoGoesToWaitingRoom": ".waiting_room_options_who_goes_to_waiting_room",
    "ZoomError": ".zoom_error",
    "ZoomErrorDetail": ".zoom_error_detail",
}


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
