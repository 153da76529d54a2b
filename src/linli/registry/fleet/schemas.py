"""Devices under management as they travel over HTTP."""

from datetime import datetime
from typing import Any

from ninja import Schema
from pydantic import ConfigDict, Field

from linli.foundation.shapes import TextIn
from linli.registry.devices.schemas import DeviceOut
from linli.registry.fleet.models import Newcomer


class NewcomerOut(Schema):
    id: int
    line: str
    address: str
    suggested_model: str
    name: str
    serial: str
    vendor: str
    sample: str
    state: str
    device: str | None
    first_at: datetime
    last_at: datetime

    @staticmethod
    def resolve_device(row: Newcomer) -> str | None:
        """Name it by its code."""
        return row.device.code if row.device else None


class Newcomers(Schema):
    items: list[NewcomerOut]
    next: str | None


class AdmissionIn(Schema):
    """Without a `gateway` the newcomer is put behind the line where he spoke."""

    model_config = ConfigDict(extra="forbid")
    code: str
    model: str
    name: TextIn
    place: str
    gateway: str | None = None
    options: dict[str, Any] = {}


class Admitted(Schema):
    device: str


class ScanIn(Schema):
    """`text` is what the label says. Without a `name` the device is called by its model."""

    model_config = ConfigDict(extra="forbid")
    text: str = Field(max_length=200)
    place: str
    name: TextIn | None = None
    gateway: str | None = None


class Scanned(Schema):
    """`created` is false where the device was in the register already."""

    created: bool
    device: DeviceOut
