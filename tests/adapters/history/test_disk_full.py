"""A disk without room, or one that fails: nothing is lost, nothing is there twice."""

import contextlib
import errno
import os
import subprocess

import pytest

from linli.adapters.history import segments
from linli.adapters.history.store import Store
from linli.adapters.history.values import DiskFull, WriteFailed
from linli.foundation import durable
from tests.adapters.history.conftest import NOON, batch
from tests.adapters.history.test_store import values


def failing(monkeypatch, module, name, error, *, after):
    """Let a function do its work, then fail, from its call number `after` on."""
    real, calls = getattr(module, name), []

    def fails(*args, **kwargs):
        calls.append(1)
        if len(calls) > after:
            raise error
        return real(*args, **kwargs)

    monkeypatch.setattr(module, name, fails)


PLACES = [(segments, "settle"), (segments, "checksum"), (durable, "settle")]


@pytest.mark.parametrize("after", [0, 1, 2, 3])
@pytest.mark.parametrize("place", PLACES)
class TestFlush:
    def test_loses_nothing_whatever_fails(self, opened, tmp_path, monkeypatch, place, after):
        store = opened()
        store.append(batch=batch((7, NOON, 1.0), (7, NOON + 86400, 2.0)), sequence=1)
        full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        with monkeypatch.context() as patch, contextlib.suppress(DiskFull):
            failing(patch, *place, full, after=after)
            store.flush()

        assert values(store) == [1.0, 2.0]
        assert (store.position, store.waiting) in {(0, 2), (1, 0)}
        store.append(batch=batch((7, NOON + 5, 3.0)), sequence=2)
        store.flush()
        assert values(opened()) == [1.0, 3.0, 2.0]
        named = {part.file for part in opened().segments}
        folder = tmp_path / "history" / "hml"
        assert {f.relative_to(folder).as_posix() for f in folder.glob("*/*.parquet")} == named


class TestManifest:
    def test_stands_as_it_was_when_a_new_one_cannot_be_written(self, opened, monkeypatch):
        store = opened()
        store.append(batch=batch((7, NOON, 1.0)), sequence=1)
        store.flush()
        store.append(batch=batch((7, NOON + 1, 2.0)), sequence=2)
        failing(monkeypatch, os, "fsync", OSError(errno.EIO, "broken"), after=2)

        with pytest.raises(WriteFailed):
            store.flush()
        monkeypatch.undo()

        again = opened()
        assert again.position == 1
        assert values(again) == [1.0]

    def test_is_believed_when_it_was_renamed_before_the_failure(self, opened, monkeypatch):
        store = opened()
        store.append(batch=batch((7, NOON, 1.0)), sequence=1)
        failing(monkeypatch, durable, "settle", OSError(errno.EIO, "broken"), after=0)

        with pytest.raises(WriteFailed):
            store.flush()
        monkeypatch.undo()

        again = opened()
        assert again.position == 1
        assert values(again) == [1.0]


class TestCompact:
    def test_leaves_everything_as_it_was(self, opened, monkeypatch):
        store = opened()
        for sequence in (1, 2, 3):
            store.append(batch=batch((7, NOON + sequence, float(sequence))), sequence=sequence)
            store.flush()
        failing(monkeypatch, os, "fsync", OSError(errno.ENOSPC, "full"), after=0)

        with pytest.raises(DiskFull):
            store.compact(now=NOON + 86400)
        monkeypatch.undo()

        assert len(store.segments) == 3
        assert values(opened()) == [1.0, 2.0, 3.0]


class TestRealDisk:
    def test_recovers_when_there_is_room_again(self, tmp_path):
        disk = tmp_path / "small"
        disk.mkdir()
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)],
            capture_output=True, check=False,
        )  # fmt: skip
        if mounted.returncode != 0:
            pytest.skip("not run: 1 (no leave to mount a small file system)")
        try:
            self.fill_and_free(disk)
        finally:
            subprocess.run(["umount", "-l", str(disk)], check=True)

    def fill_and_free(self, disk):
        store = Store(home=disk, community="hml")
        store.append(batch=batch((7, NOON, 1.0)), sequence=1)
        store.flush()
        (disk / "ballast").write_bytes(os.urandom(128 * 1024))
        rows = [(p, NOON + p / 7, p * 0.37) for p in range(20_000)]
        store.append(batch=batch(*rows), sequence=2)

        with pytest.raises(DiskFull):
            store.flush()
        with pytest.raises(DiskFull):
            store.flush()

        assert (store.position, store.waiting) == (1, 20_000)
        (disk / "ballast").unlink()
        assert store.flush() == 20_000
        assert store.check() == []
        store.close()
        again = Store(home=disk, community="hml")
        assert sum(part.rows for part in again.segments) == 20_001
        again.close()
