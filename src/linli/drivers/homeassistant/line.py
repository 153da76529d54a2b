"""A home at its broker: devices announce themselves, tell how they stand, and are told what to do.

What a device announces is kept by the broker (retained), so that nothing of it is kept here. Every
topic of a home lies below `base`: whatever is announced, nothing beside it is heard or told.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from linli.drivers.homeassistant import codec
from linli.drivers.homeassistant.codec import Entity, Value
from linli.drivers.homeassistant.home import Full, Home
from linli.drivers.homeassistant.map import Act, Map, suggested
from linli.drivers.homeassistant.options import Line
from linli.drivers.joined import Joined, Said, Way
from linli.drivers.line import Order, Station, Wired
from linli.drivers.reading import BadPayload, Reading

_log = logging.getLogger(__name__)
_MOST_ORDERS = 200
_SAMPLE = 200


class HomeLine:
    """Keeps joined to one home's broker. `port` is 0: it does not listen."""

    port = 0

    def __init__(self, line: Wired, members: Sequence[Wired], station: Station) -> None:
        self._line, self._station = line, station
        self._options = line.options if isinstance(line.options, Line) else Line(connect="")
        self._base = f"{self._options.base}/" if self._options.base else ""
        self._home = Home()
        self._waiting: dict[str, list[tuple[Order, Act]]] = {}
        self._members: dict[str, Wired] = {}
        self._addresses: dict[str, str] = {}
        self._broker = Joined(
            self._way(),
            take=self._take,
            came=lambda: station.came(line.code),
            went=self._lost,
            turned_away=lambda why: station.refused(
                line.code, "broker_refused", why[:_SAMPLE].encode()
            ),
        )
        self._broker.hear(self._below(self._discoveries()))
        self.rewire(members)

    def _way(self) -> Way:
        options = self._options
        return Way(
            connect=options.connect,
            client_id=f"{options.client_id}-{self._line.community}-{self._line.code}",
            username=options.username,
            password=options.password,
            tls=options.tls,
        )

    def _discoveries(self) -> tuple[str, str]:
        word = self._options.discovery
        return f"{word}/+/+/config", f"{word}/+/+/+/config"

    def _below(self, topics: Iterable[str]) -> list[str]:
        return [self._base + topic for topic in topics]

    def rewire(self, members: Sequence[Wired]) -> None:
        """Take the members as the register has them now; what the home keeps is asked for again, so
        that who was let in just now has his values.
        """
        before = set(self._members)
        self._members = {one.address: one for one in members}
        self._addresses = {one.code: one.address for one in members}
        new = set(self._members) - before
        topics = {
            topic for address in new for one in self._home.of(address) for topic in one.topics
        }
        self._broker.leave(self._below(topics))
        self._broker.hear(self._below(topics))

    async def run(self) -> None:
        """Stay joined until cancelled."""
        await self._broker.run()

    # -- to it

    def send(self, device: str, order: Order) -> bool:
        """Tell a device; what comes of it is told by how it stands afterwards. An entity that never
        tells how it stands is believed once the broker has the order.
        """
        address = self._addresses.get(device)
        if address is None:
            return False
        found = self._told(address, order.service)
        if found is None:
            self._station.answered(device, order.id, ok=False, reason="not_on_wire")
            return True
        entity, act = found
        body = codec.command(entity, act.act)
        if not self._broker.say(self._base + entity.config.command_topic, body):
            return False
        self._station.frame(device, "out", body)
        if not entity.config.state_topic:
            self._station.answered(device, order.id, ok=True)
            return True
        waiting = self._waiting.setdefault(entity.key, [])
        if all(known.id != order.id for known, _ in waiting):
            waiting.append((order, act))
            del waiting[:-_MOST_ORDERS]
        return True

    def _told(self, address: str, service: str) -> tuple[Entity, Act] | None:
        table = self._members[address].map
        act = table.services.get(service) if isinstance(table, Map) else None
        if act is None:
            return None
        entity = next((one for one in self._home.of(address) if act.fits(one)), None)
        return None if entity is None else (entity, act)

    # -- from it

    def _lost(self, reason: str) -> None:
        self._station.went(self._line.code, reason)
        for member in self._members.values():
            self._station.went(member.code, reason)

    async def _take(self, said: Said) -> None:
        topic, body = said.topic, said.body
        if not topic.startswith(self._base):
            return
        own = topic[len(self._base) :]
        found = codec.parts(own, self._options.discovery)
        if found is None:
            await self._stands(own, body)
            return
        with self._reading(self._line.code, body):
            self._announced(*found, body)

    @contextmanager
    def _reading(self, device: str, body: bytes) -> Iterator[None]:
        """Count what cannot be read as refused; no message whatever may silence a home for good."""
        try:
            yield
        except BadPayload as bad:
            self._station.refused(device, bad.why, body[:_SAMPLE])
        except Exception as error:
            _log.warning("%s: a message broke its reader: %s", device, type(error).__name__)
            self._station.refused(device, "unreadable")

    def _announced(self, component: str, key: str, body: bytes) -> None:
        if not body:
            self._broker.leave(self._below(self._home.drop(key)))
            return
        if component not in codec.COMPONENTS:
            return
        try:
            entity = codec.entity(component, key, body)
            new, gone = self._home.put(entity)
        except Full:
            self._station.refused(self._line.code, "too_many_entities", key[:_SAMPLE].encode())
            return
        self._broker.leave(self._below(gone))
        self._broker.hear(self._below(new))
        if entity.device not in self._members:
            model = suggested(self._home.of(entity.device))
            about = {**entity.about, "model": model} if model else entity.about
            self._station.stranger(entity.device, about=about, sample=body[:_SAMPLE])

    async def _stands(self, topic: str, body: bytes) -> None:
        for entity in self._home.on(topic):
            member = self._members.get(entity.device)
            if member is not None:
                self._present(entity, topic, body, member)
                if topic == entity.config.state_topic:
                    await self._state(entity, body, member)

    def _present(self, entity: Entity, topic: str, body: bytes, member: Wired) -> None:
        for one in entity.availability:
            if one.topic != topic:
                continue
            there = None
            with self._reading(member.code, body):
                there = codec.present(one, body)
            if there:
                self._station.came(member.code)
            elif there is False:
                self._station.went(member.code, "silent")

    async def _state(self, entity: Entity, body: bytes, member: Wired) -> None:
        self._station.frame(member.code, "in", body[:1024])
        said, readings = None, list[Reading]()
        with self._reading(member.code, body):
            said = codec.state(entity, body)
            named = member.map.named(entity) if isinstance(member.map, Map) else None
            if said is not None and named is not None:
                readings = [Reading(named[0], named[1].value(said))]
        if said is None:
            return
        if not entity.availability:
            self._station.came(member.code)
        if readings:
            await self._station.bring(member.code, readings)
        await self._answer(entity, said, member)

    async def _answer(self, entity: Entity, said: Value, member: Wired) -> None:
        """Answer the orders that have led to how an entity stands now."""
        waiting = self._waiting.get(entity.key, [])
        now = self._station.now()
        done = [order for order, act in waiting if act.ends(said)]
        self._waiting[entity.key] = [
            (order, act) for order, act in waiting if order not in done and order.expires_at > now
        ]
        for order in done:
            self._station.answered(member.code, order.id, ok=True)
        if done:
            await self._station.settled()
