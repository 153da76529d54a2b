"""A door is let stand open, shut or taken out of use, by a reason and for a while; more than one
that stands open takes two persons.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import transaction

from linli.contracts import approvals
from linli.contracts.approvals import LetPass
from linli.contracts.changes import Change
from linli.contracts.doors import DoorSet, Hours
from linli.domains.doors.logic.deciding import Mode
from linli.domains.doors.logic.hours import HALF_OF_A_WEEK, minutes
from linli.domains.doors.models import Door
from linli.domains.doors.operations import versions
from linli.domains.doors.queries import finding, kept
from linli.domains.doors.queries.situation import decided_mode
from linli.domains.doors.queries.standing import hours_in, hours_out
from linli.foundation import ids
from linli.foundation.approvals import operations as asking
from linli.foundation.approvals.operations import digest_of
from linli.foundation.audit import operations as audit
from linli.foundation.audit.models import Act
from linli.foundation.identity.queries import Actor
from linli.foundation.outbox import operations as outbox
from linli.kernel.fault import Fault
from linli.kernel.words import Words

FREE_LASTS = timedelta(days=1)
"""So long a door stands open by one decision at most; what is open each day has its free hours."""


class WhyNeeded(Fault):
    """Nobody lets a door stand open, shuts it or takes it out of use without a reason."""

    key = "doors.why_needed"
    status = 422


class EndNeeded(Fault):
    """A door stands open until a time, within a day; none is to be otherwise until a time that is
    over.
    """

    key = "doors.end_needed"
    status = 422


class KeptOtherwise(Fault):
    """The door is kept otherwise by now: this was asked of something else."""

    key = "doors.kept_otherwise"


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """How a door is to be kept now, why, and until when; without an end until somebody says
    otherwise.
    """

    mode: Mode
    reason: str = ""
    until: datetime | None = None


@transaction.atomic
def keep(*, actor: Actor, door: str, wish: Wish, now: datetime) -> int | None:
    """Keep a door as usual, open, shut or out of use. One that is to stand open while another does
    stays as it is, and the number of what a second person must let pass is returned. Asked twice it
    is once.

    :raises finding.DoorNotFound: if there is none where he may act
    :raises WhyNeeded, EndNeeded: if it is not said why, or until when
    """
    code = finding.door(community=actor.community, code=door, seen=actor.places).device.code
    _check(wish, now)
    rows = locked(community=actor.community)
    row = next(one for one in rows if one.device.code == code)
    others = [one for one in rows if one.pk != row.pk and _is_open(one, now)]
    if wish.mode is Mode.FREE and others:
        return _ask_open(row, wish, others, by=actor.account, now=now)
    _put(row, wish, by=actor.account, now=now)
    return None


def locked(*, community: str) -> list[Door]:
    """Return all doors, locked in their order: of two that are to stand open at once, one is
    first.
    """
    rows = Door.rows.of(community).select_related("device__place", "place")
    rows = rows.select_for_update(of=("self",), no_key=True)
    return list(rows.order_by("pk"))


def _check(wish: Wish, now: datetime) -> None:
    if wish.mode is Mode.NORMAL:
        return
    if not wish.reason.strip():
        raise WhyNeeded
    without = wish.until is None and wish.mode is Mode.FREE
    long = wish.mode is Mode.FREE and wish.until is not None and wish.until > now + FREE_LASTS
    if without or long or (wish.until is not None and wish.until <= now):
        raise EndNeeded(hours=FREE_LASTS // timedelta(hours=1))


def _is_open(door: Door, now: datetime) -> bool:
    return decided_mode(door, now) is Mode.FREE


def _put(
    row: Door,
    wish: Wish,
    *,
    by: int | None,
    approved_by: int | None = None,
    cause: str | None = None,
    now: datetime,
) -> None:
    before = kept.said(row)
    usual = wish.mode is Mode.NORMAL
    row.mode, row.mode_until = wish.mode.value, None if usual else wish.until
    row.mode_reason = "" if usual else wish.reason.strip()[:200]
    row.set_at, row.set_by_id = now, by if by is not None else row.set_by_id
    row.save(update_fields=["mode", "mode_until", "mode_reason", "set_at", "set_by"])
    changes = kept.changed(before, kept.said(row))
    if changes:
        tell(row, changes, reason=wish.reason, by=by, approved_by=approved_by, cause=cause, now=now)
        versions.kept_anew(community=row.community, now=now)


def tell(
    row: Door,
    changes: Sequence[Change],
    *,
    reason: str = "",
    by: int | None,
    approved_by: int | None = None,
    cause: str | None = None,
    now: datetime,
) -> None:
    """Record that somebody said how a door is kept: what it was and what it is stand in the fact,
    and on the trail, where somebody did.
    """
    why = reason.strip()[:200]
    fact = DoorSet(
        id=ids.new(), at=now, community=row.community, cause=cause, door=row.device.code, by=by,
        changes=tuple(changes), reason=why, approved_by=approved_by,
    )  # fmt: skip
    outbox.record(fact)
    if by is None or not (changes or why):
        return
    audit.note(
        community=row.community, account=by, act=Act.WRITE, what=f"doors.Door:{row.pk}",
        place=row.device.place.path, cause=fact.id, words=kept.line(changes, why), now=now,
    )  # fmt: skip


@transaction.atomic
def end(*, community: str, now: datetime) -> int:
    """Keep doors as usual again whose time is over; return how many."""
    if not Door.rows.of(community).filter(mode_until__lte=now).exists():
        return 0
    over = [row for row in locked(community=community) if row.mode_until and row.mode_until <= now]
    for row in over:
        _put(row, Wish(mode=Mode.NORMAL), by=None, now=now)
    return len(over)


def ask_hours(
    *, row: Door, hours: Sequence[Hours], others: Sequence[Door], by: int, now: datetime
) -> int | None:
    """Return the number of what a second person must let pass before a door has these free hours;
    None where one may set them alone: they are no more than it has, or no more than half of a week
    and no other door has any, or stands open.

    :param others: the other doors of the community, locked
    """
    wanted = minutes(hours)
    if wanted <= minutes(hours_in(row.free_hours)):
        return None
    other = any(one.free_hours or _is_open(one, now) for one in others)
    if len(wanted) <= HALF_OF_A_WEEK and not other:
        return None
    said, lasts = kept.hours_words(hours), round(len(wanted) / 60)
    name = row.device.name
    return _ask(
        row,
        "free_hours",
        words=Words(
            zh=f"{name.zh}：常开时段改为{said.zh}，每周 {lasts} 小时谁都能进",
            en=f"{name.en}: open to anybody {said.en}, {lasts} hours a week",
        ),
        request={"free_hours": hours_out(hours), "was": _hours_mark(row)},
        by=by,
        now=now,
    )


def _ask_open(row: Door, wish: Wish, others: Sequence[Door], *, by: int, now: datetime) -> int:
    until, name = kept.moment(wish.until), row.device.name
    beside = [one.device.name for one in others[:5]]
    return _ask(
        row,
        "mode",
        words=Words(
            zh=f"{name.zh} 常开到 {until}；同时开着的有 {len(others)} 扇："
            + "、".join(one.zh for one in beside),
            en=f"{name.en} stands open until {until}, beside {len(others)} that do: "
            + ", ".join(one.en for one in beside),
        ),
        request={
            "mode": wish.mode.value,
            "until": wish.until and wish.until.isoformat(),
            "was": _mode_mark(row),
        },
        by=by,
        reason=wish.reason,
        now=now,
    )


def _mode_mark(row: Door) -> str:
    """Return how a door is kept now, and why, as a digest: it tells nothing of it."""
    return digest_of({"mode": row.mode, "until": row.mode_until, "why": row.mode_reason})


def _hours_mark(row: Door) -> str:
    return digest_of({"free_hours": row.free_hours})


def _ask(
    row: Door,
    what: str,
    *,
    words: Words,
    request: Mapping[str, Any],
    by: int,
    reason: str = "",
    now: datetime,
) -> int:
    found = asking.ask(
        kind=approvals.DOORS,
        community=row.community,
        about=f"door:{row.device.code}:{what}",
        words=words,
        request={"door": row.device.code, **request},
        by=by,
        reason=reason,
        now=now,
    )
    return found.pk


def carry(passed: LetPass) -> None:
    """Let a door stand open, or have its free hours, as a second person let it pass.

    :raises finding.DoorNotFound: if it is no door any more
    :raises KeptOtherwise: if somebody has said meanwhile how it is kept, as shut for an incident
    :raises EndNeeded: if the time for which it was asked is over
    """
    request, rows = passed.request, locked(community=passed.community)
    row = next((one for one in rows if one.device.code == request["door"]), None)
    if row is None:
        raise finding.DoorNotFound(door=request["door"][:48])
    if request.get("was") != (_mode_mark(row) if "mode" in request else _hours_mark(row)):
        raise KeptOtherwise(door=row.device.code)
    if "mode" in request:
        until = datetime.fromisoformat(request["until"])
        wish = Wish(mode=Mode(request["mode"]), reason=passed.reason, until=until)
        _check(wish, passed.now)
        _put(
            row, wish, by=passed.by, approved_by=passed.approved_by, cause=passed.cause,
            now=passed.now,
        )  # fmt: skip
        return
    before = kept.said(row)
    row.free_hours, row.set_at, row.set_by_id = request["free_hours"], passed.now, passed.by
    row.save(update_fields=["free_hours", "set_at", "set_by"])
    changes = kept.changed(before, kept.said(row))
    tell(
        row, changes, reason=passed.reason, by=passed.by, approved_by=passed.approved_by,
        cause=passed.cause, now=passed.now,
    )  # fmt: skip
    versions.kept_anew(community=passed.community, now=passed.now)
