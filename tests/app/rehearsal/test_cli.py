"""`./linli rehearse` as somebody at a terminal meets it."""

import json
import os
import sqlite3
import subprocess
import sys

import pytest

from linli.app import settings
from tests.app.rehearsal.conftest import CO, text


@pytest.fixture
def rehearse(tmp_path):
    """Return how a script is rehearsed by a process of its own: what it printed, and its status."""

    def run(words, *options, home=None, hash_seed="1"):
        file = tmp_path / "drill.toml"
        file.write_text(words, "utf-8")
        return subprocess.run(
            [sys.executable, "-m", "linli.app", "rehearse", str(file), *options],
            check=False,
            capture_output=True,
            text=True,
            cwd=settings.ROOT,
            env={**os.environ, "LINLI_HOME": str(home or tmp_path / "none"),
                 "PYTHONHASHSEED": hash_seed},
        )  # fmt: skip

    return run


class TestRehearse:
    @pytest.mark.long
    def test_gives_the_same_bytes_in_another_process_and_leaves_nothing_behind(
        self, rehearse, tmp_path
    ):
        first, again = tmp_path / "1.json", tmp_path / "2.json"

        one = rehearse(text(CO, length="5m"), "--json", "--out", str(first))
        other = rehearse(text(CO, length="5m"), "--out", str(again), hash_seed="2")

        assert (one.returncode, other.returncode) == (0, 0), one.stderr + other.stderr
        assert first.read_bytes() == again.read_bytes()
        told = json.loads(one.stdout)
        assert told["report"] == json.loads(first.read_bytes())
        assert told["run"]["times_real"] > 1
        assert not (tmp_path / "none").exists()

    def test_ends_with_1_when_something_was_not_as_expected(self, rehearse):
        done = rehearse(text(CO.replace('"2m" }', '"1s" }'), length="4m"))

        assert done.returncode == 1
        assert "未达到预期" in done.stdout

    def test_ends_with_2_at_a_mistake_and_says_where(self, rehearse):
        done = rehearse(text(CO.replace("garage-co", "sos")))

        assert done.returncode == 2
        assert "drill.toml:8：这个社区里没有符合“sos-*”的设备" in done.stderr
        assert "No device of this community fits" in done.stderr

    def test_says_that_an_installation_has_no_such_community(self, rehearse):
        done = rehearse(text(CO), "--community", "nowhere")

        assert done.returncode == 2
        assert "没有社区“nowhere”" in done.stderr


class TestCommunity:
    @pytest.mark.long
    def test_rehearses_the_register_of_an_installation_and_writes_nothing_there(
        self, rehearse, tmp_path
    ):
        home = tmp_path / "home"
        home.mkdir()
        environment = {**os.environ, "LINLI_HOME": str(home)}
        made = subprocess.run(
            [sys.executable, "-m", "linli.app", "prepare", "--demo"],
            cwd=settings.ROOT, env=environment, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
        before = rows(home)

        done = rehearse(text(CO, length="4m"), "--community", "hml", "--json", home=home)

        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["report"]["incidents"][0]["device"] == "co-g1-z1-1"
        assert rows(home) == before
        assert before["alarms_alarm"] == 0


def rows(home):
    """Return how many rows each table has."""
    base = sqlite3.connect(home / "linli.sqlite3")
    names = base.execute("select name from sqlite_master where type = 'table'")
    found = {
        name: base.execute(f'select count(*) from "{name}"').fetchone()[0]
        for (name,) in names.fetchall()
    }
    base.close()
    return found
