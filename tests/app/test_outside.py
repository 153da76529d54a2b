"""By TLS from other machines, and in no other way."""

import asyncio
import os
import ssl
import threading
from datetime import UTC, datetime, timedelta

import click
import httpx
import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.http.request import validate_host

from linli.app import hosts, outside, up
from linli.app.web import _Server, listener
from linli.drivers.mqtt.acceptor import Acceptor
from tests.app.demo.test_line import Door
from tests.live.wire import connect

NOW = datetime.now(UTC)
NAMES = ["127.0.0.1", "linli.test"]


@pytest.fixture
def papers(tmp_path):
    return outside.papers(folder=tmp_path / "tls", names=NAMES, now=NOW)


def trusting(papers):
    return ssl.create_default_context(cafile=papers.authority)


class TestPapers:
    def test_are_made_once_and_for_their_owner_only(self, tmp_path, papers):
        before = papers.chain.read_bytes()

        outside.papers(folder=tmp_path / "tls", names=NAMES, now=NOW)

        assert papers.chain.read_bytes() == before
        assert {one.stat().st_mode & 0o077 for one in (tmp_path / "tls").iterdir()} == {0}

    @pytest.mark.parametrize(
        ("names", "later"),
        [(["linli.test"], 0), ([*NAMES, "a.linli.test"], 0), (NAMES, 370)],
        ids=["fewer names", "a name within", "nearly over"],
    )
    def test_are_made_anew_by_the_same_authority(self, tmp_path, papers, names, later):
        before, authority = papers.chain.read_bytes(), papers.authority.read_bytes()

        now = NOW + timedelta(days=later)
        made = outside.papers(folder=tmp_path / "tls", names=names, now=now)

        assert made.chain.read_bytes() != before
        assert made.authority.read_bytes() == authority
        [certificate, _] = x509.load_pem_x509_certificates(made.chain.read_bytes())
        assert certificate.not_valid_after_utc > now + timedelta(days=365)

    def test_of_the_operator_go_before_ours(self, tmp_path, monkeypatch, papers):
        monkeypatch.setenv("LINLI_TLS_CERT", str(papers.chain))
        monkeypatch.setenv("LINLI_TLS_KEY", str(papers.key))

        found = outside.papers(folder=tmp_path / "other", names=NAMES, now=NOW)

        assert found == (papers.chain, papers.key, None, False)
        assert not (tmp_path / "other").exists()

    @pytest.mark.parametrize(("named", "missing"), [("CERT", "KEY"), ("KEY", "CERT")])
    def test_of_which_half_is_named_are_refused_in_words(
        self, tmp_path, monkeypatch, named, missing
    ):
        monkeypatch.setenv(f"LINLI_TLS_{named}", "a.pem")
        monkeypatch.delenv(f"LINLI_TLS_{missing}", raising=False)

        with pytest.raises(click.ClickException, match=f"LINLI_TLS_{missing} is not: set both"):
            outside.papers(folder=tmp_path / "tls", names=NAMES, now=NOW)

        assert not (tmp_path / "tls").exists()

    def test_that_are_none_are_refused_in_words(self, tmp_path):
        (tmp_path / "a.pem").write_text("nothing")

        with pytest.raises(click.ClickException, match=r"a\.pem, b\.key: no certificate"):
            hosts.context(chain=tmp_path / "a.pem", key=tmp_path / "b.key")


def hears(papers, names, asked):
    """Return whether who trusts the authority believes a certificate of it for these names, when he
    asks for one of them.
    """
    key = serialization.load_pem_private_key(
        (papers.authority.parent / "authority.key").read_bytes(), None
    )
    issuer = x509.load_pem_x509_certificate(papers.authority.read_bytes())
    spoilt = outside.Papers(*[papers.authority.parent / "other.pem"] * 2, papers.authority)
    outside._issue(spoilt, issuer, key, names, NOW)
    here, there = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = hosts.context(chain=spoilt.chain, key=spoilt.key).wrap_bio(
        here, there, server_side=True
    )
    client = trusting(papers).wrap_bio(there, here, server_hostname=asked)
    for one in (client, server, client):
        try:
            one.do_handshake()
        except ssl.SSLWantReadError:
            continue
        except ssl.SSLCertVerificationError:
            return False
    return True


