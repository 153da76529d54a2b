"""A household moves in and out over HTTP: asked for by one, let pass by another, done once."""

import json
from datetime import date

import pytest

from linli.app import agreed
from linli.contracts import approvals
from linli.contracts.doors import Way
from linli.domains.doors import http
from linli.domains.doors.models import Credential, Right
from linli.domains.doors.operations import granting, issuing
from linli.domains.doors.operations.issuing import NewCredential
from linli.foundation.approvals import http as approving
from linli.foundation.approvals.models import Approval
from linli.foundation.identity import operations as identity
from linli.foundation.identity.queries import actor_of
from linli.foundation.outbox.models import Outgoing
from linli.registry.people import operations as people
from linli.registry.people.entries import HouseholdEntry, MembershipEntry, PersonEntry
from linli.registry.people.models import Household, Membership
from tests.domains.doors.conftest import NOW, OTHER_ROOM, ROOM
from tests.domains.doors.test_http import call
from tests.registry.conftest import other_estate

__all__ = ["call", "other_estate"]

EMPTY = "hml/b03/u1/f01/102"
NEW_CARD = "0000000055"


@pytest.fixture(autouse=True)
def carried(monkeypatch):
    monkeypatch.setattr(approvals.carry_out, "_answer", agreed.carry_out)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """Let it be noon for who asks over HTTP, too."""

    class Now:
        now = staticmethod(lambda: NOW)

    monkeypatch.setattr(http, "timezone", Now)
    monkeypatch.setattr(approving, "timezone", Now)


@pytest.fixture
def second(estate):
    """Return another manager: who lets pass what the first asked for."""
    return sign_up("second", "manager")


def sign_up(name, role, community="hml"):
    opened = identity.open_account(username=name, name=name, password="long enough 7")
    identity.grant(account=opened.account, role=role, community=community, now=NOW)
    return actor_of(account=opened.account, community=community, now=NOW)


@pytest.fixture
def tenant(homes):
    """Let a tenant of a third home be registered, who has a card and no right yet."""
    entries = [
        PersonEntry(code="zhao", name="赵新来"),
        HouseholdEntry(room=EMPTY, occupancy="rented"),
        MembershipEntry(room=EMPTY, person="zhao", relation="tenant"),
    ]
    people.put_many(community="hml", entries=entries, today=NOW.date())
    person = Membership.rows.of("hml").get(person__code="zhao").person_id
    new = NewCredential(way=Way.CARD, person=person, value=NEW_CARD)
    issuing.issue(community="hml", new=new, by=None, now=NOW)
    return person


@pytest.fixture
def ask(call, manager):
    def ask(room=EMPTY, way="in", by=None, **more):
        body = {"room": room, "way": way, "reason": "合同已签", **more}
        return call(by or manager, "post", "/household-moves", body)

    return ask


@pytest.fixture
def let_pass(browser, second):
    """Decide as a second person who showed a factor just now."""

    def let_pass(asked, by=None, approve=True):
        client = browser(by or second)
        verb = "approve" if approve else "refuse"
        body = json.dumps({"digest": asked["digest"], "reason": "核对无误"})
        path = f"/api/v1/hml/approvals/{asked['id']}/{verb}"
        return client.post(path, body, "application/json")

    return let_pass


def rights(room=EMPTY):
    return Right.rows.of("hml").filter(household__room__path=room, ended_at=None)


class TestMoveIn:
    def test_nothing_opens_until_a_second_person_lets_it_pass_then_the_way_home_does(
        self, tenant, ask, let_pass, show
    ):
        before = show("door-3", value=NEW_CARD).reason
        answer = ask()
        asked = answer.json()
        waiting = show("door-3", value=NEW_CARD).reason

        passed = let_pass(asked)
        told = {door: show(door, value=NEW_CARD).opens for door in
                ("gate-e", "door-3", "lift-3", "plant")}  # fmt: skip

        assert (answer.status_code, passed.status_code) == (202, 200)
        assert (before, waiting) == ("no_right", "no_right")
        assert told == {"gate-e": True, "door-3": True, "lift-3": True, "plant": False}
        assert Outgoing.objects.filter(topic="HouseholdMoved").count() == 1

    def test_a_tenants_rights_end_with_his_lease(self, tenant, ask, let_pass, show):
        let_pass(ask(until="2026-06-02").json())

        assert show("door-3", value=NEW_CARD).opens
        ends = rights().first().until
        last = show("door-3", value=NEW_CARD, now=ends.replace(microsecond=0)).reason
        assert ends.isoformat().startswith("2026-06-01T16:00")  # midnight at the place
        assert last == "over"

    def test_asked_twice_it_is_one_and_let_pass_twice_it_is_done_once(self, tenant, ask, let_pass):
        first, again = ask().json(), ask().json()
        once, twice = let_pass(first), let_pass(first)

        assert first["id"] == again["id"]
        assert (once.status_code, twice.status_code) == (200, 409)
        assert rights().count() == 4
        assert Outgoing.objects.filter(topic="HouseholdMoved").count() == 1

    def test_moved_in_again_it_has_each_door_once(self, tenant, ask, let_pass):
        for _ in range(2):
            assert let_pass(ask().json()).status_code == 200

        assert rights().count() == 4

    def test_refused_nothing_is_given(self, tenant, ask, let_pass, show):
        refused = let_pass(ask().json(), approve=False)

        assert refused.status_code == 200
        assert rights().count() == 0
        assert show("door-3", value=NEW_CARD).reason == "no_right"
        assert Outgoing.objects.filter(topic="HouseholdMoved").count() == 0

    def test_who_asked_does_not_let_it_pass_himself(self, tenant, ask, let_pass, manager):
        own = let_pass(ask().json(), by=manager)

        assert own.status_code == 403
        assert rights().count() == 0

    def test_what_was_changed_since_it_was_read_does_not_pass(self, tenant, ask, let_pass):
        asked = ask().json()
        row = Approval.rows.of("hml").get()
        row.request = {**row.request, "way": "out"}
        row.save()

        assert let_pass(asked).status_code == 409
        assert rights().count() == 0
        assert Membership.rows.of("hml").filter(household__room__path=EMPTY, until=None).exists()


