"""Several accounts at once as they stand in a community: two questions, however many they are."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from linli.foundation.identity.models import Account, Grant
from linli.foundation.identity.queries import Actor, Held, in_force, standing


def actors(*, accounts: Collection[int], community: str, now: datetime) -> dict[int, Actor]:
    """Return these accounts as each stands in a community now, by their numbers; closed ones are
    left out.
    """
    unended = Q(until=None) | Q(until__gt=now)
    held: dict[int, list[Held]] = defaultdict(list)
    for row in Grant.objects.filter(unended, account__in=accounts):
        if in_force(grant=row, now=now):
            held[row.account_id].append(
                Held(role=row.role, place=row.place, purposes=tuple(row.purposes),
                     community=row.community)
            )  # fmt: skip
    rows = Account.objects.filter(pk__in=accounts, is_active=True)
    return {row.pk: standing(account=row, community=community, held=held[row.pk]) for row in rows}
