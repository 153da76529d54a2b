"""What readers of beacons and badges tell, and are answered."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated

import msgspec

from linli.contracts.asking import Asked, Told
from linli.domains.tours.operations import hearing

_FIRST_S, _LAST_S = 0, 7_258_118_400
_Epoch = Annotated[float, msgspec.Meta(ge=_FIRST_S, lt=_LAST_S)]


class _Item(msgspec.Struct, frozen=True, kw_only=True):
    """A beacon by its name, or what it sent, in hexadecimal (`data`). `t` is when it was heard, by
    the device's own clock, in epoch seconds; unsaid, as it tells.
    """

    rssi_dbm: Annotated[int, msgspec.Meta(ge=-127, le=20)]
    beacon: Annotated[str, msgspec.Meta(max_length=80)] = ""
    data: Annotated[str, msgspec.Meta(max_length=510)] = ""
    t: _Epoch | None = None


class _Heard(msgspec.Struct, frozen=True, kw_only=True):
    """`clock` is the device's own time as it tells, in epoch seconds; unsaid, it is right."""

    heard: Annotated[list[_Item], msgspec.Meta(max_length=500)]
    clock: _Epoch | None = None


def heard(asked: Asked, now: datetime) -> Told:
    """A reader tells what it heard."""
    body = msgspec.convert(asked.body, _Heard)
    clock = _time(body.clock, now)
    names = hearing.named((one.beacon, one.data) for one in body.heard)
    known = hearing.hear(
        community=asked.community,
        device=asked.device,
        heard=[
            hearing.Heard(beacon=name, rssi_dbm=one.rssi_dbm, at=_time(one.t, clock))
            for one, name in zip(body.heard, names, strict=True)
            if name is not None
        ],
        clock=clock,
        now=now,
    )
    return Told(ok=True, body={"known": known})


def _time(said: float | None, otherwise: datetime) -> datetime:
    return otherwise if said is None else datetime.fromtimestamp(said, UTC)


ANSWERS: Mapping[str, Callable[[Asked, datetime], Told]] = {"tour.heard": heard}
"""By kind. `tour.heard`: a reader at a point, or one that goes about with somebody."""
