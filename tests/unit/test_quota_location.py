"""Where the default ledger goes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from rezoom._ledger.location import default_path, filesystem, mounted_on, refuse_network
from rezoom.errors import LedgerUnavailable

ME = os.getuid()

MOUNTS = """\
22 1 0:21 / / rw,relatime shared:1 - overlay overlay rw
23 22 8:1 / /people rw - ext4 /dev/sda1 rw
24 23 0:40 / /people/net\\040home rw - nfs4 server:/people rw
25 22 0:41 / /var/lib/app rw - autofs systemd-1 rw
26 25 0:42 / /var/lib/app rw - xfs /dev/sdb1 rw
broken
"""


def choose(
    folder: Path,
    *,
    state: str = "",
    kinds: Callable[[Path], str] = lambda _: "ext4",
    user_state: Path | None = None,
) -> Path:
    """Choose in a world below one folder."""
    (folder / "tmp").mkdir(exist_ok=True)
    return default_path(
        {"STATE_DIRECTORY": state},
        user_state=user_state or folder / "home" / "state" / "rezoom",
        temporary=folder / "tmp",
        user=ME,
        filesystem=kinds,
    )


@pytest.mark.smoke
def test_the_users_state_directory(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The usual place, without a word."""
    assert choose(tmp_path) == tmp_path / "home/state/rezoom/quota.sqlite3"
    assert not caplog.text


def test_systemds_directory_comes_first(tmp_path: Path) -> None:
    """And of several the first."""
    state = f"{tmp_path / 'unit'}:{tmp_path / 'other'}"

    assert choose(tmp_path, state=state) == tmp_path / "unit/rezoom/quota.sqlite3"


def test_a_network_file_system_is_passed_over(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """With a warning that names it and the way out."""

    def kinds(path: Path) -> str:
        return "nfs4" if "unit" in path.parts else "ext4"

    chosen = choose(tmp_path, state=str(tmp_path / "unit"), kinds=kinds)

    assert chosen == tmp_path / "home/state/rezoom/quota.sqlite3"
    assert "network file system (nfs4)" in caplog.text
    assert "REZOOM_LEDGER" in caplog.text


def test_inside_a_container_it_is_used_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Its count ends with the container."""
    assert choose(tmp_path, kinds=lambda _: "overlay").parts[-4:-1] == (
        "home",
        "state",
        "rezoom",
    )
    assert "inside a container" in caplog.text


def test_a_home_that_cannot_be_written_leads_to_a_folder_of_ones_own(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """With a warning, and for nobody else."""
    (tmp_path / "file").touch()

    chosen = choose(tmp_path, user_state=tmp_path / "file" / "rezoom")

    assert chosen.parent.parent == tmp_path / "tmp"
    assert chosen.parent.stat().st_mode & 0o777 == 0o700
    assert "which a restart may empty" in caplog.text


@pytest.mark.skipif(ME is None, reason="Windows gives every user a temporary folder")
@pytest.mark.parametrize("trap", ["a link", "a folder for everybody", "a file"])
def test_a_folder_that_somebody_else_could_have_made_is_refused(tmp_path: Path, trap: str) -> None:
    """Anybody may write beside it."""
    folder = tmp_path / "tmp" / f"rezoom-{ME}"
    folder.parent.mkdir()
    match trap:
        case "a link":
            (tmp_path / "elsewhere").mkdir()
            folder.symlink_to(tmp_path / "elsewhere")
        case "a folder for everybody":
            folder.mkdir()
            folder.chmod(0o777)
        case _:
            folder.touch()

    with pytest.raises(LedgerUnavailable, match=r"not this user's alone|File exists"):
        choose(tmp_path, kinds=lambda _: "nfs")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/etc", "overlay"),
        ("/people/me", "ext4"),
        ("/people/net home/me", "nfs4"),
        ("/homework", "overlay"),
        ("/var/lib/app/state", "xfs"),
    ],
)
def test_the_nearest_mount_decides(path: str, kind: str) -> None:
    """And of two on one point the later one."""
    assert mounted_on(Path(path), MOUNTS) == kind


def test_an_explicit_file_on_a_network_is_refused(tmp_path: Path) -> None:
    """Two machines would count apart."""
    with pytest.raises(LedgerUnavailable, match="network file system") as caught:
        refuse_network(tmp_path / "quota.sqlite3", "nfs4")

    assert "redis://" in caught.value.next_step
    refuse_network(tmp_path, filesystem(tmp_path))
