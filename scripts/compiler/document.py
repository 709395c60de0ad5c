"""Read the spec so that every later complaint can name its file and line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError, RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError

Path_ = tuple[str | int, ...]


class SpecError(Exception):
    """A mistake in the spec: file, line and reason, and nothing has been generated."""

    def __init__(self, file: Path, line: int, reason: str) -> None:
        """Name the 1-based `line` of `file` that has to change, and why."""
        super().__init__(f"{file}:{line}: {reason}")
        self.file, self.line, self.reason = file, line, reason


class _Constructor(RoundTripConstructor):
    """YAML 1.2 without dates: `2026-03-23` is the text somebody wrote, not a date object."""


_Constructor.add_constructor("tag:yaml.org,2002:timestamp", RoundTripConstructor.construct_yaml_str)


class Document:
    """One parsed YAML file: plain data in `root`, and `line(path)` for messages."""

    def __init__(self, file: Path) -> None:
        """Parse `file`; a syntax error or a repeated key is a `SpecError`."""
        self.file = file
        yaml = YAML(typ="rt")
        yaml.Constructor = _Constructor
        try:
            self._marked = yaml.load(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise SpecError(file, 1, f"cannot be read: {error}") from None
        except DuplicateKeyError as error:
            raise SpecError(file, _mark(error), f"a key stands twice: {error.problem}") from None
        except MarkedYAMLError as error:
            raise SpecError(file, _mark(error), f"not YAML: {error.problem}") from None
        if not isinstance(self._marked, CommentedMap):
            raise SpecError(file, 1, "not an OpenAPI document: the top level is not a mapping")
        self.root: dict[str, Any] = plain(self._marked)

    def line(self, path: Sequence[str | int]) -> int:
        """Find the 1-based line on which the deepest existing part of `path` starts."""
        node, line = self._marked, 1
        for step in path:
            if isinstance(node, CommentedMap) and step in node:
                line = node.lc.key(step)[0] + 1
            elif isinstance(node, CommentedSeq) and isinstance(step, int) and step < len(node):
                line = node.lc.item(step)[0] + 1
            else:
                break
            node = node[step]
        return line

    def error(self, path: Sequence[str | int], reason: str) -> SpecError:
        """Build the complaint about the node at `path`."""
        where = "/".join(str(step) for step in path)
        return SpecError(self.file, self.line(path), f"{where}: {reason}")


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
