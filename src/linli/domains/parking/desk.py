"""What lane cameras and the cameras of zones ask of parking."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated

import msgspec

from linli.contracts.asking import Asked, Told
from linli.domains.parking.models import Sighting
from linli.domains.parking.operations import following, seeing, zoning
from linli.domains.parking.queries import zones
from linli.domains.parking.queries.lots import LaneNotFound

_Plate = Annotated[str, msgspec.Meta(max_length=16)]
_Way = Annotated[str, msgspec.Meta(pattern="^(|in|out)$")]
_Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
_SHORTEST = 2


class _Lane(msgspec.Struct, frozen=True):
    """A car at a lane. An empty plate is a car without one; `at` is the camera's clock in epoch
    seconds, `confidence` how sure it is of the plate. `replayed`: it passed while the camera could
    not reach us and is told afterwards; nobody stands there and waits. `commanded`: it hears no
    answer; where the arm is its own too, it is raised by a command.
    """

    plate: _Plate = ""
    colour: Annotated[str, msgspec.Meta(max_length=16)] = ""
    confidence: _Share = 1.0
    direction: _Way = ""
    at: Annotated[float, msgspec.Meta(ge=0, le=4e9)] | None = None
    picture: Annotated[str, msgspec.Meta(max_length=64)] = ""
    replayed: bool = False
    commanded: bool = False


class _Zone(msgspec.Struct, frozen=True):
    """A car in a zone. An empty plate is a car whose plate was not read; one that drives `out` does
    not stand there; `replayed`: it is told afterwards, and may have gone long ago.
    """

    plate: _Plate = ""
    confidence: _Share = 1.0
    direction: _Way = ""
    replayed: bool = False


def _lane(asked: Asked, now: datetime) -> Told:
    seen = _seen(asked, now)
    try:
        row = seeing.take(
            community=asked.community, device=asked.device, ask=asked.id, seen=seen, now=now
        )
    except LaneNotFound:
        if not zones.is_watched(community=asked.community, device=asked.device):
            raise
        return _zone(asked, now)  # it reads plates as at a lane, and was put to watch a zone
    event = "plate_read" if row.read else "plate_unread"
    return Told(
        ok=bool(row.answer.get("open")),
        reason=row.reason,
        body=row.answer,
        event=event if _is_news(row, seen, now) else "",
        of=_stands_at(row),
    )


def _followed(asked: Asked, now: datetime) -> Told:
    seen = _seen(asked, now)
    row = following.take(
        community=asked.community, device=asked.device, ask=asked.id, seen=seen, now=now
    )
    news = _is_news(row, seen, now)
    return Told(ok=True, reason=row.reason, event=row.reason if news else "", of=_stands_at(row))


def _seen(asked: Asked, now: datetime) -> seeing.Seen:
    body = msgspec.convert(asked.body, _Lane)
    return seeing.Seen(
        plate=body.plate,
        colour=body.colour,
        confidence_milli=round(body.confidence * 1000),
        direction=body.direction,
        at=now if body.at is None else datetime.fromtimestamp(body.at, UTC),
        picture=body.picture,
        replayed=body.replayed,
        commanded=body.commanded,
    )


def _is_news(row: Sighting, seen: seeing.Seen, now: datetime) -> bool:
    """Tell whether scenes are to hear of it: of a car once, while it stands there."""
    return not seen.replayed and row.times == 1 and row.told_at == now


def _stands_at(row: Sighting) -> tuple[str, ...]:
    """Return the devices of the lane, whichever of them asked."""
    return tuple(sorted({row.lane.camera, row.lane.barrier} - {""}))


def _zone(asked: Asked, now: datetime) -> Told:
    body = msgspec.convert(asked.body, _Zone)
    if refused := _not_standing(body):
        return Told(ok=False, reason=refused)
    row = zoning.see(
        community=asked.community,
        device=asked.device,
        plate=body.plate,
        confidence_milli=round(body.confidence * 1000),
        now=now,
    )
    state = "in_doubt" if row.doubted else row.state
    return Told(ok=True, reason=state, body={"times": row.times})


def _not_standing(body: _Zone) -> str:
    """Return why nothing is written down of a car that a camera saw; empty if it is."""
    if body.replayed:
        return "late"
    if body.direction == "out":
        return "drives_out"
    return "no_plate" if len(body.plate) < _SHORTEST else ""


ANSWERS: Mapping[str, Callable[[Asked, datetime], Told]] = {
    "lane.seen": _lane,
    "lane.followed": _followed,
    "zone.seen": _zone,
}
