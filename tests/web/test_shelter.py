"""Threads wait for nobody: a request is whole before it takes one, and an answer leaves it free."""

import asyncio
import json

import pytest

from linli.web import shelter
from linli.web.shelter import Sheltered

SCOPE = {"type": "http", "method": "POST", "path": "/x", "headers": [], "query_string": b""}


class Api:
    """What stands behind: it reads a body whole and answers it in parts."""

    def __init__(self, parts=1):
        self.heard, self.done, self._parts = [], asyncio.Event(), parts

    async def __call__(self, scope, receive, send):
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message["body"], message["more_body"]
        self.heard.append(body)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(self._parts):
            await send({"type": "http.response.body", "body": b"x" * 1000, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
        self.done.set()


async def never():
    await asyncio.Event().wait()


def saying(*parts, then=never):
    """Return how a caller says these parts, the last of them as the last."""
    left = [
        {"type": "http.request", "body": part, "more_body": n < len(parts)}
        for n, part in enumerate(parts, 1)
    ]

    async def receive():
        return left.pop(0) if left else await then()

    return receive


def in_turn(*calls):
    left = iter(calls)

    async def receive():
        return await next(left)()

    return receive


async def call(app, receive):
    """Return the status and body of the answer."""
    told = []

    async def send(message):
        told.append(message)

    await app(SCOPE, receive, send)
    body = b"".join(one.get("body", b"") for one in told[1:])
    return (told[0]["status"], body) if told else None


class TestBody:
    @pytest.mark.parametrize(
        "parts", [[b""], [b"a", b"", b"bc"], [b"z" * 70_000] * 5, [b"q" * 65_536]]
    )
    async def test_is_passed_on_as_it_came(self, parts):
        api = Api()

        status, _ = await call(Sheltered(api), saying(*parts))

        assert (status, api.heard) == (200, [b"".join(parts)])

    async def test_that_comes_too_slowly_takes_no_thread_and_is_told_so(self, monkeypatch):
        monkeypatch.setattr(shelter, "_PATIENCE_S", 0.02)
        api = Api()

        async def first():
            return {"type": "http.request", "body": b"a", "more_body": True}

        status, body = await call(Sheltered(api), in_turn(first, never))

        assert (status, json.loads(body)["key"]) == (408, "web.too_slow")
        assert api.heard == []

    async def test_that_is_too_large_is_refused_before_it_is_whole(self, monkeypatch):
        monkeypatch.setattr(shelter, "MOST_BYTES", 10)
        api = Api()

        status, body = await call(Sheltered(api), saying(b"123456", b"789012", b"never"))

        assert (status, json.loads(body)["key"]) == (413, "web.body_too_large")
        assert api.heard == []

    async def test_of_a_caller_who_goes_half_way_is_dropped(self):
        api = Api()
        said = iter(
            [{"type": "http.request", "body": b"a", "more_body": True}, {"type": "http.disconnect"}]
        )

        async def receive():
            return next(said)

        assert await call(Sheltered(api), receive) is None
        assert api.heard == []

    async def test_large_ones_are_heard_a_few_at_a_time(self, monkeypatch):
        monkeypatch.setattr(shelter, "_LARGE_BYTES", 1)
        monkeypatch.setattr(shelter, "_LARGE_AT_ONCE", 1)
        app, goes_on = Sheltered(Api()), asyncio.Event()

        async def rest():
            await goes_on.wait()
            return {"type": "http.request", "body": b"", "more_body": False}

        async def two():
            return {"type": "http.request", "body": b"12", "more_body": True}

        first = asyncio.create_task(call(app, in_turn(two, rest)))
        await asyncio.sleep(0)
        refused = await call(app, saying(b"34"))
        small = await call(app, saying(b"5"))
        goes_on.set()

        assert (refused[0], small[0], (await first)[0]) == (503, 200, 200)
        assert (await call(app, saying(b"67")))[0] == 200


class TestAnswer:
    async def test_waits_for_its_caller_without_the_thread_that_made_it(self, monkeypatch):
        monkeypatch.setattr(shelter, "_PATIENCE_S", 0.05)
        api = Api(parts=500)

        with pytest.raises(TimeoutError):
            await Sheltered(api)(SCOPE, saying(b""), lambda message: never())

        assert api.done.is_set()
