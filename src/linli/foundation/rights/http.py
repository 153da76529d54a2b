"""Rights and accounts over HTTP."""

from django.utils import timezone
from ninja import Query, Router, Schema, Status

from linli.foundation.approvals.schemas import ApprovalOut, approval_out
from linli.foundation.identity import operations as identity
from linli.foundation.identity.guard import Visit, may, may_everywhere
from linli.foundation.identity.models import EmergencyAccess
from linli.foundation.identity.roles import NAMES, PERMISSIONS
from linli.foundation.identity.sensitive import Sensitive
from linli.foundation.rights import operations, queries, schemas

router = Router(tags=["rights"])


class GrantsWanted(Schema):
    """Which: every word narrows; `q` is part of a name, `cursor` the `next` of the page before."""

    q: str = ""
    role: str = ""
    cursor: int = 0
    limit: int = 100


class EmergenciesWanted(Schema):
    """Which: `unreviewed` leaves those that nobody has looked at; `cursor` is the `next` before."""

    unreviewed: bool = False
    cursor: int | None = None
    limit: int = 50


@router.get("/{community}/roles", response=schemas.Roles, auth=may("accounts.read"))
def roles(request: Visit, community: str) -> object:
    """List the roles that there are, and what each may do."""
    items = [
        {"id": name, "name": schemas.two(words), "permissions": sorted(PERMISSIONS[name])}
        for name, words in NAMES.items()
    ]
    return {"items": items}


@router.get("/{community}/grants", response=schemas.Grants, auth=may_everywhere("accounts.read"))
def grants(request: Visit, community: str, wanted: Query[GrantsWanted]) -> object:
    """List who may what here, since when and by whom."""
    rows, after = queries.grants(
        actor=request.auth,
        text=wanted.q,
        role=wanted.role,
        after=wanted.cursor,
        limit=max(1, min(wanted.limit, 500)),
        now=timezone.now(),
    )
    return {"items": [schemas.grant_out(one) for one in rows], "next": after}


@router.post("/{community}/grants", response={202: ApprovalOut},
             auth=may_everywhere("accounts.write", fresh=Sensitive.RIGHTS))  # fmt: skip
def ask_grant(request: Visit, community: str, body: schemas.GrantIn) -> Status[object]:
    """Ask that somebody be given a right; a second person lets it pass."""
    now = timezone.now()
    said = body.dict(exclude={"username", "reason", "purposes"})
    row = operations.ask(
        actor=request.auth,
        username=body.username,
        wanted=operations.Wanted(account=0, purposes=tuple(body.purposes), **said),
        reason=body.reason,
        now=now,
    )
    return Status(202, approval_out(row, now))


@router.delete("/{community}/grants/{int:id}", response={204: None},
               auth=may_everywhere("accounts.write", fresh=Sensitive.RIGHTS))  # fmt: skip
def take_grant(request: Visit, community: str, id: int) -> Status[None]:
    """Take a right back, at once."""
    operations.take(actor=request.auth, id=id, now=timezone.now())
    return Status(204, None)


@router.delete("/{community}/me/wards/{ward}", response={204: None},
               auth=may("privacy.own", fresh=Sensitive.OWN_RECORD, himself=True))  # fmt: skip
def lay_down(request: Visit, community: str, ward: str) -> Status[None]:
    """Be guardian of somebody no more; what was given for it ends at once."""
    operations.lay_down(actor=request.auth, ward=ward, now=timezone.now())
    return Status(204, None)


@router.post("/{community}/accounts", response={201: schemas.AccountOpened},
             auth=may_everywhere("accounts.write", fresh=Sensitive.RIGHTS))  # fmt: skip
def open_account(request: Visit, community: str, body: schemas.AccountIn) -> Status[object]:
    """Open an account; it has no right until one is given."""
    opened = identity.open_account(username=body.username, name=body.name, language=body.language)
    return Status(201, _opened(opened))


@router.post("/{community}/accounts/reset", response=schemas.AccountOpened,
             auth=may_everywhere("accounts.write", fresh=Sensitive.RIGHTS))  # fmt: skip
def reset_account(request: Visit, community: str, body: schemas.AccountResetIn) -> object:
    """Give somebody of this community another password; his sessions end, his passkeys are
    void. App and codes on paper stay and are asked for as before, unless they are lost, or not his.
    How one made sure who he is stands in the trail.
    """
    sure = identity.Sure(by=body.sure, words=body.words)
    opened = operations.reset_account(
        actor=request.auth, username=body.username, sure=sure, lost=body.lost, now=timezone.now()
    )
    return _opened(opened)


@router.post("/{community}/accounts/close", response={204: None},
             auth=may_everywhere("accounts.write", fresh=Sensitive.RIGHTS))  # fmt: skip
def close_account(request: Visit, community: str, body: schemas.AccountNamed) -> Status[None]:
    """Let somebody of this community sign in no more."""
    operations.close_account(actor=request.auth, username=body.username, now=timezone.now())
    return Status(204, None)


@router.get("/{community}/emergencies", response=schemas.Emergencies,
            auth=may("accounts.read"))  # fmt: skip
def emergencies(request: Visit, community: str, wanted: Query[EmergenciesWanted]) -> object:
    """List who took what for an emergency, the newest first."""
    rows, after = queries.emergencies(
        community=community,
        unreviewed=wanted.unreviewed,
        before=wanted.cursor,
        limit=max(1, min(wanted.limit, 500)),
        now=timezone.now(),
    )
    return {"items": [schemas.emergency_out(one) for one in rows], "next": after}


@router.post("/{community}/emergencies", response={201: schemas.EmergencyOut},
             auth=may("approvals.read", fresh=Sensitive.EMERGENCY))  # fmt: skip
def take_emergency(request: Visit, community: str, body: schemas.EmergencyIn) -> Status[object]:
    """Take a role for an emergency, at once and for an hour at most; managers and the security
    officer are told, and another person looks at it afterwards.
    """
    row = operations.take_emergency(
        actor=request.auth,
        role=body.role,
        place=body.place,
        reason=body.reason,
        minutes=body.minutes,
        now=timezone.now(),
    )
    return Status(201, _emergency(community, row))


@router.post("/{community}/emergencies/{int:id}/review", response=schemas.EmergencyOut,
             auth=may_everywhere("emergency.review", fresh=Sensitive.EMERGENCY))  # fmt: skip
def review_emergency(
    request: Visit, community: str, id: int, body: schemas.EmergencyReview
) -> object:
    """Say, as another person, whether an emergency access was right."""
    row = identity.review_emergency(
        community=community,
        id=id,
        justified=body.justified,
        words=body.words,
        by=request.auth.account,
        now=timezone.now(),
    )
    return _emergency(community, row)


def _opened(opened: identity.Opened) -> dict[str, object]:
    return {"id": opened.account, "username": opened.username, "password": opened.password}


def _emergency(community: str, row: EmergencyAccess) -> dict[str, object]:
    [shown] = queries.shown_emergencies(community=community, rows=[row], now=timezone.now())
    return schemas.emergency_out(shown)
