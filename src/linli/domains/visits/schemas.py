"""What the doors of visits and calls take and give."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any, Literal

from ninja import Field, Schema

from linli.contracts.doors import DoorBrief, reason
from linli.contracts.places import names
from linli.domains.visits import logic, queries
from linli.domains.visits.logic import Span
from linli.domains.visits.models import Call, Unheard, Visit, VisitPassage
from linli.domains.visits.operations.inviting import Guest, Invitation
from linli.domains.visits.schemas_talk import PhraseOut
from linli.foundation.identity.naming import names_of
from linli.foundation.shapes import TwoLanguages
from linli.kernel.words import Words, both


class GuestIn(Schema):
    """Who comes. Only the name must be said."""

    name: str = Field(min_length=1, max_length=32, pattern=r"\S")
    phone: str = Field("", max_length=20)
    plate: str = Field("", max_length=12)
    people: int = Field(1, ge=1, le=logic.MOST_PEOPLE)
    why: str = Field("", max_length=60)

    def guest(self) -> Guest:
        """Return it as the operations take it."""
        return Guest(
            name=self.name, phone=self.phone, plate=self.plate, people=self.people, why=self.why
        )


class VisitIn(Schema):
    """An invitation to one of the asker's homes (`place`: its room; the first where none is named).
    `doors` are codes on the way there or of others that the asker may pass himself, none is all of
    the way; `uses` entries into the estate, 0 any number. Regular guests have `days` (`1` Monday …
    `7` Sunday), `starts` and `ends` (local). `with_code`: six digits for keypads as well; left out,
    couriers have them. `picture`: the code may be sent as a picture, which anybody may have seen:
    for a day, and twice, at most. `tell`: the asker is told each time that the guest comes and
    goes.
    """

    kind: Literal["guest", "repeat", "help", "courier", "food"] = "guest"
    guest: GuestIn
    since: datetime
    until: datetime
    days: str = Field("", max_length=7)
    starts: time | None = None
    ends: time | None = None
    uses: int = Field(0, ge=0, le=logic.MOST_USES)
    doors: list[str] = Field([], max_length=20)
    with_code: bool | None = None
    picture: bool = False
    tell: bool = True
    place: str = Field("", max_length=200)

    def wish(self) -> Invitation:
        """Return it as the operations take it."""
        return Invitation(
            kind=self.kind,
            guest=self.guest.guest(),
            span=Span(
                since=self.since, until=self.until, days=self.days, starts=self.starts,
                ends=self.ends,
            ),
            uses=self.uses,
            place=self.place,
            doors=self.doors,
            with_code=self.with_code,
            picture=self.picture,
            tell=self.tell,
        )  # fmt: skip


class WalkInIn(Schema):
    """Who stands at the gate, and the path of the room that he comes to see."""

    place: str = Field(min_length=1, max_length=200)
    guest: GuestIn


class VisitTellIn(Schema):
    """Whether the asker is told when this guest comes and goes; only who is told may say it."""

    tell: bool


class AgreedIn(Schema):
    agreed: bool


class GateDecisionIn(Schema):
    """What the guard decided in the place of the home, and why."""

    agreed: bool
    why: str = Field(min_length=1, max_length=120, pattern=r"\S")


class DoorOnWay(Schema):
    code: str
    name: TwoLanguages
    kind: str


class DoorToGive(DoorOnWay):
    """`usual`: it is on the way to the home."""

    usual: bool


class MyHomeOut(Schema):
    """A home for which the asker speaks, and the doors through which he may let a guest."""

    place: str
    name: TwoLanguages
    doors: list[DoorToGive]


class VisitKindOut(Schema):
    """A kind of guest. `regular` ones have days and hours; `uses` 0 is any number; `digits`: they
    have six of them unless the host says otherwise.
    """

    key: str
    name: TwoLanguages
    lasts_min: int
    longest_min: int
    uses: int
    regular: bool
    digits: bool


class MyHomesOut(Schema):
    homes: list[MyHomeOut]
    kinds: list[VisitKindOut]


class VisitPassageOut(Schema):
    door: str
    door_name: TwoLanguages
    direction: str
    opened: bool
    reason: str
    reason_name: TwoLanguages
    at: datetime


class VisitOut(Schema):
    """A visit. `stands` says whether the guest may come now: `soon`, `now`, `hours` (not at this
    hour), `used`, `asked`, `over`. `link` is the last part of his own address (`/v/…`). Who he is,
    is masked unless it was opened for a purpose, or asked by the home itself.
    """

    id: int
    kind: str
    state: str
    stands: str
    source: str
    place: str
    place_name: TwoLanguages
    name: str
    phone: str
    plate: str
    people: int
    why: str
    since: datetime
    until: datetime
    days: str
    starts: time | None
    ends: time | None
    uses: int
    used: int
    doors: list[str]
    with_code: bool
    picture: bool
    tell: bool
    asked_at: datetime | None
    decided_at: datetime | None
    decided_by: str
    decided_why: str
    part: str
    arrived_at: datetime | None
    left_at: datetime | None
    over_at: datetime | None
    over_why: str
    link: str
    passages: list[VisitPassageOut]


class OwnVisitOut(VisitOut):
    """A visit to a home of the asker's. `digits` are the guest's for keypads; `picture_qr` is his
    code as a picture (an address that holds it). Both are empty unless they were asked for.
    `hears`: it is the asker who is told of this guest, and who says whether he is.
    """

    digits: str
    picture_qr: str
    hears: bool


class VisitsOut(Schema):
    items: list[VisitOut]
    next: int | None


class UnheardOut(Schema):
    """Somebody came to see a home in which nobody lives, and stands, or stood, at a screen; what
    the screen tells him is what it tells of any home that does not answer. `attended_by` is the
    guard who sees to him.
    """

    id: int
    device: str
    device_name: TwoLanguages
    place: str
    place_name: TwoLanguages
    at: datetime
    attended_at: datetime | None
    attended_by: str


class UnheardsOut(Schema):
    items: list[UnheardOut]
    next: int | None


class CallOut(Schema):
    """A call. `part` is who answered: `home`, `proxy` or `guard`; `who` his name, to his own side;
    `by_me`, whether it is who asks; `passed_on`: the guard may; `talk`: whoever answers may talk
    with the door, as he did for `talked_s`, of which the door heard him for `spoke_s`.
    """

    id: int
    door: str
    door_name: TwoLanguages
    place: str
    place_name: TwoLanguages
    state: str
    part: str
    by_me: bool
    who: str
    way: str
    at_home: bool
    passed_on: bool
    picture: bool
    talk: bool
    talked_s: int
    spoke_s: int
    rang_at: datetime
    answered_at: datetime | None
    opened_at: datetime | None
    over_at: datetime | None


class CallsOut(Schema):
    """`phrases` are what whoever answers may have the door say and show."""

    items: list[CallOut]
    next: int | None
    phrases: list[PhraseOut]


class DoorPictureIn(Schema):
    """What the browser offers, to see the door (SDP)."""

    sdp: str = Field(min_length=10, max_length=20_000)


class DoorPictureOut(Schema):
    sdp: str


def kinds_out() -> list[dict[str, Any]]:
    """Return the kinds of guests."""
    return [
        {
            "key": key,
            "name": both(kind.name),
            "lasts_min": int(kind.lasts.total_seconds() // 60),
            "longest_min": int(kind.longest.total_seconds() // 60),
            "uses": kind.uses,
            "regular": kind.regular,
            "digits": kind.digits,
        }
        for key, kind in logic.KINDS.items()
    ]


def doors_out(doors: Sequence[DoorBrief]) -> list[dict[str, Any]]:
    """Return doors, as others show them."""
    return [{"code": one.code, "name": both(one.name), "kind": one.kind} for one in doors]


_AS_THEY_ARE = (
    "kind", "state", "source", "place", "people", "why", "since", "until", "days", "starts", "ends",
    "uses", "used", "doors", "with_code", "picture", "tell", "asked_at", "decided_at",
    "decided_why", "part", "arrived_at", "left_at", "over_at", "over_why", "name", "phone", "plate",
)  # fmt: skip


def visit_out(
    shown: queries.Shown,
    passages: Mapping[int, Sequence[VisitPassage]],
    doors: Mapping[str, Words],
) -> dict[str, Any]:
    """Return a visit, as far as it was opened."""
    row: Visit = shown.row
    return {
        **{name: getattr(row, name) for name in _AS_THEY_ARE},
        "id": row.pk,
        "stands": shown.stands.value,
        "place_name": both(shown.place_name),
        "decided_by": row.decided_by.name if row.decided_by else "",
        "link": shown.link,
        "passages": [
            {
                "door": one.door,
                "door_name": _called(doors, one.door),
                "direction": one.direction,
                "opened": one.opened,
                "reason": one.reason,
                "reason_name": both(reason(one.reason)),
                "at": one.at,
            }
            for one in passages.get(row.pk, ())
        ],
    }


def unheard_out(rows: Sequence[Unheard]) -> list[dict[str, Any]]:
    """Return what was asked of empty homes, with the names of homes and screens."""
    if not rows:
        return []
    community = rows[0].community
    found = names(community, sorted({row.room for row in rows}))
    screens = queries.door_names(community=community, codes=[row.device for row in rows])
    return [
        {
            "id": row.pk,
            "device": row.device,
            "device_name": _called(screens, row.device),
            "place": row.room,
            "place_name": both(found.get(row.room, Words(zh=row.room, en=row.room))),
            "at": row.at,
            "attended_at": row.attended_at,
            "attended_by": row.attended_by.name if row.attended_by else "",
        }
        for row in rows
    ]


def _called(doors: Mapping[str, Words], code: str) -> dict[str, str]:
    return both(doors.get(code, Words(zh=code, en=code)))


def calls_out(
    community: str, rows: Sequence[Call], account: int, *, desk: bool = False
) -> list[dict[str, Any]]:
    """Return calls as an account sees them, with the names of homes and doors; who answered is
    named to his own side, the gate desk or the home.
    """
    who = names_of(accounts=[row.by_id for row in rows if row.by_id is not None])
    found = names(community, sorted({row.room or row.place for row in rows}))
    doors = queries.door_names(community=community, codes=[row.door for row in rows])
    return [
        {
            **_call_out(row, found),
            "door_name": _called(doors, row.door),
            "by_me": row.by_id == account,
            "who": who.get(row.by_id or 0, "") if _seen_by(row, account, desk) else "",
        }
        for row in rows
    ]


def _seen_by(row: Call, account: int, desk: bool) -> bool:
    return row.by_id == account or desk is (row.part == "guard")


def _call_out(row: Call, found: Mapping[str, Words]) -> dict[str, Any]:
    place = row.room or row.place
    return {
        "id": row.pk,
        "place": place,
        "place_name": both(found.get(place, Words(zh=place, en=place))),
        "passed_on": row.passed_on_at is not None,
        "picture": bool(queries.picture_of(row)),
        "talk": queries.can_talk(row),
        **{
            name: getattr(row, name)
            for name in (
                "door", "state", "part", "way", "at_home", "rang_at", "answered_at", "opened_at",
                "over_at", "talked_s", "spoke_s",
            )
        },
    }  # fmt: skip
