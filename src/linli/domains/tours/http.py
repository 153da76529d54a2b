"""Guard tours over HTTP: one request in, one domain call, one answer out."""

from datetime import date

from django.utils import timezone
from ninja import Query, Router, Status

from linli.domains.tours import operations, pages, schemas
from linli.foundation.identity.guard import Visit, may, may_everywhere
from linli.foundation.scope.paging import CodePage, RecentPage
from linli.kernel.words import Words

router = Router(tags=["tours"])


class ToursWanted(RecentPage):
    day: date | None = None


class CountsWanted(CodePage):
    """Of which days, and which part of the routes."""

    since: date
    until: date


@router.get("/{community}/tours", response=schemas.Tours, auth=may("tours.read"))
def tours(request: Visit, community: str, wanted: Query[ToursWanted]) -> object:
    """List the tours that begin on a day (today, if none is named), with their points."""
    return pages.day(actor=request.auth, on=wanted.day or timezone.localdate(), wanted=wanted)


@router.get("/{community}/tours/mine", response=schemas.OwnTours, auth=may("tours.walk"))
def mine(request: Visit, community: str) -> object:
    """List the tours that one may walk now or soon."""
    return pages.mine(actor=request.auth, now=timezone.now())


@router.get("/{community}/tours/statistics", response=schemas.TourStatistics,
            auth=may("tours.read"))  # fmt: skip
def statistics(request: Visit, community: str, wanted: Query[CountsWanted]) -> object:
    """Count tours and points of each route by outcome, from a day until another (not included), a
    year at most.
    """
    return pages.statistics(
        actor=request.auth, since=wanted.since, until=wanted.until, wanted=wanted
    )


@router.get("/{community}/tours/{int:tour}", response=schemas.TourOut, auth=may("tours.read"))
def tour(request: Visit, community: str, tour: int) -> object:
    """Return one tour."""
    return pages.tour(actor=request.auth, id=tour)


@router.post("/{community}/tours/{int:tour}/take", response=schemas.TourOut,
             auth=may("tours.walk"))  # fmt: skip
def take(request: Visit, community: str, tour: int) -> object:
    """Set out on a tour."""
    row = operations.take(actor=request.auth, tour=tour, now=timezone.now())
    return pages.tours_out(community, [row])[0]


@router.post("/{community}/tours/scans", response=schemas.TourScansOut, auth=may("tours.walk"))
def tell(request: Visit, community: str, body: schemas.TourScansIn) -> object:
    """Tell what was scanned or left out, now or while there was no network; again, it is once."""
    rows = operations.tell(
        actor=request.auth,
        told=[_told(one) for one in body.scans],
        phone_at=body.phone_at,
        now=timezone.now(),
    )
    return {"items": [pages.scan_out(row) for row in rows]}


def _told(one: schemas.TourScanIn) -> operations.Told:
    where = one.position
    return operations.Told(
        key=one.key,
        at=one.at,
        text=one.text,
        way=one.way,
        tour=one.tour,
        point=one.point,
        skip=one.skip.strip(),
        position=(where.longitude, where.latitude) if where else None,
        accuracy_m=where.accuracy_m if where else 0.0,
        serial=one.serial,
        rssi_dbm=one.rssi_dbm,
        dwell_s=one.dwell_s,
    )


@router.get("/{community}/tours/routes", response=schemas.TourRoutes, auth=may("tours.read"))
def routes(request: Visit, community: str, wanted: Query[CodePage]) -> object:
    """List the routes by code, with their points and windows."""
    return pages.routes(actor=request.auth, wanted=wanted)


@router.put("/{community}/tours/routes/{code}", response=schemas.TourRouteOut,
            auth=may_everywhere("tours.write"))  # fmt: skip
def put_route(request: Visit, community: str, code: str, body: schemas.TourRouteIn) -> object:
    """Make a route or change it; tours on which nobody has set out follow."""
    operations.put_route(
        community=community,
        route=operations.RouteIn(
            code=code,
            name=Words(zh=body.name.zh, en=body.name.en),
            place=body.place,
            order=body.order,
            points=body.points,
            windows=[operations.WindowIn(**window.dict()) for window in body.windows],
            active=body.active,
        ),
        now=timezone.now(),
    )
    return pages.route(community=community, code=code)


@router.get("/{community}/tours/points", response=schemas.TourSpots, auth=may("tours.read"))
def points(request: Visit, community: str, wanted: Query[CodePage]) -> object:
    """List the points by code."""
    return pages.points(actor=request.auth, wanted=wanted)


@router.put("/{community}/tours/points/{code}", response=schemas.TourSpotOut,
            auth=may_everywhere("tours.write"))  # fmt: skip
def put_point(request: Visit, community: str, code: str, body: schemas.TourSpotIn) -> object:
    """Make a point or change it."""
    where = body.position
    row = operations.put_point(
        community=community,
        point=operations.PointIn(
            code=code,
            name=Words(zh=body.name.zh, en=body.name.en),
            place=body.place,
            proof=body.proof,
            position=(where.longitude, where.latitude) if where else None,
            radius_m=body.radius_m,
            tag=body.tag.strip(),
            beacon=body.beacon.strip(),
            least_dbm=body.least_dbm,
            dwell_s=body.dwell_s,
            reader=body.reader.strip(),
            active=body.active,
        ),
    )
    return pages.point_out(row)


@router.get("/{community}/tours/points/{code}/code", response=schemas.TourCodeOut,
            auth=may_everywhere("tours.write"))  # fmt: skip
def code(request: Visit, community: str, code: str) -> object:
    """Return the code of a point: to be printed, or as a screen there shows it now."""
    return pages.code(community=community, point=code, now=timezone.now())


@router.put("/{community}/tours/points/{code}/serial", response=schemas.TourSpotOut,
            auth=may_everywhere("tours.write"))  # fmt: skip
def put_serial(request: Visit, community: str, code: str, body: schemas.TourSerial) -> object:
    """Say which tag by NFC hangs at a point; read by another one, a copy of its text is refused."""
    return pages.point_out(
        operations.put_serial(community=community, code=code, serial=body.serial)
    )


@router.post("/{community}/tours/points/{code}/reprint", response=schemas.TourCodeOut,
             auth=may_everywhere("tours.write"))  # fmt: skip
def reprint(request: Visit, community: str, code: str) -> object:
    """Make a new edition of a point's codes: print and tag that hang there are good no more."""
    operations.reprint(community=community, code=code)
    return pages.code(community=community, point=code, now=timezone.now())


@router.get("/{community}/tours/badges", response=schemas.TourBadges,
            auth=may_everywhere("tours.write"))  # fmt: skip
def badges(request: Visit, community: str, wanted: Query[CodePage]) -> object:
    """List the staff who may walk, by code, and what each wears on his rounds."""
    return pages.badges(community=community, wanted=wanted)


@router.put("/{community}/tours/badges/{staff}", response={204: None},
            auth=may_everywhere("tours.write"))  # fmt: skip
def put_badge(request: Visit, community: str, staff: str, body: schemas.TourBadge) -> Status[None]:
    """Say what somebody wears on his rounds; nothing where both are empty."""
    operations.put_badge(
        community=community,
        staff=staff,
        beacon=body.beacon.strip(),
        reader=body.reader.strip(),
    )
    return Status(204, None)
