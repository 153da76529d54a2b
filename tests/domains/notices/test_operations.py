"""Notices posted and read, words spoken aloud or not."""

from datetime import timedelta

import pytest

from linli.contracts import approvals as contract
from linli.contracts.cases import CaseOverdue, CaseWaits
from linli.contracts.effects import BroadcastWanted, NoticeWanted
from linli.contracts.identity import EmergencyTaken
from linli.contracts.openapi import WebhookPaused
from linli.contracts.places import PlaceMoved
from linli.domains.notices import handlers, operations, pages, queries
from linli.domains.notices.models import Broadcast, Notice, Reading
from linli.foundation.causes import queries as causes
from linli.foundation.outbox.models import Outgoing
from linli.kernel.words import Words
from linli.registry.people.models import Staff
from linli.registry.places.queries import PlaceNotFound
from tests.domains.notices.conftest import HERE, NOON

pytestmark = pytest.mark.django_db
NIGHT = NOON + timedelta(hours=11)
TEXT = Words(zh="请勿入内", en="Keep out")


def notice_wanted(**changes):
    values = {"id": "fx1", "at": NOON.timestamp(), "community": HERE, "cause": "r:1:1",
              "scene": "s", "to": "guard", "place": "hml/g1", "text": TEXT, **changes}  # fmt: skip
    return NoticeWanted(**values)


def broadcast_wanted(now=NOON, **changes):
    values = {"id": "fx2", "at": now.timestamp(), "community": HERE, "cause": "r:1:1",
              "scene": "s", "place": "hml/g1", "text": TEXT, **changes}  # fmt: skip
    return BroadcastWanted(**values)


def speak(actor, *, now=NOON, **changes):
    values = {"place": "hml/g1", "text": TEXT, "urgent": False, "key": "", **changes}
    return operations.speak(actor=actor, wish=operations.Wish(**values), now=now)


def seen(actor):
    return [row.pk for row in queries.notices(actor=actor, cursor="", limit=50)[0]]


class TestNoticeWanted:
    def test_is_posted_once_however_often_it_is_told(self, places):
        handlers.notice_wanted(notice_wanted())
        handlers.notice_wanted(notice_wanted())

        assert Notice.rows.of(HERE).count() == 1
        assert [o.topic for o in Outgoing.objects.all()] == ["NoticePosted"]

    def test_leads_back_to_the_scenes_wish(self, places):
        handlers.notice_wanted(notice_wanted())

        fact = Outgoing.objects.get().fact
        assert [link.kind for link in causes.chain(community=HERE, id=fact)] == [
            "NoticePosted", "NoticeWanted"]  # fmt: skip

    def test_is_seen_by_its_role_in_its_area(self, actor):
        handlers.notice_wanted(notice_wanted())
        notice = Notice.rows.of(HERE).get().pk

        assert seen(actor("a", "guard")) == [notice]
        assert seen(actor("b", "guard", places=["hml/g1"])) == [notice]
        assert seen(actor("c", "guard", places=["hml/b01"])) == []
        assert seen(actor("d", "engineer")) == []
        assert seen(actor("e", "manager")) == [notice]
        assert seen(actor("f", "guard", community="xx")) == []

    def test_for_a_skill_is_seen_by_who_has_it(self, actor):
        handlers.notice_wanted(notice_wanted(to="care"))
        carer = actor("c", "grid_worker")
        Staff.rows.create(
            community=HERE, code="c", name="c", account_id=carer.account, skills=["care"]
        )

        assert len(seen(carer)) == 1
        assert seen(actor("d", "grid_worker")) == []

    def test_of_the_whole_estate_is_seen_in_every_part_of_it(self, actor):
        handlers.notice_wanted(notice_wanted(place="hml"))

        assert len(seen(actor("a", "guard", places=["hml/b01"]))) == 1


