"""Keys that doors go by, turned over: of marks and of QR codes. A controller that has not heard
goes on with what it holds; cut off, twice.
"""

from datetime import timedelta

import pytest

from linli.app.demo.controller import Shown
from linli.contracts import marks
from linli.contracts.doors import Way
from linli.domains.doors import jobs
from linli.domains.doors.logic.life import Step
from linli.domains.doors.models import Credential, MarkedAnew, SigningKey
from linli.domains.doors.operations import admitting, entering, issuing, marking, turning, versions
from linli.domains.doors.operations.entering import Card
from linli.domains.doors.operations.issuing import NewCredential, ValueTaken
from linli.domains.doors.queries import finding
from linli.foundation.audit import queries as trail
from linli.foundation.audit.models import Line
from linli.foundation.vault import indexing
from linli.foundation.vault import queries as vault
from linli.registry.devices.models import Device
from tests.domains.doors.conftest import CARD, NOW, later
from tests.domains.doors.test_admitting import admission, code
from tests.foundation.audit.kit import crash_at

T = NOW.timestamp()
TURNED = "3523215360"  # its bytes in reverse are the smaller number, and another card's end
BITS_24 = "123,45678"


@pytest.fixture(autouse=True)
def wired_marks(monkeypatch):
    monkeypatch.setattr(marks.remark, "_answer", marking.remark)
    monkeypatch.setattr(marks.behind, "_answer", marking.behind)
    vault.forget()


def held(door):
    """Let a controller fetch, and say that it holds what it fetched."""
    door.pull()
    door.pull()


def opens(door, value=CARD, at=NOW):
    return door.by_itself(Shown(way=Way.CARD, value=value), at.timestamp()).opens


def turn_marks():
    indexing.turn(community="hml", now=NOW)
    while indexing.step(community="hml", now=NOW):
        pass


def index_keys():
    vault.forget()
    return vault.index_keys(community="hml")


