"""An empty database made at once is the one that the migrations make, one after the other."""

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.db import connection

from linli.foundation.tables import fresh

ROOT = Path(__file__).parents[3]


@pytest.fixture
def empty(tmp_path, django_db_blocker):
    """Return the environment of an empty database of the engine of this run."""
    made = []

    def make(name):
        home = tmp_path / name
        where = {**os.environ, "LINLI_HOME": str(home), "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
        if connection.vendor == "postgresql":
            url = urlsplit(os.environ["LINLI_DATABASE_URL"])
            with django_db_blocker.unblock(), connection.cursor() as cursor:
                cursor.execute(f"CREATE DATABASE tables_{name}")
            made.append(f"tables_{name}")
            where["LINLI_DATABASE_URL"] = url._replace(path=f"/tables_{name}").geturl()
        return where

    yield make
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for name in made:
            cursor.execute(f"DROP DATABASE {name}")


def tell(way, where):
    command = [sys.executable, "-m", "tests.foundation.tables.told", way]
    done = subprocess.run(command, check=False, env=where, cwd=ROOT, capture_output=True, text=True)
    assert not done.returncode, done.stderr
    return json.loads(done.stdout)


@pytest.mark.once
@pytest.mark.django_db(transaction=True)
def test_both_ways_make_the_same(empty):
    at_once, in_steps = tell("fresh", empty("fresh")), tell("steps", empty("steps"))

    for found in (at_once, in_steps):
        del found["tables"]["auth_group_permissions"]  # Django's own, unused: int4, by steps int8
    assert len(at_once["tables"]) > 100
    assert at_once["beside"]
    for name, found in in_steps.items():
        assert at_once[name] == found, name


@pytest.mark.django_db
def test_nothing_is_made_where_there_is_something():
    assert not fresh.lay_out(connection)


@pytest.mark.django_db
def test_django_has_nothing_left_to_do(capsys):
    call_command("migrate", "--check")
