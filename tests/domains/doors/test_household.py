"""The head of a household and those who live with him: their cards, and that one of them leaves."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from linli.app import agreed
from linli.contracts import approvals
from linli.contracts.approvals import LetPass
from linli.contracts.doors import Way
from linli.domains.doors.logic.life import Step
from linli.domains.doors.models import Credential, Newcomer
from linli.domains.doors.operations import granting, issuing, joining
from linli.domains.doors.operations.household import NotYourHousehold, OwnsTheHome
from linli.domains.doors.operations.issuing import NewCredential
from linli.domains.doors.queries import newcomers
from linli.foundation.approvals import operations as approving
from linli.foundation.approvals.models import Approval
from linli.foundation.audit.models import Act, Line
from linli.foundation.identity import operations as identity
from linli.foundation.identity.queries import actor_of
from linli.registry.people import operations as people
from linli.registry.people.entries import (
    HouseholdEntry,
    MembershipEntry,
    PersonEntry,
    VehicleEntry,
)
from linli.registry.people.models import Household, Membership, Person
from tests.domains.doors.test_http import call
from tests.registry.conftest import NOW

__all__ = ["call"]
ROOM, NEXT_DOOR = "hml/b03/u1/f01/102", "hml/b03/u1/f02/201"
CARD = "0000000077"


@pytest.fixture(autouse=True)
def carried(monkeypatch):
    monkeypatch.setattr(approvals.carry_out, "_answer", agreed.carry_out)
    monkeypatch.setattr(approvals.beside, "_answer", agreed.beside)


def actor(name, role, person=""):
    opened = identity.open_account(username=name, name=name, password="long enough 7")
    identity.grant(account=opened.account, role=role, community="hml", now=NOW)
    if person:
        put(PersonEntry(code=person, account=opened.account))
    return actor_of(account=opened.account, community="hml", now=NOW)


def put(*entries):
    people.put_many(community="hml", entries=list(entries), today=NOW.date())


@pytest.fixture
def head(homes):
    """A home of three: its owner, who signs in, her son with a card, her co-owner."""
    put(
        PersonEntry(code="zhao", name="赵户主"), PersonEntry(code="son", name="赵小"),
        PersonEntry(code="half", name="钱共有"), HouseholdEntry(room=ROOM, occupancy="owner"),
        MembershipEntry(room=ROOM, person="zhao", relation="owner"),
        MembershipEntry(room=ROOM, person="son", relation="family"),
        MembershipEntry(room=ROOM, person="half", relation="owner"),
        VehicleEntry(plate="浙A77777", household=ROOM),
    )  # fmt: skip
    home = Household.rows.of("hml").get(room__path=ROOM)
    granting.move_in(home=home, until=None, by=None, now=NOW)
    new = NewCredential(way=Way.CARD, person=number("son"), value=CARD)
    issuing.issue(community="hml", new=new, by=None, now=NOW)
    return actor("zhao", "household_head", "zhao")


def number(code):
    return Membership.rows.of("hml").filter(person__code=code).values_list("person", flat=True)[0]


def card():
    return Credential.rows.of("hml").get(person=number("son"), way="card")


def says(call, by):
    """Return what the page lets somebody say of the son's card."""
    [home] = call(by, "get", "/my/household").json()["items"]
    [found] = [one for one in home["members"] if one["person"] == number("son")]
    return found["cards"][0]["steps"]


def step(call, by, what):
    answer = call(by, "post", f"/my/household/cards/{card().pk}/steps", {"step": what})
    return answer.status_code, answer.json().get("key"), card().state


def confirm():
    row, desk = Approval.rows.of("hml").get(), actor("desk", "front_desk")
    approving.decide(actor=desk, id=row.pk, approve=True, digest=row.digest, now=NOW)


def leave(call, by, code="son", room=ROOM):
    return call(by, "post", f"/my/household/members/{number(code)}/leave", {"room": room})


