"""A trail of any length answers for each filter by an index, in the order of its pages."""

from itertools import product

import pytest
from django.db import connection

from linli.foundation.audit import queries
from linli.foundation.audit.models import Act, Line

WHAT, ACCOUNTS, PURPOSES = ("person:1", "person:2"), (1, 2, 3), ("visit", "")


@pytest.fixture
def trail(db):
    """Two lines of each kind, all in three microseconds; one in another community."""
    kinds = [*product(WHAT, ACCOUNTS, PURPOSES, (Act.LOOK, Act.REFUSAL))] * 2
    Line.objects.bulk_create(
        Line(at_us=n % 3, community="hml", what=what, account=account, purpose=purpose, act=act)
        for n, (what, account, purpose, act) in enumerate(kinds)
    )
    Line.objects.create(at_us=9, community="other", what=WHAT[0], account=1, act=Act.LOOK)
    return sorted(Line.objects.filter(community="hml"), key=lambda line: (-line.at_us, -line.id))


@pytest.mark.parametrize("what", ["", WHAT[0], "nobody"])
@pytest.mark.parametrize("account", [None, 2])
@pytest.mark.parametrize("purpose", ["", "visit"])
@pytest.mark.parametrize("act", [None, Act.REFUSAL])
def test_every_filter_narrows_alone_and_beside_others(trail, what, account, purpose, act):
    found = queries.lines(
        community="hml", what=what, account=account, purpose=purpose, act=act, limit=500
    )

    assert found == [
        line
        for line in trail
        if line.what == (what or line.what)
        and line.account == (account or line.account)
        and line.purpose == (purpose or line.purpose)
        and line.act == (act or line.act)
    ]


@pytest.mark.parametrize("called", [{2, 3, 77}, set(range(2, 50)), set()])
@pytest.mark.parametrize("account", [None, 3])
def test_those_of_a_name_are_found_page_by_page(trail, called, account):
    whole, cursor = [], ""
    while page := queries.lines(
        community="hml", called=called, account=account, act=Act.LOOK, cursor=cursor, limit=5
    ):
        whole += page
        cursor = queries.next_page(page[-1])

    assert whole == [
        line
        for line in trail
        if line.account in called and line.act == Act.LOOK and account in {None, line.account}
    ]


@pytest.mark.parametrize("act", [None, Act.WRITE, Act.REFUSAL])
def test_what_people_did_is_found_page_by_page_among_what_went_on_by_itself(trail, act):
    by_itself = [Line(at_us=n % 5, community="hml", act=Act.WRITE, what="x:1") for n in range(9)]
    theirs = [
        Line(at_us=4, community="hml", act=Act.WRITE, what="x:1", account=7),
        Line(at_us=4, community="hml", act=Act.WRITE, what="x:1", who="gone"),
        Line(at_us=1, community="hml", act=Act.REFUSAL, what="x:1"),
    ]
    Line.objects.bulk_create([*by_itself, *theirs])
    whole, cursor = [], ""
    while page := queries.lines(community="hml", people=True, act=act, cursor=cursor, limit=5):
        whole += page
        cursor = queries.next_page(page[-1])

    did = sorted([*trail, *theirs], key=lambda line: (-line.at_us, -line.id))
    assert whole == [line for line in did if act in {None, line.act}]


@pytest.mark.parametrize(
    ("index", "narrowed"),
    [
        ("audit_by_time", {}),
        ("audit_by_purpose", {"purpose": "visit"}),
        ("audit_by_purpose", {"purpose": "visit", "act": Act.LOOK}),
        ("audit_by_act", {"act": Act.REFUSAL}),
        ("audit_of_account", {"account": 7}),
        ("audit_of_account", {"account": 7, "act": Act.LOOK, "purpose": "visit"}),
        ("audit_of_people", {"people": True}),
        ("audit_of_people", {"people": True, "act": Act.WRITE}),
        ("audit_of_people", {"people": True, "account": 0}),
        ("audit_by_act", {"people": True, "act": Act.REFUSAL}),
        ("audit_of_account", {"people": True, "account": 7}),
        ("audit_of_what", {"what": "person:1"}),
        ("audit_of_what", {"what": "person:1", "account": 7, "purpose": "visit", "act": Act.LOOK}),
    ],
)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL goes by its figures")
def test_sqlite_takes_the_index_of_what_narrows_most(db, index, narrowed):
    rows = queries.found_by(Line.objects.filter(community="hml"), **narrowed)

    plan = rows.order_by("-at_us", "-id")[:100].explain()

    assert index in plan
    assert "TEMP B-TREE" not in plan
