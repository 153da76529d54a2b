"""A home's gateway behind a broker that keeps what is retained: it plays the devices of the home.

`obeys` says for a command topic which topic tells the state that a command leads to.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from linli.drivers.broker_peer import BrokerPeer


def config(**said: Any) -> bytes:
    """Return a config of discovery."""
    return msgspec.json.encode(said)


class HomePeer(BrokerPeer):
    """Listens on `port` once `open` returned."""

    def __init__(self) -> None:
        super().__init__()
        self.commands: list[tuple[str, bytes]] = []
        self.obeys: dict[str, tuple[str, Mapping[bytes, bytes]]] = {}

    def say(self, topic: str, payload: bytes, *, retain: bool = True) -> int:
        """Publish, to who hears it; return the packet identifier, 0 where nobody does."""
        if retain:
            self.keep(topic, payload)
        return self.publish(topic, payload) if self.hears(topic) else 0

    def heard(self, topic: str, payload: bytes) -> None:
        """Take a command, and tell what it led to."""
        self.commands.append((topic, payload))
        if topic in self.obeys:
            state, leads = self.obeys[topic]
            self.say(state, leads.get(payload, payload))
