"""One line: it listens, lets cameras sign in, hears their cars, and answers each request."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence

from linli.drivers.frames import BadFrame
from linli.drivers.gat1400 import answers, objects
from linli.drivers.gat1400.answers import Status
from linli.drivers.gat1400.doors import Call, Doors, Reply, TooLong, TooSlow
from linli.drivers.gat1400.hearing import Hearing, NoTurn
from linli.drivers.gat1400.options import LineOptions
from linli.drivers.gat1400.roll import Partner, Roll
from linli.drivers.gat1400.signing import CHALLENGE, SIGNED, Signing
from linli.drivers.gb28181 import codes
from linli.drivers.line import Order, Station, Wired
from linli.drivers.minding import side_by_side
from linli.drivers.polling import host_and_port

_log = logging.getLogger(__name__)
_ROOT = "/viid/"
_LONGEST_WORD, _WORD_WITHIN_S = 16 * 1024, 5.0
_PEOPLE = frozenset({"faces", "persons"})
_OK = Status(code=answers.OK, text="OK")
_BROKE = Status(code=answers.BUSY, text="trouble of ours, tell it again")
_WHY_NOT = {
    True: "faces and persons are never taken here: they stay in the camera",
    False: "only motor vehicles are taken here",
}


class Line:
    """The platform's half of GA/T 1400 on one port."""

    def __init__(self, *, line: Wired, members: Sequence[Wired], station: Station) -> None:
        options: LineOptions = line.options
        self._line = line
        self._options = options
        self._station = station
        self._roll = Roll(station=station)
        self._signing = Signing(line=line, options=options, roll=self._roll, station=station)
        self._hearing = Hearing(roll=self._roll, station=station, late_s=options.late_s)
        self._doors = Doors(answer=self._answer_whatever, garbage=self._garbage)
        self._by_path: Mapping[tuple[str, str], Callable[[Call], Awaitable[Reply]]] = {
            ("POST", "system/register"): self._register,
            ("POST", "system/unregister"): self._unregister,
            ("POST", "system/keepalive"): self._keepalive,
            ("GET", "system/time"): self._time,
            ("POST", "motorvehicles"): self._cars,
        }
        self._roll.rewire(members)

    @property
    def port(self) -> int:
        """Where it listens; 0 until it does."""
        return self._doors.port

    def rewire(self, members: Sequence[Wired]) -> None:
        self._roll.rewire(members)

    async def run(self) -> None:
        host, port = host_and_port(self._options.listen)
        try:
            await side_by_side(self._doors.serve(host, port), self._watch())
        finally:
            for address in list(self._roll.partners):
                self._roll.leave(address, "line_closed")

    def send(self, device: str, order: Order) -> bool:
        """Say at once that it is in vain: nothing can be told to a camera by this standard."""
        self._station.answered(device, order.id, ok=False, reason="unknown_service")
        return True

    async def _watch(self) -> None:
        after_s = self._options.heartbeat_s * self._options.misses
        while True:
            await asyncio.sleep(min(1.0, self._options.heartbeat_s / 4))
            self._roll.silent(now=self._station.now(), after_s=after_s)

    async def _answer_whatever(self, call: Call) -> Reply:
        """Answer a request. One over which we break must not end the line of all the others."""
        try:
            return await self._answer(call)
        except TooLong as bad:
            return self._bad(call, bad, status=413, reason="too_large")
        except TooSlow as bad:
            return self._bad(call, bad, status=408, reason="body_cut")
        except BadFrame as bad:
            return self._bad(call, bad, status=400, reason="bad_frame")
        except NoTurn:
            self._station.refused(self._line.code, "busy", call.host.encode())
            return self._one(call, 503, Status(code=answers.BUSY, text="busy, tell it again"))
        except Exception as error:
            _log.exception("%s could not be answered", call.path[:80])
            self._station.refused(self._line.code, "internal_error", repr(error)[:80].encode())
            return self._one(call, 500, _BROKE)

    async def _answer(self, call: Call) -> Reply:
        path = call.path.lower().rstrip("/")
        if not path.startswith(_ROOT):
            return self._one(call, 404, Status(code=answers.NOT_TAKEN, text="no such resource"))
        known = self._by_path.get((call.method, path.removeprefix(_ROOT)))
        return await known(call) if known is not None else self._not_taken(call, path)

    # -- signing in and out

    async def _register(self, call: Call) -> Reply:
        address = await self._named(call, "RegisterObject")
        refused = self._unsigned(call, address)
        member = self._roll.member(address)
        if refused is None and member is not None:
            self._roll.enter(member, host=call.host, now=self._station.now())
        return refused or self._one(call, 200, _OK, id=address)

    async def _unregister(self, call: Call) -> Reply:
        address = await self._named(call, "UnRegisterObject")
        refused = self._unsigned(call, address)
        if refused is None:
            self._roll.leave(address, "signed_out")
        return refused or self._one(call, 200, _OK, id=address)

    async def _named(self, call: Call, name: str) -> str:
        """Return the code of twenty digits by which somebody calls himself.

        :raises BadFrame: if there is none, or another in the head than in the body
        """
        body = await call.read(longest=_LONGEST_WORD, within_s=_WORD_WITHIN_S)
        address = objects.device(objects.read(body), name)
        told = call.header("User-Identify") or address
        if not codes.is_code(told) or (address and address != told):
            raise BadFrame("no code of twenty digits, or two of them")
        member = self._roll.member(told)
        if member is not None:
            self._station.frame(member.code, "in", body)
        return told

    def _unsigned(self, call: Call, address: str) -> Reply | None:
        """Return the answer to who did not sign right; None to who did."""
        signature = call.header("Authorization")
        if not signature:
            return self._challenge(call)
        worth = self._signing.check(signature, address=address, method=call.method, path=call.path)
        if worth == SIGNED:
            return None
        if worth == CHALLENGE:
            return self._challenge(call, stale=True)
        return self._one(call, worth, Status(code=answers.NOT_TAKEN, text="refused"))

    def _challenge(self, call: Call, *, stale: bool = False) -> Reply:
        status = Status(code=answers.NOT_TAKEN, text="sign in first")
        headers = {"WWW-Authenticate": self._signing.challenge(stale=stale)}
        return self._one(call, CHALLENGE, status, headers=headers)

    # -- who signed in

    def _partner(self, call: Call) -> Partner | None:
        address = call.header("User-Identify")
        return self._roll.heard(address, host=call.host, now=self._station.now())

    async def _keepalive(self, call: Call) -> Reply:
        address = await self._named(call, "KeepaliveObject")
        if self._roll.heard(address, host=call.host, now=self._station.now()) is None:
            return self._challenge(call)
        return self._one(call, 200, _OK, id=address)

    async def _time(self, call: Call) -> Reply:
        del call
        return _reply(200, answers.clock(id=self._options.id, now=self._station.now()))

    async def _cars(self, call: Call) -> Reply:
        partner = self._partner(call)
        if partner is None:
            return self._challenge(call)
        statuses = await self._hearing.hear(call, partner)
        now = self._station.now()
        return _reply(200, answers.many(statuses, path=call.path, now=now))

    def _not_taken(self, call: Call, path: str) -> Reply:
        """Refuse politely. What it is stays unread: of a face there is nothing to be kept, not
        even by mistake, and no consent for it could have been asked (face templates and pictures
        stay in the device unless somebody consented to more).
        """
        partner = self._partner(call)
        if partner is None:
            return self._challenge(call)
        kind = path.removeprefix(_ROOT).partition("/")[0]
        self._station.refused(partner.member.code, "not_taken", kind.encode()[:40])
        status = Status(code=answers.NOT_TAKEN, text=_WHY_NOT[kind in _PEOPLE])
        body = answers.many([status], path=call.path, now=self._station.now())
        return _reply(200 if call.method == "POST" else 405, body)

    # -- words

    def _bad(self, call: Call, bad: BadFrame, *, status: int, reason: str) -> Reply:
        partner = self._partner(call)
        code = partner.member.code if partner is not None else self._line.code
        self._station.refused(code, reason, bad.why.encode()[:80])
        said = Status(code=answers.NO_JSON, text=bad.why)
        reply = self._one(call, status, said)
        return _reply(reply.status, reply.body, hangs_up=True)

    def _garbage(self, why: str) -> None:
        self._station.refused(self._line.code, "bad_frame", f"no HTTP: {why}".encode()[:80])

    def _one(
        self,
        call: Call,
        status: int,
        said: Status,
        *,
        id: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        named = Status(code=said.code, text=said.text, id=id or said.id)
        body = answers.one(named, path=call.path, now=self._station.now())
        return _reply(status, body, headers=headers)


def _reply(
    status: int,
    body: bytes,
    *,
    headers: Mapping[str, str] | None = None,
    hangs_up: bool = False,
) -> Reply:
    head = {"Content-Type": answers.CONTENT_TYPE, **(headers or {})}
    return Reply(status=status, body=body, headers=head, hangs_up=hangs_up)
