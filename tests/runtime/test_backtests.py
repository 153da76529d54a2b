"""Back-tests run in a child, over real history, and calmer limits found in it."""

import asyncio
import json
import sys
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest

from linli.adapters.history.store import Store
from linli.contracts import calendar, outbox
from linli.contracts.directory import LimitEntry
from linli.devices.batch import Batch
from linli.registry.trials import operations
from linli.registry.trials.models import BackTest
from linli.registry.trials.proposals import Search
from linli.registry.trials.refusals import NothingRecorded
from linli.runtime import backtests, proposing, trying
from linli.runtime.worker import Records
from linli.scenes.fitting import Judged
from tests.registry.conftest import NOW, estate, other_estate, sign_in
from tests.registry.devices.kit import answers, devices, known_models, known_scenes
from tests.registry.trials.test_backtests import asked
from tests.scenes.town import MODELS, NUMBER, directory, scene

__all__ = ["answers", "devices", "estate", "known_models", "known_scenes", "other_estate",
           "sign_in"]  # fmt: skip

ZONE = ZoneInfo("Asia/Shanghai")
DAY = 86_400.0
BEGINS = datetime(2026, 3, 1, tzinfo=UTC).timestamp()
OVER = '[when]\npoint = "co"\nabove = 30\nhold = "1m"'


@pytest.fixture(autouse=True)
def worked(monkeypatch):
    monkeypatch.setattr(calendar.working_day, "_answer", lambda day: calendar.Day(worked=True))
    monkeypatch.setattr(outbox.wake, "_answer", lambda: None)


@pytest.fixture
def store(tmp_path):
    made = Store(home=tmp_path, community="t")
    yield made
    made.close()


def record(store, *peaks, days=4, device="s1"):
    """Keep days of a quiet sensor; a peak is (hours after the beginning, value, minutes)."""
    times = BEGINS + np.arange(0, days * DAY, 30.0)
    values = np.full(len(times), 12.0)
    for hours, value, minutes in peaks:
        first = BEGINS + hours * 3600
        values[(times >= first) & (times < first + minutes * 60)] = value
    batch = Batch(
        community="t",
        at=float(times[-1]),
        points=np.full(len(times), NUMBER[device, "co"], np.uint32),
        times=times,
        values=values,
        quality=np.zeros(len(times), np.uint8),
    )
    store.append(batch=batch, sequence=store.seen + 1)
    store.flush()


def trial(body=OVER, days=4.0, **more):
    return trying.Trial(
        community="t",
        scene=scene(body),
        models=MODELS,
        directory=directory(**more),
        start=BEGINS - 90 * DAY,
        end=BEGINS + days * DAY,
    )


def try_on(home, **more):
    told = []
    found = trying.try_on(home=home, trial=trial(**more), zone=ZONE, tell=told.append)
    return found, told


class TestTryOn:
    def test_finds_what_is_recorded_while_the_store_is_open(self, tmp_path, store):
        record(store, (5, 40.0, 10), (50, 40.0, 10))

        found, told = try_on(tmp_path)

        assert [(one.began - BEGINS) / 3600 for one in found.firings] == [
            pytest.approx(5 + 1 / 60), pytest.approx(50 + 1 / 60),
        ]  # fmt: skip
        assert (found.start, found.readings) == (BEGINS, 4 * 2880)
        assert told == sorted(told)
        assert 0 < told[0] < told[-1] <= 1

    def test_goes_by_the_limits_of_the_place(self, tmp_path, store):
        record(store, (5, 40.0, 10))
        limit = LimitEntry(scene="safety.test.x", target="e/g", key="above", value=50)

        assert try_on(tmp_path, limits=[limit])[0].firings == []

    def test_refuses_where_nothing_was_recorded(self, tmp_path):
        with pytest.raises(NothingRecorded):
            try_on(tmp_path)

    def test_refuses_where_nothing_is_looked_at(self, tmp_path, store):
        record(store)
        bare = msgspec.structs.replace(trial().directory, devices=[], points=[])
        tried = msgspec.structs.replace(trial(), directory=bare)

        with pytest.raises(NothingRecorded):
            trying.try_on(home=tmp_path, trial=tried, zone=ZONE, tell=lambda share: None)


class TestPropose:
    WRONG, RIGHT = ((5, 34.0, 3), (20, 35.0, 3), (30, 33.0, 3)), ((50, 60.0, 30), (70, 55.0, 30))

    def propose(self, home, *, body=OVER, wrong=WRONG, right=RIGHT):
        tried = trial(body)
        people = [
            Judged(target="s1", at=BEGINS + h * 3600, until=BEGINS + h * 3600 + m * 60, right=good)
            for good, ones in ((False, wrong), (True, right))
            for h, _, m in ones
        ]
        return proposing.propose(
            home=home,
            trial=tried,
            search=Search(target="s1", judged=people, precision=0.4),
            standing={},
            zone=ZONE,
            tell=lambda share: None,
        )

    def test_finds_the_number_that_drops_all_that_was_wrong(self, tmp_path, store):
        record(store, *self.WRONG, *self.RIGHT)

        found = self.propose(tmp_path)

        assert (found["right_kept"], found["right_lost"]) == (2, 0)
        assert (found["wrong_dropped"], found["wrong_kept"]) == (3, 0)
        assert found["per_day_before"] > found["per_day_after"] > 0
        assert found["key"] in {"above", "hold"}
        assert found["proposed"] > found["value"]

    def test_proposes_nothing_where_nothing_would_tell_them_apart(self, tmp_path, store):
        record(store)

        assert self.propose(tmp_path) is None


