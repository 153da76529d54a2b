"""The order of passing without a line: once in, of two doors one; joined again with the records."""

from itertools import permutations

import pytest

from linli.app.demo.controller import Shown
from linli.app.demo.panel import Panel
from linli.contracts.doors import Hours, Way
from linli.domains.doors.logic.deciding import Mode
from linli.domains.doors.models import Inside
from linli.domains.doors.operations import granting, issuing, setting
from linli.domains.doors.operations.issuing import NewCredential
from linli.domains.doors.operations.setting import Kept
from linli.registry.devices.models import Device
from tests.domains.doors.conftest import CARD, NOW, keep, later

T = NOW.timestamp()


class TestOrder:
    """Once in, and of two doors one: kept without a line, joined with it."""

    @pytest.fixture
    def plant(self, card, homes, manager):
        """Let Wang into the plant room, once."""

        def keep(**kept):
            setting.change(
                community="hml", code="plant", kept=Kept(**kept), by=manager.account, now=NOW
            )

        keep(back_rule="hard")
        new = granting.NewRight(person=homes.wang, door="plant")
        granting.grant(community="hml", new=new, by=None, now=NOW)
        return keep

    @staticmethod
    def pass_(door, at, reader="in"):
        verdict = door.by_itself(Shown(way=Way.CARD, value=CARD, reader=reader), at)
        return verdict.opens, verdict.reason

    def test_once_in_holds_without_a_line_by_what_was_known_and_what_it_saw(
        self, plant, controller, show
    ):
        door = controller("plant")
        show("plant")
        door.pull()

        told = [
            self.pass_(door, T + 1),
            self.pass_(door, T + 2, "out"),
            self.pass_(door, T + 3),
            self.pass_(door, T + 4),
        ]

        assert told == [
            (False, "inside_already"), (True, "right"), (True, "right"), (False, "inside_already"),
        ]  # fmt: skip

    def test_what_it_asked_it_knows_when_the_line_goes(self, plant, controller):
        door = controller("plant")
        door.pull()
        shown = Shown(way=Way.CARD, value=CARD)
        answer = door.ask(door.question(shown, T))
        door.answered(shown, {"ok": answer.ok, **answer.body}, T)

        assert self.pass_(door, T + 1) == (False, "inside_already")

    def test_nobody_is_kept_out_by_what_cannot_be_known(self, plant, controller, manager, show):
        setting.change(
            community="hml", code="gate-w", kept=Kept(area="plant"), by=manager.account, now=NOW
        )
        alone, panel = controller("plant"), Panel()
        alone.pull()
        joined = [controller("plant", panel), controller("gate-w", panel)]
        for one in joined:
            one.pull()

        softly = [self.pass_(alone, T), self.pass_(alone, T + 1)]
        hard = [self.pass_(joined[0], T), self.pass_(joined[0], T + 1)]
        show("plant", value=CARD)
        off_line = show("plant", value=CARD)
        Device.rows.of("hml").filter(code="gate-w").update(online=True)
        on_line = show("plant", value=CARD)

        assert softly == [(True, "right"), (True, "inside_already")]
        assert hard == [(True, "right"), (False, "inside_already")]
        assert (off_line.opens, off_line.reason) == (True, "inside_already")
        assert (on_line.opens, on_line.reason) == (False, "inside_already")

    def test_an_air_lock_lets_one_door_open_where_its_controller_sees_both(self, plant, controller):
        plant(back_rule="off", interlock="lock")
        setting.change(
            community="hml", code="door-3", kept=Kept(interlock="lock"), by=None, now=NOW
        )
        panel = Panel()
        inner, outer = controller("plant", panel), controller("door-3", panel)
        apart = controller("door-3")
        for one in (inner, outer, apart):
            one.pull()

        told = [
            self.pass_(outer, T),
            self.pass_(inner, T + 1),
            self.pass_(apart, T + 1),
            self.pass_(inner, T + 6),
        ]

        assert told == [(True, "right"), (False, "interlock"), (True, "right"), (True, "right")]

    @pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
    def test_in_whatever_order_it_is_told_a_day_late_the_last_crossing_stands(
        self, plant, controller, show, order
    ):
        doors = [controller("plant") for _ in range(3)]
        for at, (door, reader) in enumerate(zip(doors, ("in", "out", "in"), strict=True)):
            door.pull()
            door.by_itself(Shown(way=Way.CARD, value=CARD, reader=reader), T + at)

        for number in order:
            doors[number].tell(later(hours=24))
        inside = Inside.rows.of("hml").get()
        show("plant", reader="out", now=later(hours=25))
        doors[0].by_itself(Shown(way=Way.CARD, value=CARD), T + 10)
        doors[0].tell(later(hours=26))
        left = Inside.rows.of("hml").get()

        assert (inside.inside, inside.at) == (True, later(seconds=2))
        assert (left.inside, left.at) == (False, later(hours=25))
        assert show("plant", now=later(hours=27)).opens

    def test_what_it_saw_is_not_undone_by_who_was_inside_as_others_told_it(
        self, plant, controller, show
    ):
        door = controller("plant")
        show("plant")
        door.pull()
        left = self.pass_(door, T + 60, "out")

        door.pull(later(minutes=2))
        before_telling = self.pass_(door, T + 180)
        self.pass_(door, T + 190, "out")
        door.tell(later(minutes=4))
        door.pull(later(minutes=5))
        after = self.pass_(door, T + 400)

        assert [one[0] for one in (left, before_telling, after)] == [True, True, True]

    @pytest.mark.parametrize(
        ("kept", "strange", "his"),
        [
            (Kept(link_down="free"), (True, "free"), (True, "free")),
            (Kept(link_down="shut"), (False, "unknown"), (False, "shut")),
            (Kept(free_hours=[Hours()]), (True, "free"), (True, "free")),
            (Mode.FREE, (True, "free"), (True, "free")),
            (Mode.OFF, (False, "door_off"), (False, "door_off")),
        ],
    )
    def test_without_a_line_it_is_kept_as_was_said(  # noqa: PLR0917
        self, card, manager, controller, kept, strange, his
    ):
        keep(manager, kept)
        door = controller()
        door.pull()

        nobody = door.by_itself(Shown(way=Way.CARD, value="0000000001"), T)

        assert (nobody.opens, nobody.reason) == strange
        assert self.pass_(door, T) == his

    @pytest.mark.parametrize("mode", [Mode.FREE, Mode.SHUT, Mode.OFF])
    def test_what_was_decided_is_over_in_time_without_a_line_too(
        self, card, manager, controller, mode
    ):
        keep(manager, mode)
        door = controller()
        door.pull()
        end = later(hours=12).timestamp()

        before = door.by_itself(Shown(way=Way.CARD, value="0000000001"), end - 1)
        at_its_end = door.by_itself(Shown(way=Way.CARD, value="0000000001"), end)

        assert before.reason == {"free": "free", "shut": "unknown", "off": "door_off"}[mode]
        assert (at_its_end.opens, at_its_end.reason) == (False, "unknown")
        assert self.pass_(door, end) == (True, "right")

    @pytest.mark.parametrize("mode", [Mode.SHUT, Mode.OFF])
    def test_whoever_is_inside_is_let_out_without_a_line_and_with_one(  # noqa: PLR0917
        self, card, homes, manager, controller, show, mode
    ):
        keep(manager, mode, door="gate-e")
        door = controller("gate-e")
        door.pull()

        by_itself = [self.pass_(door, T, reader) for reader in ("in", "out")]
        asked = [show("gate-e", reader=reader) for reader in ("in", "out")]

        assert [opens for opens, _ in by_itself] == [False, True]
        assert [one.opens for one in asked] == [False, True]

    def test_codes_are_not_guessed_there_either(self, homes, controller):
        new = NewCredential(way=Way.PIN, person=homes.wang)
        digits = issuing.issue(community="hml", new=new, by=None, now=NOW).digits
        door = controller()
        door.pull()
        for number in range(5):
            door.by_itself(Shown(way=Way.PIN, value=f"00000{number}"), T + number)

        at_once = door.by_itself(Shown(way=Way.PIN, value=digits), T + 10)
        later_on = door.by_itself(Shown(way=Way.PIN, value=digits), T + 400)

        assert (at_once.reason, later_on.reason) == ("too_many_tries", "right")
