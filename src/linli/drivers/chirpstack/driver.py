"""ChirpStack v4 as a driver: its MQTT and its HTTP integration."""

from collections.abc import Mapping, Sequence

from linli.drivers.chirpstack.codec import EVENTS, about, decode, normal
from linli.drivers.chirpstack.line import ChirpStackLine, line_key
from linli.drivers.chirpstack.options import Line, Member
from linli.drivers.chirpstack.past import Past
from linli.drivers.chirpstack.telling import tell
from linli.drivers.line import Driver, Push, PushTaken, Said, Station, Wired
from linli.drivers.payload.table import Table
from linli.drivers.reading import BadPayload
from linli.kernel.words import Words

_OLD = frozenset({"copy", "replayed"})


class ChirpStack:
    """Lines and pushes share one bounded memory: what comes both ways is taken once."""

    def __init__(self) -> None:
        self._past = Past()

    def run(self, line: Wired, members: Sequence[Wired], station: Station) -> ChirpStackLine:
        """Return a line, joined to its broker while it runs."""
        return ChirpStackLine(line, members, station, past=self._past)

    def push(self, push: Push, line: Wired, members: Mapping[str, Wired], _now: float) -> PushTaken:
        """Return what an event says that was posted to `…?event=up`.

        :raises BadPayload: if it cannot be read
        """
        kind = push.query.get("event", "")
        if kind not in EVENTS:
            raise BadPayload("unknown_event")
        event, key = decode(push.body), line_key(line)
        member = _member(members, event.eui)
        if member is None:
            return PushTaken(said=[Said(address=event.eui, about=about(event))])
        told = tell(kind, event, line=key, member=member, past=self._past)
        if told.why_not in _OLD:
            return PushTaken()
        said = Said(
            address=member.address,
            readings=told.readings,
            online=True if told.heard else None,
            answers=[told.answer] if told.answer else (),
        )
        ended = told.answer is not None
        return PushTaken(said=[said], stored=lambda: self._past.keep(key, kind, event, ended=ended))


def _member(members: Mapping[str, Wired], eui: str) -> Wired | None:
    found = members.get(eui)
    if found is not None:
        return found
    return next((one for one in members.values() if normal(one.address) == eui), None)


_spoken = ChirpStack()

DRIVER = Driver(
    name="chirpstack",
    words=Words(zh="LoRaWAN（ChirpStack v4）", en="LoRaWAN (ChirpStack v4)"),
    line=Line,
    member=Member,
    map=Table,
    secrets=frozenset({"password"}),
    run=_spoken.run,
    push=_spoken.push,
)
