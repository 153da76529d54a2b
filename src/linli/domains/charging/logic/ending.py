"""Whether a charging must end, and why. Danger outranks courtesy, so the order matters."""

from datetime import datetime, timedelta

import msgspec

from linli.contracts.charging import StopReason


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one socket or connector allows. 0 is no limit."""

    power_w: int = 0
    current_a: float = 0
    temperature_c: float = 0
    lasts: timedelta = timedelta(hours=10)
    trickle_w: int = 0
    trickle_for: timedelta = timedelta(minutes=10)
    silent_for: timedelta = timedelta(minutes=5)


SOCKET = Limits(power_w=1000, current_a=5, temperature_c=65, trickle_w=15)
"""An e-bike's socket: above 65 ℃ or 1 kW something is wrong, below 15 W for ten minutes it is full,
and after ten hours it ends in any case (8 to 10 h are asked for; modelled on a group standard).
"""
CONNECTOR = Limits(lasts=timedelta(hours=48), silent_for=timedelta(hours=24))
"""A car's connector: it and the car look after themselves, and one whose line is down goes on and
tells later.
"""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a charging now; None is not told. `low_since` is since when the power is
    below the trickle; `left_fen` is what of the money set aside is not used yet.
    """

    started_at: datetime
    heard_at: datetime
    power_w: float | None = None
    current_a: float | None = None
    temperature_c: float | None = None
    plugged_in: bool | None = None
    live: bool | None = None
    smoke: bool = False
    fault: bool = False
    low_since: datetime | None = None
    left_fen: int | None = None
    stop_at_fen: int = 0


def reason(*, seen: Seen, limits: Limits, now: datetime) -> StopReason | None:
    """Return why a charging must end now, or None.

    Smoke, heat, current and power come first, in the order in which they kill; then what is broken,
    then what is over. A socket that burnt must not go on record as one that was full.
    """
    rules = (
        (StopReason.SMOKE, seen.smoke),
        (StopReason.OVERHEAT, _above(seen.temperature_c, limits.temperature_c)),
        (StopReason.OVERCURRENT, _above(seen.current_a, limits.current_a)),
        (StopReason.OVERPOWER, _above(seen.power_w, limits.power_w)),
        (StopReason.FAULT, seen.fault),
        (StopReason.SILENT, now - seen.heard_at >= limits.silent_for),
        (StopReason.UNPLUGGED, seen.plugged_in is False),
        (StopReason.CUT, seen.live is False),
        (StopReason.OVERTIME, now - seen.started_at >= limits.lasts),
        (StopReason.MONEY, seen.left_fen is not None and seen.left_fen <= seen.stop_at_fen),
        (StopReason.FULL, _trickles(seen, limits, now)),
    )
    return next((why for why, holds in rules if holds), None)


def low_since(
    *, power_w: float | None, before: datetime | None, limits: Limits, now: datetime
) -> datetime | None:
    """Return since when the power is below the trickle."""
    if power_w is None:
        return before
    if not limits.trickle_w or power_w >= limits.trickle_w:
        return None
    return before or now


def _above(value: float | None, limit: float) -> bool:
    return bool(limit) and value is not None and value > limit


def _trickles(seen: Seen, limits: Limits, now: datetime) -> bool:
    return seen.low_since is not None and now - seen.low_since >= limits.trickle_for
