"""Every read of charging."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import lru_cache

import msgspec
from django.db.models import OuterRef, Q, Subquery, Sum

from linli.domains.charging.logic import tariffs
from linli.domains.charging.logic.pricing import Line, Proof
from linli.domains.charging.logic.tariffs import Tariff
from linli.domains.charging.models import (
    OPEN,
    UNSETTLED,
    Answered,
    Bought,
    Connector,
    Reservation,
    Session,
    Site,
    State,
    TariffVersion,
)
from linli.domains.charging.ports import catalogue
from linli.foundation.identity.queries import Actor
from linli.foundation.scope.models import ScopedRows
from linli.foundation.scope.paging import CodePage, NumberPage, by_code, by_number
from linli.kernel.fault import Fault
from linli.registry.people import wards
from linli.registry.people.models import Person
from linli.registry.places import queries as places


class SiteNotFound(Fault):
    key = "charging.site_not_found"
    status = 404


class ConnectorNotFound(Fault):
    key = "charging.connector_not_found"
    status = 404


class SessionNotFound(Fault):
    key = "charging.session_not_found"
    status = 404


class PackageNotFound(Fault):
    key = "charging.package_not_found"
    status = 404


class NotAResident(Fault):
    """The account is nobody's who is in the register here."""

    key = "charging.not_a_resident"
    status = 403


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which chargings; what is left empty does not narrow."""

    site: str = ""
    state: str = ""
    connector: str = ""
    cursor: str = ""
    limit: int = 50


def sites(*, community: str, seen: Sequence[str] = (), kind: str = "") -> list[Site]:
    """Return the sites, those of one kind where one is said."""
    rows = Site.rows.of(community).select_related("place", "feeder")
    if seen:
        rows = rows.filter(places.within(seen, "place__path"))
    return list((rows.filter(kind=kind) if kind else rows).order_by("code"))


def sites_page(
    *, community: str, seen: Sequence[str], wanted: CodePage
) -> tuple[list[Site], str | None]:
    """Return a page of the sites by code, and the cursor after it."""
    rows = Site.rows.of(community).select_related("place", "feeder")
    return by_code(rows.filter(places.within(seen, "place__path")), wanted=wanted)


def site(*, community: str, code: str, seen: Sequence[str] = (), lock: bool = False) -> Site:
    """Return a site.

    :raises SiteNotFound: if there is none of this code, or not where this person may look
    """
    rows = Site.rows.of(community).select_related("place", "feeder").filter(code=code)
    if seen:
        rows = rows.filter(places.within(seen, "place__path"))
    row = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if row is None:
        raise SiteNotFound(site=code[:40])
    return row


def connectors(*, community: str, sites: Collection[int]) -> list[Connector]:
    """Return what stands at some sites."""
    rows = Connector.rows.of(community).filter(site__in=sites)
    return list(rows.select_related("device__place", "site").order_by("site", "label"))


def connector(*, community: str, device: str, lock: bool = False) -> Connector:
    """Return the connector that a device shows.

    :raises ConnectorNotFound: if it shows none
    """
    rows = Connector.rows.of(community).select_related("device__place", "site__place")
    rows = rows.select_for_update(of=("self",)) if lock else rows
    row = rows.filter(device__code=device).first()
    if row is None:
        raise ConnectorNotFound(connector=device[:48])
    return row


def is_open(*, connector: Connector) -> bool:
    """Tell whether a connector and its site are open, as the records have it now."""
    rows = Connector.rows.of(connector.community).filter(pk=connector.pk)
    return rows.filter(open=True, site__open=True).exists()


def session(
    *, community: str, number: str, person: int | None = None, lock: bool = False
) -> Session:
    """Return a charging; of one person, where one is said.

    :raises SessionNotFound: if there is none of this number, or it is another's
    """
    rows = _sessions(community).filter(number=number)
    rows = rows.select_for_update(of=("self",)) if lock else rows
    row = (rows if person is None else rows.filter(person=person)).first()
    if row is None:
        raise SessionNotFound(session=number[:20])
    return row


def visible_session(*, actor: Actor, number: str) -> Session:
    """Return a charging where this person may look.

    :raises SessionNotFound: if there is none of this number there
    """
    rows = _sessions(actor.community).filter(number=number)
    if actor.places:
        rows = rows.filter(places.within(actor.places, "connector__site__place__path"))
    row = rows.first()
    if row is None:
        raise SessionNotFound(session=number[:20])
    return row


def of_transaction(*, connector: Connector, transaction: str, lock: bool = False) -> Session | None:
    """Return the charging that a charge point calls so."""
    rows = _sessions(connector.community)
    rows = rows.select_for_update(of=("self",)) if lock else rows
    return rows.filter(connector=connector, transaction=transaction).first()


def of_ask(*, connector: Connector, ask: str) -> Session | None:
    """Return the charging that a question began."""
    return _sessions(connector.community).filter(connector=connector, ask=ask).first()


def open_at(*, connector: Connector, lock: bool = False) -> Session | None:
    """Return the charging that is under way at a connector, or about to be."""
    rows = _sessions(connector.community)
    rows = rows.select_for_update(of=("self",)) if lock else rows
    return rows.filter(connector=connector, state__in=OPEN).first()


def plugged_at(*, connector: Connector) -> list[Session]:
    """Return the chargings that are over and wait at a connector to be unplugged."""
    rows = _sessions(connector.community).select_for_update(of=("self",))
    return list(rows.filter(connector=connector, state=State.PLUGGED).order_by("pk"))


def unsettled(*, community: str) -> list[Session]:
    """Return all that is not settled."""
    return list(_sessions(community).filter(state__in=UNSETTLED).order_by("pk"))


def locked(*, community: str, ids: Collection[int]) -> list[Session]:
    """Return these chargings that are not settled, locked in the order of their numbers."""
    rows = _sessions(community).select_for_update(of=("self",))
    return list(rows.filter(pk__in=ids, state__in=UNSETTLED).order_by("pk"))


def at_site(*, site: Site, lock: bool = False) -> list[Session]:
    """Return what charges at a site now, or is about to."""
    rows = _sessions(site.community)
    rows = rows.select_for_update(of=("self",)) if lock else rows
    return list(rows.filter(connector__site=site, state__in=OPEN).order_by("pk"))


def open_by_connector(*, community: str, connectors: Collection[int]) -> dict[int, Session]:
    """Return what is not settled at some connectors, by connector; what charges comes first."""
    rows = _sessions(community).filter(connector__in=connectors, state__in=UNSETTLED)
    found: dict[int, Session] = {}
    # Put in order here: asked to do it, SQLite goes through all that was ever charged.
    for row in sorted(rows.order_by(), key=lambda row: row.pk):
        if row.connector_id not in found or row.state in OPEN:
            found[row.connector_id] = row
    return found


def sessions(*, actor: Actor, wanted: Wanted) -> tuple[list[Session], str | None]:
    """Return a page of chargings, the newest first, and the cursor after it."""
    rows = _sessions(actor.community)
    if actor.places:
        rows = rows.filter(places.within(actor.places, "connector__site__place__path"))
    return _page(rows, wanted)


def own_sessions(
    *, community: str, person: int, wanted: Wanted
) -> tuple[list[Session], str | None]:
    """Return a page of one person's chargings, the newest first, and the cursor after it."""
    return _page(_sessions(community).filter(person=person), wanted)


