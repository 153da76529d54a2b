"""Half a million sensors, each every ten seconds: does it keep up, and does it come back?

    ./linli bench sensors --seconds 600

Four lines. `steady`: the load of the title for so long, with the worker, history, alarms and causes
at work; memory after a tenth of the time and at its end; the wait from a reading over MQTT to its
command. `restart`: the live process is killed under that load, with holds under way, and started
again. `overload`: three times what it can take is offered; senders are slowed. `kept`: after all of
it, what was confirmed is in history, each reading once, and each hold that was under way at the
kill raised its alarm at its own time.
"""

import sqlite3
import sys
import threading
import time
from datetime import UTC, datetime

import duckdb
import numpy as np
import psutil

from bench import town
from bench.load import Load
from bench.sut import SECRET, Ours, Usage
from bench.town_load import TownLoad

_PERIOD_S = 10.0
_PROBES_PER_S = 20.0
"""Each second one raises and one clears an alarm: far more than people could look at."""
_STILL_S = 3.0
_HOT = 200
_OVER = 3.0
_DUPLICATE = 8


def run(*, seconds, points, scenes):
    """Yield the four lines."""
    del scenes
    began = time.monotonic()
    system = Ours(alarm=True, records=True, town=points)
    try:
        built_s = time.monotonic() - began
        crowd = TownLoad(system.port, points=points, secret=SECRET)
        rate = points / _PERIOD_S
        crowd.rate(rate)
        _say(f"{points} sensors are connected, and speak for the first time")
        arrived_s = _settled(system.home, within_s=600)
        _say(f"{rate:.0f} readings a second for {seconds:.0f} s")
        steady = _steady(system, crowd, seconds)
        yield {
            **_head("steady", points),
            "ready_s": round(built_s, 1),
            "arrival_dealt_with_s": arrived_s,
            **steady,
            "worker_done_after_s": _settled(system.home, within_s=60),
        }
        _say("the live process is killed")
        restart, hot = _restart(system, crowd, rate)
        yield {**_head("restart", points), **restart}
        _say("three times what it can take")
        yield {
            **_head("overload", points),
            **_overload(system, crowd, rate, seconds, steady["p99_ms"]),
        }
        said = crowd.quiet()
        crowd.end()
        yield {**_head("kept", points), **_kept(system, said["sent"], hot)}
    finally:
        system.close()


def _say(text):
    print(text, file=sys.stderr, flush=True)


def _head(mode, points):
    return {"bench": "sensors", "mode": mode, "points": points, "scenes": 257}


def _probe(system):
    """Return a load of single readings whose commands are awaited."""
    return Load(system.port, connections=1, devices=200, qos=1, crossing=0.5, user="bench/gw",
                password=SECRET)  # fmt: skip


def _rss(system):
    """Return resident megabytes of each process."""
    return {
        name: round(psutil.Process(pid).memory_info().rss / 2**20, 1)
        for name, pid in system.pids.items()
    }


class _Watch(threading.Thread):
    """Looks at memory and backlog now and then."""

    def __init__(self, system, crowd, every_s):
        super().__init__(daemon=True)
        self._system, self._crowd, self._every_s = system, crowd, every_s
        self._ends = threading.Event()
        self.rss, self.unconfirmed = [], []

    def run(self):
        while not self._ends.wait(self._every_s):
            self.rss.append(sum(_rss(self._system).values()))
            self.unconfirmed.append(self._crowd.told()["unconfirmed"])

    def end(self):
        self._ends.set()
        self.join()


def _settled(home, *, within_s):
    """Return after how many seconds nothing waits for the worker; None if that is not soon."""
    began = still = time.monotonic()
    seen = None
    with sqlite3.connect(f"file:{home}/linli.sqlite3?mode=ro", uri=True) as records:
        while time.monotonic() - began < within_s:
            [waiting] = records.execute(
                "SELECT count(*) FROM outbox_outgoing WHERE sent_at IS NULL"
            ).fetchone()
            now = (waiting, records.execute("SELECT * FROM outbox_position").fetchall())
            if now != seen or waiting:
                seen, still = now, time.monotonic()
            elif time.monotonic() - still > _STILL_S:
                return round(still - began, 1)
            time.sleep(0.2)
    return None


