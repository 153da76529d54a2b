"""Money: paid before leaving, at the lane, twice, too much; months; a neighbour's share."""

from datetime import time, timedelta

import pytest

from linli.contracts.money import OrderPaid, OrderRefunded
from linli.domains.parking.logic.sharing import Hours
from linli.domains.parking.models import (
    Booking,
    CarWish,
    LotTariff,
    Paid,
    Permit,
    Sighting,
    Stay,
)
from linli.domains.parking.operations import (
    lending,
    minding,
    own,
    owning,
    paying,
    rights,
    setting,
)
from linli.domains.parking.queries import pricing
from linli.foundation.money import queries as money
from linli.foundation.money.models import Order
from linli.foundation.money.operations import ordering
from linli.foundation.money.operations.posting import NotEnough
from linli.foundation.outbox.models import Outgoing
from linli.registry.devices.models import Command
from linli.registry.people.models import Person
from tests.domains.parking.conftest import CAR, MORNING, OTHER, TARIFF, actor, minutes

pytestmark = pytest.mark.django_db


def only():
    return Stay.rows.of("hml").select_related("lot").get()


def balance(account):
    return money.balance(community="hml", account=account)


@pytest.fixture
def person(home, resident):
    return Person.rows.of("hml").get(account=resident)


def told_paid(order, times=1):
    row = Order.rows.of("hml").get(pk=order)
    fact = OrderPaid(
        id=row.fact, at=row.paid_at, community="hml", order=row.pk, kind=row.kind,
        about=row.about, fen=row.fen, way=row.way,
    )  # fmt: skip
    for _ in range(times):
        paying.paid(fact)
        rights.renewed(fact)


