"""How far a line was heard outlives a restart, whole or as it was before."""

import asyncio

import pytest

from linli.drivers import known
from linli.drivers.wiring import Wires
from linli.foundation import durable
from linli.live.door import LiveDoor
from linli.live.gate import Gate
from linli.live.lines import Lines
from linli.live.marks import Marks
from tests.live.test_lines import DRIVER, LINE, METER, FakeLine, FakeLog, directory, settle


def marks(home, community="house"):
    return Marks(home=home, community=community)


async def station(home, monkeypatch):
    """Return what a line begun now says and hears."""
    monkeypatch.setattr(known, "driver", lambda name: DRIVER)
    FakeLine.made, models = [], {"meter": METER}
    gate = Gate(directory=directory(LINE), models=models)
    lines = Lines(
        gate=gate, log=FakeLog(), door=LiveDoor(), wires=Wires(tables={}, models=models),
        marks=marks(home),
    )  # fmt: skip
    lines.learn()
    lines.open()
    await settle()
    await lines.close()
    return FakeLine.made[0].station, gate


class TestMark:
    async def test_is_read_after_a_restart_by_its_own_line_alone(self, tmp_path):
        await marks(tmp_path).write("line", "1.5")
        await marks(tmp_path).write("line", "2.5")

        assert marks(tmp_path).read("line") == "2.5"
        assert [marks(tmp_path).read("other"), marks(tmp_path, "next").read("line")] == ["", ""]

    async def test_of_a_line_with_an_odd_code_stays_in_its_folder(self, tmp_path):
        for code in ("../up", "a/b", "门 1"):
            await marks(tmp_path).write(code, code)

        assert [marks(tmp_path).read(code) for code in ("../up", "a/b", "门 1")] == [
            "../up", "a/b", "门 1",
        ]  # fmt: skip
        folder = tmp_path / "live" / "marks" / "house"
        assert {one.parent for one in tmp_path.rglob("*") if one.is_file()} == {folder}

    async def test_written_at_once_is_one_of_them_whole(self, tmp_path):
        kept = marks(tmp_path)
        await asyncio.gather(*(kept.write("line", str(n) * 50) for n in range(1, 9)))

        assert kept.read("line") == "8" * 50

    async def test_that_nobody_waits_for_is_whole_before_the_next(self, tmp_path, monkeypatch):
        kept, began, put = marks(tmp_path), [], durable.put

        def slowly(**more):
            began.append(more["parts"])
            put(**more)

        monkeypatch.setattr(durable, "put", slowly)
        first = asyncio.create_task(kept.write("line", "1"))
        await asyncio.sleep(0)
        first.cancel()
        await kept.write("line", "2")

        assert (kept.read("line"), began) == ("2", [[b"1"], [b"2"]])

    @pytest.mark.parametrize("said", [b"", b"\xff\xfe", b"x" * 5000])
    async def test_that_was_damaged_breaks_nothing(self, tmp_path, said):
        await marks(tmp_path).write("line", "1")
        [file] = [one for one in tmp_path.rglob("*") if one.is_file()]
        file.write_bytes(said)

        assert len(marks(tmp_path).read("line")) <= 4000


class TestStation:
    async def test_keeps_it_over_a_restart(self, tmp_path, monkeypatch):
        before, _ = await station(tmp_path, monkeypatch)
        assert before.mark() == ""

        await before.keep_mark("7.0")

        after, _ = await station(tmp_path, monkeypatch)
        assert after.mark() == "7.0"

    async def test_shows_that_the_disk_refused_and_goes_on(self, tmp_path, monkeypatch):
        (tmp_path / "live").write_text("no folder")
        found, gate = await station(tmp_path, monkeypatch)

        await found.keep_mark("7.0")

        [told] = gate.refusals.tell(community="house", at=0.0)
        assert (found.mark(), told.device, told.reason) == ("", "line", "mark_not_kept")
