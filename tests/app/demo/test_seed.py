"""和睦里 is entered through the register's own operations, once."""

import json
import stat
from datetime import UTC, datetime

import pytest

from linli.app import desk, wiring
from linli.app.demo import chosen, credentials, department, entries, seed
from linli.app.demo.bays import SEEN
from linli.app.demo.devices import TRY
from linli.app.demo.wires import WIRED
from linli.contracts import wires
from linli.contracts.asking import Asked
from linli.contracts.money import Line
from linli.devices import credential
from linli.domains.charging.models import Connector, Session
from linli.domains.charging.operations import answering
from linli.domains.exchange import queries
from linli.domains.exchange.models import Department
from linli.domains.openapi.models import ThirdParty
from linli.domains.parking import own_pages
from linli.foundation.approvals.models import Approval
from linli.foundation.identity import operations as identity
from linli.foundation.identity import queries as accounts
from linli.foundation.identity.models import Account
from linli.foundation.identity.roles import PERMISSIONS
from linli.foundation.money import operations as money
from linli.foundation.outbox import operations as outbox
from linli.registry.devices import catalogue
from linli.registry.devices import operations as devices
from linli.registry.devices.models import Device, Point
from linli.registry.people import queries as people
from linli.registry.people.models import Household, Membership, Person, Staff, Vehicle
from linli.registry.places import operations as places
from linli.registry.places.logic import PlaceChanges
from linli.registry.places.models import Place
from tests.proof.calling import undone

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
KEY = "an installation's secret"
TABLES = (Place, Person, Household, Membership, Vehicle, Staff, Device, Point)


@pytest.fixture(scope="module")
def wired(models, known):
    wiring.wire_records()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue.models, "_answer", lambda: models)
        patch.setattr(outbox.wake, "_answer", lambda: None)
        patch.setattr(wires.check, "_answer", known.check)
        yield


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def info(wired, home, django_db_setup, django_db_blocker):
    """The demo sown once for all of this file: it takes seconds. What a test does is undone."""
    with django_db_blocker.unblock(), undone(), undone("apart"):
        yield seed.seed(home=home, key=KEY, now=NOW)


def counts():
    return {table.__name__: table.rows.of("hml").count() for table in TABLES}


