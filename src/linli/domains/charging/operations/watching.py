"""What chargings look like now: metered, bounded, ended in time. A look every few seconds."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil

from django.db import transaction

from linli.contracts.charge_points import TELLERS
from linli.contracts.charging import StopReason
from linli.domains.charging import queries
from linli.domains.charging.logic import ending, metering, pricing
from linli.domains.charging.models import Bought, Kind, Session, State
from linli.domains.charging.operations import informing, settling, sharing, stopping, telling
from linli.registry.devices import asks
from linli.registry.devices import queries as devices

Points = Mapping[str, tuple[float, float]]
"""Of one device: the last value of a point, as (epoch seconds, value)."""

STATES = ("available", "preparing", "charging", "finishing", "faulted", "unavailable",
          "suspended_evse", "suspended_ev", "reserved")  # fmt: skip
"""As `ev_charger.connector_state` numbers them."""

_TOGETHER = 100
_TO_BEGIN = timedelta(minutes=2)
_TO_END = {Kind.EV: timedelta(minutes=10), Kind.EBIKE: timedelta(minutes=1)}
_TO_TELL = timedelta(days=1)
_TO_TELL_END = timedelta(minutes=10)
_FRESH_S = 180.0
_AGAIN = timedelta(seconds=60)
PLUGGED_W = 5.0
_ENDS_W = {"finishing", "available", "faulted", "unavailable"}


def look(*, community: str, now: datetime) -> int:
    """Look at everything that is not settled; return how many were looked at.

    Last values are asked for together; rows are written in small transactions, so that nobody who
    starts or stops waits for it.
    """
    rows = queries.unsettled(community=community)
    if not rows:
        return 0
    smoke = _smoke_devices(rows)
    codes = {row.connector.device.code for row in rows} | {
        c for each in smoke.values() for c in each
    }
    values = last_values(community=community, codes=sorted(codes))
    smoking = {
        site for site, found in smoke.items() if any(_smokes(values.get(c, {}), now) for c in found)
    }
    return seen(community=community, rows=rows, values=values, smoking=smoking, now=now)


def seen(
    *,
    community: str,
    rows: Sequence[Session],
    values: Mapping[str, Points],
    smoking: set[int],
    now: datetime,
) -> int:
    """Take what devices show of these chargings; return how many there were."""
    for start in range(0, len(rows), _TOGETHER):
        _some(community, [row.pk for row in rows[start : start + _TOGETHER]], values, smoking, now)
    sites = {row.connector.site_id for row in rows}
    sharing.share_each(community=community, sites=sites, now=now)
    return len(rows)


@transaction.atomic
def _some(
    community: str,
    ids: Sequence[int],
    values: Mapping[str, Points],
    smoking: set[int],
    now: datetime,
) -> None:
    for row in queries.locked(community=community, ids=ids):
        points = values.get(row.connector.device.code, {})
        if row.state == State.STARTING:
            _begins(row, points, now)
        elif row.state == State.CHARGING:
            _goes_on(row, points, row.connector.site_id in smoking, now)
        elif row.state == State.PLUGGED:
            _is_gone(row, points, now)
        elif row.state == State.LATE and now - row.asked_at >= _TO_TELL:
            at = metering.moment(row.meter[-1][0]) if row.meter else row.asked_at
            settling.finish(row, at=at, reason=StopReason.ORPHANED, now=now)


def _begins(row: Session, points: Points, now: datetime) -> None:
    """Let a charging begin whose charger tells no transactions; give up what never began."""
    at = _begun_at(row, points)
    if at is not None and not _tells_itself(row):
        row.state, row.started_at = State.CHARGING, metering.moment(at)
        row.heard_at, row.meter = now, [[at, _register_wh(row, points) or 0]]
        row.running_since = row.running_since or now
        row.save()
        telling.announce(row, now)
    elif now - row.asked_at >= _TO_BEGIN:
        stopping.ask(row, reason=StopReason.NOT_STARTED, now=now)
        settling.fail(row, reason=StopReason.NOT_STARTED, now=now)


def _begun_at(row: Session, points: Points) -> float | None:
    """Return since when a charger shows that it charges, if it does since it was told to."""
    asked = row.asked_at.timestamp()
    if row.connector.site.kind == Kind.EV:
        at, state = _state(points)
        return max(at, asked) if state == "charging" and at >= asked - 5 else None
    on, power = points.get("socket_on"), points.get("power_w")
    plugged = points.get("plugged_in")
    if on is None or not on[1]:
        return None
    draws = (plugged is not None and plugged[1]) or (power is not None and power[1] > PLUGGED_W)
    return max(on[0], asked) if draws else None


def _goes_on(row: Session, points: Points, smoke: bool, now: datetime) -> None:
    _measure(row, points, now)
    over_at = _over_at(row, points)
    row.over_since = (row.over_since or now) if over_at is not None else None
    if over_at is not None and _is_over(row, now):
        why = _why_over(row, points, smoke, now)
        settling.finish(row, at=_ended_at(row, points, over_at), reason=why, now=now)
        return
    if row.stop_asked_at is not None:
        _insist(row, now)
        return
    limits = _limits(row)
    row.low_since = ending.low_since(
        power_w=_fresh(points, "power_w", now), before=row.low_since, limits=limits, now=now
    )
    row.save()
    reason = ending.reason(seen=_seen(row, points, smoke, now), limits=limits, now=now)
    if reason is not None:
        stopping.ask(row, reason=reason, now=now)


def _is_over(row: Session, now: datetime) -> bool:
    """Tell whether what a charger shows is enough to end a charging. One that tells its ends itself
    has its time to do so; one whose record was lost does not charge for nothing.
    """
    if not _tells_itself(row):
        return True
    return row.over_since is not None and now - row.over_since >= _TO_TELL_END


def _ended_at(row: Session, points: Points, shown_at: float) -> datetime:
    """Return when a charging ended by what its charger shows: a charger that would have told when
    says with its last reading.
    """
    assert row.started_at is not None
    if _tells_itself(row):
        return metering.moment(row.meter[-1][0]) if row.meter else row.started_at
    if "energy_kwh" not in points and row.meter and shown_at > row.meter[-1][0]:
        telling.add(row, [(shown_at, int(row.meter[-1][1]))])
    return metering.moment(shown_at)


def _measure(row: Session, points: Points, now: datetime) -> None:
    """Take the register and the power of now."""
    if points:
        newest = metering.moment(max(at for at, _ in points.values()))
        row.heard_at = max(row.heard_at or newest, newest)
    power = points.get("power_w")
    if power is not None and row.started_at is not None:
        row.power_w = max(0, round(power[1]))
        if power[0] >= row.started_at.timestamp():
            row.most_w = max(row.most_w, row.power_w)
    register, at = _register_wh(row, points), _register_at(row, points)
    if register is None and power is not None and row.meter:
        register, at = _reckoned(row, power, now)
    known_at = row.meter[-1][0] if row.meter else 0.0
    if register is not None and at > known_at:
        telling.add(row, [(at, register)])


def _reckoned(row: Session, power: tuple[float, float], now: datetime) -> tuple[int | None, float]:
    """Return the register of a charger without a meter, by its power since the last reading, and
    the moment at which the last whole watt-hour was full: nothing is lost by rounding.
    """
    at, wh = row.meter[-1]
    until = min(now.timestamp(), power[0] + _FRESH_S)
    gained_wh = int(max(0.0, power[1]) * (until - at) / 3600)
    if gained_wh <= 0:
        return None, at
    return wh + gained_wh, at + gained_wh * 3600 / power[1]


def _register_wh(row: Session, points: Points) -> int | None:
    found = points.get(_register(row))
    return None if found is None else round(found[1] * 1000)


def _register_at(row: Session, points: Points) -> float:
    return points.get(_register(row), (0.0, 0.0))[0]


def _register(row: Session) -> str:
    """Return the point that is the meter: some chargers tell the charging's own energy."""
    teller = TELLERS.get(row.connector.device.driver)
    return "energy_kwh" if teller is None else teller.meter


