"""One line: it listens, lets members sign in, hears them, asks them and tells them to act."""

import asyncio
import logging
import secrets
from collections.abc import Coroutine, Sequence
from functools import partial

from aiosipua import SipRequest, SipResponse

from linli.drivers.frames import BadFrame
from linli.drivers.gb28181 import manscdp, orders, sip
from linli.drivers.gb28181.asking import NO_ANSWER, Asking
from linli.drivers.gb28181.doors import Doors, Path
from linli.drivers.gb28181.hearing import Hearing
from linli.drivers.gb28181.manscdp import Body
from linli.drivers.gb28181.options import LineOptions, Map
from linli.drivers.gb28181.orders import Control
from linli.drivers.gb28181.partner import Partner
from linli.drivers.gb28181.roll import Roll
from linli.drivers.gb28181.signing import BAD, OK, Answer, Signing
from linli.drivers.gb28181.visits import Visits
from linli.drivers.line import Order, Station, Wired
from linli.drivers.minding import broke, mind, side_by_side
from linli.drivers.once import Lately
from linli.drivers.orders import BROKE, Orders
from linli.drivers.polling import host_and_port

_log = logging.getLogger(__name__)
_MOST_ANSWERED = 4096
_MOST_UNDER_WAY = 500
_REALM_DIGITS = 10
_BROKE_OVER_IT = Answer(status=500, reason="Server Internal Error")
_NOT_ALLOWED = Answer(
    status=405,
    reason="Method Not Allowed",
    headers={"Allow": "REGISTER, MESSAGE, NOTIFY, OPTIONS"},
)


