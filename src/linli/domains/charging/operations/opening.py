"""A site is closed for a while, and opened again: who wants to charge reads why, and until when.

It opens when somebody says so, never by the clock: what was to be repaired by noon may not be.
"""

from datetime import datetime

import msgspec
from django.db import transaction

from linli.contracts.charging import ChargingSiteClosed, ChargingSiteOpened, StopReason
from linli.domains.charging import queries
from linli.domains.charging.models import Closed, Connector, Reservation, Site
from linli.domains.charging.operations import sharing, stopping
from linli.foundation import ids
from linli.foundation.outbox import operations as outbox
from linli.kernel.fault import Fault


class OpensBefore(Fault):
    """It cannot have been opened again before it is closed."""

    key = "charging.opens_before"
    status = 422


class Closing(msgspec.Struct, frozen=True, kw_only=True):
    """Why a site is closed, one of `Closed`, in words beside it, and until when as far as that is
    known. `ends`: what charges there is ended; else it runs out.
    """

    why: str = Closed.OTHER
    note: str = ""
    until: datetime | None = None
    ends: bool = False


def close(*, community: str, site: str, closing: Closing, by: int, now: datetime) -> Site:
    """Close a site: nothing begins there, and nothing is kept there for anybody. Of one that is
    closed the newer reason holds.

    :raises queries.SiteNotFound: if there is no such site
    :raises OpensBefore: if it was to open before now
    """
    if closing.until is not None and closing.until <= now:
        raise OpensBefore
    row = _close(community, site, closing, by, now)
    if closing.ends:
        sharing.share(community=community, site=row.pk, now=now)
    return row


@transaction.atomic
def _close(community: str, site: str, closing: Closing, by: int, now: datetime) -> Site:
    row = queries.site(community=community, code=site, lock=True)
    row.closed_at = now if row.open else row.closed_at
    row.open = False
    row.closed_why, row.closed_note = closing.why, closing.note
    row.closed_until = closing.until
    row.save()
    hold = Connector.rows.of(community).select_for_update().filter(site=row).order_by("pk")
    connectors = [one.pk for one in hold]
    Reservation.rows.of(community).filter(connector__in=connectors).delete()
    for one in queries.at_site(site=row) if closing.ends else ():
        stopping.stop(
            community=community, number=one.number, reason=StopReason.CLOSED, by=by, now=now
        )
    outbox.record(
        ChargingSiteClosed(
            id=ids.new(),
            at=now,
            community=community,
            site=row.code,
            why=closing.why,
            until=closing.until,
            ends=closing.ends,
            by=by,
        )
    )
    return row


@transaction.atomic
def reopen(*, community: str, site: str, by: int, now: datetime) -> Site:
    """Open a site again; one that is open stays so.

    :raises queries.SiteNotFound: if there is no such site
    """
    row = queries.site(community=community, code=site, lock=True)
    if row.open:
        return row
    row.open = True
    row.closed_why = row.closed_note = ""
    row.closed_at = row.closed_until = None
    row.save()
    outbox.record(
        ChargingSiteOpened(id=ids.new(), at=now, community=community, site=row.code, by=by)
    )
    return row
