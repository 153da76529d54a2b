"""Where whoever has an account lives."""

from datetime import date

from django.db.models import Q

from linli.registry.people.models import Membership


def of_account(*, community: str, account: int, on: date) -> list[str]:
    """Return the paths of the homes in which somebody lives on a day, or that are his."""
    standing = Q(until=None) | Q(until__gt=on)
    rows = Membership.rows.of(community).filter(standing, person__account=account)
    return sorted(set(rows.values_list("household__room__path", flat=True)))
