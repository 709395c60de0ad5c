"""The commands, and the one place where all of them end."""

from __future__ import annotations

import errno
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from .. import errors
from .._redaction import without_assignments
from .._wire import facts
from .commands import ledger
from .commands.apply import apply, undo
from .commands.explain import explain
from .commands.plan import plan
from .commands.preview import preview
from .commands.quota import quota
from .commands.show import show
from .commands.simulate import simulate
from .commands.update import check, update
from .commands.vendor import vendor
from .console import print_json, silence_stdout, talk, unwritten
from .exit_codes import Interrupted, Unwritten, UsageError, bug, error_object, exit_code

# What writing to stdout can meet; every file of ours is handled where it is opened.
_UNWRITABLE = (errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


def _is_no_problem(record: logging.LogRecord) -> bool:
    # What is doubtful about an update is shown by the commands themselves.
    return not hasattr(record, "rule")


@contextmanager
def _read_to_the_end() -> Iterator[None]:
    """Turn a closed pipe into Unwritten: the library would leave with 1, the code of a bug."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError as error:
        raise unwritten(error) from None
    except SystemExit:
        # Nothing else here leaves so: it is how the help's own console takes a closed pipe.
        raise unwritten(BrokenPipeError()) from None


class Commands(TyperGroup):
    """Ends every command in the documented way, whatever happened in it."""

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]  # its base takes a class that typer keeps to itself
        """Run the command; Ctrl-C becomes an error like any other."""
        try:
            with _read_to_the_end():
                return super().invoke(ctx)
        except KeyboardInterrupt:
            raise Interrupted("Interrupted") from None

    def make_context(self, *args: Any, **extra: Any) -> Any:
        """Read the command line, and answer a question for help."""
        with _read_to_the_end():
            return super().make_context(*args, **extra)

    def main(  # type: ignore[override]  # typer gives the rest by keyword, as of its base
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,  # noqa: ARG002 - set below, whatever the caller says
        *,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command line and leave with the documented exit code."""
        words = list(sys.argv[1:] if args is None else args)
        log = logging.getLogger("rezoom")
        log.addFilter(_is_no_problem)
        try:
            # Always "rezoom": `python -m rezoom.cli --help` shows commands that can be copied.
            code = super().main(words, "rezoom", standalone_mode=False, **extra)
        except Exception as error:  # noqa: BLE001 - no traceback ever reaches the terminal unasked
            code = report(error, as_json=_wants_json(words))
        finally:
            log.removeFilter(_is_no_problem)
        if standalone_mode:
            sys.exit(code or 0)
        return code


def report(error: Exception, *, as_json: bool) -> int:
    """Say what went wrong, on stderr or as one JSON object; return the exit code."""
    if isinstance(error, typer.Abort):
        error = Interrupted("Stopped")
    elif isinstance(error, OSError) and error.errno in _UNWRITABLE:
        error = unwritten(error)
    elif not isinstance(error, errors.RezoomError):
        error = _usage(error) or bug(error)
    if isinstance(error, Unwritten) and error.unread and error.sent is False:
        return 0  # whoever closes the pipe has read enough, and nothing was changed
    if as_json and not isinstance(error, Unwritten):
        try:
            print_json("error/1", **error_object(error))
            return exit_code(error)
        except OSError:
            silence_stdout()
    talk().error(error)
    return exit_code(error)


def _usage(error: Exception) -> UsageError | None:
    # By its shape: typer carries click's errors in one release and its own in the next.
    words = getattr(error, "format_message", None)
    if words is None:
        return None
    where = getattr(getattr(error, "ctx", None), "command_path", "rezoom")
    step = f"See `{where} --help`."
    if "unexpected extra argument" in str(words()):
        step = f"Quote what has blanks in it, and write fields as --set path=value. {step}"
    return UsageError(without_assignments(str(words())), next_step=step)


def _wants_json(words: list[str]) -> bool:
    # Read from the words: where they cannot be parsed, the error has to be JSON all the same.
    end = words.index("--") if "--" in words else len(words)
    return "--json" in words[:end]


app = typer.Typer(
    cls=Commands,
    name="rezoom",
    help="Update Zoom meetings safely: judged before it is sent, secrets never shown.",
    epilog="Credentials come from ZOOM_ACCOUNT_ID, ZOOM_CLIENT_ID and ZOOM_CLIENT_SECRET.\n\n"
    "Exit codes: 0 done · 1 bug · 2 usage, invalid change, configuration · 3 retry later · "
    "4 authorisation · 5 refused · 6 no answer · 7 ignored or not to be verified · "
    "8 stale plan, or not confirmed · 9 ledger · "
    "10 vendored copy differs · 130 interrupted",
    rich_markup_mode="rich",
    # A traceback with local variables would show the passcode.
    pretty_exceptions_enable=False,
    no_args_is_help=False,
    add_completion=True,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            release = version("rezoom")
        except PackageNotFoundError:
            release = "(not installed)"
        typer.echo(f"rezoom {release}, spec {facts.SPEC_VERSION}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _root(
    ctx: typer.Context,
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Show the version and leave.", callback=_show_version, is_eager=True
        ),
    ] = False,
) -> None:
    if ctx.invoked_subcommand is None and not version:
        typer.echo(ctx.get_help())
        raise typer.Exit(2)


