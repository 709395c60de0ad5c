"""Headers and seals: a generated tree that was touched by hand says so itself."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

SEAL = "SEAL.json"
HEADER = """\
# Generated from {spec} by `nox -s regen`.
# Do not edit: change the spec and regenerate. {seal} holds the hash of this file.
"""


def digest(data: bytes) -> str:
    """Hash `data` as the seal writes it."""
    return hashlib.sha256(data).hexdigest()


def add_headers(package: Path, spec: str) -> None:
    """Put the "generated" header on every module of `package`."""
    header = HEADER.format(spec=spec, seal=SEAL)
    for module in sorted(package.rglob("*.py")):
        module.write_text(header + "\n" + module.read_text(encoding="utf-8"), encoding="utf-8")


def seal(package: Path, spec_digest: str, spec_version: str, tools: dict[str, str]) -> None:
    """Write the one file that hashes all others and says what made them."""
    files = {
        path.relative_to(package).as_posix(): digest(path.read_bytes())
        for path in sorted(package.rglob("*"))
        if path.is_file() and path.name != SEAL
    }
    content = {
        "package": package.name,
        "spec": {"version": spec_version, "sha256": spec_digest},
        "made-by": dict(sorted(tools.items())),
        "files": files,
    }
    (package / SEAL).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
