"""Tours as they are walked, missed, told late and told twice."""

from datetime import time, timedelta

import pytest

from linli.domains.tours import operations, queries
from linli.domains.tours.models import Mark, Scan, Tour
from linli.domains.tours.operations import RouteIn, Told, WindowIn
from linli.domains.tours.operations.walking import NotOnDuty, TakenByAnother, TourOver
from linli.foundation.outbox.models import Outgoing
from linli.kernel.words import Words
from tests.domains.tours.conftest import HERE, START

NEAR = (121.4701, 31.2301)
FAR = (121.4800, 31.2300)


def after(minutes):
    return START + timedelta(minutes=minutes)


def facts():
    return [row.topic for row in Outgoing.objects.order_by("pk")]


def tell(actor, *told, now, phone_at=None):
    return operations.tell(actor=actor, told=told, phone_at=phone_at or now, now=now)


def at_the_gate(code, minute, key="gate-key-1", **kw):
    return Told(key=key, at=after(minute), text=code("gate"), position=NEAR, **kw)


def tonight():
    return Tour.rows.of(HERE).get(starts_at=START)


def state():
    row = tonight()
    marks = Mark.rows.of(HERE).filter(tour=row).order_by("number")
    return row.state, [mark.state for mark in marks]


class TestPlan:
    def test_makes_each_tour_once(self, route):
        route(now=after(-60))

        operations.tick(now=after(-30))
        operations.tick(now=after(-29))

        assert state() == ("waiting", ["due", "due", "due"])
        assert Tour.rows.of(HERE).count() == 1

    def test_lays_out_anew_what_nobody_has_begun(self, route):
        route(now=after(-60), minutes=60)

        route(now=after(-50), minutes=90)

        assert tonight().ends_at == after(90)


class TestTell:
    def test_counts_what_was_scanned_in_place(self, route, guard, code):
        route()

        [scan] = tell(guard(), at_the_gate(code, 5), now=after(5))

        assert (scan.verdict, scan.flags, scan.distance_m) == ("counted", [], 15)
        assert state() == ("walking", ["visited", "due", "due"])
        assert facts() == ["TourBegun"]

    def test_counts_once_what_is_told_twice(self, route, guard, code):
        route()
        told = at_the_gate(code, 5)
        first = tell(guard(), told, now=after(5))

        again = tell(guard(), told, now=after(9))

        assert [scan.pk for scan in again] == [scan.pk for scan in first]
        assert Scan.rows.of(HERE).count() == 1

    def test_counts_for_the_tour_that_still_wants_the_point(self, route, guard, code):
        route()
        operations.put_route(
            community=HERE,
            route=RouteIn(
                code="again", name=Words(zh="又一趟", en="again"), place="hml", order="free",
                points=["gate", "pump"],
                windows=[WindowIn(days="1234567", starts=time(22), minutes=60)],
            ),
            now=START,
        )  # fmt: skip
        li = guard()
        for tour in Tour.rows.of(HERE).filter(starts_at=START):
            operations.take(actor=li, tour=tour.pk, now=START)

        verdicts = [
            tell(li, at_the_gate(code, 5 + n, key=f"gate-key-{n}"), now=after(5 + n))[0].verdict
            for n in range(3)
        ]

        assert verdicts == ["counted", "counted", "repeat"]

    def test_ends_when_the_last_point_is_dealt_with(self, route, guard, code, desk):
        route()
        tour = tonight()

        tell(
            guard(),
            at_the_gate(code, 5),
            Told(key="garage-1", at=after(10), text=code("garage", after(10))),
            Told(key="pump-000", at=after(15), tour=tour.pk, point="pump", skip="泵房在抢修"),
            now=after(15),
        )

        assert state() == ("done", ["visited", "visited", "skipped"])
        assert facts() == ["TourBegun", "TourEnded"]
        assert desk.cases == []

    @pytest.mark.parametrize(
        ("told", "verdict"),
        [
            ({"text": "LT1.gate.1.00000000000000000000"}, "old_code"),
            ({"text": "something else"}, "unknown"),
            ({"text": "gate", "position": FAR}, "far"),
            ({"text": "garage-printed"}, "old_code"),
            ({"text": "NFC-7", "way": "nfc"}, "counted"),
        ],
    )
    def test_says_why_a_scan_does_not_count(self, route, guard, code, told, verdict):
        route()
        real = {"gate": code("gate"), "garage-printed": code("garage")}
        told = {**told, "text": real.get(told["text"], told["text"])}

        [scan] = tell(guard(), Told(key="scan-0001", at=after(5), **told), now=after(5))

        assert scan.verdict == verdict

    def test_takes_no_photograph_of_an_older_print(self, route, guard, code):
        route()
        photograph = at_the_gate(code, 5)
        operations.reprint(community=HERE, code="gate")

        [scan] = tell(guard(), photograph, now=after(5))

        assert scan.verdict == "old_code"

    def test_reads_a_clock_that_is_wrong(self, route, guard, code):
        route()
        fast = timedelta(minutes=40)

        [scan] = tell(
            guard(), at_the_gate(code, 45), now=after(6), phone_at=after(6) + fast
        )  # scanned at five past by our clock

        assert (scan.at, scan.verdict) == (after(5), "counted")
        assert scan.flags == ["clock"]

    def test_flags_what_is_out_of_turn_or_off_duty(self, route, guard, code):
        route(order="fixed")

        [scan] = tell(
            guard("wang", duty="off"),
            Told(key="garage-1", at=after(5), text=code("garage", after(5))),
            now=after(5),
        )

        assert scan.verdict == "counted"
        assert scan.flags == ["order", "off_duty"]

    def test_is_deaf_to_another_area(self, route, guard, code):
        route()

        [scan] = tell(guard("zhou", places=("hml/b01",)), at_the_gate(code, 5), now=after(5))

        assert (scan.verdict, scan.tour) == ("no_tour", None)


