from datetime import datetime, time, timedelta

import pytest
from msgspec import json
from msgspec.structs import replace

from linli.contracts.doors import DoorBrief, GuestPass, PassageDecided
from linli.contracts.parking import GuestCar, GuestStay, LaneDecided
from linli.domains.visits import handlers, jobs, pages, queries
from linli.domains.visits.logic import BadHours, PictureTooLong, Stands
from linli.domains.visits.models import Visit, VisitPassage
from linli.domains.visits.operations import inviting, keeping
from linli.domains.visits.operations.inviting import BadGuest
from linli.foundation.identity import operations as identity
from linli.foundation.identity.queries import actor_of
from linli.foundation.outbox.models import Outgoing
from linli.foundation.vault import sealed
from linli.foundation.vault.models import DataKey
from linli.kernel.words import Words
from linli.registry.people.models import Household, Membership, Person
from tests.domains.visits.conftest import GATE, HOME, LIFT, NOW, UNIT, WAY, live, wish

HOUR = timedelta(hours=1)


def facts(name):
    return Outgoing.objects.filter(topic=name).count()


def told(name):
    rows = Outgoing.objects.filter(topic=name).order_by("pk")
    return [json.decode(bytes(one.body))["told"] for one in rows]


def passed(visit, number=1, door=GATE, direction="in", *, at=NOW, opened=True):
    return PassageDecided(
        id=f"p{number}", at=at, community="hml", passage=number, door=door, place="hml", way="qr",
        direction=direction, opened=opened, reason="right", guest=f"visit:{visit.pk}",
    )  # fmt: skip


def drove(visit, fact, at, *, direction="in", opened=True):
    return LaneDecided(
        id=fact, at=at, community="hml", sighting=1, lane="p1", lot="p1", direction=direction,
        opened=opened, reason="expected", stay=1, visit=visit.pk,
    )  # fmt: skip


class TestInvite:
    def test_opens_the_way_to_the_home_and_no_other(self, visit, gates, host):
        [told] = gates.admitted.values()

        assert (told.subject, told.place) == (f"visit:{visit.pk}", HOME)
        assert told.host == Person.rows.of("hml").get(code="host").pk
        assert (told.since, told.until, told.uses) == (NOW, NOW + 4 * HOUR, 1)
        assert (told.doors, told.by) == ((), host.account)
        assert facts("VisitInvited") == 1

    def test_keeps_who_comes_sealed(self, visit):
        raw = Visit.rows.of("hml").filter(pk=visit.pk).values().get()

        assert not {"李来", "13800138000", "浙Z12345"} & {str(one) for one in raw.values()}
        [shown] = queries.shown(community="hml", rows=[visit], purpose="", now=NOW)
        assert (shown.row.name, shown.row.plate) == ("李*", "浙Z·1***5")

    def test_hands_on_days_and_hours(self, host, gates):
        inviting.invite(
            actor=host,
            wish=wish("help", uses=0, hours=240, days="135", starts=time(9), ends=time(12)),
            now=NOW,
        )

        [told] = gates.admitted.values()
        assert [(one.days, one.starts, one.ends) for one in told.hours] == [
            ("135", time(9), time(12))
        ]

    def test_refuses_a_home_that_is_not_his(self, host, neighbour):
        with pytest.raises(queries.NoHome):
            inviting.invite(actor=neighbour, wish=wish(place=HOME), now=NOW)

        assert not Visit.rows.of("hml").exists()

    def test_refuses_a_door_that_is_not_on_the_way(self, host):
        with pytest.raises(inviting.BadGuest):
            inviting.invite(actor=host, wish=wish(doors=[GATE, "vault"]), now=NOW)

    def test_refuses_who_is_barred_and_does_not_say_why(self, host, gates):
        bad = Person(community="hml", code="bad", name="坏人")
        bad.phone = "+8613900139000"
        from_register(bad)
        gates.barred.add(bad.pk)

        with pytest.raises(inviting.NotWelcome) as refused:
            inviting.invite(actor=host, wish=wish(phone="139 0013 9000"), now=NOW)

        assert refused.value.values == {}
        assert not gates.admitted

    def test_refuses_more_than_a_home_may_expect(self, host, monkeypatch):
        monkeypatch.setattr(inviting.logic, "MOST_OPEN", 1)
        inviting.invite(actor=host, wish=wish(), now=NOW)

        with pytest.raises(inviting.TooManyVisits):
            inviting.invite(actor=host, wish=wish(), now=NOW)

    def test_refuses_somebody_who_let_his_home(self, host):
        Household.rows.of("hml").update(occupancy="rented")

        with pytest.raises(queries.NoHome):
            inviting.invite(actor=host, wish=wish(), now=NOW)

    @pytest.mark.parametrize(
        "more", [{"plate": "浙Z1"}, {"phone": "12"}, {"name": " "}, {"people": 21}]
    )
    def test_refuses_a_guest_who_cannot_be_so(self, host, more):
        with pytest.raises(inviting.BadGuest):
            inviting.invite(actor=host, wish=wish(**more), now=NOW)

    def test_refuses_what_is_over(self, host):
        with pytest.raises(BadHours):
            inviting.invite(actor=host, wish=wish(since=NOW - 5 * HOUR), now=NOW)


