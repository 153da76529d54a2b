"""NGSI-LD: the rules of its questions, and entities as a broker of the city reads them."""

import pytest

from linli.contracts.effects import AlarmRaised, Because, Severity
from linli.registry.alarms import operations as alarms
from linli.registry.devices import asks
from linli.registry.devices.asks import LastValue
from linli.registry.devices.models import Device
from linli.web import ngsi, ngsi_ld
from tests.registry.conftest import NOW
from tests.registry.devices.kit import CO_SCENE

API = "/api/v1/hml/ngsi-ld/v1/entities"
ENTITY = {
    "id": "urn:ngsi-ld:Device:hml:co-1",
    "type": "Device",
    "co_mg_m3": ngsi.prop(41.0),
    "deviceState": ngsi.prop("online"),
    "running": ngsi.prop(True),
    "alertSource": ngsi.relation("urn:x"),
}


class TestQuery:
    @pytest.mark.parametrize(
        ("q", "fits"),
        [
            ("", True),
            ("co_mg_m3", True),
            ("absent", False),
            ("co_mg_m3>40", True),
            ("co_mg_m3>=41;co_mg_m3<41", False),
            ("co_mg_m3<41|deviceState==online", True),
            ('deviceState=="online"', True),
            ("deviceState!=online", False),
            ("running==true", True),
            ("running==1", False),
            ("running>0", False),
            ("co_mg_m3==41", True),
            ('co_mg_m3=="41"', False),
            ('alertSource=="urn:x"', True),
            ("deviceState>40", False),
        ],
    )
    def test_is_a_test_of_attributes(self, q, fits):
        assert ngsi.query(q)(ENTITY) is fits

    @pytest.mark.parametrize(
        "q", ["==1", "a==", "a==1;", "(a==1)", "a~=b", "a==1..2", ";".join(["a"] * 30), "a b"]
    )
    def test_that_cannot_be_read_is_refused(self, q):
        if q == "a==1..2":  # a range is not offered: it is a word that nothing equals
            assert not ngsi.query(q)({"a": ngsi.prop(1)})
            return
        with pytest.raises(ngsi.BadQuery):
            ngsi.query(q)


class TestNear:
    def test_measures_along_the_ground(self):
        assert ngsi.distance_m((121.47, 31.23), (121.47, 31.24)) == pytest.approx(1112, abs=2)

    @pytest.mark.parametrize(
        ("georel", "inside"),
        [("near;maxDistance==1200", True), ("near;maxDistance==1000", False),
         ("near;minDistance==1000", True)],
    )  # fmt: skip
    def test_is_within_or_beyond(self, georel, inside):
        near = ngsi.near(
            georel=georel, geometry="Point", coordinates="[121.47,31.23]", geoproperty="location"
        )

        assert near.holds((121.47, 31.24)) is inside
        assert not near.holds(None)

    @pytest.mark.parametrize(
        ("georel", "geometry", "coordinates"),
        [
            ("within", "Polygon", "[]"),
            ("near;maxDistance==x", "Point", "[1,2]"),
            ("near;maxDistance==1", "Point", "[1]"),
            ("near;maxDistance==1", "Point", "nonsense"),
            ("near;maxDistance==1", "Point", '["a","b"]'),
            ("near;maxDistance==1", "Point", "[1e999,0]"),
            ("", "Point", "[1,2]"),
        ],
    )
    def test_of_another_manner_is_refused(self, georel, geometry, coordinates):
        with pytest.raises(ngsi.BadQuery):
            ngsi.near(
                georel=georel, geometry=geometry, coordinates=coordinates, geoproperty="location"
            )


