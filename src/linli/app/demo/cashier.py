"""The demo's provider of payments: a page on this machine where one pays, refuses, pays too little,
or has the provider tell of it twice, late or never. It keeps its own list, gives money back, and
hands out the list of a day. No money is anywhere.
"""

import html
import json
import logging
import secrets
import socket
import threading
import time
import urllib.request
from collections.abc import Callable
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

from linli.adapters.payments.signed import is_signed_query, signed_answer
from linli.app.demo import credentials
from linli.foundation import durable, sm3
from linli.foundation.signing import signature
from linli.kernel.money import in_yuan

log = logging.getLogger("linli.cashier")

CODE, APP, FILE = "cashier", "linli-hml", "cashier.json"
_ZONE = ZoneInfo("Asia/Shanghai")
_LATE_S = 10.0
_LARGEST = 64 * 1024
_WAYS = {
    "pay": "支付 Pay",
    "refuse": "不付了 Refuse",
    "twice": "支付，通知两次 Pay, told twice",
    "late": "支付，10 秒后才通知 Pay, told 10 s later",
    "never": "支付，不通知 Pay, never told",
    "short": "少付 1 分 Pay one fen less",
}

Tell = Callable[[str, dict[str, str], bytes], int]


class Money(NamedTuple):
    """A line of its list."""

    kind: str
    number: str
    order: str
    fen: int
    at: int


class Cashier:
    """The provider's side: signed by the same key."""

    def __init__(self, *, key: bytes, app: str, file: Path, tell: Tell) -> None:
        self._key, self._app, self._file, self._tell = key, app, file, tell
        self._lock = threading.Lock()
        self._paid: dict[str, Money] = {}
        self._back: dict[str, Money] = {}
        if file.exists():
            for line in file.read_text("utf-8").splitlines():
                self._note(Money(*json.loads(line)))

    def _note(self, money: Money) -> None:
        (self._paid if money.kind == "payment" else self._back)[money.number] = money

    def _keep(self, money: Money) -> None:
        with self._lock:
            self._note(money)
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(money, ensure_ascii=False) + "\n")

    def page(self, query: dict[str, str]) -> str | None:
        """Return the page for a payer; None if nobody of ours signed it."""
        if not is_signed_query(key=self._key, query=query) or query.get("app") != self._app:
            return None
        fen = int(query["fen"])
        fields = "".join(
            f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
            for name, value in query.items()
        )
        buttons = "".join(
            f'<button name="how" value="{how}" class="{how}">{words}</button>'
            for how, words in _WAYS.items()
        )
        return _PAGE.format(
            title=html.escape(query["title"]),
            yuan=in_yuan(fen),
            fields=fields,
            buttons=buttons,
        )

    def act(self, query: dict[str, str], now: int) -> str | None:
        """Do as the payer chose; return where he goes back to, None if nobody signed it."""
        how = query.pop("how", "refuse")
        if not is_signed_query(key=self._key, query=query) or query.get("app") != self._app:
            return None
        fen = int(query["fen"]) - (how == "short")
        number = f"C{now}{secrets.token_hex(6)}"
        if how == "refuse":
            self.say(query["tell"], Money("refused", number, query["order"], fen, now), now)
            return query["back"]
        money = Money("payment", number, query["order"], fen, now)
        self._keep(money)
        if how == "late":
            threading.Timer(_LATE_S, self.say, [query["tell"], money, int(now + _LATE_S)]).start()
        elif how != "never":
            for _ in range(2 if how == "twice" else 1):
                self.say(query["tell"], money, now)
        return query["back"]

    def say(self, url: str, money: Money, now: int) -> int:
        """Tell the platform of a payment, signed now; return the status."""
        said = {"number": money.number, "order": money.order, "fen": money.fen, "at": money.at,
                "result": "paid" if money.kind == "payment" else "refused"}  # fmt: skip
        body, nonce = json.dumps(said).encode(), secrets.token_hex(8)
        sign = signature(
            key=self._key,
            path=urlsplit(url).path,
            app=self._app,
            timestamp=str(now),
            nonce=nonce,
            body=body,
        )
        headers = {"content-type": "application/json", "x-app": self._app, "x-nonce": nonce,
                   "x-timestamp": str(now), "x-sign": sign}  # fmt: skip
        return self._tell(url, headers, body)

    def answer(self, path: str, headers: dict[str, str], body: bytes, now: int) -> bytes | None:
        """Return what a question of the platform is answered; None if it is not signed."""
        words = [headers.get(f"x-{name}", "") for name in ("app", "timestamp", "nonce")]
        said = "\n".join(("POST", path, *words, sm3.digest(body))).encode()
        if not sm3.is_mac(self._key, said, bytes.fromhex(headers.get("x-sign", ""))):
            return None
        asked: dict[str, Any] = json.loads(body)
        found = self._list(asked) if path.endswith("/lists") else self._refund(asked, now)
        return signed_answer(key=self._key, number=asked["number"], answer=found)

    def _refund(self, asked: dict[str, Any], now: int) -> dict[str, Any]:
        known, paid = self._back.get(asked["number"]), self._paid.get(asked["payment"])
        if known is not None:
            return {"code": 0, "at": known.at}
        gone = sum(one.fen for one in self._back.values() if one.order == asked["payment"])
        if paid is None or gone + asked["fen"] > paid.fen:
            return {"code": 4, "message": "原付款不足 more than was paid"}
        self._keep(Money("refund", asked["number"], asked["payment"], asked["fen"], now))
        return {"code": 0, "at": now}

    def _list(self, asked: dict[str, Any]) -> dict[str, Any]:
        rows = [*self._paid.values(), *self._back.values()]
        there = [one._asdict() for one in rows if _day(one.at) == asked["day"]]
        return {"code": 0, "items": there}


