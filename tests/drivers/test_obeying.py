"""Orders of a line whose devices answer side by side."""

import asyncio

from linli.drivers.line import Order
from linli.drivers.obeying import Obeying
from tests.drivers.station import FakeStation


def order(id, expires_at=2e9):
    return Order(id=id, service="light.on", args={}, expires_at=expires_at)


class Slow:
    """Obeys when it is told to; remembers what began."""

    def __init__(self):
        self.began = []
        self.go = asyncio.Event()

    async def __call__(self, device, given):
        self.began.append((device, given.id))
        await self.go.wait()
        return True, ""


async def settle():
    for _ in range(10):
        await asyncio.sleep(0)


class TestRun:
    async def test_waits_within_a_device_and_not_between_devices(self):
        station, slow = FakeStation(), Slow()
        obeying = Obeying(station=station, obey=slow)
        for device, number in (("a", "1"), ("a", "2"), ("b", "3")):
            obeying.put(device, order(number), reachable=True)

        task = asyncio.create_task(obeying.run())
        await settle()
        before = list(slow.began)
        slow.go.set()
        await station.until(lambda: len(station.answers) == 3)
        task.cancel()

        assert before == [("a", "1"), ("b", "3")]
        assert sorted(answer[1] for answer in station.answers if answer[2]) == ["1", "2", "3"]

    async def test_answers_what_was_under_way_when_the_line_broke_and_lets_it_be_tried_again(self):
        station, slow = FakeStation(), Slow()
        obeying = Obeying(station=station, obey=slow)
        obeying.put("a", order("1"), reachable=True)
        task = asyncio.create_task(obeying.run())
        await settle()

        task.cancel()
        await settle()
        obeying.put("a", order("1"), reachable=True)
        slow.go.set()
        task = asyncio.create_task(obeying.run())
        await station.until(lambda: len(station.answers) == 2)
        task.cancel()

        assert station.answers == [("a", "1", False, "line_broken"), ("a", "1", True, "")]

    async def test_does_not_do_what_expired_while_it_waited(self):
        station, slow = FakeStation(), Slow()
        obeying = Obeying(station=station, obey=slow)
        obeying.put("a", order("1"), reachable=True)
        obeying.put("a", order("2", expires_at=station.clock + 1), reachable=True)
        task = asyncio.create_task(obeying.run())
        await settle()

        station.clock += 5
        slow.go.set()
        await station.until(lambda: len(station.answers) == 2)
        task.cancel()

        assert station.answers[1] == ("a", "2", False, "expired")
        assert slow.began == [("a", "1")]

    async def test_says_no_to_an_order_over_which_we_broke_and_goes_on(self):
        station, told = FakeStation(), []

        async def obey(device, given):
            told.append(given.id)
            if given.id == "1":
                raise KeyError("to")
            return True, ""

        obeying = Obeying(station=station, obey=obey)
        task = asyncio.create_task(obeying.run())
        for number in ("1", "2"):
            obeying.put("a", order(number), reachable=True)
        await station.until(lambda: len(station.answers) == 2)
        task.cancel()

        assert station.answers == [("a", "1", False, "line_broke"), ("a", "2", True, "")]

    async def test_what_waited_in_a_chain_when_the_line_broke_may_come_again(self):
        station, slow = FakeStation(), Slow()
        obeying = Obeying(station=station, obey=slow)
        for number in range(3):
            obeying.put("a", order(f"o{number}"), reachable=True)
        task = asyncio.create_task(obeying.run())
        await settle()

        task.cancel()
        await settle()

        assert station.answers == [("a", "o0", False, "line_broken")]
        slow.go.set()
        task = asyncio.create_task(obeying.run())
        assert obeying.put("a", order("o1"), reachable=True)
        await station.until(lambda: len(station.answers) == 2)
        task.cancel()
        assert station.answers[1] == ("a", "o1", True, "")


class TestPut:
    async def test_takes_no_more_than_it_can_keep(self):
        station, slow = FakeStation(), Slow()
        obeying = Obeying(station=station, obey=slow)
        task = asyncio.create_task(obeying.run())
        taken = 0
        for number in range(1000):
            taken += obeying.put("a", order(f"o{number}"), reachable=True)
            await asyncio.sleep(0)
        task.cancel()

        assert taken < 330

    async def test_takes_nothing_for_who_cannot_be_reached(self):
        station = FakeStation()
        obeying = Obeying(station=station, obey=Slow())

        assert obeying.put("a", order("1"), reachable=False) is False
        assert station.answers == []
