"""Live screens: what changes in a community, told over a WebSocket as it happens.

A visitor's queue is bounded: one who reads too slowly is told to come again (close code 1013) and
loads afresh, rather than being told half.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

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
)
"""Which permission a fact needs, by the first word of its name."""


class Visitor(msgspec.Struct, frozen=True, kw_only=True):
    """Who listens, where, and what he may hear; `places` empty means the whole community."""

    community: str
    permissions: frozenset[str]
    places: tuple[str, ...] = ()

    def may_hear(self, topic: str, fact: dict[str, Any]) -> bool:
        """Tell whether a fact is for these ears."""
        needed = next((p for word, p in PERMISSION_OF if topic.startswith(word)), None)
        if needed is None or needed not in self.permissions:
            return False
        place = str(fact.get("place") or "")
        return not self.places or any(
            place == mine or place.startswith(mine + "/") for mine in self.places
        )


class _Seat:
    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.queue: asyncio.Queue[str | None] = asyncio.Queue(_LONGEST_QUEUE)
        self.watched: frozenset[str] | None = None
        self.too_slow = False

    def tell(self, message: dict[str, Any]) -> None:
        if self.too_slow:
            return
        try:
            self.queue.put_nowait(msgspec.json.encode(message).decode())
        except asyncio.QueueFull:
            self.too_slow = True
            self.queue.get_nowait()
            self.queue.put_nowait(None)


class Hall:
    """All who listen to this process."""

    def __init__(self) -> None:
        self._seats: set[_Seat] = set()

    def hear_fact(self, community: str, topic: str, body: bytes) -> None:
        """Pass a fact on to those who may hear it."""
        fact = msgspec.json.decode(body)
        for seat in self._in(community):
            if seat.visitor.may_hear(topic, fact):
                seat.tell({"kind": "fact", "topic": topic, "fact": fact})

    def hear_twin(self, community: str, points: Iterable[list[Any]]) -> None:
        """Pass changed last values on: rows of device, point, epoch seconds, value, quality."""
        rows = list(points)
        for seat in self._in(community):
            if "devices.read" not in seat.visitor.permissions:
                continue
            mine = rows if seat.watched is None else [r for r in rows if r[0] in seat.watched]
            if mine:
                seat.tell({"kind": "twin", "points": mine})

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


async def _speak(socket: WebSocket, seat: _Seat) -> None:
    while (text := await seat.queue.get()) is not None:
        await socket.send_text(text)
    await socket.close(_TRY_AGAIN_LATER)


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
