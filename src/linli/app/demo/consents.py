"""What residents of 和睦里 said on paper when they were registered: most agreed to visits, some did
not, and of a few nobody asked.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.utils import timezone

from linli.app.demo.people import TODAY, Home
from linli.foundation.consent import recording
from linli.foundation.consent.models import Consent, How
from linli.foundation.consent.recording import Subject, Told
from linli.foundation.identity import queries as accounts
from linli.registry.people import consenting

_RECORDS = "grid"
"""Whose account went from door to door."""
_NOT_ASKED, _SAID_NO = 23, 17
"""One home in so many."""


def seed(*, community: str, homes: Sequence[Home], now: datetime) -> None:
    """Record what they said; sown twice it is once."""
    if Consent.rows.of(community).exists():
        return
    day = min(TODAY, timezone.localdate(now))
    codes = {person.code: number for number, home in enumerate(homes) for person in home.people}
    known = consenting.persons(community=community, codes=codes, today=day)
    said = [
        (subject, _told(codes[code], subject, day))
        for code, subject in known.items()
        if codes[code] % _NOT_ASKED != _NOT_ASKED - 1
    ]
    account = accounts.number_of(username=_RECORDS)
    recording.record_all(community=community, account=account, said=said, now=now)


def _told(home: int, subject: Subject, day: date) -> Told:
    return Told(
        purpose="visit",
        given=home % _SAID_NO != _SAID_NO - 1,
        how=How.PAPER,
        said_on=day,
        sheet=f"HML-{home + 1:05}",
        guardian=subject.child,
    )
