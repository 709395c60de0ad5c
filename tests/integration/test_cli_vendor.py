"""`rezoom vendor`: the copy, its proof, and its life in a project of its own."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sysconfig
import threading
import venv
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, ClassVar

import pytest
from rezoom._cli.app import app
from rezoom._vendor import check_vendored, vendor
from typer.testing import CliRunner


def run(*words: object) -> Any:
    """Run the command line in this process."""
    return CliRunner().invoke(app, ["vendor", *map(str, words)], env={})


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Vendor the installed package."""
    folder = tmp_path / "acme" / "zoomwire"
    ran = run(folder)
    assert ran.exit_code == 0, ran.output
    return folder


def reseal(folder: Path, **changes: Any) -> None:
    """Rewrite the seal, as if the copy had come from elsewhere."""
    seal = json.loads((folder / "SEAL.json").read_text())
    (folder / "SEAL.json").write_text(json.dumps(seal | changes))


def as_older(folder: Path) -> None:
    """Make the copy one of an older spec, with a file that the newer one no longer has."""
    (folder / "retired.py").write_text("")
    seal = json.loads((folder / "SEAL.json").read_text())
    files = seal["files"] | {"retired.py": hashlib.sha256(b"").hexdigest()}
    reseal(folder, spec={"version": "0.9.0", "sha256": "0" * 64}, files=files)


@pytest.mark.smoke
def test_a_fresh_copy_is_intact(copy: Path) -> None:
    """All files of the seal and nothing else, no caches, and the check says so."""
    present = {p.relative_to(copy).as_posix() for p in copy.rglob("*") if p.is_file()}
    sealed = json.loads((copy / "SEAL.json").read_text())["files"]

    assert present == {*sealed, "SEAL.json"}
    ran = run(copy, "--check")
    assert ran.exit_code == 0
    assert "unchanged" in ran.stdout


def test_using_a_copy_does_not_change_it(copy: Path) -> None:
    """Compiled files and tool caches are no edit."""
    for cache in ("__pycache__", "models/__pycache__", ".mypy_cache"):
        (copy / cache).mkdir()
        (copy / cache / "x.pyc").write_bytes(b"")

    assert run(copy, "--check").exit_code == 0


def test_the_check_names_every_file_that_differs(copy: Path) -> None:
    """Exit 10; edited and missing files by name."""
    (copy / "facts.py").write_text("LIMIT = 1000\n")
    (copy / "models" / "meeting.py").unlink()

    ran = run(copy, "--check")

    assert ran.exit_code == 10
    assert "facts.py (edited)" in ran.stdout
    assert "models/meeting.py (missing)" in ran.stdout

    answer = json.loads(run(copy, "--check", "--json").stdout)
    assert (answer["schema"], answer["intact"]) == ("rezoom.vendor/1", False)
    assert (answer["edited"], answer["missing"]) == (["facts.py"], ["models/meeting.py"])


def test_files_of_ones_own_beside_the_copy_are_no_drift(copy: Path) -> None:
    """Exit 0; they are named, and a new copy leaves them alone."""
    (copy / "ours.py").write_text("precious")

    ran = run(copy, "--check")

    assert ran.exit_code == 0, ran.output
    assert "left alone, not part of it: ours.py" in ran.stdout
    assert json.loads(run(copy, "--check", "--json").stdout)["foreign"] == ["ours.py"]
    assert run(copy).exit_code == 0
    assert (copy / "ours.py").read_text() == "precious"


def test_a_file_of_ones_own_is_not_replaced_by_one_of_the_package(copy: Path) -> None:
    """A newer package may bring a file of that name: exit 10, and nothing is written."""
    seal = json.loads((copy / "SEAL.json").read_text())
    files = {name: digest for name, digest in seal["files"].items() if name != "errors.py"}
    reseal(copy, spec={"version": "0.9.0", "sha256": "0" * 64}, files=files)
    (copy / "errors.py").write_text("precious")

    ran = run(copy)

    assert ran.exit_code == 10
    assert "errors.py" in ran.stderr
    assert (copy / "errors.py").read_text() == "precious"


