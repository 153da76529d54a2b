"""So many calls a minute; the headers say how many are left."""

import pytest

from linli.web import rates
from linli.web.rates import Windows

API = "/api/v1/hml"


@pytest.fixture(autouse=True)
def few(settings):
    settings.CALLS_A_MINUTE = {"account": 3, "third_party": 2, "address": 1}
    rates.windows.clear()
    yield
    rates.windows.clear()


@pytest.mark.django_db
class TestRates:
    def test_says_how_many_are_left_and_refuses_the_next(self, client, sign_in, estate):
        sign_in("guard")

        answers = [client.get(f"{API}/places") for _ in range(4)]

        assert [one.status_code for one in answers] == [200, 200, 200, 429]
        assert answers[0].headers["RateLimit-Policy"] == '"account";q=3;w=60'
        assert answers[0].headers["RateLimit"].startswith('"account";r=2;t=')
        assert answers[3].json()["key"] == "web.too_many"
        assert 1 <= int(answers[3].headers["Retry-After"]) <= 60

    def test_each_account_has_its_own(self, client, sign_in, estate):
        sign_in("guard")
        for _ in range(4):
            client.get(f"{API}/places")
        sign_in("engineer")

        assert client.get(f"{API}/places").status_code == 200

    def test_strangers_are_counted_by_address(self, client, estate):
        said = [
            client.get("/api/v1/session", REMOTE_ADDR=address).status_code
            for address in ("198.51.100.1", "198.51.100.1", "198.51.100.2")
        ]

        assert said == [401, 429, 401]

    def test_none_is_no_limit(self, client, sign_in, estate, settings):
        settings.CALLS_A_MINUTE = {"account": 0, "third_party": 0, "address": 0}
        sign_in("guard")

        answers = [client.get(f"{API}/places") for _ in range(5)]

        assert {one.status_code for one in answers} == {200}
        assert "RateLimit" not in answers[0].headers


class TestTake:
    def test_a_new_minute_counts_anew(self):
        windows = Windows()

        counts = [windows.take(caller="a", at_s=at) for at in (60.0, 119.5, 120.0)]

        assert counts == [(1, 60), (2, 1), (1, 60)]

    def test_inventing_callers_costs_no_memory(self, monkeypatch):
        monkeypatch.setattr(rates, "_MOST_KEYS", 3)
        windows = Windows()

        counts = [windows.take(caller=str(n), at_s=60.0)[0] for n in range(6)]

        assert counts == [1, 1, 1, 1, 2, 3]
