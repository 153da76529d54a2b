"""What screens asked and nobody was: where nobody lives, a guard sees to it."""

from datetime import datetime

from django.db import transaction

from linli.contracts.visits import VisitAttended, VisitUnheard
from linli.domains.visits import queries
from linli.domains.visits.models import Unheard
from linli.foundation import ids
from linli.foundation.identity.queries import Actor
from linli.foundation.outbox import operations as outbox


def write(*, community: str, device: str, ask: str, room: str, now: datetime) -> None:
    """Write a question down that nobody is asked, in the transaction of who was asked it; of a home
    in which nobody lives (`room`, else empty) the gate desk hears. The screen hears nothing of it.
    """
    row = Unheard.rows.create(community=community, device=device, ask=ask, room=room, at=now)
    if room:
        outbox.record(
            VisitUnheard(
                id=ids.new(), at=now, community=community, cause=None,
                wish=row.pk, place=room, device=device,
            )
        )  # fmt: skip


@transaction.atomic
def attend(*, actor: Actor, id: int, now: datetime) -> Unheard:
    """Say that one sees to whoever stands at the screen. Of two it is who was first; twice is once.

    :raises queries.WishNotFound: if there is none in the asker's area, or it is long over
    """
    row = queries.seen_unheard(actor=actor, id=id, now=now, lock=True)
    if row.attended_at is None:
        row.attended_at, row.attended_by_id = now, actor.account
        row.save(update_fields=["attended_at", "attended_by"])
        outbox.record(
            VisitAttended(
                id=ids.new(), at=now, community=row.community, cause=None,
                wish=row.pk, place=row.room, device=row.device, by=actor.account,
            )
        )  # fmt: skip
    return row
