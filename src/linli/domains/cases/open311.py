"""What Open311 shows of cases: services, and requests with their places and times."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from linli.contracts.cases import CaseState
from linli.domains.cases import pages, ports, queries
from linli.domains.cases.logic import open311
from linli.domains.cases.logic.clocks import Clock as Name
from linli.domains.cases.models import Case
from linli.foundation.identity.queries import Actor
from linli.registry.places import queries as places


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which requests: numbers (they override all else), or services, statuses and a span."""

    numbers: Sequence[str] = ()
    services: Sequence[str] = ()
    statuses: Sequence[str] = ()
    start: datetime | None = None
    end: datetime | None = None
    page: int = 1
    page_size: int = open311.MOST


def check_jurisdiction(*, community: str, said: str) -> None:
    """Let pass who names the community of the address, or none.

    :raises OtherJurisdiction: if it is another
    """
    if said not in {"", community}:
        raise open311.OtherJurisdiction(jurisdiction=said[:64])


def services(*, language: str) -> list[dict[str, object]]:
    """Return the kinds of the catalogue as services."""
    return [open311.service(kind, language) for kind in ports.case_kinds().values()]


def definition(*, code: str) -> dict[str, object]:
    """Return what a service asks.

    :raises UnknownService: if there is none of this code
    """
    kind = ports.case_kinds().get(code)
    if kind is None:
        raise open311.UnknownService(service=code[:64])
    return open311.definition(kind)


def requests(
    *, actor: Actor, wanted: Wanted, now: datetime, language: str
) -> list[dict[str, object]]:
    """Return the requests that the actor may see, the newest first.

    :raises OddField: if a status is neither open nor closed
    """
    rows = queries.cases_told(
        actor=actor,
        numbers=wanted.numbers,
        kinds=wanted.services,
        states=open311.states(wanted.statuses),
        start=wanted.start or (wanted.end or now) - timedelta(days=open311.SPAN_DAYS),
        end=wanted.end,
        page=wanted.page,
        page_size=wanted.page_size,
    )
    return _requests(actor, rows, now, language)


def request(*, actor: Actor, number: str, now: datetime, language: str) -> list[dict[str, object]]:
    """Return one request.

    :raises UnknownRequest: if there is none of this number for the actor's eyes
    """
    found = requests(actor=actor, wanted=Wanted(numbers=[number]), now=now, language=language)
    if not found:
        raise open311.UnknownRequest(request=number[:40])
    return found


def _requests(
    actor: Actor, rows: Sequence[Case], now: datetime, language: str
) -> list[dict[str, object]]:
    lines = pages.lines(actor=actor, rows=rows, now=now)
    where = places.middles(community=actor.community, paths={row.place for row in rows})
    moved = queries.last_moved(community=actor.community, cases=[row.pk for row in rows])
    return [
        _request(row, line, where, moved.get(row.pk, row.created_at), language)
        for row, line in zip(rows, lines, strict=True)
    ]


def _request(
    row: Case,
    line: pages.CaseLine,
    where: Mapping[str, tuple[float, float]],
    updated: datetime,
    language: str,
) -> dict[str, object]:
    """Nothing of who reported it is told: no purpose of an open list needs it. What was written is
    told as `pages.lines` does.
    """
    position = where.get(row.place)
    due = next((clock.due_at for clock in line.clocks if clock.name == Name.HANDLE), None)
    return {
        "service_request_id": row.number,
        "status": open311.status(CaseState(row.state)),
        "status_notes": open311.status_notes(CaseState(row.state), language),
        "service_name": line.kind_name.in_(language),
        "service_code": row.kind,
        "description": "\n".join(
            part for part in (line.title.in_(language), line.description.zh) if part
        ),
        "agency_responsible": None,
        "service_notice": None,
        "requested_datetime": _time(row.created_at),
        "updated_datetime": _time(updated),
        "expected_datetime": _time(due) if due else None,
        "address": line.place_name.in_(language),
        "address_id": row.place,
        "zipcode": None,
        "lat": position[1] if position else None,
        "long": position[0] if position else None,
        "media_url": None,
    }


def _time(at: datetime) -> str:
    """Return a time as W3C writes it, to the second."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
