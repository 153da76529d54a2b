"""What a stay costs, and why: the fee is the sum of lines that the driver can read."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from linli.domains.parking.logic import stretches
from linli.domains.parking.logic.stretches import Charge, Worked
from linli.domains.parking.logic.tariff import Relief, Tariff, Version
from linli.kernel.words import Words

Span = tuple[datetime, datetime]
_MINUTE = timedelta(minutes=1)


class Coupon(msgspec.Struct, frozen=True, kw_only=True):
    """What a merchant gives his customer. `kind` is minutes, fen or percent."""

    kind: str
    amount: int
    name: Words = Words(zh="商家优惠券", en="merchant's coupon")


class Stay(msgspec.Struct, frozen=True, kw_only=True):
    """A stay as the fee sees it. Times are the community's own, without a zone. `marks` are among
    mother_child, visitor, disabled; `covered` are spans of a monthly permit. `free_used`: the free
    minutes were given already, to the same car a short while ago.
    """

    entered: datetime
    left: datetime
    colour: str = "blue"
    marks: frozenset[str] = frozenset()
    covered: tuple[Span, ...] = ()
    coupons: tuple[Coupon, ...] = ()
    free_used: bool = False


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the proof. `plain` says it without a time of day."""

    words: Words
    plain: Words
    fen: int = 0


class Fee(msgspec.Struct, frozen=True, kw_only=True):
    """A fee and its proof: `fen` is the sum of the lines."""

    fen: int
    lines: tuple[Line, ...]


GREEN = frozenset({"green", "yellow_green"})


def fee(*, stay: Stay, versions: Sequence[Version], worked: Worked) -> Fee:
    """Return what a stay costs, never below 0. Seconds are the driver's.

    :param versions: the tariffs in the order in which they came into force, one at least
    """
    start = stay.entered.replace(second=0, microsecond=0)
    whole = (stay.left - stay.entered) // _MINUTE
    if whole < 0:
        return _of(
            [_line("出场时间早于进场时间，按 0 元计，请核对", "left before it came: to be checked")]
        )
    end = start + whole * _MINUTE
    tariff = in_force(versions, start)
    spans = stretches.without(start=start, end=end, spans=stay.covered)
    lines = [_line("月租时段不另收费", "covered by the monthly permit")] if stay.covered else []
    free, spans = _free(stay, tariff, spans, start, whole)
    lines += free
    if not spans:
        return _of(lines)
    found = [
        charge
        for since, until in spans
        for charge in stretches.charges(
            versions=versions, entered=start, start=since, end=until, worked=worked
        )
    ]
    found = _once(found)
    lines += [*map(_charged, found), *_caps(found)]
    if not found:
        lines.append(_line("免费时段", "hours that are free"))
    return _of(_let_off(stay, tariff, lines))


def _once(found: Sequence[Charge]) -> list[Charge]:
    """Return the charges without those of a flat run that was charged before a permit's time cut it
    in two.
    """
    charged: set[tuple[datetime, str]] = set()
    kept = []
    for charge in found:
        band = charge.run.band
        flat = band is not None and not band.steps
        run = (charge.run.begins, band.from_ if band else "")
        if not (flat and run in charged):
            kept.append(charge)
        if flat:
            charged.add(run)
    return kept


def _of(lines: Sequence[Line]) -> Fee:
    return Fee(fen=sum(line.fen for line in lines), lines=tuple(lines))


def in_force(versions: Sequence[Version], at: datetime) -> Tariff:
    """Return the tariff at a time; the first holds before its time too."""
    found = versions[0]
    for version in versions:
        found = version if version.since <= at else found
    return found.tariff


def _reliefs(stay: Stay, tariff: Tariff) -> list[Relief]:
    marks = stay.marks | ({"green"} if stay.colour in GREEN else frozenset())
    return [one for one in tariff.reliefs if one.of in marks]


def _free(
    stay: Stay, tariff: Tariff, spans: list[Span], start: datetime, minutes: int
) -> tuple[list[Line], list[Span]]:
    """Return the lines for minutes that cost nothing, and what is left to pay for."""
    if not spans:
        return [], spans
    given = tariff.free.minutes
    if spans[0][0] > start or stay.free_used:
        given = 0
    if minutes <= given:
        return [_line(f"停车 {minutes} 分钟，{given} 分钟内免费",
                      f"{minutes} min; free up to {given} min")], []  # fmt: skip
    lines, off = [], 0
    if given and tariff.free.longer == "deducted":
        off += given
        lines.append(_line(f"前 {given} 分钟免费", f"first {given} min free"))
    relief = max((one for one in _reliefs(stay, tariff)), key=lambda one: one.minutes, default=None)
    if relief is not None and relief.minutes:
        off += relief.minutes
        lines.append(_relieved(relief))
    for coupon in _used(stay, tariff, "minutes"):
        off += coupon.amount
        lines.append(_line(f"{coupon.name.zh}：免 {coupon.amount} 分钟",
                           f"{coupon.name.en}: {coupon.amount} min free"))  # fmt: skip
    return lines, stretches.later(spans=spans, minutes=off)


