# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.question_and_answer_question_visibility import (
    QuestionAndAnswerQuestionVisibility,
    check_question_and_answer_question_visibility,
)
from ..types import UNSET, Unset, shown

T = TypeVar("T", bound="QuestionAndAnswer")


@_attrs_define(repr=False)
class QuestionAndAnswer:
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
    question_visibility: QuestionAndAnswerQuestionVisibility | Unset = UNSET
    """ Which questions attendees see, the answered ones or all. """

    def __repr__(self) -> str:
        return shown(self)

    def to_dict(self) -> dict[str, Any]:
        allow_anonymous_questions = self.allow_anonymous_questions

        allow_submit_questions = self.allow_submit_questions

        attendees_can_comment = self.attendees_can_comment

        attendees_can_upvote = self.attendees_can_upvote

        enable = self.enable

        question_visibility: str | Unset = UNSET
        if not isinstance(self.question_visibility, Unset):
            question_visibility = self.question_visibility

        field_dict: dict[str, Any] = {}

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
        allow_anonymous_questions = d.pop("allow_anonymous_questions", UNSET)

        allow_submit_questions = d.pop("allow_submit_questions", UNSET)

        attendees_can_comment = d.pop("attendees_can_comment", UNSET)

        attendees_can_upvote = d.pop("attendees_can_upvote", UNSET)

        enable = d.pop("enable", UNSET)

        _question_visibility = d.pop("question_visibility", UNSET)
        question_visibility: QuestionAndAnswerQuestionVisibility | Unset
        if isinstance(_question_visibility, Unset):
            question_visibility = UNSET
        else:
            question_visibility = check_question_and_answer_question_visibility(
                _question_visibility
            )

        question_and_answer = cls(
            allow_anonymous_questions=allow_anonymous_questions,
            allow_submit_questions=allow_submit_questions,
            attendees_can_comment=attendees_can_comment,
            attendees_can_upvote=attendees_can_upvote,
            enable=enable,
            question_visibility=question_visibility,
        )

        return question_and_answer
