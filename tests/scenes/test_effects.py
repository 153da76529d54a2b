"""What a scene does: commands and their undoing, rivals, steps, cool-down, one effect a cause."""

import pytest

from linli.contracts.effects import (
    AlarmRaised,
    CaseWanted,
    CommandIssued,
    CommandOverruled,
    NoticeWanted,
)
from tests.scenes.town import START, Town, scene

ZONE = 'where = "same zone"'


def _fan(service: str, *, above: float, name: str, board: str = "safety", head: str = ""):
    body = f'[when]\npoint = "co"\nabove = {above}\n[[do]]\ncommand = "{service}"\n{ZONE}'
    return scene(body, name=name, board=board, head=f"alarm = false\n{head}")


class TestCommand:
    def test_goes_to_every_device_of_the_place_and_is_undone_at_the_end(self):
        town = Town(_fan("fan.on", above=30, name="a"))

        said = town.read(1, ("s1", "co", 31)) + town.read(2, ("s1", "co", 1))

        assert said == ["1 f1 fan.on", "2 f1 fan.off"]

    def test_tells_what_it_undoes_and_when_it_expires(self):
        town = Town(_fan("fan.on", above=30, name="a"))

        town.read(1, ("s1", "co", 31))
        town.read(2, ("s1", "co", 1))

        on, off = [one for one in town.said if isinstance(one, CommandIssued)]
        assert (off.undoes, off.safety) == (on.id, True)
        assert on.expires_at == START + 1 + 120
        assert off.cause == f"r:11:{round((START + 2) * 1000)}"

    def test_leaves_what_has_no_inverse_or_must_not_be_undone(self):
        kept = scene(
            f'[when]\npoint = "co"\nabove = 30\n[[do]]\ncommand = "fan.on"\n{ZONE}\nundo = false\n'
            f'[[do]]\ncommand = "fan.boost"\n{ZONE}',
            head="alarm = false",
        )
        town = Town(kept)

        said = town.read(1, ("s1", "co", 31)) + town.read(2, ("s1", "co", 1))

        assert said == ["1 f1 fan.on", "1 f1 fan.boost"]

    def test_goes_to_the_same_place_when_the_device_cannot_do_it_itself(self):
        town = Town(scene('[when]\npoint = "co"\nabove = 30\n[[do]]\ncommand = "fan.on"'))

        said = town.read(1, ("s3", "co", 31))

        assert said == ["1 raised s3", "1 f2 fan.on"]

    def test_is_undone_only_when_no_other_scene_wants_it_still(self):
        town = Town(_fan("fan.on", above=30, name="a"), _fan("fan.on", above=40, name="b"))

        said = [
            town.read(1, ("s1", "co", 45)),
            town.read(2, ("s1", "co", 35)),
            town.read(3, ("s1", "co", 1)),
        ]

        assert said == [["1 f1 fan.on", "1 f1 fan.on"], [], ["3 f1 fan.off"]]

    def test_counts_two_devices_of_one_scene_each_by_itself(self):
        town = Town(_fan("fan.on", above=30, name="a"))

        said = [
            town.read(1, ("s1", "co", 45), ("s2", "co", 45)),
            town.read(2, ("s1", "co", 5)),
            town.read(3, ("s2", "co", 5)),
        ]

        assert said == [["1 f1 fan.on", "1 f1 fan.on"], [], ["3 f1 fan.off"]]


class TestRivals:
    SAFE = staticmethod(lambda: _fan("fan.on", above=30, name="a", head='severity = "info"'))
    EASE = staticmethod(
        lambda: _fan(
            "fan.off", above=20, name="b", board="environment", head='severity = "critical"'
        )
    )

    def test_lets_safety_win_and_tells_the_loser(self):
        town = Town(self.SAFE(), self.EASE())

        said = [
            town.read(1, ("s1", "co", 25)),
            town.read(2, ("s1", "co", 35)),
            town.read(3, ("s1", "co", 25)),
            town.read(4, ("s1", "co", 5)),
        ]

        assert said == [
            ["1 f1 fan.off"],
            ["2 f1 fan.on", "2 f1 overruled fan.off"],
            ["3 f1 fan.off"],
            ["4 f1 fan.on"],
        ]

    def test_names_the_winner_and_gives_the_loser_a_new_id_later(self):
        town = Town(self.SAFE(), self.EASE())
        for at, value in ((1, 25), (2, 35), (3, 25)):
            town.read(at, ("s1", "co", value))

        lost = next(one for one in town.said if isinstance(one, CommandOverruled))
        first, on, again = [one for one in town.said if isinstance(one, CommandIssued)]
        assert (lost.scene, lost.winner_scene) == ("environment.test.b", "safety.test.a")
        assert lost.winner_command == on.id
        assert again.scene == "environment.test.b"
        assert again.id != first.id
        assert again.undoes is None

    @pytest.mark.parametrize(
        ("service", "stands"),
        [("fan.off", True), ("lid.shut", True), ("fan.on", False), ("fan.boost", False)],
    )
    def test_stands_against_what_a_person_asks_for_and_against_what_yields_to_it(
        self, service, stands
    ):
        town = Town(self.SAFE())

        found = []
        for at, value in ((1, 25), (2, 35), (3, 5)):
            town.read(at, ("s1", "co", value))
            found.append(town.engine.standing_against(device="f1", service=service) is not None)

        assert found == [False, stands, False]
        assert town.engine.standing_against(device="f2", service=service) is None

    def test_of_comfort_stands_against_nothing_that_a_person_asks_for(self):
        town = Town(self.EASE())
        town.read(1, ("s1", "co", 25))

        assert town.engine.standing_against(device="f1", service="fan.on") is None

    def test_does_not_give_the_weaker_wish_at_all_while_the_stronger_stands(self):
        town = Town(self.SAFE(), self.EASE())

        said = town.read(1, ("s1", "co", 35))

        assert sorted(said) == sorted(["1 f1 fan.off", "1 f1 fan.on", "1 f1 overruled fan.off"])
        assert said[-1] == "1 f1 overruled fan.off"

    @pytest.mark.parametrize(
        ("first", "second", "winner"),
        [("critical", "major", "fan.on"), ("minor", "major", "fan.off")],
    )
    def test_lets_the_graver_win_on_one_board(self, first, second, winner):
        town = Town(
            _fan("fan.on", above=30, name="a", head=f'severity = "{first}"'),
            _fan("fan.off", above=40, name="b", head=f'severity = "{second}"'),
        )

        said = town.read(1, ("s1", "co", 35)) + town.read(2, ("s1", "co", 45))

        loser = "fan.off" if winner == "fan.on" else "fan.on"
        assert said[-1] == f"2 f1 overruled {loser}"

    def test_lets_the_earlier_win_among_equals(self):
        town = Town(_fan("fan.on", above=30, name="z"), _fan("fan.off", above=40, name="a"))

        said = town.read(1, ("s1", "co", 35)) + town.read(2, ("s1", "co", 45))

        assert said == ["1 f1 fan.on", "2 f1 overruled fan.off"]

    def test_says_nothing_when_the_loser_ends_first(self):
        town = Town(_fan("fan.on", above=30, name="z"), _fan("fan.off", above=40, name="a"))
        town.read(1, ("s1", "co", 35))
        town.read(2, ("s1", "co", 45))

        assert town.read(3, ("s1", "co", 35)) == []
        assert town.read(4, ("s1", "co", 5)) == ["4 f1 fan.off"]


