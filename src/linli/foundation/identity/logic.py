"""Rules of signing in: pure."""

import re
import unicodedata
from datetime import datetime, timedelta
from math import ceil

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