def from_register(row):
    sealed.seal_all([row], community="hml", today=NOW.date())
    row.save()


def opened(link, now=NOW):
    return pages.guest(link=link, base="https://linli.example", ahead=0, now=now)


PARKED = GuestStay(lot="p1", due_fen=800, paid_fen=0, leave_by=None, token="t:1")


class TestLink:
    def test_opens_the_visit_it_was_given_for(self, visit):
        link = queries.link_of(visit)

        assert opened(link)["stands"] == "now"
        assert queries.link_of(visit) == link

    @pytest.mark.parametrize("end", ["x", "", ":x"])
    def test_is_not_guessed(self, visit, end):
        with pytest.raises(queries.LinkDead):
            opened(queries.link_of(visit)[:-4] + end)

    def test_of_another_community_opens_nothing(self, visit, other_estate):
        other = live("other/b03/u1/f01/101", "far", community="other")
        theirs = inviting.invite(actor=other, wish=wish(), now=NOW)
        link = queries.link_of(Visit(community="other", pk=theirs.pk, nonce=visit.nonce))

        with pytest.raises(queries.LinkDead):
            opened(link)

    def test_dies_with_the_visit(self, host, visit):
        link = queries.link_of(visit)
        inviting.withdraw(actor=host, id=visit.pk, now=NOW)

        with pytest.raises(queries.LinkDead):
            opened(link)

    def test_dies_when_the_time_is_over_though_no_job_ran(self, visit):
        with pytest.raises(queries.LinkDead):
            opened(queries.link_of(visit), visit.until)

    def test_dies_when_the_host_moved_out_though_no_job_ran(self, visit):
        Membership.rows.of("hml").update(until=NOW.date())

        with pytest.raises(queries.LinkDead):
            opened(queries.link_of(visit))

    def test_is_dead_as_soon_as_there_is_another(self, host, visit, gates):
        before = queries.link_of(visit)

        row = inviting.new_link(actor=host, id=visit.pk, now=NOW)

        assert opened(queries.link_of(row))["stands"] == "now"
        with pytest.raises(queries.LinkDead):
            opened(before)
        assert len(gates.admitted) == 1

    @pytest.mark.parametrize("ended", ["time", "withdrawn", "turned away", "moved out"])
    def test_over_it_shows_the_car_that_is_still_in_and_nothing_else(
        self, host, guard, visit, gates, ended
    ):
        gates.parked = GuestCar(lots=(), stay=PARKED)
        link, at = queries.link_of(visit), visit.until if ended == "time" else NOW
        if ended == "withdrawn":
            inviting.withdraw(actor=host, id=visit.pk, now=NOW)
        elif ended == "turned away":
            inviting.turn_away(actor=guard, id=visit.pk, now=NOW)
        elif ended == "moved out":
            Membership.rows.of("hml").update(until=NOW.date())

        shown = opened(link, at)

        assert (shown["stands"], shown["car"]["stay"]["due_fen"]) == ("over", 800)
        assert not any(
            shown[name]
            for name in ("token", "qr", "codes", "digits", "doors", "address_qr", "kind", "days")
        )
        assert shown["host"] == shown["kind_name"] == {"zh": "", "en": ""}
        told = {name for name, value in shown.items() if value and value != shown["host"]}
        assert told <= {
            "stands", "car", "community", "estate", "phone", "since", "until", "plate", "now",
            "renew_s",
        }  # fmt: skip

    def test_over_it_is_dead_once_the_car_is_gone_and_paid_for(self, visit, gates):
        link = queries.link_of(visit)
        gates.parked = GuestCar(lots=(), stay=PARKED)
        opened(link, visit.until)
        gates.parked = GuestCar(lots=(), stay=None)

        with pytest.raises(queries.LinkDead):
            opened(link, visit.until)

    def test_over_it_is_dead_without_a_plate_and_when_another_took_its_place(self, host, gates):
        gates.parked = GuestCar(lots=(), stay=PARKED)
        walker = inviting.invite(actor=host, wish=wish(), now=NOW)
        driver = inviting.invite(actor=host, wish=wish(plate="浙Z12345"), now=NOW)
        before = queries.link_of(driver)
        inviting.new_link(actor=host, id=driver.pk, now=NOW)

        for link in (queries.link_of(walker), before):
            with pytest.raises(queries.LinkDead):
                opened(link, walker.until)

    def test_shows_no_code_outside_of_the_hours(self, host):
        late = inviting.invite(actor=host, wish=wish(since=NOW + HOUR), now=NOW)

        assert not queries.opens_to(row=late, now=NOW).codes
        assert [one.since for one in queries.opens_to(row=late, now=NOW + HOUR).codes] == [
            NOW + HOUR
        ]

    def test_codes_ahead_are_of_the_half_minutes_in_which_he_may_come_alone(self, host):
        row = inviting.invite(
            actor=host, wish=wish(since=NOW + timedelta(seconds=60), hours=1), now=NOW
        )
        begins, ends = row.since, row.until

        coming = queries.opens_to(row=row, ahead=4, now=NOW).codes
        going = queries.opens_to(row=row, ahead=4, now=ends - timedelta(seconds=45)).codes

        half = timedelta(seconds=30)
        assert [one.since for one in coming] == [begins, begins + half, begins + 2 * half]
        assert [one.since for one in going] == [ends - 1.5 * half, ends - 0.5 * half]

    def test_a_visit_that_was_taken_back_opens_nothing_ahead(self, host, visit):
        row = inviting.withdraw(actor=host, id=visit.pk, now=NOW)

        assert queries.opens_to(row=row, ahead=4, now=NOW) == GuestPass()


