"""The list of modes is read page by page: each once, in the order of the places."""

import pytest

from linli.registry.scenes import queries
from linli.registry.scenes.models import Mode
from tests.registry.conftest import NOW

pytestmark = pytest.mark.django_db
SET = [("hml/b03", "home"), ("hml/b03", "lighting"), ("hml/b03/u1", "home"), ("hml/p1", "parking")]


def pages(limit, seen=()):
    found, cursor = [], ""
    while cursor is not None:
        rows, cursor = queries.modes_page(community="hml", seen=seen, cursor=cursor, limit=limit)
        found.append([(row.place, row.mode) for row in rows])
    return found


@pytest.fixture(autouse=True)
def sown():
    for place, mode in reversed(SET):
        Mode.rows.create(community="hml", place=place, mode=mode, value="x", at=NOW)
    Mode.rows.create(community="other", place="other/b03", mode="home", value="x", at=NOW)


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 500])
def test_each_mode_stands_on_one_page(limit):
    found = pages(limit)

    assert [one for page in found for one in page] == SET
    assert max(len(page) for page in found) <= limit


def test_of_the_places_one_sees():
    assert pages(1, seen=["hml/b03/u1"]) == [[("hml/b03/u1", "home")]]


def test_a_cursor_of_nobody_begins_anew():
    rows, after = queries.modes_page(community="hml", seen=(), cursor="nonsense", limit=9)

    assert (len(rows), after) == (4, None)
