"""One edit of the spec, one run of the compiler: validation, facts, and types follow."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from spec_copy import ROOT, SCHEMAS, SETTINGS, UPDATE, SpecCopy

pytestmark = pytest.mark.slow
NEW_SETTING = (
    "# A setting Zoom has just invented.",
    "quiet_mode:",
    "  type: boolean",
    "  description: Whether nobody may speak.",
    "  examples: [true]",
)
NEW_ANSWER = "quiet_mode: {type: boolean, description: Whether nobody may speak., examples: [true]}"
NEW_FIELD = (
    "mood:",
    "  type: string",
    "  enum: [calm, lively]",
    "  description: How the meeting should feel.",
    "  examples: [calm]",
)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> SpecCopy:
    """Compile the spec as it is, in a tree of its own."""
    tree = SpecCopy(tmp_path_factory.mktemp("plain") / "tree")
    tree.add_compiler()
    done = tree.regenerate(PYTHONHASHSEED="1")
    assert done.returncode == 0, done.stderr
    return tree


@pytest.fixture
def tree(plain: SpecCopy, tmp_path: Path) -> SpecCopy:
    """Give a compiled tree that a test may spoil."""
    shutil.copytree(plain.root, tmp_path / "tree")
    return SpecCopy(tmp_path / "tree")


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> SpecCopy:
    """Compile a spec with two other numbers, one more setting, and one more field."""
    tree = SpecCopy(tmp_path_factory.mktemp("changed") / "tree")
    tree.add_compiler()
    # From the end of a file to its start: places are looked up in the spec as it was.
    tree.edit(("x-quotas", 0, "limit"), "limit: 90")
    tree.edit((*SCHEMAS, "MeetingSettingsRead", "properties"), "properties:", f"  {NEW_ANSWER}")
    tree.edit((*SETTINGS, "waiting_room"), *NEW_SETTING, "waiting_room:")
    tree.edit((*UPDATE, "topic", "maxLength"), "maxLength: 210")
    tree.edit((*UPDATE, "duration"), *NEW_FIELD, "duration:")
    done = tree.regenerate()
    assert done.returncode == 0, done.stderr
    return tree


def contents(folder: Path) -> dict[str, bytes]:
    """Read every file of a tree, by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def python(tree: SpecCopy, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python with the tree's generated packages and our facade, before any installed one."""
    search = os.pathsep.join((str(tree.root / "generated"), str(ROOT / "wrapper")))
    ours = {"PYTHONPATH": search, "MYPYPATH": search, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=tree.root,
        env={**os.environ, **ours},
    )


def value(tree: SpecCopy, expression: str) -> object:
    """Evaluate one expression in a fresh interpreter over the tree."""
    program = (
        "import json; from rezoom_wire import facts, models; from rezoom._rules.judge import judge;"
        f" import rezoom_contract; print(json.dumps({expression}))"
    )
    done = python(tree, "-c", program)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_changed_numbers_change_facts(changed: SpecCopy) -> None:
    """The limit of a text and a quota are read from the spec and from nowhere else."""
    assert value(changed, 'facts.FIELDS["topic"].max_length') == 210
    assert value(changed, '[facts.QUOTAS[name].limit for name in ("meeting", "host")]') == [90, 100]


def test_changed_number_changes_the_guard(changed: SpecCopy) -> None:
    """As many updates as the spec says are granted, and the next one is refused."""
    spent = (
        '(lambda q, p, m: [q.Quota.of({"m": m.usage(p).meeting}).limit,'
        ' sum(m.settle(m.reserve(p, f"{n}")) is None for n in range(90)), m.usage(p).remaining]'
        ')(q := __import__("rezoom.quota").quota, q.Policy().reservation("a/b", 1),'
        " q.MemoryLedger())"
    )
    assert value(changed, spent) == [90, 90, 0]


def test_changed_number_changes_every_validation(changed: SpecCopy) -> None:
    """The JSON Schema, the facade over it, and the contract all count to the new limit."""
    schema = json.loads((changed.root / "generated/rezoom_wire/schemas/update.json").read_bytes())
    assert schema["properties"]["topic"]["maxLength"] == 210
    verdicts = '[[p.rule for p in judge(None, {"topic": "x" * n})[1]] for n in (210, 211)]'
    assert value(changed, verdicts) == [[], ["topic.maxLength"]]
    contract = (
        'rezoom_contract.MeetingUpdate.model_json_schema()["properties"]["topic"]["maxLength"]'
    )
    assert value(changed, contract) == 210


def test_new_fields_are_judged_and_sent(changed: SpecCopy) -> None:
    """A field added to the spec passes the judge and the models, and its enum is kept."""
    fields = '{"mood": "calm", "settings": {"quiet_mode": True}}'
    assert value(changed, f"judge(None, {fields})") == [json.loads(fields.replace("T", "t")), []]
    assert value(changed, '[p.rule for p in judge(None, {"mood": "loud"})[1]]') == ["mood.enum"]
    model = 'models.MeetingUpdate(mood="calm", settings=models.MeetingSettings(quiet_mode=True))'
    assert value(changed, f"{model}.to_dict()") == json.loads(fields.replace("T", "t"))
    assert value(changed, f"rezoom_contract.MeetingUpdate(**{fields}).mood") == "calm"


def test_new_fields_are_typed_keywords(changed: SpecCopy) -> None:
    """Mypy knows the new keywords and refuses what they do not take, without a hand edit."""
    caller = changed.root / "caller.py"
    caller.write_text(
        "from rezoom import Zoom\n"
        "from rezoom_wire.models import MeetingSettings, MeetingUpdate\n"
        "def call(zoom: Zoom) -> None:\n"
        "    zoom.update(1, mood='calm', settings={'quiet_mode': True})\n"
        "    MeetingUpdate(mood='lively', settings=MeetingSettings(quiet_mode=False))\n"
        "    zoom.update(1, mood='loud')\n"
        "    zoom.update(1, settings={'quiet_mode': 'yes'})\n"
        "    zoom.update(1, moood='calm')\n",
        encoding="utf-8",
    )
    options = (
        "--strict",
        "--follow-imports=silent",
        "--cache-dir",
        str(changed.root / ".mypy_cache"),
    )
    done = python(changed, "-m", "mypy", "--config-file", os.devnull, *options, str(caller))
    refused = [line.split(":")[1] for line in done.stdout.splitlines() if ": error:" in line]
    assert refused == ["6", "7", "8"], done.stdout + done.stderr


def test_same_spec_gives_the_same_bytes(plain: SpecCopy, tmp_path: Path) -> None:
    """Neither the folder, nor hash seeds, nor configuration around the tree leave a trace."""
    other = SpecCopy(tmp_path / "some where" / "else")
    other.add_compiler()
    (other.root / "pyproject.toml").write_text(
        "[tool.ruff]\nline-length = 60\n[tool.black]\nline-length = 60\n", encoding="utf-8"
    )
    (other.root / ".gitignore").write_text("*\n", encoding="utf-8")
    (other.root / ".git").mkdir()
    done = other.regenerate(PYTHONHASHSEED="2")
    assert done.returncode == 0, done.stderr
    assert contents(other.root / "generated") == contents(plain.root / "generated")


def test_check_accepts_what_the_compiler_wrote(tree: SpecCopy) -> None:
    """A fresh tree has not drifted."""
    assert tree.regenerate("--check").returncode == 0


def test_check_names_every_file_that_drifted(tree: SpecCopy) -> None:
    """Edited, missing, and foreign files are told apart, by name, and nothing is repaired."""
    wire = tree.root / "generated" / "rezoom_wire"
    with (wire / "facts.py").open("a", encoding="utf-8") as facts:
        facts.write("# a note\n")
    (wire / "models" / "meeting_update.py").unlink()
    (tree.root / "generated" / "rezoom_contract" / "extra.py").touch()
    before = contents(tree.root / "generated")
    done = tree.regenerate("--check")
    assert done.returncode == 10
    assert done.stderr.splitlines()[-4:] == [
        "rezoom_wire/models/meeting_update.py: missing from generated/",
        "rezoom_wire/facts.py: differs",
        "rezoom_contract/extra.py: not made by the compiler",
        "generated/ has drifted from spec/: run `nox -s regen`.",
    ]
    assert contents(tree.root / "generated") == before


def test_regenerating_removes_what_the_spec_no_longer_makes(tree: SpecCopy) -> None:
    """Packages are replaced whole: a stray file does not survive."""
    stray = tree.root / "generated" / "rezoom_wire" / "models" / "old.py"
    stray.touch()
    assert tree.regenerate().returncode == 0
    assert not stray.exists()


def test_mistake_in_the_spec_leaves_generated_untouched(tree: SpecCopy) -> None:
    """The compiler stops with file, line, and reason, and cleans up after itself."""
    before = contents(tree.root / "generated")
    tree.edit((*UPDATE, "duration", "minimum"), "minimum: 2000")
    file, line = tree.place((*UPDATE, "duration"))
    done = tree.regenerate()
    assert done.returncode == 2
    assert f"{file}:{line}: " in done.stderr
    assert "minimum 2000 is above maximum 1440" in done.stderr
    assert contents(tree.root / "generated") == before
    assert sorted(p.name for p in (tree.root / "generated").iterdir()) == [
        "rezoom_contract",
        "rezoom_wire",
    ]


def test_failing_generator_leaves_generated_untouched(tree: SpecCopy) -> None:
    """A generator's own failure is shown in its words, and nothing is half written."""
    before = contents(tree.root / "generated")
    template = tree.root / "spec" / "templates" / "model.py.jinja"
    template.write_text("{% if %}", encoding="utf-8")
    done = tree.regenerate()
    assert done.returncode == 2
    assert "openapi-python-client failed" in done.stderr
    assert contents(tree.root / "generated") == before
