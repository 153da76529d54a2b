"""A household wishes something for a car; the desk agrees, or says why not."""

from datetime import datetime, timedelta

import msgspec
from django.db import transaction
from django.utils import timezone

from linli.contracts import notices
from linli.contracts.effects import Severity
from linli.contracts.parking import PlateWishMoved
from linli.domains.parking.logic import groups, plates
from linli.domains.parking.models import CarWish, Permit, PermitCar, PlateWish
from linli.domains.parking.operations import noting, prices, rights
from linli.domains.parking.operations.lending import NotYourCar
from linli.domains.parking.operations.minding import plate_of, reason_of
from linli.domains.parking.queries import known as knowing
from linli.domains.parking.queries import lots, wishes
from linli.domains.parking.queries import rights as held
from linli.foundation import ids
from linli.foundation.identity.queries import Actor, NotAllowed
from linli.foundation.outbox import operations as outbox
from linli.kernel.fault import Fault
from linli.kernel.words import Words
from linli.registry.people import operations as people
from linli.registry.people.entries import VehicleEntry

_MOST_OPEN = 5
_DESK = "front_desk"
_GIVES = "parking.manage"
"""By what a permit may be given for longer than its household paid."""
_SAID = {
    "car": Words(zh="登记车辆 {plate}", en="to register the car {plate}"),
    "plate": Words(zh="把车牌换成 {plate}", en="to change a plate to {plate}"),
    "permit": Words(zh="为 {plate} 办月租", en="a month's parking for {plate}"),
}


class NoHome(Fault):
    """The account lives in no household here, or in several and did not say which."""

    key = "parking.no_home"


class YoursAlready(Fault):
    """There is nothing to wish: it is so already."""

    key = "parking.yours_already"


class AskedAlready(Fault):
    """Something else is asked for this plate already."""

    key = "parking.asked_already"


class TooManyWishes(Fault):
    key = "parking.too_many_wishes"


class NoRoomForCar(Fault):
    """A home may have so many cars for each of its places."""

    key = "parking.no_room_for_car"


class PlateOfAnother(Fault):
    """The register knows it as another's. Only the desk is told: nobody finds out by asking."""

    key = "parking.plate_of_another"


class AskerGone(Fault):
    """Who wished it does not live in that home any more, nor owns it."""

    key = "parking.asker_gone"


class AnsweredAlready(Fault):
    key = "parking.answered_already"