class TestMoveOut:
    def test_ends_rights_memberships_and_what_its_people_held(
        self, card, homes, ask, let_pass, show
    ):
        before = show("door-3").opens

        let_pass(ask(ROOM, "out").json())

        assert before
        assert show("door-3").reason == "ended"
        assert rights(ROOM).count() == 0
        assert rights(OTHER_ROOM).count() == 4
        assert not Membership.rows.of("hml").filter(person=homes.wang, until=None).exists()
        assert Credential.rows.of("hml").get().state == "ended"

    def test_ends_a_lease_with_both_dates_and_none_that_begins_later(
        self, card, homes, ask, let_pass, show
    ):
        lease = {"since": date(2026, 1, 1), "until": date(2027, 1, 1)}
        Membership.rows.of("hml").filter(person=homes.wang).update(**lease)
        next_one = MembershipEntry(
            room=ROOM, person="li", relation="tenant", since=lease["until"], until=date(2028, 1, 1)
        )
        people.put_many(community="hml", entries=[next_one], today=NOW.date())
        before = show("door-3").opens

        let_pass(ask(ROOM, "out").json())

        home = Membership.rows.of("hml").filter(household__room__path=ROOM).order_by("pk")
        assert list(home.values_list("person", "since", "until")) == [
            (homes.wang, lease["since"], NOW.date()), (homes.li, lease["until"], date(2028, 1, 1)),
        ]  # fmt: skip
        assert (before, show("door-3").reason) == (True, "ended")

    def test_who_lives_elsewhere_here_too_keeps_his_card_and_the_way_there(
        self, card, homes, ask, let_pass, show
    ):
        entries = [MembershipEntry(room=OTHER_ROOM, person="wang", relation="owner")]
        people.put_many(community="hml", entries=entries, today=NOW.date())

        let_pass(ask(ROOM, "out").json())

        assert show("door-3").opens
        assert show("lift-3", floor="2").reason == "floor"

    def test_twice_is_once(self, card, homes, ask, let_pass):
        for _ in range(2):
            assert let_pass(ask(ROOM, "out").json()).status_code == 200

        assert rights(ROOM).count() == 0
        assert rights(OTHER_ROOM).count() == 4

    def test_of_another_home_nothing_changes(self, card, homes, ask, let_pass, show):
        let_pass(ask(OTHER_ROOM, "out").json())

        assert show("door-3").opens
        assert rights(ROOM).count() == 4


class TestRefused:
    @pytest.mark.parametrize("room", ["hml/b03/u1/f02/202", "hml/nowhere", "other/b03/u1/f01/101"])
    def test_a_room_in_which_nobody_is_registered(self, tenant, ask, room):
        answer = ask(room)

        assert (answer.status_code, answer.json()["key"]) == (404, "doors.no_household")
        assert Approval.rows.of("hml").count() == 0

    @pytest.mark.parametrize("body", [{"way": "up"}, {"until": "2026-13-01"}])
    def test_what_is_malformed(self, tenant, ask, body):
        assert ask(**body).status_code == 422

    @pytest.mark.parametrize("role", ["resident", "guard", "auditor"])
    def test_whoever_may_not_ask(self, tenant, ask, role):
        assert ask(by=sign_up(role, role)).status_code == 403
        assert Approval.rows.of("hml").count() == 0

    def test_staff_of_another_community(self, tenant, call, other_estate):
        stranger = sign_up("stranger", "manager", community="other")

        answer = call(
            stranger, "post", "/household-moves", {"room": EMPTY, "way": "in", "reason": "x"}
        )

        assert answer.status_code == 403
        assert Approval.rows.of("hml").count() == 0

    def test_a_second_person_of_another_community_sees_no_such_request(
        self, tenant, ask, let_pass, other_estate
    ):
        stranger = sign_up("stranger", "manager", community="other")

        assert let_pass(ask().json(), by=stranger).status_code in {403, 404}
        assert rights().count() == 0

    def test_a_household_that_is_gone_when_it_is_let_pass_gets_nothing(self, tenant, ask, let_pass):
        asked = ask().json()
        Credential.rows.of("hml").all().delete()
        home = Household.rows.of("hml").get(room__path=EMPTY)
        Membership.rows.of("hml").filter(household=home).delete()
        home.delete()

        answer = let_pass(asked)

        assert (answer.status_code, answer.json()["key"]) == (404, "doors.no_household")
        assert Approval.rows.of("hml").get().state == "waiting"


def test_floors_of_a_lift_are_those_of_the_home_alone(tenant, ask, let_pass):
    let_pass(ask().json())

    lift = rights().get(door__device__code="lift-3")
    assert lift.floors == ["1"]
    assert granting.floors_for(door=lift.door, place=ROOM) == ["2"]
