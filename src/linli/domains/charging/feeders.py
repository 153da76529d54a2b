"""Reads of feeders, and of what shares a load limit with what."""

from collections.abc import Collection, Sequence

import msgspec

from linli.domains.charging.models import OPEN, Feeder, Kind, Session, Site
from linli.foundation.scope.paging import CodePage, by_code
from linli.kernel.fault import Fault
from linli.registry.places import queries as places


class FeederNotFound(Fault):
    key = "charging.feeder_not_found"
    status = 404


class Together(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """What shares one limit: all that hangs on a feeder, or (`feeder` 0) one site."""

    feeder: int = 0
    site: int = 0


def feeder(*, community: str, code: str, lock: bool = False) -> Feeder:
    """Return a feeder.

    :raises FeederNotFound: if there is none of this code
    """
    rows = Feeder.rows.of(community).filter(code=code)
    row = (rows.select_for_update() if lock else rows).first()
    if row is None:
        raise FeederNotFound(feeder=code[:40])
    return row


def is_there(*, community: str, code: str) -> bool:
    """Tell whether there is a feeder of this code."""
    return Feeder.rows.of(community).filter(code=code).exists()


def feeders(*, community: str, wanted: CodePage) -> tuple[list[Feeder], str | None]:
    """Return a page of the feeders by code, and the cursor after it."""
    return by_code(Feeder.rows.of(community), wanted=wanted)


def sites_of(*, community: str, feeders: Collection[int], seen: Sequence[str] = ()) -> list[Site]:
    """Return the sites that hang on some feeders, by code; those in these places where some are
    said.
    """
    rows = Site.rows.of(community).filter(places.within(seen, "place__path"))
    return list(rows.filter(feeder__in=feeders).order_by("code"))


def together(*, community: str, sites: Collection[int]) -> Sequence[Together]:
    """Return what shares a limit with these sites, each once, in an order that is always the same.
    A site without a limit is among it where somebody was told one there before.
    """
    rows = Site.rows.of(community).filter(pk__in=sites).select_related("feeder")
    found: set[Together] = set()
    for row in rows:
        if row.feeder is not None and row.feeder.limit_da:
            found.add(Together(feeder=row.feeder.pk))
        elif row.kind == Kind.EV and (row.limit_da or _was_limited(row)):
            found.add(Together(site=row.pk))
    return sorted(found)


def _was_limited(site: Site) -> bool:
    rows = Session.rows.of(site.community).filter(connector__site=site, state__in=OPEN)
    return rows.filter(limit_da__isnull=False).exists()


def locked(*, community: str, group: Together) -> tuple[Feeder | None, list[Site], list[Session]]:
    """Return a feeder, the sites and what charges there, locked in this order: whoever shares a
    limit locks them so.
    """
    feeder, sites = None, Site.rows.of(community).filter(pk=group.site)
    if group.feeder:
        feeder = Feeder.rows.of(community).select_for_update().get(pk=group.feeder)
        sites = Site.rows.of(community).filter(feeder=feeder)
    here = list(sites.select_for_update().order_by("pk"))
    rows = Session.rows.of(community).select_for_update(of=("self",))
    rows = rows.filter(connector__site__in=[one.pk for one in here], state__in=OPEN)
    rows = rows.select_related("connector__device", "connector__site")
    return feeder, here, list(rows.order_by("pk"))
