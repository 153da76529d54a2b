"""A case as other domains may tell it outside."""

from linli.contracts.cases import CaseState, CaseTold, Matter
from linli.domains.cases import ports, queries
from linli.kernel.words import Words
from linli.registry.places import queries as places


def case_told(community: str, case: int) -> CaseTold | None:
    """Answer `contracts.cases.case_told`. Of a room the building is told: who lives behind which
    door stays here.
    """
    try:
        row = queries.case_by_id(community=community, id=case)
    except queries.CaseNotFound:
        return None
    place = _told_place(community, row.place)
    zh, en = places.full_names(community=community, paths=[place]).get(place, (place, place))
    kind = ports.case_kinds().get(row.kind)
    return CaseTold(
        id=row.pk,
        number=row.number,
        kind=row.kind,
        kind_name=kind.name if kind else Words(zh=row.kind, en=row.kind),
        title=row.title,
        description=row.description,
        matter=Matter(row.matter),
        severity=row.severity,
        state=CaseState(row.state),
        place=row.place,
        place_name=Words(zh=zh, en=en),
        position=places.middles(community=community, paths=[place]).get(place),
        event_code=row.event_code,
        reported_at=row.created_at,
        cause=row.cause or row.effect,
    )


def reporter_of(community: str, case: int) -> int | None:
    """Answer `contracts.cases.reporter_of`."""
    try:
        found: int | None = queries.case_by_id(community=community, id=case).reporter_id
    except queries.CaseNotFound:
        return None
    return found


def _told_place(community: str, path: str) -> str:
    room = places.nearest(community=community, path=path, kind="room")
    if room is None:
        return path
    building = places.nearest(community=community, path=path, kind="building")
    return building.path if building else room.path.rpartition("/")[0]