class TestTick:
    def test_says_once_that_nobody_set_out(self, route, desk):
        route()

        operations.tick(now=after(14))
        operations.tick(now=after(15))
        operations.tick(now=after(20))

        assert facts() == ["TourNotBegun"]
        assert [one.to for one in desk.notices] == ["guard", "supervisor"]

    def test_makes_a_case_of_what_was_missed_once(self, route, guard, code, desk):
        route()
        tell(guard(), at_the_gate(code, 5), now=after(5))

        operations.tick(now=after(60))
        operations.tick(now=after(61))

        assert state() == ("incomplete", ["visited", "missed", "missed"])
        assert [(one.kind, one.place) for one in desk.cases] == [("security.tour", "hml")]
        assert "车库、泵房" in desk.cases[0].description.zh

    def test_makes_good_what_a_telephone_tells_afterwards(self, route, guard, code, desk):
        route()
        operations.tick(now=after(60))

        [scan] = tell(guard(), at_the_gate(code, 20), now=after(95))

        assert (scan.verdict, scan.flags) == ("counted", ["later"])
        assert state() == ("incomplete", ["visited", "missed", "missed"])
        assert [one.case for one in desk.remarks] == [1]
        assert facts()[-1] == "TourMadeGood"

    def test_leaves_missed_what_was_visited_too_late(self, route, guard, code, desk):
        route()
        operations.tick(now=after(60))

        tell(guard(), at_the_gate(code, 70), now=after(70))

        assert state() == ("missed", ["late", "missed", "missed"])
        assert desk.remarks == []


class TestTake:
    def test_is_taken_by_one(self, route, guard):
        route()
        tour = tonight().pk

        operations.take(actor=guard(), tour=tour, now=after(0))
        operations.take(actor=guard(), tour=tour, now=after(1))

        with pytest.raises(TakenByAnother):
            operations.take(actor=guard("wang"), tour=tour, now=after(2))
        assert facts() == ["TourBegun"]

    @pytest.mark.parametrize(
        ("minute", "duty", "refusal"),
        [(-20, "on", TourOver), (60, "on", TourOver), (0, "off", NotOnDuty)],
    )
    def test_refuses_out_of_time_and_off_duty(self, route, guard, minute, duty, refusal):
        route(now=after(-60))
        tour = tonight().pk

        with pytest.raises(refusal):
            operations.take(actor=guard(duty=duty), tour=tour, now=after(minute))

        assert state()[0] == "waiting"

    def test_is_not_found_elsewhere(self, route, guard):
        route()
        tour = tonight().pk

        with pytest.raises(queries.TourNotFound):
            operations.take(actor=guard(community="other"), tour=tour, now=after(0))


def test_the_position_itself_is_not_kept():
    names = {field.name for field in Scan._meta.get_fields()}

    assert not names & {"longitude", "latitude", "position"}
