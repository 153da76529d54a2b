"""What is late and what came twice, checked against a plain loop."""

import random

import numpy as np

from linli.devices.batch import Batch, Quality
from linli.live.seen import Seen

NOW = 1_767_225_600.0


def batch(rows):
    points, times, values = zip(*rows, strict=True)
    return Batch(
        community="h", at=NOW, points=np.array(points, np.uint32), times=np.array(times),
        values=np.array(values, float), quality=np.zeros(len(rows), np.uint8),
    )  # fmt: skip


def flags(seen, rows):
    return seen.settle(batch(rows), np.zeros(len(rows), bool)).tolist()


def plainly(rows, last):
    out = []
    for point, time, _ in rows:
        newest = last.get(point, -1e18)
        out.append(int(Quality.DUPLICATE if time == newest else (time < newest) * Quality.LATE))
        last[point] = max(newest, time)
    return out


class TestSettle:
    def test_flags_the_second_of_two_and_the_older_one(self):
        seen = Seen(np.array([1, 2], np.uint32))

        found = flags(seen, [(1, NOW, 5), (1, NOW, 6), (1, NOW - 1, 6), (2, NOW - 9, 1)])

        assert found == [0, Quality.DUPLICATE, Quality.LATE, 0]

    def test_remembers_across_batches(self):
        seen = Seen(np.array([1], np.uint32))
        flags(seen, [(1, NOW, 5)])

        assert flags(seen, [(1, NOW, 5)]) == [Quality.DUPLICATE]
        assert flags(seen, [(1, NOW - 5, 5)]) == [Quality.LATE]
        assert flags(seen, [(1, NOW + 5, 5)]) == [0]

    def test_flags_nothing_of_points_that_it_does_not_know(self):
        seen = Seen(np.array([1], np.uint32))

        assert flags(seen, [(9, NOW, 5), (9, NOW, 5)]) == [0, 0]

    def test_gives_readings_without_a_time_a_millisecond_each(self):
        seen = Seen(np.array([1, 2], np.uint32))
        for expected in ([0, 0.001, 0, 0.002], [0.003, 0.004, 0.001, 0.005]):
            found = batch([(1, 0.0, 1), (1, 0.0, 2), (2, 0.0, 3), (1, 0.0, 4)])

            flagged = seen.settle(found, np.ones(4, bool))

            assert flagged.tolist() == [0, 0, 0, 0]
            assert np.allclose(found.times, NOW + np.array(expected), atol=1e-5, rtol=0)

    def test_agrees_with_a_plain_loop_within_a_batch(self):
        chance = random.Random(3)
        for _ in range(200):
            rows = [
                (chance.randrange(1, 6), NOW + chance.randrange(5), chance.randrange(2))
                for _ in range(chance.randrange(1, 40))
            ]

            found = flags(Seen(np.arange(1, 6, dtype=np.uint32)), rows)

            assert found == plainly(rows, {})
