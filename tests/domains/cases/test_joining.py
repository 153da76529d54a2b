"""A keypad says that somebody was made to open, and we know his code ourselves: it is one case."""

from datetime import timedelta

import pytest
from django.db import transaction

from linli.contracts.cases import CaseAsked
from linli.contracts.doors import DuressTold
from linli.contracts.effects import Severity
from linli.domains.cases import handlers, queries
from linli.domains.cases.models import Case, Move
from linli.domains.cases.operations import asking
from linli.kernel.words import Words
from tests.domains.cases.conftest import HERE, NOON, raised
from tests.domains.cases.telling import fresh, history, wanted
from tests.domains.cases.test_at_once import at_once

DOOR, OTHER = "door-3", "door-4"


def after(s):
    return NOON + timedelta(seconds=s)


def keypad(s=0, *, door=DOOR, id=None, alarm=None, **changes):
    """The scene wants a case, for the keypad itself said so."""
    handlers.case_wanted(
        wanted(
            id=id or f"fx-{door}-{s}", at=after(s).timestamp(), kind="security.duress", alarm=alarm,
            device=door, severity=Severity.CRITICAL, to="guard", scene="safety.access.duress",
            because=None, **changes,
        )
    )  # fmt: skip


def code(s=0, *, door=DOOR, id=None, **changes):
    """Doors ask for a case, for they know whose code it was."""
    fact = DuressTold(
        id=id or f"told-{door}-{s}", at=after(s), community=HERE, cause="p", passage=7, door=door,
        place="hml/b01",
    )  # fmt: skip
    asked = {
        "kind": "security.duress", "fact": fact, "place": "hml/b01",
        "description": Words(zh="有人被胁迫开门", en="somebody was made to open"),
        "severity": Severity.CRITICAL, "device": door, **changes,
    }  # fmt: skip
    with transaction.atomic():
        return asking.ask(CaseAsked(**asked))


def cases():
    return list(Case.rows.of(HERE).order_by("pk"))


def told(case):
    return [line[0] for line in history(case)]


@pytest.fixture(autouse=True)
def guard(people):
    return people.staff("guard", "guard", at=(121.4701, 31.2301))


@pytest.mark.django_db
class TestJoin:
    @pytest.mark.parametrize("apart", [0, 3, 119, 120])
    @pytest.mark.parametrize("order", [(keypad, code), (code, keypad)])
    def test_by_both_ways_in_either_order_it_is_one_case_that_says_so(self, order, apart):
        first, second = order
        first(0)

        second(apart)

        [case] = cases()
        assert told(case) == ["report", "file", "dispatch", "same"]

    def test_which_was_first_is_not_always_heard_first(self):
        keypad(100)

        brief = code(10)

        [case] = cases()
        assert (brief.id, brief.state) == (case.pk, "dispatched")

    @pytest.mark.parametrize("order", [(keypad, code), (code, keypad)])
    def test_told_again_nothing_is_done(self, order):
        for tell in (*order, *order, *reversed(order)):
            tell(0)

        [case] = cases()
        assert told(case) == ["report", "file", "dispatch", "same"]

    def test_told_again_when_the_case_is_closed_it_opens_none(self):
        code(0), keypad(0)
        Case.rows.of(HERE).update(state="closed", closed_at=after(60))

        code(0), keypad(0)

        assert len(cases()) == 1

    def test_the_alarm_of_the_scene_is_the_alarm_of_the_case(self):
        row = raised("fx-alarm", device=DOOR)
        code(0)

        keypad(1, alarm="fx-alarm")

        [case] = cases()
        assert case.alarm_id == row.pk
        found = queries.open_case_of_alarm(community=HERE, alarm=row.pk)
        assert found is not None

    def test_leads_back_to_both(self):
        keypad(0, id="fx9")
        code(1, id="told9")

        [case] = cases()
        same = Move.rows.of(HERE).get(case=case, step="same")
        assert (case.effect, same.fact) == ("fx9", "told9")
        assert (same.note, same.note_en) == ("有人被胁迫开门", "somebody was made to open")


@pytest.mark.django_db
class TestTwo:
    """What is not one thing is not made one."""

    @pytest.mark.parametrize("order", [(keypad, code), (code, keypad)])
    @pytest.mark.parametrize("apart", [121, 3600])
    def test_long_after_each_other(self, order, apart):
        first, second = order
        first(0)

        second(apart)

        assert [told(case)[:2] for case in cases()] == [["report", "file"]] * 2
        assert "same" not in [step for case in cases() for step in told(case)]

    def test_at_another_door(self):
        keypad(0)
        code(1, door=OTHER)

        assert len(cases()) == 2

    def test_two_who_are_made_to_open_one_after_the_other_at_one_door(self):
        code(0), code(20)

        assert len(cases()) == 2

    @pytest.mark.parametrize(
        "order",
        [
            [(keypad, 0), (code, 1), (keypad, 20), (code, 21)],
            [(code, 0), (keypad, 1), (code, 20), (keypad, 21)],
            [(code, 0), (code, 20), (keypad, 21), (keypad, 22)],
        ],
    )
    def test_two_that_both_ways_tell_of_are_two_cases_and_no_more(self, order):
        for tell, s in order:
            tell(s)

        assert [told(case)[-1] for case in cases()] == ["same", "same"]

    def test_a_case_that_was_dealt_with_already_takes_nothing_more(self):
        keypad(0)
        Case.rows.of(HERE).update(state="closed", closed_at=after(30))

        code(60)

        assert len(cases()) == 2

    @pytest.mark.parametrize("kind", ["facility.air", "general"])
    def test_a_kind_that_nobody_said_it_of_is_told_each_time(self, kind):
        handlers.case_wanted(wanted(kind=kind, device=DOOR))
        code(0, kind=kind)

        assert len(cases()) == 2

    def test_without_a_device_nothing_is_known_to_be_the_same(self):
        keypad(0)
        code(1, device="")

        assert len(cases()) == 2

    def test_in_another_community_it_is_another(self):
        keypad(0)
        with transaction.atomic():
            fact = DuressTold(
                id="there", at=after(1), community="other", cause="p", passage=7, door=DOOR,
                place="other",
            )  # fmt: skip
            asking.ask(
                CaseAsked(
                    kind="security.duress", fact=fact, place="other", device=DOOR,
                    description=Words(zh="某", en="x"), severity=Severity.CRITICAL,
                )
            )  # fmt: skip

        assert [told(case)[-1] for case in cases()] == ["dispatch"]


@pytest.mark.django_db(transaction=True)
def test_by_both_ways_at_the_same_moment_it_is_one_case(guard):
    at_once(lambda: keypad(0), lambda: code(0))

    [case] = cases()
    assert told(fresh(case)).count("same") == 1
