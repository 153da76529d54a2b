"""Copies that were made while keys were being turned over say, and hold, what opens them."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from django.conf import settings

from linli.app.backup import contents, keys, make, restore, sealed
from linli.foundation.apart import operations
from linli.foundation.audit.anchors import Anchor, Anchors
from linli.foundation.vault import mastering, queries
from linli.foundation.vault.master import APART_KEY, Master
from tests.app.backup.test_apart import there

__all__ = ["there"]
NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)


@pytest.mark.django_db(transaction=True, databases=["default", "apart"])
def test_a_copy_of_what_is_kept_apart_says_which_master_keys_it_may_need(there, tmp_path):
    home = Path(settings.HOME)
    queries.forget()
    operations.keep(
        community="hml", subject="a" * 32, what="test", value="需要胰岛素", purpose="emergency",
        now=NOW,
    )  # fmt: skip
    before = queries.master("apart").name()
    name = mastering.turn(account=7, store="apart", now=NOW)
    try:
        made = make.make_apart(home=home, to=tmp_path, passphrase="口令", now=NOW)
    finally:
        while mastering.rewrap(store="apart"):
            pass
        mastering.retire(account=7, store="apart", now=NOW)

    opener = sealed.Opener(key=keys.own(home / "apart" / "keys"))
    assert made.masters == restore.masters(Path(made.file)) == (name, before)
    restore.check(file=Path(made.file), opener=opener)
    folder = tmp_path / "out"
    folder.mkdir()
    restore._unpack(Path(made.file), opener, folder)
    came = Master(folder / "home" / "apart" / "keys", name=APART_KEY)
    assert came.names() == [name, before]


def test_a_copy_from_before_master_keys_had_names_says_none(tmp_path):
    header, _ = sealed.header(key=b"k" * 16, passphrase="", made_at="then")
    file = tmp_path / "old.backup"
    file.write_bytes(msgspec.json.encode(header) + b"\n")

    assert restore.masters(file) == ()


def test_the_keys_of_the_anchors_are_copied_with_them(tmp_path):
    home, folder = tmp_path / "home", tmp_path / "copy"
    own = Anchors(file=home / "audit" / "a.jsonl", key_file=home / "audit.key", every_s=0)
    own.begin(Anchor(number=0, digest="0" * 64, at=1.0))
    own.turn(at=2.0)
    own.note(Anchor(number=4, digest="4" * 64, at=3.0))

    contents.take_anchors(file=own.file, home=home, folder=folder)
    own.turn(at=4.0)

    came = Anchors(file=folder / "audit" / "a.jsonl", key_file=folder / "audit.key")
    assert [one.number for one in came.each()] == [0, 0, 4]
    apart = set(contents.anchor_files(file=own.file, home=home))
    assert {one.name for one in apart} == {
        "a.jsonl", "audit.end", "audit.key", "audit-first.key",
        *(one.name for one in home.glob("audit-*.key")),
    }  # fmt: skip
