"""Over TLS, as people come from other machines: their cookies, their live line, their leaving."""

import json
import ssl

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.e2e.installation import Installation, free_port, token


@pytest.fixture(scope="module")
def linli(tmp_path_factory):
    ports = ("--https-port", str(free_port()), "--mqtts-port", str(free_port()))
    installation = Installation(
        tmp_path_factory.mktemp("linli"),
        "--outside", "127.0.0.1", "--name", "127.0.0.1", "--no-simulator", *ports,
    )  # fmt: skip
    yield installation.start()
    installation.stop()


@pytest.fixture(scope="module")
def trusting(linli):
    return ssl.create_default_context(cafile=linli.ready["outside"]["authority"])


@pytest.fixture
def guard(linli, trusting):
    return linli.signed_in("guard", url=linli.ready["outside"]["url"], trusting=trusting)


def test_cookies_are_of_this_host_alone(guard):
    kept = {one.name: one for one in guard.cookies.jar}

    assert sorted(kept) == ["__Host-csrftoken", "__Host-sessionid"]
    assert all(one.secure and one.path == "/" and not one.domain_specified for one in kept.values())
    assert guard.get("/api/v1/session").status_code == 200


def live(linli, guard, trusting, origin):
    """Open a live line from a page of this origin; return the first that it says."""
    ticket = guard.get("/api/v1/hml/ticket").json()["ticket"]
    url = linli.ready["outside"]["url"].replace("https", "wss")
    path = f"{url}/live/hml?ticket={ticket}"
    with connect(path, origin=origin, ssl=trusting, open_timeout=60) as line:
        return json.loads(line.recv(60))


def test_the_live_line_is_by_tls_and_for_our_own_page_alone(linli, guard, trusting):
    ours = linli.ready["outside"]["url"]

    assert live(linli, guard, trusting, ours)["kind"] == "hello"
    assert live(linli, guard, trusting, None)["kind"] == "hello"
    for other in ("https://evil.example", ours.replace("https", "http"), "null"):
        with pytest.raises(InvalidStatus) as refused:
            live(linli, guard, trusting, other)
        assert refused.value.response.status_code == 403


def test_signing_out_makes_the_browser_forget(guard):
    answer = guard.delete("/api/v1/session")

    assert (answer.status_code, answer.headers["clear-site-data"]) == (204, '"cache", "cookies"')
    assert [one.name for one in guard.cookies.jar] == ["__Host-csrftoken"]
    assert guard.get("/api/v1/session").status_code == 401
    assert token(guard)
