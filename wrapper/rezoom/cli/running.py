"""Send the tasks of a command, answer each, and end with the exit code of them all."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import typer

from .batch import Tally, Task, Told, carry_out
from .batch_view import Answers, Progress, print_closing
from .connect import open_zoom
from .documents import ReceiptFile
from .outcome import Interrupted, Unwritten, silence_stdout


def run(
    tasks: Iterable[Task],
    said: Answers,
    again: Callable[[Task], str],
    *,
    verify: bool,
    total: int | None,
    kept: ReceiptFile | None = None,
) -> None:
    """Carry them out; always raises typer.Exit, or what one error says better.

    `again` says how to go on from a task that is left; `kept` gets the receipt, where there is one.
    """
    tally = Tally(verify=verify)
    last: list[Told] = []
    try:
        # Reading is cheap, and whose hundred is spent decides what may still go out.
        with open_zoom(hosts="resolve") as zoom, Progress(total, shown=said.many) as progress:

            def tell(told: Told) -> None:
                tally.add(told)
                last[:] = [told]
                try:
                    # First of all: it may be the only way back.
                    if kept is not None:
                        kept.take(told.done)
                finally:
                    if said.many or not isinstance(told.error, Interrupted):
                        # Of one, the interrupt itself is the answer.
                        said.tell(told)
                progress.step(tally)

            carry_out(zoom, tasks, tell)
        if said.many:
            print_closing(tally, again)
    except KeyboardInterrupt:
        # It may come as late as the last words: another thread had taken the signal.
        raise _interrupted("Interrupted", tally, last, again) from None
    except OSError as error:
        silence_stdout()
        why = f"The answers cannot be written ({error.strerror or error})"
        if isinstance(error, BrokenPipeError):
            why = "Nobody reads the answers"
        raise _interrupted(why, tally, last, again, Unwritten) from None
    raise typer.Exit(tally.code)


def _interrupted(
    why: str,
    tally: Tally,
    last: list[Told],
    again: Callable[[Task], str],
    kind: type[Interrupted] = Interrupted,
) -> Interrupted:
    if not last:
        return kind(f"{why}; nothing was sent")
    task, error = last[0].task, last[0].error
    unknown = isinstance(error, Interrupted)
    doubt = "; whether that one reached Zoom, nobody knows" if unknown else ""
    said = f"{why} at {task.name}{doubt}. So far: {tally}; what comes after it was not sent"
    return kind(
        said, next_step=f"Go on with {again(task)}.", sent=None if unknown else bool(tally.sent)
    )
