"""Read the spec so that every later complaint can name its file and line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError, RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError

Path_ = tuple[str | int, ...]
UP = "../openapi.yaml#/"


class Mistake(NamedTuple):
    """What has to change in the spec: the 1-based `line` of `file`, and why."""

    file: Path
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


class SpecError(Exception):
    """Mistakes in the spec: of each its file, line and reason; nothing has been generated."""

    def __init__(self, *mistakes: Mistake) -> None:
        """Tell `mistakes`, one a line."""
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


class _Constructor(RoundTripConstructor):
    """YAML 1.2 without dates: `2026-03-23` is the text somebody wrote, not a date object."""


_Constructor.add_constructor("tag:yaml.org,2002:timestamp", RoundTripConstructor.construct_yaml_str)


class Document:
    """A spec and its parts as one: plain data in `root`, and `place(path)` for messages."""

    def __init__(self, file: Path) -> None:
        """Parse `file` and every part it names; all that cannot be read is one `SpecError`."""
        self.file = file
        self._marked = _parse(file)
        self._parts: dict[Path_, tuple[Path, CommentedMap, Path_]] = {}
        self.root: dict[str, Any] = plain(self._marked)
        mistakes: list[Mistake] = []
        parsed: dict[Path, CommentedMap | None] = {}
        for path, node in [*walk(self.root)]:
            reference = node.get("$ref") if isinstance(node, dict) else None
            if not isinstance(reference, str) or reference.startswith("#"):
                continue
            name, _, step = reference.partition("#/")
            part = file.parent / name
            if part not in parsed:
                parsed[part] = None
                try:
                    parsed[part] = marked = _parse(part)
                    mistakes += _astray(part, marked)
                except SpecError as error:
                    mistakes += error.mistakes
            found = parsed[part]
            if found is None:
                continue
            inside: Path_ = (step,) if step else ()
            if len(node) > 1 or (step and step not in found):
                reason = f"{name} has no {step!r}" if len(node) == 1 else "a $ref stands alone here"
                mistakes.append(self.error((*path, "$ref"), reason))
                continue
            self._parts[path] = part, found, inside
            _member(self.root, path[:-1])[path[-1]] = _at_home(
                plain(found[step] if step else found)
            )
        mistakes += self._unnamed()
        for part in sorted({other for one in parsed for other in one.parent.glob("*.yaml")}):
            if part not in parsed:
                mistakes.append(Mistake(part, 1, f"{file.name} names nothing of this file"))
        if mistakes:
            raise SpecError(*mistakes)

    @property
    def files(self) -> set[Path]:
        """Name every file that the spec is made of."""
        return {self.file, *(part for part, _, _ in self._parts.values())}

    def _unnamed(self) -> Iterator[Mistake]:
        """Find what stands in a part and nowhere in the root: it would be left out in silence."""
        named = {(part, inside) for part, _, inside in self._parts.values()}
        for part, marked in {part: marked for part, marked, _ in self._parts.values()}.items():
            for key in marked if (part, ()) not in named else ():
                if (part, (key,)) not in named:
                    yield Mistake(part, _line(marked, (key,)), f"{self.file.name} names no {key!r}")

    def place(self, path: Sequence[str | int]) -> tuple[Path, int]:
        """Find the file and 1-based line on which the deepest existing part of `path` starts."""
        for length in range(len(path), 0, -1):
            if tuple(path[:length]) in self._parts:
                file, marked, inside = self._parts[tuple(path[:length])]
                return file, _line(marked, (*inside, *path[length:]))
        return self.file, _line(self._marked, path)

    def error(self, path: Sequence[str | int], reason: str) -> Mistake:
        """Build the complaint about the node at `path`."""
        where = "/".join(str(step) for step in path)
        return Mistake(*self.place(path), f"{where}: {reason}")


# Parsing takes most of the time, and of a spec's many files few are new to its tests.
@lru_cache(maxsize=100)
def _marked(text: str) -> Any:
    yaml = YAML(typ="rt")
    yaml.Constructor = _Constructor
    return yaml.load(text)


def _parse(file: Path) -> CommentedMap:
    try:
        marked = _marked(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError(Mistake(file, 1, f"cannot be read: {error}")) from None
    except DuplicateKeyError as error:
        reason = f"a key stands twice: {error.problem}"
        raise SpecError(Mistake(file, _mark(error), reason)) from None
    except MarkedYAMLError as error:
        raise SpecError(Mistake(file, _mark(error), f"not YAML: {error.problem}")) from None
    if not isinstance(marked, CommentedMap):
        reason = "not an OpenAPI document: the top level is not a mapping"
        raise SpecError(Mistake(file, 1, reason))
    return marked


def _line(node: Any, path: Sequence[str | int]) -> int:
    line = 1
    for step in path:
        if isinstance(node, CommentedMap) and step in node:
            line = node.lc.key(step)[0] + 1
        elif isinstance(node, CommentedSeq) and isinstance(step, int) and step < len(node):
            line = node.lc.item(step)[0] + 1
        else:
            break
        node = node[step]
    return line


def _astray(part: Path, marked: CommentedMap) -> Iterator[Mistake]:
    """Find the references of a part that other readers of the spec would look for elsewhere."""
    for path, node in walk(plain(marked)):
        reference = node.get("$ref") if isinstance(node, dict) else None
        if isinstance(reference, str) and not reference.startswith(UP):
            reason = f"{reference} must start with {UP}, for this is not the root of the spec"
            yield Mistake(part, _line(marked, (*path, "$ref")), reason)


def _at_home(node: Any) -> Any:
    """Point the references of a part at the whole that it is now in."""
    if isinstance(node, dict):
        return {
            key: value.replace(UP, "#/", 1)
            if key == "$ref" and isinstance(value, str)
            else _at_home(value)
            for key, value in node.items()
        }
    return [_at_home(item) for item in node] if isinstance(node, list) else node


def _member(node: Any, path: Path_) -> Any:
    for step in path:
        node = node[step]
    return node


def plain(node: Any) -> Any:
    """Strip the parser's own types, so that later steps see dicts, lists, and scalars only."""
    if isinstance(node, Mapping):
        return {str(key): plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [plain(value) for value in node]
    if isinstance(node, bool) or node is None:
        return node
    for kind in (int, float, str):
        if isinstance(node, kind):
            return kind(node)
    raise TypeError(f"the YAML parser gave a {type(node).__name__}")


def walk(node: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """Yield every node with its path, parents first."""
    yield path, node
    if isinstance(node, dict):
        for key, value in node.items():
            yield from walk(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from walk(value, (*path, index))


def _mark(error: MarkedYAMLError) -> int:
    mark = error.problem_mark or error.context_mark
    return 1 if mark is None else int(mark.line) + 1
