"""What the pages of charging show: records and what devices show now, side by side."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from linli.domains.charging import queries, residents
from linli.domains.charging.logic import pricing
from linli.domains.charging.logic.tariffs import Tariff
from linli.domains.charging.models import (
    OPEN,
    Bought,
    Connector,
    Session,
    Site,
    State,
    TariffVersion,
)
from linli.domains.charging.operations import purse, settling, watching
from linli.domains.charging.operations.watching import Points
from linli.foundation.identity.queries import Actor
from linli.foundation.scope.paging import CodePage, NumberPage
from linli.kernel.fault import Fault
from linli.kernel.geometry import Position, distance_m
from linli.kernel.words import Words
from linli.registry.places import queries as places

_FRESH_S = 300.0
_TAKEN = {"charging", "suspended_evse", "suspended_ev", "finishing"}


class Plug(msgspec.Struct, frozen=True, kw_only=True):
    """A connector as it stands: `state` is free, kept, preparing, charging, plugged, faulted or
    off; `mine` where it is that of who looks.
    """

    row: Connector
    state: str
    mine: bool
    power_w: int
    session: Session | None
    position: tuple[float, float] | None


class Spot(msgspec.Struct, frozen=True, kw_only=True):
    """A site with what stands there. `load_a` is what is given out of its limit, by phase; `away_m`
    how far it is from where a resident lives, as the crow flies, where the map knows both.
    """

    row: Site
    tariff: Tariff
    place_name: Words
    plugs: Sequence[Plug]
    load_a: float
    waiting: int
    away_m: float | None = None


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A connector that is kept for somebody, by the code of its device."""

    connector: str
    until: datetime


class Live(msgspec.Struct, frozen=True, kw_only=True):
    """A charging as it stands: its proof so far, or as it was settled."""

    row: Session
    proof: pricing.Proof
    tariff: Tariff
    person: Words


class Own(msgspec.Struct, frozen=True, kw_only=True):
    """What a resident finds on his page."""

    balance_fen: int
    owed_fen: int
    spots: Sequence[Spot]
    kept: Kept | None
    open: Sequence[Live]
    packages: Sequence[Bought]


def spots_page(*, actor: Actor, wanted: CodePage, now: datetime) -> tuple[list[Spot], str | None]:
    """Return a page of the sites where this person may look, with what stands there."""
    rows, after = queries.sites_page(community=actor.community, seen=actor.places, wanted=wanted)
    return _spots(actor.community, rows, None, now), after


def spots(*, actor: Actor, person: int | None = None, now: datetime) -> list[Spot]:
    """Return the sites where this person may look, with what stands there."""
    rows = queries.sites(community=actor.community, seen=() if person else actor.places)
    return _spots(actor.community, rows, person, now)


def spot(*, actor: Actor, code: str, now: datetime) -> Spot:
    """Return one site.

    :raises queries.SiteNotFound: if there is none of this code where he may look
    """
    row = queries.site(community=actor.community, code=code, seen=actor.places)
    return _spots(actor.community, [row], None, now)[0]


class Stood(msgspec.Struct, frozen=True, kw_only=True):
    """A site and what stands there, as on record."""

    site: Site
    rows: Sequence[Connector]


def stood(*, actor: Actor, code: str) -> Stood:
    """Return a site with what stands there, by its label.

    :raises queries.SiteNotFound: if there is none of this code where he may look
    """
    row = queries.site(community=actor.community, code=code, seen=actor.places)
    return Stood(site=row, rows=queries.connectors(community=actor.community, sites=[row.pk]))


class Prices(msgspec.Struct, frozen=True, kw_only=True):
    """The tariff in force at a site and its version (0: the catalogue's), its text, and a page of
    those that two persons put in force, the newest first.
    """

    tariff: Tariff
    version: int
    text: str
    versions: Sequence[TariffVersion]
    next: int | None


