"""What is shown of visits and calls, put together."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
import segno

from linli.contracts import doors, places
from linli.contracts.parking import GuestCar, guest_car
from linli.domains.visits import logic, queries, schemas, schemas_talk
from linli.domains.visits.models import Call, Unheard, Visit
from linli.foundation.identity.queries import Actor
from linli.foundation.scope.paging import NumberPage
from linli.foundation.vault import sealed
from linli.kernel.words import Words, both

_NAMELESS = Words(zh="", en="")
_RENEW_S = 15
"""A QR code of the doors is good for half a minute."""
MOST_AHEAD = 20
"""So many codes a guest's page may have ahead: ten minutes without a line."""


def my_homes(*, actor: Actor, now: datetime) -> dict[str, Any]:
    """Return the homes for which somebody speaks, the ways to them, and the kinds of guests."""
    homes = queries.homes(actor=actor, now=now)
    names = places.names(actor.community, [one.place for one in homes])
    return {
        "kinds": schemas.kinds_out(),
        "homes": [
            {
                "place": one.place,
                "name": both(names.get(one.place, Words(zh=one.place, en=one.place))),
                "doors": _doors(actor.community, one, now),
            }
            for one in homes
        ],
    }


def _doors(community: str, home: queries.Home, now: datetime) -> list[dict[str, Any]]:
    """Return the doors through which somebody may let a guest of a home: the way there, which is
    usual, and others that he passes himself.
    """
    way = doors.way_to(community, home.place)
    more = queries.beside(community=community, person=home.person, way=way, now=now)
    usual = schemas.doors_out(queries.in_order(way))
    others = schemas.doors_out(queries.in_order(more))
    return [{**one, "usual": True} for one in usual] + [{**one, "usual": False} for one in others]


def own(*, actor: Actor, before: int | None, limit: int, now: datetime) -> dict[str, Any]:
    """Return a page of the visits to somebody's homes, as he wrote them down himself."""
    rows, after = queries.own_visits(actor=actor, before=before, limit=limit, now=now)
    return {"items": _all(actor.community, rows, queries.PURPOSE, now, links=True), "next": after}


def own_one(*, actor: Actor, row: Visit, now: datetime) -> dict[str, Any]:
    """Return one visit to a home of the asker's, with what he may hand on himself: the digits, and
    the code as a picture if he asked for one.
    """
    return {
        **_all(actor.community, [row], queries.PURPOSE, now, links=True)[0],
        "digits": queries.opens_to(row=row, now=now).digits if row.with_code else "",
        "picture_qr": _to_send(queries.sent_picture(row=row, now=now)),
        "hears": queries.hears(row=row, actor=actor, now=now),
    }


def desk(
    *, actor: Actor, wanted: queries.Wanted, before: int | None, limit: int, now: datetime
) -> dict[str, Any]:
    """Return a page of what the desk wants to see, masked."""
    rows, after = queries.visits(actor=actor, wanted=wanted, before=before, limit=limit)
    return {"items": _all(actor.community, rows, "", now), "next": after}


def desk_one(*, row: Visit, purpose: str, now: datetime) -> dict[str, Any]:
    """Return one visit, opened for a purpose (empty: masked)."""
    return _all(row.community, [row], purpose, now)[0]


def _all(
    community: str, rows: Sequence[Visit], purpose: str, now: datetime, *, links: bool = False
) -> list[dict[str, Any]]:
    passages = queries.passages(rows=rows)
    shown = queries.shown(community=community, rows=rows, purpose=purpose, now=now, links=links)
    codes = [one.door for some in passages.values() for one in some]
    doors_there = queries.door_names(community=community, codes=codes)
    return [schemas.visit_out(one, passages, doors_there) for one in shown]


def my_calls(*, actor: Actor, wanted: NumberPage, now: datetime) -> dict[str, Any]:
    """Return a page of the calls to somebody's homes."""
    rows, after = queries.own_calls(actor=actor, wanted=wanted, now=now)
    items = schemas.calls_out(actor.community, rows, actor.account)
    return {"items": items, "next": after, "phrases": schemas_talk.phrases_out()}


def calls(*, actor: Actor, wanted: NumberPage) -> dict[str, Any]:
    """Return a page of the calls in the area of who works here."""
    rows, after = queries.calls(actor=actor, wanted=wanted)
    items = schemas.calls_out(actor.community, rows, actor.account, desk=True)
    return {"items": items, "next": after, "phrases": schemas_talk.phrases_out()}


