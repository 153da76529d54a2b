"""Simulated doors whose line is down decide by themselves, and tell it when it is back."""

from types import SimpleNamespace

import msgspec
import pytest

from linli.app.demo import doors as demo
from linli.app.demo.answers import Answers
from linli.app.demo.doors import Doors
from linli.app.demo.world import NoSuch

RIGHTS = {
    "version": 7,
    "upto": 0,
    "more": False,
    "anew": True,
    "now": 0.0,
    "set": [],
    "drop": [],
    "door": {"number": 1, "ways": ["card"], "release_s": 5, "area": "", "link_down": "free"},
}


@pytest.fixture
def doors(monkeypatch):
    """One door to which nobody comes of himself."""
    monkeypatch.setattr(Doors, "_somebody", lambda _: None)
    thing = SimpleNamespace(code="d1", model="access_door", line="mqtt", gateway=None, place="x")
    made = Doors(community="hml", things=[thing], answers=Answers())
    made._next = 1e12
    return made


def asked(doors, now):
    return [question for _, question in doors.step(now)]


def answer(doors, question, at, **body):
    told = {"id": question["id"], "ok": True, **body}
    doors.answered("d1", msgspec.json.encode(told), at)


def fetched(doors):
    """Let the door fetch its rights, and say that it holds them."""
    for at in (0.0, 0.2):
        answer(doors, asked(doors, at)[0], at + 0.1, **RIGHTS)


def test_asks_for_rights_again_when_nobody_answered_and_now_and_then_when_somebody_did(doors):
    first, none, again = asked(doors, 0.0), asked(doors, 10.0), asked(doors, 31.0)
    answer(doors, again[0], 31.5, **RIGHTS)
    receipt = asked(doors, 31.6)
    answer(doors, receipt[0], 31.7, **{**RIGHTS, "anew": False})
    soon, later = asked(doors, 60.0), asked(doors, 340.0)

    told = (*first, *again, *receipt, *later)
    assert [one["ask"] for one in told] == ["door.rights"] * 4
    assert (none, soon) == ([], [])
    assert [one["since"] for one in told] == [0, 0, 7, 7]


def test_says_once_more_at_once_what_it_holds_and_not_again_where_nothing_is_new(doors):
    answer(doors, asked(doors, 0.0)[0], 0.1, **RIGHTS)
    answer(doors, asked(doors, 0.2)[0], 0.3, **{**RIGHTS, "version": 8, "anew": False})
    last = asked(doors, 0.4)
    answer(doors, last[0], 0.5, **{**RIGHTS, "version": 8, "anew": False})

    assert [one["since"] for one in last] == [8]
    assert asked(doors, 200.0) == []


def test_decides_by_itself_when_nobody_answers_and_tells_it_after_it_knows_who_may(doors):
    fetched(doors)
    doors.show("d1", "card", "1234567890")
    shown = asked(doors, 100.0)[0]
    asked(doors, 106.0)
    doors.told("d1", "rights.pull", {})

    rights = asked(doors, 200.0)[0]
    answer(doors, rights, 200.1, **RIGHTS)
    run = asked(doors, 201.0)[0]
    answer(doors, run, 201.1, taken=1)
    last = asked(doors, 202.0)[0]

    assert [one["ask"] for one in (shown, rights, run, last)] == [
        "door.presented", "door.rights", "door.passed", "door.rights",
    ]  # fmt: skip
    assert [(one["id"], one["opened"], one["reason"]) for one in run["items"]] == [
        (shown["id"], True, "free")
    ]


@pytest.mark.parametrize("reason", demo._WAITS)
def test_goes_by_what_it_holds_where_the_platform_is_busy(doors, reason):
    fetched(doors)
    doors.show("d1", "card", "1234567890")
    shown = asked(doors, 100.0)[0]

    answer(doors, shown, 100.1, ok=False, reason=reason)

    assert [one["opened"] for one in doors._controllers["d1"].kept] == [True]


class TestByHand:
    """What the command line is told of what somebody did at a door."""

    def done(self, doors, *, way="card", value="", at=100.0, **told):
        """Show something; let it be answered so; return what is said of it."""
        number = doors.show("d1", way, value)
        shown = asked(doors, at)[0]
        with pytest.raises(NoSuch):
            doors._answers.of(number)
        answer(doors, shown, at + 0.1, **told)
        return doors._answers.of(number)

    @pytest.mark.parametrize(
        ("told", "zh", "en"),
        [
            ({"ok": True, "reason": "right"}, "已开，门禁卡，有权限",
             "opened, card, has the right"),
            ({"ok": False, "reason": "lost"}, "没开，门禁卡，已挂失",
             "not opened, card, was reported lost"),
            ({"ok": False, "reason": "of no word"}, "没开，门禁卡，of no word",
             "not opened, card, of no word"),
        ],
    )  # fmt: skip
    def test_a_card_opens_or_not_and_why(self, doors, told, zh, en):
        fetched(doors)

        assert self.done(doors, value="1", **told) == f"d1: {zh} · {en}"

    def test_a_card_of_the_demo_is_named(self, doors):
        fetched(doors)
        card, name = next(iter(demo._names().items()))

        said = self.done(doors, value=card, ok=True, reason="right")

        assert said == f"d1: 已开，门禁卡，{name}，有权限 · opened, card, {name}, has the right"

    def test_what_a_door_decided_by_itself_is_said_to_be_that(self, doors):
        fetched(doors)

        busy = self.done(doors, value="1", ok=False, reason="busy")
        number = doors.show("d1", "qr", "x")
        asked(doors, 200.0)
        asked(doors, 206.0)

        assert busy.endswith("stands open, by itself, nobody answered")
        assert doors._answers.of(number).startswith("d1: ")
        assert "连不上，自己决定" in doors._answers.of(number)

    @pytest.mark.parametrize(
        ("told", "said"),
        [({"ok": True}, "d1: 302: ok"), ({"ok": False, "reason": "visits.no_such_room"},
                                         "d1: 302: visits.no_such_room")],
    )  # fmt: skip
    def test_who_rings_hears_whether_it_rings_there(self, doors, told, said):
        fetched(doors)
        number = doors.ring("d1", "302")
        question = asked(doors, 100.0)[0]
        answer(doors, question, 100.1, **told)

        assert (question["ask"], question["room"]) == ("call.placed", "302")
        assert doors._answers.of(number) == said

    def test_two_at_once_are_two_and_an_answer_that_comes_again_changes_nothing(self, doors):
        fetched(doors)
        numbers = [doors.show("d1", "card", value) for value in ("1", "2")]
        first, second = asked(doors, 100.0)
        answer(doors, second, 100.1, ok=False, reason="unknown")
        answer(doors, first, 100.1, reason="right")
        answer(doors, first, 100.2, ok=False, reason="lost")

        assert ["没开" in doors._answers.of(one) for one in numbers] == [False, True]

    def test_there_is_no_such_door(self, doors):
        with pytest.raises(NoSuch):
            doors.show("d2", "card", "1")
        with pytest.raises(NoSuch):
            doors.ring("d2", "302")


