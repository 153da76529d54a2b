"""Somebody comes to see an empty home: the guards' desk sees it, and the screen no difference."""

import json
from datetime import timedelta

import msgspec
import pytest

from linli.domains.visits import http_desk, jobs, queries
from linli.domains.visits.models import Unheard, Visit
from linli.domains.visits.operations import unheard
from linli.foundation.identity import operations as identity
from linli.foundation.identity.models import Account
from linli.foundation.identity.queries import actor_of
from linli.foundation.outbox.models import Outgoing
from linli.foundation.scope.paging import NumberPage
from linli.live.sockets import Visitor
from linli.registry.people.models import Household, Membership
from tests.domains.visits.conftest import NEXT_DOOR, NOW
from tests.domains.visits.test_kiosk import OTHER, SCREEN, WHO, ask, moved_out, screens, vacant

__all__ = ["screens"]

API = "/api/v1/hml"
EMPTY = {**WHO, "room": NEXT_DOOR, "phone": "13900139000", "plate": "浙Z12345"}


@pytest.fixture
def clock(monkeypatch):
    """Set the desk's clock."""

    def at(now):
        monkeypatch.setattr(
            http_desk, "timezone", type("Now", (), {"now": staticmethod(lambda: now)})
        )

    at(NOW)
    return at


def somebody(role, place=""):
    name = f"{role}-{place.replace('/', '-')}"
    opened = identity.open_account(username=name, name=role, password="long enough 7")
    identity.grant(account=opened.account, role=role, community="hml", place=place, now=NOW)
    return actor_of(account=opened.account, community="hml", now=NOW)


@pytest.fixture
def desk(client, clock):
    """Return what an actor reads at the gate desk."""

    def read(actor, method="get", path="/visits/unheard"):
        client.force_login(Account.objects.get(pk=actor.account))
        return getattr(client, method)(f"{API}{path}", content_type="application/json")

    return read


def facts(topic):
    return [msgspec.json.decode(bytes(row.body)) for row in Outgoing.objects.filter(topic=topic)]


@pytest.mark.parametrize("empty", [vacant, moved_out])
class TestDesk:
    def test_sees_at_which_screen_somebody_stands_for_which_home_and_since_when(
        self, host, guard, desk, empty
    ):
        empty(NEXT_DOOR)
        ask("visit.wanted", EMPTY)

        [one] = desk(guard).json()["items"]

        assert (one["device"], one["place"], one["at"]) == (
            SCREEN,
            NEXT_DOOR,
            "2026-06-01T04:00:00Z",
        )
        assert (one["attended_at"], one["attended_by"]) == (None, "")
        [fact] = facts("VisitUnheard")
        assert (fact["place"], fact["device"], fact["wish"]) == (NEXT_DOOR, SCREEN, one["id"])

    def test_nothing_of_the_guest_is_kept_or_told(self, host, guard, desk, empty):
        empty(NEXT_DOOR)
        ask("visit.wanted", EMPTY)

        said = json.dumps([desk(guard).json(), facts("VisitUnheard")], ensure_ascii=False)
        kept = str(Unheard.rows.of("hml").values().get())

        for word in ("赵", EMPTY["phone"], "139****", "Z12345"):
            assert word not in said + kept

    def test_the_same_question_again_is_one_wish(self, host, guard, desk, empty):
        empty(NEXT_DOOR)
        for _ in range(3):
            ask("visit.wanted", EMPTY)

        assert len(desk(guard).json()["items"]) == len(facts("VisitUnheard")) == 1

    def test_after_half_an_hour_as_with_a_silent_home_nobody_waits_any_more(
        self, host, guard, desk, clock, empty
    ):
        empty(NEXT_DOOR)
        ask("visit.wanted", EMPTY)
        number = Unheard.rows.of("hml").get().pk
        clock(NOW + timedelta(minutes=30))

        assert desk(guard).json()["items"] == []
        assert desk(guard, "post", f"/visits/unheard/{number}/attend").status_code == 404

    def test_is_kept_as_long_as_before(self, host, empty, settings):
        settings.VISIT_DAYS = 30
        empty(NEXT_DOOR)
        ask("visit.wanted", EMPTY)
        jobs.forget(NOW + timedelta(days=30, minutes=30))
        before = Unheard.rows.of("hml").count()

        jobs.forget(NOW + timedelta(days=30, minutes=31))

        assert (before, Unheard.rows.of("hml").count()) == (1, 0)


