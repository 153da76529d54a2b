"""The doors of staff by their own telephones: as their rights and their shift are, nobody else's,
and apart from those of their homes.
"""

import json
from datetime import time

import pytest

from linli.app.demo.controller import Shown as AtReader
from linli.contracts.doors import DuressTold, Way
from linli.domains.doors.models import Credential, Passage
from linli.domains.doors.operations import granting, issuing, opening, own
from linli.domains.doors.operations.granting import NewRight
from linli.domains.doors.operations.issuing import NewCredential
from linli.domains.doors.queries.standing import NotStaff
from linli.foundation.identity import operations as identity
from linli.foundation.identity.queries import actor_of
from linli.registry.devices.models import Command
from linli.registry.people import operations as people
from linli.registry.people.entries import PersonEntry, StaffEntry
from linli.registry.people.models import Shift, Staff
from tests.domains.doors.conftest import NOW
from tests.domains.doors.test_rights import at

URL = "/api/v1/hml"


@pytest.fixture
def guard(homes):
    """Let the guard Zhang sign in, with a right to the plant room on duty; return him."""
    opened = identity.open_account(username="zhang", name="张大门", password="long enough 7")
    identity.grant(account=opened.account, role="guard", community="hml", now=NOW)
    entry = StaffEntry(code="g1", account=opened.account)
    people.put_many(community="hml", entries=[entry], today=NOW.date())
    granting.grant(
        community="hml",
        new=NewRight(staff=homes.guard, door="plant", by_shift=True),
        by=None,
        now=at(1, 0),
    )
    return actor_of(account=opened.account, community="hml", now=NOW)


@pytest.fixture
def by_night(homes):
    """Let him work from Monday to Friday, from ten at night to six."""
    Staff.rows.of("hml").filter(pk=homes.guard).update(duty="by_shift")
    Shift.rows.create(
        community="hml", staff_id=homes.guard, days="12345", starts=time(22), ends=time(6)
    )


@pytest.fixture
def call(browser):
    def call(actor, method, path, body=None):
        made = {"data": json.dumps(body), "content_type": "application/json"} if body else {}
        return getattr(browser(actor), method)(f"{URL}/duty{path}", **made)

    return call


@pytest.fixture
def both_ways(show, controller):
    """Show a QR code at the plant room, on the line and without one; return what each says."""

    def both_ways(token, now):
        panel = controller("plant")
        panel.pull(now)
        told = show("plant", way=Way.QR, value=token, now=now)
        alone = panel.by_itself(AtReader(way=Way.QR, value=token), now.timestamp())
        return told.reason, alone.reason

    return both_ways


class TestCode:
    @pytest.mark.usefixtures("by_night")
    @pytest.mark.parametrize(
        ("now", "reason"),
        [(at(2, 22), "right"), (at(2, 12), "off_shift"), (at(6, 23), "off_shift")],
    )
    def test_opens_on_his_shift_alone_on_the_line_and_off_it(self, guard, both_ways, now, reason):
        code = own.code(actor=guard, at_work=True, now=now)

        assert both_ways(code.token, now) == (reason, reason)

    def test_opens_once_and_only_for_its_half_minute(self, guard, show):
        code = own.code(actor=guard, at_work=True, now=NOW)

        first = show("plant", way=Way.QR, value=code.token)
        copied = show("plant", way=Way.QR, value=code.token, now=at(3, 0))

        assert (first.reason, copied.reason) == ("right", "stale")
        assert Passage.rows.of("hml").filter(staff=guard_of(guard)).count() == 2

    def test_opens_no_door_to_which_he_has_no_right(self, guard, show):
        code = own.code(actor=guard, at_work=True, now=NOW)

        assert show("door-3", way=Way.QR, value=code.token).reason == "no_right"

    def test_dies_with_his_employment(self, guard, homes, show):
        code = own.code(actor=guard, at_work=True, now=NOW)
        Staff.rows.of("hml").filter(pk=homes.guard).update(employed=False)

        assert show("plant", way=Way.QR, value=code.token).reason == "gone"
        with pytest.raises(NotStaff):
            own.code(actor=guard, at_work=True, now=NOW)

    def test_is_apart_from_that_of_his_home(self, guard, homes, show):
        """He lives in the estate too: at home he is a resident, at work he is a guard."""
        people.put_many(
            community="hml",
            entries=[PersonEntry(code="wang", account=guard.account)],
            today=NOW.date(),
        )

        home, work = (own.code(actor=guard, at_work=one, now=NOW) for one in (False, True))

        assert show("plant", way=Way.QR, value=home.token).reason == "no_right"
        assert show("door-3", way=Way.QR, value=work.token).reason == "no_right"
        assert show("door-3", way=Way.QR, value=home.token).reason == "right"


