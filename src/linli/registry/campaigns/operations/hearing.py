"""What devices tell of their software, wherever it came from."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import transaction

from linli.contracts.effects import SoftwareTold
from linli.foundation.causes import operations as causes
from linli.registry.campaigns import queries
from linli.registry.campaigns.logic import states, versions
from linli.registry.campaigns.models import Installed, Target
from linli.registry.campaigns.operations import ending
from linli.registry.devices import operations as device_operations
from linli.registry.devices import queries as devices
from linli.registry.devices.models import Device


@transaction.atomic
def software_told(*, effects: Sequence[SoftwareTold]) -> None:
    """Note what devices of one community have, and how far those under way are. Told twice, or
    late, it changes nothing; a code that is not in the register is passed over.
    """
    if not effects:
        return
    community = effects[0].community
    known = devices.by_code(community=community, codes=(one.device for one in effects))
    for effect in effects:
        device = known.get(effect.device)
        if device is not None:
            _note(effect, device)
            for kind, version in _told(effect):
                _hear(effect, device, kind, version)


@transaction.atomic
def forget(*, community: str, device: str, since: datetime) -> None:
    """Another unit stands as a device since a time: what the unit before it had told is void."""
    row = devices.device(community=community, code=device)
    Installed.rows.of(community).filter(device=row, told_at__lte=since).delete()


def _told(effect: SoftwareTold) -> Iterator[tuple[str, str]]:
    if effect.firmware or effect.status:
        yield versions.FIRMWARE, effect.firmware
    if effect.configuration:
        yield versions.CONFIG, effect.configuration


def _note(effect: SoftwareTold, device: Device) -> None:
    about = {
        "device": device.code,
        "device_name": {"zh": device.name.zh, "en": device.name.en},
        "firmware": effect.firmware,
        "configuration": effect.configuration,
        "status": effect.status,
    }
    causes.note(
        id=effect.id,
        cause=effect.cause,
        community=effect.community,
        kind="SoftwareTold",
        at=device_operations.at(effect.at),
        about={word: value for word, value in about.items() if value},
    )


def _hear(effect: SoftwareTold, device: Device, kind: str, version: str) -> None:
    when = device_operations.at(effect.at)
    targets = queries.of_device(community=effect.community, device=device, kind=kind)
    if version and not _remember(device, kind, version, when):
        return
    for target in targets:
        if target.told_at is None or when < target.told_at:
            continue
        if version and version == ending.version_of(target):
            ending.end(target=target, state=states.DONE, now=when, cause=effect.id)
        elif effect.status and target.state in states.UNDER_WAY:
            _follow(target, effect, when)


def _remember(device: Device, kind: str, version: str, when: datetime) -> bool:
    """Note what a device has; tell whether it is news of its time, not older."""
    rows = Installed.rows.of(device.community)
    row, new = rows.get_or_create(
        device=device, kind=kind, defaults={"version": version, "told_at": when}
    )
    if not new:
        if when < row.told_at:
            return False
        row.version, row.told_at = version, when
        row.save(update_fields=["version", "told_at"])
    return True


def _follow(target: Target, effect: SoftwareTold, when: datetime) -> None:
    """Take a device's own word of how far it is."""
    state = states.meant(effect.status)
    if state is None or state == target.state:
        return
    if state in states.UNDER_WAY:
        ending.move(target=target, state=state, now=when)
    else:
        reason = effect.status if state == states.FAILED else ""
        ending.end(target=target, state=state, reason=reason, now=when, cause=effect.id)
