"""What a lane decides, which car a misread plate is, whose place it stands on. Pure."""

from datetime import UTC, datetime, timedelta

import pytest

from linli.domains.parking.logic import plates
from linli.domains.parking.logic.groups import Inside, covered
from linli.domains.parking.logic.verdict import Coming, Going, enter, leave

DAY = datetime(2026, 6, 1, tzinfo=UTC)
CAR = "浙A12B45"


@pytest.mark.parametrize(
    ("known", "opens", "reason"),
    [
        ({}, True, "hourly"),
        ({"full": True}, False, "full"),
        ({"full": True, "resident": True}, True, "resident"),
        ({"full": True, "permit": True}, True, "permit"),
        ({"black": True, "resident": True, "white": True}, False, "black_list"),
        ({"black": True, "on_duty": True}, True, "emergency"),
        ({"hourly": False}, False, "residents_only"),
        ({"hourly": False, "expected": True}, True, "expected"),
        ({"hourly": False, "booked": True}, True, "booked"),
        ({"closed": True}, False, "closed"),
        ({"closed": True, "resident": True}, True, "resident"),
        ({"readable": False}, False, "unsure"),
        ({"readable": False, "permit": True}, True, "permit"),
        ({"plate": ""}, False, "no_plate"),
    ],
)
def test_who_comes_in(known, opens, reason):
    found = enter(Coming(**{"plate": CAR, **known}))

    assert (found.open, found.reason) == (opens, reason)


@pytest.mark.parametrize(
    ("known", "opens", "reason"),
    [
        ({"due_fen": 500}, False, "to_pay"),
        ({"due_fen": 500, "wallet": True}, True, "wallet"),
        ({"due_fen": 0}, True, "nothing_due"),
        ({"due_fen": 0, "paid_fen": 500}, True, "paid"),
        ({"due_fen": 300, "paid_fen": 500, "in_time": True}, True, "paid"),
        ({"due_fen": 300, "paid_fen": 500}, False, "to_pay"),
        ({"known": False}, False, "no_entry"),
        ({"known": False, "free": True}, True, "nothing_due"),
        ({"known": False, "white": True}, True, "white_list"),
        ({"known": False, "readable": False}, False, "unsure"),
        ({"plate": ""}, False, "no_plate"),
        ({"plate": "", "on_duty": True}, True, "emergency"),
    ],
)
def test_who_goes_out(known, opens, reason):
    found = leave(Going(**{"plate": CAR, "known": True, **known}))

    assert (found.open, found.reason) == (opens, reason)


@pytest.mark.parametrize(
    ("read", "confidence", "is_"),
    [
        ("浙A12845", 900, CAR),  # 8 for B
        ("浙A12845", 600, None),  # the same car is not two signs off, and another is
        ("浙A12B4", 600, CAR),  # a sign lost
        ("苏A12B45", 700, CAR),  # the province misread
        ("苏A12B45", 900, None),  # sure enough that it is another province's
        ("浙A12845", 990, None),  # a camera that is sure of a plate that there is
    ],
)
def test_a_misread_plate_is_one_car_or_none(read, confidence, is_):
    known = {CAR} if is_ else {CAR, "浙A128W5"}
    reading = plates.read(plate=read)

    fits = known & set(plates.likely(reading=reading, confidence_milli=confidence))

    assert plates.corrected(candidates=fits) == (is_ if is_ else None)


def test_a_plate_that_fits_two_cars_is_corrected_to_neither():
    known = {"浙A0D345", "浙AQD345"}
    reading = plates.read(plate="浙AOD345")

    fits = known & set(plates.likely(reading=reading, confidence_milli=700))

    assert fits == known
    assert plates.corrected(candidates=fits) is None


def test_a_list_shows_no_whole_plate():
    assert plates.masked(CAR) == "浙A·1***5"
    assert plates.masked("") == ""


def hours(*span):
    return tuple(DAY + timedelta(hours=one) for one in span)


@pytest.mark.parametrize(
    ("stays", "places", "is_"),
    [
        ([(0, 10)], 1, {0: [(0, 10)]}),
        ([(0, 10), (2, 12)], 1, {0: [(0, 10)], 1: [(10, 12)]}),
        ([(0, 10), (2, 8)], 1, {0: [(0, 10)]}),
        ([(0, 10), (2, 12)], 2, {0: [(0, 10)], 1: [(2, 12)]}),
        ([(0, None), (2, None)], 1, {0: [(0, 20)]}),
        ([(0, 4), (2, 9), (3, 12)], 1, {0: [(0, 4)], 1: [(4, 9)], 2: [(9, 12)]}),
    ],
)
def test_of_two_cars_the_first_has_the_place_until_it_leaves(stays, places, is_):
    rows = [
        Inside(
            stay=number,
            entered=DAY + timedelta(hours=since),
            left=None if until is None else DAY + timedelta(hours=until),
        )
        for number, (since, until) in enumerate(stays)
    ]

    found = covered(
        stays=rows, places=places, since=DAY, until=DAY + timedelta(days=30), now=hours(20)[0]
    )

    assert found == {number: [hours(*span) for span in spans] for number, spans in is_.items()}
