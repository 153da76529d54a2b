"""What a browser is told, and what another site can make it do: nothing."""

import gzip

import pytest
from django.test import Client
from starlette.testclient import TestClient

from linli.app.web import SafeHeaders, assemble
from linli.contracts.outbox import wake
from linli.contracts.places import estates
from linli.foundation.identity import operations as identity
from linli.foundation.identity.models import Account
from linli.web.doors import SIGNED_IN, doors
from tests.proof.calling import filled

pytestmark = [pytest.mark.django_db(databases=["default", "apart"]), pytest.mark.once]
EVIL = "https://evil.example"


@pytest.fixture
def site(tmp_path):
    """The whole web process but for its bus, as a browser sees it."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<html></html>", "utf-8")

    async def nobody(_community, _ticket):
        return None

    app = assemble(
        url="", console=tmp_path, wsgi=_refusing, wire=lambda bus, loop: None, answers={},
        hall=None, admit=nobody,
    )  # fmt: skip

    def made(*, tls=False):
        return TestClient(SafeHeaders(app, tls=tls), follow_redirects=False)

    return made


def _refusing(_environ, start):
    start("404 Not Found", [("Content-Type", "application/json")])
    return [b"{}"]


class TestHeaders:
    @pytest.mark.parametrize(
        "path", ["/", "/alarms", "/api/v1/session", "/assets/no.js", "/x.html", "/worker.js"]
    )
    def test_every_answer_is_careful(self, site, path):
        told = site().get(path).headers

        policy = told["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "base-uri 'none'" in policy
        assert "object-src 'none'" in policy
        assert "script-src" not in policy
        assert "style-src 'self';" in policy
        assert "unsafe" not in policy
        assert told["x-content-type-options"] == "nosniff"
        assert told["x-frame-options"] == "DENY"
        assert told["referrer-policy"] == "same-origin"
        assert "access-control-allow-origin" not in told
        assert "server" not in told

    def test_what_the_api_answers_is_kept_nowhere(self, site):
        assert site().get("/api/v1/session").headers["cache-control"] == "no-store"

    def test_a_part_of_the_page_is_kept_for_good_and_one_that_is_not_there_is_not(
        self, site, tmp_path
    ):
        (tmp_path / "assets" / "a-1.js").write_text("export {}", "utf-8")

        part, missing = (site().get(f"/assets/{name}") for name in ("a-1.js", "b-2.js"))

        assert part.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert (missing.status_code, "cache-control" in missing.headers) == (404, False)

    @pytest.mark.parametrize(
        ("reads", "way"),
        [("gzip, br", "gzip"), ("br, gzip;q=0.5", "gzip"), ("br", None), ("gzip;q=0", None)],
    )
    def test_a_part_comes_packed_to_whoever_reads_it_so(self, site, tmp_path, reads, way):
        (tmp_path / "assets" / "a-1.js").write_text("export {}", "utf-8")
        (tmp_path / "assets" / "a-1.js.gz").write_bytes(gzip.compress(b"export {}"))

        told = site().get("/assets/a-1.js", headers={"Accept-Encoding": reads})

        assert told.text == "export {}"
        assert told.headers.get("content-encoding") == way
        assert told.headers["content-type"].startswith("text/javascript")
        assert told.headers["vary"] == "Accept-Encoding"

    def test_a_worker_is_a_script_that_no_browser_keeps_for_an_old_one(self, site, tmp_path):
        missing = site().get("/worker.js")
        (tmp_path / "worker.js").write_text("const SHELL = {};", "utf-8")

        told = site().get("/worker.js")

        assert (missing.status_code, told.status_code) == (404, 200)
        assert told.headers["content-type"].startswith("text/javascript")
        assert told.headers["cache-control"] == "no-cache"
        assert "service-worker-allowed" not in told.headers

    def test_the_camera_that_scans_codes_is_our_pages_alone(self, site):
        allowed = site().get("/").headers["permissions-policy"].split(", ")

        assert {"camera=(self)", "geolocation=(self)"} <= set(allowed)
        assert all(one.endswith(("=()", "=(self)")) for one in allowed)

    def test_insists_on_tls_where_people_come_by_it(self, site):
        assert "strict-transport-security" not in site().get("/").headers
        assert "max-age=31536000" in site(tls=True).get("/").headers["strict-transport-security"]

    @pytest.mark.parametrize(
        "path",
        ["//evil.example", "//evil.example/%2e%2e", "/\\evil.example", "/assets//evil.example",
         "/%2f%2fevil.example", "/login?next=https://evil.example", "/assets"],
    )  # fmt: skip
    def test_sends_nobody_elsewhere(self, site, path):
        told = site().get(path)

        assert "evil.example" not in told.headers.get("location", "")

    @pytest.mark.parametrize("path", ["/.git/config", "/assets/.git/HEAD", "/.svn/entries"])
    def test_shows_nothing_of_where_it_was_built(self, site, tmp_path, path):
        (tmp_path / "assets" / "kept.js").write_text("", "utf-8")

        told = site().get(path)

        assert told.text in {"<html></html>", "Not Found"}

    @pytest.mark.parametrize("path", ["/", "/alarms", "/assets/no.js", "/worker.js"])
    def test_says_nobody_back_what_he_sent(self, site, path):
        told = site().request("TRACE", path, headers={"X-Said": "a-secret"})

        assert told.status_code == 405
        assert "a-secret" not in told.text

    @pytest.mark.parametrize(
        "path", ["/assets/../index.html", "/assets/%2e%2e/%2e%2e/etc/passwd", "/assets/..%2f..%2fx"]
    )
    def test_shows_no_file_outside_of_its_own(self, site, path):
        assert "root:" not in site().get(path).text


@pytest.fixture
def person(monkeypatch):
    monkeypatch.setattr(wake, "_answer", lambda: None)
    monkeypatch.setattr(estates, "_answer", dict)
    opened = identity.open_account(username="wang", name="王", password="long enough 7")
    return Account.objects.get(pk=opened.account)


class TestOtherSites:
    def test_no_door_takes_a_form_that_another_site_made(self, person):
        browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
        browser.force_login(person)
        taken = {}

        for door in doors():
            if door.method == "GET" or not (door.asks_permission or door.passes == SIGNED_IN):
                continue
            answer = browser.generic(
                door.method, filled(door.path, community="hml"), b"{}", "text/plain",
                headers={"Origin": EVIL, "Referer": f"{EVIL}/form"},
            )  # fmt: skip
            if answer.status_code not in {401, 403}:
                taken[door.method, door.path] = answer.status_code

        assert taken == {}

    def test_no_door_lets_another_site_read(self, person):
        browser = Client(raise_request_exception=False)
        browser.force_login(person)

        for door in doors():
            answer = browser.options(
                filled(door.path, community="hml"),
                headers={"Origin": EVIL, "Access-Control-Request-Method": door.method},
            )
            assert "access-control-allow-origin" not in {name.lower() for name in answer.headers}

    def test_the_cookie_of_a_session_is_for_the_server_alone(self, person, settings):
        browser = Client()
        answer = browser.post(
            "/api/v1/session", {"username": "wang", "password": "long enough 7"},
            content_type="application/json",
        )  # fmt: skip

        cookie = answer.cookies[settings.SESSION_COOKIE_NAME]
        assert cookie["httponly"]
        assert cookie["samesite"] in {"Lax", "Strict"}
        assert not cookie["domain"]

    def test_a_session_from_before_is_another_after_signing_in(self, person, settings):
        browser = Client()
        browser.cookies[settings.SESSION_COOKIE_NAME] = "chosen-by-somebody-else"

        browser.post(
            "/api/v1/session", {"username": "wang", "password": "long enough 7"},
            content_type="application/json",
        )  # fmt: skip

        assert browser.cookies[settings.SESSION_COOKIE_NAME].value != "chosen-by-somebody-else"


def test_django_answers_only_under_its_own_names():
    answer = Client(raise_request_exception=False).get("/api/v1/session", headers={"Host": "evil"})

    assert answer.status_code == 400


@pytest.mark.parametrize("path", ["/api/v1/session", "/api/v1/hml/alarms", "/api/v1/none"])
def test_the_api_says_nobody_back_what_he_sent(path):
    answer = Client(raise_request_exception=False).generic(
        "TRACE", path, b"a-secret", "text/plain", headers={"X-Said": "a-secret"}
    )

    assert answer.status_code in {403, 404, 405}
    assert b"a-secret" not in answer.content
