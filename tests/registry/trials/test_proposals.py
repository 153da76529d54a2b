"""Calmer limits proposed, accepted by one person or two, and dismissed."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from linli.contracts.scenes import LimitChanged, ProposalDecided
from linli.foundation.identity.models import Account
from linli.registry.alarms import operations as alarms
from linli.registry.alarms.models import Alarm
from linli.registry.scenes import queries as scenes
from linli.registry.scenes.models import LimitOverride
from linli.registry.trials import operations, proposals
from linli.registry.trials.models import BackTest, Proposal
from linli.registry.trials.refusals import LosesRight
from tests.registry.conftest import NOW
from tests.registry.devices.kit import CO_SCENE, cleared, later, raised
from tests.registry.scenes.test_limits import told

pytestmark = pytest.mark.django_db
API = "/api/v1/hml/scenes/proposals"
FOUND = {
    "target": "co-1", "key": "above", "unit": "mg/m3", "value": 30.0, "proposed": 38.5,
    "precision": 0.4, "alarms": 10, "per_day_before": 0.3, "per_day_after": 0.1,
    "right_kept": 4, "right_lost": 0, "wrong_dropped": 6, "wrong_kept": 0,
    "entries": [
        {"key": "above", "before": 30.0, "after": 38.5},
        {"key": "clear.below", "before": 24.0, "after": 32.5},
    ],
}  # fmt: skip


def proposed(**more):
    operations.keep(community="hml", scene=CO_SCENE, found=FOUND | more, now=NOW)
    return Proposal.rows.of("hml").order_by("-pk").first()


def judge(right, wrong, device="co-1"):
    """Let people have judged so many alarms of the last days."""
    for n, verdict in enumerate(["right"] * right + ["wrong"] * wrong):
        effect = f"{device}-{n}"
        at_s = -86_400.0 * (n + 1)
        alarms.raised(effect=raised(effect, at_s=at_s, device=device))
        alarms.cleared(effect=cleared(effect, at_s=at_s + 60))
        Alarm.rows.of("hml").filter(effect=effect).update(
            verdict=verdict, verdict_at=NOW, state="closed", closed_at=NOW
        )


def person(name):
    return Account.objects.create(username=name).pk


def set_limit(key, value):
    LimitOverride.rows.create(
        community="hml", scene=CO_SCENE, target="co-1", key=key, value=value, at=NOW
    )


def overridden():
    return {(o.target, o.key): o.value for o in scenes.overrides(community="hml", scene=CO_SCENE)}


def decide(client, row, what, **body):
    return client.post(f"{API}/{row.pk}/{what}", body, content_type="application/json")


@pytest.fixture
def harmless(monkeypatch):
    """The scene commands nothing that is for safety."""
    monkeypatch.setattr("linli.registry.trials.operations.proposing.touches_life", lambda *_: False)
    monkeypatch.setattr("linli.registry.scenes.operations.limits.touches_life", lambda *_: False)


@pytest.fixture
def of_life(monkeypatch):
    monkeypatch.setattr("linli.registry.trials.operations.proposing.touches_life", lambda *_: True)


class TestLook:
    def searches(self):
        return BackTest.rows.of("hml").filter(purpose="proposal").count()

    @pytest.mark.parametrize(
        ("right", "wrong", "begun"), [(2, 3, 1), (4, 1, 0), (1, 3, 0), (0, 5, 1), (7, 3, 0)]
    )
    def test_looks_where_enough_was_judged_and_too_much_of_it_wrong(
        self, devices, right, wrong, begun
    ):
        judge(right, wrong)

        assert operations.look(community="hml", now=NOW) == begun

    def test_looks_once_a_day(self, devices):
        judge(1, 5)

        operations.look(community="hml", now=NOW)
        again = operations.look(community="hml", now=later(hours=1))

        assert (again, self.searches()) == (0, 1)

    def test_leaves_alone_what_has_a_proposal(self, devices):
        judge(1, 5)
        proposed()

        assert operations.look(community="hml", now=NOW) == 0

    def test_leaves_alone_what_was_dismissed_unless_it_does_worse(self, devices):
        judge(2, 4)
        row = proposed(precision=0.33)
        operations.dismiss(community="hml", id=row.pk, reason="", by=person("a"), now=NOW)

        same = operations.look(community="hml", now=NOW)
        Proposal.rows.of("hml").update(precision=0.6)
        worse = operations.look(community="hml", now=NOW)

        assert (same, worse) == (0, 1)

    def test_looks_again_after_a_month(self, devices):
        judge(2, 4)
        row = proposed(precision=0.33)
        long_ago = NOW - timedelta(days=31)
        operations.dismiss(community="hml", id=row.pk, reason="", by=person("a"), now=long_ago)

        assert operations.look(community="hml", now=NOW) == 1

    def test_a_search_that_ends_leaves_its_proposal(self, devices):
        judge(1, 5)
        operations.look(community="hml", now=NOW)
        community, number = operations.claim(run="r1", now=NOW)

        operations.finish(
            community=community, id=number, run="r1", report={"proposal": FOUND}, now=NOW
        )

        assert Proposal.rows.of("hml").get().proposed == 38.5

    def test_a_search_that_finds_nothing_leaves_none(self, devices):
        judge(1, 5)
        operations.look(community="hml", now=NOW)
        community, number = operations.claim(run="r1", now=NOW)

        operations.finish(
            community=community, id=number, run="r1", report={"proposal": None}, now=NOW
        )

        assert Proposal.rows.of("hml").count() == 0


class TestSearch:
    def test_means_the_device_that_all_wrong_ones_came_from(self, devices):
        judge(2, 3)

        found = proposals.search(community="hml", scene=CO_SCENE, since=NOW - timedelta(days=90))

        assert (found.target, len(found.judged), found.precision) == ("co-1", 5, 0.4)

    def test_means_the_place_where_it_was_more_than_one(self, devices):
        judge(0, 2)
        judge(0, 2, device="co-2")

        found = proposals.search(community="hml", scene=CO_SCENE, since=NOW - timedelta(days=90))

        assert (found.target, len(found.judged)) == ("hml/p1", 4)


class TestAccept:
    def test_changes_the_limit_and_what_goes_with_it(self, client, sign_in, devices, harmless):
        row = proposed()
        sign_in("manager")

        answer = decide(client, row, "accept", reason="太敏感").json()

        assert (answer["state"], answer["by"]["name"]) == ("accepted", "王小和")
        assert overridden() == {("co-1", "above"): 38.5, ("co-1", "clear.below"): 32.5}

    def test_twice_is_refused(self, client, sign_in, devices, harmless):
        row = proposed()
        sign_in("manager")
        decide(client, row, "accept")

        again = decide(client, row, "accept")

        assert (again.status_code, again.json()["key"]) == (409, "trials.proposal_decided")

    def test_is_gone_where_the_limit_is_another_by_now(self, client, sign_in, devices, harmless):
        row = proposed()
        sign_in("manager")
        set_limit("above", 31.0)

        assert decide(client, row, "accept").json()["state"] == "gone"
        assert overridden() == {("co-1", "above"): 31.0}

    def test_is_gone_where_what_goes_with_it_is_another_by_now(
        self, client, sign_in, devices, harmless
    ):
        row = proposed()
        sign_in("manager")
        set_limit("clear.below", 28.0)

        assert decide(client, row, "accept").json()["state"] == "gone"
        assert overridden() == {("co-1", "clear.below"): 28.0}

    def test_of_life_safety_none_that_loses_right_alarms_is_taken_over(self, devices, of_life):
        row = proposed(right_lost=1)

        with pytest.raises(LosesRight):
            operations.accept(community="hml", id=row.pk, reason="", by=person("a"), now=NOW)

        assert Proposal.rows.of("hml").get().state == "open"

    def test_who_accepted_and_who_let_it_pass_both_stay_on_record(self, devices, of_life):
        row = proposed()
        first, second = person("a"), person("b")

        operations.accept(community="hml", id=row.pk, reason="太敏感", by=first, now=NOW)
        operations.approve(community="hml", id=row.pk, reason="同意", by=second, now=later(hours=1))

        row.refresh_from_db()
        assert (row.decided_by_id, row.decided_at, row.reason) == (first, NOW, "太敏感")
        assert (row.second_by_id, row.second_at, row.second_reason) == (
            second, later(hours=1), "同意",
        )  # fmt: skip
        assert [(one.by, one.state) for one in told(ProposalDecided)] == [
            (first, "waiting"), (second, "accepted"),
        ]  # fmt: skip
        assert {(one.key, one.by, one.decided_by) for one in told(LimitChanged)} == {
            ("above", first, second), ("clear.below", first, second),
        }  # fmt: skip

    def test_of_life_safety_waits_for_a_second_person(self, devices, of_life):
        row = proposed()
        first, second = person("a"), person("b")

        waiting = operations.accept(community="hml", id=row.pk, reason="", by=first, now=NOW)
        before = overridden()
        with pytest.raises(Exception, match="same_person"):
            operations.approve(community="hml", id=row.pk, reason="", by=first, now=NOW)
        done = operations.approve(community="hml", id=row.pk, reason="", by=second, now=NOW)

        assert (waiting.state, before, done.state) == ("waiting", {}, "accepted")
        assert overridden()["co-1", "above"] == 38.5

    def test_a_guard_decides_nothing(self, client, sign_in, devices):
        row = proposed()
        sign_in("guard")

        assert decide(client, row, "accept").status_code == 403
        assert decide(client, row, "dismiss").status_code == 403
        assert [one["id"] for one in client.get(API).json()["items"]] == [row.pk]

    def test_of_another_community_is_not_there(self, client, sign_in, devices, other_estate):
        row = proposed()
        sign_in("manager", community="other")

        path = f"/api/v1/other/scenes/proposals/{row.pk}/accept"
        answer = client.post(path, {}, content_type="application/json")

        assert answer.json()["key"] == "trials.proposal_not_found"


class TestDismiss:
    def test_of_one_that_waits_leaves_who_accepted_it(self, client, sign_in, devices, of_life):
        row = proposed()
        first = person("a")
        operations.accept(community="hml", id=row.pk, reason="太敏感", by=first, now=NOW)
        sign_in("manager")

        answer = decide(client, row, "dismiss", reason="再看看").json()

        assert (answer["state"], answer["by"]["id"], answer["reason"]) == (
            "dismissed", first, "太敏感",
        )  # fmt: skip
        assert (answer["second_by"]["name"], answer["second_reason"]) == ("王小和", "再看看")

    def test_leaves_the_limit_and_the_list(self, client, sign_in, devices):
        row = proposed()
        sign_in("manager")

        answer = decide(client, row, "dismiss", reason="就要这么灵").json()

        assert (answer["state"], answer["reason"], overridden()) == ("dismissed", "就要这么灵", {})
        assert client.get(API).json()["items"] == []
        assert len(client.get(f"{API}?state=dismissed").json()["items"]) == 1


class TestKeep:
    def test_keeps_one_for_each_target(self, devices):
        proposed()
        proposed(proposed=50.0)

        assert [one.proposed for one in Proposal.rows.of("hml")] == [38.5]
        with pytest.raises(IntegrityError), transaction.atomic():
            Proposal(community="hml", scene=CO_SCENE, at=NOW, **FOUND).save()
