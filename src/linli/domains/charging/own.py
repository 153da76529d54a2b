"""What charging holds on a person, as he may read it himself, and what stands in the way of erasing
him. Bills are kept as money is; once he is erased they are nobody's.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from linli.contracts.privacy import Held
from linli.domains.charging import queries, residents
from linli.domains.charging.models import Bought, CarVin, PlateWish, Reservation, Session
from linli.foundation.privacy.classes import declared
from linli.foundation.privacy.telling import after, moment, row_told, span, told, yuan
from linli.kernel.words import Words, alike

_WHILE_ON = Words(zh="关闭即删", en="until it is switched off")
_KEPT_FOR = Words(zh="保留时段", en="kept for you")
_UNTIL_BEGUN = Words(zh="到期或开始充电即删", en="until it ends or charging begins")
_KEPT = Words(zh="与账目同样保存", en="kept as long as the books")


def held(community: str, subject: str, most: int) -> Sequence[Held]:
    """Return the chargings of somebody, what he bought and reserved: of each the newest, `most` at
    most.
    """
    person = _person(subject)
    if person is None:
        return []
    wanted = queries.Wanted(limit=most)
    rows, _ = queries.own_sessions(community=community, person=person, wanted=wanted)
    plates = residents.wished(community=community, person=person)
    cars = residents.cars(community=community, person=person, purpose="payment")
    said = [*(_wish(plate) for plate in plates), *(_by_vin(car) for car in cars)]
    return [*said, *_kept_for(community, person, most), *(_held(row) for row in rows)]


def _kept_for(community: str, person: int, most: int) -> Iterator[Held]:
    """Yield what is kept for somebody, and what he bought ahead."""
    kept = Reservation.rows.of(community).filter(person=person).select_related("connector__site")
    for row in kept.order_by("-pk")[:most]:
        yield row_told(
            row, kind=Words(zh="充电预约", en="connector reserved"), kept=_UNTIL_BEGUN,
            record=after(row.connector.site.name, row.connector.label),
            said={"person": span(row.from_at, row.until)}, names={"person": _KEPT_FOR},
        )  # fmt: skip
    for package in Bought.rows.of(community).filter(person=person).order_by("-pk")[:most]:
        yield row_told(
            package, kind=Words(zh="充电套餐", en="charging package"), kept=_KEPT,
            record=after(
                Words(zh=package.name_zh, en=package.name_en), span(package.from_at, package.until)
            ),
            said={
                "price_fen": yuan(package.price_fen),
                "energy_wh": f"{package.energy_wh / 1000:.3f} kWh",
                "left_wh": f"{package.left_wh / 1000:.3f} kWh",
            },
        )  # fmt: skip


def obstacles(community: str, subject: str, today: date) -> Sequence[Words]:
    """Return what is still under way, or unpaid."""
    del today
    person = _person(subject)
    if person is None:
        return []
    running, owed = queries.counts(community=community, person=person)
    found = []
    if running:
        found.append(Words(zh="还有正在进行的充电", en="a charging is under way"))
    if owed:
        yuan = f"{owed / 100:.2f}"
        found.append(
            Words(zh=f"还有 {yuan} 元充电费没有支付", en=f"{yuan} yuan of charging are not paid")
        )
    return found


def _person(subject: str) -> int | None:
    kind, _, number = subject.partition(":")
    return int(number) if kind == "person" and number.isdecimal() else None


def _wish(plate: str) -> Held:
    return Held(
        kind=Words(zh="凭车牌充电", en="charging by plate"),
        record=alike(plate),
        purposes=declared(PlateWish)["vehicle"].purposes,
        kept=_WHILE_ON,
        fields=[],
    )


def _by_vin(row: CarVin) -> Held:
    data = declared(CarVin)
    return Held(
        kind=Words(zh="即插即充", en="charging by plugging in"),
        record=alike(row.vehicle.plate),
        purposes=data["vin"].purposes,
        kept=_WHILE_ON,
        fields=[told(data["vin"], row.vin)],
    )


def _held(row: Session) -> Held:
    data = declared(Session)
    values = {
        "asked_at": moment(row.asked_at),
        "energy_wh": f"{row.energy_wh / 1000:.3f} kWh",
        "fee_fen": f"{row.fee_fen / 100:.2f}",
    }
    site, where = row.connector.site.name, f"{row.connector.label} {values['asked_at']}"
    return Held(
        kind=Words(zh="充电", en="charging"),
        record=Words(zh=f"{site.zh} {where}", en=f"{site.en} {where}"),
        purposes=data["fee_fen"].purposes,
        kept=_KEPT,
        fields=[told(data[name], value) for name, value in values.items()],
    )
