"""The public face: what is promised is there in the promised shape, and costs nothing unused."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rezoom
from rezoom._client.options import ZoomOptions

# What may be here from the first release to the last. A keyword that is not there yet may come; one
# that is there keeps its place, kind and default. (Options of a client are in ZoomOptions.)
PROMISED = """
def check(body=None, /, *, schedule=None, occurrence=False, current=None, now=None, **fields): ...
class ServerToServer:
    def __init__(self, account_id, client_id, client_secret, *, token_url=None): ...
    def as_httpx_auth(self): ...
class Bearer:
    def __init__(self, token, *, account=None): ...
class Zoom:
    def __init__(
        self, auth, *, account_plan=..., ledger=..., limits=..., hosts=..., wait=..., retries=...,
        timeout=..., base_url=..., http=None, skip_unchanged=..., clock=...,
    ): ...
    def from_env(*, prefix="ZOOM_", **options): ...
    def update(
        self, meeting, change=None, /, *, schedule=None, occurrence=None, host=None, verify=False,
        skip_unchanged=None, wait=None, allow=(), extra=None, **fields,
    ): ...
    def plan(
        self, meeting, change=None, /, *, schedule=None, occurrence=None, allow=(), extra=None,
        **fields,
    ): ...
    def update_many(
        self, changes, /, *, verify=False, skip_unchanged=None, plan_only=False, in_flight=None,
        journal=None, wait=None, deadline=None,
    ): ...
    def apply(self, plan, /, *, verify=False, wait=None, force=False): ...
    def get(self, meeting, /, *, occurrence=None, past=False): ...
    def quota(self, meeting=None, /, *, host=None): ...
    def close(self): ...
class Plan:
    def apply(self, *, verify=False, wait=None, force=False): ...
class Receipt:
    def raise_if_ignored(self): ...
    def undo(self, *, now=None): ...
"""
# Keywords that go beyond the promise: `check` without its two would judge another change, and a
# client's two are asked for by those who operate it.
MORE = {"check": {"allow", "extra"}}
MORE_OPTIONS = {"ledger_down", "on_event"}

ERRORS = {
    "RezoomError": {"Exception"},
    "RetryLater": {"RezoomError"},
    "NotSentError": {"RezoomError"},
    "LedgerError": {"NotSentError"},
    "InvalidChange": {"NotSentError", "ValueError"},
    "ConfigError": {"NotSentError", "ValueError"},
    "QuotaExceeded": {"NotSentError", "RetryLater"},
    "UnansweredError": {"RezoomError"},
    "RefusedError": {"RezoomError"},
    "AuthError": {"RefusedError"},
    "ScopeError": {"AuthError"},
    "NotFoundError": {"RefusedError"},
    "ServerError": {"RefusedError"},
    "RateLimited": {"RefusedError", "RetryLater"},
    "NotVerified": {"RezoomError", "RuntimeError"},
    "NotApplied": {"RezoomError"},
    "LedgerUnavailable": {"LedgerError"},
    "PlanError": {"NotSentError"},
    "PlanStale": {"PlanError"},
    "CannotUndo": {"PlanError"},
    "OccurrenceError": {"InvalidChange"},
}

HEAVY = "anyio attr httpx jsonschema_rs pydantic redis rich starlette typer uvicorn".split()


def promises() -> dict[str, inspect.Signature]:
    """Read the promise as signatures."""
    names: dict[str, Any] = {}
    exec(PROMISED, names)  # noqa: S102  # the text above, which is Python without its bodies
    found: dict[str, inspect.Signature] = {}
    for name, made in names.items():
        if inspect.isfunction(made):
            found[name] = inspect.signature(made)
        elif inspect.isclass(made):
            methods = vars(made).items()
            found |= {
                f"{name}.{method}": inspect.signature(body)
                for method, body in methods
                if inspect.isfunction(body)
            }
    return found


def here(name: str) -> Callable[..., object] | None:
    """Find what a promise speaks of, if it is there yet."""
    owner, _, method = name.rpartition(".")
    home: object = getattr(rezoom, owner) if owner else rezoom
    found: Callable[..., object] | None = getattr(home, method, None)
    return found


def tree() -> ast.Module:
    """Parse the package's own module."""
    return ast.parse(Path(rezoom.__file__).read_text("utf-8"))


