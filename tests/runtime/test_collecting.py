"""The trail is told to a collector elsewhere, by TLS, and nothing of it is left out."""

import asyncio
import contextlib
import json
import ssl
from datetime import UTC, datetime

import pytest
from asgiref.sync import sync_to_async

from linli.adapters.syslog import Collector
from linli.app import outside
from linli.foundation.audit import collected
from linli.foundation.audit.models import Line
from linli.runtime import collecting, tidy
from tests.foundation.audit.kit import anchors, sealed

__all__ = ["anchors"]


async def records(call):
    return await sync_to_async(call)()


async def until(true, most_s=10.0):
    async with asyncio.timeout(most_s):
        while not true():
            await asyncio.sleep(0.01)


class Peer:
    """A collector of logs: what it heard, one message a frame."""

    def __init__(self, tls=None, port=0):
        self._tls, self.port, self.heard, self.lines = tls, port, [], []

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._hear, "127.0.0.1", self.port, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        self._server.close()
        for line in self.lines:
            line.transport.abort()

    async def _hear(self, reader, writer):
        self.lines.append(writer)
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            while True:
                length = int(await reader.readuntil(b" "))
                self.heard.append(await reader.readexactly(length))

    @property
    def numbers(self):
        return [said(message)["number"] for message in self.heard]


def said(message):
    return json.loads(message[message.index(b"{") :])


@contextlib.asynccontextmanager
async def told_to(url, file, **more):
    task = asyncio.create_task(
        collecting.keep(records=records, collector=Collector(url=url, **more), file=file,
                        certain_s=0.05)
    )  # fmt: skip
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture(autouse=True)
def swift(monkeypatch):
    monkeypatch.setattr(collecting, "_LOOK_EVERY_S", 0.02)
    monkeypatch.setattr(collecting, "_AGAIN_S", (0.02,))


@pytest.fixture
def file(tmp_path):
    return tmp_path / "audit" / "told.json"


@pytest.mark.django_db(transaction=True)
class TestCollector:
    async def test_hears_each_line_by_tls_and_can_prove_them(self, tmp_path, file):
        await records(lambda: sealed(3))
        papers = outside.papers(folder=tmp_path / "tls", names=["127.0.0.1"], now=datetime.now(UTC))
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(papers.chain, papers.key)
        async with Peer(tls) as peer:
            url = f"tls://127.0.0.1:{peer.port}"
            async with told_to(url, file, authority=papers.authority):
                await until(lambda: peer.numbers == [1, 2, 3])
                await records(lambda: sealed(2))
                await until(lambda: len(peer.heard) == 5)
            kept = [message + b"\n" for message in peer.heard]

        assert kept[0].startswith(b"<110>1 2026-06-01T04:00:00.000000Z ")
        assert (collected.prove(kept).ok, collected.prove(kept).rows) == (True, 5)

    async def test_that_is_not_who_it_should_be_hears_nothing(self, tmp_path, file, caplog):
        await records(lambda: sealed(1))
        ours, theirs = (
            outside.papers(folder=tmp_path / name, names=["127.0.0.1"], now=datetime.now(UTC))
            for name in ("ours", "theirs")
        )
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(theirs.chain, theirs.key)
        async with Peer(tls) as peer:
            async with told_to(f"tls://127.0.0.1:{peer.port}", file, authority=ours.authority):
                await until(lambda: "CERTIFICATE_VERIFY_FAILED" in caplog.text)
            assert peer.heard == []

    async def test_that_was_away_hears_all_of_it_and_goes_on_after_a_restart(self, file):
        async with Peer() as first:
            url = f"tcp://127.0.0.1:{first.port}"
            async with told_to(url, file):
                await records(lambda: sealed(4))
                await until(lambda: file.exists() and collected.reached(file) == 4)
        async with told_to(url, file):
            await records(lambda: sealed(4))
            away = lambda: [one["reason"] for one in tidy.put_aside(community="hml")]  # noqa: E731
            while not await records(away):
                await asyncio.sleep(0.01)
            async with Peer(port=first.port) as second:
                await until(lambda: len(second.heard) >= 4)
                while await records(away):
                    await asyncio.sleep(0.01)

        assert second.numbers == [5, 6, 7, 8]

    async def test_hears_again_what_may_have_been_lost_with_its_line(self, file, monkeypatch):
        await records(lambda: sealed(2))
        async with Peer() as peer, told_to(f"tcp://127.0.0.1:{peer.port}", file):
            await until(lambda: collected.reached(file) == 2)
            monkeypatch.setattr(collecting._Told, "note", lambda *_: False)
            await records(lambda: sealed(2))
            await until(lambda: peer.numbers == [1, 2, 3, 4])
            peer.lines[-1].transport.abort()
            await until(lambda: len(peer.heard) == 6)

        assert peer.numbers == [1, 2, 3, 4, 3, 4]
        assert collected.prove(peer.heard).rows == 4


@pytest.mark.django_db
class TestProof:
    @pytest.fixture
    def kept(self):
        sealed(6)
        return [message for _, message in collected.messages(after=0, most=10)]

    @pytest.mark.parametrize(
        ("harm", "first_bad", "why"),
        [
            (lambda kept: kept.pop(2), 3, "a line is missing"),
            (lambda kept: kept.__setitem__(2, kept[2].replace(b"person:1", b"person:2")), 3,
             "a line was changed"),
            (lambda kept: kept.__setitem__(0, kept[0].replace(b"person:1", b"person:2")), 1,
             "a line was changed"),
            (lambda kept: kept.insert(2, b"<13>1 - - - - - - hello"), 3,
             "a line is none of the trail"),
        ],
        ids=["missing", "changed", "the first changed", "foreign"],
    )  # fmt: skip
    def test_finds_what_is_wrong(self, kept, harm, first_bad, why):
        harm(kept)

        found = collected.prove(kept)

        assert (found.ok, found.first_bad, found.why) == (False, first_bad, why)

    def test_of_a_copy_that_begins_later_is_from_there(self, kept):
        assert collected.prove(kept[3:]).rows == 3

    def test_a_refusal_is_a_warning(self, kept):
        row = list(Line.objects.values_list(*collected._SAID)[0])
        row[6] = "refusal"

        assert collected._message("here", tuple(row)).startswith(b"<108>1 ")


@pytest.mark.parametrize(
    "url", ["", "logs.example", "tls://logs.example", "tcp://logs.example:514", "https://a:1"]
)
def test_in_the_clear_or_nowhere_nobody_is_told(url):
    with pytest.raises(ValueError, match="tls://host:port"):
        Collector(url=url)
