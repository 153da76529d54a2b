"""Permits that are given back or ended, coupons, lent places, and plates that are forgotten."""

from datetime import time, timedelta

import msgspec
import pytest

from linli.contracts.money import OrderRefunded
from linli.domains.parking import own_pages, wish_pages
from linli.domains.parking.logic.sharing import Hours
from linli.domains.parking.models import Coupon, Listed, Lot, PermitCar, Stay
from linli.domains.parking.operations import (
    coupons,
    lending,
    looking,
    own,
    owning,
    paying,
    prolonging,
    rights,
    setting,
)
from linli.domains.parking.queries import coupons as given
from linli.domains.parking.queries import lots, pricing
from linli.domains.parking.queries import rights as held
from linli.foundation.money import queries as money
from linli.foundation.money.models import Order
from linli.foundation.money.operations import ordering
from linli.foundation.outbox.models import Outgoing
from linli.foundation.scope.paging import NumberPage
from linli.registry.people.models import Household, Organisation, Person, Staff, Vehicle
from linli.registry.places.models import Place
from tests.domains.parking.conftest import CAR, MORNING, OTHER, account_of, actor, minutes

pytestmark = pytest.mark.django_db
MONTH = timedelta(days=30)


@pytest.fixture
def permit(lot, manager, home):
    return rights.give(
        actor=manager,
        permit=rights.NewPermit(lot="p1", plates=[OTHER], since=MORNING, until=MORNING + MONTH),
        now=MORNING,
    ).permit


class TestPermit:
    def test_loses_the_months_that_are_given_back_once(self, permit, resident, fill):
        fill(Person.rows.of("hml").get(account=resident).pk, 100_000)
        order = own.renew(
            actor=actor(resident), permit=permit.pk, months=2, way="wallet", now=minutes(1)
        )
        back = OrderRefunded(
            id="r1", at=minutes(9), community="hml", order=order.pk, kind=order.kind,
            about=order.about, fen=30_000, refunded_fen=30_000, refund=1,
        )  # fmt: skip

        for _ in range(2):
            rights.unrenewed(back)

        permit.refresh_from_db()
        assert permit.until == MORNING + MONTH + timedelta(days=31)

    def test_asks_for_no_renewal_once_it_is_ended(self, permit, manager, resident):
        own.renew(actor=actor(resident), permit=permit.pk, months=2, way="order", now=minutes(1))
        rights.end(actor=manager, permit=permit.pk, now=minutes(2))

        assert Order.rows.of("hml").get().state == "void"

    def test_what_is_paid_for_one_that_was_ended_meanwhile_goes_back(
        self, permit, manager, resident
    ):
        asked = own.renew(
            actor=actor(resident), permit=permit.pk, months=2, way="order", now=minutes(1)
        )
        paid = ordering.take_cash(
            community="hml", order=asked.pk, by=manager.account, now=minutes(2)
        )
        rights.end(actor=manager, permit=permit.pk, now=minutes(3))
        rights.renewed(paying.fact_of(paid, minutes(2)))

        paid.refresh_from_db()
        permit.refresh_from_db()
        assert (paid.refunded_fen, permit.until) == (60_000, MORNING + MONTH)

    def test_is_prolonged_for_cash_once_however_often_it_is_sent(self, permit, manager):
        def pay(at, months=2):
            return prolonging.at_desk(
                actor=manager, permit=permit.pk, months=months, key="till-0001", now=minutes(at)
            )

        row, order = pay(1)
        again, same = pay(2)

        assert row.until == again.until > MORNING + timedelta(days=60)
        assert (order.pk, order.way, order.fen) == (same.pk, "cash", 60_000)
        assert money.balance(community="hml", account="cash:desk") == -60_000
        with pytest.raises(ordering.NumberUsed):
            pay(3, months=3)
        moved = Outgoing.objects.filter(topic="PermitMoved").order_by("-pk").first()
        assert b'"renewed"' in bytes(moved.body)
        assert b'"place":"hml/p1"' in bytes(moved.body)

    def test_takes_no_cash_once_it_is_ended_nor_from_another_desk(self, permit, manager):
        elsewhere = msgspec.structs.replace(manager, places=("hml/b03",))
        with pytest.raises(held.PermitNotFound):
            prolonging.at_desk(
                actor=elsewhere, permit=permit.pk, months=1, key="till-0002", now=minutes(1)
            )
        rights.end(actor=manager, permit=permit.pk, now=minutes(2))
        with pytest.raises(rights.PermitEnded):
            prolonging.at_desk(
                actor=manager, permit=permit.pk, months=1, key="till-0003", now=minutes(3)
            )

        assert money.balance(community="hml", account="cash:desk") == 0

    def test_that_names_a_home_is_renewed_by_who_lives_there_whatever_cars_it_has(
        self, lot, manager, home, resident
    ):
        given = rights.NewPermit(
            lot="p1", plates=[CAR], since=MORNING, until=MORNING + MONTH, room=home.room.path
        )
        row = rights.give(actor=manager, permit=given, now=MORNING).permit

        asked = own.renew(
            actor=actor(resident), permit=row.pk, months=1, way="order", now=minutes(1)
        )
        with pytest.raises(held.PermitNotFound):
            own.renew(
                actor=actor(account_of("resident", "外人")),
                permit=row.pk, months=1, way="order", now=minutes(1),
            )  # fmt: skip

        assert (row.household_id, asked.fen) == (home.pk, 30_000)

    def test_is_of_no_home_where_nobody_lives(self, permit, manager):
        new = rights.NewPermit(
            lot="p1", plates=[CAR], since=MORNING, until=MORNING + MONTH, room="hml/p1"
        )

        with pytest.raises(rights.NobodyLivesThere):
            rights.give(actor=manager, permit=new, now=MORNING)
        with pytest.raises(rights.NobodyLivesThere):
            rights.change_cars(
                actor=manager, permit=permit.pk, plates=[CAR], room="hml/p1", now=minutes(1)
            )

        assert held.plates_of(community="hml", permits=[permit]) == {permit.pk: [OTHER]}
        assert not PermitCar.rows.of("hml").exclude(permit=permit).exists()

    def test_is_given_to_no_home_of_another_community(self, lot, manager, other_estate):
        room = Place.rows.of("other").first()
        home = Household.rows.create(community="other", room=room, occupancy="owner")
        new = rights.NewPermit(
            lot="p1", plates=[CAR], since=MORNING, until=MORNING + MONTH, household=home.pk
        )

        with pytest.raises(rights.BadPermit):
            rights.give(actor=manager, permit=new, now=MORNING)


