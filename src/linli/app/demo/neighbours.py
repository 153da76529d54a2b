"""清和园, the estate next door: a garage that 和睦里 may book in, a resident who lends his place
there and may book in 和睦里, and whoever manages it. It has no devices.
"""

from datetime import datetime, time, timedelta
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone

from linli.app.demo import credentials, names
from linli.app.demo.layout import Rectangle
from linli.app.demo.names import INVENTED_NOTE
from linli.app.demo.places import ABOVE, NEIGHBOURHOOD
from linli.domains.parking.logic.sharing import Hours
from linli.domains.parking.operations import lending, setting
from linli.domains.parking.operations.setting import NewBay, NewLot
from linli.foundation.identity import operations as identity
from linli.foundation.identity import queries as accounts
from linli.kernel.words import Words
from linli.registry.people import operations as people
from linli.registry.people.entries import (
    HouseholdEntry,
    MembershipEntry,
    PersonEntry,
    VehicleEntry,
)
from linli.registry.places import operations as places
from linli.registry.places import queries as place_queries
from linli.registry.places.logic import NewPlace

COMMUNITY = "qhy"
_HOME, _GARAGE, _BAY = "qhy/b1/101", "qhy/g1", "G1-018"
_NAME, _PLATE = "顾清", names.plate(9_100, electric=True)
_GROUND, _UNDER = Rectangle(460, 0, 160, 120), Rectangle(470, 10, 140, 60)


class Neighbour(NamedTuple):
    """Somebody of 清和园 who signs in."""

    username: str
    name: str
    zh: str
    role: str


NEIGHBOURS = (
    Neighbour("neighbour", _NAME, "清和园居民", "resident"),
    Neighbour("next-manager", "沈远", "清和园物业经理", "manager"),
)


def seed(*, home: str, key: str, now: datetime) -> None:
    """Enter it, and let both garages be booked in from next door; sown twice it is once.

    :param home: the community next to it
    """
    if place_queries.estate(community=COMMUNITY) is not None:
        return
    places.add_many(community=COMMUNITY, places=_places(), now=now)
    numbers = [_account(one, key, now) for one in NEIGHBOURS]
    today = timezone.localdate(now)
    people.put_many(community=COMMUNITY, entries=_people(numbers[0]), today=today)
    _garage(numbers[1], home, now)
    hours = Hours(days="1234567", starts=time(8), ends=time(18))
    lending.lend(
        community=COMMUNITY,
        account=numbers[0],
        lending=lending.Lending(lot="g1", number=_BAY, hours=hours),
        now=now,
    )


def _places() -> list[NewPlace]:
    return [
        *ABOVE,
        NewPlace(
            kind="estate",
            code=COMMUNITY,
            parent=NEIGHBOURHOOD,
            name_zh="清和园",
            name_en="Qingheyuan",
            geometry=_GROUND.shape(),
            area_m2=_GROUND.width * _GROUND.depth,
        ),
        NewPlace(
            kind="garage",
            code="g1",
            parent=COMMUNITY,
            name_zh="清和园车库",
            name_en="Garage of Qingheyuan",
            level=-1,
            geometry=_UNDER.shape(),
        ),
        NewPlace(
            kind="building", code="b1", parent=COMMUNITY, name_zh="1号楼", name_en="Building 1"
        ),
        NewPlace(kind="room", code="101", parent="qhy/b1", name_zh="101室", name_en="Room 101"),
    ]


def _account(one: Neighbour, key: str, now: datetime) -> int:
    password = credentials.password(key=key, username=one.username)
    opened = identity.open_account(username=one.username, name=one.name, password=password)
    identity.grant(account=opened.account, role=one.role, community=COMMUNITY, now=now)
    return opened.account


def _people(
    account: int,
) -> list[PersonEntry | HouseholdEntry | MembershipEntry | VehicleEntry]:
    return [
        PersonEntry(code="qh-1", name=_NAME, account=account, note=INVENTED_NOTE),
        HouseholdEntry(room=_HOME, occupancy="owner"),
        MembershipEntry(room=_HOME, person="qh-1", relation="owner"),
        VehicleEntry(
            plate=_PLATE, household=_HOME, owner="qh-1", parking=_BAY, garage=_GARAGE
        ),
    ]  # fmt: skip


def _garage(manager: int, home: str, now: datetime) -> None:
    actor = accounts.actor_of(account=manager, community=COMMUNITY, now=now)
    lot = NewLot(
        code="g1",
        name=Words(zh="清和园车库", en="Garage of Qingheyuan"),
        place=_GARAGE,
        capacity=120,
        residents_free=True,
        offered_to=(home,),
    )
    setting.set_lot(actor=actor, lot=lot, now=now)
    text = (settings.CATALOG / "tariffs" / "parking" / "garage_hourly.toml").read_text("utf-8")
    since = now - timedelta(days=90)
    setting.found_with(community=COMMUNITY, lot="g1", text=text, since=since)
    setting.set_bay(actor=actor, bay=NewBay(lot="g1", number=_BAY, kind="private"), now=now)
