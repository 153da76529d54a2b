"""Doors over HTTP: how they are kept, who may pass, what opens them, who passed."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from linli.contracts.doors import OpenTold
from linli.domains.doors import schemas, schemas_base
from linli.domains.doors import schemas_holding as holding
from linli.domains.doors.logic.deciding import Mode
from linli.domains.doors.operations import granting, issuing, keeping, looking, opening, setting
from linli.domains.doors.queries import finding, listing, passages
from linli.domains.doors.queries import rights as rights_of
from linli.foundation.approvals.schemas import ApprovalOut, approval_out
from linli.foundation.identity.addresses import refuse_numbers
from linli.foundation.identity.guard import Visit, may, may_everywhere, want_fresh
from linli.foundation.identity.sensitive import Sensitive
from linli.foundation.scope.paging import CodePage, NumberPage

router = Router(tags=["doors"])
_SEES = may("doors.read")
_OPENS = may("doors.open")
_LOOKS = may("passages.read", fresh=Sensitive.PASSAGES, when="purpose")
_ISSUES = may_everywhere("doors.issue")
_GIVES = may_everywhere("doors.issue", fresh=Sensitive.DOORS)
_SETS = may_everywhere("doors.manage")
_KEEPS = may_everywhere("doors.manage", fresh=Sensitive.DOORS_KEPT)


class DoorsWanted(Schema):
    """Which doors; what is left out does not narrow."""

    q: str = ""
    kind: str = ""
    place: str = ""
    group: str = ""
    cursor: str = Field("", max_length=48)
    limit: int = Field(100, ge=1, le=500)


class CredentialsWanted(Schema):
    """Which credentials."""

    person: int | None = Field(None, ge=1, le=2**63 - 1)
    staff: int | None = Field(None, ge=1, le=2**63 - 1)
    way: str = ""
    state: str = ""
    cursor: int | None = Field(None, ge=1, le=2**63 - 1)
    limit: int = Field(50, ge=1, le=500)


class CredentialsSought(CredentialsWanted):
    """The same, by a whole card number, as it is printed, too."""

    number: str = Field("", max_length=24)


class RightsWanted(Schema):
    """Which rights; those to a `door` are also those to its groups."""

    person: int | None = Field(None, ge=1, le=2**63 - 1)
    household: int | None = Field(None, ge=1, le=2**63 - 1)
    staff: int | None = Field(None, ge=1, le=2**63 - 1)
    door: str = Field("", max_length=48)
    group: str = Field("", max_length=32)
    source: rights_of.Source | None = None
    cursor: int | None = Field(None, ge=1, le=2**63 - 1)
    limit: int = Field(50, ge=1, le=500)


class PassagesWanted(Schema):
    """Which passages. A person's own are sought for a `purpose` only, and so are names."""

    door: str = ""
    person: int | None = Field(None, ge=1, le=2**63 - 1)
    guest: str = Field("", max_length=48)
    way: str = ""
    opened: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    purpose: str = ""
    cursor: str = Field("", max_length=40)
    limit: int = Field(50, ge=1, le=500)


@router.get("/{community}/doors", response=schemas.DoorLines, auth=_SEES)
def doors(request: Visit, community: str, wanted: Query[DoorsWanted]) -> Any:
    """List doors: what each does now, and who passed last."""
    sought = finding.Sought(text=wanted.q, kind=wanted.kind, place=wanted.place, group=wanted.group)
    rows, more = listing.page(
        actor=request.auth,
        sought=sought,
        after=wanted.cursor,
        limit=wanted.limit,
        now=timezone.now(),
    )
    return {"items": [schemas.line_out(row) for row in rows], "next": more}


@router.post("/{community}/doors", response={201: schemas.DoorKept}, auth=_KEEPS)
def add_door(request: Visit, community: str, body: schemas.DoorIn) -> Any:
    """Let a device of the register be a door. Long free hours wait for a second person."""
    said = setting.add(
        community=community,
        device=body.device,
        kept=_kept(body),
        by=request.auth.account,
        now=timezone.now(),
    )
    return Status(201, _kept_out(request, said.door.device.code, said.waits))


