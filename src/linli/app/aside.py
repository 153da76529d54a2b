"""`./linli aside`: effects and facts that could not be dealt with, from the operator's terminal."""

from collections.abc import Callable, Iterator

import click

from linli.app import handlers, wiring
from linli.contracts.outbox import wake
from linli.kernel.fault import Fault
from linli.runtime import aside as shelf
from linli.web.sentences import sentence

_AT_ONCE = 200


def _all() -> Iterator[shelf.Aside]:
    """Yield all that is put aside, the oldest first."""
    after = 0
    while rows := shelf.waiting(limit=_AT_ONCE, after=after):
        yield from rows
        after = rows[-1].number


def _meant(numbers: tuple[int, ...], every: bool) -> list[int]:
    """Return the numbers that are meant; refuse a command that names none, or names too much."""
    if bool(numbers) == every:
        raise click.UsageError("give numbers as `./linli aside list` shows them, or --all")
    return [row.number for row in _all()] if every else list(numbers)


def _each(numbers: list[int], act: Callable[[int], str]) -> None:
    """Do it with each; say what came of it; end with 1 if anything was refused."""
    refused = 0
    for number in numbers:
        try:
            reason = act(number)
        except Fault as fault:
            reason = sentence(fault.key, dict(fault.values), "en")
        refused += bool(reason)
        click.echo(f"{number}  {reason or 'done'}")
    if refused:
        raise click.ClickException(f"{refused} of {len(numbers)} refused")


@click.group()
def aside() -> None:
    """Show what could not be dealt with; deal with it again, or forget it."""


@aside.command("list")
def list_all() -> None:
    """List all of it, the oldest first: number, when, by whom, what, and why."""
    for row in _all():
        at = row.at.isoformat(timespec="seconds")
        click.echo(f"{row.number}  {at}  {row.community}  {row.consumer}  {row.fact}  {row.reason}")


@aside.command()
@click.argument("numbers", nargs=-1, type=int)
@click.option("--all", "every", is_flag=True, help="All that is put aside, the oldest first.")
def again(numbers: tuple[int, ...], every: bool) -> None:
    """Deal with these once more. What is refused again stays, with its new reason."""
    wiring.wire_records()
    wake.answer_with(lambda: None)
    wired = handlers.wiring()
    _each(_meant(numbers, every), lambda number: shelf.again(number=number, wiring=wired))


@aside.command()
@click.argument("numbers", nargs=-1, type=int)
@click.option("--all", "every", is_flag=True, help="All that is put aside.")
def forget(numbers: tuple[int, ...], every: bool) -> None:
    """Let these go without dealing with them. There is no way back."""

    def act(number: int) -> str:
        shelf.forget(number=number)
        return ""

    _each(_meant(numbers, every), act)
