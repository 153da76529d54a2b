import pytest

from linli.contracts.places import PlaceMoved
from linli.domains.cases import handlers
from tests.domains.cases.conftest import HERE, NOON
from tests.domains.cases.telling import fresh, report

pytestmark = pytest.mark.django_db


def test_cases_follow_a_place_that_moves_and_others_stay(people):
    inside = report(people.resident, place="hml/b01/u1")
    beside = report(people.resident, place="hml/b02")
    moved = PlaceMoved(
        id="pm", at=NOON, community=HERE, place=1, before="hml/b01", after="hml/west/b01"
    )

    handlers.place_moved(moved)
    handlers.place_moved(moved)

    assert fresh(inside).place == "hml/west/b01/u1"
    assert fresh(beside).place == "hml/b02"