class TestNoOther:
    """Nothing else stands there."""

    def test_a_silent_home_is_a_visit_as_ever_and_none_of_these(self, host, guard, desk):
        ask("visit.wanted", WHO)

        assert Visit.rows.of("hml").count() == 1
        assert desk(guard).json()["items"] == []

    def test_a_home_that_is_left_in_peace_is_not_told_to_be_empty(self, host, guard, desk):
        for n in range(6):
            ask("visit.wanted", WHO, id=f"v{n}")

        assert Unheard.rows.of("hml").count() == 2
        assert (desk(guard).json()["items"], facts("VisitUnheard")) == ([], [])

    def test_a_room_that_there_is_not_is_none(self, host, guard, desk):
        ask("visit.wanted", {**EMPTY, "room": "hml/b09"})

        assert desk(guard).json()["items"] == []

    def test_whoever_moves_in_later_changes_nothing_of_it(self, host, guard, desk):
        moved_out(NEXT_DOOR)
        ask("visit.wanted", EMPTY)
        home = Household.rows.of("hml").get(room__path=NEXT_DOOR)
        Membership.rows.create(
            community="hml", household=home, relation="owner",
            person_id=Membership.rows.of("hml").first().person_id,
        )  # fmt: skip

        assert len(desk(guard).json()["items"]) == 1


@pytest.fixture
def wish(host):
    """Let somebody come to see the empty home; return the number of his wish."""
    vacant(NEXT_DOOR)
    ask("visit.wanted", EMPTY)
    return Unheard.rows.of("hml").get().pk


class TestAttend:
    def test_a_guard_says_that_he_sees_to_it_and_the_others_read_who(self, wish, guard, desk):
        done = desk(guard, "post", f"/visits/unheard/{wish}/attend")

        [one] = desk(somebody("front_desk")).json()["items"]
        assert done.status_code == 200
        assert (one["attended_by"], bool(one["attended_at"])) == ("王卫", True)
        [fact] = facts("VisitAttended")
        assert (fact["wish"], fact["place"], fact["by"]) == (wish, NEXT_DOOR, guard.account)

    def test_of_two_it_is_the_first_and_twice_is_once(self, wish, guard):
        other = somebody("front_desk")

        rows = [
            unheard.attend(actor=actor, id=wish, now=NOW + timedelta(seconds=s))
            for s, actor in enumerate((guard, other, guard))
        ]

        assert {row.attended_by_id for row in rows} == {guard.account}
        assert {row.attended_at for row in rows} == {NOW}
        assert len(facts("VisitAttended")) == 1

    def test_the_screen_hears_nothing_of_it(self, wish, guard, host):
        ask("visit.wanted", WHO, id="silent", device=OTHER)
        before = ask("visit.state", {"of": "1"})

        unheard.attend(actor=guard, id=wish, now=NOW)

        silent = ask("visit.state", {"of": "silent"}, device=OTHER)
        for later in (ask("visit.state", {"of": "1"}), ask("visit.wanted", EMPTY)):
            assert (later.ok, later.reason, later.body) == (True, "asked", {})
        assert (before, silent) == (ask("visit.state", {"of": "1"}), before)


class TestRight:
    @pytest.mark.parametrize("role", ["resident", "engineer", "auditor", "proxy_helper"])
    def test_who_does_not_deal_with_visits_reads_and_attends_nothing(self, wish, desk, role):
        actor = somebody(role)

        answers = [desk(actor), desk(actor, "post", f"/visits/unheard/{wish}/attend")]

        assert [one.status_code for one in answers] == [403, 403]

    def test_a_stranger_does_not_either(self, wish, client):
        assert client.get(f"{API}/visits/unheard").status_code == 401
        assert client.post(f"{API}/visits/unheard/{wish}/attend").status_code == 401

    def test_a_guard_of_another_building_sees_nothing_of_it(self, wish, desk):
        there = somebody("guard", "hml/b04")

        assert desk(there).json()["items"] == []
        assert desk(there, "post", f"/visits/unheard/{wish}/attend").status_code == 404

    def test_a_guard_of_the_building_does(self, wish, desk):
        assert len(desk(somebody("guard", "hml/b03")).json()["items"]) == 1

    def test_a_guard_of_another_estate_does_not(self, wish, other_estate):
        opened = identity.open_account(username="far", name="远", password="long enough 7")
        identity.grant(account=opened.account, role="guard", community="other", now=NOW)
        far = actor_of(account=opened.account, community="other", now=NOW)

        assert queries.unheard(actor=far, wanted=NumberPage(limit=9), now=NOW) == ([], None)
        with pytest.raises(queries.WishNotFound):
            unheard.attend(actor=far, id=wish, now=NOW)

    def test_its_number_is_not_that_of_one_which_is_no_empty_homes(self, host, guard, desk):
        for n in range(5):
            ask("visit.wanted", WHO, id=f"v{n}")
        peace = Unheard.rows.of("hml").get().pk

        assert desk(guard, "post", f"/visits/unheard/{peace}/attend").status_code == 404

    @pytest.mark.parametrize("topic", ["VisitUnheard", "VisitAttended"])
    def test_the_facts_are_for_those_who_deal_with_visits_there_alone(self, topic):
        fact = {"place": NEXT_DOOR, "wish": 1, "device": SCREEN}

        def hears(areas):
            listener = Visitor(account=1, community="hml", areas=areas)
            return listener.may_hear(topic, fact, NEXT_DOOR)

        assert hears({"visits.handle": ()})
        assert hears({"visits.handle": ("hml/b03",)})
        assert not hears({"visits.handle": ("hml/b04",)})
        assert not hears({"visits.own": (), "devices.read": ()})