class TestMarks:
    def test_a_controller_that_has_not_heard_goes_by_the_old_ones_and_one_that_has_by_the_new(
        self, card, controller, show
    ):
        door, gate = controller(), controller("gate-e")
        held(door)
        held(gate)
        old = index_keys()[0]

        turn_marks()
        held(gate)

        assert index_keys()[1] == old
        assert indexing.waits_for(community="hml") == ["door-3"]
        assert (opens(door), opens(gate), show().opens) == (True, True, True)
        held(door)
        indexing.step(community="hml", now=NOW)
        assert old not in index_keys()
        assert (opens(door), show().opens) == (True, True)
        held(door)
        assert opens(door)
        assert old.hex() not in str(vars(door))

    def test_a_door_that_is_shut_down_for_good_is_not_waited_for(self, card, controller):
        held(controller())
        turn_marks()
        Device.rows.of("hml").filter(code="door-3").update(enabled=False)

        indexing.step(community="hml", now=NOW)

        assert len(index_keys()) == 1

    def test_cards_are_found_at_each_step_however_their_bytes_were_turned(
        self, card, homes, show, monkeypatch
    ):
        monkeypatch.setattr(marking, "_AT_ONCE", 1)
        cards = [Card(person=homes.li, value=one) for one in (TURNED, BITS_24)]
        entering.enter_cards(community="hml", cards=cards, now=NOW)
        before = {row.pk: row.mark for row in Credential.rows.of("hml")}
        indexing.turn(community="hml", now=NOW)

        while True:
            vault.forget()
            for value in (CARD, TURNED, BITS_24):
                shape = finding.shape(Way.CARD, value)
                assert finding.by_shape(community="hml", shape=shape) is not None
            low = finding.shape(Way.CARD, f"{int(TURNED) & 0xFFFFFF:06X}")
            assert finding.by_shape(community="hml", shape=low) is not None
            if not indexing.step(community="hml", now=NOW):
                break

        assert len(index_keys()) == 1
        assert all(row.mark != before[row.pk] for row in Credential.rows.of("hml"))

    def test_a_number_that_is_held_under_the_old_key_is_taken(self, card, homes):
        indexing.turn(community="hml", now=NOW)
        new = NewCredential(way=Way.CARD, person=homes.li, value=CARD)

        with pytest.raises(ValueTaken):
            issuing.issue(community="hml", new=new, by=None, now=NOW)
        again = [Card(person=homes.li, value=CARD)]
        assert entering.enter_cards(community="hml", cards=again, now=NOW) == 0

    def test_two_with_the_same_end_are_nobodys_though_one_was_marked_anew(self, card, homes):
        other = f"{int(CARD) ^ 1 << 30:010d}"
        indexing.turn(community="hml", now=NOW)
        entering.enter_cards(community="hml", cards=[Card(person=homes.li, value=other)], now=NOW)
        low = finding.shape(Way.CARD, f"{int(CARD) & 0xFFFFFF:06X}")

        assert finding.by_shape(community="hml", shape=low) is None

    def test_one_that_is_over_is_marked_anew_and_told_to_nobody(self, card):
        issuing.take_step(community="hml", id=card.pk, step=Step.ENDED, by=None, now=NOW)
        before = Credential.rows.of("hml").get()

        turn_marks()

        row = Credential.rows.of("hml").get()
        assert row.version == before.version
        assert row.mark != before.mark

    def test_cut_off_nothing_of_the_part_was_done(self, card, monkeypatch):
        before = Credential.rows.of("hml").get().mark
        indexing.turn(community="hml", now=NOW)
        with crash_at(monkeypatch, versions, "announce"):
            turn_marks()
        assert Credential.rows.of("hml").get().mark == before

        turn_marks()
        assert Credential.rows.of("hml").get().mark != before

    @pytest.mark.parametrize("at_once", [1, 200])
    def test_one_whose_mark_no_key_made_stays_and_the_others_go_on(
        self, card, homes, monkeypatch, caplog, at_once
    ):
        monkeypatch.setattr(marking, "_AT_ONCE", at_once)
        cards = [Card(person=homes.li, value=TURNED)]
        entering.enter_cards(community="hml", cards=cards, now=NOW)
        Credential.rows.of("hml").filter(pk=card.pk).update(mark="0" * 32)
        before = Credential.rows.of("hml").exclude(pk=card.pk).get()

        turn_marks()

        row, other = Credential.rows.of("hml").order_by("pk")
        assert (row.mark, row.version) == ("0" * 32, card.version)
        assert other.mark != before.mark
        assert other.version > before.version
        assert finding.by_shape(community="hml", shape=finding.shape(Way.CARD, TURNED)) == other
        assert f"credential {card.pk}" in caplog.text
        assert "no key made its mark" in Line.objects.get(what=f"doors.Credential:{card.pk}").words

    def test_the_key_before_is_kept_for_it_until_the_desk_ends_it(self, card):
        Credential.rows.of("hml").update(mark="0" * 32)
        turn_marks()
        kept = len(index_keys()), indexing.waits_for(community="hml")
        issuing.take_step(community="hml", id=card.pk, step=Step.ENDED, by=None, now=NOW)
        turn_marks()

        assert kept == (2, [f"credential {card.pk}"])
        assert (len(index_keys()), indexing.waits_for(community="hml")) == (1, ())

    def test_one_that_is_over_is_waited_for_by_nobody_and_forgotten_by_the_next_turn(self, card):
        issuing.take_step(community="hml", id=card.pk, step=Step.ENDED, by=None, now=NOW)
        Credential.rows.of("hml").update(mark="0" * 32)
        turn_marks()
        first = MarkedAnew.rows.of("hml").get().lost
        Credential.rows.of("hml").update(mark="", short="")
        turn_marks()

        assert (first, MarkedAnew.rows.of("hml").get().lost) == ([card.pk], [])
        assert len(index_keys()) == 1


def turn(**more):
    return turning.turn(community="hml", account=7, now=NOW, **more)


def advance(now=NOW):
    return turning.advance(community="hml", now=now)


def standing():
    found = turning.standing(community="hml")
    return found.signs, found.waits, list(found.older), list(found.behind)


def passes(door, value, at=NOW):
    return door.by_itself(Shown(way=Way.QR, value=value), at.timestamp()).reason


