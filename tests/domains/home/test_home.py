"""One's own home: nobody else's mode, nobody else's valve."""

from datetime import UTC, date, datetime, timedelta

import pytest

from linli.app import catalogue as app_catalogue
from linli.app import settings
from linli.contracts import cases, doors, scenes
from linli.contracts.doors import PassageDecided
from linli.devices.model import Property, Service, ThingModel
from linli.domains.home import logic, operations, queries
from linli.foundation import ids
from linli.foundation.identity.models import Account
from linli.foundation.identity.queries import Actor
from linli.foundation.outbox import operations as outbox
from linli.foundation.outbox.models import Outgoing
from linli.kernel.words import Words
from linli.registry.devices import asks, catalogue
from linli.registry.devices.models import Command, Device
from linli.registry.people.models import Household, Membership, Person
from linli.registry.places.models import Place
from linli.registry.scenes import catalogue as scene_catalogue
from linli.registry.scenes.models import LimitOverride, Mode
from linli.scenes import limits
from linli.scenes.load import load

HERE = "hml"
NOW = datetime(2026, 6, 1, 14, tzinfo=UTC)
W = Words(zh="阀", en="valve")
VALVE = ThingModel(
    id="gas_valve", name=W, category="fire", period="10m",
    properties={"gas_valve_open": Property(name=W, type="boolean")},
    services={"gas_valve.close": Service(name=W), "gas_valve.open": Service(name=W)},
)  # fmt: skip
FOLDER = settings.CATALOG / "scenes" / "safety" / "home"
SCENES = {
    one.id: one
    for name in ("opened_while_away", "opened_at_night")
    for one in [load((FOLDER / f"{name}.toml").read_text("utf-8"), file=f"safety/home/{name}.toml",
                     models=app_catalogue.models()[0])]
}  # fmt: skip
METER = ThingModel(id="meter", name=W, category="energy", period="10m")


