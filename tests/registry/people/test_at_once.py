"""Two people enter the same at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from linli.foundation.outbox import operations as outbox
from linli.kernel.fault import Fault
from linli.registry.people import operations
from linli.registry.people.entries import PersonEntry, VehicleEntry
from linli.registry.people.models import Person, Vehicle
from linli.registry.places import operations as places
from linli.registry.places.logic import NewPlace
from linli.registry.places.models import Place
from tests.registry.conftest import NOW, tree
from tests.registry.people.conftest import TODAY, household

pytestmark = pytest.mark.django_db(transaction=True)
TIMES = 6


def at_once(act):
    """Do something several times at the same moment; return what each said."""
    ready = Barrier(TIMES)

    def one(n):
        try:
            ready.wait(20)
            return act(n)
        except Fault as fault:
            return fault.key
        finally:
            connection.close()

    with ThreadPoolExecutor(TIMES) as threads:
        return list(threads.map(one, range(TIMES)))


@pytest.fixture
def hml(monkeypatch):
    monkeypatch.setattr(outbox.wake, "_answer", lambda: None)
    places.add_many(community="hml", places=list(tree("hml")), now=NOW)


def test_the_same_household_is_entered_once(hml):
    said = at_once(lambda _: operations.put_many(community="hml", entries=household(), today=TODAY))

    assert Person.rows.of("hml").count() == 1
    assert said.count(operations.Put(created=5)) == 1
    others = [one for one in said if one != operations.Put(created=5)]
    assert set(map(str, others)) <= {str(operations.Put(same=5)), "people.changed_meanwhile"}


def test_one_plate_has_one_row(hml):
    said = at_once(
        lambda _: operations.add(community="hml", entry=VehicleEntry(plate="浙A00001"), today=TODAY)
    )

    assert Vehicle.rows.of("hml").count() == 1
    assert sum(isinstance(one, int) for one in said) == 1


def test_people_without_codes_are_all_entered(hml):
    said = at_once(
        lambda n: operations.add(community="hml", entry=PersonEntry(name=f"住户{n}"), today=TODAY)
    )

    assert Person.rows.of("hml").count() == TIMES
    assert len(set(said)) == TIMES


def test_one_path_has_one_place(hml):
    place = NewPlace(kind="building", code="b9", parent="hml", name_zh="9号楼")

    said = at_once(lambda _: places.add(community="hml", place=place, now=NOW).path)

    assert Place.rows.of("hml").filter(code="b9").count() == 1
    assert sorted(said) == sorted(["hml/b9"] + ["places.exists"] * (TIMES - 1))
