"""Whether a guest comes anew, and who is told of it."""

from datetime import datetime

from django.db.models import Q

from linli.contracts import doors
from linli.domains.visits import logic
from linli.domains.visits.models import Visit, VisitPassage
from linli.domains.visits.queries.homes import telephones
from linli.foundation.identity.queries import Actor
from linli.kernel.fault import Fault


class NotTheHost(Fault):
    """Another of the home is told of this guest, and he alone says that he is not."""

    key = "visits.not_the_host"
    status = 403


def _gates(row: Visit) -> list[str]:
    way = doors.way_to(row.community, row.place)
    return [one.code for one in way if one.kind in logic.OUTER]


def just_came(*, row: Visit, at: datetime) -> bool:
    """Tell whether a guest came into the estate a moment before, and has not left since: another
    gate or lane on his way, or the same one told again, is no second coming.
    """
    rows = VisitPassage.rows.of(row.community).filter(visit=row, opened=True, at__lte=at)
    last = (
        rows.filter(Q(reason=logic.BY_CAR) | Q(door__in=_gates(row))).order_by("-at", "-pk").first()
    )
    return last is not None and last.direction != "out" and at - last.at <= logic.SAME_COMING


def arrives(*, row: Visit, outer: bool, at: datetime) -> bool:
    """Tell whether a guest who comes in by a door at a time has come anew; `outer` is a gate or
    lane. What is told late is no news of who is known to have come at about that time.
    """
    rows = VisitPassage.rows.of(row.community).filter(visit=row, opened=True)
    about = (at - logic.SAME_COMING, at + logic.SAME_COMING)
    if rows.exclude(direction="out").filter(at__range=about).exists():
        return False
    last = rows.filter(at__lte=at).order_by("-at", "-pk").first()
    if last is None:
        return True
    by_gate = last.reason == logic.BY_CAR or last.door in _gates(row)
    seen = logic.Seen(at=last.at, left=last.direction == "out" and by_gate)
    return logic.arrives(last=seen, outer=outer, at=at)


def hearers(*, row: Visit, now: datetime) -> tuple[int, ...]:
    """Return the accounts that are told when a guest comes and goes: the host's, where he has one;
    else those of the home. Of a guest of whom the host wants to hear nothing, none.
    """
    return _heard_by(row, now) if row.tell else ()


def hears(*, row: Visit, actor: Actor, now: datetime) -> bool:
    """Tell whether it is somebody, or his ward, who is told of a guest: nobody else of the home
    says that it is not told.
    """
    if actor.ward:
        return bool(row.host_id == actor.ward)
    return actor.account in _heard_by(row, now)


def _heard_by(row: Visit, now: datetime) -> tuple[int, ...]:
    home = telephones(community=row.community, household=row.household, now=now)
    own = row.host.account_id if row.host else None
    return (own,) if own in home else home