class TestCoupon:
    @pytest.fixture
    def give(self, lot):
        def give(who, merchant=None, at=0):
            return coupons.give(
                actor=who, lot="p1", plate=CAR, kind="fen", amount=100, merchant=merchant,
                now=minutes(at),
            )  # fmt: skip

        return give

    def test_is_given_for_ones_own_shop_only_and_so_many_a_day(self, give, monkeypatch):
        mine, another = (
            Organisation.rows.create(community="hml", code=code, name=code, kind="shop")
            for code in ("s1", "s2")
        )
        account = account_of("merchant", "店主")
        Staff.rows.create(
            community="hml", code="w-1", name="店主", account_id=account, organisation=mine
        )
        monkeypatch.setattr(given, "A_DAY", 1)

        with pytest.raises(coupons.NotYourShop):
            give(actor(account), another.pk)
        assert give(actor(account)).merchant_id == mine.pk
        with pytest.raises(coupons.TooManyCoupons):
            give(actor(account))

    def test_is_used_up_only_where_it_counted(self, sees, give, manager):
        sees("in")
        give(manager)
        sees("out", at=20)
        sees("in", at=200)
        for at in (201, 202):
            give(manager, at=at)
        stay = Stay.rows.of("hml").get(state="inside")
        paying.at_booth(actor=manager, stay=stay.pk, now=minutes(320))
        sees("out", at=321)

        used = Coupon.rows.of("hml").exclude(stay_number=None).get()
        assert (used.stay_number, used.at) == (stay.pk, minutes(201))


def test_a_place_of_this_number_in_another_garage_is_not_lent_here(lot, manager, home, resident):
    setting.set_bay(actor=manager, bay=setting.NewBay(lot="p1", number="A-12"), now=MORNING)
    elsewhere = Place.rows.of("hml").get(path="hml/b03")
    Vehicle.rows.of("hml").filter(plate=OTHER).update(garage=elsewhere)
    lent = lending.Lending(
        lot="p1", number="A-12", hours=Hours(days="1", starts=time(8), ends=time(18))
    )

    with pytest.raises(lending.NotYourBay):
        lending.lend(community="hml", account=resident, lending=lent, now=MORNING)


