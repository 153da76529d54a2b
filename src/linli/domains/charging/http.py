"""Charging over HTTP for those who run it: sites, what charges there, load, receipts."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from linli.contracts.charging import StopReason
from linli.domains.charging import (
    feeding_pages,
    pages,
    queries,
    schemas,
    schemas_feeding,
    stickers,
)
from linli.domains.charging.operations import feeding, opening, paying, setting, stopping
from linli.foundation.files import showing
from linli.foundation.identity.guard import Visit, may, may_everywhere
from linli.foundation.identity.sensitive import Sensitive
from linli.foundation.scope.paging import A_NUMBER, CodePage, NumberPage
from linli.kernel.words import Words

router = Router(tags=["charging"])
_SEES = may("charging.read")
_HANDLES = may("charging.handle")
_SETS = may_everywhere("charging.write")


class SessionsWanted(Schema):
    """Which chargings; what is left out does not narrow. `open` is all that is not settled."""

    site: str = ""
    connector: str = ""
    state: str = ""
    cursor: str = Field("", pattern=A_NUMBER)
    limit: int = Field(50, ge=1, le=500)


@router.get("/{community}/charging/sites", response=schemas.ChargingSites, auth=_SEES)
def sites(request: Visit, community: str, wanted: Query[CodePage]) -> Any:
    """List the sites by code, what stands there and what it does now."""
    rows, after = pages.spots_page(actor=request.auth, wanted=wanted, now=timezone.now())
    return {"items": [schemas.site_out(one) for one in rows], "next": after}


@router.post("/{community}/charging/sites", response={201: schemas.ChargingSite}, auth=_SETS)
def add_site(request: Visit, community: str, body: schemas.ChargingSiteIn) -> Any:
    """Set up a site; e-bikes never charge inside a building."""
    said = body.dict(exclude={"name"})
    new = setting.NewSite(**said, name_zh=body.name.zh, name_en=body.name.en)
    setting.add_site(community=community, site=new, now=timezone.now())
    return Status(201, _shown(request, body.code))


@router.get("/{community}/charging/sites/{site}", response=schemas.ChargingSite, auth=_SEES)
def site(request: Visit, community: str, site: str) -> Any:
    """Show a site."""
    return _shown(request, site)


@router.patch("/{community}/charging/sites/{site}", response=schemas.ChargingSite, auth=_SETS)
def change_site(request: Visit, community: str, site: str, body: schemas.ChargingSiteChange) -> Any:
    """Change how a site is called, what it may draw and hangs on, how it is paid; its load is
    shared anew.
    """
    changes = setting.Changes(**body.dict(exclude={"name"}), name=_name(body.name))
    setting.change_site(community=community, site=site, changes=changes, now=timezone.now())
    return _shown(request, site)


@router.get("/{community}/charging/feeders", response=schemas_feeding.ChargingFeeders, auth=_SEES)
def feeders(request: Visit, community: str, wanted: Query[CodePage]) -> Any:
    """List the feeders by code: what several sites hang on, and may draw together."""
    rows, after = feeding_pages.page(actor=request.auth, wanted=wanted)
    return {"items": [schemas_feeding.fed_out(one) for one in rows], "next": after}


@router.post(
    "/{community}/charging/feeders", response={201: schemas_feeding.ChargingFed}, auth=_SETS
)
def add_feeder(request: Visit, community: str, body: schemas_feeding.ChargingFeederIn) -> Any:
    """Set up a feeder; sites are hung on it by changing them."""
    new = feeding.NewFeeder(
        code=body.code, name_zh=body.name.zh, name_en=body.name.en, limit_a=body.limit_a
    )
    feeding.add(community=community, feeder=new)
    return Status(201, _fed(request, body.code))


@router.patch(
    "/{community}/charging/feeders/{feeder}", response=schemas_feeding.ChargingFed, auth=_SETS
)
def change_feeder(
    request: Visit, community: str, feeder: str, body: schemas_feeding.ChargingFeederChange
) -> Any:
    """Change how a feeder is called, or what all that hangs on it may draw; that is shared anew."""
    feeding.change(
        community=community,
        feeder=feeder,
        limit_a=body.limit_a,
        name=_name(body.name),
        now=timezone.now(),
    )
    return _fed(request, feeder)


@router.put("/{community}/charging/sites/{site}/closing", response=schemas.ChargingSite, auth=_SETS)
def close_site(request: Visit, community: str, site: str, body: schemas.ChargingClosingIn) -> Any:
    """Close a site, or say anew why it is: nothing begins there, and residents read why."""
    opening.close(
        community=community,
        site=site,
        closing=opening.Closing(**body.dict()),
        by=request.auth.account,
        now=timezone.now(),
    )
    return _shown(request, site)


@router.delete(
    "/{community}/charging/sites/{site}/closing", response=schemas.ChargingSite, auth=_SETS
)
def open_site(request: Visit, community: str, site: str) -> Any:
    """Open a site again."""
    opening.reopen(community=community, site=site, by=request.auth.account, now=timezone.now())
    return _shown(request, site)


@router.post(
    "/{community}/charging/sites/{site}/connectors",
    response={201: schemas.ChargingSite},
    auth=_SETS,
)
def add_connector(
    request: Visit, community: str, site: str, body: schemas.ChargingConnectorIn
) -> Any:
    """Set up a plug or a socket that a device shows."""
    new = setting.NewConnector(**body.dict())
    setting.add_connector(community=community, site=site, connector=new)
    return Status(201, _shown(request, site))


@router.put(
    "/{community}/charging/sites/{site}/connectors/{connector}/camera",
    response=schemas.ChargingSite,
    auth=_SETS,
)
def set_camera(
    request: Visit, community: str, site: str, connector: str, body: schemas.ChargingCameraIn
) -> Any:
    """Say which camera reads plates at the bay of a plug, so that cars begin there by their plate;
    or none any more.
    """
    setting.set_camera(
        community=community, site=site, device=connector, camera=body.camera, lane=body.lane
    )
    return _shown(request, site)


@router.get("/{community}/charging/sites/{site}/stickers", auth=_SEES)
def site_stickers(request: Visit, community: str, site: str) -> HttpResponse:
    """Return a sheet of stickers for what stands at a site, to print, as HTML: each has the QR code
    that opens it on a resident's phone.
    """
    spot = pages.stood(actor=request.auth, code=site)
    page = stickers.sheet(site=spot.site, rows=spot.rows, base=request.build_absolute_uri("/"))
    return showing.sheet(page)


@router.get(
    "/{community}/charging/sites/{site}/tariffs", response=schemas.ChargingTariffs, auth=_SEES
)
def tariffs(request: Visit, community: str, site: str, wanted: Query[NumberPage]) -> Any:
    """Show the tariff in force at a site, and those that two persons put in force."""
    found = pages.tariffs(actor=request.auth, code=site, wanted=wanted, now=timezone.now())
    return schemas.tariffs_out(found)


@router.get("/{community}/charging/tariffs", response=schemas.ChargingCatalogue, auth=_SETS)
def catalogue(request: Visit, community: str) -> Any:
    """List the tariffs with which a new site can begin."""
    return {"items": [schemas.tariff_out(one) for one in queries.catalogue_tariffs()]}


@router.get("/{community}/charging/sessions", response=schemas.ChargingSessions, auth=_SEES)
def sessions(request: Visit, community: str, wanted: Query[SessionsWanted]) -> Any:
    """List chargings, the newest first."""
    found = pages.sessions(actor=request.auth, wanted=queries.Wanted(**wanted.dict()))
    return schemas.sessions_out(found)


@router.get(
    "/{community}/charging/sessions/{session}", response=schemas.ChargingSession, auth=_SEES
)
def session(request: Visit, community: str, session: str) -> Any:
    """Show a charging, with the proof of what it costs."""
    return schemas.session_out(pages.session(actor=request.auth, number=session))


@router.post(
    "/{community}/charging/sessions/{session}/stop",
    response=schemas.ChargingSession,
    auth=_HANDLES,
)
def stop(request: Visit, community: str, session: str) -> Any:
    """End a charging; what was not used goes back."""
    row = queries.visible_session(actor=request.auth, number=session)
    stopping.stop(
        community=community,
        number=row.number,
        reason=StopReason.STAFF,
        by=request.auth.account,
        now=timezone.now(),
    )
    return schemas.session_out(pages.session(actor=request.auth, number=session))


@router.post(
    "/{community}/charging/sessions/{session}/refund",
    response=schemas.ChargingRefundAsked,
    auth=may_everywhere("charging.write", fresh=Sensitive.MONEY),
)
def refund(request: Visit, community: str, session: str, body: schemas.ChargingRefundIn) -> Any:
    """Pay back a part of what a charging cost; above a limit a second person must agree."""
    said = paying.refund(
        community=community,
        number=session,
        fen=body.fen,
        reason=body.reason,
        key=f"staff:{request.auth.account}:{body.key}",
        by=request.auth.account,
        now=timezone.now(),
    )
    shown = schemas.session_out(pages.session(actor=request.auth, number=session))
    return {"session": shown, "approvals": said.approvals}


def _shown(request: Visit, code: str) -> dict[str, Any]:
    return schemas.site_out(pages.spot(actor=request.auth, code=code, now=timezone.now()))


def _fed(request: Visit, code: str) -> dict[str, Any]:
    return schemas_feeding.fed_out(feeding_pages.one(actor=request.auth, code=code))


def _name(said: schemas_feeding.SiteName | None) -> Words | None:
    return None if said is None else Words(zh=said.zh, en=said.en)
