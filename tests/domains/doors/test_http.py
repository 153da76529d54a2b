"""Doors over HTTP: the desk, and a resident's own."""

import json

import pytest

from linli.contracts.doors import Way
from linli.domains.doors.models import Credential, Passage
from linli.domains.doors.operations import granting, issuing, setting
from linli.domains.doors.operations.issuing import NewCredential
from linli.domains.doors.operations.setting import Kept
from linli.foundation.audit.models import Line
from linli.foundation.identity import operations as identity
from linli.foundation.identity.queries import actor_of
from linli.registry.devices.models import Command, Device
from tests.domains.doors.conftest import CARD, NOW
from tests.fresh import fresh, stale

URL = "/api/v1/hml"


@pytest.fixture
def call(browser):
    def call(actor, method, path, body=None):
        http = browser(actor)
        made = {"data": json.dumps(body), "content_type": "application/json"} if body else {}
        return getattr(http, method)(f"{URL}{path}", **made)

    return call


class TestDesk:
    def test_a_card_lives_from_its_opening_to_its_end(self, manager, homes, call):
        made = call(
            manager, "post", "/credentials", {"way": "card", "person": homes.wang, "value": CARD}
        )
        number = made.json()["credential"]["id"]
        lost = call(manager, "post", f"/credentials/{number}/steps", {"step": "lost"})
        again = call(manager, "post", f"/credentials/{number}/steps", {"step": "lost"})
        new = call(manager, "post", f"/credentials/{number}/replace", {"value": "0000000077"})
        life = call(manager, "get", f"/credentials/{number}/steps")

        assert (made.status_code, lost.status_code, again.status_code) == (201, 200, 409)
        assert made.json()["credential"]["number"].startswith("****")
        assert new.json()["credential"]["state"] == "open"
        assert [one["step"] for one in life.json()["items"]] == ["opened", "lost", "replaced"]
        assert CARD not in made.content.decode() + life.content.decode()

    def test_the_desk_is_told_which_doors_do_not_know_that_a_card_is_lost(
        self, manager, card, controller, call
    ):
        away, told, holds = (controller(code) for code in ("gate-w", "gate-e", "door-3"))
        for one in (away, told, holds):
            one.pull(), one.pull()
        call(manager, "post", f"/credentials/{card.pk}/steps", {"step": "lost"})
        told.pull()
        holds.pull(), holds.pull()

        life = call(manager, "get", f"/credentials/{card.pk}/steps").json()

        assert [(one["door"], one["told"]) for one in life["unheard"]] == [
            ("gate-w", False), ("gate-e", True),
        ]  # fmt: skip

    def test_a_card_that_opens_anew_asks_for_a_factor_once_a_shift_and_one_that_does_not_never(
        self, manager, card, browser
    ):
        desk, url = browser(manager), f"{URL}/credentials/{card.pk}/steps"
        stale(desk, shift=True)

        def take(step):
            return desk.post(url, {"step": step}, content_type="application/json")

        lost, found = take("lost"), take("found")
        state = Credential.rows.of("hml").get(pk=card.pk).state
        fresh(desk)
        again = take("found")
        stale(desk, shift=True)
        ended = take("ended")

        assert (lost.status_code, found.status_code, state) == (200, 401, "lost")
        assert found.json()["key"] == "identity.step_up_wanted"
        assert (again.json()["state"], ended.json()["state"]) == ("open", "ended")

    def test_a_card_is_handed_over_by_whoever_showed_a_factor(self, manager, card, browser):
        Credential.rows.of("hml").filter(pk=card.pk).update(state="waiting")
        desk = stale(browser(manager), shift=True)

        refused = desk.post(
            f"{URL}/credentials/{card.pk}/steps", {"step": "handed_over"},
            content_type="application/json",
        )  # fmt: skip

        assert refused.status_code == 401
        assert Credential.rows.of("hml").get(pk=card.pk).state == "waiting"

    def test_which_doors_are_in_a_group_asks_for_a_factor(self, manager, doors_there, browser):
        desk = stale(browser(manager))
        body = {"code": "plants", "name": {"zh": "机房", "en": "Plants"}, "doors": ["plant"]}

        refused = desk.put(f"{URL}/door-groups", body, content_type="application/json")

        assert (refused.status_code, refused.json()["key"]) == (401, "identity.step_up_wanted")

    def test_a_pin_is_made_anew_by_its_holder_alone(self, manager, homes, call):
        made = call(manager, "post", "/credentials", {"way": "pin", "person": homes.wang}).json()
        number = made["credential"]["id"]

        refused = call(manager, "post", f"/credentials/{number}/replace", {"value": "135790"})

        assert refused.status_code == 422
        assert "replaced" not in made["credential"]["steps"]
        assert Credential.rows.of("hml").get().state == "open"

    def test_a_number_is_held_by_one(self, manager, card, homes, call):
        answer = call(
            manager, "post", "/credentials", {"way": "sim", "person": homes.li, "value": CARD}
        )

        assert answer.status_code == 409

    def test_who_passed_is_named_for_a_purpose_and_that_is_remembered(
        self, manager, card, homes, show, call
    ):
        show()
        masked = call(manager, "get", "/passages").json()["items"][0]
        named = call(manager, "get", "/passages?purpose=case").json()["items"][0]
        refused = call(manager, "get", f"/passages?person={homes.wang}")

        assert (masked["who"], masked["person"]) == ("王**", None)
        assert (named["who"], named["person"]) == ("王小和", homes.wang)
        assert refused.status_code == 422
        assert Line.objects.filter(what=f"person:{homes.wang}", purpose="case").count() == 1

    def test_names_of_who_passed_ask_for_a_factor_once_a_shift(self, manager, card, show, browser):
        show()
        desk = stale(browser(manager), shift=True)

        masked = desk.get(f"{URL}/passages")
        named = desk.get(f"{URL}/passages?purpose=case")
        one = desk.get(f"{URL}/passages/{masked.json()['items'][0]['id']}?purpose=case")

        assert masked.status_code == 200
        assert {named.status_code, one.status_code} == {401}
        assert named.json()["key"] == "identity.step_up_wanted"
        assert not Line.objects.filter(purpose="case").exists()

    @pytest.mark.parametrize("other", ["staff", "intercom", "code", "voice", "sim", "bluetooth"])
    def test_a_face_is_never_the_only_way(self, manager, doors_there, call, other):
        only = call(manager, "patch", "/doors/door-3", {"ways": ["face", other]})

        assert only.status_code == 422

    @pytest.mark.parametrize("other", ["card", "qr", "pin", "phone"])
    def test_a_face_stands_beside_what_everybody_has(self, manager, doors_there, call, other):
        beside = call(manager, "patch", "/doors/door-3", {"ways": ["face", other]})

        assert beside.status_code == 200

    def test_a_resident_is_no_desk(self, resident, call):
        assert call(resident, "get", "/doors").status_code == 403
        assert call(resident, "get", "/passages").status_code == 403


