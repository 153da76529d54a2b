"""The rules of notices: when words may be spoken aloud, and to whom a matter is told."""

from datetime import datetime, time, timedelta

import msgspec

from linli.contracts import notices
from linli.kernel.words import Words

NIGHT_FROM, NIGHT_TO = time(22), time(6)
STALE_AFTER = timedelta(minutes=10)
"""A scene's words that come so late, after an outage, would mislead whoever hears them."""

NIGHT = "night"
LATE = "late"
NO_SPEAKER = "no_speaker"
ESCALATES_TO = {1: "supervisor", 2: "manager"}
HOUSEHOLD = "household"
"""To whom a scene tells what happens in a home: the grown-ups who live there."""
WORKPLACE = "workplace"
"""And what happens in a shop or a firm: those who work there."""
AT_HOME, AT_WORK = "/my/home", "/my/help"
"""The pages on which they see more, or call for help."""
WAITING_IS_TOLD_TO = "dispatcher"
WEBHOOK_IS_TOLD_TO = "manager"
EXCHANGE_IS_TOLD_TO = "front_desk"
EMERGENCY_IS_TOLD_TO = ("manager", "security_officer")
ALONE_IS_TOLD_TO = ("manager", "supervisor", "neighbourhood_committee")
"""Whoever could have let it pass: `roles.PERMISSIONS`, `notices.approve`."""
UNREVIEWED_IS_TOLD_TO = ("security_officer",)
"""And when nobody has looked at it for days."""

BLOCKED: dict[str, Words] = {
    NIGHT: Words(
        zh="22:00 至次日 6:00 只播紧急广播（噪声污染防治法第六十四条），这条没有播出",
        en="between 22:00 and 06:00 only emergencies are spoken aloud; this was not",
    ),
    LATE: Words(
        zh="系统恢复时这条广播已过时，没有播出",
        en="the words were out of date when the system came back; they were not spoken",
    ),
    NO_SPEAKER: Words(zh="这个地方没有能用的音柱", en="there is no loudspeaker at this place"),
}

_CLOCKS = {
    "respond": Words(zh="响应", en="response"),
    "handle": Words(zh="处理", en="handling"),
    "check": Words(zh="核查", en="check"),
}


def blocked(*, urgent: bool, local: datetime, speakers: int, age: timedelta = timedelta()) -> str:
    """Return why words that were wanted `age` ago may not be spoken aloud now, or nothing.

    Noise from loudspeakers in residential buildings' neighbourhoods at night is for emergencies
    only; night is 22:00 to 06:00 (noise law of 2021, art. 64 and 88, read second-hand). `local` is
    the time of the place.
    """
    at = local.time()
    if age > STALE_AFTER:
        return LATE
    if not urgent and (at >= NIGHT_FROM or at < NIGHT_TO):
        return NIGHT
    return "" if speakers else NO_SPEAKER


def overdue(*, number: str, clock: str, level: int) -> Words:
    """Say that a service clock of a case has run out."""
    name = _CLOCKS[clock]
    return Words(
        zh=f"案件 {number} {name.zh}超时（第 {level} 级），请督办",
        en=f"Case {number}: {name.en} overdue (level {level}). Please see to it",
    )


def emergency(*, who: str, role: Words, until: datetime) -> Words:
    """Say that somebody took a role for an emergency; `until` is in the time of the place."""
    at = until.strftime("%H:%M")
    return Words(
        zh=f"应急授权：{who} 取得了“{role.zh}”权限，到 {at} 为止，请复核",
        en=f"Emergency access: {who} has taken the role {role.en} until {at}. Please review it",
    )


def alone(*, who: str, text: str, again: int) -> Words:
    """Say that somebody spoke to many alone; `again` counts how often it was said that nobody has
    looked at it.
    """
    still, still_en = ("仍未复核，", "still not reviewed: ") if again else ("", "")
    return Words(
        zh=f"{still}{who} 未经审批向多栋楼紧急广播：{text}。请复核是否合理",
        en=f"{still_en}{who} spoke to several buildings as an emergency: {text}. Please review it",
    )


