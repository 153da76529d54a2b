"""What the API says of itself is OpenAPI 3.1, and true of every door."""

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from linli.web.api import api


@pytest.fixture(scope="module")
def described():
    return api.get_openapi_schema()


def doors(described):
    return [
        (method, path, door)
        for path, methods in described["paths"].items()
        for method, door in methods.items()
    ]


def test_it_is_valid(described):
    found = [str(error)[:300] for error in OpenAPIV31SpecValidator(described).iter_errors()]

    assert (described["openapi"][:3], found) == ("3.1", [])


def test_every_door_says_how_it_refuses(described):
    silent = [
        f"{method} {path}"
        for method, path, door in doors(described)
        if "/open311/" not in path  # there it is said as GeoReport says it
        and "application/problem+json" not in door["responses"]["default"]["content"]
    ]

    assert silent == []


def test_no_two_doors_have_one_name(described):
    names = [door["operationId"] for _, _, door in doors(described)]

    assert len(names) == len(set(names)) > 100


def test_a_post_takes_a_key_and_a_change_a_condition(described):
    place = described["paths"]["/api/v1/{community}/places/{place}"]
    cases = described["paths"]["/api/v1/{community}/cases"]

    assert "If-Match" in {one["name"] for one in place["patch"]["parameters"]}
    assert "If-Match" not in {one["name"] for one in place["get"]["parameters"]}
    assert "Idempotency-Key" in {one["name"] for one in cases["post"]["parameters"]}
