# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset, shown

T = TypeVar("T", bound="QuestionAndAnswerRead")


@_attrs_define(repr=False)
class QuestionAndAnswerRead:
    """Questions and answers inside the meeting. Everything else counts only while `enable` is true."""

    allow_anonymous_questions: bool | Unset = UNSET
    """ Whether people may ask without their name. """
    allow_submit_questions: bool | Unset = UNSET
    """ Whether people may send in questions. """
    attendees_can_comment: bool | Unset = UNSET
    """ Whether attendees may comment on questions. """
    attendees_can_upvote: bool | Unset = UNSET
    """ Whether attendees may vote for questions. """
    enable: bool | Unset = UNSET
    """ Whether the meeting has questions and answers. """
    question_visibility: str | Unset = UNSET
    """ Which questions attendees see, the answered ones or all. """
    # Whatever the server added after this was generated; not shown, since it may hold secrets.
    additional_properties: dict[str, Any] = _attrs_field(
        init=False, factory=dict[str, Any], repr=False
    )

    def __repr__(self) -> str:
        return shown(self)

    def to_dict(self) -> dict[str, Any]:
        allow_anonymous_questions = self.allow_anonymous_questions

        allow_submit_questions = self.allow_submit_questions

        attendees_can_comment = self.attendees_can_comment

        attendees_can_upvote = self.attendees_can_upvote

        enable = self.enable

        question_visibility = self.question_visibility

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if allow_anonymous_questions is not UNSET:
            field_dict["allow_anonymous_questions"] = allow_anonymous_questions
        if allow_submit_questions is not UNSET:
            field_dict["allow_submit_questions"] = allow_submit_questions
        if attendees_can_comment is not UNSET:
            field_dict["attendees_can_comment"] = attendees_can_comment
        if attendees_can_upvote is not UNSET:
            field_dict["attendees_can_upvote"] = attendees_can_upvote
        if enable is not UNSET:
            field_dict["enable"] = enable
        if question_visibility is not UNSET:
            field_dict["question_visibility"] = question_visibility

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        # Members of another shape than documented stay readable as they came, in additional_properties.
        odd: dict[str, Any] = {}
        allow_anonymous_questions = d.pop("allow_anonymous_questions", UNSET)

        allow_submit_questions = d.pop("allow_submit_questions", UNSET)

        attendees_can_comment = d.pop("attendees_can_comment", UNSET)

        attendees_can_upvote = d.pop("attendees_can_upvote", UNSET)

        enable = d.pop("enable", UNSET)

        question_visibility = d.pop("question_visibility", UNSET)

        question_and_answer_read = cls(
            allow_anonymous_questions=allow_anonymous_questions,
            allow_submit_questions=allow_submit_questions,
            attendees_can_comment=attendees_can_comment,
            attendees_can_upvote=attendees_can_upvote,
            enable=enable,
            question_visibility=question_visibility,
        )

        question_and_answer_read.additional_properties = {**d, **odd}
        return question_and_answer_read

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
