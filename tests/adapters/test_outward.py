"""Calls outside go outside, and nowhere else."""

import socket
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver

from linli.adapters.outward import Caller, Inside, OutsideResolver
from linli.app.hosts import context
from linli.app.outside import papers
from linli.foundation.sending import Reply
from linli.kernel.addresses import is_outside


class Names(AbstractResolver):
    """Resolves to what it is told, each time the next."""

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), 0

    async def resolve(self, host, port=0, family=socket.AF_INET):
        self.asked += 1
        found = self.answers[min(self.asked, len(self.answers)) - 1]
        return [
            {"hostname": host, "host": one, "port": port, "family": socket.AF_INET, "proto": 0,
             "flags": socket.AI_NUMERICHOST}
            for one in found
        ]  # fmt: skip

    async def close(self):
        pass


@asynccontextmanager
async def server(answer, tls=None):
    async def heard(request):
        seen.append((request.path, await request.read(), dict(request.headers)))
        return answer

    seen = []
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", heard)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    try:
        yield f"http{'s' if tls else ''}://127.0.0.1:{port}", seen
    finally:
        await runner.cleanup()


class TestIsOutside:
    @pytest.mark.parametrize(
        "address",
        ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "0.0.0.0",
         "100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0",
         "fc00::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::",
         "ff02::1", "2001:db8::1", "192.0.2.1", "nonsense", ""],
    )  # fmt: skip
    def test_not_ours_nor_what_stands_for_ours(self, address):
        assert not is_outside(address)

    @pytest.mark.parametrize(
        "address", ["8.8.8.8", "114.114.114.114", "2400:3200::1", "64:ff9b::808:808"]
    )
    def test_the_internet_at_large(self, address):
        assert is_outside(address)


class TestResolve:
    async def test_refuses_a_name_of_which_one_address_lies_inside(self):
        resolver = OutsideResolver(Names(["8.8.8.8", "10.0.0.1"]))

        with pytest.raises(Inside):
            await resolver.resolve("lifts.example", 443)

    async def test_refuses_a_name_that_has_none(self):
        with pytest.raises(Inside):
            await OutsideResolver(Names([])).resolve("lifts.example", 443)

    async def test_looks_once_for_each_call(self):
        names = Names(["8.8.8.8"], ["127.0.0.1"])

        found = await OutsideResolver(names).resolve("lifts.example", 443)

        assert ([one["host"] for one in found], names.asked) == (["8.8.8.8"], 1)


class TestPost:
    @pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "2130706433"])
    async def test_reaches_nothing_inside_however_it_is_written(self, host):
        async with server(web.Response()) as (url, seen):
            port = url.rpartition(":")[2]
            said = await Caller(inside=False).post(
                url=f"http://{host}:{port}/x", headers={}, body=b""
            )

        assert (said.status, seen) == (0, [])

    async def test_reaches_nothing_inside_by_a_name(self):
        async with server(web.Response()) as (url, seen):
            port = url.rpartition(":")[2]
            caller = Caller(inside=False, resolver=Names(["127.0.0.1"]))
            said = await caller.post(url=f"http://lifts.example:{port}/x", headers={}, body=b"")

        assert (said, seen) == (Reply(status=0, reason="not outside"), [])

    async def test_in_the_demo_reaches_our_own(self):
        async with server(web.Response(status=204)) as (url, seen):
            said = await Caller(inside=True).post(
                url=f"{url}/hook", headers={"webhook-id": "f1"}, body=b"{}"
            )

        assert said == Reply(status=204)
        path, body, headers = seen[0]
        assert (path, body, headers["webhook-id"]) == ("/hook", b"{}", "f1")

    async def test_follows_no_redirect(self):
        answer = web.Response(status=302, headers={"Location": "/elsewhere"})
        async with server(answer) as (url, seen):
            said = await Caller(inside=True).post(url=f"{url}/hook", headers={}, body=b"")

        assert (said, [path for path, _, _ in seen]) == (Reply(status=302), ["/hook"])

    async def test_tells_nothing_to_a_server_that_nobody_vouches_for(self, tmp_path, monkeypatch):
        for name in ("LINLI_TLS_CERT", "LINLI_TLS_KEY"):
            monkeypatch.delenv(name, raising=False)
        made = papers(folder=tmp_path / "tls", names=["127.0.0.1"], now=datetime.now(UTC))
        tls = context(chain=made.chain, key=made.key)

        async with server(web.Response(), tls) as (url, seen):
            said = await Caller(inside=True).post(url=url, headers={}, body=b"")

        assert (said.status, said.reason, seen) == (0, "ClientConnectorCertificateError", [])

    async def test_says_why_where_nobody_answers(self):
        async with server(web.Response()) as (url, _):
            pass

        said = await Caller(inside=True).post(url=url, headers={}, body=b"")

        assert (said.status, bool(said.reason)) == (0, True)

    async def test_reads_what_came_back_and_no_more_than_anybody_needs(self):
        async with server(web.Response(body=b"x" * 400_000)) as (url, _):
            said = await Caller(inside=True).post(url=url, headers={}, body=b"")

        assert (said.taken, len(said.body)) == (True, 256 * 1024)
