"""A department, invented, on loopback: takes work orders, gives receipts, answers, compares."""

import json
from base64 import b16encode
from contextlib import asynccontextmanager
from datetime import datetime
from urllib.parse import urlsplit

from aiohttp import web
from django.test import Client

from linli.domains.exchange.logic.workorder import signed_receipt, signed_refusal
from linli.foundation import sm3
from linli.foundation.signing import signature


class Hotline:
    """The department's own program: it checks our signature, and holds its own lists."""

    def __init__(self, key, app="linli"):
        self.key, self.app, self.url = key, app, ""
        self.received, self.sent, self.asked_for = {}, {}, []
        self.taken_at, self.lists = {}, []
        """When it took a message, where a test says so; between which times lists were asked for.
        """
        self.answers = []
        """What it answers instead of working, first things first."""
        self.refuses = None
        """With what code and words it refuses the next, signed."""

    async def heard(self, request):
        body = await request.read()
        wanted = signature(
            key=self.key, path=request.path, app=request.headers["x-app"],
            timestamp=request.headers["x-timestamp"], nonce=request.headers["x-nonce"], body=body,
        )  # fmt: skip
        if request.headers["x-app"] != self.app or request.headers["x-sign"] != wanted:
            return web.json_response({"code": 4010, "message": "签名不对"})
        if self.answers:
            return self.answers.pop(0)
        said = json.loads(body)
        if self.refuses:
            (code, message), self.refuses = self.refuses, None
            return web.Response(body=signed_refusal(
                key=self.key, number=said["number"], code=code, message=message
            ))  # fmt: skip
        return web.Response(body=self.dealt(request.path, said, body))

    def dealt(self, path, said, body):
        number, lists = said["number"], {}
        if path.endswith("/orders"):
            self.received.setdefault(number, sm3.digest(body))
        if path.endswith("/resends"):
            self.asked_for += said["numbers"]
        if path.endswith("/comparisons"):
            lists = {"received": self.listed(said), "sent": tuple(self.sent.items())}
        return signed_receipt(key=self.key, number=number, receipt=f"H{number[:12]}", **lists)

    def listed(self, said):
        span = [datetime.fromisoformat(said[name]) for name in ("since", "until") if name in said]
        self.lists.append(span)
        return tuple(
            (number, digest)
            for number, digest in self.received.items()
            if number not in self.taken_at or span[0] <= self.taken_at[number] < span[1]
        )

    def tell(self, *, now, community="hml", code="hotline", key=None, lost=False, raw=b"", **said):
        """Send a message to Linli; return its answer. `lost`: it never arrives."""
        body = raw or json.dumps(said, ensure_ascii=False).encode()
        self.sent[said.get("number", "")] = sm3.digest(body)
        if lost:
            return None
        path = f"/api/v1/{community}/departments/{code}/messages"
        head = {"x-app": self.app, "x-timestamp": str(int(now.timestamp())), "x-nonce": "n-1"}
        sign = signature(
            key=key or self.key, path=path, app=self.app, timestamp=head["x-timestamp"],
            nonce="n-1", body=body,
        )  # fmt: skip
        return Client().post(
            path, body, content_type="application/json", headers=head | {"x-sign": sign}
        )


@asynccontextmanager
async def running(hotline):
    """Let it listen on loopback."""
    app = web.Application()
    app.router.add_post("/{path:.*}", hotline.heard)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    hotline.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}/api"
    try:
        yield hotline
    finally:
        await runner.cleanup()


def path_of(url):
    return urlsplit(url).path


def hexed(key):
    return b16encode(key).decode().lower()
