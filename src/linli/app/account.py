"""`./linli account`: open accounts, give and take roles, from the operator's own terminal."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

import click

from linli.contracts.identity import ended
from linli.contracts.outbox import wake
from linli.domains.notices.operations import pushing
from linli.foundation.identity import operations, queries
from linli.foundation.identity.logic import SURE_BY
from linli.foundation.identity.operations import links
from linli.kernel.fault import Fault
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
def grant(username: str, role: str, community: str, place: str) -> None:
    """Give a role in a community."""
    number = done(lambda: queries.number_of(username=username))
    done(
        lambda: operations.grant(
            account=number, role=role, community=community, place=place, now=datetime.now(UTC)
        )
    )


@account.command()
@click.argument("username")
@click.argument("role")
@click.argument("community")
@click.option("--place", default="", help="As it was given.")
def revoke(username: str, role: str, community: str, place: str) -> None:
    """Take a role back."""
    number = done(lambda: queries.number_of(username=username))
    done(
        lambda: operations.revoke(
            account=number, role=role, community=community, place=place, now=datetime.now(UTC)
        )
    )


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
def reset(username: str, sure: str, words: str) -> None:
    """Give an account another password, printed once, to be changed at once; its sessions end."""
    number = done(lambda: queries.number_of(username=username))
    how = operations.Sure(by=sure, words=words)
    made = done(lambda: operations.reset_account(account=number, sure=how, now=datetime.now(UTC)))
    click.echo(f"{made.username} {made.password}")
