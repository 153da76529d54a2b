"""The Python client speaks to the real doors, through Django's test client."""

import io
import json
import sys
from base64 import b64decode
from email.message import Message
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit

import pytest
from django.test import Client

ROOT = next(p for p in Path(__file__).resolve().parents if (p / "pyproject.toml").is_file())
sys.path.insert(0, str(ROOT / "clients" / "python"))

from linli_client import Forged, Linli, Refused, core, opened, service  # noqa: E402 - where it is, above

from linli.domains.cases.models import Case  # noqa: E402
from linli.domains.openapi.logic import sending  # noqa: E402
from tests.domains.openapi.conftest import (  # noqa: E402
    BACK,
    estate,
    manager,
    party,
    person,
    reports,
    resident,
    second,
    waiting,
    wired,
    wiring,
)
from tests.registry.conftest import NOW  # noqa: E402

__all__ = [
    "estate", "manager", "party", "person", "reports", "resident", "second",
    "waiting", "wired", "wiring",
]  # fmt: skip
REPORT = {"kind": "own.repair", "place": "hml/b03/u1/f01/101", "title": "电梯停了"}


class Answered(io.BytesIO):
    def __init__(self, said):
        super().__init__(said.content)
        self.headers = said.headers


class Wire:
    """Carries the client's requests to Django; answers first what it is told to."""

    def __init__(self):
        self.client, self.sent, self.first = Client(), [], []

    def __call__(self, request, timeout):
        self.sent.append(request)
        if self.first:
            status, headers = self.first.pop(0)
            raise self.refused(request, status, headers, b"{}")
        parts = urlsplit(request.full_url)
        said = self.client.generic(
            request.get_method(), f"{parts.path}?{parts.query}", request.data or b"",
            content_type=request.headers.get("Content-type", "application/x-www-form-urlencoded"),
            headers={k: v for k, v in request.headers.items() if k != "Content-type"},
        )  # fmt: skip
        if said.status_code >= 400:
            raise self.refused(request, said.status_code, dict(said.headers), said.content)
        return Answered(said)

    def refused(self, request, status, headers, body):
        told = Message()
        for name, value in headers.items():
            told[name] = value
        return HTTPError(request.full_url, status, "", told, io.BytesIO(body))


@pytest.fixture
def wire(monkeypatch):
    made, slept = Wire(), []
    monkeypatch.setattr(core, "urlopen", made)
    monkeypatch.setattr(core.time, "sleep", slept.append)
    made.slept = slept
    return made


def line(party):
    return Linli("https://testserver", "hml", client_id=party.name, client_secret=party.secret)


@pytest.mark.django_db
class TestLinli:
    def test_takes_its_token_by_itself(self, wire, party):
        assert line(party).alarms_counts()["open"] == 0

    def test_takes_another_when_it_has_run_out(self, wire, party):
        linli = line(party)
        linli._token = "of yesterday"

        assert linli.alarms_counts()["open"] == 0

    def test_a_refusal_has_its_key(self, wire, party, reports):
        with pytest.raises(Refused) as told:
            line(party).cases_report(body=REPORT | {"place": "hml/none"})

        assert (told.value.status, told.value.key) == (404, "places.not_found")
        assert told.value.message != told.value.key

    def test_what_must_wait_is_sent_again_and_carried_out_once(self, wire, party, reports):
        linli = line(party)
        linli.alarms_counts()
        wire.first = [(503, {"Retry-After": "2"}), (429, {"Retry-After": "7"})]

        linli.cases_report(body=REPORT)

        keys = {request.headers.get("Idempotency-key") for request in wire.sent[-3:]}
        assert (wire.slept, len(keys), Case.rows.of("hml").count()) == ([2.0, 7.0], 1, 1)

    def test_does_not_wait_for_tomorrow(self, wire, party):
        linli = line(party)
        linli.alarms_counts()
        wire.first = [(429, {"Retry-After": "40000"})]

        with pytest.raises(Refused):
            linli.alarms_counts()

    def test_acts_for_who_agreed_and_keeps_the_newest_refresh_token(
        self, wire, party, resident, reports
    ):
        linli = line(party)
        asking = linli.agreeing(redirect_uri=BACK, scopes="cases.report")
        query = urlsplit(asking.url).query
        where = resident.post(f"/agree?{query}", {"agrees": True}).json()["location"]
        code = where.partition("code=")[2].partition("&")[0]
        theirs = linli.agreed(code=code, redirect_uri=BACK, verifier=asking.verifier)
        before = theirs.refresh_token
        theirs._token = "of an hour ago"

        theirs.cases_report(body=REPORT)

        assert theirs.refresh_token != before
        assert Case.rows.of("hml").get().reporter_id == resident.account

    def test_goes_through_all_pages(self, wire, party, reports):
        linli = line(party)
        for number in range(5):
            linli.cases_report(body=REPORT | {"title": str(number)})

        titles = [one["title"] for one in linli.pages(linli.cases_cases, limit=2)]

        assert titles == ["4", "3", "2", "1", "0"]


