"""History at work, with a real bus: what INPUT holds is kept once, whatever fails."""

import asyncio
import contextlib
import errno
import os

import pytest

from linli.adapters import bus as buses
from linli.adapters import nats_server
from linli.adapters.history import manifest
from linli.adapters.history.store import Store
from linli.contracts import history as ask
from linli.contracts import signals, subjects
from linli.devices import batch as batches
from linli.runtime import history
from linli.runtime.history import Keeper, Pace
from tests.adapters.history.conftest import NOON, batch

CALM = Pace(flush_s=3600.0, again_s=0.01, compact_s=3600.0, retain_s=3600.0, keep_days=36_500)


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
async def at_work(bus, home, *, pace=CALM, engine=lambda: None, rows_waiting=400_000):
    """Run a keeper for as long as the block runs."""
    store = Store(home=home, community="hml", rows_waiting=rows_waiting)
    keeper = Keeper(bus=bus, store=store, community="hml", engine_position=engine, pace=pace)
    running = asyncio.create_task(keeper.run())
    try:
        yield keeper
        assert not running.done()
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


async def put(bus, *rows, id):
    return await bus.append(
        subject=subjects.inputs("hml"), body=batches.encode(batch(*rows)), id=id
    )


async def question(bus, asked):
    """Ask again until somebody listens."""
    while True:
        with contextlib.suppress(buses.Unheard):
            body = await bus.ask(subject=subjects.ask("history", "hml"), body=ask.encode(asked))
            return ask.answer(body)


async def until(bus, true):
    async with asyncio.timeout(20):
        while not true(state := await question(bus, ask.StateAsked())):
            continue
    return state


async def values(bus):
    found = await question(bus, ask.RangeAsked(point=7, start=1, end=4e9))
    return [reading.value for reading in found.items]


class TestKeep:
    async def test_answers_with_a_reading_before_it_is_on_disk(self, bus, tmp_path):
        async with at_work(bus, tmp_path):
            await put(bus, (7, NOON, 1.5), id="a")

            state = await until(bus, lambda state: state.seen == 1)

            assert (state.position, state.waiting, await values(bus)) == (0, 1, [1.5])

    async def test_writes_when_enough_waits(self, bus, tmp_path):
        async with at_work(bus, tmp_path, pace=Pace(flush_rows=2, again_s=0.01)):
            await put(bus, (7, NOON, 1.0), (7, NOON + 1, 2.0), id="a")

            state = await until(bus, lambda state: state.position == 1)

            assert (state.rows, state.waiting, await values(bus)) == (2, 0, [1.0, 2.0])

    async def test_passes_over_signals_and_counts_what_is_no_batch(self, bus, tmp_path):
        subject = subjects.inputs("hml")
        async with at_work(bus, tmp_path) as keeper:
            told = signals.encode(
                [signals.ModeChanged(id="s", at=NOON, place="x", mode="m", value="v")]
            )
            await bus.append(subject=subject, body=told, id="a")
            await bus.append(subject=subject, body=b"LB1 cut sho", id="b")
            await put(bus, (7, NOON, 1.0), id="c")
            await until(bus, lambda state: state.seen == 3)

            await keeper.flush()

            state = await question(bus, ask.StateAsked())
            assert (state.position, state.rows, state.unreadable) == (3, 1, 1)

    async def test_goes_on_after_a_restart_without_doubling(self, bus, server, tmp_path):
        line = await buses.connect(url=server.url, name="first life")
        async with at_work(line, tmp_path) as keeper:
            await put(bus, (7, NOON, 1.0), id="a")
            await until(bus, lambda state: state.seen == 1)
            await keeper.flush()
            await put(bus, (7, NOON + 1, 2.0), id="b")
            await until(bus, lambda state: state.seen == 2)
        await line.close()
        await put(bus, (7, NOON + 2, 3.0), id="c")

        async with at_work(bus, tmp_path):
            await until(bus, lambda state: state.seen == 3)

            assert await values(bus) == [1.0, 2.0, 3.0]

    async def test_starts_over_with_a_new_input_and_keeps_the_old_readings(self, bus, tmp_path):
        store = Store(home=tmp_path, community="hml")
        store.append(batch=batch((7, NOON, 1.0)), sequence=900)
        store.flush()
        store.close()

        async with at_work(bus, tmp_path):
            await put(bus, (7, NOON + 1, 2.0), id="a")
            await until(bus, lambda state: state.seen == 1)

            assert await values(bus) == [1.0, 2.0]


