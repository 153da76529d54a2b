"""A polled line against a toy protocol: `?a1` is answered by `a1=5`, `!a1=5` by `a1=ok`."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress

import pytest
import uvloop

from linli.devices.model import ThingModel
from linli.drivers.frames import MORE, BadFrame
from linli.drivers.line import Order, Wired
from linli.drivers.polled_line import PolledLine
from linli.drivers.polling import Ask, Dialogue, Group, NoAnswer, Outcome, Refused, Way
from linli.drivers.reading import Reading
from linli.kernel.words import Words
from tests.drivers.station import FakeStation

_MODEL = ThingModel(id="toy", name=Words(zh="玩具", en="toy"), category="toy", period="1m")


def _wired(code: str, options: object = None) -> Wired:
    return Wired(
        community="east",
        code=code,
        model=_MODEL,
        address=code,
        gateway=None if isinstance(options, Way) else "line",
        options=options,
    )


class Toy:
    longest = 32
    quiet_s = 0.0

    def __init__(self, *, every_s: float = 0.02) -> None:
        self._every_s = every_s

    def measure(self, data: bytearray, at: int) -> int:
        end = data.find(b"\n", at)
        return MORE if end < 0 else end + 1 - at

    def groups(self, member: Wired) -> Sequence[Group]:
        return [] if member.gateway is None else [Group(name="all", every_s=self._every_s)]

    def poll(self, member: Wired, group: Group, *, now: float) -> Dialogue:
        said = yield self._ask(member, f"?{member.address}\n")
        return Outcome(readings=[Reading("value", float(said))])

    def tell(self, member: Wired, order: Order, *, now: float) -> Dialogue | None:
        return self._told(member, order) if order.service == "set" else None

    def seek(self) -> Dialogue | None:
        return self._sought()

    def _sought(self) -> Dialogue:
        try:
            found = yield Ask(frame=b"who\n", read=lambda frame: frame.decode().strip())
        except NoAnswer:
            return Outcome(heard=False)
        return Outcome(strangers=[(found, {"name": "toy"})])

    def _told(self, member: Wired, order: Order) -> Dialogue:
        said = yield self._ask(member, f"!{member.address}={order.args['to']}\n")
        if said != "ok":
            raise Refused(said)
        return Outcome()

    def _ask(self, member: Wired, text: str) -> Ask:
        def read(frame: bytes) -> str | None:
            name, sign, value = frame.decode("ascii", "replace").strip().partition("=")
            if not sign:
                raise BadFrame("no sign")
            return value if name == member.address else None

        return Ask(frame=text.encode(), read=read)


class Server:
    """A serial server; `answer` says what comes back, None nothing."""

    def __init__(self, answer: Callable[[str], bytes | None]) -> None:
        self.answer = answer
        self.asked: list[str] = []
        self.connections = 0
        self.port = 0
        self.writers: list[asyncio.StreamWriter] = []
        self.tasks: list[asyncio.Task[None] | None] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.writers.append(writer)
        self.tasks.append(asyncio.current_task())
        with suppress(ConnectionError):
            while line := await reader.readline():
                self.asked.append(line.decode().strip())
                if (said := self.answer(self.asked[-1])) is not None:
                    writer.write(said)
        writer.close()

    def hang_up(self) -> None:
        for writer in self.writers:
            writer.transport.abort()
        self.writers.clear()


@asynccontextmanager
async def _dialled(
    answer: Callable[[str], bytes | None],
    members: Sequence[str],
    *,
    every_s: float = 0.02,
    **way: object,
) -> AsyncIterator[tuple[Server, PolledLine, FakeStation]]:
    server, station = Server(answer), FakeStation()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    options = Way(**{"connect": f"127.0.0.1:{server.port}", "answer_within_s": 0.05, **way})
    line = PolledLine(
        line=_wired("line", options),
        members=[_wired(code) for code in members],
        station=station,
        talk=Toy(every_s=every_s),
    )
    running = asyncio.create_task(line.run())
    try:
        yield server, line, station
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        server.hang_up()
        listening.close()
        await asyncio.gather(*(task for task in server.tasks if task), return_exceptions=True)


def _five(asked: str) -> bytes:
    return f"{asked[1:].partition('=')[0]}={'ok' if asked[0] == '!' else '5'}\n".encode()


def _order(id: str = "o1", *, service: str = "set", expires_at: float = 2e9) -> Order:
    return Order(id=id, service=service, args={"to": 1}, expires_at=expires_at)


class TestPoll:
    async def test_reads_a_hundred_devices_on_one_line(self):
        codes = [f"m{n}" for n in range(100)]

        async with _dialled(_five, codes) as (server, _, station):
            await station.until(lambda: {code for code, _ in station.readings} == set(codes))

        assert server.connections == 1
        assert all(station.present[code] for code in codes)
        assert station.last("m42", "value") == 5.0

    async def test_asks_nothing_while_an_answer_is_open(self):
        asked = 0

        def late(question: str) -> bytes | None:
            nonlocal asked
            asked += 1
            return None

        async with _dialled(late, ["a", "b"], answer_within_s=5.0) as (_, _, station):
            await station.until(lambda: bool(station.frames["a"] or station.frames["b"]))
            await asyncio.sleep(0.1)

        assert asked == 1

    async def test_throws_away_garbage_and_answers_of_another(self):
        def noisy(asked: str) -> bytes:
            return b"\xff\x00noise\n" + b"zz=9\n" + _five(asked)

        async with _dialled(noisy, ["a"]) as (_, _, station):
            await station.until(lambda: station.last("a", "value") is not None)

        assert {value.value for _, value in station.readings} == {5.0}
        assert ("a", "bad_frame") in {refusal[:2] for refusal in station.refusals}

    async def test_hangs_up_who_floods_the_line_and_tells_little_of_it(self, monkeypatch):
        monkeypatch.setattr("linli.drivers.rests.FIRST_S", 0.02)

        async with _dialled(lambda _: b"x\n" * 40_000, ["a"], answer_within_s=2.0) as (
            server,
            _,
            station,
        ):
            await station.until(lambda: server.connections > 1)
            refused = len(station.refusals)

        assert refused <= 64
        assert station.readings == []

    async def test_takes_no_late_answer_for_a_new_one(self):
        async with _dialled(lambda _: None, ["a"]) as (server, _, station):
            await station.until(lambda: len(station.frames["a"]) > 0)
            server.writers[0].write(b"a=77")
            await station.until(lambda: len(station.frames["a"]) > 1)
            server.answer = _five
            await station.until(lambda: station.last("a", "value") is not None)

        assert {reading.value for _, reading in station.readings} == {5.0}

    async def test_marks_a_silent_member_and_asks_it_less_often(self):
        def one_dead(asked: str) -> bytes | None:
            return None if asked == "?dead" else _five(asked)

        async with _dialled(one_dead, ["dead", "alive"], answer_within_s=0.01) as (
            server,
            _,
            station,
        ):
            await station.until(lambda: station.reasons.get("dead") == "no_answer")
            before = len(server.asked)
            await station.until(lambda: server.asked[before:].count("?alive") > 30)

        after = server.asked[before:]
        assert station.present["alive"]
        assert after.count("?dead") < 8

    async def test_hears_a_member_that_is_back(self):
        async with _dialled(lambda _: None, ["a"], answer_within_s=0.01) as (server, _, station):
            await station.until(lambda: station.reasons.get("a") == "no_answer")
            server.answer = _five
            await station.until(lambda: station.present["a"])

        assert station.last("a", "value") == 5.0

    async def test_polls_nothing_while_the_log_is_full_but_orders_go_on(self):
        async with _dialled(_five, ["a"]) as (server, line, station):
            station.open.clear()
            await station.until(lambda: "a" in station.present)
            polls = server.asked.count("?a")
            taken = line.send("a", _order())
            await station.until(lambda: bool(station.answers))
            polled = server.asked.count("?a") - polls
            station.open.set()
            await station.until(lambda: len(station.readings) > 2)

        assert taken
        assert polled == 0

    async def test_looks_for_strangers_where_there_is_no_member(self, monkeypatch):
        monkeypatch.setattr("linli.drivers.timetable.FIRST_WITHIN_S", 0.02)

        async with _dialled(lambda _: b"meter-9\n", []) as (_, _, station):
            await station.until(lambda: "meter-9" in station.strangers)

        assert station.strangers["meter-9"] == {"name": "toy"}


class TestSend:
    async def test_puts_an_order_before_polls_and_says_when_it_is_done(self):
        async with _dialled(_five, ["a", "b"]) as (server, line, station):
            await station.until(lambda: station.present.get("line", False))
            taken = line.send("a", _order())
            await station.until(lambda: bool(station.answers))

        assert taken
        assert station.answers == [("a", "o1", True, "")]
        assert server.asked.count("!a=1") == 1

    async def test_does_an_order_once_that_comes_twice(self):
        async with _dialled(_five, ["a"], every_s=60.0) as (server, line, station):
            await station.until(lambda: station.present.get("line", False))
            told = [line.send("a", _order()), line.send("a", _order())]
            await station.until(lambda: bool(station.answers))
            told.append(line.send("a", _order()))

        assert told == [True, True, True]
        assert server.asked.count("!a=1") == 1
        assert station.answers == [("a", "o1", True, "")] * 2

    async def test_says_why_a_device_would_not(self):
        async with _dialled(lambda asked: f"{asked[1:2]}=locked\n".encode(), ["a"], every_s=60) as (
            _,
            line,
            station,
        ):
            await station.until(lambda: station.present.get("line", False))
            line.send("a", _order())
            await station.until(lambda: bool(station.answers))

        assert station.answers == [("a", "o1", False, "locked")]

    async def test_says_that_nobody_answered(self):
        async with _dialled(lambda _: None, ["a"], every_s=60) as (server, line, station):
            await station.until(lambda: station.present.get("line", False))
            line.send("a", _order())
            await station.until(lambda: bool(station.answers))

        assert station.answers == [("a", "o1", False, "no_answer")]
        assert server.asked.count("!a=1") == 2

    async def test_says_no_to_an_order_over_which_we_broke(self):
        async with _dialled(_five, ["a"], every_s=60) as (_, line, station):
            await station.until(lambda: station.present.get("line", False))
            line.send("a", Order(id="o1", service="set", args={}, expires_at=2e9))
            await station.until(lambda: bool(station.answers))

        assert station.answers == [("a", "o1", False, "line_broke")]

    async def test_does_not_send_what_is_too_late(self):
        async with _dialled(_five, ["a"], every_s=60) as (server, line, station):
            await station.until(lambda: station.present.get("line", False))
            line.send("a", _order(expires_at=station.now() - 1))
            await station.until(lambda: bool(station.answers))

        assert station.answers == [("a", "o1", False, "expired")]
        assert server.asked == []

    @pytest.mark.parametrize(("device", "service"), [("nobody", "set"), ("a", "fly")])
    async def test_has_no_way_to_a_stranger_or_for_an_unknown_service(self, device, service):
        async with _dialled(_five, ["a"], every_s=60) as (_, line, station):
            await station.until(lambda: station.present.get("line", False))

            assert not line.send(device, _order(service=service))

    async def test_keeps_an_order_over_a_line_that_breaks(self, monkeypatch):
        monkeypatch.setattr("linli.drivers.rests.FIRST_S", 0.02)

        async with _dialled(lambda _: None, ["a"], every_s=60, answer_within_s=2.0) as (
            server,
            line,
            station,
        ):
            await station.until(lambda: station.present.get("line", False))
            line.send("a", _order())
            await station.until(lambda: bool(station.frames["a"]))
            server.answer = _five
            server.hang_up()
            await station.until(lambda: bool(station.answers))

        assert station.answers == [("a", "o1", True, "")]
        assert server.connections == 2

    async def test_gives_an_order_up_over_which_the_line_breaks_again_and_again(self, monkeypatch):
        monkeypatch.setattr("linli.drivers.rests.FIRST_S", 0.02)

        def breaks(asked):
            server.hang_up()

        async with _dialled(breaks, ["a"], every_s=60) as (server, line, station):
            await station.until(lambda: station.present.get("line", False))
            line.send("a", _order())
            await station.until(lambda: bool(station.answers))
            asked = [one for one in server.asked if one.startswith("!")]

        assert station.answers == [("a", "o1", False, "line_broken")]
        assert len(asked) == 3

    async def test_asks_a_member_less_that_breaks_the_line_whenever_it_is_asked(self, monkeypatch):
        monkeypatch.setattr("linli.drivers.rests.FIRST_S", 0.001)
        monkeypatch.setattr("linli.drivers.rests.LONGEST_S", 0.001)

        def breaks_for_a(asked):
            return server.hang_up() if asked[1:] == "a" else _five(asked)

        async with _dialled(breaks_for_a, ["a", "b"]) as (server, _, station):
            await station.until(lambda: station.reasons.get("a") == "no_answer")
            before = server.asked.count("?a")
            told = len(station.readings)
            await station.until(lambda: len(station.readings) > told + 3)

        assert before == 3
        assert server.asked.count("?a") <= before + 2


class TestReach:
    async def test_dials_again_after_a_hang_up(self, monkeypatch):
        monkeypatch.setattr("linli.drivers.rests.FIRST_S", 0.02)

        async with _dialled(_five, ["a"]) as (server, _, station):
            await station.until(lambda: station.present.get("a", False))
            server.hang_up()
            await station.until(lambda: station.reasons.get("a") == "hung_up")
            await station.until(lambda: station.present["a"])

        assert server.connections == 2

    async def test_lets_in_who_says_hello_and_shows_who_does_not(self):
        station = FakeStation()
        options = Way(listen="127.0.0.1:0", hello="hex:44545501", answer_within_s=1.0)
        line = PolledLine(
            line=_wired("line", options), members=[_wired("a")], station=station, talk=Toy()
        )
        running = asyncio.create_task(line.run())
        while not line.port:
            await asyncio.sleep(0)

        stranger = await asyncio.open_connection("127.0.0.1", line.port)
        stranger[1].write(b"GET / HTTP/1.0" + b"x" * 300)
        hung_up = await stranger[0].read()
        reader, writer = await asyncio.open_connection("127.0.0.1", line.port)
        writer.write(b"DTU\x01")
        asked = await reader.readline()
        writer.write(_five(asked.decode().strip()))
        await station.until(lambda: bool(station.readings))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        writer.close()
        stranger[1].close()

        assert hung_up == b""
        assert any(address.startswith("GET /") for address in station.strangers)
        assert station.last("a", "value") == 5.0

    def test_runs_on_the_loop_of_the_live_half(self):
        uvloop.run(self.test_lets_in_who_says_hello_and_shows_who_does_not())

    async def test_gives_up_the_old_connection_for_a_new_one(self):
        station = FakeStation()
        line = PolledLine(
            line=_wired("line", Way(listen="127.0.0.1:0", answer_within_s=0.05)),
            members=[_wired("a")],
            station=station,
            talk=Toy(),
        )
        running = asyncio.create_task(line.run())
        while not line.port:
            await asyncio.sleep(0)

        old = await asyncio.open_connection("127.0.0.1", line.port)
        await old[0].readline()
        new = await asyncio.open_connection("127.0.0.1", line.port)
        asked = await new[0].readline()
        left = await old[0].read()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        old[1].close()
        new[1].close()

        assert asked == b"?a\n"
        assert b"=" not in left


class TestWay:
    @pytest.mark.parametrize(
        "wrong",
        [
            {},
            {"connect": "a:1", "listen": "b:2"},
            {"connect": "nowhere"},
            {"listen": "127.0.0.1:70000"},
            {"listen": "127.0.0.1:0", "hello": "hex:zz"},
            {"connect": "a:1", "answer_within_s": 0},
            {"connect": "a:1", "tries": 0},
        ],
    )
    def test_refuses_what_cannot_be(self, wrong):
        with pytest.raises(ValueError, match=" "):
            Way(**wrong)
