"""Somebody else limits a charger, or a charger answered: the load of its site is shared anew."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from linli.domains.charging.logic import capping
from linli.domains.charging.operations import confirming, sharing
from linli.registry.devices import queries as devices

SERVICES = frozenset({capping.LIMIT, capping.UNLIMIT})


@transaction.atomic
def moved(*, community: str, orders: Collection[str], now: datetime) -> int:
    """Take what became of orders that limit chargers, by their ids; return how many chargings got
    another share. What a scene or a person limits a charger to is a second limit, under which the
    load of its site is shared on: never more than the site's share. Told again, nothing changes.
    """
    found = devices.commands_by_id(community=community, ids=orders)
    limits = [one for one in found.values() if one.service in SERVICES]
    sites = confirming.note(community=community, orders=limits)
    return sharing.share_each(community=community, sites=sites, now=now) if sites else 0
