"""Files that somebody names: read up to a limit, and written whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

# Of a plan some tens of KB are usual, and of a receipt; this is for thousands of receipts in one
# file, and still far from all of the memory.
LARGEST = 64 * 2**20
# Of an update as a JSON line; the fields of one that Zoom takes are some tens of KB together.
LONGEST_LINE = 2**20


def read_file(path: str | Path) -> bytes:
    """Read a regular file or a pipe; OSError for a device, and for more than `LARGEST` bytes."""
    mode = Path(path).stat().st_mode
    if stat.S_ISCHR(mode) or stat.S_ISBLK(mode) or stat.S_ISSOCK(mode):
        raise OSError(errno.EINVAL, "it is neither a regular file nor a pipe")
    with Path(path).open("rb") as file:
        return read_stream(file)


def read_stream(stream: BinaryIO) -> bytes:
    """Read a stream to its end; OSError for more than `LARGEST` bytes."""
    data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise OSError(errno.EFBIG, f"it is larger than {LARGEST // 2**20} MB")
    return data


def read_lines(stream: BinaryIO) -> Iterator[bytes]:
    """Yield lines while they come; of one too long its first `LONGEST_LINE` + 1 bytes."""
    while line := stream.readline(LONGEST_LINE + 1):
        yield line
        while len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            line = stream.readline(LONGEST_LINE + 1)


def write_file(path: str | Path, data: bytes, *, private: bool = True) -> None:
    """Write a file whole, on the disk when this returns; OSError leaves what was there as it was.

    Only a regular file is replaced. A link to one is replaced itself, and what it leads to stays.
    A `private` file is for its owner alone; others get the mode of a file that any program makes.
    """
    target = Path(path)
    _check_replaceable(target)
    # A name of its own: whatever else stands in the folder is not ours.
    number, beside = tempfile.mkstemp(".part", ".rezoom.", target.parent)
    try:
        with open(number, "wb") as file:  # noqa: PTH123 - a number has no path
            file.write(data)
            file.flush()
            if not private:
                os.fchmod(number, _mode_of_new_files())
            os.fsync(number)
        Path(beside).replace(target)
    finally:
        Path(beside).unlink(missing_ok=True)
    _sync_folder(target.parent)


def _check_replaceable(target: Path) -> None:
    # Where it leads matters: a link such as /dev/stdout is a file of nobody's.
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        if target.is_symlink():
            raise OSError(errno.ENOENT, "it is a link that leads nowhere") from None
        return
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "it is no regular file")


def _mode_of_new_files() -> int:
    # The only way to read the mask is to set it.
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask


def _sync_folder(folder: Path) -> None:
    """Make a rename last, where a folder can be synced at all."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
