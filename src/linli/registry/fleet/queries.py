"""Every read of devices under management."""

from collections.abc import Iterable, Sequence

from linli.foundation.scope.paging import NumberPage, RecentPage, by_number, by_recent
from linli.registry.devices import queries as devices
from linli.registry.devices.models import Device
from linli.registry.fleet import bulk, labels, logic
from linli.registry.fleet.models import Bulk, BulkItem, Newcomer
from linli.registry.places import queries as places


def newcomers(
    *, community: str, wanted: RecentPage, state: str = logic.WAITING, seen: Sequence[str] = ()
) -> tuple[list[Newcomer], str | None]:
    """Return a page of who asks to come in, the last heard first, and the cursor after it: those on
    lines that this person may see.

    :raises logic.BadState: if there is no such state
    """
    logic.check_state(state)
    rows = Newcomer.rows.of(community).filter(state=state).select_related("device")
    if seen:
        mine = Device.rows.of(community).filter(places.within(seen, "place__path"))
        rows = rows.filter(line__in=mine.values("code"))
    return by_recent(rows, wanted=wanted)


def newcomer(*, community: str, id: int, seen: Sequence[str] = (), lock: bool = False) -> Newcomer:
    """Return one newcomer.

    :raises logic.NewcomerNotFound: if there is none, or not where this person may look
    """
    rows = Newcomer.rows.of(community)
    row = (rows.select_for_update() if lock else rows).filter(pk=id).first()
    if row is None:
        raise logic.NewcomerNotFound(id=id)
    if seen:
        devices.device(community=community, code=row.line, seen=seen)
    return row


def known(*, community: str, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Newcomer]:
    """Return the newcomers at these (line, address)."""
    wanted = set(keys)
    rows = Newcomer.rows.of(community).filter(
        line__in={line for line, _ in wanted}, address__in={address for _, address in wanted}
    )
    return {(row.line, row.address): row for row in rows if (row.line, row.address) in wanted}


def how_many(*, community: str) -> int:
    """Return how many newcomers a community has, decided ones included."""
    return Newcomer.rows.of(community).count()


def labelled(*, community: str, codes: Sequence[str], seen: Sequence[str] = ()) -> list[Device]:
    """Return devices whose labels are to be printed, in the order asked for.

    :raises labels.NoLabelsAsked: if there are none, or more than a sheet takes
    :raises devices.DeviceNotFound: if one is unknown, or not where this person may look
    :raises labels.NoLabel: if some have no serial that a label can hold
    """
    wanted = list(dict.fromkeys(codes))
    labels.check_wanted(wanted)
    rows = devices.by_code(community=community, codes=wanted)
    for code in wanted:
        if code not in rows or not devices.visible(rows[code], seen):
            raise devices.DeviceNotFound(device=code)
    bare = [code for code in wanted if not _fits(rows[code])]
    if bare:
        raise labels.NoLabel(devices=", ".join(bare[:10]), count=len(bare))
    return [rows[code] for code in wanted]


def of_label(*, community: str, text: str, seen: Sequence[str] = ()) -> Device:
    """Return the device on which a label stands.

    :raises labels.BadLabel: if it is no label, or was read wrongly
    :raises labels.LabelUnknown: if that device is not in the register
    :raises labels.LabelElsewhere: if it stands where this person may not look
    """
    label = labels.read(text)
    row = devices.by_serial(community=community, model=label.model, serial=label.serial)
    if row is None:
        raise labels.LabelUnknown(serial=label.serial)
    if not devices.visible(row, seen):
        raise labels.LabelElsewhere(serial=label.serial)
    return row


def _fits(row: Device) -> bool:
    return labels.fits(model=row.model, serial=row.serial)


def bulk_by_key(*, community: str, account: int, key: str) -> Bulk | None:
    """Return what an account asked for with this key, if anything."""
    return Bulk.rows.of(community).filter(account=account, key=key).first()


def bulk_of(
    *, community: str, id: int, by: int, seen: Sequence[str] = (), lock: bool = False
) -> Bulk:
    """Return one bulk; somebody who may not look everywhere is shown only his own.

    :raises bulk.BulkNotFound: if there is none
    """
    rows = Bulk.rows.of(community).filter(pk=id)
    rows = rows.filter(account=by) if seen else rows
    row = (rows.select_for_update() if lock else rows).first()
    if row is None:
        raise bulk.BulkNotFound(bulk=id)
    return row


def bulks(
    *,
    community: str,
    by: int,
    seen: Sequence[str] = (),
    state: str = "",
    wanted: NumberPage,
) -> tuple[list[Bulk], int | None]:
    """Return a page of what was done to many, the newest first, and the cursor after it.

    :raises bulk.BadBulkState: if there is no such state
    """
    bulk.check_states(state=state, known=bulk.STATES)
    rows = Bulk.rows.of(community)
    if seen:
        rows = rows.filter(account=by)
    if state:
        rows = rows.filter(state=state)
    return by_number(rows, wanted=wanted)


def open_bulks(*, community: str) -> list[int]:
    """Return the numbers of those that are not finished, the oldest first."""
    rows = Bulk.rows.of(community).filter(finished_at__isnull=True)
    return list(rows.exclude(state=bulk.PAUSED, action__in=bulk.ACTIONS).order_by("pk").values_list(
        "pk", flat=True
    ))  # fmt: skip


def items(
    *,
    community: str,
    id: int,
    by: int,
    seen: Sequence[str] = (),
    state: str = "",
    wanted: NumberPage,
) -> tuple[Bulk, list[BulkItem], int | None]:
    """Return a bulk, a page of what became of its devices in the order of their codes, and the
    cursor after it.

    :raises bulk.BulkNotFound: if there is none
    :raises bulk.BadBulkState: if devices have no such state
    """
    bulk.check_states(state=state, known=bulk.ITEM_STATES)
    row = bulk_of(community=community, id=id, by=by, seen=seen)
    rows = BulkItem.rows.of(community).filter(bulk=row)
    if state:
        rows = rows.filter(state=state)
    page, after = by_number(rows, wanted=wanted, field="number", oldest_first=True)
    return row, page, after


def items_in(*, bulk: Bulk, state: str, most: int) -> list[BulkItem]:
    """Return the devices of a bulk that are in a state, in their order."""
    rows = BulkItem.rows.of(bulk.community).filter(bulk=bulk, state=state)
    return list(rows.order_by("number")[:most])


def secret_hashes(*, community: str, codes: Iterable[str]) -> dict[str, str]:
    """Return how the secrets of devices are kept, by their codes."""
    rows = Device.rows.of(community).filter(code__in=list(codes))
    return dict(rows.values_list("code", "secret_hash"))


def left(*, bulk: Bulk) -> bool:
    """Tell whether a device of a bulk waits, or was asked and has not answered."""
    rows = BulkItem.rows.of(bulk.community).filter(bulk=bulk)
    return rows.filter(state__in=["waiting", "asked"]).exists()
