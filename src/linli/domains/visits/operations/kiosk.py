"""The visitors' screen at a gate: a device that stands alone, before people whom nobody knows.

It may ask whom a number means, have a home asked about a guest, ring at a home, and hear what
became of its own questions: nothing else, and nobody's name. It is of its gate: the door that opens
is the one where it stands.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from linli.contracts.asking import Told
from linli.domains.visits import logic, queries
from linli.domains.visits.logic import State
from linli.domains.visits.models import Visit
from linli.domains.visits.operations import calling, gate, inviting, unheard
from linli.domains.visits.operations.inviting import Guest, check_guest, refuse_barred
from linli.kernel.fault import Fault
from linli.registry.devices import queries as devices
from linli.registry.devices.models import Device
from linli.registry.people.models import Household


class NotAKiosk(Fault):
    """Only a visitors' screen asks this."""

    key = "visits.not_a_kiosk"
    status = 403


class AskedTooMuch(Fault):
    """From this screen so much was asked lately that it must wait."""

    key = "visits.asked_too_much"
    status = 429


_NO_ROOM = Told(ok=False, reason="no_such_room")


def _kiosk(community: str, device: str) -> Device:
    """Return the screen that asks.

    :raises NotAKiosk: if it is another kind of device, or out of use
    """
    row = devices.device(community=community, code=device)
    if row.model != logic.KIOSK or not row.enabled:
        raise NotAKiosk
    return row


def estate(*, community: str, device: str) -> Told:
    """Tell where the screen stands: what the estate is called, and the number of its duty room.

    :raises NotAKiosk: if this is none
    """
    _kiosk(community, device)
    return Told(ok=True, body=queries.estate(community=community))


def houses(*, community: str, device: str) -> Told:
    """Tell which houses there are.

    :raises NotAKiosk: if this is none
    """
    _kiosk(community, device)
    return Told(ok=True, body={"items": queries.houses(community=community)})


def homes(*, community: str, device: str, house: str, number: str) -> Told:
    """Tell which homes of a house have a number: one in each unit, it may be. Whether anybody lives
    there is not told.

    :raises NotAKiosk: if this is none
    """
    _kiosk(community, device)
    found = queries.rooms_numbered(community=community, house=house, number=number)
    return Told(ok=True, body={"items": found})


@transaction.atomic
def want(*, community: str, device: str, ask: str, room: str, who: Guest, now: datetime) -> Told:
    """Write down whom somebody comes to see, and ask the home; asked again it is the same visit.
    A home in which nobody lives, and one that was asked too often lately, sounds like one where
    nobody answers, then and later: an empty one is nobody's to find from the street. The gate desk
    is told of it, as it sees what a silent one is asked.

    :raises NotAKiosk: if this is none
    :raises AskedTooMuch: if it must wait
    :raises BadGuest, NotWelcome: as `inviting.invite`
    """
    _kiosk(community, device)
    queries.hold(community=community, device=device, room=room)
    row = queries.visit_of_ask(community=community, device=device, ask=ask)
    if row is not None:
        return Told(ok=True, reason=_sounds(row, now))
    asked_at = queries.unheard_at(community=community, device=device, ask=ask)
    if asked_at is not None:
        return Told(ok=True, reason=logic.unanswered(asked_at=asked_at, now=now))
    phone, _ = check_guest(who)
    refuse_barred(community, phone, now)
    if not queries.is_room(community=community, path=room):
        return _NO_ROOM
    home, empty = _heard(community, device, room, now)
    if home is None:
        unheard.write(
            community=community, device=device, ask=ask, room=room if empty else "", now=now
        )
    else:
        gate.wanted_at(community=community, device=device, ask=ask, place=room, guest=who, now=now)
    return Told(ok=True, reason=State.ASKED)


def _sounds(row: Visit, now: datetime) -> str:
    """Return what a screen hears of a visit. One that nobody decided sounds as time has it, as one
    that was put to nobody: whoever moved out since, and however late its end is written down.
    """
    if row.decided_at is not None or row.over_why == inviting.ASKED:
        return row.state
    return logic.unanswered(asked_at=row.asked_at or row.since, now=now)


def _heard(community: str, device: str, room: str, now: datetime) -> tuple[Household | None, bool]:
    """Return the home that hears what is asked now, and whether nobody lives there. None hears it
    then, and where screens asked so often that it is left in peace: both sound alike.

    :raises AskedTooMuch: if more was asked at this screen than anybody would who stands there
    """
    home = queries.home_rung(community=community, room=room, below=community)
    number = home.pk if home is not None else 0
    lately = queries.asked_lately(community=community, device=device, home=number, now=now)
    if lately.of_device >= logic.KIOSK_ASKS:
        raise AskedTooMuch(minutes=int(logic.KIOSK_WITHIN.total_seconds() // 60))
    somebody = queries.somebody_at(
        community=community, household=number, today=timezone.localdate(now)
    )
    heard = home if somebody and lately.of_home < logic.KIOSK_ASKS_A_HOME else None
    return heard, somebody is None


def wanted(*, community: str, device: str, ask: str, now: datetime) -> Told:
    """Tell whether the home agreed, by the number of the screen's own question, for as long as
    somebody would stand there; then the guest may take his pass (`link`) with him.

    :raises NotAKiosk: if this is none
    """
    _kiosk(community, device)
    row = queries.visit_of_ask(community=community, device=device, ask=ask)
    asked_at = (
        row.asked_at if row else queries.unheard_at(community=community, device=device, ask=ask)
    )
    if asked_at is None or now - asked_at > logic.KIOSK_WITHIN:
        return Told(ok=False, reason="no_such_visit")
    if row is None:
        return Told(ok=True, reason=State.ASKED)
    link = queries.link_of(row) if row.state == State.EXPECTED else ""
    return Told(ok=True, reason=_sounds(row, now), body={"link": link} if link else {})


@transaction.atomic
def ring(*, community: str, device: str, ask: str, room: str, now: datetime) -> Told:
    """Ring at a home from the gate of the screen; what is opened is the door there. Where nobody
    hears it, it rings as long as anywhere, and then goes on to the guard.

    :raises NotAKiosk: if this is none
    :raises AskedTooMuch: if it must wait
    """
    one = _kiosk(community, device)
    queries.hold(community=community, device=device, room=room)
    if queries.call_of_ask(community=community, door=device, ask=ask) is None:
        if not queries.is_room(community=community, path=room):
            return _NO_ROOM
        home, _ = _heard(community, device, room, now)
        calling.ring_from_street(
            community=community, screen=device, ask=ask, room=room, below=one.place.path,
            household=home, now=now,
        )  # fmt: skip
    return Told(ok=True, reason="ringing")
