"""A door stands open, is shut or out of use: why and until when, ended by time, and never two open
by one person's word.
"""

from datetime import time, timedelta

import msgspec
import pytest
from django.db import connection

from linli.app import agreed
from linli.contracts import approvals
from linli.contracts.doors import DoorSet, Hours
from linli.domains.doors import http, jobs
from linli.domains.doors.logic.deciding import Mode
from linli.domains.doors.logic.hours import HALF_OF_A_WEEK, minutes
from linli.domains.doors.models import Door
from linli.domains.doors.operations import keeping, setting
from linli.domains.doors.operations.keeping import Wish
from linli.domains.doors.operations.setting import Kept
from linli.domains.doors.queries import listing
from linli.foundation.approvals import http as approving
from linli.foundation.approvals import operations as asking
from linli.foundation.approvals.models import Approval
from linli.foundation.audit.models import Line
from linli.foundation.outbox.models import Outgoing
from tests.domains.cases.test_at_once import at_once
from tests.domains.doors.conftest import NOW, later
from tests.domains.doors.test_http import call
from tests.domains.doors.test_moves import sign_up
from tests.registry.conftest import other_estate

__all__ = ["call", "other_estate"]

EVENING = later(hours=8).isoformat()
OPEN = {"mode": "free", "reason": "搬家", "until": EVENING}
MORNINGS = [{"days": "working", "starts": "07:00:00", "ends": "09:00:00"}]
ALWAYS = [{"days": "all", "starts": "00:00:00", "ends": "00:00:00"}]


@pytest.fixture(autouse=True)
def wires(monkeypatch):
    """Carry out what is let pass; let it be noon for who asks over HTTP, too."""

    class Now:
        now = staticmethod(lambda: NOW)

    monkeypatch.setattr(approvals.carry_out, "_answer", agreed.carry_out)
    monkeypatch.setattr(http, "timezone", Now)
    monkeypatch.setattr(approving, "timezone", Now)


@pytest.fixture
def keep(doors_there, call, manager):
    def keep(door, body, by=None):
        return call(by or manager, "post", f"/doors/{door}/mode", body)

    return keep


@pytest.fixture
def second(estate):
    return sign_up("second", "supervisor")


def decide(actor, *, approve=True, now=NOW):
    row = Approval.rows.of("hml").order_by("-pk").first()
    asking.decide(
        actor=actor, id=row.pk, approve=approve, digest=row.digest, reason="x", now=now
    )  # fmt: skip


def door(code):
    return Door.rows.of("hml").get(device__code=code)


def told():
    rows = Outgoing.objects.filter(topic="DoorSet").order_by("pk")
    return [msgspec.json.decode(bytes(row.body), type=DoorSet) for row in rows]


class TestKeep:
    def test_what_it_was_and_is_and_why_stands_in_the_fact_and_on_the_trail(self, keep, manager):
        shown = keep("gate-e", OPEN).json()

        assert (shown["mode"], shown["decided"], shown["mode_reason"], shown["approval"]) == (
            "free", "free", "搬家", None,
        )  # fmt: skip
        [fact] = told()
        changes = {one.what: (one.before, one.after) for one in fact.changes}
        assert changes == {"mode": ("normal", "free"), "mode_until": ("", "2026-06-01 20:00")}
        assert (fact.by, fact.reason, fact.approved_by) == (manager.account, "搬家", None)
        line = Line.objects.get(what=f"doors.Door:{door('gate-e').pk}")
        assert line.words == "mode: normal → free; mode_until: – → 2026-06-01 20:00 · 搬家"

    @pytest.mark.parametrize(
        ("body", "key"),
        [
            ({"mode": "free", "until": EVENING}, "doors.why_needed"),
            ({"mode": "off", "reason": "  "}, "doors.why_needed"),
            ({"mode": "shut"}, "doors.why_needed"),
            ({"mode": "free", "reason": "搬家"}, "doors.end_needed"),
            ({**OPEN, "until": NOW.isoformat()}, "doors.end_needed"),
            ({**OPEN, "until": later(days=1, seconds=1).isoformat()}, "doors.end_needed"),
            ({"mode": "off", "reason": "修", "until": NOW.isoformat()}, "doors.end_needed"),
        ],
    )
    def test_without_a_reason_or_an_end_nothing_changes(self, keep, body, key):
        refused = keep("gate-e", body)

        assert (refused.status_code, refused.json()["key"]) == (422, key)
        assert (door("gate-e").mode, told()) == ("normal", [])

    def test_a_time_of_no_zone_a_strange_mode_and_a_mode_among_settings_are_refused(
        self, keep, call, manager
    ):
        bare = keep("gate-e", {**OPEN, "until": "2026-06-01T20:00:00"})
        strange = keep("gate-e", {"mode": "ajar", "reason": "x"})
        among = call(manager, "patch", "/doors/gate-e", {"mode": "free"})

        assert [one.status_code for one in (bare, strange, among)] == [422, 422, 422]
        assert door("gate-e").mode == "normal"

    def test_nobody_does_elsewhere_or_without_the_right(self, keep, other_estate):
        stranger, guard = sign_up("stranger", "manager", "other"), sign_up("guard", "guard")

        assert keep("gate-e", OPEN, by=stranger).status_code == 403
        assert keep("gate-e", OPEN, by=guard).status_code == 403
        assert keep("nowhere", OPEN).status_code == 404
        assert told() == []

    def test_said_twice_it_is_told_once_and_taken_back_it_needs_no_reason(self, keep):
        keep("gate-e", OPEN)
        keep("gate-e", OPEN)
        again = keep("gate-e", {"mode": "normal"}).json()

        assert (again["mode"], again["mode_until"], again["mode_reason"]) == ("normal", None, "")
        assert len(told()) == 2

    def test_what_is_out_of_use_may_have_no_end(self, keep):
        keep("gate-e", {"mode": "off", "reason": "电机坏了"})

        assert jobs.end_modes(later(days=30)) == 0
        assert door("gate-e").mode == "off"


