"""The program of the how-to, run as it is against a server: registers, is let in by two, is told
when a lift stops, and opens a repair for a resident who agreed to that.
"""

import asyncio
import os
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from asgiref.sync import sync_to_async
from django.conf import settings as django_settings
from django.core.servers.basehttp import ThreadedWSGIServer
from django.core.wsgi import get_wsgi_application
from django.test.testcases import QuietWSGIRequestHandler as QuietHandler

from linli.adapters.outward import Caller
from linli.contracts.alarms import AlarmOpened
from linli.domains.cases import ports as case_ports
from linli.domains.cases.logic import kinds
from linli.domains.cases.models import Case
from linli.domains.openapi import handlers
from linli.domains.openapi.models import Delivery, ThirdParty
from linli.domains.openapi.operations import telling
from linli.runtime.postman import Postman
from tests.domains.openapi.conftest import (
    estate,
    manager,
    person,
    reports,
    resident,
    second,
    wired,
    wiring,
)
from tests.e2e.installation import free_port, wait_for
from tests.registry.conftest import NOW

__all__ = [
    "estate", "manager", "person", "reports", "resident", "second", "wired",
    "wiring",
]  # fmt: skip
ROOT = next(p for p in Path(__file__).resolve().parents if (p / "pyproject.toml").is_file())
PYTHON = ROOT / "clients" / "python"
EXAMPLE = PYTHON / "examples" / "lift_care.py"
SCOPES = ["alarms.read", "cases.report"]


@pytest.fixture
def server(transactional_db):
    """Serve the API on loopback, in threads of this process; return its address."""
    httpd = ThreadedWSGIServer(("127.0.0.1", 0), QuietHandler)
    httpd.set_app(get_wsgi_application())
    thread = threading.Thread(target=httpd.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_port}"
    httpd.shutdown()
    thread.join()
    httpd.server_close()


@pytest.fixture
def program(server, estate, settings):
    """Start the program; return where it listens and what it says."""
    settings.WEBHOOKS_INSIDE = True
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, str(EXAMPLE), server, "hml", str(port)],
        env={**os.environ, "PYTHONPATH": str(PYTHON)},
        stdout=subprocess.PIPE,
        text=True,
    )
    yield f"http://127.0.0.1:{port}", process
    process.kill()
    process.communicate()


@pytest.fixture
def our_kinds(reports, monkeypatch):
    known = kinds.load((django_settings.CATALOG / "case_kinds.toml").read_text("utf-8"))
    monkeypatch.setattr(case_ports.case_kinds, "_answer", lambda: known)


def let_in(manager, second):
    """Review it and let it in, as two managers."""
    row = wait_for(lambda: ThirdParty.rows.of("hml").first(), 60)
    path = f"/third-parties/{row.pk}"
    version = manager.post(f"{path}/review", {"scopes": SCOPES}).json()["version"]
    assert second.post(f"{path}/allow", {"version": version}).status_code == 200
    return row.pk


def agree(resident, program):
    """Let the resident agree as his browser would: there, to the page, and back."""
    sent = httpx.get(program, follow_redirects=False, timeout=60)
    query = urlsplit(sent.headers["location"]).query
    answer = resident.post(f"/agree?{query}", {"agrees": True})
    assert httpx.get(answer.json()["location"], timeout=60).status_code == 204


def deliver():
    """Send what waits, over the wire."""

    async def send():
        async def in_records(call):
            return await sync_to_async(call)()

        postman = Postman(box=telling, records=in_records, post=Caller(inside=True).post)
        while await postman.round():
            await postman.finish()

    asyncio.run(send())


@pytest.mark.django_db(transaction=True)
def test_it_opens_a_repair_when_a_lift_stops(program, manager, second, resident, our_kinds):
    address, process = program
    party = let_in(manager, second)
    assert any(line.strip() == "ready" for line in iter(process.stdout.readline, ""))
    agree(resident, address)
    stopped = AlarmOpened(
        id="fact-1", at=NOW, community="hml", alarm=7, scene="safety.lift.passenger_trapped",
        device="lift-1", place="hml/b03/u1", severity="critical", count=1,
    )  # fmt: skip

    handlers.happened(facts=[stopped])
    deliver()

    [case] = Case.rows.of("hml")
    assert Delivery.rows.of("hml").get().state == "told"
    assert (case.kind, case.place, case.reporter_id) == (
        "repair.lift", "hml/b03/u1", resident.account,
    )  # fmt: skip
    [offer] = resident.get("/market").json()["items"]
    assert [deed["act"] for deed in offer["deeds"]] == ["POST /hml/cases"]
    assert resident.delete(f"/agreements/{party}").status_code == 204


def test_the_how_to_shows_the_program_as_it_is():
    page = (ROOT / "docs" / "howto" / "write-a-third-party.md").read_text("utf-8")

    assert EXAMPLE.read_text("utf-8") in page
