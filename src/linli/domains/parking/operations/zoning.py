"""A car stands where it must not: its owner is told by the plate, then a case, then a tow."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from linli.contracts import cases, notices
from linli.contracts.effects import Severity
from linli.contracts.parking import CarMisparked, MisparkedMoved
from linli.domains.parking.logic import plates
from linli.domains.parking.models import Misparked, Zone
from linli.domains.parking.operations.minding import reason_of
from linli.domains.parking.queries import known, zones
from linli.foundation import ids
from linli.foundation.identity.queries import Actor
from linli.foundation.outbox import operations as outbox
from linli.kernel.words import Words

URGENT = frozenset({"fire_lane"})
_CASE = {"fire_lane": "traffic.fire_lane"}
_GONE_AFTER = timedelta(minutes=30)
"""A camera that did not see it for so long says that it is gone."""


def see(
    *,
    community: str,
    plate: str,
    zone: str = "",
    device: str = "",
    by: int | None = None,
    now: datetime,
) -> Misparked:
    """Take that a car stands in a zone: seen by its camera, or by a guard. Its owner is told once;
    seen again, it is counted.

    :raises ZoneNotFound: if there is no such zone
    """
    try:
        with transaction.atomic():
            return _see(community, plate, zone, device, by, now)
    except IntegrityError:
        with transaction.atomic():  # somebody was quicker: this time his is found
            return _see(community, plate, zone, device, by, now)


def report(*, actor: Actor, plate: str, zone: str, now: datetime) -> Misparked:
    """Take from a guard that a car stands in a zone where he may act; then as `see`.

    :raises ZoneNotFound: if there is no such zone there
    """
    row = zones.of_code(community=actor.community, code=zone)
    if row is None or not actor.sees(row.place.path):
        raise zones.ZoneNotFound(zone=zone[:32])
    return see(community=actor.community, plate=plate, zone=zone, by=actor.account, now=now)


def _see(  # noqa: PLR0917 - the parts of one sight
    community: str, plate: str, code: str, device: str, by: int | None, now: datetime
) -> Misparked:
    zone = zones.zone(community=community, code=code, device=device)
    reading = plates.read(plate=plate)
    row = zones.standing(zone=zone, plate=reading.plate)
    if row is not None:
        row.times += 1
        row.last_at = max(row.last_at, now)
        row.save(update_fields=["times", "last_at"])
        return row
    quiet = zones.lately(zone=zone, plate=reading.plate, now=now)
    row = Misparked(
        community=community,
        zone=zone,
        plate=reading.plate,
        colour=reading.colour,
        first_at=now,
        last_at=now,
        by_id=by,
    )
    row.save(force_insert=True)
    told = [] if quiet else _owners(zone, reading.plate, now)
    fact = CarMisparked(
        id=ids.new(),
        at=now,
        community=community,
        misparked=row.pk,
        zone=zone.code,
        place=zone.place.path,
        urgent=zone.kind in URGENT,
        told=len(told),
    )
    outbox.record_all([fact], about={fact.id: _about(zone)})
    _tell(row, zone, told, fact.id, now)
    row.cause, row.told = fact.id, len(told)
    row.told_at = now if told else None
    if zone.kind in URGENT:
        _open_case(row, zone, fact)
    row.save()
    return row


def _owners(zone: Zone, plate: str, now: datetime) -> list[int]:
    return known.accounts_of(community=zone.community, plate=plate, at=now)


def _about(zone: Zone) -> dict[str, object]:
    return {
        "zh": f"{zone.name.zh} 有车违停",
        "en": f"a car stands at {zone.name.en}",
        "place": zone.place.path,
    }


def _tell(row: Misparked, zone: Zone, accounts: list[int], fact: str, now: datetime) -> None:
    """Tell the owner, on his own page: who he is, nobody else learns."""
    urgent = zone.kind in URGENT
    zh = f"您的车 {plates.masked(row.plate)} 停在{zone.name.zh}，请尽快移走"
    en = f"Your car {plates.masked(row.plate)} stands at {zone.name.en}: please move it"
    if urgent:
        zh, en = f"{zh}，这里是消防通道", f"{en}; it is a fire lane"
    for account in accounts:
        notices.post(
            notices.Posting(
                community=row.community,
                to=f"account:{account}",
                place=zone.place.path,
                text=Words(zh=zh, en=en),
                severity=Severity.MAJOR if urgent else Severity.MINOR,
                source=fact,
                link="/my/car",
                now=now,
                rings=notices.CAR,
            )
        )


def _open_case(row: Misparked, zone: Zone, fact: CarMisparked | MisparkedMoved) -> None:
    told = (f"已通知车主 {row.told} 部手机", f"its owner was told ({row.told})")
    if not row.told:
        told = ("车主未登记或没有账号，请现场联系", "its owner is not known here: look on the spot")
    row.case = cases.ask(
        cases.CaseAsked(
            kind=_CASE.get(zone.kind, "public.parking"),
            fact=fact,
            place=zone.place.path,
            description=Words(
                zh=f"{zone.name.zh} 违停 {plates.masked(row.plate)}；{told[0]}",
                en=f"{plates.masked(row.plate)} stands at {zone.name.en}; {told[1]}",
            ),
            severity=Severity.MAJOR if zone.kind in URGENT else Severity.MINOR,
            device=zone.device,
        )
    ).id


@transaction.atomic
def coming(*, community: str, account: int, misparked: int, now: datetime) -> Misparked:
    """Say that one comes to move one's car.

    :raises MisparkedNotFound: if it is not one's own
    """
    row = zones.misparked(community=community, id=misparked, lock=True)
    if account not in known.accounts_of(community=community, plate=row.plate, at=now):
        raise zones.MisparkedNotFound(misparked=misparked)
    if row.moved_at is None:
        row.moved_at = now
        _moved(row, "coming", None, now)
        row.save()
    return row


@transaction.atomic
def gone(*, actor: Actor, misparked: int, now: datetime) -> Misparked:
    """Say that a car is gone; said twice it is gone.

    :raises MisparkedNotFound: if there is none where the actor may act
    """
    row = zones.misparked_of(actor=actor, id=misparked, lock=True)
    _gone(row, actor.account, now)
    return row


def _gone(row: Misparked, by: int | None, now: datetime) -> None:
    if row.state == "standing":
        row.state, row.gone_at = "gone", now
        _moved(row, "gone", by, now)
        row.save()


@transaction.atomic
def tow(*, actor: Actor, misparked: int, note: str, now: datetime) -> Misparked:
    """Write down that a car was had towed: by whom, where to, on whose word.

    :raises MisparkedNotFound: if there is none where the actor may act
    :raises ReasonNeeded: without a note
    """
    row = zones.misparked_of(actor=actor, id=misparked, lock=True)
    said = reason_of(note)
    if row.state == "standing":
        row.state, row.towed_at, row.tow_note = "towed", now, said
        row.towed_by_id = actor.account
        _moved(row, "towed", actor.account, now)
        row.save()
    return row


def _moved(row: Misparked, step: str, by: int | None, now: datetime) -> MisparkedMoved:
    fact = MisparkedMoved(
        id=ids.new(),
        at=now,
        community=row.community,
        cause=row.cause or None,
        misparked=row.pk,
        zone=row.zone.code,
        place=row.zone.place.path,
        step=step,
        by=by,
    )
    outbox.record(fact)
    row.cause = fact.id
    if row.case is not None and step != "case":
        cases.remark(
            cases.CaseRemark(case=row.case, step="car", fact=fact, note=_SAID[step], by=by)
        )
    return fact


_SAID = {
    "coming": Words(zh="车主表示马上来移车", en="its owner says that he comes"),
    "gone": Words(zh="车已离开", en="the car is gone"),
    "towed": Words(zh="已联系拖车", en="it was towed"),
}


def tick(*, community: str, now: datetime) -> int:
    """Open the case of a car that stands still after the grace of its zone; say of one that its
    camera saw no more that it is gone. Return how many moved.
    """
    return sum(_tick(community, one, now) for one in zones.due(community=community, now=now))


@transaction.atomic
def _tick(community: str, id: int, now: datetime) -> bool:
    row = zones.misparked(community=community, id=id, lock=True)
    zone = row.zone
    if row.state != "standing":
        return False
    if zone.device and row.last_at < now - _GONE_AFTER:
        _gone(row, None, now)
        return True
    if row.case is None and row.first_at <= now - timedelta(minutes=zone.grace_minutes):
        fact = _moved(row, "case", None, now)
        _open_case(row, zone, fact)
        row.save()
        return True
    return False
