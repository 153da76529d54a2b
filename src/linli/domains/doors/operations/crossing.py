"""Who is inside: how somebody crossed into an area, or out of it, last."""

from datetime import datetime

from linli.domains.doors.models import Door, Inside


def crossed(*, door: Door, holder: str, direction: str, at: datetime) -> None:
    """Remember in the caller's transaction that somebody went in or out by a door, unless he is
    known to have crossed later: what is told late, or in another order, changes nothing then.
    """
    if not door.area or not holder:
        return
    told = {"at": at, "inside": direction != "out"}
    rows = Inside.rows.of(door.community)
    _, made = rows.get_or_create(told, holder=holder, area=door.area)
    if not made:
        rows.filter(holder=holder, area=door.area, at__lt=at).update(**told)