def tariffs(*, actor: Actor, code: str, wanted: NumberPage, now: datetime) -> Prices:
    """Return what a site charges, and a page of what it charged and will charge.

    :raises queries.SiteNotFound: if there is none of this code where he may look
    """
    row = queries.site(community=actor.community, code=code, seen=actor.places)
    tariff, version = queries.tariff_of(site=row, now=now)
    versions, after = queries.versions(site=row, wanted=wanted)
    return Prices(
        tariff=tariff,
        version=version,
        text=queries.tariff_text(site=row, now=now),
        versions=versions,
        next=after,
    )


def own(*, actor: Actor, now: datetime) -> Own:
    """Return what a resident finds on his page; the sites nearest to his home first.

    :raises queries.NotAResident: if the account is nobody's
    """
    person = queries.person_of(actor=actor)
    kept = queries.kept_for(community=actor.community, person=person.pk, now=now)
    wanted = queries.Wanted(state="open", limit=10)
    rows, _ = queries.own_sessions(community=actor.community, person=person.pk, wanted=wanted)
    return Own(
        balance_fen=purse.balance(community=actor.community, person=person.pk),
        owed_fen=queries.counts(community=actor.community, person=person.pk)[1],
        spots=_nearest(spots(actor=actor, person=person.pk, now=now), actor, person.pk, now),
        kept=Kept(connector=kept.connector.device.code, until=kept.until) if kept else None,
        open=[live(row) for row in rows],
        packages=queries.packages(community=actor.community, person=person.pk),
    )


def own_session(*, actor: Actor, number: str) -> Live:
    """Return a charging of who asks.

    :raises queries.SessionNotFound: if it is none of his
    """
    person = queries.person_of(actor=actor)
    return live(queries.session(community=actor.community, number=number, person=person.pk))


def own_sessions(*, actor: Actor, wanted: queries.Wanted) -> tuple[list[Live], str | None]:
    """Return a page of one's chargings, the newest first."""
    person = queries.person_of(actor=actor)
    rows, after = queries.own_sessions(community=actor.community, person=person.pk, wanted=wanted)
    return [live(row) for row in rows], after


def session(*, actor: Actor, number: str) -> Live:
    """Return a charging where this person may look.

    :raises queries.SessionNotFound: if there is none of this number there
    """
    return live(queries.visible_session(actor=actor, number=number))


def sessions(*, actor: Actor, wanted: queries.Wanted) -> tuple[list[Live], str | None]:
    """Return a page of chargings, the newest first."""
    rows, after = queries.sessions(actor=actor, wanted=wanted)
    return [live(row) for row in rows], after


def live(row: Session) -> Live:
    """Return a charging as it stands."""
    settled = row.state in {State.SETTLED, State.FAILED}
    proof = queries.proof_of(row) if settled else settling.so_far(row, row.connector)
    person = row.person.name if row.person else ""
    return Live(
        row=row,
        proof=proof,
        tariff=queries.tariff_at_start(row),
        person=Words(zh=_masked(person), en=_masked(person)),
    )


def _masked(name: str) -> str:
    return name[:1] + "*" * (len(name) - 1)


def _spots(community: str, rows: Sequence[Site], person: int | None, now: datetime) -> list[Spot]:
    connectors = queries.connectors(community=community, sites=[row.pk for row in rows])
    values = _values(community, connectors)
    open_ = queries.open_by_connector(
        community=community, connectors=[one.pk for one in connectors]
    )
    kept = queries.reservations(community=community, now=now)
    keepers = {connector: row.person_id for connector, row in kept.items()}
    names = places.full_names(community=community, paths=[row.place.path for row in rows])
    plugs: dict[int, list[Plug]] = {}
    for one in connectors:
        plug = _plug(one, open_.get(one.pk), keepers.get(one.pk), values, person, now)
        plugs.setdefault(one.site_id, []).append(plug)
    tariffs = queries.tariffs_of(sites=rows, now=now)
    return [_spot(row, plugs.get(row.pk, []), names, tariffs[row.pk][0]) for row in rows]


