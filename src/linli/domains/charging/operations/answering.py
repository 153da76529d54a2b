"""What sockets and charge points ask, answered once: the same question gets the same answer."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.core import signing
from django.db import IntegrityError, transaction

from linli.domains.charging import queries, residents
from linli.domains.charging.models import Answered, PlateWish, Session
from linli.domains.charging.operations import cards, starting
from linli.domains.charging.operations.starting import Wish
from linli.foundation import ids
from linli.kernel.checks import check
from linli.kernel.fault import Fault

_SALT = "charging.code"
CODE_S = 90
_KEPT = timedelta(days=7)
_SURE = 0.9


class BadCode(Fault):
    key = "charging.bad_code"
    status = 422


class NotWished(Fault):
    """He did not say that his plates begin a charging."""

    key = "charging.plate_not_wished"


class NotSure(Fault):
    key = "charging.plate_not_sure"
    status = 422


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


def by_plate(
    *, community: str, device: str, ask: str, plate: str, confidence: float, now: datetime
) -> Answered:
    """Let the owner of a vehicle charge whose plate a camera at the bay saw; kept with its answer.

    A plate that was hardly read begins nothing: somebody else would pay. Nor does one whose owner
    did not say that he wants it.
    """

    def begin() -> Session:
        found = check("plate", plate)
        person = residents.owner_of_plate(community=community, plate=found.value)
        if confidence < _SURE or not found.valid:
            raise NotSure(pct=round(confidence * 100))
        if person is None:
            raise cards.UnknownCard
        if not residents.wishes(community=community, person=person, plate=found.value):
            raise NotWished
        wish = Wish(person=person, way="plate", ask=ask)
        return starting.start(community=community, device=device, wish=wish, now=now)

    return _once(community, device, ask, begin, now)


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