class TestAuthority:
    @pytest.mark.parametrize("names", [
        NAMES, ["linli.test"], ["127.0.0.1"], ["fd00::17"], ["*.linli.test"],
    ])  # fmt: skip
    def test_vouches_for_the_names_given_and_for_no_other(self, tmp_path, names):
        papers = outside.papers(folder=tmp_path / "tls", names=names, now=NOW)

        own = [one.replace("*", "a") for one in names]
        others = ["bank.example", "127.0.0.2", "fd00::18", "xlinli.test"]

        assert [hears(papers, names, one) for one in own] == [True] * len(own)
        assert not any(hears(papers, [one], one) for one in others)

    def test_says_so_in_a_way_that_nobody_may_overlook(self, papers):
        found = x509.load_pem_x509_certificate(papers.authority.read_bytes())

        assert found.extensions.get_extension_for_class(x509.NameConstraints).critical

    def test_is_another_when_there_is_a_name_beyond_them(self, tmp_path, papers):
        before = papers.authority.read_bytes()

        made = outside.papers(folder=tmp_path / "tls", names=[*NAMES, "new.test"], now=NOW)
        again = outside.papers(folder=tmp_path / "tls", names=[*NAMES, "new.test"], now=NOW)

        assert (papers.replaced, made.replaced, again.replaced) == (False, True, False)
        assert made.authority.read_bytes() != before
        assert hears(made, [*NAMES, "new.test"], "new.test")

    def test_that_might_vouch_for_anybody_is_replaced_with_its_certificate(
        self, tmp_path, monkeypatch
    ):
        with monkeypatch.context() as before:
            before.setattr(outside, "_only", lambda _: x509.OCSPNoCheck())
            old = outside.papers(folder=tmp_path / "tls", names=NAMES, now=NOW).chain.read_bytes()

        made = outside.papers(folder=tmp_path / "tls", names=NAMES, now=NOW)

        assert made.replaced
        assert made.chain.read_bytes() != old

    def test_left_half_written_is_replaced(self, tmp_path, papers):
        (tmp_path / "tls" / "authority.key").write_bytes(
            outside._pem(ec.generate_private_key(ec.SECP256R1()))
        )

        made = outside.papers(folder=tmp_path / "tls", names=NAMES, now=NOW)

        assert made.replaced
        assert hears(made, NAMES, "linli.test")


class TestOpenOutside:
    @pytest.fixture(autouse=True)
    def environment(self, monkeypatch):
        monkeypatch.setattr(up, "_require_free", lambda *_: None)
        for name in ("LINLI_TLS_CERT", "LINLI_TLS_KEY", "LINLI_HTTPS", "LINLI_HOSTS"):
            monkeypatch.setenv(name, "")
            monkeypatch.delenv(name)

    def opened(self, home, monkeypatch, *names, host="::"):
        monkeypatch.delenv("LINLI_TLS_CERT", raising=False)
        monkeypatch.delenv("LINLI_TLS_KEY", raising=False)
        return up._open_outside(home, up.Outside(host, names, 8443, 8883))

    @pytest.mark.parametrize(("host", "names"), [
        ("::", ["[fd00::17]"]), ("::", ["fd00::17"]), ("fd00::17", []),
    ])  # fmt: skip
    def test_writes_an_address_in_brackets_where_it_is_part_of_a_url(
        self, tmp_path, monkeypatch, host, names
    ):
        told = self.opened(tmp_path, monkeypatch, *names, host=host)

        assert told["url"] == "https://[fd00::17]:8443"
        assert told["mqtts"] == {"host": "fd00::17", "port": 8883}
        assert validate_host("[fd00::17]", os.environ["LINLI_HOSTS"].split(","))

    def test_says_loudly_that_the_authority_is_another(self, tmp_path, monkeypatch, capsys):
        self.opened(tmp_path, monkeypatch, "a.test")
        first = capsys.readouterr().err
        self.opened(tmp_path, monkeypatch, "b.test")
        second = capsys.readouterr().err

        assert first == ""
        assert "IS A NEW ONE, good for these names alone: b.test" in second
        assert "authority.pem" in second

    def test_listens_without_brackets_in_the_clear_too(self):
        assert up._where("::1", 0, "::1", 0)["url"] == "http://[::1]:0"


class TestRequirePrivate:
    @pytest.mark.parametrize("host", ["127.0.0.1", "::1", "[::1]", "localhost", "127.9.9.9"])
    def test_lets_this_machine_listen_to_itself(self, host):
        hosts.require_private(host, unless="LINLI_BEHIND_PROXY")

    @pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "linli.test", ""])
    def test_refuses_the_rest_unless_somebody_answers_for_it(self, host, monkeypatch):
        with pytest.raises(hosts.PlainOutside, match="--outside"):
            hosts.require_private(host, unless="LINLI_BEHIND_PROXY")

        monkeypatch.setenv("LINLI_BEHIND_PROXY", "1")
        hosts.require_private(host, unless="LINLI_BEHIND_PROXY")


