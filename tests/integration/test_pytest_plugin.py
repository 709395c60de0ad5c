"""The pytest plugin in suites of its own, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[2]
PLUGIN = "rezoom.simulator.pytest_plugin"
HEAVY = {"anyio", "attr", "httpx", "pydantic", "ruamel", "starlette", "uvicorn"}


@pytest.fixture(autouse=True)
def _this_plugin_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Load what a test names, not whatever is installed beside it."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    for name in ("ZOOM_API_URL", "REZOOM_LEDGER", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


def run(suite: pytest.Pytester, test: str, *options: str, ini: str = "") -> pytest.RunResult:
    """Run one file of tests as strictly as ours are run."""
    strict = "[pytest]\naddopts = --strict-markers --strict-config\nfilterwarnings = error\n"
    suite.makeini(strict + ini)
    suite.makepyfile(test_it=test)
    return suite.runpytest_subprocess("-p", PLUGIN, *options)


@pytest.mark.smoke
def test_a_test_gets_a_zoom_of_its_own(pytester: pytest.Pytester) -> None:
    """A client that reads the environment updates a meeting; the next test knows nothing of it."""
    ran = run(
        pytester,
        """
        import os
        import pytest
        from rezoom import Zoom

        @pytest.mark.parametrize("topic", ["a", "b"])
        def test_update(zoom_simulator, topic):
            number = zoom_simulator.add_meeting()
            with Zoom.from_env() as zoom:
                zoom.update(number, topic=topic)
            assert zoom_simulator.meeting(number)["topic"] == topic
            assert [update.body for update in zoom_simulator.updates(number)] == [{"topic": topic}]
            assert len(zoom_simulator.requests) == 2
            assert os.environ["REZOOM_LEDGER"] == "memory:"

        def test_afterwards():
            assert "ZOOM_API_URL" not in os.environ
            assert "REZOOM_LEDGER" not in os.environ
        """,
    )
    ran.assert_outcomes(passed=3)


def test_wired_clients_share_its_clock(pytester: pytest.Pytester) -> None:
    """Waiting for a limit of Zoom's takes no time, from sync and from async tests."""
    ran = run(
        pytester,
        """
        import pytest

        pytestmark = pytest.mark.zoom_simulator(clock="2027-01-01T00:00Z", faults="second")

        def test_sync(zoom_simulator):
            number = zoom_simulator.add_series()
            with zoom_simulator.zoom() as zoom:
                zoom.update(number, topic="x")
            assert [update.status for update in zoom_simulator.updates(number)] == [429, 204]

        @pytest.mark.anyio
        async def test_async(zoom_simulator):
            number = zoom_simulator.add_series()
            async with zoom_simulator.azoom() as zoom:
                await zoom.update(number, topic="x")
            assert [update.status for update in zoom_simulator.updates(number)] == [429, 204]

        @pytest.fixture
        def anyio_backend():
            return "asyncio"
        """,
        "-p",
        "anyio.pytest_plugin",
    )
    ran.assert_outcomes(passed=2)


def test_any_other_client_finds_it_by_the_environment(pytester: pytest.Pytester) -> None:
    """A program without a line of rezoom, in a process of its own, behind a proxy setting."""
    ran = run(
        pytester,
        '''
        import subprocess, sys

        PROGRAM = """
        import base64, json, os, urllib.request as web
        known = f"{os.environ['ZOOM_CLIENT_ID']}:{os.environ['ZOOM_CLIENT_SECRET']}"
        basic = base64.b64encode(known.encode()).decode()
        form = f"grant_type=account_credentials&account_id={os.environ['ZOOM_ACCOUNT_ID']}"
        request = web.Request(os.environ["ZOOM_OAUTH_URL"], form.encode(),
                            {"Authorization": f"Basic {basic}"})
        token = json.load(web.urlopen(request))["access_token"]
        update = web.Request(f"{os.environ['ZOOM_API_URL']}/meetings/7", b'{"topic": "urllib"}',
                             {"Authorization": f"Bearer {token}"}, method="PATCH")
        print(web.urlopen(update).status)
        """.replace("\\n        ", "\\n")

        def test_it(zoom_simulator, monkeypatch):
            monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
            zoom_simulator.add_meeting(id=7)
            said = subprocess.check_output([sys.executable, "-c", PROGRAM], text=True)
            assert said.strip() == "204"
            assert zoom_simulator.meeting(7)["topic"] == "urllib"
        ''',
    )
    ran.assert_outcomes(passed=1)


