"""Every write to devices, points, commands and refusals."""

from linli.registry.devices.operations.asking import (
    confirm_command,
    give_up_unconfirmed,
    request_command,
)
from linli.registry.devices.operations.changing import (
    Changes,
    change,
    change_each,
    change_many,
)
from linli.registry.devices.operations.directory import bump
from linli.registry.devices.operations.hearing import device_seen, devices_seen, readings_refused
from linli.registry.devices.operations.ledger import (
    at,
    command_acknowledged,
    command_expired,
    command_failed,
    command_issued,
    command_overruled,
    command_sent,
    commands_told,
    forget_commands,
)
from linli.registry.devices.operations.maintaining import (
    maintain,
    maintain_each,
    release,
    release_due,
    release_each,
)
from linli.registry.devices.operations.registering import (
    Credential,
    NewDevice,
    grow_points,
    register,
    register_many,
    rotate_credential,
    rotate_each,
)
from linli.registry.devices.operations.replacing import Unit, replace

__all__ = [
    "Changes",
    "Credential",
    "NewDevice",
    "Unit",
    "at",
    "bump",
    "change",
    "change_each",
    "change_many",
    "command_acknowledged",
    "command_expired",
    "command_failed",
    "command_issued",
    "command_overruled",
    "command_sent",
    "commands_told",
    "confirm_command",
    "device_seen",
    "devices_seen",
    "forget_commands",
    "give_up_unconfirmed",
    "grow_points",
    "maintain",
    "maintain_each",
    "readings_refused",
    "register",
    "register_many",
    "release",
    "release_due",
    "release_each",
    "replace",
    "request_command",
    "rotate_credential",
    "rotate_each",
]
