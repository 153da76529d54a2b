"""Open311 GeoReport v2, as a third party of the city speaks it, and what it is refused."""

from xml.etree import ElementTree as ET

import pytest
from django.test import Client

from linli.domains.cases.models import Case
from tests.domains.openapi.conftest import API, Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reports")]
AT = f"{API}/open311"
FORM = {"service_code": "own.repair", "address_id": "hml/b03", "description": "水管漏水"}


@pytest.fixture
def key(party):
    """Return the access token of a third party: what GeoReport calls a key."""
    return party.token().json()["access_token"]


@pytest.fixture
def city(key):
    class City:
        def get(self, path, **query):
            return Client().get(f"{AT}/{path}", {"api_key": key, **query})

        def post(self, form="json", **fields):
            return Client().post(
                f"{AT}/requests.{form}",
                "&".join(f"{name}={value}" for name, value in {"api_key": key, **fields}.items()),
                content_type="application/x-www-form-urlencoded",
            )

    return City()


class TestServices:
    def test_are_the_kinds_of_case_in_either_form(self, city):
        told = city.get("services.json")
        xml = ET.fromstring(city.get("services.xml").content)

        assert told["Content-Type"] == "application/json"
        assert {one["service_code"] for one in told.json()} == {
            "general", "facility.air", "own.repair", "security.duress",
        }  # fmt: skip
        assert [one.findtext("service_code") for one in xml] == [
            one["service_code"] for one in told.json()
        ]
        assert told.json()[0]["type"] == "realtime"

    def test_say_what_they_ask(self, city):
        told = city.get("services/facility.air.json").json()
        xml = ET.fromstring(city.get("services/facility.air.xml").content)

        assert [one["code"] for one in told[0]["attributes"]] == ["title", "matter"]
        assert xml.findtext("service_definition/attributes/attribute/values/value/key") == "own"

    def test_that_are_not_there_are_refused_in_its_own_form(self, city):
        told = city.get("services/nothing.json")
        xml = city.get("services/nothing.xml")

        assert (told.status_code, told.json()[0]["code"]) == (404, 404)
        assert "nothing" in told.json()[0]["description"]
        assert ET.fromstring(xml.content).findtext("error/code") == "404"
        assert xml["Content-Type"] == "application/xml"

    def test_of_another_jurisdiction_are_not_here(self, city):
        assert city.get("services.json", jurisdiction_id="hml").status_code == 200
        assert city.get("services.json", jurisdiction_id="elsewhere").status_code == 404


class TestRequest:
    def test_becomes_a_case_that_can_be_asked_for(self, city):
        made = city.post(**FORM, **{"attribute[matter]": "own", "attribute[title]": "漏水"})
        number = made.json()[0]["service_request_id"]

        told = city.get(f"requests/{number}.json").json()[0]
        of_token = city.get(f"tokens/{number}.json").json()

        assert made.status_code == 201
        assert (told["status"], told["service_code"]) == ("open", "own.repair")
        assert told["description"] == "漏水\n水管漏水"
        assert (told["lat"], told["long"]) == pytest.approx((30.4, 120.4))
        assert told["address_id"] == "hml/b03"
        assert told["expected_datetime"] is None  # nobody has filed it yet
        assert of_token == [{"service_request_id": number, "token": number}]

    def test_is_found_by_position_in_wgs84_only(self, city):
        here = city.post(service_code="general", lat="30.5", long="120.5")
        beside = city.post(service_code="general", lat="30.5", long="121.01")

        assert here.status_code == 201
        assert Case.rows.of("hml").get().place == "hml/b03"
        assert beside.status_code == 400
        assert "GCJ-02" in beside.json()[0]["description"]

    def test_is_found_by_the_name_of_its_place_in_full(self, city):
        made = city.post(service_code="general", address_string="3号楼 1单元 1层 101室")

        assert made.status_code == 201
        assert Case.rows.of("hml").get().place == "hml/b03/u1/f01/101"

    def test_keeps_a_contact_with_a_purpose_only_and_tells_it_to_nobody(self, city):
        bare = city.post(**FORM, phone="13800138000")
        said = city.post(**FORM, phone="13800138000", purpose="report")
        shown = city.get("requests.json")

        assert (bare.status_code, bare.json()[0]["key"]) == (400, "cases.open311_purpose")
        assert said.status_code == 201
        assert Case.rows.of("hml").exclude(reporter_contact_sealed="").count() == 1
        assert b"13800138000" not in shown.content

    @pytest.mark.parametrize(
        "wrong",
        [
            {"service_code": "general"},
            {"service_code": "", "address_id": "hml/b03"},
            {"service_code": "general", "address_id": "other/b03"},
            {"service_code": "general", "lat": "NaN", "long": "1"},
            {"service_code": "general", "lat": "30.5"},
            {**FORM, "attribute[colour]": "red"},
            {**FORM, "attribute[matter]": "nobody"},
            {**FORM, "media_url": "javascript:alert(1)"},
            {**FORM, "phone": "1" * 33, "purpose": "report"},
            {},
        ],
    )
    def test_that_is_malformed_changes_nothing(self, city, wrong):
        answer = city.post(**wrong)

        assert answer.status_code in {400, 404}
        assert answer.json()[0]["code"] == answer.status_code
        assert not Case.rows.of("hml").exists()

    def test_sent_again_under_one_key_is_one(self, key):
        def post():
            return Client().post(
                f"{AT}/requests.json",
                "service_code=general&address_id=hml/b03",
                content_type="application/x-www-form-urlencoded",
                headers={"Authorization": f"Bearer {key}", "Idempotency-Key": "one-and-the-same"},
            )

        first, second = post(), post()

        assert first.content == second.content
        assert Case.rows.of("hml").count() == 1