class TestDigits:
    @pytest.mark.parametrize(
        ("kind", "said", "has"),
        [
            ("guest", None, False), ("guest", True, True), ("courier", None, True),
            ("food", None, True), ("courier", False, False),
        ],
    )  # fmt: skip
    def test_couriers_have_them_unless_the_host_says_otherwise(self, host, gates, kind, said, has):
        row = inviting.invite(actor=host, wish=wish(kind, hours=1, with_code=said), now=NOW)

        assert row.with_code is has
        assert gates.admitted[f"visit:{row.pk}"].with_code is has
        assert bool(queries.opens_to(row=row, now=NOW).digits) is has

    def test_another_link_asks_for_them_again(self, host, gates):
        row = inviting.invite(actor=host, wish=wish(with_code=True), now=NOW)

        inviting.new_link(actor=host, id=row.pk, now=NOW)

        assert gates.admitted[f"visit:{row.pk}"].with_code


class TestPicture:
    def test_is_there_if_the_host_asked_for_it_and_until_he_takes_it_back(self, host):
        asked = inviting.invite(actor=host, wish=wish(uses=2, hours=24, picture=True), now=NOW)
        not_asked = inviting.invite(actor=host, wish=wish(uses=2, hours=24), now=NOW)

        assert queries.sent_picture(row=asked, now=NOW) == f"picture visit:{asked.pk}"
        assert queries.sent_picture(row=not_asked, now=NOW) == ""
        gone = inviting.withdraw(actor=host, id=asked.pk, now=NOW)
        assert queries.sent_picture(row=gone, now=NOW) == ""

    @pytest.mark.parametrize(
        ("kind", "more"),
        [
            ("guest", {"uses": 3}),
            ("guest", {"uses": 1, "hours": 25}),
            ("repeat", {"uses": 0, "hours": 20}),
        ],
    )
    def test_is_for_a_day_and_twice_at_most(self, host, gates, kind, more):
        with pytest.raises(PictureTooLong):
            inviting.invite(actor=host, wish=wish(kind, picture=True, **more), now=NOW)

        assert (Visit.rows.of("hml").count(), gates.admitted) == (0, {})


