"""Staff look at who passed: by name only for a purpose, and it is remembered who looked."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import transaction

from linli.domains.doors.models import Passage
from linli.domains.doors.queries import passages
from linli.domains.doors.queries.passages import Wanted
from linli.foundation.audit import operations as audit
from linli.foundation.audit.models import Act
from linli.foundation.audit.things import Thing
from linli.foundation.identity.queries import Actor
from linli.foundation.privacy import purposes

READ_FOR = ("alarm", "case", "emergency", "correction")


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page of passages; `named`: the reader may see who they were."""

    items: Sequence[Passage]
    next: str | None
    named: bool


@transaction.atomic
def look(*, actor: Actor, wanted: Wanted, purpose: str, now: datetime) -> Page:
    """Return passages where the actor may look. Of whom they are is shown for a purpose only, and
    each of these persons can read who looked and what for.

    :raises purposes.UnknownPurpose: if somebody's passages are sought for none, or another
    """
    if purpose or wanted.person is not None:
        purposes.purpose(purpose, among=READ_FOR)
    where = msgspec.structs.replace(wanted, seen=actor.places)
    rows, more = passages.passages(community=actor.community, wanted=where)
    if purpose:
        _remember(actor, rows, Thing.PASSAGES, purpose, now)
    return Page(items=rows, next=more, named=bool(purpose))


@transaction.atomic
def look_at(*, actor: Actor, id: int, purpose: str, now: datetime) -> tuple[Passage, Sequence[int]]:
    """Return one passage by name, and the numbers of its pictures; it is remembered who looked.

    :raises passages.PassageNotFound: if there is none where the actor may look
    :raises purposes.UnknownPurpose: if the purpose is none for which one may
    """
    purposes.purpose(purpose, among=READ_FOR)
    row = passages.passage(community=actor.community, id=id, seen=actor.places)
    _remember(actor, [row], Thing.PASSAGE, purpose, now)
    return row, passages.pictures(row)


def _remember(
    actor: Actor, rows: Sequence[Passage], thing: Thing, purpose: str, now: datetime
) -> None:
    """Remember it of everybody whose passages these are, once of each."""
    persons = sorted({row.person_id for row in rows if row.person_id})
    staff = sorted({row.staff_id for row in rows if row.staff_id})
    audit.note_all(
        [
            audit.Deed(
                community=actor.community,
                account=actor.account,
                act=Act.LOOK,
                what=what,
                purpose=purpose,
                words=thing,
                now=now,
            )
            for what in [*(f"person:{one}" for one in persons), *(f"staff:{one}" for one in staff)]
        ]
    )
