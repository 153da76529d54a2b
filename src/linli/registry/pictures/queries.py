"""Every read of pictures."""

from collections.abc import Collection, Sequence

import msgspec
from django.db.models import Q

from linli.foundation.files import queries as files
from linli.kernel.fault import Fault
from linli.registry.alarms import queries as alarms
from linli.registry.devices import queries as devices
from linli.registry.pictures import logic
from linli.registry.pictures.models import Picture


class PictureNotFound(Fault):
    key = "pictures.not_found"
    status = 404


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """The bytes of a picture, as we drew them."""

    content: bytes
    content_type: str


def of_device(
    *, community: str, code: str, before: int | None, limit: int, seen: Sequence[str] = ()
) -> tuple[list[Picture], int | None]:
    """Return pictures of a device, the newest first, and where the next page begins.

    :raises devices.DeviceNotFound: if there is none, or not where the reader may look
    """
    devices.device(community=community, code=code, seen=seen)
    rows = Picture.rows.of(community).filter(device=code).select_related("file")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: limit + 1])
    more = found[limit - 1].pk if len(found) > limit else None
    return found[:limit], more


def of_alarm(*, community: str, alarm: int, seen: Sequence[str] = ()) -> list[Picture]:
    """Return the pictures that an alarm's device took within ten seconds of when it was raised,
    first or last, by the camera's clock or by ours; the oldest first.

    :raises alarms.AlarmNotFound: if there is none, or not where the reader may look
    """
    row = alarms.alarm(community=community, id=alarm, seen=seen)
    device = row.device or str((row.because or {}).get("device", ""))
    near = Q()
    for span in logic.spans(row.first_at, row.last_at):
        near |= Q(taken_at__range=span) | Q(came_at__range=span)
    rows = Picture.rows.of(community).filter(near, device=device).select_related("file")
    return list(rows.order_by("pk")[:50])


def told_as(*, community: str, told: Collection[tuple[str, str]]) -> dict[tuple[str, str], Picture]:
    """Return the pictures that devices named, each by its device and the SHA-256 of what came; not
    those that are old and gone, on their way, or were none.
    """
    rows = Picture.rows.of(community).filter(told__in={digest for _, digest in told if digest})
    named = rows.filter(file__isnull=False).select_related("file").order_by("-pk")
    return {(row.device, row.told): row for row in named if (row.device, row.told) in told}


def picture(*, community: str, id: int, seen: Sequence[str] = ()) -> Picture:
    """Return a picture.

    :raises PictureNotFound: if there is none, it was none, or it is not where the reader may look
    """
    row = Picture.rows.of(community).select_related("file").filter(pk=id).first()
    if row is None or row.file is None:
        raise PictureNotFound(id=id)
    known = devices.by_code(community=community, codes=[row.device]).get(row.device)
    if seen and (known is None or not devices.visible(known, seen)):
        raise PictureNotFound(id=id)
    return row


def image(*, community: str, row: Picture) -> Image:
    """Return the bytes of a picture.

    :raises PictureNotFound: if it was none
    """
    if row.file is None:
        raise PictureNotFound(id=row.pk)
    content = files.content(community=community, id=row.file.pk)
    return Image(content=content, content_type=row.file.content_type)
