"""History read through beside its writer."""

import numpy as np
import pytest

from linli.adapters.history.recorded import Recorded, Wanted
from linli.adapters.history.values import DamagedSegment
from linli.devices.batch import Quality
from tests.adapters.history.conftest import NOON, batch

DAY = 86_400.0


@pytest.fixture
def recorded(tmp_path):
    made = Recorded(home=tmp_path, community="hml", scratch=tmp_path / "scratch")
    yield made
    made.close()


def keep(store, *rows, quality=0):
    made = batch(*rows)
    flags = np.full(len(rows), quality, np.uint8)
    store.append(batch=made._replace(quality=flags), sequence=store.seen + 1)
    store.flush()


def read(recorded, *points, others=None, speaks_s=60.0, start=NOON - DAY, end=NOON + 9 * DAY):
    wanted = Wanted(looked=frozenset(points), others=others or {}, speaks_s=speaks_s)
    return [
        (int(point), float(time), float(value))
        for part in recorded.batches(wanted=wanted, start=start, end=end)
        for point, time, value in zip(part.points, part.times, part.values, strict=True)
    ]


class TestBatches:
    def test_come_in_the_order_of_time_over_days_and_points(self, store, recorded):
        keep(store, (7, NOON + DAY, 3.0), (8, NOON + 5, 2.0), (7, NOON + 9, 9.0))
        keep(store, (7, NOON, 1.0), (9, NOON, 0.0))

        assert read(recorded, 7, 8) == [
            (7, NOON, 1.0), (8, NOON + 5, 2.0), (7, NOON + 9, 9.0), (7, NOON + DAY, 3.0)
        ]  # fmt: skip

    def test_end_before_the_end(self, store, recorded):
        keep(store, (7, NOON, 1.0), (7, NOON + 1, 2.0))

        assert read(recorded, 7, start=NOON, end=NOON + 1) == [(7, NOON, 1.0)]

    def test_leave_out_what_came_twice_and_keep_other_flags(self, store, recorded):
        keep(store, (7, NOON, 1.0), quality=int(Quality.DUPLICATE))
        keep(store, (7, NOON + 1, 2.0), quality=int(Quality.OUT_OF_RANGE))

        assert read(recorded, 7) == [(7, NOON + 1, 2.0)]

    def test_hear_a_device_by_its_other_points_seldom(self, store, recorded):
        keep(store, *((8, NOON + at, float(at)) for at in range(0, 100, 5)), (7, NOON, 1.0))

        found = read(recorded, 7, others={8: 0}, speaks_s=50.0)

        assert found == [(7, NOON, 1.0), (8, NOON + 45, 45.0), (8, NOON + 95, 95.0)]

    def test_of_no_points_are_none(self, store, recorded):
        keep(store, (7, NOON, 1.0))

        assert read(recorded) == []

    def test_of_an_empty_history_are_none(self, recorded):
        assert read(recorded, 7) == []
        assert recorded.span() is None

    def test_are_bounded(self, store, recorded, monkeypatch):
        monkeypatch.setattr("linli.adapters.history.recorded.ROWS_AT_ONCE", 10)
        keep(store, *((7, NOON + at, float(at)) for at in range(100)))
        wanted = Wanted(looked=frozenset({7}))

        parts = list(recorded.batches(wanted=wanted, start=NOON, end=NOON + 100))

        assert [len(part.points) for part in parts] == [10] * 10

    def test_read_beside_the_writer_who_merges_meanwhile(self, store, recorded):
        for at in range(12):
            keep(store, (7, NOON + at, float(at)))
        wanted = Wanted(looked=frozenset({7}))
        reading = recorded.batches(wanted=wanted, start=NOON - DAY, end=NOON + 9 * DAY)

        merged = store.compact(now=NOON + 5 * DAY)
        found = [value for part in reading for value in part.values.tolist()]

        assert merged == 12
        assert found == [float(at) for at in range(12)]

    def test_of_a_segment_cut_off_are_refused_by_its_name(self, store, recorded, tmp_path):
        keep(store, (7, NOON, 1.0))
        file = tmp_path / "history" / "hml" / store.segments[0].file
        file.write_bytes(file.read_bytes()[:-9])

        with pytest.raises(DamagedSegment) as refused:
            read(recorded, 7)

        assert refused.value.values["file"] == store.segments[0].file

    def test_of_another_community_are_not_seen(self, store, tmp_path):
        keep(store, (7, NOON, 1.0))
        other = Recorded(home=tmp_path, community="other", scratch=tmp_path / "scratch")

        assert read(other, 7) == []
        other.close()
