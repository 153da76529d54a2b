"""Digits are guessed at a door: how many may be tried, and who hears of it."""

import math
import re
from datetime import timedelta
from types import SimpleNamespace

import pytest

from linli.app.demo.controller import Shown
from linli.contracts.doors import Way
from linli.domains.doors import http
from linli.domains.doors.logic.deciding import TRIES, Situation, Verdict, decide, guessed, tried
from linli.domains.doors.models import Door, Passage
from linli.domains.doors.operations import issuing
from linli.domains.doors.operations.issuing import NewCredential
from linli.foundation.audit.models import Line
from linli.foundation.identity import operations as identity
from linli.foundation.identity.queries import actor_of
from tests.domains.doors.conftest import NOW, later
from tests.domains.doors.test_deciding import PAGE
from tests.domains.doors.test_http import call

__all__ = ["call"]

MINUTE = timedelta(minutes=1)


@pytest.fixture
def press(controller):
    """Press digits at the keypad of a door; return what scenes are to hear, and the reason."""
    door = controller()

    def press(digits, *, ask, now=NOW, way="pin"):
        question = {"id": ask, "ask": "door.presented", "way": way, "value": digits}
        told = door.ask(question, now)
        return told.event, told.of, told.reason

    press.door = door
    return press


@pytest.fixture
def pin(homes):
    new = NewCredential(way=Way.PIN, person=homes.wang)
    return issuing.issue(community="hml", new=new, by=None, now=NOW).digits


def wrong_at(ages):
    """Let wrong digits have been tried at the door, so many minutes ago."""
    door = Door.rows.of("hml").get(device__code="door-3")
    Passage.rows.bulk_create(
        Passage(
            community="hml", door=door, device="door-3", ask=f"w{number}", way="pin",
            direction="in", opened=False, reason="unknown", at=NOW - age * MINUTE, came_at=NOW,
        )
        for number, age in enumerate(ages)
    )  # fmt: skip


class TestHeard:
    def test_the_fifth_wrong_one_and_each_after_it_are_told_once(self, press, pin):
        told = [press(f"00000{n}", ask=f"q{n}") for n in range(7)]
        again = press("000006", ask="q6")

        heard = ("codes_guessed", ("door-3",))
        assert [one[:2] for one in told] == [("", ())] * 4 + [heard] * 3
        assert [one[2] for one in told] == ["unknown"] * 5 + ["too_many_tries"] * 2
        assert again == ("", (), "too_many_tries")

    def test_a_right_one_a_card_and_a_resident_who_mistypes_are_not(self, press, pin, card):
        told = [press(f"00000{n}", ask=f"q{n}") for n in range(3)]
        told += [press(pin, ask="right"), press("0000000001", ask="card", way="card")]

        assert {one[0] for one in told} == {""}
        assert told[3][2] == "right"

    def test_what_a_door_without_a_line_saw_is_told_while_it_is_so(self, homes, controller):
        door = controller()
        door.pull()
        for n in range(6):
            door.by_itself(_shown(f"00000{n}"), NOW.timestamp() + n)
        run = door.tells(NOW.timestamp() + 10)

        first = door.ask(run, later(seconds=10))
        again = door.ask({**run, "id": "again"}, later(seconds=11))

        assert (first.event, first.of, first.body["taken"]) == ("codes_guessed", ("door-3",), 6)
        assert (again.event, again.body["taken"]) == ("", 0)

    def test_what_is_told_a_day_later_calls_nobody(self, homes, controller):
        door = controller()
        door.pull()
        for n in range(6):
            door.by_itself(_shown(f"00000{n}"), NOW.timestamp() + n)

        told = door.ask(door.tells(later(days=1).timestamp()), later(days=1, minutes=1))

        assert (told.event, told.body["taken"]) == ("", 6)


