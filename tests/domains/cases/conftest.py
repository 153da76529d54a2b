"""A small community: a garage, two buildings, staff of every role, the kinds of case."""

from datetime import UTC, datetime, time
from types import SimpleNamespace

import pytest
from django.db import transaction

from linli.adapters import assignment, working_calendar
from linli.contracts import calendar, directory, scenes
from linli.contracts.scenes import SceneBrief
from linli.devices.model import Property, ThingModel
from linli.domains.cases import handlers, ports
from linli.domains.cases.logic import kinds
from linli.foundation.consent.models import Consent
from linli.foundation.identity.models import Account
from linli.foundation.identity.queries import Actor
from linli.foundation.outbox import operations as outbox
from linli.foundation.vault import sealed
from linli.kernel.words import Words
from linli.registry.alarms.models import Alarm, Episode
from linli.registry.devices import catalogue as device_catalogue
from linli.registry.devices.models import Device
from linli.registry.people.models import Shift, Staff
from linli.registry.places.models import Place

HERE = "hml"
NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)
"""Monday 1 June 2026, noon in Shanghai."""

KINDS = """
[general]
name = { zh = "一般事项", en = "General matter" }
matter = "shared"
skill = "front_desk"
respond = "2h"
handle = "3d"
calendar = "working"

["facility.air"]
name = { zh = "空气超标", en = "Bad air" }
matter = "shared"
skill = "engineer"
respond = "15m"
handle = "4h"
check = "1d"
calendar = "calendar"
event_code = "0499"

["security.duress"]
name = { zh = "胁迫开门", en = "Door opened under duress" }
matter = "public"
skill = "guard"
respond = "3m"
handle = "1h"
same_within = "2m"

["own.repair"]
name = { zh = "入户维修", en = "Repair at home" }
matter = "own"
skill = "engineer"
respond = "30m"
handle = "1d"
calendar = "working"
"""

MODEL = ThingModel(
    id="garage_co_sensor",
    name=Words(zh="车库一氧化碳探测器", en="Garage CO sensor"),
    category="environment",
    period="30s",
    properties={"co_mg_m3": Property(name=Words(zh="一氧化碳", en="CO"), unit="mg/m³")},
)
SCENE = SceneBrief(
    id="safety.garage_air.co_over_limit",
    name=Words(zh="车库一氧化碳超标", en="Garage CO over limit"),
    board="safety",
    category="garage_air",
    severity="major",
)

PLACES = {
    "hml": ("estate", "和睦里", None),
    "hml/g1": ("garage", "地下车库", [121.4700, 31.2300]),
    "hml/b01": ("building", "1 幢", [121.4710, 31.2310]),
    "hml/b01/u1": ("unit", "1 单元", None),
    "hml/b02": ("building", "2 幢", [121.4800, 31.2400]),
}


@pytest.fixture(autouse=True)
def wiring():
    """Answer the questions that cases ask; take the answers away again afterwards."""
    loaded = kinds.load(KINDS)
    day = working_calendar.calendar(arrangement=working_calendar.Arrangement())
    answers = {
        ports.case_kinds: lambda: loaded,
        ports.assign: assignment.assign,
        calendar.working_day: day,
        directory.communities: lambda: [HERE],
        outbox.wake: lambda: None,
        device_catalogue.models: lambda: {MODEL.id: MODEL},
        scenes.scene_briefs: lambda community: {SCENE.id: SCENE},
    }
    before = {port: port._answer for port in answers}
    for port, answer in answers.items():
        port.answer_with(answer)
    yield
    for port, answer in before.items():
        port._answer = answer


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """Let handlers see noon on their clock; return a function that sets it."""

    def set_(now):
        monkeypatch.setattr(handlers.timezone, "now", lambda: now)

    monkeypatch.setattr(handlers, "timezone", SimpleNamespace(now=lambda: NOON))
    return set_


@pytest.fixture
def places(db):
    rows = {}
    for path, (kind, name, lonlat) in PLACES.items():
        shape = {"type": "Point", "coordinates": lonlat} if lonlat else None
        rows[path] = Place.rows.create(
            community=HERE,
            path=path,
            kind=kind,
            code=path.rpartition("/")[2],
            parent=rows.get(path.rpartition("/")[0]),
            name_zh=name,
            name_en=path,
            geometry=shape,
        )
    return rows


class People:
    """Accounts and staff, made when they are first asked for."""

    def __init__(self, places):
        self.places = places

    def account(self, name):
        return Account.objects.get_or_create(username=name, defaults={"name": name})[0]

    def actor(self, name, *roles, places=(), community=HERE):
        return Actor(
            account=self.account(name).pk,
            name=name,
            community=community,
            roles=frozenset(roles),
            places=tuple(places),
        )

    def staff(self, name, *skills, at=None, place="hml", duty="on", account=True):
        row = Staff(
            community=HERE,
            code=name,
            name=name,
            account=self.account(name) if account else None,
            skills=list(skills),
            place=self.places[place],
            duty=duty,
        )
        row.position = f"{at[0]},{at[1]}" if at else ""
        with transaction.atomic():
            sealed.seal_all([row], community=HERE, today=NOON.date())
            row.save()
        if at:
            self._agrees(row)
        return row

    def _agrees(self, staff):
        """He tells where he is, so that the nearest is sent."""
        Consent.rows.create(
            community=HERE, subject=f"staff:{staff.pk}", purpose="dispatch", given=True,
            by=staff.account or self.account("desk"), at=NOON,
        )  # fmt: skip

    def shift(self, staff, starts, ends, days="1234567"):
        Shift.rows.create(
            community=HERE,
            staff=staff,
            days=days,
            starts=time.fromisoformat(starts),
            ends=time.fromisoformat(ends),
        )

    @property
    def resident(self):
        return self.actor("resident", "resident")

    @property
    def desk(self):
        return self.actor("desk", "front_desk")

    @property
    def dispatcher(self):
        return self.actor("dispatcher", "dispatcher")

    @property
    def checker(self):
        return self.actor("checker", "grid_worker")

    @property
    def supervisor(self):
        return self.actor("supervisor", "supervisor")

    @property
    def engineer(self):
        return self.actor("engineer", "engineer")


@pytest.fixture
def people(places):
    return People(places)


@pytest.fixture
def engineer(people):
    """Return the engineer's staff row."""
    return people.staff("engineer", "engineer", at=(121.4701, 31.2301))


@pytest.fixture
def alarm(db):
    """Return an open alarm of the desk, raised by the effect `fx-alarm`."""
    return raised("fx-alarm")


def raised(effect, *, device="co-01"):
    row = Alarm.rows.create(
        community=HERE,
        effect=effect,
        scene="safety.garage_air.co_over_limit",
        device=device,
        place="hml/g1",
        target=device,
        severity="major",
        state="raised",
        first_at=NOON,
        last_at=NOON,
        because={"device": device, "point": "co_mg_m3", "value": 41.0, "limit": 30.0},
    )
    Episode.rows.create(community=HERE, effect=effect, alarm=row, raised_at=NOON)
    return row


@pytest.fixture
def sensor(places):
    """Return the sensor `co-01` of the garage, as it is registered."""
    return Device.rows.create(
        community=HERE,
        code="co-01",
        model=MODEL.id,
        name_zh="B1 东侧探头",
        name_en="B1 east",
        place=places["hml/g1"],
        registered_at=NOON,
    )
