"""The pictures that lane cameras took of cars: each is found by its own digest, never by the time
at which it was taken, for the car before or behind is somebody else's.
"""

from collections.abc import Sequence
from datetime import datetime

from linli.domains.parking.models import Sighting, Stay
from linli.domains.parking.queries import known, stays
from linli.foundation.identity.queries import Actor
from linli.registry.pictures import queries as kept
from linli.registry.pictures.models import Picture


def of(rows: Sequence[Sighting]) -> dict[int, Picture]:
    """Return the picture of each of some sightings of a community that has one still."""
    if not rows:
        return {}
    named = {row.pk: (row.device, row.picture) for row in rows if row.picture}
    found = kept.told_as(community=rows[0].community, told=set(named.values()))
    return {pk: found[name] for pk, name in named.items() if name in found}


def of_own_stay(*, actor: Actor, stay: int, now: datetime) -> list[tuple[Sighting, Picture]]:
    """Return what was taken of one's own car at a stay, the oldest first.

    :raises stays.StayNotFound: if it is not one's own car's
    """
    seen = stays.seen_of(stay=own_stay(actor=actor, stay=stay, now=now))
    taken = of(seen)
    return [(one, taken[one.pk]) for one in seen if one.pk in taken]


def own_image(*, actor: Actor, stay: int, sighting: int, now: datetime) -> kept.Image:
    """Return a picture of one's own car at a stay.

    :raises stays.StayNotFound: if it is not one's own car's
    :raises kept.PictureNotFound: if there is none, or not any more
    """
    for one, picture in of_own_stay(actor=actor, stay=stay, now=now):
        if one.pk == sighting:
            return kept.image(community=actor.community, row=picture)
    raise kept.PictureNotFound(id=sighting)


def own_stay(*, actor: Actor, stay: int, now: datetime, lock: bool = False) -> Stay:
    """Return a stay of one's own car.

    :raises stays.StayNotFound: if it is not one's own car's
    """
    row = stays.stay(community=actor.community, id=stay, lock=lock)
    cars = known.cars_of(community=actor.community, account=actor.account, at=now)
    if not row.plate or row.plate not in {car.plate for car in cars}:
        raise stays.StayNotFound(stay=stay)
    return row
