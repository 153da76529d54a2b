"""A home, a family in it, guards near and far, a desk and a manager; a camera and a siren."""

from datetime import UTC, datetime

import pytest

from linli.contracts import cases
from linli.contracts import sos as contract
from linli.contracts.cases import CaseState
from linli.devices.model import Service, ThingModel
from linli.domains.sos import operations
from linli.domains.sos.operations import Raised
from linli.foundation.identity.models import Account
from linli.foundation.identity.queries import Actor
from linli.kernel.words import Words
from linli.registry.devices import catalogue
from linli.registry.devices.models import Device
from linli.registry.people.models import Household, Membership, Person, Staff
from linli.registry.places.models import Place
from tests.domains.neighbours import neighbours

HERE = "hml"
NOW = datetime(2026, 6, 1, 14, tzinfo=UTC)
_WORDS = Words(zh="器", en="thing")
MODELS = {
    model: ThingModel(
        id=model, name=_WORDS, category="safety", period="12h",
        services={name: Service(name=_WORDS) for name in services},
    )
    for model, services in {
        "camera": ["camera.snapshot"],
        "siren": ["siren.on", "siren.off"],
        "sos_button": [],
    }.items()
}  # fmt: skip


@pytest.fixture(autouse=True)
def desk():
    """Answer the questions that are asked."""
    more = {
        cases.case_of_alarm: lambda community, alarms: {},
        catalogue.models: lambda: MODELS,
        contract.picture_sources: lambda community, cameras: {},
    }
    with neighbours(CaseState.FILED, community=HERE, more=more) as made:
        yield made


@pytest.fixture
def estate(db):
    rows = {}
    for path, kind, at in (
        ("hml", "estate", [121.4700, 31.2300]),
        ("hml/gate", "zone", [121.4800, 31.2300]),
        ("hml/b01", "building", [121.4701, 31.2301]),
        ("hml/b01/101", "room", None),
    ):
        rows[path] = Place.rows.create(
            community=HERE, path=path, kind=kind, code=path.rpartition("/")[2], name_zh=path,
            name_en=path, parent=rows.get(path.rpartition("/")[0]),
            geometry={"type": "Point", "coordinates": at} if at else None,
        )  # fmt: skip
    for code, model, place in (
        ("cam-1", "camera", "hml/b01"), ("siren-1", "siren", "hml/b01"),
        ("sos-1", "sos_button", "hml/b01/101"),
    ):  # fmt: skip
        Device.rows.create(
            community=HERE,
            code=code,
            model=model,
            name_zh=code,
            place=rows[place],
            registered_at=NOW,
        )
    return rows


def account(name):
    return Account.objects.get_or_create(username=name, defaults={"name": name})[0]


@pytest.fixture
def people(estate):
    """Return a maker of actors; the staff and the family are there."""
    for name, skill, place in (
        ("near", "guard", "hml/b01"), ("far", "guard", "hml/gate"),
        ("desk", "front_desk", "hml"), ("boss", "manager", "hml"),
    ):  # fmt: skip
        Staff.rows.create(
            community=HERE, code=name, name=name, account=account(name), skills=[skill],
            place=estate[place], duty="off" if name == "boss" else "on",
        )  # fmt: skip
    home = Household.rows.create(community=HERE, room=estate["hml/b01/101"], occupancy="owner")
    for name in ("wang", "daughter"):
        person = Person.rows.create(community=HERE, code=name, name=name, account=account(name))
        Membership.rows.create(community=HERE, household=home, person=person, relation="family")

    def actor(name, *roles, community=HERE):
        return Actor(
            account=account(name).pk, name=name, community=community,
            roles=frozenset(roles or ("resident",)),
        )  # fmt: skip

    return actor


@pytest.fixture
def call(people):
    """Let Wang call for help."""

    def press(*, key="press-001", now=NOW, by="wang", **said):
        return operations.call_help(actor=people(by), raised=Raised(key=key, **said), now=now)

    return press