def speaking(*lines, after="", code=0):
    """Return the command of a child that says these lines."""
    script = "".join(f"print({json.dumps(json.dumps(one))}, flush=True)\n" for one in lines)
    whole = f"import sys, time\n{script}{after}\nsys.exit({code})"
    return lambda community, number: [sys.executable, "-c", whole]


def unfinished():
    rows = BackTest.rows.across("tests").filter(state__in=["waiting", "running"])
    return rows.exists()


def bytes_of(expression, after=""):
    """Return the command of a child that writes these bytes on its standard output."""
    whole = f"import sys, time\nsys.stdout.buffer.write({expression})\nsys.stdout.flush()\n{after}"
    return lambda community, number: [sys.executable, "-c", whole]


async def keep_until_over(command, *, limit_s=20.0, until=None):
    """Run what waits until nothing does, as the worker does: records in a thread of their own."""
    records = Records()
    keeping = asyncio.create_task(
        backtests.keep(
            records=records, command=command, limit_s=limit_s, look_every_s=0.01, beat_every_s=0.02
        )
    )
    async with asyncio.timeout(60):
        while not keeping.done() and await records(until or unfinished):
            await asyncio.sleep(0.02)
    alive = not keeping.done()
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    records.close()
    assert alive, "the keeper has ended"


@pytest.mark.django_db(transaction=True)
class TestKeep:
    def run(self, command, **more):
        row = asked()
        asyncio.run(keep_until_over(command, **more))
        row.refresh_from_db()
        return row

    def test_keeps_the_report_of_the_child(self, devices):
        row = self.run(speaking({"progress": 0.5}, {"report": {"firings": 3}}))

        assert (row.state, row.progress, row.report) == ("done", 1.0, {"firings": 3})

    def test_keeps_why_it_could_not(self, devices):
        row = self.run(speaking({"fault": "trials.nothing_recorded", "values": {"scene": "x"}}))

        assert (row.state, row.error) == ("failed", "trials.nothing_recorded")

    def test_one_that_breaks_has_failed(self, devices):
        row = self.run(speaking(after="raise SystemError('x')", code=1))

        assert (row.state, row.error) == ("failed", "trials.broke")

    def test_one_that_takes_too_long_is_stopped(self, devices):
        row = self.run(speaking(after="time.sleep(60)"), limit_s=0.3)

        assert (row.state, row.error) == ("failed", "trials.took_too_long")

    @pytest.mark.parametrize(
        "said",
        ["b'x' * (17 << 20)", "bytes([0xff, 0xfe, 10])", "b'{\"report\": \\xff}\\n'"],
        ids=["a line without end", "no text", "a report that is no text"],
    )
    def test_one_that_talks_nonsense_has_failed_and_the_next_is_run(self, devices, said):
        row = self.run(bytes_of(said, after="time.sleep(0.1)"))
        again = self.run(speaking({"report": {"firings": 0}}))

        assert (row.state, row.error) == ("failed", "trials.broke")
        assert again.state == "done"

    def test_one_that_cannot_be_begun_has_failed(self, devices):
        row = self.run(lambda community, number: ["/no/such/program"])

        assert (row.state, row.error) == ("failed", "trials.broke")

    def test_one_that_complains_without_end_is_heard_to_its_end(self, devices):
        row = self.run(speaking(after="sys.stderr.write('x' * (1 << 22))", code=3))

        assert (row.state, row.error_values) == ("failed", {"reason": "exit 3"})

    def test_one_that_takes_all_memory_has_failed(self, devices):
        row = self.run(speaking(after="x = bytearray(5 << 30)", code=0))

        assert (row.state, row.error) == ("failed", "trials.broke")

    def test_one_that_is_cancelled_is_ended_and_the_next_is_run(self, devices):
        first, second = asked(days=1), asked(days=2)

        def command(community, number):
            if number == first.pk:
                return speaking(after="time.sleep(60)")(community, number)
            return speaking({"report": {"firings": 0}})(community, number)

        def going_on():
            first.refresh_from_db()
            if first.state == "running":
                operations.cancel(community="hml", id=first.pk, now=NOW)
            return unfinished()

        asyncio.run(keep_until_over(command, until=going_on))

        second.refresh_from_db()
        assert (first.state, second.state) == ("cancelled", "done")

    def test_what_it_says_besides_does_no_harm(self, devices):
        row = self.run(speaking("hello", {"report": {"firings": 0}}))

        assert row.state == "done"

    def test_two_are_run_one_after_the_other(self, devices):
        first, second = asked(days=1), asked(days=2)

        asyncio.run(keep_until_over(speaking({"report": {"firings": 0}})))

        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.state, second.state) == ("done", "done")
        assert first.ended_at <= second.started_at

    def test_after_a_restart_it_is_begun_again(self, devices):
        row = asked()
        operations.claim(run="gone", now=NOW)

        asyncio.run(keep_until_over(speaking({"report": {"firings": 0}})))

        row.refresh_from_db()
        assert (row.state, row.attempts) == ("done", 2)
