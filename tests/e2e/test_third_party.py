"""The third party of the how-to, as a program of its own: registers, is let in by two, is told when
a lift stops, and opens a repair for a resident who agreed to that.
"""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.e2e.installation import Installation, free_port, wait_for

ROOT = next(p for p in Path(__file__).resolve().parents if (p / "pyproject.toml").is_file())
PYTHON = ROOT / "clients" / "python"
EXAMPLE = PYTHON / "examples" / "lift_care.py"
API = "/api/v1/hml"


@pytest.fixture(scope="module")
def linli(tmp_path_factory):
    inside = {"LINLI_WEBHOOKS_INSIDE": "1"}
    installation = Installation(tmp_path_factory.mktemp("linli"), environment=inside)
    yield installation.start()
    installation.stop()


@pytest.fixture(scope="module")
def people(linli):
    return {role: linli.signed_in(role) for role in ("manager", "supervisor", "resident")}


@pytest.fixture(scope="module")
def program(linli):
    """Start the program; return where it listens."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, str(EXAMPLE), linli.url, "hml", str(port)],
        env={**os.environ, "PYTHONPATH": str(PYTHON)},
        stdout=subprocess.PIPE,
        text=True,
    )
    yield f"http://127.0.0.1:{port}", process
    process.kill()
    process.communicate()


def said(answer, status=200):
    assert answer.status_code == status, answer.text
    return answer.json()


def registered(manager):
    items = said(manager.get(f"{API}/third-parties?state=waiting"))["items"]
    return items[0] if items else None


@pytest.fixture(scope="module")
def let_in(people, program):
    """Review it as the manager, let it in as the supervisor, and wait until it knows."""
    party = wait_for(lambda: registered(people["manager"]))
    path = f"{API}/third-parties/{party['id']}"
    terms = {"scopes": ["alarms.read", "cases.report"], "calls_a_day": 1000, "price_fen": 100}
    reviewed = said(people["manager"].post(f"{path}/review", json=terms))
    said(people["supervisor"].post(f"{path}/allow", json={"version": reviewed["version"]}))
    lines = iter(program[1].stdout.readline, "")
    before = []
    for line in lines:
        if line.strip() == "ready":
            break
        before.append(line)
    assert all("openapi" in line or "invalid_client" in line for line in before)
    return party["id"]


@pytest.fixture(scope="module")
def agreed(people, program, let_in):
    """Let the resident agree as his browser would: there, to the page, and back."""
    sent = httpx.get(program[0], follow_redirects=False)
    page = urlsplit(sent.headers["location"])
    asking = said(people["resident"].get(f"{API}/agree?{page.query}"))
    answer = people["resident"].post(f"{API}/agree?{page.query}", json={"agrees": True})
    assert httpx.get(said(answer)["location"]).status_code == 204
    return asking


@pytest.fixture(scope="module")
def stopped(linli, people):
    """Let a lift say that somebody is trapped; return its device."""
    manager = people["manager"]
    lift = said(manager.get(f"{API}/devices", params={"model": "lift"}))["items"][0]
    made = said(manager.post(f"{API}/devices/{lift['code']}/credential"))

    def told():
        """Tell whether it was taken: a moment passes until the gate knows the new secret."""
        answer = httpx.post(
            f"{linli.url}/push/v1/hml/{lift['code']}/readings",
            json=[{"occupied": 1}, {"event": "trapped"}],
            headers={"Authorization": f"Bearer {made['secret']}"},
        )
        return answer.status_code == 200 and answer.json()["refused"] == []

    wait_for(told)
    return lift


def offered(resident, party):
    items = said(resident.get(f"{API}/market"))["items"]
    return next(one for one in items if one["id"] == party)


@pytest.mark.long
def test_it_opens_a_repair_in_the_name_of_who_agreed(people, let_in, agreed, stopped):
    def repairs():
        items = said(people["resident"].get(f"{API}/cases"))["items"]
        return [one for one in items if one["kind"] == "repair.lift"]

    found = wait_for(repairs, 30)

    assert [one["id"] for one in agreed["scopes"]] == ["cases.report"]
    assert (found[0]["place"], len(found)) == (stopped["place"], 1)
    assert found[0]["reporter_name"].endswith("（快梯维保）")


@pytest.mark.long
def test_the_resident_sees_what_it_did_and_takes_it_back(people, let_in, agreed, stopped):
    offer = offered(people["resident"], let_in)

    gone = people["resident"].delete(f"{API}/agreements/{let_in}")

    assert [deed["act"] for deed in offer["deeds"]] == ["POST /hml/cases"]
    assert gone.status_code == 204
    assert offered(people["resident"], let_in)["agreed"] is None


@pytest.mark.long
def test_the_manager_sees_what_it_used(people, let_in, stopped):
    shown = said(people["manager"].get(f"{API}/third-parties/{let_in}"))

    [day] = shown["usage"]
    assert day["calls"] >= 2
    assert day["told"] >= 1
    assert [hook["waiting"] for hook in shown["webhooks"]] == [0]


def test_the_how_to_shows_the_program_as_it_is():
    page = (ROOT / "docs" / "howto" / "write-a-third-party.md").read_text("utf-8")

    assert EXAMPLE.read_text("utf-8") in page
