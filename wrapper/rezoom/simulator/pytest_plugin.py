"""The pytest plugin: a fresh fake Zoom for each test that asks for `zoom_simulator`.

It is loaded wherever rezoom is installed, so it imports nothing until a test asks.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ..errors import ConfigError

if TYPE_CHECKING:
    from ._simulator import Simulator

_NAME = "zoom_simulator"
_RUNNING: pytest.StashKey[Simulator] = pytest.StashKey()
_INI: dict[str, tuple[str, Any]] = {
    "clock": ("the instant at which its clock stands still", "string"),
    "seed": ("a number that makes tokens and passcodes repeatable", "string"),
    "plan": ("the account's plan: free, pro or business", "string"),
    "quirks": ("name=value, one a line", "linelist"),
    "faults": ("faults, as `rezoom simulate --faults` has them", "string"),
    "meetings": ("a JSON or YAML file with meetings", "string"),
    "strict": ("refuse whatever the contract refuses", "bool"),
}
_SHOWN = 40
_LOOPBACK = "127.0.0.1,localhost"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Announce what an ini file may set for every simulator of a suite."""
    for name, (words, kind) in _INI.items():
        parser.addini(f"{_NAME}_{name}", f"zoom_simulator: {words}", kind)


def pytest_configure(config: pytest.Config) -> None:
    """Announce the marker `zoom_simulator` to pytest."""
    config.addinivalue_line(
        "markers",
        f"{_NAME}(clock, seed, plan, quirks, faults, meetings, strict, ...): options of the fake "
        "Zoom for this test, as for rezoom.simulator.Simulator; a clock may be text, and meetings "
        "a file.",
    )


@pytest.fixture
def zoom_simulator_options() -> dict[str, Any]:
    """Return options for the simulators of a module or a folder; override it there."""
    return {}


@pytest.fixture
def zoom_simulator(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    zoom_simulator_options: dict[str, Any],
) -> Iterator[Simulator]:
    """Run a fake Zoom on a free port of this machine, and point the environment at it.

    ZOOM_ACCOUNT_ID, ZOOM_CLIENT_ID, ZOOM_CLIENT_SECRET, ZOOM_API_URL and ZOOM_OAUTH_URL lead
    there, and rezoom's own count of what was spent is kept in memory.
    """
    from . import Simulator

    wrong, simulator = "", None
    try:
        options = _from_ini(request.config) | zoom_simulator_options | _from_markers(request)
        simulator = Simulator(**_understood(options, request.config.rootpath))
    except ConfigError as error:
        wrong = f"zoom_simulator: {error.message}. {error.next_step}"
    except TypeError as error:
        wrong = f"zoom_simulator: {error}"
    if simulator is None:
        pytest.fail(wrong, pytrace=False)
    with simulator:
        request.node.stash[_RUNNING] = simulator
        for name, value in _environment(simulator).items():
            monkeypatch.setenv(name, value)
        yield simulator
    lacking = dict.fromkeys(f"{one.method} {one.path}" for one in simulator.requests if one.lacking)
    if lacking:
        # Such an answer proves nothing, whatever the code under test makes of it.
        what = ", ".join(lacking)
        pytest.fail(f"zoom_simulator: it has no {what}, which was called", pytrace=False)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> None:
    """Show beside a failure the requests to Zoom, and their answers."""
    simulator = item.stash.get(_RUNNING, None)
    if simulator is None or call.when != "call" or call.excinfo is None:
        return
    requests = simulator.requests
    left_out = [f"... {len(requests) - _SHOWN} earlier"] if len(requests) > _SHOWN else []
    lines = [*left_out, *map(repr, requests[-_SHOWN:])] or ["none"]
    item.add_report_section("call", "requests to the fake Zoom", "\n".join(lines))


def _from_ini(config: pytest.Config) -> dict[str, Any]:
    from ._fault_plan import read_fault_words

    found = {name: config.getini(f"{_NAME}_{name}") for name in _INI}
    base = config.inipath.parent if config.inipath else config.rootpath
    if found["meetings"]:
        found["meetings"] = base / found["meetings"]
    if found["faults"]:
        found["faults"] = read_fault_words(found["faults"], base)
    return {name: value for name, value in found.items() if value}


def _from_markers(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = {}
    # From the module inwards: the closest marker is the last word.
    for marker in reversed([*request.node.iter_markers(_NAME)]):
        if marker.args:
            raise TypeError(f"the marker takes options by name only, not {marker.args!r}")
        found |= marker.kwargs
    return found


def _understood(options: dict[str, Any], root: Path) -> dict[str, Any]:
    from ._fault_plan import read_fault_words
    from ._quirks import read_quirks
    from ._sim_clock import read_clock

    options = dict(options)
    if isinstance(options.get("clock"), str):
        options["clock"] = read_clock(options["clock"])
    if isinstance(options.get("seed"), str):
        options["seed"] = _whole(options["seed"])
    if isinstance(options.get("quirks"), list):
        options["quirks"] = read_quirks(options["quirks"])
    if isinstance(options.get("faults"), str):
        options["faults"] = read_fault_words(options["faults"], root)
    if isinstance(options.get("meetings"), str | Path):
        options["meetings"] = root / options["meetings"]
    return options


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ConfigError(
            f"seed: {text!r} is no whole number", field="seed", next_step="Write one, such as 7."
        ) from None


def _environment(simulator: Simulator) -> dict[str, str]:
    proxies = {
        name: ",".join(filter(None, (os.environ.get(name), _LOOPBACK)))
        for name in ("NO_PROXY", "no_proxy")
    }
    return simulator.env() | proxies | {"REZOOM_LEDGER": "memory:"}
