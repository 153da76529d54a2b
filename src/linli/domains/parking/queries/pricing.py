"""What a stay costs up to a time."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec
from django.db.models import Q

from linli.domains.parking.logic import fee as fees
from linli.domains.parking.logic import groups
from linli.domains.parking.logic import tariff as tariffs
from linli.domains.parking.logic.fee import Fee, Line
from linli.domains.parking.models import Coupon, Lot, Permit, PermitCar, Stay
from linli.domains.parking.queries import lots, stays
from linli.foundation.scope.built_once import built_once
from linli.foundation.scope.models import ScopedRows
from linli.kernel.fault import Fault
from linli.kernel.words import Words

FREE_KINDS = {
    "white": Words(zh="白名单车辆，不收费", en="on the white list: free"),
    "duty": Words(zh="公务车辆，不收费", en="on duty: free"),
    "permit_free": Words(zh="居民车辆，不收费", en="car of a resident: free"),
}

_LONGEST_TRIAL_DAYS = 92


class BadTrial(Fault):
    """A stay that is tried ends after it begins, and lasts a season at most."""

    key = "parking.bad_trial"
    status = 422


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """A stay that there was not. `text` is a tariff that is not in force; empty: the lot's own."""

    entered: datetime
    left: datetime
    colour: str = "blue"
    marks: frozenset[str] = frozenset()
    text: str = ""


def tried(*, lot: Lot, trial: Trial) -> Fee:
    """Return what a stay would cost in a lot, and why, without permits and coupons.

    :raises BadTrial: if it ends before it begins, or lasts too long
    :raises BadTariff: if the text is no tariff
    :raises NoTariff: if the lot has none
    """
    longest = timedelta(days=_LONGEST_TRIAL_DAYS)
    if not timedelta() <= trial.left - trial.entered <= longest:
        raise BadTrial(days=_LONGEST_TRIAL_DAYS)
    if trial.text:
        versions = [lots.first_version(tariffs.load(trial.text))]
    else:
        versions = lots.versions(lot=lot)
    stay = fees.Stay(
        entered=lots.local(trial.entered),
        left=lots.local(trial.left),
        colour=trial.colour,
        marks=trial.marks,
    )
    return fees.fee(stay=stay, versions=versions, worked=lots.worked)


def fee(*, stay: Stay, until: datetime, coupons: bool = True) -> Fee:
    """Return what a stay costs up to a time, and why; without its `coupons`, if so asked. A lot
    without a tariff charges nothing.
    """
    if stay.entered_at is None:
        return _free(Words(zh="进场时间待补", en="when it came is to be found out"))
    kind = stay.kind
    if kind == "resident" and stay.lot.residents_free:
        kind = "permit_free"
    if kind in FREE_KINDS:
        return _free(FREE_KINDS[kind])
    try:
        versions = lots.versions(lot=stay.lot)
    except lots.NoTariff:
        return _free(Words(zh="本场不收费", en="this lot charges nothing"))
    entered = stay.entered_at
    again = fees.in_force(versions, lots.local(entered)).free.again_minutes
    return fees.fee(
        stay=fees.Stay(
            entered=lots.local(entered),
            left=lots.local(until),
            colour=stay.colour,
            marks=frozenset(stay.marks),
            covered=tuple(_covered(stay, until)),
            coupons=tuple(_coupons(stay, until)) if coupons else (),
            free_used=bool(again)
            and stays.before(
                lot=stay.lot,
                plate=stay.plate,
                since=entered - timedelta(minutes=again),
                until=entered,
            ),
        ),
        versions=versions,
        worked=lots.worked,
    )


def _free(words: Words) -> Fee:
    return Fee(fen=0, lines=(Line(words=words, plain=words),))


def _covered(stay: Stay, until: datetime) -> list[tuple[datetime, datetime]]:
    """Return the spans that permits cover, as the community's clocks show them."""
    if not stay.plate or stay.entered_at is None:
        return []
    rows = _permits(
        community=stay.community, lot=stay.lot_id, plate=stay.plate, since=stay.entered_at,
        until=until,
    )  # fmt: skip
    found = []
    for permit in rows:
        ends = min(permit.until, permit.ended_at or permit.until)
        for since, to in _of_group(stay, permit, ends, until):
            found.append((lots.local(since), lots.local(to)))
    return found


@built_once
def _permits(
    *, community: str, lot: int, plate: str, since: datetime, until: datetime
) -> ScopedRows[Permit]:
    rows = Permit.rows.of(community).filter(lot=lot, cars__plate=plate)
    return rows.filter(since__lt=until, until__gt=since).distinct()


