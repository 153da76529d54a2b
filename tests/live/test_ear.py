"""Facts of the records as the scenes hear them."""

import asyncio
import time
from datetime import UTC, datetime

import msgspec
import pytest

from linli.adapters.bus import Stored
from linli.contracts import signals, subjects
from linli.contracts.readings import Quality
from linli.contracts.scenes import ModeSet
from linli.contracts.things import Happening
from linli.contracts.tours import PointVisited
from linli.kernel.words import Words
from linli.live.ear import HEARD, Ear
from linli.live.gate import Gate
from linli.live.log import Log
from tests.live.house import directory, models

AT = datetime(2026, 6, 1, 14, tzinfo=UTC)


def test_a_mode_says_since_when_it_is_so_however_late_and_often_it_is_heard():
    fact = ModeSet(id="f1", at=AT, community="hml", place="hml/a", mode="home", value="away")

    [heard] = HEARD["ModeSet"](msgspec.json.encode(fact))
    later = msgspec.structs.replace(heard, at=AT.timestamp() + 900)

    assert heard.since == later.since == AT.timestamp()
    assert signals.decode(signals.encode([later])) == [later]


class TestVisit:
    """A visit of a point is told as what happened at the device that stands there."""

    POINT = 900

    @pytest.fixture
    def gate(self):
        known = models()
        visited = {"visited": Happening(name=Words(zh="打点", en="visited"))}
        known["safe_unit"] = msgspec.structs.replace(known["safe_unit"], events=visited)
        register = directory(units=1, safe=1)
        point = msgspec.structs.replace(register.points[0], number=self.POINT, device="s0001")
        points = [*register.points, msgspec.structs.replace(point, name="visited")]
        return Gate(directory=msgspec.structs.replace(register, points=points), models=known)

    def hear(self, gate, at, *devices, body=None):
        """Hear visits; return the ear and the batch that they make."""

        async def act():
            ear = Ear(bus=None, gate=gate, log=Log(bus=None, gate=gate), after=4)
            for number, device in enumerate(devices, 5):
                fact = PointVisited(
                    id=f"f{number}", at=AT, community="house", tour=1, point="p",
                    place="house/garage", device=device,
                    visited_at=datetime.fromtimestamp(at, UTC),
                )  # fmt: skip
                said = msgspec.json.encode(fact) if body is None else body
                ear._pass_on(Stored(number, subjects.facts("house", "PointVisited"), said, {}))
            pending = gate.safety.pending
            return ear, pending.columns(community="house", at=time.time(), seen=gate.seen)

        return asyncio.run(act())

    def test_is_a_reading_of_when_it_was_and_told_again_it_is_a_duplicate(self, gate):
        at = round(time.time() - 60, 3)

        ear, batch = self.hear(gate, at, "s0001", "s0001")

        assert (list(batch.points), list(batch.values)) == ([self.POINT] * 2, [1.0, 1.0])
        assert batch.times == pytest.approx([at, at], abs=0.001)
        assert list(batch.quality) == [0, int(Quality.DUPLICATE)]
        assert ear.heard == 4

    @pytest.mark.parametrize("device", ["gone", "d0001"])
    def test_of_a_device_that_is_not_there_or_tells_none_is_passed_over(self, gate, device):
        ear, batch = self.hear(gate, time.time(), device)

        assert (len(batch.points), ear.heard) == (0, 5)

    def test_that_cannot_be_read_is_counted_and_passed_over(self, gate):
        ear, batch = self.hear(gate, 1.0, "s0001", body=b"{}")

        assert (len(batch.points), ear.heard) == (0, 5)
        [refused] = gate.refusals.tell(community="house", at=1.0)
        assert refused.reason == "poison"
