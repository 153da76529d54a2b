"""An invented community for `bench health`: what 2,300 devices send, hour by hour, and what breaks.

The devices and places are those of the demo; the numbers are drawn here, many at a time, and made
less tidy than the demo's: weather fronts, warm corners, families away, a holiday, charging,
restarted gateways, lost packets, spikes, a platform that is down for three hours. `rough` doubles
the noise and triples what disturbs. Whatever is drawn comes from the seed.
"""

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from bench.health_nature import AT_REST, OF_MODEL, ROWS, At, Nature, Row
from linli.app import catalogue
from linli.app.demo.plan import plan
from linli.devices.health.fleet import DeviceFacts, PointFacts, enrol
from linli.devices.health.window import Window
from linli.kernel.period import seconds

START = 1_795_190_400.0
"""2026-11-21 00:00 in Shanghai."""
NEVER = 10**9


@dataclass
class Trouble:
    """What was broken on purpose, from and until an hour of the run; `found` is filled in later."""

    device: int
    kind: str
    start: int
    end: int
    size: float = 0.0
    rows: tuple[int, ...] = ()
    found: int = NEVER
    value: dict[int, float] = field(default_factory=dict)


class World(Nature):
    """What is sent, an hour at a time."""

    def __init__(self, *, seed: int, hours: int, rough: bool = False) -> None:
        self.random = np.random.default_rng(seed)
        self.hours, self.more = hours, 2.0 if rough else 1.0
        self.upset = 3.0 if rough else 1.0
        self.models = catalogue.load().models
        self.fleet = _fleet(self.models)
        self.count = len(self.fleet.codes)
        self.classes = self._classes()
        self.online = np.ones(self.count, bool)
        self.since = np.full(self.count, START - 86_400.0)
        self.down = int(hours * 0.6)
        self.readings = 0
        self.weather, self.raining, self.holiday = 0.0, False, False
        self._be_born()
        self._live()

    def _be_born(self):
        """Draw what is each point's own for good."""
        random, points = self.random, len(self.fleet.numbers)
        self.own = random.standard_normal(points).astype(np.float32)
        self.day_own = random.uniform(0.4, 1.6, points).astype(np.float32)
        self.day_own[random.random(points) < 0.04] *= 3
        self.wander = random.standard_normal(points).astype(np.float32)
        self.sum = random.uniform(100, 5000, points)
        self.bin = random.uniform(0.5, 1.6, points)
        self.last = np.zeros(points)

    def _live(self):
        """Draw how each device is used, and by whom."""
        random = self.random
        self.phase = random.integers(0, 24, self.count)
        self.share = random.uniform(0.97, 1.0, self.count)
        self.slow = random.uniform(0.02, 0.2, self.count)
        self.battery = random.uniform(45, 100, self.count)
        names = [one.place.split("/")[1] if "/" in one.place else "" for one in self.fleet.devices]
        self.building = np.unique(names, return_inverse=True)[1]
        self.buildings = random.standard_normal(self.building.max() + 1).astype(np.float32)
        self.away = _away(random, self.count, self.hours, 0.08 * self.upset)
        self.moved = _away(random, self.count, self.hours, 0.03 * self.upset)
        self.moved_by = random.normal(0, 1.5, self.count)

    def _classes(self):
        """Return (model, name, rows, owners, readings an hour, hours between) of each class."""
        found = defaultdict(list)
        for row, point in enumerate(self.fleet.points):
            device = self.fleet.devices[self.fleet.owner[row]]
            found[device.model, point.name].append(row)
        out = []
        for (model, name), rows in sorted(found.items()):
            period = seconds(self.models[model].period)
            kind = OF_MODEL.get((model, name)) or ROWS.get(name, AT_REST)
            if not self.fleet.measures[rows[0]] and kind.how != "still":
                kind = AT_REST
            mine = np.array(rows)
            pace = max(1, round(3600 / period)), max(1, round(period / 3600))
            out.append((kind, model, mine, self.fleet.owner[mine], *pace))
        return out

    def rows_of(self, device: int) -> np.ndarray:
        return np.flatnonzero(self.fleet.owner == device)

    def kind_of(self, row: int) -> Row:
        model = self.fleet.devices[self.fleet.owner[row]].model
        return OF_MODEL.get((model, self.fleet.points[row].name)) or ROWS.get(
            self.fleet.points[row].name, AT_REST
        )

    def step(self, hour: int, troubles: list[Trouble]) -> Window:
        """Return what came in an hour, with the troubles of that hour; lines go up and down."""
        random, end = self.random, START + (hour + 1) * 3600
        self.weather = 0.97 * self.weather + 0.24 * random.standard_normal()
        self.raining = random.random() < (0.85 if self.raining else 0.012)
        noise = random.standard_normal(len(self.buildings))
        self.buildings = 0.95 * self.buildings + 0.31 * noise
        noise = random.standard_normal(len(self.wander)).astype(np.float32)
        self.wander = (0.97 * self.wander + 0.24 * noise).astype(np.float32)
        self.holiday = 20 <= hour // 24 < 23
        rush = self._rush(hour % 24 + 0.5) * self._at_home(np.arange(self.count), hour)
        self.used = random.gamma(0.5, 0.04, self.count) * rush * (random.random(self.count) < 0.6)
        up = self._lines(hour, end, troubles)
        state = _State(self, hour, up, troubles)
        window = _empty(end, len(self.fleet.numbers))
        for one in self.classes:
            self._send(one, hour, state, window)
        state.after(window, end)
        self.readings += int(window.readings.sum())
        return window

    def _lines(self, hour, end, troubles):
        """Return which share of the hour each line was up, and move `online` and `online_since`."""
        random = self.random
        up = np.ones(self.count)
        short = random.random(self.count) < 0.005 / 24 * self.upset
        roots = np.flatnonzero(self.fleet.gateway < 0)
        again = random.random(len(roots)) < 0.03 / 24 * self.upset
        short[roots[again]] = True
        up[short] = random.uniform(0.2, 0.9, short.sum())
        flaps, off = np.zeros(self.count, bool), np.zeros(self.count, bool)
        for one in troubles:
            if one.kind == "offline" and one.start <= hour < one.end:
                off[one.device] = True
            if one.kind == "flapping" and one.start <= hour < one.end:
                flaps[one.device] = random.random() < 0.75
        up[flaps] = random.uniform(0.6, 0.97, flaps.sum())
        child = self.fleet.gateway >= 0
        off[child] |= off[self.fleet.gateway[child]]
        up[child] = np.minimum(up[child], up[self.fleet.gateway[child]])
        up[off] = 0.0
        went = (up < 1) & ~off
        back = ~off & ~self.online
        self.since[went | back] = end - random.uniform(60, 1800, (went | back).sum())
        fell = off & self.online
        self.since[fell] = end - 3600
        self.online = ~off
        return up

    def _send(self, one, hour, state, window):
        kind, model, rows, owner, per_hour, every = one
        if every > 1:
            due = (hour + self.phase[owner]) % every == 0
            rows, owner = rows[due], owner[due]
            if not len(rows):
                return
        t = (hour % 24 + (np.arange(per_hour) + 0.5) / per_hour).astype(np.float32)[None, :]
        values = self.values(At(kind, rows, owner, t, hour, len(rows), per_hour))
        state.spoil(values, rows, owner)
        step = self.fleet.resolution[rows][:, None]
        if step[0, 0] > 1e-5:
            values = np.round(values / step) * step
        low, high = self.fleet.low[rows][:, None], self.fleet.high[rows][:, None]
        values = np.clip(values, low, high)
        values = state.frozen(values, rows)
        state.count(values, (model, rows, owner), window)


