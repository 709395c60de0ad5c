"""Copy the generated client into another project, and prove later that the copy is unchanged."""

from __future__ import annotations

import hashlib
import json
import keyword
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from ._builds import BuildChange, compare_builds
from ._disk import read_file, write_file
from ._paths import once_each
from ._wire import PACKAGE
from .errors import ConfigError

SEAL, DOCUMENT = "SEAL.json", "openapi.json"
_HOME = Path(str(files(PACKAGE)))
# What tools leave behind when a package is used; no edit of a person.
_LEFTOVERS = frozenset(("__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".DS_Store"))


class VendorError(ConfigError):
    """The folder cannot take, or does not hold, a vendored copy; nothing was written."""

    def _whether_sent(self) -> str:
        return ""


class CopyDiffers(VendorError):
    """The copy is not what its seal says; `comparison` names the files."""

    def __init__(self, message: str, comparison: Comparison, *, next_step: str) -> None:
        super().__init__(f"{message}: {', '.join(comparison.names)}", next_step=next_step)
        self.comparison = comparison


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a vendored copy compares with its seal, and its seal with the installed package."""

    version: str
    installed: str
    # The copy was made from exactly the package that is installed here.
    current: bool
    edited: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    # The newest date of a source, of the copy and of the installed package.
    facts_of: tuple[str, str] = ("", "")

    @property
    def names(self) -> tuple[str, ...]:
        """Name every file of the package that differs, and how; what lies beside it is no drift."""
        kinds = ("edited", "missing")
        return tuple(f"{name} ({kind})" for kind in kinds for name in getattr(self, kind))

    @property
    def intact(self) -> bool:
        """Tell whether the copy is byte for byte what was vendored."""
        return not self.names

    @property
    def age(self) -> str:
        """Say how the copy stands to the installed package: current, older, newer or other."""
        if self.current:
            return "current"
        ours, theirs = (
            [int(part) for part in version.split(".") if part.isdecimal()]
            for version in (self.installed, self.version)
        )
        if ours == theirs:
            # Builds of one version: the one that knows a newer source is newer.
            found, here = self.facts_of
            return "older" if "" < found < here else "newer" if found > here > "" else "other"
        return "older" if theirs < ours else "newer"

    def to_dict(self) -> dict[str, Any]:
        lists = {name: list(getattr(self, name)) for name in ("edited", "missing", "foreign")}
        versions = {"version": self.version, "installed": self.installed, "age": self.age}
        return {"intact": self.intact} | versions | lists


@dataclass(frozen=True, slots=True)
class Vendored:
    """What `vendor` did; `kept` are files in the folder that are not part of the package."""

    folder: Path
    version: str
    files: int
    replaced: str | None = None
    # The copy that was replaced had been made from a newer build.
    downgrade: bool = False
    kept: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"folder": str(self.folder)}


def vendor(folder: str | os.PathLike[str], *, force: bool = False) -> Vendored:
    """Copy the installed client package, with its seal, into `folder`.

    The folder is new, empty, or holds an earlier copy. An earlier copy that was changed raises
    CopyDiffers unless `force`; files that are not part of the package are never touched.
    """
    target = _resolved(folder)
    if not target.name.isidentifier() or keyword.iskeyword(target.name):
        raise VendorError(
            f"{target.name!r} cannot be the name of a package",
            field="folder",
            next_step="End the path in a name that Python can import, such as zoomwire.",
        )
    package = _installed()
    old, before = _earlier_copy(target, package, force=force)
    path = target
    try:
        for name in old["files"] if old else ():
            path = _inside(target, name)
            if name not in package:
                path.unlink(missing_ok=True)
        for name, data in package.items():
            path = _inside(target, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            write_file(path, data, private=False)
    except OSError as error:
        raise _cannot(f"write {path}", error) from error
    seal = json.loads(package[SEAL])
    if old is None or before is None:
        return Vendored(target, _version(seal), len(package))
    downgrade = before.age == "newer"
    return Vendored(target, _version(seal), len(package), _version(old), downgrade, before.foreign)


def check_vendored(folder: str | os.PathLike[str]) -> Comparison:
    """Compare a vendored copy with its own seal, and its seal with the installed package's."""
    target, seal = _copy(folder)
    return _compare(target, seal, _installed_seal())


def diff_vendored(folder: str | os.PathLike[str]) -> list[BuildChange]:
    """List what the installed package would change for callers of a vendored copy."""
    target, seal = _copy(folder)
    comparison = _compare(target, seal, _installed_seal())
    if DOCUMENT in (*comparison.edited, *comparison.missing):
        raise CopyDiffers(
            f"{target} cannot be compared",
            comparison,
            next_step=f"Restore {DOCUMENT}, which says what the copy is made of.",
        )
    try:
        old, new = (json.loads(read_file(home / DOCUMENT)) for home in (target, _HOME))
        return compare_builds(old, new)
    except OSError as error:
        raise _cannot(f"read {DOCUMENT}", error) from error
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise VendorError(
            f"{target / DOCUMENT} is not a document of {PACKAGE}",
            field="folder",
            next_step="Name a folder that `rezoom vendor` wrote.",
        ) from error


def _copy(folder: str | os.PathLike[str]) -> tuple[Path, dict[str, Any]]:
    target = _resolved(folder)
    seal = _seal_of(target)
    if seal is None:
        raise VendorError(
            f"{target} holds no copy of {PACKAGE}: its {SEAL} is missing or is not ours",
            field="folder",
            next_step="Name the folder that `rezoom vendor` wrote.",
        )
    return target, seal


def _compare(target: Path, seal: Mapping[str, Any], installed: Mapping[str, Any]) -> Comparison:
    # From one origin there is only one seal: one rewritten to fit an edit betrays itself.
    current = all(seal.get(key) == installed[key] for key in ("spec", "made-by"))
    sealed: Mapping[str, str] = (installed if current else seal)["files"]
    present = set(_present(target))
    edited = [SEAL] if current and seal != installed else []
    for name in sorted(sealed.keys() & present):
        try:
            path = _inside(target, name)
            # A pipe would never end.
            found = path.is_file() and hashlib.sha256(read_file(path)).hexdigest()
        except OSError as error:
            raise _cannot(f"read {name}", error) from error
        if found != sealed[name]:
            edited.append(name)
    return Comparison(
        _version(seal),
        _version(installed),
        current,
        edited=tuple(edited),
        missing=tuple(sorted(sealed.keys() - present)),
        foreign=tuple(sorted(present - sealed.keys() - {SEAL})),
        facts_of=(_newest_fact(target), _newest_fact(_HOME)),
    )


def _newest_fact(folder: Path) -> str:
    try:
        text = read_file(folder / DOCUMENT).decode()
    except (OSError, ValueError):
        return ""
    return max(re.findall(r'"date": "([0-9-]+)"', text), default="")


def _installed() -> dict[str, bytes]:
    """Read the installed package by its seal; an edited installation is not passed on."""
    seal = _installed_seal()
    comparison = replace(_compare(_HOME, seal, seal), foreign=())
    if not comparison.intact:
        raise CopyDiffers(
            f"the installed {PACKAGE} is not what its seal says",
            comparison,
            next_step="Install rezoom again, or run `nox -s regen` in its own repository.",
        )
    # The seal last, so that a copy cut short does not look whole.
    return {name: (_HOME / name).read_bytes() for name in (*seal["files"], SEAL)}


def _installed_seal() -> dict[str, Any]:
    seal: dict[str, Any] = json.loads((_HOME / SEAL).read_bytes())
    return seal


def _earlier_copy(
    target: Path, package: Mapping[str, bytes], *, force: bool
) -> tuple[dict[str, Any] | None, Comparison | None]:
    if not target.exists():
        return None, None
    if not target.is_dir():
        raise VendorError(f"{target} is a file", next_step="Name a folder, new or empty.")
    seal = _seal_of(target)
    if seal is None:
        if any(_present(target)):
            raise VendorError(
                f"{target} is not empty and holds no copy of {PACKAGE}",
                field="folder",
                next_step="Name a new folder, such as src/acme/zoomwire.",
            )
        return None, None
    comparison = _compare(target, seal, _installed_seal())
    # A file of the consumer's own is in the way only if the package now has one of its name.
    in_the_way = tuple(name for name in comparison.foreign if name in package)
    comparison = replace(comparison, edited=(*comparison.edited, *in_the_way))
    if comparison.names and not force:
        raise CopyDiffers(
            f"{target} was changed since it was vendored",
            comparison,
            next_step="Move the changes elsewhere, or replace the copy with --force "
            "(files that are not part of it stay).",
        )
    return seal, comparison


def _seal_of(target: Path) -> dict[str, Any] | None:
    if not (target / SEAL).is_file():
        return None
    try:
        seal = json.loads(read_file(target / SEAL), object_pairs_hook=once_each)
        named = seal["package"] == PACKAGE and isinstance(seal["spec"]["version"], str)
        whole = all(isinstance(value, str) for value in seal["files"].values())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _cannot(f"read {target / SEAL}", error) from error
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    return seal if named and whole else None


def _present(target: Path) -> Iterator[str]:
    """Name every file of the folder but what tools leave behind."""
    for folder, folders, names in os.walk(target):
        folders[:] = sorted(set(folders) - _LEFTOVERS)
        for name in sorted(set(names) - _LEFTOVERS):
            yield (Path(folder) / name).relative_to(target).as_posix()


def _resolved(folder: str | os.PathLike[str]) -> Path:
    """Return the whole path of a folder; VendorError for what can be none."""
    try:
        found = Path(folder).resolve()
        found.exists()
    except (TypeError, ValueError):  # no text, half a surrogate pair, or a zero
        message = f"{folder!r:.80} is no path"
        raise VendorError(message, field="folder", next_step="Name a folder.") from None
    except OSError as error:
        raise _cannot(f"use {str(folder)!r:.80}", error) from None
    return found


def _inside(target: Path, name: str) -> Path:
    path = target.joinpath(*name.split("/"))
    # A seal is a file like any other: one that someone wrote must not reach out of the folder.
    outside = "\0" in name or ".." in path.parts
    if outside or not path.parent.resolve().is_relative_to(target):
        raise VendorError(f"{SEAL} names a file outside the folder: {name}", field="folder")
    return path


def _cannot(what: str, error: OSError) -> VendorError:
    return VendorError(f"cannot {what}: {error.strerror or error}", field="folder")


def _version(seal: Mapping[str, Any]) -> str:
    return str(seal["spec"]["version"])
