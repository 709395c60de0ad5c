"""Ledgers are opened by their address."""

from __future__ import annotations

from pathlib import Path

import pytest
from rezoom._ledger import opening
from rezoom.errors import ConfigError
from rezoom.quota import MemoryLedger, SQLiteLedger, open_ledger


def test_memory() -> None:
    """For tests and short scripts."""
    ledger = open_ledger("memory:")

    assert isinstance(ledger, MemoryLedger)
    assert ledger.url == "memory:"


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("sqlite:///var/lib/app/quota.db", "/var/lib/app/quota.db"),
        ("sqlite:////var/lib/app/quota.db", "/var/lib/app/quota.db"),
        ("sqlite:///a%20b/quota.db?durability=normal", "/a%20b/quota.db"),
    ],
)
def test_a_file(address: str, path: str) -> None:
    """Whole, and not opened yet."""
    ledger = open_ledger(address)

    assert isinstance(ledger, SQLiteLedger)
    assert ledger.url == f"sqlite://{path}"
    assert not Path(path).exists()


def test_durability_is_an_option_of_the_address() -> None:
    """Full unless told otherwise."""
    full, normal = open_ledger("sqlite:///x/y"), open_ledger("sqlite:///x/y?durability=normal")

    assert isinstance(full, SQLiteLedger)
    assert isinstance(normal, SQLiteLedger)
    assert (full.durability, normal.durability) == ("full", "normal")


@pytest.mark.parametrize("address", [None, "", "sqlite:"])
def test_the_default_file(address: str | None, tmp_path: Path) -> None:
    """Found at the first use, by the environment that was handed in."""
    ledger = open_ledger(address, environ={"STATE_DIRECTORY": str(tmp_path)})

    assert isinstance(ledger, SQLiteLedger)
    assert ledger.url == f"sqlite://{tmp_path}/rezoom/quota.sqlite3"


def test_the_default_file_is_passed_over_on_a_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The file system of this machine is looked at, and the next place is taken."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    shared = str(tmp_path / "shared")
    monkeypatch.setattr(opening, "filesystem", lambda p: "cifs" if shared in str(p) else "ext4")

    ledger = open_ledger(environ={"STATE_DIRECTORY": shared})

    assert shared not in ledger.url
    assert "network file system (cifs)" in caplog.text


@pytest.mark.parametrize(
    "address",
    [
        "postgres://host/db",
        "/var/lib/quota.db",
        "sqlite://var/quota.db",
        "sqlite:quota.db",
        "sqlite:///",
        "sqlite:///folder/",
        "sqlite:///x?durability=none",
        "sqlite:///x?mode=ro",
        "sqlite:///x#y",
        "memory:x",
        "quota",
    ],
)
def test_an_address_that_cannot_be_names_the_setting_and_the_fix(address: str) -> None:
    """Before anything is opened."""
    with pytest.raises(ConfigError) as caught:
        open_ledger(address)

    assert caught.value.field == "ledger"
    assert caught.value.next_step


def test_an_address_with_a_password_is_not_quoted() -> None:
    """It may be a mistyped redis address."""
    with pytest.raises(ConfigError) as caught:
        open_ledger("reddis://user:S3cret@host")

    assert "S3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    ["a" * 100_000, f"{'a' * 100_000}:b", f"sqlite:{'c' * 100_000}", f"sqlite:?{'d' * 100_000}=1"],
    ids=["no scheme", "scheme", "path", "option"],
)
def test_an_error_quotes_only_the_beginning_of_a_long_address(address: str) -> None:
    """A wrong variable may hold anything, and a log is no place for all of it."""
    with pytest.raises(ConfigError) as caught:
        open_ledger(address)

    assert len(str(caught.value)) < 1000
