"""A CoAP server, over loopback, against aiocoap's own client."""

import asyncio
import json
from contextlib import asynccontextmanager

import pytest
import uvloop
from aiocoap.numbers import codes

from linli.drivers.coap import line as line_module
from linli.drivers.coap import root as module
from linli.drivers.coap.codec import CBOR, JSON, LINKS, OCTETS, SENML_CBOR, SENML_JSON
from linli.drivers.coap.driver import DRIVER
from linli.drivers.coap.peer import CoapPeer, send_bytes
from linli.drivers.line import Order, Taken
from tests.drivers.station import FakeStation
from tests.drivers.tables import wired

TOKEN = "a-secret"


def order(id="c1", *, expires_at=2e9):
    return Order(id=id, service="irrigation.on", args={"minutes": 5.0}, expires_at=expires_at)


def members():
    return [
        wired("coap", "soil-1", "soil_sensor", "s1", token=TOKEN),
        wired("coap", "valve-1", "irrigation_valve", "v1", token=TOKEN),
    ]


@asynccontextmanager
async def listening(*, address="s1", token=TOKEN, in_path=False):
    """Give a line that listens, its station and a device."""
    station = FakeStation()
    line = wired("coap", "coap", "gateway", listen="127.0.0.1:0")
    running = DRIVER.run(line, members(), station)
    task = asyncio.create_task(running.run())
    await station.until(lambda: "coap" in station.present)
    peer = CoapPeer(port=running.port, address=address, token=token, in_path=in_path)
    try:
        async with asyncio.timeout(20):
            yield running, station, peer
    finally:
        await peer.close()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class TestReadings:
    @pytest.mark.parametrize(
        ("kind", "said"),
        [
            (JSON, {"soil_moisture_pct": 25.3}),
            (JSON, [{"n": "soil_moisture_pct", "v": 25.3}]),
            (CBOR, {"soil_moisture_pct": 25.3}),
            (SENML_JSON, [{"n": "soil_moisture_pct", "v": 25.3}]),
            (SENML_CBOR, [{"n": "soil_moisture_pct", "v": 25.3}]),
        ],
    )
    @pytest.mark.parametrize("in_path", [True, False])
    async def test_takes_every_format(self, kind, said, in_path):
        async with listening(in_path=in_path) as (_, station, peer):
            code = await peer.post(said, kind=kind)

            assert code == "2.04"
            assert station.last("soil-1", "soil_moisture_pct") == 25.3
            assert station.present["soil-1"]

    async def test_takes_bytes_that_a_table_describes_and_put_as_well_as_post(self):
        async with listening() as (_, station, peer):
            body = bytes.fromhex("00fd6400")
            code, _ = await peer.ask(codes.PUT, "readings", body, kind=OCTETS)

            assert code == "2.04"
            assert station.last("soil-1", "soil_moisture_pct") == 25.3
            assert station.last("soil-1", "battery_pct") == 100

    async def test_acknowledges_only_when_it_is_stored(self):
        async with listening() as (_, station, peer):
            station.open.clear()
            posting = asyncio.create_task(peer.post({"soil_moisture_pct": 1}))
            await station.until(lambda: bool(station.frames["soil-1"]))

            early = posting.done()
            station.open.set()

            assert (early, await posting) == (False, "2.04")

    async def test_asks_to_come_again_while_too_many_wait(self, monkeypatch):
        monkeypatch.setattr(module, "_MOST_AT_ONCE", 1)
        async with listening() as (_, station, peer):
            station.open.clear()
            first = asyncio.create_task(peer.post({"soil_moisture_pct": 1}))
            await station.until(lambda: bool(station.frames["soil-1"]))

            second = await peer.post({"soil_moisture_pct": 2})
            station.open.set()

            assert (second, await first) == ("5.03", "2.04")
            assert len(station.readings) == 1

    async def test_puts_blocks_together(self):
        async with listening() as (_, station, peer):
            pack = [{"n": "soil_moisture_pct", "v": n % 100, "t": -n} for n in range(200)]

            code = await peer.post(pack, kind=SENML_JSON)

            assert code == "2.04"
            assert len(station.readings) == 200

    async def test_refuses_what_is_too_long(self, monkeypatch):
        monkeypatch.setattr(module, "_LONGEST", 2000)
        async with listening() as (_, station, peer):
            code, _ = await peer.ask(codes.POST, "readings", b" " * 5000, kind=JSON)

            assert (code, station.readings) == ("4.13", [])

    @pytest.mark.parametrize(
        ("body", "kind", "code"),
        [
            (b"", JSON, "4.00"),
            (b"{", JSON, "4.00"),
            (b"\xff", CBOR, "4.00"),
            (bytes.fromhex("81d81c81d81d00"), CBOR, "4.00"),
            (b"\x01", OCTETS, "4.00"),
            (b"[5]", SENML_JSON, "4.00"),
            (b"<a/>", 41, "4.15"),
        ],
    )
    async def test_says_what_it_cannot_read(self, body, kind, code):
        async with listening() as (_, station, peer):
            found, _ = await peer.ask(codes.POST, "readings", body, kind=kind)

            assert (found, station.readings) == (code, [])

    async def test_says_why_nothing_was_taken(self):
        async with listening() as (_, station, peer):

            async def bring(_device, _readings):
                return Taken(taken=0, refused=[(0, "unknown_property")])

            station.bring = bring

            found = await peer.ask(codes.POST, "readings", b'{"x":1}', kind=JSON)

            assert found == ("4.00", b"unknown_property")


