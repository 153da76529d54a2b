"""How well devices are, over HTTP."""

from ninja import Query, Router, Schema

from linli.foundation.identity.guard import Visit, may
from linli.registry.health import queries, schemas

router = Router(tags=["health"])


class HealthWanted(Schema):
    """Which devices: every word narrows; `kind` is a kind of fault, `below` a score."""

    place: str = ""
    model: str = ""
    kind: str = ""
    below: int | None = None
    cursor: str = ""
    limit: int = 100


@router.get("/{community}/health", response=schemas.HealthList, auth=may("devices.read"))
def listed(request: Visit, community: str, wanted: Query[HealthWanted]) -> object:
    """List devices by how well they are, the worst first."""
    said = wanted.dict(exclude={"cursor", "limit"})
    found, following = queries.listed(
        community=community,
        wanted=queries.Wanted(seen=request.auth.places, **said),
        cursor=wanted.cursor,
        limit=max(1, min(wanted.limit, 500)),
    )
    return {"items": [schemas.health_out(one) for one in found], "next": following}


@router.get(
    "/{community}/devices/{code}/health", response=schemas.HealthOut, auth=may("devices.read")
)
def of_device(request: Visit, community: str, code: str) -> object:
    """Say how well one device is, and why."""
    one = queries.of_device(community=community, code=code, seen=request.auth.places)
    return schemas.health_out(one)
