"""Who walks rounds reads what is held on him: rounds, points, scans, his badge and where it was."""

from datetime import timedelta

import pytest

from linli.domains.tours import own
from linli.domains.tours.models import Badge, Mark, Nearness, Point, Scan, Tour, Window
from tests.domains.tours.conftest import HERE, START

pytestmark = pytest.mark.django_db


@pytest.fixture
def walked(guard, route):
    """A guard has walked a round, of which each table holds a row; return his account."""
    route()
    account = guard().account
    window, point = Window.rows.of(HERE).get(), Point.rows.of(HERE).get(code="gate")
    Tour.rows.of(HERE).delete()
    tour = Tour.rows.create(
        community=HERE, route=window.route, window=window, starts_at=START, state="done",
        ends_at=START + timedelta(hours=1), walker_id=account, begun_at=START,
        ended_at=START + timedelta(minutes=20),
    )  # fmt: skip
    told = {"community": HERE, "point": point, "by_id": account, "at": START, "told_at": START}
    Mark.rows.create(tour=tour, number=1, state="visited", **told)
    Scan.rows.create(tour=tour, key="k", way="qr", verdict="counted", **told)
    Badge.rows.create(community=HERE, account_id=account, beacon="ble-7")
    Nearness.rows.create(
        community=HERE, point=point, account_id=account, since=START, last_at=START
    )
    return account


def test_a_row_of_each_kind_is_told(walked):
    found = {one.kind.en: one for one in own.held(HERE, walked, 100)}

    assert {kind: (one.record.zh, one.fields[0].value.zh) for kind, one in found.items()} == {
        "round": ("夜巡 2026-06-01 22:00 – 2026-06-01 22:20", "完成"),
        "point of a round": ("南门 2026-06-01 22:00", "已到"),
        "scan on a round": ("南门 2026-06-01 22:00", "计入"),
        "badge of the rounds": ("", "ble-7"),
        "where you were on a round": ("南门", "2026-06-01 22:00 – 2026-06-01 22:00"),
    }
    assert all(one.fields[0].name.zh for one in found.values())


def test_a_colleague_is_told_nothing_of_it(walked, guard):
    assert own.held(HERE, guard("wu").account, 100) == []
