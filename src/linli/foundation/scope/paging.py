"""Pages of lists that stand in the order of a code: few change, and none moves while one turns the
pages, so the last code of a page says where the next begins.
"""

from functools import reduce
from typing import TypeVar

from django.db import models
from ninja import Schema
from pydantic import Field

from linli.foundation.scope.models import ScopedRows

M = TypeVar("M", bound=models.Model)


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