class TestOwn:
    def test_one_tap_opens_once(self, resident, call):
        doors = call(resident, "get", "/my/doors").json()["items"]
        first = call(resident, "post", "/my/doors/door-3/open", {"key": "k1"}).json()
        again = call(resident, "post", "/my/doors/door-3/open", {"key": "k1"}).json()
        not_his = call(resident, "post", "/my/doors/plant/open", {"key": "k2"}).json()

        assert {one["code"] for one in doors} == {"gate-e", "gate-w", "door-3", "lift-3"}
        assert first["opened"]
        assert again["passage"] == first["passage"]
        assert (not_his["opened"], not_his["reason"]) == (False, "no_right")
        assert [(row.device, row.service) for row in Command.rows.of("hml")] == [
            ("door-3", "door.unlock")
        ]

    def test_a_lost_card_is_his_to_report_and_nobody_elses(self, resident, card, homes, call):
        new = NewCredential(way=Way.CARD, person=homes.li, value="0000000099")
        hers = issuing.issue(community="hml", new=new, by=None, now=NOW).row

        his = call(resident, "post", f"/my/credentials/{card.pk}/steps", {"step": "lost"})
        strange = call(resident, "post", f"/my/credentials/{hers.pk}/steps", {"step": "lost"})

        assert (his.status_code, his.json()["state"], strange.status_code) == (200, "lost", 404)
        assert Credential.rows.of("hml").get(pk=hers.pk).state == "open"

    def test_he_sees_his_own_passages(self, resident, card, homes, show, call):
        new = NewCredential(way=Way.CARD, person=homes.li, value="0000000099")
        issuing.issue(community="hml", new=new, by=None, now=NOW)
        show()
        show(value="0000000099")

        items = call(resident, "get", "/my/passages").json()["items"]

        assert Passage.rows.of("hml").count() == 2
        assert [one["who"] for one in items] == ["王小和"]

    def test_that_he_calls_for_help_shows_on_no_screen_but_to_who_names_a_purpose(
        self, resident, manager, homes, show, call
    ):
        made = call(resident, "post", "/my/pin", {"duress": True}).json()
        show(way=Way.PIN, value=made["digits"])

        ways = call(resident, "get", "/my/door-ways").json()["credentials"]
        his = call(resident, "get", "/my/passages").json()["items"]
        door = call(manager, "get", "/doors/door-3").json()
        listed = call(manager, "get", "/passages").json()["items"]
        named = call(manager, "get", "/passages?purpose=emergency").json()["items"]

        shown = [*his, door["last"], *door["passages"], *listed]
        desk = call(manager, "get", f"/credentials?person={homes.wang}").json()["items"]
        plain = call(resident, "post", "/my/pin", {"duress": False}).json()["credential"]
        assert not any("duress" in one for one in (made["credential"], *ways, *desk))
        assert {**plain, "id": 0, "at": ""} == {**made["credential"], "id": 0, "at": ""}
        assert [one["reason"] for one in shown] == ["right"] * 4
        assert {one["reason_words"]["en"] for one in shown} == {"has the right"}
        assert [one["reason"] for one in named] == ["duress"]


