"""The trail over HTTP, for auditors."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from ninja import Query, Router, Schema
from pydantic import Field

from linli.foundation.audit import queries
from linli.foundation.audit.models import Act, Line
from linli.foundation.identity.guard import Visit, may_everywhere

router = Router(tags=["audit"])
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR = r"^\d{1,18}-\d{1,18}$"


class LineOut(Schema):
    """`number` and `digest` are null and empty until the line is sealed, a second later. `at` is
    told in microseconds, as the digest covers it.
    """

    id: int
    at: Annotated[str, Field(json_schema_extra={"format": "date-time"})]
    account: int
    who: str
    act: str
    what: str
    purpose: str
    place: str
    cause: str
    words: str
    number: int | None
    digest: str

    @staticmethod
    def resolve_at(line: Line) -> str:
        """Say the time as a time, in every digit."""
        at = _EPOCH + timedelta(microseconds=line.at_us)
        return at.isoformat(timespec="microseconds")


class Lines(Schema):
    """A page; `next` is the cursor of the page behind it, null where there is none."""

    items: list[LineOut]
    next: str | None


class Sought(Schema):
    """Which lines; everything narrows. `cursor` is the `next` of the page before."""

    act: Literal["look", "write", "refusal", "sign_in"] | None = None
    what: str = ""
    account: int | None = None
    before: datetime | None = None
    cursor: Annotated[str, Field(pattern=_CURSOR)] | None = None
    limit: int = 100


@router.get("/{community}/audit", response=Lines, auth=may_everywhere("audit.read"))
def lines(request: Visit, community: str, sought: Query[Sought]) -> object:
    """List who looked at what and why, who changed what, and who was refused, newest first."""
    limit = min(max(sought.limit, 1), 500)
    found = queries.lines(
        community=community,
        act=Act(sought.act) if sought.act else None,
        what=sought.what,
        account=sought.account,
        before=sought.before,
        after=_place(sought.cursor),
        limit=limit + 1,
    )
    page = found[:limit]
    more = f"{page[-1].at_us}-{page[-1].id}" if len(found) > limit else None
    return {"items": page, "next": more}


def _place(cursor: str | None) -> queries.Place | None:
    if cursor is None:
        return None
    at_us, _, line = cursor.partition("-")
    return queries.Place(at_us=int(at_us), id=int(line))
