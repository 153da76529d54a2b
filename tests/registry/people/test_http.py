import pytest

from linli.contracts import places as places_contract
from linli.contracts.places import DeviceBrief
from linli.foundation.audit import queries as audit
from linli.foundation.audit.models import Act, Line
from linli.kernel.words import Words
from linli.registry.people.models import Person
from tests.registry.people.conftest import ELDER_ID, ROOM, agrees

pytestmark = pytest.mark.django_db
JSON = "application/json"


def checked(client, kind, body):
    return client.post(f"/api/v1/checks/{kind}", body, JSON)


class TestLists:
    @pytest.mark.parametrize(
        ("kind", "names"),
        [
            ("people", ["周桂兰"]),
            ("vehicles", ["浙A12345"]),
            ("organisations", ["和睦物业", "小李便利店"]),
            ("staff", ["张工", "孙安"]),
            ("equipment", ["1号电梯"]),
            ("households", [ROOM]),
        ],
    )
    def test_lists_each_kind(self, client, lived_in, sign_in, kind, names):
        sign_in("manager")

        items = client.get(f"/api/v1/hml/{kind}").json()["items"]

        assert [i.get("name") or i.get("plate") or i.get("room") for i in items] == names

    def test_numbers_are_masked_and_homes_and_groups_told(self, client, lived_in, sign_in):
        agrees("p1")
        sign_in("grid_worker")

        [item] = client.get("/api/v1/hml/people?group=lone_elder&q=桂兰").json()["items"]

        assert (item["phone"], item["id_number"]) == (
            "138****8000",
            f"330{'*' * 13}{ELDER_ID[-2:]}",
        )
        assert [home["room_name"]["zh"] for home in item["homes"]] == ["3号楼1单元2层201室"]
        assert [group["group"] for group in item["groups"]] == ["lone_elder"]
        assert ELDER_ID not in str(item)

    def test_a_household_names_its_members_masked(self, client, lived_in, sign_in):
        sign_in("front_desk")

        [item] = client.get(f"/api/v1/hml/households?place={ROOM}").json()["items"]

        assert [(m["name"], m["phone"], m["special"]) for m in item["members"]] == [
            ("周桂兰", "138****8000", 1)
        ]

    def test_a_guard_sees_plates_but_not_people(self, client, lived_in, sign_in):
        sign_in("guard")

        [car] = client.get("/api/v1/hml/vehicles").json()["items"]

        assert (car["plate"], car["owner"], car["owner_name"]) == ("浙A12345", None, "周**")
        assert client.get("/api/v1/hml/people").status_code == 403
        assert client.get("/api/v1/hml/households").status_code == 403

    def test_shows_only_the_readers_area(self, client, lived_in, sign_in):
        sign_in("grid_worker", place="hml/p1")

        assert client.get("/api/v1/hml/people").json()["items"] == []
        assert client.get("/api/v1/hml/households").json()["items"] == []

    def test_goes_page_by_page(self, client, lived_in, sign_in):
        sign_in("manager")

        first = client.get("/api/v1/hml/staff?limit=1").json()
        second = client.get(f"/api/v1/hml/staff?limit=1&cursor={first['next']}").json()

        assert [i["code"] for i in first["items"] + second["items"]] == ["e01", "g01"]
        assert second["next"] is None

    def test_another_community_is_closed(self, client, lived_in, other_estate, sign_in):
        sign_in("manager")

        assert client.get("/api/v1/other/people").status_code == 403


class TestOne:
    def test_a_full_record_needs_a_purpose_and_is_remembered(self, client, lived_in, sign_in):
        account = sign_in("manager")
        at = f"/api/v1/hml/people/{Person.rows.of('hml').get().pk}"

        without = client.get(at)
        wrong = client.get(f"{at}?purpose=curiosity")
        answer = client.get(f"{at}?purpose=verification")

        assert (without.status_code, wrong.status_code) == (422, 422)
        assert answer.json()["id_number"] == ELDER_ID
        looked = audit.lines(community="hml", act=Act.LOOK)
        assert [(one.account, one.purpose) for one in looked] == [(account, "verification")]

    def test_an_auditor_reads_who_looked(self, client, lived_in, sign_in):
        sign_in("manager")
        person = Person.rows.of("hml").get().pk
        client.get(f"/api/v1/hml/people/{person}?purpose=visit")
        sign_in("auditor")

        items = client.get("/api/v1/hml/audit?act=look").json()["items"]

        assert [(i["act"], i["what"], i["purpose"]) for i in items] == [
            ("look", f"person:{person}", "visit")
        ]
        assert items[0]["who"]

    def test_a_person_of_another_community_is_not_found(
        self, client, lived_in, other_estate, sign_in
    ):
        sign_in("manager", community="other")
        person = Person.rows.of("hml").get().pk

        assert client.get(f"/api/v1/other/people/{person}?purpose=visit").status_code == 404


