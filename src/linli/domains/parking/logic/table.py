"""The examples of a tariff: run as its test, printed as its documentation."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from linli.domains.parking.logic.fee import NAMES, Coupon, Fee, Stay, fee, yuan
from linli.domains.parking.logic.tariff import ALWAYS, BadTariff, Band, Row, Tariff, Version
from linli.kernel.words import Words

_WEEKEND = 6


def fee_of(*, row: Row, tariff: Tariff, others: Mapping[str, Tariff]) -> Fee:
    """Return what a row's stay costs by its tariff, or by those that follow it.

    :raises BadTariff: if the row names a tariff or a coupon that there is not
    """
    versions = [Version(tariff=tariff, since=ALWAYS)]
    if row.then is not None:
        if row.then[0] not in others:
            raise BadTariff(reason=f"{tariff.id}: {row.then[0]} is no tariff")
        versions.append(Version(tariff=others[row.then[0]], since=_at(row.then[1])))
    stay = Stay(
        entered=_at(row.entry),
        left=_at(row.exit),
        colour=row.colour,
        marks=frozenset(row.marks),
        covered=tuple((_at(since), _at(until)) for since, until in row.covered),
        coupons=tuple(_coupon(text) for text in row.coupons),
        free_used=row.again,
    )
    return fee(stay=stay, versions=versions, worked=lambda day: _worked(row, day))


def _at(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise BadTariff(reason=f"{text} is no time") from error


def _worked(row: Row, day: date) -> bool:
    return day in row.worked or (day.isoweekday() < _WEEKEND and day not in row.rest)


def _coupon(text: str) -> Coupon:
    amount, _, kind = text.partition(" ")
    if kind not in {"minutes", "fen", "percent"} or not amount.isdecimal():
        raise BadTariff(reason=f"{text} is no coupon")
    return Coupon(kind=kind, amount=int(amount))


def page(*, tariffs: Mapping[str, Tariff]) -> str:
    """Return the page of all tariffs with their examples and proofs."""
    lines = ["# 停车收费 · Parking tariffs", ""]
    lines += ["`catalog/tariffs/parking/*.toml`。每一行都是测试，也是说明：进出时间、应收与算法。"]
    lines += ["Each row is a test and an explanation: entry, exit, fee and how it comes about.", ""]
    for tariff in sorted(tariffs.values(), key=lambda one: one.id):
        lines += [*_head(tariff)]
        for row in tariff.table:
            lines += [*_row(row, fee_of(row=row, tariff=tariff, others=tariffs))]
        lines.append("")
    return "\n".join(lines)


def _head(tariff: Tariff) -> Iterator[str]:
    yield f"## {tariff.name.zh} · {tariff.name.en}"
    yield from ["", f"`{tariff.id}` — {tariff.source}", ""]
    for one in prices(tariff):
        yield f"- {one.zh} · {one.en}"
    yield from [f"- {one.zh} · {one.en}" for one in said(tariff)]
    yield from [
        "",
        "| 例 · case | 进 · in | 出 · out | 元 · CNY | 算法 · proof |",
        "|---|---|---|---|---|",
    ]


def prices(tariff: Tariff) -> list[Words]:
    """Return the prices of a tariff in words, hours by hours."""
    return [_price(band) for band in tariff.bands]


_DAYS = {
    "all": Words(zh="", en=""),
    "working": Words(zh="（工作日）", en=" (working days)"),
    "rest": Words(zh="（休息日）", en=" (days of rest)"),
}


def _price(band: Band) -> Words:
    zh, en = [], []
    for step in band.steps:
        times = ("", "") if not step.times else (f"前 {step.times} 次 ", f"first {step.times}: ")
        zh.append(f"{times[0]}{yuan(step.fen)} 元/{step.minutes} 分钟")
        en.append(f"{times[1]}CNY {yuan(step.fen)}/{step.minutes} min")
    if band.flat_fen:
        zh.append(f"{yuan(band.flat_fen)} 元/次")
        en.append(f"CNY {yuan(band.flat_fen)} once")
    if band.cap_fen:
        zh.append(f"封顶 {yuan(band.cap_fen)} 元")
        en.append(f"CNY {yuan(band.cap_fen)} at most")
    days, span = _DAYS[band.days], f"{band.from_}–{band.to}"
    return Words(
        zh=f"{span} {band.name.zh}{days.zh}：{'，'.join(zh)}",
        en=f"{span} {band.name.en}{days.en}: {', '.join(en)}",
    )


def said(tariff: Tariff) -> list[Words]:
    """Return the rules of a tariff beside its prices, in words."""
    found = []
    if tariff.free.minutes:
        free = tariff.free
        longer = ("超出后从头计费", "longer: counted from the start")
        if free.longer == "deducted":
            longer = ("超出部分计费", "longer: only what is more")
        found.append(Words(zh=f"{free.minutes} 分钟内免费，{longer[0]}",
                           en=f"free up to {free.minutes} min, {longer[1]}"))  # fmt: skip
    if tariff.day_cap_fen:
        per = ("每 24 小时", "24 hours") if tariff.day == "entry" else ("每天", "day")
        found.append(Words(zh=f"{per[0]}封顶 {yuan(tariff.day_cap_fen)} 元",
                           en=f"CNY {yuan(tariff.day_cap_fen)} at most a {per[1]}"))  # fmt: skip
    for one in tariff.reliefs:
        name = NAMES[one.of]
        off = (f"减 {one.percent}%", f"{one.percent}% off")
        if one.minutes:
            off = (f"免 {one.minutes} 分钟", f"{one.minutes} min free")
        found.append(Words(zh=f"{name.zh}{off[0]}", en=f"{name.en}: {off[1]}"))
    if tariff.monthly:
        first, more = yuan(tariff.monthly.fen), yuan(tariff.monthly.more_fen)
        found.append(Words(zh=f"月租 {first} 元，同组每多一车 {more} 元",
                           en=f"a month CNY {first}, each further car {more}"))  # fmt: skip
    return found


def _row(row: Row, found: Fee) -> Iterator[str]:
    proof = "；".join(
        f"{line.words.zh}（{'−' if line.fen < 0 else ''}{yuan(abs(line.fen))}）"
        for line in found.lines
    )
    extra = " ".join([*row.marks, *row.coupons, *([row.colour] if row.colour != "blue" else [])])
    title = f"{row.title.zh} · {row.title.en}" + (f" [{extra}]" if extra else "")
    yield f"| {title} | {row.entry} | {row.exit} | **{yuan(row.fee_fen)}** | {proof} |"
