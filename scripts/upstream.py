"""Compare a saved OpenAPI document of Zoom's with the spec: what has it that we have not.

nox -s upstream -- FILE          what is unknown, different, gone, or described now
nox -s upstream -- FILE --json   the same as JSON; exit 1 with findings, 2 without a document

FILE is JSON or YAML. Nothing is fetched. Of what differs, some is deliberate: CONTRIBUTING.md
names the traps of Zoom's own document that are never copied.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from rezoom._builds import operation_rows, operations
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

ROOT = Path(__file__).resolve().parent.parent
BUNDLE = ROOT / "generated" / "rezoom_wire" / "openapi.json"
# Zoom's `format: date-time` and `default` are traps, and a pattern of ours has its own reasons.
_COMPARED = "type enum minimum maximum minLength maxLength minItems maxItems required deprecated"
Kind = Literal["unknown", "different", "gone", "described"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where the two documents differ; `announced` where a changelog had named it."""

    operation: str
    kind: Kind
    what: str
    name: str
    keyword: str | None = None
    ours: Any = None
    theirs: Any = None
    announced: Mapping[str, str] | None = None

    def __str__(self) -> str:
        place = f"{self.operation}: {self.what} {self.name}"
        if self.kind == "different":
            return f"{place}: {self.keyword} is {self.theirs!r} there and {self.ours!r} here"
        if self.announced is not None:
            said = f"announced on {self.announced['date']} ({self.announced['source']})"
            return f"{place} was {said} and is described now: {self.theirs}"
        if self.kind == "gone":
            return f"{place} is not there any more"
        return f"{place} is unknown here" + (f": {self.theirs}" if self.theirs else "")


def findings(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[Finding]:
    """Compare every operation of ours with the one of Zoom's at the same path."""
    there = {_address(path, method): operation for path, method, operation in operations(theirs)}
    announced = {row["name"]: row for row in ours.get("x-announced", ())}
    for path, method, operation in operations(ours):
        name = operation["operationId"]
        other = there.get(_address(path, method))
        if other is None:
            yield Finding(name, "gone", "operation", f"{method.upper()} {path}")
            continue
        here = {(what, at): row for what, at, row in operation_rows(ours, operation)}
        found = {(what, at): row for what, at, row in operation_rows(theirs, other)}
        for key in sorted(here.keys() | found.keys()):
            what, at = key
            if key not in here:
                row = announced.get(re.split(r"[.\[\]]+", at.removesuffix("[]"))[-1])
                kind: Kind = "unknown" if row is None else "described"
                said = {k: found[key][k] for k in _COMPARED.split() if k in found[key]}
                yield Finding(name, kind, what, at, theirs=said, announced=row)
            elif key not in found:
                yield Finding(name, "gone", what, at)
            else:
                yield from _different(name, what, at, here[key], found[key])


def _different(
    operation: str, what: str, at: str, ours: Mapping[str, Any], theirs: Mapping[str, Any]
) -> Iterator[Finding]:
    for keyword in _COMPARED.split():
        one, other = ours.get(keyword), theirs.get(keyword)
        if isinstance(one, list) and isinstance(other, list):
            same = sorted(map(str, one)) == sorted(map(str, other))
        else:
            same = one == other
        # Where Zoom says nothing, a source of ours says more.
        if not same and other is not None:
            yield Finding(operation, "different", what, at, keyword, one, other)


def _address(path: str, method: str) -> tuple[str, str]:
    """Name an operation whatever its document calls the parameters of the path."""
    return method, re.sub(r"\{[^}]*\}", "{}", path.removeprefix("/v2").rstrip("/"))


def read(file: Path) -> dict[str, Any]:
    """Read a document; JSON is YAML too, but is read faster."""
    text = file.read_text(encoding="utf-8")
    found = json.loads(text) if text.lstrip().startswith("{") else YAML(typ="safe").load(text)
    if not isinstance(found, dict) or not isinstance(found.get("paths"), dict):
        raise ValueError("it has no paths")  # noqa: TRY004  # a fault of the file, as all others
    return found


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return its exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path, help="a saved OpenAPI document of Zoom's")
    parser.add_argument("--json", action="store_true", help="print the findings as a JSON list")
    parser.add_argument("--bundle", type=Path, default=BUNDLE, help="our document")
    options = parser.parse_args(arguments)
    ours = json.loads(options.bundle.read_text(encoding="utf-8"))
    try:
        found = list(findings(ours, read(options.file)))
    except (OSError, ValueError, YAMLError, KeyError, TypeError, AttributeError) as error:
        print(f"{options.file} cannot be read as OpenAPI: {error!r}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps([asdict(finding) for finding in found], indent=1))
    else:
        print("\n".join(map(str, found)) or "The document says nothing that the spec does not.")
        described = {finding.announced["name"] for finding in found if finding.announced}
        for row in ours.get("x-announced", ()):
            if row["name"] not in described:
                print(f"{row['name']} was announced on {row['date']}, and is not described there.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
