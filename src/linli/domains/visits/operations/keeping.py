"""What follows for visits: a guest passes, his time ends, his host moves out, nothing is kept."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from linli.contracts import doors
from linli.contracts.doors import PassageDecided
from linli.contracts.parking import LaneDecided
from linli.contracts.visits import GuestCame, GuestLeft
from linli.domains.visits import logic, queries
from linli.domains.visits.logic import State
from linli.domains.visits.models import Call, Unheard, Visit, VisitPassage
from linli.domains.visits.operations import inviting
from linli.foundation import ids
from linli.foundation.outbox import operations as outbox
from linli.foundation.vault import operations as vault
from linli.registry.people import wards


@transaction.atomic
def passed(*, fact: PassageDecided) -> None:
    """Write down where a guest passed, or was not let; told again, nothing."""
    number = queries.visit_of(fact.guest)
    if number is None:
        return
    row = Visit.rows.of(fact.community).select_for_update().filter(pk=number).first()
    if row is None:
        return
    at = fact.passed_at or fact.at
    kinds = {one.code: one.kind for one in doors.way_to(row.community, row.place)}
    outer = kinds.get(fact.door) in logic.OUTER
    came = fact.direction != "out" and queries.arrives(row=row, outer=outer, at=at)
    _, new = VisitPassage.rows.of(fact.community).get_or_create(
        fact=fact.id,
        defaults={
            "visit": row, "door": fact.door, "place": fact.place, "at": at,
            "direction": fact.direction, "opened": fact.opened, "reason": fact.reason,
            "late": fact.late,
        },
    )  # fmt: skip
    if new and fact.opened:
        row.used += fact.direction != "out" and outer
        _moved(row, _Move(fact=fact, at=at, door=fact.door, outer=outer, came=came))


@transaction.atomic
def drove(*, fact: LaneDecided) -> None:
    """Count that a guest's car came in against how often he may; told again, nothing. Two lanes on
    one way in are one coming.
    """
    if fact.visit is None or not (fact.opened or fact.late):
        return
    row = Visit.rows.of(fact.community).select_for_update().filter(pk=fact.visit).first()
    if row is None:
        return
    at = fact.passed_at or fact.at
    coming = fact.direction != "out"
    counts = coming and not queries.just_came(row=row, at=at)
    came = coming and queries.arrives(row=row, outer=True, at=at)
    _, new = VisitPassage.rows.of(fact.community).get_or_create(
        fact=fact.id,
        defaults={
            "visit": row, "door": fact.lane, "place": fact.lot, "at": at,
            "direction": fact.direction, "opened": True, "reason": logic.BY_CAR,
            "late": fact.late,
        },
    )  # fmt: skip
    if new:
        row.used += counts
        _moved(row, _Move(fact=fact, at=at, door=fact.lane, outer=True, came=came))


class _Move(msgspec.Struct, frozen=True, kw_only=True):
    """A guest passed a door or lane, which let him, at a time that may be hours before it was told;
    `came`: he has come anew by it.
    """

    fact: PassageDecided | LaneDecided
    at: datetime
    door: str
    outer: bool
    came: bool


def _moved(row: Visit, move: _Move) -> None:
    """Tell the host each time that his guest comes, and each time that he goes."""
    coming, at = move.fact.direction != "out", move.at
    if coming and (row.arrived_at is None or at < row.arrived_at):
        row.arrived_at = at
    if move.came:
        _tell(row, GuestCame, move)
    if not coming and move.outer and (row.left_at is None or at > row.left_at):
        row.left_at = at
        _tell(row, GuestLeft, move)
    row.save(update_fields=["used", "arrived_at", "left_at"])


def _tell(row: Visit, kind: type[GuestCame] | type[GuestLeft], move: _Move) -> None:
    outbox.record(
        kind(
            id=ids.new(), at=move.at, community=row.community, cause=move.fact.id,
            visit=row.pk, place=row.place, door=move.door, late=move.fact.late,
            told=queries.hearers(row=row, now=move.fact.at),
        )
    )  # fmt: skip


@transaction.atomic
def finish(*, community: str, id: int, now: datetime) -> bool:
    """End a visit whose time is over, or whose host lives there no more; tell whether it was so."""
    row = queries.visit(community=community, id=id, lock=True)
    if row.state not in {State.EXPECTED, State.ASKED}:
        return False
    if now >= row.until:
        inviting.end(row=row, state=State.OVER, why=inviting.OVER, by=None, now=now)
        return True
    if not queries.lives_there(visit=row, today=timezone.localdate(now)):
        inviting.end(row=row, state=State.WITHDRAWN, why=inviting.HOST_GONE, by=None, now=now)
        return True
    return False


@transaction.atomic
def leaving(community: str, households: Sequence[int], now: datetime) -> Sequence[str]:
    """Answer `contracts.visits.leaving`."""
    gone = queries.hosts_gone(community=community, today=timezone.localdate(now))
    rows = gone.filter(household__in=households).select_for_update(of=("self",))
    return [queries.subject_of(row.pk) for row in rows]


@transaction.atomic
def moved_out(community: str, guests: Sequence[str], now: datetime) -> int:
    """Answer `contracts.visits.moved_out`."""
    wanted = [visit for one in guests if (visit := queries.visit_of(one)) is not None]
    rows = queries.hosts_gone(community=community, today=timezone.localdate(now))
    ended = list(rows.filter(pk__in=wanted).select_for_update(of=("self",)))
    for row in ended:
        inviting.end(row=row, state=State.WITHDRAWN, why=inviting.HOST_GONE, by=None, now=now)
    return len(ended)


def end_unguarded(*, community: str, now: datetime) -> int:
    """Withdraw the guests whom guardians invited for wards who are theirs no more, by whatever that
    ended; return how many.
    """
    rows = queries.by_guardians(community=community)
    good = {
        (by, host)
        for by, host in {(row.by_id, row.host_id) for row in rows}
        if wards.speaks_for(community=community, account=by, person=host, now=now)
    }
    gone = [row.pk for row in rows if (row.by_id, row.host_id) not in good]
    for number in gone:
        _withdraw(community, number, now)
    return len(gone)


@transaction.atomic
def _withdraw(community: str, number: int, now: datetime) -> None:
    row = queries.visit(community=community, id=number, lock=True)
    inviting.end(row=row, state=State.WITHDRAWN, why=inviting.UNGUARDED, by=None, now=now)


@transaction.atomic
def forget(*, community: str, keep: timedelta, now: datetime, most: int = 200) -> int:
    """Delete, as many at most, visits and calls that have been over for so long: a guest's key is
    destroyed, which the trail proves, then his rows are. Return how many.
    """
    before = now - keep
    rows = Visit.rows.of(community).filter(_forgotten(before))
    gone = list(rows.order_by("over_at")[:most].values_list("pk", "vault_key"))
    _destroy(community, gone, account=0, words="kept no longer", now=now)
    calls = Call.rows.of(community).filter(rang_at__lt=before)
    old = list(calls.order_by("rang_at")[:most].values_list("pk", flat=True))
    Call.rows.of(community).filter(pk__in=old).delete()
    Unheard.rows.of(community).filter(at__lt=before - logic.ASKED_UNTIL).delete()
    return len(gone) + len(old)


def _forgotten(before: datetime) -> Q:
    """Return which visits were over before a time. What a screen asked and nobody decided counts
    from when its time was over, not from when that was written down: it is forgotten together with
    what was put to nobody, or a screen would hear a difference.
    """
    silent = Q(source="kiosk", decided_at=None) & ~Q(over_why=inviting.ASKED)
    ended = Q(state__in=[State.OVER, State.WITHDRAWN], until__lt=before)
    return (Q(over_at__lt=before) & ~silent) | (silent & ended)


def _destroy(
    community: str, gone: list[tuple[int, str]], *, account: int, words: str, now: datetime
) -> None:
    mine = Visit.rows.of(community).filter(pk__in=[number for number, _ in gone])
    mine.update(
        name_sealed="", phone_sealed="", phone_index="", plate_sealed="", plate_index="", why=""
    )
    VisitPassage.rows.of(community).filter(visit__in=[number for number, _ in gone]).delete()
    mine.delete()
    for number, key in gone:
        vault.destroy(
            community=community, subject=key, account=account, words=f"visit:{number}, {words}",
            now=now,
        )  # fmt: skip


@transaction.atomic
def erase_host(*, community: str, person: int, account: int, now: datetime) -> int:
    """Delete the visits to somebody who is erased, after ending what stands; return how many."""
    rows = Visit.rows.of(community).select_for_update().filter(host=person)
    for row in rows.filter(state__in=[State.EXPECTED, State.ASKED]):
        inviting.end(row=row, state=State.WITHDRAWN, why=inviting.HOST_GONE, by=account, now=now)
    gone = list(rows.values_list("pk", "vault_key"))
    _destroy(community, gone, account=account, words=f"person:{person} erased", now=now)
    return len(gone)