def of_another_build(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Let the copy be of a build of the same version, whose document differs."""
    document = json.loads((folder / "openapi.json").read_text("utf-8"))
    change(document)
    data = json.dumps(document).encode()
    (folder / "openapi.json").write_bytes(data)
    seal = json.loads((folder / "SEAL.json").read_text())
    files = seal["files"] | {"openapi.json": hashlib.sha256(data).hexdigest()}
    reseal(folder, spec=seal["spec"] | {"sha256": "0" * 64}, files=files)


def topic(document: dict[str, Any]) -> dict[str, Any]:
    """Give what a document says of the topic."""
    found: dict[str, Any] = document["components"]["schemas"]["MeetingUpdate"]["properties"][
        "topic"
    ]
    return found


def test_the_difference_is_told_for_callers(copy: Path) -> None:
    """Exit 10 and a major step: what the copy allowed, the installed package refuses."""
    of_another_build(copy, lambda document: topic(document).update(maxLength=10_000))

    ran = run(copy, "--diff")

    assert ran.exit_code == 10, ran.output
    assert "step of its version: major" in ran.stdout
    assert "keyword `topic` of updateMeeting is narrower: maxLength 10000" in ran.stdout
    answer = json.loads(run(copy, "--diff", "--json").stdout)
    assert (answer["schema"], answer["step"]) == ("rezoom.vendor-diff/1", "major")
    (change,) = answer["changes"]
    assert (change["name"], change["kind"], change["breaking"]) == ("topic", "narrower", True)


def test_a_difference_that_breaks_nobody_leaves_with_0(copy: Path) -> None:
    """What is wider is told too; of an equal build there is nothing to tell."""
    assert "Nothing changes for callers" in run(copy, "--diff").stdout
    of_another_build(copy, lambda document: topic(document).update(maxLength=1))

    ran = run(copy, "--diff")

    assert ran.exit_code == 0, ran.output
    assert "step of its version: minor" in ran.stdout


def test_an_edited_document_is_not_compared(copy: Path) -> None:
    """It says nothing of what the callers have."""
    (copy / "openapi.json").write_text("{}")

    ran = run(copy, "--diff")

    assert ran.exit_code == 10
    assert "openapi.json (edited)" in ran.stderr


@pytest.mark.parametrize(("date", "age"), [("2999-01-01", "newer"), ("2001-01-01", "older")])
def test_of_two_builds_of_one_version_the_newest_source_decides(
    copy: Path, date: str, age: str
) -> None:
    """A version may stay while the spec learns."""

    def dated(document: dict[str, Any]) -> None:
        text = re.sub(r'"date": "[0-9-]+"', f'"date": "{date}"', json.dumps(document))
        document.update(json.loads(text))

    of_another_build(copy, dated)

    ran = run(copy, "--check")
    assert f"It is {age} than the installed package" in ran.stdout


def test_a_downgrade_is_told(copy: Path) -> None:
    """The copy is replaced, and it is said that it was the newer one."""
    reseal(copy, spec={"version": "99.0.0", "sha256": "0" * 64})

    ran = run(copy)

    assert ran.exit_code == 0, ran.output
    assert "this is a downgrade" in ran.stdout
    assert json.loads(run(copy, "--json").stdout)["downgrade"] is False


def test_a_seal_made_to_fit_an_edit_betrays_itself(copy: Path) -> None:
    """From one origin there is one seal, and it is installed here."""
    (copy / "facts.py").write_text("LIMIT = 1000\n")
    seal = json.loads((copy / "SEAL.json").read_text())
    new = hashlib.sha256((copy / "facts.py").read_bytes()).hexdigest()
    reseal(copy, files=seal["files"] | {"facts.py": new})

    assert check_vendored(copy).edited == ("SEAL.json", "facts.py")


def test_an_older_copy_is_called_older(copy: Path) -> None:
    """It is intact, so exit 0; and it is said that there is a newer one."""
    as_older(copy)

    ran = run(copy, "--check")

    assert ran.exit_code == 0, ran.output
    assert "older than the installed package" in ran.stdout


@pytest.mark.parametrize(
    ("version", "age"), [("0.9.0", "older"), ("99.0.0", "newer"), ("1.0.0", "other")]
)
def test_ages(copy: Path, version: str, age: str) -> None:
    """Versions are compared as numbers; the same version from another spec is another build."""
    installed = check_vendored(copy).installed
    spec = {"version": installed if age == "other" else version, "sha256": "0" * 64}
    reseal(copy, spec=spec)

    assert check_vendored(copy).age == age


def test_an_unchanged_older_copy_is_replaced(copy: Path) -> None:
    """Files that the newer package no longer has are gone."""
    as_older(copy)

    ran = run(copy, "--json")

    assert ran.exit_code == 0, ran.output
    assert json.loads(ran.stdout)["replaced"] == "0.9.0"
    assert not (copy / "retired.py").exists()
    assert check_vendored(copy).age == "current"


@pytest.mark.smoke
def test_an_edited_copy_is_not_replaced(copy: Path) -> None:
    """Exit 10 with the names; someone's work is in there."""
    (copy / "facts.py").write_text("LIMIT = 1000\n")

    ran = run(copy)

    assert ran.exit_code == 10
    assert "facts.py (edited)" in ran.stderr
    assert (copy / "facts.py").read_text() == "LIMIT = 1000\n"


def test_force_replaces_the_package_and_leaves_the_rest(copy: Path) -> None:
    """Only files of the package are written; whatever else lies there is named and stays."""
    (copy / "facts.py").write_text("LIMIT = 1000\n")
    (copy / "ours.py").write_text("precious")

    ran = run(copy, "--force")

    assert ran.exit_code == 0, ran.output
    assert "ours.py" in ran.stdout
    assert (copy / "ours.py").read_text() == "precious"
    assert check_vendored(copy).edited == ()


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    """Exit 2, and nothing in it is touched, --force or not."""
    folder = tmp_path / "src"
    folder.mkdir()
    (folder / "ours.py").write_text("precious")

    assert run(folder).exit_code == 2
    assert run(folder, "--force").exit_code == 2
    assert [path.name for path in folder.iterdir()] == ["ours.py"]
    assert run(folder, "--check").exit_code == 2


@pytest.mark.parametrize("name", ["zoom-wire", "class", "1wire"])
def test_a_name_that_python_cannot_import_is_refused(tmp_path: Path, name: str) -> None:
    """Better now than at the first import."""
    ran = run(tmp_path / name)

    assert ran.exit_code == 2
    assert "cannot be the name of a package" in ran.stderr
    assert not (tmp_path / name).exists()


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    """Exit 2, whether it is the folder itself or a part of the way to it."""
    (tmp_path / "zoomwire").write_text("")

    assert run(tmp_path / "zoomwire").exit_code == 2
    assert run(tmp_path / "zoomwire" / "deeper").exit_code == 2


def test_check_and_force_exclude_each_other(tmp_path: Path) -> None:
    """One looks, the other writes."""
    assert run(tmp_path, "--check", "--force").exit_code == 2
    assert run(tmp_path, "--diff", "--force").exit_code == 2


@pytest.mark.parametrize(
    "seal",
    [
        "",
        "[]",
        '{"package": "other"}',
        '{"package": "rezoom_wire"}',
        '{"package": "rezoom_wire", "spec": {"version": "1.0.0"}, "files": {"a": 1}}',
    ],
)
def test_a_foreign_seal_is_no_seal(tmp_path: Path, seal: str) -> None:
    """A folder is only believed to be a copy if its seal is one of ours."""
    folder = tmp_path / "zoomwire"
    folder.mkdir()
    (folder / "SEAL.json").write_text(seal)

    assert run(folder).exit_code == 2
    assert run(folder, "--check").exit_code == 2


@pytest.mark.parametrize("name", ["../precious", "models/../../precious"])
def test_a_seal_cannot_reach_out_of_its_folder(copy: Path, name: str) -> None:
    """A replaced copy loses its own files only, whatever its seal says."""
    precious = copy.parent / "precious"
    precious.write_text("precious")
    as_older(copy)
    files = json.loads((copy / "SEAL.json").read_text())["files"]
    reseal(copy, files=files | {name: hashlib.sha256(b"precious").hexdigest()})

    assert run(copy, "--force").exit_code == 2
    assert precious.read_text() == "precious"


ANSWERS = (
    (429, "text/html", b"<html>Too many</html>"),
    (520, "text/html", b"<html>Unknown</html>"),
    (299, "application/json", b"{"),
    (204, "application/json", b""),
)
SCRIPT = """
import json, sys
from acme.zoomwire import AuthenticatedClient
from acme.zoomwire.api.meetings import update_meeting
from acme.zoomwire.models import MeetingUpdate

client = AuthenticatedClient(base_url=sys.argv[1], token="t")
seen = []
for _ in range(4):
    answer = update_meeting.sync_detailed(
        85746065, client=client, body=MeetingUpdate(topic="Stand-up")
    )
    seen.append([int(answer.status_code), answer.parsed is None])
names = {name.partition(".")[0] for name in sys.modules}
print(json.dumps({"seen": seen, "ours": sorted(names & {"rezoom", "rezoom_wire", "pydantic"})}))
"""


class _Gateway(BaseHTTPRequestHandler):
    """Answers updates as gateways do, one after the other."""

    bodies: ClassVar[list[bytes]]

    def do_PATCH(self) -> None:
        """Give the next answer."""
        self.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        status, kind, body = ANSWERS[len(self.bodies) - 1]
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any, **__: Any) -> None:
        """Keep the test's output clean."""


