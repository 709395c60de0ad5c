# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.meeting_settings_approval_type import (
    MeetingSettingsApprovalType,
    check_meeting_settings_approval_type,
)
from ..models.meeting_settings_audio import MeetingSettingsAudio, check_meeting_settings_audio
from ..models.meeting_settings_auto_recording import (
    MeetingSettingsAutoRecording,
    check_meeting_settings_auto_recording,
)
from ..models.meeting_settings_calendar_type import (
    MeetingSettingsCalendarType,
    check_meeting_settings_calendar_type,
)
from ..models.meeting_settings_encryption_type import (
    MeetingSettingsEncryptionType,
    check_meeting_settings_encryption_type,
)
from ..models.meeting_settings_jbh_time import (
    MeetingSettingsJbhTime,
    check_meeting_settings_jbh_time,
)
from ..models.meeting_settings_registration_type import (
    MeetingSettingsRegistrationType,
    check_meeting_settings_registration_type,
)
from ..models.meeting_settings_who_can_ask_questions import (
    MeetingSettingsWhoCanAskQuestions,
    check_meeting_settings_who_can_ask_questions,
)
from ..models.meeting_settings_who_will_receive_summary import (
    MeetingSettingsWhoWillReceiveSummary,
    check_meeting_settings_who_will_receive_summary,
)
from ..types import UNSET, Unset, shown

if TYPE_CHECKING:
    from ..models.authentication_exception import AuthenticationException
    from ..models.breakout_rooms import BreakoutRooms
    from ..models.continuous_meeting_chat import ContinuousMeetingChat
    from ..models.country_region_approval import CountryRegionApproval
    from ..models.custom_key import CustomKey
    from ..models.dial_in_number import DialInNumber
    from ..models.language_interpretation import LanguageInterpretation
    from ..models.meeting_invitee import MeetingInvitee
    from ..models.meeting_resource import MeetingResource
    from ..models.question_and_answer import QuestionAndAnswer
    from ..models.sign_language_interpretation import SignLanguageInterpretation
    from ..models.video_management import VideoManagement
    from ..models.waiting_room_options import WaitingRoomOptions


T = TypeVar("T", bound="MeetingSettings")


