"""Files lie sealed; those from before are sealed while they are read; what is dropped is gone."""

import io
import os
from datetime import timedelta
from hashlib import sha256

import pytest
from PIL import Image

from linli.contracts import directory
from linli.foundation.files import images, jobs, operations, queries, store
from linli.foundation.files.models import Kept
from linli.foundation.vault import operations as vault
from linli.foundation.vault import queries as keys
from linli.foundation.vault.models import DataKey
from tests.foundation.audit.kit import crash_at
from tests.registry.conftest import NOW

pytestmark = pytest.mark.django_db(databases=["default", "apart"])


@pytest.fixture(autouse=True)
def folder(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT, settings.KEYS = tmp_path / "files", tmp_path / "keys"
    monkeypatch.setattr(directory.communities, "_answer", lambda: ["hml"])
    keys.forget()
    return settings.MEDIA_ROOT


def picture(colour="red"):
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "JPEG")
    return images.cleaned(out.getvalue())


def keep(one=None, community="hml"):
    return operations.keep(community=community, kind="photo", picture=one or picture(), now=NOW)


def before_sealing(one=None, community="hml"):
    """Keep a picture as it was kept before files were sealed."""
    one = one or picture()
    store.put_stream([one.content])
    return operations.keep_bytes(
        community=community, kind="photo", digest=sha256(one.content).hexdigest(),
        size_bytes=len(one.content), content_type="image/jpeg", now=NOW,
    )  # fmt: skip


def content(row):
    return queries.content(community=row.community, id=row.pk)


def lies_there(folder):
    return [file for file in folder.rglob("*") if file.is_file()]


def age(folder, hours):
    for file in lies_there(folder):
        os.utime(file, (0, (NOW - timedelta(hours=hours)).timestamp()))


class TestKeep:
    def test_no_byte_of_a_picture_lies_open(self, folder):
        one = picture()
        row = keep(one)

        [file] = lies_there(folder)
        body = file.read_bytes()
        assert content(row) == one.content
        assert not any(one.content[at : at + 16] in body for at in range(0, 200, 8))
        assert b"JFIF" not in body
        assert file.name == row.vault_key
        assert file.stat().st_mode & 0o777 == 0o600

    def test_each_community_has_its_own_under_its_own_key(self, folder):
        mine, theirs = keep(), keep(community="other")

        first, second = lies_there(folder)
        assert first.read_bytes() != second.read_bytes()
        operations.forget(community="hml", id=mine.pk)
        assert content(theirs)

    def test_bytes_of_another_file_in_its_place_are_refused(self, folder):
        one, other = keep(), keep(picture("blue"))
        store.put_sealed(one.vault_key, store.get_sealed(other.vault_key))

        with pytest.raises(store.Damaged):
            content(one)

    def test_one_whose_bytes_were_lost_is_put_back_when_it_comes_again(self, folder):
        row = keep()
        store.drop_sealed(row.vault_key)

        again = keep()

        assert again.pk == row.pk
        assert content(row) == picture().content

    def test_what_a_crash_leaves_is_noise_and_goes(self, folder, monkeypatch):
        with crash_at(monkeypatch, Kept, "save"):
            keep()
        store.put_sealed("ab" * 16, [b"noise"])
        age(folder, 2)

        assert jobs.tidy(NOW) == 0
        assert jobs.tidy_sealed(NOW) == 1
        assert lies_there(folder) == []


class TestForget:
    def test_destroys_the_key_and_drops_the_bytes(self, folder, django_capture_on_commit_callbacks):
        row = keep()

        with django_capture_on_commit_callbacks(execute=True):
            operations.forget(community="hml", id=row.pk)

        assert lies_there(folder) == []
        assert not DataKey.rows.of("hml").filter(subject=row.vault_key).exists()

    def test_whose_key_was_destroyed_is_not_there(self):
        row = keep()
        vault.discard(community="hml", subjects=[row.vault_key])

        with pytest.raises(queries.FileNotFound):
            content(row)


class TestThoseFromBefore:
    def test_are_sealed_while_they_are_read_and_go_an_hour_later(self, folder):
        row = before_sealing()
        age(folder, 48)
        assert content(row) == picture().content

        assert jobs.seal(NOW) == 1

        assert jobs.seal(NOW) == 0
        stale = row  # as somebody read it a moment before
        assert content(row) == picture().content
        assert queries._bytes(stale) == picture().content
        assert len(lies_there(folder)) == 2
        age(folder, 2)
        assert jobs.tidy(NOW) == 1
        fresh = Kept.rows.of("hml").get()
        assert [file.name for file in lies_there(folder)] == [fresh.vault_key]
        assert content(row) == picture().content

    def test_what_was_sealed_this_hour_lies_there_for_a_backup_that_is_being_made(self, folder):
        before_sealing()
        age(folder, 48)
        jobs.seal(NOW)

        assert operations.tidy(before=NOW - timedelta(hours=24)) == 0
        assert jobs.tidy_sealed(NOW) == 0
        assert len(lies_there(folder)) == 2

    def test_a_reader_who_asked_before_and_opens_after_reads_it(self, folder, monkeypatch):
        row = before_sealing()
        real = queries.file

        def seal_meanwhile(**told):
            found = real(**told)
            monkeypatch.setattr(queries, "file", real)
            jobs.seal(NOW)
            store.drop(found.digest)
            return found

        monkeypatch.setattr(queries, "file", seal_meanwhile)

        assert content(row) == picture().content

    def test_cut_off_it_is_sealed_the_next_time(self, folder, monkeypatch):
        row = before_sealing()
        with crash_at(monkeypatch, store, "leave_for_a_while"):
            jobs.seal(NOW)
        age(folder, 2)

        assert Kept.rows.of("hml").get().vault_key == ""
        assert jobs.seal(NOW) == 1
        age(folder, 2)
        assert (jobs.tidy(NOW), jobs.tidy_sealed(NOW)) == (1, 1)
        assert content(row) == picture().content

    def test_one_that_another_community_still_has_unsealed_stays(self, folder):
        mine, theirs = before_sealing(), before_sealing(community="other")
        jobs.seal(NOW)
        age(folder, 2)

        assert jobs.tidy(NOW) == 0
        assert content(mine) == content(theirs)

    def test_dropped_before_it_was_sealed_its_bytes_go(
        self, folder, django_capture_on_commit_callbacks
    ):
        row = before_sealing()
        with django_capture_on_commit_callbacks(execute=True):
            operations.forget(community="hml", id=row.pk)

        assert lies_there(folder) == []

    def test_one_that_is_damaged_is_told_when_all_others_are_sealed(self, folder):
        row = before_sealing()
        [file] = lies_there(folder)
        file.write_bytes(b"something else")
        before_sealing(picture("blue"))

        assert jobs.seal(NOW) == 1
        with pytest.raises(store.Damaged, match=row.pk):
            jobs.seal(NOW)
        assert Kept.rows.of("hml").get(pk=row.pk).vault_key == ""

    def test_firmware_stays_as_it_came(self, folder):
        digest, size = store.put_stream([b"program"])
        operations.keep_bytes(
            community="hml", kind="firmware", digest=digest, size_bytes=size,
            content_type="application/octet-stream", now=NOW,
        )  # fmt: skip
        age(folder, 48)

        assert (jobs.seal(NOW), jobs.tidy(NOW), jobs.tidy_sealed(NOW)) == (0, 0, 0)
        assert store.get(digest) == b"program"
