"""Where the default ledger is: a place that outlives the process and that a lock works in."""

from __future__ import annotations

import logging
import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from .._visible import visible
from ..errors import LedgerUnavailable

_log = logging.getLogger("rezoom.quota")

FILE = "quota.sqlite3"
# SQLite's write-ahead log needs memory that all users share, which these do not give.
_NETWORK = frozenset(
    "9p afs ceph cifs coda drvfs fuse.glusterfs fuse.s3fs fuse.sshfs gfs2 glusterfs gpfs lustre"
    " ncpfs nfs nfs3 nfs4 ocfs2 smb smb2 smb3 smbfs".split()
)
_LAYERED = frozenset(("aufs", "fuse.fuse-overlayfs", "overlay"))


def default_path(
    environ: Mapping[str, str],
    *,
    user_state: Path,
    temporary: Path,
    user: int,
    filesystem: Callable[[Path], str],
) -> Path:
    """Choose the default file; what is second best is used with a warning.

    In order: systemd's $STATE_DIRECTORY, the user's own state directory, and a folder of this
    `user` under the `temporary` one. `filesystem` names the type of file system a path is on.
    """
    for folder in _candidates(environ, user_state):
        kind = filesystem(folder)
        if kind in _NETWORK:
            _log.warning(
                "%s is on a network file system (%s), where a lock does not reach everybody:"
                " passed over; REZOOM_LEDGER names another ledger",
                visible(folder),
                kind,
            )
        elif not _writable(folder):
            _log.warning("%s cannot be written: passed over", visible(folder))
        else:
            if kind in _LAYERED:
                _log.warning(
                    "%s is inside a container: the count ends with it; REZOOM_LEDGER names a"
                    " ledger that stays",
                    visible(folder),
                )
            return folder / FILE
    folder = temporary / f"rezoom-{user}"
    _own(folder, user)
    _log.warning(
        "the count of what was spent is kept in %s, which a restart may empty; REZOOM_LEDGER names"
        " another ledger",
        visible(folder),
    )
    return folder / FILE


def refuse_network(path: Path, kind: str) -> None:
    """Raise LedgerUnavailable for a file system on which two machines would count apart."""
    if kind in _NETWORK:
        raise LedgerUnavailable(
            f"The ledger {path} is on a network file system ({kind}), where SQLite's locks fail",
            next_step="Name a file on a local disk, or share a count between machines with"
            " redis://… (extra: redis).",
        )


def filesystem(path: Path) -> str:
    """Name the type of file system that `path` is on, or will be; "" where nothing tells."""
    try:
        mounts = Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape")
    except OSError:
        return ""
    return mounted_on(path.resolve(), mounts)


def mounted_on(path: Path, mountinfo: str) -> str:
    """Find the mount that `path` is under in the text of /proc/self/mountinfo."""
    best, kind = -1, ""
    for line in mountinfo.splitlines():
        mount, _, rest = line.partition(" - ")
        fields = mount.split(" ")
        if len(fields) < 5:
            continue
        point = re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), fields[4])
        # Of two mounts on one point the later one is on top.
        if path.is_relative_to(point) and len(Path(point).parts) >= best:
            best, kind = len(Path(point).parts), rest.split(" ")[0]
    return kind


def _candidates(environ: Mapping[str, str], user_state: Path) -> Iterator[Path]:
    # systemd lists all of a unit's state directories, and makes them.
    first = environ.get("STATE_DIRECTORY", "").split(":")[0]
    if first and Path(first).is_absolute():
        yield Path(first) / "rezoom"
    yield user_state


def _writable(folder: Path) -> bool:
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)


def _own(folder: Path, user: int) -> None:
    """Make the folder ours alone: anybody may write beside it."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise LedgerUnavailable(
            f"No place for the count of what was spent: {folder}: {error.strerror}",
            next_step="Name a file in REZOOM_LEDGER, such as sqlite:///var/lib/app/quota.sqlite3.",
        ) from error
    if not stat.S_ISDIR(found.st_mode) or found.st_mode & 0o077 or found.st_uid != user:
        raise LedgerUnavailable(
            f"The folder {folder} is not this user's alone",
            next_step="See who made it and remove it, or name a file in REZOOM_LEDGER.",
        )
