"""Let Prism, an independent reader of the spec, judge every request that the goldens hold.

    nox -s spec    accepts tests/golden/wire, refuses tests/golden/refused; exit 1 on disagreement

The bodies to refuse prove that the judge is able to: one that accepts everything proves nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from spec_lint import ROOT, ToolError, default_cache, install, talk

BUNDLE = Path("generated/rezoom_wire/openapi.json")
GOLDEN = Path("tests/golden")
MEETING = "/meetings/85746065"
_START_SECONDS, _STOP_SECONDS, _LOOK_SECONDS, _HEARTBEAT = 60.0, 5.0, 0.1, 5.0
_LAST_WORDS = 20


class Case(NamedTuple):
    """One request to judge; `refuse` says what the verdict must be."""

    name: str
    method: str
    target: str
    body: Any
    refuse: bool


class Verdict(NamedTuple):
    """What Prism said to one case."""

    case: Case
    status: int
    reasons: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Tell whether Prism decided as the goldens say, and for a reason it can name."""
        if self.case.refuse:
            return self.status in (400, 422) and bool(self.reasons)
        return self.status == 204


def cases(root: Path) -> list[Case]:
    """Read every golden: the requests to accept and the bodies to refuse."""
    base = json.loads((root / BUNDLE).read_bytes())["servers"][0]["url"]
    found = []
    for file in sorted((root / GOLDEN / "wire").rglob("*.json")):
        stored = json.loads(file.read_bytes())
        target = stored["url"].removeprefix(base)
        found.append(Case(file.stem, stored["method"], target, stored["body"], refuse=False))
    for file in sorted((root / GOLDEN / "refused").glob("*.json")):
        body = json.loads(file.read_bytes())["body"]
        found.append(Case(file.stem, "PATCH", MEETING, body, refuse=True))
    kinds = {case.refuse for case in found}
    if kinds != {True, False}:
        raise ToolError(f"{GOLDEN} must hold requests to accept and bodies to refuse")
    return found


@contextmanager
def prism(programs: Path, document: Path) -> Iterator[str]:
    """Run Prism over `document` on a free loopback port; yield its address, stop it in any case."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    command = [
        programs / "prism",
        "mock",
        document,
        "--errors",
        "--host",
        "127.0.0.1",
        "--port",
        port,
        "--verboseLevel",
        "error",
    ]
    with tempfile.TemporaryFile() as words:
        # A session of its own, so that the children of Prism can be stopped with it.
        server = subprocess.Popen(  # a fixed program, our own file
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            try:
                _wait_until_it_answers(server, address)
            except ToolError as error:
                words.seek(0)
                lines = words.read().decode("utf-8", "replace").strip().splitlines()
                raise ToolError("\n".join((str(error), *deque(lines, _LAST_WORDS)))) from None
            yield address
        finally:
            _stop(server)


def _wait_until_it_answers(server: subprocess.Popen[bytes], address: str) -> None:
    start = time.monotonic()
    told = start
    talk("starting Prism …")
    while time.monotonic() - start < _START_SECONDS:
        if server.poll() is not None:
            raise ToolError(f"Prism ended by itself (exit {server.returncode}):")
        try:
            httpx.get(address, timeout=_HEARTBEAT, trust_env=False)
        except httpx.TransportError:
            if time.monotonic() - told > _HEARTBEAT:
                told = time.monotonic()
                talk(f"  … {told - start:.0f} s")
            time.sleep(_LOOK_SECONDS)
        else:
            talk(f"Prism answers after {time.monotonic() - start:.1f} s")
            return
    raise ToolError(f"Prism did not answer within {_START_SECONDS:.0f} s:")


def _stop(server: subprocess.Popen[bytes]) -> None:
    for how in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(server.pid, how)
        except ProcessLookupError:
            break
        try:
            server.wait(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue
    server.wait(timeout=_STOP_SECONDS)


def judge(address: str, found: list[Case]) -> Iterator[Verdict]:
    """Send every case; the reasons come from Prism's own header."""
    headers = {"Authorization": "Bearer a-token", "Content-Type": "application/json"}
    with httpx.Client(base_url=address, headers=headers, timeout=30, trust_env=False) as client:
        for case in found:
            content = json.dumps(case.body, ensure_ascii=False).encode()
            answer = client.request(case.method, case.target, content=content)
            violations = json.loads(answer.headers.get("sl-violations", "[]"))
            reasons = (f"{'.'.join(v['location'][1:])}: {v['code']}" for v in violations)
            yield Verdict(case, answer.status_code, tuple(reasons))


def table(verdicts: list[Verdict]) -> str:
    """Lay the verdicts out for a reader, the disagreements marked."""
    width = max(len(verdict.case.name) for verdict in verdicts)
    rows = (
        (
            "ok " if verdict.agrees else "BAD",
            "refuse" if verdict.case.refuse else "accept",
            verdict.case.name.ljust(width),
            str(verdict.status),
            "; ".join(verdict.reasons),
        )
        for verdict in verdicts
    )
    return "\n".join("  ".join(row).rstrip() for row in rows)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return its exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--root", type=Path, default=ROOT, help="the tree to read")
    parser.add_argument(
        "--cache", type=Path, help="where the node tools live (ROOT/.cache/spec-lint)"
    )
    options = parser.parse_args(arguments)
    root: Path = options.root.resolve()
    cache: Path = options.cache.resolve() if options.cache else default_cache(root)
    # Ended by a signal or by Ctrl-C, the cleanup still runs: no Prism is left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        found = cases(root)
        with prism(install(root, cache), root / BUNDLE) as address:
            verdicts = list(judge(address, found))
    except (ToolError, OSError, ValueError, httpx.HTTPError) as error:
        print(error, file=sys.stderr)
        return 2
    print(table(verdicts))
    wrong = [verdict for verdict in verdicts if not verdict.agrees]
    accepted = sum(verdict.status == 204 for verdict in verdicts)
    summary = f"{len(wrong)} verdicts differ" if wrong else "every verdict is the expected one"
    print(f"\nPrism accepted {accepted} of {len(verdicts)} requests; {summary}.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
