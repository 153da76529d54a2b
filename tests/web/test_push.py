import msgspec
import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from linli.adapters.bus import Unheard
from linli.web import push as door

ADDRESS = "/push/v1/hml/co-1/readings"
TOKEN = {"Authorization": "Bearer s3cret"}


class Gate:
    """A gate that answers what it is told to, and remembers what it was asked."""

    def __init__(self, answer=None):
        self.answer, self.asked = answer, []

    async def ask(self, *, subject, body, timeout_s):
        self.asked.append((subject, msgspec.msgpack.decode(body)))
        if self.answer is None:
            raise Unheard(subject=subject)
        return msgspec.msgpack.encode(self.answer)


@pytest.fixture
def client_of():
    def make(gate):
        async def pushed(request):
            return await door.push(request, gate, what="readings")

        return TestClient(
            Starlette(
                routes=[Route("/push/v1/{community}/{device}/readings", pushed, methods=["POST"])]
            )
        )

    return make


class TestPush:
    def test_passes_the_frame_to_the_gate_and_its_verdict_back(self, client_of):
        gate = Gate({"status": 200, "taken": 1, "refused": []})

        answer = client_of(gate).post(ADDRESS, content=b'{"co":1}', headers=TOKEN)

        assert (answer.status_code, answer.json()["taken"]) == (200, 1)
        subject, frame = gate.asked[0]
        assert subject == "linli.ask.ingest.hml"
        assert frame == {
            "device": "co-1", "secret": "s3cret", "content_type": "application/json",
            "body": b'{"co":1}',
        }  # fmt: skip

    def test_asks_to_come_again_when_nothing_could_be_stored(self, client_of):
        answer = client_of(Gate()).post(ADDRESS, content=b"{}", headers=TOKEN)

        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")

    def test_refuses_ten_megabytes_without_asking_the_gate(self, client_of):
        gate = Gate({"status": 200})

        answer = client_of(gate).post(ADDRESS, content=b"x" * 10_000_000, headers=TOKEN)

        assert answer.status_code == 413
        said = answer.json()
        assert (said["key"], said["values"]) == ("push.too_large", {"largest_bytes": 262144})
        assert gate.asked == []

    @pytest.mark.parametrize(
        "headers", [{}, {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer "}]
    )
    def test_wants_a_token(self, client_of, headers):
        gate = Gate({"status": 200})

        answer = client_of(gate).post(ADDRESS, content=b"{}", headers=headers)

        assert (answer.status_code, gate.asked) == (401, [])


class TestRefuse:
    """A refusal is said as every refusal is."""

    @pytest.mark.parametrize(
        ("status", "key"),
        [(401, "push.not_believed"), (413, "push.refused"), (415, "push.refused"),
         (422, "push.refused"), (503, "push.not_stored")],
    )  # fmt: skip
    def test_of_the_gate_keeps_its_verdict_beside(self, client_of, status, key):
        refused = [{"index": 0, "reason": "not_json"}]
        gate = Gate({"status": status, "taken": 0, "refused": refused})

        answer = client_of(gate).post(ADDRESS, content=b"{", headers=TOKEN)

        said = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert (answer.status_code, said["status"], said["key"]) == (status, status, key)
        assert (said["taken"], said["refused"]) == (0, refused)
        assert said["type"] == f"/api/v1/problems/{key}"
        assert said["message"] not in {"", key}
        assert ("retry-after" in answer.headers) is (status == 503)

    def test_without_a_secret_says_how_one_is_shown(self, client_of):
        answer = client_of(Gate()).post(ADDRESS, content=b"{}")

        assert (answer.status_code, answer.json()["key"]) == (401, "push.no_token")
        assert "Bearer" in answer.headers["www-authenticate"]


@pytest.fixture
def platform_of():
    def make(gate):
        async def pushed(request):
            return await door.platform_push(request, gate)

        path = "/push/v1/{community}/{device}/{driver}"
        return TestClient(Starlette(routes=[Route(path, pushed, methods=["GET", "POST"])]))

    return make


class TestPlatformPush:
    @pytest.mark.parametrize(
        ("headers", "query"),
        [
            ({"Authorization": "Bearer s3cret"}, ""),
            ({"Authorization": "Basic bGluZTpzM2NyZXQ="}, ""),
            ({}, "?token=s3cret"),
        ],
    )
    def test_takes_the_secret_where_a_platform_can_put_it(self, platform_of, headers, query):
        gate = Gate({"status": 200, "taken": 1, "refused": 0})

        platform_of(gate).post(f"/push/v1/hml/tower/chirpstack{query}", headers=headers)

        frame = gate.asked[0][1]
        assert (frame["device"], frame["driver"], frame["secret"]) == (
            "tower", "chirpstack", "s3cret",
        )  # fmt: skip

    def test_hands_on_what_the_driver_needs_and_answers_in_its_words(self, platform_of):
        gate = Gate({"status": 200, "reply": b"abc", "content_type": "text/plain"})

        answer = platform_of(gate).get("/push/v1/hml/cloud/onenet?msg=abc&nonce=n")

        frame = gate.asked[0][1]
        assert (frame["method"], frame["query"]) == ("GET", {"msg": "abc", "nonce": "n"})
        assert (answer.text, answer.headers["content-type"].split(";")[0]) == ("abc", "text/plain")

    def test_a_broken_basic_header_is_no_secret(self, platform_of):
        gate = Gate({"status": 401})

        platform_of(gate).post("/push/v1/hml/tower/x", headers={"Authorization": "Basic ***"})

        assert "secret" not in gate.asked[0][1] or gate.asked[0][1]["secret"] == ""

    def test_refuses_ten_megabytes_without_asking(self, platform_of):
        gate = Gate({"status": 200})

        answer = platform_of(gate).post("/push/v1/hml/tower/x", content=b"x" * 10_000_000)

        assert (answer.status_code, gate.asked) == (413, [])


@pytest.fixture
def fetch_of():
    """Return how to make a client of devices that fetch, so many of which wait already."""

    def make(gate, *, waiting=0):
        fetching = door.Fetching()
        fetching._waiting = waiting

        async def fetched(request):
            return await fetching.fetch(request, gate)

        path = "/push/v1/{community}/{device}/commands"
        return TestClient(Starlette(routes=[Route(path, fetched, methods=["GET"])]))

    return make


class TestFetch:
    ADDRESS = "/push/v1/hml/door-1/commands"
    ANSWER = {"status": 200, "reply": b'{"items":[]}', "content_type": "application/json"}

    def test_waits_at_the_gate_and_brings_its_answer(self, fetch_of):
        gate = Gate(self.ANSWER)

        answer = fetch_of(gate).get(f"{self.ADDRESS}?wait=25", headers=TOKEN)

        assert (answer.json(), answer.headers["cache-control"]) == ({"items": []}, "no-store")
        subject, frame = gate.asked[0]
        assert subject == "linli.ask.fetch.hml"
        assert (frame["device"], frame["secret"], frame["wait_s"]) == ("door-1", "s3cret", 25.0)

    @pytest.mark.parametrize("wait", ["31", "-1", "1.5", "x", "", "9" * 6000, "１"])
    def test_refuses_to_wait_for_what_is_no_time(self, fetch_of, wait):
        gate = Gate(self.ANSWER)

        answer = fetch_of(gate).get(f"{self.ADDRESS}?wait={wait}", headers=TOKEN)

        assert (answer.status_code, answer.json()["key"]) == (422, "push.bad_wait")
        assert gate.asked == []

    def test_wants_a_token(self, fetch_of):
        gate = Gate(self.ANSWER)

        answer = fetch_of(gate).get(self.ADDRESS)

        assert (answer.status_code, gate.asked) == (401, [])

    @pytest.mark.parametrize(
        ("status", "key", "after"),
        [(401, "push.not_believed", None), (429, "push.too_often", "5")],
    )
    def test_says_what_the_gate_refused(self, fetch_of, status, key, after):
        answer = fetch_of(Gate({"status": status})).get(self.ADDRESS, headers=TOKEN)

        assert (answer.status_code, answer.json()["key"]) == (status, key)
        assert answer.headers.get("retry-after") == after

    def test_of_too_many_who_wait_the_next_is_answered_at_once(self, fetch_of):
        gate = Gate(self.ANSWER)

        fetch_of(gate, waiting=1000).get(f"{self.ADDRESS}?wait=25", headers=TOKEN)

        assert gate.asked[0][1].get("wait_s", 0.0) == 0.0

    def test_asks_to_come_again_where_nobody_answers(self, fetch_of):
        answer = fetch_of(Gate()).get(self.ADDRESS, headers=TOKEN)

        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
