"""Every door of the API is asked what its description allows, and much that is odd: none breaks,
none answers what it did not declare (schemathesis, in this process).

The usual run takes a sample of the doors, another with each commit (`chance`), `--long` all of
them.
"""

from datetime import timedelta

import httpx
import pytest
import requests
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import openapi
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from linli.web.doors import doors
from tests import chance
from tests.proof.calling import description, filled, holes, key_of, plain, undone
from tests.proof.test_matrix import of_things
from tests.proof.world import HERE, role_for

pytestmark = [pytest.mark.django_db(databases=["default", "apart"]), pytest.mark.once]

SAMPLE, EXAMPLES = 15, 5
EXAMPLES_LONG = 40
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def described():
    return openapi.from_dict(description())


class Asker:
    """Asks one door whatever its description allows."""

    def __init__(self, described, calling, entering):
        self.described, self.calling, self.entering = described, calling, entering

    def things(self, door):
        """Return what is really there to be asked for, behind the second hole of an address."""
        if len(holes(door.path)) < 2:
            return []
        first = "/{".join(door.path.split("/{")[:2]) + f"/{{{holes(door.path)[1]}}}"
        return of_things(self.calling, self.entering("manager"), first)

    def ask(self, door, examples):
        """Ask so many times.

        :raises AssertionError: if it breaks, or answers what it did not declare
        """
        client, known = self.entering(role_for(door)), self.things(door)
        operation = self.described["/api/v1" + plain(door.path)][door.method]

        @seed(chance.number(f"{door.method} {door.path}"))
        @settings(
            max_examples=examples, deadline=None, database=None,
            suppress_health_check=list(HealthCheck), phases=[Phase.generate],
        )  # fmt: skip
        @given(case=operation.as_strategy())
        def asked(case):
            if "community" in case.path_parameters:
                case.path_parameters["community"] = HERE
            if known and len(str(case.path_parameters)) % 2:
                case.path_parameters[holes(door.path)[1]] = known[0]
            response = sent(client, case)
            assert response.status_code < 500 or is_silent(response), case.as_curl_command()
            case.validate_response(response, checks=CHECKS)

        asked()


def sent(client, case):
    """Send what was thought of through Django's own client, so that it can be undone."""
    ready = requests.Request(**case.as_transport_kwargs(base_url="http://testserver")).prepare()
    kind = ready.headers.pop("Content-Type", "application/octet-stream")
    with undone():
        answer = client.generic(
            ready.method, ready.path_url, ready.body or b"", kind, headers=dict(ready.headers)
        )
    body = b"".join(answer) if answer.streaming else answer.content
    asked = httpx.Request(ready.method, ready.url)
    told = httpx.Response(answer.status_code, headers=answer.items(), content=body, request=asked)
    told.elapsed = timedelta()
    return told


def is_silent(response):
    """Tell whether another process was asked and is not there: this is no fault of the door."""
    return response.status_code == 503 and response.json().get("key", "")


def test_no_door_breaks_or_answers_what_it_did_not_declare(long_run, described, calling, entering):
    asker, wrong = Asker(described, calling, entering), {}
    every = doors()
    chosen = every if long_run else chance.some("api", every, SAMPLE)

    for door in chosen:
        try:
            asker.ask(door, EXAMPLES_LONG if long_run else EXAMPLES)
        except (AssertionError, BaseExceptionGroup) as error:
            wrong[door.method, door.path] = str(error)[:1500]

    again = f"again by {chance.SETTING}={chance.word()}"
    assert not wrong, "\n\n".join([again, *(f"{door}: {why}" for door, why in wrong.items())])


class TestOdd:
    """What no description allows, and browsers never send."""

    @pytest.mark.parametrize(
        "text", ["\0", "' OR 1=1 --", "\ud800", "x" * 70_000, "%00", "../../x"]
    )
    def test_odd_text_in_every_question_breaks_nothing(self, entering, calling, text):
        client, broken = entering("manager"), {}
        for door in doors():
            if door.method != "GET" or holes(door.path) != ["community"]:
                continue
            for one in calling.operation(door).get("parameters", []):
                if one["in"] != "query":
                    continue
                with undone():
                    answer = client.get(
                        f"/api/v1/{HERE}{door.path.removeprefix('/{community}')}",
                        {one["name"]: text.encode("utf-8", "surrogatepass")},
                    )
                if answer.status_code >= 500 and not key_of(answer):
                    broken[door.path, one["name"]] = answer.status_code

        assert broken == {}

    @pytest.mark.parametrize(
        "number", [0, -1, 2**31, 2**63, 2**64, -(2**63) - 1, 10**30, "1e400", "NaN"]
    )
    def test_odd_numbers_break_nothing(self, entering, calling, number):
        client, broken = entering("manager"), {}
        for door in doors():
            told = calling.operation(door).get("parameters", [])
            numbers = [one["name"] for one in told if "integer" in str(one["schema"])]
            if door.method != "GET" or "{community}" not in door.path or not numbers:
                continue
            values = dict.fromkeys(holes(door.path), number) | {"community": HERE}
            with undone():
                answer = client.get(filled(door.path, **values), dict.fromkeys(numbers, number))
            if answer.status_code >= 500 and not key_of(answer):
                broken[door.path] = answer.status_code

        assert broken == {}

    @pytest.mark.parametrize(
        "body",
        [b"", b"{", b"[]", b"null", b'"x"', b"1e999", b"[" * 5000, b'{"a":' * 2000,
         b'{"title":"\\u0000","name":"\\u0000","reason":"\\u0000"}', b"\xff\xfe", b"\0"],
        ids=["empty", "open", "list", "null", "text", "number", "deep", "deeper", "nul", "bytes",
             "zero"],
    )  # fmt: skip
    def test_odd_bodies_break_nothing(self, entering, body):
        client, broken = entering("manager"), {}
        for door in doors():
            if door.method == "GET":
                continue
            address = filled(door.path, community=HERE)
            with undone():
                answer = client.generic(door.method, address, body, "application/json")
            if answer.status_code >= 500 and not key_of(answer):
                broken[door.method, door.path] = answer.status_code

        assert broken == {}
