"""Codes go to the operator's gateway, or to where the demo shows them."""

import asyncio
import logging
from datetime import UTC, datetime

import msgspec
from aiohttp import web

from linli.adapters.codes import Gateway, Shown
from linli.contracts.identity import CodeToSend
from tests.adapters.test_outward import server

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)


def code(digits="123456", language="zh"):
    return CodeToSend(
        phone="+8613800138000", code=digits, use="sign_in", language=language, now=NOW
    )


async def posted(url, *codes):
    gateway = Gateway(url=url, token=lambda: "the operator's word")
    for one in codes:
        gateway.send(one)
    await asyncio.to_thread(gateway.wait)


class TestGateway:
    async def test_posts_what_a_message_service_needs(self):
        async with server(web.Response()) as (url, seen):
            await posted(f"{url}/send", code())

        [(path, body, headers)] = seen
        said = msgspec.json.decode(body)
        assert path == "/send"
        assert headers["Authorization"] == "Bearer the operator's word"
        assert said.pop("text").startswith("【邻里】验证码 123456")
        assert said == {
            "phone": "+8613800138000", "code": "123456", "use": "sign_in", "language": "zh"
        }  # fmt: skip

    async def test_finds_a_gateway_by_its_name(self):
        async with server(web.Response()) as (url, seen):
            await posted(url.replace("127.0.0.1", "localhost"), code())

        assert len(seen) == 1

    async def test_speaks_english_to_who_does(self):
        async with server(web.Response()) as (url, seen):
            await posted(url, code(language="en"))

        assert "Your code is 123456" in msgspec.json.decode(seen[0][1])["text"]

    async def test_what_is_refused_is_in_the_log_without_number_and_code(self, caplog):
        async with server(web.Response(status=500)) as (url, _):
            await posted(url, code())

        assert "a code for sign_in did not go out: 500" in caplog.text
        assert "13800138000" not in caplog.text
        assert "123456" not in caplog.text

    async def test_goes_on_after_a_gateway_that_is_away(self, caplog):
        caplog.set_level(logging.ERROR)

        await posted("http://127.0.0.1:9/", code(), code("654321"))

        assert caplog.text.count("did not go out") == 2


class TestShown:
    def test_shows_the_last_twenty_newest_first_and_no_number(self):
        shown = Shown()
        for n in range(25):
            shown.send(code(f"{n:06}"))

        last = shown.last()

        assert [one.code for one in last] == [f"{n:06}" for n in range(24, 4, -1)]
        assert {one.phone for one in last} == {"**********8000"}
