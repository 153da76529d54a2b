"""What a scene says of last values is what the engine would say of them."""

import numpy as np
import pytest

from linli.contracts.directory import LimitEntry, ModeEntry
from linli.contracts.readings import Quality
from linli.scenes.engine import Engine
from linli.scenes.probe import Last, probe
from tests.scenes.town import MODELS, START, batch, directory, scene

LIMIT = '[when]\npoint = "co"\nabove = 30'
NOW = START + 1_000


def look(body, *values, now=NOW, lost=None, **place):
    """Return how a scene stands, by the device's code; values are (device, point, value, age)."""
    found = probe(
        scene=scene(body) if isinstance(body, str) else body,
        models=MODELS,
        directory=directory(**place),
        values=[
            Last(device=device, point=point, value=value, at=now - age, quality=quality[0])
            if quality
            else Last(device=device, point=point, value=value, at=now - age)
            for device, point, value, age, *quality in values
        ],
        lost=lost or {},
        now=now,
    )
    return {one.device or one.place: one for one in found}


def holds(found):
    return {name: one.holds for name, one in found.items()}


class TestProbe:
    def test_true_false_and_unknown_are_three_things(self):
        found = look(LIMIT, ("s1", "co", 41, 5), ("s2", "co", 12, 5), ("s3", "co", 90, 500))

        assert holds(found) == {"s1": True, "s2": False, "s3": None, "s4": None}
        assert found["s3"].values[0].value is None
        assert next(iter(found)) == "s1"

    def test_the_nearest_to_its_limit_comes_next(self):
        found = look(LIMIT, ("s1", "co", 3, 5), ("s2", "co", 12, 5), ("s3", "co", 29, 5))

        assert list(found) == ["s3", "s2", "s1", "s4"]
        assert found["s3"].far == pytest.approx(1 / 30)

    def test_a_hold_runs_from_the_newest_value_it_rests_on(self):
        found = look(f'{LIMIT}\nhold = "20s"', ("s1", "co", 41, 5), ("s2", "co", 41, 25))

        assert holds(found)["s1"] is True
        assert (found["s1"].waits_s, found["s2"].waits_s) == (15.0, 0.0)

    def test_what_a_sensor_cannot_show_is_not_looked_at(self):
        found = look(LIMIT, ("s1", "co", 9_000, 5, Quality.OUT_OF_RANGE))

        assert found["s1"].holds is None

    def test_a_device_whose_line_went_down_since_is_not_heard(self):
        values = ("s1", "co", 41, 5), ("s2", "co", 41, 5)

        found = look(LIMIT, *values, lost={"s1": NOW - 2, "s2": NOW - 60})

        assert (found["s1"].holds, found["s2"].holds) == (None, True)

    def test_a_device_that_somebody_works_on_is_left_out(self):
        place = directory()
        away = [
            one if one.code != "s1" else type(one)(
                code="s1", model="sensor", place="e/g/z1", maintenance_until=NOW + 60
            )
            for one in place.devices
        ]  # fmt: skip

        found = probe(
            scene=scene(LIMIT), models=MODELS, lost={}, now=NOW, values=[],
            directory=type(place)(
                community="t", version=1, places=place.places, devices=away, points=place.points
            ),
        )  # fmt: skip

        assert "s1" not in {one.device for one in found}

    def test_limits_of_the_place_are_in_force(self):
        limit = LimitEntry(scene="safety.test.x", target="e/g/z1", key="above", value=10)

        found = look(LIMIT, ("s1", "co", 12, 5), ("s3", "co", 12, 5), limits=[limit])

        assert (found["s1"].holds, found["s3"].holds) == (True, False)
        assert (found["s1"].values[0].limit, found["s3"].values[0].limit) == (10, 30)

    @pytest.mark.parametrize(
        "body",
        [
            '[when]\npoint = "co"\nrises = 5\nwithin = "1m"',
            '[when]\npoint = "co"\nabove = 3\ncount = 2\nwithin = "1m"',
        ],
        ids=["rate", "count"],
    )
    def test_what_takes_a_past_is_not_known(self, body):
        assert look(body, ("s1", "co", 41, 5))["s1"].holds is None

    def test_no_event_is_happening(self):
        assert look('[when]\nevent = "pressed"', ("s1", "pressed", 1, 5))["s1"].holds is False

    def test_silence_is_known_of_what_was_heard_once(self):
        found = look(
            '[when]\npoint = "co"\nsilent = "2m"', ("s1", "co", 4, 300), ("s2", "co", 4, 9)
        )

        assert (found["s1"].holds, found["s2"].holds, found["s3"].holds) == (True, False, None)

    def test_modes_cases_and_hours_are_those_of_now(self):
        body = '[when]\nall = [{ mode = { home = "away" } }, { case = "air" },' + (
            ' { time = { from = "13:00", to = "14:00" } }, { point = "co", above = 3 }]'
        )
        stood = {
            "modes": [ModeEntry(place="e", mode="home", value="away")],
            "cases": frozenset({("air", "e/g", 7)}),
        }

        with_both = look(body, ("s1", "co", 4, 5), ("s4", "co", 4, 5), **stood)
        later = look(body, ("s1", "co", 4, 5), now=START + 7_200, **stood)

        assert (with_both["s1"].holds, with_both["s4"].holds) == (True, False)
        assert later["s1"].holds is False

    def test_a_scene_of_places_looks_at_all_below(self):
        body = scene(f'{LIMIT}\nof = "all"', head='scope = "zone"')

        found = look(body, ("s1", "co", 41, 5), ("s2", "co", 9, 5), ("s3", "co", 41, 5))

        assert holds(found) == {"e/g/z2": True, "e/g/z1": False}
        assert [one.device for one in found["e/g/z1"].values] == ["s1", "s2"]

    def test_says_only_what_somebody_there_can_do(self):
        found = look(f'{LIMIT}\n[[do]]\ncommand = "fan.on"\nwhere = "same zone"')

        assert found["s1"].would == ["alarm raised", "fan.on"]
        assert found["s4"].would == ["alarm raised"]

    @pytest.mark.parametrize("seed", range(8))
    def test_agrees_with_the_engine(self, seed):
        random = np.random.default_rng(seed)
        body = scene(
            '[when]\nany = [{ all = [{ point = "co", above = 30 },'
            ' { point = "co", at_least = 20, where = "same garage", of = "all" }] },'
            ' { not = { point = "temp", outside = [-5, 40] } }]'
        )
        rows = [
            (device, point, float(random.integers(0, 60)))
            for device in ("s1", "s2", "s3", "s4")
            for point in ("co", "temp")
            if random.random() < 0.8
        ]
        engine = Engine(scenes=[body], models=MODELS, directory=directory(), now=START)
        engine.feed(batch(1, rows, [START + 1] * len(rows)))
        acting = {inst.anchor.name for inst in engine.active()}

        found = look(body, *((*row, 0) for row in rows), now=START + 1)

        assert {name for name, one in found.items() if one.holds} == acting
