"""Privacy over HTTP: a person's own page, and the desk that answers what he asks."""

import json

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status

from linli.foundation.consent import operations, queries, schemas
from linli.foundation.consent.models import Kind
from linli.foundation.identity.guard import Visit, may, may_everywhere
from linli.foundation.identity.roles import FOR_WARD
from linli.foundation.identity.sensitive import Sensitive
from linli.foundation.scope.paging import RecentPage

router = Router(tags=["privacy"])


@router.get("/{community}/me/privacy", response=schemas.PrivacyOut, auth=may("privacy.own"))
def mine(request: Visit, community: str, subject: str = "") -> object:
    """Tell what is held on oneself, why, who looked, and what one agreed to."""
    account = request.auth.account
    found = operations.read(
        community=community, account=account, subject=subject, now=timezone.now()
    )
    return schemas.mine_out(found, account)


@router.get("/{community}/me/wards", response=schemas.Wards,
            auth=may("privacy.own", himself=True))  # fmt: skip
def my_wards(request: Visit, community: str) -> object:
    """List for whom the asker may act now as guardian (header `Linli-For`), and what he may do."""
    found = queries.wards(community=community, account=request.auth.account, now=timezone.now())
    return {"items": found, "permissions": sorted(FOR_WARD)}


class NotedWanted(RecentPage):
    subject: str = ""


@router.get("/{community}/me/privacy/looks", response=schemas.LooksOut, auth=may("privacy.own"))
def looks(request: Visit, community: str, wanted: Query[NotedWanted]) -> object:
    """List who looked at oneself, the newest first."""
    found, after = operations.looks(
        community=community,
        account=request.auth.account,
        subject=wanted.subject,
        wanted=wanted,
        now=timezone.now(),
    )
    return {"items": [schemas.look_out(one) for one in found], "next": after}


@router.get("/{community}/me/privacy/deeds", response=schemas.WardDeeds, auth=may("privacy.own"))
def deeds(request: Visit, community: str, wanted: Query[NotedWanted]) -> object:
    """List what guardians did in one's own place, the newest first."""
    found, after = operations.deeds(
        community=community,
        account=request.auth.account,
        subject=wanted.subject,
        wanted=wanted,
        now=timezone.now(),
    )
    return {"items": found, "next": after}


@router.get("/{community}/me/privacy/download", response={200: schemas.PrivacyOut},
            auth=may("privacy.own", fresh=Sensitive.OWN_RECORD))  # fmt: skip
def download(request: Visit, community: str, subject: str = "") -> HttpResponse:
    """Return the same as a file (JSON), to keep or to take elsewhere."""
    found = operations.read(
        community=community,
        account=request.auth.account,
        subject=subject,
        now=timezone.now(),
        whole=True,
    )
    page = schemas.PrivacyOut.model_validate(
        schemas.mine_out(found, request.auth.account), from_attributes=True
    )
    return HttpResponse(
        json.dumps(page.model_dump(mode="json"), ensure_ascii=False, indent=1),
        content_type="application/json",
        headers={
            "Content-Disposition": f'attachment; filename="{community}-my-data.json"',
            "Cache-Control": "no-store",
        },
    )


@router.put("/{community}/me/consents/{purpose}", response={204: None}, auth=may("privacy.own"))
def say(request: Visit, community: str, purpose: str, body: schemas.ConsentSaid) -> Status[None]:
    """Agree to a purpose, or withdraw; what follows from it is done at once."""
    operations.say(
        community=community,
        account=request.auth.account,
        subject=body.subject,
        purpose=purpose,
        given=body.given,
        confirmed=body.confirmed,
        now=timezone.now(),
    )
    return Status(204, None)


@router.post("/{community}/me/requests", response={201: schemas.PrivacyRequestOut},
             auth=may("privacy.own", fresh=Sensitive.OWN_RECORD))  # fmt: skip
def ask(request: Visit, community: str, body: schemas.PrivacyAsked) -> Status[object]:
    """Ask that something be put right, or that one be erased."""
    row = operations.ask(
        community=community,
        account=request.auth.account,
        subject=body.subject,
        kind=Kind(body.kind),
        field=body.field,
        wanted=body.wanted,
        now=timezone.now(),
    )
    return Status(201, schemas.request_out(row))


@router.get("/{community}/privacy/requests", response=schemas.PrivacyRequests,
            auth=may_everywhere("privacy.handle"))  # fmt: skip
def requests(request: Visit, community: str, cursor: int | None = None, limit: int = 50) -> object:
    """List what persons ask for about their data, newest first."""
    size = max(1, min(limit, 500))
    rows = queries.requests(community=community, before=cursor, limit=size + 1)
    after = rows[size - 1].pk if len(rows) > size else None
    return {"items": [schemas.request_out(row) for row in rows[:size]], "next": after}


@router.post("/{community}/privacy/requests/{int:id}/decide", response=schemas.PrivacyRequestOut,
             auth=may_everywhere("privacy.handle", fresh=Sensitive.PERSONS_WISH))  # fmt: skip
def decide(request: Visit, community: str, id: int, body: schemas.PrivacyDecision) -> object:
    """Carry out what a person asked for, or refuse it and say why."""
    return schemas.request_out(
        operations.decide(
            community=community,
            id=id,
            account=request.auth.account,
            accept=body.accept,
            reason=body.reason,
            now=timezone.now(),
        )
    )


@router.get("/{community}/privacy/assessments", response=schemas.Assessments,
            auth=may_everywhere("privacy.handle", "audit.read"))  # fmt: skip
def assessments(
    request: Visit, community: str, cursor: int | None = None, limit: int = 50
) -> object:
    """List the impact assessments, newest first."""
    size = max(1, min(limit, 500))
    rows, after = queries.assessments(community=community, before=cursor, limit=size)
    return {"items": [schemas.assessment_out(row) for row in rows], "next": after}


@router.post("/{community}/privacy/assessments", response={201: schemas.AssessmentOut},
             auth=may_everywhere("privacy.handle"))  # fmt: skip
def assess(request: Visit, community: str, body: schemas.AssessmentIn) -> Status[object]:
    """Keep an impact assessment, three years at least."""
    row = operations.assess(
        community=community,
        account=request.auth.account,
        title=body.title.strip()[:120],
        purpose=body.purpose,
        risks=body.risks.strip(),
        measures=body.measures.strip(),
        now=timezone.now(),
    )
    return Status(201, schemas.assessment_out(row))
