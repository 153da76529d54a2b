"""A whole estate's rights and cards entered at once, as when its old system is left."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import transaction
from django.utils import timezone

from linli.contracts.doors import Way
from linli.domains.doors.models import Credential, Door, DoorGroup, Right
from linli.domains.doors.operations import versions
from linli.domains.doors.operations.granting import floors_for
from linli.domains.doors.queries import finding
from linli.foundation.vault import operations as vault
from linli.foundation.vault import sealed
from linli.kernel.place import lineage
from linli.registry.people.models import Household

_BATCH = 400


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A card that somebody holds already, by its printed number."""

    person: int
    value: str
    chip: str = "ic"


@transaction.atomic
def enter_homes(
    *, community: str, outer: DoorGroup | None, by: int | None = None, now: datetime
) -> int:
    """Give every household that has none the way to its home: the outer doors as a group, and each
    door that leads to its building, unit and floor. Return how many households that were.
    """
    have = Right.rows.of(community).filter(source="home", ended_at=None).values("household")
    rows = Household.rows.of(community).select_related("room").exclude(pk__in=have)
    by_place: dict[str, list[Door]] = {}
    for door in finding.all_doors(community=community):
        if outer is None or door.ring != "estate":
            by_place.setdefault(door.place.path, []).append(door)
    homes = list(rows)
    rights = [right for home in homes for right in _rights(home, outer, by_place, by, now)]
    Right.rows.bulk_create(rights, batch_size=_BATCH)
    return len(homes)


def _rights(
    home: Household,
    outer: DoorGroup | None,
    by_place: dict[str, list[Door]],
    by: int | None,
    now: datetime,
) -> list[Right]:
    room = home.room.path
    base = {
        "community": home.community, "household": home, "source": "home", "at": now, "by_id": by,
    }  # fmt: skip
    doors = [door for path in lineage(room) for door in by_place.get(path, [])]
    found = [Right(**base, door=door, floors=floors_for(door=door, place=room)) for door in doors]
    return [*found, *([Right(**base, group=outer)] if outer else [])]


@transaction.atomic
def enter_cards(*, community: str, cards: Sequence[Card], now: datetime) -> int:
    """Take over cards that are in people's hands; numbers that are known stay whose they are.
    Return how many were new.
    """
    today = timezone.localdate(now)
    key = vault.index_key(community=community, today=today)
    rows: dict[str, Credential] = {}
    standing: dict[str, str] = {}
    for card in cards:
        shape = finding.shape(Way.CARD, card.value)
        mark, short = finding.marks(key=key, shape=shape)
        row = Credential(
            community=community,
            way=Way.CARD.value,
            state="open",
            person_id=card.person,
            chip=card.chip,
            mark=mark,
            short=short,
            at=now,
        )
        row.value = shape.value
        rows.setdefault(mark, row)
        standing |= dict.fromkeys(finding.all_marks(community=community, shape=shape), mark)
    known = Credential.rows.of(community).filter(state__in=finding.LIVING)
    for mark in known.filter(mark__in=list(standing)).values_list("mark", flat=True):
        rows.pop(standing[mark], None)
    fresh = list(rows.values())
    if fresh:
        sealed.seal_all(fresh, community=community, today=today)
        _number(community, fresh, now)
    return len(fresh)


def _number(community: str, rows: Sequence[Credential], now: datetime) -> None:
    newest = versions.number(rows=rows, now=now)
    Credential.rows.bulk_create(rows, batch_size=_BATCH)
    versions.announce(community=community, version=newest, now=now)
