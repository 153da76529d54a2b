"""The head of a household and those who live with him, over HTTP."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

from django.utils import timezone
from ninja import Field, Router, Schema, Status
from pydantic import ConfigDict

from linli.domains.doors import schemas_holding
from linli.domains.doors.logic.life import Step
from linli.domains.doors.operations import household, joining
from linli.domains.doors.schemas_holding import DoorCredential
from linli.foundation.identity.guard import Visit, may
from linli.foundation.shapes import TwoLanguages

router = Router(tags=["doors"])
_HEAD = may("household.own", himself=True)


class HouseholdMember(Schema):
    """Somebody of my household, and his cards, with the `steps` that I may say of them; `ending`:
    the desk was asked to end his way in.
    """

    person: int
    name: str
    relation: str
    since: date | None
    until: date | None
    cards: list[DoorCredential]
    ending: bool


class OwnHousehold(Schema):
    """A home that I own or rent: who lives there, who is asked for (`joining`), and the vehicles
    that belong to it.
    """

    room: str
    room_name: TwoLanguages
    members: list[HouseholdMember]
    joining: list[str]
    plates: list[str]


class OwnHouseholds(Schema):
    items: list[OwnHousehold]
    next: str | None


class CardStepIn(Schema):
    model_config = ConfigDict(extra="forbid")
    step: Literal["lost", "found"]


class MemberJoinsIn(Schema):
    """Who is to live in a room of mine, as what, until when: no longer than I am registered there,
    and as long where no day is said.
    """

    model_config = ConfigDict(extra="forbid")
    room: str = Field(max_length=200)
    name: str = Field(min_length=1, max_length=64)
    relation: Literal["family", "other"] = "family"
    until: date | None = None
    reason: str = Field("", max_length=300)


class MemberLeavesIn(Schema):
    model_config = ConfigDict(extra="forbid")
    room: str = Field(max_length=200)
    reason: str = Field("", max_length=300)


@router.get("/{community}/my/household", response=OwnHouseholds, auth=_HEAD)
def own_household(request: Visit, community: str) -> Any:
    """Show who lives in the homes that I own or rent, their cards and vehicles."""
    found = household.homes(actor=request.auth, now=timezone.now())
    cards = _cards([member for one in found for member in one.members])
    return {"items": [_home(one, cards) for one in found], "next": None}


@router.post(
    "/{community}/my/household/cards/{int:credential}/steps", response=DoorCredential, auth=_HEAD
)
def household_card(request: Visit, community: str, credential: int, body: CardStepIn) -> Any:
    """Report the card of somebody of my household lost, at all doors at once; or found again."""
    row = household.step(
        actor=request.auth, id=credential, step=Step(body.step), now=timezone.now()
    )
    return schemas_holding.credential_out(row)


@router.post("/{community}/my/household/members", response={204: None}, auth=_HEAD)
def member_joins(request: Visit, community: str, body: MemberJoinsIn) -> Status[None]:
    """Ask that somebody may live with me; a second person at the desk lets it pass."""
    new = joining.New(**body.dict(exclude={"reason"}))
    joining.ask(actor=request.auth, new=new, reason=body.reason, now=timezone.now())
    return Status(204, None)


@router.post(
    "/{community}/my/household/members/{int:person}/leave", response={204: None}, auth=_HEAD
)
def member_leaves(
    request: Visit, community: str, person: int, body: MemberLeavesIn
) -> Status[None]:
    """Ask that somebody belong to my household no more; the desk confirms it."""
    household.ask_end(
        actor=request.auth, room=body.room, person=person, reason=body.reason, now=timezone.now()
    )
    return Status(204, None)


def _cards(members: Sequence[household.Member]) -> Mapping[int, dict[str, object]]:
    """Return the cards of all of them, by their numbers: their values are opened together."""
    rows = list({row.pk: row for one in members for row in one.cards}.values())
    shown = schemas_holding.credentials_out(rows)
    return {row.pk: card for row, card in zip(rows, shown, strict=True)}


def _home(one: household.Home, cards: Mapping[int, dict[str, object]]) -> dict[str, object]:
    return {
        "room": one.room,
        "room_name": {"zh": one.name[0], "en": one.name[1] or one.name[0]},
        "members": [_member(member, cards) for member in one.members],
        "joining": list(one.joining),
        "plates": list(one.plates),
    }


def _member(one: household.Member, cards: Mapping[int, dict[str, object]]) -> dict[str, object]:
    row = one.membership
    return {
        "person": row.person_id,
        "name": row.person.name,
        "relation": row.relation,
        "since": row.since,
        "until": row.until,
        "cards": [{**cards[card.pk], "steps": one.may[card.pk]} for card in one.cards],
        "ending": one.ending,
    }