@pytest.mark.once  # the whole of it lies on PostgreSQL in tests/e2e/test_distributed.py
@pytest.mark.django_db(databases=["default", "apart"])
class TestSeed:
    def test_enters_all_of_it_once(self, sown, info, tmp_path):
        first = counts()

        again = seed.seed(home=tmp_path, key=KEY, now=NOW)

        assert counts() == first
        assert again == info
        assert first["Place"] == len(sown.places)
        assert first["Household"] == 2000
        assert first["Device"] == 2300
        assert first["Person"] == first["Membership"] == sum(len(h.people) for h in sown.homes)
        assert first["Staff"] == len(sown.workers)

    def test_tells_the_simulator_who_speaks_a_field_protocol(self, sown, info, tmp_path):
        planned = {thing.code for thing in sown.things if thing.wire}

        seed.seed(home=tmp_path, key=KEY, now=NOW)

        known = json.loads((tmp_path / WIRED).read_text("utf-8"))
        assert set(known["field"]) == planned
        assert known["former"] == []

    def test_leaves_devices_of_an_older_sowing_on_mqtt_and_says_so(self, sown, info, tmp_path):
        old = Device.rows.of("hml").filter(driver="dlt645").exclude(model="field_line")
        codes = set(old.values_list("code", flat=True))
        old.update(driver="", address="", options={}, gateway=None)

        seed.seed(home=tmp_path, key=KEY, now=NOW)

        told = set(json.loads((tmp_path / WIRED).read_text("utf-8"))["field"])
        assert codes
        assert not codes & told
        assert Device.rows.of("hml").filter(driver="dlt645").count() == 2

    def test_knows_meters_of_an_older_sowing_that_are_no_more_planned(self, sown, info, tmp_path):
        old = sown.former[0]
        devices.register_many(community="hml", devices=entries.devices([old], key=KEY), now=NOW)

        seed.seed(home=tmp_path, key=KEY, now=NOW)

        assert json.loads((tmp_path / WIRED).read_text("utf-8"))["former"] == [old.code]

    def test_leaves_what_people_have_changed(self, info, tmp_path):
        places.change(
            community="hml", path="hml/plaza", changes=PlaceChanges(name_zh="新广场"), now=NOW
        )
        identity.close_account(account=Account.objects.get(username="manager").pk, now=NOW)
        rotated = devices.rotate_credential(community="hml", code=TRY, now=NOW)

        seed.seed(home=tmp_path, key=KEY, now=NOW)

        assert Place.rows.of("hml").get(path="hml/plaza").name_zh == "新广场"
        assert not Account.objects.get(username="manager").is_active
        kept = Device.rows.of("hml").get(code=TRY).secret_hash
        assert credential.verify(rotated.secret, kept)

    def test_gives_sign_ins_that_work_and_only_to_its_owner(self, home, info):
        for sign in info.sign_ins:
            account = identity.sign_in(username=sign.username, password=sign.password, now=NOW)
            heads = {"household_head"} if sign.username == "resident" else set()
            actor = accounts.actor(account=account, community=sign.community, now=NOW)
            assert actor.roles == {sign.role} | heads
        file = home / "demo.json"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert json.loads(file.read_text("utf-8"))["sign_ins"][0]["username"] == "manager"

    def test_has_an_account_for_every_role_that_somebody_signs_in_by(self, info):
        held = {sign.role for sign in info.sign_ins}

        assert set(PERMISSIONS) - held == {
            "guardian", "household_head", "proxy_helper", "third_party",
        }  # fmt: skip

    def test_gives_its_cleaner_an_account_where_it_was_sown_before_she_had_one(
        self, info, tmp_path
    ):
        Staff.rows.of("hml").filter(code="clean-01").update(account=None)
        Account.objects.filter(username="clean").update(username="gone")

        seed.seed(home=tmp_path, key=KEY, now=NOW)

        assert Staff.rows.of("hml").get(code="clean-01").account.username == "clean"

    def test_lets_one_program_in_by_two_persons(self, info, tmp_path):
        seed.seed(home=tmp_path, key=KEY, now=NOW)

        [party] = ThirdParty.rows.of("hml")
        assert party.state == "allowed"
        assert party.scopes == ["cases.report", "notices.read"]
        by = (party.reviewed_by.username, party.decided_by.username)
        assert by == ("operator", "manager")

    def test_sets_one_department_up_by_two_persons_where_it_may_be_called(
        self, info, tmp_path, settings
    ):
        assert not Department.rows.of("hml").exists()
        settings.DEPARTMENTS_INSIDE = True

        for _ in range(2):
            seed.seed(home=tmp_path, key=KEY, now=NOW)

        [row] = Department.rows.of("hml")
        [asked] = Approval.rows.of("hml").filter(kind="department")
        assert row.url == department.where(tmp_path)
        assert queries.line(row).key == department.key(KEY)
        assert (asked.asked_by.username, asked.decided_by.username) == ("manager", "super")

    def test_starts_where_the_supervisor_is_gone_without_a_department(
        self, info, tmp_path, settings
    ):
        settings.DEPARTMENTS_INSIDE = True
        identity.close_account(account=Account.objects.get(username="super").pk, now=NOW)

        seed.seed(home=tmp_path, key=KEY, now=NOW)

        assert not Department.rows.of("hml").exists()

    def test_lets_neighbours_book_in_each_others_garages(self, info):
        here, there = (
            {
                (lot["community"], lot["lot"], len(lot["loans"]))
                for lot in own_pages.offers(community=community, cursor="", limit=50, now=NOW)[
                    "items"
                ]
            }
            for community in ("hml", "qhy")
        )

        assert {lot for lot in here if lot[0] == "qhy"} == {("qhy", "g1", 1)}
        assert {lot for lot in there if lot[0] == "hml"} == {("hml", "g2", 0)}

    def test_its_resident_charges_by_plate_where_a_camera_sees_the_bay(self, sown, info):
        car, eye = chosen.home(sown.homes).cars[0].plate, SEEN["ev-g1-z1-2"]
        person = Person.rows.of("hml").get(code=chosen.resident(sown.homes).code).pk
        Device.rows.of("hml").filter(code="ev-g1-z1-2").update(online=True)

        def seen(id):
            body = {"plate": car, "lane": eye.lane, "confidence": 0.98, "direction": "in"}
            asked = Asked(
                community="hml", device=eye.camera, kind="lane.seen", id=id, body=body, at=0.0
            )
            return desk.ANSWERS["lane.seen"](asked, NOW)

        before = seen("q1")
        money.post(
            community="hml", key="q", reason="wallet.top_up", now=NOW,
            lines=[Line("cash:desk", -10_000), Line(f"wallet:person:{person}", 10_000)],
        )  # fmt: skip
        answering.wish_by_plate(community="hml", person=person, plate=car, on=True, now=NOW)
        after = seen("q2")

        assert (before.reason, after.ok, after.reason) == (
            "charging.plate_not_wished", True, "",
        )  # fmt: skip
        assert Session.rows.of("hml").get().connector.device.code == "ev-g1-z1-2"
        there = Connector.rows.of("hml").exclude(camera="").values_list("device__code", flat=True)
        assert set(there) == set(SEEN)

    def test_gives_devices_the_secrets_that_the_simulator_makes(self, sown, info):
        rows = {row.code: row.secret_hash for row in Device.rows.of("hml")}
        for thing in sown.things:
            secret = credentials.device_secret(key=KEY, code=thing.code)
            assert credential.verify(secret, rows[thing.code]) is thing.credential

    def test_the_loudspeaker_of_a_home_says_nothing_of_what_is_spoken_to_many(self, sown, info):
        room = chosen.home(sown.homes).room
        building = room.rsplit("/", 3)[0]

        [own] = wiring._speakers("hml", room)

        assert own.startswith("speaker-")
        assert own not in wiring._speakers("hml", building)
        assert f"ls-{building.rpartition('/')[2]}" in wiring._speakers("hml", building)

    def test_puts_somebody_on_duty_at_any_hour(self, info):
        for hour in range(24):
            at = NOW.replace(hour=hour)
            for skill in ("engineer", "guard", "dispatcher"):
                assert people.staff_on_duty(community="hml", skill=skill, at=at)


class TestSecrets:
    def test_differ_by_installation_device_and_use(self):
        made = {
            credentials.device_secret(key="a", code="x"),
            credentials.device_secret(key="b", code="x"),
            credentials.device_secret(key="a", code="y"),
            credentials.password(key="a", username="x"),
        }

        assert len(made) == 4
        assert all(len(secret) >= 14 for secret in made)