class TestDoors:
    """Which doors a host may give: on the way, and others that he passes himself."""

    CLUB = DoorBrief(code="club", kind="door", place="hml", name=Words(zh="会所", en="club"))
    OTHER_LIFT = DoorBrief(
        code="lift-b04", kind="lift", place="hml", name=Words(zh="梯", en="lift")
    )

    def test_fewer_than_the_way(self, host, gates):
        row = inviting.invite(actor=host, wish=wish(doors=[GATE]), now=NOW)

        assert gates.admitted[f"visit:{row.pk}"].doors == (GATE,)
        assert [one.code for one in queries.way(row=row, now=NOW)] == [GATE]

    def test_one_beside_the_way_that_he_passes_himself(self, host, gates):
        gates.his = [self.CLUB, *WAY]

        row = inviting.invite(actor=host, wish=wish(doors=[GATE, "club"]), now=NOW)

        assert gates.admitted[f"visit:{row.pk}"].doors == ("club", GATE)
        assert [one.code for one in queries.way(row=row, now=NOW)] == [GATE, "club"]

    @pytest.mark.parametrize("code", ["lift-b04", "vault", ""])
    def test_no_lift_of_another_house_and_nothing_that_he_does_not_pass(self, host, gates, code):
        gates.his = [self.CLUB, self.OTHER_LIFT]

        with pytest.raises(BadGuest):
            inviting.invite(actor=host, wish=wish(doors=[GATE, code]), now=NOW)

    def test_a_helper_by_proxy_gives_the_way_alone(self, host, gates, estate):
        opened = identity.open_account(username="helper", name="代办", password="long enough 7")
        identity.grant(
            account=opened.account, role="proxy_helper", community="hml", place=HOME, now=NOW
        )
        helper = actor_of(account=opened.account, community="hml", now=NOW)
        gates.his = [self.CLUB]

        with pytest.raises(BadGuest):
            inviting.invite(actor=helper, wish=wish(doors=["club"], place=HOME), now=NOW)


class TestWithdraw:
    def test_shuts_the_doors_while_the_guest_stands_there(self, host, visit, gates):
        inviting.withdraw(actor=host, id=visit.pk, now=NOW)
        inviting.withdraw(actor=host, id=visit.pk, now=NOW)

        assert gates.admitted == {}
        assert facts("VisitWithdrawn") == 1

    def test_of_another_home_is_not_there(self, visit, neighbour, gates):
        with pytest.raises(queries.VisitNotFound):
            inviting.withdraw(actor=neighbour, id=visit.pk, now=NOW)

        assert gates.admitted

    def test_may_be_done_by_anybody_of_the_home(self, wife, visit, gates):
        inviting.withdraw(actor=wife, id=visit.pk, now=NOW)

        assert gates.admitted == {}


