"""Devices under management over HTTP."""

from django.utils import timezone
from ninja import Router, Status

from linli.foundation.identity.guard import Visit, may
from linli.kernel.words import Words
from linli.registry.fleet import operations, queries, schemas

router = Router(tags=["fleet"])


@router.get("/{community}/newcomers", response=schemas.Newcomers, auth=may("devices.read"))
def newcomers(request: Visit, community: str, state: str = "waiting") -> object:
    """List who spoke on a line and is not in the register, the last heard first."""
    return {"items": queries.newcomers(community=community, state=state, seen=request.auth.places)}


@router.post("/{community}/newcomers/{id}/admit", response={201: schemas.Admitted},
             auth=may("devices.write"))  # fmt: skip
def admit(
    request: Visit, community: str, id: int, body: schemas.AdmissionIn
) -> Status[dict[str, str]]:
    """Let a newcomer in as a device of the register."""
    said = body.dict(exclude={"name"})
    device = operations.admit(
        community=community,
        id=id,
        admission=operations.Admission(**said, name=Words(zh=body.name.zh, en=body.name.en)),
        seen=request.auth.places,
        by=request.auth.account,
        now=timezone.now(),
    )
    return Status(201, {"device": device.code})


@router.post("/{community}/newcomers/{id}/ignore", response=schemas.NewcomerOut,
             auth=may("devices.write"))  # fmt: skip
def ignore(request: Visit, community: str, id: int) -> object:
    """Do not let a newcomer in."""
    return operations.ignore(
        community=community,
        id=id,
        seen=request.auth.places,
        by=request.auth.account,
        now=timezone.now(),
    )
