"""The windows of rates: as short as they can be, and right beside every sample ever kept."""

import random

import pytest

from tests.scenes.town import Town, scene


def _windows(town):
    return [
        window
        for inst in town.engine._world.live.values()
        for by_point in inst.windows.values()
        for window in by_point.values()
    ]


class TestRate:
    def test_keeps_no_more_of_a_steady_day_than_of_a_minute(self):
        town = Town(scene('[when]\npoint = "temp"\nrises = 100\nwithin = "1d"'))

        for minute in range(1, 600):
            town.read(minute * 60, ("s1", "temp", 20 + minute % 3))

        assert [len(window) <= 3 for window in _windows(town)] == [True]

    @pytest.mark.parametrize("way", ["rises", "falls"])
    @pytest.mark.parametrize("seed", range(5))
    def test_says_what_all_samples_would_say(self, way, seed):
        town = Town(scene(f'[when]\npoint = "temp"\n{way} = 6\nwithin = "1m"'))
        rng, kept, active = random.Random(seed), [], False

        for at in range(5, 1500, 5):
            value = float(rng.randrange(10, 19))
            kept = [(when, one) for when, one in kept if when >= at - 60] + [(at, value)]
            values = [one for _, one in kept]
            moved = value - min(values) if way == "rises" else max(values) - value
            before, active = active, moved >= 6
            said = town.read(at, ("s1", "temp", value))

            assert said == {
                (False, True): [f"{at} raised s1"],
                (True, False): [f"{at} cleared"],
            }.get((before, active), [])

    def test_goes_on_after_a_restart_from_a_state_that_has_every_sample(self):
        town = Town(scene('[when]\npoint = "temp"\nrises = 10\nwithin = "1m"'))
        town.read(1, ("s1", "temp", 25))
        ((window,),) = [_windows(town)]
        window[:] = [(window[0][0] - 2000, 30.0), (window[0][0] - 1000, 20.0), window[0]]

        town.restart()

        assert town.read(2, ("s1", "temp", 30)) == ["2 raised s1"]