class Wished(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wishes for a car of his home; which home, where he has several."""

    kind: str
    plate: str
    before: str = ""
    lot: str = ""
    household: int | None = None
    note: str = ""


@transaction.atomic
def ask(*, actor: Actor, wished: Wished, now: datetime) -> PlateWish:
    """Wish something for a car of one's home; wished twice it is one wish.

    :raises NoHome: if one lives nowhere here, or did not say where
    :raises BadPlate, LotNotFound: if there is none
    :raises NotYourCar: if the plate that is to be changed is not of one's home
    :raises YoursAlready: if it is so already
    :raises AskedAlready, TooManyWishes: if other wishes wait for an answer
    :raises NoRoomForCar: if the home has as many cars as it may have
    """
    home = wishes.home(community=actor.community, id=_home(actor, wished.household, now))
    row = PlateWish(
        community=actor.community,
        kind=wished.kind,
        household=home,
        account_id=actor.account,
        plate=plate_of(wished.plate),
        before=plate_of(wished.before) if wished.kind == "plate" else "",
        lot=lots.lot(community=actor.community, code=wished.lot)
        if wished.kind == "permit"
        else None,
        note=wished.note.strip()[:200],
        asked_at=now,
    )
    before = wishes.open_wish(home=home, plate=row.plate)
    if before is not None:
        if (before.kind, before.before, before.lot_id) != (row.kind, row.before, row.lot_id):
            raise AskedAlready
        return before
    _check(row, now)
    if wishes.open_count(home=home) >= _MOST_OPEN:
        raise TooManyWishes(most=_MOST_OPEN)
    row.save(force_insert=True)
    fact = _moved(row, "asked", None, now)
    _tell_desk(row, fact, now)
    return row


def _home(actor: Actor, wanted: int | None, now: datetime) -> int:
    own = [row.pk for row in wishes.homes(actor=actor, at=now)]
    if wanted is None and len(own) == 1:
        return int(own[0])
    if wanted not in own:
        raise NoHome
    return int(wanted)


def _check(row: PlateWish, now: datetime) -> None:
    """Refuse what is so already, or cannot be; asked again when the desk agrees."""
    own = wishes.plates_of_home(home=row.household)
    if row.kind == "plate":
        if row.before not in own:
            raise NotYourCar
        if row.plate in own:
            raise YoursAlready
        return
    if row.kind == "car" and row.plate in own:
        raise YoursAlready
    if row.plate not in own:
        room = wishes.room(home=row.household, at=now)
        if room.cars >= room.most:
            raise NoRoomForCar(most=room.most)
    if row.kind == "permit":
        _check_permit(row, now)


def _check_permit(row: PlateWish, now: datetime) -> None:
    for permit in wishes.permits(home=row.household, at=now, lot=row.lot):
        cars = _cars(permit)
        if row.plate in cars:
            raise YoursAlready
        most = groups.most_cars(places=permit.places, cars_a_place=permit.lot.cars_a_place)
        if len(cars) >= most:
            raise NoRoomForCar(most=most)


def _cars(permit: Permit) -> list[str]:
    return held.plates_of(community=permit.community, permits=[permit])[permit.pk]


@transaction.atomic
def look(*, actor: Actor, wish: int, now: datetime) -> PlateWish:
    """Show a wish with its whole plates; that it was looked at is on record.

    :raises WishNotFound: if there is none where the actor may act
    """
    row = wishes.wish_of(actor=actor, id=wish)
    noting.looked(actor=actor, what=f"plate_wish:{row.pk}", whole=[row.plate], now=now)
    return row


@transaction.atomic
def withdraw(*, actor: Actor, wish: int, now: datetime) -> PlateWish:
    """Take a wish of one's own back; taken back twice it is gone.

    :raises WishNotFound: if it is none of one's own
    :raises AnsweredAlready: if the desk answered it
    """
    row = wishes.own_wish(actor=actor, id=wish, lock=True)
    if row.state == "withdrawn":
        return row
    return _decide(row, "withdrawn", actor, now)


@transaction.atomic
def refuse(*, actor: Actor, wish: int, reason: str, now: datetime) -> PlateWish:
    """Say no to a wish, and why: he who asked reads it. Said twice it is said once.

    :raises WishNotFound: if there is none where the actor may act
    :raises ReasonNeeded: without a reason
    :raises AnsweredAlready: if it was answered otherwise, or withdrawn
    """
    row = wishes.wish_of(actor=actor, id=wish, lock=True)
    row.reason = row.reason or reason_of(reason)
    if row.state == "refused":
        return row
    return _decide(row, "refused", actor, now)


@transaction.atomic
def agree(*, actor: Actor, wish: int, until: datetime | None = None, now: datetime) -> PlateWish:
    """Do what a household wishes, in the register and in its permits; agreed twice it is done once.
    A permit joins the one of the home in that lot; else it is a new one to the end of this day, and
    its household prolongs it, or `until` then, where the actor may give permits.

    :raises WishNotFound, LotNotFound: if there is none where the actor may act
    :raises AnsweredAlready: if it was refused or withdrawn
    :raises NotAllowed: if `until` is said by somebody who gives no permits
    :raises AskerGone: if whoever wished it left that home meanwhile
    :raises PlateOfAnother: if the register knows the plate as another's
    :raises NotYourCar, YoursAlready, NoRoomForCar: if it cannot be any more
    """
    row = wishes.wish_of(actor=actor, id=wish, lock=True)
    if row.state == "agreed":
        return row
    if row.state != "waiting":
        raise AnsweredAlready
    if until is not None and not actor.may(_GIVES):
        raise NotAllowed(permission=_GIVES, community=actor.community)
    row.household = wishes.home(community=actor.community, id=row.household_id)
    if row.household_id not in knowing.households_of(
        community=actor.community, account=row.account_id, at=now
    ):
        raise AskerGone
    if wishes.belongs_elsewhere(home=row.household, plate=row.plate):
        raise PlateOfAnother
    _check(row, now)
    if row.kind == "plate":
        _change_plate(row, actor, now)
    else:
        _register(row, now)
    if row.kind == "permit":
        _permit(row, actor, until, now)
    return _decide(row, "agreed", actor, now)


def _register(row: PlateWish, now: datetime) -> None:
    home = row.household
    entry = VehicleEntry(
        plate=row.plate,
        household=home.room.path,
        owner=wishes.owner_code(home=home, account=row.account_id),
    )
    if row.plate not in wishes.plates_of_home(home=home):
        today = timezone.localdate(now)
        people.put_many(community=row.community, entries=[entry], today=today)


def _change_plate(row: PlateWish, actor: Actor, now: datetime) -> None:
    """Let the new plate stand wherever the old one gave its household a right."""
    people.change_plate(community=row.community, plate=row.before, to=row.plate)
    said = CarWish.rows.of(row.community)
    said.filter(plate=row.plate).delete()  # of whoever had this plate before
    said.filter(plate=row.before).update(plate=row.plate)
    for permit in held.permits_for(community=row.community, plates=[row.before]):
        cars = PermitCar.rows.of(row.community).filter(permit=permit)
        cars.filter(plate=row.plate).delete()
        cars.filter(plate=row.before).update(plate=row.plate)
        prices.tell(permit=permit, step="changed", by=actor.account, now=now)


def _permit(row: PlateWish, actor: Actor, until: datetime | None, now: datetime) -> None:
    if row.lot is None:
        raise lots.LotNotFound(lot="")
    standing = next(iter(wishes.permits(home=row.household, at=now, lot=row.lot)), None)
    if standing is not None:
        rights.change_cars(
            actor=actor, permit=standing.pk, plates=[*_cars(standing), row.plate], now=now
        )
        return
    midnight = lots.local(now).replace(hour=0, minute=0, second=0, microsecond=0)
    rights.give(
        actor=actor,
        permit=rights.NewPermit(
            lot=row.lot.code,
            plates=[row.plate],
            since=now,
            until=until or lots.aware(midnight + timedelta(days=1)),
            household=row.household_id,
        ),
        now=now,
    )


def _decide(row: PlateWish, state: str, actor: Actor, now: datetime) -> PlateWish:
    if row.state != "waiting":
        raise AnsweredAlready
    row.state, row.decided_at = state, now
    row.decided_by_id = actor.account
    row.save()
    fact = _moved(row, state, actor.account, now)
    if state != "withdrawn":
        _tell_household(row, fact, now)
    return row


def _moved(row: PlateWish, step: str, by: int | None, now: datetime) -> str:
    fact = PlateWishMoved(
        id=ids.new(),
        at=now,
        community=row.community,
        wish=row.pk,
        kind=row.kind,
        step=step,
        place=row.household.room.path,
        told=(row.account_id,),
        by=by,
    )
    outbox.record(fact)
    return fact.id


def _asked(row: PlateWish) -> Words:
    plate = plates.masked(row.plate)
    said = _SAID[row.kind]
    return Words(zh=said.zh.format(plate=plate), en=said.en.format(plate=plate))


def _tell_desk(row: PlateWish, fact: str, now: datetime) -> None:
    asked = _asked(row)
    text = Words(zh=f"有住户申请{asked.zh}", en=f"A household asks {asked.en}")
    _post(row, to=_DESK, text=text, link="/parking/wishes", fact=fact, now=now)


def _tell_household(row: PlateWish, fact: str, now: datetime) -> None:
    asked = _asked(row)
    if row.state == "agreed":
        text = Words(zh=f"您申请{asked.zh}，已办好", en=f"You asked {asked.en}: it is done")
    else:
        text = Words(
            zh=f"您申请{asked.zh}，未通过：{row.reason}",
            en=f"You asked {asked.en}; refused: {row.reason}",
        )
    to = f"account:{row.account_id}"
    _post(row, to=to, text=text, link="/my/car/wishes", fact=fact, now=now)


def _post(row: PlateWish, *, to: str, text: Words, link: str, fact: str, now: datetime) -> None:
    notices.post(
        notices.Posting(
            community=row.community,
            to=to,
            place=row.household.room.path,
            text=text,
            severity=Severity.INFO,
            source=fact,
            link=link,
            now=now,
        )
    )
