"""Who may pass, as the desk lists, gives and takes back; and how a door is entered and kept."""

import json

import pytest

from linli.contracts.doors import Way
from linli.domains.doors.models import Door, Right
from linli.domains.doors.operations import issuing
from linli.domains.doors.operations.issuing import NewCredential
from linli.foundation.identity import operations as identity
from linli.foundation.identity.queries import actor_of
from linli.registry.devices import operations as devices
from linli.registry.people.models import Household
from tests.domains.doors.conftest import NOW, ROOM, device

URL = "/api/v1/hml"
NIGHT = [{"days": "rest", "starts": "22:00:00", "ends": "06:00:00"}]


@pytest.fixture
def call(browser, manager):
    def call(method, path, body=None, actor=manager):
        http = browser(actor)
        made = {"data": json.dumps(body), "content_type": "application/json"} if body else {}
        return getattr(http, method)(f"{URL}{path}", **made)

    return call


@pytest.fixture
def away(homes, call):
    """Put the plant room and the eastern gate into a group to which the guard has a right."""
    body = {
        "code": "away",
        "name": {"zh": "外围门", "en": "Outer doors"},
        "doors": ["plant", "gate-e"],
    }
    call("put", "/door-groups", body)
    given = {"staff": homes.guard, "group": "away", "hours": NIGHT, "by_shift": True}
    return call("post", "/door-rights", given).json()


class TestList:
    def test_a_right_says_whose_it_is_where_and_who_gave_it(self, away, call):
        found = call("get", "/door-rights?source=desk").json()["items"]

        assert found == [away]
        assert (away["who"]["zh"], away["where"]["en"], away["by"]) == (
            "张**", "Outer doors", "周经理",
        )  # fmt: skip
        assert (away["hours"], away["by_shift"], away["source"]) == (NIGHT, True, "desk")

    def test_a_home_is_called_by_its_full_name(self, homes, call):
        home = Household.rows.of("hml").get(room__path=ROOM)

        found = call("get", f"/door-rights?household={home.pk}").json()["items"]

        assert {one["source"] for one in found} == {"home"}
        assert all(ROOM not in one["who"]["zh"] and "201" in one["who"]["zh"] for one in found)

    def test_to_a_door_are_also_those_to_its_groups(self, away, call):
        by_door = call("get", "/door-rights?door=plant").json()["items"]
        other = call("get", "/door-rights?door=door-3&source=desk").json()["items"]
        by_group = call("get", "/door-rights?group=away").json()["items"]

        assert [one["id"] for one in by_door] == [away["id"]]
        assert [one["id"] for one in by_group] == [away["id"]]
        assert other == []

    def test_of_a_staff_member(self, away, homes, call):
        found = call("get", f"/door-rights?staff={homes.guard}").json()["items"]

        assert [one["id"] for one in found] == [away["id"]]

    def test_page_after_page_each_once(self, away, call):
        whole = [one["id"] for one in call("get", "/door-rights?limit=500").json()["items"]]
        found, cursor = [], ""
        while cursor is not None:
            page = call("get", f"/door-rights?limit=3{cursor and f'&cursor={cursor}'}").json()
            found += [one["id"] for one in page["items"]]
            cursor = page["next"]

        assert found == whole
        assert len(found) == Right.rows.of("hml").filter(ended_at=None).count()

    def test_one_taken_back_is_listed_no_more_and_twice_is_once(self, away, call):
        first = call("delete", f"/door-rights/{away['id']}")
        again = call("delete", f"/door-rights/{away['id']}")

        assert (first.status_code, again.status_code) == (200, 200)
        assert first.json() == away
        assert call("get", "/door-rights?group=away").json()["items"] == []

    def test_who_may_look_at_a_part_sees_what_leads_there(self, away, call):
        opened = identity.open_account(username="part", name="分区", password="long enough 7")
        identity.grant(
            account=opened.account, role="guard", community="hml", place="hml/p1", now=NOW
        )
        actor = actor_of(account=opened.account, community="hml", now=NOW)

        found = call("get", "/door-rights", actor=actor).json()["items"]

        assert [one["id"] for one in found] == [away["id"]]

    def test_no_other_source_is_asked_for(self, homes, call):
        assert call("get", "/door-rights?source=magic").status_code == 422


