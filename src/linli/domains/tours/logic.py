"""The rules of tours: when one is due, what a scan proves, when it is over. Pure.

What a code proves, in order: a printed code says only that somebody had this code before his eyes
once, for it can be photographed; a tag by NFC that it was read once, and by its serial that it was
this tag, as far as the telephone is to be believed; with the position of the telephone it says that
the telephone *said* that it was there; a code that changes every half minute on a screen says that
somebody saw that screen at that moment, whenever it is told. A badge that the reader at a point
heard was there, whoever wore it.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, time, timedelta

import msgspec

from linli.kernel.words import Words

FIXED, FREE = "fixed", "free"
ORDERS = (FIXED, FREE)
NONE, POSITION, ROTATING = "none", "position", "rotating"
PROOFS = (NONE, POSITION, ROTATING)
WAYS = ("qr", "nfc", "beacon", "typed", "badge")

WAITING, WALKING, DONE, INCOMPLETE, MISSED = "waiting", "walking", "done", "incomplete", "missed"
OPEN = (WAITING, WALKING)
DUE, VISITED, SKIPPED, LATE, UNSEEN = "due", "visited", "skipped", "late", "missed"

EARLY = timedelta(minutes=15)
"""So long before its start a tour may be set out on."""
AFTER = timedelta(hours=2)
"""So long after its end a visit is still written down with it, as late."""
SKEW = timedelta(minutes=2)
"""A telephone's clock that is further off is wrong, and said to be."""
LATER = timedelta(minutes=5)
"""A scan that comes so long after it was made was kept on the telephone."""
FASTEST_M_S = 8.0
"""Faster than this nobody patrols: a bicycle, not a man."""
_SLACK_M = 30.0
"""So far off may the positions of two points be together."""
STEP_S = 30
"""How long one code stands on a screen."""
_CODE = re.compile(r"[a-z0-9-]{1,32}")


class WindowRule(msgspec.Struct, frozen=True, kw_only=True):
    """When a route is walked: days of the week (`1` Monday … `7` Sunday), from a time, how long."""

    days: str
    starts: time
    minutes: int


class PointRule(msgspec.Struct, frozen=True, kw_only=True):
    """What a point asks of a scan. `position` is (longitude, latitude) in degrees; `serial` that of
    the tag which hangs there; a beacon is to be heard as strong as `least_dbm`, for `dwell_s`.
    """

    proof: str
    position: tuple[float, float] | None = None
    radius_m: int = 50
    serial: str = ""
    least_dbm: int = -127
    dwell_s: int = 0


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """What a scanned text says: whose point, and (printed, or on a tag by NFC) its edition or (on a
    screen) the step of 30 s since 1970 at which it stood there.
    """

    point: str
    number: int
    rotating: bool
    signature: str
    tag: bool = False


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A scan as it was made. `at` is by the server's clock. `shown_at` is when its code stood on
    the screen. `distance_m` is how far from the point the telephone said it was, give or take
    `accuracy_m`. `by_tag`: it is the text of a tag by NFC; `serial` is what the tag said it is.
    `by_beacon`: the telephone heard the point's beacon, so strong (`rssi_dbm`) and so long.
    """

    at: datetime
    shown_at: datetime | None = None
    distance_m: float | None = None
    accuracy_m: float = 0.0
    by_tag: bool = False
    serial: str = ""
    by_beacon: bool = False
    rssi_dbm: int | None = None
    dwell_s: float | None = None


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a scan counts, when it was, and what is to be said of it.

    Flags: `clock` (the telephone's was wrong), `later` (told afterwards), `unproven` (the position
    was not told), `link` (the tag's link was opened, the tag itself not read), `order`, `late`,
    `fast` (nobody goes so fast from the point before), `off_duty`. `refusal` is why it does not
    count: `far`, `old_code`, `wrong_tag`, `weak`, `brief`, `too_late`, `too_early`.
    """

    at: datetime
    flags: tuple[str, ...] = ()
    refusal: str = ""


class Stand(msgspec.Struct, frozen=True, kw_only=True):
    """One point of a tour: its turn and what became of it."""

    number: int
    state: str


def starts_on(*, rule: WindowRule, day: date) -> bool:
    """Tell whether a window opens on a day."""
    return str(day.isoweekday()) in rule.days


def span(*, rule: WindowRule, day: date, midnight: datetime) -> tuple[datetime, datetime]:
    """Return from when to when a window lasts. `midnight` is when the day begins in the time of the
    place; one that is long enough goes on into the next day.
    """
    begins = datetime.combine(day, rule.starts, tzinfo=midnight.tzinfo)
    return begins, begins + timedelta(minutes=rule.minutes)


def corrected(
    *, at: datetime, phone_at: datetime, now: datetime
) -> tuple[datetime, timedelta, bool]:
    """Return when something happened by our clock, how far the telephone's is ahead of it, and
    whether that is wrong. What it says of the future happened now.
    """
    ahead = phone_at - now
    wrong = abs(ahead) > SKEW
    ours = at - ahead if wrong else at
    return min(ours, now), ahead, wrong or ours - now > SKEW