@built_once
def _cars_of(*, community: str, permit: int) -> Iterable[str]:
    return PermitCar.rows.of(community).filter(permit=permit).values_list("plate", flat=True)


def _of_group(
    stay: Stay, permit: Permit, ends: datetime, now: datetime
) -> list[tuple[datetime, datetime]]:
    plates = _cars_of(community=permit.community, permit=permit.pk)
    if len(plates) <= permit.places:
        return [(permit.since, ends)]
    begins = (stay.entered_at or now) - _LOOK_BACK
    rows = Stay.rows.of(permit.community).filter(
        Q(left_at=None) | Q(left_at__gt=begins),
        lot=permit.lot_id, plate__in=plates, entered_at__lt=now,
    ).exclude(state="void")  # fmt: skip
    cars = [
        groups.Inside(stay=row.pk, entered=row.entered_at, left=row.left_at)
        for row in rows
        if row.entered_at is not None
    ]
    found = groups.covered(
        stays=cars, places=permit.places, since=permit.since, until=ends, now=now
    )
    return found.get(stay.pk, [])


_LOOK_BACK = timedelta(days=62)
"""So far back a car of a group may have come that still has its place."""


def _coupons(stay: Stay, until: datetime) -> list[fees.Coupon]:
    return [
        fees.Coupon(kind=row.kind, amount=row.amount, name=_given_by(row))
        for row in _coupon_rows(stay, until)
    ]


def counted(*, stay: Stay, until: datetime) -> list[int]:
    """Return the numbers of the coupons that took something off what a stay costs."""
    rows = _coupon_rows(stay, until)
    if not rows or stay.entered_at is None:
        return []
    if fee(stay=stay, until=until).fen == fee(stay=stay, until=until, coupons=False).fen:
        return []
    tariff = fees.in_force(lots.versions(lot=stay.lot), lots.local(stay.entered_at))
    return [row.pk for row in rows[: tariff.coupons_most]]


def _coupon_rows(stay: Stay, until: datetime) -> list[Coupon]:
    if not stay.plate or stay.pk is None or stay.entered_at is None:
        return []
    return _coupons_for(
        community=stay.community, stay=stay.pk, lot=stay.lot_id, plate=stay.plate,
        since=stay.entered_at, until=until,
    )  # fmt: skip


@built_once
def _coupons_for(
    *, community: str, stay: int, lot: int, plate: str, since: datetime, until: datetime
) -> ScopedRows[Coupon]:
    free = Q(stay_number=None, until__gt=until, at__gte=since)
    rows = Coupon.rows.of(community).filter(Q(stay_number=stay) | free, lot=lot, plate=plate)
    return rows.select_related("merchant").order_by("pk")


def _given_by(row: Coupon) -> Words:
    if row.merchant is None:
        return Words(zh="优惠券", en="coupon")
    return Words(zh=f"{row.merchant.name}优惠券", en=f"coupon of {row.merchant.name}")


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """What a stay costs now, what of it was paid, and what is left to pay."""

    fee: Fee
    paid_fen: int
    due_fen: int
    in_time: bool


def due(*, stay: Stay, now: datetime) -> Due:
    """Return what is left to pay for a stay; nothing in the minutes that it has to leave. Of one
    that is over it is what was written down then.
    """
    in_time = stay.leave_by is not None and now <= stay.leave_by
    if stay.left_at is None:
        found, nothing = fee(stay=stay, until=now), in_time
    else:
        found, nothing = _final(stay, stay.left_at), stay.settled
    left = 0 if nothing else max(0, found.fen - stay.paid_fen)
    return Due(fee=found, paid_fen=stay.paid_fen, due_fen=left, in_time=in_time)


def _final(stay: Stay, left_at: datetime) -> Fee:
    if not stay.proof and stay.state != "void" and not forgotten(stay):
        return fee(stay=stay, until=left_at)
    lines = (
        Line(words=Words(**one["words"]), plain=Words(**one["plain"]), fen=one["fen"])
        for one in stay.proof
    )
    return Fee(fen=stay.fee_fen, lines=tuple(lines))


def forgotten(stay: Stay) -> bool:
    """Tell whether the plate of a stay that is over was deleted: what it cost is never reckoned
    anew, for its permit and its coupons are not found any more.
    """
    return stay.left_at is not None and not stay.plate and not stay.ticket
