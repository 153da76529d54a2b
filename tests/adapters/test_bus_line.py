"""A bus elsewhere is reached by TLS, and is the one that is meant, or nothing is told to it."""

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from linli.adapters import bus_address, nats_server
from linli.adapters.bus import NotStored, connect
from linli.adapters.bus_address import BadBusAddress, BusInTheClear, way
from linli.adapters.nats_server import Running
from linli.app import outside, processes
from linli.app.backup import streams

TOKEN = "a-token-of-the-bus"


class TestAddress:
    @pytest.mark.parametrize(
        "url",
        ["nats://t@127.0.0.1:4222", "nats://[::1]:4222", "nats://localhost",
         "nats://t@bus.internal:4222?tls=off", "nats://t@127.0.0.1:1,nats://localhost:2"],
    )  # fmt: skip
    def test_on_this_machine_or_by_the_operators_word_goes_in_the_clear(self, url):
        assert way(url).tls is None

    @pytest.mark.parametrize(
        "url",
        ["nats://t@bus.internal:4222", "nats://10.0.0.7", "nats://127.0.0.1,nats://10.0.0.7",
         "nats://localhost.evil.example:4222", "nats://:4222"],
    )  # fmt: skip
    def test_elsewhere_in_the_clear_is_refused(self, url):
        with pytest.raises(BusInTheClear):
            way(url)

    @pytest.mark.parametrize(
        "url",
        ["", "bus.internal:4222", "http://bus", "ws://bus", "nats://a,tls://b", "nats://a?sa=x",
         "tls://a?tls=off", "nats://a?tls=on", "nats://127.0.0.1?ca=/x", "tls://a?ca=/none.pem",
         "tls://a?cert=/none.pem", "tls://[::1?ca=/x"],
    )  # fmt: skip
    def test_what_is_none_is_refused_not_passed_over(self, url):
        with pytest.raises(BadBusAddress):
            way(url)

    def test_no_process_begins_and_it_is_said_how_to_go_on(self, monkeypatch):
        monkeypatch.setenv("LINLI_NATS_URL", "nats://secret@bus.internal:4222")

        with pytest.raises(click.ClickException, match="tls://") as told:
            processes.begin("worker")

        assert "secret" not in told.value.message

    def test_one_of_this_machine_is_handed_on(self, monkeypatch):
        monkeypatch.setenv("LINLI_NATS_URL", "nats://t@127.0.0.1:4222")

        assert processes.outside_bus() == "nats://t@127.0.0.1:4222"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return papers: the server's, those of another authority, those for another name."""
    now, folder = datetime.now(UTC), tmp_path_factory.mktemp("papers")
    named = {"ours": "127.0.0.1", "other": "127.0.0.1", "misnamed": "bus.example"}
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        for setting in ("LINLI_TLS_CERT", "LINLI_TLS_KEY"):
            patch.delenv(setting, raising=False)
        for name, host in named.items():
            (folder / name).mkdir()
            found[name] = outside.papers(folder=folder / name, names=[host], now=now)
    return found


def started(home, papers, more=""):
    """Start a real server that speaks TLS by these papers (None: by none)."""
    prepared = nats_server.prepare(home=home)
    file = Path(prepared.command[-1])
    text = re.sub(r'token: "[^"]+"', f'token: "{TOKEN}"', file.read_text("utf-8"))
    if papers:
        text += f'tls {{ cert_file: "{papers.chain}", key_file: "{papers.key}"{more} }}\n'
    file.write_text(text, "utf-8")
    running = Running(prepared)
    running.wait_ready()
    return running


@pytest.fixture(scope="module")
def server(made, tmp_path_factory):
    running = started(tmp_path_factory.mktemp("nats"), made["ours"])
    yield running
    running.stop()


def who_we_are(folder):
    """Write a certificate with its key, by which a client says who it is."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(
        issuer_name=name, subject_name=name, public_key=key.public_key(), serial_number=7,
        not_valid_before=now - timedelta(days=1), not_valid_after=now + timedelta(days=1),
    )  # fmt: skip
    use = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
    made = made.add_extension(use, critical=False)
    file = folder / "us.pem"
    file.write_bytes(
        made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
        + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return file


def address(running, authority):
    return f"tls://{TOKEN}@127.0.0.1:{running.prepared.port}?ca={authority}"


async def knocked(url, patience_s=2.0):
    bus = await connect(url=url, name="test", patience_s=patience_s)
    try:
        return await bus.alive()
    finally:
        await bus.close()


class TestServer:
    def test_of_our_authority_is_spoken_to(self, server, made):
        assert asyncio.run(knocked(address(server, made["ours"].authority)))

    def test_backups_go_the_same_way(self, server, made):
        async def asked():
            async with streams.line(address(server, made["ours"].authority)) as client:
                return await streams.present(client)

        assert asyncio.run(asked()) == []

    def test_of_another_authority_is_told_nothing(self, server, made):
        with pytest.raises(NotStored):
            asyncio.run(knocked(address(server, made["other"].authority), 0.4))

    def test_of_another_name_is_told_nothing(self, made, tmp_path):
        running = started(tmp_path, made["misnamed"])
        try:
            with pytest.raises(NotStored):
                asyncio.run(knocked(address(running, made["misnamed"].authority), 0.4))
        finally:
            running.stop()

    def test_that_wants_to_know_us_is_shown_who_we_are(self, made, tmp_path):
        ours, us = made["ours"], who_we_are(tmp_path)
        running = started(tmp_path, ours, f', ca_file: "{us}", verify: true')
        url = address(running, ours.authority)
        try:
            with pytest.raises(NotStored):
                asyncio.run(knocked(url, 0.4))
            assert asyncio.run(knocked(f"{url}&cert={us}&key={us}"))
        finally:
            running.stop()


def test_who_poses_as_it_and_offers_no_tls_is_told_nothing(made):
    heard = []

    async def pose(reader, writer):
        info = {"server_id": "x", "version": "2.10.0", "max_payload": 1048576, "proto": 1}
        writer.write(f"INFO {json.dumps(info)}\r\n".encode())
        heard.append(await reader.read(200))
        writer.close()

    async def play():
        async with await asyncio.start_server(pose, "127.0.0.1", 0) as posing:
            port = posing.sockets[0].getsockname()[1]
            url = f"tls://{TOKEN}@127.0.0.1:{port}?ca={made['ours'].authority}"
            with pytest.raises(NotStored):
                await knocked(url, 0.4)

    asyncio.run(play())

    assert heard
    assert set(heard) == {b""}


def test_the_words_of_the_refusal_are_not_the_tokens():
    with pytest.raises(bus_address.BusInTheClear) as told:
        way(f"nats://{TOKEN}@bus.internal:4222")

    assert told.value.values == {"host": "bus.internal"}