class TestWrite:
    def test_enters_and_alters(self, client, lived_in, sign_in):
        sign_in("manager")

        made = client.post(
            "/api/v1/hml/people", {"name": "钱多", "phone": "138 1111 2222"}, content_type=JSON
        )
        at = f"/api/v1/hml/people/{made.json()['id']}"
        altered = client.patch(at, {"note": "耳背，请大声"}, content_type=JSON)
        read = client.get(f"{at}?purpose=service").json()

        assert (made.status_code, altered.status_code) == (201, 200)
        assert (read["phone"], read["note"], read["name"]) == (
            "+8613811112222",
            "耳背，请大声",
            "钱多",
        )

    def test_staff_with_shifts_and_cells(self, client, lived_in, sign_in):
        sign_in("manager")
        body = {"code": "c01", "name": "吴清", "skills": ["cleaner"], "cells": ["hml/g1"],
                "shifts": [{"days": "123", "starts": "06:00:00", "ends": "14:00:00"}]}  # fmt: skip

        made = client.post("/api/v1/hml/staff", body, content_type=JSON)
        items = client.get("/api/v1/hml/staff?q=吴清").json()["items"]

        assert made.status_code == 201
        assert (items[0]["shifts"][0]["starts"], items[0]["cells"]) == ("06:00:00", ["hml/g1"])

    def test_refuses_in_words_and_saves_nothing(self, client, lived_in, sign_in):
        sign_in("manager")

        answer = client.post("/api/v1/hml/vehicles", {"plate": "浙苏H6F681"}, content_type=JSON)

        problem = answer.json()["values"]["problems"][0]
        assert (answer.status_code, answer.json()["key"]) == (422, "people.refused")
        assert (problem["field"], "车牌" in problem["message"]["zh"]) == ("plate", True)

    def test_refuses_the_same_twice_and_unknown_fields(self, client, lived_in, sign_in):
        sign_in("manager")

        twice = client.post("/api/v1/hml/vehicles", {"plate": "浙A12345"}, content_type=JSON)
        odd = client.post(
            "/api/v1/hml/people", {"name": "x", "community": "other"}, content_type=JSON
        )
        mistyped = client.post(
            "/api/v1/hml/staff",
            {"name": "x", "shifts": [{"days": "1", "starts": "noon", "ends": "1"}]},
            content_type=JSON,
        )

        assert (twice.status_code, odd.status_code, mistyped.status_code) == (409, 422, 422)

    def test_relations_and_groups(self, client, lived_in, sign_in):
        sign_in("manager")
        agrees("p1")
        member = {"room": ROOM, "person": "p1", "relation": "owner", "until": "2026-05-31"}
        group = {"person": "p1", "group": "veteran", "source": "街道名单"}

        assert client.post("/api/v1/hml/memberships", member, content_type=JSON).status_code == 204
        assert client.post("/api/v1/hml/groups", group, content_type=JSON).status_code == 204

        [person] = client.get("/api/v1/hml/people?group=veteran").json()["items"]
        assert person["homes"][0]["until"] == "2026-05-31"

    @pytest.mark.parametrize("role", ["guard", "front_desk", "resident"])
    def test_only_who_may_writes(self, client, lived_in, sign_in, role):
        sign_in(role)

        answer = client.post("/api/v1/hml/vehicles", {"plate": "浙A00001"}, content_type=JSON)

        assert answer.status_code == 403


