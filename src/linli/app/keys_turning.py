"""`./linli keys turn-…`: the keys above and beside the wrapping keys, by two persons."""

from collections.abc import Sequence
from datetime import UTC, datetime

import click
from django.conf import settings

from linli.app import two_persons
from linli.app.account import done
from linli.app.backup import contents
from linli.domains.doors.operations import turning as door_keys
from linli.foundation.audit import operations as audit
from linli.foundation.audit import turning as anchor_keys
from linli.foundation.audit.anchors import Forged
from linli.foundation.vault import indexing, mastering, queries
from linli.foundation.vault.queries import APART, MAIN
from linli.kernel.words import Words

_TOLD = 20
_BY = click.option(
    "--by", required=True, help="Who turns it over: an account that sees the system."
)
_AGREED = click.option(
    "--agreed", required=True, help="Who agrees: another, who approves key operations."
)
_APART = click.option("--apart", is_flag=True, help="That of what is kept apart.")


@click.command("turn-master")
@_APART
@click.option("--prepare", is_flag=True, help="Only draw it, to be copied to other machines first.")
@_BY
@_AGREED
def turn_master(*, apart: bool, prepare: bool, by: str, agreed: str) -> None:
    """Use another master key, and bring all wrapping keys under it; everything goes on meanwhile.
    The one before is kept and opens too, until `retire-master`. Cut off, it is done again.

    Where processes run on several machines, each with a folder of keys: --prepare, copy the folder
    to all of them, then turn.
    """
    store, now = APART if apart else MAIN, datetime.now(UTC)
    words = Words(zh="更换主密钥", en="turn the master key over")
    account = two_persons.everywhere(by, agreed, words, now)
    place = queries.master(store)
    if prepare:
        name = done(place.prepare)
        click.echo(f"{name} is drawn beside {place.file}; it opens nothing yet")
        return
    name = done(lambda: mastering.turn(account=account, store=store, now=now))
    moved = 0
    while part := done(lambda: mastering.rewrap(store=store)):
        moved += part
    click.echo(f"master key {name} is in use, {moved} wrapping keys were brought under it")
    for old in done(place.kept):
        click.echo(f"{old} still opens: try a backup, then ./linli keys retire-master")


@click.command("retire-master")
@_APART
@_BY
@_AGREED
def retire_master(*, apart: bool, by: str, agreed: str) -> None:
    """Destroy the older master keys, once all opens with the one in use. Backups from before open
    with them alone, unless they hold keys: keep a copy of the file beside such backups.
    """
    store, now = APART if apart else MAIN, datetime.now(UTC)
    staging = settings.HOME / ("apart" if apart else "") / contents.STAGING
    if staging.exists():
        raise click.ClickException("A backup is being made, or was cut off: make one first.")
    words = Words(zh="销毁旧主密钥", en="destroy older master keys")
    account = two_persons.everywhere(by, agreed, words, now)
    for name in done(lambda: mastering.retire(account=account, store=store, now=now)):
        click.echo(f"master key {name} is destroyed")


@click.command("turn-index")
@click.argument("community")
@_BY
@_AGREED
def turn_index(community: str, by: str, agreed: str) -> None:
    """Write blind indices under another key, and index all rows anew; they are found all the while.
    The one before is destroyed when nothing, and no door controller, goes by it any more. Cut off,
    it goes on in the background.
    """
    now = datetime.now(UTC)
    first, second = two_persons.here(by, agreed, community, two_persons.SEES, now)
    words = Words(zh="更换盲索引密钥", en="turn the key of the blind indices over")
    two_persons.agree(first, second, words, now)
    number = done(lambda: indexing.turn(community=community, now=now))
    moved = 0
    while part := done(lambda: indexing.step(community=community, now=now)):
        moved += part
    click.echo(f"{community}: index key {number} is in use, {moved} rows were indexed anew")
    if behind := done(lambda: indexing.waits_for(community=community)):
        click.echo(f"the one before is kept until these have the new marks: {_some(behind)}")


@click.command("turn-doors")
@click.argument("community")
@click.option("--leaked", is_flag=True, help="Believe the one in use no longer, from now on.")
@_BY
@_AGREED
def turn_doors(community: str, *, leaked: bool, by: str, agreed: str) -> None:
    """Sign QR codes of doors with another key. Controllers are told first; it signs once all hold
    it; the one before is believed as long as a code that it signed may be good. With --leaked none
    of this is waited for: a door that has not heard refuses codes until it has.
    """
    now = datetime.now(UTC)
    first, second = two_persons.here(by, agreed, community, two_persons.SEES, now)
    words = Words(zh="更换二维码签名密钥", en="turn the key that signs QR codes over")
    two_persons.agree(first, second, words, now)
    done(lambda: door_keys.turn(community=community, account=first, at_once=leaked, now=now))
    done(lambda: door_keys.advance(community=community, now=now))
    found = door_keys.standing(community=community)
    click.echo(f"{community}: key {found.signs} signs; believed too: {list(found.older)}")
    if found.waits is not None:
        click.echo(f"key {found.waits} waits until these hold it: {_some(found.behind)}")


@click.command("turn-anchors")
@_BY
@_AGREED
def turn_anchors(by: str, agreed: str) -> None:
    """Seal the anchors of the trail with another key. What was sealed before is proven by the one
    before, which is kept beside it; the anchors say where the new one begins.
    """
    now = datetime.now(UTC)
    words = Words(zh="更换审计锚点密钥", en="turn the key of the anchors over")
    account = two_persons.everywhere(by, agreed, words, now)
    try:
        number = anchor_keys.turn_key(account=account, now=now)
        turns = audit.anchored().turns()
    except (OSError, Forged) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"another key seals the anchors after line {number}; turned after lines {turns}")


def _some(doors: Sequence[str]) -> str:
    """Return the first of them, and how many more there are."""
    more = f" and {len(doors) - _TOLD} more" if len(doors) > _TOLD else ""
    return ", ".join(doors[:_TOLD]) + more


COMMANDS = (turn_master, retire_master, turn_index, turn_doors, turn_anchors)
