"""What parking holds on the owner of a car, and on who sits in a booth, is told row by row."""

from datetime import time

import pytest

from linli.domains.parking import own
from linli.domains.parking.models import (
    Bay,
    Booking,
    Booth,
    BoothShift,
    CarWish,
    Coupon,
    Listed,
    Loan,
    Misparked,
    Permit,
    PermitCar,
    Zone,
)
from linli.registry.people.models import Person
from linli.registry.places.models import Place
from tests.domains.parking.conftest import MORNING, OTHER, minutes

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(home, lot, sees, resident):
    """The resident, of whom parking holds one row of each kind; and another's car beside it."""
    sees("in", plate=OTHER)
    sees("in")
    person = Person.rows.of("hml").get()
    when = {"since": MORNING, "until": minutes(60)}
    permit = Permit.rows.create(community="hml", lot=lot, owner=person, **when)
    PermitCar.rows.create(community="hml", permit=permit, plate=OTHER)
    bay = Bay.rows.create(community="hml", lot=lot, number="A-12")
    Loan.rows.create(
        community="hml", bay=bay, owner=person, days="12345", starts=time(9), ends=time(18),
        share_percent=50, at=MORNING,
    )  # fmt: skip
    his = {"community": "hml", "plate": OTHER}
    Booking.rows.create(lot=lot, account_id=resident, home="hml", at=MORNING, **his, **when)
    CarWish.rows.create(account_id=resident, at=MORNING, **his)
    by = {"by_id": resident, "at": MORNING}
    Coupon.rows.create(lot=lot, kind="minutes", amount=60, until=minutes(60), **his, **by)
    Listed.rows.create(colour="black", reason="占道", **his, **by)
    zone = Zone.rows.create(
        community="hml", code="z1", name_zh="消防通道", name_en="Fire lane", kind="fire_lane",
        place=Place.rows.of("hml").get(path="hml/p1"),
    )  # fmt: skip
    Misparked.rows.create(zone=zone, first_at=MORNING, last_at=MORNING, **his)
    return person


class TestHeld:
    def test_a_row_of_each_kind_is_told_in_either_language(self, owner):
        found = {one.kind.zh: one for one in own.held("hml", f"person:{owner.pk}", 100)}

        assert {kind: one.record.en for kind, one in found.items()} == {
            "停车": "Garage 2026-06-01 08:00 –",
            "过车记录": "in in 2026-06-01 08:00",
            "违停": "Fire lane 2026-06-01 08:00 –",
            "车位预约": "Garage 2026-06-01 08:00 – 2026-06-01 09:00",
            "停车券": "Garage 2026-06-01 08:00 – 2026-06-01 09:00",
            "车辆名单": "black list 2026-06-01 08:00 –",
            "缴费意愿": "2026-06-01 08:00",
            "月租车辆": "Garage",
            "停车月卡": "Garage",
            "车位共享": "A-12",
        }
        assert {field.value.zh for field in found["违停"].fields} == {OTHER}
        assert found["车位共享"].fields[0].value.zh == "09:00 – 18:00"

    def test_of_another_ones_car_nothing_is_told(self, owner):
        plates = {
            field.value.zh
            for one in own.held("hml", f"person:{owner.pk}", 100)
            for field in one.fields
            if field.field == "plate"
        }

        assert plates == {OTHER}

    @pytest.mark.parametrize("subject", ["staff:1", "person:x", "person:999999"])
    def test_of_who_has_no_car_nothing_is_told(self, owner, subject):
        assert own.held("hml", subject, 100) == []


def test_a_clerk_reads_his_shifts_and_what_cash_went_through_his_hands(lot, resident, manager):
    booth = Booth.rows.create(community="hml", code="b1", name_zh="东岗", name_en="East", lot=lot)
    BoothShift.rows.create(
        community="hml", booth=booth, clerk_id=resident, began_at=MORNING, ended_at=minutes(60),
        cash_fen=1250, note="少一元",
    )  # fmt: skip

    [told] = own.at_work("hml", resident, 100)

    assert told.record.zh == "东岗 2026-06-01 08:00 – 2026-06-01 09:00"
    assert [field.value.zh for field in told.fields] == ["12.50 元", "少一元"]
    assert own.at_work("hml", manager.account, 100) == []
