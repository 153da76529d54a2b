"""A car on a place for children or the disabled: a person says so, or it was booked; the fee says
why it is less.
"""

from datetime import timedelta

import pytest

from linli.domains.parking.models import Booking, Stay, StayMark
from linli.domains.parking.operations import (
    lending,
    minding,
    owning,
    paying,
    setting,
    standing,
)
from linli.domains.parking.queries import pricing, stays
from linli.foundation.outbox.models import Outgoing
from linli.registry.devices import asks
from linli.registry.devices.asks import LastValue
from linli.registry.people.models import Vehicle
from linli.registry.places.models import Place
from tests.domains.parking.conftest import CAR, MORNING, OTHER, camera, minutes
from tests.domains.parking.test_doors import API, clock, post

pytestmark = pytest.mark.django_db
__all__ = ["clock"]
WHY = "停在母婴车位，岗亭老王看到"


@pytest.fixture(autouse=True)
def sensors(monkeypatch):
    """Return what sensors say, by device: whether a car is there, and when it was said."""
    said = {}
    monkeypatch.setattr(
        asks.twin,
        "_answer",
        lambda community, codes: [
            LastValue(device=one, point="bay_taken", at=said[one][1].timestamp(),
                      value=float(said[one][0]))
            for one in codes if one in said
        ],
    )  # fmt: skip
    return said


@pytest.fixture
def bay(lot, manager):
    camera("mag-1")
    for number, kind, device in (("M1", "mother_child", "mag-1"), ("M2", "mother_child", ""),
                                 ("D1", "disabled", ""), ("A1", "general", "")):  # fmt: skip
        new = setting.NewBay(lot="p1", number=number, kind=kind, device=device)
        setting.set_bay(actor=manager, bay=new, now=MORNING)


def only(plate=CAR):
    return Stay.rows.of("hml").get(plate=plate)


def fen(at, plate=CAR):
    return pricing.due(stay=only(plate), now=minutes(at)).fee


class TestStand:
    def stand(self, manager, number="M1", at=10, plate=CAR):
        return standing.stand(
            actor=manager, stay=only(plate).pk, number=number, reason=WHY, now=minutes(at)
        )

    def test_the_fee_is_less_and_says_why(self, sees, bay, manager):
        sees("in")
        before = fen(180)

        self.stand(manager)

        after = fen(180)
        assert (before.fen, after.fen) == (1100, 800)
        assert any("母婴车位" in line.words.zh for line in after.lines)
        assert any("mother-and-child place" in line.words.en for line in after.lines)
        mark = StayMark.rows.of("hml").get()
        assert (mark.step, mark.reason, mark.by_id) == ("bay", f"M1：{WHY}", manager.account)
        assert Outgoing.objects.filter(topic="StayMended").count() == 1

    def test_of_the_disabled_nothing_is_left_to_pay(self, sees, bay, manager):
        sees("in")

        self.stand(manager, "D1")

        assert fen(180).fen == 0

    def test_taken_back_it_costs_what_it_cost(self, sees, bay, manager):
        sees("in")
        self.stand(manager)

        row = self.stand(manager, "", at=12)

        assert (row.bay, row.marks, fen(180).fen) == (None, [], 1100)

    def test_found_out_after_it_left_what_was_too_much_goes_back(self, sees, bay, manager):
        sees("in")
        paying.at_booth(actor=manager, stay=only().pk, now=minutes(175))
        sees("out", at=178)

        row = self.stand(manager, at=200)

        assert (row.fee_fen, row.paid_fen, row.settled) == (800, 800, True)

    @pytest.mark.parametrize("number", ["A1", "Z9", "M1x"])
    def test_refuses_a_place_that_lets_nobody_off(self, sees, bay, manager, number):
        sees("in")

        with pytest.raises(standing.NoSuchBay):
            self.stand(manager, number)

        assert (only().marks, StayMark.rows.of("hml").count()) == ([], 0)

    def test_refuses_a_second_car_on_one_place_until_the_first_is_gone(self, sees, bay, manager):
        sees("in")
        sees("in", OTHER, at=1)
        self.stand(manager)

        with pytest.raises(standing.BayTaken):
            self.stand(manager, plate=OTHER)
        sees("out", at=40)

        assert self.stand(manager, at=65, plate=OTHER).marks == ["mother_child"]

    @pytest.mark.parametrize(
        ("taken", "said_at", "refused"),
        [(False, 9, True), (True, 9, False), (False, -60, False)],
        ids=["its sensor says empty", "taken", "an old word of the sensor"],
    )
    def test_a_sensor_goes_before_a_word(  # noqa: PLR0917
        self, sees, bay, manager, sensors, taken, said_at, refused
    ):
        sees("in")
        sensors["mag-1"] = taken, minutes(said_at)

        if refused:
            with pytest.raises(standing.BayEmpty):
                self.stand(manager)
        else:
            self.stand(manager)

        assert bool(only().marks) is not refused

    def test_needs_a_reason_and_a_stay_that_is_there(self, sees, bay, manager):
        sees("in")

        with pytest.raises(minding.ReasonNeeded):
            standing.stand(actor=manager, stay=only().pk, number="M1", reason=" ", now=minutes(5))
        with pytest.raises(stays.StayNotFound):
            standing.stand(actor=manager, stay=999, number="M1", reason=WHY, now=minutes(5))
        minding.void(actor=manager, stay=only().pk, reason="没有车", now=minutes(6))
        with pytest.raises(minding.NotMissing):
            self.stand(manager)

    def test_a_guest_keeps_what_he_is_let_off_as_a_guest(self, sees, bay, manager):
        sees("in")
        Stay.rows.of("hml").update(kind="visitor", marks=["visitor"])

        assert self.stand(manager).marks == ["visitor", "mother_child"]

    def test_by_the_desk_over_http(self, sees, bay, browser, manager, sensors):
        sees("in")
        sensors["mag-1"] = True, minutes(59)
        client = browser(manager.account)
        at = f"/parking/stays/{only().pk}"

        done = post(client, f"{at}/mend", {"step": "bay", "bay": "M1", "reason": WHY})
        shown = client.get(f"{API}{at}").json()

        assert done.status_code == 200
        assert shown["bay"] == "M1"
        assert shown["bays"] == [
            {"number": "D1", "kind": "disabled", "taken": None},
            {"number": "M1", "kind": "mother_child", "taken": True},
            {"number": "M2", "kind": "mother_child", "taken": None},
        ]


