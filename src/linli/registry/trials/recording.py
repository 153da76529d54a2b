"""A story written from history: what a device, and whatever else the scene looks at, told then."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from linli.contracts.directory import Directory
from linli.contracts.readings import Quality
from linli.contracts.things import ThingModel
from linli.kernel.fault import Fault
from linli.kernel.place import lineage, under
from linli.kernel.words import Words
from linli.registry.devices import asks
from linli.registry.devices import catalogue as device_catalogue
from linli.registry.devices import queries as devices
from linli.registry.trials import drafting, reading, telling
from linli.registry.trials.around import around
from linli.registry.trials.dry_run import is_worked
from linli.registry.trials.layout import Value
from linli.registry.trials.telling import Span, Track
from linli.scenes.binding import Anchor, Binding
from linli.scenes.bounds import MOST_STORIES
from linli.scenes.casting import cast
from linli.scenes.model import Scene, Story
from linli.scenes.plan import Plan
from linli.scenes.seen import offline_after
from linli.scenes.wiring import Wiring

LONGEST = timedelta(hours=24)
_MOST_READINGS = 9_000
"""What is told in one story, before it is made short: a day of one point every ten seconds."""
_MOST_DEVICES = 8
_BY_MEASURE = Quality.OUT_OF_RANGE | Quality.LATE | Quality.DUPLICATE
"""Readings that scenes were not shown."""


class SpanTooLong(Fault):
    key = "trials.span_too_long"
    status = 422


class NotWatched(Fault):
    key = "trials.not_watched"
    status = 422


class NoReadings(Fault):
    key = "trials.no_readings"
    status = 422


class TooManyReadings(Fault):
    key = "trials.too_many_readings"
    status = 422


class TooManyStories(Fault):
    key = "trials.too_many_stories"
    status = 422


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A point of the register, and the device of a story that tells what it told."""

    device: str
    number: int
    name: str
    which: int
    event: bool
    patience_s: float