class TestPay:
    def test_pays_by_phone_and_leaves_in_time_for_no_more(self, sees):
        sees("in")
        order = paying.ask(stay=only(), now=minutes(55))
        ordering.take_cash(community="hml", order=order.pk, by=None, now=minutes(56))
        told_paid(order.pk, times=2)
        out = sees("out", at=70)

        row = only()
        assert (order.fen, out.reason, out.answer["open"]) == (500, "paid", True)
        assert (row.fee_fen, row.paid_fen, row.settled) == (500, 500, True)
        assert Paid.rows.of("hml").count() == 1
        assert sum(line["fen"] for line in row.proof) == 500

    def test_owes_the_difference_when_it_stays_beyond_the_minutes_to_leave(self, sees):
        sees("in")
        order = paying.ask(stay=only(), now=minutes(55))
        ordering.take_cash(community="hml", order=order.pk, by=None, now=minutes(56))
        told_paid(order.pk)
        out = sees("out", at=72)

        assert (out.answer["open"], out.answer["due_fen"]) == (False, 300)

    def test_a_car_that_waits_at_the_lane_is_let_out_when_it_is_paid(self, sees):
        sees("in")
        sees("out", at=120)
        order = paying.ask(stay=only(), now=minutes(121))
        ordering.take_cash(community="hml", order=order.pk, by=None, now=minutes(121))
        told_paid(order.pk, times=2)

        assert only().state == "left"
        command = Command.rows.of("hml").get()
        assert (command.device, command.service) == ("gate-out", "barrier.open")
        assert Sighting.rows.of("hml").get(direction="out").answer["open"] is True

    def test_asked_twice_for_the_same_sum_is_one_order(self, sees):
        sees("in")
        first = paying.ask(stay=only(), now=minutes(100))
        again = paying.ask(stay=only(), now=minutes(101))
        later = paying.ask(stay=only(), now=minutes(130))

        assert first.pk == again.pk != later.pk
        assert Order.rows.of("hml").get(pk=first.pk).state == "void"

    def test_the_lane_takes_it_from_the_wallet_of_who_wants_that(self, sees, person, fill):
        fill(person.pk, 1000)
        CarWish.rows.create(
            community="hml", plate=OTHER, account_id=person.account_id, pay_by_wallet=True,
            at=MORNING,
        )  # fmt: skip
        sees("in", OTHER)
        out = sees("out", OTHER, at=120)

        assert (out.reason, out.answer["open"]) == ("wallet", True)
        assert balance(f"wallet:person:{person.pk}") == 200
        assert balance("income:parking") == 800

    def test_a_wallet_with_too_little_opens_nothing_and_keeps_its_money(self, sees, person, fill):
        fill(person.pk, 700)
        CarWish.rows.create(
            community="hml", plate=OTHER, account_id=person.account_id, pay_by_wallet=True,
            at=MORNING,
        )  # fmt: skip
        sees("in", OTHER)
        out = sees("out", OTHER, at=120)

        assert (out.reason, out.answer["open"]) == ("to_pay", False)
        assert balance(f"wallet:person:{person.pk}") == 700

    def test_what_finance_gives_back_is_told_once(self, sees):
        sees("in")
        order = paying.ask(stay=only(), now=minutes(55))
        ordering.take_cash(community="hml", order=order.pk, by=None, now=minutes(56))
        told_paid(order.pk)
        back = OrderRefunded(
            id="r1", at=minutes(57), community="hml", order=order.pk, kind="parking",
            about=order.about, fen=200, refunded_fen=200, refund=1,
        )  # fmt: skip

        paying.refunded(back)
        paying.refunded(back)

        assert only().paid_fen == 300

    def test_a_stay_that_was_given_back_let_off_or_voided_owes_nothing(self, sees, manager):
        for plate in (CAR, OTHER):
            sees("in", plate)
        first = Stay.rows.of("hml").get(plate=CAR)
        paying.at_booth(actor=manager, stay=first.pk, now=minutes(120))
        sees("out", CAR, at=121)
        order = Order.rows.of("hml").get()
        back = OrderRefunded(
            id="r1", at=minutes(200), community="hml", order=order.pk, kind="parking",
            about=order.about, fen=300, refunded_fen=300, refund=1,
        )  # fmt: skip
        paying.refunded(back)
        second = Stay.rows.of("hml").get(plate=OTHER)
        asked = paying.ask(stay=second, now=minutes(120))
        opening = minding.Opening(reason="放行", key="open-by-hand-1")
        sees("out", OTHER, at=122)
        minding.open_by_hand(actor=manager, lane="p1-out", opening=opening, now=minutes(122))
        minding.let_off(actor=manager, stay=second.pk, reason="免", now=minutes(123))

        for row in Stay.rows.of("hml").select_related("lot"):
            found = pricing.due(stay=row, now=minutes(900))
            assert (found.due_fen, row.settled, found.fee.fen) == (0, True, row.fee_fen)
            assert sum(line.fen for line in found.fee.lines) == row.fee_fen
        first.refresh_from_db()
        assert (first.fee_fen, first.paid_fen) == (500, 500)
        asked.refresh_from_db()
        assert asked.state == "void"

    def test_a_lot_without_a_tariff_keeps_nobody_in(self, sees, manager):
        rights.give(
            actor=manager,
            permit=rights.NewPermit(
                lot="p1", plates=[CAR], since=MORNING, until=MORNING + timedelta(days=30)
            ),
            now=MORNING,
        )
        sees("in")
        LotTariff.rows.of("hml").delete()

        assert sees("out", at=120).reason == "nothing_due"

    def test_free_minutes_come_back_as_the_tariff_at_the_entry_says(self, sees, lot):
        LotTariff.rows.create(
            community="hml", lot=lot, since=minutes(-1),
            text=TARIFF.replace(", again_minutes = 60", ""),
        )  # fmt: skip
        for at in (0, 40):
            sees("in", at=at)
            told = sees("out", at=at + 20)

        assert told.reason == "nothing_due"


