"""What somebody reads of his own charging once it is over: the words, and when each is due."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from linli.contracts.charging import StopReason
from linli.domains.charging.logic.tariffs import CHINA, Idle
from linli.kernel.words import Words


class Step(StrEnum):
    """What he was told last: it is over; staying plugged in costs something soon; it does now."""

    OVER = "over"
    SOON = "soon"
    IDLE = "idle"


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What a charging comes to, fen: of `fee_fen`, `idle_fen` are for staying plugged in. What was
    set aside and not used goes back (`back_fen`); what was not enough is due.
    """

    fee_fen: int = 0
    idle_fen: int = 0
    back_fen: int = 0
    due_fen: int = 0


class Stay(msgspec.Struct, frozen=True, kw_only=True):
    """From when staying plugged in costs something, and how much."""

    idle: Idle
    costs_from: datetime


DANGERS = frozenset(
    {
        StopReason.SMOKE,
        StopReason.OVERHEAT,
        StopReason.OVERCURRENT,
        StopReason.OVERPOWER,
        StopReason.FAULT,
    }
)
_DONE = frozenset({StopReason.FULL, StopReason.OVERTIME, StopReason.MONEY, StopReason.STAFF})
"""Then the plug is still in, as far as anybody knows."""
_WHY: Mapping[StopReason, Words] = {
    StopReason.SMOKE: Words(zh="附近有烟，已断电", en="smoke near by, the power was cut"),
    StopReason.OVERHEAT: Words(zh="温度过高，已断电", en="too hot, the power was cut"),
    StopReason.OVERCURRENT: Words(zh="电流过大，已断电", en="too much current, the power was cut"),
    StopReason.OVERPOWER: Words(zh="功率过大，已断电", en="too much power, it was cut"),
    StopReason.FAULT: Words(zh="充电桩故障", en="a fault of the charger"),
    StopReason.SILENT: Words(zh="设备失联", en="the device fell silent"),
    StopReason.UNPLUGGED: Words(zh="已拔枪", en="unplugged"),
    StopReason.CUT: Words(zh="已断电", en="the power was cut"),
    StopReason.OVERTIME: Words(zh="到了最长时间", en="the longest time was reached"),
    StopReason.MONEY: Words(zh="冻结的金额快用完", en="the money set aside is nearly used"),
    StopReason.FULL: Words(zh="已充满", en="full"),
    StopReason.USER: Words(zh="您停止了充电", en="you stopped it"),
    StopReason.STAFF: Words(zh="工作人员停止", en="staff stopped it"),
    StopReason.CLOSED: Words(zh="站点关闭", en="the site was closed"),
    StopReason.CHARGER: Words(zh="充电桩自己停止", en="the charger stopped by itself"),
    StopReason.NOT_STARTED: Words(zh="没有启动", en="it did not start"),
    StopReason.ORPHANED: Words(
        zh="充电桩重启，按最后读数结算",
        en="the charger restarted; settled by its last reading",
    ),
}
_BEFORE = timedelta(minutes=10)
"""So long before staying plugged in costs something he is told again, unless he was told lately."""


def due(
    *, told: str, ended_at: datetime, costs_from: datetime | None, now: datetime
) -> Step | None:
    """Return what is to be told now of a charging that is over and still plugged in; None where he
    was told, or nothing is to be told yet.
    """
    if costs_from is None or told == Step.IDLE:
        return None
    if now >= costs_from:
        return Step.IDLE
    soon = costs_from - _BEFORE
    was_told_lately = ended_at > soon - _BEFORE
    if told == Step.SOON or now < soon or was_told_lately:
        return None
    return Step.SOON


def over(
    *,
    where: Words,
    reason: StopReason,
    energy_wh: int,
    fee_fen: int,
    stay: Stay | None,
    now: datetime,
) -> Words:
    """Say that a charging is over and the plug still in: why, what it took, until when it may
    stay.
    """
    zh, en = _ended(where, reason, energy_wh)
    zh += f"，目前 {_yuan(fee_fen)} 元。"
    en += f", {_yuan(fee_fen)} yuan so far. "
    if stay is None:
        return Words(zh=f"{zh}请拔枪挪车。", en=f"{en}Please unplug and move your car.")
    price = _price(stay.idle)
    if stay.costs_from <= now:
        since = _clock(stay.costs_from, now)
        return Words(
            zh=f"{zh}占位费从 {since} 起算：{price.zh}。请尽快拔枪挪车。",
            en=f"{en}Staying has cost since {since}: {price.en}. Please unplug and move your car.",
        )
    until = _clock(stay.costs_from, now)
    return Words(
        zh=f"{zh}请在 {until} 前拔枪挪车，之后收占位费：{price.zh}。",
        en=f"{en}Please unplug and move by {until}; staying then costs {price.en}.",
    )


