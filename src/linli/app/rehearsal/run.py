"""A rehearsal as it runs: world, live half, record half and staff, in order, on one clock."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from linli.app.demo.devices import Thing
from linli.app.demo.incidents import INCIDENTS, IT, LetIn, Silence, Step
from linli.app.demo.world import NoSuch, World
from linli.app.rehearsal import report, steps
from linli.app.rehearsal.live import Live
from linli.app.rehearsal.records import Records, put_aside
from linli.app.rehearsal.report import Report
from linli.app.rehearsal.script import Incident, Script
from linli.app.rehearsal.staff import Staff
from linli.app.rehearsal.watch import Spell, Watch
from linli.contracts.directory import Directory
from linli.devices.interlocks import Interlocks
from linli.devices.model import ThingModel
from linli.kernel.fault import Fault
from linli.kernel.place import under
from linli.scenes.engine import Engine

_QUIET_S = 1.0
_CLOSELY_S = 0.25
_CLOSE_FOR_S = 60.0
"""So long after an incident begins time goes in small steps, to tell seconds apart."""
_WARM_S = 60.0
"""Before the start every device speaks once or more: a community does not begin with a script."""


class NobodyFits(Fault):
    """No device of the community fits what an incident wants: `incident` (from 0) and `wanted`."""

    key = "rehearsal.nobody_fits"
    status = 422


class Cast(msgspec.Struct, frozen=True, kw_only=True):
    """Who and what takes part: the register, the devices, the catalogue, accounts of the staff."""

    directory: Directory
    things: Sequence[Thing]
    models: Mapping[str, ThingModel]
    interlocks: Interlocks
    make_engine: Callable[[Directory, float], Engine]
    accounts: Sequence[int]


class Rehearsal:
    """One rehearsal. `progress` is told the time, epoch seconds, now and then."""

    def __init__(self, *, script: Script, cast: Cast) -> None:
        self._script = script
        self.start = script.start.timestamp()
        self._now = self.start - _WARM_S
        self.end = self.start + script.length_s
        self.world = World(things=cast.things, models=cast.models, now=self._now)
        self._engine = cast.make_engine(cast.directory, self._now)
        self._live = Live(
            directory=cast.directory,
            models=cast.models,
            engine=self._engine,
            interlocks=cast.interlocks,
            world=self.world,
            now=self._now,
        )
        self._records = Records(community=cast.directory.community, now=self._now)
        self._staff = Staff(
            community=cast.directory.community,
            accounts=cast.accounts,
            habits=script.habits,
            seed=script.seed,
            now=datetime.fromtimestamp(self._now, UTC),
        )
        self._watch = Watch(directory=cast.directory)
        self._models = cast.models
        self._to_come = [
            (self.start + one.at_s, number, one, self._befallen(number, one))
            for number, one in enumerate(script.incidents)
        ]
        self._to_come.sort(key=lambda row: row[:2])
        self._close_until = 0.0
        self.readings = 0

    def _befallen(self, number: int, incident: Incident) -> str:
        """Return the code of the device that an incident befalls.

        :raises NobodyFits: if the community has none, or none for one of its steps
        """
        wanted = incident.device or INCIDENTS[incident.kind].usual
        try:
            if incident.place:
                it = self._at_place(wanted, incident.place)
            else:
                it = self.world.matching(wanted)[0].code
            for step in incident.steps:
                self._touched(step, it)
        except NoSuch as error:
            raise NobodyFits(incident=number, wanted=error.name) from error
        return it

    def _at_place(self, wanted: str, place: str) -> str:
        """Return the first device below a place that is of the kind that is wanted."""
        models = {one.model for one in self.world.matching(wanted)}
        for code, one in self.world.devices.items():
            if one.model in models and under(path=one.place, ancestor=place):
                return code
        raise NoSuch(f"{wanted} @ {place}")

    def _touched(self, step: Step, it: str) -> set[str]:
        """Return the codes of the devices that a step touches."""
        ones = self.world.matching(it if step.devices == IT else step.devices)
        found = {one.code for one in ones}
        if isinstance(step, LetIn):
            flows = [one.flows[step.name] for one in ones if step.name in one.flows]
            found |= {shown.code for flow in flows for shown in flow.shown_by}
        if isinstance(step, Silence):
            found |= {c for c, one in self.world.devices.items() if one.thing.above in found}
        return found

    def run(self, progress: Callable[[float], None] = lambda now: None) -> Report:
        """Run it to its end and return what came of it."""
        told_at = self._now
        while self._now < self.end:
            self._step(min(self._next(), self.end))
            if self._now >= told_at:
                told_at = self._now + 60.0
                progress(self._now)
        return report.of(
            script=self._script,
            watch=self._watch,
            befallen={number: it for _, number, _, it in self._to_come},
            totals=report.Totals(
                devices=len(self.world.devices),
                points=self.readings,
                staff_steps=self._staff.steps,
                staff_refused=list(self._staff.refused),
                put_aside=put_aside(),
                readings_refused=self._live.gate.refusals.total,
            ),
        )

    def _next(self) -> float:
        """Return when the next step ends: at the next incident, at a command's arrival, or soon."""
        closely = self._now < self._close_until
        soon = self._now + (_CLOSELY_S if closely else _QUIET_S)
        began = len(self._watch.spells)
        if began < len(self._to_come):
            soon = min(soon, max(self._to_come[began][0], self._now + 0.001))
        return min(soon, max(self._live.next_delivery(), self._now + 0.001))

    def _step(self, now: float) -> None:
        self._now = now
        self._befall(now)
        says = self.world.step(now)
        self.readings += sum(len(say.body) for say in says)
        self._live.bring(says)
        told = self._live.beat(now)
        self._watch.hear(told)
        if now <= self.start:
            self._watch.forget()
        facts = self._records.take(told, now)
        facts += self._records.keep_time(now)
        if self._staff.act(now):
            facts += self._records.relay()
        for moved in self._watch.learn(facts):
            self._staff.hear(moved)
        self._live.hear(self._records.take_signals())

    def _befall(self, now: float) -> None:
        while len(self._watch.spells) < len(self._to_come):
            at, number, incident, it = self._to_come[len(self._watch.spells)]
            if at > now:
                return
            self.world.befall(incident.steps, it, at)
            touched = set().union(*(self._touched(step, it) for step in incident.steps))
            ends = at + max(steps.ends_s(step) for step in incident.steps)
            self._watch.begin(
                Spell(
                    number=number,
                    began=at,
                    until=ends + incident.aftermath_s,
                    touched=touched,
                )
            )
            self._close_until = max(self._close_until, at + _CLOSE_FOR_S)
