"""What residents and the desk are shown and may say over HTTP: their own things, and what holds."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from linli.contracts.tariffs import TariffAgreed, TariffChange
from linli.domains.charging import own, queries, stickers
from linli.domains.charging.models import Connector, PlateWish, Reservation, Site, TariffVersion
from linli.domains.charging.operations import answering, setting, sharing, starting
from linli.kernel.fault import Fault
from linli.registry.devices import asks
from linli.registry.devices.models import Device
from linli.registry.people.models import Household, Membership, Person, Vehicle
from linli.registry.places.models import Place
from tests.domains.charging.conftest import (
    NOW,
    TARIFFS,
    add_device,
    begin,
    later,
    obeyed,
    row,
    start,
)
from tests.registry.conftest import sign_in

__all__ = ["sign_in"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def resident(site, people, sign_in, monkeypatch):
    account = sign_in("resident")
    Person.rows.of("hml").filter(pk=people[0].pk).update(account=account)
    monkeypatch.setattr(asks.twin, "_answer", lambda community, codes: [])
    return people[0]


@pytest.fixture
def desk(site, sign_in, monkeypatch):
    monkeypatch.setattr(asks.twin, "_answer", lambda community, codes: [])
    return sign_in("manager")


def get(client, path):
    return client.get(f"/api/v1/hml/{path}")


def put(client, path, body):
    return client.put(f"/api/v1/hml/{path}", body, content_type="application/json")


def post(client, path, body=None):
    return client.post(f"/api/v1/hml/{path}", body or {}, content_type="application/json")


def car(plate, owner, community="hml"):
    return Vehicle.rows.create(
        community=community, plate=plate, colour="green", kind="car", owner=owner
    )


class TestPlates:
    def test_each_is_off_until_it_is_switched_on_and_only_that_one(self, client, resident):
        car("浙A1", resident)
        car("浙A2", resident)

        before = get(client, "my/charging/plates").json()["items"]
        said = put(client, "my/charging/plates", {"plate": "浙A2", "on": True})
        again = put(client, "my/charging/plates", {"plate": "浙A2", "on": True})

        assert [one["on"] for one in before] == [False, False]
        assert said.json() == again.json() == {"plate": "浙A2", "on": True, "vin": ""}
        assert [one["on"] for one in get(client, "my/charging/plates").json()["items"]] == [
            False,
            True,
        ]
        assert PlateWish.rows.of("hml").count() == 1

    def test_anothers_plate_is_neither_shown_nor_switched(self, client, resident, people):
        car("浙A3", people[1])

        answer = put(client, "my/charging/plates", {"plate": "浙A3", "on": True})

        assert get(client, "my/charging/plates").json() == {"items": []}
        assert (answer.status_code, answer.json()["key"]) == (404, "charging.plate_not_found")
        assert not PlateWish.rows.of("hml").exists()

    def test_what_an_owner_before_said_does_not_hold_for_the_next(self, resident, people):
        sold = car("浙AD92035", resident)
        who = {"community": "hml", "person": resident.pk, "plate": sold.plate, "now": NOW}
        answering.wish_by_plate(**who, on=True)
        Vehicle.rows.of("hml").filter(pk=sold.pk).update(owner=people[1])

        seen = answering.PlateSeen(
            camera="cp-1", connector="cp-1", plate=sold.plate, confidence=0.99
        )
        told = answering.by_plate(community="hml", seen=seen, ask="q", now=NOW)

        assert (told.ok, told.reason) == (False, "charging.plate_not_wished")

    def test_he_reads_which_are_on_among_what_is_held_on_him(self, resident):
        who = {"community": "hml", "person": resident.pk, "now": NOW}
        for plate, on in (("浙A1", True), ("浙A2", False)):
            car(plate, resident)
            answering.wish_by_plate(**who, plate=plate, on=on)

        assert [one.record.zh for one in own.held("hml", f"person:{resident.pk}", 100)] == ["浙A1"]


class TestOwnPage:
    def test_says_what_is_kept_until_it_is_given_up(self, client, resident):
        put(client, "my/charging/reservation", {"connector": "cp-2"})

        kept = get(client, "my/charging").json()["kept"]
        gone = [client.delete("/api/v1/hml/my/charging/reservation") for _ in range(2)]
        after = get(client, "my/charging").json()

        assert kept["connector"] == "cp-2"
        assert [one.status_code for one in gone] == [204, 204]
        assert after["kept"] is None
        assert {one["state"] for one in after["sites"][0]["connectors"]} == {"free"}

    def test_what_is_kept_for_another_or_lapsed_is_not_told(self, client, resident, people):
        starting.reserve(community="hml", device="cp-2", person=people[1].pk, now=timezone.now())
        starting.reserve(community="hml", device="cp-1", person=resident.pk, now=timezone.now())
        past = timezone.now() - timedelta(minutes=1)
        Reservation.rows.of("hml").filter(person=resident).update(until=past)

        assert get(client, "my/charging").json()["kept"] is None

    def test_the_site_nearest_to_home_comes_first_and_one_of_no_known_place_last(
        self, client, resident, shed
    ):
        home = Place.rows.of("hml").get(path="hml/b03/u1/f01/101")
        Household.rows.create(community="hml", room=home, occupancy="owner")
        Membership.rows.create(
            community="hml",
            household=Household.rows.of("hml").get(room=home),
            person=resident,
            relation="owner",
        )
        Site.rows.create(
            community="hml", code="a-site", name_zh="无位置", kind="ev",
            place=home.__class__.rows.of("hml").get(path="hml/p1"), tariff="ev_by_hour",
        )  # fmt: skip
        for code, lon in (("cp-1", 120.9), ("socket-1", 120.51)):
            Device.rows.of("hml").filter(code=code).update(longitude_deg=lon, latitude_deg=30.5)

        sites = get(client, "my/charging").json()["sites"]

        assert [one["code"] for one in sites] == ["shed1", "ev1", "a-site"]
        assert sites[0]["away_m"] < sites[1]["away_m"]
        assert sites[2]["away_m"] is None

    def test_a_code_has_a_picture_and_an_end(self, client, resident):
        made = post(client, "my/charging/code").json()

        assert made["picture"].startswith("data:image/svg+xml")
        assert made["until"] > timezone.now().isoformat()


class TestDoneBy:
    def test_is_kept_and_shown(self, client, resident):
        at = (timezone.now() + timedelta(hours=2)).isoformat()

        made = post(
            client,
            "my/charging/sessions",
            {"connector": "cp-1", "wants_wh": 20_000, "done_by": at},
        ).json()

        assert made["wants_wh"] == 20_000
        assert row(made["number"]).done_by.isoformat() == at

    def test_one_that_is_past_begins_nothing(self, resident):
        with pytest.raises(Fault) as refused:
            start(resident, done_by=NOW, wants_wh=20_000)

        assert refused.value.key == "charging.done_before"

    @pytest.mark.parametrize(
        ("minutes", "current"),
        [(25, 100), (35, 0)],
    )
    def test_who_is_late_goes_first_until_his_time_is_past(self, site, people, minutes, current):
        """One turn at a time: 10 A is enough for one car."""
        Site.rows.of("hml").update(limit_da=100)
        first = start(people[0], device="cp-1")
        begin(first.number)
        obeyed(NOW)
        hurried = start(
            people[1],
            device="cp-2",
            done_by=later(minutes=30),
            wants_wh=50_000,
            now=later(minutes=1),
        )
        obeyed(later(minutes=1))

        for seconds in (0, 5):
            at = later(minutes=minutes, seconds=seconds)
            sharing.share(community="hml", site=site.pk, now=at)
            obeyed(at)

        assert row(hurried.number).limit_da == current
        assert row(first.number).limit_da == 100 - current


class TestPrices:
    def test_the_text_in_force_is_that_of_the_catalogue_until_two_persons_say_otherwise(
        self, client, desk
    ):
        before = get(client, "charging/sites/ev1/tariffs").json()
        text = TARIFFS["ev_by_hour"].replace('"0.4000"', '"0.9000"')
        change = TariffChange(of="charging", where="ev1", text=text, from_at=NOW)
        setting.put_tariff(
            TariffAgreed(
                community="hml", change=change, by=None, approved_by=None, cause="c", now=NOW
            )
        )
        after = get(client, "charging/sites/ev1/tariffs").json()

        assert (before["version"], before["text"]) == (0, TARIFFS["ev_by_hour"])
        assert (after["version"], after["text"]) == (1, text)
        assert after["now"]["stretches"][0]["service_e4"] == 9000

    def test_whoever_sets_up_a_site_chooses_among_those_of_the_catalogue(self, client, desk):
        found = get(client, "charging/tariffs").json()["items"]

        assert [(one["id"], one["kind"]) for one in found] == [
            ("ebike_by_hour", "ebike"),
            ("ev_by_hour", "ev"),
        ]

    def test_a_site_and_its_plugs_are_set_up_once(self, client, desk):
        body = {
            "code": "ev2", "name": {"zh": "东区", "en": "East"}, "kind": "ev", "place": "hml/p1",
            "tariff": "ev_by_hour", "limit_a": 63,
        }  # fmt: skip

        made = [post(client, "charging/sites", body) for _ in range(2)]
        plug = post(client, "charging/sites/ev2/connectors", {"device": "cp-1", "label": "A1"})

        assert [one.status_code for one in made] == [201, 409]
        assert (plug.status_code, plug.json()["key"]) == (409, "charging.code_taken")
        assert get(client, "charging/sites/ev2").json()["connectors"] == []

    def test_residents_see_neither(self, client, resident):
        assert get(client, "charging/tariffs").status_code == 403
        assert get(client, "charging/sites/ev1/tariffs").status_code == 403

    def test_however_many_versions_there_were_two_questions_find_those_in_force(
        self, site, shed, django_assert_num_queries
    ):
        texts = (TARIFFS["ev_by_hour"], TARIFFS["ev_by_hour"].replace('"0.4000"', '"0.9000"'))
        TariffVersion.rows.bulk_create(
            TariffVersion(
                community="hml", site=site, version=n, text=texts[n == 200], from_at=later(hours=n)
            )
            for n in range(1, 301)
        )

        with django_assert_num_queries(2):
            found = queries.tariffs_of(sites=[site, shed], now=later(hours=200))

        assert {one: version for one, (_, version) in found.items()} == {site.pk: 200, shed.pk: 0}
        assert found[site.pk][0].stretches[0].service_e4 == 9000
        assert queries.tariffs_of(sites=[site], now=NOW)[site.pk][1] == 0


class TestCamera:
    PATH = "charging/sites/ev1/connectors/cp-1/camera"

    def test_is_named_shown_to_staff_alone_and_taken_away(self, client, desk):
        add_device("cam-1", "camera")

        named = put(client, self.PATH, {"camera": "cam-1", "lane": "02"})
        shown = named.json()["connectors"][0]
        gone = put(client, self.PATH, {"camera": "", "lane": "2"}).json()["connectors"][0]

        assert named.status_code == 200
        assert (shown["camera"], shown["camera_lane"]) == ("cam-1", "2")
        assert (gone["camera"], gone["camera_lane"]) == ("", "")

    def test_is_named_with_a_new_plug_or_nothing_is_made(self, client, desk):
        add_device("cp-3", "ev_charger", "ocpp")
        body = {"device": "cp-3", "label": "A3", "camera": "cam-9"}

        refused = post(client, "charging/sites/ev1/connectors", body)
        add_device("cam-9", "camera")
        made = post(client, "charging/sites/ev1/connectors", body)

        assert (refused.status_code, refused.json()["key"]) == (404, "devices.not_found")
        assert made.status_code == 201
        assert [one["camera"] for one in made.json()["connectors"]] == ["", "", "cam-9"]

    @pytest.mark.parametrize("lane", ["x", "12345", "-1"])
    def test_a_lane_is_a_number(self, client, desk, lane):
        assert put(client, self.PATH, {"camera": "", "lane": lane}).status_code == 422

    def test_a_resident_names_none_and_sees_none(self, client, resident):
        Connector.rows.of("hml").update(camera="cam-1", camera_lane=F("label"))

        refused = put(client, self.PATH, {"camera": ""})
        places = get(client, "my/charging").json()["sites"][0]["connectors"]

        assert refused.status_code == 403
        assert {one["camera"] for one in places} == {""}
        assert Connector.rows.of("hml").filter(camera="cam-1").count() == 2


class TestStickers:
    def test_each_place_has_a_code_that_opens_it_and_what_people_read(self, client, desk):
        Site.rows.of("hml").update(name_zh="<地库>&")

        sheet = get(client, "charging/sites/ev1/stickers")
        text = sheet.content.decode()

        assert sheet["content-type"] == "text/html; charset=utf-8"
        assert sheet["content-security-policy"].startswith("default-src 'none'; style-src ")
        assert text.count("<section>") == text.count("<svg") == 2
        assert "&lt;地库&gt;&amp;" in text
        assert "<地库>" not in text
        link = stickers.link(base="https://here.example/", community="hml", device="a b&c")
        assert link == "https://here.example/my/charging?at=a+b%26c&in=hml"

    def test_of_no_site_or_for_a_resident_there_is_none(self, client, desk, sign_in):
        assert get(client, "charging/sites/ev9/stickers").status_code == 404
        sign_in("resident")
        assert get(client, "charging/sites/ev1/stickers").status_code == 403