class TestBook:
    def wish(self, bay="M1", hours=(1, 5)):
        return lending.Wish(
            community="hml", lot="p1", plate=CAR, bay=bay,
            since=MORNING + timedelta(hours=hours[0]), until=MORNING + timedelta(hours=hours[1]),
        )  # fmt: skip

    def book(self, manager, wish):
        return lending.book(home="hml", account=manager.account, wish=wish, now=MORNING)

    def test_takes_effect_when_the_car_comes(self, sees, bay, manager):
        self.book(manager, self.wish())

        sees("in", at=60)

        row = only()
        assert (row.kind, row.marks, row.bay.number) == ("booked", ["mother_child"], "M1")
        assert fen(60 + 180).fen == 800

    @pytest.mark.parametrize("number", ["A1", "Z9"])
    def test_refuses_what_is_no_such_place(self, bay, manager, number):
        with pytest.raises(standing.NoSuchBay):
            self.book(manager, self.wish(number))

        assert Booking.rows.of("hml").count() == 0

    def test_refuses_the_same_place_at_the_same_time(self, lot, bay, manager):
        lot.capacity = 20
        lot.save()
        self.book(manager, self.wish())

        with pytest.raises(lending.NotThen):
            self.book(manager, self.wish(hours=(4, 6)))

        assert self.book(manager, self.wish("M2")).bay.number == "M2"
        assert self.book(manager, self.wish(hours=(5, 6))).bay.number == "M1"

    def test_is_offered_by_number(self, bay, browser, resident, home):
        offers = browser(resident).get(f"{API}/my/parking/offers").json()["items"]

        assert offers[0]["bays"] == [
            {"number": "D1", "kind": "disabled"},
            {"number": "M1", "kind": "mother_child"},
            {"number": "M2", "kind": "mother_child"},
        ]


class TestOwnBay:
    """The API says in which lot one's own place is: its number need not begin with its code."""

    def own(self, browser, resident):
        return browser(resident).get(f"{API}/my/parking").json()["cars"][0]["bays"]

    def test_is_told_with_its_lot_and_lent_on_the_days_he_says(
        self, lot, manager, home, resident, browser
    ):
        setting.set_bay(actor=manager, bay=setting.NewBay(lot="p1", number="A-12"), now=MORNING)

        [found] = self.own(browser, resident)
        made = post(browser(resident), "/my/parking/loans", {
            "lot": found["lot"], "number": found["number"], "days": "67", "starts": "08:00:00",
            "ends": "18:00:00",
        })  # fmt: skip

        assert (found["lot"], found["number"]) == ("p1", "A-12")
        assert (made.status_code, made.json()["days"]) == (201, "67")

    def test_is_none_where_no_lot_has_it_or_another_garage_is_meant(
        self, lot, manager, home, resident, browser
    ):
        assert self.own(browser, resident) == []
        setting.set_bay(actor=manager, bay=setting.NewBay(lot="p1", number="A-12"), now=MORNING)
        elsewhere = Place.rows.of("hml").get(path="hml/b03")
        Vehicle.rows.of("hml").filter(plate=OTHER).update(garage=elsewhere)

        assert self.own(browser, resident) == []


def test_a_stay_that_is_forgotten_tells_no_place_apart(sees, bay, manager):
    sees("in")
    standing.stand(actor=manager, stay=only().pk, number="M1", reason=WHY, now=minutes(5))
    paying.at_booth(actor=manager, stay=only().pk, now=minutes(180))
    sees("out", at=181)
    fee = only().fee_fen
    owning.forget(community="hml", before=MORNING + timedelta(days=100))

    row = Stay.rows.of("hml").get()
    with pytest.raises(minding.NotMissing):
        standing.stand(actor=manager, stay=row.pk, number="", reason=WHY, now=minutes(99))

    assert row.fee_fen == fee