class TestOpen:
    async def test_waits_until_the_store_can_be_opened(self, bus, tmp_path, monkeypatch):
        refused = asyncio.Event()
        monkeypatch.setattr(history, "_LOOK_AGAIN_S", 0.01)
        monkeypatch.setattr(history.log, "exception", lambda *_: refused.set())
        other = Store(home=tmp_path, community="hml")
        await put(bus, (7, NOON, 1.0), id="a")

        async def communities():
            return ["hml"]

        keeping = asyncio.create_task(
            history.keep(
                bus=bus, home=tmp_path, communities=communities, engine_position=lambda _: None
            )
        )
        await refused.wait()
        other.close()
        await until(bus, lambda state: state.seen == 1)

        assert await values(bus) == [1.0]
        keeping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeping


class TestPurge:
    @pytest.mark.parametrize(("engine", "left"), [(None, 3), (0, 3), (2, 1), (99, 0)])
    async def test_forgets_only_what_both_readers_have(self, bus, tmp_path, engine, left):
        async with at_work(bus, tmp_path, engine=lambda: engine) as keeper:
            for n in range(3):
                await put(bus, (7, NOON + n, float(n)), id=str(n))
            await until(bus, lambda state: state.seen == 3)

            await keeper.flush()

            assert (await bus.state(stream=subjects.INPUT_STREAM)).messages == left


class TestFullDisk:
    async def test_stops_reading_says_so_and_recovers(self, bus, tmp_path, monkeypatch):
        full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        def fails(**_):
            raise full

        async with at_work(bus, tmp_path, rows_waiting=2) as keeper:
            await put(bus, (7, NOON, 0.0), id="0")
            await until(bus, lambda state: state.seen == 1)
            with monkeypatch.context() as patch:
                patch.setattr(manifest, "publish", fails)
                for n in range(1, 5):
                    await put(bus, (7, NOON + n, float(n)), id=str(n))

                state = await until(bus, lambda state: state.error is not None)

                assert (state.error, state.seen, state.position) == ("history.disk_full", 2, 0)
                assert await values(bus) == [0.0, 1.0]
            await until(bus, lambda state: state.seen == 5 and state.error is None)
            await keeper.flush()

            assert await values(bus) == [0.0, 1.0, 2.0, 3.0, 4.0]

    async def test_waits_for_room_when_it_starts_on_a_full_disk(self, bus, tmp_path, monkeypatch):
        full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        def fails(**_):
            raise full

        monkeypatch.setattr(manifest, "publish", fails)
        async with at_work(bus, tmp_path):
            await put(bus, (7, NOON, 1.0), id="a")
            await until(bus, lambda state: state.error == "history.disk_full")
            monkeypatch.undo()
            await until(bus, lambda state: state.seen == 1 and state.error is None)

            assert await values(bus) == [1.0]


class TestAnswer:
    async def test_draws_together_and_adds_up(self, bus, tmp_path):
        async with at_work(bus, tmp_path):
            await put(bus, (7, NOON, 1.0), (7, NOON + 5, 3.0), (8, NOON, 5.0), id="a")
            await until(bus, lambda state: state.seen == 1)
            span = {"start": NOON, "end": NOON + 10}

            buckets = await question(bus, ask.BucketsAsked(point=7, count=2, **span))
            cells = await question(
                bus, ask.AggregateAsked(points={"b01": [7, 8]}, how="sum", step_s=10, **span)
            )
            last = await question(bus, ask.LastAsked(points=[7, 8, 9]))

            assert buckets.step_s == 5.0
            assert [(b.at, b.mean) for b in buckets.items] == [(NOON, 1.0), (NOON + 5, 3.0)]
            assert cells.items == [ask.Cell(label="b01", at=NOON, value=9.0, count=3)]
            assert {r.point: r.value for r in last.items} == {7: 3.0, 8: 5.0}

    @pytest.mark.parametrize(
        ("body", "key"),
        [
            (b"", "history.bad_question"),
            (b"\xc1", "history.bad_question"),
            (ask.encode(ask.BucketsAsked(point=7, start=5, end=5)), "history.bad_span"),
        ],
    )
    async def test_refuses_in_words(self, bus, tmp_path, body, key):
        async with at_work(bus, tmp_path):
            await until(bus, lambda state: state is not None)

            answer = await bus.ask(subject=subjects.ask("history", "hml"), body=body)

            refused = ask.answer(answer)
            assert (refused.key, refused.status) == (key, 422)
