"""What the live half heard at the wire: devices that came and went, readings it refused."""

from collections.abc import Sequence

from django.db import transaction

from linli.contracts.devices import DeviceWentOffline, DeviceWentOnline
from linli.contracts.effects import DeviceSeen, ReadingsRefused
from linli.foundation import ids
from linli.foundation.causes import operations as causes
from linli.foundation.causes.models import Cause
from linli.foundation.outbox import operations as outbox
from linli.foundation.scope.writing import update_all
from linli.registry.devices import logic, queries
from linli.registry.devices.models import Device, Refusal
from linli.registry.devices.operations.ledger import at


def device_seen(*, effect: DeviceSeen) -> None:
    """A device came on line, or went off it.

    :raises queries.DeviceNotFound: if nobody registered it
    """
    devices_seen(effects=[effect])


@transaction.atomic
def devices_seen(*, effects: Sequence[DeviceSeen]) -> None:
    """Devices of one community came and went. News older than what is known changes nothing.

    :raises queries.DeviceNotFound: if one is not registered
    """
    if not effects:
        return
    community = effects[0].community
    rows = queries.by_code(community=community, codes=(effect.device for effect in effects))
    changed: dict[str, DeviceSeen] = {}
    for effect in effects:
        if effect.device not in rows:
            raise queries.DeviceNotFound(device=effect.device)
        if _hear(rows[effect.device], effect):
            changed[effect.device] = effect
    update_all(
        [rows[code] for code in changed],
        ["online", "online_since", "last_seen", "offline_reason"],
    )
    causes.note_all([_cause(effect, rows[effect.device]) for effect in effects])
    outbox.record_all([_fact(effect) for effect in changed.values()])


def _hear(row: Device, effect: DeviceSeen) -> bool:
    when = at(effect.at)
    stale = row.online_since is not None and when < row.online_since
    if stale or (row.online_since is not None and row.online == effect.online):
        return False
    row.online, row.online_since = effect.online, when
    row.offline_reason = "" if effect.online else effect.reason[:32]
    if effect.online:
        row.last_seen = when
    return True


def _cause(effect: DeviceSeen, row: Device) -> Cause:
    told = {"device": row.code, "online": effect.online, "reason": effect.reason}
    return Cause(
        id=effect.id,
        cause=effect.cause,
        community=effect.community,
        kind="DeviceSeen",
        at=at(effect.at),
        about=told | {"device_name": {"zh": row.name.zh, "en": row.name.en}},
    )


def _fact(effect: DeviceSeen) -> DeviceWentOnline | DeviceWentOffline:
    new, when = ids.new(), at(effect.at)
    if effect.online:
        return DeviceWentOnline(
            id=new, at=when, community=effect.community, cause=effect.id, device=effect.device
        )
    return DeviceWentOffline(
        id=new,
        at=when,
        community=effect.community,
        cause=effect.id,
        device=effect.device,
        reason=effect.reason,
    )


@transaction.atomic
def readings_refused(*, effects: Sequence[ReadingsRefused]) -> None:
    """Count readings that were not taken, or taken with a flag.

    A community keeps `logic.MOST_REFUSALS` rows; what has none of its own beyond that is counted
    under the device `logic.OTHERS`, so a flood of invented codes is still counted to the last.
    """
    if not effects:
        return
    community = effects[0].community
    codes = {effect.device[:64] for effect in effects}
    rows = queries.refusals_of(community=community, devices=[*codes, logic.OTHERS])
    room = logic.MOST_REFUSALS - queries.refusal_rows(community=community)
    old = {row.pk for row in rows.values()}
    changed: dict[tuple[str, str], Refusal] = {}
    for effect in effects:
        key = (effect.device[:64], effect.reason[:64])
        if key not in rows and room <= 0:
            key = (logic.OTHERS, key[1])
        if key not in rows:
            rows[key], room = _first(effect, key), room - 1
        if _count(rows[key], effect):
            changed[key] = rows[key]
    Refusal.rows.bulk_create([row for row in changed.values() if row.pk is None])
    update_all(
        [row for row in changed.values() if row.pk in old],
        ["count", "last_at", "last_effect", "sample", "taken"],
    )


def _first(effect: ReadingsRefused, key: tuple[str, str]) -> Refusal:
    return Refusal(
        community=effect.community,
        device=key[0],
        reason=key[1],
        first_at=at(effect.at),
        last_at=at(effect.at),
        taken=effect.taken,
    )


def _count(row: Refusal, effect: ReadingsRefused) -> bool:
    """Add to a count, unless it was added before: the live half tells them in the order of time."""
    when = at(effect.at)
    if when < row.last_at or row.last_effect == effect.id:
        return False
    row.count += effect.count
    row.last_at, row.last_effect, row.taken = when, effect.id, effect.taken
    row.sample = effect.sample[:200] or row.sample
    return True
