"""The bus, on a real nats-server: appends, reading in order, questions, loss of the line."""

import asyncio
import signal

import psutil
import pytest

from linli.adapters import bus as buses
from linli.adapters import nats_server
from linli.adapters.bus import NotStored, StreamLimits, Unheard, connect
from linli.contracts import subjects

HERE, THERE = subjects.inputs("here"), subjects.inputs("there")


@pytest.fixture
def server(tmp_path):
    running = nats_server.start(home=tmp_path)
    yield running
    running.stop()


@pytest.fixture
async def bus(server):
    made = await connect(url=server.url, name="test")
    await made.ensure_streams(limits=StreamLimits(input_bytes=2_000_000))
    yield made
    await made.close()


async def read(bus, subject, count, after=0):
    found = []
    following = bus.follow(stream=subjects.INPUT_STREAM, subject=subject, after=after)
    async with asyncio.timeout(20):
        async for message in following:
            found.append(message)
            if len(found) == count:
                break
    await following.aclose()
    return found


class TestAppend:
    async def test_keeps_the_order_of_calls_and_stores_an_id_once(self, bus):
        tasks = [
            asyncio.create_task(bus.append(subject=HERE, body=b"%d" % n, id=f"m{n}"))
            for n in range(50)
        ]
        sequences = await asyncio.gather(*tasks)

        again = await bus.append(subject=HERE, body=b"again", id="m7")

        assert sequences == sorted(sequences)
        assert again == sequences[7]
        assert [int(m.body) for m in await read(bus, HERE, 50)] == list(range(50))

    async def test_says_that_the_stream_is_full_and_stores_again_when_there_is_room(self, bus):
        async def fill():
            for n in range(100):
                await bus.append(subject=HERE, body=b"x" * 100_000, id=f"m{n}")

        with pytest.raises(NotStored) as full:
            await fill()
        last = await bus.last(stream=subjects.INPUT_STREAM, subject=HERE)
        await bus.purge(stream=subjects.INPUT_STREAM, subject=HERE, upto=last.sequence)

        sequence = await bus.append(subject=HERE, body=b"y", id="room")

        assert full.value.values["why"] == "full"
        assert sequence == last.sequence + 1

    async def test_says_that_no_stream_takes_a_subject(self, bus):
        with pytest.raises(NotStored):
            await bus.append(subject="nowhere", body=b"", id="x", timeout_s=1.0)


class TestLast:
    async def test_says_that_a_frozen_server_was_not_heard(self, bus, server, monkeypatch):
        monkeypatch.setattr(buses, "_API_S", 0.2)
        server.process.send_signal(signal.SIGSTOP)
        while psutil.Process(server.process.pid).status() != psutil.STATUS_STOPPED:
            await asyncio.sleep(0.01)

        try:
            with pytest.raises(Unheard):
                await bus.last(stream=subjects.INPUT_STREAM, subject=HERE)
        finally:
            server.process.send_signal(signal.SIGCONT)

    async def test_says_that_no_stream_answers(self, bus):
        with pytest.raises(Unheard):
            await bus.last(stream="NOWHERE", subject=HERE)


class TestFollow:
    async def test_reads_one_subject_from_a_sequence_on(self, bus):
        for n in range(6):
            await bus.append(subject=(HERE, THERE)[n % 2], body=b"%d" % n, id=f"m{n}")

        found = await read(bus, THERE, 2, after=2)

        assert [m.body for m in found] == [b"3", b"5"]

    async def test_goes_on_after_the_server_was_killed(self, bus, server):
        await bus.append(subject=HERE, body=b"before", id="a")
        reading = asyncio.create_task(read(bus, HERE, 2))
        await asyncio.sleep(0)
        server.process.kill()
        server.process.wait()

        again = nats_server.Running(server.prepared)
        try:
            again.wait_ready()
            for _ in range(100):
                if bus.connected and await bus.alive():
                    break
                await asyncio.sleep(0.05)
            await bus.append(subject=HERE, body=b"after", id="b")

            assert [m.body for m in await reading] == [b"before", b"after"]
        finally:
            again.stop()


class TestAsk:
    async def test_is_answered(self, bus):
        async def reply(body):
            return body + b"!"

        await bus.answer(subject="q", reply=reply)

        assert await bus.ask(subject="q", body=b"hello") == b"hello!"

    async def test_says_that_nobody_answers(self, bus):
        with pytest.raises(Unheard):
            await bus.ask(subject="nobody", timeout_s=1.0)

    async def test_goes_on_answering_after_a_failure(self, bus):
        async def reply(body):
            return b"%d" % (1 // int(body))

        await bus.answer(subject="q", reply=reply)
        with pytest.raises(Unheard):
            await bus.ask(subject="q", body=b"0", timeout_s=0.5)

        assert await bus.ask(subject="q", body=b"1") == b"1"


class TestServer:
    def test_lets_nobody_in_without_the_token(self, server):
        url = f"nats://127.0.0.1:{server.prepared.port}"

        with pytest.raises(NotStored):
            asyncio.run(_knock(url))

    def test_keeps_the_token_from_others(self, server):
        config = server.prepared.command[-1]

        assert (nats_server.Path(config).stat().st_mode & 0o077) == 0


async def _knock(url):
    await connect(url=url, name="stranger", patience_s=1.0)
