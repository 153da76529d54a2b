"""A row of sensors, and hours of their readings."""

import numpy as np

from linli.contracts.things import Lane, Property, Service, ThingModel
from linli.devices.health import DeviceFacts, PointFacts, enrol, examine
from linli.devices.health.memory import none
from linli.devices.health.window import Window
from linli.kernel.words import Words

MIDNIGHT = 1_795_190_400.0
"""2026-11-21 00:00 in Shanghai."""
SENSORS = 9


def words(text):
    return Words(zh=text, en=text)


MODELS = {
    "air": ThingModel(
        id="air",
        name=words("air"),
        category="environment",
        period="5m",
        properties={
            "temperature_c": Property(
                name=words("temperature"), unit="℃", range=(-40, 85), resolution=0.1
            ),
            "battery_pct": Property(name=words("battery"), unit="%", range=(0, 100), resolution=1),
        },
        services={"set": Service(name=words("set"), moves="level")},
    ),
    "gate": ThingModel(
        id="gate",
        name=words("gate"),
        category="network",
        period="1m",
        lane=Lane.SAFETY,
        properties={
            "signal_dbm": Property(name=words("signal"), unit="dBm", range=(-140, 0), resolution=1)
        },
    ),
    "meter": ThingModel(
        id="meter",
        name=words("meter"),
        category="energy",
        period="15m",
        properties={
            "energy_kwh": Property(
                name=words("energy"), unit="kWh", range=(0, 1e8), resolution=0.01
            ),
            "power_w": Property(name=words("power"), unit="W", range=(0, 1e6), resolution=0.1),
        },
    ),
}


class Rig:
    """Devices whose readings a test writes: `values[name]` is a function of (device, hour)."""

    def __init__(self, model="air", count=SENSORS, gateway=None):
        self.random = np.random.default_rng(3)
        self.devices = [
            DeviceFacts(
                code=f"{model}-{n}", model=model, place=f"hml/b01/f0{n}",
                gateway=gateway if n else None, online_since=MIDNIGHT - 1e6,
            )
            for n in range(count)
        ]  # fmt: skip
        names = list(MODELS[model].properties)
        self.points = [
            PointFacts(number=10 * n + k + 1, device=one.code, name=name)
            for n, one in enumerate(self.devices)
            for k, name in enumerate(names)
        ]
        self.fleet = enrol(devices=self.devices, points=self.points, models=MODELS)
        self.memory, self.hour = none(), 0
        self.per_hour = round(3600 / self.fleet.period_s[0])
        self.sees, self.online, self.since = {}, {}, {}
        self.lost, self.out, self.wrong, self.behind = {}, {}, {}, {}
        self.fitted_at = {}
        self.found = []

    def usual(self, name, device, hour):
        """An ordinary day: noise about a level, a battery that is full, a register that counts."""
        noise = self.random.normal
        return {
            "temperature_c": lambda: 21 + 2 * np.cos(hour / 24 * 6.283) + noise(0, 0.2, 12),
            "battery_pct": lambda: np.array([80.0]),
            "signal_dbm": lambda: -74 + noise(0, 1, 12),
            "energy_kwh": lambda: 100 + 0.2 * hour + np.arange(4) * 0.05,
            "power_w": lambda: np.maximum(200 + noise(0, 20, 4), 1),
        }[name]()

    def window(self):
        end = MIDNIGHT + (self.hour + 1) * 3600
        count = len(self.fleet.points)
        made = Window(end - 3600, end, *(np.zeros(count, np.int64) for _ in range(3)),
                      *(np.full(count, np.nan) for _ in range(5)))  # fmt: skip
        for row, point in enumerate(self.fleet.points):
            self._fill(made, row, point, end)
        return made

    def _fill(self, made, row, point, end):
        share = 1 - self.lost.get(point.device, 0.0)
        readings = round(self.per_hour * share)
        behind = self.behind.get(point.device, 0.0)
        if share > 0:
            made.newest_at[row] = end - 30 - behind
        if not readings or behind >= 3600:
            return
        device = int(point.device.rsplit("-", 1)[1])
        see = self.sees.get(point.name)
        seen = see(device, self.hour) if see else None
        values = np.atleast_1d(self.usual(point.name, device, self.hour) if seen is None else seen)
        values = np.round(values, 1)
        made.readings[row] = readings
        made.out_of_range[row] = round(readings * self.out.get(point.device, 0.0))
        made.clock_wrong[row] = round(readings * self.wrong.get(point.device, 0.0))
        made.low[row], made.high[row] = values.min(), values.max()
        made.mean[row], made.last[row] = values.mean(), values[-1]

    def run(self, hours):
        """Let so many hours go by; return what is wrong at the end, (device, kind)."""
        for _ in range(hours):
            online = [self.online.get(one.code, True) for one in self.fleet.devices]
            since = [self.since.get(one.code, one.online_since) for one in self.fleet.devices]
            fleet = self.fleet._replace(
                online=np.array(online, bool),
                online_since=np.array(since, float),
                fitted_at=np.array(
                    [self.fitted_at.get(one.code, 0.0) for one in self.fleet.devices], float
                ),
            )
            self.report = examine(fleet=fleet, memory=self.memory, window=self.window())
            self.memory, self.hour = self.report.memory, self.hour + 1
        return {(one.device, str(one.kind)) for one in self.report.faults}

    def fault(self, device, kind):
        return next(one for one in self.report.faults if (one.device, one.kind) == (device, kind))

    @property
    def now(self):
        return MIDNIGHT + self.hour * 3600