class TestOwn:
    def test_a_resident_pays_for_his_own_car_and_not_for_a_strangers(self, sees, person, fill):
        fill(person.pk, 1000)
        sees("in", OTHER)
        sees("in", CAR, at=1)
        mine, stranger = (Stay.rows.of("hml").get(plate=one) for one in (OTHER, CAR))
        who = actor(person.account_id)

        done = own.pay_stay(actor=who, stay=mine.pk, way="wallet", now=minutes(50))

        assert (done.fen, done.way) == (500, "wallet")
        with pytest.raises(paying.stays.StayNotFound):
            own.pay_stay(actor=who, stay=stranger.pk, way="wallet", now=minutes(50))

    def test_refuses_what_the_wallet_does_not_hold_and_nothing_is_paid(self, sees, person):
        sees("in", OTHER)

        with pytest.raises(NotEnough):
            own.pay_stay(
                actor=actor(person.account_id), stay=only().pk, way="wallet", now=minutes(50)
            )

        assert only().paid_fen == 0
        assert Outgoing.objects.filter(topic="StayPaid").count() == 0

    def test_a_month_more_is_paid_once_however_often_it_is_told(self, lot, manager, person, fill):
        fill(person.pk, 100_000)
        permit = rights.give(
            actor=manager,
            permit=rights.NewPermit(
                lot="p1", plates=[OTHER], since=MORNING, until=MORNING + timedelta(days=30)
            ),
            now=MORNING,
        ).permit
        order = own.renew(
            actor=actor(person.account_id), permit=permit.pk, months=2, way="wallet",
            now=minutes(1),
        )  # fmt: skip
        told_paid(order.pk, times=2)

        assert order.fen == 60_000
        assert Permit.rows.of("hml").get().until == MORNING + timedelta(days=30 + 31 + 31)

    def test_only_ones_own_car_gets_a_wish(self, lot, person):
        with pytest.raises(lending.NotYourCar):
            owning.wish(
                community="hml", account=person.account_id, plate=CAR, pay_by_wallet=True,
                findable=True, now=MORNING,
            )  # fmt: skip


class TestShare:
    @pytest.fixture
    def loan(self, lot, manager, person):
        setting.set_bay(actor=manager, bay=setting.NewBay(lot="p1", number="A-12"), now=MORNING)
        return lending.lend(
            community="hml",
            account=person.account_id,
            lending=lending.Lending(
                lot="p1", number="A-12", hours=Hours(days="12345", starts=time(8), ends=time(18))
            ),
            now=MORNING,
        )

    def wish(self, loan, hours=(1, 5), **more):
        return lending.Wish(
            **{
                "community": "hml", "lot": "p1", "loan": loan.pk, "plate": CAR,
                "since": MORNING + timedelta(hours=hours[0]),
                "until": MORNING + timedelta(hours=hours[1]), **more,
            }
        )  # fmt: skip

    def test_the_lender_gets_his_share_and_the_rest_is_income(self, sees, loan, manager):
        lending.book(home="hml", account=manager.account, wish=self.wish(loan), now=MORNING)
        came = sees("in", CAR, at=60)
        order = paying.ask(stay=only(), now=minutes(180))
        ordering.take_cash(community="hml", order=order.pk, by=None, now=minutes(180))

        assert came.reason == "booked"
        assert order.fen == 800
        assert balance(f"share:person:{loan.owner_id}") == 560
        assert balance("income:parking") == 240
        assert Booking.rows.of("hml").get().state == "come"

    @pytest.mark.parametrize("hours", [(9, 11), (-1, 2), (5, 5), (30, 31 + 72)])
    def test_refuses_hours_that_are_not_lent(self, loan, manager, hours):
        with pytest.raises(lending.NotThen):
            lending.book(
                home="hml", account=manager.account, wish=self.wish(loan, hours), now=MORNING
            )

    def test_refuses_a_second_booking_of_the_same_hours(self, loan, manager):
        lending.book(home="hml", account=manager.account, wish=self.wish(loan), now=MORNING)

        with pytest.raises(lending.NotThen):
            lending.book(
                home="hml", account=manager.account, wish=self.wish(loan, (4, 6)), now=MORNING
            )

    def test_a_neighbour_books_only_where_he_is_offered_to(self, lot, loan, manager):
        neighbour = self.wish(loan)

        with pytest.raises(lending.lots.LotNotFound):
            lending.book(home="other", account=manager.account, wish=neighbour, now=MORNING)

        lot.offered_to = ["other"]
        lot.save()
        row = lending.book(home="other", account=manager.account, wish=neighbour, now=MORNING)
        assert (row.community, row.home) == ("hml", "other")

    def test_nobody_lends_anothers_place(self, lot, manager, person):
        setting.set_bay(actor=manager, bay=setting.NewBay(lot="p1", number="A-13"), now=MORNING)

        with pytest.raises(lending.NotYourBay):
            lending.lend(
                community="hml",
                account=person.account_id,
                lending=lending.Lending(
                    lot="p1", number="A-13", hours=Hours(starts=time(8), ends=time(18))
                ),
                now=MORNING,
            )
