"""The rules of visits: what may be promised to a guest, where his visit stands, when a call is
whose, and which words open a door.
"""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from enum import StrEnum

import msgspec

from linli.contracts.doors import PICTURE_LASTS, PICTURE_USES
from linli.kernel.fault import Fault
from linli.kernel.words import Words


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of guest: how long he may stay unless the host says otherwise, how long at most, and
    how often he may come in (0: any number). `regular` guests have days of the week and hours.
    `digits`: he gets six for the keypad unless the host says otherwise; his hands are full.
    """

    name: Words
    lasts: timedelta
    longest: timedelta
    uses: int = 0
    regular: bool = False
    digits: bool = False


GUEST, REPEAT, HELP, COURIER, FOOD = "guest", "repeat", "help", "courier", "food"

KINDS: Mapping[str, Kind] = {
    GUEST: Kind(
        name=Words(zh="亲友", en="guest"), lasts=timedelta(hours=6), longest=timedelta(days=7),
        uses=2,
    ),
    REPEAT: Kind(
        name=Words(zh="常客", en="regular guest"), lasts=timedelta(days=30),
        longest=timedelta(days=90), regular=True,
    ),
    HELP: Kind(
        name=Words(zh="家政保姆", en="home help"), lasts=timedelta(days=90),
        longest=timedelta(days=180), regular=True,
    ),
    COURIER: Kind(
        name=Words(zh="快递", en="courier"), lasts=timedelta(minutes=60),
        longest=timedelta(hours=12), uses=1, digits=True,
    ),
    FOOD: Kind(
        name=Words(zh="外卖", en="food delivery"), lasts=timedelta(minutes=45),
        longest=timedelta(hours=2), uses=1, digits=True,
    ),
}  # fmt: skip

WALK_IN = timedelta(hours=6)
"""For how long somebody who came unexpected is let in."""
ANSWER_WITHIN = timedelta(seconds=60)
"""So long a household is asked about a guest at the gate; then the guard may decide."""
ASKED_UNTIL = timedelta(minutes=30)
"""After so long, a question that nobody decided is over."""
RINGS_AT_HOME = timedelta(seconds=30)
RINGS = timedelta(seconds=90)
"""A call that nobody answers by then is missed."""
TALK = timedelta(minutes=3)
"""Whoever answered has so long to open or refuse."""
EARLIEST = timedelta(days=30)
"""A visit begins so many days from now at most."""
MOST_PEOPLE, MOST_USES, MOST_OPEN = 20, 50, 30
"""`MOST_OPEN` visits may a household expect at once."""


class State(StrEnum):
    """Where a visit stands, as it is written down."""

    ASKED = "asked"
    EXPECTED = "expected"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    OVER = "over"


def unanswered(*, asked_at: datetime, now: datetime) -> State:
    """Return where a question stands that nobody decided: time alone ends it."""
    return State.OVER if now >= asked_at + ASKED_UNTIL else State.ASKED


class Stands(StrEnum):
    """What a guest is told: may he come now?"""

    SOON = "soon"
    NOW = "now"
    HOURS = "hours"
    """These are not his days or hours."""
    USED = "used"
    """He has come in as often as was said."""
    ASKED = "asked"
    OVER = "over"


KIOSK = "visitor_kiosk"
"""The kind of device that a visitors' screen is."""
KIOSK_WITHIN = timedelta(minutes=10)
KIOSK_ASKS, KIOSK_ASKS_A_HOME = 20, 4
"""So much may be asked within that time, from one screen, and of one home from all of them. What
became of a question is told for as long.
"""

OUTER = frozenset({"gate", "barrier"})
"""Kinds of door by which one enters or leaves the estate."""
BY_CAR = "car"
"""Why a lane opened to a guest: he was known by his plate."""
SAME_COMING = timedelta(minutes=15)
"""Who came in so lately, and is in, does not come a second time at the next gate or lane."""
UNSEEN = timedelta(hours=12)
"""Of whom so long nothing was seen, has come anew, also where the first door to see him is one
inside: the gate stood open.
"""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """How a guest passed last: when, and whether he left the estate by it."""

    at: datetime
    left: bool


def arrives(*, last: Seen | None, outer: bool, at: datetime) -> bool:
    """Tell whether somebody who comes in has come anew, rather than on his way to the home; `outer`
    is by a gate or lane. Who goes out by the button there is not seen leaving.
    """
    if last is None or last.left or at - last.at > UNSEEN:
        return True
    return outer and at - last.at > SAME_COMING


class CallState(StrEnum):
    RINGING = "ringing"
    ANSWERED = "answered"
    OPENED = "opened"
    REFUSED = "refused"
    MISSED = "missed"
    LEFT = "left"


OPEN_CALLS = (CallState.RINGING, CallState.ANSWERED)
TEST_PICTURE = "pattern"
"""A source of pictures that is silent."""


class BadHours(Fault):
    """A visit cannot be promised so; `problem` says what is wrong."""

    key = "visits.bad_hours"
    status = 422


class PictureTooLong(Fault):
    """A code that is sent as a picture is good for less: `hours` and `uses` at most."""

    key = "visits.picture_too_long"
    status = 422


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """When a guest may come: from, until (not included), and the days (`1` Monday … `7` Sunday,
    empty is each) and local hours of a regular one. Hours that end no later than they begin go on
    past midnight; without hours it is the whole day.
    """

    since: datetime
    until: datetime
    days: str = ""
    starts: time | None = None
    ends: time | None = None


