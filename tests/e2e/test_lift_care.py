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

from tests.e2e.installation import free_port, token, wait_for

ROOT = next(p for p in Path(__file__).resolve().parents if (p / "pyproject.toml").is_file())
PYTHON = ROOT / "clients" / "python"
TYPESCRIPT = ROOT / "clients" / "typescript"
EXAMPLE = PYTHON / "examples" / "lift_care.py"
API = "/api/v1/hml"


@pytest.fixture(scope="module")
def people(linli):
    return {role: linli.signed_in(role) for role in ("manager", "supervisor", "resident")}


@pytest.fixture(scope="module")
def program(linli):
    """Start the program; return where it listens."""
    home = f"http://127.0.0.1:{free_port()}"
    process = subprocess.Popen(
        [sys.executable, str(EXAMPLE), linli.url, "hml", home],
        env={**os.environ, "PYTHONPATH": str(PYTHON)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    yield home, process
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
    assert [line.strip() for line in iter(program[1].stdout.readline, "ready\n")] == []
    return party["id"]


@pytest.fixture(scope="module")
def agreed(people, program, let_in):
    """Let the resident agree as his browser would: there, to the page, and back."""
    sent = httpx.get(program[0], follow_redirects=False)
    page = urlsplit(sent.headers["location"])
    asking = said(people["resident"].get(f"{API}/agree?{page.query}"))
    answer = people["resident"].post(f"{API}/agree?{page.query}", json={"agrees": True})
    back = httpx.get(said(answer)["location"])
    assert (back.status_code, "已授权，可以关闭本页" in back.text) == (200, True)
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


def test_it_opens_a_repair_in_the_name_of_who_agreed(people, let_in, agreed, stopped):
    def repairs():
        items = said(people["resident"].get(f"{API}/cases"))["items"]
        return [one for one in items if one["kind"] == "repair.lift"]

    found = wait_for(repairs, 60)

    assert [one["id"] for one in agreed["scopes"]] == ["cases.report"]
    assert (found[0]["place"], len(found)) == (stopped["place"], 1)
    assert found[0]["reporter_name"].endswith("（快梯维保）")


def test_the_resident_sees_what_it_did_and_takes_it_back(people, let_in, agreed, stopped):
    def done():
        """Return the offer once the deed is on it: it is written after the repair was answered."""
        offer = offered(people["resident"], let_in)
        return offer if offer["deeds"] else None

    offer = wait_for(done)

    gone = people["resident"].delete(f"{API}/agreements/{let_in}")

    assert [deed["act"] for deed in offer["deeds"]] == ["POST /hml/cases"]
    assert gone.status_code == 204
    assert offered(people["resident"], let_in)["agreed"] is None


def test_the_manager_sees_what_it_used(people, let_in, stopped):
    def told():
        """Return what the manager sees once it is counted that the program was told."""
        shown = said(people["manager"].get(f"{API}/third-parties/{let_in}"))
        return shown if shown["usage"][0]["told"] else None

    shown = wait_for(told)

    [day] = shown["usage"]
    assert day["calls"] >= 2
    assert day["told"] >= 1
    assert [hook["waiting"] for hook in shown["webhooks"]] == [0]


def test_the_how_to_shows_the_program_as_it_is_in_thirty_lines():
    page = (ROOT / "docs" / "howto" / "write-a-third-party.md").read_text("utf-8")
    text = EXAMPLE.read_text("utf-8")

    assert text in page
    assert len(text.splitlines()) <= 32


@pytest.fixture(scope="module")
def built():
    """Write the TypeScript client as JavaScript; `./linli types` checks its types."""
    modules = sorted(str(one) for one in (TYPESCRIPT / "src").glob("[cirw]*.ts"))
    options = ["--noCheck", "--noResolve", "--target", "ES2022", "--verbatimModuleSyntax"]
    nodenext = ["--module", "NodeNext", "--moduleResolution", "NodeNext"]
    compiler = str(ROOT / "ui" / "node_modules" / ".bin" / "tsc")
    where = ["--outDir", str(TYPESCRIPT / "dist")]
    subprocess.run([compiler, *options, *nodenext, *where, *modules], check=True)


def test_the_typescript_client_speaks_to_it(linli, people, built):
    scopes = ["alarms.read", "cases.read", "cases.report", "cases.text"]
    home = f"http://127.0.0.1:{free_port()}"
    asked = {"name": "另一家", "home": home, "words": "说 TypeScript", "contact": "x@y.example"}
    made = said(
        httpx.post(
            f"{linli.url}{API}/third-parties",
            json={**asked, "scopes": scopes, "redirects": [f"{home}/back"]},
        ),
        201,
    )
    path = f"{API}/third-parties/{made['id']}"
    reviewed = said(people["manager"].post(f"{path}/review", json={"scopes": scopes}))
    said(people["supervisor"].post(f"{path}/allow", json={"version": reviewed["version"]}))
    resident = people["resident"]
    cookies = "; ".join(f"{one.name}={one.value}" for one in resident.cookies.jar)
    told = {
        "LINLI_URL": linli.url, "LINLI_CLIENT": made["client_id"],
        "LINLI_CLIENT_SECRET": made["client_secret"], "LINLI_HOME_URL": home,
        "LINLI_COOKIES": cookies, "LINLI_CSRF": token(resident),
    }  # fmt: skip

    done = subprocess.run(
        ["node", "--test", "test/"], cwd=TYPESCRIPT, env={**os.environ, **told},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
