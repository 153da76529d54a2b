"""A page costs what a page costs: more rows, not one question more to the database; and it is a
page: however many rows there are, it holds few of them and says how to go on.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from linli.foundation.audit import operations as audit
from linli.foundation.audit.crowd import Crowd
from tests.proof.calling import lists, undone
from tests.proof.growing import grow
from tests.proof.world import HERE, role_for

pytestmark = [pytest.mark.django_db(databases=["default", "apart"]), pytest.mark.once]
MOST_QUESTIONS, MOST_ITEMS, MANY = 40, 500, 520
_NO_QUESTION = ('UPDATE "identity_session"', "SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO")
"""That somebody was seen is written once a minute, whatever he asked, in a transaction."""

LEAST_CUT = 20
"""A page of as many things or more, of a table of `MANY`, is no whole."""

OF_THE_CATALOGUE = {"scenes", "scenes/conflicts", "case-kinds", "roles"}
"""Lists of what the catalogue holds: no row of a community makes them longer."""

NEWEST = {
    "newcomers", "refusals", "scenes/backtests", "scenes/proposals", "calls", "barred",
    "parking/coupons", "parking/lists",
}  # fmt: skip
"""Lists that give the newest only: what waits for somebody, or what he looks back at."""

PARTS = {"tours/points", "tours/mine", "sos", "sos/trees", "charging/sites"}
MORE_PARTS = 3
"""Of these the names of the places are asked in parts of some hundreds: a few questions more."""


TURNED = {
    "tours/points", "tours/routes", "door-groups", "parking/zones", "parking/lots", "sos",
    "sos/trees", "charging/sites", "my/parking/offers", "finance/merchants", "finance/providers",
}  # fmt: skip
"""Lists whose pages are turned to their end here."""
ROWS, A_PAGE = 7, 3


@pytest.fixture(autouse=True)
def nobody_was_refused_yet(monkeypatch):
    """Being refused is written thirty times a minute and then no more: not by tests before."""
    monkeypatch.setattr(audit, "_crowd", Crowd())


def counted(calling, entering, door, *, first):
    """Return an answer and what was asked for it; `first`: once more before, for what is asked but
    once in a process.
    """
    client = entering(role_for(door))
    if first:
        calling(client, door, full=True, community=HERE)
    with CaptureQueriesContext(connection) as asked:
        answer = calling(client, door, full=True, community=HERE)
    return answer, [one["sql"] for one in asked if not one["sql"].startswith(_NO_QUESTION)]


def told(answer):
    """Return how many things a page holds, and whether it says how to go on."""
    said = answer.json() if answer.status_code == 200 else {"items": []}
    return len(said["items"]), bool(said.get("next"))


def test_a_page_asks_as_much_of_many_rows_as_of_few(entering, calling):
    every, more = lists(calling), {}
    with undone():
        grow(community=HERE, rows=5)
        few = {door.path: counted(calling, entering, door, first=True) for door in every}
    with undone():
        grown = grow(community=HERE, rows=MANY)
        many = {door.path: counted(calling, entering, door, first=False) for door in every}

    for path, (answer, asked) in many.items():
        status, before = answer.status_code, len(few[path][1])
        parts = MORE_PARTS if path.removeprefix("/{community}/") in PARTS else 0
        if status != few[path][0].status_code or len(asked) > min(before, MOST_QUESTIONS) + parts:
            more[path] = (status, before, len(asked), asked[-4:])
    pages = {path.removeprefix("/{community}/"): told(answer) for path, (answer, _) in many.items()}
    whole = {path for path, (count, _) in pages.items() if count > MOST_ITEMS}
    cut = {path for path, (count, goes_on) in pages.items() if count >= LEAST_CUT and not goes_on}

    assert more == {}
    assert whole == set()
    assert cut <= OF_THE_CATALOGUE | NEWEST
    assert sum(answer.status_code == 200 for answer, _ in many.values()) > 25
    assert len(grown) > 10


def pages(client, path, *, limit):
    """Return the pages of a list, turned by its own cursor to the end."""
    found, cursor = [], ""
    while cursor is not None:
        wanted = {"limit": limit, **({"cursor": cursor} if cursor else {})}
        answer = client.get(f"/api/v1/{HERE}/{path}", wanted)
        assert answer.status_code == 200, (path, answer.content)
        found.append(answer.json()["items"])
        cursor = answer.json()["next"]
        assert len(found) < 50, path
    return found


def test_the_pages_of_a_list_hold_each_thing_once_and_all_of_it(entering, calling):
    doors = {door.path.removeprefix("/{community}/"): door for door in lists(calling)}
    held = {}

    with undone():
        grow(community=HERE, rows=ROWS)
        for path in sorted(TURNED):
            client = entering(role_for(doors[path]))
            [whole] = pages(client, path, limit=500)
            parts = pages(client, path, limit=A_PAGE)
            held[path] = len(whole)
            assert [one for part in parts for one in part] == whole, path
            assert {len(part) for part in parts[:-1]} == {A_PAGE}, path

    assert min(held.values()) > ROWS


@pytest.mark.parametrize("cursor", ["open.", "closed.x", "1", "open.-1", "open.1.2"])
def test_a_cursor_that_was_not_given_out_is_refused(entering, calling, cursor):
    [door] = [one for one in lists(calling) if one.path == "/{community}/sos"]

    answer = entering(role_for(door)).get(f"/api/v1/{HERE}/sos", {"cursor": cursor})

    assert answer.status_code == 422