ledgers = typer.Typer(
    name="ledger",
    help="The record of what was spent: where it is, and how to begin a new one.",
    rich_markup_mode="rich",
    no_args_is_help=True,
)
_EXAMPLES = """
rezoom update 85746065 --topic 'Stand-up' --set settings.waiting_room=on
rezoom update 85746065 --start 2027-03-01T09:30 --timezone Europe/Berlin --yes
rezoom update 85746065 --set password=@passcode.txt --dry-run
rezoom update 85746065 --body change.json --yes --json
rezoom update 85746065 --occurrence 2027-03-01 --duration 30 --receipt before.json
rezoom plan 85746065 --duration 30 --set recurrence.repeat_interval=2
rezoom plan 85746065 --body change.json --out plan.json
rezoom plan 85746065 --occurrence 2027-03-01 --following --duration 30 --out trim.json
rezoom apply plan.json
rezoom apply monday.json tuesday.json --yes --json > receipts.jsonl
rezoom apply - --yes --skip-unchanged < updates.jsonl > receipts.jsonl
rezoom undo before.json
rezoom undo before.json --dry-run
rezoom undo receipts.jsonl --yes --json
rezoom show 85746065
rezoom show 85746065 --past --json
rezoom check --set settings.jbh_time=10 --set settings.join_before_host=off
rezoom check --body change.json --json
rezoom preview --repeat 'every 2 weeks on tue until 2027-06-30' \
--start 2027-03-02T09:00 --timezone Europe/Berlin
rezoom preview --rrule 'FREQ=MONTHLY;BYDAY=-1FR;COUNT=12' \
--start 2027-03-01T09:00 --timezone Europe/Berlin --ics series.ics
rezoom preview --body change.json --json
rezoom quota
rezoom quota 85746065 '857 4606 5013'
rezoom quota 85746065 --json
rezoom explain 3000
rezoom explain 429 --message 'You have exceeded the daily rate limit'
rezoom explain past-start --json
rezoom explain
rezoom simulate
rezoom simulate --port 0 --seed meetings.yaml --plan pro --json
rezoom simulate --faults reset:nth=3:match=PATCH --clock 2027-03-28T00:30Z
rezoom simulate --db zoom.sqlite3 --quirk past-start=rewrite-to-now --strict
rezoom vendor src/acme/zoomwire
rezoom vendor src/acme/zoomwire --check
rezoom vendor src/acme/zoomwire --diff
rezoom ledger where
rezoom ledger where --json
rezoom ledger reset
rezoom ledger reset --account acc-1 --yes
"""


def _add(group: typer.Typer, name: str, command: Callable[..., None]) -> None:
    """Add a command whose help ends with the examples that begin with its name."""
    lines = [line for line in _EXAMPLES.splitlines() if f"{line} ".startswith(f"{name} ")]
    examples = "\n\n".join(f"[cyan]{line}[/cyan]" for line in lines)
    group.command(epilog=f"Examples:\n\n{examples}")(command)


# In the order of the help.
for command in update, plan, apply, undo, show, check, preview, quota, explain, simulate, vendor:
    _add(app, f"rezoom {command.__name__}", command)
for command in ledger.where, ledger.reset:
    _add(ledgers, f"rezoom ledger {command.__name__}", command)
app.add_typer(ledgers)
