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


class Limits(NamedTuple):
    """How long a session lasts unseen, and at all."""

    idle: timedelta
    absolute: timedelta


def over(*, began: float, seen: float, now: float, limits: Limits) -> bool:
    """Tell whether a session has ended by itself; times in epoch seconds."""
    return (
        now - seen >= limits.idle.total_seconds() or now - began >= limits.absolute.total_seconds()
    )


def fresh(*, shown: float | None, now: float) -> bool:
    """Tell whether a factor was shown lately enough; times in epoch seconds."""
    return shown is not None and 0 <= now - shown < SHOWN_LASTS.total_seconds()


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