FACE = {"c": 9, "way": "face", "rules": [{}]}
AGREED = {**RIGHTS, "set": [FACE], "door": {**RIGHTS["door"], "ways": ["card", "face"]}}
"""Somebody has agreed to be known by his face."""


def taken(doors):
    """Let the door take a face; return what it asks then, which nobody has answered yet."""
    answer(doors, asked(doors, 0.0)[0], 0.1, **AGREED)
    answer(doors, asked(doors, 0.2)[0], 0.3, **{**AGREED, "anew": False, "set": []})
    doors.told("d1", "face.enrol", {"credential": 9})
    return asked(doors, 1.0)[0]


class TestFaces:
    def test_a_face_is_taken_where_one_stands_and_it_says_that_it_holds_it(self, doors):
        receipt = taken(doors)
        doors.show("d1", "face", "")
        shown = asked(doors, 2.0)[0]

        assert (receipt["ask"], receipt["held"], receipt["gone"]) == ("door.rights", [9], [])
        assert (shown["way"], shown["credential"]) == ("face", 9)

    def test_one_that_is_to_be_dropped_is_deleted_and_said_until_it_is_heard(self, doors):
        taken(doors)
        gone = {**AGREED, "version": 8, "anew": False, "set": [], "drop": [9]}

        doors.told("d1", "rights.pull", {})
        answer(doors, asked(doors, 10.0)[0], 10.1, **gone)
        unheard = asked(doors, 10.2)[0]
        again = asked(doors, 60.0)[0]
        answer(doors, again, 60.1, **{**gone, "drop": []})
        doors.told("d1", "rights.pull", {})
        after = asked(doors, 70.0)[0]
        doors.show("d1", "face", "")
        shown = asked(doors, 71.0)[0]

        said = [(one["held"], one["gone"]) for one in (unheard, again, after)]
        assert said == [([], [9]), ([], [9]), ([], [])]
        assert "credential" not in shown

    def test_of_a_face_that_it_never_took_it_confirms_the_deletion_too(self, doors):
        answer(doors, asked(doors, 0.0)[0], 0.1, **AGREED)
        gone = {**AGREED, "version": 8, "anew": False, "set": [], "drop": [9]}
        answer(doors, asked(doors, 0.2)[0], 0.3, **gone)

        assert asked(doors, 0.4)[0]["gone"] == [9]

    def test_started_anew_it_confirms_what_it_knows_nothing_of_whenever_it_is_asked(self, doors):
        fresh = {**AGREED, "set": [], "wipe": [9]}

        answer(doors, asked(doors, 0.0)[0], 0.1, **fresh)
        lost = asked(doors, 0.2)[0]
        doors.told("d1", "rights.pull", {})
        answer(doors, asked(doors, 0.3)[0], 0.4, **{**fresh, "anew": False, "version": 8})
        heard = asked(doors, 0.5)[0]
        answer(doors, heard, 0.6, **{**fresh, "anew": False, "version": 8, "wipe": []})
        doors.told("d1", "rights.pull", {})
        after = asked(doors, 0.7)[0]

        assert [one["gone"] for one in (lost, heard, after)] == [[9], [9], []]

    def test_told_all_anew_it_keeps_what_is_in_any_part_and_nothing_else(self, doors):
        taken(doors)
        doors.told("d1", "face.enrol", {"credential": 10})
        first, *_ = asked(doors, 10.0)
        answer(doors, first, 10.1, **{**AGREED, "set": [], "more": True, "upto": 9})
        second, *_ = asked(doors, 10.2)
        answer(doors, second, 10.3, **{**AGREED, "anew": False})

        third, *_ = asked(doors, 10.4)

        assert (second["held"], second["gone"]) == ([9, 10], [])
        assert (third["held"], third["gone"]) == ([9], [10])


def test_doors_behind_one_gateway_are_on_one_panel():
    things = [
        SimpleNamespace(code=code, model="access_door", line="", gateway=gateway, place="hml")
        for code, gateway in (("a", "g1"), ("b", "g1"), ("c", "g2"), ("d", None))
    ]

    held = Doors(community="hml", things=things, answers=Answers())._controllers

    assert held["a"].panel is held["b"].panel
    assert len({id(one.panel) for one in held.values()}) == 3