class TestEnd:
    def test_it_ends_by_itself_at_once_for_who_stands_there_and_for_controllers_soon(
        self, keep, manager
    ):
        keep("gate-e", OPEN)
        changed = Outgoing.objects.filter(topic="RightsChanged")
        before, end = changed.count(), later(hours=8)

        at_its_end = listing.detail(actor=manager, code="gate-e", now=end)
        early = jobs.end_modes(end - timedelta(seconds=1))
        ended, again = jobs.end_modes(end), jobs.end_modes(end)

        assert (at_its_end.line.mode, at_its_end.decided) == ("normal", "normal")
        assert (early, ended, again) == (0, 1, 0)
        assert (told()[-1].by, changed.count() - before) == (None, 1)
        assert (door("gate-e").mode, door("gate-e").mode_until) == ("normal", None)


class TestTwo:
    def test_a_second_door_waits_for_a_second_person(self, keep, manager, second):
        keep("gate-e", OPEN)

        shown = keep("gate-w", OPEN).json()

        row = Approval.rows.of("hml").get()
        assert (shown["approval"], shown["mode"], row.kind) == (row.pk, "normal", "doors")
        assert "gate-e" in row.words_zh
        assert len(told()) == 1
        with pytest.raises(asking.OwnRequest):
            decide(manager)
        decide(second)
        fact = told()[-1]
        assert (door("gate-w").mode, door("gate-w").mode_reason) == ("free", "搬家")
        assert (fact.by, fact.approved_by) == (manager.account, second.account)

    def test_turned_down_or_let_pass_too_late_it_stays_shut(self, keep, second):
        keep("gate-e", OPEN)
        keep("gate-w", OPEN)

        with pytest.raises(keeping.EndNeeded):
            decide(second, now=later(hours=8))
        decide(second, approve=False)

        assert door("gate-w").mode == "normal"

    @pytest.mark.parametrize(
        "meanwhile",
        [
            [{"mode": "shut", "reason": "打架"}],
            [{"mode": "off", "reason": "修"}],
            [{"mode": "shut", "reason": "打架", "until": EVENING}],
        ],
    )
    def test_what_was_asked_opens_no_door_that_was_shut_meanwhile(self, keep, second, meanwhile):
        keep("gate-e", OPEN)
        keep("gate-w", OPEN)
        for body in meanwhile:
            keep("gate-w", body)
        facts = len(told())

        with pytest.raises(keeping.KeptOtherwise):
            decide(second)

        assert (door("gate-w").mode, len(told())) == (meanwhile[-1]["mode"], facts)
        assert Approval.rows.of("hml").get().state == "waiting"

    def test_asked_twice_it_is_one_and_asked_anew_of_a_door_shut_meanwhile_another(
        self, keep, second
    ):
        keep("gate-e", OPEN)
        asked = [keep("gate-w", OPEN).json()["approval"] for _ in range(2)]
        keep("gate-w", {"mode": "shut", "reason": "打架"})

        anew = keep("gate-w", OPEN).json()["approval"]
        decide(second)

        assert asked[0] == asked[1] != anew
        assert door("gate-w").mode == "free"

    def test_once_the_first_is_over_another_takes_one_person_again(self, keep, manager):
        keep("gate-e", OPEN)
        wish = Wish(mode=Mode.FREE, reason="搬家", until=later(hours=10))

        waits = keeping.keep(actor=manager, door="gate-w", wish=wish, now=later(hours=9))

        assert waits is None
        assert door("gate-w").mode == "free"

    def test_others_are_shut_and_taken_out_of_use_by_one(self, keep):
        keep("gate-e", OPEN)

        answers = [
            keep("gate-w", {"mode": "shut", "reason": "x"}).json(),
            keep("door-3", {"mode": "off", "reason": "x"}).json(),
        ]

        assert [(one["mode"], one["approval"]) for one in answers] == [
            ("shut", None),
            ("off", None),
        ]