def _tells_itself(row: Session) -> bool:
    """Tell whether a charger tells its transactions itself, and is answered."""
    return row.connector.device.driver in TELLERS


def _over_at(row: Session, points: Points) -> float | None:
    """Return when a charger showed that it charges no more, since this charging began."""
    assert row.started_at is not None
    since = row.started_at.timestamp()
    if row.connector.site.kind == Kind.EV:
        at, state = _state(points)
        return at if state in _ENDS_W and at > since else None
    on, plugged = points.get("socket_on"), points.get("plugged_in")
    if on is not None and not on[1] and on[0] > since:
        return on[0]
    return plugged[0] if plugged is not None and not plugged[1] and plugged[0] > since else None


def _why_over(row: Session, points: Points, smoke: bool, now: datetime) -> StopReason:
    """Return why a charger stopped by itself: the gravest sign that it still shows."""
    found = ending.reason(seen=_seen(row, points, smoke, now), limits=_limits(row), now=now)
    return found or StopReason.CHARGER


def _insist(row: Session, now: datetime) -> None:
    """Tell it again; where nothing helps, end it with what is known."""
    assert row.stop_asked_at is not None
    row.save()
    if now - row.stop_asked_at >= _TO_END[Kind(row.connector.site.kind)]:
        at = metering.moment(row.meter[-1][0]) if row.meter else now
        settling.finish(row, at=at, reason=StopReason(row.reason), now=now)
    elif now - row.stop_asked_at >= _AGAIN:
        stopping.ask(row, reason=StopReason(row.reason), now=now)


