"""A lost card: at which doors it dies, and when."""

import msgspec
import pytest

from linli.app.demo.controller import Shown
from linli.contracts.doors import Way
from linli.domains.doors.logic.life import Step
from linli.domains.doors.models import Credential, Passage, RightsVersion
from linli.domains.doors.operations import issuing, pulling
from linli.domains.doors.operations.issuing import NewCredential
from linli.foundation.outbox.models import Outgoing
from linli.registry.devices.models import Command, Device
from tests.domains.doors.conftest import CARD, NOW, later
from tests.domains.doors.test_presenting import BITS_34

T = NOW.timestamp()


class TestLost:
    """A lost card dies at all doors: at once on the line, and elsewhere with the first word."""

    @pytest.fixture
    def called(self, db):
        """Tell which doors were called to fetch rights since the last time."""
        seen = set()

        def called():
            rows = Command.rows.of("hml").filter(service="rights.pull").exclude(pk__in=seen)
            found = {row.pk: row.device for row in rows}
            seen.update(found)
            return sorted(found.values())

        return called

    @staticmethod
    def changed(now=NOW):
        fact = Outgoing.objects.filter(topic="RightsChanged").latest("pk")
        version = msgspec.json.decode(bytes(fact.body))["version"]
        return pulling.nudge(community="hml", version=version, cause=fact.fact, now=now)

    def lose(self, card, now):
        issuing.take_step(community="hml", id=card.pk, step=Step.LOST, by=None, now=now)
        self.changed(now)

    def test_on_the_line_at_once_and_by_every_spelling_of_its_number(self, card, show):
        before = show().opens
        issuing.take_step(community="hml", id=card.pk, step=Step.LOST, by=None, now=NOW)

        told = {
            show(door, **said).reason
            for door in ("gate-e", "gate-w", "door-3", "lift-3")
            for said in ({}, {"value": "", "bits": BITS_34}, {"way": Way.SIM}, {"reader": "out"})
        }

        assert before
        assert told == {"lost"}

    def test_back_after_four_days_it_is_called_and_what_it_let_in_meanwhile_is_marked(
        self, card, controller, called, show
    ):
        doors = {code: controller(code) for code in ("door-3", "gate-e")}
        for door in doors.values():
            door.pull()
            door.pull()
        here, away = doors.values()
        called()
        lost_at, back_at = later(hours=1), later(hours=97)

        self.lose(card, lost_at)
        at_once = called()
        here.pull(lost_at)
        here.pull(lost_at)
        early = away.by_itself(Shown(way=Way.CARD, value=CARD), T + 600)
        unheard = away.by_itself(Shown(way=Way.CARD, value=CARD), T + 7200)
        causes = {"door-3": "f-1", "gate-e": "f-2", "no-door": "f-3"}
        returned = pulling.back(community="hml", causes=causes, now=back_at)
        again = called()
        pulling.back(community="hml", causes=causes, now=back_at)
        told_again = called()
        away.pull(back_at)
        away.tell(back_at)
        rows = Passage.rows.of("hml").order_by("at").values_list("reason", "opened")

        assert at_once == ["door-3", "gate-e"]
        assert not here.by_itself(Shown(way=Way.CARD, value=CARD), T + 7200).opens
        assert (early.opens, unheard.opens) == (True, True)
        assert (returned, again, told_again) == (1, ["gate-e"], [])
        assert not away.by_itself(Shown(way=Way.CARD, value=CARD), T + 97 * 3600).opens
        assert list(rows) == [("right", True), ("lost", True)]
        assert show("gate-e", now=back_at).reason == "lost"

    def test_a_call_or_an_answer_that_was_lost_is_made_again_until_it_says_that_it_knows(
        self, card, controller, called
    ):
        door = controller()
        door.pull()
        door.pull()
        Device.rows.of("hml").update(online=True)
        self.lose(card, NOW)
        called()
        door.ask(door.wants_rights(T))

        reminded = [s for s in range(0, 1000, 5) if self.remind(s)]
        calls = called()
        still = door.by_itself(Shown(way=Way.CARD, value=CARD), T).opens
        door.pull(later(minutes=17))
        door.pull(later(minutes=17))

        assert reminded == [5, 20, 80, 380, 680, 980]
        assert (calls, still) == (["door-3"] * 6, True)
        assert pulling.remind(community="hml", now=later(hours=1)) == 0
        assert not door.by_itself(Shown(way=Way.CARD, value=CARD), T).opens

    @staticmethod
    def remind(s):
        return pulling.remind(community="hml", now=later(seconds=s))

    @pytest.fixture
    def behind(self, card, controller, called):
        """Return a door on the line that has not heard of a lost card."""
        door = controller()
        door.pull()
        door.pull()
        Device.rows.of("hml").update(online=True)
        self.lose(card, NOW)
        called()
        return door

    def test_one_that_says_at_once_what_it_holds_is_called_once(self, behind, called):
        behind.pull(later(seconds=1))
        behind.pull(later(seconds=1))

        assert [s for s in range(0, 400, 5) if self.remind(s)] == []

    def test_one_that_fetched_and_says_nothing_is_asked_soon_and_not_by_the_minute(self, behind):
        self.remind(5), self.remind(20), self.remind(80)
        behind.pull(later(seconds=81))

        assert [s for s in range(81, 400) if self.remind(s)] == [86, 101, 161]

    def test_one_that_asks_of_itself_and_gets_no_further_is_not_called_to_ask(self, behind):
        calls = []
        for s in range(5, 1200, 5):
            if s % 30 == 0:
                behind.ask(behind.wants_rights(T), later(seconds=s))  # no answer ever reaches it
            calls += [s] if self.remind(s) else []

        assert calls == [5, 20, 35, 50]

    def test_changes_that_never_end_call_no_faster_than_each_of_them(self, behind, homes, called):
        for s in range(0, 60, 2):
            new = NewCredential(way=Way.CARD, person=homes.wang, value=f"00000{s:05d}")
            issuing.issue(community="hml", new=new, by=None, now=later(seconds=s))
            self.changed(later(seconds=s))
            behind.pull(later(seconds=s))
            assert not self.remind(s + 1)

    def test_back_on_the_line_it_is_called_in_short_steps_again(self, behind, called):
        for s in (5, 20, 80, 380):
            self.remind(s)
        pulling.back(community="hml", causes={"door-3": "f"}, now=later(seconds=400))

        assert [s for s in range(405, 900, 5) if self.remind(s)] == [405, 420, 480, 780]

    def test_one_that_is_off_the_line_or_out_of_use_is_left_alone(self, behind):
        Device.rows.of("hml").update(online=False)
        off_line = self.remind(10)
        Device.rows.of("hml").update(online=True, enabled=False)

        assert (off_line, self.remind(10)) == (0, 0)

    def test_very_many_are_called_in_turns_and_each_comes_to_its_own(
        self, card, controller, called, monkeypatch
    ):
        monkeypatch.setattr(pulling, "_CALLED_AT_ONCE", 2)
        codes = ("gate-e", "gate-w", "door-3", "lift-3", "plant")
        for code in codes:
            door = controller(code)
            door.pull(), door.pull()
        Device.rows.of("hml").update(online=True)
        self.lose(card, NOW)
        called()

        turns = [self.remind(s) for s in (5, 6, 7, 8)]

        assert turns == [2, 2, 1, 0]
        assert called() == sorted(codes)

    def test_a_door_that_knows_more_than_the_records_begins_anew(self, card, homes, controller):
        door = controller()
        door.pull()
        new = NewCredential(way=Way.CARD, person=homes.wang, value="0000000077")
        other = issuing.issue(community="hml", new=new, by=None, now=NOW).row
        door.pull()
        Credential.rows.of("hml").filter(pk=other.pk).update(mark="", short="", state="ended")
        RightsVersion.rows.of("hml").update(version=other.version - 1)
        issuing.Credential.rows.of("hml").filter(pk=other.pk).update(version=0)

        door.pull()

        assert door.version == other.version - 1
        assert door.by_itself(Shown(way=Way.CARD, value=CARD), T).opens
        assert not door.by_itself(Shown(way=Way.CARD, value="0000000077"), T).opens

    def test_of_two_cards_that_end_alike_a_short_reader_opens_to_neither(
        self, card, homes, controller
    ):
        like = f"{int(CARD) ^ 1 << 30:010d}"
        new = NewCredential(way=Way.CARD, person=homes.li, value=like)
        issuing.issue(community="hml", new=new, by=None, now=NOW)
        door = controller()
        door.pull()
        short = f"{int(CARD) >> 16 & 255},{int(CARD) & 65535}"

        whole = [door.by_itself(Shown(way=Way.CARD, value=one), T).opens for one in (CARD, like)]

        assert whole == [True, True]
        assert door.by_itself(Shown(way=Way.CARD, value=short), T).reason == "unknown"
