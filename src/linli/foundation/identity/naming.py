"""Who accounts are, for those who read what they did."""

from collections.abc import Collection

from django.db.models import Q, QuerySet

from linli.foundation.identity.models import Account, Grant
from linli.foundation.identity.roles import EVERYWHERE


def accounts_called(*, name: str) -> list[int]:
    """Return the accounts that sign in by a name, or are seen by it."""
    called = Q(username=name.strip().lower()) | Q(name=name.strip())
    return list(Account.objects.filter(called).values_list("pk", flat=True))


def names_of(*, accounts: Collection[int]) -> dict[int, str]:
    """Return the names that colleagues see, by the accounts' numbers."""
    rows = Account.objects.filter(pk__in=set(accounts))
    return dict(rows.values_list("pk", "name"))


def with_roles(*, community: str) -> QuerySet[Grant, int]:
    """Return the accounts that have a role in a community, ended or not, for another query."""
    rows = Grant.objects.filter(community__in=[community, EVERYWHERE])
    return rows.values_list("account", flat=True)