@pytest.fixture
def city(client, devices, sign_in, monkeypatch):
    """Two CO sensors of which one has spoken and has an alarm, a fan, a loudspeaker."""
    Device.rows.of("hml").filter(code="co-1").update(longitude_deg=121.47, latitude_deg=31.23)
    last = [LastValue(device="co-1", point="co_mg_m3", at=NOW.timestamp(), value=41.0)]
    monkeypatch.setattr(asks.twin, "_answer", lambda community, codes: last)
    alarms.raised(
        effect=AlarmRaised(
            id="alarm-1", at=NOW.timestamp(), community="hml", cause="r:1:1",
            severity=Severity.MAJOR, device="co-1", place="hml/p1", scene=CO_SCENE,
            because=Because(device="co-1", point="co_mg_m3", value=41.0, limit=30.0),
        )
    )  # fmt: skip
    sign_in("manager")
    return client


def ids(answer):
    return [ids_of(one) for one in answer.json()]


def ids_of(entity):
    return entity["id"].rpartition(":")[2]


@pytest.mark.django_db
class TestEntities:
    def test_of_devices_have_their_readings_and_their_position(self, city):
        [found] = city.get(API, {"type": "Device", "q": "co_mg_m3>40"}).json()

        assert found["id"] == "urn:ngsi-ld:Device:hml:co-1"
        assert found["co_mg_m3"] == {
            "type": "Property", "value": 41.0, "unitCode": "GP",
            "observedAt": "2026-06-01T04:00:00.000Z",
        }  # fmt: skip
        assert found["location"]["value"] == {"type": "Point", "coordinates": [121.47, 31.23]}

    def test_of_alarms_point_to_their_device_and_name_severity_in_its_words(self, city):
        [found] = city.get(API, {"type": "Alert"}).json()

        assert found["severity"]["value"] == "high"
        assert found["alertSource"] == {
            "type": "Relationship", "object": "urn:ngsi-ld:Device:hml:co-1",
        }  # fmt: skip
        assert city.get(f"{API}/{found['id']}").json() == found

    def test_are_found_near_a_point_by_id_and_of_both_types(self, city):
        near = {"georel": "near;maxDistance==50", "geometry": "Point",
                "coordinates": "[121.4701,31.23]"}  # fmt: skip

        assert ids(city.get(API, {"type": "Device"} | near)) == ["co-1"]
        assert ids(city.get(API, {"type": "Device", "id": "urn:ngsi-ld:Device:hml:fan-1"})) == [
            "fan-1"
        ]
        assert len(city.get(API, {"type": "Device,Alert"}).json()) == 5

    def test_are_found_by_id_however_many_stand_before_them(self, city, monkeypatch):
        monkeypatch.setattr(ngsi_ld, "_AT_ONCE", 1)
        monkeypatch.setattr(ngsi_ld, "_MOST_LOOKED_AT", 2)
        every = ids(city.get(API, {"type": "Device"}))
        [alert] = city.get(API, {"type": "Alert"}).json()

        beyond = {"type": "Device,Alert", "id": f"urn:ngsi-ld:Device:hml:speaker-1,{alert['id']}"}

        assert every == ["co-1", "co-2"]
        assert ids(city.get(API, beyond)) == ["speaker-1", ids_of(alert)]

    @pytest.mark.parametrize(
        ("most", "asked", "said"),
        [
            (2, {"type": "Device", "q": 'deviceState=="nowhere"'}, "Device"),
            (2, {"type": "Device,Alert", "q": 'name=="x"'}, "Device"),
            (2, {"type": "Device", "limit": 1}, ""),
            (4, {"type": "Device"}, ""),
            (5, {"type": "Device,Alert", "q": 'name=="x"'}, ""),
        ],
    )
    def test_of_a_type_that_was_not_looked_through_to_its_end_say_so(
        self, city, monkeypatch, most, asked, said
    ):
        monkeypatch.setattr(ngsi_ld, "_AT_ONCE", 1)
        monkeypatch.setattr(ngsi_ld, "_MOST_LOOKED_AT", most)

        told = city.get(API, asked).get("NGSILD-Warning", "")

        assert told == (f'199 - "only the first {most} of {said} were looked at"' if said else "")

    @pytest.mark.parametrize(
        "id", ["nothing", ",", "urn:ngsi-ld:Device:other:co-1", "urn:ngsi-ld:Alert:hml:x",
               "urn:ngsi-ld:Alert:hml:" + "9" * 30,
               "urn:ngsi-ld:Alert:hml:01"],
    )  # fmt: skip
    def test_asked_for_by_an_id_that_is_none_there_are_none(self, city, id):
        found = city.get(API, {"type": "Device,Alert", "id": id})

        assert (found.status_code, len(found.json())) == (200, 5 if id == "," else 0)

    def test_page_by_offset_with_a_link_to_the_next(self, city):
        first = city.get(API, {"type": "Device", "limit": 3})
        link = first["Link"].split(", <")[1].partition(">")[0]
        rest = city.get(link)

        assert ids(first) + ids(rest) == ["co-1", "co-2", "fan-1", "speaker-1"]
        assert 'rel="next"' not in rest["Link"]

    def test_show_what_is_asked_for_bare_if_asked(self, city):
        asked = {"type": "Device", "attrs": "co_mg_m3", "options": "keyValues", "limit": 1}

        assert city.get(API, asked).json() == [
            {"id": "urn:ngsi-ld:Device:hml:co-1", "type": "Device", "co_mg_m3": 41.0}
        ]

    def test_carry_their_context_within_or_beside(self, city):
        beside = city.get(API, {"type": "Alert"})
        within = city.get(API, {"type": "Alert"}, headers={"Accept": "application/ld+json"})
        context = city.get("/api/v1/ngsi-ld/context.jsonld").json()["@context"]

        assert beside["Content-Type"] == "application/json"
        assert "json-ld#context" in beside["Link"]
        assert within["Content-Type"] == "application/ld+json"
        assert within.json()[0]["@context"][1] == ngsi.CORE
        assert set(within.json()[0]) - {"@context", "id", "type", "location"} <= set(context)

    @pytest.mark.parametrize(
        "wrong",
        [{"type": "Car"}, {"type": ""}, {"type": "Device", "q": "("},
         {"type": "Device", "georel": "within"}],
    )  # fmt: skip
    def test_of_a_question_that_is_none_are_refused(self, city, wrong):
        answer = city.get(API, wrong)

        assert (answer.status_code, answer.json()["key"]) == (400, "web.ngsi_bad_query")

    @pytest.mark.parametrize(
        "id", ["nothing", "urn:ngsi-ld:Device:other:co-1", "urn:ngsi-ld:Alert:hml:x",
               "urn:ngsi-ld:Device:hml:none", "urn:ngsi-ld:Alert:hml:99999999999999999999"],
    )  # fmt: skip
    def test_that_are_not_here_are_not_found(self, city, id):
        assert city.get(f"{API}/{id}").status_code == 404


@pytest.mark.django_db
class TestRights:
    def test_of_elsewhere_are_not_shown(self, city, sign_in):
        [alert] = city.get(API, {"type": "Alert"}).json()
        sign_in("guard", place="hml/b03")

        assert ids(city.get(API, {"type": "Device"})) == ["speaker-1"]
        assert city.get(API, {"type": "Alert"}).json() == []
        assert city.get(f"{API}/{alert['id']}").status_code == 404
        assert city.get(f"{API}/urn:ngsi-ld:Device:hml:co-1").status_code == 404

    def test_each_type_asks_for_its_own_right(self, city, sign_in):
        sign_in("neighbourhood_committee")  # sees alarms, and no devices

        assert city.get(API, {"type": "Alert"}).status_code == 200
        assert city.get(API, {"type": "Device"}).status_code == 403
        assert city.get(f"{API}/urn:ngsi-ld:Device:hml:co-1").status_code == 403

    def test_residents_and_other_communities_read_nothing(self, city, sign_in):
        assert city.get("/api/v1/other/ngsi-ld/v1/entities", {"type": "Device"}).status_code == 403
        sign_in("resident")

        assert city.get(API, {"type": "Device"}).status_code == 403
