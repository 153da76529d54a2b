"""Tours are counted by route, a year at most, a page of routes at a time."""

from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from linli.domains.tours import operations, pages
from linli.domains.tours.models import Mark, Tour
from linli.domains.tours.operations import RouteIn, WindowIn
from linli.domains.tours.queries import MOST_DAYS, TooManyDays
from linli.foundation.scope.paging import CodePage
from linli.kernel.words import Words
from tests.domains.tours.conftest import HERE, START

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 1)


def counted(actor, *, since=DAY, days=1, **page):
    wanted = CodePage(**page)
    return pages.statistics(
        actor=actor, since=since, until=since + timedelta(days=days), wanted=wanted
    )


@pytest.fixture
def more(route):
    """Lay out the night round and, for the garage alone, another."""
    route()
    operations.put_route(
        community=HERE,
        route=RouteIn(
            code="garage-round", name=Words(zh="车库", en="garage"), place="hml/g1", order="free",
            points=["garage"], windows=[WindowIn(days="1234567", starts=time(22), minutes=60)],
        ),
        now=START,
    )  # fmt: skip


def test_counts_what_became_of_tours_and_points_of_the_days_alone(more, guard):
    tonight = Tour.rows.of(HERE).filter(route__code="night", starts_at=START)
    Mark.rows.of(HERE).filter(tour__in=tonight, point__code="gate").update(state="visited")
    tonight.update(state="over")

    told = counted(guard())

    assert [one["route"] for one in told["items"]] == ["garage-round", "night"]
    assert told["items"][1]["tours"] == {"over": 1}
    assert told["items"][1]["points"] == {"visited": 1, "due": 2}
    assert counted(guard(), since=DAY - timedelta(days=1))["items"][1]["tours"] == {}


def test_is_counted_where_one_may_look(more, guard):
    told = counted(guard("wang", places=["hml/g1"]))

    assert [one["route"] for one in told["items"]] == ["garage-round"]
    assert counted(guard("zhao", community="other"))["items"] == []


def test_comes_in_pages_of_as_many_questions_each(more, guard):
    actor = guard()

    with CaptureQueriesContext(connection) as asked:
        first = counted(actor, limit=1)
    second = counted(actor, limit=1, cursor=first["next"])

    assert [one["route"] for page in (first, second) for one in page["items"]] == [
        "garage-round", "night"
    ]  # fmt: skip
    assert (second["next"], len(asked)) == (None, 3)


@pytest.mark.parametrize("days", [-1, MOST_DAYS + 1])
def test_refuses_more_than_a_year_or_days_that_are_none(more, guard, days):
    with pytest.raises(TooManyDays):
        counted(guard(), days=days)

    assert counted(guard(), days=MOST_DAYS)["items"]
