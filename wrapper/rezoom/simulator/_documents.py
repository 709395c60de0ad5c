"""Seed and fault files, JSON or YAML, read so that an error can name file and line."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import ConfigError
from ._store import too_deep

_YAML = frozenset({".yaml", ".yml"})
SUFFIXES = _YAML | {".json"}
_STEP = re.compile(r"\[(\d+)\]|([^.\[]+)")


def steps(path: str) -> list[int | str]:
    """Split a dotted path such as `meetings[0].topic` into names and positions."""
    return [int(index) if index else name for index, name in _STEP.findall(path)]


class Document:
    """One file as plain data in `value`, with `where(path)` for messages.

    YAML is 1.2, and a timestamp in it stays the text that somebody wrote. ConfigError when the
    file cannot be read, is not JSON or YAML, or names a member twice; `field` is whose file it is.
    """

    def __init__(self, path: str | Path, *, field: str) -> None:
        self.file, self._field = Path(path), field
        self._lines: Any = None
        try:
            text = self.file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise self._wrong("is not text in UTF-8", "Save it as UTF-8.") from None
        except OSError as error:
            reason = f"cannot be read: {error.strerror or error}"
            raise self._wrong(reason, "Check the path and its permissions.") from None
        self.value: Any = (
            self._yaml(text) if self.file.suffix.lower() in _YAML else self._json(text)
        )

    def where(self, path: str) -> str:
        """Return the file and, where it is known, the line that the dotted `path` begins on."""
        node, line = self._lines, 0
        for step in steps(path):
            if isinstance(node, Mapping) and step in node:
                line = node.lc.key(step)[0] + 1  # type: ignore[attr-defined]  # ruamel's own mapping knows its lines
            elif isinstance(node, list) and isinstance(step, int) and step < len(node):
                line = node.lc.item(step)[0] + 1  # type: ignore[attr-defined]  # as above
            else:
                break
            node = node[step]
        return f"{self.file}, line {line}" if line else str(self.file)

    def _json(self, text: str) -> Any:
        def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
            found = dict(pairs)
            if len(found) < len(pairs):
                names = [name for name, _ in pairs]
                twice = next(name for name in names if names.count(name) > 1)
                raise self._wrong(f"names {twice!r} twice in one object", "Keep one of them.")
            return found

        try:
            value = json.loads(text, object_pairs_hook=members)
            if not too_deep(value):
                return value
            reason = "is not JSON that can be read: it is nested too deeply"
        except json.JSONDecodeError as error:
            reason = f"is not JSON: {error.msg} in line {error.lineno}, column {error.colno}"
        except ValueError as error:  # a number with more digits than Python reads
            reason = f"is not JSON that can be read: {error}"
        except RecursionError:
            reason = "is not JSON that can be read: it is nested too deeply"
        step = "Mend it, or name the file .yaml if that is what it is."
        raise self._wrong(reason, step) from None

    def _yaml(self, text: str) -> Any:
        from ruamel.yaml import YAML
        from ruamel.yaml.constructor import DuplicateKeyError, RoundTripConstructor
        from ruamel.yaml.error import MarkedYAMLError, YAMLError

        class Constructor(RoundTripConstructor):
            """Constructor that leaves timestamps as text."""

        as_text = RoundTripConstructor.construct_yaml_str
        Constructor.add_constructor("tag:yaml.org,2002:timestamp", as_text)
        reader = YAML(typ="rt", pure=True)
        reader.Constructor = Constructor
        try:
            self._lines = reader.load(text)
            value = _plain(self._lines)
            if not too_deep(value):
                return value
            reason, mark = "is not YAML that can be read: it is nested too deeply", None
        except DuplicateKeyError as error:
            reason, mark = "names a member twice in one object", error.problem_mark
        except MarkedYAMLError as error:
            reason = f"is not YAML: {error.problem or error.context}"
            mark = error.problem_mark or error.context_mark
        except (YAMLError, ValueError, TypeError) as error:
            reason, mark = f"is not YAML that can be read: {error}", None
        except RecursionError:
            reason, mark = "is not YAML that can be read: it is nested too deeply", None
        line = f" (line {mark.line + 1})" if mark else ""
        raise self._wrong(f"{reason}{line}", "Mend it.") from None

    def _wrong(self, reason: str, next_step: str) -> ConfigError:
        message = f"{self._field}: {self.file} {reason}"
        return ConfigError(message, field=self._field, next_step=next_step)


def _plain(node: Any) -> Any:
    # The parser's own types are subclasses of these, with the comments of the file in them.
    if isinstance(node, Mapping):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    if isinstance(node, bool) or node is None:
        return node
    for kind in (int, float, str):
        if isinstance(node, kind):
            return kind(node)
    raise TypeError(f"a {type(node).__name__} is no JSON value")
