"""What the system refuses: no descriptors, no room, no threads, no rights, the wrong event loop.

Each time a RezoomError comes out, and says rightly whether anything was sent.
"""

from __future__ import annotations

import asyncio
import errno
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from cli_runner import patches, runner
from rezoom import AsyncZoom, Bearer, ConfigError, RateLimited, RezoomError, ServerToServer, Zoom
from rezoom.errors import LedgerUnavailable
from rezoom.quota import MemoryLedger, SQLiteLedger
from rezoom.simulator import Simulator
from wire import Wire, answer

MEETING = 85746065
# What a child process runs: updates under a limit of the system, each with a new ledger, then a
# quota read without the limit. Everything is imported, and a connection was made, before.
CHILD = """
import asyncio, json, os, resource, sys
from pathlib import Path
from rezoom import AsyncZoom, RezoomError, Zoom

folder, kind, meeting, values = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4:]
limit = {"nofile": resource.RLIMIT_NOFILE, "fsize": resource.RLIMIT_FSIZE}[kind]

def tried(call):
    soft, hard = resource.getrlimit(limit)
    lowest = os.open("/dev/null", os.O_RDONLY)
    os.close(lowest)
    resource.setrlimit(limit, (value + (lowest if kind == "nofile" else 0), hard))
    try:
        return call()
    finally:
        resource.setrlimit(limit, (soft, hard))

async def awaited(options):
    async with AsyncZoom.from_env(**options) as zoom:
        coroutine = zoom.update(meeting, topic="x")
        soft, hard = resource.getrlimit(limit)
        lowest = os.open("/dev/null", os.O_RDONLY)
        os.close(lowest)
        resource.setrlimit(limit, (value + (lowest if kind == "nofile" else 0), hard))
        try:
            return await coroutine
        finally:
            resource.setrlimit(limit, (soft, hard))

value = 1 << 30 if kind == "fsize" else 500
asyncio.run(awaited({"ledger": f"sqlite://{folder}/awaited", "retries": 0}))
with Zoom.from_env(ledger=f"sqlite://{folder}/first", retries=0) as zoom:
    zoom.update(meeting, topic="x")
for word in values:
    value = int(word)
    for colour in ("sync", "async"):
        options = {"ledger": f"sqlite://{folder}/{colour}{value}", "retries": 0}
        said = {"spare": value, "sent": True, "error": None}
        with Zoom.from_env(**options) as zoom:
            try:
                if colour == "sync":
                    tried(lambda: zoom.update(meeting, topic="x"))
                else:
                    asyncio.run(awaited(options))
            except BaseException as error:
                said["error"] = type(error).__name__
                said["ours"] = isinstance(error, RezoomError)
                said["sent"] = getattr(error, "sent", "raw")
            quota = zoom.quota(meeting)
            said["spent"] = quota.used + quota.pending + quota.unknown
        print(json.dumps(said), flush=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("nofile", [*range(12), 16, 20]),
        ("fsize", [0, 1, 20, 30, 500, 1_000, 5_000, 20_000, 30_000, 32_768, 34_000, 50_000]),
    ],
)
def test_without_descriptors_or_room_nothing_is_lost(
    sim: Simulator, tmp_path: Path, kind: str, values: list[int]
) -> None:
    """Each update is a receipt or an error of ours; what has arrived is counted, and no more."""
    number = sim.add_meeting()
    words = [str(tmp_path), kind, str(number), *map(str, values)]
    env = os.environ | sim.env()
    command = [sys.executable, "-c", CHILD, *words]
    ran = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, timeout=120)

    said = [json.loads(line) for line in ran.stdout.splitlines()]
    failed = [one for one in said if one["error"]]
    assert len(said) == 2 * len(values)
    assert failed
    assert len(failed) < len(said)
    assert [one for one in failed if not one["ours"]] == []
    assert [one for one in said if one["spent"] != (one["sent"] is not False)] == []
    arrived = len(patches(sim)) - 2
    assert arrived == sum(one["sent"] is True for one in said)


def raised(call: Callable[[], object]) -> RezoomError | None:
    """Return the error of ours that a call raises, if it does."""
    try:
        call()
    except RezoomError as error:
        return error
    return None


CODES = (errno.ENOSPC, errno.EMFILE, errno.EACCES, errno.ENOTDIR, errno.ELOOP, errno.EIO)


def failing(code: int, real: Callable[..., Any], folder: Path) -> Callable[..., Any]:
    """Do as a function of the system does, but fail for what is in a folder."""

    def call(*args: Any, **options: Any) -> Any:
        target = args[0]
        if isinstance(target, int):
            target = Path(f"/proc/self/fd/{target}").readlink()
        if str(folder) in os.fspath(target):
            raise OSError(code, os.strerror(code))
        return real(*args, **options)

    return call


@pytest.mark.parametrize("code", CODES, ids=errno.errorcode.__getitem__)
@pytest.mark.parametrize("call", ["open", "stat"])
def test_a_ledger_that_the_system_refuses_is_a_typed_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, call: str
) -> None:
    """At its first use and later, and nothing is sent."""
    http = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(204)))
    for used in (False, True):
        ledger = SQLiteLedger(tmp_path / f"{used}.sqlite3", durability="normal")
        zoom = Zoom(Bearer("x" * 20), http=http, ledger=ledger)
        if used:
            zoom.update(MEETING, topic="x")
            ledger.close()
        with monkeypatch.context() as patch:
            patch.setattr(os, call, failing(code, getattr(os, call), tmp_path))
            said = raised(partial(zoom.update, MEETING, topic="x"))
        if said is None:
            # Only the note beside the file, which is a witness, may be missing.
            assert (used, call) == (True, "open")
        else:
            assert said.sent is False


@pytest.mark.parametrize("code", CODES, ids=errno.errorcode.__getitem__)
@pytest.mark.parametrize("call", ["fsync", "replace", "open"])
def test_a_plan_file_that_the_system_refuses_leaves_the_old_one(
    sim: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, call: str
) -> None:
    """Whichever step of the writing fails."""
    file = tmp_path / "plan.json"
    file.write_text("old")
    number = sim.add_meeting()
    monkeypatch.setattr(os, call, failing(code, getattr(os, call), tmp_path))

    ran = runner(sim)("plan", number, "--topic", "x", "--out", file)

    monkeypatch.undo()
    assert (ran.exit_code, f"cannot write '{file}'" in ran.stderr) == (2, True)
    assert {one.name: one.read_text() for one in tmp_path.iterdir()} == {"plan.json": "old"}


@pytest.mark.parametrize("code", [errno.EMFILE, errno.ENFILE, errno.EIO, errno.ENOMEM])
def test_a_clock_that_cannot_be_looked_for_is_not_given_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: int
) -> None:
    """Or the process would count by the wall clock for good, once it was out of descriptors."""
    from rezoom._clock import machine_boot

    def refused(path: Path, *_: object) -> str:
        raise OSError(code, os.strerror(code))

    machine_boot.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_text", refused)
        with pytest.raises(LedgerUnavailable, match="clock"):
            SQLiteLedger(tmp_path / "quota.sqlite3")

    assert machine_boot() is not None


def test_a_note_that_cannot_be_read_is_not_taken_for_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An older copy of the ledger would go unnoticed."""
    ledger = SQLiteLedger(tmp_path / "quota.sqlite3")
    assert ledger.keys("") == ()
    ledger.close()
    real = Path.read_text

    def refused(path: Path, *args: Any, **options: Any) -> str:
        if path.name.endswith("-last"):
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return real(path, *args, **options)

    monkeypatch.setattr(Path, "read_text", refused)
    with pytest.raises(LedgerUnavailable, match="last"):
        ledger.keys("")


