"""What we ask of peers: requests sent again by UDP until answered, and answers by their SN."""

import asyncio
import itertools
import secrets
from collections.abc import Mapping

import msgspec
from aiosipua import SipResponse

from linli.drivers.gb28181 import manscdp, sip
from linli.drivers.gb28181.doors import Path
from linli.drivers.gb28181.manscdp import Body

_FIRST_WAIT_S = 0.5
_LONGEST_WAIT_S = 4.0
_MOST_OPEN = 4000
NO_ANSWER = 0


class Dialog(msgspec.Struct, kw_only=True):
    """A subscription as it goes on: the same call, one number further each time."""

    call_id: str
    tag: str
    to_tag: str = ""
    cseq: int = 0


class Asking:
    """Our side of every question on one line. `own` is our code, `realm` our domain."""

    def __init__(self, *, own: str, realm: str, answer_s: float) -> None:
        self.port = 0
        self._own = own
        self._realm = realm
        self._answer_s = answer_s
        self._sip: dict[str, asyncio.Future[SipResponse]] = {}
        self._answers: dict[tuple[str, str], asyncio.Future[Body]] = {}
        self._numbers = itertools.count(1)

    def number(self) -> str:
        """Return the next SN."""
        return str(next(self._numbers))

    def settle(self, response: SipResponse) -> None:
        """Take a SIP answer. 1xx says only that one is coming."""
        waiting = self._sip.get(sip.transaction(response))
        if waiting is not None and not waiting.done() and response.status_code >= 200:  # noqa: PLR2004
            waiting.set_result(response)

    def answer(self, partner: str, body: Body) -> bool:
        """Take a body that answers an SN; False where nobody waits for it."""
        waiting = self._answers.get((partner, body.sn))
        if waiting is None or waiting.done():
            return False
        waiting.set_result(body)
        return True

    async def message(self, *, to: str, path: Path, body: bytes) -> int:
        """Send a MESSAGE; return its status, NO_ANSWER where none came."""
        dialog = Dialog(call_id=secrets.token_hex(12), tag=secrets.token_hex(6))
        answer = await self._request(method="MESSAGE", to=to, path=path, dialog=dialog, body=body)
        return answer.status_code if answer is not None else NO_ANSWER

    async def subscribe(
        self, *, to: str, path: Path, dialog: Dialog, event: str, lasts_s: int, body: bytes
    ) -> int:
        """Subscribe, or go on with a subscription; return the status, NO_ANSWER where none came."""
        headers = {
            "Event": event,
            "Expires": str(lasts_s),
            "Contact": f"<sip:{self._own}@{self._here(path)}>",
        }
        answer = await self._request(
            method="SUBSCRIBE", to=to, path=path, dialog=dialog, body=body, headers=headers
        )
        if answer is None:
            return NO_ANSWER
        address = answer.to_addr
        dialog.to_tag = (address.tag if address is not None else None) or dialog.to_tag
        return answer.status_code

    async def ask(
        self, *, partner: str, to: str, path: Path, sn: str, body: bytes
    ) -> tuple[int, Body | None]:
        """Send a MESSAGE and wait for the body that answers its SN.

        :returns: the SIP status, and the body; None where it never came
        """
        waiting: asyncio.Future[Body] = asyncio.get_running_loop().create_future()
        self._answers[partner, sn] = waiting
        try:
            status = await self.message(to=to, path=path, body=body)
            if not _good(status):
                return status, None
            async with asyncio.timeout(self._answer_s):
                return status, await waiting
        except TimeoutError:
            return NO_ANSWER, None
        finally:
            del self._answers[partner, sn]

    def _here(self, path: Path) -> str:
        host = "127.0.0.1" if path.source[0] == "127.0.0.1" else self._realm
        return f"{host}:{self.port}"

    async def _request(
        self,
        *,
        method: str,
        to: str,
        path: Path,
        dialog: Dialog,
        body: bytes,
        headers: Mapping[str, str] | None = None,
    ) -> SipResponse | None:
        dialog.cseq += 1
        branch = f"z9hG4bK{secrets.token_hex(8)}"
        raw = sip.request(
            method=method,
            uri=f"sip:{to}@{path.source[0]}:{path.source[1]}",
            sender=f"<sip:{self._own}@{self._realm}>;tag={dialog.tag}",
            to=f"<sip:{to}@{self._realm}>" + (f";tag={dialog.to_tag}" if dialog.to_tag else ""),
            via=f"SIP/2.0/{path.transport} {self._here(path)};rport;branch={branch}",
            call_id=dialog.call_id,
            cseq=dialog.cseq,
            headers={"Content-Type": "Application/MANSCDP+xml", **(headers or {})},
            body=body,
        )
        key = f"{dialog.call_id}|{dialog.cseq}|{method}|{branch}"
        if len(self._sip) >= _MOST_OPEN:
            return None
        waiting: asyncio.Future[SipResponse] = asyncio.get_running_loop().create_future()
        self._sip[key] = waiting
        try:
            async with asyncio.timeout(self._answer_s):
                return await _sent(raw, path=path, waiting=waiting)
        except TimeoutError:
            return None
        finally:
            del self._sip[key]


async def _sent(
    raw: bytes, *, path: Path, waiting: asyncio.Future[SipResponse]
) -> SipResponse | None:
    """Send, by UDP again and again (RFC 3261 17.1.2), until it is answered."""
    wait_s = _FIRST_WAIT_S
    while path.send(raw):
        if path.transport == "TCP":
            return await waiting
        done, _ = await asyncio.wait({waiting}, timeout=wait_s)
        if done:
            return waiting.result()
        wait_s = min(wait_s * 2, _LONGEST_WAIT_S)
    return None


def _good(status: int) -> bool:
    return 200 <= status < 300  # noqa: PLR2004


def query(*, asking: Asking, command: str, device: str, encoding: str) -> tuple[str, bytes]:
    """Return the SN and the body of a plain query."""
    sn = asking.number()
    return sn, manscdp.write(kind="Query", command=command, sn=sn, device=device, encoding=encoding)
