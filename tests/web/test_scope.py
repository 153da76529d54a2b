"""What is read behind `devices.read` ends where the reader's places end."""

from types import SimpleNamespace

import pytest

from linli.domains.cases.models import Case
from linli.foundation.apart import pairing
from linli.foundation.causes import operations as causes
from linli.registry.devices import operations
from linli.web import overview
from tests.registry.conftest import NOW
from tests.registry.devices.kit import issued

pytestmark = pytest.mark.django_db
API = "/api/v1/hml"


def note(id, cause, **about):
    causes.note(id=id, cause=cause, community="hml", kind="Tested", at=NOW, about=about)


@pytest.fixture
def chain(devices):
    note("r:1:0", None, device="co-1", value=41)
    note("alarm", "r:1:0", place="hml/p1")
    note("notice", "alarm", place="hml/b03", zh="请离开")
    note("spoken", "notice", device="speaker-1")
    note("cleared", "alarm", target="hml/p1")
    note("unplaced", "alarm", case=7)


def abouts(client):
    found = client.get(f"{API}/causes/spoken").json()
    return {one["id"]: one["about"] for one in found["chain"] + found["consequences"]}


class TestChain:
    def test_tells_all_to_who_looks_everywhere(self, client, sign_in, chain):
        sign_in("guard")

        assert all(abouts(client).values())

    def test_leaves_out_what_was_elsewhere(self, client, sign_in, chain):
        sign_in("guard", place="hml/b03")

        told = {link for link, about in abouts(client).items() if about}

        assert told == {"notice", "spoken"}

    def test_of_the_garage_nothing_of_the_building(self, client, sign_in, chain):
        sign_in("guard", place="hml/p1")

        told = {link for link, about in abouts(client).items() if about}

        assert told == {"r:1:0", "alarm", "cleared"}

    def test_says_what_made_each_consequence(self, client, sign_in, chain):
        sign_in("guard")

        found = client.get(f"{API}/causes/alarm").json()["consequences"]

        made_by = {one["id"]: one["cause"] for one in found}
        assert (made_by["spoken"], made_by["notice"], made_by["r:1:0"]) == ("notice", "alarm", "")


class TestOverview:
    @pytest.fixture(autouse=True)
    def clock(self, monkeypatch):
        monkeypatch.setattr(overview, "timezone", SimpleNamespace(now=lambda: NOW))
        monkeypatch.setattr(overview.history_state, "_answer", lambda community: {"today": 42})

    @pytest.mark.parametrize(("place", "counted"), [("", 1), ("hml/b03", 0)])
    def test_counts_what_one_may_see(self, client, sign_in, devices, place, counted):
        account = sign_in("guard", place=place)
        operations.command_issued(effect=issued())
        Case.rows.create(
            community="hml", number="C1", kind="general", title="x", state="handling",
            place="hml/p1", matter="incident", severity="minor", reporter_id=account,
            created_at=NOW,
        )  # fmt: skip

        found = client.get(f"{API}/overview").json()

        assert (found["cases"]["open"], found["commands_24h"]) == (counted, counted)
        assert found["readings_today"] == 42

    def test_counts_no_readings_while_history_is_silent(
        self, client, sign_in, devices, monkeypatch
    ):
        sign_in("guard")
        monkeypatch.setattr(overview.history_state, "_answer", lambda community: {"silent": True})

        assert client.get(f"{API}/overview").json()["readings_today"] is None


@pytest.mark.django_db(databases=["default", "apart"])
class TestSystem:
    @pytest.fixture(autouse=True)
    def told(self, estate, monkeypatch):
        for port in (overview.live_state, overview.history_state, overview.log_state):
            monkeypatch.setattr(port, "_answer", lambda community: {"silent": True})

    @pytest.mark.parametrize(
        ("role", "place", "status"),
        [("manager", "", 200), ("operator", "", 200), ("engineer", "", 403), ("guard", "", 403),
         ("manager", "hml/b03", 403)],
    )  # fmt: skip
    def test_is_for_who_runs_it(self, client, sign_in, role, place, status):
        sign_in(role, place=place)

        assert client.get(f"{API}/system").status_code == status

    def test_says_whether_what_is_kept_apart_belongs_to_it(self, client, sign_in):
        sign_in("operator")
        assert client.get(f"{API}/system").json()["apart"] == "differs"

        pairing.pair(now=NOW)

        assert client.get(f"{API}/system").json()["apart"] == "pair"
