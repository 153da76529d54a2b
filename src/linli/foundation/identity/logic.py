"""Rules of signing in and of rights: pure."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from math import ceil
from typing import NamedTuple

FAILURES_ALLOWED = 5
LOCKED_FOR = timedelta(minutes=15)
FAILURES_KEPT = timedelta(days=1)
TICKET_LASTS = timedelta(seconds=60)
LANGUAGES = ("zh", "en")
USERNAME = re.compile(r"[\w.@+-]{2,64}")


def normal_username(text: str) -> str:
    """Return a user name as it is compared: full width and case made one."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


PRODUCT = ("linli", "邻里")
_BETWEEN = re.compile(r"[\s_.-]+")
_LOOK_ALIKE = str.maketrans("013457@$!", "oieastasi")
_SHORTEST, _SHORTEST_LATIN = 2, 3


def parts_of(name: str) -> list[str]:
    """Return a name as somebody would put it in a password: whole, and each part of its own. A
    single sign is none, nor are two Latin letters.
    """
    whole = _plainly(name)
    parts = [_plainly(part) for part in re.split(r"\W+|_", name)]
    long = [one for one in parts if len(one) >= (_SHORTEST_LATIN if one.isascii() else _SHORTEST)]
    return [*dict.fromkeys([whole, *long])] if len(whole) >= _SHORTEST else []


def of_this_house(*, password: str, words: Iterable[str], least: int) -> bool:
    """Tell whether a password has words that somebody would try here first, and less than this many
    signs beside them: they count for nothing. Case, width, what stands between signs, and digits in
    the place of letters make no difference.
    """
    said, plain = _plainly(password), {_plainly(word) for word in words} - {""}
    like = {word.translate(_LOOK_ALIKE) for word in plain}
    unlike = said.translate(_LOOK_ALIKE)
    return _little_beside(said, plain, least) or _little_beside(unlike, like, least)


def _little_beside(said: str, words: set[str], least: int) -> bool:
    left = said
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word, "\n")
    return left != said and len(left.replace("\n", "")) < least


def _plainly(text: str) -> str:
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", text).casefold())


def after_try(*, failures: int, now: datetime) -> tuple[int, datetime | None]:
    """Return (wrong passwords so far, locked until) should this try turn out wrong too."""
    if failures + 1 >= FAILURES_ALLOWED:
        return 0, now + LOCKED_FOR
    return failures + 1, None


def locked(*, until: datetime | None, now: datetime) -> bool:
    """Tell whether nobody may sign in by a name yet."""
    return until is not None and now < until


def minutes_left(*, until: datetime | None, now: datetime) -> int:
    """Return the whole minutes until then, at least one."""
    return max(1, ceil((until - now).total_seconds() / 60)) if until else 0


SHOWN_LASTS = timedelta(minutes=5)
"""For how long a factor that was shown opens what asks for it again."""
SHIFT_LASTS = timedelta(hours=8)
"""And for how long what is looked at all through a shift: shorter than a session may last."""
TOTP_STEP_S = 30
TOTP_SLACK = 1
"""So many steps before and after now are taken: clocks of telephones go wrong by as much."""
RECOVERY_CODES = 10
SEEN_EVERY = timedelta(minutes=1)
EMERGENCY_MINUTES = 60
EMERGENCY_ROLES = ("guard", "engineer", "dispatcher", "manager")
"""Roles that may be taken for an emergency: those that act in the estate, none that gives rights or
reads the trail.
"""
APART = frozenset({"operator", "security_officer", "auditor"})
"""Three persons: who runs the platform, who guards its rights, and who reads what both did."""
POWER = ("operator", "security_officer", "auditor", "manager")
"""Roles that ask for a factor beside the password, unless `LINLI_FACTOR_ROLES` names others."""


CODE_LASTS = timedelta(minutes=5)
CODE_TRIES = 5
CODE_DIGITS = 6
CODES_WITHIN = timedelta(hours=1)
CODES_FOR_ONE = 5
"""So many codes go out within the hour for what somebody typed, and to an account."""
CODES_FROM_ONE = 20
"""And from an address: a household, an office."""
HALF_LASTS = timedelta(minutes=5)
"""Who showed one of two things has so long for the other."""


SURE_BY = ("document", "known", "called", "vouched")
"""How somebody who resets another's account made sure who that is: he saw an identity document, or
knows him by sight, both face to face; he called the number of the register back; or another who
works here, and knows him, stood beside."""
_SURE_SIGNS = range(4, 121)
_NUMBER = re.compile(r"(?:\d[\s-]?){6}")


def says_how(words: str) -> bool:
    """Tell whether words say how one made sure: neither none nor a tale."""
    return len(words.strip()) in _SURE_SIGNS


def tells_a_number(words: str) -> bool:
    """Tell whether words hold six digits or more: of a document or a telephone, which are not for
    the trail.
    """
    return _NUMBER.search(unicodedata.normalize("NFKC", words)) is not None


class Limits(NamedTuple):
    """How long a session lasts unseen, and at all."""

    idle: timedelta
    absolute: timedelta


def over(*, began: float, seen: float, now: float, limits: Limits) -> bool:
    """Tell whether a session has ended by itself; times in epoch seconds."""
    return (
        now - seen >= limits.idle.total_seconds() or now - began >= limits.absolute.total_seconds()
    )


def fresh(*, shown: float | None, now: float, lasts: timedelta = SHOWN_LASTS) -> bool:
    """Tell whether a factor was shown lately enough; times in epoch seconds."""
    return shown is not None and 0 <= now - shown < lasts.total_seconds()


def steps(*, now: datetime) -> range:
    """Return the steps of an authenticator app whose codes are taken now (RFC 6238, 5.2)."""
    step = int(now.timestamp()) // TOTP_STEP_S
    return range(step - TOTP_SLACK, step + TOTP_SLACK + 1)


def in_hours(*, days: str, starts: time | None, ends: time | None, local: datetime) -> bool:
    """Tell whether a moment lies in the hours of a grant; empty words are always.

    Hours that end before they start belong to the day on which they start.
    """
    at = local.time()
    day = local.isoweekday()
    if starts is not None and ends is not None and starts != ends:
        if starts < ends and not starts <= at < ends:
            return False
        if starts > ends and ends <= at < starts:
            return False
        if starts > ends and at < ends:
            day = (day - 2) % 7 + 1
    return not days or str(day) in days


def keeps_apart(*, held: Iterable[str], role: str) -> str | None:
    """Return the role that forbids this one to the same person, if one does."""
    if role not in APART:
        return None
    return next((one for one in sorted(held) if one in APART and one != role), None)


_BROWSERS = (("Edg/", "Edge"), ("MicroMessenger/", "WeChat"), ("Firefox/", "Firefox"),
             ("OPR/", "Opera"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))  # fmt: skip
_SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
            ("Mac OS X", "macOS"), ("Linux", "Linux"))  # fmt: skip


def device_words(agent: str) -> str:
    """Return what a browser says that it is, in two words; empty where it says nothing known."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return " · ".join(word for word in (browser, system) if word)
