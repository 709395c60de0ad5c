"""Updates as rows of a CSV file, and the same rows with what became of them."""

from __future__ import annotations

import csv
import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from itertools import zip_longest
from typing import TYPE_CHECKING, TextIO

from .._change.compare import writable
from .._paths import pattern_path
from .._redaction import without_assignments
from .._times import zulu
from .._wire import facts
from .assignments import Assignments, by_spec
from .batch import Result
from .exit_codes import UsageError
from .input import Fields, MeetingUpdate, one_of, read_series, read_when
from .saved_files import unwritable

if TYPE_CHECKING:
    from _csv import Reader

_OPTIONS = ("meeting", "key", "host", "occurrence", "repeat", "rrule", "allow")
_RESULTS = ("_result", "_error", "_retry_at")
# As a spreadsheet writes a long number: the digits behind those shown are lost.
_ROUNDED = re.compile(r"\s*-?[0-9](?:[.,][0-9]+)?E\+[0-9]+\s*", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s,;]+")


class Sheet:
    """A CSV file whose columns are fields of the spec by their paths, and options of an update."""

    def __init__(self, name: str) -> None:
        """Check the whole file; UsageError for what cannot be meant, before anything is sent."""
        self.name, self.columns = name, tuple[str, ...]()
        with self._open() as (file, delimiter):
            self.delimiter = delimiter
            self.columns = tuple(
                column.strip() for column in next(csv.reader(file, delimiter=delimiter), ())
            )
        self._check_columns()
        self.total = 0
        for line, cells in self.rows():
            self.total += 1
            for column, text in cells.items():
                if _ROUNDED.fullmatch(text):
                    raise self._wrong(
                        f"line {line}, {column}: {text.strip()} is what a spreadsheet has rounded",
                        "Format the column as text, and copy the numbers into it again.",
                    )

    def rows(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield the rows that are not empty, each with the line on which it ends."""
        with self._open() as (file, _):
            reader = csv.reader(file, delimiter=self.delimiter, strict=True)
            next(reader, None)
            yield from self._read(reader)

    def _read(self, reader: Reader) -> Iterator[tuple[int, dict[str, str]]]:
        try:
            for cells in reader:
                if len(cells) > len(self.columns):
                    what = f"line {reader.line_num} has {len(cells)} cells"
                    step = f"The header has {len(self.columns)}; quote a text with a comma."
                    raise self._wrong(what, step)
                if any(cell.strip() for cell in cells):
                    yield reader.line_num, dict(zip_longest(self.columns, cells, fillvalue=""))
        except (csv.Error, UnicodeDecodeError) as error:
            what = f"line {reader.line_num + 1} cannot be read: {error}"
            raise self._wrong(what, "Save it as CSV in UTF-8.") from None

    @contextmanager
    def _open(self) -> Iterator[tuple[TextIO, str]]:
        try:
            with open(self.name, encoding="utf-8-sig", newline="") as file:  # noqa: PTH123 - as it was typed
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    step = "Give a regular file: it is read more than once."
                    raise self._wrong("this is no regular file", step)
                first = file.readline()
                file.seek(0)
                yield file, max(",;\t", key=first.count)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it is not text in UTF-8"
            raise self._wrong(f"cannot be read: {reason}", "Give a CSV file in UTF-8.") from None

    def _check_columns(self) -> None:
        allowed = [*_OPTIONS, *_RESULTS, *filter(writable, facts.BODIES["updateMeeting"])]
        for column in self.columns:
            if column not in _OPTIONS + _RESULTS and not _is_field(column):
                close = get_close_matches(column, allowed, n=1)
                step = (
                    f"Did you mean {close[0]}?" if close else "Columns are fields by their paths."
                )
                raise self._wrong(f"there is no column {without_assignments(column)[:60]!r}", step)
            if self.columns.count(column) > 1:
                raise self._wrong(
                    f"the column {without_assignments(column)!r} stands twice", "Keep one of them."
                )
        if "meeting" not in self.columns:
            raise self._wrong("no column is called meeting", "Name the meetings in one.")

    def _wrong(self, what: str, step: str) -> UsageError:
        return UsageError(f"{self.name}: {what}", next_step=step)


def _is_field(column: str) -> bool:
    path = pattern_path(column)
    return path in facts.BODIES["updateMeeting"] and writable(path)


def read_row(cells: Mapping[str, str]) -> MeetingUpdate:
    """Read an update from a row; an empty cell leaves its field alone."""
    given = {column: text for column, text in cells.items() if text.strip()}
    known = Assignments()
    series = "repeat" in given or "rrule" in given
    for column, text in given.items():
        begins = series and column in ("start_time", "timezone")
        if column not in _OPTIONS + _RESULTS and not begins:
            known.add(column, text, convert=by_spec)
    schedule = None
    if series:
        repeat, rrule = given.get("repeat"), given.get("rrule")
        one_of(repeat, rrule, names="repeat and rrule", example="repeat")
        start, zone = given.get("start_time"), given.get("timezone")
        schedule = read_series(repeat, rrule, start, zone, names=("start_time", "timezone"))
    when = read_when(given["occurrence"]) if "occurrence" in given else None
    allow = [rule for rule in _BETWEEN.split(given.get("allow", "")) if rule]
    host = given.get("host", "").strip() or None
    fields = Fields(known.body, {}, known.problems)
    return MeetingUpdate(given.get("meeting", "").strip(), fields, schedule, when, allow, host)


class Results:
    """The rows of a sheet again, each with what became of it; rows without a result are left."""

    def __init__(self, sheet: Sheet, file: TextIO) -> None:
        """Write the header of the file."""
        self._file = file
        self._columns = [column for column in sheet.columns if column not in _RESULTS]
        self._writer = csv.writer(file, delimiter=sheet.delimiter, lineterminator="\n")
        self._writer.writerow([*self._columns, *_RESULTS])
        self._rows = sheet.rows()

    def add(self, result: Result) -> None:
        """Write the row of a result, and those before it that have none."""
        for line, cells in self._rows:
            if line == result.task.origin["line"]:
                error = result.error
                at = getattr(error, "retry_at", None)
                why = "" if error is None else " ".join(str(error).split())
                self._write(cells, result.word, why, "" if at is None else zulu(at))
                break
            self._write(cells, "left", "", "")
        self._file.flush()

    def finish(self) -> None:
        """Write the rows that are left."""
        for _, cells in self._rows:
            self._write(cells, "left", "", "")

    def _write(self, cells: Mapping[str, str], *found: str) -> None:
        self._writer.writerow([*(cells[column] for column in self._columns), *found])


@contextmanager
def result_file(sheet: Sheet | None, name: str | None) -> Iterator[Callable[[Result], object]]:
    """Create a file for the results, and yield what adds one; without a name it does nothing."""
    if name is None or sheet is None:
        yield lambda _: None
        return
    try:
        number = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        step = "Give the results another name."
        raise UsageError(f"{name} is there already", next_step=step) from None
    except OSError as error:
        raise unwritable(name, error) from None
    with open(number, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123 - a number has no path
        results = Results(sheet, file)
        try:
            yield results.add
        finally:
            results.finish()
