"""What one person spoke to many alone: loud, and reviewed by another."""

from datetime import timedelta

import pytest

from linli.contracts import directory
from linli.domains.notices import jobs, operations, queries
from linli.domains.notices.models import Broadcast, Notice
from linli.domains.notices.operations import reviewing
from linli.foundation.identity.models import EmergencyAccess
from linli.foundation.identity.reviewing import OwnDeed, ReviewedAlready, WordWanted
from linli.foundation.outbox.models import Outgoing
from linli.kernel.words import Words
from tests.domains.notices.conftest import HERE, NOON
from tests.domains.notices.test_http import sign_in
from tests.fresh import fresh, stale

__all__ = ["sign_in"]
pytestmark = pytest.mark.django_db
BASE = f"/api/v1/{HERE}/broadcasts"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def communities(monkeypatch):
    monkeypatch.setattr(directory.communities, "_answer", lambda: [HERE])


@pytest.fixture
def manager(actor):
    return actor("m", "manager")


def shout(actor, place="hml", key="k", **more):
    text = Words(zh="请立即撤离", en="Leave at once")
    return operations.say(
        actor=actor, now=NOON, **{"place": place, "text": text, "urgent": True, "key": key} | more
    ).row


def review(number, by, words="确有险情", **more):
    return reviewing.review(
        **{"community": HERE, "id": number, "justified": True, "words": words, "by": by,
           "now": NOON} | more
    )  # fmt: skip


def told():
    """To whom it was said that somebody spoke alone."""
    rows = Notice.rows.of(HERE).filter(source__startswith="alone-").order_by("pk")
    return [(row.to, row.source.rpartition("-")[2]) for row in rows]


class TestAlone:
    def test_is_spoken_at_once_and_those_who_may_let_it_pass_are_told(self, manager, spoken):
        row = shout(manager)

        assert (len(spoken), row.alone) == (3, True)
        assert told() == [("manager", "0"), ("supervisor", "0"), ("neighbourhood_committee", "0")]
        assert "请立即撤离" in Notice.rows.of(HERE).first().text_zh

    def test_wanted_twice_it_is_one_and_told_once(self, manager):
        assert shout(manager).pk == shout(manager).pk
        assert len(told()) == 3

    def test_to_one_building_or_let_pass_there_is_nothing_to_review(self, manager):
        one = shout(manager, place="hml/b01")

        with pytest.raises(queries.NothingToReview):
            review(one.pk, by=manager.account + 1)
        assert told() == []


class TestReview:
    def test_another_says_in_a_word_whether_it_was_right_once(self, manager, actor):
        row, other = shout(manager), actor("s", "supervisor").account

        done = review(row.pk, by=other, justified=False)

        assert (done.justified, done.reviewed_by_id, done.review) == (False, other, "确有险情")
        assert Outgoing.objects.filter(topic="BroadcastReviewed").count() == 1
        with pytest.raises(ReviewedAlready):
            review(row.pk, by=other)

    def test_nobody_reviews_his_own_nor_without_a_word(self, manager, actor):
        row = shout(manager)

        with pytest.raises(OwnDeed):
            review(row.pk, by=manager.account)
        with pytest.raises(WordWanted):
            review(row.pk, by=actor("s", "supervisor").account, words="  ")
        assert Broadcast.rows.of(HERE).get().reviewed_at is None

    def test_over_http(self, manager, sign_in):
        row = shout(manager)
        second = sign_in("s", "supervisor")
        body = {"justified": True, "words": "确有险情"}

        def post(community=HERE):
            path = f"/api/v1/{community}/broadcasts/{row.pk}/review"
            return second.post(path, body, content_type="application/json")

        waiting = second.get(f"{BASE}/alone?unreviewed=true").json()["items"]
        late = stale(second) and post().json()["key"]
        elsewhere = post("other").status_code
        done = fresh(second) and post().json()

        assert [(one["id"], one["by"]["name"], one["justified"]) for one in waiting] == [
            (row.pk, "m", None)
        ]
        assert (late, elsewhere) == ("identity.step_up_wanted", 403)
        assert (done["reviewed_by"]["name"], done["justified"]) == ("s", True)
        assert second.get(f"{BASE}/alone?unreviewed=true").json()["items"] == []
        assert sign_in("g", "guard").get(f"{BASE}/alone").status_code == 403


class TestReminding:
    def test_unreviewed_it_is_told_again_and_then_higher_up(self, manager):
        shout(manager)
        before = len(told())

        found = [jobs.remind(NOON + days * DAY) for days in (0.5, 1, 1, 3, 30)]

        assert found == [0, 1, 0, 1, 0]
        assert [to for to, time in told()[before:] if time == "2"][-1] == "security_officer"
        assert [time for _, time in told()] == ["0"] * 3 + ["1"] * 3 + ["2"] * 4

    def test_reviewed_it_is_not(self, manager, actor):
        review(shout(manager).pk, by=actor("s", "supervisor").account)

        assert jobs.remind(NOON + 4 * DAY) == 0

    def test_so_is_emergency_access(self, manager):
        EmergencyAccess.rows.create(
            community=HERE, account_id=manager.account, role="guard", reason="电梯困人",
            began_at=NOON, until=NOON,
        )  # fmt: skip

        found = [jobs.remind(NOON + days * DAY) for days in (0.5, 1, 1, 3, 30)]

        assert found == [0, 1, 0, 1, 0]
        rows = Notice.rows.of(HERE).filter(source__startswith="emergency-")
        assert [row.to for row in rows.order_by("pk")] == ["manager", "security_officer"] * 2
