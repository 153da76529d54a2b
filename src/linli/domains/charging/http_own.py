"""Charging over HTTP for whoever charges: his own things only, a stranger's are not found."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from linli.contracts.charging import StopReason
from linli.domains.charging import pages, queries, residents, schemas, schemas_own
from linli.domains.charging.operations import answering, packages, starting, stopping, vins
from linli.foundation.identity.guard import Visit, may
from linli.foundation.scope.paging import A_NUMBER

router = Router(tags=["charging"])
_OWN = may("charging.own", himself=True)


class OwnSessionsWanted(Schema):
    cursor: str = Field("", pattern=A_NUMBER)
    limit: int = Field(20, ge=1, le=100)


@router.get("/{community}/my/charging", response=schemas_own.OwnCharging, auth=_OWN)
def own(request: Visit, community: str) -> Any:
    """Show where one can charge, what is under way, packages and the wallet."""
    return schemas_own.own_out(pages.own(actor=request.auth, now=timezone.now()))


@router.get("/{community}/my/charging/sessions", response=schemas.ChargingSessions, auth=_OWN)
def own_sessions(request: Visit, community: str, wanted: Query[OwnSessionsWanted]) -> Any:
    """List one's own chargings, the newest first."""
    found = pages.own_sessions(actor=request.auth, wanted=queries.Wanted(**wanted.dict()))
    return schemas.sessions_out(found)


@router.post(
    "/{community}/my/charging/sessions", response={201: schemas.ChargingSession}, auth=_OWN
)
def start(request: Visit, community: str, body: schemas_own.ChargingStart) -> Any:
    """Charge at a plug or socket: money is set aside, the charger is told."""
    person = queries.person_of(actor=request.auth)
    wish = starting.Wish(
        person=person.pk,
        way="app",
        done_by=body.done_by,
        wants_wh=body.wants_wh,
        by=request.auth.account,
    )
    row = starting.start(community=community, device=body.connector, wish=wish, now=timezone.now())
    return Status(201, _shown(request, row.number))


@router.get(
    "/{community}/my/charging/sessions/{session}", response=schemas.ChargingSession, auth=_OWN
)
def own_session(request: Visit, community: str, session: str) -> Any:
    """Show one's own charging as it stands, and its receipt when it is settled."""
    return _shown(request, session)


@router.post(
    "/{community}/my/charging/sessions/{session}/stop",
    response=schemas.ChargingSession,
    auth=_OWN,
)
def own_stop(request: Visit, community: str, session: str) -> Any:
    """End one's own charging."""
    person = queries.person_of(actor=request.auth)
    stopping.stop(
        community=community,
        number=session,
        reason=StopReason.USER,
        person=person.pk,
        by=request.auth.account,
        now=timezone.now(),
    )
    return _shown(request, session)


@router.put("/{community}/my/charging/reservation", response=schemas_own.ChargingKept, auth=_OWN)
def reserve(request: Visit, community: str, body: schemas_own.ChargingReserve) -> Any:
    """Keep a plug for a quarter of an hour, in the place of the one kept before."""
    person = queries.person_of(actor=request.auth)
    row = starting.reserve(
        community=community, device=body.connector, person=person.pk, now=timezone.now()
    )
    return {"connector": body.connector, "until": row.until}


@router.delete("/{community}/my/charging/reservation", response={204: None}, auth=_OWN)
def cancel(request: Visit, community: str) -> Any:
    """Keep nothing any more."""
    person = queries.person_of(actor=request.auth)
    starting.cancel(community=community, person=person.pk)
    return Status(204, None)


@router.post(
    "/{community}/my/charging/packages", response={201: schemas_own.ChargingBought}, auth=_OWN
)
def buy(request: Visit, community: str, body: schemas_own.ChargingBuy) -> Any:
    """Buy a package out of one's wallet."""
    person = queries.person_of(actor=request.auth)
    row = packages.buy(
        community=community,
        person=person.pk,
        site=body.site,
        package=body.package,
        now=timezone.now(),
    )
    return Status(201, schemas_own.bought_out(row))


@router.post(
    "/{community}/my/charging/packages/{int:package}/refund",
    response=schemas_own.ChargingBought,
    auth=_OWN,
)
def give_back(request: Visit, community: str, package: int) -> Any:
    """Have paid back what is left of one's package."""
    person = queries.person_of(actor=request.auth)
    row = packages.give_back(
        community=community, person=person.pk, package=package, by=None, now=timezone.now()
    )
    return schemas_own.bought_out(row)


@router.get("/{community}/my/charging/plates", response=schemas_own.ChargingOwnPlates, auth=_OWN)
def own_plates(request: Visit, community: str) -> Any:
    """List one's own plates, and which of them begin a charging at bays with a camera."""
    person = queries.person_of(actor=request.auth)
    rows = residents.plates(community=community, person=person.pk)
    return {"items": [{"plate": one.plate, "on": one.on, "vin": one.vin} for one in rows]}


@router.put("/{community}/my/charging/plates", response=schemas_own.ChargingOwnPlate, auth=_OWN)
def set_plate(request: Visit, community: str, body: schemas_own.ChargingPlateIn) -> Any:
    """Say whether a plate of one's own begins a charging that one pays; unsaid, it does not."""
    person = queries.person_of(actor=request.auth)
    answering.wish_by_plate(
        community=community, person=person.pk, plate=body.plate, on=body.on, now=timezone.now()
    )
    return _plate(community, person.pk, body.plate)


@router.put("/{community}/my/charging/vins", response=schemas_own.ChargingOwnPlate, auth=_OWN)
def set_vin(request: Visit, community: str, body: schemas_own.ChargingVinIn) -> Any:
    """Say by which VIN a car of one's own begins a charging that one pays when it is plugged in; by
    none, it begins nothing any more.
    """
    person = queries.person_of(actor=request.auth)
    vins.say(
        community=community,
        person=person.pk,
        plate=body.plate,
        vin=body.vin,
        by=request.auth.account,
        now=timezone.now(),
    )
    return _plate(community, person.pk, body.plate)


@router.post("/{community}/my/charging/code", response=schemas_own.ChargingCode, auth=_OWN)
def code(request: Visit, community: str) -> Any:
    """Return the code that the phone shows to a socket's reader."""
    person = queries.person_of(actor=request.auth)
    made = answering.code(community=community, person=person.pk)
    return schemas_own.code_out(made, timezone.now() + timedelta(seconds=answering.CODE_S))


def _plate(community: str, person: int, plate: str) -> dict[str, Any]:
    one = residents.plate(community=community, person=person, plate=plate)
    return {"plate": one.plate, "on": one.on, "vin": one.vin}


def _shown(request: Visit, number: str) -> dict[str, Any]:
    return schemas.session_out(pages.own_session(actor=request.auth, number=number))
