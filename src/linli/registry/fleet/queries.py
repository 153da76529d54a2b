"""Every read of devices under management."""

from collections.abc import Iterable, Sequence

from linli.registry.devices import queries as devices
from linli.registry.fleet import logic
from linli.registry.fleet.models import Newcomer


def newcomers(
    *, community: str, state: str = logic.WAITING, seen: Sequence[str] = (), limit: int = 200
) -> list[Newcomer]:
    """Return who asks to come in, the last heard first: those on lines that this person may see.

    :raises logic.BadState: if there is no such state
    """
    logic.check_state(state)
    rows = Newcomer.rows.of(community).filter(state=state).select_related("device")
    if seen:
        mine = devices.codes(community=community, sought=devices.Sought(seen=seen))
        rows = rows.filter(line__in=mine)
    return list(rows.order_by("-last_at", "pk")[:limit])


def newcomer(*, community: str, id: int, seen: Sequence[str] = (), lock: bool = False) -> Newcomer:
    """Return one newcomer.

    :raises logic.NewcomerNotFound: if there is none, or not where this person may look
    """
    rows = Newcomer.rows.of(community)
    row = (rows.select_for_update() if lock else rows).filter(pk=id).first()
    if row is None:
        raise logic.NewcomerNotFound(id=id)
    if seen:
        devices.device(community=community, code=row.line, seen=seen)
    return row


def known(*, community: str, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Newcomer]:
    """Return the newcomers at these (line, address)."""
    wanted = set(keys)
    rows = Newcomer.rows.of(community).filter(
        line__in={line for line, _ in wanted}, address__in={address for _, address in wanted}
    )
    return {(row.line, row.address): row for row in rows if (row.line, row.address) in wanted}


def how_many(*, community: str) -> int:
    """Return how many newcomers a community has, decided ones included."""
    return Newcomer.rows.of(community).count()
