"""Every read of devices, points, commands and refusals."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
from django.db.models import Count, Max, Q

from linli.devices.model import ThingModel
from linli.foundation.scope.models import ScopedRows
from linli.foundation.scope.paging import RecentPage, by_recent
from linli.kernel.fault import Fault
from linli.kernel.place import under
from linli.registry.devices import catalogue, logic, questions
from linli.registry.devices.models import (
    Command,
    Device,
    DirectoryVersion,
    FormerUnit,
    Point,
    Refusal,
)
from linli.registry.places import queries as places


class DeviceNotFound(Fault):
    key = "devices.not_found"
    status = 404


class ModelNotFound(Fault):
    key = "devices.model_not_found"
    status = 404


class CommandNotFound(Fault):
    key = "devices.command_not_found"
    status = 404


class PointNotFound(Fault):
    key = "devices.point_not_found"
    status = 404


class BadCursor(Fault):
    key = "devices.bad_cursor"
    status = 422


class Sought(msgspec.Struct, frozen=True, kw_only=True):
    """Which devices: every word narrows. `seen` are the places below which the reader may look;
    none is everywhere.
    """

    seen: Sequence[str] = ()
    text: str = ""
    code: str = ""
    codes: Sequence[str] | None = None
    model: str = ""
    category: str = ""
    driver: str = ""
    place: str = ""
    online: bool | None = None
    enabled: bool | None = None
    maintained: bool | None = None
    """Whether its maintenance lasts, as the rows say."""


def model(*, id: str) -> ThingModel:
    """Return the kind of device with this id.

    :raises ModelNotFound: if the catalogue has none
    """
    found = catalogue.models().get(id)
    if found is None:
        raise ModelNotFound(model=id)
    return found


def models() -> list[ThingModel]:
    """Return every kind of device, in the order of category and id."""
    return sorted(catalogue.models().values(), key=lambda one: (one.category, one.id))


def device(*, community: str, code: str, seen: Sequence[str] = (), lock: bool = False) -> Device:
    """Return the device with this code.

    :raises DeviceNotFound: if there is none in this community, or not where the reader may look
    """
    question = questions.device_locked if lock else questions.device
    row = question.first(community=community, code=code)
    if row is None or not visible(row, seen):
        raise DeviceNotFound(device=code)
    return row


def visible(row: Device, seen: Sequence[str]) -> bool:
    """Tell whether a device is where the reader may look."""
    return in_sight(path=row.place.path, seen=seen)


def in_sight(*, path: str, seen: Sequence[str]) -> bool:
    """Tell whether a path is in one of the places below which the reader may look."""
    return not seen or any(under(path=path, ancestor=top) for top in seen)


def devices(
    *, community: str, sought: Sought, after: str = "", limit: int = 100, fields: Sequence[str] = ()
) -> tuple[list[Device], str | None]:
    """Return devices by code (of each its `fields`, if named), and after which the next begin."""
    rows = _sought(community, sought).filter(code__gt=after).select_related("place")
    rows = rows.only(*fields) if fields else rows.select_related("gateway")
    page = list(rows.order_by("code")[: limit + 1])
    return page[:limit], page[limit - 1].code if len(page) > limit else None


def _sought(community: str, sought: Sought) -> ScopedRows[Device]:
    rows = Device.rows.of(community).filter(places.within(sought.seen, "place__path"))
    if sought.text:
        rows = rows.filter(
            Q(code__icontains=sought.text)
            | Q(name_zh__icontains=sought.text)
            | Q(name_en__icontains=sought.text)
            | Q(serial__icontains=sought.text)
        )
    if sought.codes is not None:
        rows = rows.filter(code__in=list(sought.codes))
    if sought.category:
        kinds = [one.id for one in catalogue.models().values() if one.category == sought.category]
        rows = rows.filter(model__in=kinds)
    if sought.place:
        rows = rows.filter(places.below(sought.place, "place__path"))
    if sought.maintained is not None:
        rows = rows.filter(maintenance_until__isnull=not sought.maintained)
    return rows.filter(**_named(sought))


def _named(sought: Sought) -> dict[str, str | bool]:
    """Return the columns that are to have just one value."""
    said = {name: getattr(sought, name) for name in ("code", "model", "driver")}
    flags = {name: getattr(sought, name) for name in ("online", "enabled")}
    return {name: word for name, word in said.items() if word} | {
        name: flag for name, flag in flags.items() if flag is not None
    }


def children(*, community: str, gateway: Device) -> list[Device]:
    """Return the devices that a gateway speaks for, in the order of their codes."""
    return list(Device.rows.of(community).filter(gateway=gateway).order_by("code"))


def by_serial(*, community: str, model: str, serial: str) -> Device | None:
    """Return the device of a model that has a serial, the first entered where there are several."""
    rows = Device.rows.of(community).filter(model=model, serial=serial).exclude(serial="")
    return rows.select_related("place", "gateway").order_by("pk").first()


def at_address(*, community: str, driver: str, address: str, below: Device) -> Device | None:
    """Return the device that has an address in a protocol, behind another."""
    rows = Device.rows.of(community).filter(driver=driver, address=address, gateway=below)
    return rows.first()


def steps_below(*, community: str, gateway: Device) -> int:
    """Return how many steps of gateways there are below a device."""
    steps, level = 0, [gateway.pk]
    while level and steps <= logic.MOST_STEPS:
        below = Device.rows.of(community).filter(gateway__in=level)
        level = list(below.values_list("pk", flat=True))
        steps += bool(level)
    return steps


def detail(
    *, community: str, code: str, seen: Sequence[str] = ()
) -> tuple[Device, list[Point], list[Device], list[Refusal], list[FormerUnit]]:
    """Return a device, its points, the devices it speaks for, what was refused of it, and the
    units that stood there before.

    :raises DeviceNotFound: if there is none where the reader may look
    """
    row = device(community=community, code=code, seen=seen)
    return (
        row,
        points(community=community, device=row),
        children(community=community, gateway=row),
        refusals(community=community, device=code, wanted=RecentPage(cursor="", limit=20))[0],
        list(FormerUnit.rows.of(community).filter(device=row).order_by("-until", "-pk")[:50]),
    )


def codes(*, community: str, sought: Sought) -> list[str]:
    """Return the codes of devices, in their order."""
    return list(_sought(community, sought).order_by("code").values_list("code", flat=True))


def places_by_code(*, community: str) -> dict[str, str]:
    """Return the path of the place of each device by its code."""
    return dict(Device.rows.of(community).values_list("code", "place__path"))


def by_code(*, community: str, codes: Iterable[str], lock: bool = False) -> dict[str, Device]:
    """Return the devices with these codes and their places; unknown codes are left out."""
    found: dict[str, Device] = {}
    for part in logic.parts(sorted(set(codes)), 500):
        rows = Device.rows.of(community).filter(code__in=part).order_by("code")
        rows = rows.select_for_update(of=("self",)) if lock else rows
        found.update((row.code, row) for row in rows.select_related("place"))
    return found


def points(*, community: str, device: Device) -> list[Point]:
    """Return the points of a device in the order of their numbers."""
    return list(Point.rows.of(community).filter(device=device).order_by("number"))


def point(
    *, community: str, code: str, name: str, seen: Sequence[str] = ()
) -> tuple[Device, Point]:
    """Return a device and its point of this name.

    :raises DeviceNotFound: if there is no such device where the reader may look
    :raises PointNotFound: if the device has no such point
    """
    row = device(community=community, code=code, seen=seen)
    found = Point.rows.of(community).filter(device=row, name=name).first()
    if found is None:
        raise PointNotFound(device=code, point=name)
    return row, found


def counts_by_model(*, community: str) -> dict[str, int]:
    """Return how many enabled devices there are of each model."""
    rows = Device.rows.of(community).filter(enabled=True).values_list("model")
    return dict(rows.annotate(n=Count("pk")).order_by())


def devices_by_model(*, community: str) -> dict[str, int]:
    """Return how many devices there are of each model, disabled ones too."""
    rows = Device.rows.of(community).values_list("model")
    return dict(rows.annotate(n=Count("pk")).order_by())


def points_by_model(*, community: str) -> dict[tuple[str, str], int]:
    """Return how many devices of a model have a point of a name numbered."""
    rows = Point.rows.of(community).values_list("device__model", "name")
    found = rows.annotate(n=Count("pk")).order_by()
    return {(model, name): count for model, name, count in found}


def off_line(*, community: str, models: Iterable[str]) -> dict[str, float]:
    """Return when each device of these models that is off line went so (epoch seconds), by code;
    one that never was on line is left out.
    """
    rows = Device.rows.of(community).filter(model__in=sorted(models), online=False)
    found = rows.exclude(online_since=None).values_list("code", "online_since")
    return {code: since.timestamp() for code, since in found if since is not None}


def counts(*, community: str, seen: Sequence[str] = ()) -> dict[str, int]:
    """Return how many devices there are: `total`, `online`, `offline`."""
    rows = Device.rows.of(community).filter(places.within(seen, "place__path"), enabled=True)
    found = dict(rows.values_list("online").annotate(n=Count("pk")).order_by())
    online, offline = found.get(True, 0), found.get(False, 0)
    return {"total": online + offline, "online": online, "offline": offline}


def command(*, community: str, id: str, seen: Sequence[str] = ()) -> Command:
    """Return the command with this id.

    :raises CommandNotFound: if there is none in this community, or not where the reader may look
    """
    row = Command.rows.of(community).filter(pk=id).first()
    if row is None or (seen and not _seen_codes(community, [row], seen)):
        raise CommandNotFound(command=id)
    return row


def command_by_key(*, community: str, account: int | None, key: str) -> Command | None:
    """Return the command that an account asked for with this key."""
    if account is None:
        return questions.of_no_account.first(community=community, key=key)
    return Command.rows.of(community).filter(key=key, account=account).first()


def commands_by_id(*, community: str, ids: Iterable[str], lock: bool = False) -> dict[str, Command]:
    """Return the commands with these ids; an id that there is not is left out."""
    found: dict[str, Command] = {}
    for part in logic.parts(list(dict.fromkeys(ids)), 500):
        rows = Command.rows.of(community).filter(pk__in=part)
        found.update((row.pk, row) for row in (rows.select_for_update() if lock else rows))
    return found


def _seen_codes(community: str, rows: Iterable[Command], seen: Sequence[str]) -> set[str]:
    found = by_code(community=community, codes=(row.device for row in rows))
    return {code for code, row in found.items() if visible(row, seen)}


def commands(
    *,
    community: str,
    seen: Sequence[str] = (),
    device: str = "",
    state: str = "",
    cursor: str = "",
    limit: int = 100,
) -> tuple[list[Command], str | None]:
    """Return commands, the newest first, and the cursor of the next page.

    :raises BadCursor: if the cursor is none of ours
    """
    rows = _commands(community, seen)
    if device:
        rows = rows.filter(device=device)
    if state:
        rows = rows.filter(state=state)
    if cursor:
        at, last = _read_cursor(cursor)
        rows = rows.filter(issued_at__lte=at).exclude(issued_at=at, id__gte=last)
    page = list(rows.order_by("-issued_at", "-id")[: limit + 1])
    return page[:limit], _cursor(page[limit - 1]) if len(page) > limit else None


def _cursor(row: Command) -> str:
    return f"{row.issued_at.isoformat()}~{row.pk}"


def _read_cursor(cursor: str) -> tuple[datetime, str]:
    at, _, last = cursor.partition("~")
    try:
        return datetime.fromisoformat(at), last
    except ValueError:
        raise BadCursor(cursor=cursor[:80]) from None


def commands_since(*, community: str, since: datetime, seen: Sequence[str] = ()) -> int:
    """Return how many commands were given since a time, to devices in these places."""
    return _commands(community, seen).filter(issued_at__gte=since).count()


def _commands(community: str, seen: Sequence[str]) -> ScopedRows[Command]:
    rows = Command.rows.of(community)
    if not seen:
        return rows
    mine = Device.rows.of(community).filter(places.within(seen, "place__path"))
    return rows.filter(device__in=mine.values("code"))


def codes_of_models(*, community: str, models: Iterable[str], place: str) -> list[str]:
    """Return the codes of the enabled devices of these models at a place and below it."""
    rows = Device.rows.of(community).filter(model__in=list(models), enabled=True)
    return list(rows.filter(places.below(place, "place__path")).values_list("code", flat=True))


def firings(
    *, community: str, since: datetime, lately: datetime
) -> dict[str, tuple[int, datetime]]:
    """Return for each scene how often it gave commands lately, and when last since a time.

    Commands of one cause are one firing.
    """
    rows = Command.rows.of(community).filter(issued_at__gte=since).exclude(scene="")
    counted = Count("cause", distinct=True, filter=Q(issued_at__gte=lately))
    found = rows.values_list("scene").annotate(n=counted, last=Max("issued_at")).order_by()
    return {scene: (count, last) for scene, count, last in found}


def refusals(
    *, community: str, wanted: RecentPage, device: str = "", seen: Sequence[str] = ()
) -> tuple[list[Refusal], str | None]:
    """Return a page of what was refused of the devices in sight, newest first, and its cursor."""
    rows = Refusal.rows.of(community)
    if device:
        rows = rows.filter(device=device)
    if seen:
        mine = Device.rows.of(community).filter(places.within(seen, "place__path"))
        rows = rows.filter(device__in=mine.values("code"))
    return by_recent(rows, wanted=wanted)


def refusals_of(*, community: str, devices: Sequence[str]) -> dict[tuple[str, str], Refusal]:
    """Return the counts of these devices by (device, reason)."""
    found: dict[tuple[str, str], Refusal] = {}
    for part in logic.parts(devices, 500):
        rows = Refusal.rows.of(community).filter(device__in=part)
        found.update(((row.device, row.reason), row) for row in rows)
    return found


def refusal_rows(*, community: str) -> int:
    """Return how many counts of refusals a community has."""
    return Refusal.rows.of(community).count()


def version(*, community: str) -> int:
    """Return how often what the live half must know of this community has changed."""
    row = DirectoryVersion.rows.of(community).first()
    return row.version if row else 0
