"""The exchange with departments over HTTP: set up, sent, seen, sent again; and what comes in."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from linli.domains.exchange import queries, schemas
from linli.domains.exchange.operations import sending, setting, taking
from linli.domains.exchange.ports import Shown
from linli.foundation.identity.guard import Visit, may_everywhere, stranger

router = Router(tags=["exchange"])
_SEES = may_everywhere("exchange.read")
_SENDS = may_everywhere("exchange.write")
_SETS = may_everywhere("exchange.manage", fresh=True)


class MessagesWanted(Schema):
    """Which messages; what is left out does not narrow. Without a kind, those for people."""

    department: int | None = Field(None, ge=1, le=2**63 - 1)
    case: int | None = Field(None, ge=1, le=2**63 - 1)
    way: str = ""
    state: str = ""
    kind: str = ""
    cursor: str = Field("", max_length=18)
    limit: int = Field(50, ge=1, le=500)


class ComparisonsWanted(Schema):
    limit: int = Field(50, ge=1, le=500)


@router.get("/{community}/departments", response=schemas.DepartmentsOut, auth=_SEES)
def departments(request: Visit, community: str) -> Any:
    """List the departments that are spoken with, and what may be given to one at most."""
    return schemas.departments_out(queries.departments(actor=request.auth))


@router.post("/{community}/departments", response={201: schemas.DepartmentOpened}, auth=_SETS)
def add_department(request: Visit, community: str, body: schemas.DepartmentIn) -> Any:
    """Set up a department: how it is reached, and which fields of a case may go there."""
    said = body.dict(exclude={"name"})
    new = setting.NewDepartment(**said, name_zh=body.name.zh, name_en=body.name.en)
    made = setting.add(actor=request.auth, department=new, now=timezone.now())
    return Status(201, {"department": schemas.department_out(made.row), "key": made.key})


@router.patch(
    "/{community}/departments/{int:department}", response=schemas.DepartmentOut, auth=_SETS
)
def change_department(
    request: Visit, community: str, department: int, body: schemas.DepartmentChange
) -> Any:
    """Say anew how a department is reached, what may go there, or that nothing does."""
    changes = setting.Changes(**body.dict(exclude_unset=True))
    row = setting.change(actor=request.auth, id=department, changes=changes, now=timezone.now())
    return schemas.department_out(row)


@router.get("/{community}/exchange", response=schemas.ExchangeMessages, auth=_SEES)
def messages(request: Visit, community: str, wanted: Query[MessagesWanted]) -> Any:
    """List what went out and came in, the newest first."""
    rows, after = queries.messages(actor=request.auth, wanted=queries.Wanted(**wanted.dict()))
    return {"items": [schemas.message_out(row) for row in rows], "next": after}


@router.get("/{community}/exchange/comparisons", response=schemas.ComparisonsOut, auth=_SEES)
def comparisons(request: Visit, community: str, wanted: Query[ComparisonsWanted]) -> Any:
    """List what the daily comparisons of both lists came to, the newest first."""
    rows = queries.comparisons(actor=request.auth, limit=wanted.limit)
    return {"items": [schemas.comparison_out(row) for row in rows], "next": None}


@router.get(
    "/{community}/exchange/{int:message}", response=schemas.ExchangeMessageShown, auth=_SEES
)
def message(request: Visit, community: str, message: int) -> Any:
    """Show a message, word for word."""
    return schemas.message_shown(queries.message(community=community, id=message))


@router.post(
    "/{community}/cases/{int:case}/exchange",
    response={201: schemas.ExchangeMessage},
    auth=_SENDS,
)
def send(request: Visit, community: str, case: int, body: schemas.SendIn) -> Any:
    """Hand a case to a department; sent twice it is one message."""
    row = sending.send(
        actor=request.auth, department=body.department, case=case, now=timezone.now()
    )
    return Status(201, schemas.message_out(row))


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
