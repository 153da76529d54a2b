"""Every read of how well devices are."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from django.db.models import Exists, Max, OuterRef, Q

from linli.devices.health import DeviceFacts, PointFacts
from linli.foundation.scope.models import ScopedRows
from linli.registry.devices import queries as devices
from linli.registry.devices.models import Device, FormerUnit, Point
from linli.registry.health import logic
from linli.registry.health.models import DeviceFault, Examination, Health
from linli.registry.places import queries as places


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which devices: every word narrows; `seen` are the places below which the reader may look."""

    seen: Sequence[str] = ()
    place: str = ""
    model: str = ""
    kind: str = ""
    below: int | None = None


class Wellness(msgspec.Struct, frozen=True, kw_only=True):
    """A device with its score and what is wrong with it. One not looked at yet has no `health`."""

    device: Device
    health: Health | None
    faults: Sequence[DeviceFault]


def examination(*, community: str, lock: bool = False) -> Examination | None:
    """Return how far a community was looked at, None if never."""
    rows = Examination.rows.of(community)
    return (rows.select_for_update() if lock else rows).first()


def listed(
    *, community: str, wanted: Wanted, cursor: str = "", limit: int = 100
) -> tuple[list[Wellness], str | None]:
    """Return devices that were looked at, the worst first, and the cursor of the next page.

    :raises logic.BadKind: if there is no such kind of fault
    :raises logic.BadCursor: if the cursor is none of ours
    """
    rows = _wanted(community, wanted)
    if cursor:
        score, code = logic.read_cursor(cursor)
        rows = rows.filter(Q(score__gt=score) | Q(score=score, code__gt=code))
    page = list(rows.select_related("device__place").order_by("score", "code")[: limit + 1])
    shown = page[:limit]
    open_ = _faults_of(community, [row.device_id for row in shown])
    following = logic.cursor(score=shown[-1].score, code=shown[-1].code) if shown else None
    return (
        [Wellness(device=row.device, health=row, faults=open_[row.device_id]) for row in shown],
        following if len(page) > limit else None,
    )


def _wanted(community: str, wanted: Wanted) -> ScopedRows[Health]:
    logic.check_kind(wanted.kind)
    rows = Health.rows.of(community).filter(device__enabled=True)
    rows = rows.filter(places.within(wanted.seen, "device__place__path"))
    if wanted.place:
        rows = rows.filter(places.below(wanted.place, "device__place__path"))
    if wanted.model:
        rows = rows.filter(device__model=wanted.model)
    if wanted.below is not None:
        rows = rows.filter(score__lt=wanted.below)
    if wanted.kind:
        faults = DeviceFault.rows.of(community).filter(cleared_at__isnull=True, kind=wanted.kind)
        rows = rows.filter(Exists(faults.filter(device=OuterRef("device"))))
    return rows


def of_device(*, community: str, code: str, seen: Sequence[str] = ()) -> Wellness:
    """Return how well one device is.

    :raises DeviceNotFound: if there is none where the reader may look
    """
    row = devices.device(community=community, code=code, seen=seen)
    health = Health.rows.of(community).filter(device=row).first()
    return Wellness(
        device=row, health=health, faults=_faults_of(community, [row.pk]).get(row.pk, [])
    )


def _faults_of(community: str, numbers: Sequence[int]) -> dict[int, list[DeviceFault]]:
    rows = DeviceFault.rows.of(community).filter(device__in=numbers, cleared_at__isnull=True)
    found: dict[int, list[DeviceFault]] = defaultdict(list)
    for row in rows.order_by("kind"):
        found[row.device_id].append(row)
    return found


def open_faults(*, community: str) -> list[DeviceFault]:
    """Return every fault that is not over, with its device."""
    rows = DeviceFault.rows.of(community).filter(cleared_at__isnull=True)
    return list(rows.select_related("device"))


def scores(*, community: str) -> dict[str, Health]:
    """Return the score of every device that was looked at, by code."""
    return {row.code: row for row in Health.rows.of(community)}


def enabled(*, community: str) -> dict[str, Device]:
    """Return the devices that are not disabled, by code, with their places."""
    rows = Device.rows.of(community).filter(enabled=True)
    return {row.code: row for row in rows.select_related("place", "gateway")}


def facts(
    *, rows: dict[str, Device], fitted: Mapping[int, datetime], now: datetime
) -> list[DeviceFacts]:
    """Return devices as their health is judged; whoever is in maintenance is left alone."""
    return [
        DeviceFacts(
            code=row.code,
            model=row.model,
            place=row.place.path,
            gateway=row.gateway.code if row.gateway else None,
            online=row.online,
            online_since=row.online_since.timestamp() if row.online_since else 0.0,
            away=_in_maintenance(row, now),
            fitted_at=fitted[row.pk].timestamp() if row.pk in fitted else 0.0,
        )
        for row in rows.values()
    ]


def fitted(*, community: str) -> dict[int, datetime]:
    """Return when the units of the devices came that took another's place, by device."""
    rows = FormerUnit.rows.of(community).values_list("device").order_by()
    return dict(rows.annotate(Max("until")))


def _in_maintenance(row: Device, now: datetime) -> bool:
    until = row.maintenance_until
    return until is not None and until > now


def points(*, community: str) -> list[PointFacts]:
    """Return every point of the devices that are not disabled."""
    rows = Point.rows.of(community).filter(device__enabled=True)
    found = rows.values_list("number", "device__code", "name")
    return [
        PointFacts(number=number, device=code, name=name)
        for number, code, name in found.iterator(chunk_size=20_000)
    ]