class TestPassed:
    def test_tells_the_host_once_that_the_guest_came_and_left(self, visit):
        for number, (door, way) in enumerate(
            [(GATE, "in"), (LIFT, "in"), (UNIT, "in"), (UNIT, "out"), (GATE, "out")]
        ):
            handlers.passage_decided(passed(visit, number, door, way, at=NOW + number * HOUR / 9))
        handlers.passage_decided(passed(visit, 0))

        visit.refresh_from_db()
        assert (visit.arrived_at, visit.left_at) == (NOW, NOW + 4 * HOUR / 9)
        assert visit.used == 1
        assert (facts("GuestCame"), facts("GuestLeft")) == (1, 1)
        assert VisitPassage.rows.of("hml").count() == 5

    @pytest.mark.parametrize(
        ("way", "times"),
        [
            ([(0, GATE, "in"), (10, LIFT, "in"), (200, UNIT, "in")], 1),  # on his way, and upstairs
            ([(0, GATE, "in"), (60, GATE, "out"), (90, UNIT, "in")], 2),  # the gate stood open
            ([(0, GATE, "in"), (120, GATE, "in")], 2),  # left by the button
            ([(0, GATE, "in"), (5, GATE, "out"), (8, GATE, "in")], 1),  # fetched something
            ([(0, UNIT, "in"), (13 * 60, UNIT, "in")], 2),
            ([(3, LIFT, "in"), (0, GATE, "in")], 1),  # the gate was offline, and tells afterwards
            ([(0, "p1", "in"), (4, GATE, "in"), (20, LIFT, "in"), (90, "p1", "out")], 1),
            ([(0, "p1", "in"), (90, "p1", "out"), (200, "p1", "in")], 2),
        ],
    )
    def test_a_host_is_told_each_time_that_his_guest_comes_and_of_no_door_on_the_way(
        self, visit, way, times
    ):
        for number, (minute, door, direction) in enumerate(way):
            at = NOW + timedelta(minutes=minute)
            if door == "p1":
                handlers.lane_decided(drove(visit, f"l{number}", at, direction=direction))
            else:
                handlers.passage_decided(passed(visit, number, door, direction, at=at))

        assert facts("GuestCame") == times

    def test_of_a_gate_without_a_line_counts_from_when_it_was_passed(self, visit):
        """From eight to six; the lift, which had its line, had told him at nine."""
        handlers.passage_decided(passed(visit, 1, LIFT, at=NOW + HOUR))
        for number, (door, way, hours) in enumerate([(GATE, "in", 0), (GATE, "out", 2)]):
            at = NOW + hours * HOUR
            fact = replace(
                passed(visit, 5 + number, door, way, at=NOW + 10 * HOUR), late=True, passed_at=at
            )
            handlers.passage_decided(fact)
            handlers.passage_decided(fact)

        visit.refresh_from_db()
        assert (visit.arrived_at, visit.left_at, visit.used) == (NOW, NOW + 2 * HOUR, 1)
        rows = Outgoing.objects.filter(topic__startswith="Guest").order_by("pk")
        assert [
            (one["type"], one["late"], datetime.fromisoformat(one["at"]))
            for one in (json.decode(bytes(row.body)) for row in rows)
        ] == [
            ("GuestCame", False, NOW + HOUR),
            ("GuestCame", True, NOW),
            ("GuestLeft", True, NOW + 2 * HOUR),
        ]
        assert sorted(VisitPassage.rows.of("hml").values_list("at", flat=True)) == [
            NOW, NOW + HOUR, NOW + 2 * HOUR,
        ]  # fmt: skip

    @pytest.mark.parametrize(("told", "times"), [((0, 5), 1), ((0, 5 * 60), 2)])
    def test_comes_once_or_twice_by_when_he_passed_not_by_when_it_was_told(
        self, visit, told, times
    ):
        for number, minutes in enumerate(told):
            fact = passed(visit, number, at=NOW + 10 * HOUR)
            at = NOW + timedelta(minutes=minutes)
            handlers.passage_decided(replace(fact, late=True, passed_at=at))

        assert facts("GuestCame") == times

    def test_of_a_late_fact_of_before_goes_by_its_time(self, visit):
        old = json.encode(replace(passed(visit), late=True))
        body = json.encode(
            {name: one for name, one in json.decode(old).items() if name != "passed_at"}
        )

        handlers.passage_decided(json.decode(body, type=PassageDecided))

        visit.refresh_from_db()
        assert visit.arrived_at == NOW

    def test_tells_the_host_alone_and_a_home_whose_host_has_no_account(self, visit, host, wife):
        handlers.passage_decided(passed(visit))
        Person.rows.of("hml").filter(code="host").update(account=None)
        handlers.passage_decided(passed(visit, 2, at=NOW + HOUR))

        assert told("GuestCame") == [[host.account], [wife.account]]

    def test_who_invited_alone_says_that_he_is_not_told(self, visit, host, wife):
        with pytest.raises(queries.NotTheHost):
            inviting.set_tell(actor=wife, id=visit.pk, tell=False, now=NOW)
        Person.rows.of("hml").filter(code="host").update(account=None)
        of_home = inviting.set_tell(actor=wife, id=visit.pk, tell=False, now=NOW).tell
        ward = replace(wife, ward=visit.host_id)
        other = replace(wife, ward=visit.host_id + 1)

        assert not of_home
        assert queries.hears(row=visit, actor=ward, now=NOW)
        assert not queries.hears(row=visit, actor=other, now=NOW)

    def test_tells_nobody_who_wants_to_hear_nothing_of_it(self, visit, host, neighbour):
        with pytest.raises(queries.VisitNotFound):
            inviting.set_tell(actor=neighbour, id=visit.pk, tell=False, now=NOW)
        inviting.set_tell(actor=host, id=visit.pk, tell=False, now=NOW)

        handlers.passage_decided(passed(visit))

        assert told("GuestCame") == [[]]

    def test_counts_no_door_that_stayed_shut(self, visit):
        handlers.passage_decided(passed(visit, opened=False))

        visit.refresh_from_db()
        assert (visit.used, visit.arrived_at) == (0, None)
        assert queries.stands(row=visit, now=NOW) is Stands.NOW

    def test_used_up_is_told_and_a_car_still_leaves(self, visit):
        handlers.passage_decided(passed(visit))

        visit.refresh_from_db()
        assert queries.stands(row=visit, now=NOW) is Stands.USED

    @pytest.mark.parametrize("guest", ["", "tour:1", "visit:999999", "visit:x"])
    def test_knows_only_its_own_guests(self, estate, guest):
        fact = PassageDecided(
            id="p", at=NOW, community="hml", passage=1, door=GATE, place="hml", way="qr",
            direction="in", opened=True, reason="right", guest=guest,
        )  # fmt: skip

        handlers.passage_decided(fact)

        assert not VisitPassage.rows.of("hml").exists()

    def test_of_another_community_is_nothing(self, visit, other_estate):
        keeping.passed(fact=replace(passed(visit), community="other"))

        assert not VisitPassage.rows.of("hml").exists()


