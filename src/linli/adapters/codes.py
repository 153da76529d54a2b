"""Where one-time codes go: to the operator's gateway, or, in the demo, where they can be read.

A gateway is whatever takes a POST of JSON: `{"phone", "code", "use", "language", "text"}`, with the
operator's own word in `Authorization`. It answers 2xx; anything else is written into the log,
without the number and without the code. Modelled on the message services of the big carriers, which
want a template and its arguments: `use`, `language` and `code` are enough for one.
"""

import asyncio
import logging
import queue
import threading
from collections import deque
from collections.abc import Callable, Collection, Sequence
from http import HTTPStatus

import msgspec

from linli.adapters.outward import Caller
from linli.contracts.identity import CodeShown, CodeToSend
from linli.foundation.sending import Reply

log = logging.getLogger(__name__)

_WAITING = 200
_KEPT = 20
_SHOWN_DIGITS = 4
_TEXTS = {
    "zh": "【邻里】验证码 {code}，5 分钟内有效。不要告诉任何人，工作人员也不会向您索要。",
    "en": "[Linli] Your code is {code}, good for 5 minutes. Tell it to nobody; staff never ask.",
}


class Shown:
    """Keeps the last codes to be read by whoever tries the demo. Used by many threads."""

    def __init__(self) -> None:
        self._codes: deque[CodeShown] = deque(maxlen=_KEPT)

    def send(self, code: CodeToSend) -> None:
        """Keep a code; its number is masked."""
        phone = f"{'*' * (len(code.phone) - _SHOWN_DIGITS)}{code.phone[-_SHOWN_DIGITS:]}"
        self._codes.appendleft(CodeShown(at=code.now, phone=phone, code=code.code, use=code.use))

    def last(self) -> Sequence[CodeShown]:
        """Return them, the newest first."""
        return list(self._codes)


class Gateway:
    """Posts codes to the operator's gateway, one after another, in a thread of its own; where
    `hosts` are listed, to them alone.
    """

    def __init__(self, *, url: str, token: Callable[[], str], hosts: Collection[str] = ()) -> None:
        self._hosts = hosts
        self._url = url
        self._token = token
        self._waiting: queue.Queue[CodeToSend] = queue.Queue(_WAITING)
        threading.Thread(target=self._work, name="codes", daemon=True).start()

    def send(self, code: CodeToSend) -> None:
        """Let a code go out soon; what finds no room is dropped, and the log says so."""
        try:
            self._waiting.put_nowait(code)
        except queue.Full:
            log.error("a code for %s was dropped: %s wait", code.use, _WAITING)  # noqa: TRY400

    def wait(self) -> None:
        """Wait until all that was taken went out."""
        self._waiting.join()

    def _work(self) -> None:
        while True:
            code = self._waiting.get()
            try:
                self._post(code)
            except Exception:
                log.exception("a code for %s did not go out", code.use)
            finally:
                self._waiting.task_done()

    def _post(self, code: CodeToSend) -> None:
        text = _TEXTS.get(code.language, _TEXTS["zh"]).format(code=code.code)
        body = {
            "phone": code.phone,
            "code": code.code,
            "use": code.use,
            "language": code.language,
            "text": text,
        }
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._token()}"}
        reply = asyncio.run(_post(self._url, headers, msgspec.json.encode(body), self._hosts))
        if not HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
            log.error("a code for %s did not go out: %s", code.use, reply.reason or reply.status)


async def _post(url: str, headers: dict[str, str], body: bytes, hosts: Collection[str]) -> Reply:
    # the operator named it, no stranger; it resolves on this loop
    caller = Caller(inside=True, hosts=hosts)
    return await caller.post(url=url, headers=headers, body=body)
