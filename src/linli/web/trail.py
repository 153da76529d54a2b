"""The trail over HTTP, for auditors."""

from datetime import UTC, datetime
from typing import Literal

from ninja import Router, Schema

from linli.foundation.audit import queries
from linli.foundation.audit.models import Act, Line
from linli.foundation.identity.guard import Visit, may_everywhere

router = Router(tags=["audit"])


class LineOut(Schema):
    """`number` and `digest` are null and empty until the line is sealed, a second later."""

    id: int
    at: datetime
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
    def resolve_at(line: Line) -> datetime:
        """Say the time as a time."""
        return datetime.fromtimestamp(line.at_us / 1e6, UTC)


class Lines(Schema):
    items: list[LineOut]
    next: datetime | None


@router.get("/{community}/audit", response=Lines, auth=may_everywhere("audit.read"))
def lines(  # noqa: PLR0917
    request: Visit,
    community: str,
    act: Literal["look", "write", "refusal", "sign_in"] | None = None,
    what: str = "",
    account: int | None = None,
    before: datetime | None = None,
    limit: int = 100,
) -> object:
    """List who looked at what and why, who changed what, and who was refused, newest first."""
    limit = min(max(limit, 1), 500)
    found = queries.lines(
        community=community,
        act=Act(act) if act else None,
        what=what,
        account=account,
        before=before,
        limit=limit,
    )
    last = datetime.fromtimestamp(found[-1].at_us / 1e6, UTC) if len(found) == limit else None
    return {"items": found, "next": last}