def soon(*, where: Words, stay: Stay, now: datetime) -> Words:
    """Say that staying plugged in will cost something before long."""
    at, price = _clock(stay.costs_from, now), _price(stay.idle)
    return Words(
        zh=f"{where.zh} 已充完，车还插着枪。{at} 起收占位费：{price.zh}。请拔枪挪车。",
        en=f"{where.en}: charged and still plugged in. From {at} staying costs {price.en}. "
        "Please unplug and move your car.",
    )


def idles(*, where: Words, stay: Stay, now: datetime) -> Words:
    """Say that staying plugged in costs something from now on."""
    at, price = _clock(stay.costs_from, now), _price(stay.idle)
    return Words(
        zh=f"{where.zh} 已充完，车还插着枪，占位费从 {at} 开始计：{price.zh}。请尽快拔枪挪车。",
        en=f"{where.en}: charged and still plugged in. Since {at} staying costs {price.en}. "
        "Please unplug and move your car.",
    )


def settled(*, where: Words, cost: Cost) -> Words:
    """Say what a charging came to whose end he was told before."""
    idle = Words(zh="", en="")
    if cost.idle_fen:
        of = _yuan(cost.idle_fen)
        idle = Words(zh=f"（其中占位费 {of} 元）", en=f" ({of} of it for staying plugged in)")
    rest = _rest(cost)
    return Words(
        zh=f"{where.zh} 的充电已结算：{_yuan(cost.fee_fen)} 元{idle.zh}{rest.zh}。",
        en=f"The charging at {where.en} is settled: {_yuan(cost.fee_fen)} yuan{idle.en}{rest.en}.",
    )


def ended(*, where: Words, reason: StopReason, energy_wh: int, cost: Cost) -> Words:
    """Say that a charging is over and settled: why, what it took, what it came to."""
    zh, en = _ended(where, reason, energy_wh)
    rest = _rest(cost)
    zh, en = (
        f"{zh}，{_yuan(cost.fee_fen)} 元{rest.zh}。",
        f"{en}, {_yuan(cost.fee_fen)} yuan{rest.en}.",
    )
    if reason in _DONE:
        zh, en = (
            f"{zh}请拔下插头挪车，让给别人。",
            f"{en} Please unplug and make room: others wait.",
        )
    return Words(zh=zh, en=en)


def failed(*, where: Words, reason: StopReason, back_fen: int) -> Words:
    """Say that a charging did not begin, and costs nothing."""
    why = _WHY[reason]
    back = Words(zh="", en="")
    if back_fen:
        back = Words(
            zh=f"，冻结的 {_yuan(back_fen)} 元已退回",
            en=f"; the {_yuan(back_fen)} yuan set aside went back",
        )
    return Words(
        zh=f"{where.zh} 没有充上：{why.zh}。没有收费{back.zh}。",
        en=f"Nothing was charged at {where.en}: {why.en}. It costs nothing{back.en}.",
    )


def _ended(where: Words, reason: StopReason, energy_wh: int) -> tuple[str, str]:
    why, kwh = _WHY[reason], f"{energy_wh / 1000:.2f}"
    return (
        f"{where.zh} 的充电已结束：{why.zh}。充了 {kwh} 度",
        f"The charging at {where.en} has ended: {why.en}. {kwh} kWh",
    )


def _rest(cost: Cost) -> Words:
    zh = en = ""
    if cost.back_fen:
        zh += f"，退回 {_yuan(cost.back_fen)} 元"
        en += f", {_yuan(cost.back_fen)} yuan went back"
    if cost.due_fen:
        zh += f"，还要支付 {_yuan(cost.due_fen)} 元"
        en += f", {_yuan(cost.due_fen)} yuan are still to be paid"
    return Words(zh=zh, en=en)


def _price(idle: Idle) -> Words:
    minute, most = _yuan(idle.minute_fen), _yuan(idle.most_fen)
    return Words(
        zh=f"每分钟 {minute} 元，最多 {most} 元", en=f"{minute} yuan a minute, {most} at most"
    )


def _clock(at: datetime, now: datetime) -> str:
    local = at.astimezone(CHINA)
    same_day = local.date() == now.astimezone(CHINA).date()
    return f"{local:%H:%M}" if same_day else f"{local:%m-%d %H:%M}"


def _yuan(fen: int) -> str:
    return f"{fen / 100:.2f}"
