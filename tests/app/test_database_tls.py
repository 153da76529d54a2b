"""A database elsewhere is reached by TLS, and is the one that is meant, if its address says so."""

import socket
import ssl
import threading
from contextlib import contextmanager
from datetime import UTC, datetime

import psycopg
import pytest

from linli.app import database, outside
from linli.app.backup import tools

SAID = "?sslmode=verify-full&sslrootcert=/a.pem&sslcert=/c.pem&sslkey=/c.key"
FOUND = {"sslmode": "verify-full", "sslrootcert": "/a.pem", "sslcert": "/c.pem", "sslkey": "/c.key"}


class TestAddress:
    def test_says_how_both_databases_are_reached(self, tmp_path):
        where = {
            "LINLI_DATABASE_URL": f"postgresql://u:p@h/linli{SAID}",
            "LINLI_APART_DATABASE": f"postgresql://u:p@h/apart{SAID}",
        }

        for told in (database.main(tmp_path, where), database.apart(tmp_path, where)):
            assert told["OPTIONS"].items() >= FOUND.items()
            assert told["OPTIONS"]["pool"]

    def test_backups_go_the_same_way(self):
        told = database.postgres(f"postgresql://u:p@h/linli{SAID}")

        assert tools.parameters(told).items() >= FOUND.items()
        assert "sslmode=verify-full" in tools.address(told)

    @pytest.mark.parametrize("more", ["?sslmod=verify-full", "?host=/run&application_name=x"])
    def test_a_word_that_is_none_is_refused_not_passed_over(self, more):
        with pytest.raises(SystemExit, match="not known"):
            database.postgres(f"postgresql://u:p@h/linli{more}")

    def test_says_nothing_of_it_on_this_machine(self):
        told = database.postgres("postgresql://u@/linli?host=/run/postgresql")

        assert (told["HOST"], list(told["OPTIONS"])) == ("/run/postgresql", ["pool"])


@contextmanager
def server(tls):
    """A server of PostgreSQL as far as the question for TLS: what it heard after is told."""
    heard = []

    def serve(listening):
        line, _ = listening.accept()
        with line:
            assert line.recv(8)[4:] == b"\x04\xd2\x16\x2f", "SSLRequest"
            line.sendall(b"S" if tls else b"N")
            try:
                if tls:
                    line = tls.wrap_socket(line, server_side=True)
                heard.append(line.recv(64))
            except (ssl.SSLError, OSError):
                heard.append(b"")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = threading.Thread(target=serve, args=(listening,), daemon=True)
        serving.start()
        yield listening.getsockname()[1], heard
        serving.join(10)


def papers(folder, name):
    folder.mkdir()
    return outside.papers(folder=folder, names=[name], now=datetime.now(UTC))


def knock(port, authority):
    url = f"postgresql://u@127.0.0.1:{port}/linli?sslmode=verify-full&sslrootcert={authority}"
    with pytest.raises(psycopg.OperationalError) as refused:
        psycopg.connect(tools.address(database.postgres(url)), connect_timeout=5)
    return str(refused.value)


class TestServer:
    @pytest.fixture(autouse=True)
    def no_certificate_by_setting(self, monkeypatch):
        for name in ("LINLI_TLS_CERT", "LINLI_TLS_KEY"):
            monkeypatch.delenv(name, raising=False)

    def tls(self, made):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(made.chain, made.key)
        return context

    def test_in_the_clear_is_told_nothing(self, tmp_path):
        made = papers(tmp_path / "a", "127.0.0.1")

        with server(None) as (port, heard):
            said = knock(port, made.authority)

        assert "does not support SSL" in said
        assert heard == [b""]

    @pytest.mark.parametrize(("name", "known"), [("127.0.0.1", False), ("other.example", True)])
    def test_of_another_authority_or_name_is_told_nothing(self, tmp_path, name, known):
        its, ours = papers(tmp_path / "a", name), papers(tmp_path / "b", "127.0.0.1")

        with server(self.tls(its)) as (port, heard):
            said = knock(port, (its if known else ours).authority)

        assert "certificate" in said
        assert heard == [b""]

    def test_that_is_the_right_one_is_spoken_to(self, tmp_path):
        made = papers(tmp_path / "a", "127.0.0.1")

        with server(self.tls(made)) as (port, heard):
            knock(port, made.authority)

        assert b"linli" in heard[0]