class TestGive:
    @pytest.mark.parametrize(
        "body",
        [
            {"door": "plant"},
            {"person": 1, "staff": 1, "door": "plant"},
            {"person": 0, "door": "plant"},
        ],
    )
    def test_it_is_of_one_who_is_there(self, homes, call, body):
        before = Right.rows.of("hml").count()

        assert call("post", "/door-rights", body).status_code == 422
        assert Right.rows.of("hml").count() == before

    def test_it_is_to_one_door_or_group(self, away, homes, call):
        both = {"person": homes.wang, "door": "plant", "group": "away"}

        assert call("post", "/door-rights", both).status_code == 422
        assert call("post", "/door-rights", {"person": homes.wang}).status_code == 422
        assert (
            call("post", "/door-rights", {"person": homes.wang, "door": "none"}).status_code == 404
        )


class TestCredentials:
    def test_those_of_a_staff_member_are_found_and_no_others(self, homes, call):
        for number, holder in (("0000000011", {"staff": homes.guard}),
                               ("0000000012", {"person": homes.li})):  # fmt: skip
            new = NewCredential(way=Way.CARD, value=number, waiting=True, **holder)
            issuing.issue(community="hml", new=new, by=None, now=NOW)

        found = call("get", f"/credentials?staff={homes.guard}").json()["items"]
        waiting = call("get", "/credentials?state=waiting").json()["items"]

        assert [(one["staff"], one["state"]) for one in found] == [(homes.guard, "waiting")]
        assert found[0]["steps"] == ["handed_over", "ended"]
        assert len(waiting) == 2


class TestKept:
    @pytest.fixture
    def spare(self, doors_there):
        """Enter a door's device that is no door yet, and a camera."""
        rows = [
            device("door-9", "access_door", "hml/b03/u1"),
            device("cam-9", "camera", "hml/b03/u1"),
        ]
        devices.register_many(community="hml", devices=rows, now=NOW)

    def test_a_door_is_entered_with_all_that_is_said_of_it(self, spare, call):
        said = {
            "kind": "gate", "place": "hml/p1", "area": "yard", "back_rule": "hard",
            "interlock": "lock-1", "escape": False, "fails": "secure", "link_down": "shut",
            "ways": ["card", "pin"], "camera": "cam-9", "release_s": 9, "free_hours": NIGHT,
            "readers": [{"code": "a", "direction": "in"}, {"code": "b", "direction": "out"}],
        }  # fmt: skip

        made = call("post", "/doors", {"device": "door-9", **said})
        again = call("post", "/doors", {"device": "door-9"})
        shown = call("get", "/doors/door-9").json()

        assert (made.status_code, again.status_code) == (201, 409)
        assert {name: shown[name] for name in said} == said

    @pytest.mark.parametrize(
        "wrong",
        [{"camera": "nowhere"}, {"floors": {"1": "hml/nowhere"}}, {"place": "hml/nowhere"}],
    )
    def test_what_names_nothing_there_changes_nothing(self, spare, call, wrong):
        before = Door.rows.of("hml").values_list("camera", "floors", "place").order_by("pk")
        kept = list(before)

        assert call("patch", "/doors/lift-3", {"release_s": 7, **wrong}).status_code == 404
        assert list(before) == kept
        assert Door.rows.of("hml").get(device__code="lift-3").release_s != 7

    def test_a_camera_is_taken_away_again(self, spare, call):
        call("patch", "/doors/door-3", {"camera": "cam-9"})

        shown = call("patch", "/doors/door-3", {"camera": ""}).json()

        assert shown["camera"] == ""

    def test_a_reader_without_the_right_changes_nothing(self, spare, call):
        opened = identity.open_account(username="desk", name="前台", password="long enough 7")
        identity.grant(account=opened.account, role="front_desk", community="hml", now=NOW)
        desk = actor_of(account=opened.account, community="hml", now=NOW)

        assert call("patch", "/doors/door-3", {"release_s": 7}, actor=desk).status_code == 403
        assert call("post", "/doors", {"device": "door-9"}, actor=desk).status_code == 403
        assert not Door.rows.of("hml").filter(device__code="door-9").exists()


class TestBarred:
    def test_who_is_barred_is_listed_with_why_and_by_whom_until_it_is_lifted(self, homes, call):
        made = call("post", "/barred", {"person": homes.wang, "reason": "打伤门卫"})
        again = call("post", "/barred", {"person": homes.wang, "reason": "再来一次"})
        listed = call("get", "/barred").json()["items"]
        lifted = call("delete", f"/barred/{made.json()['id']}")

        assert (made.status_code, again.status_code, lifted.status_code) == (201, 409, 200)
        assert [(one["who"], one["reason"], one["by"]) for one in listed] == [
            ("王小和", "打伤门卫", "周经理"),
        ]
        assert call("get", "/barred").json()["items"] == []
