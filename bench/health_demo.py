"""The demo's own devices on ordinary days, as `bench health` looks at them.

Nothing was tuned on them, and nothing is broken: whatever is told is a false alarm. Each device is
read six times an hour at most, which is enough for what an hour's summary says of it.
"""

import numpy as np

from bench.health_world import START
from linli.app import catalogue
from linli.app.demo.plan import plan
from linli.app.demo.simulated import Simulated
from linli.devices.health import DeviceFacts, PointFacts, enrol
from linli.devices.health.window import Window

_MOST_AN_HOUR = 6


class Demo:
    """The simulated devices of the demo, an hour at a time."""

    def __init__(self) -> None:
        models = catalogue.load().models
        things = [one for one in plan().things if one.model in models]
        self.devices = sorted(
            (Simulated(one, models[one.model]) for one in things), key=lambda one: one.code
        )
        points, self.first = [], []
        for one in self.devices:
            self.first.append(len(points))
            for name in one.kind.properties:
                points.append(PointFacts(number=len(points), device=one.code, name=name))
        facts = [
            DeviceFacts(code=one.code, model=one.model, place=one.place, gateway=one.gateway)
            for one in things
        ]
        self.fleet = enrol(devices=facts, points=points, models=models)

    def step(self, hour: int) -> Window:
        """Return what came in an hour."""
        start = START + hour * 3600
        count = len(self.fleet.numbers)
        none = [np.zeros(count, np.int64) for _ in range(3)]
        made = Window(start, start + 3600, *none, *(np.full(count, np.nan) for _ in range(5)))
        for place, one in enumerate(self.devices):
            self._read(one, self.first[place], made)
        return made

    @staticmethod
    def _read(one: Simulated, first: int, made: Window) -> None:
        due = max(1, round(3600 / one.period_s))
        if one.period_s > 3600 and int(made.start / one.period_s) == int(made.end / one.period_s):
            return
        times = np.linspace(made.start + 30, made.end - 30, min(due, _MOST_AN_HOUR))
        rows = [_numbers(one, one.measure(at)) for at in times.tolist()]
        names = list(one.kind.properties)
        table = np.array([[row.get(name, np.nan) for name in names] for row in rows])
        said = np.flatnonzero(np.isfinite(table).all(axis=0))
        at = first + said
        made.readings[at] = due
        made.low[at], made.high[at] = table[:, said].min(axis=0), table[:, said].max(axis=0)
        made.mean[at], made.last[at] = table[:, said].mean(axis=0), table[-1, said]
        made.newest_at[at] = times[-1]


def _numbers(one: Simulated, said: dict[str, float | bool | str]) -> dict[str, float]:
    shapes = one.kind.properties
    return {
        name: float(shapes[name].values.index(value)) if isinstance(value, str) else float(value)
        for name, value in said.items()
        if not isinstance(value, str) or value in shapes[name].values
    }
