"""The spool: pictures are written aside, bounded, and what is dropped is told."""

import asyncio

import pytest

from linli.contracts import pictures
from linli.contracts.pictures import Spooled
from linli.foundation import sealing
from linli.live import pictures as spools
from linli.live.pictures import Spool


def picture(device="cam", *, line="line", size=10, at=1.0):
    return Spooled(device=device, line=line, at=at, event="motion", content=b"x" * size)


@pytest.fixture
def told():
    return []


@pytest.fixture
def spool(tmp_path, told):
    return Spool(
        home=tmp_path, community="house", tell=lambda device, why: told.append((device, why))
    )


def opened(file):
    return pictures.decode(sealing.open_sealed(file.read_bytes(), use=pictures.USE))


def files(tmp_path):
    folder = tmp_path / "live" / "pictures" / "house"
    return sorted(folder.iterdir()) if folder.exists() else []


def put(spool, *given, now=100.0):
    async def act():
        for one in given:
            spool.put(one, now=now)
        await spool.close()

    asyncio.run(act())


class TestPut:
    def test_writes_each_whole_and_for_nobody_else(self, spool, tmp_path, told):
        put(spool, picture("a"), picture("b"))

        found = files(tmp_path)
        assert [opened(file).device for file in found] == ["a", "b"]
        assert {file.stat().st_mode & 0o777 for file in found} == {0o600}
        assert told == []

    def test_no_byte_of_one_lies_open_on_disk(self, spool, tmp_path):
        put(spool, picture("front-door", size=64))

        [body] = [file.read_bytes() for file in files(tmp_path)]
        assert b"front-door" not in body
        assert b"xxxx" not in body

    def test_refuses_one_that_is_too_large(self, spool, tmp_path, told):
        put(spool, picture(size=pictures.MOST_BYTES + 1))

        assert files(tmp_path) == []
        assert told == [("cam", "picture_too_large")]

    def test_takes_so_many_of_a_line_in_a_minute_and_others_all_the_same(
        self, spool, tmp_path, told, monkeypatch
    ):
        monkeypatch.setattr(spools, "_A_MINUTE_OF_A_LINE", 2)

        put(spool, picture(), picture(), picture(), picture("b", line="other"))
        put(spool, picture(), now=161.0)

        assert len(files(tmp_path)) == 4
        assert told == [("cam", "too_many_pictures")]

    def test_drops_the_oldest_that_waits_and_tells(self, spool, tmp_path, told, monkeypatch):
        monkeypatch.setattr(spools, "_MOST_WAITING_BYTES", 25)

        put(spool, picture("a"), picture("b"), picture("c"))

        assert [opened(f).device for f in files(tmp_path)] == ["b", "c"]
        assert told == [("a", "picture_dropped")]

    @pytest.mark.parametrize("bound", ["_MOST_FILES", "_MOST_FILES_BYTES"])
    def test_drops_the_oldest_file_that_nobody_fetched_and_tells(
        self, spool, tmp_path, told, monkeypatch, bound
    ):
        monkeypatch.setattr(spools, bound, 2 if bound == "_MOST_FILES" else 25)

        put(spool, picture("a"), picture("b"), picture("c"))

        devices = [opened(f).device for f in files(tmp_path)]
        assert devices[-1] == "c"
        assert told[0] == ("a", "picture_dropped")

    def test_a_disk_that_takes_no_file_is_told_and_ends_nothing(self, spool, tmp_path, told):
        (tmp_path / "live").write_text("no folder")

        put(spool, picture("a"))
        put(spool, picture("b"))

        assert told == [("a", "picture_dropped"), ("b", "picture_dropped")]
