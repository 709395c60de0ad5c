"""`rezoom ledger`: where what was spent is written down, and how to begin a new count."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

from ...errors import ConfigError, LedgerError
from .. import flags
from ..console import answers, confirm, print_json, talk
from ..environment import open_ledger_account

if TYPE_CHECKING:
    from ..._ledger.protocol import Ledger

_SHARED = {"memory": "this process alone", "sqlite": "all processes of this machine"}


def where(*, as_json: flags.Json = False) -> None:
    """Say which ledger counts, who shares it, and why it is this one."""
    with open_ledger_account() as account:
        url = account.ledger.url
    shared = _SHARED.get(url.partition(":")[0], "all machines that reach the server")
    if as_json:
        print_json(
            "ledger/1",
            ledger=url,
            shared_by=shared,
            account=account.key,
            chosen_by="REZOOM_LEDGER" if account.chosen else "default",
            ledger_down=account.down,
        )
        return
    console = answers()
    console.say(url)
    why = "named by REZOOM_LEDGER" if account.chosen else "the default; REZOOM_LEDGER names another"
    console.say(f"  shared by  {shared}")
    console.say(f"  chosen     {why}")
    console.say(f"  account    {account.key}")
    sent = "updates go out uncounted" if account.down == "open" else "nothing is sent"
    console.say(f"  when down  {sent} (REZOOM_LEDGER_DOWN: {account.down})")


def reset(
    *,
    account: Annotated[
        str | None,
        flags.option("NAME", "Forget this account alone: its id, or as it is listed."),
    ] = None,
    yes: Annotated[bool, flags.switch("--yes -y", "Forget without asking.")] = False,
    as_json: flags.Json = False,
) -> None:
    """Forget what was counted, learned or blocked: of every account in the ledger, or of one.

    Zoom forgets nothing: until its own limits reset, it may refuse what the new count allows.
    """
    with open_ledger_account() as opened:
        ledger = opened.ledger
        found = _counted(ledger, account)
        prefix = "" if account is None else f"{_chosen(found, account, ledger.url)}/"
        if not yes:
            _print_counted(found, ledger.url)
            confirm(
                "Forget it?",
                undone="Nothing was forgotten",
                look="See what is counted with `rezoom quota`, then forget it with --yes.",
            )
        ledger.reset(prefix)
    if as_json:
        forgotten = None if found is None else sum(each.total() for each in found.values())
        accounts = [
            {"account": key, "meetings": each["meeting"], "hosts": each["host"]}
            for key, each in (found or {}).items()
        ]
        print_json("ledger-reset/1", ledger=ledger.url, forgotten=forgotten, accounts=accounts)
    else:
        whose = f" of {prefix[:-1]}" if prefix else ""
        answers().say(f"✓ A new count{whose} begins in {ledger.url}.")


def _counted(ledger: Ledger, account: str | None) -> dict[str, Counter[str]] | None:
    """Count the scopes of each account; None where the ledger cannot tell any more."""
    from ..._ledger.model import account_of, read_key

    try:
        keys = ledger.keys("")
    except LedgerError:
        if account is not None:  # of a count that was lost, no part can be kept
            raise
        return None
    found: dict[str, Counter[str]] = {}
    for key in keys:
        of = account_of(key)
        if account in (None, of, of.partition("/")[2]):
            kind = read_key(key)
            name = "other" if kind is None else kind.scope
            found.setdefault(of, Counter(meeting=0, host=0, account=0))[name] += 1
    return found


def _chosen(found: dict[str, Counter[str]] | None, account: str, url: str) -> str:
    match sorted(found or ()):
        case [one]:
            return one
        case []:
            raise ConfigError(
                f"{url} counts nothing for the account {account!r}",
                field="--account",
                next_step="See the accounts with `rezoom ledger reset`, and decline.",
            )
        case several:
            raise ConfigError(
                f"the account {account!r} is counted for more than one API",
                field="--account",
                next_step=f"Give one of {', '.join(several)}.",
            )


def _print_counted(found: dict[str, Counter[str]] | None, url: str) -> None:
    console = talk()
    console.say(f"{url} would forget:")
    if found is None:
        console.say("  all it counts: the count was lost, and cannot be listed")
    for key, each in (found or {}).items():
        parts = [
            f"{number} {kind}{'' if number == 1 else 's'}"
            for kind, number in each.items()
            if number and kind != "account"
        ]
        parts += ["the account's day"] if each["account"] else []
        console.say(f"  {key}: {', '.join(parts)}")
    console.say("Zoom forgets nothing: it may refuse what the new count allows.")