def test_options_come_from_ini_fixture_and_marker(pytester: pytest.Pytester) -> None:
    """The closer one wins; texts mean what they mean on the command line."""
    pytester.makefile(".yaml", seed="- {id: 7, topic: from the file}\n")
    ran = run(
        pytester,
        """
        import pytest
        from rezoom.simulator import Credentials

        @pytest.fixture
        def zoom_simulator_options():
            return {"credentials": Credentials(account_id="mine"), "seed": 3}

        def test_ini(zoom_simulator):
            assert zoom_simulator.quirks.past_start == "accept"
            assert zoom_simulator.clock.now().isoformat() == "2027-01-01T00:00:00+00:00"
            assert zoom_simulator.meeting(7)["topic"] == "from the file"
            assert [fault.name for fault in zoom_simulator.faults] == ["html-502"]
            assert zoom_simulator.env()["ZOOM_ACCOUNT_ID"] == "mine"

        @pytest.mark.zoom_simulator(quirks={"past-start": "ignore"}, faults=(), strict=False)
        class TestMarked:
            @pytest.mark.zoom_simulator(clock="2028-02-29T12:00+01:00", meetings=[])
            def test_marker(self, zoom_simulator):
                assert zoom_simulator.quirks.past_start == "ignore"
                assert zoom_simulator.clock.now().isoformat() == "2028-02-29T11:00:00+00:00"
                assert (zoom_simulator.meetings, zoom_simulator.faults) == ((), ())
        """,
        ini="""
zoom_simulator_clock = 2027-01-01T00:00Z
zoom_simulator_seed = 7
zoom_simulator_quirks =
    past-start=accept
    locked=settings.join_before_host
zoom_simulator_faults = html-502
zoom_simulator_meetings = seed.yaml
zoom_simulator_strict = true
""",
    )
    ran.assert_outcomes(passed=2)


def test_a_file_of_faults_lies_where_the_meetings_do(pytester: pytest.Pytester) -> None:
    """Beside the ini file for what that says, and wherever the suite is started."""
    pytester.makefile(".yaml", faults="- html-502\n", more="- 503\n- 504\n")
    ran = run(
        pytester,
        """
        import pytest

        @pytest.fixture(autouse=True)
        def elsewhere(tmp_path, monkeypatch):
            monkeypatch.chdir(tmp_path)

        def test_ini(zoom_simulator):
            assert [fault.name for fault in zoom_simulator.faults] == ["html-502"]

        @pytest.mark.zoom_simulator(faults="more.yaml")
        def test_marker(zoom_simulator):
            assert [fault.name for fault in zoom_simulator.faults] == ["503", "504"]
        """,
        ini="zoom_simulator_faults = faults.yaml",
    )
    ran.assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("marker", "said"),
    [
        ("clock='tomorrow'", "*clock: 'tomorrow' is no instant*2027-01-01T00:00Z*"),
        ("clock='2027-01-01T00:00'", "*clock: * is no instant*"),
        ("quirks={'past-strat': 'ignore'}", "*there is no past-strat*past-start*"),
        ("quirks=['past-start']", "*'past-start' is no quirk*"),
        ("faults='rest'", "*there is no fault 'rest'*reset*"),
        ("seed='x'", "*seed: 'x' is no whole number*"),
        ("meetings='none.yaml'", "*none.yaml cannot be read*"),
        ("colour='red'", "*no option 'colour'*"),
        ("'pro'", "*by name only*"),
    ],
)
def test_a_wrong_option_is_explained(pytester: pytest.Pytester, marker: str, said: str) -> None:
    """The test does not start, and one line says what to write instead."""
    ran = run(
        pytester,
        f"""
        import pytest

        @pytest.mark.zoom_simulator({marker})
        def test_it(zoom_simulator):
            raise AssertionError("must not run")
        """,
    )
    ran.assert_outcomes(errors=1)
    ran.stdout.fnmatch_lines([said])
    ran.stdout.no_fnmatch_line("*Traceback*")


