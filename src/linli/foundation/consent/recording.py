"""What persons said at the desk, on paper or by word of mouth: recorded by who works there."""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from django.db import transaction
from django.utils import timezone

from linli.contracts import privacy
from linli.foundation.audit import operations as audit
from linli.foundation.audit.models import Act
from linli.foundation.consent import queries
from linli.foundation.consent.models import Consent, How
from linli.foundation.consent.operations import GuardianWanted
from linli.foundation.privacy import purposes
from linli.kernel.fault import Fault

_AT_ONCE = 400


class NotAtTheDesk(Fault):
    """Where a face, a position or a device is taken, there one agrees to it, and nowhere else."""

    key = "consent.not_at_the_desk"
    status = 422


class SheetWanted(Fault):
    key = "consent.sheet_wanted"
    status = 422


class NotYetSaid(Fault):
    key = "consent.not_yet_said"
    status = 422


class WithdrawnSince(Fault):
    """What he withdrew, himself or at the desk, no yes of that day or before brings back."""

    key = "consent.withdrawn_since"


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """A person by his name in the trail (`person:12`), and whether he is under 14."""

    name: str
    child: bool


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody said at the desk: to which purpose, yes or no, how and when; on a sheet of this
    number, where it was on paper. `guardian`: it was said for a child.
    """

    purpose: str
    given: bool
    how: How
    said_on: date
    sheet: str = ""
    guardian: bool = False


def record(*, community: str, account: int, subject: Subject, told: Told, now: datetime) -> None:
    """Remember what a person said on paper or by word of mouth, and carry out what follows. Said
    twice it is so once.

    :raises purposes.UnknownPurpose, NotAtTheDesk: if it is not for the desk to record
    :raises SheetWanted: if a consent on paper has no number, by which it is found again
    :raises NotYetSaid: if it was said on a day that is still to come
    :raises GuardianWanted: if he is under 14, and it was not his guardian who said it
    :raises WithdrawnSince: if he withdrew on that day or later, however he did
    """
    record_all(community=community, account=account, said=[(subject, told)], now=now)


@transaction.atomic
def record_all(
    *, community: str, account: int, said: Sequence[tuple[Subject, Told]], now: datetime
) -> None:
    """Remember what persons said, all of it or nothing: as `record`."""
    today = timezone.localdate(now)
    last = queries.last_said(community=community, subjects={one.name for one, _ in said})
    rows = list[Consent]()
    for subject, told in said:
        _check_told(subject, told, today)
        before = last.get((subject.name, told.purpose))
        if before is not None and _says_it_already(before, told):
            continue
        if told.given and before is not None and _withdrawn_since(before, told.said_on):
            raise WithdrawnSince
        row = _said_at_desk(community, account, subject, told, now)
        last[subject.name, told.purpose] = row
        rows.append(row)
    Consent.rows.bulk_create(rows, batch_size=_AT_ONCE)
    audit.note_all([_deed(row, account, now) for row in rows])
    for row in rows:
        if not row.given:
            privacy.withdrawn(community, row.subject, row.purpose, now)


def _check_told(subject: Subject, told: Told, today: date) -> None:
    purposes.purpose(told.purpose)
    if told.purpose not in purposes.AT_THE_DESK:
        raise NotAtTheDesk(purpose=told.purpose)
    if told.how is How.PAPER and told.given and not told.sheet.strip():
        raise SheetWanted
    if told.said_on > today:
        raise NotYetSaid
    if subject.child and not told.guardian:
        raise GuardianWanted


def _said_at_desk(
    community: str, account: int, subject: Subject, told: Told, now: datetime
) -> Consent:
    return Consent(
        community=community,
        subject=subject.name,
        purpose=told.purpose,
        given=told.given,
        how=told.how,
        sheet=told.sheet.strip()[:60],
        guardian=told.guardian,
        said_on=told.said_on,
        by_id=account,
        at=now,
    )


def _deed(row: Consent, account: int, now: datetime) -> audit.Deed:
    return audit.Deed(
        community=row.community,
        account=account,
        act=Act.WRITE,
        what=f"{row.subject} {'agrees' if row.given else 'withdraws'}: {row.how}",
        purpose=row.purpose,
        now=now,
    )


def _says_it_already(last: Consent, told: Told) -> bool:
    """Tell whether nothing is new in it; a withdrawal of a later day is, as it outdates more."""
    if last.given is not told.given:
        return False
    return told.given or queries.day_of(last) >= told.said_on


def _withdrawn_since(last: Consent, day: date) -> bool:
    return not last.given and queries.day_of(last) >= day