def end_of(community, household):
    """End the visits to a home whose hosts live there no more; return how many."""
    guests = keeping.leaving(community, [household], NOW)
    return keeping.moved_out(community, guests, NOW)


class TestTime:
    def test_ends_visits_that_are_over_once(self, visit, gates):
        later = NOW + 5 * HOUR

        assert (jobs.finish(later), jobs.finish(later)) == (1, 0)
        assert gates.admitted == {}

    def test_ends_visits_whose_host_moved_out_but_no_others(self, visit, neighbour, gates):
        theirs = inviting.invite(actor=neighbour, wish=wish(), now=NOW)
        Membership.rows.of("hml").filter(person__code="host").update(until=NOW.date())

        assert jobs.finish(NOW) == 1
        assert set(gates.admitted) == {f"visit:{theirs.pk}"}

    def test_a_move_out_ends_them_at_once_and_twice_is_once(self, visit, neighbour, gates):
        theirs = inviting.invite(actor=neighbour, wish=wish(), now=NOW)
        homes = [visit.household_id, theirs.household_id]
        Membership.rows.of("hml").filter(person__code="host").update(until=NOW.date())

        guests = keeping.leaving("hml", homes, NOW)
        ended = [keeping.moved_out("hml", guests, NOW) for _ in range(2)]

        assert ended == [1, 0]
        assert set(gates.admitted) == {f"visit:{theirs.pk}"}
        row = Visit.rows.of("hml").get(pk=visit.pk)
        assert (row.state, row.over_why, row.over_at) == ("withdrawn", "host_gone", NOW)
        assert Outgoing.objects.filter(topic="VisitWithdrawn").count() == 1

    def test_of_another_home_community_or_host_none_is_ended(self, visit, wife, gates):
        hers = inviting.invite(actor=wife, wish=wish(), now=NOW)
        Membership.rows.of("hml").filter(person__code="host").update(until=NOW.date())

        assert end_of("hml", visit.household_id + 1000) == 0
        assert end_of("other", visit.household_id) == 0
        assert end_of("hml", visit.household_id) == 1
        assert keeping.moved_out("hml", [f"visit:{hers.pk}", "visit:x", "face:1"], NOW) == 0
        assert set(gates.admitted) == {f"visit:{hers.pk}"}

    def test_of_one_who_stays_by_another_lease_of_the_same_home_none(self, visit, gates):
        mine = Membership.rows.of("hml").filter(person__code="host")
        row = mine.get()
        mine.update(until=NOW.date())
        Membership.rows.create(
            community="hml", household=row.household, person=row.person, relation="tenant",
            since=NOW.date(),
        )  # fmt: skip

        assert end_of("hml", visit.household_id) == 0
        assert f"visit:{visit.pk}" in gates.admitted

    def test_of_an_owner_who_let_his_home_they_end(self, visit, gates):
        Household.rows.of("hml").filter(pk=visit.household_id).update(occupancy="rented")

        assert end_of("hml", visit.household_id) == 1

    def test_keeps_the_record_as_long_as_it_may_and_no_longer(self, visit, settings):
        settings.VISIT_DAYS = 30
        handlers.passage_decided(passed(visit))
        jobs.finish(NOW + 5 * HOUR)
        key = DataKey.rows.of("hml").get(subject=visit.vault_key)

        assert jobs.forget(NOW + 5 * HOUR + timedelta(days=30)) == 0
        assert jobs.forget(NOW + 6 * HOUR + timedelta(days=30)) == 1
        assert not Visit.rows.of("hml").exists()
        assert not VisitPassage.rows.of("hml").exists()
        assert not DataKey.rows.of("hml").filter(pk=key.pk).exists()

    def test_keeps_what_still_stands(self, host):
        inviting.invite(actor=host, wish=wish("help", uses=0, hours=24 * 180), now=NOW)

        assert jobs.forget(NOW + timedelta(days=100)) == 0

    def test_an_erased_host_takes_his_visits_along(self, visit, gates):
        keeping.erase_host(community="hml", person=visit.host_id, account=1, now=NOW)

        assert gates.admitted == {}
        assert not Visit.rows.of("hml").exists()
        assert not DataKey.rows.of("hml").filter(subject=visit.vault_key).exists()


