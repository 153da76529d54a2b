"""What stands near a call: the camera that sees it, the sirens; never what is in another home."""

from collections.abc import Collection, Mapping, Sequence

from linli.contracts.sos import picture_sources
from linli.domains.sos.models import Call
from linli.domains.sos.queries.calls import position
from linli.kernel.geometry import distance_m
from linli.kernel.place import lineage
from linli.registry.devices import queries as devices
from linli.registry.devices.models import Device
from linli.registry.places import queries as places

_SNAPSHOT, _SIREN, _HOME = "camera.snapshot", "siren.on", "room"


def camera(*, row: Call) -> str:
    """Return the camera nearest to a call: in its place, else in the next place above it that has
    some outside other homes; of those one that is on line, and of those the nearest to where the
    telephone, or the middle of the place, is. Empty where there is none.
    """
    for path in lineage(row.place.path):
        rows = _able(row.community, _SNAPSHOT, path, row.place.path)
        if rows:
            away_m = _distances(row, rows)
            return min(rows, key=lambda one: (not one.online, away_m[one.code], one.code)).code
    return ""


def _distances(row: Call, cameras: Collection[Device]) -> dict[str, float]:
    """Return how far each camera is from a call; one of which nobody knows is the farthest."""
    paths = {row.place.path, *(one.place.path for one in cameras if one.place)}
    middles = places.middles(community=row.community, paths=paths)
    at = position(row) or middles.get(row.place.path)
    stands = {
        one.code: (one.longitude_deg, one.latitude_deg)
        if one.longitude_deg is not None and one.latitude_deg is not None
        else middles.get(one.place.path if one.place else "")
        for one in cameras
    }
    return {
        code: distance_m(at, where) if at and where else float("inf")
        for code, where in stands.items()
    }


def live_source(*, row: Call) -> str:
    """Return where the live picture of the camera of a call comes from: empty where it has none,
    when the call is over, and for a test, which is no emergency.
    """
    return live_sources(community=row.community, rows=[row]).get(row.pk, "")


def live_sources(*, community: str, rows: Sequence[Call]) -> dict[int, str]:
    """Return the `live_source` of each of these calls that has one, asked at once."""
    seen = {
        row.pk: row.camera for row in rows if row.camera and not row.test and row.closed_at is None
    }
    if not seen:
        return {}
    known: Mapping[str, str] = picture_sources(community, sorted(set(seen.values())))
    return {pk: known[camera] for pk, camera in seen.items() if camera in known}


def sirens(*, community: str, place: str) -> list[str]:
    """Return the sirens of a place, or of the nearest above it that has some outside other homes;
    not the estate's.
    """
    for path in lineage(place):
        if "/" in path and (found := _able(community, _SIREN, path, place)):
            return [one.code for one in found]
    return []


def _able(community: str, service: str, place: str, call: str) -> list[Device]:
    """Return the devices with a service at a place and below it. Of those in a home only where it
    is that of the `call`, a place too: nobody looks into another home because a neighbour calls.
    """
    models = [one.id for one in devices.models() if service in one.services]
    codes = devices.codes_of_models(community=community, models=models, place=place)
    rows = devices.by_code(community=community, codes=codes).values()
    above = {one.code: set(lineage(one.place.path)) if one.place else set() for one in rows}
    asked = set[str]().union(*above.values()) - set(lineage(call))
    others = {
        path
        for path, one in places.by_path(community=community, paths=asked).items()
        if one.kind == _HOME
    }
    return [one for one in rows if not above[one.code] & others]
