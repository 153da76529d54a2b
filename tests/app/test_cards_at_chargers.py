"""A resident's card at charge points, from the frame to the purse: the line, the bus, the desk, the
records; the card is the one that opens his door.
"""

import asyncio
import time
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial

import msgspec
import pytest
from django.db import connections

from linli.adapters import nats_server
from linli.adapters.bus import connect
from linli.app import charging as wiring
from linli.app import desk
from linli.contracts import charge_points, doors
from linli.contracts.money import Line
from linli.domains.charging import ports
from linli.domains.charging.models import Session
from linli.domains.charging.operations import setting, starting
from linli.domains.doors import answers
from linli.domains.doors.logic.life import Step
from linli.domains.doors.operations import issuing
from linli.drivers.ocpp.driver import DRIVER as OCPP
from linli.drivers.ocpp.peer import Peer16
from linli.drivers.ykc.driver import DRIVER as YKC
from linli.drivers.ykc.layout import CHINA
from linli.drivers.ykc.peer import PilePeer
from linli.foundation.money import operations as money
from linli.foundation.money import queries as ledger
from linli.kernel.words import Words
from linli.live.asker import ask_desk
from linli.registry.devices import operations as devices
from linli.registry.devices.models import Device
from linli.runtime.desk import open_desk
from tests.domains.doors.conftest import CARD, asked, card, doors_there, estate, homes, show
from tests.drivers.station import FakeStation
from tests.drivers.tables import wired
from tests.registry.conftest import NOW

__all__ = ["asked", "card", "doors_there", "estate", "homes", "show"]

pytestmark = pytest.mark.django_db(transaction=True)

NUMBER = "55031412782305"
UID = f"{int(CARD):08X}"
"""What a reader of a charger reads from the card whose printed number opens the door."""
PASSWORD = "0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF"


@pytest.fixture
def site(homes, card, monkeypatch):
    """Set up a site of one pile of YKC and one charge point of OCPP; Wang has 100 yuan."""
    for port, answer in (
        (ports.catalogue, wiring.tariffs),
        (ports.holder_of_card, wiring._holder),
        (doors.bearer_of, answers.bearer_of),
        (charge_points.verdict, None),
    ):
        monkeypatch.setattr(port, "_answer", answer)
    new = setting.NewSite(
        code="ev1", name_zh="地库充电", name_en="Garage", kind="ev", place="hml/p1",
        tariff="ev_by_hour",
    )  # fmt: skip
    setting.add_site(community="hml", site=new, now=NOW)
    for driver in ("ykc", "ocpp"):
        device = devices.NewDevice(
            code=f"{driver}-1", model="ev_charger", name=Words(zh="桩", en="pile"), place="hml/p1"
        )
        devices.register(community="hml", device=device, now=NOW)
        Device.rows.of("hml").filter(code=device.code).update(online=True, driver=driver)
        connector = setting.NewConnector(device=device.code, label=driver)
        setting.add_connector(community="hml", site="ev1", connector=connector)
    pay_in(homes.wang, 10_000)
    return homes


def pay_in(person, fen):
    money.post(
        community="hml", key=f"in:{person}:{fen}", reason="top_up", now=NOW,
        lines=[Line("cash:desk", -fen), Line(f"wallet:person:{person}", fen)],
    )  # fmt: skip


def wallet(person):
    return ledger.balance(community="hml", account=f"wallet:person:{person}")


def sessions():
    return list(Session.rows.of("hml").order_by("pk"))


async def of_records(read, /, *args, **more):
    """Read or write records beside the loop, and leave no connection."""

    def done():
        try:
            return read(*args, **more)
        finally:
            connections.close_all()

    return await asyncio.to_thread(done)


@pytest.fixture
def server(tmp_path):
    running = nats_server.start(home=tmp_path)
    yield running
    running.stop()


@asynccontextmanager
async def platform(server, *, answers=desk.ANSWERS):
    """Let the record half answer over the bus, and the live half ask it."""
    bus = await connect(url=server.url, name="test")
    threads = await open_desk(bus=bus, answers=answers) if answers else None
    desk.wire_live(partial(ask_desk, bus))
    try:
        yield
    finally:
        if threads is not None:
            await of_records(threads.shutdown)
        await bus.close()


def hml(device, **changes):
    return msgspec.structs.replace(device, community="hml", **changes)


@asynccontextmanager
async def line_of(driver, member, **options):
    """Run a line of one charger; an hour ago, so that what it charges is over now."""
    line = hml(wired(driver.name, "line", "gateway", listen="127.0.0.1:0", **options))
    station = FakeStation(now=time.time() - 3_600)
    found = driver.run(line, [hml(member, gateway="line")], station)
    task = asyncio.create_task(found.run())
    try:
        while not found.port:
            await asyncio.sleep(0)
        yield found, station
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def pile(**options):
    """Run a line of YKC with its pile."""
    member = wired("ykc", "ykc-1", "ev_charger", NUMBER)
    async with line_of(YKC, member, **options) as (line, station):
        peer = PilePeer(number=NUMBER, clock=lambda: datetime.fromtimestamp(station.clock, CHINA))
        await peer.connect(host="127.0.0.1", port=line.port)
        peer.plug(1)
        try:
            yield peer, station
        finally:
            await peer.hang_up()


