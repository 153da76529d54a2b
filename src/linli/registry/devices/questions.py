"""Questions about devices for whose answer somebody waits, built once."""

from linli.foundation.scope.built_once import built_once
from linli.foundation.scope.models import ScopedRows
from linli.registry.devices.models import Command, Device


@built_once
def device(*, community: str, code: str) -> ScopedRows[Device]:
    """Return the device with this code."""
    return Device.rows.of(community).select_related("place").filter(code=code)


@built_once
def device_locked(*, community: str, code: str) -> ScopedRows[Device]:
    """Return the device with this code, locked until the transaction ends."""
    rows = Device.rows.of(community).select_related("place").filter(code=code)
    return rows.select_for_update(of=("self",))


@built_once
def of_no_account(*, community: str, key: str) -> ScopedRows[Command]:
    """Return the command that the platform itself asked for with this key."""
    return Command.rows.of(community).filter(key=key, account__isnull=True)
