"""Eight lanes of a lot for the rush hour: at four the camera raises the arm itself by what it is
answered, at four the arm is a device of its own and is raised by a command. Two ways in and two out
of each kind; cars with a permit, cars that live here, and strangers by the hour.
"""

import itertools
import json
import time
from collections import deque
from datetime import timedelta

from django.conf import settings

from linli.domains.parking.operations import rights, seeing, setting
from linli.domains.parking.operations.rights import NewPermit
from linli.domains.parking.operations.seeing import Seen
from linli.domains.parking.operations.setting import NewLane, NewLot
from linli.foundation.identity.models import Account
from linli.foundation.identity.queries import Actor
from linli.kernel.words import Words
from linli.registry.people import operations as people
from linli.registry.people.entries import VehicleEntry

LANES, CARS, INSIDE = 8, 1_200, 500
_LOT = "yard"
_PERMITS, _RESIDENTS = 0.5, 0.85
"""Half of the cars pay by the month, a third more lives here, the others come by the hour."""

CAMERAS = [f"lane-{n}" for n in range(LANES)]
ARMS = {camera: f"arm-{n}" for n, camera in enumerate(CAMERAS) if n >= LANES // 2}
"""The arms that are devices of their own."""
WAYS = {camera: ("in", "out")[n % 2] for n, camera in enumerate(CAMERAS)}


def plate(n):
    return f"浙Z{n:05d}"


def sow(*, community, rooms, now):
    """Enter the lot, its lanes, permits and cars, some of which are inside already."""
    account = Account.objects.create(username="bench", name="bench")
    actor = Actor(
        account=account.pk, name="bench", community=community, roles=frozenset({"manager"})
    )
    lot = NewLot(code=_LOT, name=Words(zh="车场", en="Yard"), capacity=5_000, residents_free=True)
    setting.set_lot(actor=actor, lot=lot, now=now)
    text = (settings.CATALOG / "tariffs/parking/yard_quarter.toml").read_text("utf-8")
    setting.found_with(community=community, lot=_LOT, text=text, since=now - timedelta(days=90))
    for camera in CAMERAS:
        lane = NewLane(
            code=camera,
            name=Words(zh=camera, en=camera),
            lot=_LOT,
            direction=WAYS[camera],
            camera=camera,
            barrier=ARMS.get(camera, camera),
        )
        setting.set_lane(actor=actor, lane=lane, now=now)
    month = timedelta(days=30)
    for n in range(int(CARS * _PERMITS)):
        permit = NewPermit(lot=_LOT, plates=[plate(n)], since=now - month, until=now + month)
        rights.give(actor=actor, permit=permit, now=now)
    first, last = int(CARS * _PERMITS), int(CARS * _RESIDENTS)
    entries = [
        VehicleEntry(plate=plate(n), household=rooms[n % len(rooms)]) for n in range(first, last)
    ]
    people.put_many(community=community, entries=entries, today=now.date())
    for n in _order()[:INSIDE]:
        at = now - timedelta(minutes=10) + timedelta(seconds=n / 10)
        seeing.take(
            community=community, device=CAMERAS[0], ask=f"before-{n}",
            seen=Seen(plate=plate(n), at=at), now=at,
        )  # fmt: skip


def _order():
    """Return the cars in the order in which they come."""
    return [n * 7 % CARS for n in range(CARS)]


class Traffic:
    """Cars at the lanes: no car twice within a minute, none out that is not in."""

    def __init__(self):
        order = _order()
        self._outside, self._inside = deque(order[INSIDE:]), deque(order[:INSIDE])
        self._numbers = itertools.count()

    def come(self, camera):
        """Return what a camera asks as the next car stands there."""
        coming = WAYS[camera] == "in"
        source, end = (self._outside, self._inside) if coming else (self._inside, self._outside)
        car = source.popleft()
        end.append(car)
        return {
            "id": f"car-{next(self._numbers)}-{time.time_ns()}",
            "ask": "lane.seen",
            "plate": plate(car),
            "confidence": 0.98,
            "at": round(time.time(), 3),
        }


class Arms:
    """Which passages wait for which arm: they rise in the order in which their cars came."""

    def __init__(self):
        self._waiting = {arm: deque() for arm in ARMS.values()}

    def wait(self, camera, key):
        self._waiting[ARMS[camera]].append(key)

    def refused(self, camera, key):
        self._waiting[ARMS[camera]].remove(key)

    def told(self, arm, payload):
        """Take a command; return what the arm says to it, and which passage it opens."""
        order = json.loads(payload)
        answer = json.dumps({"id": order["id"], "ok": True}).encode()
        opens = order["service"] == "barrier.open" and self._waiting[arm]
        return answer, self._waiting[arm].popleft() if opens else None
