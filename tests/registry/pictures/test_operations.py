"""Pictures are drawn anew, kept once, looked at for a purpose, and go when they are old."""

from datetime import timedelta

import pytest

from linli.contracts import pictures as spool
from linli.foundation import sealing
from linli.foundation.audit import queries as audit
from linli.foundation.audit.models import Act
from linli.foundation.files import store
from linli.foundation.files.models import Kept
from linli.registry.pictures import jobs, logic, operations, queries
from linli.registry.pictures.models import Picture
from tests.adapters.scanner import EICAR, as_clamd, goes_away, virus_scanner
from tests.registry.conftest import NOW
from tests.registry.pictures.conftest import HIDDEN, jpeg, spooled

__all__ = ["virus_scanner"]
pytestmark = pytest.mark.django_db


def sealed(given):
    return sealing.seal(spool.encode(given), use=spool.USE)


def take(name="a", given=None, now=NOW):
    return operations.take(community="hml", spool=name, given=given or spooled(), now=now)


def content(row):
    return queries.image(community="hml", row=row).content


class TestTake:
    def test_keeps_nothing_of_the_bytes_that_came(self, devices):
        row = take()

        shown = content(row)
        assert shown.startswith(b"\xff\xd8\xff")
        assert b"<script>" not in shown
        assert HIDDEN not in shown
        assert (row.file.kind, row.file.width_px, row.file.height_px) == ("camera", 64, 48)

    def test_takes_the_same_file_of_the_spool_once(self, devices):
        assert take().pk == take().pk
        assert Picture.rows.of("hml").count() == 1

    @pytest.mark.parametrize(
        ("bytes_", "why"),
        [
            (b"", "not_an_image"),
            (b"\xff\xd8\xff\xe0garbage\xff\xd9", "not_an_image"),
            (b"<svg onload='alert(1)'/>", "not_an_image"),
            (jpeg()[:200], "not_an_image"),
        ],
    )
    def test_says_of_what_is_no_picture_why_and_keeps_no_byte_of_it(self, devices, bytes_, why):
        row = take(given=spooled(content=bytes_))

        assert (row.file, row.refused) == (None, why)
        assert Kept.rows.of("hml").count() == 0
        with pytest.raises(queries.PictureNotFound):
            queries.picture(community="hml", id=row.pk)

    def test_lets_go_of_who_is_not_in_the_register(self, devices):
        assert take(given=spooled("nobody")) is None
        assert Picture.rows.of("hml").count() == 0


class TestLook:
    @pytest.mark.parametrize("purpose", ["", "curiosity"])
    def test_shows_nothing_for_no_purpose_and_remembers_nothing(self, devices, sign_in, purpose):
        row = take()
        account = sign_in("guard")

        with pytest.raises(logic.UnknownPurpose):
            operations.look(
                community="hml", id=row.pk, purpose=purpose, account=account, seen=(), now=NOW
            )

        assert not audit.lines(community="hml", act=Act.LOOK)

    def test_is_of_its_own_community(self, devices):
        row = take()

        with pytest.raises(queries.PictureNotFound):
            queries.picture(community="other", id=row.pk)


class TestForget:
    def test_drops_rows_and_bytes_of_what_is_old(self, devices, django_capture_on_commit_callbacks):
        old = take("old", spooled(content=jpeg("blue")))
        new = take("new", now=NOW + timedelta(days=2))
        name = old.file.vault_key

        with django_capture_on_commit_callbacks(execute=True):
            gone = operations.forget(community="hml", before=NOW + timedelta(days=1), most=10)

        assert gone == 1
        assert content(new)
        assert not store.holds_sealed(name)

    def test_keeps_bytes_that_another_picture_shows(
        self, devices, django_capture_on_commit_callbacks
    ):
        take("old")
        new = take("new", now=NOW + timedelta(days=2))

        with django_capture_on_commit_callbacks(execute=True):
            operations.forget(community="hml", before=NOW + timedelta(days=1), most=10)

        assert content(new)

    def test_the_job_keeps_them_for_as_long_as_is_set(self, devices, settings):
        settings.PICTURE_DAYS = 30
        take()

        assert jobs.forget(NOW + timedelta(days=29)) == 0
        assert jobs.forget(NOW + timedelta(days=31)) == 1


class TestSpool:
    def put(self, store, name, body):
        folder = store / spool.FOLDER / "hml"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(body)
        return folder

    def test_takes_what_lies_there_the_oldest_first_and_clears_it_away(self, devices, store):
        folder = self.put(store, "2-000002.pic", sealed(spooled("co-2")))
        self.put(store, "1-000001.pic", sealed(spooled("co-1")))
        self.put(store, "3-000003.new", b"half")

        assert jobs.take(NOW) == 2

        rows = Picture.rows.of("hml").order_by("pk")
        assert [(row.spool, row.device) for row in rows] == [
            ("1-000001", "co-1"), ("2-000002", "co-2"),
        ]  # fmt: skip
        assert [file.name for file in folder.iterdir()] == ["3-000003.new"]

    def test_takes_one_from_before_they_were_sealed(self, devices, store):
        self.put(store, "1-000001.pic", spool.encode(spooled("co-1")))

        assert jobs.take(NOW) == 1
        assert Picture.rows.of("hml").get().device == "co-1"

    def test_goes_on_after_a_file_that_is_none(self, devices, store):
        folder = self.put(store, "1-000001.pic", b"\xc1 no msgpack")
        self.put(store, "2-000002.pic", sealed(spooled()))

        assert jobs.take(NOW) == 2
        assert jobs.take(NOW) == 0
        assert Picture.rows.of("hml").count() == 1
        assert list(folder.iterdir()) == []

    def test_of_what_the_virus_scanner_finds_no_byte_is_kept(self, devices, store, virus_scanner):
        folder = self.put(store, "1-000001.pic", sealed(spooled(content=jpeg() + EICAR)))
        self.put(store, "2-000002.pic", sealed(spooled()))

        assert jobs.take(NOW) == 2

        rows = Picture.rows.of("hml").order_by("pk")
        assert [(row.refused, row.file is None) for row in rows] == [
            ("infected", True), ("", False),
        ]  # fmt: skip
        assert Kept.rows.of("hml").count() == 1
        assert list(folder.iterdir()) == []

    def test_stay_there_while_nobody_can_look_for_a_virus(self, devices, store, virus_scanner):
        folder = self.put(store, "1-000001.pic", sealed(spooled()))
        goes_away(virus_scanner)
        assert jobs.take(NOW) == 0
        assert not Picture.rows.of("hml").exists()
        assert len(list(folder.iterdir())) == 1

        virus_scanner.says = as_clamd

        assert jobs.take(NOW) == 1
        assert Picture.rows.of("hml").get().refused == ""