class TestAdmits:
    async def test_refuses_a_wrong_token_and_counts_it(self):
        async with listening(token="guessed") as (_, station, peer):
            code = await peer.post({"soil_moisture_pct": 1})

            assert (code, station.readings) == ("4.01", [])
            assert station.refusals == [("soil-1", "wrong_token", b"")]

    async def test_shows_a_stranger(self):
        async with listening(address="nobody") as (_, station, peer):
            code = await peer.post({"soil_moisture_pct": 1})

            assert code == "4.01"
            assert list(station.strangers) == ["nobody"]

    async def test_puts_no_blocks_together_for_a_stranger(self):
        async with listening(address="nobody") as (_, _station, peer):
            code, _ = await peer.ask(codes.POST, "readings", b" " * 5000, kind=JSON)

            assert code == "4.01"

    async def test_knows_its_paths_and_methods(self):
        async with listening() as (_, _station, peer):
            assert (await peer.ask(codes.GET, "party"))[0] == "4.04"
            assert (await peer.ask(codes.GET, "readings"))[0] == "4.05"
            assert (await peer.ask(codes.DELETE, "commands"))[0] == "4.05"

    async def test_lets_a_member_in_that_came_later_and_out_again(self):
        async with listening(address="s2", token="new") as (running, _, peer):
            running.rewire([wired("coap", "soil-2", "soil_sensor", "s2", token="new")])
            came = await peer.post({"soil_moisture_pct": 1})
            running.rewire([])

            assert (came, await peer.post({"soil_moisture_pct": 1})) == ("2.04", "4.01")

    async def test_survives_bytes_that_are_no_message(self):
        async with listening() as (running, station, peer):
            for data in (
                b"\x40\x02\x00\x01\xb1\xff",
                b"",
                b"\x00",
                b"\xff" * 1200,
                b"\x40\x02",
                b"\x4f\x02\x00\x01",
                b"\xe0",
            ):
                await send_bytes(port=running.port, data=data)

            assert await peer.post({"soil_moisture_pct": 1}) == "2.04"
            assert len(station.readings) == 1
            assert [r[:2] for r in station.refusals] == [("coap", "not_coap")]

    async def test_remembers_no_more_messages_than_fit(self, monkeypatch):
        monkeypatch.setattr(line_module, "_MOST_REMEMBERED", 3)
        async with listening() as (_, station, peer):
            for _ in range(3):
                await peer.post({"soil_moisture_pct": 1})

            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await peer.post({"soil_moisture_pct": 1})

            assert len(station.readings) == 3


class TestCommands:
    async def test_shows_an_order_until_it_is_answered(self):
        async with listening(address="v1") as (running, station, peer):
            sent = [running.send("valve-1", order()) for _ in range(2)]
            twice = [await peer.commands(), await peer.commands()]
            code = await peer.acknowledge("c1", ok=False, reason="jammed")

            assert (sent, code) == ([True, True], "2.04")
            told = {
                "id": "c1",
                "service": "irrigation.on",
                "args": {"minutes": 5.0},
                "expires": 2e9,
            }
            assert twice == [[told], [told]]
            assert station.answers == [("valve-1", "c1", False, "jammed")]

    async def test_acknowledges_an_answer_only_when_it_is_stored(self):
        async with listening(address="v1") as (running, station, peer):
            running.send("valve-1", order())
            station.open.clear()
            answering = asyncio.create_task(peer.acknowledge("c1", ok=True))
            await station.until(lambda: bool(station.answers))
            await asyncio.wait((answering,), timeout=0.1)

            early = answering.done()
            station.open.set()

            assert (early, await answering) == (False, "2.04")
            assert await peer.commands() == []

    async def test_tells_at_once_who_observes(self):
        async with listening(address="v1") as (running, _station, peer):
            watching = peer.watch()
            at_first = await anext(watching)

            running.send("valve-1", order())
            then = await anext(watching)
            await watching.aclose()

            assert at_first == []
            assert [one["id"] for one in then] == ["c1"]

    async def test_shows_no_order_that_is_too_old(self):
        async with listening(address="v1") as (running, station, peer):
            running.send("valve-1", order(expires_at=station.clock + 10))

            station.clock += 11

            assert await peer.commands() == []
            assert running.send("valve-1", order("c2", expires_at=station.clock)) is False

    async def test_holds_no_more_orders_than_fit_and_none_for_nobody(self):
        async with listening(address="v1") as (running, _station, _peer):
            sent = [running.send("valve-1", order(f"c{n}")) for n in range(40)]

            assert sent.count(True) == 32
            assert running.send("nobody", order()) is False

    async def test_does_not_show_the_orders_of_another(self):
        async with listening(address="s1") as (running, _station, peer):
            running.send("valve-1", order())

            assert await peer.commands() == []


class TestTransport:
    async def test_says_what_there_is(self):
        async with listening() as (running, _, peer):
            peer.url = lambda _what: f"coap://127.0.0.1:{running.port}/.well-known/core"

            code, body = await peer.ask(codes.GET, "")

            assert code == "2.05"
            assert b"/v1/<address>/readings" in body
            assert LINKS == 40

    async def test_fails_to_listen_where_somebody_does(self):
        async with listening() as (running, _, _peer):
            line = wired("coap", "other", "gateway", listen=f"127.0.0.1:{running.port}")

            with pytest.raises(OSError, match="in use"):
                await DRIVER.run(line, [], FakeStation()).run()

    def test_works_in_the_loop_of_the_live_half(self):
        async def once():
            async with listening() as (_, station, peer):
                code = await peer.post({"soil_moisture_pct": 7})
                return code, station.last("soil-1", "soil_moisture_pct")

        assert uvloop.run(once()) == ("2.04", 7.0)

    async def test_a_token_is_no_part_of_a_frame_that_is_kept(self):
        async with listening() as (_, station, peer):
            await peer.post({"soil_moisture_pct": 7})

            assert TOKEN not in json.dumps([str(f) for f in station.frames["soil-1"]])