@pytest.mark.django_db(transaction=True)
def test_of_two_that_are_opened_at_once_one_waits(doors_there, manager):
    wish = Wish(mode=Mode.FREE, reason="搬家", until=later(hours=1))

    results = at_once(
        lambda: keeping.keep(actor=manager, door="gate-e", wish=wish, now=NOW),
        lambda: keeping.keep(actor=manager, door="gate-w", wish=wish, now=NOW),
    )

    assert sorted(one is None for one in results) == [False, True]
    assert Door.rows.of("hml").filter(mode="free").count() == 1


class TestFreeHours:
    @pytest.fixture
    def change(self, doors_there, call, manager):
        def change(door, hours, **more):
            body = {"free_hours": hours, **more}
            return call(manager, "patch", f"/doors/{door}", body).json()

        return change

    def test_few_at_the_only_door_take_one_person(self, change):
        shown = change("gate-e", MORNINGS)

        assert (shown["approval"], shown["free_hours"]) == (None, MORNINGS)

    def test_more_than_half_of_a_week_wait_and_all_else_is_done(self, change, manager, second):
        shown = change("gate-e", ALWAYS, release_s=9)

        assert (shown["free_hours"], shown["release_s"]) == ([], 9)
        assert "168" in Approval.rows.of("hml").get(pk=shown["approval"]).words_zh
        assert [one.what for one in told()[-1].changes] == ["release_s"]
        decide(second)
        fact = told()[-1]
        assert door("gate-e").free_hours == [{"days": "all", "starts": "00:00", "ends": "00:00"}]
        assert [(one.what, one.after) for one in fact.changes] == [
            ("free_hours", "every day 00:00–24:00")
        ]
        assert fact.approved_by == second.account

    def test_those_of_a_second_door_wait_and_fewer_never_do(self, change):
        change("gate-e", MORNINGS)

        other = change("gate-w", MORNINGS)
        fewer = change("gate-e", [{**MORNINGS[0], "ends": "08:00:00"}])
        none = change("gate-e", [])

        assert other["approval"]
        assert other["free_hours"] == []
        assert (fewer["approval"], none["approval"], none["free_hours"]) == (None, None, [])

    def test_hours_that_were_said_meanwhile_are_not_overwritten(self, change, second):
        change("gate-e", ALWAYS)
        change("gate-e", MORNINGS)

        with pytest.raises(keeping.KeptOtherwise):
            decide(second)

        assert door("gate-e").free_hours[0]["days"] == "working"

    def test_those_of_a_new_door_wait_too(self, doors_there, call, manager):
        setting.change(
            community="hml", code="gate-e", kept=Kept(free_hours=[Hours()]), by=None, now=NOW
        )
        Door.rows.of("hml").filter(device__code="plant").delete()

        made = call(manager, "post", "/doors", {"device": "plant", "free_hours": MORNINGS})

        assert made.status_code == 201
        assert made.json()["approval"]
        assert door("plant").free_hours == []

    @pytest.mark.parametrize(
        ("hours", "lasts"),
        [
            ([], 0),
            ([Hours()], 7 * 24 * 60),
            ([Hours(days="12")], 2 * 24 * 60),
            ([Hours(days="working"), Hours(days="1")], 5 * 24 * 60),
            ([Hours(days="rest", starts=time(22, 30), ends=time(1))], 2 * 150),
        ],
    )
    def test_a_week_is_counted_to_the_minute(self, hours, lasts):
        assert len(minutes(hours)) == lasts
        assert HALF_OF_A_WEEK == 84 * 60

    @pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite locks no rows")
    @pytest.mark.django_db(transaction=True)
    def test_settings_of_two_doors_at_once_are_no_deadlock(self, doors_there, manager):
        def hours(code):
            kept = Kept(free_hours=[Hours(days="1")])
            by = manager.account
            said = setting.change(community="hml", code=code, kept=kept, by=by, now=NOW)
            return said.waits

        results = at_once(lambda: hours("gate-e"), lambda: hours("gate-w"))

        assert sorted(one is None for one in results) == [False, True]
