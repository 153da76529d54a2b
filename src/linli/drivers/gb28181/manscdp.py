"""MANSCDP: the XML that cameras and platforms put into SIP messages.

Element names and their order follow 648540858/wvp-GB28181-pro (SIPCommanderForPlatform); the
standard was not read in full. Read leniently: names in either case, elements in any order.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, timezone
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

import msgspec

from linli.drivers import markup
from linli.drivers.frames import BadFrame
from linli.drivers.gb28181 import codes, tables

CHINA = timezone(timedelta(hours=8))
"""Times in bodies have no zone: they are Beijing time."""

KINDS = frozenset({"Query", "Control", "Notify", "Response"})
_MOST_SUM = 20_000


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """A body: `kind` Query, Control, Notify or Response; `sn` ties an answer to its question."""

    kind: str
    command: str
    sn: str
    device: str
    root: Element


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """An alarm. `methods` are its digits one by one; `type` and `way` are "" where it has none."""

    methods: tuple[str, ...]
    type: str
    way: str
    priority: str
    at: float | None
    description: str
    longitude: float | None
    latitude: float | None

    def ranks(self) -> tuple[str, ...]:
        """The keys that a table may have for it, the most special first: `5.6.1`, `5.6`, `5`."""
        return tuple(
            key
            for method in self.methods
            for key in (
                *((f"{method}.{self.type}.{self.way}",) if self.type and self.way else ()),
                *((f"{method}.{self.type}",) if self.type else ()),
                method,
            )
        )


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a catalogue. `event` is what changed, "" in a plain catalogue."""

    device: str
    name: str
    vendor: str
    model: str
    parent: str
    on: bool
    event: str

    @property
    def is_thing(self) -> bool:
        """Whether it is a thing, not a folder or an administrative division."""
        return codes.is_code(self.device) and codes.parse(self.device).type not in tables.GROUPS


class CatalogPart(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a catalogue of `total` lines."""

    total: int
    items: tuple[Item, ...]


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """Where something that moves is, in degrees as it gave them (of WGS 84 or not)."""

    at: float | None
    longitude: float
    latitude: float
    speed_km_h: float | None


def read(data: bytes) -> Body:
    """Return what a body is about.

    :raises BadFrame: if it is no MANSCDP, or hostile
    """
    root = markup.read(data)
    command, device = markup.text(root, "CmdType"), markup.text(root, "DeviceID")
    if root.tag not in KINDS:
        raise BadFrame(f"<{root.tag[:40]}> is no MANSCDP")
    if not command or not device:
        raise BadFrame("MANSCDP without CmdType or DeviceID")
    sn = markup.text(root, "SN", longest=20)
    return Body(kind=root.tag, command=command, sn=sn, device=device, root=root)


def alarm(body: Body) -> Alarm:
    """Return an alarm. AlarmType stands in `<Info>`, in `<info>`, beside it or nowhere; Info wins.

    :raises BadFrame: if it has no AlarmMethod
    """
    root = body.root
    info = markup.child(root, "Info")
    methods = tuple(one for one in markup.text(root, "AlarmMethod") if one.isdecimal())
    if not methods:
        raise BadFrame("an alarm without AlarmMethod")
    return Alarm(
        methods=methods,
        type=markup.text(info, "AlarmType", longest=8) or markup.text(root, "AlarmType", longest=8),
        way=markup.text(markup.child(info, "AlarmTypeParam"), "EventType", longest=8),
        priority=markup.text(root, "AlarmPriority", longest=8),
        at=moment(markup.text(root, "AlarmTime")),
        description=markup.text(root, "AlarmDescription"),
        longitude=markup.number(root, "Longitude"),
        latitude=markup.number(root, "Latitude"),
    )


def catalog(body: Body) -> CatalogPart:
    """Return a part of a catalogue, or a notice of changes.

    :raises BadFrame: if its SumNum is no sane number
    """
    stands = markup.child(body.root, "DeviceList")
    items = tuple(_item(one) for one in (stands if stands is not None else ()))
    total = markup.number(body.root, "SumNum")
    if total is None:
        total = float(len(items))
    if not 0 <= total <= _MOST_SUM:
        raise BadFrame(f"a catalogue of {total:.0f}")
    return CatalogPart(total=int(total), items=items)


def _item(one: Element) -> Item:
    return Item(
        device=markup.text(one, "DeviceID"),
        name=markup.text(one, "Name"),
        vendor=markup.text(one, "Manufacturer"),
        model=markup.text(one, "Model"),
        parent=markup.text(one, "ParentID"),
        on=markup.text(one, "Status").upper() not in {"OFF", "OFFLINE", "0"},
        event=markup.text(one, "Event").upper(),
    )


def position(body: Body) -> Position:
    """Return where something is.

    :raises BadFrame: if it says no place on Earth
    """
    longitude = markup.number(body.root, "Longitude")
    latitude = markup.number(body.root, "Latitude")
    if longitude is None or latitude is None or abs(longitude) > 180 or abs(latitude) > 90:  # noqa: PLR2004
        raise BadFrame("no place on Earth")
    return Position(
        at=moment(markup.text(body.root, "Time")),
        longitude=longitude,
        latitude=latitude,
        speed_km_h=markup.number(body.root, "Speed"),
    )


def moment(text: str) -> float | None:
    """Return the epoch seconds of a time, None of anything else. Without a zone it is Beijing's."""
    try:
        said = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (said if said.tzinfo else said.replace(tzinfo=CHINA)).timestamp()


def write(
    *,
    kind: str,
    command: str,
    sn: int | str,
    device: str,
    fields: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    inside: str = "",
    encoding: str = "GB2312",
) -> bytes:
    """Return a body; `inside` is XML that stands after the fields as it is.

    Characters that the encoding does not have are written as references.
    """
    rows = [("CmdType", command), ("SN", str(sn)), ("DeviceID", device), *dict(fields).items()]
    lines = "".join(f"<{name}>{escape(value)}</{name}>\r\n" for name, value in rows)
    head = f'<?xml version="1.0" encoding="{encoding}"?>\r\n'
    whole = f"{head}<{kind}>\r\n{lines}{inside}</{kind}>\r\n"
    return whole.encode(encoding, "xmlcharrefreplace")
