"""What the devices of a line may ask for. Nobody is listened to before his token is right."""

import hmac
from collections.abc import Mapping

import aiocoap
from aiocoap import Message, error, resource
from aiocoap.numbers import codes

from linli.drivers.coap import codec
from linli.drivers.coap.mailbox import Mailbox
from linli.drivers.coap.options import Member
from linli.drivers.line import Station, Taken, Wired
from linli.drivers.reading import BadPayload

VERSION, READINGS, COMMANDS, ACKS = "v1", "readings", "commands", "acks"
_WELL_KNOWN = (".well-known", "core")
_LINKS = b'</v1>;title="/v1/<address>/readings|commands|acks?token=<token>";ct="50 60 110 112"'
_LONGEST = 64 * 1024
_MOST_AT_ONCE = 256
_MOST_WATCHING = 2
_AGAIN_S = 5
_PATH, _PATH_WITH_TOKEN = 3, 4


class Root(resource.ObservableResource, resource.PathCapable):  # type: ignore[misc]
    """Every path of a line. `members` by address; `boxes` by code."""

    def __init__(self, *, line: Wired, station: Station, boxes: dict[str, Mailbox]) -> None:
        super().__init__()
        self.members: Mapping[str, Wired] = {}
        self._line, self._station, self._boxes = line, station, boxes
        self._watching: dict[str, list[aiocoap.protocol.ServerObservation]] = {}
        self._at_once = 0

    def tell(self, device: str) -> None:
        """Show a device that observes its orders what waits now."""
        for watching in self._watching.get(device, ()):
            watching.trigger()

    # -- as the library calls it

    async def render_to_pipe(self, pipe: aiocoap.pipe.Pipe) -> None:
        """Answer a request; blocks are put together only for who may speak."""
        request = pipe.request
        if request.opt.uri_path != _WELL_KNOWN:
            self._admit(request)
        block = request.opt.block1
        too_long = block is not None and block.start + len(request.payload) > _LONGEST
        if too_long or len(request.payload) > _LONGEST:
            raise error.RequestEntityTooLarge
        if _what(request) != COMMANDS or request.code != codes.GET:
            request.opt.observe = None
        await super().render_to_pipe(pipe)

    async def needs_blockwise_assembly(self, request: Message) -> bool:
        """Let the library put blocks together."""
        return bool(request.code != codes.GET)

    async def add_observation(
        self, request: Message, serverobservation: aiocoap.protocol.ServerObservation
    ) -> None:
        """A device observes its orders; of two observations of it the newest hold."""
        code = self._admit(request).code
        watching = self._watching.setdefault(code, [])
        watching.append(serverobservation)

        def end() -> None:
            if serverobservation in watching:
                watching.remove(serverobservation)
            if not watching and self._watching.get(code) is watching:
                del self._watching[code]

        serverobservation.accept(end)
        for old in watching[:-_MOST_WATCHING]:
            old.trigger(Message(code=codes.SERVICE_UNAVAILABLE), is_last=True)

    async def render(self, request: Message) -> Message:
        """Answer one whole request."""
        if request.opt.uri_path == _WELL_KNOWN:
            if request.code != codes.GET:
                raise error.MethodNotAllowed
            return Message(code=codes.CONTENT, payload=_LINKS, content_format=codec.LINKS)
        member, what = self._admit(request), _what(request)
        self._station.came(member.code)
        if what == COMMANDS and request.code == codes.GET:
            return self._orders(request, member)
        if what not in (READINGS, ACKS) or request.code not in (codes.POST, codes.PUT):
            raise error.MethodNotAllowed
        self._station.frame(member.code, "in", request.payload)
        kind = _kind(request)
        if kind is not None and kind not in codec.READABLE:
            raise error.UnsupportedContentFormat
        try:
            if what == READINGS:
                return await self._take(request.payload, kind, member)
            return await self._answered(request.payload, kind, member)
        except BadPayload as bad:
            self._station.refused(member.code, bad.why, request.payload[:200])
            raise error.BadRequest(bad.why) from bad

    # -- what is asked

    def _admit(self, request: Message) -> Wired:
        """Return who asks.

        :raises error.Unauthorized: if nobody of that address and token is a member
        :raises error.NotFound: if there is no such path
        """
        path = request.opt.uri_path
        if len(path) not in (_PATH, _PATH_WITH_TOKEN) or path[0] != VERSION:
            raise error.NotFound
        if _what(request) not in (READINGS, COMMANDS, ACKS):
            raise error.NotFound
        member = self.members.get(path[1])
        options = member.options if member is not None else None
        right = options.token if isinstance(options, Member) else ""
        is_right = hmac.compare_digest(right.encode(), _token(request).encode()) and bool(right)
        if member is None or not is_right:
            self._turn_away(path[1], member, request)
        return self.members[path[1]]

    def _turn_away(self, address: str, member: Wired | None, request: Message) -> None:
        if member is None:
            self._station.stranger(address[:64], about={}, sample=request.payload[:80])
        else:
            self._station.refused(member.code, "wrong_token")
        raise error.Unauthorized

    async def _take(self, body: bytes, kind: int | None, member: Wired) -> Message:
        """Take readings; the answer goes out when they are on disk."""
        found = codec.readings(body, kind=kind, member=member, now=self._station.now())
        if self._at_once >= _MOST_AT_ONCE:
            return Message(code=codes.SERVICE_UNAVAILABLE, max_age=_AGAIN_S)
        self._at_once += 1
        try:
            taken = await self._station.bring(member.code, found)
        finally:
            self._at_once -= 1
        return _said(taken)

    async def _answered(self, body: bytes, kind: int | None, member: Wired) -> Message:
        """Take answers; ours goes out when they are on disk."""
        box = self._boxes.get(member.code)
        for answer in codec.answers(body, kind=kind):
            if box is not None:
                box.answered(answer.id)
            self._station.answered(
                member.code, answer.id[:64], ok=answer.ok, reason=answer.reason[:200]
            )
        await self._station.settled()
        return Message(code=codes.CHANGED)

    def _orders(self, request: Message, member: Wired) -> Message:
        wanted = request.opt.accept
        kind = codec.CBOR if wanted is not None and int(wanted) == codec.CBOR else codec.JSON
        box = self._boxes.get(member.code)
        waiting = box.waiting(now=self._station.now()) if box is not None else []
        body = codec.orders(waiting, kind=kind)
        if waiting:
            self._station.frame(member.code, "out", body)
        return Message(code=codes.CONTENT, payload=body, content_format=kind, max_age=0)


def _said(taken: Taken) -> Message:
    """Return 2.04, or 4.00 with the reason where nothing was taken."""
    if taken.refused and not taken.taken:
        return Message(code=codes.BAD_REQUEST, payload=taken.refused[0][1].encode())
    return Message(code=codes.CHANGED)


def _what(request: Message) -> str:
    path = request.opt.uri_path
    return str(path[-1]) if path else ""


def _kind(request: Message) -> int | None:
    found = request.opt.content_format
    return None if found is None else int(found)


def _token(request: Message) -> str:
    """Return the token of a request, from its path or its query."""
    path = request.opt.uri_path
    if len(path) == _PATH_WITH_TOKEN:
        return str(path[2])
    words = (word.partition("=") for word in request.opt.uri_query)
    return next((value for name, _, value in words if name == "token"), "")