def record(
    *,
    community: str,
    toml: str,
    device: str,
    start: datetime,
    end: datetime,
    seen: Sequence[str],
    now: datetime,
) -> str:
    """Return the text with one story more: what was recorded, and what the scene does then.

    :raises SpanTooLong: if it is more than a day, or none, or not past yet
    :raises DeviceNotFound: if there is no such device where the asker may look
    :raises NotWatched: if the scene does not look at that device
    :raises NoReadings: if nothing of it was kept
    :raises TooManyReadings: if so much was that nobody would wait for it
    :raises TooManyEntries: if no short story tells it
    """
    if not timedelta(0) < end - start <= LONGEST or end > now:
        raise SpanTooLong(hours=LONGEST // timedelta(hours=1))
    models = device_catalogue.models()
    scene = reading.begun(toml, models=models)
    row = devices.device(community=community, code=device, seen=seen)
    directory = around(community=community, scene=scene)
    house = _House(scene, directory, models, seen)
    anchor = house.anchor(device)
    tracks = _tracks(community, house.sources(anchor), device=device, start=start, end=end)
    span = Span(
        start=start,
        lasts_s=round((end - start).total_seconds(), 3),
        worked=is_worked(start.astimezone(telling.ZONE).date()),
        stood=house.stood(anchor),
    )
    title = _title(row.name, start, end)
    told = telling.tell(scene=scene, tracks=tracks, span=span, title=title, models=models)
    return _added(toml, told)


def _added(toml: str, told: Story) -> str:
    """Return a text with a story at its end."""
    rows = reading.rows(toml)
    before = rows.get("story", [])
    stories = before if isinstance(before, list) else []
    if len(stories) >= MOST_STORIES:
        raise TooManyStories(most=MOST_STORIES)
    one: dict[str, Value] = {
        "title": {"zh": told.title.zh, "en": told.title.en},
        "given": list(told.given),
        "then": list(told.then),
    }
    return drafting.write({**rows, "story": [*stories, one]}, before=toml)


def _title(name: Words, start: datetime, end: datetime) -> Words:
    first, last = start.astimezone(telling.ZONE), end.astimezone(telling.ZONE)
    when = f"{first:%F %H:%M}–{last:%H:%M}"
    return Words(zh=f"{name.zh} {when} 的记录", en=f"{name.en}, recorded {when}")


class _House:
    """The part of the community that the scene can see, wired as the engine wires it."""

    def __init__(
        self,
        scene: Scene,
        directory: Directory,
        models: Mapping[str, ThingModel],
        seen: Sequence[str],
    ) -> None:
        self._plan, self._models, self._seen = Plan(scene), models, seen
        self._directory = directory
        self.wiring = Wiring(directory=directory, models=models)
        self._binding = Binding(
            plans={scene.id: self._plan}, wiring=self.wiring, models=dict(models)
        )

    def anchor(self, device: str) -> Anchor:
        """Return where the scene stands that looks at a device; the device itself, if it can be.

        :raises NotWatched: if it looks at it from nowhere
        """
        at = self.wiring.device_of_code.get(device, -1)
        found = [
            anchor
            for anchor in self._binding.anchors(self._plan)
            if anchor.device == at or at in map(self._owner, self._slots(anchor))
        ]
        if at < 0 or not found:
            raise NotWatched(device=device)
        return min(
            found, key=lambda one: (one.device != at, -len(self.wiring.paths[one.place]))
        )  # fmt: skip

    def _owner(self, slot: int) -> int:
        return self.wiring.slot_device[slot]

    def _slots(self, anchor: Anchor) -> dict[int, None]:
        """Return where the scene looks from an anchor, the device's own points first."""
        looks = (*self._plan.when_looks, *self._plan.clear_looks)
        found = {slot: None for look in looks for slot in self._binding.slots(anchor, look)}
        if anchor.device >= 0:
            own = [self.wiring.slot_at(anchor.device, name) for name in self._plan.scene.sensors]
            found = {slot: None for slot in own if slot >= 0} | found
        return found

    def sources(self, anchor: Anchor) -> list[Source]:
        """Return the points that a story tells of; the anchor's own device is its first.

        Of a kind of which a story has one device only, the first is told of.
        """
        slots = [slot for slot in self._slots(anchor) if self._in_sight(slot)]
        slots.sort(key=lambda slot: (self._owner(slot) != anchor.device, self._owner(slot)))
        names = {self.wiring.name_of(slot) for slot in slots}
        stage = list(cast(self._plan.scene, self._models, names).values())
        order: dict[str, list[int]] = {}
        found = []
        for slot in slots:
            name, owner = self.wiring.name_of(slot), self._owner(slot)
            owners = order.setdefault(name, [])
            if len(owners) < self._room(name, stage) and owner not in owners:
                owners.append(owner)
                found.append(self._source(slot, len(owners)))
        return found

    def _room(self, name: str, stage: Sequence[ThingModel]) -> int:
        """Return of how many devices with a point of this name a story can tell."""
        if name in stage[0].points():
            return _MOST_DEVICES
        return sum(name in model.points() for model in stage)

    def _in_sight(self, slot: int) -> bool:
        place = self.wiring.device_place[self._owner(slot)]
        return devices.in_sight(path=self.wiring.paths[place], seen=self._seen)

    def _source(self, slot: int, which: int) -> Source:
        model = self._models[self.wiring.model_of(self._owner(slot))]
        name = self.wiring.name_of(slot)
        return Source(
            device=self.wiring.code_of(slot),
            number=self.wiring.number[slot],
            name=name,
            which=which,
            event=name in model.events,
            patience_s=offline_after(model),
        )

    def stood(self, anchor: Anchor) -> list[str]:
        """Return entries for the modes and cases of now: nobody kept those of then."""
        path, plan = self.wiring.paths[anchor.place], self._plan
        modes = {(one.place, one.mode): one.value for one in self._directory.modes}
        entries = []
        for mode in sorted(plan.modes):
            near = [modes[up, mode] for up in lineage(path) if (up, mode) in modes]
            entries += [f"mode {mode}={near[0]}"] if near else []
        for kind, at, _ in sorted(self._directory.open_cases):
            here = under(path=path, ancestor=at) or under(path=at, ancestor=path)
            entries += [f"case {kind} open"] if kind in plan.cases and here else []
        return list(dict.fromkeys(entries))


def _tracks(
    community: str, sources: Sequence[Source], *, device: str, start: datetime, end: datetime
) -> list[Track]:
    """Return what the points told, and what they had told last when the stretch began.

    :raises NoReadings: if the device that was asked for told nothing
    :raises TooManyReadings: if all of them told too much
    """
    tracks, told, count = [], False, 0
    first, last = start.timestamp(), end.timestamp()
    for one in sources:
        rows = asks.readings(community, one.number, first - one.patience_s, last, _MOST_READINGS)
        good = [(row.at - first, row.value) for row in rows if not row.quality & _BY_MEASURE]
        within = [sample for sample in good if sample[0] >= 0]
        before = [] if one.event else [(0.0, value) for at_s, value in good if at_s < 0][-1:]
        count += len(within)
        if count >= _MOST_READINGS:
            raise TooManyReadings(most=_MOST_READINGS)
        told = told or (one.device == device and bool(within))
        if before and within and within[0][0] < 1:
            before = []
        tracks.append(
            Track(name=one.name, which=one.which, event=one.event, samples=[*before, *within])
        )
    if not told:
        raise NoReadings(device=device)
    return tracks
