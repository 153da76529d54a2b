"""Where whoever calls may be: his homes, where he works, elsewhere in the estate."""

from datetime import datetime

import msgspec
from django.db.models import Q

from linli.domains.sos import logic
from linli.foundation.identity.queries import Actor
from linli.kernel.geometry import Position
from linli.registry.people import homes as registry
from linli.registry.people import queries as people
from linli.registry.people.models import Membership
from linli.registry.places import queries as places
from linli.registry.places.models import Place

_MERCHANT = "merchant"


def homes(*, community: str, account: int, now: datetime) -> list[Place]:
    """Return the rooms of the households to which an account's person belongs now."""
    rows = Membership.rows.of(community).filter(stands(now), person__account=account)
    found = rows.select_related("household__room").order_by("pk")
    return list({one.household.room.path: one.household.room for one in found}.values())


def stands(now: datetime) -> Q:
    """Return the condition that a membership holds now."""
    return Q(until=None) | Q(until__gt=now.date())


class Spot(msgspec.Struct, frozen=True, kw_only=True):
    """A place at which somebody may be: his `home`, his `shop`, the `company` where he works, or
    `elsewhere` in the estate. `here`: he is taken to be there until he says otherwise.
    """

    place: Place
    kind: str
    here: bool = False


def spots(*, actor: Actor, now: datetime) -> list[Spot]:
    """Return the places at which somebody may be; the estate, if there is one, is the last. Who is
    on duty in a shop is taken to be there, who is not, at home; who lives nowhere here, where he
    works.
    """
    living = homes(community=actor.community, account=actor.account, now=now)
    working = _shops(actor)
    around = places.estate(community=actor.community)
    found = [
        *(Spot(place=one, kind=logic.HOME) for one in living),
        *(Spot(place=one, kind=kind) for one, kind in working),
        *([Spot(place=around, kind=logic.ELSEWHERE)] if around else []),
    ]
    works = working and (not living or _is_on_duty(actor, now))
    here = len(living) if works else 0
    return [msgspec.structs.replace(one, here=n == here) for n, one in enumerate(found)]


def _shops(actor: Actor) -> list[tuple[Place, str]]:
    known = registry.shops_of(community=actor.community, account=actor.account)
    if _MERCHANT in actor.roles:
        known = dict.fromkeys(actor.places_of(_MERCHANT), logic.SHOP) | known
    rows = places.by_path(community=actor.community, paths=known)
    return [(rows[path], kind) for path, kind in known.items() if path in rows and "/" in path]


def _is_on_duty(actor: Actor, now: datetime) -> bool:
    return bool(people.staff_on_duty(community=actor.community, account=actor.account, at=now))


def estate(*, community: str) -> Place:
    """Return the estate of a community."""
    return places.estate(community=community) or places.place(community=community, path=community)


def where(*, community: str, position: Position) -> Place | None:
    """Return the smallest place on the map around a position."""
    return places.at(community=community, position=position)