class TestSigning:
    def test_it_signs_once_every_controller_holds_it_and_both_are_believed_meanwhile(
        self, homes, controller, show
    ):
        admitting.admit(admission(homes, until=later(hours=4)))
        door, gate = controller(), controller("gate-e")
        held(door)
        held(gate)
        old = code()

        turn()
        held(gate)
        advance()

        assert standing() == (1, 2, [], ["door-3"])
        held(door)
        assert advance() == 1
        assert standing() == (2, None, [1], [])
        new = code(later(seconds=30))
        at = later(seconds=31)
        assert [passes(door, one, at) for one in (old, new)] == ["right", "right"]
        assert [show(way=Way.QR, value=one, now=at).reason for one in (old, new)] == [
            "right", "right",
        ]  # fmt: skip

    def test_the_old_one_goes_when_no_code_of_it_can_be_good_and_its_private_half_with_it(
        self, homes, controller, show
    ):
        door = controller()
        held(door)
        admitting.admit(admission(homes, uses=1, until=later(hours=20)))
        old = code()
        turn()
        held(door)
        advance()

        assert advance(NOW + turning.OVERLAP - timedelta(seconds=1)) == 0
        assert advance(NOW + turning.OVERLAP) == 1

        row = SigningKey.rows.of("hml").get(number=1)
        assert (bytes(row.private), row.retired_at) == (b"", NOW + turning.OVERLAP)
        assert show(way=Way.QR, value=old).reason == "forged"
        assert passes(door, old) != "forged"
        held(door)
        assert passes(door, old) == "forged"

    def test_a_picture_for_another_day_that_it_may_have_signed_is_waited_for(self, homes):
        begins = later(days=5)
        admitting.admit(admission(homes, uses=1, since=begins, until=begins + timedelta(hours=6)))
        turn()
        advance()

        assert advance(later(days=4)) == 0
        assert advance(later(days=6)) == 1

    def test_a_controller_that_has_not_heard_keeps_what_it_was_told(self, homes, controller):
        admitting.admit(admission(homes, until=later(hours=4)))
        door = controller()
        held(door)
        turn()

        assert passes(door, code()) == "right"

    def test_twice_it_is_turned_once(self, homes, controller):
        held(controller())

        turn()
        turn()

        assert [row.number for row in SigningKey.rows.of("hml").order_by("number")] == [1, 2]

    def test_none_is_drawn_while_an_older_one_is_believed(self, homes):
        turn()
        advance()

        turn()

        assert standing() == (2, None, [1], [])

    def test_one_that_leaked_is_believed_no_more_at_once(self, homes, controller, show):
        admitting.admit(admission(homes, until=later(hours=4)))
        door = controller()
        held(door)
        old = code()

        turn(at_once=True)

        assert standing() == (2, None, [], [])
        assert show(way=Way.QR, value=old).reason == "forged"
        assert show(way=Way.QR, value=code()).opens
        held(door)
        assert passes(door, old) == "forged"
        assert passes(door, code(later(minutes=1)), later(minutes=1)) == "right"

    def test_one_that_leaked_while_another_waits_makes_way_for_that(self, homes, controller):
        held(controller())
        turn()

        turn(at_once=True)

        assert standing() == (2, None, [], [])

    def test_cut_off_nothing_was_turned(self, homes, monkeypatch):
        with crash_at(monkeypatch, versions, "announce"):
            turn()
        assert not SigningKey.rows.of("hml").filter(number=2).exists()

        turn()
        assert SigningKey.rows.of("hml").filter(number=2).exists()

    def test_the_job_lets_it_go_on_and_all_of_it_is_noted(self, homes):
        turn()
        assert jobs.turn_keys(NOW) == 1
        assert jobs.turn_keys(NOW) == 0
        assert jobs.turn_keys(NOW + turning.OVERLAP) == 1

        said = [line.words for line in reversed(trail.lines(community="hml"))
                if line.what.startswith("doors.SigningKey")]  # fmt: skip
        assert said == [
            "drawn, and told to controllers",
            "signs from now on",
            "retired, and what signs overwritten",
        ]

    def test_of_more_than_a_code_can_name_none_is_made(self, homes):
        turn()
        SigningKey.rows.of("hml").filter(number=2).update(number=turning.MOST_NUMBER, signs_at=NOW)
        SigningKey.rows.of("hml").filter(number=1).update(retired_at=NOW)

        with pytest.raises(turning.NoNumberLeft):
            turn()
