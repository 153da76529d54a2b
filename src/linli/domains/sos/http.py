"""Calls for help over HTTP: one request in, one domain call, one answer out."""

from django.utils import timezone
from ninja import Query, Router, Status

from linli.domains.sos import logic, operations, pages, schemas
from linli.foundation.identity.guard import Visit, may, may_everywhere
from linli.foundation.scope.paging import CodePage, NumberPage

router = Router(tags=["sos"])

_RUNG = may("sos.answer", "sos.call")
"""Who works here, and who was rung as family; the queries see whose matter a call is."""


@router.post("/{community}/my/sos", response={201: schemas.SosOut}, auth=may("sos.call"))
def call_help(request: Visit, community: str, body: schemas.SosIn) -> Status[object]:
    """Call for help; pressed again while it is open, it is the same call."""
    now, where = timezone.now(), body.position
    row = operations.call_help(
        actor=request.auth,
        raised=operations.Raised(
            key=body.key,
            position=(where.longitude, where.latitude) if where else None,
            at_home=body.at_home,
            place=body.place,
            note=body.note,
        ),
        now=now,
    )
    return Status(201, pages.call_out(request.auth, row, now))


@router.get("/{community}/my/sos", response=schemas.SosMine, auth=may("sos.call"))
def mine(request: Visit, community: str) -> object:
    """List one's own open calls, those for which one's telephone rings, and where one may be."""
    return pages.mine(actor=request.auth, now=timezone.now())


@router.post("/{community}/my/sos/{int:call}/cancel", response=schemas.SosOut,
             auth=may("sos.call"))  # fmt: skip
def cancel(request: Visit, community: str, call: int) -> object:
    """Take back one's own call, within seconds; it stays on record."""
    now = timezone.now()
    return pages.call_out(
        request.auth, operations.cancel(actor=request.auth, call=call, now=now), now
    )


@router.put("/{community}/my/sos/{int:call}/place", response=schemas.SosOut,
            auth=may("sos.call"))  # fmt: skip
def move(request: Visit, community: str, call: int, body: schemas.SosPlaceIn) -> object:
    """Say where one really is; whoever comes hears of it, and who is nearest there rings too."""
    now, where = timezone.now(), body.position
    row = operations.move(
        actor=request.auth,
        call=call,
        place=body.place,
        position=(where.longitude, where.latitude) if where else None,
        now=now,
    )
    return pages.call_out(request.auth, row, now)


@router.get("/{community}/sos", response=schemas.SosPage, auth=may("sos.read"))
def board(request: Visit, community: str, wanted: Query[schemas.SosWanted]) -> object:
    """List the open calls, the newest first, then those that were closed, likewise."""
    return pages.board(actor=request.auth, now=timezone.now(), **wanted.dict())


@router.get("/{community}/sos/trees", response=schemas.SosTrees, auth=may("sos.read"))
def trees(request: Visit, community: str, wanted: Query[CodePage]) -> object:
    """List the call trees by place, and the one that holds where none was laid down."""
    return pages.trees(community=community, wanted=wanted)


@router.put("/{community}/sos/trees", response=schemas.SosTreeOut,
            auth=may_everywhere("sos.write"))  # fmt: skip
def put_tree(request: Visit, community: str, body: schemas.SosTreeIn) -> object:
    """Lay down the call tree of a place."""
    row = operations.put_tree(
        community=community,
        place=body.place,
        rungs=[logic.Rung(**one.dict()) for one in body.rungs],
        siren=body.siren,
    )
    return pages.tree_out(row)


@router.post("/{community}/sos/trees/look", response=schemas.SosTreeSeen,
             auth=may_everywhere("sos.write"))  # fmt: skip
def look_at_tree(request: Visit, community: str, body: schemas.SosTreeIn) -> object:
    """Say who would be rung when by a call tree, laid down or not; without rungs, by the one that
    holds at the place. Nobody is rung.
    """
    rungs = [logic.Rung(**one.dict()) for one in body.rungs]
    return pages.tree_seen(
        community=community, place=body.place, rungs=rungs, siren=body.siren, now=timezone.now()
    )


@router.post("/{community}/sos/tests", response={201: schemas.SosOut},
             auth=may_everywhere("sos.write"))  # fmt: skip
def test(request: Visit, community: str, body: schemas.SosTestIn) -> Status[object]:
    """Try the call tree of a place: the same telephones ring, without a case or a siren."""
    now = timezone.now()
    raised = operations.Raised(key=body.key, place=body.place, test=True)
    row = operations.call_help(actor=request.auth, raised=raised, now=now)
    return Status(201, pages.call_out(request.auth, row, now))


@router.get("/{community}/sos/{int:call}", response=schemas.SosOut,
            auth=may("sos.read", "sos.call"))  # fmt: skip
def call(request: Visit, community: str, call: int) -> object:
    """Return one call."""
    return pages.call(actor=request.auth, id=call, now=timezone.now())


@router.get("/{community}/sos/{int:call}/record", response=schemas.SosRecord,
            auth=may("sos.read", "sos.call"))  # fmt: skip
def record(request: Visit, community: str, call: int, wanted: Query[NumberPage]) -> object:
    """List the record of a call, the newest line first."""
    return pages.record(actor=request.auth, id=call, wanted=wanted)


@router.post("/{community}/sos/{int:call}/answer", response=schemas.SosOut, auth=_RUNG)
def answer(request: Visit, community: str, call: int) -> object:
    """Say that one is on the way."""
    now = timezone.now()
    return pages.call_out(
        request.auth, operations.answer(actor=request.auth, call=call, now=now), now
    )


@router.post("/{community}/sos/{int:call}/hand-on", response=schemas.SosOut, auth=_RUNG)
def hand_on(request: Visit, community: str, call: int) -> object:
    """Say that one cannot go after all: the next telephones ring at once."""
    now = timezone.now()
    return pages.call_out(
        request.auth, operations.hand_on(actor=request.auth, call=call, now=now), now
    )


@router.post("/{community}/sos/{int:call}/arrive", response=schemas.SosOut, auth=_RUNG)
def arrive(request: Visit, community: str, call: int) -> object:
    """Say that one is there."""
    now = timezone.now()
    return pages.call_out(
        request.auth, operations.arrive(actor=request.auth, call=call, now=now), now
    )


@router.post("/{community}/sos/{int:call}/close", response=schemas.SosOut, auth=_RUNG)
def close(request: Visit, community: str, call: int, body: schemas.SosCloseIn) -> object:
    """Say how it ended."""
    now = timezone.now()
    row = operations.close(
        actor=request.auth, call=call, outcome=body.outcome, note=body.note, now=now
    )
    return pages.call_out(request.auth, row, now)


@router.post("/{community}/sos/{int:call}/picture", response=schemas.SosPictureOut,
             auth=may("sos.answer"))  # fmt: skip
def picture(request: Visit, community: str, call: int, body: schemas.SosPictureIn) -> object:
    """Answer the browser's offer to see the nearest camera live, while the call is open (WebRTC,
    picture only). Who looks is remembered.
    """
    sdp = operations.look(actor=request.auth, call=call, sdp=body.sdp, now=timezone.now())
    return {"sdp": sdp}