def unheard(*, actor: Actor, wanted: NumberPage, now: datetime) -> dict[str, Any]:
    """Return a page of who came lately to see an empty home in the area of who works here."""
    rows, after = queries.unheard(actor=actor, wanted=wanted, now=now)
    return {"items": schemas.unheard_out(rows), "next": after}


def unheard_one(row: Unheard) -> dict[str, Any]:
    """Return one of these."""
    return schemas.unheard_out([row])[0]


def call(row: Call, actor: Actor) -> dict[str, Any]:
    """Return one call, as somebody sees it."""
    return schemas.calls_out(row.community, [row], actor.account)[0]


def guest(*, link: str, base: str, ahead: int, now: datetime) -> dict[str, Any]:
    """Return what a guest sees at his address: his QR code as it is now, and as many ahead; of a
    visit that is over his car alone, while it is in or owes. `base` is where browsers find us.

    :raises queries.LinkDead: if the address opens nothing
    """
    row = queries.by_link(link=link)
    sealed.open_all([row], community=row.community, purpose="")
    frame = _frame(row, now)
    if not queries.is_expected(row=row, now=now):
        return {**frame, **_left_behind(frame["car"])}
    opens = queries.opens_to(row=row, ahead=max(0, min(ahead, MOST_AHEAD)), now=now)
    codes = [_code(one) for one in opens.codes]
    comes_now = bool(codes) and opens.codes[0].since <= now
    shown = codes[0] if comes_now else {"token": "", "qr": ""}
    same = ("kind", "days", "starts", "ends", "uses", "used")
    return {
        **frame,
        **{name: getattr(row, name) for name in same},
        "host": both(places.names(row.community, [row.place]).get(row.place, _NAMELESS)),
        "kind_name": both(logic.KINDS[row.kind].name),
        "stands": queries.stands(row=row, now=now).value,
        "doors": schemas.doors_out(queries.way(row=row, now=now)),
        "token": shown["token"],
        "qr": shown["qr"],
        "codes": codes,
        "digits": opens.digits,
        "address_qr": _picture(f"{base}/v/{link}"),
    }


def _frame(row: Visit, now: datetime) -> dict[str, Any]:
    """Return what a guest's page has however his visit stands."""
    estate = queries.estate(community=row.community)
    return {
        "community": row.community,
        "estate": estate["name"],
        "phone": estate["phone"],
        "since": row.since,
        "until": row.until,
        "plate": row.plate,
        "car": _car(guest_car(row.community, row.pk, now)) if row.plate else None,
        "now": now,
        "renew_s": _RENEW_S,
    }


def _left_behind(car: dict[str, Any] | None) -> dict[str, Any]:
    """Return the rest of the page of a guest whose visit is over, which opens nothing and names
    nobody: it is there for his car, while that is in or owes.

    :raises queries.LinkDead: if nothing is of him any more
    """
    if car is None or car["stay"] is None:
        raise queries.LinkDead
    return {
        "stands": logic.Stands.OVER.value,
        **dict.fromkeys(("kind", "days", "token", "qr", "digits", "address_qr"), ""),
        **dict.fromkeys(("host", "kind_name"), both(_NAMELESS)),
        **dict.fromkeys(("starts", "ends")),
        **dict.fromkeys(("uses", "used"), 0),
        "doors": [],
        "codes": [],
    }


def _car(told: GuestCar) -> dict[str, Any]:
    stay = told.stay
    exits = [both(one) for one in stay.exits] if stay else []
    return {
        "lots": [
            {"code": one.code, "name": both(one.name), "rules": [both(rule) for rule in one.rules]}
            for one in told.lots
        ],
        "stay": {**msgspec.structs.asdict(stay), "exits": exits} if stay else None,
    }


def _code(one: doors.GuestCode) -> dict[str, Any]:
    return {"token": one.token, "qr": _picture(one.token), "since": one.since, "until": one.until}


def _to_send(token: str) -> str:
    """Return a picture as every telephone can send one."""
    if not token:
        return ""
    return segno.make(token, error="m", micro=False).png_data_uri(scale=8, border=3)


def _picture(token: str) -> str:
    if not token:
        return ""
    return segno.make(token, error="m", micro=False).svg_data_uri(scale=8, border=3)
