"""A page costs what a page costs: more rows, not one question more to the database; and it is a
page: however many rows there are, it holds few of them and says how to go on.
"""

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from linli.foundation.audit import operations as audit
from linli.foundation.audit.crowd import Crowd
from tests.proof.calling import filled, key_of, lists, undone
from tests.proof.growing import grow
from tests.proof.nested import PARTS as NESTED
from tests.proof.nested import address_of, answered, door_of, name_of, role_of
from tests.proof.world import HERE, role_for

pytestmark = [pytest.mark.django_db(databases=["default", "apart"]), pytest.mark.once]
MOST_QUESTIONS, MOST_ITEMS, MANY = 40, 500, 520
_NO_QUESTION = ('UPDATE "identity_session"', "SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO")
"""That somebody was seen is written once a minute, whatever he asked, in a transaction."""

LEAST_CUT = 20
"""A page of as many things or more, of a table of `MANY`, is no whole."""

OF_THE_CATALOGUE = {"scenes", "scenes/conflicts", "case-kinds", "roles"}
"""Lists of what the catalogue holds: no row of a community makes them longer."""

PARTS = {"tours/points", "tours/mine", "sos", "sos/trees", "charging/sites"}
MORE_PARTS, MORE_LOOKED_AT = 3, 20
"""Of these the names of the places are asked in parts of some hundreds: a few questions more. Of a
box on the map 5,000 things at most are looked at, 500 at a time: so many parts, two questions each.
"""


TURNED = {
    "tours/points", "tours/routes", "door-groups", "parking/zones", "parking/lots", "sos",
    "sos/trees", "charging/sites", "charging/feeders", "my/parking/offers", "finance/merchants",
    "finance/providers", "barred", "parking/lists", "newcomers", "refusals", "scenes/backtests",
    "scenes/proposals", "calls", "bulk",
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
    assert cut <= OF_THE_CATALOGUE
    assert sum(answer.status_code == 200 for answer, _ in many.values()) > 25
    assert len(grown) > 10


def questions(client, part):
    """Return the answer to what lies within something, and what was asked for it."""
    address, query = address_of(part, community=HERE)
    with undone(), CaptureQueriesContext(connection) as seen:
        answer = answered(client, part, address, query) if address else None
    return answer, [one["sql"] for one in seen if not one["sql"].startswith(_NO_QUESTION)]


def test_what_lies_within_something_asks_as_much_of_many_rows_as_of_few(entering):
    few, more, wrong = {}, {}, {}
    with undone():
        grow(community=HERE, rows=5)
        for part in NESTED:
            questions(entering(role_of(part)), part)
            few[name_of(part)] = len(questions(entering(role_of(part)), part)[1])
    with undone():
        grow(community=HERE, rows=MANY)
        for part in NESTED:
            answer, asked = questions(entering(role_of(part)), part)
            name = name_of(part)
            if answer is None or answer.status_code != 200:
                wrong[name] = answer and (answer.status_code, answer.content[:200])
            elif len(asked) > min(few[name], MOST_QUESTIONS) + (MORE_LOOKED_AT * ("bbox" in name)):
                more[name] = (few[name], len(asked), asked[-4:])

    assert wrong == {}
    assert more == {}


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


BY_CODE = {
    "tours/points", "tours/routes", "tours/statistics", "door-groups", "parking/zones",
    "parking/lots", "sos/trees", "charging/sites", "finance/merchants", "finance/providers",
    "finance/accounts", "cells", "charging/feeders",
    "departments", "devices", "doors", "modes", "my/parking/offers", "places", "tours/badges",
    "map", "layers/devices", "layers/places", "parking/lots/{lot}/bays", "parking/booths", "twin",
    "health",
}  # fmt: skip
"""Lists in the order of a code: any text has its place in it, and the page after it is answered."""


def test_a_cursor_that_was_not_given_out_is_refused(entering, calling):
    nested = [(part.path, door_of(part), part) for part in NESTED if not part.query | part.body]
    every = [(door.path, door, None) for door in lists(calling)] + nested
    answers = {}

    with undone():
        grow(community=HERE, rows=2)
        for path, door, part in every:
            takes = {one["name"] for one in calling.operation(door).get("parameters", ())}
            if "cursor" in takes:
                address = address_of(part, community=HERE)[0] if part else None
                client, query = entering(role_for(door)), calling.query(door)
                address = address or filled(path, community=HERE)
                answer = client.get(address, {**query, "cursor": "?!"})
                answers[path.removeprefix("/{community}/")] = answer

    refused = {path for path, answer in answers.items() if answer.status_code in {400, 422}}
    assert all(key_of(answers[path]) for path in refused)
    none_of_his = {path for path, answer in answers.items() if answer.status_code == 404}
    assert answers.keys() - refused - none_of_his <= BY_CODE
    assert len(refused) > 40


@pytest.mark.parametrize("cursor", ["open.", "closed.x", "1", "open.-1", "open.1.2"])
def test_a_cursor_of_the_board_that_was_not_given_out_is_refused(entering, calling, cursor):
    [door] = [one for one in lists(calling) if one.path == "/{community}/sos"]

    answer = entering(role_for(door)).get(f"/api/v1/{HERE}/sos", {"cursor": cursor})

    assert answer.status_code == 422


MOVING = {
    "scenes/backtests": "trials.BackTest", "scenes/proposals": "trials.Proposal",
    "newcomers": "fleet.Newcomer", "refusals": "devices.Refusal", "calls": "visits.Call",
}  # fmt: skip


@pytest.mark.parametrize("path", MOVING)
def test_what_comes_while_pages_are_turned_moves_nothing(entering, calling, path):
    doors = {door.path.removeprefix("/{community}/"): door for door in lists(calling)}
    model = apps.get_model(MOVING[path])

    with undone():
        grow(community=HERE, rows=ROWS, only={MOVING[path]})
        client = entering(role_for(doors[path]))
        [whole] = pages(client, path, limit=500)
        first = client.get(f"/api/v1/{HERE}/{path}", {"limit": 2}).json()
        added = model._base_manager.filter(community=HERE).order_by("-pk").first()
        for field in ("address", "reason", "target", "ask"):
            if hasattr(added, field):
                setattr(added, field, "another")
        added.pk = None
        added.save_base(raw=True, force_insert=True)
        rest = client.get(f"/api/v1/{HERE}/{path}", {"limit": 500, "cursor": first["next"]}).json()

    assert first["items"] + rest["items"] == whole
    assert rest["next"] is None
