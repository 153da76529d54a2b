"""Calls for help as screens show them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from linli.domains.sos import logic, queries
from linli.domains.sos.models import Call, Deed, Tree
from linli.domains.sos.operations import recording
from linli.domains.sos.operations.trees import check_tree
from linli.foundation.identity.models import Account
from linli.foundation.identity.queries import Actor
from linli.foundation.scope.paging import CodePage, NumberPage
from linli.registry.devices import queries as devices
from linli.registry.places import queries as places

_ANSWERS = "sos.answer"
_LINES, _LINES_IN_A_LIST = 500, 50
"""So many of the newest lines of its record does a call bear; all are asked for page by page."""


def board(*, actor: Actor, cursor: str, limit: int, now: datetime) -> dict[str, Any]:
    """Return a page of the calls in the actor's area: open ones, the newest first, then closed."""
    rows, after = queries.board(
        community=actor.community, seen=actor.places, cursor=cursor, limit=limit
    )
    return {"items": _calls(actor, rows, now, lines=_LINES_IN_A_LIST), "next": after}


def mine(*, actor: Actor, now: datetime) -> dict[str, Any]:
    """Return the open calls that the actor raised, or that ring or rang with him; the places at
    which he may be; and the number of the duty room.
    """
    spots = queries.spots(actor=actor, now=now)
    names = places.full_names(community=actor.community, paths=[one.place.path for one in spots])
    return {
        "items": _calls(actor, queries.mine(actor=actor), now, lines=_LINES_IN_A_LIST),
        "places": [
            {
                "place": one.place.path,
                "name": dict(zip(("zh", "en"), names[one.place.path], strict=True)),
                "kind": one.kind,
                "here": one.here,
            }
            for one in spots
        ],
        "phone": places.duty_phone(community=actor.community),
    }


def call(*, actor: Actor, id: int, now: datetime) -> dict[str, Any]:
    """Return one call that is the actor's matter.

    :raises queries.CallNotFound: if there is none
    """
    return call_out(actor, queries.call_for(actor=actor, id=id, permission="sos.read"), now)


def call_out(actor: Actor, row: Call, now: datetime) -> dict[str, Any]:
    """Return one call."""
    return _calls(actor, [row], now, lines=_LINES)[0]


def record(*, actor: Actor, id: int, wanted: NumberPage) -> dict[str, Any]:
    """Return a page of the record of a call of which the actor is told, the newest line first.

    :raises queries.CallNotFound: if there is none
    """
    row = queries.call_told(actor=actor, id=id)
    lines, after = queries.record(row=row, wanted=wanted)
    names = places.full_names(community=actor.community, paths=_said_places(lines))
    people = queries.people_of(community=actor.community, calls=[row], lines=lines)
    return {"items": [_line(one, people, names) for one in lines], "next": after}


def _calls(
    actor: Actor, rows: Sequence[Call], now: datetime, *, lines: int
) -> list[dict[str, Any]]:
    community = actor.community
    paths = [row.place.path for row in rows]
    middles = places.middles(community=community, paths=paths)
    deeds = queries.deeds(community=community, calls=[row.pk for row in rows], most=lines)
    shown = {call: found[-lines:] for call, found in deeds.items()}
    said = [line for found in shown.values() for line in found]
    names = places.full_names(community=community, paths=[*paths, *_said_places(said)])
    cameras = devices.by_code(community=community, codes={row.camera for row in rows})
    people = queries.people_of(community=community, calls=rows, lines=said)
    positions = queries.positions(
        community=community, calls=[row for row in rows if row.closed_at is None]
    )
    live = queries.live_sources(community=community, rows=rows) if actor.holds(_ANSWERS) else {}
    return [
        {
            **_standing(actor, row, now),
            "position": positions.get(row.pk),
            "caller": people.get(row.caller_id or 0, ""),
            "place_name": dict(zip(("zh", "en"), names[row.place.path], strict=True)),
            "place_position": middles.get(row.place.path),
            "camera_name": _camera(cameras.get(row.camera)),
            "live": row.pk in live,
            "record": [_line(deed, people, names) for deed in shown.get(row.pk, [])],
            "record_next": shown[row.pk][0].pk if len(deeds.get(row.pk, ())) > lines else None,
        }
        for row in rows
    ]


