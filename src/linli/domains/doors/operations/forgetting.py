"""What doors forget: passages that are old, and persons who are erased; and what they follow: who
moved, whose lease ended.
"""

from datetime import datetime

from django.db import transaction

from linli.domains.doors.logic.life import Step
from linli.domains.doors.models import Barred, Credential, Inside, Passage, Right, Use
from linli.domains.doors.operations import issuing, versions
from linli.domains.doors.queries import finding, following
from linli.foundation.vault import operations as vault
from linli.registry.people import wards

_AT_ONCE = 5_000
_FOLLOWED_AT_ONCE = 500
_UNGUARDED = "不再是监护人 guardian no more"


@transaction.atomic
def forget(*, community: str, before: datetime) -> int:
    """Drop a part of the passages from before a time, and what hangs on them; return how many."""
    rows = Passage.rows.of(community).filter(at__lt=before)
    old = list(rows.order_by("at").values_list("pk", flat=True)[:_AT_ONCE])
    for start in range(0, len(old), 500):
        Passage.rows.of(community).filter(pk__in=old[start : start + 500]).delete()
    Use.rows.of(community).filter(at__lt=before).delete()
    Inside.rows.of(community).filter(at__lt=before).delete()
    return len(old)


def follow(*, community: str, now: datetime) -> int:
    """Number anew what somebody may whose standing in the register changed since controllers were
    told of him: he moved, his lease ended, he left. Doors themselves ask the register each time;
    this is for what controllers keep. Return how many credentials that were.
    """
    numbers = following.moved(community=community, now=now)
    for start in range(0, len(numbers), _FOLLOWED_AT_ONCE):
        _follow(community, numbers[start : start + _FOLLOWED_AT_ONCE], now)
    return len(numbers)


@transaction.atomic
def _follow(community: str, numbers: list[int], now: datetime) -> None:
    rows = Credential.rows.of(community).filter(pk__in=numbers, state="open")
    held = list(rows.select_for_update(of=("self",)).order_by("pk"))
    if held:
        newest = versions.number(rows=held, now=now)
        Credential.rows.of(community).bulk_update(held, ["version", "standing"], batch_size=100)
        versions.announce(community=community, version=newest, now=now)


@transaction.atomic
def end_unguarded(*, community: str, now: datetime) -> int:
    """End what guardians made for their wards who are guardians no more, by whatever that ended: a
    right taken back, its time, a birthday, a home left. Return how many.
    """
    rows = finding.of_guardians(community=community)
    good = {
        (by, person)
        for by, person in {(row.by_id, row.person_id) for row in rows}
        if wards.speaks_for(community=community, account=by, person=person, now=now)
    }
    gone = [row for row in rows if (row.by_id, row.person_id) not in good]
    if gone:
        issuing.move(rows=gone, step=Step.ENDED, note=_UNGUARDED, by=None, now=now)
    return len(gone)


def erase(community: str, subject: str, account: int, now: datetime) -> None:
    """Erase somebody from doors: what he held ends and its numbers are noise, his rights end, his
    passages are nobody's.
    """
    kind, _, number = subject.partition(":")
    if kind not in {"person", "staff"}:
        return
    whose = {kind: int(number)}
    held = Credential.rows.of(community).filter(**whose)
    living = held.filter(state__in=finding.LIVING).select_for_update(of=("self",))
    if rows := list(living.order_by("pk")):
        issuing.move(rows=rows, step=Step.ENDED, by=account or None, now=now)
    keys = list(held.exclude(vault_key="").values_list("vault_key", flat=True))
    held.update(label="", value_sealed="", mark="", short="", vault_key="")
    for key in keys:
        vault.destroy(community=community, subject=key, account=account, words=subject, now=now)
    Right.rows.of(community).filter(**whose, ended_at=None).update(ended_at=now)
    Passage.rows.of(community).filter(**whose).update(**{kind: None})
    Inside.rows.of(community).filter(holder=subject).delete()
    if kind == "person":
        Credential.rows.of(community).filter(host=int(number)).update(host=None)
        Barred.rows.of(community).filter(person=int(number)).delete()