def _nearest(found: Sequence[Spot], actor: Actor, person: int, now: datetime) -> list[Spot]:
    """Return sites by how far they are from the nearest home of somebody, those of which nobody
    knows last.
    """
    homes = residents.homes(community=actor.community, person=person, at=now)
    paths = [*homes, *(one.row.place.path for one in found)]
    middles = places.middles(community=actor.community, paths=paths)
    doors = [middles[path] for path in homes if path in middles]
    away = [_away_m(one, middles.get(one.row.place.path), doors) for one in found]
    told = [replace(one, away_m=m) for one, m in zip(found, away, strict=True)]
    return sorted(told, key=lambda one: (one.away_m is None, one.away_m or 0.0, one.row.code))


def _away_m(spot: Spot, middle: Position | None, homes: Sequence[Position]) -> float | None:
    """Return how far a site is from the nearest home: its plugs, where the map shows them."""
    shown = [one.position for one in spot.plugs if one.position is not None]
    ends = shown or ([middle] if middle is not None else [])
    return min((distance_m(home, end) for home in homes for end in ends), default=None)


def _spot(
    row: Site, plugs: Sequence[Plug], names: Mapping[str, tuple[str, str]], tariff: Tariff
) -> Spot:
    zh, en = names.get(row.place.path, (row.place.path, ""))
    given = [
        one.session.limit_da or 0
        for one in plugs
        if one.session is not None and one.session.state in OPEN
    ]
    waiting = [one for one in plugs if one.session is not None and one.session.limit_da == 0]
    return Spot(
        row=row,
        tariff=tariff,
        place_name=Words(zh=zh, en=en or zh),
        plugs=plugs,
        load_a=sum(given) / 10,
        waiting=len(waiting),
    )


def _plug(  # noqa: PLR0917
    row: Connector,
    session: Session | None,
    keeper: int | None,
    values: Mapping[str, Points],
    person: int | None,
    now: datetime,
) -> Plug:
    points = values.get(row.device.code, {})
    power = points.get("power_w")
    fresh = power is not None and now.timestamp() - power[0] < _FRESH_S
    owner = session.person_id if session is not None else keeper
    return Plug(
        row=row,
        state=_state(row, session, keeper, points),
        mine=person is not None and owner == person,
        power_w=round(power[1]) if power is not None and fresh else 0,
        session=session,
        position=_position(row),
    )


def _state(row: Connector, session: Session | None, keeper: int | None, points: Points) -> str:
    shown = points.get("connector_state")
    word = ""
    if shown is not None and 0 <= int(shown[1]) < len(watching.STATES):
        word = watching.STATES[int(shown[1])]
    fault = points.get("fault", (0.0, 0.0))[1]
    off = not (row.device.enabled and row.device.online)
    states = (
        (off or word == "unavailable", "off"),
        (bool(fault) or word == "faulted", "faulted"),
        (session is not None and session.state == State.STARTING, "preparing"),
        (session is not None and session.state == State.PLUGGED, "plugged"),
        (session is not None, "charging"),
        (not (row.open and row.site.open), "off"),
        (_taken(word, points), "plugged"),
        (keeper is not None, "kept"),
    )
    return next((name for holds, name in states if holds), "free")


def _taken(word: str, points: Points) -> bool:
    """Tell whether somebody is there of whom nothing is on record."""
    power = points.get("power_w")
    return word in _TAKEN or (not word and power is not None and power[1] > watching.PLUGGED_W)


def _position(row: Connector) -> tuple[float, float] | None:
    lon, lat = row.device.longitude_deg, row.device.latitude_deg
    return None if lon is None or lat is None else (lon, lat)


def _values(community: str, connectors: Sequence[Connector]) -> dict[str, Points]:
    """Return what devices show; nothing where the live half is silent now."""
    codes = [one.device.code for one in connectors]
    try:
        return dict(watching.last_values(community=community, codes=codes))
    except (Fault, TimeoutError):
        return {}
