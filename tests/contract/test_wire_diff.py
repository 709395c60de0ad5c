"""`nox -s wire-diff`: what another build means for callers, judged by mypy over a caller."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import wire_diff
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from rezoom._builds import compare_builds, members
from spec_copy import ROOT, SpecCopy

BUNDLE: dict[str, Any] = json.loads((ROOT / wire_diff.BUNDLE).read_bytes())
REQUEST = "#/components/schemas/MeetingUpdate"
Mutation = Callable[[dict[str, Any], str, str], None]


def keywords(document: dict[str, Any]) -> list[str]:
    """List the path of every keyword and of every member below one."""
    return [path for path, _ in members(document, {"$ref": REQUEST}) if not path.endswith("[]")]


def components(document: dict[str, Any]) -> set[str]:
    """Name what a body is made of."""
    found, left = set(), ["MeetingUpdate"]
    while left:
        name = left.pop()
        found.add(name)
        text = json.dumps(document["components"]["schemas"][name])
        left += set(re.findall(r'#/components/schemas/(\w+)"', text)) - found
    return found


def free(document: dict[str, Any]) -> list[tuple[str, str]]:
    """List the members that no rule, reason or table of the spec names: they may change alone."""
    # A reason may name what only an answer has.
    named = {k: v for k, v in document.items() if k.startswith("x-") and k != "x-reasons"}
    schemas, inside = document["components"]["schemas"], components(document)
    rules = [(schemas[name].get("allOf"), schemas[name].get("x-advice")) for name in inside]
    honoured = document["components"]["parameters"]
    # Names stand in keys and in strings without a space, others are sentences.
    strings = re.findall(r'"([\w.\[\]-]+)"', json.dumps([named, rules, honoured]))
    words = {word for string in strings for word in re.split(r"[.\[\]]+", string)}
    return [
        (component, member)
        for component in sorted(inside)
        for member, schema in schemas[component]["properties"].items()
        if member not in words
        and schema.get("type") in ("string", "boolean", "integer")
        and not {"x-read-back", "x-rule", "pattern", "format"} & schema.keys()
        and member not in schemas[component].get("required", ())
        and f"'{member}'" not in str(schemas[component].get("examples"))
    ]


def drop(document: dict[str, Any], component: str, member: str) -> None:
    """Take a member out of the request; an answer may still have it."""
    document["components"]["schemas"][component]["properties"].pop(member, None)


def add(document: dict[str, Any], component: str, member: str) -> None:
    """Put a member beside another, in the request and in the answer."""
    new = {"type": "boolean", "description": "A new member.", "examples": [True]}
    for name in (component, f"{component}Read", "Meeting"):
        schema = document["components"]["schemas"].get(name)
        if schema is not None and (name != "Meeting" or component == "MeetingUpdate"):
            schema["properties"][f"{member}_too"] = new


def rename(document: dict[str, Any], component: str, member: str) -> None:
    """Put another member in the place of one."""
    drop(document, component, member)
    add(document, component, member)


def narrow(document: dict[str, Any], component: str, member: str) -> None:
    """Limit a member as far as its type has a limit."""
    schema = document["components"]["schemas"][component]["properties"].get(member, {})
    if schema.get("type") == "string" and "enum" not in schema:
        schema["maxLength"] = 180
    elif schema.get("type") == "integer" and "enum" not in schema:
        schema["maximum"] = max(schema["examples"])


def reword(document: dict[str, Any], component: str, member: str) -> None:
    """Describe a member otherwise, which is nothing to callers."""
    schema = document["components"]["schemas"][component]["properties"].get(member, {})
    if schema:
        schema["description"] = "Said otherwise."


FREE = free(BUNDLE)
MUTATIONS: tuple[Mutation, ...] = (drop, rename, add, narrow, reword)


@dataclass(frozen=True)
class Caller:
    """A program that names each keyword of the present build once, whatever its value."""

    folder: Path
    paths: list[str]

    def refused(self, params: Path) -> set[str]:
        """List the keywords that no longer type-check with other generated keywords."""
        (self.folder / "params.py").write_bytes(params.read_bytes())
        text = "from typing import Any, Unpack\nfrom params import MeetingUpdateFields\n"
        text += "def update(**fields: Unpack[MeetingUpdateFields]) -> None: ...\nvalue: Any = 1\n"
        start = text.count("\n") + 1
        text += "".join(f"update({self.call(path)})\n" for path in self.paths)
        (self.folder / "caller.py").write_text(text)
        command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "caller.py"]
        done = subprocess.run(
            command, capture_output=True, encoding="utf-8", check=False, cwd=self.folder
        )
        assert done.returncode in (0, 1), done.stderr
        found = re.findall(r"^caller\.py:(\d+): error: (.*)$", done.stdout, re.MULTILINE)
        # Another member may be needed beside it: that is no word about this one.
        return {self.paths[int(n) - start] for n, said in found if "Missing key" not in said}

    @staticmethod
    def call(path: str) -> str:
        """Write a keyword with everything around it: `settings={"waiting_room": value}`."""
        first, *below = path.split(".")
        text = "value"
        for step in reversed([first, *below]):
            text = f"[{text}]" if step.endswith("[]") else text
            name = step.removesuffix("[]")
            text = f"{name}={text}" if step is first else f'{{"{name}": {text}}}'
        return text


@pytest.fixture(scope="module")
def caller(tmp_path_factory: pytest.TempPathFactory) -> Caller:
    """Give a caller of the present build, which mypy accepts."""
    found = Caller(tmp_path_factory.mktemp("caller"), keywords(BUNDLE))
    assert found.refused(ROOT / "generated/rezoom_wire/params.py") == set()
    return found


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    """Count the trees of the mutations."""
    return iter(range(1_000_000))


@pytest.mark.slow
@settings(
    max_examples=3,
    deadline=None,
    # Each example is compiled: what fails is told as it was found.
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    chosen=st.lists(
        st.tuples(st.sampled_from(MUTATIONS), st.sampled_from(FREE)),
        min_size=1,
        max_size=12,
        unique_by=lambda pair: pair[1],
    )
)
def test_a_keyword_is_gone_if_and_only_if_it_no_longer_type_checks(
    chosen: list[tuple[Mutation, tuple[str, str]]],
    caller: Caller,
    numbers: Iterator[int],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Whatever is dropped, renamed, added, narrowed or reworded in the spec, and compiled."""
    spec = deepcopy(BUNDLE)
    for mutation, (component, member) in chosen:
        mutation(spec, component, member)
    tree = SpecCopy(compiled(spec, tmp_path_factory.mktemp(f"build-{next(numbers)}") / "tree"))
    built = json.loads((tree.root / wire_diff.BUNDLE).read_bytes())

    changes = compare_builds(BUNDLE, built)

    gone = {c.name for c in changes if (c.what, c.kind) == ("keyword", "gone")}
    assert gone == caller.refused(tree.root / "generated/rezoom_wire/params.py")
    new = {c.name for c in changes if (c.what, c.kind) == ("keyword", "new")}
    assert new == set(keywords(built)) - set(keywords(BUNDLE))
    assert all(c.breaking for c in changes if c.kind in ("gone", "narrower"))