def unreviewed(*, who: str, role: Words) -> Words:
    """Say that nobody has looked at an emergency access."""
    return Words(
        zh=f"仍未复核：{who} 的应急授权“{role.zh}”。请复核是否合理",
        en=f"Still not reviewed: {who}'s emergency access as {role.en}. Please review it",
    )


def webhook_paused(*, reason: str, waiting: int) -> Words:
    """Say that a third party could not be reached for a day."""
    return Words(
        zh=f"一家第三方的回调一天都送不到（{reason}），已暂停，{waiting} 条在等；恢复请到服务市场",
        en=f"A third party's webhook could not be reached for a day ({reason}) and is paused; "
        f"{waiting} facts wait. Resume it under Services",
    )


def message_failed(*, refused: bool, reason: str) -> Words:
    """Say that a message to a department did not arrive."""
    if refused:
        return Words(
            zh=f"转给部门的案件被退回：{reason}", en=f"A department turned a case down: {reason}"
        )
    return Words(
        zh=f"转给部门的案件一天都送不到：{reason}",
        en=f"A case could not be brought to a department for a day: {reason}",
    )


def exchange_compared(*, day: str, differences: int, mended: int) -> Words:
    """Say that the lists of a day differ from a department's."""
    return Words(
        zh=f"与部门核对 {day} 的往来，有 {differences} 条不一致，其中 {mended} 条已自动补齐",
        en=f"The exchange of {day} differs from a department's list in {differences} messages; "
        f"{mended} of them are being mended",
    )


def waits(*, number: str, skill: str) -> Words:
    """Say that a case finds nobody."""
    return Words(
        zh=f"案件 {number} 没有“{skill}”值班人员可派，请人工派遣",
        en=f"Case {number} finds nobody on duty with the skill {skill}. Please dispatch it",
    )


