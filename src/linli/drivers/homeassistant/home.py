"""What a home has announced so far: bounded, whatever it announces."""

from linli.drivers.homeassistant.codec import Entity

MOST_ENTITIES, MOST_TOPICS = 500, 1000


class Full(Exception):
    """More is announced than a home may have."""


class Home:
    """The entities of a home by their keys, and who speaks on which topic."""

    def __init__(self) -> None:
        self._entities: dict[str, Entity] = {}

    def put(self, one: Entity) -> tuple[frozenset[str], frozenset[str]]:
        """Take what an entity announces now; return the topics to be heard from now on, and those
        that nobody speaks on any more.

        :raises Full: if there are too many of them
        """
        before = self.topics()
        old = self._entities.get(one.key)
        if old is None and len(self._entities) >= MOST_ENTITIES:
            raise Full
        self._entities[one.key] = one
        after = self.topics()
        if len(after) > MOST_TOPICS:
            self._restore(one.key, old)
            raise Full
        return after - before, before - after

    def _restore(self, key: str, old: Entity | None) -> None:
        if old is None:
            del self._entities[key]
        else:
            self._entities[key] = old

    def drop(self, key: str) -> frozenset[str]:
        """Forget an entity that is taken back; return the topics that nobody speaks on any more."""
        before = self.topics()
        self._entities.pop(key, None)
        return before - self.topics()

    def topics(self) -> frozenset[str]:
        """Return every topic that somebody speaks on."""
        return frozenset(topic for one in self._entities.values() for topic in one.topics)

    def on(self, topic: str) -> list[Entity]:
        """Return the entities that speak on a topic."""
        return [one for one in self._entities.values() if topic in one.topics]

    def of(self, device: str) -> list[Entity]:
        """Return the entities of a device."""
        return [one for one in self._entities.values() if one.device == device]
