"""The one gate: every frame of every protocol is taken, flagged, or refused with a reason, here."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from linli.contracts.directory import Directory
from linli.contracts.signals import CommandAnswered, DeviceHeard, NumbersHeard, StrangersSpoke
from linli.devices import software
from linli.devices.model import Lane as LaneName
from linli.devices.model import ThingModel
from linli.drivers.mqtt.topics import parse
from linli.drivers.plain.asks import Question
from linli.drivers.plain.children import Child
from linli.drivers.reading import Reading
from linli.live.lanes import Lane
from linli.live.links import IN_THE_CLEAR, Links
from linli.live.plans import (
    AnswerPlan,
    AnyPlan,
    AskPlan,
    ChildrenPlan,
    Field,
    ReadingPlan,
    StatusPlan,
    range_of,
)
from linli.live.refusals import Refusals
from linli.live.sealed_plans import SealedPlan, SealedReadings
from linli.live.seen import Seen
from linli.live.strangers import Strangers

_SAID: Mapping[str, type[AnswerPlan | StatusPlan | ChildrenPlan | AskPlan]] = {
    "acks": AnswerPlan,
    "status": StatusPlan,
    "children": ChildrenPlan,
    "asks": AskPlan,
}
"""What a device says beside readings, by the last level of its topic."""


class Gate:
    """The gate of one community. `now` is set by whoever brings frames."""

    def __init__(self, *, directory: Directory, models: Mapping[str, ThingModel]) -> None:
        self.community = directory.community
        self.now = 0.0
        self.refusals = Refusals()
        self.strangers = Strangers(community=directory.community)
        self.links = Links(directory.community)
        self.safety, self.bulk = Lane(safety=True), Lane(safety=False)
        self.asked: Callable[[str, Question], None] = self._nobody_answers
        """Called with a device and what it asks."""
        self._models = models
        self.seen = Seen(np.array([], np.uint32))
        self.learn(directory)

    def learn(self, directory: Directory) -> None:
        """Take the register as it is now. Plans made before are to be dropped."""
        self.devices = {entry.code: entry for entry in directory.devices}
        self.links.learn(directory.devices)
        self._points: dict[str, dict[str, int]] = {}
        self.point_device: dict[int, str] = {}
        self.software_points: dict[int, tuple[str, str]] = {}
        for point in directory.points:
            self._points.setdefault(point.device, {})[point.name] = point.number
            self.point_device[point.number] = point.device
            if point.name in software.WORDS:
                self.software_points[point.number] = (point.device, point.name)
        children: dict[str, set[str]] = {}
        for entry in directory.devices:
            if entry.gateway is not None:
                children.setdefault(entry.gateway, set()).add(entry.code)
        self._spoken = {code: frozenset(found | {code}) for code, found in children.items()}
        self.seen = self.seen.known(np.array(list(self.point_device), np.uint32))

    def spoken_for(self, device: str) -> frozenset[str]:
        """Return a device and its children."""
        return self._spoken.get(device) or frozenset((device,))

    def knows(self, device: str) -> bool:
        """Tell whether the register has a device."""
        return device in self.devices

    def has_children(self, device: str) -> bool:
        """Tell whether others are reached through a device."""
        return device in self._spoken

    def is_safety(self, device: str) -> bool:
        """Tell whether a device, or a child of it, is of a safety model."""
        entries = (self.devices.get(code) for code in self.spoken_for(device))
        models = (self._models.get(entry.model) for entry in entries if entry is not None)
        return any(model is not None and model.lane is LaneName.SAFETY for model in models)

    def topic_plan(self, topic: bytes, own: frozenset[str]) -> AnyPlan | SealedPlan | None:
        """Return the plan of a topic for one who speaks for `own`; None, counted, where none is."""
        found = parse(topic)
        if found is None or found.community != self.community or found.device not in own:
            known = found is not None and found.device in self.devices
            name = found.device[:64] if found is not None else ""
            reason = "not_own_topic" if found is None or known else "unknown_device"
            self.refusals.count(name, reason, sample=topic)
            return None
        return self.plan(found.device, found.what)

    def plan(self, device: str, what: str) -> AnyPlan | SealedPlan | None:
        """Return what to do with one kind of message of a device; None, counted, where nothing."""
        plan, link = self._plan(device, what), self.links.get(device)
        if plan is None or link is None or what in IN_THE_CLEAR:
            return plan
        if isinstance(plan, ReadingPlan):
            return SealedReadings(gate=self, what=what, link=link, plan=plan)
        return SealedPlan(gate=self, what=what, link=link, plan=plan)

    def _plan(self, device: str, what: str) -> AnyPlan | None:
        entry = self.devices.get(device)
        model = self._models.get(entry.model) if entry is not None else None
        if entry is None or model is None or not entry.enabled:
            reason = "unknown_device" if entry is None else "disabled"
            if entry is not None and model is None:
                reason = "unknown_model"
            self.refusals.count(device[:64], reason)
            return None
        if what in ("readings", "events"):
            return ReadingPlan(
                gate=self, device=entry, model=model, fields=self._fields(model, device)
            )
        said = _SAID.get(what)
        if said is not None:
            return said(gate=self, device=entry)
        self.refusals.count(device, "unknown_topic", sample=what.encode())
        return None

    def _nobody_answers(self, device: str, _question: Question) -> None:
        self.refusals.count(device, "nobody_answers")

    def _fields(self, model: ThingModel, device: str) -> dict[str, Field]:
        numbers = self._points.get(device, {})
        out: dict[str, Field] = {}
        for name in model.points():
            if name in numbers:
                low, high = range_of(model.properties.get(name))
                out[name] = (numbers[name], low, high)
        return out

    def answered(self, device: str, command: str, *, ok: bool, reason: str) -> None:
        """A device did, or would not do, what it was told: tell it as a signal."""
        self.safety.pending.signals.append(
            CommandAnswered(
                id=f"{command}.{'ok' if ok else 'no'}"[:64],
                at=self.now,
                cause=command[:64],
                command=command[:64],
                ok=ok,
                reason=reason[:200],
                device=device,
            )
        )

    def happened(self, device: str, event: str, *, at: float | None = None) -> None:
        """Take an event that follows from what a device asked, or that is told of it (`at`, epoch
        seconds; else now). One that is not in use any more, or whose model has no such event, tells
        none.
        """
        entry = self.devices.get(device)
        model = self._models.get(entry.model) if entry is not None and entry.enabled else None
        if model is None or event not in model.events:
            return
        plan = self._plan(device, "events")
        if isinstance(plan, ReadingPlan):
            plan.take_readings([Reading(name=event, value=1.0, at=at)])

    def announced(self, gateway: str, found: Sequence[Child]) -> None:
        """A gateway told of devices behind it: tell those that are news as a signal."""
        own = self.spoken_for(gateway)
        addresses = {self.devices[code].address for code in own if code in self.devices}
        news: list[tuple[str, dict[str, str]]] = []
        for child in found:
            if child.address in own or child.address in addresses:
                continue
            if child.address in self.devices:
                self.refusals.count(gateway, "not_own_child", sample=child.address.encode())
            elif self.strangers.is_news(line=gateway, address=child.address, at=self.now):
                news.append((child.address, dict(child.about)))
        if news:
            self.safety.pending.signals.append(
                StrangersSpoke(
                    id=f"children.{gateway}.{self.now:.6f}",
                    at=self.now,
                    line=gateway,
                    strangers=news,
                )
            )

    def heard(self, device: str, *, online: bool, reason: str) -> None:
        """A device's line came up or went down: tell it as a signal."""
        self._heard(self.safety, device, "up" if online else "down", online, reason)

    def heard_again(self, device: str) -> None:
        """A device said the very same again. What it is told waits until all that is pending now is
        on disk, for the first may be among it: nothing is acknowledged that could be lost.
        """
        self.refusals.count(device, "said_before", taken=True)
        for lane, word in ((self.safety, "again"), (self.bulk, "again.bulk")):
            self._heard(lane, device, word, online=True, reason="")

    def number_heard(self, mark: str, number: int, *, rows: tuple[int, int]) -> None:
        """A sealed payload was heard under a number of its link: the number goes to disk in one
        message with the readings that it brought since there were `rows` (of safety, and bulk), of
        both lanes with those that go last; where it brought none, as a signal.
        """
        for lane, before in ((self.bulk, rows[1]), (self.safety, rows[0])):
            if len(lane.pending.points) > before:
                lane.pending.numbers.setdefault(mark, []).append(number)
                return
        self.safety.pending.signals.append(
            NumbersHeard(id=f"heard.{mark}.{number}", at=self.now, numbers={mark: [number]})
        )

    def _heard(self, lane: Lane, device: str, word: str, online: bool, reason: str) -> None:
        lane.pending.signals.append(
            DeviceHeard(
                id=f"heard.{device}.{word}.{self.now:.6f}",
                at=self.now,
                device=device,
                online=online,
                reason=reason,
            )
        )
