"""Whose wallet pays at the lane: his who wished it, while the car is his, and nobody else's."""

import pytest

from linli.domains.parking.models import CarWish, Stay
from linli.domains.parking.operations import own, owning, paying
from linli.foundation.money import queries as money
from linli.foundation.money.models import Order
from linli.foundation.money.operations import ordering
from linli.registry.people.models import Membership, Person, Vehicle
from tests.domains.parking.conftest import MORNING, OTHER, account_of, actor, minutes

pytestmark = pytest.mark.django_db


def only():
    return Stay.rows.of("hml").select_related("lot").get()


def purse(person):
    return money.balance(community="hml", account=f"wallet:person:{person.pk}")


@pytest.fixture
def person(home, resident, fill):
    """Return who wishes that his wallet pays; there are 10 yuan in it."""
    row = Person.rows.of("hml").get(account=resident)
    fill(row.pk, 1000)
    CarWish.rows.create(
        community="hml", plate=OTHER, account_id=resident, pay_by_wallet=True, at=MORNING
    )
    return row


@pytest.fixture
def other(home, fill):
    """Return another of the same household, with 20 yuan."""
    row = Person.rows.create(
        community="hml", code="p-2", name="李同住", account_id=account_of("resident", "李同住")
    )
    Membership.rows.create(community="hml", household=home, person=row, relation="spouse")
    fill(row.pk, 2000)
    return row


def test_the_order_of_another_at_home_takes_nothing_from_his_wallet(sees, person, other):
    sees("in", OTHER)
    own.pay_stay(actor=actor(other.account_id), stay=only().pk, way="order", now=minutes(120))
    out = sees("out", OTHER, at=120)

    assert (out.reason, purse(person), purse(other)) == ("wallet", 200, 2000)


def test_an_order_that_anybody_opened_is_no_hindrance_at_the_lane(sees, person):
    sees("in", OTHER)
    paying.ask(stay=only(), now=minutes(120))
    out = sees("out", OTHER, at=120)

    assert (out.reason, purse(person)) == ("wallet", 200)


def test_who_asks_last_pays_and_none_is_shut_out(sees, person, other):
    sees("in", OTHER)
    for one in (person, other):
        own.pay_stay(actor=actor(one.account_id), stay=only().pk, way="order", now=minutes(120))
    order = Order.rows.of("hml").get()
    done = ordering.pay_from_wallet(community="hml", order=order.pk, now=minutes(121))

    assert (order.payer, done.way) == (f"wallet:person:{other.pk}", "wallet")
    assert (purse(person), purse(other)) == (1000, 1200)


@pytest.mark.parametrize("went", ["sold", "moved"])
def test_a_wish_ends_with_the_car_or_the_home(sees, person, home, went):
    sees("in", OTHER)
    Vehicle.rows.of("hml").filter(plate=OTHER).update(owner=None)
    if went == "sold":
        Vehicle.rows.of("hml").filter(plate=OTHER).update(household=None)
    else:
        Membership.rows.of("hml").filter(person=person).update(until=MORNING.date())
    out = sees("out", OTHER, at=120)

    assert (out.reason, out.answer["open"], purse(person)) == ("to_pay", False, 1000)
    assert owning.drop_wishes(community="hml", now=minutes(1)) == 1
    assert owning.drop_wishes(community="hml", now=minutes(1)) == 0


@pytest.mark.parametrize(("read", "sure"), [("浙B8888B", 900), (OTHER, 900)])
def test_a_plate_that_was_guessed_asks_before_a_wallet_pays(sees, person, read, sure):
    sees("in", OTHER)
    out = sees("out", read, at=120, confidence_milli=sure)

    assert (out.plate, out.reason, purse(person)) == (OTHER, "to_pay", 1000)
