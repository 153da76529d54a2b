"""Two persons at the operator's own terminal: one wishes what is done to keys, another agrees."""

from collections.abc import Sequence
from datetime import datetime

import click
from django.db import transaction

from linli.app.account import done
from linli.contracts import directory
from linli.contracts.approvals import KEYS
from linli.foundation.approvals import operations as approvals
from linli.foundation.identity import operations as identity
from linli.foundation.identity import queries as accounts
from linli.kernel.words import Words

SEES = "system.read"
_SECOND = "keys.approve"


def here(
    by: str, agreed: str, community: str, permission: str, now: datetime
) -> tuple[int, accounts.Actor]:
    """Let two persons sign in: one who wishes it, and another who lets it pass; return the account
    of the first, and the second.
    """
    first = done(lambda: _signed_in(by, community, permission, now))
    second = done(lambda: _signed_in(agreed, community, _SECOND, now))
    if first.account == second.account:
        raise click.ClickException("Two persons are needed, not one twice.")
    return first.account, second


def agree(first: int, second: accounts.Actor, words: Words, now: datetime) -> None:
    """Let it stand among the approvals who wished it and who let it pass."""
    done(lambda: _agreed(first, second, words, now))


@transaction.atomic
def _agreed(first: int, second: accounts.Actor, words: Words, now: datetime) -> None:
    about, wish = f"keys:{now.timestamp()}", {"what": words.en}
    row = approvals.ask(
        kind=KEYS, community=second.community, about=about, words=words, request=wish, by=first,
        now=now,
    )  # fmt: skip
    approvals.decide(actor=second, id=row.pk, approve=True, digest=row.digest, now=now)
    approvals.use(
        kind=KEYS, community=second.community, about=about, request=wish, by=first, now=now
    )


def _signed_in(username: str, community: str, permission: str, now: datetime) -> accounts.Actor:
    """Return an account that shows its password (and code) and may do so.

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
    return actor


def everywhere(by: str, agreed: str, words: Words, now: datetime) -> int:
    """Let two persons sign in for what concerns every community: each must have the right in all of
    them, and it stands among the approvals of each. Return the account of the first.
    """
    communities = list(directory.communities())
    if not communities:
        raise click.ClickException("There is no community yet: nobody has a right in it.")
    first, second = here(by, agreed, communities[0], SEES, now)
    seconds = done(lambda: _in_all(first, second, communities, now))
    for one in seconds:
        agree(first, one, words, now)
    return first


def _in_all(
    first: int, second: accounts.Actor, communities: Sequence[str], now: datetime
) -> list[accounts.Actor]:
    """Return the second person as he stands in each community.

    :raises Fault: if either may not, somewhere
    """
    for one in communities:
        accounts.actor_of(account=first, community=one, now=now).acting(SEES)
    return [
        accounts.actor_of(account=second.account, community=one, now=now).acting(_SECOND)
        for one in communities
    ]
