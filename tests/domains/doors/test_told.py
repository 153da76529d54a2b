"""Passages that a controller tells which holds no credentials of ours: by the number that was
shown, which is kept nowhere.
"""

from datetime import timedelta

import pytest

from linli.contracts.asking import Asked
from linli.contracts.doors import Way
from linli.domains.doors import desk
from linli.domains.doors.logic.life import Step
from linli.domains.doors.models import Passage
from linli.domains.doors.operations import issuing, own
from linli.drivers.isapi import alerts, telling
from linli.drivers.isapi.peer import access
from linli.foundation.outbox.models import Outgoing
from tests.domains.doors.conftest import CARD, NOW, later
from tests.drivers.isapi.test_access import DOOR


@pytest.fixture
def tell(homes):
    """Tell what an access controller of the vendor says has happened at the house door."""

    def tell(minor=1, *, card=CARD, serial=7, at=NOW, now=NOW, device="door-3", current=True):
        raw = access(minor, card=card, serial=serial, at=at.isoformat(), current=current)
        found = telling.passage(alert=alerts.read(raw), device=DOOR, now=now.timestamp())
        asked = Asked(
            community="hml", device=device, kind=found.question.kind, id=found.question.id,
            body=found.question.body, at=now.timestamp(),
        )  # fmt: skip
        return desk.ANSWERS[asked.kind](asked, now)

    return tell


def passages():
    return list(Passage.rows.of("hml").order_by("at", "pk"))


def found(serial, *, at, clock, now):
    """Tell what was found at the controller afterwards, while its clock says so."""
    row = {"major": 5, "minor": 1, "time": at.isoformat(), "cardNo": CARD, "cardReaderNo": 1,
           "doorNo": 1, "serialNo": serial}  # fmt: skip
    said = telling.passage(
        alert=alerts.kept(row), device=DOOR, now=now.timestamp(), clock=clock.timestamp()
    )
    asked = Asked(
        community="hml", device="door-3", kind=said.question.kind, id=said.question.id,
        body=said.question.body, at=now.timestamp(),
    )  # fmt: skip
    return desk.ANSWERS[asked.kind](asked, now).body["taken"]


class TestFound:
    def test_is_on_record_once_whether_it_was_heard_too_or_found_twice(self, tell, card, homes):
        tell()
        night = later(hours=9)

        taken = [found(n, at=NOW, clock=night, now=night) for n in (7, 8, 8)]

        assert taken == [0, 1, 0]
        assert [(row.person_id, row.at) for row in passages()] == [(homes.wang, NOW)] * 2

    def test_has_its_own_time_put_right_by_the_clock_of_the_controller(self, tell, card):
        night, off = later(hours=9), timedelta(minutes=20)

        found(8, at=NOW - off, clock=night - off, now=night)

        assert [row.at for row in passages()] == [NOW]


class TestByNumber:
    def test_is_its_holders_and_once_however_often_it_is_told(self, tell, card, homes):
        answers = [tell(), tell(), tell(now=later(hours=24), current=False)]

        [row] = passages()
        assert [one.body["taken"] for one in answers] == [1, 0, 0]
        assert (row.person_id, row.credential_id, row.way) == (homes.wang, card.pk, "card")
        assert (row.opened, row.reason, row.at) == (True, "right", NOW)

    def test_that_nobody_has_is_nobodys(self, tell, card):
        tell(9, card="0000000042")
        tell(1, card="9" * 24, serial=8)
        tell(75, card="", serial=9)

        assert [(row.person_id, row.opened, row.reason) for row in passages()] == [
            (None, False, "unknown"), (None, True, "right"), (None, True, "right"),
        ]  # fmt: skip

    def test_is_put_right_by_a_clock_that_is_three_minutes_off(self, tell, card):
        tell(at=later(minutes=-3))

        assert passages()[0].at == NOW

    def test_told_a_day_late_stands_at_its_own_time(self, tell, card):
        tell(at=later(days=-1), current=False)

        assert passages()[0].at == later(days=-1)

    def test_of_a_card_that_was_lost_before_says_so(self, tell, card):
        issuing.take_step(community="hml", id=card.pk, step=Step.LOST, by=None, now=NOW)

        tell(at=later(minutes=9), now=later(minutes=9))

        assert (passages()[0].opened, passages()[0].reason) == (True, "lost")

    def test_of_staff_is_his(self, tell, homes):
        new = issuing.NewCredential(way=Way.CARD, staff=homes.guard, value=CARD)
        issuing.issue(community="hml", new=new, by=None, now=NOW)

        tell()

        assert passages()[0].staff_id == homes.guard

    def test_is_kept_nowhere(self, tell, card):
        tell()

        rows = Passage.rows.of("hml").values_list()
        facts = Outgoing.objects.values_list("body", flat=True)
        assert CARD not in str(list(rows))
        assert not any(CARD.encode() in bytes(one) for one in facts)

    def test_a_word_that_is_no_number_is_nobodys(self, tell, resident, homes):
        """A PIN would be known again by its digits; what is no card here is not looked for."""
        pin = own.new_pin(actor=resident, duress=False, now=NOW)

        tell(101, card=pin.digits)

        assert passages()[0].person_id is None
