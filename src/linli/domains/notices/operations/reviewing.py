"""What was spoken to many by one person alone, reviewed by another; and whoever may, told again."""

from datetime import datetime

from django.db import transaction

from linli.contracts.effects import Severity
from linli.contracts.notices import BroadcastReviewed
from linli.domains.notices import logic, queries
from linli.domains.notices.models import Broadcast
from linli.domains.notices.operations import posting, speaking
from linli.foundation import ids
from linli.foundation.identity import operations as identity
from linli.foundation.identity import reviewing
from linli.foundation.identity.queries import name_of
from linli.foundation.identity.roles import NAMES
from linli.foundation.outbox import operations as outbox


@transaction.atomic
def review(
    *, community: str, id: int, justified: bool, words: str, by: int, now: datetime
) -> Broadcast:
    """Say afterwards whether it was right to speak to many alone.

    :raises queries.NothingToReview: if the community has no such broadcast of this number
    :raises reviewing.OwnDeed, reviewing.ReviewedAlready, reviewing.WordWanted: as `settle`
    """
    row = queries.spoken_alone(community=community, id=id, lock=True)
    reviewing.settle(row, doer=row.by_id or 0, justified=justified, words=words, by=by, now=now)
    outbox.record(
        BroadcastReviewed(
            id=ids.new(), at=now, community=community, broadcast=row.pk, by=by, justified=justified
        )
    )
    return row


@transaction.atomic
def remind(*, community: str, now: datetime) -> int:
    """Tell again of what nobody has reviewed: after a day whoever may, after three the security
    officer too; return of how much.
    """
    rows = Broadcast.rows.of(community).select_for_update()
    open_ones = rows.filter(alone=True, reviewed_at=None).order_by("pk")
    late = [
        row for row in open_ones if reviewing.reminds(at=row.at, reminded=row.reminded, now=now)
    ]
    for row in late:
        row.reminded += 1
        row.save(update_fields=["reminded"])
        higher = logic.UNREVIEWED_IS_TOLD_TO if row.reminded > 1 else ()
        speaking.tell_alone(row, roles=(*logic.ALONE_IS_TOLD_TO, *higher), now=now)
    return len(late) + _remind_of_emergencies(community, now)


def _remind_of_emergencies(community: str, now: datetime) -> int:
    late = identity.remind_of(community=community, now=now)
    for row in late:
        for to in logic.EMERGENCY_IS_TOLD_TO:
            posting.post(
                community=community,
                to=to,
                place=row.place or community,
                text=logic.unreviewed(who=name_of(account=row.account_id), role=NAMES[row.role]),
                severity=Severity.MAJOR,
                source=f"emergency-{row.pk}-{row.reminded}",
                link="/rights",
                now=now,
            )
    return len(late)