def test_a_stranger_with_the_plate_voids_no_order_that_is_being_paid(sees):
    sees("in")
    mine = paying.ask(stay=Stay.rows.of("hml").get(), now=minutes(55))
    his = looking.order_by_plate(
        community="hml", lot="p1", plate=CAR, address="203.0.113.9", now=minutes(65)
    )

    assert his.pk == mine.pk
    assert Order.rows.of("hml").get().state == "open"


def test_plates_are_forgotten_wherever_they_stand_and_the_fee_stays(sees, manager, permit):
    sees("in")
    coupons.give(
        actor=manager, lot="p1", plate=CAR, kind="fen", amount=100, merchant=None, now=MORNING
    )
    listed = rights.list_car(
        actor=manager, plate=CAR, colour="white", reason="x", until=None, now=MORNING
    )
    rights.unlist(actor=manager, listed=listed.pk, now=minutes(1))
    rights.end(actor=manager, permit=permit.pk, now=minutes(2))
    paying.at_booth(actor=manager, stay=Stay.rows.of("hml").get().pk, now=minutes(120))
    sees("out", at=121)
    before = Stay.rows.of("hml").get().fee_fen
    owning.forget(community="hml", before=MORNING + timedelta(days=90))

    row = Stay.rows.of("hml").select_related("lot").get()
    assert {
        one.plate for one in (row, Coupon.rows.of("hml").get(), Listed.rows.of("hml").get())
    } == {""}
    assert PermitCar.rows.of("hml").count() == 0
    assert pricing.due(stay=row, now=minutes(999)).fee.fen == before == 700


def test_offers_begin_here_and_go_on_with_neighbours_who_offer_a_page_at_a_time(lot, manager):
    def made(community, code, offered=(), open=True):
        Lot.rows.create(
            community=community, code=code, name_zh=code, capacity=9, open=open,
            offered_to=list(offered),
        )  # fmt: skip

    made("hml", "a1")
    made("hml", "shut", open=False)
    for community in ("aaa", "zzz"):
        made(community, "b2", ("hml", "x"))
        made(community, "b1", ("x", "hml"))
        made(community, "own")
        made(community, "other", ("hm", "hmlx", "HML"))
        made(community, "closed", ("hml",), open=False)
    found, cursor = [], ""
    while cursor is not None:
        page = own_pages.offers(community="hml", cursor=cursor, limit=2, now=MORNING)
        found += [(one["community"], one["lot"]) for one in page["items"]]
        cursor = page["next"]

    assert found == [
        ("hml", "a1"), ("hml", "p1"),
        ("aaa", "b1"), ("aaa", "b2"), ("zzz", "b1"), ("zzz", "b2"),
    ]  # fmt: skip


@pytest.fixture
def many(lot, monkeypatch):
    """Make more lots than come to pick from, but for one all without a price by the month."""
    monkeypatch.setattr(lots, "MOST_TO_PICK", 1)
    Lot.rows.create(community="hml", code="a1", name_zh="东区地库", name_en="East", capacity=9)
    Lot.rows.create(community="aaa", code="p9", name_zh="东区", capacity=9)


@pytest.mark.parametrize(
    ("sought", "found", "more"),
    [("", ["a1"], True), (" 东区", ["a1"], False), ("EAST", ["a1"], False), ("P1", ["p1"], False),
     ("北", [], False), ("%", [], False)],
)  # fmt: skip
def test_of_very_many_lots_to_give_coupons_in_the_first_come_or_those_that_are_sought(
    many, manager, sought, found, more
):
    page = own_pages.coupons_page(actor=manager, cursor=None, limit=9, now=MORNING, lot=sought)

    assert ([one["code"] for one in page["lots"]], page["lots_more"]) == (found, more)


@pytest.mark.parametrize(("sought", "found", "more"), [("", [], True), ("p1", ["p1"], False)])
def test_a_lot_to_wish_a_month_in_is_found_by_its_name(many, resident, sought, found, more):
    page = wish_pages.own_page(actor=actor(resident), wanted=NumberPage(), now=MORNING, lot=sought)

    assert ([one["code"] for one in page["lots"]], page["lots_more"]) == (found, more)
