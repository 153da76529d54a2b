"""The register is taken whole, or taken again."""

import asyncio
from types import SimpleNamespace

from linli.contracts import signals
from linli.devices.interlocks import Interlocks
from linli.drivers.wiring import Wires
from linli.live import community as live_community
from linli.live.community import Community
from linli.live.door import LiveDoor
from tests.live.house import directory, engine_maker, models
from tests.live.test_away import FakeBus


class TestRewire:
    def test_takes_again_what_a_part_could_not_take(self, tmp_path, monkeypatch):
        monkeypatch.setattr(live_community, "_ASK_AGAIN_S", 0.01)

        async def act():
            bus = FakeBus()
            community = Community(
                bus=bus,
                door=LiveDoor(),
                acceptor=SimpleNamespace(recheck=lambda community: None),
                home=tmp_path,
                models=models(),
                make_engine=engine_maker(),
                wires=Wires(tables={}, models=models()),
                interlocks=Interlocks(()),
                ask_directory=lambda community: directory(units=3, version=2),
                directory=directory(units=2),
            )
            learn = community.values.learn

            def breaks_once(found):
                monkeypatch.setattr(community.values, "learn", learn)
                raise KeyError("odd")

            monkeypatch.setattr(community.values, "learn", breaks_once)
            first = await community._rewire(signals.DirectoryChanged(id="d2", at=1.0, version=2))
            async with asyncio.timeout(5):
                while not bus.appended:
                    await asyncio.sleep(0)
            await community._rewire(signals.DirectoryChanged(id="d2", at=1.0, version=2))
            return first, community, bus.appended

        first, community, ((_, body),) = asyncio.run(act())

        (again,) = signals.decode(body)
        assert first == []
        assert (type(again), again.version) == (signals.DirectoryChanged, 2)
        assert "d0003" in community.commands._devices
