"""Who moved out lets nobody in any more, from that moment on, and draws no codes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import OperationalError, connection, transaction

from linli.contracts import doors, outbox, places, privacy, visits
from linli.contracts.doors import Way
from linli.domains.doors import answers
from linli.domains.doors.logic.life import NotNow, Step
from linli.domains.doors.models import Credential, Right
from linli.domains.doors.operations import admitting, departing, granting, issuing, own
from linli.domains.doors.queries import standing
from linli.domains.visits import queries
from linli.domains.visits.logic import Span
from linli.domains.visits.models import Visit
from linli.domains.visits.operations import inviting
from linli.domains.visits.operations.inviting import Guest, Invitation
from linli.registry.people import holdings
from linli.registry.people import operations as people
from linli.registry.people.entries import HouseholdEntry, MembershipEntry, PersonEntry
from linli.registry.people.models import Household, Membership
from tests.domains.doors import test_moves as moves
from tests.domains.doors.conftest import NOW, OTHER_ROOM, ROOM, later

ask, call, carried, clock = moves.ask, moves.call, moves.carried, moves.clock
let_pass, second = moves.let_pass, moves.second
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def invited(monkeypatch):
    """Let doors and visits ask each other, and the register who speaks for whom."""
    withdrawn = lambda community, subject, _, now: own.face_withdrawn(community, subject, now)  # noqa: E731
    for port, answer in (
        (doors.admit, admitting.admit),
        (doors.withdraw, admitting.withdraw),
        (doors.guest_pass, admitting.guest_pass),
        (doors.barred, lambda community, people, now: False),
        (doors.way_to, answers.way_to),
        (doors.doors_of, answers.doors_of),
        (places.names, lambda community, paths: {}),
        (privacy.whom, holdings.whom),
        (privacy.withdrawn, withdrawn),
    ):
        monkeypatch.setattr(port, "_answer", answer)


def invite(host, place=""):
    span = Span(since=NOW, until=later(hours=4))
    wish = Invitation(
        kind="guest", guest=Guest(name="客"), span=span, uses=3, place=place, with_code=True
    )
    return inviting.invite(actor=host, wish=wish, now=NOW)


def put(*entries):
    people.put_many(community="hml", entries=entries, today=TODAY)


def let_to_li():
    put(
        HouseholdEntry(room=ROOM, occupancy="rented"),
        MembershipEntry(room=ROOM, person="li", relation="tenant"),
    )


def pass_of(row):
    return admitting.guest_pass("hml", queries.subject_of(row.pk), [NOW], NOW)


def move_out(room=ROOM):
    home = Household.rows.of("hml").select_related("room").get(room__path=room)
    departing.move_out(home=home, by=None, now=NOW)


class TestGuests:
    def test_their_codes_open_nothing_from_the_move_out_on(
        self, resident, homes, ask, let_pass, show
    ):
        given = pass_of(invite(resident))
        qr, digits = given.codes[0].token, given.digits
        before = [show(way=Way.QR, value=qr).opens, show(way=Way.CODE, value=digits).opens]

        assert let_pass(ask(ROOM, "out").json()).status_code == 200

        assert before == [True, True]
        after = [show(way=way, value=one) for way, one in ((Way.QR, qr), (Way.CODE, digits))]
        assert [one.reason for one in after] == ["ended", "ended"]
        assert Visit.rows.of("hml").get().over_why == "host_gone"
        assert not Right.rows.of("hml").exclude(guest="").filter(ended_at=None).exists()

    def test_a_move_out_that_fails_leaves_them_as_they_were(self, resident, homes, monkeypatch):
        def broken(**_):
            raise RuntimeError

        row = invite(resident)
        monkeypatch.setattr(issuing, "move", broken)
        own.code(actor=resident, now=NOW)

        with pytest.raises(RuntimeError), transaction.atomic():
            move_out()

        assert Visit.rows.of("hml").get().state == "expected"
        assert pass_of(row).codes

    def test_of_who_lives_in_another_home_too_those_of_that_one_stay(self, resident, homes):
        put(MembershipEntry(room=OTHER_ROOM, person="wang", relation="family"))
        gone, stays = invite(resident, ROOM), invite(resident, OTHER_ROOM)

        move_out()

        assert (len(pass_of(gone).codes), len(pass_of(stays).codes)) == (0, 1)

    def test_of_somebody_else_in_that_home_they_stay(self, resident, homes):
        put(MembershipEntry(room=ROOM, person="li", relation="family"))
        row = invite(resident)
        [leaving] = Membership.rows.of("hml").filter(household__room__path=ROOM, person=homes.li)

        departing.leave(members=[leaving], by=None, now=NOW)

        assert pass_of(row).codes

    def test_twice_is_once(self, resident, homes):
        invite(resident)

        for _ in range(2):
            move_out()

        row = Visit.rows.of("hml").get()
        assert row.state == "withdrawn"
        assert visits.moved_out("hml", [queries.subject_of(row.pk)], NOW) == 0

    @pytest.mark.parametrize("occupancy", ["rented", "owner"])
    def test_they_end_with_a_home_in_which_nobody_lived_any_longer(
        self, resident, homes, occupancy
    ):
        row = invite(resident)
        Membership.rows.of("hml").filter(person=homes.wang).update(until=TODAY)
        put(HouseholdEntry(room=ROOM, occupancy=occupancy))

        move_out()

        assert Visit.rows.of("hml").get().over_why == "host_gone"
        assert not pass_of(row).codes

    def test_an_owners_end_when_his_tenants_move_out_of_the_home_that_he_let(self, resident, homes):
        row = invite(resident)
        let_to_li()

        move_out()

        assert not pass_of(row).codes


@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite locks no rows: one writes at a time"
)
@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_whoever_draws_versions_holds_all_credentials_so_that_a_step_waits_and_none_deadlocks(
        self, resident, card, monkeypatch
    ):
        monkeypatch.setattr(outbox.wake, "_answer", lambda: None)
        rows, answer, seen = [invite(resident), invite(resident)], visits.moved_out._answer, []
        with ThreadPoolExecutor(1) as threads:

            def ended(*asked):
                count = answer(*asked)
                seen.append(threads.submit(apart, is_free, card.pk).result(30))
                seen.append(threads.submit(apart, lose, card.pk))
                return count

            monkeypatch.setattr(visits.moved_out, "_answer", ended)
            with transaction.atomic():
                move_out()
            free, step = seen

        assert (free, step.result(30)) == (False, "ended already")
        assert [len(pass_of(row).codes) for row in rows] == [0, 0]


def apart(act, credential):
    """Do something by a line of its own to the records."""
    try:
        return act(credential)
    finally:
        connection.close()


def is_free(credential):
    try:
        with transaction.atomic():
            Credential.rows.of("hml").select_for_update(nowait=True).get(pk=credential)
    except OperationalError:
        return False
    return True


def lose(credential):
    try:
        issuing.take_step(community="hml", id=credential, step=Step.LOST, by=None, now=NOW)
    except NotNow:
        return "ended already"
    return "lost"


class TestOwner:
    def test_who_let_his_home_owns_it_when_his_tenants_move_out(self, resident, homes):
        let_to_li()

        move_out()

        left = Membership.rows.of("hml").filter(household__room__path=ROOM, until=None)
        assert list(left.values_list("person", "relation")) == [(homes.wang, "owner")]
        assert own.code(actor=resident, now=NOW).token

    def test_who_sold_a_home_that_he_let_opens_no_door_of_it(self, resident, homes, show):
        put(HouseholdEntry(room=ROOM, occupancy="rented"))
        code = own.code(actor=resident, now=NOW).token
        move_out()
        put(
            HouseholdEntry(room=ROOM, occupancy="owner"),
            PersonEntry(code="buyer", name="买新居"),
            MembershipEntry(room=ROOM, person="buyer", relation="owner"),
        )
        home = Household.rows.of("hml").select_related("room").get(room__path=ROOM)
        granting.move_in(home=home, until=None, by=None, now=NOW)

        assert show("door-3", way=Way.QR, value=code).reason == "ended"
        with pytest.raises(standing.MovedOut):
            own.code(actor=resident, now=NOW)
        left = Membership.rows.of("hml").filter(household=home, until=None)
        assert list(left.values_list("person__code", flat=True)) == ["buyer"]

    def test_of_a_home_that_is_not_let_by_the_register_he_moves_out_with_the_others(self, homes):
        put(MembershipEntry(room=ROOM, person="li", relation="tenant"))

        move_out()

        assert not Membership.rows.of("hml").filter(household__room__path=ROOM, until=None)

    def test_the_second_person_reads_who_stays(self, homes, ask):
        plain = ask(ROOM, "out").json()["words"]
        let_to_li()

        let = ask(ROOM, "out").json()["words"]
        moves_in = ask(ROOM, "in").json()["words"]

        assert f"{homes.wang} 号" in let["zh"]
        assert f"person {homes.wang}" in let["en"]
        assert not any("号）" in one["zh"] for one in (plain, moves_in))

    def test_it_is_done_as_he_read_it_though_the_last_tenant_left_meanwhile(
        self, homes, ask, let_pass
    ):
        let_to_li()
        asked = ask(ROOM, "out").json()
        Membership.rows.of("hml").filter(
            household__room__path=ROOM, person=homes.li
        ).update(until=TODAY)  # fmt: skip

        assert let_pass(asked).status_code == 200
        left = Membership.rows.of("hml").filter(household__room__path=ROOM, until=None)
        assert list(left.values_list("person", flat=True)) == [homes.wang]


DRAWS = {
    "QR code": lambda actor: own.code(actor=actor, now=NOW),
    "PIN": lambda actor: own.new_pin(actor=actor, duress=False, now=NOW),
    "PIN of duress": lambda actor: own.new_pin(actor=actor, duress=True, now=NOW),
    "face": lambda actor: own.face(actor=actor, agree=True, confirmed=True, now=NOW),
    "face at a door": lambda actor: own.enrol(actor=actor, door="door-3", now=NOW),
}


@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)
class TestDraws:
    def test_who_has_left_gets_nothing_and_is_told_why(self, resident, draw):
        move_out()

        with pytest.raises(standing.MovedOut):
            draw(resident)

        assert not Credential.rows.of("hml").filter(state="open").exists()

    def test_nor_does_he_whose_lease_ended_by_itself(self, resident, homes, draw):
        Membership.rows.of("hml").filter(person=homes.wang).update(until=TODAY)

        with pytest.raises(standing.MovedOut):
            draw(resident)


class TestStays:
    @pytest.mark.parametrize("since", [None, date(2026, 1, 1), TODAY + timedelta(days=9)])
    def test_who_has_another_home_or_will_have_one_draws_as_before(self, resident, since):
        move_out()
        put(MembershipEntry(room=OTHER_ROOM, person="wang", relation="tenant", since=since))

        assert own.code(actor=resident, now=NOW).token
        assert own.new_pin(actor=resident, duress=False, now=NOW).digits

    def test_a_code_of_before_his_lease_begins_opens_nothing_yet(self, resident, show):
        move_out()
        begins = TODAY + timedelta(days=9)
        put(MembershipEntry(room=OTHER_ROOM, person="wang", relation="tenant", since=begins))

        code = own.code(actor=resident, now=NOW)

        assert show("gate-e", way=Way.QR, value=code.token).reason == "gone"

    def test_who_left_still_withdraws_his_face(self, resident):
        own.face(actor=resident, agree=True, confirmed=True, now=NOW)
        move_out()

        own.face(actor=resident, agree=False, confirmed=False, now=NOW)

        assert not Credential.rows.of("hml").filter(way="face", state="open").exists()

    def test_he_is_told_so_over_http(self, resident, call):
        move_out()

        answers = [
            call(resident, "post", "/my/door-code"),
            call(resident, "post", "/my/pin", {"duress": False}),
        ]

        assert [one.status_code for one in answers] == [403, 403]
        assert {one.json()["key"] for one in answers} == {"doors.moved_out"}
