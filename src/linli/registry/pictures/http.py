"""Pictures of cameras over HTTP. They show people: each look has a purpose, and is remembered."""

from django.http import HttpResponse
from django.utils import timezone
from ninja import Router

from linli.foundation.files.showing import shown
from linli.foundation.identity.guard import Visit, may
from linli.registry.pictures import logic, operations, queries, schemas

router = Router(tags=["pictures"])


@router.get(
    "/{community}/picture-purposes", response=schemas.PicturePurposes, auth=may("pictures.read")
)
def purposes(request: Visit, community: str) -> object:
    """List what a picture may be looked at for."""
    return {
        "items": [
            {"key": key, "name": {"zh": name.zh, "en": name.en}}
            for key, name in logic.PURPOSES.items()
        ]
    }


@router.get("/{community}/devices/{code}/pictures", response=schemas.Pictures,
            auth=may("pictures.read"))  # fmt: skip
def of_device(
    request: Visit, community: str, code: str, cursor: int | None = None, limit: int = 50
) -> object:
    """List the pictures of a camera, the newest first, without showing them."""
    rows, before = queries.of_device(
        community=community,
        code=code,
        before=cursor,
        limit=max(1, min(limit, 500)),
        seen=request.auth.places,
    )
    return {"items": [schemas.picture_out(row) for row in rows], "next": before}


@router.get("/{community}/alarms/{int:id}/pictures", response=schemas.Pictures,
            auth=may("pictures.read"))  # fmt: skip
def of_alarm(request: Visit, community: str, id: int) -> object:
    """List the pictures that an alarm's camera took when it was raised, without showing them."""
    rows = queries.of_alarm(community=community, alarm=id, seen=request.auth.places)
    return {"items": [schemas.picture_out(row) for row in rows]}


@router.get("/{community}/pictures/{int:id}", auth=may("pictures.read"))
def image(request: Visit, community: str, id: int, purpose: str = "") -> HttpResponse:
    """Show a picture, and remember who looked at it and what for."""
    found = operations.look(
        community=community,
        id=id,
        purpose=purpose,
        account=request.auth.account,
        seen=request.auth.opening("pictures.read", purpose).places,
        now=timezone.now(),
    )
    return shown(found.content, content_type=found.content_type)
