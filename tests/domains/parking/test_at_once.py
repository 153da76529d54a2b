"""Two at once, on whichever database: the same car at two lanes, one stay paid twice."""

import threading

import pytest
from django.db import close_old_connections, connection

from linli.domains.parking.models import Paid, Sighting, Stay
from linli.domains.parking.operations import (
    following,
    own,
    paying,
    seeing,
    setting,
    standing,
)
from linli.foundation.money import queries as money
from linli.kernel.fault import Fault
from linli.registry.people.models import Person
from tests.domains.parking.conftest import CAR, OTHER, actor, minutes

pytestmark = pytest.mark.django_db(transaction=True)


def together(*acts):
    """Do all at once, each on a connection of its own; return what each gave or refused."""
    gate, given = threading.Barrier(len(acts)), [None] * len(acts)

    def run(at, act):
        close_old_connections()
        gate.wait()
        try:
            given[at] = act()
        except Fault as fault:
            given[at] = fault
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(at, act)) for at, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return given


def test_a_car_at_two_lanes_at_once_is_one_stay(sees, lot):
    told = together(
        lambda: sees("in", OTHER, ask="a"),
        lambda: sees("in", OTHER, ask="a"),
        lambda: sees("in", OTHER, ask="b"),
    )

    assert {row.answer["open"] for row in told} == {True}
    assert Stay.rows.of("hml").filter(plate=OTHER).count() == 1
    assert Sighting.rows.of("hml").get().times in {2, 3}


def test_a_stay_paid_twice_at_once_is_paid_once(sees, home, resident, fill):
    person = Person.rows.of("hml").get(account=resident)
    fill(person.pk, 10_000)
    sees("in", OTHER)
    stay = Stay.rows.of("hml").get()
    who = actor(resident)

    def pay():
        return own.pay_stay(actor=who, stay=stay.pk, way="wallet", now=minutes(100))

    told = together(pay, pay, pay)

    assert sorted(isinstance(one, paying.NothingDue) for one in told) == [False, True, True]
    assert money.balance(community="hml", account=f"wallet:person:{person.pk}") == 9_200
    assert Paid.rows.of("hml").count() == 1


def test_a_car_behind_another_that_is_told_twice_at_once_is_one_stay(lot):
    def tell(ask):
        return following.take(community="hml", device="gate-in", ask=ask, now=minutes(1),
                              seen=seeing.Seen(plate="", at=minutes(1)))  # fmt: skip

    together(lambda: tell("a"), lambda: tell("a"), lambda: tell("b"))

    assert Stay.rows.of("hml").count() == 1
    assert Sighting.rows.of("hml").get().reason == "followed"


def test_two_cars_put_on_one_place_at_once_is_one_car(sees, lot, manager):
    new = setting.NewBay(lot="p1", number="M1", kind="mother_child")
    setting.set_bay(actor=manager, bay=new, now=minutes(0))
    sees("in", OTHER)
    sees("in", CAR)
    numbers = list(Stay.rows.of("hml").values_list("pk", flat=True))

    told = together(*(
        lambda number=number: standing.stand(
            actor=manager, stay=number, number="M1", reason="看到的", now=minutes(5)
        )
        for number in numbers
    ))  # fmt: skip

    assert sum(isinstance(one, standing.BayTaken) for one in told) == 1
    assert Stay.rows.of("hml").exclude(bay=None).count() == 1
