"""Pages of booths and shifts, put together from several reads."""

from datetime import datetime
from typing import Any

from linli.domains.parking import schemas_booths as shapes
from linli.domains.parking.models import BoothShift
from linli.domains.parking.queries import booths
from linli.foundation.identity.queries import Actor
from linli.foundation.scope.paging import CodePage, NumberPage


def booths_page(*, actor: Actor, wanted: CodePage) -> dict[str, Any]:
    """Return a page of booths, and who sits in each."""
    rows, after = booths.booths(actor=actor, wanted=wanted)
    sitting = booths.on_duty(community=actor.community, booths=rows)
    items = [shapes.booth_out(row, sitting.get(row.pk), account=actor.account) for row in rows]
    return {"items": items, "next": after}


def shifts_page(*, actor: Actor, wanted: NumberPage) -> dict[str, Any]:
    """Return a page of shifts."""
    rows, after = booths.shifts(actor=actor, wanted=wanted)
    items = [shapes.shift_out(row, account=actor.account) for row in rows]
    return {"items": items, "next": after}


def own_page(*, actor: Actor, now: datetime) -> dict[str, Any]:
    """Return the shift that somebody has now, and those that he has still to hand over."""
    rows = booths.own(actor=actor)
    return {
        "now": next((own(row, now=now) for row in rows if row.ended_at is None), None),
        "owed": [own(row, now=now) for row in rows if row.ended_at is not None],
    }


def own(row: BoothShift, *, now: datetime) -> dict[str, Any]:
    """Return a shift as its clerk sees it, while it runs too."""
    done = booths.done(shift=row, now=now) if row.ended_at is None else None
    return shapes.shift_out(row, account=row.clerk_id, done=done)
