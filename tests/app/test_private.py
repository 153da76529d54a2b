"""What an installation keeps is for its owner's eyes only."""

import os
import socket
import sqlite3
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner
from django.db.utils import ConnectionHandler
from psycopg_pool import PoolTimeout

from linli.app import database
from linli.app.backup import marks
from linli.app.doctor import doctor


def test_the_records_are_nobody_elses_however_open_the_shell_is(tmp_path):
    home = tmp_path / "home"
    command = [sys.executable, "-m", "linli.app", "migrate"]

    subprocess.run(
        command,
        env={
            **os.environ,
            "LINLI_HOME": str(home),
            "LINLI_DATABASE_URL": "",
            "LINLI_APART_DATABASE": "",
        },
        check=True,
        capture_output=True,
        umask=0o000,
    )

    open_to_others = [p.name for p in (home, *home.rglob("*")) if p.stat().st_mode & 0o077]
    assert (home / "linli.sqlite3").is_file()
    assert open_to_others == []


@pytest.mark.parametrize(("mode", "mark"), [(0o700, "ok "), (0o750, "BAD"), (0o704, "BAD")])
def test_the_doctor_refuses_a_home_that_others_can_enter(tmp_path, monkeypatch, mode, mark):
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(mode)
    monkeypatch.setenv("LINLI_HOME", str(home))

    said = CliRunner().invoke(doctor, []).output

    assert f"{mark} privacy of the home folder: {mode:o}" in said


class TestApart:
    @pytest.fixture
    def home(self, tmp_path, monkeypatch):
        for name in ("LINLI_KEYS", "LINLI_APART_KEYS"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("LINLI_HOME", str(tmp_path))
        (tmp_path / "apart").mkdir()
        with sqlite3.connect(tmp_path / "apart" / "apart.sqlite3") as line:
            line.execute("CREATE TABLE vault_wrappingkey (id)")
        return tmp_path

    def said(self):
        lines = CliRunner().invoke(doctor, []).output.splitlines()
        return next(line for line in lines if "what is kept apart" in line)

    def used(self, home):
        with sqlite3.connect(home / "apart" / "apart.sqlite3") as line:
            line.execute("INSERT INTO vault_wrappingkey VALUES (1)")

    def test_is_well_before_and_after_something_was_kept(self, home):
        assert self.said().startswith("ok ")

        self.used(home)
        (home / "apart" / "keys").mkdir()
        (home / "apart" / "keys" / "apart.key").touch()

        assert self.said().startswith("ok ")

    def test_a_master_key_that_is_gone_is_said(self, home):
        self.used(home)

        assert "BAD what is kept apart: its master key is gone" in self.said()

    def test_keys_that_lie_together_are_said(self, home, monkeypatch):
        monkeypatch.setenv("LINLI_APART_KEYS", str(home / "keys" / "apart"))

        assert "BAD what is kept apart: its keys lie with" in self.said()


class TestPair:
    @pytest.fixture
    def home(self, tmp_path, monkeypatch):
        for name in ("LINLI_DATABASE_URL", "LINLI_APART_DATABASE"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("LINLI_HOME", str(tmp_path))
        return tmp_path

    def marked(self, home, **values):
        for alias, value in values.items():
            file = home / marks.FILES[alias]
            file.parent.mkdir(exist_ok=True)
            with sqlite3.connect(file) as line:
                line.execute("CREATE TABLE apart_mark (value)")
                line.executemany("INSERT INTO apart_mark VALUES (?)", [(one,) for one in value])

    def said(self):
        lines = CliRunner().invoke(doctor, []).output.splitlines()
        return next(line for line in lines if "records and what is kept apart" in line)

    @pytest.mark.parametrize(
        ("values", "mark"),
        [({}, "ok "), ({"default": ["a"]}, "ok "), ({"default": ["a"], "apart": ["a"]}, "ok "),
         ({"default": [], "apart": []}, "BAD"), ({"default": [], "apart": ["a"]}, "BAD"),
         ({"default": ["a"], "apart": []}, "BAD"), ({"default": ["a"], "apart": ["b"]}, "BAD")],
        ids=["new", "restored alone", "a pair", "none yet", "restored records",
             "a copy of old", "another generation"],
    )  # fmt: skip
    def test_the_doctor_says_whether_they_belong_together(self, home, values, mark):
        self.marked(home, **values)

        assert self.said().startswith(mark)

    @pytest.mark.parametrize(
        ("values", "words"),
        [({}, "none yet: a start"), ({"default": [], "apart": []}, "no marks yet: nothing is"),
         ({"default": ["a"], "apart": ["a"]}, "a pair"),
         ({"default": ["a"], "apart": ["b"]}, "their marks differ: nothing is swept")],
    )  # fmt: skip
    def test_and_in_which_words(self, home, values, words):
        self.marked(home, **values)

        assert f"records and what is kept apart: {words}" in self.said()

    def test_a_file_that_is_no_database_is_said(self, home):
        self.marked(home, default=["a"])
        (home / "apart").mkdir()
        (home / "apart" / "apart.sqlite3").write_bytes(b"broken" * 999)

        assert "BAD records and what is kept apart: cannot be read" in self.said()

    def test_a_server_that_does_not_answer_is_said(self, home, monkeypatch):
        url = f"postgresql://u@/linli?host={home}"
        monkeypatch.setenv("LINLI_DATABASE_URL", url)

        assert "BAD records and what is kept apart: cannot be read" in self.said()


class TestDatabases:
    PG, APART = "postgresql://u:p@h:5432/linli", "postgresql://u:p@h:5432/apart"

    def told(self, tmp_path, **environment):
        return database.apart(tmp_path, environment)

    def test_lies_below_the_home_folder_where_the_records_do(self, tmp_path):
        assert self.told(tmp_path)["NAME"] == tmp_path / "apart" / "apart.sqlite3"
        assert (tmp_path / "apart").stat().st_mode & 0o777 == 0o700

    def test_may_be_on_a_server_either_way(self, tmp_path):
        for records in ("", self.PG):
            told = self.told(tmp_path, LINLI_DATABASE_URL=records, LINLI_APART_DATABASE=self.APART)
            assert told["NAME"] == "apart"

    def test_a_server_that_says_nothing_is_away_after_two_seconds(self, tmp_path):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"postgresql://u:p@127.0.0.1:{silent.getsockname()[1]}/apart"
            told = self.told(tmp_path, LINLI_APART_DATABASE=url)
            line = ConnectionHandler({"default": {}, "silent": told})["silent"]
            began = time.monotonic()

            with pytest.raises(PoolTimeout, match=r"after 2\.00 sec"):
                line.get_new_connection(line.get_connection_params())

            assert time.monotonic() - began < 10
            assert line.get_connection_params()["connect_timeout"] == 2
            line.close_pool()

    def test_is_on_a_server_where_the_records_are_and_never_the_same(self, tmp_path):
        for apart in ("", self.PG, "sqlite:///x"):
            with pytest.raises(SystemExit, match="LINLI_APART_DATABASE"):
                self.told(tmp_path, LINLI_DATABASE_URL=self.PG, LINLI_APART_DATABASE=apart)
