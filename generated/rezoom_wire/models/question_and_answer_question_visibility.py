# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from typing import Literal

QuestionAndAnswerQuestionVisibility = Literal["all", "answered"]

QUESTION_AND_ANSWER_QUESTION_VISIBILITY_VALUES: set[QuestionAndAnswerQuestionVisibility] = {
    "all",
    "answered",
}


def check_question_and_answer_question_visibility(
    value: str,
) -> QuestionAndAnswerQuestionVisibility:
    if value in QUESTION_AND_ANSWER_QUESTION_VISIBILITY_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {QUESTION_AND_ANSWER_QUESTION_VISIBILITY_VALUES!r}"
    )
