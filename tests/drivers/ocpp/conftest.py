"""A central system at work on loopback, with a garage of charge points."""

import asyncio
import contextlib
import tomllib

import msgspec
import pytest

from linli.devices import catalogue
from linli.drivers.line import Order, Wired
from linli.drivers.ocpp.driver import DRIVER
from linli.drivers.ocpp.options import Line, Map, Member
from linli.drivers.ocpp.peer import Peer16, Peer201
from tests.drivers.station import FakeStation
from tests.laws.source import ROOT

PASSWORD = "0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF"


def model(name):
    text = (ROOT / "catalog" / "devices" / f"{name}.toml").read_text("utf-8")
    return catalogue.load(text, file=f"{name}.toml", expected_id=name)


@pytest.fixture(scope="session")
def charger():
    return model("ev_charger")


@pytest.fixture(scope="session")
def table():
    text = (ROOT / "catalog" / "wires" / "ocpp" / "ev_charger.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), Map)


class Garage:
    """A line and its charge points; `CP1` is there from the beginning."""

    def __init__(self, charger, table):
        self.charger, self.table = charger, table
        self.station = FakeStation()
        self.options = {"tags": [{"tag": "CARD-1"}]}
        self.members = [self.point("CP1")]
        self.peers = []
        self.line = None
        self.task = None

    def point(self, address, *, code=None, gateway="line", **options):
        options = {"password": PASSWORD, **options}
        return Wired(
            community="demo",
            code=code or f"dev-{address}",
            model=self.charger,
            address=address,
            gateway=gateway,
            options=msgspec.convert(options, Member),
            map=self.table,
        )

    async def open(self):
        line = Wired(
            community="demo",
            code="line",
            model=self.charger,
            address="",
            gateway=None,
            options=msgspec.convert(self.options, Line),
        )
        self.line = DRIVER.run(line, self.members, self.station)
        self.task = asyncio.ensure_future(self.line.run())
        while not self.line.port:
            if self.task.done():
                self.task.result()
            await asyncio.sleep(0)
        return self

    async def shut(self):
        for peer in self.peers:
            await peer.drop()
        if self.task:
            self.task.cancel()
            with contextlib.suppress(asyncio.CancelledError, OSError):
                await self.task

    async def restart(self, *peers):
        """Forget every charge point, as a new process would; the peers connect again."""
        for peer in peers:
            await peer.drop()
        self.line.rewire([])
        self.line.rewire(self.members)
        for peer in peers:
            await peer.connect()

    @property
    def url(self):
        scheme = "wss" if self.options.get("security_profile") == 2 else "ws"
        return f"{scheme}://127.0.0.1:{self.line.port}/ocpp"

    def peer(self, id="CP1", *, kind=Peer16, password=PASSWORD, **more):
        peer = kind(url=self.url, id=id, password=password, now=self.station.now, **more)
        self.peers.append(peer)
        return peer

    async def connected(self, **more):
        peer = self.peer(**more)
        await peer.connect()
        return peer

    def events(self, name):
        """Return (device, at, what it said) of each event of a name."""
        return [
            (device, reading.at, msgspec.json.decode(reading.extras))
            for device, reading in self.station.readings
            if reading.name == name
        ]

    async def order(
        self, service, *, device="dev-CP1", id="o1", expires_in_s=120.0, again=False, **args
    ):
        """Give an order; return (ok, reason)."""
        expires_at = self.station.clock + expires_in_s
        order = Order(id=id, service=service, args=args, expires_at=expires_at, again=again)
        before = len(self.station.answers)
        assert self.line.send(device, order)
        await self.station.until(lambda: len(self.station.answers) > before)
        answered, name, ok, reason = self.station.answers[-1]
        assert (answered, name) == (device, id)
        return ok, reason


@pytest.fixture
async def closed_garage(charger, table):
    garage = Garage(charger, table)
    yield garage
    await garage.shut()


@pytest.fixture
async def garage(closed_garage):
    return await closed_garage.open()


@pytest.fixture(params=[Peer16, Peer201], ids=["1.6", "2.0.1"])
def kind(request):
    return request.param