@pytest.mark.parametrize(
    "path", ["a\ud800b", "\0", "a\0b", "a" * 300, "a/" * 3_000 + "b", "\udcff\n\x1b[31m"]
)
def test_an_odd_path_is_a_typed_error_or_works(tmp_path: Path, path: str) -> None:
    """In the ledger's use, its address, and the error's text."""

    def use() -> None:
        ledger = SQLiteLedger(tmp_path / path)
        assert ledger.url.startswith("sqlite:///")
        assert ledger.keys("") == ()
        ledger.close()

    said = raised(use)
    assert said is None or (said.sent is False and str(said).encode())


def no_thread(_: threading.Thread) -> None:
    """Stand in for a start of a thread where the system has none left."""
    raise RuntimeError("can't start new thread")


def test_without_threads_an_update_is_made_or_not_sent(
    sim: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ledger works in the loop's own thread; a host's name cannot be looked up."""
    number = sim.add_meeting()

    async def update(base_url: str) -> object:
        options: Any = {"base_url": base_url, "ledger": f"sqlite://{tmp_path}/quota"}
        async with AsyncZoom(Bearer("x" * 20), retries=0, **options) as zoom:
            with monkeypatch.context() as patch:
                patch.setattr(threading.Thread, "start", no_thread)
                return await zoom.update(number, topic="x")

    with pytest.raises(RezoomError) as failed:
        asyncio.run(update(sim.url.replace("127.0.0.1", "localhost")))

    assert failed.value.sent is False
    assert patches(sim) == []


@pytest.mark.parametrize("brought", [False, True])
def test_another_event_loop_is_refused(sim: Simulator, brought: bool) -> None:
    """Its connections belong to the first one; nothing is sent or counted."""
    number = sim.add_meeting()
    http = httpx.AsyncClient() if brought else None
    zoom = sim.azoom(http=http, retries=0)
    with asyncio.Runner() as first:
        assert first.run(zoom.update(number, topic="x")).sent
        with asyncio.Runner() as second:
            with pytest.raises(ConfigError, match="another event loop") as refused:
                second.run(zoom.update(number, topic="x"))
            assert second.run(zoom.quota(number)).used == 1
        assert first.run(zoom.update(number, topic="x")).sent
        first.run(zoom.aclose())
        first.run(http.aclose() if http else asyncio.sleep(0))

    assert refused.value.sent is False
    assert len(patches(sim)) == 2


def test_two_event_loops_at_once_do_not_wait_for_each_other(sim: Simulator) -> None:
    """The second one is refused, instead of waiting for a token for ever."""
    number, zoom, seen = sim.add_meeting(), sim.azoom(retries=0), list[object]()
    both = threading.Barrier(2)

    async def update() -> None:
        both.wait(30)
        results = await asyncio.gather(
            *(zoom.update(number, topic="x") for _ in range(5)), return_exceptions=True
        )
        seen.extend(results)
        if not any(isinstance(one, ConfigError) for one in results):
            await zoom.aclose()

    threads = [
        threading.Thread(target=lambda: asyncio.run(update()), daemon=True) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(seen) == 10
    assert sum(isinstance(one, ConfigError) for one in seen) == 5


def test_a_fork_hook_ends_with_its_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system keeps each hook for good: the ledgers share one."""
    hooks: list[object] = []
    monkeypatch.setattr(os, "register_at_fork", lambda **given: hooks.append(given))

    for _ in range(100):
        MemoryLedger()

    assert hooks == []


@pytest.mark.parametrize(("headers", "seconds"), [({}, 60), ({"retry_after": "7"}, 7)])
def test_a_limit_of_the_token_address_is_told(headers: Any, seconds: int) -> None:
    """When to come again, as it says itself, and in words where it says none."""
    with Wire().grants(answer(429, b"", **headers)) as wire:
        auth = ServerToServer("account", "client", "secret", token_url=f"{wire.origin}/oauth/token")
        zoom, before = Zoom(auth, ledger="memory:", retries=0), datetime.now(UTC)
        with zoom, pytest.raises(RateLimited, match="token request: too many") as limited:
            zoom.update(MEETING, topic="x")

    assert limited.value.sent is False
    assert 0 <= (limited.value.retry_at - before).total_seconds() - seconds < 30
