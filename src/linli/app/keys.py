"""`./linli keys`: the keys of the vault, from the operator's own terminal."""

from datetime import UTC, datetime

import click
from django.utils import timezone

from linli.app import wiring
from linli.app.account import done
from linli.contracts import directory, privacy
from linli.contracts.outbox import wake
from linli.foundation.consent import operations as consent
from linli.foundation.identity import operations as identity
from linli.foundation.identity import queries as accounts
from linli.foundation.vault import operations, queries
from linli.foundation.vault.sealed import USE

_FIRST, _SECOND = "privacy.handle", "keys.approve"


@click.group()
def keys() -> None:
    """The keys that seal sensitive data: list, turn over, destroy. None is ever shown."""
    wiring.wire_records()
    wake.answer_with(lambda: None)


@keys.command("list")
def list_keys() -> None:
    """List the wrapping keys of every community, and how many persons' keys are under each."""
    click.echo(f"master key: {queries.master().file}")
    for community in directory.communities():
        for key in queries.keys(community=community):
            use = "in use" if key.in_use else "retired"
            click.echo(f"{community:<16} {key.use:<12} {key.number:>3}  {use:<8} {key.under:>7}")


@keys.command()
@click.argument("community")
def rotate(community: str) -> None:
    """Begin a new wrapping key and bring all persons' keys under it; everything goes on meanwhile.
    The old one is destroyed when nothing is left under it. Cut off, it is done again.
    """
    now = datetime.now(UTC)
    number = done(lambda: operations.rotate(community=community, use=USE, now=now))
    moved = 0
    while part := operations.rewrap(community=community, use=USE, today=timezone.localdate(now)):
        moved += part
    click.echo(f"{community}: wrapping key {number} is in use, {moved} keys are under it")


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
    first = done(lambda: _signed_in(by, community, _FIRST, now))
    second = done(lambda: _signed_in(agreed, community, _SECOND, now))
    if first == second:
        raise click.ClickException("Two persons are needed, not one twice.")
    if not privacy.held(community, person):
        raise click.ClickException(f"Nothing is held on {person} in {community}.")
    stand = privacy.obstacles(community, person, timezone.localdate(now))
    if stand:
        raise click.ClickException("Cannot be erased yet: " + "; ".join(one.en for one in stand))
    done(lambda: consent.forget(community=community, subject=person, account=first, now=now))
    click.echo(f"{person} of {community} is erased; the proof is in the audit trail")


def _signed_in(username: str, community: str, permission: str, now: datetime) -> int:
    """Return the number of an account that shows its password (and code) and may do so.

    :raises Fault: if it may not
    """
    password = click.prompt(f"password of {username}", hide_input=True, err=True)
    code = click.prompt(
        f"code of {username}, if it has an app", default="", show_default=False, err=True
    )
    account = identity.sign_in(username=username, password=password, code=code, now=now)
    actor = accounts.actor_of(account=account.pk, community=community, now=now).acting(permission)
    if accounts.must_add_factor(account=account.pk, held=actor.grants):
        raise accounts.MustAddFactor
    return account.pk
