"""The anchors by themselves: their key, their beginning, their end."""

import os

import pytest

from linli.foundation import durable
from linli.foundation.audit.anchors import Anchor, Anchors, Forged
from tests.foundation.audit.kit import crash_at

FIRST = Anchor(number=0, digest="0" * 64, at=100.0)


def anchor(number, *, at=100.0, **more):
    return Anchor(number=number, digest=f"{number:064x}", at=at, **more)


@pytest.fixture
def own(tmp_path):
    return Anchors(file=tmp_path / "a" / "b.jsonl", key_file=tmp_path / "own.key")


@pytest.fixture
def begun(own):
    own.begin(FIRST)
    return own


class TestBegin:
    def test_makes_a_key_for_its_owner_only(self, own, tmp_path):
        own.begin(FIRST)

        key = tmp_path / "own.key"
        assert key.stat().st_mode & 0o077 == 0
        assert len(key.read_bytes()) == 32
        assert own.newest() == FIRST

    def test_twice_keeps_key_and_anchors(self, begun, tmp_path):
        key = (tmp_path / "own.key").read_bytes()
        begun.note(anchor(5))

        begun.begin(FIRST)

        assert (tmp_path / "own.key").read_bytes() == key
        assert begun.newest() == anchor(5)

    @pytest.mark.parametrize("at", ["put", "make"])
    def test_cut_short_by_a_crash_is_begun_again(self, own, monkeypatch, at):
        with crash_at(monkeypatch, durable, at):
            own.begin(FIRST)
        assert own.newest() is None

        own.begin(FIRST)

        assert list(own.each()) == [FIRST]


class TestKey:
    @pytest.mark.parametrize("body", [b"", b"k" * 31, b"k" * 33])
    def test_made_by_halves_is_refused(self, begun, tmp_path, body):
        (tmp_path / "own.key").write_bytes(body)

        with pytest.raises(OSError, match="no key"):
            begun.note(anchor(1))
        with pytest.raises(OSError, match="no key"):
            begun.newest()

    def test_gone_is_not_made_anew_while_there_are_anchors(self, begun, tmp_path):
        begun.note(anchor(1))
        (tmp_path / "own.key").unlink()

        with pytest.raises(FileNotFoundError, match="gone"):
            begun.begin(FIRST)

        assert not (tmp_path / "own.key").exists()


class TestNote:
    def test_is_on_disk_before_it_returns(self, begun, monkeypatch):
        synced = []
        monkeypatch.setattr(os, "fsync", synced.append)

        begun.note(anchor(1, at=200.0))

        assert len(synced) >= 2

    def test_comes_back_as_it_was(self, begun):
        told = [anchor(3, at=200.0), anchor(9, at=300.0, base=2, base_digest="ab")]

        for one in told:
            begun.note(one)

        assert list(begun.each()) == [FIRST, *told]

    def test_a_crash_between_line_and_end_loses_nothing(self, begun, monkeypatch):
        for at in (200.0, 300.0, 400.0):
            with crash_at(monkeypatch, Anchors, "_put_end"):
                begun.note(anchor(int(at), at=at))
            assert begun.newest().number == int(at)
            begun.note(anchor(int(at) + 1, at=at))

        assert [one.number for one in begun.each()] == [0, 200, 300, 400, 401]

    def test_after_a_torn_line_leaves_whole_lines_only(self, begun):
        with begun.file.open("ab") as out:
            out.write(b'{"anchor"' * 50)

        begun.note(anchor(1, at=200.0))

        assert [one.number for one in begun.each()] == [0, 1]
        assert begun.file.read_bytes().count(b"\n") == 2

    def test_is_refused_where_the_newest_lines_were_taken_off(self, begun):
        begun.note(anchor(1, at=200.0))
        older = begun.file.read_bytes()
        begun.note(anchor(2, at=300.0))
        begun.note(anchor(3, at=400.0))
        begun.file.write_bytes(older)

        with pytest.raises(Forged, match="missing"):
            begun.note(anchor(4, at=500.0))

    def test_an_end_from_before_does_not_fit_lines_that_were_taken_off(self, begun, tmp_path):
        end_file = tmp_path / "own.end"
        begun.note(anchor(1, at=200.0))
        begun.note(anchor(2, at=300.0))
        end, lines = end_file.read_bytes(), begun.file.read_bytes()
        begun.note(anchor(3, at=400.0))

        begun.file.write_bytes(lines[: lines[:-1].rindex(b"\n") + 1])
        end_file.write_bytes(end)

        with pytest.raises(Forged):
            begun.newest()

    def test_a_line_is_no_end(self, begun, tmp_path):
        begun.note(anchor(1, at=200.0))

        (tmp_path / "own.end").write_bytes(begun.file.read_bytes().splitlines()[-1])

        with pytest.raises(Forged, match=r"own\.end"):
            begun.newest()


class TestEach:
    def test_finds_a_line_taken_out_of_the_middle(self, begun):
        for at in (200.0, 300.0, 400.0):
            begun.note(anchor(int(at), at=at))
        lines = begun.file.read_bytes().splitlines(keepends=True)

        begun.file.write_bytes(b"".join(lines[:1] + lines[2:]))

        with pytest.raises(Forged, match="follow"):
            list(begun.each())

    def test_stops_where_the_file_ended_when_it_was_asked(self, begun):
        begun.note(anchor(1, at=200.0))
        going = begun.each()
        next(going)

        begun.note(anchor(2, at=300.0))

        assert [one.number for one in going] == [1]


class TestDropOld:
    def test_keeps_what_tells_the_base_before(self, begun):
        for number in range(1, 20):
            begun.note(anchor(number, at=100.0 * number + 100))
        begun.note(anchor(20, at=3000.0, base=15, base_digest="fifteen"))
        begun.drop_old()
        assert len(list(begun.each())) == 21
        begun.note(anchor(20, at=3000.0, base=17, base_digest="seventeen"))

        begun.drop_old()

        told = list(begun.each())
        assert [one.number for one in told] == [15, 16, 17, 18, 19, 20, 20]
        assert {one.base for one in told} == {0, 15, 17}
        begun.note(anchor(21, at=4000.0, base=17, base_digest="seventeen"))
        assert begun.newest().number == 21
