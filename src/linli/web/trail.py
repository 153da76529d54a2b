"""The trail over HTTP, for auditors."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from ninja import Query, Router, Schema
from pydantic import Field

from linli.contracts.identity import PLATFORM
from linli.foundation.audit import queries
from linli.foundation.audit.models import Act, Line
from linli.foundation.identity import naming
from linli.foundation.identity.guard import Visit, may_everywhere
from linli.foundation.privacy.purposes import PURPOSES
from linli.foundation.scope.paging import A_MOMENT
from linli.foundation.shapes import TwoLanguages
from linli.kernel.words import Words
from linli.web import told

router = Router(tags=["audit"])
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class LineOut(Schema):
    """`number` and `digest` are null and empty until the line is sealed, a second later. `at` is
    told in microseconds, as the digest covers it. `name` is how `who` is called now, `program` the
    third party by whose program it was done. `title` says what in words.
    """

    id: int
    at: Annotated[str, Field(json_schema_extra={"format": "date-time"})]
    account: int
    who: str
    name: str
    program: str
    act: str
    title: TwoLanguages
    what: str
    purpose: str
    purpose_name: TwoLanguages | None
    place: str
    cause: str
    words: str
    number: int | None
    digest: str


class Lines(Schema):
    """A page; `next` is the cursor of the page behind it, null where there is none."""

    items: list[LineOut]
    next: str | None


class Sought(Schema):
    """Which lines; everything narrows. `what` is whom or what they are about, as `person:12`; `who`
    a name to sign in by, or to be seen by. `people` leaves out what went on by itself. `cursor` is
    the `next` of the page before.

    A sign-in is of no community: `sign_in` tells those of all who have had a role here.
    """

    act: Literal["look", "write", "refusal", "sign_in"] | None = None
    what: str = Field("", max_length=96)
    account: int | None = None
    who: str = Field("", max_length=64)
    people: bool = False
    purpose: str = Field("", max_length=32)
    since: datetime | None = None
    before: datetime | None = None
    cursor: Annotated[str, Field(pattern=f"^{A_MOMENT}$")] | None = None
    limit: int = 100


@router.get("/{community}/audit", response=Lines, auth=may_everywhere("audit.read"))
def lines(request: Visit, community: str, sought: Query[Sought]) -> object:
    """List who looked at what and why, who changed what, and who was refused, newest first."""
    limit = min(max(sought.limit, 1), 500)
    act = Act(sought.act) if sought.act else None
    signing = act is Act.SIGN_IN
    found = queries.lines(
        community=PLATFORM if signing else community,
        act=act,
        what=sought.what,
        account=sought.account,
        among=naming.with_roles(community=community) if signing else None,
        called=naming.accounts_called(name=sought.who) if sought.who.strip() else None,
        people=sought.people,
        purpose=sought.purpose,
        since=sought.since,
        before=sought.before,
        cursor=sought.cursor or "",
        limit=limit + 1,
    )
    page = found[:limit]
    more = queries.next_page(page[-1]) if len(found) > limit else None
    names = naming.names_of(accounts=[line.account for line in page])
    return {"items": [_shown(line, names) for line in page], "next": more}


def _shown(line: Line, names: dict[int, str]) -> dict[str, Any]:
    """Return a line as it is answered, its time in every digit."""
    at = _EPOCH + timedelta(microseconds=line.at_us)
    columns = ("id", "account", "who", "program", "act", "what", "purpose", "place", "cause")
    return {name: getattr(line, name) for name in (*columns, "words", "number", "digest")} | {
        "at": at.isoformat(timespec="microseconds"),
        "name": names.get(line.account, ""),
        "title": told.title(line),
        "purpose_name": _purpose(line.purpose),
    }


def _purpose(key: str) -> Words | None:
    """Return the name of a purpose; of one that was dropped since, its key."""
    about = PURPOSES.get(key)
    return about.name if about else Words(zh=key, en=key) if key else None