class TestBounds:
    @pytest.mark.parametrize(
        ("ages", "reason"),
        [
            ([4] * 4, "right"),
            ([4] * 5, "too_many_tries"),
            ([5] * 5, "right"),
            ([10 + n for n in range(19)], "right"),
            ([10 + n for n in range(20)], "too_many_tries"),
            ([61 + 20 * n for n in range(59)], "right"),
            ([61 + 20 * n for n in range(60)], "too_many_tries"),
            ([1441 + n for n in range(99)], "right"),
        ],
    )
    def test_in_five_minutes_an_hour_and_a_day(self, pin, show, ages, reason):
        wrong_at(ages)

        assert show(way=Way.PIN, value=pin).reason == reason
        assert show("gate-e", way=Way.PIN, value=pin).reason == "right"

    def test_somebody_patient_tries_no_more_in_a_day_than_the_page_says(self):
        """Guess whenever the door takes it, for two days: no day has more than its bound."""
        tries, at = [], timedelta()
        while at < timedelta(days=2):
            case = tried(Situation(way=Way.PIN), [at - one for one in tries])
            if decide(case).opens:
                tries.append(at)
            else:
                at += MINUTE
        most = max(
            sum(start <= one < start + timedelta(days=1) for one in tries) for start in tries
        )

        assert most == TRIES[-1][1] == 60
        assert "一扇门一天最多试 60 次" in PAGE.read_text("utf-8")

    def test_a_right_code_takes_nothing_off_the_count(self, pin, press):
        reasons = [press(pin, ask="right")[2]]
        wrong_at([10 + n for n in range(19)])
        reasons += [press(pin, ask="right2")[2], press("000000", ask="w")[2]]

        assert [*reasons, press(pin, ask="right3")[2]] == ["right", "right", "unknown", TOO_MANY]

    def test_the_chances_on_the_page_are_right(self):
        text = PAGE.read_text("utf-8").partition("### 试密码")[2].partition("\n## ")[0]
        found = re.findall(r"^\| ([\d,]+)[^|]*\| ([\d.]+) % \| ([\d.]+) % \|$", text, re.MULTILINE)

        assert len(found) == 5
        for codes, day, alarm in found:
            n = int(codes.replace(",", ""))
            for said, times in ((day, TRIES[-1][1]), (alarm, TRIES[0][1])):
                chance = 100 * (1 - (1 - n / 1e6) ** times)
                assert math.isclose(float(said), chance, rel_tol=0.05)

    def test_a_try_that_fills_any_span_is_told(self):
        for name, (_, most) in zip(("tries", "tries_hour", "tries_day"), TRIES, strict=True):
            almost = Situation(way=Way.CODE, credential="unknown", **{name: most - 2})
            last = Situation(way=Way.CODE, credential="unknown", **{name: most - 1})
            assert (guessed(almost, _no()), guessed(last, _no())) == (False, True)


TOO_MANY = "too_many_tries"


class TestLifted:
    @pytest.fixture(autouse=True)
    def clock(self, monkeypatch):
        monkeypatch.setattr(http, "timezone", SimpleNamespace(now=lambda: NOW))

    @pytest.fixture
    def lift(self, call):
        def lift(role="guard", reason="孩子乱按", door="door-3", place=""):
            who = sign_up(role, place)
            return call(who, "post", f"/doors/{door}/digits", {"reason": reason})

        return lift

    def test_digits_count_from_then_on_at_the_door_and_its_controller(self, pin, press, show, lift):
        wrong_at([61 + 20 * n for n in range(60)])
        door = press.door
        door.pull()
        for n in range(6):
            door.by_itself(_shown(f"00000{n}"), NOW.timestamp() - 1)
        before = [show(way=Way.PIN, value=pin).reason, alone(door, pin)]

        answer = lift()
        door.pull()

        assert before == [TOO_MANY] * 2
        assert (answer.status_code, answer.json()["locked"]) == (200, False)
        assert [show(way=Way.PIN, value=pin).reason, alone(door, pin)] == ["right"] * 2
        told = [press(f"00000{n}", ask=f"n{n}", now=later(seconds=n + 1)) for n in range(6)]
        assert [one[2] for one in told] == ["unknown"] * 5 + [TOO_MANY]

    def test_what_was_tried_before_and_is_told_later_does_not_count(self, pin, press, show, lift):
        door = press.door
        door.pull()
        for n in range(6):
            door.by_itself(_shown(f"00000{n}"), NOW.timestamp() - 60 + n)
        lift()
        door.tell()

        assert Passage.rows.of("hml").filter(opened=False).count() == 6
        assert show(way=Way.PIN, value=pin).reason == "right"

    def test_it_is_on_the_trail_who_did_it_and_why(self, homes, lift):
        lift()

        [line] = Line.objects.filter(what__startswith="doors.Door:")
        assert (line.act, line.place) == ("write", "hml/b03/u1")
        assert "孩子乱按" in line.words
        assert line.account

    @pytest.mark.parametrize(
        ("status", "more"),
        [
            (403, {"role": "resident"}),
            (422, {"reason": " "}),
            (422, {"reason": ""}),
            (404, {"door": "none"}),
            (404, {"place": "hml/p1"}),
        ],
    )
    def test_by_nobody_else_nowhere_else_and_not_without_a_reason(self, homes, lift, status, more):
        assert lift(**more).status_code == status
        assert not Door.rows.of("hml").exclude(tries_since=None).exists()
        assert not Line.objects.filter(what__startswith="doors.Door:").exists()

    def test_the_desk_sees_that_it_is_locked(self, homes, call):
        wrong_at([0.1] * 5)
        guard = sign_up("guard")

        told = [call(guard, "get", f"/doors/{code}").json() for code in ("door-3", "gate-e")]
        assert [(one["locked"], one["tries_since"]) for one in told] == [
            (True, None),
            (False, None),
        ]


def sign_up(role, place=""):
    opened = identity.open_account(username=role, name=role, password="long enough 7")
    identity.grant(account=opened.account, role=role, community="hml", place=place, now=NOW)
    return actor_of(account=opened.account, community="hml", now=NOW)


def alone(door, digits):
    return door.by_itself(_shown(digits), NOW.timestamp()).reason


def _no():
    return Verdict(opens=False, reason="unknown")


def _shown(digits):
    return Shown(way=Way.PIN, value=digits)