def _steady(system, crowd, seconds):
    probe = _probe(system)
    probe.ready()
    watch = _Watch(system, crowd, max(0.5, seconds / 100))
    watch.start()
    usage, before, began = Usage(system.pids.values()), crowd.told(), time.monotonic()
    told = probe.open_loop(_PROBES_PER_S, seconds)
    took = time.monotonic() - began
    after = crowd.told()
    watch.end()
    probe.close()
    tenth = max(1, len(watch.rss) // 10)
    return {
        "seconds": round(took, 1),
        "readings_per_s": round((after["confirmed"] - before["confirmed"]) / took),
        "p50_ms": told.p50_ms,
        "p99_ms": told.p99_ms,
        "max_ms": told.max_ms,
        "lost": told.lost,
        "unconfirmed_at_most": max(watch.unconfirmed, default=0),
        "unconfirmed_at_end": after["unconfirmed"],
        "late_s": round(after["late_s"], 2),
        "cores": usage.told()["cores"],
        "rss_mb_after_a_tenth": round(float(np.mean(watch.rss[tenth - 1 : 2 * tenth])), 1),
        "rss_mb_at_end": round(float(np.mean(watch.rss[-tenth:])), 1),
        "rss_mb": _rss(system),
    }


def _restart(system, crowd, rate):
    """Kill the live process some seconds after sensors went out of band; start it again."""
    hot, first = crowd.heat(_HOT), time.time()
    time.sleep(4.0)
    usual = crowd.told()["unconfirmed"]
    began = time.monotonic()
    system.kill_live()
    served_s = time.monotonic() - began
    answered_s = _first_answer(system, began)
    while crowd.told()["unconfirmed"] > max(2 * usual, rate * 0.1):
        time.sleep(0.05)
        if time.monotonic() - began > 120:
            break
    took_s = time.monotonic() - began
    time.sleep(max(0.0, first + max(town.HOLDS_S) + 5.0 - time.time()))
    return {
        "served_s": round(served_s, 2),
        "command_again_s": answered_s and round(answered_s, 2),
        "no_backlog_s": round(took_s, 2),
    }, (first, hot)


def _first_answer(system, began):
    """Return after how long a reading is answered by its command again; None if it is not."""
    probe = None
    while probe is None:
        try:
            probe = _probe(system)
        except OSError:
            time.sleep(0.05)
    answered = probe.ready(within_s=120)
    took_s = time.monotonic() - began
    probe.close()
    return took_s if answered else None


def _overload(system, crowd, rate, seconds, usual_ms):
    """Offer three times what is taken when senders never wait for us."""
    crowd.rate(10_000_000.0)
    time.sleep(2.0)
    before, began = crowd.told(), time.monotonic()
    time.sleep(min(seconds, 5.0))
    most = (crowd.told()["confirmed"] - before["confirmed"]) / (time.monotonic() - began)
    crowd.rate(most * _OVER)
    watch = _Watch(system, crowd, 0.5)
    watch.start()
    before, began = crowd.told(), time.monotonic()
    time.sleep(min(seconds, 20.0))
    took = time.monotonic() - began
    after = crowd.told()
    watch.end()
    crowd.rate(rate)
    ended = time.monotonic()
    back_s, probe = None, _probe(system)
    while back_s is None and time.monotonic() - ended < 60:
        told = probe.open_loop(_PROBES_PER_S, 0.5, warm_s=0.0)
        if not told.lost and told.p99_ms <= max(100.0, usual_ms):
            back_s = time.monotonic() - ended
    probe.close()
    return {
        "capacity_readings_per_s": round(most),
        "offered_readings_per_s": round(most * _OVER),
        "taken_readings_per_s": round((after["confirmed"] - before["confirmed"]) / took),
        "unconfirmed_at_most": max(watch.unconfirmed, default=0),
        "rss_mb_at_first": watch.rss[0] if watch.rss else None,
        "rss_mb_at_most": max(watch.rss, default=None),
        "rss_mb_at_end": watch.rss[-1] if watch.rss else None,
        "normal_again_s": None if back_s is None else round(back_s, 2),
    }


def _kept(system, sent, hot):
    """Wait until history has all that was said, and the desk all alarms; count."""
    first, names = hot
    files = str(system.home / "history" / "bench" / "*" / "*.parquet")
    end, rows, twice, offs = time.monotonic() + 120, 0, 0, []
    holds = len(names) * len(town.HOLDS_S)
    while (rows < sent or len(offs) < holds) and time.monotonic() < end:
        time.sleep(1.0)
        rows, twice = _count(files, system.first_of_town())
        offs = [at - first - hold for at, hold in _alarms(system.home, names)]
    return {
        "said": sent,
        "in_history": rows,
        "marked_twice": twice,
        "missing": sent - rows,
        "holds_under_way": holds,
        "alarms_of_them": len(offs),
        "alarm_off_by_s_at_most": round(max(map(abs, offs)), 2) if offs else None,
    }


def _count(files, first):
    """Return how many readings of the town history has, and how many came twice."""
    try:
        with duckdb.connect() as database:
            return database.execute(
                "SELECT count(*) FILTER (WHERE (quality & $twice) = 0),"
                " count(*) FILTER (WHERE (quality & $twice) != 0)"
                " FROM read_parquet($files) WHERE point >= $first",
                {"twice": _DUPLICATE, "files": files, "first": first},
            ).fetchone()
    except duckdb.IOException:
        return 0, 0


def _alarms(home, names):
    """Return (epoch seconds, hold) of each alarm of the sensors that were out of band."""
    wanted = {
        (device, f"safety.bench.{name}_{step}"): hold
        for device, name in names
        for step, hold in enumerate(town.HOLDS_S)
    }
    with sqlite3.connect(f"file:{home}/linli.sqlite3?mode=ro", uri=True) as records:
        rows = records.execute("SELECT device, scene, first_at FROM alarms_alarm").fetchall()
    return [
        (datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp(), wanted[device, scene])
        for device, scene, at in rows
        if (device, scene) in wanted
    ]
