"""What a lane tells late, in either order, of a car that left a stay open before."""

import pytest
from django.db.models import F

from linli.domains.parking.models import Sighting, Stay
from linli.domains.parking.operations import minding, paying
from tests.domains.parking.conftest import CAR, MORNING, minutes

pytestmark = pytest.mark.django_db
ORDERS = pytest.mark.parametrize("order", [("in", "out"), ("out", "in")])
AT = {"in": 5000, "out": 5500}


@pytest.fixture
def late(sees):
    """Tell a car's coming at 5000 and its going at 5500, twice each, long after."""

    def tell(order):
        for number, way in enumerate(order):
            for more in range(2):
                sees(way, at=AT[way], now=6100 + 2 * number + more, replayed=True)

    return tell


def told():
    rows = Stay.rows.of("hml").order_by(F("entered_at").asc(nulls_last=True))
    return [
        (row.state, row.why, row.fee_fen, row.entered_at, row.left_at, row.settled) for row in rows
    ]


OWN = ("left", "unpaid", 1600, minutes(5000), minutes(5500), False)
NOW = ("inside", "", 0, minutes(6000), None, False)


def lost(entered, last):
    return ("lost", "no_exit", 0, minutes(entered), minutes(last), False)


@ORDERS
def test_a_stay_told_late_is_its_own_where_an_older_one_was_lost_at_an_exit(sees, late, order):
    sees("in")
    sees("in", at=1000)
    sees("out", at=1100)
    sees("in", at=6000)
    late(order)

    assert told() == [lost(0, 0), lost(1000, 1100), OWN, NOW]


@ORDERS
def test_a_stay_told_late_is_its_own_where_no_camera_saw_the_one_before_leave(sees, late, order):
    sees("in")
    sees("in", at=6000)
    late(order)

    assert told() == [lost(0, 0), OWN, NOW]
    [first, own, _] = Stay.rows.of("hml").order_by("entered_at")
    assert own.left_by.code == "p1-out"
    assert {row.stay_id for row in Sighting.rows.of("hml").filter(reason="late")} == {own.pk}
    assert (first.left_by, first.proof) == (None, [])


@ORDERS
def test_a_stay_told_late_is_its_own_where_the_car_never_came_again(sees, late, order):
    sees("in")
    late(order)

    assert told() == [lost(0, 0), OWN]


def test_the_late_exit_of_the_one_stay_that_lacks_it_is_that_stays(sees):
    sees("in")
    sees("in", at=6000)
    sees("out", at=90, now=6100, replayed=True)

    assert told() == [("left", "unpaid", 800, MORNING, minutes(90), False), NOW]


def test_a_car_that_was_seen_at_the_exit_a_moment_before_left_then(sees):
    sees("in")
    sees("out", at=88)
    sees("in", at=6000)
    sees("out", at=90, now=6100, replayed=True)

    assert told() == [("left", "unpaid", 800, MORNING, minutes(90), False), NOW]


def test_a_late_exit_is_not_that_of_a_stay_after_which_the_car_came_again(sees):
    sees("in")
    sees("in", at=1000)
    sees("out", at=1010)
    sees("in", at=6000)
    sees("out", at=5500, now=6100, replayed=True)

    first, second, now, own = told()
    assert (first, now) == (lost(0, 0), NOW)
    assert second[:2] == ("left", "")
    assert own[:5] == ("lost", "no_entry", 0, None, minutes(5500))


def test_of_two_exits_told_late_an_entry_takes_the_next_after_it(sees):
    sees("out", at=5500, now=6000, replayed=True)
    sees("out", at=90, now=6001, replayed=True)
    sees("in", at=0, now=6002, replayed=True)
    sees("in", at=5000, now=6003, replayed=True)

    assert told() == [("left", "unpaid", 800, MORNING, minutes(90), False), OWN]


@pytest.mark.parametrize("hand", ["paid", "waived"])
def test_an_entry_told_late_parts_no_stay_that_was_paid_or_that_a_person_settled(
    sees, manager, hand
):
    sees("in")
    sees("out", at=5500, now=6100, replayed=True)
    row = Stay.rows.of("hml").get(plate=CAR)
    if hand == "paid":
        paying.at_booth(actor=manager, stay=row.pk, now=minutes(6101))
    else:
        minding.let_off(actor=manager, stay=row.pk, reason="误抓", now=minutes(6101))
    before = told()
    sees("in", at=5000, now=6102, replayed=True)

    assert told() == before
