"""Who may act for wards now, all of them at once: as a door says of each, and asked as much of many
as of few.
"""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from linli.domains.visits.operations import calling
from linli.foundation.identity import operations as identity
from linli.foundation.identity.models import Account
from linli.foundation.identity.roles import FOR_WARD
from linli.foundation.identity.wards import NotYourWard
from linli.foundation.identity.wards import acting as at_the_door
from linli.registry.people import wards
from linli.registry.people.entries import MembershipEntry, PersonEntry
from linli.registry.people.models import Person
from tests.registry.people.conftest import ROOM, put
from tests.registry.people.test_in_his_place import DOOR, panel, ring, told
from tests.registry.people.test_wards import account, born, nobody_was_noted, ports, ward

__all__ = ["nobody_was_noted", "panel", "ports", "ward"]
pytestmark = pytest.mark.django_db


def lives(code, relation="family", **more):
    """Let somebody live in the home; return his number."""
    put([
        PersonEntry(code=code, name=code, **more),
        MembershipEntry(room=ROOM, person=code, relation=relation, since=date(2020, 1, 1)),
    ])  # fmt: skip
    return Person.rows.of("hml").get(code=code).pk


def let_in(person, permission, now):
    """Return whom a door lets act for a person, each asked by himself."""
    found = set()
    for row in Account.objects.filter(is_active=True):
        try:
            actor = at_the_door(account=row, community="hml", subject=f"person:{person}", now=now)
        except NotYourWard:
            continue
        if actor.holds(permission):
            found.add(row.pk)
    return found


@pytest.fixture
def home(ward):
    """A home with a child, a boy of fifteen and an old lady; with guardians of every sort, some
    of whom may nothing now. Return the numbers of who lives there.
    """
    child, boy = lives("c2", born_on=born(9)), int(ward[7:])
    lives("p1", "owner", account=account("mother", "resident").account, born_on=born(40))
    lives("f1", account=account("father", "cleaner").account, born_on=born(41))
    lives("b1", account=account("brother", "resident").account, born_on=born(17))
    lives("u1", account=account("unknown", "resident").account)
    elder = lives("e1", account=account("elder", "resident").account, born_on=born(80))
    late = identity.Terms(days=str((timezone.localtime() + timedelta(days=1)).isoweekday()))
    for name, whom, more in (
        ("uncle", child, {}), ("far", boy, {"place": "hml/p1"}), ("near", boy, {"place": ROOM}),
        ("late", boy, {"terms": late}), ("nurse", elder, {}), ("closed", elder, {}),
    ):  # fmt: skip
        account(name, "guardian", ward=f"person:{whom}", **more)
    for name, whom in (("mother", child), ("elder", elder)):
        number = Account.objects.get(username=name).pk
        identity.grant(
            account=number, role="guardian", community="hml", ward=f"person:{whom}",
            now=timezone.now(),
        )  # fmt: skip
    Account.objects.filter(username="closed").update(is_active=False)
    return child, boy, elder


@pytest.mark.parametrize("permission", [*sorted(FOR_WARD), "register.people"])
def test_it_is_who_is_let_in_at_the_door(home, permission):
    now = timezone.now()
    by_door = [let_in(person, permission, now) for person in home]

    alone = [
        set(wards.able(community="hml", persons=[one], permission=permission, now=now))
        for one in home
    ]
    every = wards.able(community="hml", persons=home, permission=permission, now=now)

    assert alone == by_door
    assert every == tuple(sorted(set().union(*by_door)))


def test_of_them_some_are_let_in_and_some_not(home):
    now = timezone.now()

    found = wards.able(community="hml", persons=home, permission="visits.own", now=now)

    names = set(Account.objects.filter(pk__in=found).values_list("username", flat=True))
    assert names == {"uncle", "mother", "near", "nurse", "elder"}


def test_of_another_community_it_is_nobody(home):
    assert wards.able(
        community="other", persons=home, permission="visits.own", now=timezone.now()
    ) == ()  # fmt: skip


def test_a_ring_asks_as_much_for_many_guardians_as_for_few(home, panel):
    def asked(room):
        with CaptureQueriesContext(connection) as queries:
            ring(room)
        calling.hang_up(community="hml", door=DOOR, ask=room, now=timezone.now())
        return len(queries), len(told()[1])

    few, some = asked("201")
    now = timezone.now()
    for n in range(6):
        account(f"aunt{n}", "guardian", ward=f"person:{home[n % 3]}", place=ROOM)
        number = lives(f"g{n}", account=account(f"gran{n}", "resident").account, born_on=born(70))
        assert wards.able(community="hml", persons=[number], permission="visits.own", now=now) == ()
    many, more = asked("hml/b03/u1/f02/201")

    assert more >= some + 6
    assert many == few
