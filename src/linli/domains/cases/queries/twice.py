"""What is told of by two ways, and is one case."""

from datetime import datetime

import msgspec
from django.db.models import Exists, OuterRef

from linli.contracts.cases import CaseState
from linli.domains.cases.logic import steps
from linli.domains.cases.models import Case, Move

_OPEN = [state for state in CaseState if state not in steps.OVER]


class Twice(msgspec.Struct, frozen=True, kw_only=True):
    """What may be told of twice, and is one case: a kind about a device, since a time and until
    another. `by_scene`: by a scene this time, and by another domain before; else the reverse.
    """

    kind: str
    device: str
    since: datetime
    until: datetime
    by_scene: bool


def told_otherwise(*, community: str, twice: Twice) -> Case | None:
    """Return the open case of what was told of by the other way, and by that one alone; the newest,
    locked.
    """
    rows = Case.rows.of(community).filter(kind=twice.kind, device=twice.device, state__in=_OPEN)
    rows = rows.filter(created_at__gte=twice.since, created_at__lte=twice.until).exclude(effect="")
    rows = rows.filter(scene="") if twice.by_scene else rows.exclude(scene="")
    told = Move.rows.of(community).filter(case=OuterRef("pk"), step=steps.SAME)
    return rows.exclude(Exists(told)).select_for_update(of=("self",)).order_by("-pk").first()
