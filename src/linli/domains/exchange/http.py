"""The exchange with departments over HTTP: set up, sent, seen, sent again; and what comes in."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from linli.domains.exchange import pages, queries, schemas
from linli.domains.exchange.operations import authorising, closing, sending, setting, taking
from linli.foundation.approvals import lines
from linli.foundation.approvals.schemas import approval_out
from linli.foundation.identity.guard import Visit, may, may_everywhere, stranger
from linli.foundation.identity.sensitive import Sensitive
from linli.foundation.scope.paging import A_NUMBER
from linli.foundation.signing import Shown

router = Router(tags=["exchange"])
_SEES = may_everywhere("exchange.read")
_SENDS = may_everywhere("exchange.write")
_SETS = may_everywhere("exchange.manage", fresh=Sensitive.DEPARTMENT)
_OWN = may("privacy.own")


class MessagesWanted(Schema):
    """Which messages; what is left out does not narrow. Without a kind, those for people."""

    department: int | None = Field(None, ge=1, le=2**63 - 1)
    case: int | None = Field(None, ge=1, le=2**63 - 1)
    way: str = ""
    state: str = ""
    kind: str = ""
    cursor: str = Field("", pattern=A_NUMBER)
    limit: int = Field(50, ge=1, le=500)


class ComparisonsWanted(Schema):
    cursor: str = Field("", pattern=A_NUMBER)
    limit: int = Field(50, ge=1, le=500)


class DepartmentsWanted(Schema):
    cursor: str = Field("", max_length=32)
    limit: int = Field(50, ge=1, le=500)


@router.get("/{community}/departments", response=schemas.DepartmentsOut, auth=_SEES)
def departments(request: Visit, community: str, wanted: Query[DepartmentsWanted]) -> Any:
    """List the departments that are spoken with, and what may be given to one at most."""
    rows, after = queries.departments(actor=request.auth, after=wanted.cursor, limit=wanted.limit)
    return schemas.departments_out(rows, after)


@router.post("/{community}/departments", response={202: schemas.DepartmentLineAsked}, auth=_SETS)
def add_department(request: Visit, community: str, body: schemas.DepartmentIn) -> Any:
    """Ask that a department be set up: how it is reached, and which fields of a case may go there;
    a second person lets it pass. A key that is made here is told here once.
    """
    said, now = body.dict(exclude={"name", "reason"}), timezone.now()
    new = setting.NewDepartment(**said, name_zh=body.name.zh, name_en=body.name.en)
    asked = setting.ask_new(actor=request.auth, department=new, reason=body.reason, now=now)
    return Status(202, schemas.line_asked(asked, now))


@router.patch(
    "/{community}/departments/{int:department}", response=schemas.DepartmentChanged, auth=_SETS
)
def change_department(
    request: Visit, community: str, department: int, body: schemas.DepartmentChange
) -> Any:
    """Say anew what may go to a department, or that nothing does: less holds at once; more, or open
    again, once a second person let it pass.
    """
    changes, now = setting.Changes(**body.dict(exclude_unset=True)), timezone.now()
    row, waits = setting.change(actor=request.auth, id=department, changes=changes, now=now)
    return {
        "department": schemas.department_out(row),
        "approval": approval_out(waits, now) if waits else None,
    }


@router.put(
    "/{community}/departments/{int:department}/line",
    response={202: schemas.DepartmentLineAsked},
    auth=_SETS,
)
def ask_line(request: Visit, community: str, department: int, body: schemas.DepartmentLine) -> Any:
    """Ask that a department be reached elsewhere, or by another key; a second person lets it pass.
    A key that is made here is told here once.
    """
    now, line = timezone.now(), lines.NewLine(**body.dict())
    asked = setting.ask_line(actor=request.auth, id=department, line=line, now=now)
    return Status(202, schemas.line_asked(asked, now))


@router.get("/{community}/exchange", response=schemas.ExchangeMessages, auth=_SEES)
def messages(request: Visit, community: str, wanted: Query[MessagesWanted]) -> Any:
    """List what went out and came in, the newest first."""
    rows, after = queries.messages(actor=request.auth, wanted=queries.Wanted(**wanted.dict()))
    return {"items": [schemas.message_out(row) for row in rows], "next": after}


@router.get("/{community}/exchange/comparisons", response=schemas.ComparisonsOut, auth=_SEES)
def comparisons(request: Visit, community: str, wanted: Query[ComparisonsWanted]) -> Any:
    """List what the daily comparisons of both lists came to, the newest first."""
    rows, after = queries.comparisons(actor=request.auth, before=wanted.cursor, limit=wanted.limit)
    return {"items": [schemas.comparison_out(row) for row in rows], "next": after}


@router.get(
    "/{community}/exchange/{int:message}", response=schemas.ExchangeMessageShown, auth=_SEES
)
def message(request: Visit, community: str, message: int) -> Any:
    """Show a message, word for word; the look is remembered."""
    row = closing.read(actor=request.auth, id=message, now=timezone.now())
    return schemas.message_shown(row)


@router.post(
    "/{community}/cases/{int:case}/exchange",
    response={201: schemas.ExchangeMessage},
    auth=_SENDS,
)
def send(request: Visit, community: str, case: int, body: schemas.SendIn) -> Any:
    """Hand a case to a department, and with it what its reporter authorised; sent twice it is one
    message.
    """
    row = authorising.send(
        actor=request.auth,
        department=body.department,
        case=case,
        personal=authorising.Personal(
            fields=tuple(body.personal), authorisation=body.authorisation
        ),
        now=timezone.now(),
    )
    return Status(201, schemas.message_out(row))


@router.get(
    "/{community}/cases/{int:case}/authorisations",
    response=schemas.CaseAuthorisations,
    auth=_SENDS,
)
def of_case(request: Visit, community: str, case: int) -> Any:
    """List what who reported a case lets go with it, as far as it has not run out."""
    now = timezone.now()
    return schemas.case_authorisations(authorising.of_case(community=community, case=case, now=now))


class AuthorisationsWanted(Schema):
    """A page of them; beside it the departments whose code or name holds `department`."""

    subject: str = Field("", max_length=48)
    department: str = Field("", max_length=60)
    cursor: int | None = Field(None, ge=1, le=2**63 - 1)
    limit: int = Field(50, ge=1, le=500)


@router.get("/{community}/me/authorisations", response=schemas.Authorisations, auth=_OWN)
def authorisations(request: Visit, community: str, wanted: Query[AuthorisationsWanted]) -> Any:
    """List what one authorised departments to be told of oneself, and each use of it."""
    page = pages.mine(
        actor=request.auth,
        subject=wanted.subject,
        before=wanted.cursor,
        limit=wanted.limit,
        sought=wanted.department,
        now=timezone.now(),
    )
    return schemas.authorisations_out(page)


@router.post("/{community}/me/authorisations", response={201: schemas.AuthorisationMade}, auth=_OWN)
def authorise(request: Visit, community: str, body: schemas.AuthorisationIn) -> Any:
    """Let fields of oneself go to departments: so often, for so many days."""
    now, new = timezone.now(), authorising.NewAuthorisation(**body.dict())
    row = authorising.give(community=community, account=request.auth.account, new=new, now=now)
    return Status(201, {"id": row.pk, "until": row.until})


@router.post("/{community}/me/authorisations/{int:id}/withdraw", response={204: None}, auth=_OWN)
def withdraw(request: Visit, community: str, id: int) -> Any:
    """Withdraw what one authorised: nothing more goes by it."""
    authorising.withdraw(
        community=community, account=request.auth.account, id=id, now=timezone.now()
    )
    return Status(204, None)


@router.post(
    "/{community}/exchange/{int:message}/again", response=schemas.ExchangeMessage, auth=_SENDS
)
def again(request: Visit, community: str, message: int) -> Any:
    """Send once more what failed or was refused."""
    row = sending.again(actor=request.auth, message=message, now=timezone.now())
    return schemas.message_out(row)


@router.post(
    "/{community}/departments/{department}/messages",
    response=schemas.DepartmentReceipt,
    auth=stranger,
)
def take(request: HttpRequest, community: str, department: str) -> HttpResponse:
    """Take a result or a notice of a department, signed by it; answered with a signed receipt."""
    shown = Shown(path=request.path, headers=request.headers, body=request.body)
    receipt = taking.take(
        community=community, department=department, shown=shown, now=timezone.now()
    )
    return HttpResponse(receipt, content_type="application/json")
