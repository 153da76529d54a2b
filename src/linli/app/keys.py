"""`./linli keys`: the keys of the vault, from the operator's own terminal."""

from datetime import UTC, datetime
from functools import partial

import click
from django.utils import timezone

from linli.app import keys_secret, keys_turning, two_persons, wiring
from linli.app.account import done
from linli.app.two_persons import SEES
from linli.contracts import directory, privacy
from linli.contracts.outbox import wake
from linli.foundation.consent import operations as consent
from linli.foundation.vault import operations, queries
from linli.kernel.words import Words

_STORES = {queries.MAIN: "", queries.APART: " apart"}
_FIRST = "privacy.handle"


@click.group()
def keys() -> None:
    """The keys that seal sensitive data: list, turn over, destroy. None is ever shown."""
    wiring.wire_records()
    wake.answer_with(lambda: None)


@keys.command("list")
def list_keys() -> None:
    """List the wrapping keys of every community, and how many persons' keys are under each; first
    those of the records, then those of what is kept apart.
    """
    for store, name in _STORES.items():
        click.echo(f"master key{name}: {queries.master(store).file}")
        for master in done(partial(queries.masters, store=store)):
            use = "in use" if master.in_use else "kept"
            click.echo(f"  {master.name}  {use:<8} {master.under:>7}")
        for community in directory.communities():
            for key in queries.keys(community=community, store=store):
                use = "in use" if key.in_use else "retired"
                head = f"{community:<16} {key.use:<12} {key.number:>3}"
                click.echo(f"{head}  {use:<8} {key.under:>7}")


@keys.command()
@click.argument("community")
@click.option("--by", required=True, help="Who turns them over: an account that sees the system.")
@click.option("--agreed", required=True, help="Who agrees: another, who approves key operations.")
def rotate(community: str, by: str, agreed: str) -> None:
    """Begin a new wrapping key of each class of data and bring all keys under it, of the records
    and of what is kept apart; everything goes on meanwhile. The old one is destroyed when nothing
    is left under it. Two persons sign in for it; cut off, it is done again.
    """
    now = datetime.now(UTC)
    first, second = two_persons.here(by, agreed, community, SEES, now)
    two_persons.agree(first, second, Words(zh="更换密钥", en="turn keys over"), now)
    for store in _STORES:
        uses = {key.use for key in queries.keys(community=community, store=store)}
        for use in sorted(uses - {queries.INDEX}):
            _turn_over(community, use, now, store)


def _turn_over(community: str, use: str, now: datetime, store: str) -> None:
    number = done(lambda: operations.rotate(community=community, use=use, now=now, store=store))
    moved, today = 0, timezone.localdate(now)
    while part := operations.rewrap(community=community, use=use, today=today, store=store):
        moved += part
    click.echo(
        f"{community} {use}: wrapping key {number} is in use{_STORES[store]}, "
        f"{moved} keys are under it"
    )


@keys.command()
@click.argument("community")
@click.argument("person")
@click.option("--by", required=True, help="Who erases: an account that handles privacy.")
@click.option("--agreed", required=True, help="Who agrees: another, who approves key operations.")
def destroy(community: str, person: str, by: str, agreed: str) -> None:
    """Erase a PERSON (as person:12) by destroying his keys. Two persons sign in for it: one handles
    privacy, another approves key operations. It cannot be undone.
    """
    now = datetime.now(UTC)
    first, second = two_persons.here(by, agreed, community, _FIRST, now)
    if not privacy.held(community, person, 1):
        raise click.ClickException(f"Nothing is held on {person} in {community}.")
    stand = privacy.obstacles(community, person, timezone.localdate(now))
    if stand:
        raise click.ClickException("Cannot be erased yet: " + "; ".join(one.en for one in stand))
    words = Words(zh=f"销毁 {person} 的密钥", en=f"destroy the keys of {person}")
    two_persons.agree(first, second, words, now)
    done(lambda: consent.forget(community=community, subject=person, account=first, now=now))
    click.echo(f"{person} of {community} is erased; the proof is in the audit trail")


for command in (*keys_turning.COMMANDS, *keys_secret.COMMANDS):
    keys.add_command(command)
