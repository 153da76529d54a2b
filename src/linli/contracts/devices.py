"""What the rest of the system may know of devices and commands."""

from datetime import datetime

from linli.kernel.event import Event


class DirectoryChanged(Event, frozen=True, kw_only=True):
    """Devices, places, limits or switches of the register changed; `version` is the directory's."""

    version: int


class CommandRequested(Event, frozen=True, kw_only=True):
    """A device is to be told to do something, by a person or (`by` None) by what goes on by itself,
    as a screen that shows how many places are free. `command` is the id on the wire.

    `override`: even against a safety scene that acts now; `reason` says why.
    """

    command: str
    device: str
    service: str
    args: dict[str, float | str | bool]
    expires_at: float
    by: int | None
    override: bool = False
    reason: str = ""


class CommandMoved(Event, frozen=True, kw_only=True):
    """A command changed state: queued, sent, acknowledged, failed, expired, overruled."""

    command: str
    device: str
    service: str
    state: str
    reason: str = ""


class DeviceWentOnline(Event, frozen=True, kw_only=True):
    device: str


class DeviceWentOffline(Event, frozen=True, kw_only=True):
    device: str
    reason: str


class DevicesEntered(Event, frozen=True, kw_only=True):
    """Devices came into the register. `devices` are the first of them; `count` is how many."""

    count: int
    devices: list[str]


class DeviceReplaced(Event, frozen=True, kw_only=True):
    """Another unit stands as this device now. `model` is what it is, `before` what it was."""

    device: str
    model: str
    before: str
    by: int


class DeviceMaintenanceBegan(Event, frozen=True, kw_only=True):
    """Somebody works on a device until a time, or until it is said that it is over."""

    device: str
    until: datetime
    by: int


class DeviceMaintenanceEnded(Event, frozen=True, kw_only=True):
    """Nobody works on a device any more. `by` is 0 where the time had come."""

    device: str
    by: int


class NewcomerAdmitted(Event, frozen=True, kw_only=True):
    """Who had spoken on a line, or behind a gateway, was let in as a device."""

    newcomer: int
    line: str
    device: str
    by: int


class NewcomerIgnored(Event, frozen=True, kw_only=True):
    newcomer: int
    line: str
    by: int


class BulkMoved(Event, frozen=True, kw_only=True):
    """Something done to many devices changed state: unconfirmed, running, paused, cancelled, done,
    expired. `by` is 0 where nobody said so.
    """

    bulk: int
    action: str
    state: str
    total: int
    done: int
    failed: int
    by: int
