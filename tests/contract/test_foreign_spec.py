"""Another API, invented, goes through the same compiler: what it makes knows no word of Zoom's."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from jsonschema import Draft202012Validator
from spec_copy import ROOT

pytestmark = pytest.mark.slow
BOOK = {"title": "Kindred", "isbn": "9780807083697"}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Compile the spec of the library; its packages can be imported."""
    root = tmp_path_factory.mktemp("library")
    shutil.copytree(Path(__file__).with_name("library"), root / "spec")
    shutil.copytree(ROOT / "spec" / "templates", root / "spec" / "templates")
    shutil.copyfile(ROOT / "spec" / "client.yaml", root / "spec" / "client.yaml")
    command = (ROOT / "scripts" / "regen.py", "--root", root, "--name", "library")
    done = subprocess.run(
        [sys.executable, *map(str, command)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    sys.path.insert(0, str(root / "generated"))
    yield root / "generated"
    sys.path.remove(str(root / "generated"))


class Desk(BaseHTTPRequestHandler):
    """A library in memory: three routes, pages of two books."""

    books: dict[int, dict[str, Any]]

    def do_GET(self) -> None:
        """List the books after the cursor."""
        query = parse_qs(urlsplit(self.path).query)
        after = int(query.get("after", ["0"])[0])
        rest = [book for number, book in sorted(self.books.items()) if number > after]
        page: dict[str, Any] = {"books": rest[:2]}
        self.answer(200, page | ({"next_after": str(rest[1]["id"])} if len(rest) > 2 else {}))

    def do_POST(self) -> None:
        """Add one book to it."""
        number = len(self.books) + 1
        self.books[number] = {"id": number, **self.body()}
        self.answer(201, self.books[number])

    def do_PUT(self) -> None:
        """Replace one of its books."""
        number = int(self.path.rpartition("/")[2])
        self.books[number] = {"id": number, **self.body()}
        self.answer(200, self.books[number])

    def do_DELETE(self) -> None:
        """Remove one of its books."""
        del self.books[int(urlsplit(self.path).path.rpartition("/")[2])]
        self.send_response(204)
        self.end_headers()

    def body(self) -> dict[str, Any]:
        """Read what was sent."""
        sent: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        return sent

    def answer(self, status: int, body: dict[str, Any]) -> None:
        """Send one JSON object."""
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # http.server's name
        """Leave the log as it is."""


@pytest.fixture
def address() -> Iterator[str]:
    """Serve an empty library on the loopback."""
    desk = type("Desk", (Desk,), {"books": {}})
    with ThreadingHTTPServer(("127.0.0.1", 0), desk) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def operation(name: str) -> Any:
    """Import the module that the facts name for an operation."""
    facts = import_module("library_wire.facts")
    return import_module(f"library_wire.{facts.OPERATIONS[name].module}")


def schema(library: Path, name: str, kind: str) -> Draft202012Validator:
    """Load a validator schema of an operation."""
    text = (library / "library_wire" / "schemas" / name / f"{kind}.json").read_text("utf-8")
    return Draft202012Validator(json.loads(text))


def test_every_verb_works_over_http(library: Path, address: str) -> None:
    """Add, list by the cursor of the facts, replace and remove a book by generated code."""
    client = import_module("library_wire").Client(base_url=address)
    models = import_module("library_wire.models")
    pages = import_module("library_wire.facts").OPERATIONS["listBooks"].pages
    for _ in range(5):
        operation("addBook").sync(client=client, body=models.NewBook(**BOOK))
    changed = models.BookChange(title="Dawn", state="lent", reader="7")
    operation("replaceBook").sync(2, client=client, body=changed)
    gone = operation("removeBook").sync_detailed(4, client=client, because="torn")
    assert gone.status_code == 204
    found: list[tuple[int, str]] = []
    cursor: dict[str, str] = {}
    while True:
        page = operation("listBooks").sync(client=client, **cursor).to_dict()
        found += [(book["id"], book["title"]) for book in page[pages.items]]
        if pages.next not in page:
            break
        cursor = {pages.cursor: page[pages.next]}
    assert found == [(1, "Kindred"), (2, "Dawn"), (3, "Kindred"), (5, "Kindred")]


def test_what_belongs_to_an_operation_is_in_its_facts(library: Path) -> None:
    """Whether it may be sent again, what it spends and what reads it back are told by its id."""
    known = import_module("library_wire.facts").OPERATIONS
    told = {
        name: (one.method, one.success, one.repeatable, one.quotas, one.read_by)
        for name, one in known.items()
    }
    assert told == {
        "listBooks": ("GET", 200, True, (), ""),
        "addBook": ("POST", 201, False, ("acquisitions",), "listBooks"),
        "replaceBook": ("PUT", 200, True, (), "listBooks"),
        "removeBook": ("DELETE", 204, True, (), ""),
    }


def test_a_body_has_the_rules_that_are_listed_for_it(library: Path) -> None:
    """Two bodies share a property with its rule, and none of the other rules."""
    rules = import_module("library_wire.facts").RULES
    assert {rule.id: rule.operations for rule in rules.values()} == {
        "isbn-digits": ("addBook", "replaceBook"),
        "restricted-is-on-a-shelf": ("addBook",),
        "lent-needs-reader": ("replaceBook",),
        "lent-with-note": ("replaceBook",),
    }
    add, replace = (schema(library, name, "body") for name in ("addBook", "replaceBook"))
    assert add.is_valid(BOOK)
    assert not add.is_valid(BOOK | {"isbn": "0-8070-8369-7"})
    assert not add.is_valid(BOOK | {"restricted": True})
    assert not replace.is_valid({"title": "Dawn", "state": "lent"})
    advice = schema(library, "replaceBook", "advice")
    assert not advice.is_valid({"state": "lent", "shelf": {"room": 1}})


@pytest.mark.parametrize(
    ("name", "query", "right"),
    [
        ("listBooks", {"limit": 50, "state": "lent", "after": "2"}, True),
        ("listBooks", {}, True),
        ("listBooks", {"limit": 51}, False),
        ("listBooks", {"state": "sold"}, False),
        ("listBooks", {"befor": "2"}, False),
        ("removeBook", {}, False),
    ],
)
def test_a_query_is_judged(library: Path, name: str, query: dict[str, Any], *, right: bool) -> None:
    """Limits, choices, misspelt names and what is missing are found before anything is sent."""
    assert schema(library, name, "query").is_valid(query) is right


def test_the_packages_and_a_caller_type_check_strictly(library: Path) -> None:
    """Mypy accepts both packages, and refuses what a body or a query does not take."""
    caller = library / "caller.py"
    caller.write_text(
        "from library_wire import Client\n"
        "from library_wire.api.books import add_book, list_books\n"
        "from library_wire.params import ListBooksQuery, NewBookFields\n"
        "def call(client: Client) -> None:\n"
        "    add_book.sync(client=client, body=NewBookFields(title='Dawn', isbn='1'))\n"
        "    list_books.sync(client=client, **ListBooksQuery(state='lent'))\n"
        "    NewBookFields(title='Dawn')\n"
        "    ListBooksQuery(state='sold')\n",
        encoding="utf-8",
    )
    options = ("--strict", "--config-file", os.devnull, "--cache-dir", str(library / ".cache"))
    parts = ("-p", "library_wire", "-p", "library_contract", "-m", "caller")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, *parts],
        cwd=library,
        capture_output=True,
        text=True,
        check=False,
    )
    refused = [line.split(":")[:2] for line in done.stdout.splitlines() if ": error:" in line]
    assert refused == [["caller.py", "7"], ["caller.py", "8"]], done.stdout


def test_no_word_of_zooms_is_in_what_is_made(library: Path) -> None:
    """The compiler adds nothing of Zoom's to the names and texts of another API."""
    said = [
        f"{file.relative_to(library)}: {line}"
        for package in ("library_wire", "library_contract")
        for file in sorted((library / package).rglob("*"))
        if file.is_file() and "__pycache__" not in file.parts
        for line in file.read_text("utf-8").splitlines()
        if re.search("zoom|meeting|occurrence", line, re.IGNORECASE)
    ]
    assert said == []
