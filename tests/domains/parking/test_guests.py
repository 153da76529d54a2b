"""What the driver of a guest's car is told of parking, and what lanes are called."""

from datetime import timedelta

import pytest

from linli.contracts import visits
from linli.domains.parking import guests
from linli.domains.parking.models import Lot, LotTariff, Stay
from linli.domains.parking.operations import looking, staying
from tests.domains.parking.conftest import CAR, MORNING, minutes

pytestmark = pytest.mark.django_db
VISIT = 12


@pytest.fixture
def expected(monkeypatch):
    guest = visits.ExpectedCar(
        visit=VISIT, household=1, place="hml/b03", since=MORNING,
        until=MORNING + timedelta(hours=9),
    )  # fmt: skip
    monkeypatch.setattr(visits.expected_car, "_answer", lambda *asked: guest)


def told(at, visit=VISIT):
    return guests.guest_car("hml", visit, minutes(at))


class TestGuestCar:
    def test_before_he_comes_he_reads_the_price_and_owes_nothing(self, lot):
        found = told(0)

        assert (found.lots[0].code, found.lots[0].name.zh, found.stay) == ("p1", "地下车库", None)
        assert any("分钟内免费" in rule.zh for rule in found.lots[0].rules)

    def test_inside_he_reads_what_he_owes_now_and_the_way_to_pay(self, sees, expected):
        sees("in")

        early, late = told(10).stay, told(300).stay

        assert early.due_fen == 0
        assert late.due_fen > 0
        assert looking.by_token(community="hml", token=late.token).plate == CAR
        assert told(300).lots[0].code == late.lot == "p1"

    def test_inside_he_reads_by_which_lanes_he_leaves(self, sees, expected):
        sees("in")

        stay = told(10).stay

        assert stay.inside
        assert [one.zh for one in stay.exits] == ["out"]

    def test_gone_without_paying_he_reads_what_he_owes_until_it_is_paid(self, sees, expected):
        sees("in")
        row = Stay.rows.of("hml").get()
        staying.go(stay=row, lane=None, at=minutes(300), fact="f-out")
        owed, other = told(310).stay, told(310, visit=VISIT + 1).stay
        page = looking.by_token(community="hml", token=owed.token)

        row.paid_fen = row.fee_fen
        staying.weigh(row)
        row.save()

        assert (owed.inside, owed.exits, owed.due_fen) == (False, (), row.fee_fen)
        assert owed.due_fen > 0
        assert page.pk == row.pk
        assert (other, told(320).stay) == (None, None)

    def test_once_he_left_he_owes_nothing_here(self, sees, expected):
        sees("in")
        sees("out", at=10)

        assert told(20).stay is None

    def test_of_a_car_that_came_by_another_right_or_visit_nothing_is_told(self, sees, expected):
        sees("in")
        other = told(300, visit=VISIT + 1).stay
        Stay.rows.of("hml").update(kind="resident")

        assert (other, told(300).stay) == (None, None)

    def test_a_lot_that_is_shut_is_not_offered_and_one_without_tariff_charges_nothing(self, lot):
        LotTariff.rows.of("hml").all().delete()
        free = told(0)
        Lot.rows.of("hml").update(open=False)

        assert (free.lots[0].rules, told(0).lots) == ((), ())


def test_lanes_are_called_by_their_names_and_others_not_at_all(lot):
    assert {code: name.zh for code, name in guests.lane_names("hml", ["p1-in", "x"]).items()} == {
        "p1-in": "in"
    }
    assert guests.lane_names("other", ["p1-in"]) == {}