class TestOpen:
    @pytest.mark.parametrize(
        ("door", "now", "reason"),
        [("plant", at(2, 23), "right"), ("plant", at(2, 12), "off_shift"),
         ("door-3", at(2, 23), "no_right")],
    )  # fmt: skip
    def test_goes_by_his_rights_and_his_shift(self, guard, by_night, door, now, reason):
        told = opening.open_own(actor=guard, at_work=True, door=door, key="k", now=now)

        assert (told.opened, told.reason) == (reason == "right", reason)
        assert Command.rows.of("hml").count() == int(told.opened)

    def test_one_tap_opens_once(self, guard, call):
        first = call(guard, "post", "/doors/plant/open", {"key": "k1"}).json()
        again = call(guard, "post", "/doors/plant/open", {"key": "k1"}).json()

        assert first["opened"]
        assert again["passage"] == first["passage"]
        assert Command.rows.of("hml").count() == 1


class TestPin:
    def test_that_calls_for_help_opens_and_calls_the_guards(self, guard, show, call, asked):
        plain, urgent = (
            call(guard, "post", "/pin", {"duress": one}).json() for one in (False, True)
        )

        opened = show("plant", way=Way.PIN, value=urgent["digits"])
        usual = show("plant", way=Way.PIN, value=plain["digits"])

        assert (opened.reason, usual.reason) == ("right", "right")
        assert [one.kind for one in asked.cases] == ["security.duress"]
        assert [type(one.fact) for one in asked.cases] == [DuressTold]
        shown = call(guard, "get", "/credentials").content.decode()
        assert "duress" not in shown
        assert urgent["digits"] not in shown

    def test_a_new_one_ends_the_one_before_of_its_kind_alone(self, guard, show):
        first, urgent, second = (
            own.new_pin(actor=guard, at_work=True, duress=one, now=NOW).digits
            for one in (False, True, False)
        )

        assert show("plant", way=Way.PIN, value=first).reason == "ended"
        assert show("plant", way=Way.PIN, value=urgent).opens
        assert show("plant", way=Way.PIN, value=second).opens


class TestHttp:
    def test_lists_his_doors_cards_and_passages(self, guard, homes, show, call):
        new = NewCredential(way=Way.CARD, staff=homes.guard, value="0000000099")
        issuing.issue(community="hml", new=new, by=None, now=NOW)
        code = call(guard, "post", "/door-code").json()
        show("plant", value="0000000099")

        doors = call(guard, "get", "/doors").json()
        cards = call(guard, "get", "/credentials").json()["items"]
        passed = call(guard, "get", "/passages").json()["items"]

        assert ([one["code"] for one in doors["items"]], doors["on_duty"]) == (["plant"], True)
        assert [one["way"] for one in cards] == ["card"]
        assert [(one["who"], one["door"]) for one in passed] == [("张大门", "plant")]
        assert code["picture"].startswith("data:image/svg+xml")

    def test_says_when_he_is_off_duty(self, guard, homes, call):
        Staff.rows.of("hml").filter(pk=homes.guard).update(duty="off")

        assert call(guard, "get", "/doors").json()["on_duty"] is False

    def test_a_card_is_his_to_report_and_nobody_elses(self, guard, homes, card, call):
        new = NewCredential(way=Way.CARD, staff=homes.guard, value="0000000099")
        mine = issuing.issue(community="hml", new=new, by=None, now=NOW).row

        his = call(guard, "post", f"/credentials/{mine.pk}/steps", {"step": "lost"})
        residents = call(guard, "post", f"/credentials/{card.pk}/steps", {"step": "lost"})

        assert (his.json()["state"], residents.status_code) == ("lost", 404)
        assert Credential.rows.of("hml").get(pk=card.pk).state == "open"

    def test_is_nobodys_who_only_lives_here_nor_whose_account_is_no_staff(
        self, resident, manager, call
    ):
        asks = [("get", "/doors"), ("post", "/door-code"), ("get", "/passages"),
                ("get", "/credentials")]  # fmt: skip

        assert {call(resident, *one).status_code for one in asks} == {403}
        assert {call(manager, *one).status_code for one in asks} == {404}
        assert call(manager, "post", "/pin", {"duress": True}).status_code == 404
        assert not Credential.rows.of("hml").exists()

    def test_gives_nothing_of_another_community(self, guard, browser):
        answer = browser(guard).get("/api/v1/other/duty/doors")

        assert answer.status_code == 403


def guard_of(actor):
    return Staff.rows.of("hml").get(account=actor.account).pk