@_attrs_define(repr=False)
class MeetingSettings:
    """Options of a meeting. Zoom changes only the ones sent, and answers 204 even where plan, licence or a locked account
    setting keeps one as it was.

    """

    allow_host_control_participant_mute_state: bool | Unset = UNSET
    """ Whether host and co-hosts fully control who is muted. Not together with
    `request_permission_to_unmute_participants`. """
    allow_multiple_devices: bool | Unset = UNSET
    """ Whether a registrant may join from several devices. Only for meetings with registration (`approval_type` 0
    or 1); without registration there is nothing it could allow. """
    alternative_host_manage_cloud_recording: bool | Unset = UNSET
    """ Whether alternative hosts may manage the cloud recording. Without cloud recording or alternative hosts it
    has nothing to act on. """
    alternative_host_manage_meeting_summary: bool | Unset = UNSET
    """ Whether alternative hosts may manage the meeting summary. Without a summary or alternative hosts it has
    nothing to act on. """
    alternative_host_update_polls: bool | Unset = UNSET
    """ Whether alternative hosts may add and edit polls. Needs client 5.8.0 or newer, and polls switched on. """
    alternative_hosts: str | Unset = UNSET
    """ People who may start the meeting in the host's place: e-mail addresses or user IDs joined by semicolons.
    They must be licensed users of the same account, and hold for the whole series, never for one occurrence. """
    alternative_hosts_email_notification: bool | Unset = UNSET
    """ Whether people newly made alternative hosts are told by e-mail. """
    approval_type: MeetingSettingsApprovalType | Unset = UNSET
    """ Registration: 0 approves everybody automatically, 1 waits for the host, 2 switches registration off.
    Registration needs a licensed host and a fixed start to come; otherwise Zoom has been seen to accept and ignore
    it. """
    approved_or_denied_countries_or_regions: CountryRegionApproval | Unset = UNSET
    """ A list of countries or regions from which joining is allowed, or one from which it is not. `method` says
    which list counts. """
    audio: MeetingSettingsAudio | Unset = UNSET
    """ How people hear each other: telephony, computer audio (voip), both, or a thirdParty audio conference. """
    audio_conference_info: str | Unset = UNSET
    """ Dial-in details of a third-party audio conference. Of use only with `audio` thirdParty. """
    authentication_domains: str | Unset = UNSET
    """ Domains whose users may join a meeting that demands sign-in. Of use only with `meeting_authentication` true.
    """
    authentication_exception: list[AuthenticationException] | Unset = UNSET
    """ People who may join without signing in although the meeting demands it. Of use only with
    `meeting_authentication` true. """
    authentication_name: str | Unset = UNSET
    """ Name of the sign-in method the meeting uses. Part of the update only, not of creating a meeting; it belongs
    to `authentication_option`. """
    authentication_option: str | Unset = UNSET
    """ ID of the sign-in method people must use, one of those the account has set up. Of use only with
    `meeting_authentication` true. """
    auto_add_recording_to_video_management: VideoManagement | Unset = UNSET
    """ Channels of Zoom Video Management the recording goes to. Ignored where the account lacks the product. """
    auto_recording: MeetingSettingsAutoRecording | Unset = UNSET
    """ Recording that starts with the meeting: on the host's computer (local), at Zoom (cloud), or none. Cloud
    needs a paid host; an account lock wins over it. """
    auto_start_ai_companion_questions: bool | Unset = UNSET
    """ Whether AI Companion answers questions from the start of the meeting. Ignored where the account has not
    switched the feature on. """
    auto_start_deepfake_detection: bool | Unset = UNSET
    """ Whether the detection of faked video or voices starts with the meeting. Ignored where the account does not
    have the feature. """
    auto_start_meeting_summary: bool | Unset = UNSET
    """ Whether AI Companion writes a summary from the start of the meeting. Ignored where the account has not
    switched the feature on. """
    breakout_room: BreakoutRooms | Unset = UNSET
    """ Breakout rooms prepared before the meeting. End-to-end encryption turns them off. """
    calendar_type: MeetingSettingsCalendarType | Unset = UNSET
    """ The calendar add-in the meeting was made with: 1 Outlook, 2 Google Workspace. Works together with
    `private_meeting`. """
    close_registration: bool | Unset = UNSET
    """ Whether registration closes once the date of the meeting has passed. """
    cn_meeting: bool | Unset = UNSET
    """ Whether the meeting is hosted in China. Zoom has retired it and names no replacement. """
    contact_email: str | Unset = UNSET
    """ E-mail address that registrants see as contact. Only for meetings with registration (`approval_type` 0 or
    1). """
    contact_name: str | Unset = UNSET
    """ Name that registrants see as contact. Only for meetings with registration (`approval_type` 0 or 1). """
    continuous_meeting_chat: ContinuousMeetingChat | Unset = UNSET
    """ The chat that stays open between the meetings. Only for meetings of type 2, 3 and 8. """
    custom_keys: list[CustomKey] | Unset = UNSET
    """ Up to ten keys and values of your own, for your own reporting. Part of the update only, not of creating a
    meeting. """
    device_testing: bool | Unset = UNSET
    """ Whether people are offered a test of camera, microphone and speaker before they join. """
    disable_participant_video: bool | Unset = UNSET
    """ Whether participants are kept from switching on their cameras. Ignored until Zoom support has enabled the
    feature for the account. """
    email_in_attendee_report: bool | Unset = UNSET
    """ Whether the attendee report shows the e-mail addresses of those who joined. """
    email_notification: bool | Unset = UNSET
    """ Whether Zoom mails alternative hosts and schedulers about the meeting. """
    encryption_type: MeetingSettingsEncryptionType | Unset = UNSET
    """ How the meeting is encrypted: with keys kept by Zoom (enhanced_encryption) or end to end (e2ee). End to end
    turns off joining before the host, cloud recording, streaming, transcription, breakout rooms, polls, one-to-one
    chat, reactions and dial-in. """
    enforce_login: bool | Unset = UNSET
    """ Whether only signed-in users may join. Zoom has replaced it by `meeting_authentication`. """
    enforce_login_domains: str | Unset = UNSET
    """ Domains whose signed-in users may join, joined by semicolons; Zoom refuses any other separator. Replaced by
    `meeting_authentication` with `authentication_domains`. """
    focus_mode: bool | Unset = UNSET
    """ Whether the meeting starts in focus mode, where only hosts see everybody's video and shared screens. """
    global_dial_in_countries: list[str] | Unset = UNSET
    """ Countries and regions whose dial-in numbers the invitation lists. """
    global_dial_in_numbers: list[DialInNumber] | Unset = UNSET
    """ Dial-in numbers of the meeting. Zoom seems to fill this list itself, so sending it may change nothing;
    choose `global_dial_in_countries` instead. """
    host_pause_stop_recording: bool | Unset = UNSET
    """ Whether the host may pause or stop the recording. Cloud recordings only. """
    host_save_video_order: bool | Unset = UNSET
    """ Whether the host may save the order of the video tiles. """
    host_video: bool | Unset = UNSET
    """ Whether the host's camera is on when the meeting starts. """
    in_meeting: bool | Unset = UNSET
    """ Whether the meeting is hosted in India; it does not mean "in progress". Zoom has retired it and names no
    replacement. """
    internal_meeting: bool | Unset = UNSET
    """ Whether the meeting is marked as internal. """
    jbh_time: MeetingSettingsJbhTime | Unset = UNSET
    """ How many minutes before the start people may join; 0 means at any time. Works only while `join_before_host`
    is true. """
    join_before_host: bool | Unset = UNSET
    """ Whether people may join before the host. A locked account setting wins and leaves it false although Zoom
    answers 204; end-to-end encryption turns it off. """
    language_interpretation: LanguageInterpretation | Unset = UNSET
    """ Spoken interpretation by people named in advance. """
    meeting_authentication: bool | Unset = UNSET
    """ Whether people must sign in to join. Passcode, waiting room and sign-in cannot all be off: Zoom then
    switches one on by itself. """
    meeting_invitees: list[MeetingInvitee] | Unset = UNSET
    """ The people invited. Whether a shorter list removes those it does not name is not documented, so send
    everybody. """
    mute_upon_entry: bool | Unset = UNSET
    """ Whether people are muted when they join. """
    participant_focused_meeting: bool | Unset = UNSET
    """ Whether the meeting runs in Zoom's participant-focused mode. """
    participant_video: bool | Unset = UNSET
    """ Whether participants' cameras are on when they join. """
    prevent_screen_capture: bool | Unset = UNSET
    """ Whether people are kept from capturing the screen. Known from a generated copy of Zoom's document only; when
    Zoom ignores it is not described. """
    private_meeting: bool | Unset = UNSET
    """ Whether the meeting is private. Works together with `calendar_type`. """
    push_change_to_calendar: bool | Unset = UNSET
    """ Whether the change is also written to the host's calendar. Ignored unless the host has a calendar
    integration in the Zoom profile. """
    question_and_answer: QuestionAndAnswer | Unset = UNSET
    """ Questions and answers inside the meeting. Everything else counts only while `enable` is true. """
    registrants_confirmation_email: bool | Unset = UNSET
    """ Whether registrants get a confirmation by e-mail. Works only while `registrants_email_notification` is true.
    """
    registrants_email_notification: bool | Unset = UNSET
    """ Whether registrants get e-mail about approval, refusal or a cancelled registration. """
    registration_type: MeetingSettingsRegistrationType | Unset = UNSET
    """ What people of a series register for: 1 once for all meetings, 2 for each meeting, 3 once for meetings of
    their choice. Only for series with fixed times (type 8). """
    request_permission_to_unmute_participants: bool | Unset = UNSET
    """ Whether people are asked before the host unmutes them. Not together with
    `allow_host_control_participant_mute_state`. """
    resources: list[MeetingResource] | Unset = UNSET
    """ Whiteboards attached to the meeting. """
    show_share_button: bool | Unset = UNSET
    """ Whether the registration page has buttons to share it. Only for meetings with registration (`approval_type`
    0 or 1). """
    sign_language_interpretation: SignLanguageInterpretation | Unset = UNSET
    """ Sign language interpretation by people named in advance. """
    summary_template_id: str | Unset = UNSET
    """ ID of the template the meeting summary is written with. Ignored until Zoom support has enabled the feature
    for the account. """
    use_pmi: bool | Unset = UNSET
    """ Whether the meeting uses the host's personal meeting ID. Only for meetings of type 2 and 3; the account may
    forbid it. """
    waiting_room: bool | Unset = UNSET
    """ Whether people wait until somebody lets them in. Account policy may switch it back on, and does when
    passcode and sign-in are off too. """
    waiting_room_options: WaitingRoomOptions | Unset = UNSET
    """ Who has to pass through the waiting room. """
    watermark: bool | Unset = UNSET
    """ Whether a watermark with the viewer's identity lies over what is shared. """
    who_can_ask_questions: MeetingSettingsWhoCanAskQuestions | Unset = UNSET
    """ Who may ask AI Companion questions, as one of five groups of people numbered 1 to 5. Works only while
    `auto_start_ai_companion_questions` is true. """
    who_will_receive_summary: MeetingSettingsWhoWillReceiveSummary | Unset = UNSET
    """ Who gets the meeting summary: 1 the host, 2 also co-hosts and alternative hosts, 3 also invitees of the own
    organisation, 4 all invitees. Works only while `auto_start_meeting_summary` is true. """

    def __repr__(self) -> str:
        return shown(self)

    def to_dict(self) -> dict[str, Any]:
        allow_host_control_participant_mute_state = self.allow_host_control_participant_mute_state

        allow_multiple_devices = self.allow_multiple_devices

        alternative_host_manage_cloud_recording = self.alternative_host_manage_cloud_recording

        alternative_host_manage_meeting_summary = self.alternative_host_manage_meeting_summary

        alternative_host_update_polls = self.alternative_host_update_polls

        alternative_hosts = self.alternative_hosts

        alternative_hosts_email_notification = self.alternative_hosts_email_notification

        approval_type: int | Unset = UNSET
        if not isinstance(self.approval_type, Unset):
            approval_type = self.approval_type

        approved_or_denied_countries_or_regions: dict[str, Any] | Unset = UNSET
        if not isinstance(self.approved_or_denied_countries_or_regions, Unset):
            approved_or_denied_countries_or_regions = (
                self.approved_or_denied_countries_or_regions.to_dict()
            )

        audio: str | Unset = UNSET
        if not isinstance(self.audio, Unset):
            audio = self.audio

        audio_conference_info = self.audio_conference_info

        authentication_domains = self.authentication_domains

        authentication_exception: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.authentication_exception, Unset):
            authentication_exception = []
            for authentication_exception_item_data in self.authentication_exception:
                authentication_exception_item = authentication_exception_item_data.to_dict()
                authentication_exception.append(authentication_exception_item)

        authentication_name = self.authentication_name

        authentication_option = self.authentication_option

        auto_add_recording_to_video_management: dict[str, Any] | Unset = UNSET
        if not isinstance(self.auto_add_recording_to_video_management, Unset):
            auto_add_recording_to_video_management = (
                self.auto_add_recording_to_video_management.to_dict()
            )

        auto_recording: str | Unset = UNSET
        if not isinstance(self.auto_recording, Unset):
            auto_recording = self.auto_recording

        auto_start_ai_companion_questions = self.auto_start_ai_companion_questions

        auto_start_deepfake_detection = self.auto_start_deepfake_detection

        auto_start_meeting_summary = self.auto_start_meeting_summary

        breakout_room: dict[str, Any] | Unset = UNSET
        if not isinstance(self.breakout_room, Unset):
            breakout_room = self.breakout_room.to_dict()

        calendar_type: int | Unset = UNSET
        if not isinstance(self.calendar_type, Unset):
            calendar_type = self.calendar_type

        close_registration = self.close_registration

        cn_meeting = self.cn_meeting

        contact_email = self.contact_email

        contact_name = self.contact_name

        continuous_meeting_chat: dict[str, Any] | Unset = UNSET
        if not isinstance(self.continuous_meeting_chat, Unset):
            continuous_meeting_chat = self.continuous_meeting_chat.to_dict()

        custom_keys: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.custom_keys, Unset):
            custom_keys = []
            for custom_keys_item_data in self.custom_keys:
                custom_keys_item = custom_keys_item_data.to_dict()
                custom_keys.append(custom_keys_item)

        device_testing = self.device_testing

        disable_participant_video = self.disable_participant_video

        email_in_attendee_report = self.email_in_attendee_report

        email_notification = self.email_notification

        encryption_type: str | Unset = UNSET
        if not isinstance(self.encryption_type, Unset):
            encryption_type = self.encryption_type

        enforce_login = self.enforce_login

        enforce_login_domains = self.enforce_login_domains

        focus_mode = self.focus_mode

        global_dial_in_countries: list[str] | Unset = UNSET
        if not isinstance(self.global_dial_in_countries, Unset):
            global_dial_in_countries = self.global_dial_in_countries

        global_dial_in_numbers: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.global_dial_in_numbers, Unset):
            global_dial_in_numbers = []
            for global_dial_in_numbers_item_data in self.global_dial_in_numbers:
                global_dial_in_numbers_item = global_dial_in_numbers_item_data.to_dict()
                global_dial_in_numbers.append(global_dial_in_numbers_item)

        host_pause_stop_recording = self.host_pause_stop_recording

        host_save_video_order = self.host_save_video_order

        host_video = self.host_video

        in_meeting = self.in_meeting

        internal_meeting = self.internal_meeting

        jbh_time: int | Unset = UNSET
        if not isinstance(self.jbh_time, Unset):
            jbh_time = self.jbh_time

        join_before_host = self.join_before_host

        language_interpretation: dict[str, Any] | Unset = UNSET
        if not isinstance(self.language_interpretation, Unset):
            language_interpretation = self.language_interpretation.to_dict()

        meeting_authentication = self.meeting_authentication

        meeting_invitees: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.meeting_invitees, Unset):
            meeting_invitees = []
            for meeting_invitees_item_data in self.meeting_invitees:
                meeting_invitees_item = meeting_invitees_item_data.to_dict()
                meeting_invitees.append(meeting_invitees_item)

        mute_upon_entry = self.mute_upon_entry

        participant_focused_meeting = self.participant_focused_meeting

        participant_video = self.participant_video

        prevent_screen_capture = self.prevent_screen_capture

        private_meeting = self.private_meeting

        push_change_to_calendar = self.push_change_to_calendar

        question_and_answer: dict[str, Any] | Unset = UNSET
        if not isinstance(self.question_and_answer, Unset):
            question_and_answer = self.question_and_answer.to_dict()

        registrants_confirmation_email = self.registrants_confirmation_email

        registrants_email_notification = self.registrants_email_notification

        registration_type: int | Unset = UNSET
        if not isinstance(self.registration_type, Unset):
            registration_type = self.registration_type

        request_permission_to_unmute_participants = self.request_permission_to_unmute_participants

        resources: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.resources, Unset):
            resources = []
            for resources_item_data in self.resources:
                resources_item = resources_item_data.to_dict()
                resources.append(resources_item)

        show_share_button = self.show_share_button

        sign_language_interpretation: dict[str, Any] | Unset = UNSET
        if not isinstance(self.sign_language_interpretation, Unset):
            sign_language_interpretation = self.sign_language_interpretation.to_dict()

        summary_template_id = self.summary_template_id

        use_pmi = self.use_pmi

        waiting_room = self.waiting_room

        waiting_room_options: dict[str, Any] | Unset = UNSET
        if not isinstance(self.waiting_room_options, Unset):
            waiting_room_options = self.waiting_room_options.to_dict()

        watermark = self.watermark

        who_can_ask_questions: int | Unset = UNSET
        if not isinstance(self.who_can_ask_questions, Unset):
            who_can_ask_questions = self.who_can_ask_questions

        who_will_receive_summary: int | Unset = UNSET
        if not isinstance(self.who_will_receive_summary, Unset):
            who_will_receive_summary = self.who_will_receive_summary

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if allow_host_control_participant_mute_state is not UNSET:
            field_dict["allow_host_control_participant_mute_state"] = (
                allow_host_control_participant_mute_state
            )
        if allow_multiple_devices is not UNSET:
            field_dict["allow_multiple_devices"] = allow_multiple_devices
        if alternative_host_manage_cloud_recording is not UNSET:
            field_dict["alternative_host_manage_cloud_recording"] = (
                alternative_host_manage_cloud_recording
            )
        if alternative_host_manage_meeting_summary is not UNSET:
            field_dict["alternative_host_manage_meeting_summary"] = (
                alternative_host_manage_meeting_summary
            )
        if alternative_host_update_polls is not UNSET:
            field_dict["alternative_host_update_polls"] = alternative_host_update_polls
        if alternative_hosts is not UNSET:
            field_dict["alternative_hosts"] = alternative_hosts
        if alternative_hosts_email_notification is not UNSET:
            field_dict["alternative_hosts_email_notification"] = (
                alternative_hosts_email_notification
            )
        if approval_type is not UNSET:
            field_dict["approval_type"] = approval_type
        if approved_or_denied_countries_or_regions is not UNSET:
            field_dict["approved_or_denied_countries_or_regions"] = (
                approved_or_denied_countries_or_regions
            )
        if audio is not UNSET:
            field_dict["audio"] = audio
        if audio_conference_info is not UNSET:
            field_dict["audio_conference_info"] = audio_conference_info
        if authentication_domains is not UNSET:
            field_dict["authentication_domains"] = authentication_domains
        if authentication_exception is not UNSET:
            field_dict["authentication_exception"] = authentication_exception
        if authentication_name is not UNSET:
            field_dict["authentication_name"] = authentication_name
        if authentication_option is not UNSET:
            field_dict["authentication_option"] = authentication_option
        if auto_add_recording_to_video_management is not UNSET:
            field_dict["auto_add_recording_to_video_management"] = (
                auto_add_recording_to_video_management
            )
        if auto_recording is not UNSET:
            field_dict["auto_recording"] = auto_recording
        if auto_start_ai_companion_questions is not UNSET:
            field_dict["auto_start_ai_companion_questions"] = auto_start_ai_companion_questions
        if auto_start_deepfake_detection is not UNSET:
            field_dict["auto_start_deepfake_detection"] = auto_start_deepfake_detection
        if auto_start_meeting_summary is not UNSET:
            field_dict["auto_start_meeting_summary"] = auto_start_meeting_summary
        if breakout_room is not UNSET:
            field_dict["breakout_room"] = breakout_room
        if calendar_type is not UNSET:
            field_dict["calendar_type"] = calendar_type
        if close_registration is not UNSET:
            field_dict["close_registration"] = close_registration
        if cn_meeting is not UNSET:
            field_dict["cn_meeting"] = cn_meeting
        if contact_email is not UNSET:
            field_dict["contact_email"] = contact_email
        if contact_name is not UNSET:
            field_dict["contact_name"] = contact_name
        if continuous_meeting_chat is not UNSET:
            field_dict["continuous_meeting_chat"] = continuous_meeting_chat
        if custom_keys is not UNSET:
            field_dict["custom_keys"] = custom_keys
        if device_testing is not UNSET:
            field_dict["device_testing"] = device_testing
        if disable_participant_video is not UNSET:
            field_dict["disable_participant_video"] = disable_participant_video
        if email_in_attendee_report is not UNSET:
            field_dict["email_in_attendee_report"] = email_in_attendee_report
        if email_notification is not UNSET:
            field_dict["email_notification"] = email_notification
        if encryption_type is not UNSET:
            field_dict["encryption_type"] = encryption_type
        if enforce_login is not UNSET:
            field_dict["enforce_login"] = enforce_login
        if enforce_login_domains is not UNSET:
            field_dict["enforce_login_domains"] = enforce_login_domains
        if focus_mode is not UNSET:
            field_dict["focus_mode"] = focus_mode
        if global_dial_in_countries is not UNSET:
            field_dict["global_dial_in_countries"] = global_dial_in_countries
        if global_dial_in_numbers is not UNSET:
            field_dict["global_dial_in_numbers"] = global_dial_in_numbers
        if host_pause_stop_recording is not UNSET:
            field_dict["host_pause_stop_recording"] = host_pause_stop_recording
        if host_save_video_order is not UNSET:
            field_dict["host_save_video_order"] = host_save_video_order
        if host_video is not UNSET:
            field_dict["host_video"] = host_video
        if in_meeting is not UNSET:
            field_dict["in_meeting"] = in_meeting
        if internal_meeting is not UNSET:
            field_dict["internal_meeting"] = internal_meeting
        if jbh_time is not UNSET:
            field_dict["jbh_time"] = jbh_time
        if join_before_host is not UNSET:
            field_dict["join_before_host"] = join_before_host
        if language_interpretation is not UNSET:
            field_dict["language_interpretation"] = language_interpretation
        if meeting_authentication is not UNSET:
            field_dict["meeting_authentication"] = meeting_authentication
        if meeting_invitees is not UNSET:
            field_dict["meeting_invitees"] = meeting_invitees
        if mute_upon_entry is not UNSET:
            field_dict["mute_upon_entry"] = mute_upon_entry
        if participant_focused_meeting is not UNSET:
            field_dict["participant_focused_meeting"] = participant_focused_meeting
        if participant_video is not UNSET:
            field_dict["participant_video"] = participant_video
        if prevent_screen_capture is not UNSET:
            field_dict["prevent_screen_capture"] = prevent_screen_capture
        if private_meeting is not UNSET:
            field_dict["private_meeting"] = private_meeting
        if push_change_to_calendar is not UNSET:
            field_dict["push_change_to_calendar"] = push_change_to_calendar
        if question_and_answer is not UNSET:
            field_dict["question_and_answer"] = question_and_answer
        if registrants_confirmation_email is not UNSET:
            field_dict["registrants_confirmation_email"] = registrants_confirmation_email
        if registrants_email_notification is not UNSET:
            field_dict["registrants_email_notification"] = registrants_email_notification
        if registration_type is not UNSET:
            field_dict["registration_type"] = registration_type
        if request_permission_to_unmute_participants is not UNSET:
            field_dict["request_permission_to_unmute_participants"] = (
                request_permission_to_unmute_participants
            )
        if resources is not UNSET:
            field_dict["resources"] = resources
        if show_share_button is not UNSET:
            field_dict["show_share_button"] = show_share_button
        if sign_language_interpretation is not UNSET:
            field_dict["sign_language_interpretation"] = sign_language_interpretation
        if summary_template_id is not UNSET:
            field_dict["summary_template_id"] = summary_template_id
        if use_pmi is not UNSET:
            field_dict["use_pmi"] = use_pmi
        if waiting_room is not UNSET:
            field_dict["waiting_room"] = waiting_room
        if waiting_room_options is not UNSET:
            field_dict["waiting_room_options"] = waiting_room_options
        if watermark is not UNSET:
            field_dict["watermark"] = watermark
        if who_can_ask_questions is not UNSET:
            field_dict["who_can_ask_questions"] = who_can_ask_questions
        if who_will_receive_summary is not UNSET:
            field_dict["who_will_receive_summary"] = who_will_receive_summary

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.authentication_exception import AuthenticationException  # noqa: PLC0415
        from ..models.breakout_rooms import BreakoutRooms  # noqa: PLC0415
        from ..models.continuous_meeting_chat import ContinuousMeetingChat  # noqa: PLC0415
        from ..models.country_region_approval import CountryRegionApproval  # noqa: PLC0415
        from ..models.custom_key import CustomKey  # noqa: PLC0415
        from ..models.dial_in_number import DialInNumber  # noqa: PLC0415
        from ..models.language_interpretation import LanguageInterpretation  # noqa: PLC0415
        from ..models.meeting_invitee import MeetingInvitee  # noqa: PLC0415
        from ..models.meeting_resource import MeetingResource  # noqa: PLC0415
        from ..models.question_and_answer import QuestionAndAnswer  # noqa: PLC0415
        from ..models.sign_language_interpretation import SignLanguageInterpretation  # noqa: PLC0415
        from ..models.video_management import VideoManagement  # noqa: PLC0415
        from ..models.waiting_room_options import WaitingRoomOptions  # noqa: PLC0415

        d = dict(src_dict)
        allow_host_control_participant_mute_state = d.pop(
            "allow_host_control_participant_mute_state", UNSET
        )

        allow_multiple_devices = d.pop("allow_multiple_devices", UNSET)

        alternative_host_manage_cloud_recording = d.pop(
            "alternative_host_manage_cloud_recording", UNSET
        )

        alternative_host_manage_meeting_summary = d.pop(
            "alternative_host_manage_meeting_summary", UNSET
        )

        alternative_host_update_polls = d.pop("alternative_host_update_polls", UNSET)

        alternative_hosts = d.pop("alternative_hosts", UNSET)

        alternative_hosts_email_notification = d.pop("alternative_hosts_email_notification", UNSET)

        _approval_type = d.pop("approval_type", UNSET)
        approval_type: MeetingSettingsApprovalType | Unset
        if isinstance(_approval_type, Unset):
            approval_type = UNSET
        else:
            approval_type = check_meeting_settings_approval_type(_approval_type)

        _approved_or_denied_countries_or_regions = d.pop(
            "approved_or_denied_countries_or_regions", UNSET
        )
        approved_or_denied_countries_or_regions: CountryRegionApproval | Unset
        if isinstance(_approved_or_denied_countries_or_regions, Unset):
            approved_or_denied_countries_or_regions = UNSET
        else:
            approved_or_denied_countries_or_regions = CountryRegionApproval.from_dict(
                _approved_or_denied_countries_or_regions
            )

        _audio = d.pop("audio", UNSET)
        audio: MeetingSettingsAudio | Unset
        if isinstance(_audio, Unset):
            audio = UNSET
        else:
            audio = check_meeting_settings_audio(_audio)

        audio_conference_info = d.pop("audio_conference_info", UNSET)

        authentication_domains = d.pop("authentication_domains", UNSET)

        _authentication_exception = d.pop("authentication_exception", UNSET)
        authentication_exception: list[AuthenticationException] | Unset = UNSET
        if _authentication_exception is not UNSET:
            authentication_exception = []
            for authentication_exception_item_data in _authentication_exception:
                authentication_exception_item = AuthenticationException.from_dict(
                    authentication_exception_item_data
                )

                authentication_exception.append(authentication_exception_item)

        authentication_name = d.pop("authentication_name", UNSET)

        authentication_option = d.pop("authentication_option", UNSET)

        _auto_add_recording_to_video_management = d.pop(
            "auto_add_recording_to_video_management", UNSET
        )
        auto_add_recording_to_video_management: VideoManagement | Unset
        if isinstance(_auto_add_recording_to_video_management, Unset):
            auto_add_recording_to_video_management = UNSET
        else:
            auto_add_recording_to_video_management = VideoManagement.from_dict(
                _auto_add_recording_to_video_management
            )

        _auto_recording = d.pop("auto_recording", UNSET)
        auto_recording: MeetingSettingsAutoRecording | Unset
        if isinstance(_auto_recording, Unset):
            auto_recording = UNSET
        else:
            auto_recording = check_meeting_settings_auto_recording(_auto_recording)

        auto_start_ai_companion_questions = d.pop("auto_start_ai_companion_questions", UNSET)

        auto_start_deepfake_detection = d.pop("auto_start_deepfake_detection", UNSET)

        auto_start_meeting_summary = d.pop("auto_start_meeting_summary", UNSET)

        _breakout_room = d.pop("breakout_room", UNSET)
        breakout_room: BreakoutRooms | Unset
        if isinstance(_breakout_room, Unset):
            breakout_room = UNSET
        else:
            breakout_room = BreakoutRooms.from_dict(_breakout_room)

        _calendar_type = d.pop("calendar_type", UNSET)
        calendar_type: MeetingSettingsCalendarType | Unset
        if isinstance(_calendar_type, Unset):
            calendar_type = UNSET
        else:
            calendar_type = check_meeting_settings_calendar_type(_calendar_type)

        close_registration = d.pop("close_registration", UNSET)

        cn_meeting = d.pop("cn_meeting", UNSET)

        contact_email = d.pop("contact_email", UNSET)

        contact_name = d.pop("contact_name", UNSET)

        _continuous_meeting_chat = d.pop("continuous_meeting_chat", UNSET)
        continuous_meeting_chat: ContinuousMeetingChat | Unset
        if isinstance(_continuous_meeting_chat, Unset):
            continuous_meeting_chat = UNSET
        else:
            continuous_meeting_chat = ContinuousMeetingChat.from_dict(_continuous_meeting_chat)

        _custom_keys = d.pop("custom_keys", UNSET)
        custom_keys: list[CustomKey] | Unset = UNSET
        if _custom_keys is not UNSET:
            custom_keys = []
            for custom_keys_item_data in _custom_keys:
                custom_keys_item = CustomKey.from_dict(custom_keys_item_data)

                custom_keys.append(custom_keys_item)

        device_testing = d.pop("device_testing", UNSET)

        disable_participant_video = d.pop("disable_participant_video", UNSET)

        email_in_attendee_report = d.pop("email_in_attendee_report", UNSET)

        email_notification = d.pop("email_notification", UNSET)

        _encryption_type = d.pop("encryption_type", UNSET)
        encryption_type: MeetingSettingsEncryptionType | Unset
        if isinstance(_encryption_type, Unset):
            encryption_type = UNSET
        else:
            encryption_type = check_meeting_settings_encryption_type(_encryption_type)

        enforce_login = d.pop("enforce_login", UNSET)

        enforce_login_domains = d.pop("enforce_login_domains", UNSET)

        focus_mode = d.pop("focus_mode", UNSET)

        global_dial_in_countries = cast(list[str], d.pop("global_dial_in_countries", UNSET))

        _global_dial_in_numbers = d.pop("global_dial_in_numbers", UNSET)
        global_dial_in_numbers: list[DialInNumber] | Unset = UNSET
        if _global_dial_in_numbers is not UNSET:
            global_dial_in_numbers = []
            for global_dial_in_numbers_item_data in _global_dial_in_numbers:
                global_dial_in_numbers_item = DialInNumber.from_dict(
                    global_dial_in_numbers_item_data
                )

                global_dial_in_numbers.append(global_dial_in_numbers_item)

        host_pause_stop_recording = d.pop("host_pause_stop_recording", UNSET)

        host_save_video_order = d.pop("host_save_video_order", UNSET)

        host_video = d.pop("host_video", UNSET)

        in_meeting = d.pop("in_meeting", UNSET)

        internal_meeting = d.pop("internal_meeting", UNSET)

        _jbh_time = d.pop("jbh_time", UNSET)
        jbh_time: MeetingSettingsJbhTime | Unset
        if isinstance(_jbh_time, Unset):
            jbh_time = UNSET
        else:
            jbh_time = check_meeting_settings_jbh_time(_jbh_time)

        join_before_host = d.pop("join_before_host", UNSET)

        _language_interpretation = d.pop("language_interpretation", UNSET)
        language_interpretation: LanguageInterpretation | Unset
        if isinstance(_language_interpretation, Unset):
            language_interpretation = UNSET
        else:
            language_interpretation = LanguageInterpretation.from_dict(_language_interpretation)

        meeting_authentication = d.pop("meeting_authentication", UNSET)

        _meeting_invitees = d.pop("meeting_invitees", UNSET)
        meeting_invitees: list[MeetingInvitee] | Unset = UNSET
        if _meeting_invitees is not UNSET:
            meeting_invitees = []
            for meeting_invitees_item_data in _meeting_invitees:
                meeting_invitees_item = MeetingInvitee.from_dict(meeting_invitees_item_data)

                meeting_invitees.append(meeting_invitees_item)

        mute_upon_entry = d.pop("mute_upon_entry", UNSET)

        participant_focused_meeting = d.pop("participant_focused_meeting", UNSET)

        participant_video = d.pop("participant_video", UNSET)

        prevent_screen_capture = d.pop("prevent_screen_capture", UNSET)

        private_meeting = d.pop("private_meeting", UNSET)

        push_change_to_calendar = d.pop("push_change_to_calendar", UNSET)

        _question_and_answer = d.pop("question_and_answer", UNSET)
        question_and_answer: QuestionAndAnswer | Unset
        if isinstance(_question_and_answer, Unset):
            question_and_answer = UNSET
        else:
            question_and_answer = QuestionAndAnswer.from_dict(_question_and_answer)

        registrants_confirmation_email = d.pop("registrants_confirmation_email", UNSET)

        registrants_email_notification = d.pop("registrants_email_notification", UNSET)

        _registration_type = d.pop("registration_type", UNSET)
        registration_type: MeetingSettingsRegistrationType | Unset
        if isinstance(_registration_type, Unset):
            registration_type = UNSET
        else:
            registration_type = check_meeting_settings_registration_type(_registration_type)

        request_permission_to_unmute_participants = d.pop(
            "request_permission_to_unmute_participants", UNSET
        )

        _resources = d.pop("resources", UNSET)
        resources: list[MeetingResource] | Unset = UNSET
        if _resources is not UNSET:
            resources = []
            for resources_item_data in _resources:
                resources_item = MeetingResource.from_dict(resources_item_data)

                resources.append(resources_item)

        show_share_button = d.pop("show_share_button", UNSET)

        _sign_language_interpretation = d.pop("sign_language_interpretation", UNSET)
        sign_language_interpretation: SignLanguageInterpretation | Unset
        if isinstance(_sign_language_interpretation, Unset):
            sign_language_interpretation = UNSET
        else:
            sign_language_interpretation = SignLanguageInterpretation.from_dict(
                _sign_language_interpretation
            )

        summary_template_id = d.pop("summary_template_id", UNSET)

        use_pmi = d.pop("use_pmi", UNSET)

        waiting_room = d.pop("waiting_room", UNSET)

        _waiting_room_options = d.pop("waiting_room_options", UNSET)
        waiting_room_options: WaitingRoomOptions | Unset
        if isinstance(_waiting_room_options, Unset):
            waiting_room_options = UNSET
        else:
            waiting_room_options = WaitingRoomOptions.from_dict(_waiting_room_options)

        watermark = d.pop("watermark", UNSET)

        _who_can_ask_questions = d.pop("who_can_ask_questions", UNSET)
        who_can_ask_questions: MeetingSettingsWhoCanAskQuestions | Unset
        if isinstance(_who_can_ask_questions, Unset):
            who_can_ask_questions = UNSET
        else:
            who_can_ask_questions = check_meeting_settings_who_can_ask_questions(
                _who_can_ask_questions
            )

        _who_will_receive_summary = d.pop("who_will_receive_summary", UNSET)
        who_will_receive_summary: MeetingSettingsWhoWillReceiveSummary | Unset
        if isinstance(_who_will_receive_summary, Unset):
            who_will_receive_summary = UNSET
        else:
            who_will_receive_summary = check_meeting_settings_who_will_receive_summary(
                _who_will_receive_summary
            )

        meeting_settings = cls(
            allow_host_control_participant_mute_state=allow_host_control_participant_mute_state,
            allow_multiple_devices=allow_multiple_devices,
            alternative_host_manage_cloud_recording=alternative_host_manage_cloud_recording,
            alternative_host_manage_meeting_summary=alternative_host_manage_meeting_summary,
            alternative_host_update_polls=alternative_host_update_polls,
            alternative_hosts=alternative_hosts,
            alternative_hosts_email_notification=alternative_hosts_email_notification,
            approval_type=approval_type,
            approved_or_denied_countries_or_regions=approved_or_denied_countries_or_regions,
            audio=audio,
            audio_conference_info=audio_conference_info,
            authentication_domains=authentication_domains,
            authentication_exception=authentication_exception,
            authentication_name=authentication_name,
            authentication_option=authentication_option,
            auto_add_recording_to_video_management=auto_add_recording_to_video_management,
            auto_recording=auto_recording,
            auto_start_ai_companion_questions=auto_start_ai_companion_questions,
            auto_start_deepfake_detection=auto_start_deepfake_detection,
            auto_start_meeting_summary=auto_start_meeting_summary,
            breakout_room=breakout_room,
            calendar_type=calendar_type,
            close_registration=close_registration,
            cn_meeting=cn_meeting,
            contact_email=contact_email,
            contact_name=contact_name,
            continuous_meeting_chat=continuous_meeting_chat,
            custom_keys=custom_keys,
            device_testing=device_testing,
            disable_participant_video=disable_participant_video,
            email_in_attendee_report=email_in_attendee_report,
            email_notification=email_notification,
            encryption_type=encryption_type,
            enforce_login=enforce_login,
            enforce_login_domains=enforce_login_domains,
            focus_mode=focus_mode,
            global_dial_in_countries=global_dial_in_countries,
            global_dial_in_numbers=global_dial_in_numbers,
            host_pause_stop_recording=host_pause_stop_recording,
            host_save_video_order=host_save_video_order,
            host_video=host_video,
            in_meeting=in_meeting,
            internal_meeting=internal_meeting,
            jbh_time=jbh_time,
            join_before_host=join_before_host,
            language_interpretation=language_interpretation,
            meeting_authentication=meeting_authentication,
            meeting_invitees=meeting_invitees,
            mute_upon_entry=mute_upon_entry,
            participant_focused_meeting=participant_focused_meeting,
            participant_video=participant_video,
            prevent_screen_capture=prevent_screen_capture,
            private_meeting=private_meeting,
            push_change_to_calendar=push_change_to_calendar,
            question_and_answer=question_and_answer,
            registrants_confirmation_email=registrants_confirmation_email,
            registrants_email_notification=registrants_email_notification,
            registration_type=registration_type,
            request_permission_to_unmute_participants=request_permission_to_unmute_participants,
            resources=resources,
            show_share_button=show_share_button,
            sign_language_interpretation=sign_language_interpretation,
            summary_template_id=summary_template_id,
            use_pmi=use_pmi,
            waiting_room=waiting_room,
            waiting_room_options=waiting_room_options,
            watermark=watermark,
            who_can_ask_questions=who_can_ask_questions,
            who_will_receive_summary=who_will_receive_summary,
        )

        return meeting_settings