def test_a_failure_shows_the_requests_to_zoom(pytester: pytest.Pytester) -> None:
    """Request by request, with no secret in it; a test that passes shows nothing."""
    ran = run(
        pytester,
        """
        import pytest

        @pytest.mark.parametrize("wanted", ["a", "b"])
        def test_it(zoom_simulator, wanted):
            number = zoom_simulator.add_meeting(id=7)
            with zoom_simulator.zoom() as zoom:
                zoom.update(7, topic="a", password="Blue-42")
            assert zoom_simulator.meeting(7)["topic"] == wanted
        """,
        "--tb=line",
    )
    ran.assert_outcomes(passed=1, failed=1)
    ran.stdout.fnmatch_lines(
        ["*requests to the fake Zoom*", "<Request PATCH /v2/meetings/7 -> 204*"]
    )
    assert ran.stdout.str().count("<Request PATCH") == 1
    assert "Blue-42" not in ran.stdout.str()


def test_an_operation_that_it_lacks_fails_the_test(pytester: pytest.Pytester) -> None:
    """The code under test may be content with the answer; the next test is not to blame."""
    ran = run(
        pytester,
        """
        import httpx

        def test_delete(zoom_simulator):
            number = zoom_simulator.add_meeting()
            assert httpx.delete(f"{zoom_simulator.url}/meetings/{number}").status_code == 501

        def test_afterwards(zoom_simulator):
            zoom_simulator.add_meeting()
        """,
    )

    ran.assert_outcomes(passed=2, errors=1)
    ran.stdout.fnmatch_lines(["*zoom_simulator: it has no DELETE /v2/meetings/85746065*"])


def test_it_works_with_unittest_and_several_processes(pytester: pytest.Pytester) -> None:
    """A TestCase names the fixture; every worker has ports of its own."""
    ran = run(
        pytester,
        """
        import os
        import unittest
        import pytest

        @pytest.mark.usefixtures("zoom_simulator")
        class TestOld(unittest.TestCase):
            def test_it(self):
                assert os.environ["ZOOM_API_URL"].startswith("http://127.0.0.1:")

        @pytest.mark.parametrize("n", range(6))
        def test_new(zoom_simulator, n):
            assert zoom_simulator.add_meeting() == 85746065
        """,
        "-p",
        "xdist",
        "-n",
        "2",
    )
    ran.assert_outcomes(passed=7)


def test_a_suite_that_does_not_use_it_is_left_alone(pytester: pytest.Pytester) -> None:
    """Nothing heavy is imported, and no environment is touched."""
    ran = run(
        pytester,
        f"""
        import os, sys

        def test_it():
            assert not {HEAVY!r} & sys.modules.keys()
            assert "ZOOM_API_URL" not in os.environ
        """,
    )
    ran.assert_outcomes(passed=1)


@pytest.mark.parametrize(("options", "there"), [((), True), (("-p", "no:rezoom"), False)])
def test_pytest_loads_it_by_itself(
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    there: bool,
) -> None:
    """An installed rezoom is enough, and one option switches it off."""
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    installed = pytester.mkdir("installed-1.0.dist-info")
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: installed\nVersion: 1.0\n")
    (installed / "entry_points.txt").write_text(f"[pytest11]\nrezoom = {PLUGIN}\n")
    monkeypatch.setenv("PYTHONPATH", str(pytester.path))
    ran = pytester.runpytest_subprocess(*options, "--fixtures")
    assert ("zoom_simulator_options" in ran.stdout.str()) == there


def test_without_the_extra_the_message_says_what_to_install(pytester: pytest.Pytester) -> None:
    """Without the simulator's packages the error names the extra to install."""
    pytester.makeconftest("import sys; sys.modules['starlette'] = None")
    ran = run(pytester, "def test_it(zoom_simulator): pass")
    ran.assert_outcomes(errors=1)
    ran.stdout.fnmatch_lines(['*pip install "rezoom[[]simulator]"*'])


@pytest.mark.smoke
def test_pytest_finds_it_by_its_entry_point() -> None:
    """The file pyproject.toml names the module, and importing it loads nothing heavy."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {"rezoom": PLUGIN}
    assert import_module(PLUGIN).zoom_simulator
    code = f"import sys, {PLUGIN}; print(*({HEAVY!r} & sys.modules.keys()))"
    loaded = subprocess.check_output([sys.executable, "-c", code], text=True)
    assert loaded.split() == []
