"""A charging is to end: at somebody's wish, or because it must."""

from datetime import datetime

from django.db import transaction

from linli.contracts.charging import StopReason
from linli.domains.charging import queries
from linli.domains.charging.models import OPEN, Session, State
from linli.domains.charging.operations import orders, settling


@transaction.atomic
def stop(
    *,
    community: str,
    number: str,
    reason: StopReason,
    person: int | None = None,
    by: int | None = None,
    now: datetime,
) -> Session:
    """Have a charging ended. One that has not begun is given up and all goes back; one that is over
    stays as it is.

    :param person: whose it must be, where he asks himself
    :raises queries.SessionNotFound: if there is none of this number, or it is another's
    """
    row = queries.session(community=community, number=number, person=person, lock=True)
    if row.state in OPEN:
        ask(row, reason=reason, by=by, now=now)
    if row.state == State.STARTING:
        settling.fail(row, reason=reason, now=now)
    return row


def ask(row: Session, *, reason: StopReason, by: int | None = None, now: datetime) -> None:
    """Tell the charger to end, and why; its row is locked by who calls."""
    row.reason = row.reason or reason
    row.stop_asked_at = row.stop_asked_at or now
    row.save(update_fields=["reason", "stop_asked_at"])
    orders.end(row, by=by, now=now)
