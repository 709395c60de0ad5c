"""`rezoom ledger`: where what was spent is written down, and how to begin a new count."""

from __future__ import annotations

from typing import Annotated

import typer

from ...errors import LedgerError
from .. import flags
from ..confirm import confirm
from ..environment import Count, open_count
from ..render import answers, plain, print_json, talk

_SHARED = {"memory": "this process alone", "sqlite": "all processes of this machine"}


def where(*, as_json: flags.Json = False) -> None:
    """Say which ledger counts, who shares it, and why it is this one."""
    with open_count() as count:
        url = count.ledger.url
        shared = _SHARED.get(url.partition(":")[0], "all machines that reach the server")
    if as_json:
        told = {"ledger": url, "shared_by": shared, "account": count.account}
        told["chosen_by"] = "REZOOM_LEDGER" if count.chosen else "default"
        print_json("ledger/1", told | {"ledger_down": count.down})
        return
    console = answers()
    console.print(plain(url), soft_wrap=True)
    why = "named by REZOOM_LEDGER" if count.chosen else "the default; REZOOM_LEDGER names another"
    console.print(f"  shared by  {shared}", soft_wrap=True)
    console.print(f"  chosen     {why}", soft_wrap=True)
    console.print(f"  account    {plain(count.account)}", soft_wrap=True)
    sent = "updates go out uncounted" if count.down == "open" else "nothing is sent"
    console.print(f"  when down  {sent} (REZOOM_LEDGER_DOWN: {count.down})", soft_wrap=True)


def reset(
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Forget without asking.")] = False,
    as_json: flags.Json = False,
) -> None:
    """Forget everything that was counted, learned or blocked, for every account in the ledger.

    Zoom forgets nothing: until its own limits reset, it may refuse what the new count allows.
    """
    with open_count() as count:
        url, known = count.ledger.url, _known(count)
        if not yes:
            much = "what it counts" if known is None else _count(known)
            talk().print(
                f"{plain(url)}: {much} of all accounts would be forgotten. Zoom forgets nothing:"
                " it may refuse what the new count allows.",
                soft_wrap=True,
            )
            confirm(
                "Forget it?",
                undone="Nothing was forgotten",
                look="See what is counted with `rezoom quota`, then forget it with --yes.",
            )
        count.ledger.reset()
    if as_json:
        print_json("ledger-reset/1", {"ledger": url, "forgotten": known})
    else:
        answers().print(f"✓ A new count begins in {plain(url)}.", soft_wrap=True)


def _known(count: Count) -> int | None:
    # A ledger that lost its count is the very one to begin anew.
    try:
        return len(count.ledger.keys(""))
    except LedgerError:
        return None


def _count(number: int) -> str:
    return f"{number} counted scope{'' if number == 1 else 's'}"
