"""What history keeps, and what it answers."""

from datetime import date

import numpy as np
import pytest

from linli.adapters.history.store import Store
from linli.adapters.history.values import BadManifest, BadSpan, BufferFull, DamagedSegment, InUse
from linli.contracts.history import Cell, How, PointSummary, Reading
from linli.devices.batch import Quality
from tests.adapters.history.conftest import NOON, batch


def values(store: Store, point: int = 7, start: float = 1.0, end: float = 4e9) -> list[float]:
    return [r.value for r in store.range(point=point, start=start, end=end, limit=100_000)]


class TestAppend:
    def test_shows_a_reading_at_once(self, store):
        store.append(batch=batch((7, NOON, 1.5)), sequence=3)

        assert values(store) == [1.5]
        assert (store.position, store.seen, store.waiting) == (0, 3, 1)

    def test_takes_a_message_once(self, store):
        assert store.append(batch=batch((7, NOON, 1.0)), sequence=3)

        assert not store.append(batch=batch((7, NOON, 1.0)), sequence=3)
        assert values(store) == [1.0]

    def test_takes_a_message_once_after_flush_and_restart(self, opened):
        store = opened()
        store.append(batch=batch((7, NOON, 1.0)), sequence=3)
        store.flush()

        again = opened()

        assert again.position == 3
        assert not again.append(batch=batch((7, NOON, 1.0)), sequence=3)
        assert values(again) == [1.0]

    def test_refuses_more_than_may_wait_and_takes_it_after_a_flush(self, opened):
        store = opened(rows_waiting=2)
        store.append(batch=batch((7, NOON, 1.0), (7, NOON + 1, 2.0)), sequence=1)

        with pytest.raises(BufferFull):
            store.append(batch=batch((7, NOON + 2, 3.0)), sequence=2)

        assert store.seen == 1
        store.flush()
        assert store.append(batch=batch((7, NOON + 2, 3.0)), sequence=2)
        assert values(store) == [1.0, 2.0, 3.0]

    def test_takes_a_message_larger_than_may_wait_when_nothing_waits(self, opened):
        store = opened(rows_waiting=1)

        assert store.append(batch=batch((7, NOON, 1.0), (7, NOON + 1, 2.0)), sequence=1)

    @pytest.mark.parametrize("time", [np.nan, np.inf, -np.inf, -5.0, 0.0, 1e300])
    def test_keeps_a_reading_of_an_impossible_time_at_its_arrival(self, store, time):
        store.append(batch=batch((7, time, 4.0), (7, NOON - 1, 5.0)), sequence=1)
        store.flush()

        found = store.range(point=7, start=NOON - 60, end=NOON + 60, limit=10)

        assert [(r.at, r.value, r.quality) for r in found] == [
            (NOON - 1, 5.0, Quality.GOOD),
            (NOON, 4.0, Quality.CLOCK_WRONG),
        ]


class TestRowsOfDay:
    def test_counts_what_is_on_disk_and_what_waits_of_the_local_day_only(self, store):
        yesterday = NOON - 13 * 3600
        store.append(
            batch=batch((7, NOON, 1.0), (8, NOON + 1, 2.0), (7, yesterday, 3.0)), sequence=1
        )
        store.flush()
        store.append(batch=batch((7, NOON + 5, 4.0), (7, yesterday + 1, 5.0)), sequence=2)

        assert store.rows_of_day(now=NOON + 60) == 3
        assert store.rows_of_day(now=NOON + 86400) == 0


