"""Files behind `--body` and `@`: what is read, and how a file that cannot be read is refused."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rezoom._cli.exit_codes import UsageError
from rezoom._cli.flags import FieldOptions
from rezoom._cli.input import read_fields
from rezoom._cli.saved_files import read_plan


def body(*sets: str, file: str | Path | None = None) -> dict[str, object]:
    """Read a change and return its body."""
    options = FieldOptions(body=None if file is None else str(file), sets=list(sets))
    return read_fields(options).body


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> io.BytesIO:
    """Stand in for standard input."""
    data = io.BytesIO()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(data))
    return data


def test_set_is_laid_over_the_file(tmp_path: Path) -> None:
    """The file is the ground, and its other members stay."""
    file = tmp_path / "change.json"
    file.write_text('\ufeff{"topic": "A", "settings": {"waiting_room": true}}', encoding="utf-8")

    assert body("topic=B", "settings.host_video=on", file=file) == {
        "topic": "B",
        "settings": {"waiting_room": True, "host_video": True},
    }


def test_a_value_comes_from_a_file(tmp_path: Path) -> None:
    """The line break at the end of a file belongs to the editor, those before to the text."""
    file = tmp_path / "notes.txt"
    file.write_text("One\nTwö\n", encoding="utf-8")

    assert body(f"agenda=@{file}") == {"agenda": "One\nTwö"}


def test_two_at_signs_are_one() -> None:
    """A text may begin with @."""
    assert body("topic=@@all hands") == {"topic": "@all hands"}


def test_standard_input_is_a_body_or_a_value(stdin: io.BytesIO) -> None:
    """A passcode in a pipe is in no list of processes and in no file."""
    stdin.write(b"Blue-42\n")
    stdin.seek(0)

    assert body("password=@-") == {"password": "Blue-42"}


def test_standard_input_is_read_once(stdin: io.BytesIO) -> None:
    """Two readers would share what is there by chance."""
    stdin.write(b"{}")
    stdin.seek(0)

    with pytest.raises(UsageError, match=r"both --body and --set"):
        body("password=@-", file="-")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"topic": "A",}', "is not JSON: "),
        (b"", "is not JSON: "),
        (b"[1]", "holds a list, not an object"),
        (b'"Blue-42"', "holds text, not an object"),
        (b"null", "holds null, not an object"),
        (b"\xff\xfe\x00", "is not text in UTF-8"),
        (b'{"topic": "A", "topic": "B"}', "'topic' stands twice"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"password": "Blue-42"', "is not JSON: "),
    ],
)
def test_a_file_that_is_no_change_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    """The message names the file and the place, never what stands there."""
    file = tmp_path / "change.json"
    file.write_bytes(content)

    with pytest.raises(UsageError) as refused:
        body(file=file)

    assert words in str(refused.value)
    assert "Blue-42" not in str(refused.value)


@pytest.mark.parametrize("name", ["missing.json", "", "a\0b"])
def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A missing file, a folder, and an impossible name all say which option is meant."""
    monkeypatch.chdir(tmp_path)

    with pytest.raises(UsageError, match=r"^--body: cannot read"):
        body(file=name or str(tmp_path))
    with pytest.raises(UsageError, match=r"^--set: cannot read .* written with two: @@"):
        body(f"topic=@{name or tmp_path}")


def test_what_was_taken_for_the_name_of_a_file_may_be_a_passcode() -> None:
    """JSON where a file is wanted, or a passcode that begins with @: neither is repeated."""
    for given in ({"file": '{"password": "Blue-42"}'}, {"file": ' [{"password": "Blue-42"}]'}):
        with pytest.raises(UsageError, match="JSON itself and not the name of a file") as refused:
            body(**given)
        assert "Blue-42" not in str(refused.value)
    with pytest.raises(UsageError, match="written with two: @@") as refused:
        body("password=@Blue-42")
    assert "Blue-42" not in str(refused.value)
    with pytest.raises(UsageError, match="JSON itself"):
        read_plan('{"password": "Blue-42"}')
