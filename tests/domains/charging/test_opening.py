"""A site is closed and opened: nothing begins there meanwhile, and whoever looks reads why."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from linli.contracts.charging import StopReason
from linli.domains.charging.models import OPEN, Reservation, Session, Site
from linli.domains.charging.operations import opening, starting
from linli.domains.charging.operations.opening import Closing
from linli.kernel.fault import Fault
from tests.domains.charging.conftest import (
    NOW,
    begin,
    commands,
    later,
    look,
    over,
    row,
    start,
    told,
    wallet,
)
from tests.domains.charging.test_doors import ask
from tests.domains.charging.test_pages import desk, get, post, put, resident
from tests.registry.conftest import sign_in

__all__ = ["desk", "resident", "sign_in"]

pytestmark = pytest.mark.django_db

WHO = {"community": "hml", "site": "ev1"}


@pytest.fixture
def by(sign_in):
    """Return the number of who closes and opens."""
    return sign_in("manager")


@pytest.fixture
def close(by):
    """Close the site, said so by him."""

    def said(now=NOW, **why):
        return opening.close(**WHO, by=by, closing=Closing(**why), now=now)

    return said


def site():
    return Site.rows.of("hml").get(code="ev1")


class TestClose:
    @pytest.mark.usefixtures("site")
    def test_nothing_is_asked_for_or_begun_by_card_until_it_is_open_again(self, people, close, by):
        close(why="repair")

        refused = []
        for one in (
            lambda: start(people[0]),
            lambda: starting.reserve(community="hml", device="cp-1", person=people[0].pk, now=NOW),
            lambda: ask("charge.card", step="authorize", tag="04A1B2C3"),
            lambda: begin("04A1B2C3"),
        ):
            with pytest.raises(Fault) as fault:
                one()
            refused.append(fault.value.key)
        over(at=later(minutes=1), meter_wh=1000)
        opening.reopen(**WHO, by=by, now=later(minutes=2))

        assert refused == ["charging.connector_off"] * 4
        assert start(people[0], now=later(minutes=3)).state == "starting"

    @pytest.mark.usefixtures("site")
    def test_what_charges_runs_out_if_it_may(self, people, close):
        one = start(people[0])
        begin(one.number)

        close(why="check")
        look(later(minutes=1), connector_state=2, energy_kwh=1.5)

        assert row(one.number).state == "charging"
        assert "charge.stop" not in [service for service, _ in commands()]

    @pytest.mark.usefixtures("site")
    def test_what_charges_ends_if_it_must_and_what_waits_gets_its_money_back(self, people, close):
        runs, waits = start(people[0]), start(people[1], device="cp-2")
        begin(runs.number)
        before = wallet(people[1])

        close(why="safety", ends=True, now=later(minutes=1))
        over(at=later(hours=1), meter_wh=8000, reason="Remote")

        assert commands()[-1][0] == "charge.stop"
        assert (row(runs.number).reason, row(waits.number).state) == (StopReason.CLOSED, "failed")
        assert wallet(people[1]) > before
        assert row(runs.number).energy_wh == 7000

    @pytest.mark.usefixtures("site")
    def test_what_is_kept_there_is_kept_no_more(self, people, close):
        starting.reserve(community="hml", device="cp-1", person=people[0].pk, now=NOW)

        close(why="power")

        assert not Reservation.rows.of("hml").exists()

    @pytest.mark.usefixtures("site")
    def test_said_again_the_newer_reason_holds_and_it_is_closed_since_the_first(
        self, people, close
    ):
        close(why="repair", note="等配件")
        close(why="works", until=later(hours=8), now=later(hours=1))

        found = site()
        assert (found.closed_why, found.closed_note) == ("works", "")
        assert (found.closed_at, found.closed_until) == (NOW, later(hours=8))
        assert told("ChargingSiteClosed") == 2

    @pytest.mark.usefixtures("site")
    def test_it_opens_once_and_only_where_it_was_closed(self, close, by):
        opening.reopen(**WHO, by=by, now=NOW)
        close(why="repair")
        for _ in range(2):
            opening.reopen(**WHO, by=by, now=NOW)

        found = site()
        assert (found.open, found.closed_why, found.closed_at) == (True, "", None)
        assert told("ChargingSiteOpened") == 1

    @pytest.mark.usefixtures("site")
    @pytest.mark.parametrize("until", [NOW, NOW - timedelta(hours=1)])
    def test_refuses_to_have_been_opened_before_it_is_closed(self, close, until):
        with pytest.raises(opening.OpensBefore):
            close(why="repair", until=until)

        assert site().open


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("site")
def test_closed_while_somebody_begins_nothing_of_his_is_left_there(people, close):
    def begins():
        try:
            start(people[0])
        except starting.ConnectorOff:
            return
        finally:
            connections.close_all()

    def closes():
        try:
            close(why="safety", ends=True)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as threads:
        for one in [threads.submit(begins), threads.submit(closes)]:
            one.result()

    assert not Session.rows.of("hml").filter(state__in=OPEN).exists()
    assert wallet(people[0]) == 10_000


class TestOverHttp:
    def test_the_desk_closes_names_and_opens_and_a_resident_reads_why(
        self, client, site, people, sign_in, monkeypatch
    ):
        desk.__wrapped__(site, sign_in, monkeypatch)
        until = (timezone.now() + timedelta(hours=3)).isoformat()
        named = client.patch(
            "/api/v1/hml/charging/sites/ev1", {"name": {"zh": "西库"}, "limit_a": 64},
            content_type="application/json",
        ).json()  # fmt: skip
        said = {"why": "repair", "note": "换枪线", "until": until}
        closed = put(client, "charging/sites/ev1/closing", said).json()
        resident.__wrapped__(site, people, sign_in, monkeypatch)
        read = get(client, "my/charging").json()["sites"][0]
        refused = post(client, "my/charging/sessions", {"connector": "cp-1"})
        may_not = put(client, "charging/sites/ev1/closing", said)

        assert (named["name"]["zh"], named["name"]["en"], named["limit_a"]) == ("西库", "西库", 64)
        assert (closed["open"], closed["closed"]["why"]) == (False, "repair")
        assert (read["closed"]["note"], read["free"]) == ("换枪线", 0)
        assert {one["state"] for one in read["connectors"]} == {"off"}
        assert refused.json()["key"] == "charging.connector_off"
        assert may_not.status_code == 403

    @pytest.mark.usefixtures("desk")
    def test_it_is_opened_again(self, client):
        put(client, "charging/sites/ev1/closing", {"why": "other"})

        opened = client.delete("/api/v1/hml/charging/sites/ev1/closing").json()

        assert (opened["open"], opened["closed"]) == (True, None)

    @pytest.mark.usefixtures("desk")
    @pytest.mark.parametrize(
        ("method", "path", "body", "status"),
        [
            ("put", "ev9/closing", {"why": "other"}, 404),
            ("put", "ev1/closing", {"why": "mood"}, 422),
            ("put", "ev1/closing", {"why": "other", "until": "2020-01-01T00:00:00Z"}, 422),
            ("patch", "ev1", {"open": False}, 422),
            ("patch", "ev1", {"name": {"zh": ""}}, 422),
        ],
    )
    def test_refuses_and_leaves_it_open(self, client, method, path, body, status):
        answer = getattr(client, method)(
            f"/api/v1/hml/charging/sites/{path}", body, content_type="application/json"
        )

        assert answer.status_code == status
        assert Site.rows.of("hml").get(code="ev1").open
