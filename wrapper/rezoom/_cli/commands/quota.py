"""`rezoom quota`: what is left, from the ledger alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, TypeAlias

import typer

from .. import flags
from ..environment import Count, open_count
from ..render import answers, plain, print_json, talk
from ..views import Line, print_lines

_Meetings: TypeAlias = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[ID]...",
        help="Meeting numbers; without any, everything that is counted for the account.",
        show_default=False,
    ),
]
_Host: TypeAlias = Annotated[
    str | None, typer.Option(metavar="ID", help="Show this host's day.", show_default=False)
]


def quota(meetings: _Meetings = None, host: _Host = None, as_json: flags.Json = False) -> None:
    """Show what is left of the day's updates, and when places come back.

    Reads the ledger and asks nobody else: spends nothing, and needs no secret.
    """
    with open_count() as count:
        lines = list(_asked(count, meetings or (), host) if meetings or host else _known(count))
        url = count.ledger.url
    if as_json:
        told = {"ledger": url, "account": count.account, "plan": count.policy.account_plan}
        raised = {
            name: {"limit": kept, "zooms": own} for name, (kept, own) in count.policy.raised.items()
        }
        quotas = [line.to_dict() for line in lines]
        print_json("quota/1", told | {"raised": raised, "quotas": quotas})
        return
    console = answers()
    console.print(f"Account {plain(count.account)}, counted in {plain(url)}", soft_wrap=True)
    print_lines(console, lines)
    for name, (kept, own) in count.policy.raised.items():
        much = "switched off" if kept is None else f"raised to {kept}"
        console.print(
            f"{name}: {much} by REZOOM_LIMITS; Zoom's own limit is {own}, and Zoom refuses what is"
            " above it",
            style="yellow", soft_wrap=True,
        )  # fmt: skip
    for remark in _remarks(count, lines, url):
        talk().print(remark, style="dim", soft_wrap=True)


def _asked(count: Count, meetings: Sequence[str], host: str | None) -> Iterator[Line]:
    """Show these meetings, each of their hosts once, and the account."""
    from ..._rules.meeting_id import meeting_number

    hosts = {} if host is None else {host: None}
    for number in dict.fromkeys(map(meeting_number, meetings)):
        whose = host or count.ledger.host_of(count.account, number)
        asked = count.policy.reservation(count.account, number)
        yield from Line.of("meeting", number, whose, count.ledger.usage(asked).meeting)
        if whose is not None:
            hosts[whose] = None
    for whose in hosts:
        yield from _of_host(count, whose)
    yield from _of_account(count)


def _known(count: Count) -> Iterator[Line]:
    """Show whatever the ledger counts for the account, the tightest first."""
    from ..._ledger.model import read_key

    keys = [read_key(key) for key in count.ledger.keys(f"{count.account}/")]
    found = [key for key in keys if key is not None and key.account == count.account]
    lines: list[Line] = []
    for key in found:
        if key.scope == "meeting":
            number = int(key.name)
            asked = count.policy.reservation(count.account, number)
            whose = count.ledger.host_of(count.account, number)
            lines += Line.of("meeting", number, whose, count.ledger.usage(asked).meeting)
    yield from sorted(lines, key=lambda line: line.gauge.remaining)
    lines = [line for key in found if key.scope == "host" for line in _of_host(count, key.name)]
    yield from sorted(lines, key=lambda line: line.gauge.remaining)
    if any(key.scope == "account" for key in found):
        yield from _of_account(count)


def _of_host(count: Count, host: str) -> Iterator[Line]:
    asked = count.policy.reservation(count.account, host=host)
    yield from Line.of("host", None, host, count.ledger.usage(asked).host)


def _of_account(count: Count) -> Iterator[Line]:
    asked = count.policy.reservation(count.account)
    yield from Line.of("account", None, None, count.ledger.usage(asked).account)


def _remarks(count: Count, lines: Sequence[Line], url: str) -> Iterator[str]:
    from ..meeting_views import printed_number

    if not lines:
        yield "Nothing was spent that still counts."
    strangers = [line for line in lines if line.scope == "meeting" and line.host is None]
    if strangers:
        first = strangers[0].meeting
        those = printed_number(first) if len(strangers) == 1 else f"{len(strangers)} meetings"
        yield (
            f"The host of {those} is not known, so only the meeting's own limit counts:"
            f" `rezoom show {first}` learns it, --host names it."
        )
    if url == "memory:":
        yield "This ledger lives in one process: what others spent is not in it."
    if count.account.endswith("/default"):
        yield "ZOOM_ACCOUNT_ID is not set: this is the count of clients that name no account."
