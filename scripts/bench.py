"""Measure, side by side and in one run: `nox -s bench`, or `nox -s bench -- ledgers --json`.

Figures inform and never fail. `--quick` shows that everything still runs, and nothing more.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.harness import Run, Table, markdown, say
from benchmarks.local import bodies, ledgers, plan, recurrence
from benchmarks.loopback import Loopback
from benchmarks.many import many
from benchmarks.remote import bounded, latency, start, update

ROOT = Path(__file__).parents[1]
FIGURES = ROOT / "docs" / "cost.json"
PAGES = (ROOT / "README.md", ROOT / "docs" / "cost.md")
SCHEMA = "rezoom.bench/3"
BESIDE = ("rezoom", "httpx", "httpcore", "anyio", "jsonschema-rs", "redis")
GROUPS: dict[str, Callable[[Run], Iterator[Table]]] = {
    one.__name__: one
    for one in (bodies, update, latency, start, bounded, ledgers, plan, recurrence)
}
# These take minutes, and are measured when they are named.
NAMED: dict[str, Callable[[Run], Iterator[Table]]] = {"many": many}
# A page shows whose run it was, whole tables, or of several tables the rows that have a goal.
_PART = re.compile(
    r"<!-- bench(?P<goals> goals)?: (?P<titles>[^\n]+?) -->\n.*?<!-- end -->", re.DOTALL
)


def machine() -> str:
    """Say what was measured on."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    packages = ", ".join(f"{name} {version(name)}" for name in BESIDE)
    system = f"{platform.system()} {platform.machine()}"
    return f"{python} on {system}, {os.cpu_count()} processors; {packages}"


def filled(page: str, run: Mapping[str, Any]) -> str:
    """Put tables of a run into a page, between the comments that name them and `<!-- end -->`."""
    tables = {table["title"]: table["rows"] for table in run["tables"]}

    def part(found: re.Match[str]) -> str:
        head, _, _ = found[0].partition("\n")
        if found["titles"] == "the run":
            text = f"Measured {run['at']} by `{run['command']}` ({run['machine']}).{run['note']}"
        else:
            rows = [row for title in found["titles"].split("; ") for row in tables[title]]
            text = markdown([row for row in rows if "goal" in row or not found["goals"]])
        return f"{head}\n{text}\n<!-- end -->"

    return _PART.sub(part, page)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the groups named, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "group",
        nargs="*",
        choices=[*GROUPS, *NAMED, []],
        help="default: all but " + ", ".join(NAMED),
    )
    parser.add_argument("--quick", action="store_true", help="a few rounds, to see that it runs")
    parser.add_argument("--json", action="store_true", help="one object on stdout, no tables")
    parser.add_argument("--docs", action="store_true", help="write what the pages show")
    options = parser.parse_args(arguments)
    if options.docs and (options.group or options.quick):
        parser.error("--docs needs a whole run")
    found = []
    sys.path.append(str(ROOT / "tests" / "support"))
    from redis_server import shared

    with tempfile.TemporaryDirectory(prefix="rezoom-bench-") as folder:
        server = Loopback(Path(folder))
        # Every client that asks the environment trusts the server.
        os.environ["SSL_CERT_FILE"] = os.environ["REQUESTS_CA_BUNDLE"] = str(server.ca)
        run = Run(options.quick, Path(folder), server, shared("redis 8.2").url)
        for name in options.group or GROUPS:
            say(name)
            for title, rows in (GROUPS | NAMED)[name](run):
                found.append({"group": name, "title": title, "rows": rows})
                if not options.json:
                    print(f"\n{title}\n\n{markdown(rows)}", flush=True)
    result = {
        "schema": SCHEMA,
        "at": f"{datetime.now(UTC):%Y-%m-%d}",
        "command": "nox -s bench",
        "machine": machine(),
        "note": "",
        "quick": options.quick,
        "tables": found,
    }
    text = json.dumps(result, indent=1, ensure_ascii=False)
    print(text if options.json else f"\n{machine()}")
    if options.docs:
        FIGURES.write_text(text + "\n", "utf-8")
        for page in PAGES:
            page.write_text(filled(page.read_text("utf-8"), result), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
