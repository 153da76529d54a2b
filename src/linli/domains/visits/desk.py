"""What door panels, kiosks and loudspeakers ask of visits."""

from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec

from linli.contracts.asking import MALFORMED, Asked, Told
from linli.domains.visits.operations import asked, kiosk
from linli.domains.visits.operations.inviting import Guest


class _Call(msgspec.Struct, frozen=True):
    """`room` is the number on its panel (`201`), or the path of the room."""

    room: str


class _Wish(msgspec.Struct, frozen=True):
    room: str
    name: str
    phone: str = ""
    plate: str = ""
    people: int = 1
    why: str = ""


class _Which(msgspec.Struct, frozen=True):
    """The number of the device's own earlier question; `ask` is the kind of this one."""

    of: str


class _Number(msgspec.Struct, frozen=True):
    """The path of a house, and the number of a home in it."""

    house: str
    number: str


class _Word(msgspec.Struct, frozen=True):
    text: str


def _call(one: Asked, now: datetime) -> Told:
    body = msgspec.convert(one.body, _Call)
    return asked.call(community=one.community, device=one.device, ask=one.id, room=body.room,
                      now=now)  # fmt: skip


def _call_state(one: Asked, now: datetime) -> Told:
    body = msgspec.convert(one.body, _Which)
    return asked.call_state(community=one.community, device=one.device, ask=body.of)


def _hang_up(one: Asked, now: datetime) -> Told:
    body = msgspec.convert(one.body, _Which)
    return asked.hang_up(community=one.community, device=one.device, ask=body.of, now=now)


def _want(one: Asked, now: datetime) -> Told:
    body = msgspec.convert(one.body, _Wish)
    who = Guest(name=body.name, phone=body.phone, plate=body.plate, people=body.people,
                why=body.why)  # fmt: skip
    return kiosk.want(community=one.community, device=one.device, ask=one.id, room=body.room,
                      who=who, now=now)  # fmt: skip


def _wanted(one: Asked, now: datetime) -> Told:
    body = msgspec.convert(one.body, _Which)
    return kiosk.wanted(community=one.community, device=one.device, ask=body.of, now=now)


def _estate(one: Asked, now: datetime) -> Told:
    return kiosk.estate(community=one.community, device=one.device)


def _houses(one: Asked, now: datetime) -> Told:
    return kiosk.houses(community=one.community, device=one.device)


def _homes(one: Asked, now: datetime) -> Told:
    body = msgspec.convert(one.body, _Number)
    return kiosk.homes(community=one.community, device=one.device, house=body.house,
                       number=body.number)  # fmt: skip


def _word(one: Asked, now: datetime) -> Told:
    body = msgspec.convert(one.body, _Word)
    return asked.word(community=one.community, device=one.device, text=body.text, now=now)


def _well_formed(answer: Callable[[Asked, datetime], Told]) -> Callable[[Asked, datetime], Told]:
    def check(one: Asked, now: datetime) -> Told:
        try:
            return answer(one, now)
        except msgspec.ValidationError:
            return MALFORMED

    return check


ANSWERS: Mapping[str, Callable[[Asked, datetime], Told]] = {
    "call.placed": _well_formed(_call),
    "call.state": _well_formed(_call_state),
    "call.ended": _well_formed(_hang_up),
    "kiosk.estate": _estate,
    "kiosk.houses": _houses,
    "kiosk.homes": _well_formed(_homes),
    "visit.wanted": _well_formed(_want),
    "visit.state": _well_formed(_wanted),
    "voice.said": _well_formed(_word),
}
"""By kind. `call.placed`, `call.state`, `call.ended`: a door panel, and a visitors' screen;
`kiosk.…`, `visit.…`: a visitors' screen alone; `voice.said`: the loudspeaker of a home.
"""