class TestHousehold:
    def test_he_sees_who_lives_with_him_their_cards_and_cars(self, call, head):
        [home] = call(head, "get", "/my/household").json()["items"]

        members = {one["name"]: [card["state"] for card in one["cards"]] for one in home["members"]}
        assert members == {"赵户主": [], "赵小": ["open"], "钱共有": []}
        assert (home["room"], home["plates"]) == (ROOM, ["浙A77777"])
        assert CARD not in str(home)

    def test_other_residents_have_no_such_page(self, call, head):
        for role in ("resident", "guardian", "merchant"):
            assert call(actor(role, role), "get", "/my/household").status_code == 403

    def test_he_reports_a_card_of_theirs_lost_and_no_strangers(self, call, head, show):
        before = show("door-3", value=CARD).opens
        lost = call(head, "post", f"/my/household/cards/{card().pk}/steps", {"step": "lost"})
        put(MembershipEntry(room=ROOM, person="son", relation="family", until=NOW.date()))
        gone = call(head, "post", f"/my/household/cards/{card().pk}/steps", {"step": "found"})

        assert (before, lost.status_code, show("door-3", value=CARD).opens) == (True, 200, False)
        assert (gone.status_code, card().state) == (404, "lost")

    def test_a_tenants_family_member_is_no_head(self, call, head):
        son = actor("son", "household_head", "son")

        assert call(son, "get", "/my/household").json()["items"] == []

    def test_a_tenant_is_head_while_his_lease_lasts_and_not_before(self, call, head):
        put(PersonEntry(code="sun", name="孙租客"))
        tenant, soon = actor("sun", "household_head", "sun"), date(2090, 1, 1)
        put(MembershipEntry(room=ROOM, person="sun", relation="tenant", since=soon))

        assert call(tenant, "get", "/my/household").json()["items"] == []
        assert step(call, tenant, "lost") == (404, "doors.credential_not_found", "open")
        assert leave(call, tenant).json()["key"] == "doors.not_your_household"
        Membership.rows.of("hml").filter(person__code="sun").update(since=NOW.date())
        assert step(call, tenant, "lost") == (200, None, "lost")

    def test_who_let_his_home_is_no_head_of_who_rents_it_and_no_member(self, call, head):
        Household.rows.of("hml").filter(room__path=ROOM).update(occupancy="rented")
        put(PersonEntry(code="sun", name="孙租客"))
        put(MembershipEntry(room=ROOM, person="sun", relation="tenant"))

        assert call(head, "get", "/my/household").json()["items"] == []
        assert step(call, head, "lost") == (404, "doors.credential_not_found", "open")
        assert leave(call, head).json()["key"] == "doors.not_your_household"
        tenant = actor("sun", "household_head", "sun")
        [home] = call(tenant, "get", "/my/household").json()["items"]
        assert [one["name"] for one in home["members"]] == ["赵小", "孙租客"]

    def test_a_tenant_reports_no_card_of_the_owners_lost(self, call, head):
        put(PersonEntry(code="sun", name="孙租客"))
        put(MembershipEntry(room=ROOM, person="sun", relation="tenant"))
        Membership.rows.of("hml").filter(person__code="son").update(relation="owner")
        tenant = actor("sun", "household_head", "sun")

        assert says(call, tenant) == []
        assert step(call, tenant, "lost") == (403, "doors.not_yours_to_say", "open")
        assert step(call, head, "lost") == (200, None, "lost")

    def test_found_is_what_he_reported_himself_or_his_own(self, call, head):
        said = [(says(call, head), step(call, head, one)[2]) for one in ("lost", "found")]
        assert said == [(["lost"], "lost"), (["found"], "open")]
        issuing.take_step(community="hml", id=card().pk, step=Step.LOST, by=None, now=NOW)

        assert says(call, head) == []
        assert step(call, head, "found") == (403, "doors.not_yours_to_say", "lost")
        Membership.rows.of("hml").filter(person__code="son").update(relation="tenant")
        son = actor("son", "household_head", "son")
        assert step(call, son, "found") == (200, None, "open")

    def test_it_asks_as_much_of_many_members_and_lost_cards_as_of_few(self, call, head):
        def asked():
            with CaptureQueriesContext(connection) as queries:
                [home] = call(head, "get", "/my/household").json()["items"]
            cards = [card for one in home["members"] for card in one["cards"]]
            return len(queries), len(home["members"]), [card["steps"] for card in cards]

        step(call, head, "lost")
        few = asked()
        for n in range(4):
            put(
                PersonEntry(code=f"k{n}", name=f"孩子{n}"),
                MembershipEntry(room=ROOM, person=f"k{n}", relation="family"),
            )
            for m in range(2):
                new = NewCredential(way=Way.CARD, person=number(f"k{n}"), value=f"00000001{n}{m}")
                lost = issuing.issue(community="hml", new=new, by=None, now=NOW).row
                issuing.take_step(
                    community="hml", id=lost.pk, step=Step.LOST, now=NOW,
                    by=head.account if m else None,
                )  # fmt: skip

        assert few[1:] == (3, [["found"]])
        steps = [["found"], *([["found"], []] * 4)]
        assert asked() == (few[0], 7, steps)


