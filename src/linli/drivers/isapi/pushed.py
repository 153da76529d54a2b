"""What a camera posts to us: an alert, or an alert and its pictures as multipart."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from linli.drivers.frames import BadFrame
from linli.drivers.isapi import alerts, pictures, telling
from linli.drivers.isapi.alerts import Alert
from linli.drivers.isapi.parts import Part, Parts, boundary
from linli.drivers.isapi.pictures import Picture
from linli.drivers.line import Inquiry, Pictured, Push, PushTaken, Said, Wired
from linli.drivers.reading import BadPayload

_MOST_PARTS = 16
_TEXT = frozenset({"application/xml", "text/xml", "application/json", ""})


def take(push: Push, line: Wired, members: Mapping[str, Wired], now: float) -> PushTaken:
    """Return what a post says. A device is named by its address; the camera itself by the line's.

    :raises BadFrame: if it cannot be read
    :raises BadPayload: if it tells an event that no table has
    """
    made = []
    for alert, jpeg in _told(_parts(push)):
        device = telling.whose(alert=alert, line=line, members=members)
        picture = pictures.look(jpeg) if jpeg is not None else None
        is_access = alert.is_access
        one = _passed(alert, device, now) if is_access else _happened(alert, device, picture)
        if picture is not None and jpeg is not None:
            event = telling.event(alert=alert, device=device)
            shown = Pictured(address=device.address, content=jpeg, at=alert.at, event=event)
            one = msgspec.structs.replace(one, pictures=(shown,))
        made.append(one)
    return PushTaken(
        said=[one for each in made for one in each.said],
        asked=[one for each in made for one in each.asked],
        pictures=[one for each in made for one in each.pictures],
        unknown=[one for each in made for one in each.unknown],
        reply=b"",
        content_type="text/plain",
    )


def _passed(alert: Alert, device: Wired, now: float) -> PushTaken:
    """Return what an access controller tells. Of types that no table has, or that are no numbers,
    it hears no refusal: it would post them for ever.
    """
    told = telling.passage(alert=alert, device=device, now=now)
    if told is None:
        said = Said(address=device.address, online=True)
        return PushTaken(said=(said,), unknown=((device.address, telling.name(alert)),))
    asked: tuple[Inquiry, ...] = ()
    if told.question is not None:
        asked = (Inquiry(address=device.address, question=told.question, keeps=True),)
    said = Said(address=device.address, online=True, readings=told.readings)
    return PushTaken(said=(said,), asked=asked)


def _happened(alert: Alert, device: Wired, picture: Picture | None) -> PushTaken:
    question = telling.question(alert=alert, device=device, picture=picture)
    plain = alert.plate is None
    found = telling.reading(alert=alert, device=device, picture=picture) if plain else None
    if found is None and question is None and not _says_nothing(alert):
        raise BadPayload(f"unknown event {alert.event}")
    told = (found,) if found is not None and telling.is_first_post(alert) else ()
    asked = (Inquiry(address=device.address, question=question),) if question is not None else ()
    return PushTaken(said=(Said(address=device.address, online=True, readings=told),), asked=asked)


def _says_nothing(alert: Alert) -> bool:
    """Whether an alert only says that the camera is there, or that a car is gone on."""
    return alert.is_heartbeat or (alert.plate is not None and not alert.active)


def _parts(push: Push) -> Sequence[Part]:
    content_type = push.headers.get("content-type", "")
    kind = content_type.split(";")[0].strip().lower()
    if kind.startswith("multipart/"):
        mark = boundary(content_type)
        found = Parts(boundary=mark).feed(push.body + b"\r\n--" + mark + b"--\r\n")
        if not 0 < len(found) <= _MOST_PARTS:
            raise BadFrame(f"a post of {len(found)} parts")
        return found
    return (Part(content_type=kind, body=push.body),)


def _told(parts: Sequence[Part]) -> Iterator[tuple[Alert, bytes | None]]:
    """Yield alerts, each with the first picture that follows it."""
    alert: Alert | None = None
    jpeg: bytes | None = None
    for part in parts:
        if part.content_type in _TEXT or part.body.lstrip()[:1] in (b"<", b"{"):
            if alert is not None:
                yield alert, jpeg
            alert, jpeg = alerts.read(part.body), None
        elif jpeg is None:
            jpeg = part.body
    if alert is None:
        raise BadFrame("a post without an alert")
    yield alert, jpeg