class TestFlush:
    def test_moves_the_position_past_messages_without_readings(self, opened):
        store = opened()
        store.append(batch=None, sequence=9)

        assert store.flush() == 0

        assert opened().position == 9

    def test_puts_each_day_of_shanghai_into_its_folder(self, store):
        midnight = NOON + 12 * 3600
        store.append(batch=batch((7, midnight - 0.001, 1.0), (7, midnight, 2.0)), sequence=1)

        store.flush()

        assert [(part.day, part.rows) for part in store.segments] == [
            (date(2026, 11, 21), 1),
            (date(2026, 11, 22), 1),
        ]
        assert all(part.file.startswith(part.day.isoformat()) for part in store.segments)

    def test_takes_late_rows_into_their_own_day(self, store):
        store.append(batch=batch((7, NOON, 2.0)), sequence=1)
        store.flush()
        store.append(batch=batch((7, NOON - 3 * 86400, 1.0, Quality.LATE)), sequence=2)

        store.flush()

        assert [part.day for part in store.segments] == [date(2026, 11, 21), date(2026, 11, 18)]
        assert values(store) == [1.0, 2.0]

    def test_sorts_by_point_then_time(self, store):
        rows = [(9, NOON, 1.0), (7, NOON + 2, 2.0), (9, NOON - 5, 3.0), (7, NOON, 4.0)]
        store.append(batch=batch(*rows), sequence=1)

        store.flush()

        assert store.check() == []
        assert (store.segments[0].low_point, store.segments[0].high_point) == (7, 9)

    def test_names_the_messages_that_a_segment_came_from(self, store):
        for sequence in (4, 5, 6):
            store.append(batch=batch((7, NOON, 1.0)), sequence=sequence)
        store.flush()
        store.append(batch=batch((7, NOON, 1.0)), sequence=7)

        store.flush()

        assert [(part.first, part.last) for part in store.segments] == [(1, 6), (7, 7)]

    def test_keeps_every_column_exactly(self, store):
        store.append(
            batch=batch(
                (7, NOON + 0.123456, 0.1 + 0.2, Quality.LATE | Quality.OUT_OF_RANGE),
                (4_294_967_295, NOON, -1e-300),
                extras={1: '{"who":"阿婆"}'.encode()},
            ),
            sequence=1,
        )
        before = store.last(points=[7, 4_294_967_295])

        store.flush()

        assert store.last(points=[7, 4_294_967_295]) == before
        assert before[7] == Reading(point=7, at=NOON + 0.123456, value=0.1 + 0.2, quality=5)
        assert before[4_294_967_295].extra == '{"who":"阿婆"}'.encode()

    def test_puts_extras_with_their_own_rows_after_sorting(self, store):
        store.append(
            batch=batch((9, NOON, 1.0), (8, NOON, 1.0), extras={0: b'"nine"', 1: b'"eight"'}),
            sequence=1,
        )
        store.flush()

        found = store.last(points=[8, 9])

        assert (found[8].extra, found[9].extra) == (b'"eight"', b'"nine"')


class TestOpen:
    def test_refuses_a_second_owner(self, store, tmp_path):
        with pytest.raises(InUse):
            Store(home=tmp_path, community="hml")

    def test_sweeps_what_no_manifest_names(self, opened, tmp_path):
        store = opened()
        store.append(batch=batch((7, NOON, 1.0)), sequence=1)
        store.flush()
        folder = tmp_path / "history" / "hml"
        (folder / "2026-11-20").mkdir()
        (folder / "2026-11-20" / "000000009.parquet").write_bytes(b"half a segm")
        (folder / "manifest.json.new").write_bytes(b"{")

        again = opened()

        assert not (folder / "2026-11-20").exists()
        assert not (folder / "manifest.json.new").exists()
        assert values(again) == [1.0]

    @pytest.mark.parametrize("content", [b"", b"{", b'{"community": "other"}', b"[]"])
    def test_refuses_a_damaged_manifest_and_deletes_nothing(self, opened, tmp_path, content):
        store = opened()
        store.append(batch=batch((7, NOON, 1.0)), sequence=1)
        store.flush()
        store.close()
        folder = tmp_path / "history" / "hml"
        (folder / "manifest.json").write_bytes(content)

        with pytest.raises(BadManifest):
            Store(home=tmp_path, community="hml")

        assert len(list(folder.glob("*/*.parquet"))) == 1

    def test_keeps_communities_apart(self, store, tmp_path):
        store.append(batch=batch((7, NOON, 1.0)), sequence=1)
        other = Store(home=tmp_path, community="other")

        assert values(other) == []
        other.close()


class TestReadFrom:
    def test_goes_on_where_it_was_in_the_same_input(self, opened):
        store = opened()
        store.read_from(stream="first", last=9)
        store.append(batch=batch((7, NOON, 1.0)), sequence=9)
        store.flush()

        again = opened()

        assert not again.read_from(stream="first", last=12)
        assert again.seen == 9

    @pytest.mark.parametrize(("stream", "last"), [("second", 50), ("first", 3)])
    def test_begins_at_the_beginning_of_a_new_one_and_keeps_what_it_has(self, opened, stream, last):
        store = opened()
        store.read_from(stream="first", last=9)
        store.append(batch=batch((7, NOON, 1.0)), sequence=9)
        store.flush()

        again = opened()

        assert again.read_from(stream=stream, last=last)
        assert again.append(batch=batch((7, NOON + 1, 2.0)), sequence=1)
        again.flush()
        assert values(opened()) == [1.0, 2.0]