class TestExpectedCar:
    def test_is_found_by_its_plate_while_the_guest_may_come(self, visit):
        found = queries.expected_car("hml", "浙Z-12345", NOW)

        assert found is not None
        assert (found.visit, found.place, found.until) == (visit.pk, HOME, visit.until)

    @pytest.mark.parametrize(
        ("plate", "when"), [("浙Z54321", NOW), ("浙Z12345", NOW + 5 * HOUR), ("", NOW)]
    )
    def test_no_other_car_and_no_other_time(self, visit, plate, when):
        assert queries.expected_car("hml", plate, when) is None

    def test_by_a_lane_without_a_line_counts_from_when_it_drove(self, visit):
        for number, (way, hours) in enumerate([("in", 0), ("out", 2)]):
            fact = replace(
                drove(visit, f"l{number}", NOW + 10 * HOUR, direction=way, opened=False),
                late=True, passed_at=NOW + hours * HOUR,
            )  # fmt: skip
            handlers.lane_decided(fact)
            handlers.lane_decided(fact)

        visit.refresh_from_db()
        assert (visit.arrived_at, visit.left_at, visit.used) == (NOW, NOW + 2 * HOUR, 1)
        rows = VisitPassage.rows.of("hml").order_by("at")
        assert [(row.at, row.late) for row in rows] == [(NOW, True), (NOW + 2 * HOUR, True)]

    def test_of_a_late_lane_of_before_goes_by_when_it_was_told(self, visit):
        handlers.lane_decided(replace(drove(visit, "l1", NOW), late=True))

        visit.refresh_from_db()
        assert visit.arrived_at == NOW

    def test_a_one_use_guest_drives_in_once(self, visit):
        for _ in range(2):
            handlers.lane_decided(drove(visit, "l1", NOW))
        handlers.lane_decided(drove(visit, "l2", NOW + HOUR / 60))

        visit.refresh_from_db()
        assert visit.used == 1
        assert queries.expected_car("hml", "浙Z12345", NOW + HOUR / 6) is not None  # the next lane
        assert queries.expected_car("hml", "浙Z12345", NOW + HOUR) is None

    def test_who_drove_out_does_not_come_in_again(self, visit):
        handlers.lane_decided(drove(visit, "l1", NOW))
        handlers.lane_decided(drove(visit, "l2", NOW + HOUR / 12, direction="out"))

        assert queries.expected_car("hml", "浙Z12345", NOW + HOUR / 10) is None

    def test_a_lane_that_stayed_shut_counts_nothing(self, visit):
        handlers.lane_decided(drove(visit, "l1", NOW, opened=False))

        assert not VisitPassage.rows.of("hml").exists()

    def test_nor_of_another_community_nor_withdrawn(self, visit, host, other_estate):
        assert queries.expected_car("other", "浙Z12345", NOW) is None

        inviting.withdraw(actor=host, id=visit.pk, now=NOW)
        assert queries.expected_car("hml", "浙Z12345", NOW) is None


