"""Layers as GeoJSON: what is where, and who is shown it."""

import json

import pytest

from linli.domains.cases.operations import opening
from linli.domains.cases.operations.opening import Report
from linli.foundation.identity.queries import actor_of
from linli.kernel.words import Words
from linli.registry.devices import operations as devices
from linli.registry.devices.operations import NewDevice
from tests.registry.conftest import NOW

pytestmark = pytest.mark.django_db
AT = "/api/v1/hml/layers"


@pytest.fixture
def things(estate, reports, answers):
    made = [
        NewDevice(
            code=f"co-{n:02}",
            model="garage_co_sensor",
            name=Words(zh=f"探头{n}", en=f"Sensor {n}"),
            place="hml/b03" if n % 2 else "hml/p1",
            position=(120.0 + n / 10, 30.0) if n < 5 else None,
        )
        for n in range(8)
    ]
    devices.register_many(community="hml", devices=made, now=NOW)


def ids(answer):
    return [one["id"] for one in answer.json()["features"]]


class TestPlaces:
    def test_are_features_with_their_shapes(self, client, estate, sign_in):
        sign_in("manager")

        answer = client.get(f"{AT}/places", {"kind": "building"})

        assert answer["Content-Type"] == "application/geo+json"
        assert answer.json()["type"] == "FeatureCollection"
        [one] = answer.json()["features"]
        assert (one["type"], one["id"], one["geometry"]["type"]) == (
            "Feature", "hml/b03", "Polygon",
        )  # fmt: skip
        assert one["properties"]["height_m"] == 18.0
        assert answer.json()["next"] is None

    def test_a_box_leaves_what_it_meets(self, client, estate, sign_in):
        sign_in("manager")

        assert ids(client.get(f"{AT}/places", {"bbox": "120.9,30.9,125,35"})) == ["hml/b03"]
        assert ids(client.get(f"{AT}/places", {"bbox": "122,30,125,35"})) == []

    @pytest.mark.parametrize("bbox", ["1,2,3", "a,b,c,d", "5,0,1,1", "0,5,1,1", "nan,0,1,1", "1"])
    def test_a_box_that_is_none_is_refused(self, client, estate, sign_in, bbox):
        sign_in("manager")

        answer = client.get(f"{AT}/places", {"bbox": bbox})

        assert (answer.status_code, answer.json()["key"]) == (422, "web.bad_bbox")


class TestDevices:
    def test_stand_at_their_own_position_or_in_the_middle_of_their_place(
        self, client, things, sign_in
    ):
        sign_in("manager")

        found = {
            one["id"]: one["geometry"] for one in client.get(f"{AT}/devices").json()["features"]
        }

        assert found["co-01"]["coordinates"] == [120.1, 30.0]
        assert found["co-07"]["coordinates"] == pytest.approx([120.4, 30.4])
        assert found["co-06"] is None  # nobody drew the garage

    def test_pages_in_a_box_lose_nothing_and_repeat_nothing(self, client, things, sign_in):
        sign_in("manager")
        found, cursor = [], ""

        while cursor is not None:
            asked = {"bbox": "120,29,121,31", "limit": 2, "cursor": cursor}
            answer = client.get(f"{AT}/devices", asked)
            found, cursor = found + ids(answer), answer.json()["next"]

        assert found == ["co-00", "co-01", "co-02", "co-03", "co-04", "co-05", "co-07"]

    def test_narrow_by_property_and_time(self, client, things, sign_in):
        sign_in("manager")

        assert ids(client.get(f"{AT}/devices", {"place": "hml/p1", "limit": 2})) == [
            "co-00", "co-02",
        ]  # fmt: skip
        assert ids(client.get(f"{AT}/devices", {"online": "true"})) == []
        assert ids(client.get(f"{AT}/devices", {"since": "2020-01-01T00:00:00Z"})) == []
        assert client.get(f"{AT}/devices", {"since": "2020-01-01T00:00:00"}).status_code == 422

    def test_of_elsewhere_are_not_shown(self, client, things, sign_in):
        sign_in("engineer", place="hml/p1")

        assert {"co-00", "co-02", "co-04", "co-06"} == set(ids(client.get(f"{AT}/devices")))
        assert client.get("/api/v1/other/layers/devices").status_code == 403


class TestCases:
    def test_open_ones_lie_where_they_are_and_say_nothing_of_who_reported(
        self, client, things, sign_in
    ):
        account = sign_in("manager")
        actor = actor_of(account=account, community="hml", now=NOW)
        said = Report(kind="general", place="hml/b03", title="灯坏", contact="13800138000")
        number = opening.report(actor=actor, report=said, now=NOW).number

        answer = client.get(f"{AT}/cases")

        assert ids(answer) == [number]
        assert answer.json()["features"][0]["geometry"]["type"] == "Point"
        assert "13800138000" not in json.dumps(answer.json())
        assert ids(client.get(f"{AT}/cases", {"open": "false"})) == []
        assert ids(client.get(f"{AT}/cases", {"until": "2020-01-01T00:00:00Z"})) == []

    def test_a_resident_sees_his_own_only(self, client, things, sign_in):
        account = sign_in("manager")
        actor = actor_of(account=account, community="hml", now=NOW)
        opening.report(actor=actor, report=Report(kind="general", place="hml/b03"), now=NOW)
        sign_in("resident")

        assert ids(client.get(f"{AT}/cases")) == []

    def test_what_no_span_fits_is_looked_for_in_few_questions(
        self, client, things, sign_in, django_assert_max_num_queries
    ):
        account = sign_in("manager")
        actor = actor_of(account=account, community="hml", now=NOW)
        for _ in range(30):
            opening.report(actor=actor, report=Report(kind="general", place="hml/b03"), now=NOW)

        with django_assert_max_num_queries(25):
            answer = client.get(f"{AT}/cases", {"limit": 1, "since": "2100-01-01T00:00:00Z"})

        assert (ids(answer), answer.json()["next"]) == ([], None)


class TestAlarms:
    def test_none_is_an_empty_layer(self, client, things, sign_in):
        sign_in("manager")

        assert client.get(f"{AT}/alarms").json() == {
            "type": "FeatureCollection", "features": [], "next": None,
        }  # fmt: skip
        assert client.get(f"{AT}/alarms", {"state": "odd"}).status_code == 422

    def test_is_shut_to_who_may_not_see_alarms(self, client, things, sign_in):
        sign_in("resident")

        assert client.get(f"{AT}/alarms").status_code == 403
