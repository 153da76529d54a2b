"""The topic scheme: `v1/<community>/<device>/<what>`. docs/reference/mqtt.md tells it to people."""

import msgspec

VERSION = "v1"
UP = frozenset({"readings", "events", "acks", "status", "children", "asks"})
DOWN = frozenset({"commands", "desired", "answers"})
_LEVELS = 4


class Topic(msgspec.Struct, frozen=True):
    """A topic of ours, taken apart."""

    community: str
    device: str
    what: str


def parse(topic: bytes) -> Topic | None:
    """Return the parts of a topic of ours; None for any other."""
    try:
        levels = topic.decode().split("/")
    except UnicodeDecodeError:
        return None
    if len(levels) != _LEVELS or levels[0] != VERSION:
        return None
    return Topic(*levels[1:])


def topic(*, community: str, device: str, what: str) -> bytes:
    """Return the topic of what a device says (`readings`, `asks` …) or hears (`commands` …)."""
    return f"{VERSION}/{community}/{device}/{what}".encode()


def is_filter(text: str) -> bool:
    """Tell whether a filter is well formed (4.7.1): `#` last and alone, `+` alone in its level."""
    levels = text.split("/")
    if not text or any("#" in level for level in levels[:-1]):
        return False
    return all(level in ("+", "#") or not {"+", "#"} & set(level) for level in levels)


class Interest(msgspec.Struct, frozen=True):
    """What a granted filter hears: a device (None: all of one's own) and kinds of message."""

    device: str | None
    kinds: frozenset[str]
    qos: int

    def hears(self, device: str, what: str) -> bool:
        """Tell whether a message for a device, of a kind, is wanted."""
        return what in self.kinds and self.device in (None, device)


def interest(
    *, filter: str, community: str, devices: frozenset[str], many: bool, qos: int
) -> Interest | None:
    """Return what a well-formed filter asks for, or None when it reaches beyond one's own topics.

    `devices` are the caller's own; `+` or `#` in the place of the device means all of them, and
    is for gateways (`many`) alone.
    """
    levels = filter.split("/")
    if levels[:2] != [VERSION, community] or not 3 <= len(levels) <= _LEVELS + 1:  # noqa: PLR2004
        return None
    whose, what = levels[2], levels[3] if len(levels) >= _LEVELS else ""
    if len(levels) > _LEVELS and levels[4:] != ["#"]:
        return None
    if whose == "#":
        return Interest(None, UP | DOWN, qos) if many and len(levels) == 3 else None  # noqa: PLR2004
    if not what or (whose == "+" and not many) or (whose != "+" and whose not in devices):
        return None
    kinds = UP | DOWN if what in ("+", "#") else frozenset({what})
    return Interest(None if whose == "+" else whose, kinds, qos)
