"""Everything that is done to this project is a session here; plain `nox` does what CI does."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import nox
from nox.command import CommandFailed

nox.needs_version = ">=2025.10.14"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.download_python = "never"
nox.options.error_on_external_run = True
# `.ci/run` prints MISSING for a Python that is not there.
nox.options.error_on_missing_interpreters = False
nox.options.reuse_venv = "yes"

PROJECT = nox.project.load_toml("pyproject.toml")
# Figures of each run of pytest; scripts/ci_table.py reads them.
REPORTS = Path(".nox", "reports").resolve()
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
HERE = ".".join(platform.python_version_tuple()[:2])
# Interpreters under pyenv come before its shims, which fail for all but the chosen version.
PYENV = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()
FOUND = [str(folder) for folder in sorted(PYENV.glob("versions/*/bin"))]
os.environ["PATH"] = os.pathsep.join([*FOUND, os.environ["PATH"]])
TOOLCHAIN = ("--constraint", "scripts/toolchain.txt")
EXTRAS = "[cli,redis,simulator]"
EVERYTHING = f".{EXTRAS}"
# Its workers take minutes on a slow machine, so their tests have a session of their own.
WITH_CELERY = "[celery,cli,redis,simulator]"
Env = Mapping[str, str | None]
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


def install_wheel(session: nox.Session, *needs: str, extras: str = EXTRAS) -> None:
    """Install the built wheel: what is tested is what is shipped."""
    dist = Path(session.create_tmp()).resolve() / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    with announced("building the wheel"):
        session.install("--quiet", "hatchling")
        session.run(
            "hatchling", "build", "--target", "wheel", "--directory", str(dist), silent=True
        )
    (wheel,) = dist.glob("rezoom-*.whl")
    rezoom = f"rezoom{extras} @ {wheel.as_uri()}"
    install(session, "the wheel and its tests' needs", rezoom, *needs)
    # An environment that is used again holds the wheel of before, of the same version.
    session.install("--quiet", "--no-deps", "--force-reinstall", str(wheel))


def pytest(session: nox.Session, *args: str, part: str = "", env: Env | None = None) -> None:
    """Run pytest, and keep its figures for the table that `.ci/run` prints."""
    ask = "import platform; print(platform.python_version(), end='')"
    version = session.run("python", "-c", ask, silent=True)
    report = REPORTS / f"{session.name}{part}.xml"
    figures = (f"--junitxml={report}", "-o", f"junit_suite_name={version}")
    session.run("pytest", *figures, *args, env=env)


@nox.session
def lint(session: nox.Session) -> None:
    """Style, format, and the arrows between the layers."""
    install(session, "linters", *group("lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Hand-written code and the promised face under mypy --strict and pyright."""
    install(session, "mypy", *TOOLCHAIN, f".{WITH_CELERY}", "nox", *group("types"))
    session.run("mypy", "-p", "rezoom", silent=False)
    session.run("mypy", "scripts", "noxfile.py")
    session.run("mypy", "tests")
    session.run("python", "scripts/run_pyright.py")


@nox.session
def tests(session: nox.Session) -> None:
    """Run every test against the built wheel."""
    install_wheel(session, *TOOLCHAIN, *group("testing", "compiler"))
    pytest(session, "-n", "auto", *session.posargs)


@nox.session(default=False)
def celery(session: nox.Session) -> None:
    """Run the tests with real workers of Celery, against the built wheel."""
    install_wheel(session, *TOOLCHAIN, *group("testing"), extras=WITH_CELERY)
    pytest(session, "tests/worker", *session.posargs)


def tests_elsewhere(session: nox.Session) -> None:
    """Run every test that is not slow on another Python, against the built wheel."""
    install_wheel(session, *group("testing", "compiler"))
    pytest(session, "-n", "auto", "-m", "not slow", *session.posargs)


for _version in PYTHONS:
    _tags = ["elsewhere"] if _version != HERE else []
    _name = f"tests-{_version}"
    nox.session(python=_version, name=_name, default=False, tags=_tags)(tests_elsewhere)


@nox.session(python=PYTHONS, default=False, tags=["elsewhere"])
def users(session: nox.Session) -> None:
    """Run a user's program and its tests where every warning is an error."""
    install_wheel(session, "pytest")
    program = Path(session.create_tmp()).resolve() / "program"
    shutil.rmtree(program, ignore_errors=True)
    shutil.copytree("tests/user_program", program)
    strict = {"PYTHONWARNINGS": "error", "PYTHONDEVMODE": "1", "XDG_STATE_HOME": str(program)}
    with session.chdir(program):
        pytest(session, env=strict)
        # As on a machine that has no time zones of its own.
        pytest(session, part="+no-tz", env=strict | {"PYTHONTZPATH": str(program / "nowhere")})


@nox.session(python=PYTHONS[:1], default=False, tags=["elsewhere"])
def lowest(session: nox.Session) -> None:
    """Run the smoke part with the lowest version of everything that pyproject.toml admits."""
    session.install("--quiet", "uv")
    bounds = str(Path(session.create_tmp()).resolve() / "lowest.txt")
    session.run(
        "uv",
        "pip",
        "compile",
        "--quiet",
        "--upgrade",
        "--resolution",
        "lowest-direct",
        "--all-extras",
        "--output-file",
        bounds,
        "pyproject.toml",
        silent=True,
    )
    # pytest and what else judges may be new: it is nothing that a user installs.
    install_wheel(session, "--constraint", bounds, *group("testing"), extras=WITH_CELERY)
    # One module cannot be looked through for the smoke part without the compiler.
    pytest(
        session, "-m", "smoke", "--ignore=tests/contract/test_spec_refusals.py", *session.posargs
    )


@nox.session(default=False)
def flickers(session: nox.Session) -> None:
    """Run the suite ten times in random order, while each core has something else to do."""
    install_wheel(session, *TOOLCHAIN, *group("testing", "compiler"), "pytest-randomly>=4")
    loop = [shutil.which("python", path=session.bin) or "python", "-c", "while True: pass"]
    busy = [subprocess.Popen(loop) for _ in range(os.cpu_count() or 1)]
    try:
        failed = 0
        for turn in range(10):
            try:
                pytest(session, "-n", "auto", f"--randomly-seed={turn}", *session.posargs)
            except CommandFailed:
                failed += 1
        if failed:
            session.error(f"{failed} of 10 runs had a failure")
    finally:
        for process in busy:
            process.kill()


@nox.session(name="year-ahead", default=False, tags=["elsewhere"])
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
    pytest(session, "-n", "auto", "-m", leave_out, *session.posargs, env=moved)


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


@nox.session(name="wire-diff")
def wire_diff(session: nox.Session) -> None:
    """Say what the build means for callers of an earlier one, and whether the changelog does."""
    install(session, "the wire client", ".")
    session.run("python", "scripts/wire_diff.py", *(session.posargs or ["--check"]))


@nox.session(default=False)
def upstream(session: nox.Session) -> None:
    """Compare a saved OpenAPI document of Zoom's with the spec."""
    install(session, "the wire client and the compiler", ".", *TOOLCHAIN, *group("compiler"))
    session.run("python", "scripts/upstream.py", *session.posargs, success_codes=[0, 1])


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
    needs = group("bench", "scoreboard")
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
