"""The drill with a whole community: backed up while devices speak, restored where nothing was."""

import json
import os
import subprocess
import sys

import pytest

from tests.e2e.installation import ROOT, Installation, wait_for

pytestmark = pytest.mark.long
C = "hml"


def command(home, *words):
    done = subprocess.run(
        [sys.executable, "-m", "linli.app", *words],
        cwd=ROOT,
        env={**os.environ, "LINLI_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    installation = Installation(tmp_path_factory.mktemp("before")).start()
    yield installation
    installation.stop()


@pytest.fixture(scope="module")
def made(before, tmp_path_factory):
    manager = before.signed_in("manager")
    wait_for(lambda: manager.get(f"/api/v1/{C}/overview").json()["readings_today"], 60)
    manager.post(f"/api/v1/{C}/broadcasts", json={
        "place": f"{C}/b01", "text": {"zh": "备份之前"}, "urgent": False, "key": "before",
    })  # fmt: skip
    told = command(before.home, "backup", "--to", str(tmp_path_factory.mktemp("disk")))
    readings = manager.get(f"/api/v1/{C}/overview").json()["readings_today"]
    return told, readings


@pytest.fixture(scope="module")
def after(before, made, tmp_path_factory):
    before.stop()
    home = tmp_path_factory.mktemp("elsewhere") / "new"
    key = str(before.home / "keys" / "backup.key")
    told = command(home, "restore", made[0]["file"], "--key-file", key)
    sys.__stderr__.write(f"\ndrill: backup {made[0]}, restore {told}\n")
    installation = Installation(home, "--no-simulator").start()
    yield installation
    installation.stop()


class TestRestored:
    def test_people_sign_in_and_find_what_was_there(self, after):
        manager = after.signed_in("manager")

        said = manager.get(f"/api/v1/{C}/broadcasts").json()["items"]

        assert "备份之前" in json.dumps(said, ensure_ascii=False)

    def test_readings_are_there_up_to_the_backup(self, after, made):
        manager = after.signed_in("manager")

        found = wait_for(lambda: manager.get(f"/api/v1/{C}/overview").json()["readings_today"], 30)

        assert 0 < found <= made[1]

    def test_the_audit_trail_is_whole(self, after):
        assert command(after.home, "audit", "verify")["ok"] is True

    def test_it_can_be_backed_up_again_by_the_same_key(self, after, before, tmp_path):
        told = command(after.home, "backup", "--to", str(tmp_path))

        key = str(before.home / "keys" / "backup.key")
        assert command(after.home, "restore", told["file"], "--check", "--key-file", key)["ok"]
