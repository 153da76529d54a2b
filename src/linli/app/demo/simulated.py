"""One simulated device: what it measures, what it has been told, what it says."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from hashlib import blake2b
from random import Random
from typing import NamedTuple

import msgspec

from linli.app.demo import nature, obey
from linli.app.demo.devices import Thing
from linli.app.demo.flows import Flow
from linli.app.demo.moment import Moment, Value
from linli.devices.model import Property, ThingModel
from linli.kernel.period import seconds

_REMEMBERED = 64
"""Commands whose answers a device remembers, so that a resend changes nothing."""


_PERIODS_S = {"dlt645": 30.0, "cjt188": 30.0, "modbus": 5.0, "ocpp": 30.0, "ykc": 15.0}
"""How often what stands on a wire is measured anew: as often as it is asked, or speaks."""


class Order(msgspec.Struct, frozen=True):
    """A command as it comes over the wire."""

    id: str
    service: str
    args: dict[str, float | str | bool] = {}
    expires: float = 0.0


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the device says of it."""

    id: str
    ok: bool
    reason: str = ""


class Heard(NamedTuple):
    """What came of a command: the answer, and whether the device has something new to say."""

    answer: Answer
    changed: bool


class Simulated:
    """A device with its state. `held` are properties that an incident has got hold of."""

    def __init__(self, thing: Thing, model: ThingModel) -> None:
        digest = blake2b(thing.code.encode(), digest_size=8).digest()
        self.thing = thing
        self.kind = model
        self.code, self.model, self.place = thing.code, thing.model, thing.place
        self.period_s = _PERIODS_S.get(thing.wire.driver if thing.wire else "", 0.0) or seconds(
            model.period
        )
        self._properties = sorted(model.properties.items(), key=lambda item: _is_number(item[1]))
        self.own = int.from_bytes(digest[:4], "big") / 2**32
        self.random = Random(digest)  # noqa: S311 - noise, not secrets
        self.held: dict[str, Value] = {}
        self.silent = False
        self.refuses: Callable[[str], str] = _nothing
        """Given a service: why it is not done; empty where it is."""
        self.last_service = ""
        self.flows: dict[str, Flow] = {}
        self.values: dict[str, Value] = {
            name: obey.AT_FIRST[name] for name in model.properties if name in obey.AT_FIRST
        }
        if thing.model in obey.RUNNING_AT_FIRST:
            self.values["running"] = True
        self._set: set[str] = set()
        self._answers: OrderedDict[str, Answer] = OrderedDict()

    def measure(self, now: float) -> dict[str, Value]:
        """Return what it would report now: every property of its model, states before numbers."""
        found: dict[str, Value] = {}
        for name, shape in self._properties:
            value = self._value(name, now)
            if value is not None:
                self.values[name] = value
                found[name] = _shown(value, shape)
        return found

    def _value(self, name: str, now: float) -> Value | None:
        if name in self.held:
            return self.held[name]
        if name in self._set:
            return self.values[name]
        if name in self.flows:
            return self.flows[name].value(self.own, self.random.gauss(0, 0.1))
        row = nature.OF_MODEL.get((self.model, name))
        if row is None:
            row = None if name in obey.AT_FIRST else nature.ROWS.get(name)
        if row is None:
            return self.values.get(name, nature.usual(self.kind.properties[name], self.own))
        return row(Moment(now, self.own, self.random, self.values))

    def happenings(self, now: float) -> list[str]:
        """Return the events of an ordinary period."""
        moment = Moment(now, self.own, self.random, self.values)
        return [
            name
            for name in self.kind.events
            if (rate := nature.EVENTS_AN_HOUR.get((self.model, name)))
            and name not in self.held
            and moment.chance(rate * self.period_s / 3600 * self._busy(name, moment))
        ]

    def _busy(self, name: str, moment: Moment) -> float:
        around_the_clock = (self.model, name) in nature.AT_ALL_HOURS
        return 1.0 if around_the_clock else moment.rush() * 1.5

    def obey(self, order: Order, now: float) -> Heard:
        """Do as it is told, once: the same order again gets the same answer and changes nothing."""
        if order.id in self._answers:
            return Heard(self._answers[order.id], False)
        answer = self._judge(order, now)
        if answer.ok:
            self.apply(order.service, order.args)
        self._answers[order.id] = answer
        while len(self._answers) > _REMEMBERED:
            self._answers.popitem(last=False)
        return Heard(answer, answer.ok)

    def _judge(self, order: Order, now: float) -> Answer:
        if order.service not in self.kind.services:
            return Answer(order.id, False, "unknown_service")
        if order.expires and order.expires < now:
            return Answer(order.id, False, "expired")
        why = self.refuses(order.service)
        return Answer(order.id, not why, why)

    def refuse(self, services: frozenset[str], reason: str) -> None:
        """Let it refuse these services from now on, every one if none is named; without a reason
        it does again as it is told.
        """
        self.refuses = lambda service: reason if not services or service in services else ""

    def apply(self, service: str, args: Mapping[str, Value] | None = None) -> None:
        """Let a service have its effect; what it is told to show, it shows."""
        said = args or {}
        shown = {name: said[word] for word, name in obey.SHOWS.get(service, ()) if word in said}
        changes = {**obey.DOES.get(service, {}), **shown}
        free = obey.UNDOES.get(service, frozenset())
        self._set -= free
        for name, value in changes.items():
            if name in self.kind.properties:
                self.values[name] = value
                self._set.add(name)
                self.held.pop(name, None)

    def hold(self, changes: Mapping[str, Value]) -> None:
        """Let an incident get hold of properties that it has, and stop events that it names."""
        known = {*self.kind.properties, *self.kind.events}
        self.held.update({name: value for name, value in changes.items() if name in known})

    def let_go(self, names: Mapping[str, Value] | None = None) -> None:
        """Let properties go their own way again; all of them, if none is named."""
        for name in list(self.held if names is None else names):
            self.held.pop(name, None)
            if name in obey.AT_FIRST and name not in self._set:
                self.values[name] = obey.AT_FIRST[name]


def _nothing(service: str) -> str:
    return ""


def _is_number(shape: Property) -> bool:
    return shape.type not in {"boolean", "enum"}


def _shown(value: Value, shape: Property) -> Value:
    """Return a value as the sensor can show it: whole steps, within its range."""
    if isinstance(value, bool | str):
        return value
    if shape.type == "boolean":
        return bool(value)
    if shape.range:
        value = min(max(value, shape.range[0]), shape.range[1])
    if shape.type == "integer":
        return round(value)
    step = shape.resolution or 0.01
    return round(round(value / step) * step, 6)
