"""What sockets and charge points ask, answered once: the same question gets the same answer."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.core import signing
from django.db import IntegrityError, transaction

from linli.domains.charging import bays, queries, residents
from linli.domains.charging.models import OPEN, Answered, Connector, PlateWish, Session, State
from linli.domains.charging.operations import cards, starting
from linli.domains.charging.operations.starting import Wish
from linli.foundation import ids
from linli.kernel.checks import check
from linli.kernel.fault import Fault
from linli.registry.people.models import Vehicle

_SALT = "charging.code"
CODE_S = 90
_KEPT = timedelta(days=7)
_SURE = 0.9
"""A camera must be surer than this: so much is taken for one that does not say how sure it is, and
no wallet pays by that.
"""
_GONE_AFTER = timedelta(minutes=30)
"""A car of which its camera tells nothing for so long has left the bay, though it was not seen to
drive away.
"""


class BadCode(Fault):
    key = "charging.bad_code"
    status = 422


class NotWished(Fault):
    """He did not say that his plates begin a charging."""

    key = "charging.plate_not_wished"


class NotSure(Fault):
    key = "charging.plate_not_sure"
    status = 422


class NotThere(Fault):
    """It drives away, or stood there when the camera could not tell so."""

    key = "charging.plate_not_there"


class StillThere(Fault):
    """The car charged there before, and did not leave since."""

    key = "charging.plate_still_there"


class OtherCamera(Fault):
    """It is not the camera of this bay."""

    key = "charging.other_camera"
    status = 403


class PlateSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A plate that a camera saw at a bay: that of a connector, or which of the bays it sees
    (`lane`). `stands`: the car is there now, and does not drive away; `leaves`: it does so now.
    """

    camera: str
    connector: str = ""
    lane: str = ""
    plate: str
    confidence: float
    stands: bool = True
    leaves: bool = False


def code(*, community: str, person: int) -> str:
    """Return a code that a resident shows to a socket; it is good for a minute and a half, and for
    one charging.
    """
    return signing.dumps([community, person, ids.new()], salt=_SALT, compress=True)


def by_card(*, community: str, device: str, ask: str, card: str, now: datetime) -> Answered:
    """Let whoever shows his card at a socket charge there; kept with its answer."""

    def begin() -> Session:
        person = cards.holder(community, card)
        wish = Wish(person=person, way="card", ask=ask)
        return starting.start(community=community, device=device, wish=wish, now=now)

    return _once(community, device, ask, begin, now)


def by_code(*, community: str, device: str, ask: str, shown: str, now: datetime) -> Answered:
    """Let whoever shows the code of his phone at a socket charge there; kept with its answer."""

    def begin() -> Session:
        person, one = _of_code(community, shown)
        wish = Wish(person=person, way="code", ask=ask, code=one)
        return starting.start(community=community, device=device, wish=wish, now=now)

    return _once(community, device, ask, begin, now)


def by_plate(*, community: str, seen: PlateSeen, ask: str, now: datetime) -> Answered:
    """Let the owner of a vehicle charge whose plate a camera at the bay saw; kept with its answer.

    A plate that was hardly read begins nothing: somebody else would pay. Nor does one whose owner
    did not say that he wants it, that drives away, or that stands there since his last charging.

    :raises queries.ConnectorNotFound: if the camera sees no such bay
    """
    lane = seen.lane.lstrip("0")
    device = seen.connector
    if not device:
        device = bays.at_bay(community=community, camera=seen.camera, lane=lane).device.code

    def begin() -> Session:
        connector = queries.connector(community=community, device=device)
        if seen.camera not in {connector.camera, device}:
            raise OtherCamera
        car = _car(connector, seen, now)
        person = _payer(car)
        _check_came(connector, car, now)
        wish = Wish(person=person, vehicle=car.pk, way="plate", ask=ask)
        return starting.start(community=community, device=device, wish=wish, now=now)

    return _once(community, device, ask, begin, now)


def _car(connector: Connector, seen: PlateSeen, now: datetime) -> Vehicle:
    """Return the car that stands at a bay; that one drives away is put on record."""
    found = check("plate", seen.plate)
    if seen.confidence <= _SURE or not found.valid:
        raise NotSure(pct=round(seen.confidence * 100))
    car = residents.car_of_plate(community=connector.community, plate=found.value)
    if car is not None and seen.leaves:
        _note_left(connector, car, now)
    if not seen.stands:
        raise NotThere
    if car is None:
        raise cards.UnknownCard
    return car


def _payer(car: Vehicle) -> int:
    owner = car.owner_id
    if owner is None:
        raise cards.UnknownCard
    if not residents.wishes(community=car.community, person=owner, plate=car.plate):
        raise NotWished
    return owner


def _note_left(connector: Connector, car: Vehicle, now: datetime) -> None:
    """A car that is plugged in drives nowhere, whatever its camera takes for that."""
    last = bays.newest_of(connector=connector, car=car)
    if last is not None and last.state not in (State.CHARGING, State.PLUGGED):
        last.left_at = now
        last.save(update_fields=["left_at"])


def _check_came(connector: Connector, car: Vehicle, now: datetime) -> None:
    """Refuse a car that is still there: a camera tells the same one over and over, and what its
    driver ended, or never plugged in, does not begin again by itself.
    """
    last = bays.newest_of(connector=connector, car=car)
    if last is None or last.state in OPEN:
        return
    since = max(at for at in (last.asked_at, last.ended_at, last.seen_at) if at is not None)
    left = last.left_at is not None and last.left_at > (last.started_at or last.asked_at)
    if last.state != State.PLUGGED and (left or now - since >= _GONE_AFTER):
        return
    last.seen_at = max(now, since)
    last.save(update_fields=["seen_at"])
    raise StillThere


@transaction.atomic
def wish_by_plate(*, community: str, person: int, plate: str, on: bool, now: datetime) -> bool:
    """Let somebody charge by a plate of his, or no more; said again, it is the same. Return which.

    :raises residents.PlateNotFound: if it is no plate of his
    """
    vehicle = residents.vehicle(community=community, person=person, plate=plate)
    rows = PlateWish.rows.of(community)
    if on:
        said = {"community": community, "person_id": person, "vehicle": vehicle}
        rows.get_or_create(**said, defaults={"at": now})
    else:
        rows.filter(person=person, vehicle=vehicle).delete()
    return on


def forget(*, community: str, now: datetime) -> int:
    """Drop what was answered a week ago; return how many."""
    return Answered.rows.of(community).filter(at__lt=now - _KEPT).delete()[0]


def _of_code(community: str, shown: str) -> tuple[int, str]:
    """Return whose code it is, and which: of each there is one charging."""
    try:
        where, person, one = signing.loads(shown, salt=_SALT, max_age=CODE_S)
    except (signing.BadSignature, ValueError):
        raise BadCode from None
    if where != community:
        raise BadCode
    return int(person), str(one)


def _once(
    community: str, device: str, ask: str, begin: Callable[[], Session], now: datetime
) -> Answered:
    known = queries.answered(community=community, device=device, ask=ask)
    if known is not None:
        return known
    ok, reason, body = _tried(begin)
    row = Answered(
        community=community, device=device, ask=ask, ok=ok, reason=reason, body=body, at=now
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return queries.answered(community=community, device=device, ask=ask) or row
    return row


def _tried(begin: Callable[[], Session]) -> tuple[bool, str, dict[str, Any]]:
    try:
        row = begin()
    except Fault as fault:
        return False, fault.key, {}
    return True, "", {"session": row.number}
