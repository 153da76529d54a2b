"""A disk that takes no file: the live half goes on, and tries again."""

import asyncio
import json
from types import SimpleNamespace

from linli.drivers.mqtt.acceptor import Limits
from linli.foundation import durable
from linli.live import main, stuck


class Bus:
    async def state(self, *, stream):
        return SimpleNamespace(max_bytes=0, bytes=0)


async def until(there):
    async with asyncio.timeout(5):
        while not there():
            await asyncio.sleep(0.001)


class TestTellPorts:
    async def test_goes_on_and_tells_them_when_there_is_room_again(self, tmp_path, monkeypatch):
        monkeypatch.setattr(main, "_TELL_PORTS_S", 0.0)
        put, tried = durable.put, []

        def full_at_first(*, file, parts):
            tried.append(file)
            if len(tried) < 3:
                raise OSError(28, "No space left on device")
            put(file=file, parts=parts)

        monkeypatch.setattr(durable, "put", full_at_first)
        settings = SimpleNamespace(home=tmp_path, limits=Limits())
        telling = asyncio.create_task(main.Live(bus=None, settings=settings)._tell_ports())
        file = tmp_path / "live" / "lines.json"
        await until(lambda: telling.done() or file.exists())

        alive = not telling.done()
        telling.cancel()
        assert alive
        assert json.loads(file.read_bytes()) == {}


class TestWatch:
    async def test_goes_on_where_the_home_takes_no_file(self, tmp_path, monkeypatch):
        for name in ("_LOOK_S", "_PATIENCE_S", "_AGAIN_S"):
            monkeypatch.setattr(stuck, name, 0.0)
        monkeypatch.setattr(stuck, "_ROOM_BYTES", 0)
        home = tmp_path / "home"
        watching = asyncio.create_task(stuck.watch(bus=Bus(), home=home, in_trouble=lambda: True))
        for _ in range(20):
            await asyncio.sleep(0)
        home.mkdir()
        await until(lambda: watching.done() or (home / stuck.RESTART_BUS).exists())

        alive = not watching.done()
        watching.cancel()
        assert alive
