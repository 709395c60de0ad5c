"""The commands, and the one place where all of them end."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from . import ledger
from .apply import apply
from .check import check
from .explain import explain
from .outcome import Interrupted, report
from .plan import plan
from .preview import preview
from .quota import quota
from .show import show
from .simulate import simulate
from .undo import undo
from .update import update
from .vendoring import vendor


class Commands(TyperGroup):
    """Ends every command in the documented way, whatever happened in it."""

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]  # its base takes a class that typer keeps to itself
        """Run the command; Ctrl-C becomes an error like any other."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise Interrupted("Interrupted") from None

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,  # noqa: ARG002 - set below, whatever the caller says
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command line and leave with the documented exit code."""
        words = list(sys.argv[1:] if args is None else args)
        try:
            # Always "rezoom": `python -m rezoom.cli --help` shows commands that can be copied.
            code = super().main(
                words, "rezoom", complete_var, standalone_mode=False,
                windows_expand_args=windows_expand_args, **extra,
            )  # fmt: skip
        except Exception as error:  # noqa: BLE001 - no traceback ever reaches the terminal unasked
            code = report(error, as_json=_wants_json(words))
        if standalone_mode:
            sys.exit(code or 0)
        return code


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


def _show_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import PackageNotFoundError, version

        from .._wire import facts

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


def _examples(*lines: str) -> str:
    return "Examples:\n\n" + "\n\n".join(f"[cyan]{line}[/cyan]" for line in lines)


app.command(
    epilog=_examples(
        "rezoom update 85746065 --topic 'Stand-up' --set settings.waiting_room=on",
        "rezoom update 85746065 --start 2027-03-01T09:30 --timezone Europe/Berlin --yes",
        "rezoom update 85746065 --set password=@passcode.txt --dry-run",
        "rezoom update 85746065 --body change.json --yes --json",
        "rezoom update 85746065 --occurrence 2027-03-01 --duration 30 --receipt before.json",
    )
)(update)
app.command(
    epilog=_examples(
        "rezoom plan 85746065 --duration 30 --set recurrence.repeat_interval=2",
        "rezoom plan 85746065 --body change.json --out plan.json",
        "rezoom plan 85746065 --occurrence 2027-03-01 --following --duration 30 --out trim.json",
    )
)(plan)
app.command(
    epilog=_examples(
        "rezoom apply plan.json",
        "rezoom apply monday.json tuesday.json --yes --json > receipts.jsonl",
        "rezoom apply - --yes --skip-unchanged < updates.jsonl > receipts.jsonl",
    )
)(apply)
app.command(
    epilog=_examples(
        "rezoom undo before.json",
        "rezoom undo before.json --dry-run",
        "rezoom undo receipts.jsonl --yes --json",
    )
)(undo)
app.command(
    epilog=_examples("rezoom show 85746065", "rezoom show 85746065 --past --json"),
)(show)
app.command(
    epilog=_examples(
        "rezoom check --set settings.jbh_time=10 --set settings.join_before_host=off",
        "rezoom check --body change.json --json",
    )
)(check)
app.command(
    epilog=_examples(
        "rezoom preview --repeat 'every 2 weeks on tue until 2027-06-30' "
        "--start 2027-03-02T09:00 --timezone Europe/Berlin",
        "rezoom preview --rrule 'FREQ=MONTHLY;BYDAY=-1FR;COUNT=12' "
        "--start 2027-03-01T09:00 --timezone Europe/Berlin --ics series.ics",
        "rezoom preview --body change.json --json",
    )
)(preview)
app.command(
    epilog=_examples(
        "rezoom quota", "rezoom quota 85746065 '857 4606 5013'", "rezoom quota 85746065 --json"
    ),
)(quota)
ledgers = typer.Typer(
    name="ledger",
    help="The record of what was spent: where it is, and how to begin a new one.",
    rich_markup_mode="rich",
    no_args_is_help=True,
)
ledgers.command(epilog=_examples("rezoom ledger where", "rezoom ledger where --json"))(ledger.where)
ledgers.command(epilog=_examples("rezoom ledger reset", "rezoom ledger reset --yes"))(ledger.reset)
app.add_typer(ledgers)
app.command(
    epilog=_examples(
        "rezoom explain 3000",
        "rezoom explain 429 --message 'You have exceeded the daily rate limit'",
        "rezoom explain past-start --json",
        "rezoom explain",
    ),
)(explain)
app.command(
    epilog=_examples(
        "rezoom simulate",
        "rezoom simulate --port 0 --seed meetings.yaml --plan pro --json",
        "rezoom simulate --faults reset:nth=3:match=PATCH --clock 2027-03-28T00:30Z",
        "rezoom simulate --db zoom.sqlite3 --quirk past-start=rewrite-to-now --strict",
    ),
)(simulate)
app.command(
    epilog=_examples("rezoom vendor src/acme/zoomwire", "rezoom vendor src/acme/zoomwire --check"),
)(vendor)
