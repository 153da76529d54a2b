"""Live screens: what changes in a community, told over a WebSocket as it happens.

A visitor's queue is bounded: one who reads too slowly is told to come again (close code 1013) and
loads afresh, rather than being told half. Whoever may no longer listen is turned out (4401).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from linli.contracts.notices import OF_ACCOUNT
from linli.kernel.place import under

_log = logging.getLogger(__name__)

_LONGEST_QUEUE = 512
_TRY_AGAIN_LATER = 1013
_NOT_ALLOWED = 4401

PERMISSION_OF = (
    ("Alarm", "alarms.read"),
    ("Case", "cases.read"),
    ("Device", "devices.read"),
    ("Command", "devices.read"),
    ("Directory", "devices.read"),
    ("Scene", "scenes.read"),
    ("Mode", "scenes.read"),
    ("Notice", "notices.read"),
    ("Broadcast", "notices.read"),
    ("Visit", "visits.handle"),
    ("Guest", "visits.handle"),
    ("Call", "visits.handle"),
    ("Charging", "charging.read"),
    ("Load", "charging.read"),
    ("Tour", "tours.read"),
    ("Sos", "sos.read"),
    ("Approval", "approvals.read"),
    ("Lane", "parking.read"),
    ("Lot", "parking.read"),
    ("Stay", "parking.read"),
    ("Permit", "parking.read"),
    ("PlateWish", "parking.read"),
    ("Booking", "parking.read"),
    ("BoothShift", "parking.read"),
    ("CarMisparked", "parking.read"),
    ("CarFollowed", "parking.read"),
    ("Misparked", "parking.read"),
    ("CarListed", "parking.manage"),
    ("Tariff", "parking.read"),
    ("Order", "money.read"),
    ("Payment", "money.read"),
    ("PaidOut", "money.read"),
    ("ProviderSet", "money.read"),
    ("Day", "money.read"),
    ("Difference", "money.read"),
    ("MerchantSet", "money.read"),
    ("TerminalSet", "money.read"),
    ("TerminalTaken", "money.read"),
)
"""Which permission a fact needs, by the first word of its name."""

_NAMED = ("told", "guardians")
"""Where a fact names accounts for whose ears it is, whatever else they may."""

_MOVES_DEVICES = {"DirectoryChanged", "PlaceMoved", "PlacesChanged"}

Areas = Mapping[str, tuple[str, ...]]
"""Places by what may be done or heard there; no place is the whole community."""


class Visitor(msgspec.Struct, frozen=True, kw_only=True):
    """Who listens, where, and what he may hear: permissions and their places, and the names (roles,
    skills) by which notices are addressed to him with theirs. `mark` is what his ticket rests on.
    """

    account: int
    community: str
    areas: Areas
    names: Areas = {}
    mark: str = ""

    @property
    def scoped(self) -> bool:
        """Tell whether anything of his ends at a place."""
        return any(self.areas.values())

    def may_hear(self, topic: str, fact: Mapping[str, Any], place: str) -> bool:
        """Tell whether a fact that happened at a place is for these ears; an empty place is none
        that is known.
        """
        named = (fact.get(word) for word in _NAMED)
        if any(isinstance(one, list) and self.account in one for one in named):
            return True
        needed = next((p for word, p in PERMISSION_OF if topic.startswith(word)), None)
        if needed is None or needed not in self.areas:
            return False
        if topic == "NoticePosted":
            return self._is_told(str(fact.get("to")), place)
        return _within(place, self.areas[needed])

    def _is_told(self, to: str, place: str) -> bool:
        """Tell whether a notice is for him: as the list of notices does, in his area or above; what
        is for one account is for nobody who may read all the others.
        """
        everything = None if to.startswith(OF_ACCOUNT) else self.areas.get("notices.write")
        areas = [everything, self.names.get(to)]
        return any(
            _within(place, area) or any(under(path=one, ancestor=place) for one in area)
            for area in areas
            if area is not None
        )


def _within(place: str, area: tuple[str, ...]) -> bool:
    return not area or any(under(path=place, ancestor=one) for one in area)


class _Seat:
    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.queue: asyncio.Queue[str | int] = asyncio.Queue(_LONGEST_QUEUE)
        self.watched: frozenset[str] | None = None
        self.closing = False

    def tell(self, message: dict[str, Any]) -> None:
        if self.closing:
            return
        try:
            self.queue.put_nowait(msgspec.json.encode(message).decode())
        except asyncio.QueueFull:
            self.close(_TRY_AGAIN_LATER)

    def close(self, code: int) -> None:
        """Let the line end with this code, after what is under way."""
        self.closing = True
        if code == _NOT_ALLOWED or self.queue.full():
            while not self.queue.empty():
                self.queue.get_nowait()
        self.queue.put_nowait(code)


async def _nowhere(community: str) -> Mapping[str, str]:
    return {}


async def _as_before(visitor: Visitor) -> Visitor | None:
    return visitor


class Hall:
    """All who listen to this process.

    `where` returns the place of each device of a community by its code; it is asked when somebody
    of one place sits down, and again when the register changed. `readmit` returns a visitor as he
    may listen now, or None.
    """

    def __init__(
        self,
        *,
        where: Callable[[str], Awaitable[Mapping[str, str]]] = _nowhere,
        readmit: Callable[[Visitor], Awaitable[Visitor | None]] = _as_before,
    ) -> None:
        self._seats: set[_Seat] = set()
        self._readmit = readmit
        self._map = _Map(where)

    async def hear_fact(self, community: str, topic: str, body: bytes) -> None:
        """Pass a fact on to those who may hear it."""
        fact = msgspec.json.decode(body)
        if topic in _MOVES_DEVICES:
            self._map.forget(community)
            await self._look_up(community)
        place = str(fact.get("place") or self._map.place(community, fact.get("device")))
        for seat in self._in(community):
            if seat.visitor.may_hear(topic, fact, place):
                seat.tell({"kind": "fact", "topic": topic, "fact": fact})

    def hear_twin(self, community: str, points: Iterable[list[Any]]) -> None:
        """Pass changed last values on: rows of device, point, epoch seconds, value, quality."""
        rows = list(points)
        for seat in self._in(community):
            area = seat.visitor.areas.get("devices.read")
            if area is None:
                continue
            mine = rows if seat.watched is None else [r for r in rows if r[0] in seat.watched]
            if area:
                mine = [r for r in mine if _within(self._map.place(community, r[0]), area)]
            if mine:
                seat.tell({"kind": "twin", "points": mine})

    def leave(self, account: int) -> None:
        """Turn out an account wherever it listens: whoever may come again brings a new ticket."""
        for seat in self._seats:
            if seat.visitor.account == account:
                seat.close(_NOT_ALLOWED)

    async def recheck(self) -> None:
        """Let everybody listen as he may now; turn out those who may not at all."""
        for seat in list(self._seats):
            now = await self._readmit(seat.visitor)
            if now is None:
                seat.close(_NOT_ALLOWED)
            else:
                seat.visitor = now
        for community in {seat.visitor.community for seat in self._seats}:
            await self._look_up(community)

    async def _look_up(self, community: str) -> None:
        if any(seat.visitor.scoped for seat in self._in(community)):
            await self._map.load(community)

    def _in(self, community: str) -> list[_Seat]:
        return [seat for seat in self._seats if seat.visitor.community == community]

    async def serve(
        self,
        socket: WebSocket,
        admit: Callable[[str, str], Awaitable[Visitor | None]],
        now: Callable[[], float],
    ) -> None:
        """Serve one visitor until he leaves. `admit` turns (community, ticket) into a visitor."""
        community = socket.path_params["community"]
        visitor = await admit(community, socket.query_params.get("ticket", ""))
        await socket.accept()
        if visitor is None:
            await socket.close(_NOT_ALLOWED)
            return
        if visitor.scoped:
            await self._map.load(community)
        seat = _Seat(visitor)
        self._seats.add(seat)
        seat.tell({"kind": "hello", "at": now()})
        speaking = asyncio.create_task(_speak(socket, seat))
        try:
            await _listen(socket, seat)
        except WebSocketDisconnect:
            pass
        finally:
            self._seats.discard(seat)
            speaking.cancel()


class _Map:
    """Where the devices of each community are. What is not known yet is nowhere."""

    def __init__(self, where: Callable[[str], Awaitable[Mapping[str, str]]]) -> None:
        self._where = where
        self._known: dict[str, Mapping[str, str]] = {}
        self._stale: set[str] = set()

    def place(self, community: str, device: object) -> str:
        return self._known.get(community, {}).get(str(device), "")

    def forget(self, community: str) -> None:
        self._stale.add(community)

    async def load(self, community: str) -> None:
        """Ask where the devices are, unless it is known; where that fails, nothing is known."""
        if community in self._known and community not in self._stale:
            return
        self._stale.discard(community)
        try:
            self._known[community] = await self._where(community)
        except Exception:
            self._known.pop(community, None)
            _log.exception("the places of the devices of %s are not known", community)


async def _speak(socket: WebSocket, seat: _Seat) -> None:
    while isinstance(said := await seat.queue.get(), str):
        await socket.send_text(said)
    await socket.close(said)


class _Wish(msgspec.Struct):
    watch: list[str] | None = None


async def _listen(socket: WebSocket, seat: _Seat) -> None:
    while True:
        text = await socket.receive_text()
        try:
            wish = msgspec.json.decode(text, type=_Wish)
        except msgspec.DecodeError:
            seat.tell({"kind": "error", "key": "live.not_understood"})
            continue
        seat.watched = None if wish.watch is None else frozenset(wish.watch)
