"""What a camera posts to us: an alert, or an alert and its pictures as multipart."""

from collections.abc import Iterator, Mapping, Sequence

from linli.drivers.frames import BadFrame
from linli.drivers.isapi import alerts, pictures, telling
from linli.drivers.isapi.alerts import Alert
from linli.drivers.isapi.parts import Part, Parts, boundary
from linli.drivers.line import Inquiry, Pictured, Push, PushTaken, Said, Wired
from linli.drivers.reading import BadPayload

_MOST_PARTS = 16
_XML = frozenset({"application/xml", "text/xml", ""})


def take(push: Push, line: Wired, members: Mapping[str, Wired], now: float) -> PushTaken:
    """Return what a post says. A device is named by its address; the camera itself by the line's.

    :raises BadFrame: if it cannot be read
    :raises BadPayload: if it tells an event that no table has
    """
    del now
    said, shown, asked = [], [], []
    for alert, jpeg in _told(_parts(push)):
        device = telling.whose(alert=alert, line=line, members=members)
        picture = pictures.look(jpeg) if jpeg is not None else None
        question = telling.question(alert=alert, device=device, picture=picture)
        if question is not None:
            asked.append(Inquiry(address=device.address, question=question))
        plain = alert.plate is None
        found = telling.reading(alert=alert, device=device, picture=picture) if plain else None
        if found is None and question is None and not _says_nothing(alert):
            raise BadPayload(f"unknown event {alert.event}")
        if picture is not None and jpeg is not None:
            event = telling.event(alert=alert, device=device)
            one = Pictured(address=device.address, content=jpeg, at=alert.at, event=event)
            shown.append(one)
        told = (found,) if found is not None and telling.is_first_post(alert) else ()
        said.append(Said(address=device.address, online=True, readings=told))
    return PushTaken(said=said, asked=asked, pictures=shown, reply=b"", content_type="text/plain")


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
        if part.content_type in _XML or part.body.lstrip()[:1] == b"<":
            if alert is not None:
                yield alert, jpeg
            alert, jpeg = alerts.read(part.body), None
        elif jpeg is None:
            jpeg = part.body
    if alert is None:
        raise BadFrame("a post without an alert")
    yield alert, jpeg
