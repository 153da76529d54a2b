"""What screens asked of homes in which nobody lives: the gate desk's alone."""

from datetime import datetime

from linli.domains.visits import logic
from linli.domains.visits.models import Unheard
from linli.domains.visits.queries.visits import below_any
from linli.foundation.identity.queries import Actor
from linli.foundation.scope.models import ScopedRows
from linli.foundation.scope.paging import NumberPage, by_number
from linli.kernel.fault import Fault


class WishNotFound(Fault):
    """There is none of this number where the asker may look, or it is long over."""

    key = "visits.wish_not_found"
    status = 404


def unheard(*, actor: Actor, wanted: NumberPage, now: datetime) -> tuple[list[Unheard], int | None]:
    """Return a page of what was asked of empty homes in the asker's area, for as long as a silent
    one would be waited for, the newest first; and the cursor after it.
    """
    rows = _lately(actor.community, now).select_related("attended_by")
    if actor.places:
        rows = rows.filter(below_any(actor.places, "room"))
    return by_number(rows, wanted=wanted)


def seen_unheard(*, actor: Actor, id: int, now: datetime, lock: bool = False) -> Unheard:
    """Return one of these.

    :raises WishNotFound: if there is none in the asker's area, or it is long over
    """
    rows = _lately(actor.community, now).filter(pk=id)
    row = (rows.select_for_update() if lock else rows.select_related("attended_by")).first()
    if row is None or not actor.sees(row.room):
        raise WishNotFound(wish=id)
    return row


def _lately(community: str, now: datetime) -> ScopedRows[Unheard]:
    rows = Unheard.rows.of(community).filter(at__gt=now - logic.ASKED_UNTIL)
    return rows.exclude(room="")