@router.get("/{community}/doors/{door}", response=schemas.DoorShown, auth=_SEES)
def door(request: Visit, community: str, door: str) -> Any:
    """Show a door: how it is kept, who may, who passed last."""
    found = listing.detail(actor=request.auth, code=door, now=timezone.now())
    return schemas.door_out(found)


@router.patch("/{community}/doors/{door}", response=schemas.DoorKept, auth=_KEEPS)
def change_door(request: Visit, community: str, door: str, body: schemas.DoorChange) -> Any:
    """Say anew how a door is kept. Longer free hours wait for a second person, where they are more
    than half of a week or another door has some or stands open.
    """
    said = setting.change(
        community=community,
        code=door,
        kept=_kept(body),
        by=request.auth.account,
        now=timezone.now(),
    )
    return _kept_out(request, door, said.waits)


@router.post("/{community}/doors/{door}/mode", response=schemas.DoorKept, auth=_KEEPS)
def keep_door(request: Visit, community: str, door: str, body: schemas.DoorModeIn) -> Any:
    """Let a door stand open for a while, shut it, take it out of use, or keep it as usual again. A
    second one that is to stand open waits for a second person.
    """
    wish = keeping.Wish(mode=Mode(body.mode), reason=body.reason, until=body.until)
    waits = keeping.keep(actor=request.auth, door=door, wish=wish, now=timezone.now())
    return _kept_out(request, door, waits)


def _kept_out(request: Visit, door: str, waits: int | None) -> dict[str, object]:
    found = listing.detail(actor=request.auth, code=door, now=timezone.now())
    return {**schemas.door_out(found), "approval": waits}


def _kept(body: schemas.DoorChange) -> setting.Kept:
    said = body.dict(exclude={"device", "free_hours", "readers"}, exclude_unset=True)
    hours, readers = body.free_hours, body.readers
    return setting.Kept(
        **said,
        free_hours=schemas_base.hours_of(hours) if hours is not None else None,
        readers=[setting.Side(**one.dict()) for one in readers] if readers is not None else None,
    )


@router.post("/{community}/doors/{door}/open", response=schemas.DoorOpened, auth=_OPENS)
def open_door(request: Visit, community: str, door: str, body: schemas.DoorOpenIn) -> Any:
    """Have a door opened for whoever stands there; it is on record who did."""
    told = opening.open_by_staff(
        actor=request.auth, door=door, guest=body.guest, key=body.key, now=timezone.now()
    )
    return opened_out(told)


@router.post("/{community}/doors/{door}/digits", response=schemas.DoorShown, auth=_OPENS)
def take_digits(request: Visit, community: str, door: str, body: schemas.DoorDigitsIn) -> Any:
    """Let a door take digits again after too many wrong ones; it is on the trail who did, and why.
    Wrong ones count from now on.
    """
    now = timezone.now()
    setting.take_digits(actor=request.auth, door=door, reason=body.reason, now=now)
    return schemas.door_out(listing.detail(actor=request.auth, code=door, now=now))


def opened_out(told: OpenTold) -> dict[str, object]:
    """Return what became of a wish to have a door opened."""
    return {
        "opened": told.opened,
        "reason": told.reason,
        "reason_words": schemas_base.reason_words(told.reason),
        "passage": told.passage,
        "command": told.command,
    }


@router.get("/{community}/door-groups", response=schemas.DoorGroupsOut, auth=_SEES)
def groups(request: Visit, community: str, wanted: Query[CodePage]) -> Any:
    """List groups of doors by code."""
    found, after = listing.groups(community=community, wanted=wanted)
    return {"items": [schemas.group_out(row, codes) for row, codes in found], "next": after}


@router.put("/{community}/door-groups", response=schemas.DoorGroupOut, auth=_KEEPS)
def put_group(request: Visit, community: str, body: schemas.DoorGroupIn) -> Any:
    """Make a group of doors, or say anew which are in it."""
    new = setting.NewGroup(
        code=body.code, name_zh=body.name.zh, name_en=body.name.en, doors=body.doors
    )
    row = setting.put_group(community=community, group=new, now=timezone.now())
    return schemas.group_out(row, body.doors)