def _used(stay: Stay, tariff: Tariff, kind: str) -> list[Coupon]:
    """Return the coupons of a kind among those that the tariff takes at once."""
    return [one for one in stay.coupons[: tariff.coupons_most] if one.kind == kind]


def _let_off(stay: Stay, tariff: Tariff, lines: list[Line]) -> list[Line]:
    """Return the lines with what is taken off the sum: first by share, then in money."""
    left = sum(line.fen for line in lines)
    percent = max(_reliefs(stay, tariff), key=lambda one: one.percent, default=None)
    if percent is not None and percent.percent and left:
        off = _share(left, percent.percent)
        left -= off
        lines.append(_relieved(percent, off))
    for coupon in [*_used(stay, tariff, "percent"), *_used(stay, tariff, "fen")]:
        by_share = coupon.kind == "percent"
        off = _share(left, min(coupon.amount, 100)) if by_share else min(left, coupon.amount)
        if off:
            left -= off
            lines.append(_line(f"{coupon.name.zh}：减 {yuan(off)} 元",
                               f"{coupon.name.en}: CNY {yuan(off)} off", -off))  # fmt: skip
    return lines


def _share(fen: int, percent: int) -> int:
    """Return a share of a sum; what does not come out even is the driver's."""
    return -(-fen * percent // 100)


NAMES = {
    "green": Words(zh="新能源车", en="new-energy car"),
    "mother_child": Words(zh="母婴车位", en="mother-and-child place"),
    "visitor": Words(zh="访客", en="visitor"),
    "disabled": Words(zh="无障碍车位", en="place for the disabled"),
}


def _relieved(relief: Relief, off: int = 0) -> Line:
    name = NAMES[relief.of]
    if off:
        return _line(f"{name.zh}优惠 {relief.percent}%：减 {yuan(off)} 元",
                     f"{name.en} {relief.percent}% off: CNY {yuan(off)}", -off)  # fmt: skip
    return _line(f"{name.zh}：免 {relief.minutes} 分钟", f"{name.en}: {relief.minutes} min free")


def _caps(found: Sequence[Charge]) -> list[Line]:
    """Return what is taken off again: above the most for a run of hours, then for a day."""
    lines: list[Line] = []
    by_run: dict[tuple[int, datetime, str], list[Charge]] = {}
    for charge in found:
        band = charge.run.band
        key = (charge.run.day, charge.run.begins, band.from_ if band else "")
        by_run.setdefault(key, []).append(charge)
    by_day: dict[int, list[tuple[Charge, int]]] = {}
    for (day, _, _), run in by_run.items():
        total, band = sum(one.sum_fen for one in run), run[0].run.band
        if band is not None and band.cap_fen and total > band.cap_fen:
            lines.append(_capped(_when(run[0].run.begins, run), band.name, band.cap_fen, total))
            total = band.cap_fen
        by_day.setdefault(day, []).append((run[0], total))
    for parts in by_day.values():
        first, total = parts[0][0], sum(fen for _, fen in parts)
        cap = first.tariff.day_cap_fen
        if cap and total > cap:
            name = Words(zh="全天", en="day")
            if first.tariff.day == "entry":
                name = Words(zh="24 小时", en="24 hours")
            lines.append(_capped(first.start, name, cap, total))
    return lines


def _when(begins: datetime, run: Sequence[Charge]) -> datetime:
    return max(begins, run[0].start)


def _capped(at: datetime, name: Words, cap: int, total: int) -> Line:
    said = Words(zh=f"{name.zh}封顶 {yuan(cap)} 元", en=f"{name.en}: CNY {yuan(cap)} at most")
    return Line(
        words=Words(zh=f"{at:%m-%d} {said.zh}", en=f"{at:%m-%d} {said.en}"),
        plain=said,
        fen=cap - total,
    )


def _charged(charge: Charge) -> Line:
    band = charge.run.band
    name = band.name if band else Words(zh="", en="")
    if charge.minutes:
        zh = f"{name.zh} {charge.times} × {charge.minutes} 分钟 × {yuan(charge.fen)} 元"
        en = f"{name.en} {charge.times} × {charge.minutes} min × CNY {yuan(charge.fen)}"
    else:
        zh, en = f"{name.zh}一次 {yuan(charge.fen)} 元", f"{name.en} once CNY {yuan(charge.fen)}"
    span = f"{charge.start:%m-%d %H:%M}–{_end(charge)}"
    return Line(
        words=Words(zh=f"{span} {zh}", en=f"{span} {en}"),
        plain=Words(zh=zh, en=en),
        fen=charge.sum_fen,
    )


def _end(charge: Charge) -> str:
    same = charge.end.date() == charge.start.date()
    return f"{charge.end:%H:%M}" if same else f"{charge.end:%m-%d %H:%M}"


def _line(zh: str, en: str, fen: int = 0) -> Line:
    said = Words(zh=zh, en=en)
    return Line(words=said, plain=said, fen=fen)


def yuan(fen: int) -> str:
    """Return a sum as people write it: 350 is `3.50`, 300 is `3`."""
    return f"{fen // 100}.{fen % 100:02d}" if fen % 100 else str(fen // 100)