class TestRange:
    def test_joins_segments_and_memory_in_order(self, store):
        store.append(batch=batch((7, NOON + 2, 2.0), (8, NOON, 9.0)), sequence=1)
        store.flush()
        store.append(batch=batch((7, NOON + 1, 1.0), (7, NOON + 3, 3.0)), sequence=2)

        assert values(store) == [1.0, 2.0, 3.0]

    def test_holds_the_start_and_not_the_end(self, store):
        store.append(batch=batch(*[(7, NOON + n, float(n)) for n in range(5)]), sequence=1)

        assert values(store, start=NOON + 1, end=NOON + 3) == [1.0, 2.0]

    def test_gives_the_oldest_when_limited(self, store):
        store.append(batch=batch(*[(7, NOON + n, float(n)) for n in range(5)]), sequence=1)

        found = store.range(point=7, start=NOON, end=NOON + 9, limit=2)

        assert [reading.value for reading in found] == [0.0, 1.0]

    @pytest.mark.parametrize(
        ("start", "end", "limit"),
        [(5.0, 5.0, 1), (6.0, 5.0, 1), (1.0, 2.0, 0), (1.0, 2.0, 2_000_000),
         (float("nan"), 2.0, 1), (1.0, float("inf"), 1), (-1.0, 2.0, 1)],
    )  # fmt: skip
    def test_refuses_a_senseless_span(self, store, start, end, limit):
        with pytest.raises(BadSpan):
            store.range(point=7, start=start, end=end, limit=limit)

    def test_names_a_damaged_segment(self, store, tmp_path):
        store.append(batch=batch((7, NOON, 1.0)), sequence=1)
        store.flush()
        file = store.segments[0].file
        (tmp_path / "history" / "hml" / file).write_bytes(b"PAR1 nothing PAR1")

        with pytest.raises(DamagedSegment) as refused:
            values(store)

        assert refused.value.values["file"] == file


class TestLast:
    def test_prefers_the_newest_time_wherever_it_lies(self, store):
        store.append(batch=batch((7, NOON, 1.0), (8, NOON - 9 * 86400, 4.0)), sequence=1)
        store.flush()
        store.append(batch=batch((7, NOON - 5, 2.0, Quality.LATE)), sequence=2)

        found = store.last(points=[7, 8, 9])

        assert {point: reading.value for point, reading in found.items()} == {7: 1.0, 8: 4.0}

    def test_of_nothing_is_nothing(self, store):
        assert store.last(points=[]) == {}
        assert store.last(points=[1]) == {}


class TestBuckets:
    def test_draws_readings_together(self, store):
        rows = [(7, NOON + n, float(n)) for n in range(10)]
        store.append(batch=batch(*rows[:6]), sequence=1)
        store.flush()
        store.append(batch=batch(*rows[6:]), sequence=2)

        found = store.buckets(point=7, start=NOON, end=NOON + 10, count=2)

        assert [(b.at, b.low, b.mean, b.high, b.count) for b in found] == [
            (NOON, 0.0, 2.0, 4.0, 5),
            (NOON + 5, 5.0, 7.0, 9.0, 5),
        ]

    def test_leaves_out_what_is_out_of_range_or_no_number(self, store):
        store.append(
            batch=batch(
                (7, NOON, 1.0),
                (7, NOON + 1, 9999.0, Quality.OUT_OF_RANGE),
                (7, NOON + 2, 1.0, Quality.DUPLICATE),
                (7, NOON + 3, float("nan")),
                (7, NOON + 4, 3.0, Quality.LATE | Quality.CLOCK_WRONG),
            ),
            sequence=1,
        )

        found = store.buckets(point=7, start=NOON, end=NOON + 10, count=1)

        assert [(b.mean, b.count) for b in found] == [(2.0, 2)]
        assert len(values(store)) == 5

    def test_leaves_empty_stretches_out(self, store):
        store.append(batch=batch((7, NOON, 1.0), (7, NOON + 99, 2.0)), sequence=1)

        found = store.buckets(point=7, start=NOON, end=NOON + 100, count=10)

        assert [bucket.at for bucket in found] == [NOON, NOON + 90]