def checked(*, kind: str, span: Span, uses: int, picture: bool = False, now: datetime) -> Span:
    """Return the span if it may be promised to a guest of a kind.

    :param picture: his code may be sent as a picture, which anybody may have seen
    :raises BadHours: if it is over, too long, too far ahead, or its days are none
    :raises PictureTooLong: if it is longer, or oftener, than a picture is good for
    """
    found = _problem(KINDS.get(kind), span, uses, now)
    if found:
        raise BadHours(problem=found)
    bounded = 0 < uses <= PICTURE_USES and span.until - span.since <= PICTURE_LASTS
    if picture and not bounded:
        hours = int(PICTURE_LASTS.total_seconds()) // 3600
        raise PictureTooLong(hours=hours, uses=PICTURE_USES)
    return span


def _problem(kind: Kind | None, span: Span, uses: int, now: datetime) -> str:
    if kind is None:
        return "kind"
    begins = max(span.since, now)
    wrong = {
        "over": span.until <= begins,
        "too_long": span.until - begins > kind.longest,
        "too_far": span.since > now + EARLIEST,
        "days": not set(span.days) <= set("1234567") or bool(span.days and not kind.regular),
        "hours": (span.starts is None) is not (span.ends is None),
        "uses": not 0 <= uses <= MOST_USES or (uses == 0 and not kind.regular),
    }
    return next((name for name, found in wrong.items() if found), "")


def stands(
    *, state: State, span: Span, now: datetime, local: datetime, uses: int, used: int
) -> Stands:
    """Return where a visit stands; what cannot change back outranks what time will change.

    :param uses: how often he may come in, 0 any number; `used` is how often he did
    """
    if state is State.ASKED:
        return Stands.ASKED if now < span.until else Stands.OVER
    if state is not State.EXPECTED or now >= span.until:
        return Stands.OVER
    if uses and used >= uses:
        return Stands.USED
    if now < span.since:
        return Stands.SOON
    return Stands.NOW if in_hours(span=span, local=local) else Stands.HOURS


def in_hours(*, span: Span, local: datetime) -> bool:
    """Tell whether a local time lies in the days and hours of a span."""
    days = span.days or "1234567"
    if span.starts is None or span.ends is None:
        return str(local.isoweekday()) in days
    at, past_midnight = local.time(), span.ends <= span.starts
    yesterday = str((local - timedelta(days=1)).isoweekday())
    if str(local.isoweekday()) in days and at >= span.starts:
        return past_midnight or at < span.ends
    return past_midnight and yesterday in days and at < span.ends


OPEN, REFUSE = "open", "refuse"

WORDS_OF: Mapping[str, tuple[str, ...]] = {
    OPEN: ("开门", "开", "开一下", "开一下门", "把门打开", "打开门", "请进", "进来", "进来吧",
           "让他进来", "让她进来", "好开门", "open", "opendoor", "openthedoor", "comein",
           "letthemin", "lethimin", "letherin", "yesopen"),
    REFUSE: ("不开", "不开门", "别开", "别开门", "不要开门", "不认识", "挂断", "不见", "no",
             "dontopen", "donotopen", "dontopenthedoor", "hangup", "goaway", "refuse"),
}  # fmt: skip
"""What somebody says to the loudspeaker at home, as `heard` writes it. The whole of it must be one
of these: "don't open the door" has the word in it, too.
"""


def heard(text: str) -> str:
    """Return what was said: `open`, `refuse`, or nothing that is known."""
    bare = "".join(sign for sign in text.lower() if sign.isalnum())
    return next((what for what, known in WORDS_OF.items() if bare in known), "")


PHRASES: Mapping[str, Words] = {
    "coming": Words(zh="请稍等，我就来。", en="One moment please, I am coming."),
    "who": Words(zh="请问您是哪位？找谁？", en="Who are you, and whom do you come to see?"),
    "put_down": Words(zh="请放在门口，谢谢。", en="Please leave it at the door. Thank you."),
    "ask_guard": Words(zh="我不方便说话，请找门岗。", en="I cannot talk. Please ask at the gate."),
    "not_now": Words(zh="现在不方便，请改天再来。", en="Not now, please. Come another day."),
}
"""What whoever answered a call may have the door say or show, when he does not speak or hear."""


class Ringing(msgspec.Struct, frozen=True, kw_only=True):
    """A call as it stands: since when, whether anybody at home hears it, whether it was passed on,
    when somebody answered.
    """

    rang_at: datetime
    at_home: bool
    passed_on: bool
    answered_at: datetime | None = None


def next_of(*, call: Ringing, now: datetime) -> str:
    """Return what becomes of a call by itself: `pass_on`, `miss`, `end`, or nothing yet."""
    if call.answered_at is not None:
        return "end" if now >= call.answered_at + TALK else ""
    if now >= call.rang_at + RINGS:
        return "miss"
    if not call.passed_on and (not call.at_home or now >= call.rang_at + RINGS_AT_HOME):
        return "pass_on"
    return ""


def guard_decides(*, asked_at: datetime, at_home: bool, now: datetime) -> bool:
    """Tell whether the guard may decide on a guest at the gate: nobody is there to be asked, or
    nobody answered in time.
    """
    return not at_home or now >= asked_at + ANSWER_WITHIN


def masked_name(name: str) -> str:
    """Return the first sign of a name."""
    return name[:1] + "*" * min(2, max(0, len(name) - 1))