class TestSteps:
    BODY = """[when]
    point = "co"
    above = 30
    [[do]]
    case = "late"
    after = "10s"
    [[do]]
    case = "facility.air"
    to = "nearest engineer"
    within = "15m"
    [[do]]
    notify = "guard"
    text = { zh = "{place} {value} 过 {limit}", en = "{device}" }"""

    def test_are_taken_in_the_order_of_their_delay(self):
        town = Town(scene(self.BODY))

        said = town.read(1, ("s1", "co", 31)) + town.wait(20)

        assert said == ["1 raised s1", "1 case facility.air", "1 NoticeWanted", "11 case late"]

    def test_are_dropped_when_the_scene_ends_first(self):
        town = Town(scene(self.BODY))
        town.read(1, ("s1", "co", 31))

        said = town.read(5, ("s1", "co", 3)) + town.wait(20)

        assert said == ["5 cleared"]

    def test_tell_the_case_its_alarm_and_the_notice_its_values(self):
        town = Town(scene(self.BODY))
        town.read(1, ("s1", "co", 31.5))

        alarm = next(one for one in town.said if isinstance(one, AlarmRaised))
        case = next(one for one in town.said if isinstance(one, CaseWanted))
        notice = next(one for one in town.said if isinstance(one, NoticeWanted))
        assert (case.alarm, case.to, case.within_s) == (alarm.id, "engineer", 900)
        assert (notice.text.zh, notice.text.en) == ("{place} 31.5 过 30", "s1")

    def test_of_an_instant_are_taken_though_nothing_lasts(self):
        body = '[when]\nevent = "pressed"\n[[do]]\ncase = "late"\nafter = "10s"'
        town = Town(scene(body))

        said = town.read(1, ("s1", "pressed", 1)) + town.wait(30)

        assert said == ["1 raised s1", "11 case late"]


class TestCooldown:
    def test_keeps_quiet_after_an_end_and_then_acts_if_it_is_still_so(self):
        town = Town(scene('[when]\npoint = "co"\nabove = 30', head='cooldown = "1m"'))

        said = [
            town.read(1, ("s1", "co", 31)),
            town.read(2, ("s1", "co", 1)),
            town.read(3, ("s1", "co", 31)),
            town.wait(80),
        ]

        assert said == [["1 raised s1"], ["2 cleared"], [], ["62 raised s1"]]

    def test_holds_back_a_second_press(self):
        town = Town(scene('[when]\nevent = "pressed"', head='cooldown = "1m"'))

        said = [town.read(at, ("s1", "pressed", 1)) for at in (1, 5, 61)]

        assert said == [["1 raised s1"], [], ["61 raised s1"]]


class TestOnce:
    def test_gives_one_effect_for_a_reading_that_comes_twice(self):
        town = Town(scene('[when]\nevent = "pressed"'))

        said = town.read(1, ("s1", "pressed", 1), ("s1", "pressed", 1), times=[1, 1])

        assert said == ["1 raised s1"]
        assert town.engine.quality.tolist() == [0, 8]

    def test_gives_the_same_ids_when_everything_is_told_again(self):
        said = []
        for _ in range(2):
            town = Town(_fan("fan.on", above=30, name="a"))
            for at, value in ((1, 31), (2, 1), (3, 31)):
                town.read(at, ("s1", "co", value))
            said.append(town.said)

        assert said[0] == said[1]

    def test_gives_ids_that_fit_the_record(self):
        town = Town(_fan("fan.on", above=30, name="a"))
        town.read(1, ("s1", "co", 31))

        assert all(len(one.id) <= 64 for one in town.said)
