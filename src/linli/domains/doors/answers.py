"""What others ask of doors (`contracts.doors`)."""

from collections.abc import Sequence
from datetime import datetime

from linli.contracts.doors import Bearer, DoorBrief, Way
from linli.domains.doors.logic.deciding import Holder, Known
from linli.domains.doors.models import Credential
from linli.domains.doors.queries import finding, passages, situation, standing
from linli.domains.doors.queries.situation import Shown
from linli.domains.doors.queries.standing import Bearing

_CARRIED = frozenset({Way.CARD, Way.SIM, Way.QR})
"""Ways that somebody has with him; digits are guessed, and have their tries at a door alone."""


def way_to(community: str, place: str) -> Sequence[DoorBrief]:
    """Answer `contracts.doors.way_to`."""
    return [finding.brief(row) for row in finding.way_to(community=community, place=place)]


def doors_of(community: str, person: int, now: datetime) -> Sequence[DoorBrief]:
    """Answer `contracts.doors.doors_of`."""
    rows = standing.doors_of(community=community, bearing=Bearing(person=person), now=now)
    return [finding.brief(row) for row in rows]


def bearer_of(community: str, way: str, value: str, now: datetime) -> Bearer | None:
    """Answer `contracts.doors.bearer_of`."""
    if way not in _CARRIED:
        return None
    shown = Shown(way=Way(way), value=value)
    found = situation.claim(community=community, shown=shown, now=now, lock=False)
    row = found.credential
    if row is None or found.known is not Known.OPEN or row.guest or not _good(row, now):
        return None
    token = found.token
    return Bearer(
        credential=row.pk,
        person=row.person_id,
        staff=row.staff_id,
        code=f"{token.credential}:{token.serial}" if token else "",
    )


def passer_of(community: str, passage: int) -> int | None:
    """Answer `contracts.doors.passer_of`."""
    return passages.passer(community=community, id=passage)


def _good(row: Credential, now: datetime) -> bool:
    bearing = Bearing(person=row.person_id, staff=row.staff_id)
    stands = standing.standing(community=row.community, bearing=bearing, now=now)
    return finding.open_at(row, now) and stands.holder is Holder.HERE
