"""All of 和睦里 as values. The same seed gives the same community, on every machine."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from linli.app.demo import devices, people, places, staff
from linli.registry.places.logic import NewPlace

SEED = 20260101


class Plan(NamedTuple):
    """What there is to be entered. Nothing in it is secret, and nobody in it exists."""

    community: str
    places: Sequence[NewPlace]
    homes: Sequence[people.Home]
    workers: Sequence[staff.Worker]
    firms: Sequence[staff.Firm]
    machines: Sequence[staff.Machine]
    things: Sequence[devices.Thing]
    former: Sequence[devices.Thing]
    """Devices of earlier sowings: nobody enters them now, but a community that has them keeps them.
    """


@cache
def plan(seed: int = SEED) -> Plan:
    """Return the community of a seed."""
    homes = people.homes(seed)
    things = devices.things(homes)
    return Plan(
        community=places.COMMUNITY,
        places=places.places(),
        homes=homes,
        workers=staff.workers(seed),
        firms=staff.firms(seed),
        machines=staff.machines(),
        things=things,
        former=devices.former(homes, things),
    )