class TestList:
    def test_narrows_by_number_status_service_and_time(self, city):
        numbers = [city.post(**FORM).json()[0]["service_request_id"] for _ in range(3)]
        city.post(service_code="general", address_id="hml/p1")

        def found(**query):
            return [one["service_request_id"] for one in city.get("requests.json", **query).json()]

        assert len(found()) == 4
        assert found(service_request_id=f"{numbers[0]},{numbers[2]}", status="closed") == [
            numbers[2], numbers[0],
        ]  # fmt: skip
        assert found(status="closed") == []
        assert found(status="open,closed", service_code="own.repair") == numbers[::-1]
        assert found(service_code="own.repair", page_size=2) == numbers[:0:-1]
        assert found(service_code="own.repair", page_size=2, page=2) == [numbers[0]]
        assert found(end_date="2020-01-01T00:00:00Z") == []
        assert city.get("requests.json", status="lost").status_code == 400
        assert city.get("requests.json", page=0).status_code == 400

    def test_writes_what_no_xml_holds_without_it(self, city):
        city.post(**{**FORM, "description": "a%08b%3Cc%3E"})

        xml = ET.fromstring(city.get("requests.xml").content)

        assert xml.findtext("request/description", "").endswith("ab<c>")


class TestRights:
    def test_nobody_is_let_in_without_a_key_or_with_a_wrong_one(self, estate):
        bare = Client().get(f"{AT}/services.json")
        wrong = Client().get(f"{AT}/services.xml", {"api_key": "no such key"})

        assert (bare.status_code, bare.json()[0]["code"]) == (401, 401)
        assert wrong.status_code == 401
        assert ET.fromstring(wrong.content).findtext("error/code") == "401"

    def test_a_key_of_one_community_opens_no_other(self, key):
        answer = Client().get("/api/v1/other/open311/services.json", {"api_key": key})

        assert (answer.status_code, answer.json()[0]["code"]) == (403, 403)

    def test_a_reporter_sees_his_own_requests_and_no_others(self, city, resident):
        mine = city.post(**FORM).json()[0]["service_request_id"]
        theirs = resident.post("/cases", {"kind": "general", "place": "hml/b03"}).json()["number"]

        listed = resident.get("/open311/requests.json").json()

        assert [one["service_request_id"] for one in listed] == [theirs]
        assert resident.get(f"/open311/requests/{mine}.json").status_code == 404

    def test_a_role_that_may_not_report_reports_nothing(self, person):
        clerk = person("d-1", "department")

        answer = clerk.client.post(f"{AT}/requests.json", FORM)

        assert (answer.status_code, answer.json()[0]["code"]) == (403, 403)
        assert isinstance(clerk, Visitor)
