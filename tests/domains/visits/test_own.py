"""Who rang at a home is told to whoever lives there, of the time since he does; to nobody else."""

from datetime import date, timedelta

import pytest

from linli.domains.visits import own
from linli.domains.visits.models import Call
from linli.registry.people.models import Household, Membership
from tests.domains.visits.conftest import HOME, NOW

TODAY = NOW.date()
FAR = date(2999, 1, 1)


@pytest.fixture
def rung(host):
    """Let somebody ring at the home each day of three: yesterday, today and tomorrow."""
    home = Household.rows.of("hml").get(room__path=HOME)
    for day in (-1, 0, 1):
        Call.rows.create(
            community="hml", door=f"door{day}", ask=f"{day}", place=HOME, household=home,
            room=HOME, state="over", rang_at=NOW + timedelta(days=day),
        )  # fmt: skip


def of(actor):
    return Membership.rows.of("hml").filter(person__account=actor.account)


def told(actor):
    """Return from which doors it is told him that somebody rang."""
    number = of(actor).values_list("person", flat=True).first()
    found = own.held("hml", f"person:{number}", 100)
    return [field.value.zh for one in found for field in one.fields if field.field == "room"]


def test_a_tenant_reads_who_rang_since_his_lease_began_and_who_let_the_home_nothing(
    rung, host, wife
):
    Household.rows.of("hml").filter(room__path=HOME).update(occupancy="rented")
    of(wife).update(relation="tenant", since=TODAY, until=FAR)

    assert (told(wife), told(host)) == (["door1", "door0"], [])


def test_who_moved_out_reads_nothing_and_who_moves_in_later_nothing_yet(rung, host, wife):
    of(host).update(until=TODAY)
    of(wife).update(since=FAR)

    assert (told(host), told(wife)) == ([], [])


def test_of_who_has_lived_there_since_nobody_knows_when_it_is_what_was_after_who_left_last(
    rung, host, wife
):
    before = told(host)
    of(wife).update(since=TODAY - timedelta(days=300), until=TODAY)

    assert (before, told(host)) == (["door1", "door0", "door-1"], ["door1", "door0"])
    assert told(wife) == []


def test_at_another_home_nothing(rung, neighbour):
    assert told(neighbour) == []