class TestSoftened:
    """A hard rule of once in is soft while a door of its area is off the line, and the desk sees it
    then.
    """

    @pytest.fixture(autouse=True)
    def area(self, doors_there, manager):
        Device.rows.of("hml").update(online=True)
        for code, kept in (
            ("plant", Kept(area="plant", back_rule="hard")),
            ("gate-w", Kept(area="plant", back_rule="soft")),
            ("gate-e", Kept(area="plant", back_rule="hard")),
            ("door-3", Kept(area="yard", back_rule="hard")),
        ):
            setting.change(community="hml", code=code, kept=kept, by=manager.account, now=NOW)

    @staticmethod
    def off(*codes, **more):
        Device.rows.of("hml").filter(code__in=codes).update(online=False, **more)

    @pytest.fixture
    def softened(self, manager, call):
        """Return which doors the desk sees softened, and what it reads of each."""

        def softened(actor=manager):
            items = call(actor, "get", "/doors").json()["items"]
            shown = [call(actor, "get", f"/doors/{one['code']}").json() for one in items]
            assert [one["softened"] for one in items] == [one["softened"] for one in shown]
            return {
                one["code"]: [each["code"] for each in one["unseen"]]
                for one in shown
                if one["softened"]
            }

        return softened

    def test_while_all_are_on_the_line_none_is(self, softened):
        assert softened() == {}

    def test_each_hard_door_of_the_area_is_for_the_one_that_is_away_and_no_other(self, softened):
        self.off("gate-w")

        assert softened() == {"gate-e": ["gate-w"], "plant": ["gate-w"]}

    def test_not_for_a_door_of_its_own_and_again_hard_when_all_are_back(self, softened):
        self.off("plant")
        before = softened()
        Device.rows.of("hml").update(online=True)

        assert before == {"gate-e": ["plant"]}
        assert softened() == {}

    def test_a_door_that_is_out_of_use_is_not_waited_for(self, softened):
        self.off("gate-w", enabled=False)

        assert softened() == {}

    def test_it_is_so_exactly_while_somebody_would_be_let_in_twice(
        self, softened, card, homes, show
    ):
        new = granting.NewRight(person=homes.wang, door="plant")
        granting.grant(community="hml", new=new, by=None, now=NOW)
        show("plant")
        hard, seen = show("plant"), softened()
        self.off("gate-w")
        soft, seen_then = show("plant"), softened()

        assert (hard.opens, "plant" in seen) == (False, False)
        assert (soft.opens, "plant" in seen_then) == (True, True)

    def test_who_may_look_at_a_part_is_told_that_it_is_so_and_no_name_from_elsewhere(
        self, softened, estate
    ):
        opened = identity.open_account(username="part", name="分区", password="long enough 7")
        identity.grant(
            account=opened.account, role="manager", community="hml", place="hml/p1", now=NOW
        )
        actor = actor_of(account=opened.account, community="hml", now=NOW)
        self.off("gate-w")

        assert softened(actor) == {"plant": []}


def test_a_card_is_found_by_its_number_which_stands_in_no_address(manager, homes, call):
    call(manager, "post", "/credentials", {"way": "card", "person": homes.wang, "value": CARD})

    found, none = (
        call(manager, "post", "/credentials/search", {"number": number}).json()["items"]
        for number in (CARD, "0000000078")
    )

    assert [one["way"] for one in found] == ["card"]
    assert none == []
    assert call(manager, "post", "/credentials/search", {"limit": 0}).status_code == 422
    in_address = call(manager, "get", f"/credentials?number={CARD}")
    assert (in_address.status_code, in_address.json()["key"]) == (
        422, "identity.number_in_address",
    )  # fmt: skip
