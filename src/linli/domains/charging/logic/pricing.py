"""The price of a charging, with the proof of it: line by line, and the sum of them is the total."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import msgspec

from linli.domains.charging.logic.metering import Reading, moment, register_at
from linli.domains.charging.logic.tariffs import CHINA, Idle, Stretch, Tariff, next_boundary

_KWH_E4_PER_FEN = 1000 * 100
"""Wh times ten-thousandths of a yuan for a kWh, that make a fen."""
_HOUR_E4_PER_FEN = 3600 * 100


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a proof. `what` is electricity, service, hours, idle, or package; `kind` the part
    of the day. `quantity` is Wh, seconds or minutes, as `unit` says; `price_e4` ten-thousandths of
    a yuan for a kWh, an hour, or a minute.
    """

    what: str
    kind: str = ""
    from_at: datetime
    to_at: datetime
    quantity: int
    unit: str
    price_e4: int
    fen: int


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What a charging costs and why. The total is the sum of the lines, never rounded again."""

    lines: tuple[Line, ...] = ()
    energy_wh: int = 0

    @property
    def total_fen(self) -> int:
        return sum(line.fen for line in self.lines)

    @property
    def electricity_fen(self) -> int:
        return sum(line.fen for line in self.lines if line.what == "electricity")

    @property
    def idle_fen(self) -> int:
        return sum(line.fen for line in self.lines if line.what == "idle")


def charged(tariff: Tariff, readings: Sequence[Reading], *, most_w: int = 0) -> Proof:
    """Return the proof for what a meter told.

    The energy of each part of the day is what the register rose in it; where no reading lies on
    the boundary it is taken to have risen evenly between its neighbours. Each line is rounded to
    the fen, half a fen up. Where the tariff has grades the service is by time and by `most_w`,
    the highest power that was seen.
    """
    if len(readings) < 2:  # noqa: PLR2004
        return Proof()
    lines: list[Line] = []
    for start, end, stretch in _stretches(tariff, readings):
        wh = register_at(readings, end.timestamp()) - register_at(readings, start.timestamp())
        span = {"kind": stretch.kind, "from_at": start, "to_at": end}
        if wh:
            lines.append(_by_energy("electricity", stretch.electricity_e4, wh, span))
        if wh and not tariff.grades and stretch.service_e4:
            lines.append(_by_energy("service", stretch.service_e4, wh, span))
    if tariff.grades:
        lines.append(_by_hours(tariff, readings, most_w))
    return Proof(lines=tuple(lines), energy_wh=readings[-1][1] - readings[0][1])


def covered(proof: Proof, *, left_wh: int) -> tuple[Proof, int]:
    """Return the proof with what a package covers taken off, and how much energy it covered.

    The package pays for the share of the energy that it still holds, of electricity and service
    alike; never more than they cost.
    """
    taken_wh = min(proof.energy_wh, left_wh)
    if taken_wh <= 0 or proof.total_fen <= 0:
        return proof, 0
    fen = -(proof.total_fen * taken_wh // proof.energy_wh)
    first, last = proof.lines[0], proof.lines[-1]
    line = Line(
        what="package",
        from_at=first.from_at,
        to_at=last.to_at,
        quantity=taken_wh,
        unit="Wh",
        price_e4=0,
        fen=fen,
    )
    return msgspec.structs.replace(proof, lines=(*proof.lines, line)), taken_wh


def idled(idle: Idle | None, *, ended_at: datetime, gone_at: datetime) -> Line | None:
    """Return the line for staying plugged in; None where it costs nothing.

    Whole minutes past the grace count; those of the free hours do not, and there is a most.
    """
    if idle is None:
        return None
    since = ended_at + timedelta(seconds=idle.grace_s)
    minutes = _paid_minutes(idle, since, gone_at)
    fen = min(minutes * idle.minute_fen, idle.most_fen)
    if fen <= 0:
        return None
    return Line(
        what="idle",
        from_at=since,
        to_at=gone_at,
        quantity=minutes,
        unit="min",
        price_e4=idle.minute_fen * 100,
        fen=fen,
    )


def idles_from(idle: Idle | None, *, ended_at: datetime) -> datetime | None:
    """Return when the first minute begins for which staying plugged in costs something; None where
    it never does.
    """
    if idle is None or idle.minute_fen <= 0 or idle.most_fen <= 0:
        return None
    since = ended_at + timedelta(seconds=idle.grace_s)
    free = (idle.free_to_min - idle.free_from_min) % (24 * 60)
    local = since.astimezone(CHINA)
    into = (local.hour * 60 + local.minute - idle.free_from_min) % (24 * 60)
    return since + timedelta(minutes=max(0, free - into))


def with_line(proof: Proof, line: Line | None) -> Proof:
    """Return a proof with one more line."""
    return msgspec.structs.replace(proof, lines=(*proof.lines, line)) if line else proof


def _stretches(
    tariff: Tariff, readings: Sequence[Reading]
) -> Iterator[tuple[datetime, datetime, Stretch]]:
    start, last = moment(readings[0][0]), moment(readings[-1][0])
    while start < last:
        end = min(next_boundary(tariff, start), last)
        yield start, end, tariff.at(start)
        start = end


def _by_energy(what: str, price_e4: int, wh: int, span: dict[str, object]) -> Line:
    fen = _half_up(wh * price_e4, _KWH_E4_PER_FEN)
    return msgspec.convert(
        {"what": what, "quantity": wh, "unit": "Wh", "price_e4": price_e4, "fen": fen, **span},
        Line,
    )


def _by_hours(tariff: Tariff, readings: Sequence[Reading], most_w: int) -> Line:
    grade = next((one for one in tariff.grades if most_w <= one.up_to_w), tariff.grades[-1])
    start, end = moment(readings[0][0]), moment(readings[-1][0])
    lasted_s = int(readings[-1][0] - readings[0][0])
    return Line(
        what="hours",
        kind=f"{grade.up_to_w}W",
        from_at=start,
        to_at=end,
        quantity=lasted_s,
        unit="s",
        price_e4=grade.hour_e4,
        fen=_half_up(lasted_s * grade.hour_e4, _HOUR_E4_PER_FEN),
    )


def _half_up(parts: int, whole: int) -> int:
    return (2 * parts + whole) // (2 * whole)


def _paid_minutes(idle: Idle, since: datetime, until: datetime) -> int:
    whole = max(0, int((until - since).total_seconds() // 60))
    free = (idle.free_to_min - idle.free_from_min) % (24 * 60)
    if not free:
        return whole
    days, rest = divmod(whole, 24 * 60)
    local = since.astimezone(CHINA)
    first = local.hour * 60 + local.minute
    spent = sum(1 for n in range(rest) if (first + n - idle.free_from_min) % 1440 >= free)
    return days * (24 * 60 - free) + spent
