"""Every read of accounts and grants."""

import msgspec

from linli.foundation.identity.models import Account, Grant
from linli.foundation.identity.roles import permissions
from linli.kernel.fault import Fault


class NotSignedIn(Fault):
    key = "identity.not_signed_in"
    status = 401


class Forged(Fault):
    key = "identity.forged"
    status = 403


class NotAllowed(Fault):
    key = "identity.not_allowed"
    status = 403


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, in one community: the account's number and name, its roles there, the places below
    which it may act (paths; empty means the whole community).
    """

    account: int
    name: str
    community: str
    roles: frozenset[str]
    places: tuple[str, ...] = ()

    def may(self, permission: str) -> bool:
        """Tell whether any of its roles allows it."""
        return permission in permissions(self.roles)


def actor(*, account: Account, community: str) -> Actor:
    """Return the account as it stands in a community; without a grant there it may do nothing."""
    grants = list(Grant.objects.filter(account=account, community=community))
    places = tuple(sorted({grant.place for grant in grants}))
    return Actor(
        account=account.pk,
        name=account.name,
        community=community,
        roles=frozenset(grant.role for grant in grants),
        places=() if "" in places else places,
    )


def communities_of(*, account: Account) -> list[str]:
    """Return the codes of the communities where the account has a role."""
    rows = Grant.objects.filter(account=account).values_list("community", flat=True)
    return sorted(set(rows))
