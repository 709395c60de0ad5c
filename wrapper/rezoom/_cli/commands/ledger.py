"""`rezoom ledger`: where what was spent is written down, and how to begin a new count."""

from __future__ import annotations

from typing import Annotated

import typer

from ...errors import LedgerError
from .. import flags
from ..console import answers, confirm, print_json, print_line, talk
from ..environment import open_ledger_account

_SHARED = {"memory": "this process alone", "sqlite": "all processes of this machine"}


def where(*, as_json: flags.Json = False) -> None:
    """Say which ledger counts, who shares it, and why it is this one."""
    with open_ledger_account() as account:
        url = account.ledger.url
    shared = _SHARED.get(url.partition(":")[0], "all machines that reach the server")
    if as_json:
        answer = {
            "ledger": url,
            "shared_by": shared,
            "account": account.key,
            "chosen_by": "REZOOM_LEDGER" if account.chosen else "default",
            "ledger_down": account.down,
        }
        print_json("ledger/1", answer)
        return
    console = answers()
    print_line(console, url)
    why = "named by REZOOM_LEDGER" if account.chosen else "the default; REZOOM_LEDGER names another"
    print_line(console, f"  shared by  {shared}")
    print_line(console, f"  chosen     {why}")
    print_line(console, f"  account    {account.key}")
    sent = "updates go out uncounted" if account.down == "open" else "nothing is sent"
    print_line(console, f"  when down  {sent} (REZOOM_LEDGER_DOWN: {account.down})")


def reset(
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Forget without asking.")] = False,
    as_json: flags.Json = False,
) -> None:
    """Forget everything that was counted, learned or blocked, for every account in the ledger.

    Zoom forgets nothing: until its own limits reset, it may refuse what the new count allows.
    """
    with open_ledger_account() as account:
        url = account.ledger.url
        counted: int | None
        try:
            counted = len(account.ledger.keys(""))
        except LedgerError:
            # A ledger that lost its count is the very one to reset.
            counted = None
        if not yes:
            much = "what it counts"
            if counted is not None:
                much = f"{counted} counted scope{'' if counted == 1 else 's'}"
            print_line(
                talk(),
                f"{url}: {much} of all accounts would be forgotten. Zoom forgets nothing:"
                " it may refuse what the new count allows.",
            )
            confirm(
                "Forget it?",
                undone="Nothing was forgotten",
                look="See what is counted with `rezoom quota`, then forget it with --yes.",
            )
        account.ledger.reset()
    if as_json:
        print_json("ledger-reset/1", {"ledger": url, "forgotten": counted})
    else:
        print_line(answers(), f"✓ A new count begins in {url}.")
