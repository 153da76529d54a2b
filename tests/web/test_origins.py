"""A page of another site opens no live line, whatever ticket it has."""

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from linli.app.web import assemble
from linli.live.sockets import Hall, Visitor
from linli.web.origins import is_ours

HOST = "linli.example:8443"
GUARD = Visitor(account=1, community="hml", areas={})


@pytest.fixture(autouse=True)
def names(settings):
    settings.ALLOWED_HOSTS = ["linli.example", "127.0.0.1", "[::1]"]
    settings.CSRF_TRUSTED_ORIGINS = ["https://front.example"]


@pytest.mark.parametrize(
    ("origin", "host", "by_tls", "ours"),
    [
        (f"https://{HOST}", HOST, True, True),
        ("HTTPS://LINLI.example:8443", HOST, True, True),
        (f"http://{HOST}", HOST, True, False),
        ("https://linli.example", "linli.example", False, True),
        ("http://127.0.0.1:8080", "127.0.0.1:8080", False, True),
        ("http://[::1]:8080", "[::1]:8080", False, True),
        ("https://front.example", "inside:8080", False, True),
        ("https://evil.example", HOST, True, False),
        ("https://linli.example", HOST, True, False),
        ("https://linli.example:8443.evil.example", HOST, True, False),
        (f"https://you@{HOST}", HOST, True, False),
        ("https://evil.example", "evil.example", True, False),
        ("http://127.0.0.1:9090", "127.0.0.1:8080", False, False),
        ("null", HOST, True, False),
        ("", HOST, True, False),
        ("", "", False, False),
        ("https://[", HOST, True, False),
        ("file://", HOST, True, False),
    ],
)
def test_whose_page_it_is(origin, host, by_tls, ours):
    assert is_ours(headers={"origin": origin, "host": host}, by_tls=by_tls) is ours


def test_a_program_says_none():
    assert is_ours(headers={"host": HOST}, by_tls=True)


class TestLine:
    @pytest.fixture
    def asked(self):
        """Which tickets were looked at."""
        return []

    @pytest.fixture
    def site(self, tmp_path, asked):
        async def admit(_community, ticket):
            asked.append(ticket)
            return GUARD

        app = assemble(
            url="", console=tmp_path, wsgi=None, wire=lambda bus, loop: None, answers={},
            hall=Hall(), admit=admit,
        )  # fmt: skip
        return TestClient(app, base_url="https://linli.example")

    def open(self, site, **headers):
        return site.websocket_connect("wss://linli.example/live/hml?ticket=good", headers=headers)

    def test_is_refused_to_another_site_before_its_ticket_is_looked_at(self, site, asked):
        with (
            pytest.raises(WebSocketDisconnect),
            self.open(site, Origin="https://evil.example") as line,
        ):
            line.receive_json()

        assert asked == []

    @pytest.mark.parametrize("headers", [{}, {"Origin": "https://linli.example"}])
    def test_is_open_to_our_own_page_and_to_a_program(self, site, asked, headers):
        with self.open(site, **headers) as line:
            assert line.receive_json()["kind"] == "hello"

        assert asked == ["good"]
