"""A page costs what a page costs: more rows, not one question more to the database."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.proof.calling import lists, undone
from tests.proof.growing import grow
from tests.proof.world import HERE, role_for

pytestmark = [pytest.mark.django_db, pytest.mark.once]
MOST_QUESTIONS = 40


def counted(calling, entering, door):
    client = entering(role_for(door))
    calling(client, door, full=True, community=HERE)
    with CaptureQueriesContext(connection) as asked:
        answer = calling(client, door, full=True, community=HERE)
    return answer.status_code, [one["sql"] for one in asked]


def test_a_page_asks_as_much_of_many_rows_as_of_few(entering, calling):
    every, more = lists(calling), {}
    with undone():
        grow(community=HERE, rows=5)
        few = {door.path: counted(calling, entering, door) for door in every}
    with undone():
        grown = grow(community=HERE, rows=60)
        many = {door.path: counted(calling, entering, door) for door in every}

    for path, (status, asked) in many.items():
        before = len(few[path][1])
        if status != few[path][0] or len(asked) > min(before, MOST_QUESTIONS):
            more[path] = (status, before, len(asked), asked[-4:])

    assert more == {}
    assert sum(status == 200 for status, _ in many.values()) > 25
    assert len(grown) > 10
