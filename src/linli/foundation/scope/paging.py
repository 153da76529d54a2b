"""Pages of lists. None moves in them while one turns the pages, so the last of a page says where
the next begins: its code, its number, or when it was last heard of.
"""

import re
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any, TypeVar

from django.db import models
from django.db.models import Q
from ninja import Schema
from pydantic import Field

from linli.foundation.scope.models import ScopedRows

M = TypeVar("M", bound=models.Model)
R = TypeVar("R", bound=models.QuerySet[Any])
A_NUMBER = r"^([0-9]{1,18})?$"
"""What a cursor looks like that is a number written as text; empty at first."""
A_MOMENT = "[0-9]{1,17}-[0-9]{1,18}"
"""What one looks like that is a time (epoch microseconds) and a number."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class NoCursor(ValueError):
    """It is no cursor that was given out."""


class CodePage(Schema):
    """Which part of a list: `cursor` is the `next` before."""

    cursor: str = Field("", max_length=200)
    limit: int = Field(200, ge=1, le=500)


def by_code(
    rows: ScopedRows[M], *, wanted: CodePage, field: str = "code"
) -> tuple[list[M], str | None]:
    """Return a page of rows in the order of a field that no two share, and the cursor after it.

    :param field: as Django names it, through foreign keys too (`place__path`)
    """
    after = rows.filter(**{f"{field}__gt": wanted.cursor}) if wanted.cursor else rows
    found = list(after.order_by(field)[: wanted.limit + 1])
    page = found[: wanted.limit]
    if len(found) <= wanted.limit:
        return page, None
    return page, str(reduce(getattr, field.split("__"), page[-1]))


class NumberPage(Schema):
    """Which part of a list in the order of its numbers: `cursor` is the `next` before."""

    cursor: int | None = Field(None, ge=1, le=2**63 - 1)
    limit: int = Field(200, ge=1, le=500)


def by_number(
    rows: models.QuerySet[M], *, wanted: NumberPage, field: str = "pk", oldest_first: bool = False
) -> tuple[list[M], int | None]:
    """Return a page of rows, the newest first unless the oldest are, and the cursor after it. What
    is entered meanwhile stands before the first page, or on the last.

    :param field: a number that no two of these rows share, and that grows
    """
    way, order = ("gt", field) if oldest_first else ("lt", f"-{field}")
    left = rows if wanted.cursor is None else rows.filter(**{f"{field}__{way}": wanted.cursor})
    found = list(left.order_by(order)[: wanted.limit + 1])
    page = found[: wanted.limit]
    return page, getattr(page[-1], field) if len(found) > wanted.limit else None


class RecentPage(Schema):
    """Which part of a list, the last heard of first: `cursor` is the `next` before. Who is heard of
    while the pages are turned moves to the first page.
    """

    cursor: str = Field("", pattern=f"^({A_MOMENT})?$")
    limit: int = Field(200, ge=1, le=500)


def by_recent(
    rows: models.QuerySet[M], *, wanted: RecentPage, field: str = "last_at"
) -> tuple[list[M], str | None]:
    """Return a page of rows, the last heard of first and of those at one time the newest, and the
    cursor after it.

    :param field: a time, or a number of epoch microseconds
    """
    left = behind(rows, cursor=wanted.cursor, field=field) if wanted.cursor else rows
    found = list(left.order_by(f"-{field}", "-pk")[: wanted.limit + 1])
    page = found[: wanted.limit]
    return page, behind_row(page[-1], field=field) if len(found) > wanted.limit else None


def behind(rows: R, *, cursor: str, field: str) -> R:
    """Return the rows behind a cursor, in the order of a time, the newest first, and of those at
    one time the highest number.

    :param field: as `by_recent`
    :raises NoCursor: if it is none of ours
    """
    if not re.fullmatch(A_MOMENT, cursor):
        raise NoCursor
    at_us, number = map(int, cursor.split("-"))
    is_time = isinstance(rows.model._meta.get_field(field), models.DateTimeField)  # noqa: SLF001
    at = _EPOCH + at_us * _MICROSECOND if is_time else at_us
    earlier = Q(**{f"{field}__lt": at}) | Q(pk__lt=number)
    return rows.filter(Q(**{f"{field}__lte": at}) & earlier)


def behind_row(row: models.Model, *, field: str) -> str:
    """Return the cursor of what stands behind a row: its time (epoch microseconds) and number."""
    at = getattr(row, field)
    at_us = (at - _EPOCH) // _MICROSECOND if isinstance(at, datetime) else at
    return f"{at_us}-{row.pk}"