class Line:
    """The platform's half of GB/T 28181 on one port."""

    def __init__(self, *, line: Wired, members: Sequence[Wired], station: Station) -> None:
        options: LineOptions = line.options
        realm = options.realm or options.id[:_REALM_DIGITS]
        self._line = line
        self._options = options
        self._station = station
        self._silent_after_s = options.heartbeat_s * options.misses
        self._roll = Roll(line=line, station=station)
        self._asking = Asking(own=options.id, realm=realm, answer_s=options.answer_s)
        self._signing = Signing(
            line=line, options=options, realm=realm, roll=self._roll, station=station
        )
        self._visits = Visits(
            options=options, roll=self._roll, asking=self._asking, station=station
        )
        self._hearing = Hearing(
            roll=self._roll,
            asking=self._asking,
            station=station,
            again=self._greet_again,
            thank=self._thank,
        )
        self._doors = Doors(idle_s=self._silent_after_s, sort=self._sort, closed=self._hung_up)
        self._answered: Lately[str, bytes | None] = Lately(most=_MOST_ANSWERED)
        self._orders = Orders(station)
        self._errands: set[asyncio.Task[None]] = set()
        self._roll.rewire(members)

    @property
    def port(self) -> int:
        """The port that both sockets are bound to; 0 until they are."""
        return self._doors.port

    def rewire(self, members: Sequence[Wired]) -> None:
        self._roll.rewire(members)

    async def run(self) -> None:
        host, port = host_and_port(self._options.listen)
        try:
            await side_by_side(self._doors.serve(host, port), self._work(), self._watch())
        finally:
            for partner in list(self._roll.partners.values()):
                self._roll.leave(partner, "line_closed")
            for task in list(self._errands):
                task.cancel()

    def send(self, device: str, order: Order) -> bool:
        if self._orders.know(device, order):
            return True
        member = self._roll.coded(device)
        partner = self._roll.serving(member) if member is not None else None
        if member is None or partner is None or len(self._errands) >= _MOST_UNDER_WAY:
            return False
        if not self._orders.put(device, order):
            return False
        self._orders.take()
        self._errand(self._obey(partner, member, order))
        return True

    def _sort(self, path: Path, raw: bytes) -> SipRequest | None:
        """Settle answers and what came before at once; give back a request for its turn."""
        if not raw.strip(b"\r\n\x00 "):
            return None
        try:
            message = sip.read(raw)
        except BadFrame as bad:
            self._station.refused(self._line.code, "bad_frame", bad.why.encode())
            return None
        if isinstance(message, SipResponse):
            self._asking.settle(message)
            return None
        key = f"{path.key}|{sip.transaction(message)}"
        if key in self._answered:
            again = self._answered.get(key)
            if again is not None:
                path.send(again)
            return None
        return message

    async def _work(self) -> None:
        while True:
            path, request, raw = await self._doors.took.get()
            self._asking.port = self._doors.port
            key = f"{path.key}|{sip.transaction(request)}"
            if key in self._answered or request.method == "ACK":
                continue
            self._answered.keep(key, None)
            answer = await self._answer_whatever(path, request, raw)
            self._answered.keep(key, self._reply(path, request, answer))

    async def _answer_whatever(self, path: Path, request: SipRequest, raw: bytes) -> Answer:
        """Answer a request. One over which we break must not end the line of all the others."""
        try:
            return await self._answer(path, request, raw)
        except Exception as error:
            _log.exception("%s could not be answered", request.method)
            self._station.refused(self._line.code, "internal_error", repr(error)[:80].encode())
            return _BROKE_OVER_IT

    async def _answer(self, path: Path, request: SipRequest, raw: bytes) -> Answer:
        partner = self._roll.partners.get(sip.user(request))
        if request.method in ("MESSAGE", "NOTIFY"):
            if partner is not None and partner.is_from(path):
                self._station.frame(partner.member.code, "in", raw)
            return await self._hearing.hear(path, request)
        if request.method == "REGISTER":
            return self._register(path, request)
        return OK if request.method == "OPTIONS" else _NOT_ALLOWED

    def _register(self, path: Path, request: SipRequest) -> Answer:
        try:
            answer = self._signing.register(path, request)
        except BadFrame as bad:
            self._station.refused(self._line.code, "bad_frame", bad.why.encode())
            return BAD
        if answer.signed is not None:
            self._greet(answer.signed)
        return answer

    def _reply(self, path: Path, request: SipRequest, answer: Answer) -> bytes:
        raw = sip.reply(
            request,
            status=answer.status,
            reason=answer.reason,
            source=path.source,
            tag=secrets.token_hex(6),
            headers=answer.headers,
        )
        path.send(raw)
        return raw

    def _greet(self, partner: Partner) -> None:
        if partner.greeting is not None:
            partner.greeting.cancel()
        work = mind(
            partial(self._visits.stay, partner),
            station=self._station,
            device=partner.member.code,
            carries=False,
        )
        partner.greeting = asyncio.create_task(work)

    def _greet_again(self, partner: Partner) -> None:
        self._roll.enter(partner)
        self._greet(partner)

    def _thank(self, partner: Partner, body: Body) -> None:
        """Answer an alarm, as its sender expects, in a message of our own."""
        said = manscdp.write(
            kind="Response",
            command="Alarm",
            sn=body.sn,
            device=body.device,
            fields={"Result": "OK"},
            encoding=self._options.xml,
        )
        if len(self._errands) < _MOST_UNDER_WAY:
            self._errand(self._thanks(partner, said))

    async def _thanks(self, partner: Partner, said: bytes) -> None:
        try:
            await self._asking.message(to=partner.id, path=partner.path, body=said)
        except Exception as error:  # nobody waits for it: it would break unseen
            broke(error, station=self._station, device=partner.member.code)

    def _errand(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    def _hung_up(self, path: Path, why: str) -> None:
        if why not in ("hung_up", "silent"):
            self._station.refused(self._line.code, "bad_frame", why.encode())
        for partner in list(self._roll.partners.values()):
            if partner.path is path:
                self._roll.sleep(partner, "hung_up")

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(min(1.0, self._options.heartbeat_s / 4))
            now = self._station.now()
            for partner in list(self._roll.partners.values()):
                lost = partner.lost(now=now, silent_after_s=self._silent_after_s)
                if lost == "expired":
                    self._roll.leave(partner, lost)
                elif lost:
                    self._roll.sleep(partner, lost)

    async def _obey(self, partner: Partner, member: Wired, order: Order) -> None:
        action = member.map.services.get(order.service) if isinstance(member.map, Map) else None
        if action is None:
            self._orders.done(member.code, order, ok=False, reason="unknown_service")
            return
        try:
            control = orders.control(action, order.args)
        except orders.BadArguments as bad:
            self._orders.done(member.code, order, ok=False, reason=str(bad))
            return
        try:
            reason = await self._told(partner, member, control)
        except Exception:  # it must get its answer, and not be taken for under way for ever
            _log.exception("order %s broke", order.id)
            reason = BROKE
        self._orders.done(member.code, order, ok=not reason, reason=reason)

    async def _told(self, partner: Partner, member: Wired, control: Control) -> str:
        """Tell a device; return why it was in vain, "" where it was not."""
        sn = self._asking.number()
        body = manscdp.write(
            kind="Control",
            command="DeviceControl",
            sn=sn,
            device=member.address,
            fields=control.fields,
            encoding=self._options.xml,
        )
        self._station.frame(member.code, "out", body)
        if not control.answers:
            status = await self._asking.message(to=partner.id, path=partner.path, body=body)
            return _why(status)
        status, answer = await self._asking.ask(
            partner=partner.id, to=partner.id, path=partner.path, sn=sn, body=body
        )
        if answer is None:
            return _why(status)
        return "" if orders.went_well(answer) else "refused"


def _why(status: int) -> str:
    if status == NO_ANSWER:
        return "no_answer"
    return "" if status < 300 else "refused"  # noqa: PLR2004
