import asyncio
import contextlib
from functools import partial

import pytest
from django.db import InterfaceError, OperationalError, connections, transaction

from linli.adapters import bus as buses
from linli.adapters import nats_server
from linli.contracts import directory, effects, subjects
from linli.foundation.outbox import operations as outbox
from linli.runtime.projector import consumer
from linli.runtime.scheduler import Job
from linli.runtime.worker import Records, Wiring, Worker, gathered


async def stream(items, error=None):
    for item in items:
        yield item
    if error:
        raise error
    await asyncio.Event().wait()


class TestGathered:
    async def test_yields_in_order_all_that_has_come_but_never_more_than_asked(self):
        sizes, seen = [], []

        async for items in gathered(stream(range(20)), 8):
            sizes.append(len(items))
            seen.extend(items)
            if len(seen) == 20:
                break

        assert seen == list(range(20))
        assert max(sizes) <= 8

    async def test_of_what_trickles_in_yields_the_first_at_once_and_the_rest_together(
        self, monkeypatch
    ):
        monkeypatch.setattr("linli.runtime.worker._REST_S", 0.2)
        sizes = []

        async def trickle():
            for number in range(10):
                yield number
                await asyncio.sleep(0.001)
            await asyncio.Event().wait()

        async for items in gathered(trickle(), 64):
            sizes.append(len(items))
            if sum(sizes) == 10:
                break

        assert sizes == [1, 9]

    async def test_passes_on_what_broke_the_stream(self):
        with pytest.raises(ZeroDivisionError):
            async for _ in gathered(stream([], ZeroDivisionError()), 8):
                pass


@pytest.mark.django_db
class TestRecords:
    @pytest.fixture
    def records(self, monkeypatch):
        monkeypatch.setattr("linli.runtime.worker._PAUSES_S", (0.0,))
        records = Records()
        yield records
        records.close()

    def answering(self, *answers):
        """Return a call that raises or returns the next of these each time."""
        left = iter(answers)

        def call():
            answer = next(left)
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call

    async def test_tries_again_while_the_database_is_locked(self, records):
        locked, busy = OperationalError("database is locked"), OperationalError("database is busy")

        result = await records(self.answering(locked, busy, "done"))

        assert result == "done"

    async def test_tries_again_while_the_disk_is_full_and_says_what_to_do(self, records, caplog):
        full = OperationalError("database or disk is full")

        result = await records(self.answering(full, full, "done"))

        assert result == "done"
        assert caplog.text.count("the disk is full; make room") == 2

    @pytest.mark.parametrize(
        "error",
        [
            OperationalError("no such table: cases_case"),
            OperationalError("too many SQL variables"),
            InterfaceError("Error binding parameter 0"),
        ],
    )
    async def test_raises_what_would_be_refused_again(self, records, error):
        with pytest.raises(type(error), match=str(error)):
            await records(self.answering(error, "done"))

        assert await records(lambda: "goes on") == "goes on"


@pytest.mark.django_db(transaction=True)
async def test_records_hang_up_the_line_of_their_own_thread():
    records = Records()

    def work():
        outbox.reached(consumer="c")
        return connections["default"]

    line = await records(work)

    records.close()

    assert line.connection is None


@pytest.fixture
def server(tmp_path):
    running = nats_server.start(home=tmp_path / "bus")
    yield running
    running.stop()


@pytest.fixture
async def bus(server):
    connected = await buses.connect(url=server.url, name="test")
    await connected.ensure_streams(limits=buses.StreamLimits())
    yield connected
    await connected.close()


@contextlib.asynccontextmanager
async def at_work(bus, table):
    """Run a worker for as long as the block runs."""
    rests = Job(name="rests", every_s=3600.0, run=lambda _now: None)
    worker = Worker(bus=bus, wiring=Wiring(effects=table, facts={}, jobs=[rests]))
    running = asyncio.create_task(worker.run())
    try:
        yield running
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError, ExceptionGroup):
            await running


def reach(sequence, stream):
    with transaction.atomic():
        for name in (consumer("hml"), "facts"):
            outbox.start(consumer=name, stream=stream, last=0)
            outbox.move_to(consumer=name, sequence=sequence)


@pytest.mark.django_db(transaction=True)
class TestStreamMadeAnew:
    @pytest.fixture(autouse=True)
    def community(self, monkeypatch):
        monkeypatch.setattr(directory.communities, "_answer", lambda: ["hml"])

    async def say(self, bus, number):
        seen = effects.DeviceSeen(
            id=f"d{number}", at=1.0, community="hml", cause="", device="x", online=True
        )
        body = effects.encode([seen])
        await bus.append(subject=subjects.effects("hml"), body=body, id=seen.id)

    async def test_is_read_from_its_beginning_and_said_loudly(self, bus, caplog):
        records, dealt, enough = Records(), [], asyncio.Event()
        await records(partial(reach, 50_000, "an earlier one"))
        records.close()
        await self.say(bus, 1)
        loop = asyncio.get_running_loop()

        def deal(run):
            dealt.extend(effect.id for effect in run)
            loop.call_soon_threadsafe(enough.set)

        async with at_work(bus, {effects.DeviceSeen: deal}):
            await asyncio.wait_for(enough.wait(), 10)

        assert dealt == ["d1"]
        errors = [r.getMessage() for r in caplog.records if r.levelname == "ERROR"]
        assert any("projector:hml read up to 50000" in text for text in errors)

    async def test_ends_the_worker_when_it_happens_behind_a_lost_line(self, bus):
        enough = asyncio.Event()
        loop = asyncio.get_running_loop()
        deal = {effects.DeviceSeen: lambda _run: loop.call_soon_threadsafe(enough.set)}
        await self.say(bus, 1)

        async with at_work(bus, deal) as running:
            await asyncio.wait_for(enough.wait(), 10)
            await bus.ask(subject=f"$JS.API.STREAM.DELETE.{subjects.EFFECTS_STREAM}")
            await bus.ensure_streams(limits=buses.StreamLimits())
            for call in bus.on_reconnect:
                call()
            await asyncio.wait([running], timeout=10)

            assert running.done()
            assert "EFFECTS" in repr(running.exception().exceptions)