class TestHostsOfCar:
    def test_are_told_of_while_the_pass_holds_though_it_was_used(self, visit, host):
        for name in ("l1", "l2"):
            handlers.lane_decided(drove(visit, name, NOW))

        assert queries.hosts_of_car("hml", "浙Z-12345", NOW + HOUR) == (host.account,)
        assert queries.cars_of_host("hml", host.account, NOW + HOUR) == ("浙Z12345",)

    @pytest.mark.parametrize(
        ("plate", "after"), [("浙Z54321", 0), ("浙Z12345", 5), ("浙Z12345", -48), ("", 0)]
    )
    def test_of_no_other_car_and_at_no_other_time(self, visit, plate, after):
        assert queries.hosts_of_car("hml", plate, NOW + after * HOUR) == ()

    @pytest.mark.parametrize("after", [5, -48])
    def test_nor_has_its_host_a_car_at_another_time(self, visit, host, after):
        assert queries.cars_of_host("hml", host.account, NOW + after * HOUR) == ()

    def test_nor_elsewhere_nor_when_it_was_withdrawn(self, visit, host, other_estate):
        assert queries.hosts_of_car("other", "浙Z12345", NOW) == ()
        assert queries.cars_of_host("other", host.account, NOW) == ()

        inviting.withdraw(actor=host, id=visit.pk, now=NOW)
        assert queries.hosts_of_car("hml", "浙Z12345", NOW) == ()
        assert queries.cars_of_host("hml", host.account, NOW) == ()

    def test_where_the_host_has_no_account_his_home_is_told(self, visit, host, wife):
        before = queries.cars_of_host("hml", wife.account, NOW)
        Person.rows.of("hml").filter(pk=visit.host_id).update(account=None)

        assert queries.hosts_of_car("hml", "浙Z12345", NOW) == (wife.account,)
        assert (before, queries.cars_of_host("hml", wife.account, NOW)) == ((), ("浙Z12345",))
        assert queries.cars_of_host("hml", host.account, NOW) == ()

    def test_are_few_questions_however_many_passes_there_are(
        self, visit, host, wife, django_assert_max_num_queries
    ):
        for number in range(3):
            inviting.invite(actor=host, wish=wish(plate=f"浙Z1111{number}"), now=NOW)

        with django_assert_max_num_queries(4):
            found = queries.cars_of_host("hml", host.account, NOW)
        with django_assert_max_num_queries(2):
            none = queries.cars_of_host("hml", wife.account, NOW)

        assert (len(found), none) == (4, ())

    def test_a_host_who_moved_out_hears_nothing(self, visit, host, wife):
        Membership.rows.of("hml").filter(person=visit.host_id).delete()

        assert queries.hosts_of_car("hml", "浙Z12345", NOW) == ()
        assert queries.cars_of_host("hml", host.account, NOW) == ()
