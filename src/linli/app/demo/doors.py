"""The door controllers of 和睦里, and the people who come and go: each asks before it opens."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from random import Random
from typing import Any, NamedTuple

import msgspec

from linli.app.demo.answers import Answers
from linli.app.demo.controller import Controller, Shown
from linli.app.demo.devices import Thing
from linli.app.demo.names import card_number
from linli.app.demo.panel import Panel
from linli.app.demo.plan import plan
from linli.app.demo.world import NoSuch
from linli.contracts.doors import WAYS, Way
from linli.domains.doors.logic import reasons

_EVERY_S = 12.0
"""So often somebody comes to a door, on the average."""
_ASK_AGAIN_S, _ASK_SELDOM_S = 30.0, 300.0
_PATIENCE_S = 5.0
_STRANGERS = 0.03
_BOTH = {"in": "in", "out": "out"}
_ENROL = "face.enrol"
_HEARD = ("rights.pull", _ENROL)
_WAITS = ("busy", "trouble", "nobody_answers")


class _Asked(NamedTuple):
    """A question that waits for its answer: what was `shown` at a reader, for which `room` somebody
    rang, or how many passages were `told`; none of them where rights are asked for. `number` is
    that of what somebody did by hand.
    """

    at: float
    shown: Shown | None = None
    told: int = 0
    room: str = ""
    number: str = ""


class _Done(NamedTuple):
    """Somebody shows something at a door, or rings there for a room."""

    device: str
    number: str = ""
    shown: Shown | None = None
    room: str = ""


class Doors:
    """All controllers, behind whichever line they speak over. Doors behind one gateway are on one
    panel. Where nobody answers in time a door decides by itself, and tells afterwards. What was
    done by hand is told to `answers`.
    """

    def __init__(self, *, community: str, things: Sequence[Thing], answers: Answers) -> None:
        self._answers = answers
        panels: dict[str, Panel] = {}
        self._controllers = {
            thing.code: Controller(
                community=community,
                device=thing.code,
                readers=_BOTH,
                panel=panels.setdefault(thing.gateway or thing.code, Panel()),
            )
            for thing in things
            if thing.model in {"access_door", "lift"} and thing.line != "field"
        }
        self._place = {thing.code: thing.place for thing in things}
        self._random = Random("doors")  # noqa: S311 - who comes home when, no secrets
        self._next = 0.0
        self._due = dict.fromkeys(self._controllers, 0.0)
        self._asked: dict[tuple[str, str], _Asked] = {}
        self._done: list[_Done] = []
        self._fresh: set[str] = set()

    def step(self, now: float) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield what controllers ask now: who may pass, may he, and here is who did."""
        self._give_up(now)
        for code in [code for code, due in self._due.items() if due <= now][:20]:
            self._due[code] = now + _ASK_AGAIN_S
            yield code, self._wants(code, now)
        for one in self._coming(now):
            asked = _Asked(now, shown=one.shown, room=one.room, number=one.number)
            yield one.device, self._remembered(one.device, self._question(one, now), asked)

    def _give_up(self, now: float) -> None:
        """Let doors decide by themselves where nobody answered."""
        late = [key for key, one in self._asked.items() if now - one.at > _PATIENCE_S]
        for key in late:
            asked, (code, number) = self._asked.pop(key), key
            if asked.shown is not None:
                self._decide(code, asked.shown, now, id=number, by_hand=asked.number)

    def _decide(self, code: str, shown: Shown, now: float, *, id: str, by_hand: str) -> None:
        """Let a door decide by itself."""
        verdict = self._controllers[code].by_itself(shown, now, id=id)
        if by_hand:
            text = _said(code, shown, verdict.opens, verdict.reason, alone=True)
            self._answers.put(by_hand, text)

    def _question(self, one: _Done, now: float) -> dict[str, Any]:
        if one.shown is not None:
            return self._controllers[one.device].question(one.shown, now)
        return {"id": f"call-{now:.3f}-{one.number}", "ask": "call.placed", "room": one.room}

    def ring(self, device: str, room: str) -> str:
        """Let somebody ring at a door for a room; return the number of that.

        :raises NoSuch: if there is no such door
        """
        return self._do(_Done(device, room=room))

    def _do(self, one: _Done) -> str:
        if one.device not in self._controllers:
            raise NoSuch(f"no door {one.device!r}")
        number = self._answers.number()
        self._done.append(one._replace(number=number))
        return number

    def _coming(self, now: float) -> Iterator[_Done]:
        done, self._done = self._done, []
        yield from done
        if now >= self._next and self._controllers:
            self._next = now + self._random.expovariate(1 / _EVERY_S)
            yield self._somebody()

    def _somebody(self) -> _Done:
        code = self._random.choice(sorted(self._controllers))
        value = self._card(self._place[code])
        reader = "out" if self._random.random() < 0.4 else "in"  # noqa: PLR2004 - a share
        return _Done(code, shown=Shown(way=Way.CARD, value=value, reader=reader))

    def _card(self, place: str) -> str:
        """Return a card of somebody who lives behind the door; now and then, anybody's."""
        if self._random.random() < _STRANGERS:
            return f"{self._random.randrange(2**32):010d}"
        unit = "/".join(place.split("/")[:3])
        return card_number(self._random.choice(_holders(unit) or _holders("hml")))

    def show(self, device: str, way: str, value: str) -> str:
        """Let somebody show something at a door; return the number of that.

        :raises NoSuch: if there is no such door
        """
        return self._do(_Done(device, shown=Shown(way=Way(way), value=value)))

    def told(self, device: str, service: str, args: Mapping[str, Any]) -> None:
        """A door was told something: there may be new rights to fetch, or a face to take, which it
        confirms at once.
        """
        if device not in self._controllers or service not in _HEARD:
            return
        if service == _ENROL:
            self._controllers[device].faces.take(int(args["credential"]))
        self._due[device] = 0.0

    def answered(self, device: str, payload: bytes, now: float) -> None:
        """Take the answer to a question."""
        told = msgspec.json.decode(payload)
        number = str(told.get("id"))
        asked = self._asked.pop((device, number), None)
        if asked is None:
            return
        controller = self._controllers[device]
        waits = not told.get("ok") and told.get("reason") in _WAITS
        if asked.shown is not None and waits:
            self._decide(device, asked.shown, now, id=number, by_hand=asked.number)
        elif asked.shown is not None:
            controller.answered(asked.shown, told, now)
            self._tell(device, asked, told)
        elif asked.room:
            self._tell(device, asked, told)
        elif told.get("ok"):
            self._due[device] = now + self._heard(device, asked, told, now)
        else:
            self._due[device] = now + (_ASK_AGAIN_S if waits else _ASK_SELDOM_S)

    def _tell(self, device: str, asked: _Asked, told: Mapping[str, Any]) -> None:
        """Say what became of what somebody did by hand."""
        if not asked.number:
            return
        ok, reason = bool(told.get("ok")), str(told.get("reason") or "")
        if asked.shown is None:
            text = f"{device}: {asked.room}: {'ok' if ok else reason or 'no'}"
        else:
            text = _said(device, asked.shown, ok, reason)
        self._answers.put(asked.number, text)

    def _heard(self, device: str, asked: _Asked, told: Mapping[str, Any], now: float) -> float:
        """Take over what was told; return after how many seconds to ask again. Who lost his right
        comes first, then it tells what it did, then it asks who is inside now that all is told. By
        asking once more at once it says that it holds what is new, and which faces it deleted.
        """
        controller = self._controllers[device]
        held = controller.version
        if asked.told:
            controller.told(asked.told)
        elif controller.take_rights(told, now):
            return 0.0
        elif controller.kept:
            self._fresh.add(device)
        news = controller.version != held or controller.faces.unheard
        has_more_to_say = controller.kept or asked.told or news
        return 0.0 if has_more_to_say else _ASK_SELDOM_S

    def _wants(self, code: str, now: float) -> Mapping[str, Any]:
        """Return what a controller asks of itself."""
        controller = self._controllers[code]
        run = controller.tells(now) if code in self._fresh else None
        if run is None:
            self._fresh.discard(code)
            return self._remembered(code, controller.wants_rights(now), _Asked(now))
        return self._remembered(code, run, _Asked(now, told=len(run["items"])))

    def _remembered(self, code: str, question: dict[str, Any], asked: _Asked) -> dict[str, Any]:
        self._asked[code, question["id"]] = asked
        return question


def _said(device: str, shown: Shown, opened: bool, reason: str, *, alone: bool = False) -> str:
    """Say what a door did: whether it opened, by which way and for whom, and why. Of whom it is not
    told: the name is that under which a card was given out in the plan. `alone`: nobody told it.
    """
    way, why = WAYS[shown.way], reasons.said(reason)
    who = _names().get(shown.value, "")
    zh = ["已开" if opened else "没开", way.zh, who, why.zh, "连不上，自己决定" if alone else ""]
    en = ["opened" if opened else "not opened", way.en, who, why.en,
          "by itself, nobody answered" if alone else ""]  # fmt: skip
    return f"{device}: {'，'.join(filter(None, zh))} · {', '.join(filter(None, en))}"


@cache
def _names() -> Mapping[str, str]:
    """Return whose each card is, by its number."""
    people = [home.people[0] for home in plan().homes if home.people]
    return {card_number(one.code): one.name for one in people}


@cache
def _holders(place: str) -> list[str]:
    """Return the codes of those with a card who live in a place; at a gate, of everybody."""
    return [
        home.people[0].code
        for home in plan().homes
        if home.people and (home.room.startswith(f"{place}/") or place == "hml")
    ]
