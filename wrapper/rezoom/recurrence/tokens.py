"""The words of a recurrence one by one, and the error that points at one of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ..errors import Problem
from .refusal import RecurrenceError, where_from

_LONGEST = 200
_TOKEN = re.compile(
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ][0-9]{1,2}:[0-9]{2}\S*)?"  # a date, or an instant
    r"|[0-9]+[./][0-9]+[./][0-9]+"  # a date that people read in several ways
    r"|[0-9]+:[0-9]+(?::[0-9]+)?"  # a time of day, which is refused by name
    r"|[0-9]\w*|[^\W\d_]+|\S"
)


class Token(NamedTuple):
    """One word, number, date or sign, and where it stands."""

    word: str
    begin: int
    end: int

    @property
    def plain(self) -> str:
        """The word in lower case."""
        return self.word.casefold()


class WordsError(RecurrenceError):
    """Words that are not a recurrence; `text` from `position` on, `length` long, is the place."""

    def __init__(self, problem: Problem, *, text: str, position: int, length: int) -> None:
        super().__init__([problem])
        self.message = "The words cannot be read as a recurrence"
        self.text, self.position, self.length = text, position, length

    @property
    def pointer(self) -> str:
        """The text, with carets under the place in a second line."""
        return f"  {self.text}\n  {' ' * self.position}{'^' * self.length}"

    def __str__(self) -> str:
        return f"{self.message}:\n{self.pointer}\n  {self.problems[0]}"


@dataclass(slots=True)
class Reader:
    """Reads a text token by token."""

    text: str
    tokens: Sequence[Token]
    place: int = 0

    @classmethod
    def over(cls, text: str) -> Reader:
        """Split the text; a text without words is refused, and so is one that is too long."""
        # In one line, so that the carets stand under what they mean.
        line = " ".join(text.split())
        reader = cls(line, [Token(m[0], m.start(), m.end()) for m in _TOKEN.finditer(line)])
        if len(line) > _LONGEST:
            reader.text = f"{line[:60]}…"
            raise reader.wrong(Token(line[:60], 0, 60), "", "words", "that is no sentence", EXAMPLE)
        return reader

    @property
    def now(self) -> Token:
        """The token to read next; an empty one at the end."""
        return self.ahead(0)

    def ahead(self, by: int) -> Token:
        """Return a token further on."""
        if self.place + by < len(self.tokens):
            return self.tokens[self.place + by]
        return Token("", len(self.text), len(self.text))

    def take(self, *words: str) -> Token | None:
        """Step over the next token if it is one of the words, or whatever it is without words."""
        token = self.now
        if token.word and (not words or token.plain in words):
            self.place += 1
            return token
        return None

    def span(self, first: Token) -> Token:
        """Return all from a token to the last one read, as one."""
        last = self.tokens[max(self.place - 1, 0)]
        end = max(last.end, first.end)
        return Token(self.text[first.begin : end], first.begin, end)

    def wrong(self, at: Token, field: str, rule: str, message: str, fix: str) -> WordsError:
        """Return the error that points at a token; the caller raises it."""
        path = f"recurrence.{field}" if field else "recurrence"
        # How words are written is ours to say, not Zoom's.
        source = "" if rule.startswith("words") else where_from(rule, path)
        problem = Problem(path, "error", rule, message, fix, source)
        length = max(1, at.end - at.begin)
        return WordsError(problem, text=self.text, position=at.begin, length=length)

    def expected(self, allowed: str, field: str = "", at: Token | None = None) -> WordsError:
        """Return the error for a word that does not belong here."""
        token = at or self.now
        found = f"{token.word!r:.40} does not belong here" if token.word else "here it stops short"
        return self.wrong(token, field, "words", found, f"here may stand: {allowed}")


EXAMPLE = 'write "every 2 weeks on Tuesday until 2027-06-30"'
