"""One's own home over HTTP."""

from datetime import datetime
from typing import Literal

import msgspec
from django.utils import timezone
from ninja import Field, Router, Schema, Status

from linli.domains.home import operations, queries
from linli.foundation.identity.guard import Visit, may
from linli.foundation.shapes import TwoLanguages

router = Router(tags=["home"])


class HomePointOut(Schema):
    """The last value of a property; `at` is epoch seconds. `says` is the word of a value."""

    point: str
    name: TwoLanguages
    value: float
    unit: str
    says: TwoLanguages | None
    at: float


class HomeDeviceOut(Schema):
    """A device of a home. `shuts` is the service that shuts it, empty where there is none."""

    code: str
    name: TwoLanguages
    model: str
    icon: str
    online: bool
    shuts: str
    points: list[HomePointOut]


class HomeAlarmOut(Schema):
    id: int
    severity: str
    at: datetime
    sentence: TwoLanguages


class HomeLeft(Schema):
    leave_s: int
    disarm_s: int


class OwnHomeOut(Schema):
    """A home: its mode (`home`, `away`, `night`), devices and open alarms. `left` are the seconds
    in which it is to be left (`leave_s`) or disarmed (`disarm_s`), as of this answer; 0: none runs.
    """

    place: str
    name: TwoLanguages
    mode: str
    mode_at: datetime | None
    left: HomeLeft
    devices: list[HomeDeviceOut]
    alarms: list[HomeAlarmOut]


class OwnHomes(Schema):
    items: list[OwnHomeOut]


class HomeModeIn(Schema):
    place: str = Field(max_length=200)
    mode: Literal["home", "away", "night"]


class HomeModeOut(Schema):
    place: str
    mode: str
    at: datetime


class HomeShutIn(Schema):
    """Which valve of which home is to be shut; the same `key` is the same wish."""

    place: str = Field(max_length=200)
    device: str = Field(max_length=64)
    key: str = Field(min_length=8, max_length=64)


class HomeShutOut(Schema):
    command: str
    state: str


@router.get("/{community}/my/home", response=OwnHomes, auth=may("home.own"))
def homes(request: Visit, community: str) -> object:
    """Return one's own homes: mode, devices with their last values, open alarms."""
    found = queries.homes(actor=request.auth, now=timezone.now())
    return {"items": [msgspec.to_builtins(one) for one in found]}


@router.put("/{community}/my/home/mode", response=HomeModeOut, auth=may("home.own"))
def set_mode(request: Visit, community: str, body: HomeModeIn) -> object:
    """Put one's own home into a mode."""
    row = operations.set_mode(
        actor=request.auth, place=body.place, mode=body.mode, now=timezone.now()
    )
    return {"place": row.place, "mode": row.value, "at": row.at}


@router.post("/{community}/my/home/shut", response={202: HomeShutOut}, auth=may("home.own"))
def shut(request: Visit, community: str, body: HomeShutIn) -> Status[object]:
    """Shut a valve of one's own home."""
    row = operations.shut(
        actor=request.auth, place=body.place, device=body.device, key=body.key, now=timezone.now()
    )
    return Status(202, {"command": row.pk, "state": row.state})
