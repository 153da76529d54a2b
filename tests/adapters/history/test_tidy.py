"""Merging, letting go, checking."""

from datetime import date

import pytest

from linli.adapters.history import tidy
from linli.adapters.history.manifest import Segment
from linli.adapters.history.values import Damage
from tests.adapters.history.conftest import NOON, batch
from tests.adapters.history.test_store import values

TODAY = date(2026, 11, 21)
YESTERDAY = date(2026, 11, 20)


def segment(number: int, *, day: date = TODAY, rows: int = 10, level: int = 0) -> Segment:
    return Segment(
        file=f"{day}/{number:09d}.parquet", day=day, rows=rows, first=number, last=number,
        start_us=0, end_us=1, low_point=1, high_point=2, size=1, crc32=0, level=level,
    )  # fmt: skip


class TestMerges:
    @pytest.mark.parametrize(
        ("segments", "wanted"),
        [
            ([], []),
            ([segment(1)], []),
            ([segment(1, day=YESTERDAY)], []),
            ([segment(n) for n in range(15)], []),
            ([segment(n) for n in range(33)], [(16, 1), (16, 1)]),
            ([segment(n, level=1) for n in range(16)], [(16, 2)]),
            ([segment(n, level=n % 2) for n in range(16)], []),
            ([segment(n, day=YESTERDAY) for n in range(3)], [(3, 1)]),
            ([segment(n, day=YESTERDAY, level=n) for n in range(3)], [(3, 3)]),
            ([segment(n, rows=1_500_000) for n in range(4)], [(2, 1), (2, 1)]),
            ([segment(n, rows=4_000_000, day=YESTERDAY) for n in range(4)], []),
            ([segment(n, rows=3_000_000, day=YESTERDAY) for n in range(4)], []),
        ],
    )
    def test_are_few_and_bounded(self, segments, wanted):
        found = tidy.merges(segments=segments, today=TODAY)

        assert [(len(merge.parts), merge.level) for merge in found] == wanted

    def test_never_join_days(self):
        segments = [segment(1, day=YESTERDAY), segment(2, day=date(2026, 11, 19))]

        assert tidy.merges(segments=segments, today=TODAY) == []


class TestCompact:
    def test_makes_one_segment_of_a_past_day_and_changes_no_reading(self, opened, tmp_path):
        store = opened()
        for sequence in range(1, 6):
            rows = [(p, NOON + sequence, p + sequence / 10) for p in (9, 7, 8)]
            store.append(batch=batch(*rows, extras={0: b'{"n":1}'}), sequence=sequence)
            store.flush()
        before = [store.range(point=p, start=1, end=4e9, limit=99) for p in (7, 8, 9)]

        gone = store.compact(now=NOON + 86400)

        assert gone == 5
        assert [(part.rows, part.first, part.last) for part in store.segments] == [(15, 1, 5)]
        assert len(list((tmp_path / "history" / "hml").glob("*/*.parquet"))) == 1
        again = opened()
        assert [again.range(point=p, start=1, end=4e9, limit=99) for p in (7, 8, 9)] == before
        assert (again.position, again.check()) == (5, [])

    def test_leaves_a_tidy_history_alone(self, store):
        store.append(batch=batch((7, NOON, 1.0)), sequence=1)
        store.flush()

        assert store.compact(now=NOON + 86400) == 0


class TestRetain:
    def test_drops_days_further_back(self, opened, tmp_path):
        store = opened()
        rows = [(7, NOON - days * 86400, float(days)) for days in range(5)]
        store.append(batch=batch(*rows), sequence=1)
        store.flush()

        gone = store.retain(now=NOON, keep_days=2)

        assert gone == 2
        assert values(opened()) == [2.0, 1.0, 0.0]
        folders = {file.parent.name for file in (tmp_path / "history" / "hml").glob("*/*.parquet")}
        assert folders == {"2026-11-19", "2026-11-20", "2026-11-21"}
        assert not (tmp_path / "history" / "hml" / "2026-11-17").exists()

    def test_counts_days_where_the_community_lies(self, store):
        just_after_midnight = NOON + 12 * 3600 + 1
        store.append(batch=batch((7, NOON, 1.0)), sequence=1)
        store.flush()

        assert store.retain(now=just_after_midnight, keep_days=1) == 0
        assert store.retain(now=just_after_midnight, keep_days=0) == 1


class TestCheck:
    def damaged(self, store, tmp_path, change):
        store.append(batch=batch(*[(7, NOON + n, float(n)) for n in range(500)]), sequence=1)
        store.flush()
        file = tmp_path / "history" / "hml" / store.segments[0].file
        change(file)
        return store.check(), store.segments[0].file

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            (lambda file: file.unlink(), "missing"),
            (lambda file: file.write_bytes(file.read_bytes()[:-1]), "size"),
            (lambda file: file.write_bytes(b""), "size"),
            (lambda file: flip(file, 60), "checksum"),
        ],
    )
    def test_names_the_segment_and_what_is_wrong(self, store, tmp_path, change, reason):
        found, file = self.damaged(store, tmp_path, change)

        assert found == [Damage(file=file, reason=reason)]

    def test_lets_a_damaged_segment_be_set_aside(self, store, tmp_path):
        _, file = self.damaged(store, tmp_path, lambda file: flip(file, 60))
        store.append(batch=batch((7, NOON + 9999, 5.0)), sequence=2)

        assert store.set_aside(file=file)

        assert store.check() == []
        assert values(store) == [5.0]
        assert len(list((tmp_path / "history" / "hml" / "damaged").iterdir())) == 1

    def test_sets_nothing_aside_that_it_does_not_know(self, store):
        assert not store.set_aside(file="2026-11-21/000000001.parquet")


def flip(file, at):
    content = bytearray(file.read_bytes())
    content[at] ^= 0x55
    file.write_bytes(bytes(content))
