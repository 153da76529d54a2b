"""What charging holds on a person, as he may read it himself, and what stands in the way of erasing
him. Bills are kept as money is; once he is erased they are nobody's.
"""

from collections.abc import Sequence
from datetime import date

from linli.contracts.privacy import Held
from linli.domains.charging import queries, residents
from linli.domains.charging.logic.tariffs import CHINA
from linli.domains.charging.models import CarVin, PlateWish, Session
from linli.foundation.privacy.classes import declared
from linli.foundation.privacy.telling import told
from linli.kernel.words import Words

_NEWEST = 100
_WHILE_ON = Words(zh="关闭即删", en="until it is switched off")
_KEPT = Words(zh="与账目同样保存", en="kept as long as the books")


def held(community: str, subject: str) -> Sequence[Held]:
    """Return the newest chargings of somebody."""
    person = _person(subject)
    if person is None:
        return []
    wanted = queries.Wanted(limit=_NEWEST)
    rows, _ = queries.own_sessions(community=community, person=person, wanted=wanted)
    plates = residents.wished(community=community, person=person)
    cars = residents.cars(community=community, person=person, purpose="payment")
    said = [*(_wish(plate) for plate in plates), *(_by_vin(car) for car in cars)]
    return [*said, *(_held(row) for row in rows)]


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
        record=plate,
        purposes=declared(PlateWish)["vehicle"].purposes,
        kept=_WHILE_ON,
        fields=[],
    )


def _by_vin(row: CarVin) -> Held:
    data = declared(CarVin)
    return Held(
        kind=Words(zh="即插即充", en="charging by plugging in"),
        record=row.vehicle.plate,
        purposes=data["vin"].purposes,
        kept=_WHILE_ON,
        fields=[told(data["vin"], row.vin)],
    )


def _held(row: Session) -> Held:
    data = declared(Session)
    values = {
        "asked_at": f"{row.asked_at.astimezone(CHINA):%Y-%m-%d %H:%M}",
        "energy_wh": f"{row.energy_wh / 1000:.3f} kWh",
        "fee_fen": f"{row.fee_fen / 100:.2f}",
    }
    return Held(
        kind=Words(zh="充电", en="charging"),
        record=f"{row.connector.site.name.zh} {row.connector.label} {values['asked_at']}",
        purposes=data["fee_fen"].purposes,
        kept=_KEPT,
        fields=[told(data[name], value) for name, value in values.items()],
    )