def test_every_public_name_is_listed_once_for_each_reader() -> None:
    """`__all__` for people, the imports for type checkers, the table for Python."""
    guarded = [node for node in tree().body if isinstance(node, ast.If)]
    imports = [
        alias.asname or alias.name
        for node in ast.walk(guarded[0])
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]

    assert sorted(imports) == sorted(rezoom.__all__) == sorted(rezoom._HOME_OF)


@pytest.mark.parametrize("name", rezoom.__all__)
def test_every_public_name_can_be_had(name: str) -> None:
    """From the home that the table gives it."""
    assert getattr(rezoom, name) is not None


def test_the_type_checkers_home_of_a_name_is_its_real_one() -> None:
    """Otherwise mypy checks one class and Python runs another."""
    guarded = next(node for node in tree().body if isinstance(node, ast.If))
    homes = {
        alias.name: "." * node.level + (node.module or "")
        for node in ast.walk(guarded)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }

    assert homes == rezoom._HOME_OF


def test_an_unknown_name_is_an_attribute_error() -> None:
    """As of any other module."""
    with pytest.raises(AttributeError, match="Zoon"):
        _ = rezoom.Zoon


@pytest.mark.parametrize("name", promises())
def test_what_is_there_keeps_its_promise(name: str) -> None:
    """Order, kind and default of every parameter; keyword-only ones may be missing still."""
    present = here(name)
    if present is None:
        return
    promise = promises()[name].parameters.values()
    actual = inspect.signature(present).parameters.values()

    more = MORE.get(name, set()) | ({"options"} if name.endswith("__init__") else set())
    kept = [shape(one) for one in actual if one.name not in more]
    wanted = [shape(one) for one in promise]
    required = [shape(one) for one in promise if one.kind is not one.KEYWORD_ONLY]
    assert [one for one in kept if one in required] == required
    assert [one for one in kept if one not in wanted] == []


def shape(one: inspect.Parameter) -> tuple[object, ...]:
    """Say what callers rely on; the name of a positional-only parameter is not theirs to use."""
    name = "" if one.kind is one.POSITIONAL_ONLY else one.name
    return (one.kind, name, None if one.default is ... else one.default)


def test_every_option_of_a_client_is_a_promised_one() -> None:
    """Both clients take the same, and `from_env` too."""
    promised = set(promises()["Zoom.__init__"].parameters)

    assert ZoomOptions.__annotations__.keys() - MORE_OPTIONS <= promised


@pytest.mark.parametrize("name", ["update", "get", "apply", "quota"])
def test_both_clients_have_the_same_methods(name: str) -> None:
    """Parameter by parameter; one of them is awaited."""
    sync, awaited = getattr(rezoom.Zoom, name), getattr(rezoom.AsyncZoom, name)

    assert inspect.signature(sync) == inspect.signature(awaited)
    assert inspect.iscoroutinefunction(awaited)


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_stands_where_it_is_promised(name: str) -> None:
    """One `except` for our limits and for Zoom's, one for all that was never sent."""
    bases = {base.__name__ for base in getattr(rezoom, name).__bases__}

    assert bases == ERRORS[name]


@pytest.mark.parametrize(
    "module",
    [
        "rezoom",
        "rezoom.errors",
        "rezoom._times",
        "rezoom._auth.sources",
        "rezoom.recurrence",
        "rezoom_wire",
        "rezoom_wire.facts",
        "rezoom_wire.params",
    ],
)
def test_a_light_import_stays_light(module: str) -> None:
    """A command line that only asks for help must not load a network library."""
    code = f"import sys, {module}; print(*(name for name in {HEAVY!r} if name in sys.modules))"

    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60
    )

    assert done.stdout.split() == []
