"""What charge points and sockets ask, and are told at once."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec

from linli.contracts.asking import Asked, Told
from linli.domains.charging import bays
from linli.domains.charging.operations import answering, cards, telling

_LONGEST = 64
_AHEAD_S, _BEHIND_S = 600.0, 31 * 86_400.0
"""By how much a charge point's clock may be wrong, and how late it may tell."""

_More = dict[str, Any]
"""What a charge point is told beside yes."""


class _Card(msgspec.Struct, frozen=True, kw_only=True):
    """A card at a charge point, or the VIN of a car (`by`), or a transaction of it, as
    `contracts.charge_points.Asked` has it. `device` shows the connector; times are epoch seconds by
    the charge point's clock, registers Wh.
    """

    tag: str = ""
    by: Literal["card", "vin"] = "card"
    step: str
    device: str = ""
    transaction: str = ""
    meter_wh: float | None = None
    reason: str = ""
    readings: list[tuple[float, float]] = []
    started_at: float | None = None
    meter_start_wh: float | None = None
    payer: str = ""


class _Start(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody shows a card, or the code of his phone, at a socket."""

    card: str = ""
    code: str = ""


class _Plate(msgspec.Struct, frozen=True, kw_only=True):
    """A camera at a bay saw a plate. `connector` is the device of the charger there; where it is
    not said, `lane` says which of the bays it is that the camera sees. `replayed`: it is told
    afterwards; `direction` is out for a car that drives away.
    """

    connector: str = ""
    lane: Annotated[str, msgspec.Meta(max_length=64)] = ""
    plate: Annotated[str, msgspec.Meta(max_length=16)] = ""
    confidence: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    direction: str = ""
    replayed: bool = False


def charge_card(asked: Asked, now: datetime) -> Told:
    """A charge point asks for a card, or tells of a transaction."""
    body = msgspec.convert(asked.body, _Card)
    step = _STEPS.get(body.step)
    if step is None:
        raise msgspec.ValidationError(body.step)
    return Told(ok=True, body=step(asked, body, now))


def _authorize(asked: Asked, body: _Card, now: datetime) -> _More:
    cards.authorize(
        community=asked.community,
        device=body.device or asked.device,
        card=body.tag[:_LONGEST],
        now=now,
    )
    return {}


def _wanted(asked: Asked, body: _Card, now: datetime) -> _More:
    """What is set aside is told, so that the charge point ends in time."""
    if not body.transaction or not body.tag:
        raise msgspec.ValidationError(body.step)
    shown = cards.Shown(
        device=body.device or asked.device,
        transaction=body.transaction[:40],
        card=body.tag[:_LONGEST],
        by=body.by,
    )
    fen = cards.wanted(community=asked.community, shown=shown, now=now)
    return {} if fen is None else {"balance_fen": fen}


def _started(asked: Asked, body: _Card, now: datetime) -> _More:
    begun = telling.Begun(
        device=body.device or asked.device,
        transaction=body.transaction[:40],
        card=body.tag[:_LONGEST],
        at=_moment(asked.at, now),
        meter_wh=_whole(body.meter_wh),
        by=body.by,
    )
    telling.began(community=asked.community, told=begun, now=now)
    return {}


def _measured(asked: Asked, body: _Card, now: datetime) -> _More:
    telling.measured(
        community=asked.community,
        device=body.device or asked.device,
        transaction_=body.transaction[:40],
        readings=_readings(body, now),
    )
    return {}


def _ended(asked: Asked, body: _Card, now: datetime) -> _More:
    over = telling.Over(
        device=body.device or asked.device,
        transaction=body.transaction[:40],
        at=_moment(asked.at, now),
        card=body.tag[:_LONGEST],
        meter_wh=_whole(body.meter_wh),
        reason=body.reason[:32],
        readings=_readings(body, now),
        started_at=None if body.started_at is None else _moment(body.started_at, now),
        meter_start_wh=_whole(body.meter_start_wh),
        payer=body.payer[:_LONGEST],
    )
    telling.ended(community=asked.community, told=over, now=now)
    return {}


_STEPS: Mapping[str, Callable[[Asked, _Card, datetime], _More]] = {
    "authorize": _authorize,
    "wanted": _wanted,
    "started": _started,
    "meter": _measured,
    "ended": _ended,
}


def socket_start(asked: Asked, now: datetime) -> Told:
    """Somebody shows his card, or his phone, at a socket."""
    body = msgspec.convert(asked.body, _Start)
    who = {"community": asked.community, "device": asked.device, "ask": asked.id}
    if body.code:
        row = answering.by_code(**who, shown=body.code[:400], now=now)
    else:
        row = answering.by_card(**who, card=body.card[:_LONGEST], now=now)
    return Told(ok=row.ok, reason=row.reason, body=row.body)


def charge_plate(asked: Asked, now: datetime) -> Told:
    """A camera at a charging bay saw a plate."""
    body = msgspec.convert(asked.body, _Plate)
    seen = answering.PlateSeen(
        camera=asked.device,
        connector=body.connector,
        lane=body.lane,
        plate=body.plate,
        confidence=body.confidence,
        stands=not body.replayed and body.direction != "out",
        leaves=not body.replayed and body.direction == "out",
    )
    row = answering.by_plate(community=asked.community, seen=seen, ask=asked.id, now=now)
    return Told(ok=row.ok, reason=row.reason, body=row.body)


def sees_bays(asked: Asked) -> bool:
    """Tell whether the device that asks is the camera of charging bays."""
    return bays.sees_bays(community=asked.community, camera=asked.device)


def _moment(at: float, now: datetime) -> datetime:
    """Return when a charge point says that it was; now, where its clock is out of its mind."""
    ago_s = now.timestamp() - at
    return datetime.fromtimestamp(at, UTC) if -_AHEAD_S < ago_s < _BEHIND_S else now


def _whole(wh: float | None) -> int | None:
    return None if wh is None else round(wh)


def _readings(body: _Card, now: datetime) -> list[tuple[float, int]]:
    told = [(at, round(wh)) for at, wh in body.readings]
    return [one for one in told if _moment(one[0], now) is not now]


ANSWERS: Mapping[str, Callable[[Asked, datetime], Told]] = {
    "charge.card": charge_card,
    "charge.plate": charge_plate,
    "socket.start": socket_start,
}