class TestCaseNews:
    def test_a_late_case_goes_to_the_supervisor_then_to_the_manager(self, places):
        for level in (1, 2, 2):
            fact = CaseOverdue(id=f"f{level}", at=NOON, community=HERE, case=7, clock="respond",
                               level=level, number="2026-000007", place="hml/b01")  # fmt: skip
            handlers.case_overdue(fact)

        rows = Notice.rows.of(HERE).order_by("pk")
        assert [(row.to, row.link) for row in rows] == [
            ("supervisor", "/cases/7"), ("manager", "/cases/7")]  # fmt: skip

    def test_a_case_for_whom_there_is_nobody_goes_to_the_dispatcher(self, places):
        fact = CaseWaits(id="f", at=NOON, community=HERE, case=7, number="2026-000007",
                         kind="k", place="hml/b01", skill="engineer")  # fmt: skip
        handlers.case_waits(fact)
        handlers.case_waits(fact)

        assert [row.to for row in Notice.rows.of(HERE)] == ["dispatcher"]

    def test_a_third_party_that_cannot_be_reached_is_told_to_the_manager_once(self, db):
        fact = WebhookPaused(
            id="w1", at=NOON, community=HERE, party=1, subscription=2, reason="HTTP 503", waiting=4
        )
        for _ in range(2):
            handlers.webhook_paused(fact)

        [row] = Notice.rows.of(HERE)
        assert (row.to, "HTTP 503" in row.text_zh, row.link) == ("manager", True, "/market")


class TestRead:
    def test_is_remembered_once_for_each_reader(self, actor):
        handlers.notice_wanted(notice_wanted())
        notice, guard = Notice.rows.of(HERE).get().pk, actor("a", "guard")

        operations.read(actor=guard, notice=notice, now=NOON)
        operations.read(actor=guard, notice=notice, now=NOON + timedelta(hours=1))

        assert Reading.rows.of(HERE).get().at == NOON
        assert pages.notices(actor=guard, cursor="", limit=5).items[0].read
        assert not pages.notices(actor=actor("b", "guard"), cursor="", limit=5).items[0].read

    def test_refuses_a_notice_for_others(self, actor):
        handlers.notice_wanted(notice_wanted())

        with pytest.raises(queries.NoticeNotFound):
            operations.read(
                actor=actor("d", "engineer"), notice=Notice.rows.of(HERE).get().pk, now=NOON
            )


class TestBroadcastWanted:
    def test_is_spoken_by_every_loudspeaker_of_the_place_once(self, places, spoken):
        handlers.broadcast_wanted(broadcast_wanted())
        handlers.broadcast_wanted(broadcast_wanted())

        row = Broadcast.rows.of(HERE).get()
        assert [saying.device for saying in spoken] == ["sp-01", "sp-02"]
        assert (row.speakers, row.commands) == (["sp-01", "sp-02"], ["cmd-sp-01", "cmd-sp-02"])
        assert {saying.cause for saying in spoken} == {Outgoing.objects.get().fact}

    def test_at_night_what_is_not_urgent_is_not_spoken_and_says_why(self, places, spoken, clock):
        clock(NIGHT)
        handlers.broadcast_wanted(broadcast_wanted(now=NIGHT))

        row = Broadcast.rows.of(HERE).get()
        assert (spoken, row.blocked, row.speakers) == ([], "night", [])
        chain = causes.chain(community=HERE, id=Outgoing.objects.get().fact)
        assert "噪声污染防治法" in chain[0].about["zh"]

    def test_what_comes_late_after_an_outage_is_not_spoken_even_if_urgent(
        self, places, spoken, clock
    ):
        clock(NOON + timedelta(minutes=11))
        handlers.broadcast_wanted(broadcast_wanted(urgent=True))

        assert (spoken, Broadcast.rows.of(HERE).get().blocked) == ([], "late")

    def test_at_night_an_emergency_is_spoken(self, places, spoken, clock):
        clock(NIGHT)
        handlers.broadcast_wanted(broadcast_wanted(now=NIGHT, urgent=True))

        assert len(spoken) == 2

    def test_where_there_is_no_loudspeaker_it_says_so(self, places, spoken):
        handlers.broadcast_wanted(broadcast_wanted(place="hml/b01"))

        assert Broadcast.rows.of(HERE).get().blocked == "no_speaker"


