"""A lot with a lane in and a lane out, a manager, residents and their cars."""

from datetime import UTC, datetime, timedelta

import pytest

from linli.adapters import working_calendar
from linli.app import catalogue
from linli.contracts import calendar, cases, directory, notices, visits
from linli.contracts.money import Line
from linli.contracts.outbox import wake
from linli.domains.cases import ports as case_ports
from linli.domains.cases.logic import kinds
from linli.domains.cases.operations import asking, remarking
from linli.domains.notices import told as noticing
from linli.domains.parking import ports
from linli.domains.parking.operations import looking, seeing, setting
from linli.domains.parking.operations.setting import NewLane, NewLot
from linli.foundation.identity import operations as identity
from linli.foundation.identity.models import Account
from linli.foundation.identity.queries import actor_of
from linli.foundation.money.operations.posting import post
from linli.kernel.words import Words
from linli.registry.devices import catalogue as device_catalogue
from linli.registry.devices.models import Device
from linli.registry.people.models import Household, Membership, Person, Vehicle
from linli.registry.places.models import Place
from tests.domains.cases.conftest import KINDS
from tests.domains.parking.test_fee import LOADED
from tests.laws.source import ROOT
from tests.registry.conftest import estate, other_estate, wired

__all__ = ["estate", "other_estate", "wired"]

MORNING = datetime(2026, 6, 1, 0, tzinfo=UTC)
"""08:00 of a Monday in Shanghai."""
CAR, OTHER = "浙A12B45", "浙B88888"
TARIFF = (ROOT / "catalog/tariffs/parking/garage_hourly.toml").read_text("utf-8")
assert "garage_hourly" in LOADED
MODELS = {one: catalogue.load().models[one] for one in ("parking_barrier", "camera")}


def minutes(count):
    return MORNING + timedelta(minutes=count)


@pytest.fixture(autouse=True)
def wiring(monkeypatch):
    loaded = kinds.load(KINDS)
    day = working_calendar.calendar(arrangement=working_calendar.Arrangement())
    for port, answer in (
        (case_ports.case_kinds, lambda: loaded),
        (calendar.working_day, day),
        (wake, lambda: None),
        (cases.ask, asking.ask),
        (cases.remark, remarking.remark),
        (notices.post, noticing.post),
        (directory.communities, lambda: ["hml"]),
        (device_catalogue.models, lambda: MODELS),
        (visits.expected_car, lambda community, plate, now: None),
        (visits.hosts_of_car, lambda community, plate, now: ()),
        (visits.cars_of_host, lambda community, account, now: ()),
        (ports.reads_for_charging, lambda community, camera: camera == "bay-eye"),
    ):
        monkeypatch.setattr(port, "_answer", answer)
    looking.looks.__init__()


def account_of(role, name="王小和", community="hml"):
    opened = identity.open_account(username=f"{role}-{name}", name=name, password="long enough 7")
    identity.grant(account=opened.account, role=role, community=community, place="", now=MORNING)
    return opened.account


def actor(account, community="hml"):
    return actor_of(account=account, community=community, now=datetime.now(UTC))


@pytest.fixture
def manager(estate):
    return actor(account_of("manager"))


@pytest.fixture
def resident(estate):
    return account_of("resident", "张住户")


def camera(code, community="hml", place="hml/p1"):
    row = Place.rows.of(community).get(path=place)
    return Device.rows.create(
        community=community,
        code=code,
        model="parking_barrier",
        name_zh=code,
        place=row,
        registered_at=MORNING,
    )


@pytest.fixture
def lot(manager):
    made = setting.set_lot(
        actor=manager,
        lot=NewLot(code="p1", name=Words(zh="地下车库", en="Garage"), place="hml/p1", capacity=3),
        now=MORNING,
    )
    for way in ("in", "out"):
        camera(f"gate-{way}")
        setting.set_lane(
            actor=manager,
            lane=NewLane(
                code=f"p1-{way}",
                name=Words(zh=way, en=way),
                lot="p1",
                direction=way,
                camera=f"gate-{way}",
                barrier=f"gate-{way}",
            ),
            now=MORNING,
        )
    setting.found_with(community="hml", lot="p1", text=TARIFF, since=MORNING - timedelta(days=30))
    return made.lot


@pytest.fixture
def home(estate, resident):
    """Return the resident's household, with a car of its own."""
    room = Place.rows.of("hml").get(path="hml/b03/u1/f01/101")
    household = Household.rows.create(community="hml", room=room, occupancy="owner")
    person = Person.rows.create(community="hml", code="p-1", name="张住户", account_id=resident)
    Membership.rows.create(community="hml", household=household, person=person, relation="owner")
    Vehicle.rows.create(
        community="hml", plate=OTHER, colour="blue", kind="car", household=household,
        owner=person, parking="A-12",
    )  # fmt: skip
    return household


@pytest.fixture
def fill():
    """Put money into somebody's wallet."""

    def put(person, fen):
        post(
            community="hml",
            key=f"top-up-{person}-{fen}",
            lines=[Line(f"wallet:person:{person}", fen), Line("clearing:test", -fen)],
            reason="top_up",
            now=MORNING,
        )

    return put


@pytest.fixture
def sees(lot):
    """Let a camera tell a car; return what it is answered."""
    count = iter(range(10_000))

    def tell(way, plate=CAR, at=0, *, ask=None, now=None, **more):
        return seeing.take(
            community="hml",
            device=f"gate-{way}",
            ask=ask or f"{way}-{next(count)}",
            seen=seeing.Seen(plate=plate, at=minutes(at), **more),
            now=minutes(at if now is None else now),
        )

    return tell


@pytest.fixture
def browser(client):
    def sign_in(account):
        client.force_login(Account.objects.get(pk=account))
        return client

    return sign_in
