"""`./linli account`: open accounts, give and take roles, from the operator's own terminal."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

import click
from django.utils import timezone

from linli.contracts.identity import ended
from linli.contracts.outbox import wake
from linli.domains.notices.operations import pushing
from linli.foundation.identity import operations, queries, wards
from linli.foundation.identity.logic import SURE_BY
from linli.foundation.identity.operations import links
from linli.kernel.fault import Fault
from linli.registry.people import wards as people
from linli.web.sentences import sentence

T = TypeVar("T")


def done(act: Callable[[], T]) -> T:
    """Do it, or say in words why it was refused."""
    try:
        return act()
    except Fault as fault:
        raise click.ClickException(sentence(fault.key, dict(fault.values), "en")) from fault


@click.group()
def account() -> None:
    """Open and close accounts, give roles and take them back. Each act is recorded as done by the
    operator at the terminal.
    """
    wake.answer_with(lambda: None)
    ended.answer_with(pushing.ended)


@account.command("open")
@click.argument("username")
@click.argument("name")
def open_account(username: str, name: str) -> None:
    """Open an account; its password is printed once, and must be changed at the first sign-in."""
    opened = done(lambda: operations.open_account(username=username, name=name))
    click.echo(f"{opened.username} {opened.password}")


@account.command()
@click.argument("username")
@click.argument("role")
@click.argument("community")
@click.option("--place", default="", help="Only at this place and below it.")
@click.option("--ward", default="", help="Of a guardian: for whom, as person:12.")
def grant(username: str, role: str, community: str, place: str, ward: str) -> None:
    """Give a role in a community; a guardian's for somebody who is registered there."""
    now = datetime.now(UTC)
    number = done(lambda: queries.number_of(username=username))
    _check_ward(role, community, place, ward, now)
    done(
        lambda: operations.grant(
            account=number, role=role, community=community, place=place, ward=ward, now=now
        )
    )


def _check_ward(role: str, community: str, place: str, ward: str, now: datetime) -> None:
    """Refuse a guardian of nobody who is known or at some place only, and a ward of others."""
    wanted = role == wards.GUARDIAN
    if wanted and not people.known(community, ward, timezone.localdate(now)):
        raise click.ClickException(
            "a guardian is one for somebody who is registered there with his birthday:"
            " say --ward person:12"
        )
    if ward and not wanted:
        raise click.ClickException("--ward is said of a guardian alone")
    if ward and place not in {"", community}:
        raise click.ClickException("a guardian is one in all homes of his ward: say no --place")


@account.command()
@click.argument("username")
@click.argument("role")
@click.argument("community")
@click.option("--place", default="", help="As it was given.")
@click.option("--ward", default="", help="As it was given.")
def revoke(username: str, role: str, community: str, place: str, ward: str) -> None:
    """Take a role back, as it was given: at that place, of a guardian for that ward."""
    now = datetime.now(UTC)
    number = done(lambda: queries.number_of(username=username))
    taken = done(
        lambda: operations.revoke(
            account=number, role=role, community=community, place=place, ward=ward, now=now
        )
    )
    if not taken:
        raise click.ClickException("nothing was taken back: that role was not given so")


@account.command()
@click.argument("username")
@click.argument("issuer")
@click.argument("subject")
def link(username: str, issuer: str, subject: str) -> None:
    """Link an account to who somebody is to a provider: ISSUER and SUBJECT as it says them."""
    number = done(lambda: queries.number_of(username=username))
    now = datetime.now(UTC)
    done(lambda: links.link(account=number, issuer=issuer, subject=subject, now=now))


@account.command()
@click.argument("username")
def close(username: str) -> None:
    """Let an account sign in no more; its sessions end."""
    number = done(lambda: queries.number_of(username=username))
    done(lambda: operations.close_account(account=number, now=datetime.now(UTC)))


@account.command()
@click.argument("username")
@click.option(
    "--sure",
    type=click.Choice(SURE_BY),
    prompt="How did you make sure who that is",
    help="An identity document seen, somebody known by sight, called back, vouched for.",
)
@click.option("--words", prompt="What you saw, without any number of it",
              help="What you saw, for the trail; no number of it.")  # fmt: skip
@click.option("--lost", is_flag=True, help="App and codes on paper are lost, or not his: void too.")
def reset(username: str, sure: str, words: str, lost: bool) -> None:
    """Give an account another password, printed once, to be changed at once; its sessions end, its
    passkeys are void; app and codes on paper stay.
    """
    number = done(lambda: queries.number_of(username=username))
    how = operations.Sure(by=sure, words=words)
    now = datetime.now(UTC)
    made = done(lambda: operations.reset_account(account=number, sure=how, lost=lost, now=now))
    click.echo(f"{made.username} {made.password}")
