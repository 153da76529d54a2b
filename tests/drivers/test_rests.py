"""How long to rest before something is tried again."""

import asyncio

import pytest

from linli.drivers import rests
from linli.drivers.isapi.options import LineOptions
from linli.drivers.rests import Rests, again_and_again


class TestRests:
    @pytest.fixture(autouse=True)
    def whole(self, monkeypatch):
        """No part of a rest is left out."""
        monkeypatch.setattr(rests.random, "uniform", lambda least, most: most)

    def test_each_is_twice_the_one_before_and_none_over_a_minute(self):
        found = Rests()

        assert [found.next_s() for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]

    def test_begins_again_with_the_first_when_it_went_well(self):
        found = Rests()
        found.next_s()
        found.next_s()

        found.anew()

        assert [found.next_s(), found.next_s()] == [1, 2]

    def test_what_is_tried_at_once_rests_from_the_second_time_on(self):
        found = Rests(at_once=True)

        assert [found.next_s() for _ in range(3)] == [0, 1, 2]


class TestSpread:
    def test_leaves_out_half_of_a_rest_at_most(self):
        rests_s = [Rests().next_s() for _ in range(200)]

        assert min(rests_s) >= 0.5
        assert max(rests_s) <= 1.0
        assert max(rests_s) - min(rests_s) > 0.2


class TestAgainAndAgain:
    @pytest.fixture
    def slept(self, monkeypatch):
        """What was rested; the loop's clock stands still."""
        monkeypatch.setattr(rests.random, "uniform", lambda least, most: most)
        slept = []

        async def sleep(seconds):
            slept.append(seconds)

        monkeypatch.setattr(rests.asyncio, "sleep", sleep)
        return slept

    async def _tries(self, lasting, monkeypatch):
        """Try as often as there are lengths, each lasting so long; then break."""
        now, left = 0.0, iter(lasting)
        monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: now)

        async def attempt():
            nonlocal now
            length = next(left, None)
            if length is None:
                raise OSError("ended")
            now += length

        with pytest.raises(OSError, match="ended"):
            await again_and_again(attempt)

    async def test_rests_longer_while_nothing_lasts(self, slept, monkeypatch):
        await self._tries([0, 5, 60], monkeypatch)

        assert slept == [1, 2, 4]

    async def test_rests_longer_while_a_camera_takes_the_line_and_says_nothing(
        self, slept, monkeypatch
    ):
        options = LineOptions(connect="192.0.2.1:80")
        given_up_s = options.heartbeat_s * options.misses + options.answer_s * 2
        await self._tries([given_up_s] * 3, monkeypatch)

        assert slept == [1, 2, 4]

    async def test_rests_shortly_after_what_lasted(self, slept, monkeypatch):
        await self._tries([0, 0, 61, 0], monkeypatch)

        assert slept == [1, 2, 1, 2]