async def shown(peer, uid=UID):
    before = len(peer.verdicts)
    peer.swipe(1, uid)
    await peer.until(lambda: len(peer.verdicts) > before, within_s=10)
    return peer.verdicts[-1]


async def charged(peer, station):
    """Charge for an hour, and be billed."""
    peer.charge(1, minutes=60, power_w=7_000)
    await station.until(lambda: station.last("ykc-1", "session_energy_kwh"))
    bill = peer.end(1, stop=0x45)
    peer.unplug(1)
    await peer.until(lambda: not peer.bills, within_s=10)
    return bill


class TestYkc:
    def test_the_card_of_the_door_starts_and_pays_and_nothing_twice(self, site, show, server):
        opened = show("door-3").opens

        async def story():
            async with platform(server), pile() as (peer, station):
                answer = await shown(peer)
                await station.until(lambda: station.last("ykc-1", "connector_state") == "charging")
                peer.say(0x3B, await charged(peer, station))
                await peer.until(lambda: peer.types().count(0x40) == 2)
                return answer

        answer = asyncio.run(story())

        [done] = sessions()
        assert opened
        assert (answer.allowed, answer.balance_fen, answer.card_face) == (
            1,
            5_000,
            "7890".zfill(16),
        )
        assert (done.person_id, done.way, done.energy_wh) == (site.wang, "card", 6_996)
        assert (done.transaction, done.reason) == (answer.order, "user")
        assert (done.state, wallet(site.wang)) == ("settled", 10_000 - done.fee_fen)
        assert 300 < done.fee_fen < 1_500
        assert ledger.balance(community="hml", account="income:charging") == done.fee_fen
        assert ledger.balance(community="hml", account="held:charging") == 0

    def test_who_may_not_is_told_why(self, site, card, server):
        async def story():
            async with platform(server), pile() as (peer, _):
                peer.starts_charging = False
                found = [(await shown(peer, "DEADBEEF")).reason]
                await of_records(
                    starting.reserve, community="hml", device="ykc-1", person=site.li, now=_now()
                )
                found.append((await shown(peer)).reason)
                await of_records(starting.cancel, community="hml", person=site.li)
                await of_records(pay_in, site.wang, -9_500)
                found.append((await shown(peer)).reason)
                await of_records(issuing.take_step, community="hml", id=card.pk, step=Step.LOST,
                                 by=None, now=_now())  # fmt: skip
                found.append((await shown(peer)).reason)
                return found

        assert asyncio.run(story()) == [1, 6, 3, 1]
        assert (sessions(), wallet(site.wang)) == ([], 500)

    def test_where_the_platform_is_not_there_nothing_begins(self, site, server):
        async def story():
            async with platform(server, answers=None), pile() as (peer, station):
                answer = await shown(peer)
                return answer, station.refusals

        answer, refusals = asyncio.run(story())

        assert (answer.allowed, answer.reason) == (0, 5)
        assert [(device, reason) for device, reason, _ in refusals] == [("ykc-1", "not_now")]
        assert (sessions(), wallet(site.wang)) == ([], 10_000)

    def test_what_is_billed_while_the_platform_is_away_is_settled_when_it_is_back(
        self, site, server
    ):
        async def story():
            async with pile() as (peer, station):
                async with platform(server):
                    await shown(peer)
                    peer.charge(1, minutes=60, power_w=7_000)
                    await station.until(lambda: station.last("ykc-1", "session_energy_kwh"))
                async with platform(server, answers=None):
                    peer.end(1, stop=0x45)
                    await station.until(lambda: station.refusals, within_s=10)
                    early = 0x40 in peer.types()
                async with platform(server):
                    peer.bill_again()
                    await peer.until(lambda: not peer.bills, within_s=10)
                    return early

        assert asyncio.run(story()) is False
        [done] = sessions()
        assert (done.state, done.energy_wh) == ("settled", 6_996)
        assert wallet(site.wang) == 10_000 - done.fee_fen


class TestOcpp:
    def test_the_same_card_starts_and_pays_there_by_the_same_question(self, site, server):
        async def story():
            member = wired("ocpp", "ocpp-1", "ev_charger", "CP1", password=PASSWORD)
            async with platform(server), line_of(OCPP, member) as (line, station):
                peer = Peer16(
                    url=f"ws://127.0.0.1:{line.port}/ocpp", id="CP1", password=PASSWORD,
                    now=station.now,
                )  # fmt: skip
                await peer.connect()
                await peer.boot()
                strange = await peer.authorize("DEADBEEF")
                allowed = await peer.authorize(UID)
                await peer.start(UID)
                station.clock += 3_500
                peer.pass_time(3_500)
                await peer.stop(reason="EVDisconnected")
                await peer.drop()
                return strange, allowed

        assert asyncio.run(story()) == ("Invalid", "Accepted")
        [done] = sessions()
        assert (done.state, done.way, done.person_id) == ("settled", "card", site.wang)
        assert wallet(site.wang) == 10_000 - done.fee_fen
        assert done.fee_fen > 0


def _now():
    return datetime.now(CHINA)
