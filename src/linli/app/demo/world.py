"""The simulated community as a whole: time goes on, devices speak, obey, and meet with incidents.

It knows no socket and no clock: it is handed the time and gives back what devices say.
"""

import heapq
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import count
from random import Random
from typing import NamedTuple

from linli.app.demo import flows, obey
from linli.app.demo.devices import TRY, Thing
from linli.app.demo.incidents import (
    INCIDENTS,
    IT,
    Curve,
    Hold,
    LetIn,
    Refuse,
    Silence,
    Step,
    Tell,
)
from linli.app.demo.moment import Moment, Value
from linli.app.demo.simulated import Answer, Order, Simulated
from linli.app.demo.wires import LINE
from linli.devices.model import ThingModel

_FIRST_ROUND_S = 20.0
"""In so long every device has spoken once after the start."""
_OUT_OF_TURN_S = 2.0
"""A device whose measure moves speaks before its turn, but not oftener than this."""
_LONGEST_STEP_S = 5.0
_CURVE_STEP_S = 5.0
"""A device that follows a curve speaks so often."""


class NoSuch(LookupError):
    """There is no incident, or no device, of that name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"没有这个事件或设备 · no such incident or device: {name}")


class Say(NamedTuple):
    """What a device says: `what` is readings or events, `body` its JSON object. Of one that speaks
    a field protocol also `silence`: whether it answers nothing. `at` is when, epoch seconds.
    """

    device: str
    what: str
    body: Mapping[str, Value]
    at: float = 0.0


class World:
    """All devices but the one that is for trying."""

    def __init__(
        self, *, things: Sequence[Thing], models: Mapping[str, ThingModel], now: float
    ) -> None:
        self.devices = {
            thing.code: Simulated(thing, models[thing.model])
            for thing in things
            if thing.code != TRY
        }
        for device in self.devices.values():
            if device.thing.line == "gateway":
                behind = self.devices[str(device.thing.gateway)].values
                behind["children_online"] = int(behind.get("children_online", 0)) + 1
        self.speed = 1.0
        self._random = Random(0)  # noqa: S311 - noise, not secrets
        self._now = self._nature = self._moment = now
        self._order = count()
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._out: list[Say] = []
        self._spoke: dict[str, float] = {}
        self._flows = self._let_flow()
        for device in self.devices.values():
            first = now + device.own * min(device.period_s, _FIRST_ROUND_S)
            if device.model != LINE:
                self._at(first, self._turn(device, first))

    def _let_flow(self) -> list[flows.Flow]:
        found = flows.flows(self.devices.values())
        for (code, name), flow in found.items():
            self.devices[code].flows[name] = flow
        return list({id(flow): flow for flow in found.values()}.values())

    def _at(self, when: float, do: Callable[[], None]) -> None:
        heapq.heappush(self._agenda, (when, next(self._order), do))

    def _turn(self, device: Simulated, when: float) -> Callable[[], None]:
        """Return what a device does in its turn: speak, and look forward to its next."""

        def speak() -> None:
            self._report(device)
            for event in device.happenings(self._nature):
                self._tell(device, event, {})
            again = max(when + device.period_s, self._now - device.period_s)
            self._at(again, self._turn(device, again))

        return speak

    def first(self) -> list[Say]:
        """Return what those on wires measure before anybody asks them."""
        wired = [one for one in self.devices.values() if one.thing.above and one.thing.wire]
        return [Say(one.code, "readings", one.measure(self._nature)) for one in wired]

    def _report(self, device: Simulated) -> None:
        self._spoke[device.code] = self._now
        if not device.silent:
            measured = device.measure(self._nature)
            self._out.append(Say(device.code, "readings", measured, self._moment))

    def _tell(self, device: Simulated, event: str, more: Mapping[str, Value]) -> None:
        if not device.silent and event in device.kind.events:
            self._out.append(Say(device.code, "events", {"event": event, **more}, self._moment))

    def step(self, now: float) -> list[Say]:
        """Let time go on until now; return what was said meanwhile, in order."""
        span_s = min(max(0.0, now - self._now), _LONGEST_STEP_S) * self.speed
        self._now, self._nature = now, self._nature + span_s
        self._moment = now
        rush = Moment(self._nature, 0.0, self._random, {}).rush()
        for flow in self._flows:
            if flow.go(span_s, rush):
                for shown in flow.shown_by:
                    self._out_of_turn(self.devices[shown.code])
        while self._agenda and self._agenda[0][0] <= now:
            self._moment, _, do = heapq.heappop(self._agenda)
            do()
        self._moment = now
        return self._said()

    def _out_of_turn(self, device: Simulated) -> None:
        """Let a device speak as soon as it may."""
        may_at = self._spoke.get(device.code, 0.0) + _OUT_OF_TURN_S
        if may_at > self._now:
            self._spoke[device.code] = may_at
            self._at(may_at, lambda: self._report(device))
        else:
            self._report(device)

    def _said(self) -> list[Say]:
        said, self._out = self._out, []
        return said

    def hear(self, device: str, order: Order, now: float) -> tuple[Answer, list[Say]]:
        """Give a device a command; return its answer, and what it says because of it."""
        self._now = self._moment = max(self._now, now)
        one = self.devices[device]
        heard = one.obey(order, now)
        if heard.changed:
            self._report(one)
            self._follow(one, order.service)
            if order.service in obey.TELLS:
                event, word = obey.TELLS[order.service]
                said = order.args.get(word)
                self._tell(one, event, {} if said is None else {word: said})
        return heard.answer, self._said()

    def moved(self, device: str, service: str, now: float) -> list[Say]:
        """A device was told over a wire, or somebody did it there; return what comes of it."""
        self._now = self._moment = max(self._now, now)
        self._by_itself(self.devices[device], service)
        return self._said()

    def _by_itself(self, device: Simulated, service: str) -> None:
        device.apply(service)
        self._report(device)
        self._follow(device, service)

    def _follow(self, device: Simulated, service: str) -> None:
        """Let what follows a service by itself come, unless another one comes before."""
        device.last_service = service
        if service in obey.THEN:
            then, after_s = obey.THEN[service]
            self._at(self._now + after_s, lambda: self._come_after(device, service, then))

    def _come_after(self, device: Simulated, service: str, then: str) -> None:
        if device.last_service == service:
            self._by_itself(device, then)

    def begin(self, name: str, device: str | None, now: float) -> str:
        """Let an incident begin; return the code of the device that it befalls.

        :raises NoSuch: if there is none of that name or code
        """
        incident = INCIDENTS.get(name)
        if incident is None:
            raise NoSuch(name)
        it = self.matching(device or incident.usual)[0].code
        self.befall(incident.steps, it, now)
        return it

    def befall(self, steps: Sequence[Step], it: str, now: float) -> None:
        """Let steps be done from now on, `it` being the device that they befall.

        :raises NoSuch: if a step is for devices that there are not
        """
        for step in steps:
            for one in self.matching(it if step.devices == IT else step.devices):
                self._at(now + step.at_s, self._does(step, one))

    def matching(self, pattern: str) -> list[Simulated]:
        """Return the devices whose codes fit a pattern.

        :raises NoSuch: if there is none
        """
        if pattern in self.devices:
            return [self.devices[pattern]]
        found = [one for code, one in self.devices.items() if fnmatchcase(code, pattern)]
        if not found:
            raise NoSuch(pattern)
        return found

    def _does(self, step: Step, device: Simulated) -> Callable[[], None]:
        """Return what a step does to a device; it undoes it by itself when its time is over."""

        def do() -> None:
            match step:
                case Tell(event=event, more=more):
                    self._tell(device, event, more)
                case LetIn(name=name, rate=rate, for_s=for_s):
                    self._let_in(device, name, rate)
                    self._at(self._now + for_s, lambda: self._let_in(device, name, 0.0))
                case Hold(values=values, for_s=for_s):
                    device.hold(values)
                    self._report(device)
                    self._at(self._now + for_s, lambda: self._let_go(device, values))
                case Silence(for_s=for_s):
                    self._silence(device, True)
                    self._at(self._now + for_s, lambda: self._silence(device, False))
                case Curve(name=name, points=points):
                    self._follow_curve(device, name, points, self._moment)
                case Refuse(services=services, reason=reason, for_s=for_s):
                    device.refuse(services, reason)
                    self._at(self._now + for_s, lambda: device.refuse(services, ""))

        return do

    def _follow_curve(
        self, device: Simulated, name: str, points: Sequence[tuple[float, float]], began: float
    ) -> None:
        """Show where a curve is by now, and again in a while, until it has ended."""
        at_s = self._moment - began
        if at_s > points[-1][0]:
            self._let_go(device, {name: 0.0})
            return
        ends = next((n for n, (end_s, _) in enumerate(points) if end_s >= at_s), 0)
        (from_s, low), (to_s, high) = points[max(ends - 1, 0)], points[ends]
        share = (at_s - from_s) / (to_s - from_s) if to_s > from_s else 1.0
        device.hold({name: low + (high - low) * share})
        self._report(device)
        again = self._moment + _CURVE_STEP_S
        self._at(again, lambda: self._follow_curve(device, name, points, began))

    def _let_in(self, device: Simulated, name: str, rate: float) -> None:
        if name in device.flows:
            device.flows[name].let_in = rate

    def _let_go(self, device: Simulated, values: Mapping[str, Value]) -> None:
        device.let_go(values)
        self._report(device)

    def _silence(self, device: Simulated, silent: bool) -> None:
        """A device, and all behind it, say nothing, or speak again."""
        device.silent = silent
        if device.thing.wire:
            self._out.append(Say(device.code, "silence", {"silent": silent}, self._moment))
        for one in self.devices.values():
            if one.thing.above == device.code:
                self._silence(one, silent)

    def reset(self) -> None:
        """End every incident."""
        for flow in self._flows:
            flow.let_in, flow.level = 0.0, flow.kind.rest
        for device in self.devices.values():
            if device.silent:
                self._silence(device, False)
            if device.held:
                device.let_go()
                self._report(device)
