"""One's own home: nobody else's mode, nobody else's valve."""

from datetime import UTC, date, datetime, timedelta

import pytest

from linli.contracts import cases, scenes
from linli.devices.model import Property, Service, ThingModel
from linli.domains.home import operations, queries
from linli.foundation.identity.models import Account
from linli.foundation.identity.queries import Actor
from linli.foundation.outbox import operations as outbox
from linli.foundation.outbox.models import Outgoing
from linli.kernel.words import Words
from linli.registry.devices import asks, catalogue
from linli.registry.devices.models import Command, Device
from linli.registry.people.models import Household, Membership, Person
from linli.registry.places.models import Place
from linli.registry.scenes.models import Mode

HERE = "hml"
NOW = datetime(2026, 6, 1, 14, tzinfo=UTC)
W = Words(zh="阀", en="valve")
VALVE = ThingModel(
    id="gas_valve", name=W, category="fire", period="10m",
    properties={"gas_valve_open": Property(name=W, type="boolean")},
    services={"gas_valve.close": Service(name=W), "gas_valve.open": Service(name=W)},
)  # fmt: skip
METER = ThingModel(id="meter", name=W, category="energy", period="10m")


@pytest.fixture(autouse=True)
def wiring():
    values = [asks.LastValue(device="gv-101", point="gas_valve_open", at=1.0, value=1.0)]
    answers = {
        outbox.wake: lambda: None,
        catalogue.models: lambda: {one.id: one for one in (VALVE, METER)},
        scenes.scene_briefs: lambda community: {},
        cases.case_of_alarm: lambda community, alarms: {},
        asks.twin: lambda community, codes: [v for v in values if v.device in codes],
    }
    before = {port: port._answer for port in answers}
    for port, answer in answers.items():
        port.answer_with(answer)
    yield
    for port, answer in before.items():
        port._answer = answer


@pytest.fixture
def rooms(db):
    rows = {}
    for path, kind in (("hml", "estate"), ("hml/b1", "building"), ("hml/b1/101", "room"),
                       ("hml/b1/102", "room")):  # fmt: skip
        rows[path] = Place.rows.create(
            community=HERE, path=path, kind=kind, code=path.rpartition("/")[2], name_zh=path,
            name_en=path, parent=rows.get(path.rpartition("/")[0]),
        )  # fmt: skip
    for code, model in (("gv-101", "gas_valve"), ("me-101", "meter"), ("gv-102", "gas_valve")):
        Device.rows.create(
            community=HERE, code=code, model=model, name_zh=code,
            place=rows[f"hml/b1/{code[3:]}"], registered_at=NOW,
        )  # fmt: skip
    return rows


@pytest.fixture
def live(rooms):
    """Let somebody live in a room; return him."""

    def move_in(name, room="hml/b1/101", relation="owner", occupancy="owner", until=None):
        account, _ = Account.objects.get_or_create(username=name, defaults={"name": name})
        person, _ = Person.rows.of(HERE).get_or_create(code=name, defaults={"name": name})
        person.account = account
        person.save()
        home, _ = Household.rows.of(HERE).get_or_create(
            room=rooms[room], defaults={"occupancy": occupancy}
        )
        Membership.rows.create(
            community=HERE, household=home, person=person, relation=relation, until=until
        )
        return Actor(account=account.pk, name=name, community=HERE, roles=frozenset({"resident"}))

    return move_in


class TestSetMode:
    def test_is_heard_by_scenes_once(self, live):
        wang = live("wang")

        for _ in range(2):
            operations.set_mode(actor=wang, place="hml/b1/101", mode="away", now=NOW)

        assert Mode.rows.of(HERE).get().value == "away"
        assert list(Outgoing.objects.values_list("topic", flat=True)) == ["ModeSet"]

    @pytest.mark.parametrize("place", ["hml/b1/102", "hml/b1", "hml", "hml/b1/999", ""])
    def test_is_for_ones_own_room_alone(self, live, place):
        wang = live("wang")

        with pytest.raises(queries.HomeNotFound):
            operations.set_mode(actor=wang, place=place, mode="away", now=NOW)

        assert not Mode.rows.of(HERE).exists()

    def test_is_the_tenants_where_a_home_is_let(self, live):
        owner = live("owner", occupancy="rented")
        tenant = live("tenant", relation="tenant")

        operations.set_mode(actor=tenant, place="hml/b1/101", mode="night", now=NOW)

        with pytest.raises(queries.HomeNotFound):
            operations.set_mode(actor=owner, place="hml/b1/101", mode="away", now=NOW)

    def test_ends_with_the_lease(self, live):
        tenant = live("tenant", relation="tenant", until=date(2026, 6, 2))
        operations.set_mode(actor=tenant, place="hml/b1/101", mode="away", now=NOW)

        with pytest.raises(queries.HomeNotFound):
            operations.set_mode(
                actor=tenant, place="hml/b1/101", mode="home", now=NOW + timedelta(days=1)
            )


class TestShut:
    def test_goes_through_the_ledger_once(self, live):
        wang = live("wang")

        for _ in range(2):
            operations.shut(
                actor=wang, place="hml/b1/101", device="gv-101", key="shut-0001", now=NOW
            )

        row = Command.rows.of(HERE).get()
        assert (row.device, row.service, row.account_id) == (
            "gv-101", "gas_valve.close", wang.account,
        )  # fmt: skip

    @pytest.mark.parametrize("device", ["gv-102", "me-101", "nothing"])
    def test_is_for_ones_own_valves_alone(self, live, device):
        wang = live("wang")

        with pytest.raises(operations.CannotShut):
            operations.shut(actor=wang, place="hml/b1/101", device=device, key="shut-0001", now=NOW)

        assert not Command.rows.of(HERE).exists()


def test_a_home_shows_what_stands_in_it(live):
    [home] = queries.homes(actor=live("wang"), now=NOW)

    assert (home.mode, [one.code for one in home.devices]) == ("home", ["gv-101", "me-101"])
    [valve, _] = home.devices
    assert (valve.shuts, [one.value for one in valve.points]) == ("gas_valve.close", [1.0])
