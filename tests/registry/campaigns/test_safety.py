"""Safety devices: a tenth at once, never two beside each other."""

import pytest

from linli.registry.places import operations as places
from linli.registry.places.logic import NewPlace
from tests.registry.campaigns.kit import add, advance, answer_all, enter, flying, started, states
from tests.registry.conftest import NOW

pytestmark = pytest.mark.django_db
GAS = "garage_co_sensor"


@pytest.fixture
def sensors(estate, answers):
    """Forty CO sensors in four zones of the garage."""
    zones = [
        NewPlace(kind="zone", code=f"z{n}", parent="hml/p1", name_zh=f"{n}区") for n in range(4)
    ]
    places.add_many(community="hml", places=zones, now=NOW)
    for n in range(4):
        enter([f"co-{n}{m}" for m in range(10)], model=GAS, place=f"hml/p1/z{n}")


def zones(row):
    return [target.device.place.path for target in flying(row)]


class TestSafety:
    def test_a_tenth_at_once_and_no_neighbours(self, sensors, account):
        row = started(account, add(account, model=GAS), devices=40)

        advance()
        first = zones(row)
        answer_all(row)
        advance(2.0)

        assert len(first) == len(set(first)) == 4
        assert states(row) == {"done": 4, "told": 4, "waiting": 32}

    def test_neighbours_where_it_is_insisted_but_still_a_tenth(self, sensors, account):
        row = started(account, add(account, model=GAS), devices=10, place="hml/p1/z0", insist=True)

        advance()

        assert zones(row) == ["hml/p1/z0"] * 4

    def test_without_insisting_one_after_another(self, sensors, account):
        row = started(account, add(account, model=GAS), devices=10, place="hml/p1/z0")

        advance()

        assert zones(row) == ["hml/p1/z0"]

    def test_another_campaigns_devices_count(self, sensors, account):
        enter(["door-0"], model="access_door", place="hml/p1/z0")
        started(account, add(account, model="access_door"), devices=1)
        advance()
        row = started(account, add(account, model=GAS), devices=10, place="hml/p1/z0", at_s=1)

        advance(2.0)

        assert states(row) == {"waiting": 10}