@router.delete("/{community}/door-groups/{group}", response={204: None}, auth=_SETS)
def end_group(request: Visit, community: str, group: str) -> Status[None]:
    """Delete a group of doors; refused while there are rights to it."""
    setting.end_group(community=community, code=group, now=timezone.now())
    return Status(204, None)


@router.get("/{community}/door-rights", response=holding.DoorRights, auth=_SEES)
def rights(request: Visit, community: str, wanted: Query[RightsWanted]) -> Any:
    """List rights in force, the newest first: of somebody, or to a door."""
    said = rights_of.Wanted(
        **wanted.dict(exclude={"cursor"}), before=wanted.cursor, seen=request.auth.places
    )
    rows, more = rights_of.rights(community=community, wanted=said)
    homes = rights_of.homes(community=community, rows=rows)
    items = [holding.right_out(row, homes) for row in rows]
    return {"items": items, "next": str(more) if more else None}


@router.post("/{community}/door-rights", response={201: holding.DoorRight}, auth=_GIVES)
def grant(request: Visit, community: str, body: holding.DoorRightIn) -> Any:
    """Give somebody a right to a door or a group."""
    new = granting.NewRight(**body.dict(exclude={"hours"}), hours=schemas_base.hours_of(body.hours))
    row = granting.grant(community=community, new=new, by=request.auth.account, now=timezone.now())
    homes = rights_of.homes(community=community, rows=[row])
    return Status(201, holding.right_out(row, homes))


@router.delete("/{community}/door-rights/{int:right}", response=holding.DoorRight, auth=_ISSUES)
def end_right(request: Visit, community: str, right: int) -> Any:
    """End a right: at all doors, now."""
    row = granting.end(community=community, id=right, now=timezone.now())
    return holding.right_out(row, rights_of.homes(community=community, rows=[row]))


@router.get("/{community}/credentials", response=holding.DoorCredentials, auth=_ISSUES)
def credentials(request: Visit, community: str, wanted: Query[CredentialsWanted]) -> Any:
    """List what opens doors, the newest first; numbers are masked."""
    refuse_numbers(request)
    return _found(community, CredentialsSought(**wanted.dict()))


@router.post("/{community}/credentials/search", response=holding.DoorCredentials, auth=_ISSUES)
def search_credentials(request: Visit, community: str, body: CredentialsSought) -> Any:
    """Find what opens doors by a whole card number, which stands in no address."""
    return _found(community, body)


def _found(community: str, sought: CredentialsSought) -> dict[str, object]:
    said = sought.dict(exclude={"cursor"})
    rows, more = finding.credentials(
        community=community, wanted=finding.CredentialsWanted(**said, before=sought.cursor)
    )
    items = holding.credentials_out(rows)
    return {"items": items, "next": str(more) if more else None}


@router.post("/{community}/credentials", response={201: holding.CredentialMade}, auth=_GIVES)
def issue(request: Visit, community: str, body: holding.CredentialIn) -> Any:
    """Open a card, a telephone's chip, a PIN for somebody of the register."""
    made = issuing.issue(
        community=community,
        new=issuing.NewCredential(**body.dict()),
        by=request.auth.account,
        now=timezone.now(),
    )
    return Status(201, made_out(made))


def made_out(made: issuing.Made) -> dict[str, object]:
    """Return a credential that was made, and its digits, this once."""
    return {"credential": holding.credential_out(made.row), "digits": made.digits}


@router.get(
    "/{community}/credentials/{int:credential}/steps",
    response=holding.CredentialLife,
    auth=_ISSUES,
)
def life(request: Visit, community: str, credential: int, wanted: Query[NumberPage]) -> Any:
    """Show the life of a credential, from its beginning; where the last of it is not known."""
    rows, after = listing.steps(community=community, credential=credential, wanted=wanted)
    behind = listing.unheard(community=community, credential=credential)
    return {
        "items": [holding.step_out(row) for row in rows],
        "unheard": [holding.unheard_out(one) for one in behind],
        "next": after,
    }


