"""`./linli sandbox`: a community in which programs are tried."""

import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from linli.app import wiring
from linli.app.sandbox import sandbox
from linli.foundation.identity.models import Account, Grant
from linli.kernel.port import Port
from linli.registry.devices.models import Device
from linli.registry.people.models import Membership, Person
from linli.registry.places.models import Place

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def wired(monkeypatch):
    monkeypatch.setattr(
        Port, "answer_with", lambda port, answer: monkeypatch.setattr(port, "_answer", answer)
    )
    wiring.wire_records()


def run():
    return CliRunner().invoke(sandbox, [])


def test_makes_an_invented_community_and_says_how_to_sign_in(settings):
    settings.SANDBOX = "sandbox"

    said = run()

    assert said.exit_code == 0, said.output
    words = [line.split() for line in said.output.splitlines()]
    assert [line[:2] for line in words] == [
        ["resident", "sandbox-resident"], ["device", "sandbox/lift-1"],
    ]  # fmt: skip
    assert Place.rows.of("sandbox").filter(kind="room").count() == 4
    assert Device.rows.of("sandbox").count() == 3
    assert Membership.rows.of("sandbox").count() == Person.rows.of("sandbox").count() == 4
    account = Account.objects.get(username="sandbox-resident")
    assert account.check_password(words[0][2])
    assert list(Grant.objects.values_list("account", "role", "community")) == [
        (account.pk, "resident", "sandbox")
    ]


def test_is_made_once(settings):
    settings.SANDBOX = "sandbox"
    run()

    again = run()

    assert again.exit_code == 1
    assert "there already" in again.output
    assert Device.rows.of("sandbox").count() == 3


def test_wants_to_know_which_it_is(settings):
    settings.SANDBOX = ""

    said = run()

    assert said.exit_code == 1
    assert "LINLI_SANDBOX" in said.output


@pytest.mark.parametrize(("code", "ends"), [("sandbox", 0), ("sandbox-2", 0), ("hemuli", 1)])
def test_a_real_community_is_never_taken_for_one(tmp_path, code, ends):
    done = subprocess.run(
        [sys.executable, "-c", "import linli.app.settings"],
        env={**os.environ, "LINLI_HOME": str(tmp_path), "LINLI_SANDBOX": code},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == ends, done.stderr
    assert ("LINLI_SANDBOX" in done.stderr) == bool(ends)