def _seen(row: Session, points: Points, smoke: bool, now: datetime) -> ending.Seen:
    assert row.started_at is not None
    since = row.started_at.timestamp()
    plugged = _fresh(points, "plugged_in", now, since=since)
    live = _fresh(points, "socket_on", now, since=since)
    left, least = _money(row, now)
    return ending.Seen(
        started_at=row.started_at,
        heard_at=row.heard_at or row.started_at,
        power_w=_fresh(points, "power_w", now),
        current_a=_fresh(points, "current_a", now),
        temperature_c=_fresh(points, "temperature_c", now),
        plugged_in=None if plugged is None else bool(plugged),
        live=None if live is None else bool(live),
        smoke=smoke,
        fault=bool(_fresh(points, "fault", now)),
        low_since=row.low_since,
        left_fen=left,
        stop_at_fen=least,
    )


def _money(row: Session, now: datetime) -> tuple[int | None, int]:
    """Return what of the money set aside is not used yet, and what the next minute may cost."""
    if row.connector.site.pays != "hold" or row.person_id is None:
        return None, 0
    proof = settling.so_far(row, row.connector)
    if row.bought_id is not None:
        package = Bought.rows.of(row.community).get(pk=row.bought_id)
        proof, _ = pricing.covered(proof, left_wh=package.left_wh)
    stretch = queries.tariff_at_start(row).at(now)
    minute_e4 = row.power_w * (stretch.electricity_e4 + stretch.service_e4) / 60
    if row.bought_id is not None and proof.total_fen == 0:
        return None, 0
    return row.held_fen - proof.total_fen, ceil(minute_e4 / 100_000)


def _limits(row: Session) -> ending.Limits:
    return ending.SOCKET if row.connector.site.kind == Kind.EBIKE else ending.CONNECTOR


def _is_gone(row: Session, points: Points, now: datetime) -> None:
    """Settle when the plug is out, or when nothing more is to be paid for it."""
    assert row.ended_at is not None
    ended = row.ended_at.timestamp()
    plugged, (at, state) = points.get("plugged_in"), _state(points)
    if plugged is not None and not plugged[1] and plugged[0] >= ended:
        settling.gone(row, at=metering.moment(plugged[0]), now=now)
    elif state == "available" and at >= ended:
        settling.gone(row, at=metering.moment(at), now=now)
    elif plugged is None or now - row.ended_at >= settling.idle_most(row):
        settling.gone(row, at=row.ended_at if plugged is None else now, now=now)
    else:
        informing.stays(row, now=now)


def _state(points: Points) -> tuple[float, str]:
    found = points.get("connector_state")
    if found is None or not 0 <= int(found[1]) < len(STATES):
        return 0.0, ""
    return found[0], STATES[int(found[1])]


def _fresh(points: Points, name: str, now: datetime, *, since: float = 0.0) -> float | None:
    found = points.get(name)
    if found is None or found[0] < max(since, now.timestamp() - _FRESH_S):
        return None
    return found[1]


def _smokes(points: Points, now: datetime) -> bool:
    return bool(_fresh(points, "smoke", now))


def _smoke_devices(rows: Sequence[Session]) -> dict[int, list[str]]:
    """Return the smoke detectors at the places of e-bike sheds, by site."""
    sheds = {row.connector.site_id: row for row in rows if row.connector.site.kind == Kind.EBIKE}
    able = [one.id for one in devices.models() if "smoke" in one.properties] if sheds else []
    return {
        site: devices.codes_of_models(
            community=row.community, models=able, place=row.connector.site.place.path
        )
        for site, row in sheds.items()
    }


def last_values(
    *, community: str, codes: Sequence[str]
) -> dict[str, dict[str, tuple[float, float]]]:
    """Return what devices show now, as (epoch seconds, value) by point."""
    found: dict[str, dict[str, tuple[float, float]]] = {}
    for one in asks.twin(community, codes) if codes else ():
        found.setdefault(one.device, {})[one.point] = (one.at, one.value)
    return found