class TestAggregate:
    @pytest.mark.parametrize(
        ("how", "wanted"),
        [(How.MEAN, 3.0), (How.MIN, 1.0), (How.MAX, 6.0), (How.SUM, 9.0), (How.COUNT, 3.0)],
    )
    def test_makes_one_number_a_label_and_step(self, store, how, wanted):
        store.append(
            batch=batch((7, NOON, 1.0), (8, NOON + 1, 2.0), (8, NOON + 2, 6.0)), sequence=1
        )

        found = store.aggregate(
            points={"b01": [7, 8], "b02": [9]}, start=NOON, end=NOON + 60, how=how, step_s=60
        )

        assert found == [Cell(label="b01", at=NOON, value=wanted, count=3)]

    def test_counts_a_point_under_each_of_its_labels(self, store):
        store.append(batch=batch((7, NOON, 1.0), (8, NOON + 31, 3.0)), sequence=1)
        store.flush()

        found = store.aggregate(
            points={"all": [7, 8], "one": [8]}, start=NOON, end=NOON + 60, how=How.SUM, step_s=30
        )

        assert [(c.label, c.at - NOON, c.value) for c in found] == [
            ("all", 0.0, 1.0),
            ("all", 30.0, 3.0),
            ("one", 30.0, 3.0),
        ]

    def test_of_no_points_is_nothing(self, store):
        assert store.aggregate(points={}, start=1.0, end=2.0, how=How.SUM, step_s=1) == []

    @pytest.mark.parametrize("step_s", [0.0, -1.0, float("nan"), 1e-9, 0.01])
    def test_refuses_too_many_steps(self, store, step_s):
        with pytest.raises(BadSpan):
            store.aggregate(
                points={"a": [1]}, start=NOON, end=NOON + 1000, how=How.SUM, step_s=step_s
            )


class TestSummaries:
    def test_tells_all_that_came_of_each_point(self, store):
        out, wrong, double = (
            Quality.OUT_OF_RANGE,
            Quality.CLOCK_WRONG,
            Quality.DUPLICATE,
        )
        rows = [
            (7, NOON + 1, 5.0), (7, NOON + 2, 9.0), (7, NOON + 3, 900.0, int(out)),
            (7, NOON + 4, 7.0, int(wrong)), (7, NOON + 5, 1.0, int(double)), (8, NOON, 1.0),
        ]  # fmt: skip
        store.append(batch=batch(*rows), sequence=1)
        store.flush()

        found = store.summaries(start=NOON, end=NOON + 60, after=-1, limit=10)

        assert found == [
            PointSummary(
                point=7, count=4, out_of_range=1, clock_wrong=1, low=5.0, mean=7.0, high=9.0,
                last=7.0, last_at=NOON + 4,
            ),
            PointSummary(
                point=8, count=1, out_of_range=0, clock_wrong=0, low=1.0, mean=1.0, high=1.0,
                last=1.0, last_at=NOON,
            ),
        ]  # fmt: skip

    def test_holds_the_start_and_not_the_end(self, store):
        store.append(batch=batch((7, NOON, 1.0), (7, NOON + 60, 2.0)), sequence=1)

        (found,) = store.summaries(start=NOON, end=NOON + 60, after=-1, limit=10)

        assert (found.count, found.last) == (1, 1.0)

    def test_of_readings_out_of_range_only_has_no_values(self, store):
        store.append(batch=batch((7, NOON, 1e9, int(Quality.OUT_OF_RANGE))), sequence=1)

        (found,) = store.summaries(start=NOON, end=NOON + 60, after=-1, limit=10)

        assert (found.count, found.low, found.mean, found.last) == (1, None, None, None)

    def test_goes_on_after_a_point(self, store):
        store.append(batch=batch(*[(point, NOON, 1.0) for point in range(1, 8)]), sequence=1)

        first = store.summaries(start=NOON, end=NOON + 60, after=-1, limit=4)
        rest = store.summaries(start=NOON, end=NOON + 60, after=first[-1].point, limit=4)

        assert [one.point for one in first + rest] == [1, 2, 3, 4, 5, 6, 7]