def _day(at: int) -> str:
    return datetime.fromtimestamp(at, _ZONE).date().isoformat()


def key(installation: str) -> bytes:
    """Return the key that the demo and its cashier hold, of an installation's own secret."""
    return sm3.mac(credentials.device_secret(key=installation, code=CODE).encode(), b"cashier")


def where(home: Path, name: str = FILE) -> int:
    """Return the port at which the cashier, or whose file is named, listens: that of last time, if
    nobody is there now.
    """
    file = home / name
    before = json.loads(file.read_text("utf-8"))["port"] if file.exists() else 0
    for wanted in (before, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", wanted))
            except OSError:
                continue
            port = int(probe.getsockname()[1])
            durable.put(file=file, parts=[json.dumps({"port": port}).encode()])
            return port
    raise OSError("no port is free")


def serve(*, home: Path, installation: str) -> ThreadingHTTPServer | None:
    """Open the cashier beside the demo, in threads; None where no demo was sown with one."""
    file = home / FILE
    if not file.exists():
        return None
    money = Cashier(
        key=key(installation), app=APP, file=home / "cashier" / "list.jsonl", tell=_told
    )
    port = json.loads(file.read_text("utf-8"))["port"]
    server = ThreadingHTTPServer(("127.0.0.1", port), _doors(money))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="cashier", daemon=True).start()
    return server


def _told(url: str, headers: dict[str, str], body: bytes) -> int:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"}:
        return 0
    asked = urllib.request.Request(url, data=body, headers=headers, method="POST")  # noqa: S310
    try:
        with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310 - checked above
            return int(answer.status)
    except OSError as error:
        log.warning("told in vain: %s", error)
        return int(getattr(error, "code", 0))


def _doors(cashier: Cashier) -> type[BaseHTTPRequestHandler]:
    class Doors(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            page = cashier.page(dict(parse_qsl(parts.query))) if parts.path == "/pay" else None
            self._send(200 if page else 404, (page or "签名不对 not signed").encode())

        def do_POST(self) -> None:
            size = min(int(self.headers.get("content-length") or 0), _LARGEST)
            body, path, now = self.rfile.read(size), urlsplit(self.path).path, int(time.time())
            if path == "/pay":
                back = cashier.act(dict(parse_qsl(body.decode())), now)
                self._send(303 if back else 404, b"", back or "")
                return
            headers = {name.lower(): value for name, value in self.headers.items()}
            found = cashier.answer(path, headers, body, now)
            self._send(200 if found else 401, found or b"", kind="application/json")

        def _send(
            self, status: int, body: bytes, to: str = "", kind: str = "text/html; charset=utf-8"
        ) -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            if to:
                self.send_header("location", to)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            log.debug(format, *args)

    return Doors


_PAGE = """<!doctype html><html lang="zh"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>演示收银台</title>
<style>
body {{ font: 16px/1.6 "PingFang SC", "Microsoft YaHei", "Noto Sans SC", sans-serif;
  max-width: 360px; margin: 0 auto; padding: 24px 16px; color: #1c2430; }}
h1 {{ font-size: 40px; margin: 8px 0 24px; font-variant-numeric: tabular-nums; }}
p {{ margin: 0; color: #556; }}
button {{ display: block; width: 100%; min-height: 48px; margin: 12px 0; font: inherit;
  border: 1px solid #b8c0cc; border-radius: 8px; background: #fff; color: inherit; }}
button.pay {{ background: #0b6e4f; border-color: #0b6e4f; color: #fff; }}
</style>
<p>演示收银台，不动用真实资金<br>Demo cashier, no real money</p>
<p>{title}</p><h1>¥ {yuan}</h1>
<form method="post" action="/pay">{fields}{buttons}</form></html>
"""