def guest_came(door: Words | None) -> Words:
    """Say that a guest came, and by which door if it has a name."""
    if door is None:
        return Words(zh="您的访客到了", en="Your guest has come")
    return Words(zh=f"您的访客到了，从{door.zh}进来", en=f"Your guest has come, by {door.en}")


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What a telephone is told when no page is open: the words, how long it is of use, whether it
    is told at night too. Who, and where, is on the page that it opens.
    """

    title: Words
    text: Words
    lasts: timedelta
    always: bool = False


CALL, PASSED_ON, VISIT, SOS, TRIAL = "call", "passed", "visit", "sos", "trial"
SOS_MOVED, HOME, DANGER, WORK = "moved", "home", "danger", "work"
GUEST = "guest"
CAR, CHARGED, UNPLUG = notices.CAR, notices.CHARGED, notices.UNPLUG
REFUND = notices.REFUND
TOLD: dict[str, Told] = {
    CALL: Told(
        title=Words(zh="门口有人呼叫", en="Somebody rings"),
        text=Words(
            zh="打开看看是谁，开门或不开。", en="Open to see who it is, and let him in or not."
        ),
        lasts=timedelta(seconds=90),
    ),
    PASSED_ON: Told(
        title=Words(zh="门口呼叫转到岗亭", en="A call from a door is yours"),
        text=Words(
            zh="家里没有人应答，打开处理。", en="Nobody at home answered: open to deal with it."
        ),
        lasts=timedelta(seconds=60),
    ),
    VISIT: Told(
        title=Words(zh="门岗有人找您", en="Somebody is at the gate"),
        text=Words(zh="打开答复：让不让他进来。", en="Open to say whether he may come in."),
        lasts=timedelta(minutes=10),
    ),
    GUEST: Told(
        title=Words(zh="您的访客到了", en="Your guest has come"),
        text=Words(zh="打开看看从哪道门进来。", en="Open to see by which door."),
        lasts=timedelta(minutes=15),
    ),
    SOS: Told(
        title=Words(zh="有人求助", en="Somebody calls for help"),
        text=Words(zh="正在呼叫您，打开查看并应答。", en="You are being called: open, and answer."),
        lasts=timedelta(minutes=10),
        always=True,
    ),
    SOS_MOVED: Told(
        title=Words(zh="求助的地方更正了", en="The call for help is elsewhere"),
        text=Words(zh="打开看看现在是哪里。", en="Open to see where it is now."),
        lasts=timedelta(minutes=10),
        always=True,
    ),
    DANGER: Told(
        title=Words(zh="家里有险情", en="Danger at home"),
        text=Words(zh="打开看看出了什么事、怎么办。", en="Open to see what it is, and what to do."),
        lasts=timedelta(minutes=30),
        always=True,
    ),
    WORK: Told(
        title=Words(zh="上班的地方有险情", en="Danger where you work"),
        text=Words(zh="打开看看出了什么事、怎么办。", en="Open to see what it is, and what to do."),
        lasts=timedelta(minutes=30),
        always=True,
    ),
    HOME: Told(
        title=Words(zh="家里有事提醒您", en="Something at home"),
        text=Words(zh="打开看看。", en="Open to see what it is."),
        lasts=timedelta(minutes=30),
    ),
    CAR: Told(
        title=Words(zh="请移车", en="Please move a car"),
        text=Words(
            zh="您或您访客的车停在不能停的地方，打开查看。",
            en="Yours or your guest's stands where it must not: open to see.",
        ),
        lasts=timedelta(minutes=30),
    ),
    CHARGED: Told(
        title=Words(zh="充电结束", en="Your charging has ended"),
        text=Words(
            zh="打开看为什么停、充了多少、多少钱。",
            en="Open to see why, how much it took and what it costs.",
        ),
        lasts=timedelta(minutes=30),
    ),
    UNPLUG: Told(
        title=Words(zh="请拔枪挪车", en="Please unplug your car"),
        text=Words(
            zh="已充完，车还插着枪，会收占位费。",
            en="It is charged and still plugged in: staying costs money.",
        ),
        lasts=timedelta(minutes=30),
    ),
    REFUND: Told(
        title=Words(zh="有一笔退款", en="Money was given back"),
        text=Words(zh="打开看退了多少、怎么退的。", en="Open to see how much, and which way."),
        lasts=timedelta(minutes=30),
    ),
    TRIAL: Told(
        title=Words(zh="通知已开通", en="Notifications are on"),
        text=Words(
            zh="有人呼叫或求助时，这台设备会这样提醒您。",
            en="This is how this device tells you when somebody rings or calls for help.",
        ),
        lasts=timedelta(minutes=5),
        always=True,
    ),
}
_AGAIN_S = (2, 5, 10, 20, 40, 60)
_GONE = frozenset({404, 410})


def hushed(*, kind: str, starts: time | None, ends: time | None, at: time) -> bool:
    """Tell whether a telephone keeps quiet about something at this time of the day. Hours that end
    no later than they begin go on past midnight.
    """
    if TOLD[kind].always or starts is None or ends is None or starts == ends:
        return False
    return starts <= at < ends if starts < ends else at >= starts or at < ends


def forgets(status: int) -> bool:
    """Tell whether a push service says that a browser is not there any more. That it will not hear
    us (401, 403: our clock or our key) is said of us, and forgets nobody.
    """
    return status in _GONE


def ring_again(*, status: int, tries: int, now: datetime, until: datetime) -> datetime | None:
    """Return when to try again after so many tries; None if it is of no use: refused for good, or
    too late by then.
    """
    passing = status in {0, 429} or status >= 500  # noqa: PLR2004 - as HTTP says
    at = now + timedelta(seconds=_AGAIN_S[min(tries, len(_AGAIN_S)) - 1])
    return at if passing and at < until else None