@router.post(
    "/{community}/credentials/{int:credential}/steps",
    response=holding.DoorCredential,
    auth=_ISSUES,
)
def take_step(
    request: Visit, community: str, credential: int, body: holding.CredentialStepIn
) -> Any:
    """Hand it over, report it lost or found, take it back, end it: at all doors, now."""
    if body.step in issuing.OPENS_ANEW:
        want_fresh(request, Sensitive.DOORS)
    row = issuing.take_step(
        community=community,
        id=credential,
        step=body.step,
        note=body.note,
        by=request.auth.account,
        now=timezone.now(),
    )
    return holding.credential_out(row)


@router.post(
    "/{community}/credentials/{int:credential}/replace",
    response={201: holding.CredentialMade},
    auth=_GIVES,
)
def replace(
    request: Visit, community: str, credential: int, body: holding.CredentialReplaceIn
) -> Any:
    """Give somebody a new one; the old one dies."""
    made = issuing.replace(
        community=community,
        id=credential,
        value=body.value,
        note=body.note,
        by=request.auth.account,
        now=timezone.now(),
    )
    return Status(201, made_out(made))


@router.post("/{community}/household-moves", response={202: ApprovalOut}, auth=_ISSUES)
def move(request: Visit, community: str, body: holding.HouseholdMoveIn) -> Any:
    """Ask that a household may move in or out; a second person lets it pass."""
    wanted, now = granting.Move(room=body.room, way=body.way, until=body.until), timezone.now()
    row = granting.ask_move(actor=request.auth, move=wanted, reason=body.reason, now=now)
    return Status(202, approval_out(row, now))


@router.get("/{community}/barred", response=holding.BarredList, auth=_ISSUES)
def barred(request: Visit, community: str, wanted: Query[NumberPage]) -> Any:
    """List who may pass no door, the newest first."""
    rows, after = listing.barred(community=community, wanted=wanted)
    return {"items": [holding.barred_out(row) for row in rows], "next": after}


@router.post("/{community}/barred", response={201: holding.BarredOut}, auth=_SETS)
def bar(request: Visit, community: str, body: holding.BarredIn) -> Any:
    """Let somebody pass no door, by a reason."""
    row = granting.bar(
        community=community, by=request.auth.account, now=timezone.now(), **body.dict()
    )
    return Status(201, holding.barred_out(row))


@router.delete("/{community}/barred/{int:barred}", response=holding.BarredOut, auth=_SETS)
def lift_bar(request: Visit, community: str, barred: int) -> Any:
    """Let him pass again."""
    return holding.barred_out(granting.lift_bar(community=community, id=barred, now=timezone.now()))


@router.get("/{community}/door-faces", response=holding.FacesOut, auth=_SEES)
def faces(request: Visit, community: str) -> Any:
    """Show how many faces devices know, and which deletions were not confirmed yet."""
    return holding.faces_out(
        listing.faces(community=community),
        warn_at=listing.FACES_TO_WARN,
        file_at=listing.FACES_TO_FILE,
    )


@router.get("/{community}/passages", response=schemas.PassagesOut, auth=_LOOKS)
def list_passages(request: Visit, community: str, wanted: Query[PassagesWanted]) -> Any:
    """List passages, the newest first; names for a purpose, and it is remembered who looked."""
    page = looking.look(
        actor=request.auth,
        wanted=passages.Wanted(**wanted.dict(exclude={"purpose"})),
        purpose=wanted.purpose,
        now=timezone.now(),
    )
    items = [schemas.passage_out(row, named=page.named) for row in page.items]
    return {"items": items, "next": page.next}


@router.get("/{community}/passages/{int:passage}", response=schemas.PassageShown, auth=_LOOKS)
def passage(request: Visit, community: str, passage: int, purpose: str) -> Any:
    """Show one passage by name, with the pictures of it; it is remembered who looked."""
    row, pictures = looking.look_at(
        actor=request.auth, id=passage, purpose=purpose, now=timezone.now()
    )
    return {**schemas.passage_out(row, named=True), "pictures": pictures}