def copy_distribution(name: str, target: Path, done: set[str]) -> None:
    """Copy an installed distribution and everything it requires, as an installer would."""
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return  # wanted on another Python only
    if found.name in done:
        return
    done.add(found.name)
    for file in found.files or ():
        source = Path(str(found.locate_file(file)))
        if ".." not in file.parts and "__pycache__" not in file.parts and source.is_file():
            (target / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target / file)
    for wanted in found.requires or ():
        if "extra ==" not in wanted:
            copy_distribution(re.split(r"[^A-Za-z0-9._-]", wanted)[0], target, done)


@pytest.fixture
def gateway() -> Iterator[tuple[str, list[bytes]]]:
    """Run a server that answers HTML, an unknown status, half of a JSON object, then a 204."""

    class Gateway(_Gateway):
        bodies: ClassVar[list[bytes]] = []

    with ThreadingHTTPServer(("127.0.0.1", 0), Gateway) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/v2", Gateway.bodies
        server.shutdown()


@pytest.mark.slow
def test_a_copy_lives_in_a_project_with_attrs_and_httpx_only(
    tmp_path: Path, gateway: tuple[str, list[bytes]]
) -> None:
    """Under another name, without rezoom, it sends updates and survives what gateways answer."""
    url, bodies = gateway
    project, home = tmp_path / "project", tmp_path / "venv"
    vendor(project / "acme" / "zoomwire")
    (project / "main.py").write_text(SCRIPT)
    venv.create(home, with_pip=False, symlinks=True)
    site = Path(sysconfig.get_path("purelib", "venv", vars={"base": str(home)}))
    copied: set[str] = set()
    for name in ("attrs", "httpx"):
        copy_distribution(name, site, copied)
    before = check_vendored(project / "acme" / "zoomwire")

    ran = subprocess.run(
        [home / "bin" / "python", project / "main.py", url],
        env={},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    answer = json.loads(ran.stdout)
    assert answer == {"seen": [[429, True], [520, True], [299, True], [204, True]], "ours": []}
    assert [json.loads(body) for body in bodies] == [{"topic": "Stand-up"}] * len(ANSWERS)
    assert check_vendored(project / "acme" / "zoomwire") == before
    assert before.intact
    assert "pydantic" not in copied
