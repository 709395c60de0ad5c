"""Everything that is done to this project is a session here; plain `nox` does what CI does."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.error_on_external_run = True
nox.options.reuse_venv = "yes"

PROJECT = nox.project.load_toml("pyproject.toml")
TOOLCHAIN = ("--constraint", "scripts/toolchain.txt")
EXTRAS = "[cli,redis,simulator]"
EVERYTHING = f".{EXTRAS}"
DAYS_AHEAD = 400


def group(*names: str) -> list[str]:
    """List what some dependency groups of pyproject.toml ask for."""
    return [need for name in names for need in nox.project.dependency_groups(PROJECT, name)]


@contextmanager
def announced(what: str) -> Iterator[None]:
    """Say before a slow step what it is, and after it how long it took."""
    print(f"  {what} …", flush=True)
    start = time.perf_counter()
    yield
    print(f"  {what}: done in {time.perf_counter() - start:.0f} s", flush=True)


def install(session: nox.Session, what: str, *needs: str) -> None:
    """Install quietly, but not silently."""
    with announced(f"installing {what}"):
        session.install("--quiet", *needs)


def install_wheel(session: nox.Session, *needs: str) -> None:
    """Install the built wheel: what is tested is what is shipped."""
    dist = Path(session.create_tmp()).resolve() / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    with announced("building the wheel"):
        session.run(
            "python", "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(dist), ".",
            silent=True,
        )  # fmt: skip
    (wheel,) = dist.glob("rezoom-*.whl")
    install(
        session,
        "the wheel and its tests' needs",
        f"rezoom{EXTRAS} @ {wheel.as_uri()}",
        *needs,
    )
    session.run(
        "python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--force-reinstall",
        str(wheel),
        silent=True,
    )


@nox.session
def lint(session: nox.Session) -> None:
    """Style, format, and the arrows between the layers."""
    install(session, "linters", *group("lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Hand-written code and the promised face under mypy --strict."""
    install(session, "mypy", *TOOLCHAIN, EVERYTHING, "nox", *group("types"))
    session.run("mypy", "-p", "rezoom", silent=False)
    session.run("mypy", "scripts", "noxfile.py")
    session.run("mypy", "tests")


@nox.session
def tests(session: nox.Session) -> None:
    """Run every test against the built wheel."""
    install_wheel(session, *TOOLCHAIN, *group("testing", "compiler"))
    session.run("pytest", "-n", "auto", *session.posargs)


@nox.session(name="year-ahead")
def year_ahead(session: nox.Session) -> None:
    """Run the tests with the clock 400 days on: a test must pass next year as well."""
    install_wheel(session, *TOOLCHAIN, *group("testing", "compiler", "moved-clock"))
    preload = "import json, libfaketime as f; print(json.dumps(f.get_reload_information()[1]))"
    moved = json.loads(str(session.run("python", "-c", preload, silent=True)))
    moved["FAKETIME"] = f"+{DAYS_AHEAD}d"
    now = session.run("python", "-c", "import time; print(time.time())", env=moved, silent=True)
    if float(str(now)) < time.time() + (DAYS_AHEAD - 1) * 86_400:
        session.error("libfaketime moves no clock here: it is built for Linux on x86-64")
    leave_out = "not slow and not real_clock"
    session.run("pytest", "-n", "auto", "-m", leave_out, *session.posargs, env=moved)


@nox.session
def drift(session: nox.Session) -> None:
    """Prove that generated/ is what spec/ says, byte for byte."""
    install(session, "the compiler", *TOOLCHAIN, *group("compiler"))
    session.run("python", "scripts/regen.py", "--check")


@nox.session
def spec(session: nox.Session) -> None:
    """Two linters over the spec, and Prism as the judge of every request the goldens hold."""
    install(session, "the wire client", ".")
    session.run("python", "scripts/spec_lint.py", external=True)
    session.run("python", "scripts/prism_check.py", external=True)


@nox.session(default=False)
def regen(session: nox.Session) -> None:
    """Compile spec/ into generated/."""
    install(session, "the compiler", *TOOLCHAIN, *group("compiler"))
    session.run("python", "scripts/regen.py", *session.posargs)


@nox.session(default=False)
def goldens(session: nox.Session) -> None:
    """Write the golden requests anew, after a change that is meant to change the wire."""
    install(session, "the project", "-e", EVERYTHING, *TOOLCHAIN, *group("testing", "compiler"))
    session.run("pytest", "tests/golden", "--golden-update", *session.posargs)


@nox.session(default=False)
def demo(session: nox.Session) -> None:
    """Start the simulator, move a weekly series over real HTTP, and show what changed."""
    install(session, "rezoom", EVERYTHING)
    session.run("python", "scripts/demo.py", *session.posargs)


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """Measure beside the floors and the peers, in one run; nothing here can fail on a slow day."""
    needs = group("bench", "compiler", "scoreboard")
    install(session, "rezoom and its peers", *TOOLCHAIN, EVERYTHING, *needs)
    session.run("python", "scripts/bench.py", *session.posargs)


@nox.session(default=False)
def scoreboard(session: nox.Session) -> None:
    """Play ten silent failures with rezoom and three other clients; fails only if rezoom does."""
    install(session, "rezoom and other people's clients", EVERYTHING, *group("scoreboard"))
    session.run("python", "scripts/scoreboard.py", *session.posargs)


@nox.session(default=False)
def format(session: nox.Session) -> None:  # noqa: A001  # named as what it does, on the command line
    """Write what `lint` checks."""
    install(session, "ruff", *group("lint"))
    session.run("ruff", "check", "--fix", ".")
    session.run("ruff", "format", ".")