def _standing(actor: Actor, row: Call, now: datetime) -> dict[str, Any]:
    own = row.caller_id == actor.account
    cancel_s = (logic.CANCEL_WITHIN - (now - row.started_at)).total_seconds()
    return {
        "id": row.pk,
        "place": row.place.path,
        "way": row.way,
        "device": row.device,
        "test": row.test,
        "state": row.state,
        "outcome": row.outcome,
        "started_at": row.started_at,
        "next_at": row.next_at,
        "own": own,
        "cancel_s": max(0.0, cancel_s) if own and row.closed_at is None else 0.0,
        "note": row.note,
        "unanswered": row.unanswered,
        "answered_by": _who(row.answered_by),
        "answered_at": row.answered_at,
        "arrived_at": row.arrived_at,
        "closed_at": row.closed_at,
        "camera": row.camera,
        "case": row.case,
        "alarm": row.alarm,
    }


def _who(account: Account | None) -> dict[str, Any] | None:
    return {"id": account.pk, "name": account.name} if account else None


def _camera(device: Any) -> dict[str, str] | None:
    return {"zh": device.name_zh, "en": device.name_en or device.name_zh} if device else None


def _said_places(lines: Iterable[Deed]) -> list[str]:
    return [one.said["place"] for one in lines if "place" in one.said]


def _line(
    row: Deed, names: Mapping[int, str], named: Mapping[str, tuple[str, str]]
) -> dict[str, Any]:
    text = recording.words(row.what)
    zh, en = named.get(row.said.get("place", ""), ("", ""))
    return {
        "at": row.at,
        "what": row.what,
        "text": {
            "zh": f"{text.zh}：{zh}" if zh else text.zh,
            "en": f"{text.en}: {en}" if en else text.en,
        },
        "by": _who(row.by),
        "whom": row.said.get("whom", ""),
        "told": [names.get(account, "") for account in row.said.get("told", [])],
        "outcome": row.said.get("outcome", ""),
        "note": row.said.get("note", ""),
    }


def trees(*, community: str, wanted: CodePage) -> dict[str, Any]:
    """Return a page of the call trees that were laid down, and the one that holds elsewhere."""
    rows, after = queries.trees(community=community, wanted=wanted)
    names = places.full_names(community=community, paths=[row.place.path for row in rows])
    return {
        "items": [tree_out(row, names) for row in rows],
        "default": [_rung(one) for one in logic.TREE],
        "next": after,
    }


def tree_out(row: Tree, names: Mapping[str, tuple[str, str]] | None = None) -> dict[str, Any]:
    """Return a call tree."""
    path = row.place.path
    zh, en = (names or {}).get(path, (row.place.name_zh, row.place.name_en or row.place.name_zh))
    return {
        "place": path,
        "place_name": {"zh": zh, "en": en},
        "siren": row.siren,
        "rungs": row.rungs,
    }


def tree_seen(
    *, community: str, place: str, rungs: Sequence[logic.Rung], siren: bool, now: datetime
) -> dict[str, Any]:
    """Return who would be rung when by a call tree; without rungs, by the one that holds there.

    :raises places.PlaceNotFound: if there is no such place
    :raises BadTree: if it is no call tree
    """
    where = places.place(community=community, path=place)
    if rungs:
        check_tree(rungs)
    held, sounds = (
        (tuple(rungs), siren) if rungs else queries.tree(community=community, place=place)
    )
    told = queries.would_ring(community=community, place=where, rungs=held, now=now)
    rings = [
        bool(names) or rung.whom == logic.FAMILY for rung, names in zip(held, told, strict=True)
    ]
    at_s = logic.rings_at(rungs=held, rings=rings)
    zh, en = places.full_names(community=community, paths=[place])[place]
    return {
        "place": place,
        "place_name": {"zh": zh, "en": en},
        "rungs": [
            {"whom": rung.whom, "target": rung.target, "at_s": when, "names": names}
            for rung, when, names in zip(held, at_s, told, strict=True)
        ],
        "sirens": _sirens(community, place) if sounds else [],
        "again_s": int(logic.AGAIN.total_seconds()),
        "give_up_s": int(logic.GIVE_UP.total_seconds()),
    }


def _sirens(community: str, place: str) -> list[dict[str, str]]:
    codes = queries.sirens(community=community, place=place)
    rows = devices.by_code(community=community, codes=codes)
    return [{"zh": row.name_zh, "en": row.name_en or row.name_zh} for row in rows.values()]


def _rung(one: logic.Rung) -> dict[str, Any]:
    return {"whom": one.whom, "target": one.target, "wait_s": one.wait_s}
