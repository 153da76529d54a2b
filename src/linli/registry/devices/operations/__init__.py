"""Every write to devices, points, commands and refusals."""

from linli.registry.devices.operations.asking import (
    confirm_command,
    give_up_unconfirmed,
    request_command,
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
from linli.registry.devices.operations.registering import (
    Changes,
    Credential,
    NewDevice,
    change,
    grow_points,
    register,
    register_many,
    rotate_credential,
)

__all__ = [
    "Changes",
    "Credential",
    "NewDevice",
    "at",
    "bump",
    "change",
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
    "readings_refused",
    "register",
    "register_many",
    "request_command",
    "rotate_credential",
]