class TestOpened:
    SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    BODY = json.dumps({"type": "AlarmOpened"}).encode()

    def headers(self):
        return sending.headers(
            secret=b64decode(self.SECRET.removeprefix("whsec_")), id="f1", at=NOW, body=self.BODY
        )

    def test_returns_what_it_says(self):
        told = opened(
            secret=self.SECRET, headers=self.headers(), body=self.BODY, now_s=NOW.timestamp()
        )

        assert told == {"type": "AlarmOpened"}

    @pytest.mark.parametrize("late_s", [301, -301])
    def test_refuses_what_is_played_again(self, late_s):
        with pytest.raises(Forged):
            opened(
                secret=self.SECRET, headers=self.headers(), body=self.BODY,
                now_s=NOW.timestamp() + late_s,
            )  # fmt: skip

    @pytest.mark.parametrize(
        "more",
        [{"webhook-signature": "v1,AAAA"}, {"webhook-id": "f2"}, {"webhook-timestamp": "x"},
         {"webhook-signature": ""}, {"webhook-signature": "v1,é"},
         {"webhook-timestamp": "9" * 5000}],
    )  # fmt: skip
    def test_refuses_what_is_not_ours(self, more):
        with pytest.raises(Forged):
            opened(
                secret=self.SECRET, headers=self.headers() | more, body=self.BODY,
                now_s=NOW.timestamp(),
            )  # fmt: skip

    @pytest.mark.parametrize("secret", ["", "whsec_", "whsec_%%", "whsec_AAA", "é"])
    def test_of_a_secret_that_is_none_nothing_is(self, secret):
        signed = sending.headers(secret=b"", id="f1", at=NOW, body=self.BODY)

        with pytest.raises(Forged):
            opened(secret=secret, headers=signed, body=self.BODY, now_s=NOW.timestamp())


class Body(io.BytesIO):
    """What comes in at the door of a program; it says whether all was asked for at once."""

    def read(self, size):
        assert 0 <= size <= 1 << 20
        return super().read(size)


class TestDoor:
    @pytest.mark.parametrize(
        "length", [None, "", "-1", "x", "+2", "²", "9" * 5000, str((1 << 20) + 1), "2"]
    )
    def test_what_is_no_message_is_refused_and_nothing_more(self, length):
        door, answered = object.__new__(service._Door), []
        door.service = object.__new__(service.Service)
        door.service._secret = ""  # not let in yet
        door.headers = Message()
        if length is not None:
            door.headers["Content-Length"] = length
        door.rfile, door._answer = Body(b"{}"), answered.append

        door.do_POST()

        assert answered == [400]

    def test_who_comes_back_from_agreeing_reads_that_it_was_taken(self):
        code, status, page = browsed(Wicket(), "/back?state=s&code=c")

        assert (code, status) == (["c"], 200)
        assert "已授权，可以关闭本页" in page
        assert "<h1>快梯&lt;b&gt;</h1>" in page

    def test_who_did_not_agree_reads_that_nothing_was_taken(self):
        code, status, page = browsed(Wicket(), "/back?state=s&error=access_denied")

        assert (code, status, "没有授权" in page) == ([], 200, True)

    def test_an_answer_that_nobody_asked_for_is_told_to_begin_again(self):
        code, status, page = browsed(Wicket(), "/back?state=other&code=c")

        assert (code, status, "请从头再来" in page) == ([], 400, True)


class Wicket:
    """The line of a program, to which residents are asked to agree."""

    def __init__(self):
        self.codes = []

    def agreed(self, *, code, redirect_uri, verifier):
        self.codes.append(code)


def browsed(line, path):
    """Let a browser open a path of a program; return the codes that came, the status, the page."""
    program = object.__new__(service.Service)
    program.home, program.name, program.asks, program.line = "http://x", "快梯<b>", "", line
    program.residents, program._asked = [], {"s": core.Agreeing(url="u", state="s", verifier="v")}
    door, sent = object.__new__(service._Door), []
    door.service, door.path, door.wfile = program, path, io.BytesIO()
    door.send_response = sent.append
    door.send_header = lambda name, value: None
    door.end_headers = lambda: None
    door.do_GET()
    return line.codes, sent[0], door.wfile.getvalue().decode()
