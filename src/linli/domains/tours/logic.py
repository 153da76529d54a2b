"""The rules of tours: when one is due, what a scan proves, when it is over. Pure.

What a code proves, in order: a printed code (or a plain NFC tag) says only that somebody had this
code before his eyes once, for it can be photographed; with the position of the telephone it says
that the telephone *said* that it was there; a code that changes every half minute on a screen says
that somebody saw that screen at that moment, whenever it is told.
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
WAYS = ("qr", "nfc", "beacon", "typed")

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
STEP_S = 30
"""How long one code stands on a screen."""
_CODE = re.compile(r"[a-z0-9-]{1,32}")


class WindowRule(msgspec.Struct, frozen=True, kw_only=True):
    """When a route is walked: days of the week (`1` Monday … `7` Sunday), from a time, how long."""

    days: str
    starts: time
    minutes: int


class PointRule(msgspec.Struct, frozen=True, kw_only=True):
    """What a point asks of a scan. `position` is (longitude, latitude) in degrees."""

    proof: str
    position: tuple[float, float] | None = None
    radius_m: int = 50


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """What a scanned text says: whose point, and (printed) its edition or (on a screen) the step of
    30 s since 1970 at which it stood there.
    """

    point: str
    number: int
    rotating: bool
    signature: str


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A scan as it was made. `at` is by the server's clock. `shown_at` is when its code stood on
    the screen. `distance_m` is how far from the point the telephone said it was, give or take
    `accuracy_m`.
    """

    at: datetime
    shown_at: datetime | None = None
    distance_m: float | None = None
    accuracy_m: float = 0.0


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a scan counts, when it was, and what is to be said of it.

    Flags: `clock` (the telephone's was wrong), `later` (told afterwards), `unproven` (the position
    was not told), `order`, `late`, `off_duty`. `refusal` is why it does not count: `far`,
    `old_code`, `too_late`, `too_early`.
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
    if rule.proof == ROTATING and shown.shown_at is None:
        return Verdict(at=at, flags=tuple(flags), refusal="old_code")
    if rule.proof == POSITION:
        if shown.distance_m is None:
            flags.append("unproven")
        elif shown.distance_m - min(shown.accuracy_m, rule.radius_m) > rule.radius_m:
            return Verdict(at=at, flags=tuple(flags), refusal="far")
    if at < starts_at - EARLY:
        return Verdict(at=at, flags=tuple(flags), refusal="too_early")
    if at > ends_at + AFTER:
        return Verdict(at=at, flags=tuple(flags), refusal="too_late")
    return Verdict(at=at, flags=(*flags, "late") if at > ends_at else tuple(flags))


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
    """Write a code as it stands in a QR code or on a tag: `LT1.gate-s.2.<signature>`, and on a
    screen `LT2.gate-s.59423817.<signature>`.
    """
    return f"LT{2 if code.rotating else 1}.{code.point}.{code.number}.{code.signature}"


def is_code(said: str) -> bool:
    """Tell whether a route or a point may be called so: small letters, figures and hyphens."""
    return _CODE.fullmatch(said) is not None


def read(said: str) -> Code | None:
    """Return what a scanned text says; None if it is none of ours."""
    parts = said.strip().split(".")
    if len(parts) != 4 or parts[0] not in {"LT1", "LT2"}:  # noqa: PLR2004 - head, point, number, signature
        return None
    _, point, number, signature = parts
    if not (number.isascii() and number.isdecimal() and len(number) <= 12):  # noqa: PLR2004
        return None
    return Code(
        point=point, number=int(number), rotating=parts[0] == "LT2", signature=signature.lower()
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
