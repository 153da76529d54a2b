"""What the rest of the system may know of devices and commands."""

from linli.kernel.event import Event


class DirectoryChanged(Event, frozen=True, kw_only=True):
    """Devices, places, limits or switches of the register changed; `version` is the directory's."""

    version: int


class CommandRequested(Event, frozen=True, kw_only=True):
    """A person told a device to do something. `command` is the id on the wire.

    `override`: even against a safety scene that acts now; `reason` says why.
    """

    command: str
    device: str
    service: str
    args: dict[str, float | str | bool]
    expires_at: float
    by: int
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
