"""Maintenance and replacement as they travel over HTTP."""

from datetime import date
from typing import Any

import msgspec
from ninja import Schema
from pydantic import AwareDatetime, ConfigDict, Field

from linli.registry.devices.operations import Credential
from linli.registry.devices.schemas import CredentialOut, DeviceOut


class MaintenanceIn(Schema):
    """Until when somebody works on the device (at most 90 days ahead), and on what."""

    model_config = ConfigDict(extra="forbid")
    until: AwareDatetime
    reason: str = Field(min_length=2, max_length=200)


class ReplacementIn(Schema):
    """The unit that is put in. What is left out stays as it was of the unit before; a secret option
    sent back as `•••` stays too.
    """

    model_config = ConfigDict(extra="forbid")
    serial: str = Field(min_length=1, max_length=64)
    model: str | None = None
    address: str | None = Field(default=None, max_length=120)
    options: dict[str, Any] | None = None
    installed_on: date | None = None
    reason: str = Field(min_length=2, max_length=200)


class Replaced(Schema):
    """`credential` is the new unit's, shown this once; null where the device signs in with none."""

    device: DeviceOut
    credential: CredentialOut | None


def credential_out(made: Credential | None) -> dict[str, str] | None:
    """Return with what a device signs in, if with anything."""
    return msgspec.structs.asdict(made) if made is not None else None
