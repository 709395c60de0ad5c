"""Seed and fault files, JSON or YAML, read so that an error can name file and line."""

import json
import re
from pathlib import Path
from typing import Any

from .._secret import Secret
from ..errors import ConfigError
from ._answers import loaded
from ._checked import wrong

_YAML = frozenset({".yaml", ".yml"})
SUFFIXES = _YAML | {".json"}
# Of a dotted path such as `meetings[0].topic`.
_STEP = re.compile(r"\[(\d+)\]|([^.\[]+)")


class Document:
    """One file as plain data in `value`, with `where(path)` for messages.

    YAML is 1.2, and a timestamp in it stays the text that somebody wrote. ConfigError when the
    file cannot be read, is not JSON or YAML, or names a member twice; `field` is whose file it is.
    """

    def __init__(self, path: str | Path, *, field: str) -> None:
        self.file, self._field = Path(path), field
        self._lines: Any = None
        try:
            text = Secret(self.file.read_text(encoding="utf-8"))
        except UnicodeDecodeError:
            raise self._wrong("is not text in UTF-8", "Save it as UTF-8.") from None
        except OSError as error:
            reason = f"cannot be read: {error.strerror or error}"
            raise self._wrong(reason, "Check the path and its permissions.") from None
        parse = self._yaml if self.file.suffix.lower() in _YAML else self._json
        self.value: Any = parse(text)

    def where(self, path: str) -> str:
        """Return the file and, where it is known, the line that the dotted `path` begins on."""
        # ruamel's own objects and lists know the lines of what is in them.
        node, line = self._lines, 0
        for index, name in _STEP.findall(path):
            try:
                place = node.lc.item(int(index)) if index else node.lc.key(name)
                line, node = place[0] + 1, node[int(index) if index else name]
            except (AttributeError, LookupError, TypeError):
                break
        return f"{self.file}, line {line}" if line else str(self.file)

    def _json(self, text: str) -> Any:
        try:
            return loaded(text, object_pairs_hook=_once_each)
        except ValueError as error:
            step = "Mend it, or name the file .yaml if that is what it is."
            raise self._wrong(f"is not JSON: {error}", step) from None

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
        mark = None
        try:
            self._lines = reader.load(text)
            # The parser's own types are subclasses of those of JSON, with comments in them.
            return loaded(json.dumps(self._lines))
        except RecursionError:
            reason = "nested too deeply"
        except DuplicateKeyError as error:
            # Its own words quote the values.
            reason, mark = "it names a member twice in one object", error.problem_mark
        except MarkedYAMLError as error:
            reason = error.problem or error.context or "it cannot be parsed"
            mark = error.problem_mark or error.context_mark
        except (YAMLError, ValueError, TypeError) as error:
            reason = str(error)
        line = f" (line {mark.line + 1})" if mark else ""
        raise self._wrong(f"is not YAML: {reason}{line}", "Mend it.") from None

    def _wrong(self, reason: str, next_step: str) -> ConfigError:
        return wrong(self._field, f"{self._field}: {self.file} {reason}", next_step)


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"it names {name!r} twice in one object")
        found[name] = value
    return found
