"""Notifications: what a pull-point gives, and what of it is news (ONVIF Core 9, WS-Notification).

Messages as Kane610/axis has them in its tests; the specification was not at hand.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from xml.etree.ElementTree import Element

import msgspec

from linli.drivers import markup

_TRUE = frozenset({"true", "1", "active", "on"})


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A notification. `topic` has no prefixes, `operation` may be ""."""

    topic: str
    operation: str
    at: float | None
    source: dict[str, str]
    data: dict[str, str]

    @property
    def is_snapshot(self) -> bool:
        """Whether it says how things stand, and not that something happened."""
        return self.operation == "Initialized"

    def truth(self, name: str) -> bool | None:
        """Return whether an item of its data is so; None where it has none of that name."""
        said = self.data.get(name)
        return None if said is None else said.lower() in _TRUE


def notices(pulled: Element) -> Iterator[Notice]:
    """Yield the notifications of an answer to PullMessages; those without a topic are left out."""
    for one in markup.below(pulled, "NotificationMessage"):
        topic = plain(markup.text(one, "Topic", longest=300))
        message = next(
            (each for each in markup.below(one, "Message") if "UtcTime" in each.attrib), None
        )
        if topic and message is not None:
            yield Notice(
                topic=topic,
                operation=message.attrib.get("PropertyOperation", ""),
                at=moment(message.attrib["UtcTime"]),
                source=_items(markup.child(message, "Source")),
                data=_items(markup.child(message, "Data")),
            )


def plain(topic: str) -> str:
    """Return a topic without prefixes: `tns1:VideoSource/x` is `VideoSource/x`."""
    return "/".join(part.rpartition(":")[2].strip() for part in topic.strip().split("/"))


def moment(text: str) -> float | None:
    """Return epoch seconds; a time without a zone is UTC. None where it is no time."""
    try:
        said = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (said if said.tzinfo else said.replace(tzinfo=UTC)).timestamp()


def _items(of: Element | None) -> dict[str, str]:
    rows = (one.attrib for one in (of if of is not None else ()) if one.tag == "SimpleItem")
    return {row.get("Name", "")[:80]: row.get("Value", "")[:200] for row in rows}
