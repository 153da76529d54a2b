"""Releases over HTTP: what would one tell, ask for it, take it once."""

from typing import Literal

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from ninja import Router, Status

from linli.domains.releases import operations, queries, schemas
from linli.foundation.identity.guard import Visit, may_everywhere
from linli.foundation.identity.sensitive import Sensitive

router = Router(tags=["releases"])


@router.get("/{community}/data-releases/columns", response=schemas.DataReleaseChoices,
            auth=may_everywhere("exports.approve"))  # fmt: skip
def columns(request: Visit, community: str) -> object:
    """Say of which columns a release can be made, and how much of the year's privacy is left."""
    today = timezone.localdate()
    return {
        "columns": schemas.columns_out(),
        "left_milli": queries.left_milli(community=community, year=today.year),
        "year_milli": settings.EPSILON_MILLI,
    }


@router.get("/{community}/data-releases", response=schemas.DataReleases,
            auth=may_everywhere("exports.approve"))  # fmt: skip
def releases(request: Visit, community: str, cursor: int | None = None, limit: int = 50) -> object:
    """List releases, the newest first, with what each tells."""
    size, now = max(1, min(limit, 500)), timezone.now()
    rows = queries.releases(community=community, before=cursor, limit=size + 1)
    after = rows[size - 1].pk if len(rows) > size else None
    items = [schemas.release_out(row, request.auth.account, now) for row in rows[:size]]
    return {"items": items, "next": after}


@router.post("/{community}/data-releases/measure", response=schemas.DataReleaseMeasures,
             auth=may_everywhere("register.export"))  # fmt: skip
def measure(request: Visit, community: str, body: schemas.DataReleaseWish) -> object:
    """Say what a release would tell and lose; nothing is kept."""
    told = operations.measure(actor=request.auth, wish=schemas.wish_of(body), now=timezone.now())
    return schemas.measures_out(told)


@router.post("/{community}/data-releases", response={202: schemas.DataReleaseOut},
             auth=may_everywhere("register.export"))  # fmt: skip
def ask(request: Visit, community: str, body: schemas.DataReleaseAsked) -> Status[object]:
    """Make a release and ask for it; a second person lets it pass, then whoever asked takes it
    once, within three days.
    """
    now = timezone.now()
    row = operations.ask(
        actor=request.auth,
        wish=schemas.wish_of(body),
        purpose=body.purpose,
        recipient=body.recipient,
        now=now,
    )
    return Status(202, schemas.release_out(row, request.auth.account, now))


@router.post("/{community}/data-releases/{int:id}/take.{form}",
             auth=may_everywhere("register.export", fresh=Sensitive.EXPORT))  # fmt: skip
def take(request: Visit, community: str, id: int, form: Literal["csv", "xlsx"]) -> HttpResponse:
    """Return a release that was let pass as a file, this once and to whoever asked for it."""
    found = operations.take(
        actor=request.auth, id=id, form=form, language=get_language() or "zh", now=timezone.now()
    )
    return HttpResponse(
        found.content,
        content_type=found.content_type,
        headers={
            "Content-Disposition": f'attachment; filename="{found.name}"',
            "Cache-Control": "no-store",
        },
    )
