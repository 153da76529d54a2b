"""Something is shown at a reader: decided once, on record, the same when it is asked again."""

import pytest

from linli.contracts.doors import Hours, Way
from linli.domains.doors.logic.deciding import Mode
from linli.domains.doors.logic.life import Step
from linli.domains.doors.models import Credential, Door, Passage
from linli.domains.doors.operations import granting, issuing
from linli.domains.doors.operations.issuing import NewCredential
from linli.domains.doors.operations.setting import Kept
from linli.foundation.outbox.models import Outgoing
from tests.domains.doors.conftest import CARD, NOW, keep, later

BITS_34 = "1" + f"{int(CARD):032b}" + "0"


def wiegand(number, size):
    data = f"{number:0{size}b}"
    half = size // 2
    return f"{data[:half].count('1') % 2}{data}{1 - data[half:].count('1') % 2}"


class TestPresent:
    def test_opens_to_who_lives_there_and_to_nobody_else(self, card, show):
        his = show()
        strange = show(value="0000000001")
        elsewhere = show("plant")

        assert (his.opens, his.reason, his.body["open_s"]) == (True, "right", 5)
        assert (strange.opens, strange.reason) == (False, "unknown")
        assert (elsewhere.opens, elsewhere.reason) == (False, "no_right")

    def test_is_on_record_without_the_number_that_was_shown(self, card, show):
        show()
        show(value="0000000001")

        rows = list(Passage.rows.of("hml").order_by("pk").values())
        said = [bytes(fact.body) for fact in Outgoing.objects.all()]
        assert [row["reason"] for row in rows] == ["right", "unknown"]
        assert CARD not in str(rows)
        assert "0000000001" not in str(rows)
        assert not any(CARD.encode() in one for one in said)
        assert CARD not in str(Credential.rows.of("hml").values())

    def test_the_same_question_has_the_same_answer_and_one_passage(self, card, show):
        first = show(ask="x")
        again = show(ask="x", value="0000000001")

        assert (first.opens, again.opens) == (True, True)
        assert Passage.rows.of("hml").count() == 1

    def test_an_old_question_opens_nothing(self, card, show):
        show(ask="x")
        a_day_later = show(ask="x", now=later(days=1))
        under_way_for_a_day = show(at=later(days=-1).timestamp())
        clock_three_minutes_off = show(at=later(minutes=-3).timestamp())

        assert (a_day_later.opens, a_day_later.reason) == (False, "too_late")
        assert (under_way_for_a_day.opens, under_way_for_a_day.reason) == (False, "too_late")
        assert clock_three_minutes_off.opens

    @pytest.mark.parametrize("size", [32, 24])
    def test_a_card_is_known_by_the_bits_of_its_reader(self, card, show, size):
        number = int(CARD) & ((1 << size) - 1)

        answer = show(value="", bits=wiegand(number, size))

        assert answer.opens

    def test_a_strangers_card_that_ends_in_the_same_24_bits_is_nobodys(self, card, show):
        number = int(CARD) ^ (1 << 30)

        printed = show(value=f"{number:010d}")
        read = show(value="", bits=wiegand(number, 32))

        assert {(one.opens, one.reason) for one in (printed, read)} == {(False, "unknown")}

    def test_a_card_of_which_24_bits_were_entered_is_known_by_a_reader_of_all(self, homes, show):
        low = int(CARD) & 0xFFFFFF
        new = NewCredential(
            way=Way.CARD, person=homes.wang, value=f"{low >> 16:03d},{low & 0xFFFF:05d}"
        )
        issuing.issue(community="hml", new=new, by=None, now=later())

        told = [show(), show(value="", bits=BITS_34), show(value="", bits=wiegand(low, 24))]

        assert [one.opens for one in told] == [True] * 3

    def test_a_lift_is_told_the_floors_of_the_home_alone(self, card, show):
        any_floor = show("lift-3")
        own = show("lift-3", floor="2")
        another = show("lift-3", floor="1")

        assert any_floor.body["floors"] == ["2"]
        assert own.opens
        assert (another.opens, another.reason) == (False, "floor")

    def test_a_lost_card_is_dead_at_every_door_at_once(self, card, show):
        issuing.take_step(community="hml", id=card.pk, step=Step.LOST, by=None, now=later(hours=1))

        answers = [show(door) for door in ("gate-e", "gate-w", "door-3", "lift-3")]

        assert {(one.opens, one.reason) for one in answers} == {(False, "lost")}

    def test_whoever_is_made_to_open_passes_and_the_guards_know(self, homes, show, asked):
        new = NewCredential(way=Way.PIN, person=homes.wang, duress=True)
        digits = issuing.issue(community="hml", new=new, by=None, now=later()).digits

        answer = show(way=Way.PIN, value=digits)

        assert (answer.opens, answer.reason) == (True, "right")
        assert "duress" not in str(answer)
        assert [one.kind for one in asked.cases] == ["security.duress"]
        assert len(asked.notices) == 1

    @pytest.mark.parametrize(
        ("kept", "fire", "opens", "reason"),
        [
            (Mode.FREE, None, True, "free"),
            (Kept(free_hours=[Hours()]), None, True, "free"),
            (Kept(escape=True), 7, True, "fire"),
            (Mode.OFF, None, False, "door_off"),
            (Mode.SHUT, None, False, "shut"),
            (Kept(ways=(Way.CARD,)), None, False, "way_not_here"),
        ],
    )
    def test_however_a_door_is_kept_the_guards_hear_who_calls_and_the_door_says_nothing(  # noqa: PLR0917
        self, manager, homes, show, asked, kept, fire, opens, reason
    ):
        keep(manager, kept)
        Door.rows.of("hml").filter(device__code="door-3").update(fire=fire)
        plain = issuing.make(
            community="hml", new=NewCredential(way=Way.PIN, person=homes.wang), by=None, now=NOW
        )
        calls = NewCredential(way=Way.PIN, person=homes.wang, duress=True)
        digits = issuing.issue(community="hml", new=calls, by=None, now=NOW).digits

        ordinary = show(way=Way.PIN, value=plain.digits, ask="p")
        answer = show(way=Way.PIN, value=digits, ask="q")
        again = show(way=Way.PIN, value=digits, ask="q")

        assert (answer.opens, answer.reason) == (opens, reason)
        assert (ordinary.opens, ordinary.reason) == (opens, reason)
        assert set(answer.body) == set(ordinary.body)
        assert (again.opens, again.reason) == (opens, reason)
        assert [one.kind for one in asked.cases] == ["security.duress"]
        assert len(asked.notices) == 1
        assert [row.duress for row in Passage.rows.of("hml").order_by("pk")] == [False, True]
        facts = Outgoing.objects.filter(topic="PassageDecided")
        assert all(b"duress" not in bytes(row.body) for row in facts)

    def test_codes_are_not_guessed(self, homes, show):
        for number in range(5):
            show(way=Way.PIN, value=f"00000{number}")
        new = NewCredential(way=Way.PIN, person=homes.wang)
        digits = issuing.issue(community="hml", new=new, by=None, now=later()).digits

        at_once = show(way=Way.PIN, value=digits)
        after_a_while = show(way=Way.PIN, value=digits, now=later(minutes=6))

        assert (at_once.opens, at_once.reason) == (False, "too_many_tries")
        assert after_a_while.opens

    def test_an_ended_right_is_asked_of_the_register_as_it_is_now(self, card, homes, show):
        granting.bar(
            community="hml", person=homes.wang, reason="x", until=None, by=None, now=later()
        )

        answer = show()

        assert (answer.opens, answer.reason) == (False, "barred")
