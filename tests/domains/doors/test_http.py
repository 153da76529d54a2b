"""Doors over HTTP: the desk, and a resident's own."""

import json

import pytest

from linli.contracts.doors import Way
from linli.domains.doors.models import Credential, Passage
from linli.domains.doors.operations import issuing
from linli.domains.doors.operations.issuing import NewCredential
from linli.foundation.audit.models import Line
from linli.registry.devices.models import Command
from tests.domains.doors.conftest import CARD, NOW

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