def _page(rows: ScopedRows[Session], wanted: Wanted) -> tuple[list[Session], str | None]:
    exact = {
        "connector__site__code": wanted.site,
        "connector__device__code": wanted.connector,
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if wanted.state == "open":
        rows = rows.filter(state__in=UNSETTLED)
    elif wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.cursor:
        rows = rows.filter(pk__lt=int(wanted.cursor))
    found = list(rows.order_by("-pk")[: wanted.limit + 1])
    more = len(found) > wanted.limit
    return found[: wanted.limit], str(found[wanted.limit - 1].pk) if more else None


def _sessions(community: str) -> ScopedRows[Session]:
    return Session.rows.of(community).select_related(
        "connector__device", "connector__site__place", "person"
    )


def counts(*, community: str, person: int) -> tuple[int, int]:
    """Return how many chargings of a person are under way, and how many fen he owes for others."""
    rows = Session.rows.of(community).filter(person=person)
    owed = rows.filter(due_fen__gt=0).aggregate(fen=Sum("due_fen"))["fen"]
    return rows.filter(state__in=OPEN).count(), int(owed or 0)


def reservation(*, connector: Connector, now: datetime) -> Reservation | None:
    """Return for whom a connector is kept now."""
    rows = Reservation.rows.of(connector.community).filter(connector=connector, until__gt=now)
    return rows.first()


def kept_for(*, community: str, person: int, now: datetime) -> Reservation | None:
    """Return what is kept for somebody now."""
    rows = Reservation.rows.of(community).filter(person=person, until__gt=now)
    return rows.select_related("connector__device").first()


def reservations(*, community: str, now: datetime) -> dict[int, Reservation]:
    """Return what is kept now, by connector."""
    rows = Reservation.rows.of(community).filter(until__gt=now)
    return {row.connector_id: row for row in rows}


def package(
    *, community: str, person: int, site: Site, now: datetime, lock: bool = False
) -> Bought | None:
    """Return the package that pays for a charging now: the one that lapses first."""
    rows = Bought.rows.of(community).filter(
        Q(person=person, site=site, left_wh__gt=0, from_at__lte=now, until__gt=now),
        refunded_at=None,
    )
    rows = rows.select_for_update(of=("self",)) if lock else rows
    return rows.order_by("until", "pk").first()


def packages(*, community: str, person: int) -> list[Bought]:
    """Return the packages of a person, the newest first."""
    rows = Bought.rows.of(community).filter(person=person).select_related("site")
    return list(rows.order_by("-pk")[:50])


def own_package(*, community: str, person: int, id: int) -> Bought:
    """Return a package of a person, locked.

    :raises PackageNotFound: if it is none of his
    """
    rows = Bought.rows.of(community).select_related("site").select_for_update(of=("self",))
    row = rows.filter(pk=id, person=person).first()
    if row is None:
        raise PackageNotFound(package=id)
    return row


def answered(*, community: str, device: str, ask: str) -> Answered | None:
    """Return what a device was answered to a question of this id."""
    return Answered.rows.of(community).filter(device=device, ask=ask).first()


def person_of(*, actor: Actor) -> Person:
    """Return the person whose account this is, or for whom it acts.

    :raises NotAResident: if it is nobody's who is in the register
    """
    rows = Person.rows.of(actor.community).filter(wards.himself(actor))
    row = rows.first()
    if row is None:
        raise NotAResident
    return row


def code_used(*, community: str, code: str) -> bool:
    """Tell whether a code of a phone began a charging."""
    return Session.rows.of(community).filter(code=code).exists()


def tariff_of(*, site: Site, now: datetime) -> tuple[Tariff, int]:
    """Return the tariff that is in force at a site, and its version (0: the catalogue's).

    :raises tariffs.BadTariff: if the catalogue has none of its id
    """
    return tariffs_of(sites=[site], now=now)[site.pk]


def versions(*, site: Site, wanted: NumberPage) -> tuple[list[TariffVersion], int | None]:
    """Return a page of the versions of a site's tariff, the newest first, and the cursor after."""
    rows = TariffVersion.rows.of(site.community).filter(site=site)
    return by_number(rows.select_related("by", "approved_by"), wanted=wanted, field="version")


def tariff_text(*, site: Site, now: datetime) -> str:
    """Return the text of the tariff that is in force at a site, from which a change goes on."""
    rows = TariffVersion.rows.of(site.community).filter(site=site, from_at__lte=now)
    row = rows.order_by("version").last()
    return row.text if row is not None else catalogue().get(site.tariff, "")


def catalogue_tariffs() -> list[Tariff]:
    """Return the tariffs with which a site can begin, by their ids."""
    return [_loaded(text) for _, text in sorted(catalogue().items())]


@lru_cache(maxsize=1024)  # a page of 200 sites may have as many texts; each takes 0.6 ms to read
def _loaded(text: str) -> Tariff:
    return tariffs.load(text)


def tariff_at_start(row: Session) -> Tariff:
    """Return the tariff under which a charging began."""
    return msgspec.convert(row.tariff, Tariff)


def proof_of(row: Session) -> Proof:
    """Return the proof of a charging's fee as it was settled."""
    lines = tuple(msgspec.convert(one, Line) for one in row.proof)
    return Proof(lines=lines, energy_wh=row.energy_wh)


def tariffs_of(*, sites: Sequence[Site], now: datetime) -> dict[int, tuple[Tariff, int]]:
    """Return the tariff in force at each of some sites of a community, and its version (0: the
    catalogue's).

    :raises tariffs.BadTariff: if the catalogue has none of the id of one
    """
    own: dict[int, TariffVersion] = {}
    if sites:
        rows = TariffVersion.rows.of(sites[0].community)
        # One step down the index of each site: it does not matter how many versions there were.
        newest = rows.filter(site=OuterRef("pk"), from_at__lte=now).order_by("-version")
        among = Site.rows.of(sites[0].community).filter(pk__in=[one.pk for one in sites])
        found = among.annotate(in_force=Subquery(newest.values("pk")[:1]))
        numbers = found.exclude(in_force=None).values_list("in_force", flat=True)
        in_force = rows.filter(pk__in=list(numbers))
        own = {row.site_id: row for row in in_force}
    return {
        one.pk: (_loaded(own[one.pk].text), own[one.pk].version)
        if one.pk in own
        else (_of_catalogue(one.tariff), 0)
        for one in sites
    }


def _of_catalogue(id: str) -> Tariff:
    text = catalogue().get(id)
    if text is None:
        raise tariffs.BadTariff(reason=id)
    return _loaded(text)