def compiled(spec: dict[str, Any], root: Path) -> Path:
    """Compile a specification of one file; return the tree."""
    (root / "spec").mkdir(parents=True)
    # JSON is YAML, and a specification in one file is one too.
    (root / "spec" / "openapi.yaml").write_text(json.dumps(spec), encoding="utf-8")
    tree = SpecCopy(root)
    tree.add_compiler()
    done = tree.regenerate()
    assert done.returncode == 0, done.stderr
    return root


def git(folder: Path, *words: str) -> None:
    """Run git as nobody in particular."""
    who = ("-c", "user.name=A Person", "-c", "user.email=a@example.org")
    command = [shutil.which("git") or "git", *who, *words]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give a repository with a build and a changelog, as they are here."""
    bundle = tmp_path / wire_diff.BUNDLE
    bundle.parent.mkdir(parents=True)
    bundle.write_text(json.dumps(BUNDLE), encoding="utf-8")
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## Unreleased\n\n## 1.0\n\n- `x`\n")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "A build")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "The same")
    return tmp_path


def rebuild(project: Path) -> None:
    """Let a keyword go and another come, as a changed spec does."""
    spec = deepcopy(BUNDLE)
    properties = spec["components"]["schemas"]["MeetingSettings"]["properties"]
    properties["hologram"] = properties.pop("watermark")
    (project / wire_diff.BUNDLE).write_text(json.dumps(spec), encoding="utf-8")


def run(project: Path, *words: str) -> int:
    """Run the command over a project; return its exit code."""
    return wire_diff.main([*words, "--root", str(project)])


def test_an_unchanged_build_needs_no_entry(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is asked for where nothing changed."""
    assert run(project, "--check") == 0
    assert "The wire is what it was" in capsys.readouterr().out


def test_a_change_of_the_wire_without_its_entry_fails(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before the commit and after it; each keyword is named."""
    rebuild(project)
    for state in ("in work", "committed"):
        if state == "committed":
            git(project, "commit", "-qam", "A change")
        assert run(project, "--check") == wire_diff.EXIT_SILENT
        told = capsys.readouterr().err
        assert "keyword `settings.watermark` of updateMeeting is gone" in told
        assert "keyword `settings.hologram` of updateMeeting is new" in told


def test_a_change_with_its_entry_passes(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The paragraph that the command writes is such an entry; one of an old release is not."""
    rebuild(project)
    log = project / "CHANGELOG.md"
    assert run(project) == 0
    paragraph = capsys.readouterr().out.rpartition("\n\n")[2]
    log.write_text(log.read_text().replace("- `x`", paragraph))
    assert run(project, "--check") == wire_diff.EXIT_SILENT
    log.write_text(log.read_text().replace("## Unreleased\n", f"## Unreleased\n\n{paragraph}"))
    assert run(project, "--check") == 0


def test_the_last_release_is_compared_with_first(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Commits since the tag count together."""
    git(project, "tag", "v1.0")
    rebuild(project)
    git(project, "commit", "-qam", "A change")
    git(project, "commit", "-q", "--allow-empty", "-m", "Another")

    assert run(project, "--json") == 0
    answer = json.loads(capsys.readouterr().out)

    assert (answer["since"], answer["step"]) == ("v1.0", "major")


def test_without_an_earlier_build_nothing_is_told(
    project: Path, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    """A first commit has none; a commit that was named and is not there is a mistake."""
    assert run(project, "nowhere") == 2
    capsys.readouterr()
    bare = tmp_path_factory.mktemp("bare")
    (bare / wire_diff.BUNDLE).parent.mkdir(parents=True)
    (bare / wire_diff.BUNDLE).write_text(json.dumps(BUNDLE))
    git(bare, "init", "-q")
    git(bare, "add", "-A")
    git(bare, "commit", "-qm", "First")
    assert run(bare, "--check") == 0
    assert "No earlier build" in capsys.readouterr().err