class TestLeaving:
    def test_nothing_ends_until_the_desk_confirms_it(self, call, head, show):
        asked = leave(call, head)
        again = leave(call, head)
        waiting, row = show("door-3", value=CARD).opens, Approval.rows.of("hml").get()
        confirm()

        assert (asked.status_code, again.status_code, waiting) == (204, 204, True)
        assert "赵小" not in f"{row.words_zh}{row.words_en}{row.request}"
        assert (card().state, show("door-3", value=CARD).opens) == ("ended", False)
        assert Membership.rows.of("hml").get(person__code="son").until == NOW.date()
        [home] = call(head, "get", "/my/household").json()["items"]
        assert [one["name"] for one in home["members"]] == ["赵户主", "钱共有"]

    def test_the_desk_is_told_beside_it_who_leaves_while_it_waits(self, call, head):
        leave(call, head)
        desk = actor("front", "front_desk")

        assert beside(call, desk) == ["姓名：赵小（家属）"]
        Person.rows.of("hml").filter(code="son").update(erased_at=NOW)
        assert beside(call, desk) == ["他已不在这里登记。"]
        Person.rows.of("hml").filter(code="son").update(erased_at=None)
        confirm()
        assert beside(call, desk) == []

    def test_that_the_desk_was_told_who_leaves_is_remembered_once_an_hour(self, call, head):
        leave(call, head)
        desk = actor("front", "front_desk")

        assert looks() == []
        for by in (head, desk, desk):
            call(by, "get", "/approvals")

        [line] = looks()
        assert (line.account, line.purpose) == (desk.account, "verification")

    def test_who_may_know_nobody_by_name_is_told_no_name_and_his_look_is_remembered(
        self, call, head
    ):
        leave(call, head)
        row, officer = Approval.rows.of("hml").get(), actor("li", "security_officer")
        reader = approvals.Reader(community="hml", account=officer.account, names=False)

        [said] = agreed.beside(reader, row.kind, [row.about], NOW)[row.about]

        assert (said.zh, said.en) == ("姓名：赵*（家属）", "Name: 赵* (family)")
        assert [line.account for line in looks()] == [officer.account]

    def test_of_another_community_nobody_is_told_and_nothing_remembered(self, call, head):
        leave(call, head)
        row = Approval.rows.of("hml").get()
        reader = approvals.Reader(community="other", account=head.account, names=True)

        [said] = agreed.beside(reader, row.kind, [row.about], NOW)[row.about]

        assert (said.zh, looks()) == ("他已不在这里登记。", [])

    def test_the_way_in_of_one_with_both_dates_ends_too(self, call, head, show):
        both = {"since": date(2020, 1, 1), "until": date(2090, 1, 1)}
        Membership.rows.of("hml").filter(person__code="son").update(**both)
        leave(call, head)
        before = show("door-3", value=CARD).opens
        confirm()

        [row] = Membership.rows.of("hml").filter(person__code="son")
        assert (row.since, row.until) == (both["since"], NOW.date())
        assert (before, card().state, show("door-3", value=CARD).opens) == (True, "ended", False)

    def test_one_who_owns_the_home_by_the_time_the_desk_confirms_stays(self, call, head, show):
        leave(call, head)
        Membership.rows.of("hml").filter(person__code="son").update(relation="owner")

        with pytest.raises(OwnsTheHome):
            confirm()
        assert show("door-3", value=CARD).opens

    @pytest.mark.parametrize("code", ["half", "zhao"])
    def test_neither_an_owner_nor_himself(self, call, head, code):
        answer = leave(call, head, code)

        assert (answer.status_code, answer.json()["key"]) == (403, "doors.owns_the_home")
        assert not Approval.rows.of("hml").exists()

    def test_nobody_of_another_home(self, call, head):
        put(
            PersonEntry(code="li", name="李邻居"), HouseholdEntry(room=NEXT_DOOR),
            MembershipEntry(room=NEXT_DOOR, person="li", relation="family"),
        )  # fmt: skip

        for room in (ROOM, NEXT_DOOR):
            assert leave(call, head, "li", room).json()["key"] == "doors.not_your_household"


def join(call, by, name="赵奶奶", **more):
    wish = {"room": ROOM, "name": name, "relation": "family", **more}
    return call(by, "post", "/my/household/members", wish)


def looks():
    """Return the lines of who looked at the son."""
    return list(Line.objects.filter(what=f"person:{number('son')}", act=Act.LOOK))