@pytest.fixture(autouse=True)
def wiring():
    values = [asks.LastValue(device="gv-101", point="gas_valve_open", at=1.0, value=1.0)]
    answers = {
        outbox.wake: lambda: None,
        catalogue.models: lambda: {one.id: one for one in (VALVE, METER)},
        scenes.scene_briefs: lambda community: {},
        cases.case_of_alarm: lambda community, alarms: {},
        scene_catalogue.scenes: lambda: SCENES,
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


class TestLeft:
    """The table of delays: a minute to leave, forty-five seconds to disarm."""

    DELAYS = {"while.since": 60.0, "all.0.while.since": 60.0, "hold": 45.0}

    @pytest.mark.parametrize(
        ("mode", "armed_s", "entry", "entered_s", "left"),
        [
            ("away", 0, None, 0, (60, 0)),
            ("away", 59.2, None, 0, (1, 0)),
            ("away", 60, None, 0, (0, 0)),
            ("night", 20, None, 0, (40, 0)),
            ("home", 20, None, 0, (0, 0)),
            ("home", 20, "waiting", 5, (0, 0)),
            ("away", 900, "waiting", 0, (0, 45)),
            ("away", 900, "waiting", 44.5, (0, 1)),
            ("away", 900, "waiting", 45, (0, 0)),
            ("away", 900, "none", 5, (0, 0)),
            ("away", 10, "waiting", 20, (50, 0)),
            ("night", 900, "waiting", 5, (0, 40)),
        ],
    )
    def test_what_remains(self, mode, armed_s, entry, entered_s, left):
        ago = lambda seconds: NOW - timedelta(seconds=seconds)  # noqa: E731
        found = logic.left(
            mode=logic.Set(mode, ago(armed_s)),
            entry=logic.Set(entry, ago(entered_s)) if entry else None,
            delays=self.DELAYS,
            now=NOW,
        )

        assert (found.leave_s, found.disarm_s) == left

    def test_a_scene_that_is_off_or_another_text_leaves_no_time(self):
        found = logic.left(mode=logic.Set("away", NOW), entry=None, delays={}, now=NOW)

        assert found == logic.Left()

    def test_is_shown_as_the_catalogue_and_the_changed_limits_say(self, live):
        wang = live("wang")
        operations.set_mode(actor=wang, place="hml/b1/101", mode="away", now=NOW)
        LimitOverride.rows.create(
            community=HERE, scene="safety.home.opened_while_away", target="hml/b1",
            key="while.since", value=90, operator="since", at=NOW,
        )  # fmt: skip
        LimitOverride.rows.create(
            community=HERE, scene="safety.home.opened_while_away", target="hml/b1/102",
            key="while.since", value=30, operator="since", at=NOW,
        )  # fmt: skip
        Mode.rows.create(
            community=HERE, place="hml/b1/101", mode="entry", value="waiting",
            at=NOW + timedelta(seconds=5),
        )  # fmt: skip

        [home] = queries.homes(actor=wang, now=NOW + timedelta(seconds=10))

        assert (home.left.leave_s, home.left.disarm_s) == (80, 40)

    @pytest.mark.parametrize("mode", ["away", "night"])
    def test_the_catalogue_has_the_scenes_and_the_delays(self, mode):
        watch = logic.WATCHES[mode]
        found = limits.of_scene(SCENES[watch.scene])

        assert found[watch.leave] == (60.0, "")
        assert watch.disarm in found


class TestKnownAtTheDoor:
    @pytest.fixture
    def passed(self, live):
        """Let somebody pass a door; `who` is the person whom the records know."""

        def passed(who="wang", **other):
            person = Person.rows.of(HERE).filter(code=who).values_list("pk", flat=True).first()
            doors.passer_of._answer = lambda community, passage: person
            fact = PassageDecided(
                **{"id": ids.new(), "at": NOW, "community": HERE, "cause": None, "passage": 7,
                   "door": "lock-101", "place": "hml/b1/101", "way": "card", "direction": "in",
                   "opened": True, "reason": "right"} | other
            )  # fmt: skip
            operations.known_at_the_door(fact=fact)
            row = Mode.rows.of(HERE).get(place="hml/b1/101")
            return row.value, row.at

        before = doors.passer_of._answer
        yield passed
        doors.passer_of._answer = before

    def arm(self, who, mode, ago=timedelta(hours=1)):
        operations.set_mode(actor=who, place="hml/b1/101", mode=mode, now=NOW - ago)

    @pytest.mark.parametrize("way", ["card", "sim", "qr", "pin", "face", "bluetooth"])
    def test_who_lives_there_disarms_a_home_that_is_away(self, live, passed, way):
        self.arm(live("wang"), "away")

        assert passed(way=way) == ("home", NOW)
        assert Outgoing.objects.filter(topic="ModeSet").count() == 2

    def test_a_home_that_sleeps_is_armed_anew_once(self, live, passed):
        self.arm(live("wang"), "night")

        told = [passed() for _ in range(2)]

        assert told == [("night", NOW), ("night", NOW)]
        assert Outgoing.objects.filter(topic="ModeSet").count() == 2

    @pytest.mark.parametrize(
        "other",
        [
            {"opened": False, "reason": "no_right"},
            {"direction": "out"},
            {"late": True},
            {"guest": "visit:3"},
            {"way": "phone"},
            {"way": "intercom"},
            {"way": "code"},
            {"way": "staff"},
            {"reason": "free"},
            {"reason": "fire"},
            {"place": "hml/b1"},
            {"place": "hml/b1/102"},
            {"community": "other"},
            {"at": NOW - timedelta(hours=2)},
            {"who": "neighbour"},
            {"who": "nobody"},
        ],
        ids=str,
    )
    def test_nothing_else_does(self, live, passed, other):
        live("neighbour", room="hml/b1/102")
        self.arm(live("wang"), "away")

        assert passed(**other) == ("away", NOW - timedelta(hours=1))

    def test_whose_lease_is_over_does_not(self, live, passed):
        tenant = live("tenant", relation="tenant", until=date(2026, 6, 2))
        self.arm(tenant, "away")

        assert passed("tenant", at=NOW + timedelta(days=2))[0] == "away"

    def test_armed_again_meanwhile_an_old_passage_that_is_heard_again_changes_nothing(
        self, live, passed
    ):
        wang = live("wang")
        self.arm(wang, "away")
        passed()
        self.arm(wang, "away", ago=-timedelta(minutes=1))

        assert passed() == ("away", NOW + timedelta(minutes=1))


def test_a_home_shows_what_stands_in_it(live):
    [home] = queries.homes(actor=live("wang"), now=NOW)

    assert (home.mode, [one.code for one in home.devices]) == ("home", ["gv-101", "me-101"])
    [valve, _] = home.devices
    assert (valve.shuts, [one.value for one in valve.points]) == ("gas_valve.close", [1.0])