class _State:
    """The troubles of one hour, by device and by row."""

    def __init__(self, world, hour, up, troubles):
        self.world, self.random, self.hour = world, world.random, hour
        platform = 0.0 if world.down <= hour < world.down + 3 else 1.0
        self.arrives = up * world.share * platform
        bad_air = self.random.random(world.count) < 0.004 * world.upset
        self.arrives[bad_air] *= self.random.uniform(0.6, 0.9, bad_air.sum())
        points = len(world.fleet.numbers)
        self.wrong = (self.random.random(world.count) < 0.0004) * 0.2
        self.behind = np.zeros(world.count)
        self.add, self.out = np.zeros(points), np.zeros(points)
        self.held = {}
        self.luck = "", np.zeros((0, 0))
        for one in troubles:
            if one.start <= hour < one.end:
                self._break(one)

    def _break(self, one):
        days, rows = (self.hour - one.start + 1) / 24, list(one.rows)
        gone = {"drift": -one.size * days, "battery": one.size * days, "signal": one.size}
        self.add[rows] -= gone.get(one.kind, 0.0)
        self.arrives[one.device] *= one.size if one.kind == "gaps" else 1.0
        if one.kind == "clock":
            self.behind[one.device] = one.size
            self.wrong[one.device] = float(one.size == 0)
        elif one.kind == "out_of_range":
            self.out[rows] = one.size
        elif one.kind == "stuck":
            self.held.update((row, one) for row in rows)

    def spoil(self, values, rows, owner):
        moved = self.add[rows]
        if moved.any():
            values += moved[:, None]

    def frozen(self, values, rows):
        for place, row in enumerate(rows.tolist()) if self.held else ():
            one = self.held.get(row)
            if one is not None:
                values[place] = one.value.setdefault(row, self.world.last[row])
        return values

    def count(self, values, of, window):
        """Lose what is lost, flag what is out of range, and sum up the rest."""
        (model, rows, owner), random, (n, k) = of, self.random, values.shape
        part = np.clip(1 - self.behind[owner], 0, 1) * self.arrives[owner]
        if self.luck[0] != model or self.luck[1].shape != (n, k):
            self.luck = model, random.random((n, k), dtype=np.float32)
        keep = self.luck[1] < part[:, None]
        odd = keep & (random.random((n, k), dtype=np.float32) < (self.out[rows] + 2e-5)[:, None])
        good = keep & ~odd
        counts = good.sum(axis=1)
        there = counts > 0
        window.readings[rows] = keep.sum(axis=1)
        window.out_of_range[rows] = odd.sum(axis=1)
        window.clock_wrong[rows] = random.binomial(window.readings[rows], self.wrong[owner])
        latest = k - 1 - np.argmax(good[:, ::-1], axis=1)
        newest = values[np.arange(n), latest]
        low = np.where(good, values, np.inf).min(axis=1)
        high = np.where(good, values, -np.inf).max(axis=1)
        mean = np.where(good, values, 0).sum(axis=1) / np.maximum(counts, 1)
        into = rows[there]
        window.low[into], window.high[into] = low[there], high[there]
        window.mean[into], window.last[into] = mean[there], newest[there]
        self.world.last[into] = newest[there]

    def after(self, window, end):
        owner = self.world.fleet.owner
        came = (window.readings > 0) | ((self.behind[owner] > 0) & (self.arrives[owner] > 0.1))
        late = self.behind[owner] * 3600
        slack = self.world.fleet.period_s[owner] * 0.5
        window.newest_at[came] = (end - late - np.minimum(slack, 1800))[came]


def _away(random, count, hours, share):
    """Return from and until which hour each is away; most never are."""
    start = random.integers(0, hours, count)
    start[random.random(count) >= share] = NEVER
    return np.stack([start, start + random.integers(60, 300, count)], axis=1)


def _empty(end, points):
    def zero():
        return np.zeros(points, np.int64)

    def nothing():
        return np.full(points, np.nan)

    return Window(end - 3600, end, zero(), zero(), zero(), nothing(), nothing(), nothing(),
                  nothing(), nothing())  # fmt: skip


def _fleet(models):
    """Return the demo's devices: all that they measure in numbers, and one thing else of each."""
    things = plan().things
    devices = [
        DeviceFacts(code=one.code, model=one.model, place=one.place, gateway=one.gateway)
        for one in things
    ]
    points, number = [], 0
    for one in things:
        kind = models[one.model]
        other = 0
        for name in kind.points():
            shape = kind.properties.get(name)
            numeric = shape is not None and shape.type in {"number", "integer"}
            other += not numeric
            if numeric or other == 1:
                number += 1
                points.append(PointFacts(number=number, device=one.code, name=name))
    return enrol(devices=devices, points=points, models=models)
