"""The marks as they are read without settings: as the sweep and the system page go by them."""

import socket
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connections

from linli.app.backup import marks, tools
from linli.foundation.apart import pairing
from linli.foundation.apart.models import Mark

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "apart"])
NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)


@pytest.fixture
def told(monkeypatch):
    """Return how the databases of the test are told of, where they are on a server."""
    own = {alias: connections[alias].settings_dict for alias in marks.FILES}
    if connections["default"].vendor != "sqlite":
        return own
    monkeypatch.setattr(marks, "FILES", {alias: str(one["NAME"]) for alias, one in own.items()})
    return {}


@pytest.fixture
def not_made(told, monkeypatch):
    """Let what is kept apart have no database yet, or one with no tables."""
    if not told:
        monkeypatch.setitem(marks.FILES, "apart", "nowhere/apart.sqlite3")
        yield told
        return
    with psycopg.connect(**tools.parameters(told["apart"]), autocommit=True) as line:
        line.execute("CREATE DATABASE not_made")
        yield {**told, "apart": {**told["apart"], "NAME": "not_made"}}
        line.execute("DROP DATABASE not_made WITH (FORCE)")


def standing(told):
    return marks.standing(home=Path(settings.HOME), databases=told)


@pytest.mark.parametrize(
    ("here", "there", "found"),
    [("", "", "none"), ("a", "a", "pair"), ("a", "b", "differs"), ("", "a", "differs"),
     ("a", "", "differs")],
)  # fmt: skip
def test_only_what_is_swept_is_called_a_pair(told, here, there, found):
    for store, value in (("default", here), ("apart", there)):
        if value:
            Mark.objects.using(store).create(pk=1, value=value, at=NOW)

    assert standing(told) == found
    assert pairing.state() == ("pair" if found == "pair" else "differs")


def test_a_database_that_was_not_made_yet_is_no_trouble(not_made):
    Mark.objects.using("default").create(pk=1, value="a", at=NOW)

    assert standing(not_made) == "new"


def test_a_server_that_says_nothing_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(marks, "PATIENCE_S", 2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host, port = silent.getsockname()
        apart = {"NAME": "apart", "USER": "u", "HOST": host, "PORT": str(port)}

        with pytest.raises(psycopg.errors.ConnectionTimeout):
            standing({"default": apart})