async def answer(port, tls):
    """Return the first bytes of what a device hears that signs in."""
    reading, writing = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
    writing.write(connect(user="hml/d1", secret="right"))
    found = await asyncio.wait_for(reading.read(4), 10)
    writing.close()
    return found


class TestDevices:
    @pytest.fixture
    async def ports(self, papers):
        acceptor = Acceptor(door=Door())
        tls = hosts.context(chain=papers.chain, key=papers.key)
        plain = await acceptor.open(host="127.0.0.1", port=0)
        yield plain, await acceptor.open(host="127.0.0.1", port=0, tls=tls)
        await acceptor.close()

    async def test_are_let_in_by_tls_and_beside_it_as_before(self, ports, papers):
        plain, by_tls = ports

        heard = [await answer(by_tls, trusting(papers)), await answer(plain, None)]

        assert heard == [b"\x20\x02\x00\x00"] * 2

    async def test_that_trust_another_authority_or_speak_in_the_clear_harm_nobody(
        self, ports, papers
    ):
        _, by_tls = ports

        with pytest.raises(ssl.SSLCertVerificationError):
            await answer(by_tls, ssl.create_default_context())
        with pytest.raises((ConnectionError, AssertionError)):
            assert await answer(by_tls, None) == b"\x20\x02\x00\x00"

        assert await answer(by_tls, trusting(papers)) == b"\x20\x02\x00\x00"

    async def test_older_tls_is_refused(self, ports, papers):
        old = trusting(papers)
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        old.set_ciphers("ALL:@SECLEVEL=0")

        with pytest.raises((ssl.SSLError, ConnectionError)):
            await answer(ports[1], old)

    @pytest.mark.parametrize(
        ("ciphers", "taken"),
        [("ECDHE-ECDSA-AES128-SHA256", False), ("ECDHE-ECDSA-AES256-SHA", False),
         ("AES128-GCM-SHA256", False), ("ECDHE-ECDSA-AES128-GCM-SHA256", True),
         ("ECDHE-ECDSA-CHACHA20-POLY1305", True)],
    )  # fmt: skip
    async def test_only_ciphers_that_are_recommended_are_taken(self, ports, papers, ciphers, taken):
        asking = trusting(papers)
        asking.maximum_version = ssl.TLSVersion.TLSv1_2
        asking.set_ciphers(f"{ciphers}:@SECLEVEL=0")

        if taken:
            assert await answer(ports[1], asking) == b"\x20\x02\x00\x00"
        else:
            with pytest.raises((ssl.SSLError, ConnectionError)):
                await answer(ports[1], asking)

    async def test_the_strongest_goes_first_and_the_newest_tls(self, papers):
        made = hosts.context(chain=papers.chain, key=papers.key)

        names = [one["name"] for one in made.get_ciphers()]
        assert all("GCM" in one or "CHACHA20" in one for one in names)
        assert names[0] == "TLS_AES_256_GCM_SHA384"
        assert (made.minimum_version, made.maximum_version) == (
            ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.MAXIMUM_SUPPORTED,
        )  # fmt: skip


async def told(scope, receive, send):
    """Answer how one came in."""
    start = {"type": "http.response.start", "status": 200, "headers": []}
    await send(start)
    await send({"type": "http.response.body", "body": scope["scheme"].encode()})


def test_people_are_answered_by_tls_and_beside_it_as_before(papers):
    config = uvicorn.Config(told, log_config=None, lifespan="off")
    plain, safe = listener("127.0.0.1", 0), listener("127.0.0.1", 0)
    tls = hosts.context(chain=papers.chain, key=papers.key)
    server = _Server(config, beside=(safe, tls))
    serving = threading.Thread(target=server.run, kwargs={"sockets": [plain]})
    serving.start()

    try:
        answers = [
            httpx.get(f"http://127.0.0.1:{plain.getsockname()[1]}").text,
            httpx.get(f"https://127.0.0.1:{safe.getsockname()[1]}", verify=trusting(papers)).text,
        ]
    finally:
        server.should_exit = True
        serving.join(20)

    assert answers == ["http", "https"]
    assert not serving.is_alive()