def verdict(
    *, shown: Shown, rule: PointRule, starts_at: datetime, ends_at: datetime, told_at: datetime
) -> Verdict:
    """Judge a scan. A changing code tells the time itself, whatever the telephone's clock says; a
    telephone that tells no position is believed, and flagged.
    """
    at = shown.shown_at or shown.at
    flags = ["later"] if told_at - at > LATER else []
    if shown.shown_at is not None and abs(shown.at - shown.shown_at) > SKEW:
        flags.append("clock")
    if rule.proof == POSITION and shown.distance_m is None:
        flags.append("unproven")
    if rule.serial and shown.by_tag and not shown.serial:
        flags.append("link")
    refusal = _unproven(shown, rule)
    if refusal:
        return Verdict(at=at, flags=tuple(flags), refusal=refusal)
    if at < starts_at - EARLY:
        return Verdict(at=at, flags=tuple(flags), refusal="too_early")
    if at > ends_at + AFTER:
        return Verdict(at=at, flags=tuple(flags), refusal="too_late")
    return Verdict(at=at, flags=(*flags, "late") if at > ends_at else tuple(flags))


def _unproven(shown: Shown, rule: PointRule) -> str:
    """Return why a scan does not prove what its point asks for; empty if it does."""
    if rule.proof == ROTATING and shown.shown_at is None:
        return "old_code"
    if rule.serial and shown.serial and shown.serial != rule.serial:
        return "wrong_tag"
    if shown.by_beacon and (shown.rssi_dbm is None or shown.rssi_dbm < rule.least_dbm):
        return "weak"
    if shown.by_beacon and (shown.dwell_s is None or shown.dwell_s < rule.dwell_s):
        return "brief"
    if rule.proof == POSITION and shown.distance_m is not None:
        allowed = rule.radius_m + min(shown.accuracy_m, rule.radius_m)
        return "far" if shown.distance_m > allowed else ""
    return ""


def too_fast(*, metres: float, seconds: float) -> bool:
    """Tell whether nobody goes so far in so long."""
    return metres - _SLACK_M > FASTEST_M_S * max(seconds, 0.0)


def out_of_order(*, order: str, stands: Sequence[Stand], number: int) -> bool:
    """Tell whether a point was come to before one that stands before it on a fixed route."""
    waiting = (one for one in stands if one.number < number and one.state in {DUE, UNSEEN})
    return order == FIXED and any(waiting)


def outcome(*, states: Collection[str], over: bool) -> str:
    """Return how a tour stands by its points. `over`: its time has run out."""
    if all(state in {VISITED, SKIPPED} for state in states):
        return DONE
    if not over:
        return WALKING if any(state != DUE for state in states) else WAITING
    return MISSED if all(state in {DUE, UNSEEN} for state in states) else INCOMPLETE


def step_of(at: datetime) -> int:
    """Return the step of a changing code at a time."""
    return int(at.timestamp()) // STEP_S


def text(code: Code) -> str:
    """Write a code as it stands in a QR code: `LT1.gate-s.2.<signature>`; on a screen
    `LT2.gate-s.59423817.<signature>`; in the link of a tag by NFC `LT3.gate-s.2.<signature>`.
    """
    kind = 2 if code.rotating else 3 if code.tag else 1
    return f"LT{kind}.{code.point}.{code.number}.{code.signature}"


def is_code(said: str) -> bool:
    """Tell whether a route or a point may be called so: small letters, figures and hyphens."""
    return _CODE.fullmatch(said) is not None


def read(said: str) -> Code | None:
    """Return what a scanned text says, by itself or at the end of a link; None if it is none of
    ours.
    """
    parts = said.strip().rpartition("#")[2].removeprefix("nfc=").split(".")
    if len(parts) != 4 or parts[0] not in {"LT1", "LT2", "LT3"}:  # noqa: PLR2004 - head, point, number, signature
        return None
    kind, point, number, signature = parts
    if not (number.isascii() and number.isdecimal() and len(number) <= 12):  # noqa: PLR2004
        return None
    return Code(
        point=point,
        number=int(number),
        rotating=kind == "LT2",
        signature=signature.lower(),
        tag=kind == "LT3",
    )


def missed_words(*, route: Words, points: Sequence[Words], state: str) -> Words:
    """Say which points nobody came to."""
    if state == MISSED:
        return Words(
            zh=f"{route.zh}：整趟没有人巡", en=f"{route.en}: nobody walked the tour at all"
        )
    return Words(
        zh=f"{route.zh}漏巡 {len(points)} 个点：{'、'.join(one.zh for one in points)}",
        en=f"{route.en}: {len(points)} points missed: {', '.join(one.en for one in points)}",
    )


def not_begun_words(route: Words, minutes: int) -> Words:
    """Say that nobody has set out."""
    return Words(
        zh=f"{route.zh}已到时间 {minutes} 分钟，还没有人出发",
        en=f"{route.en} was to begin {minutes} minutes ago and nobody has set out",
    )


def days(*, now: datetime) -> Iterator[date]:
    """Yield the days whose tours may stand now: yesterday's that go past midnight, today's and
    tomorrow's. `now` is in the time of the place.
    """
    for ahead in (-1, 0, 1):
        yield now.date() + timedelta(days=ahead)