class TestDetail:
    def test_a_room_tells_who_lives_there_and_what_is_theirs(
        self, client, lived_in, sign_in, monkeypatch
    ):
        sign_in("grid_worker")
        lamp = DeviceBrief(
            code="d1", model="smoke", name=Words(zh="烟感", en="Smoke"), place=ROOM, online=True
        )
        monkeypatch.setattr(places_contract.devices_below, "_answer", lambda c, p: [lamp])

        answer = client.get(f"/api/v1/hml/places/{ROOM}/detail").json()

        assert answer["full_name"]["zh"] == "3号楼1单元2层201室"
        assert answer["households"][0]["members"][0]["name"] == "周桂兰"
        assert answer["vehicles"][0]["owner_name"] == "周桂兰"
        assert answer["devices"][0]["code"] == "d1"
        assert answer["counts"] == {
            "rooms": 1,
            "households": 1,
            "people": 1,
            "special": 1,
            "groups": {},
        }

    def test_a_building_tells_numbers(self, client, lived_in, sign_in):
        sign_in("guard")

        answer = client.get("/api/v1/hml/places/hml/b03/detail").json()

        assert answer["counts"] == {
            "rooms": 4,
            "households": 1,
            "people": 1,
            "special": 0,
            "groups": {},
        }
        assert answer["households"] == []
        assert [o["name"] for o in answer["organisations"]] == ["小李便利店"]


class TestRest:
    def test_cells_tell_buildings_homes_and_staff(self, client, lived_in, sign_in):
        sign_in("guard")

        [cell] = client.get("/api/v1/hml/cells").json()["items"]

        assert (cell["buildings"], cell["households"]) == (["hml/b03"], 1)
        assert [one["code"] for one in cell["staff"]] == ["e01"]

    def test_a_cell_is_entered_and_given_other_buildings(self, client, lived_in, sign_in):
        sign_in("manager")
        body = {"code": "g2", "name": {"zh": "第二网格", "en": "Cell 2"}, "buildings": ["hml/b03"]}

        made = client.post("/api/v1/hml/cells", body, content_type=JSON)
        at = f"/api/v1/hml/cells/{made.json()['id']}"
        taken = client.get(at).json()["buildings"]
        client.patch(
            at, {"buildings": [], "name": {"zh": "东网格", "en": "East"}}, content_type=JSON
        )

        after = client.get(at).json()
        assert (made.status_code, taken) == (201, ["hml/b03"])
        assert (after["buildings"], after["name"]["zh"]) == ([], "东网格")
        assert client.get("/api/v1/hml/cells/999999").status_code == 404

    def test_search(self, client, lived_in, sign_in):
        sign_in("front_desk")

        at, found = "/api/v1/hml/search", [("person", "周桂兰")]
        for sought in ("8000", "13800008000"):
            items = client.post(at, {"q": sought}, content_type="application/json").json()["items"]

            assert [(i["kind"], i["title"]["zh"]) for i in items] == found
        assert client.get(f"{at}?q=8000").status_code == 405

    def test_checks(self, client, lived_in, sign_in):
        sign_in("guard")

        right = checked(client, "id", {"value": "11010519491231002X"}).json()
        wrong = checked(client, "plate", {"value": "浙苏H6F681"}).json()

        assert (right["valid"], right["born_on"], right["sex"]) == (True, "1949-12-31", "F")
        assert (wrong["valid"], "车牌" in wrong["reason"]["zh"]) == (False, True)
        assert checked(client, "passport", {"value": "1"}).status_code == 404

    def test_a_number_to_check_is_no_part_of_an_address(self, client, lived_in, sign_in):
        sign_in("guard")

        asked = client.get("/api/v1/checks/id?value=11010519491231002X")
        beside = client.post("/api/v1/checks/id?value=11010519491231002X", {}, JSON).json()

        assert asked.status_code == 405
        assert (beside["value"], beside["valid"]) == ("", False)
        assert Line.objects.filter(what__contains="checks").count() == 0

    def test_what_is_no_number_to_check_is_refused(self, client, lived_in, sign_in):
        sign_in("guard")

        long = checked(client, "id", {"value": "1" * 65})
        more = checked(client, "id", {"value": "1", "kind": "plate"})

        assert (long.status_code, more.status_code) == (422, 422)


class TestReach:
    @pytest.mark.parametrize(
        "asked",
        [
            ("post", "cells", {"code": "g9", "name": {"zh": "九", "en": "9"}, "buildings": []}),
            ("post", "memberships", {"room": ROOM, "person": "p1", "relation": "owner"}),
            ("post", "groups", {"person": "p1", "group": "lone_elder"}),
            ("post", "people", {"name": "赵六"}),
            ("patch", "equipment/1", {"place": "hml"}),
        ],
    )
    def test_a_manager_of_one_place_changes_no_common_ledger(
        self, client, lived_in, sign_in, asked
    ):
        method, at, body = asked
        sign_in("manager", place="hml/p1")

        answer = getattr(client, method)(f"/api/v1/hml/{at}", body, content_type=JSON)

        assert (answer.status_code, answer.json()["key"]) == (403, "identity.not_everywhere")
