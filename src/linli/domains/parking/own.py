"""What parking holds on the owner of a car, and on who sits in its booths, as he may read it
himself.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from django.conf import settings

from linli.contracts.privacy import Held
from linli.domains.parking.models import (
    Booking,
    BoothShift,
    CarWish,
    Coupon,
    Listed,
    Loan,
    Misparked,
    Permit,
    PermitCar,
    Sighting,
    Stay,
)
from linli.domains.parking.queries import known, wishes
from linli.foundation.privacy.telling import after, moment, row_told, span, yuan
from linli.kernel.words import Words

_WISHED = {
    "car": Words(zh="登记车辆", en="a car registered"),
    "plate": Words(zh="换车牌", en="a plate changed"),
    "permit": Words(zh="办月租", en="a month's parking"),
}
_COLOURS = {
    "black": Words(zh="黑名单", en="black list"),
    "white": Words(zh="白名单", en="white list"),
}
_DIRECTIONS = {"in": Words(zh="进场", en="in"), "out": Words(zh="离场", en="out")}
_GOOD, _HOURS = Words(zh="有效期", en="valid"), Words(zh="时段", en="hours")
_TAKEN = Words(zh="已拍", en="taken")
_WHILE_OWNED = Words(zh="车辆登记期间", en="while the car is registered")
_RECORD = Words(zh="留作履职记录", en="kept as the record of the work")


class _Kind(msgspec.Struct, frozen=True, kw_only=True):
    """Rows that bear a plate: how they are called, told from each other, and what they say."""

    model: Any
    kind: Words
    record: Callable[[Any], str | Words]
    said: Callable[[Any], Mapping[str, object]]
    with_it: tuple[str, ...] = ()
    kept: Callable[[], Words] = lambda: _WHILE_OWNED


def _plate(row: Any) -> Mapping[str, object]:
    return {"plate": row.plate}


def _seen(row: Sighting) -> Mapping[str, object]:
    shown = row.answer.get("screen", []), row.answer.get("screen_en", [])
    zh, en = (" ".join(map(str, lines)) for lines in shown)
    return {
        "plate": row.plate,
        "plate_read": row.plate_read,
        "answer": Words(zh=zh, en=en) if zh or en else None,
        "picture": _TAKEN if row.picture else None,
    }


def _for_days() -> Words:
    days = settings.PLATE_DAYS
    return Words(zh=f"{days} 天后删去车牌", en=f"the plate is deleted after {days} days")


def _after_leaving() -> Words:
    days = settings.PLATE_DAYS
    return Words(
        zh=f"离场 {days} 天后删去车牌", en=f"the plate is deleted {days} days after leaving"
    )


_BY_PLATE = (
    _Kind(
        model=Stay, kind=Words(zh="停车", en="parking"), with_it=("lot",), kept=_after_leaving,
        record=lambda row: after(row.lot.name, span(row.entered_at, row.left_at)), said=_plate,
    ),
    _Kind(
        model=Sighting, kind=Words(zh="过车记录", en="car seen at a lane"), with_it=("lane",),
        record=lambda row: after(_at_lane(row), moment(row.at)), said=_seen, kept=_for_days,
    ),
    _Kind(
        model=Misparked, kind=Words(zh="违停", en="parked where it must not be"),
        with_it=("zone",), said=_plate, kept=_for_days,
        record=lambda row: after(row.zone.name, span(row.first_at, row.gone_at)),
    ),
    _Kind(
        model=Booking, kind=Words(zh="车位预约", en="place booked"), with_it=("lot",),
        record=lambda row: after(row.lot.name, span(row.since, row.until)), said=_plate,
        kept=_for_days,
    ),
    _Kind(
        model=Coupon, kind=Words(zh="停车券", en="parking coupon"), with_it=("lot",),
        record=lambda row: after(row.lot.name, span(row.at, row.until)), said=_plate,
        kept=_for_days,
    ),
    _Kind(
        model=Listed, kind=Words(zh="车辆名单", en="car on a list"), said=_plate,
        record=lambda row: after(_COLOURS[row.colour], span(row.at, row.ended_at or row.until)),
        kept=_for_days,
    ),
    _Kind(
        model=CarWish, kind=Words(zh="缴费意愿", en="how the car pays"), said=_plate,
        record=lambda row: moment(row.at),
    ),
    _Kind(
        model=PermitCar, kind=Words(zh="月租车辆", en="car of a permit"), with_it=("permit__lot",),
        record=lambda row: row.permit.lot.name, said=_plate,
    ),
)  # fmt: skip


def _at_lane(row: Sighting) -> Words:
    lane, way = row.lane.name, _DIRECTIONS.get(row.direction)
    return Words(zh=f"{lane.zh} {way.zh}", en=f"{lane.en} {way.en}") if way else lane


def held(community: str, subject: str, most: int) -> Sequence[Held]:
    """Return what is held on somebody's own cars, places and wishes: of each the newest, `most` at
    most.
    """
    kind, _, number = subject.partition(":")
    if kind != "person" or not number.isdecimal():
        return []
    person = int(number)
    plates = known.plates_of_owner(community=community, person=person)
    return [
        *_with_plates(community, plates, most),
        *_of_owner(community, person, most),
        *_wishes(community, person, most),
    ]


def at_work(community: str, account: int, most: int) -> Sequence[Held]:
    """Return the shifts of somebody in booths, the newest."""
    rows = BoothShift.rows.of(community).filter(clerk=account).select_related("booth")
    return [
        row_told(
            row, kind=Words(zh="岗亭当班", en="shift in a booth"), kept=_RECORD,
            record=after(row.booth.name, span(row.began_at, row.ended_at)),
            said={"clerk": yuan(row.cash_fen), "note": row.note},
            names={"clerk": Words(zh="经手现金", en="cash that passed through your hands"),
                   "note": Words(zh="说明", en="note")},
        )
        for row in rows.order_by("-pk")[:most]
    ]  # fmt: skip


def _with_plates(community: str, plates: Sequence[str], most: int) -> Iterator[Held]:
    for one in _BY_PLATE:
        rows = one.model.rows.of(community).filter(plate__in=plates).select_related(*one.with_it)
        for row in rows.order_by("-pk")[:most]:
            yield row_told(
                row, kind=one.kind, record=one.record(row), kept=one.kept(), said=one.said(row)
            )


def _of_owner(community: str, person: int, most: int) -> Iterator[Held]:
    permits = Permit.rows.of(community).filter(owner=person).select_related("lot")
    for permit in permits.order_by("-pk")[:most]:
        yield row_told(
            permit, kind=Words(zh="停车月卡", en="parking permit"), kept=_WHILE_OWNED,
            record=permit.lot.name, names={"owner": _GOOD},
            said={"owner": span(permit.since, permit.ended_at or permit.until)},
        )  # fmt: skip
    loans = Loan.rows.of(community).filter(owner=person).select_related("bay")
    for loan in loans.order_by("-pk")[:most]:
        yield row_told(
            loan, kind=Words(zh="车位共享", en="place lent"), kept=_WHILE_OWNED,
            record=loan.bay.number, names={"owner": _HOURS},
            said={"owner": f"{loan.starts:%H:%M} – {loan.ends:%H:%M}"},
        )  # fmt: skip


def _wishes(community: str, person: int, most: int) -> Iterator[Held]:
    days = settings.PLATE_DAYS
    for row in wishes.of_person(community=community, person=person).order_by("-pk")[:most]:
        yield row_told(
            row, kind=Words(zh="车辆申请", en="wish for a car"),
            record=after(_WISHED[row.kind], moment(row.asked_at)),
            kept=Words(zh=f"答复 {days} 天后删去", en=f"deleted {days} days after the answer"),
            said={name: getattr(row, name) for name in ("plate", "before", "note")},
        )  # fmt: skip
