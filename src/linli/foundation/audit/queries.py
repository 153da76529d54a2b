"""Every read of the trail."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from linli.foundation.audit.models import Act, Line
from linli.foundation.scope import paging

_FEW = 20
"""Each of so many accounts is asked for alone, by its index; of more, some wrote lately."""


def names_of(accounts: Collection[int]) -> dict[int, str]:
    """Return the names by which accounts sign in; 0 is nobody's."""
    wanted = [account for account in accounts if account]
    if not wanted:
        return {}
    rows = get_user_model().objects.filter(pk__in=wanted)
    return {int(pk): str(name) for pk, name in rows.values_list("pk", "username")}


def hold(account: int) -> None:
    """Lock an account until the end of the transaction: what else it does waits where it asks for
    the same. A new line that names it waits for nobody.
    """
    rows = get_user_model().objects.filter(pk=account).select_for_update(no_key=True)
    list(rows.values_list("pk", flat=True))


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
    people: bool = False,
    purpose: str = "",
    since: datetime | None = None,
    before: datetime | None = None,
    cursor: str = "",
    limit: int = 100,
) -> list[Line]:
    """Return lines of a community, newest first; every argument narrows: `among` and `called` to
    those accounts; `people` to what somebody did, not what went on by itself. `cursor` is that of
    the page before (`next_page`).

    :raises paging.NoCursor: if it is none of ours
    """
    rows = Line.objects.filter(community=community)
    span = {"at_us__gte": _us(since), "at_us__lt": _us(before)}
    rows = rows.filter(**{name: value for name, value in span.items() if value is not None})
    if cursor:
        rows = paging.behind(rows, cursor=cursor, field="at_us")
    if among is not None:
        rows = rows.filter(account__in=among)

    def newest(whose: int | None) -> list[Line]:
        narrowed = found_by(rows, what=what, account=whose, purpose=purpose, act=act, people=people)
        return list(narrowed.order_by("-at_us", "-id")[:limit])

    if called is None:
        return newest(account)
    if account is not None or len(called) > _FEW:
        rows = rows.filter(account__in=called)
        return newest(account)
    found = [line for one in sorted(called) for line in newest(one)]
    return sorted(found, key=lambda line: (-line.at_us, -line.id))[:limit]


def next_page(line: Line) -> str:
    """Return the cursor of the page behind its last line."""
    return paging.behind_row(line, field="at_us")


def found_by(
    rows: QuerySet[Line],
    *,
    what: str | list[str] = "",
    account: int | None = None,
    purpose: str = "",
    act: Act | None = None,
    people: bool = False,
) -> QuerySet[Line]:
    """Return the lines that fit (`what`: one thing, or a list of which any; `people`: what somebody
    did), by the index of what narrows the most. The rest is looked at line by line: a database that
    knows no figures of its tables may else go through all that somebody ever wrote to find what he
    wrote of one thing.
    """
    given = {"what": what or None, "account": account, "purpose": purpose or None, "act": act}
    by_index = True
    if people:
        rows = rows.exclude(account=0, who="", act=Act.WRITE)
    for name, value in given.items():
        if value is None:
            continue
        # Most that was written, or by nobody, went on by itself: what people did is narrower.
        if by_index and not (people and value in (0, Act.WRITE)):
            several = isinstance(value, list)
            rows = rows.filter(**{f"{name}__in" if several else name: value})
        else:
            rows = rows.alias(**{f"{name}_beside": Coalesce(name, name)})
            rows = rows.filter(**{f"{name}_beside": value})
        by_index = False
    return rows
