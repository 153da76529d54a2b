"""Every read of the trail."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from linli.foundation.audit.models import Act, Line


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a page of the trail ended: time (epoch microseconds) and id of its last line."""

    at_us: int
    id: int


def names_of(accounts: Collection[int]) -> dict[int, str]:
    """Return the names by which accounts sign in; 0 is nobody's."""
    wanted = [account for account in accounts if account]
    if not wanted:
        return {}
    rows = get_user_model().objects.filter(pk__in=wanted)
    return {int(pk): str(name) for pk, name in rows.values_list("pk", "username")}


def _us(at: datetime | None) -> int | None:
    return None if at is None else round(at.timestamp() * 1_000_000)


def lines(
    *,
    community: str,
    act: Act | None = None,
    what: str = "",
    account: int | None = None,
    among: Collection[int] | QuerySet[Any, int] | None = None,
    called: Collection[int] | None = None,
    purpose: str = "",
    since: datetime | None = None,
    before: datetime | None = None,
    after: Place | None = None,
    limit: int = 100,
) -> list[Line]:
    """Return lines of a community, newest first; every argument narrows: `among` and `called` to
    those accounts. `after` goes on behind the last line of a page.
    """
    rows = Line.objects.filter(community=community)
    for some in (among, called):
        rows = rows if some is None else rows.filter(account__in=some)
    wanted: dict[str, Any] = {
        "act": act,
        "what": what or None,
        "account": account,
        "purpose": purpose or None,
        "at_us__gte": _us(since),
        "at_us__lt": _us(before),
    }
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    if after is not None:
        same_time = Q(at_us=after.at_us, id__lt=after.id)
        rows = rows.filter(Q(at_us__lt=after.at_us) | same_time, at_us__lte=after.at_us)
    return list(rows.order_by("-at_us", "-id")[:limit])
