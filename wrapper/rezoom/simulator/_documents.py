"""Seed and fault files, JSON or YAML, read so that an error can name file and line."""

import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

from .._disk import read_file
from .._paths import once_each
from .._secret import Secret
from ..errors import ConfigError
from ._answers import loaded
from ._checked import wrong

_YAML = frozenset({".yaml", ".yml"})
SUFFIXES = _YAML | {".json"}
# Of a dotted path such as `meetings[0].topic`.
_STEP = re.compile(r"\[(\d+)\]|([^.\[]+)")


# Tags of YAML's own for what JSON does not have.
_NO_JSON = ("binary", "set", "omap", "pairs")
# Of what the aliases of a file make of it; ten short lines of them can stand for more than there is
# memory. A thousand meetings are smaller, and a file that is long itself may be more.
_UNFOLDED = 4 * 2**20


class Document:
    """One file as plain data in `value`, with `where(path)` for messages.

    YAML is 1.2, and a timestamp in it stays the text that somebody wrote. ConfigError when the
    file cannot be read, is not JSON or YAML, or names a member twice; `field` is whose file it is.
    """

    def __init__(self, path: str | Path, *, field: str) -> None:
        self.file, self._field = Path(path), field
        self._lines: Any = None
        try:
            text = Secret(read_file(self.file).decode("utf-8"))
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
            return loaded(text, object_pairs_hook=once_each)
        except ValueError as error:
            step = "Mend it, or name the file .yaml if that is what it is."
            raise self._wrong(f"is not JSON: {error}", step) from None

    def _yaml(self, text: str) -> Any:
        from ruamel.yaml import YAML
        from ruamel.yaml.constructor import (
            ConstructorError,
            DuplicateKeyError,
            RoundTripConstructor,
        )
        from ruamel.yaml.error import MarkedYAMLError, YAMLError

        class Constructor(RoundTripConstructor):
            """Constructor that leaves timestamps as text."""

        as_text = RoundTripConstructor.construct_yaml_str
        Constructor.add_constructor("tag:yaml.org,2002:timestamp", as_text)

        def refuse(_: object, node: Any) -> None:
            reason = f"its tag {node.tag} stands for nothing in JSON"
            raise ConstructorError(None, None, reason, node.start_mark)

        # None is for every tag that there is no constructor for.
        for tag in (None, *(f"tag:yaml.org,2002:{name}" for name in _NO_JSON)):
            Constructor.add_constructor(tag, refuse)
        reader = YAML(typ="rt", pure=True)
        reader.Constructor = Constructor
        mark = None
        try:
            self._lines = reader.load(text)
            # The parser's own types are subclasses of those of JSON, with comments in them.
            return loaded(_unfolded(self._lines, len(text)))
        except RecursionError:
            reason = "nested too deeply"
        except DuplicateKeyError as error:
            # Its own words quote the values.
            reason, mark = "it names a member twice in one object", error.problem_mark
        except MarkedYAMLError as error:
            reason = error.problem or error.context or "it cannot be parsed"
            mark = error.problem_mark or error.context_mark
        except KeyError as error:
            reason = f"{error} is no value of its tag"
        except (YAMLError, ValueError, TypeError) as error:
            reason = str(error)
        line = f" (line {mark.line + 1})" if mark else ""
        raise self._wrong(f"is not YAML: {reason}{line}", "Mend it.") from None

    def _wrong(self, reason: str, next_step: str) -> ConfigError:
        return wrong(self._field, f"{self._field}: {self.file} {reason}", next_step)


def _unfolded(value: object, length: int) -> str:
    """Write what a YAML file of that length holds as JSON; ValueError if its aliases overdo it."""
    most, written = max(_UNFOLDED, 4 * length), StringIO()
    for part in json.JSONEncoder(ensure_ascii=False, default=_scalar).iterencode(value):
        written.write(part)
        if written.tell() > most:
            raise ValueError(f"its aliases unfold to more than {most // 2**20} MB")
    return written.getvalue()


def _scalar(value: Any) -> str:
    """Return the text of a scalar with a tag, such as !!str 5."""
    from ruamel.yaml.comments import TaggedScalar

    if isinstance(value, TaggedScalar):
        return str(value.value)
    raise TypeError(f"it holds a {type(value).__name__}, which JSON does not have")