class TestSpeak:
    def test_asked_twice_under_one_key_is_spoken_once(self, actor, spoken):
        manager = actor("m", "manager")

        assert speak(manager, key="k").pk == speak(manager, key="k").pk
        assert len(spoken) == 2

    def test_refuses_a_place_outside_the_actors_area(self, actor, spoken):
        with pytest.raises(queries.NotYourPlace):
            speak(actor("m", "manager", places=["hml/b01"]))

        assert spoken == []

    def test_refuses_a_place_that_there_is_not(self, actor, spoken):
        with pytest.raises(PlaceNotFound):
            speak(actor("m", "manager"), place="hml/nowhere")


class TestSay:
    """What many would hear takes two persons (`linli.foundation.approvals`)."""

    def say(self, actor, **changes):
        values = {"place": "hml", "text": TEXT, "urgent": False, "key": "k", **changes}
        return operations.say(actor=actor, now=NOON, **values)

    def carry(self, row):
        operations.carry(
            contract.LetPass(
                approval=row.pk, kind=row.kind, community=HERE, about=row.about,
                request=row.request, by=row.asked_by_id, approved_by=2, cause="f1", now=NOON,
            )
        )  # fmt: skip

    def test_to_more_than_one_building_it_waits_for_a_second_person(self, actor, spoken):
        said = self.say(actor("m", "manager"))

        assert isinstance(said, operations.Waits)
        assert (said.row.kind, spoken) == ("mass_message", [])
        assert "请勿入内" in said.row.words_zh

    def test_once_let_pass_it_is_spoken_and_asked_again_it_is_the_same(self, actor, spoken):
        manager = actor("m", "manager")
        self.carry(self.say(manager).row)

        again = self.say(manager)

        assert len(spoken) == 3
        assert (again.row.by_id, again.row.pk) == (
            manager.account, Broadcast.rows.of(HERE).get().pk
        )  # fmt: skip

    @pytest.mark.parametrize("changes", [{"place": "hml/b01"}, {"urgent": True}])
    def test_to_one_building_or_in_danger_it_is_spoken_at_once(self, actor, spoken, changes):
        said = self.say(actor("m", "manager"), **changes)

        assert isinstance(said, operations.Spoken)

    def test_refuses_a_place_outside_the_actors_area_before_anybody_is_asked(self, actor):
        with pytest.raises(queries.NotYourPlace):
            self.say(actor("m", "manager", places=["hml/b01"]))


class TestEmergency:
    def taken(self, **changes):
        values = {
            "id": "f7",
            "at": NOON,
            "community": HERE,
            "emergency": 3,
            "by": 1,
            "role": "engineer",
            "place": "",
            "until": NOON + timedelta(hours=1),
            **changes,
        }
        return EmergencyTaken(**values)

    def test_is_told_once_to_those_who_look_after_rights(self, actor):
        zhao = actor("zhao", "front_desk").account

        for _ in range(2):
            handlers.emergency_taken(self.taken(by=zhao))

        rows = Notice.rows.of(HERE).order_by("to")
        assert [row.to for row in rows] == ["manager", "security_officer"]
        assert "zhao" in rows[0].text_zh
        assert "13:00" in rows[0].text_zh
        assert len(seen(actor("o", "security_officer"))) == 1


class TestList:
    def test_pages_newest_first_and_ends(self, actor):
        manager = actor("m", "manager")
        ids = [speak(manager).pk for _ in range(5)]

        first = pages.broadcasts(actor=manager, cursor="", limit=3)
        second = pages.broadcasts(actor=manager, cursor=first.next, limit=3)

        assert [line.id for line in first.items + second.items] == ids[::-1]
        assert second.next is None

    def test_refuses_a_cursor_that_was_never_given(self, actor):
        with pytest.raises(queries.BadCursor):
            pages.broadcasts(actor=actor("m", "manager"), cursor="' or 1", limit=3)


def test_words_follow_a_place_that_moves(places):
    handlers.notice_wanted(notice_wanted(place="hml/g1/z1"))
    moved = PlaceMoved(
        id="pm", at=NOON, community=HERE, place=1, before="hml/g1", after="hml/b02/g"
    )

    handlers.place_moved(moved)
    handlers.place_moved(moved)

    assert Notice.rows.of(HERE).get().place == "hml/b02/g/z1"