def beside(call, by):
    """Return what somebody reads beside the request, in the list and alone."""
    [one] = call(by, "get", "/approvals").json()["items"]
    assert call(by, "get", f"/approvals/{one['id']}").json()["beside"] == one["beside"]
    return [said["zh"] for said in one["beside"]]


def joining_of(call, by):
    [home] = call(by, "get", "/my/household").json()["items"]
    return home["joining"], [one["name"] for one in home["members"]]


def decide(by, approve=True):
    """Let another person decide what waits."""
    [waits] = Approval.rows.of("hml").filter(kind="join", state="waiting")
    return approving.decide(
        actor=by,
        id=waits.pk,
        approve=approve,
        digest=waits.digest,
        reason="核实",
        now=timezone.now(),
    )


class TestJoining:
    def test_once_another_lets_it_pass_he_lives_there_and_passes_with_the_household(
        self, call, head
    ):
        asked = join(call, head, until="2090-01-01")
        before = joining_of(call, head)
        decide(actor("desk", "supervisor"))

        row = Membership.rows.of("hml").select_related("person").get(person__name="赵奶奶")
        assert (asked.status_code, before) == (204, (["赵奶奶"], ["赵户主", "赵小", "钱共有"]))
        assert joining_of(call, head) == ([], ["赵户主", "赵小", "钱共有", "赵奶奶"])
        assert (row.relation, row.until) == ("family", date(2090, 1, 1))
        assert not Newcomer.rows.of("hml").exists()

    def test_the_request_names_nobody_and_the_same_again_is_one(self, call, head):
        join(call, head)
        join(call, head, name=" 赵奶奶 ")

        [waits] = Approval.rows.of("hml").filter(kind="join")
        number = Newcomer.rows.of("hml").get().pk
        assert "赵奶奶" not in f"{waits.request}{waits.words_zh}{waits.words_en}"
        assert f"newcomer {number} may" in waits.words_en

    def test_who_may_let_it_pass_reads_his_name_beside_it_while_it_waits(self, call, head):
        join(call, head)
        manager, desk = actor("wang", "manager"), actor("desk", "supervisor")

        waiting = beside(call, manager)
        decide(desk)

        assert waiting == ["姓名：赵奶奶", "登记中没有同名的人。"]
        assert beside(call, manager) == []
        assert (
            approving.told(actor=head, rows=list(Approval.rows.of("hml")), now=timezone.now()) == {}
        )

    def test_he_reads_who_of_that_name_is_registered_or_barred(self, call, head):
        granting.bar(
            community="hml",
            person=number("son"),
            reason="闹事",
            until=None,
            by=head.account,
            now=NOW,
        )
        put(PersonEntry(code="namesake", name="赵小"))
        join(call, head, name="赵小")

        _, first, second = beside(call, actor("wang", "manager"))

        assert f"{number('son')} 号" in first
        assert "102" in first
        assert first.endswith("已被禁止通行")
        assert second.endswith("名下没有房屋")

    def test_that_somebody_was_told_of_him_and_his_namesake_is_remembered_once_an_hour(
        self, call, head
    ):
        join(call, head, name="赵小")
        manager, namesake = actor("wang", "manager"), f"person:{number('son')}"
        whom = [f"newcomer:{Newcomer.rows.of('hml').get().pk}", namesake]

        for by in (head, manager, manager):
            call(by, "get", "/approvals")

        lines = list(Line.objects.filter(what__in=whom, act=Act.LOOK).order_by("pk"))
        assert [(one.what, one.account, one.purpose) for one in lines] == [
            (what, manager.account, "verification") for what in whom
        ]

    def test_who_may_know_nobody_by_name_is_told_neither_name_nor_home(self, call, head):
        join(call, head, name="赵小")
        row, officer = Approval.rows.of("hml").get(), actor("li", "security_officer")
        reader = approvals.Reader(community="hml", account=officer.account, names=False)

        said = agreed.beside(reader, row.kind, [row.about], NOW)[row.about]

        same = number("son")
        assert [one.zh for one in said] == ["姓名：赵*", f"登记中有同名的人：{same} 号"]
        assert said[1].en == f"Of the same name is registered: person {same}"
        assert [line.account for line in looks()] == [officer.account]

    def test_in_another_community_nobody_is_told_of_him_and_nothing_remembered(self, call, head):
        join(call, head, name="赵小")
        row = Approval.rows.of("hml").get()
        reader = approvals.Reader(community="other", account=head.account, names=True)

        assert agreed.beside(reader, row.kind, [row.about], NOW) == {}
        assert looks() == []

    def test_of_many_who_wait_it_asks_as_much_as_of_one(self, call, head):
        manager = actor("wang", "manager")
        join(call, head, name="赵小")
        row = Approval.rows.of("hml").get()
        reader = approvals.Reader(community="hml", account=manager.account, names=True)

        def told():
            pks = Newcomer.rows.of("hml").values_list("pk", flat=True)
            wanted = [newcomers.about(pk) for pk in pks]
            with CaptureQueriesContext(connection) as asked:
                assert len(agreed.beside(reader, row.kind, wanted, NOW)) == len(wanted)
            return len(asked)

        one = told()
        for n in range(5):
            put(PersonEntry(code=f"n{n}", name=f"新来{n}"))
            join(call, head, name=f"新来{n}")

        assert told() == one

    def test_nobody_stays_longer_than_who_asks_for_him(self, call, head):
        ends = timezone.localdate() + timedelta(days=30)
        Membership.rows.of("hml").filter(person__code="zhao").update(until=ends)

        later = join(call, head, until=str(ends + timedelta(days=1)))
        asked = join(call, head)

        assert (later.status_code, later.json()["key"]) == (422, "doors.longer_than_head")
        assert asked.status_code == 204
        [waits] = Approval.rows.of("hml").filter(kind="join")
        assert waits.request["until"] == str(ends)
        Membership.rows.of("hml").filter(person__code="zhao").update(until=ends - timedelta(days=1))
        with pytest.raises(joining.LongerThanHead):
            decide(actor("desk", "supervisor"))

    def test_lets_nobody_in_whose_last_day_has_come_meanwhile(self, call, head):
        today = timezone.localdate()
        join(call, head, until=str(today + timedelta(days=1)))
        waits = Approval.rows.of("hml").get()
        day = LetPass(
            approval=waits.pk, kind=waits.kind, community="hml", about=waits.about,
            request=waits.request, by=head.account, approved_by=0, cause="c",
            now=timezone.now() + timedelta(days=1),
        )  # fmt: skip

        with pytest.raises(joining.StayIsOver):
            joining.carry(day)
        assert not Membership.rows.of("hml").filter(person__name="赵奶奶").exists()

    def test_what_one_head_asked_another_does_not_change_while_it_waits(self, call, head):
        half = actor("half", "household_head", "half")
        join(call, head)

        second = join(call, half, relation="other")
        before = Newcomer.rows.of("hml").get()
        decide(actor("desk", "supervisor"), approve=False)
        third = join(call, half, relation="other")

        assert (second.status_code, second.json()["key"]) == (409, "doors.asked_by_another")
        assert (before.relation, before.by_id) == ("family", head.account)
        assert third.status_code == 204
        after = Newcomer.rows.of("hml").get()
        assert (after.relation, after.by_id) == ("other", half.account)

    def test_nobody_asks_for_another_home_nor_who_is_no_head(self, call, head):
        son = actor("son", "household_head", "son")

        elsewhere = join(call, head, room=NEXT_DOOR)
        answers = [elsewhere, join(call, son), join(call, actor("li2", "resident"))]

        assert [one.status_code for one in answers] == [404, 404, 403]
        assert not Newcomer.rows.of("hml").exists()

    @pytest.mark.parametrize(
        "wish", [{"name": "  "}, {"until": "2020-01-01"}, {"relation": "owner"}]
    )
    def test_refuses_nobody_a_day_gone_by_and_owners(self, call, head, wish):
        assert join(call, head, **wish).status_code == 422
        assert not Approval.rows.of("hml").exists()

    def test_who_is_head_no_more_by_then_lets_nobody_in(self, call, head):
        join(call, head)
        put(MembershipEntry(room=ROOM, person="zhao", relation="owner", until=NOW.date()))

        with pytest.raises(NotYourHousehold):
            decide(actor("desk", "supervisor"))
        assert not Membership.rows.of("hml").filter(person__name="赵奶奶").exists()

    def test_the_asker_does_not_let_it_pass_himself(self, call, head):
        join(call, head)

        with pytest.raises(approving.OwnRequest):
            decide(actor_of(account=head.account, community="hml", now=NOW))

    def test_who_was_turned_down_is_told_of_no_more_and_forgotten(self, call, head):
        join(call, head)
        decide(actor("desk", "supervisor"), approve=False)

        assert joining_of(call, head)[0] == []
        assert joining.forget(community="hml", now=timezone.now()) == 0
        assert joining.forget(community="hml", now=timezone.now() + timedelta(days=5)) == 1
        assert not Newcomer.rows.of("hml").exists()
