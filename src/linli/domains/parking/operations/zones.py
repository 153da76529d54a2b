"""How the zones are kept where no car may stand, and which cameras watch them."""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from django.db import transaction

from linli.domains.parking.models import Zone, ZoneCamera
from linli.domains.parking.operations.setting import CodeTaken, announce, check_free, keep
from linli.domains.parking.queries import lots
from linli.domains.parking.queries import zones as zoned
from linli.foundation.identity.queries import Actor
from linli.kernel.words import Words
from linli.registry.devices import queries as devices
from linli.registry.places import queries as places


class NewZone(msgspec.Struct, frozen=True, kw_only=True):
    """Where no car may stand, and the cameras that tell plates there, by their codes."""

    code: str
    name: Words
    place: str
    kind: str
    devices: tuple[str, ...] = ()
    grace_minutes: int = 10
    quiet_minutes: int = 30
    open: bool = True


@transaction.atomic
def set_zone(*, actor: Actor, zone: NewZone, now: datetime) -> Zone:
    """Say where no car may stand; a camera that is not named any more watches there no more.

    :raises PlaceNotFound, DeviceNotFound: if there is none
    :raises CodeTaken: if a camera is another zone's, or a lane's
    :raises CameraOfCharging: if one sees charging bays
    """
    place = places.place(community=actor.community, path=zone.place)
    cameras = sorted(set(zone.devices))
    for camera in cameras:
        _check(actor.community, camera)
    row = zoned.of_code(community=actor.community, code=zone.code, lock=True) or Zone(
        community=actor.community, code=zone.code
    )
    row.name_zh, row.name_en, row.place = zone.name.zh, zone.name.en, place
    row.kind, row.open = zone.kind, zone.open
    row.grace_minutes, row.quiet_minutes = zone.grace_minutes, zone.quiet_minutes
    keep(row)
    _watch(row, cameras)
    announce(actor, "zone", row.code, place.path, now)
    return row


def _check(community: str, camera: str) -> None:
    devices.device(community=community, code=camera, seen=())
    if lots.is_at_lane(community=community, camera=camera):
        raise CodeTaken
    check_free(community, camera)


def _watch(zone: Zone, cameras: Iterable[str]) -> None:
    """Let these cameras watch a zone, and no others."""
    rows = ZoneCamera.rows.of(zone.community).filter(zone=zone)
    rows.exclude(device__in=cameras).delete()
    there = set(rows.values_list("device", flat=True))
    for camera in cameras:
        if camera not in there:
            keep(ZoneCamera(community=zone.community, zone=zone, device=camera))
