"""A program of a third party as a whole: it registers, waits until it is let in, is told what
happens, and keeps a line for each resident who agreed to it.
"""

import re
import time
from collections import deque
from collections.abc import Callable
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any
from urllib.parse import parse_qs, urlsplit

from linli_client.api import Linli
from linli_client.core import Agreeing, Refused
from linli_client.webhooks import Forged, opened

_PAUSE_S = 1.0
_LONGEST_BODY = 1 << 20
_LENGTH = re.compile("[0-9]{1,7}")
_REMEMBERED = 1000
_NOTHING = 204
_GONE = frozenset({"invalid_grant", "identity.not_signed_in"})
"""What the server says where a resident has taken his agreement back."""
AGREED = "已授权，可以关闭本页。 · You agreed. You may close this page."
DECLINED = "没有授权，可以关闭本页。 · You did not agree. You may close this page."
UNKNOWN = "这一步已经过时，请从头再来。 · This step is over. Please begin again."
_PAGE = """<!doctype html>
<html lang="zh"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{name}</title><body style="font: 18px/1.6 sans-serif; max-width: 32rem; margin: 3rem auto">
<h1>{name}</h1><p role="status">{said}</p></body></html>
"""

Message = dict[str, Any]


class Service:
    """A program at `home`, an address by which Linli and residents' browsers reach it. A resident
    who opens it is asked for `asks`; what happens is told to whom `told` names.
    """

    def __init__(
        self,
        url: str,
        community: str,
        *,
        home: str,
        name: str,
        words: str,
        contact: str,
        scopes: list[str],
        asks: str = "",
    ) -> None:
        self.home, self.asks, self.name = home.rstrip("/"), asks, name
        made = Linli(url, community).openapi_register(
            body={
                "name": name,
                "home": self.home,
                "words": words,
                "contact": contact,
                "scopes": scopes,
                "redirects": [f"{self.home}/back"],
            }
        )
        self.line = Linli(
            url, community, client_id=made["client_id"], client_secret=made["client_secret"]
        )
        self.residents: list[Linli] = []
        self._told: dict[str, Callable[[Message], object]] = {}
        self._asked: dict[str, Agreeing] = {}
        self._seen: deque[str] = deque(maxlen=_REMEMBERED)
        self._secret, self._turn = "", Lock()

    def told(self, topic: str) -> Callable[[Callable[[Message], object]], object]:
        """Let a function be called with each message of a topic, once for each fact."""

        def take(deal: Callable[[Message], object]) -> Callable[[Message], object]:
            self._told[topic] = deal
            return deal

        return take

    def each(self, act: Callable[[Linli], object]) -> None:
        """Do something in the name of every resident who agreed; who took it back is forgotten.

        :raises Refused: if the server says no for another reason
        """
        for resident in list(self.residents):
            try:
                act(resident)
            except Refused as refused:
                if refused.key not in _GONE:
                    raise
                self.residents.remove(resident)

    def wait_until_let_in(self, pause_s: float = _PAUSE_S) -> None:
        """Wait until two persons have let it in; from then on it is told of its topics.

        :raises Refused: if the server says no for another reason
        """
        hook = {"url": f"{self.home}/hook", "topics": sorted(self._told)}
        while not self._secret:
            try:
                self._secret = self.line.openapi_subscribe(body=hook)["secret"]  # type: ignore[arg-type]
            except Refused as refused:
                if refused.key != "invalid_client":
                    raise
                time.sleep(pause_s)

    def serve(self, host: str = "127.0.0.1") -> None:
        """Answer whoever comes, without end. Whatever is in front of it speaks TLS."""
        port = urlsplit(self.home).port or 80
        door = type("Door", (_Door,), {"service": self})
        ThreadingHTTPServer((host, port), door).serve_forever()

    def taken(self, headers: Any, body: bytes) -> None:
        """Deal with a message that came, unless it was dealt with before.

        :raises Forged: if it is not from Linli, or old
        """
        message = opened(secret=self._secret, headers=headers, body=body)
        with self._turn:
            if headers["webhook-id"] in self._seen:
                return
            if deal := self._told.get(message["type"]):
                deal(message)
            self._seen.append(headers["webhook-id"])

    def came(self, path: str) -> tuple[str, str]:
        """Return where the browser of a resident goes on, and what he reads who came back with his
        answer; one of the two is empty.

        :raises KeyError: if he brings an answer to what nobody asked
        :raises Refused: if the server does not know his code
        """
        query = parse_qs(urlsplit(path).query)
        back = f"{self.home}/back"
        if "state" not in query:
            asking = self.line.agreeing(redirect_uri=back, scopes=self.asks)
            self._asked[asking.state] = asking
            while len(self._asked) > _REMEMBERED:
                del self._asked[next(iter(self._asked))]
            return asking.url, ""
        asking = self._asked.pop(query["state"][0])
        if "code" not in query:
            return "", DECLINED
        code, verifier = query["code"][0], asking.verifier
        self.residents.append(self.line.agreed(code=code, redirect_uri=back, verifier=verifier))
        return "", AGREED


class _Door(BaseHTTPRequestHandler):
    """Answers browsers of residents, and Linli when it tells something."""

    service: Service

    def do_GET(self) -> None:
        try:
            where, said = self.service.came(self.path)
        except (KeyError, Refused):
            self._answer(400, said=UNKNOWN)
        else:
            self._answer(303 if where else 200, where, said)

    def do_POST(self) -> None:
        told = self.headers.get("Content-Length", "")
        size = int(told) if _LENGTH.fullmatch(told) else -1
        if not 0 <= size <= _LONGEST_BODY:
            self._answer(400)
            return
        try:
            self.service.taken(self.headers, self.rfile.read(size))
        except Forged:
            self._answer(400)
        except Exception:
            self._answer(500)  # it is told again
            raise
        else:
            self._answer(_NOTHING)

    def _answer(self, status: int, where: str = "", said: str = "") -> None:
        page = _PAGE.format(name=escape(self.service.name), said=said).encode() if said else b""
        self.send_response(status)
        if where:
            self.send_header("Location", where)
        if said:
            self.send_header("Content-Type", "text/html; charset=utf-8")
        if status != _NOTHING:
            self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)
