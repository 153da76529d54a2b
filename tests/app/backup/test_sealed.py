import io
import os

import msgspec
import pytest

from linli.app import secret
from linli.app.backup import archive, keys, sealed
from linli.foundation.vault.logic import KEY_BYTES

KEY = bytes(range(16))
PART = 2**20 + 16


@pytest.fixture
def folder(tmp_path):
    """Two megabytes that do not grow smaller, a short file, an empty one."""
    made = tmp_path / "in"
    (made / "deep").mkdir(parents=True)
    (made / "deep" / "noise").write_bytes(os.urandom(2_200_000))
    (made / "短").write_text("和睦里", "utf-8")
    (made / "empty").touch()
    return made


@pytest.fixture
def written(folder):
    told, own = sealed.header(key=KEY, passphrase="和睦里的口令", made_at="2026-06-01")
    line = msgspec.json.encode(told) + b"\n"
    out = io.BytesIO()
    out.write(line)
    archive.write(folder=folder, target=out, key=own, beside=line, made_by="test")
    return out.getvalue()


def read(body, opener=None, take=archive.skim):
    return archive.read(source=io.BytesIO(body), opener=opener or sealed.Opener(key=KEY), take=take)


class TestRead:
    @pytest.mark.parametrize(
        "opener", [sealed.Opener(key=KEY), sealed.Opener(passphrase="和睦里的口令")]
    )
    def test_gives_back_what_was_written(self, written, folder, opener):
        found = {}

        contents = read(written, opener, lambda name, file: found.update({name: file.read()}))

        assert set(found) == set(contents.files) == {"deep/noise", "短", "empty"}
        assert all(body == (folder / name).read_bytes() for name, body in found.items())

    def test_shows_nothing_without_the_key(self, written):
        assert "和睦里".encode() not in written
        assert KEY not in written

    @pytest.mark.parametrize(
        "opener",
        [sealed.Opener(key=bytes(16)), sealed.Opener(passphrase="another"), sealed.Opener()],
    )
    def test_refuses_what_does_not_open_it(self, written, opener):
        with pytest.raises(sealed.WrongKey) as refused:
            read(written, opener)

        assert refused.value.values == {"wanted": sealed.mark(KEY)}

    @pytest.mark.parametrize("at", [-1, -17, -PART, PART + 999, 300])
    def test_refuses_one_changed_bit(self, written, at):
        changed = bytearray(written)
        changed[at] ^= 1

        with pytest.raises((sealed.Damaged, sealed.NotABackup, sealed.WrongKey)):
            read(bytes(changed))

    @pytest.mark.parametrize("left", [PART, 2 * PART])
    def test_refuses_an_end_that_is_missing_also_between_parts(self, written, left):
        header = written.index(b"\n") + 1

        with pytest.raises(sealed.Damaged):
            read(written[: header + left])

    def test_refuses_parts_that_changed_places(self, written):
        at = written.index(b"\n") + 1
        first, second = written[at : at + PART], written[at + PART : at + 2 * PART]

        with pytest.raises(sealed.Damaged):
            read(written[:at] + second + first + written[at + 2 * PART :])

    def test_refuses_a_part_of_another_backup(self, written, folder):
        told, own = sealed.header(key=KEY, passphrase="", made_at="2026-06-02")
        line = msgspec.json.encode(told) + b"\n"
        other = io.BytesIO()
        archive.write(folder=folder, target=other, key=own, beside=line, made_by="test")
        header = written.index(b"\n") + 1

        with pytest.raises(sealed.Damaged):
            read(written[:header] + other.getvalue())

    @pytest.mark.parametrize(
        "body",
        [b"", b"\n", b"PK\x03\x04", b"{" * 5000, b'{"linli_backup":2}\n', os.urandom(9000)],
        ids=["empty", "line", "zip", "braces", "later", "noise"],
    )
    def test_refuses_what_is_none(self, body):
        with pytest.raises(sealed.NotABackup):
            read(body)


class TestKey:
    def test_is_made_once_for_its_owner_only(self, tmp_path):
        first = keys.own(tmp_path / "keys")

        assert keys.own(tmp_path / "keys") == first
        assert len(first) == KEY_BYTES
        assert (tmp_path / "keys" / keys.NAME).stat().st_mode & 0o777 == 0o600

    def test_lies_where_keys_lie(self, tmp_path, monkeypatch):
        monkeypatch.setenv("LINLI_KEYS", str(tmp_path / "apart"))

        keys.own(secret.keys_folder(tmp_path / "home"))

        assert (tmp_path / "apart" / keys.NAME).is_file()

    @pytest.mark.parametrize("words", ["", "zz", "00" * 15])
    def test_refuses_a_file_that_holds_none(self, tmp_path, words):
        file = tmp_path / "backup.key"
        file.write_text(words, "utf-8")

        with pytest.raises(sealed.WrongKey):
            keys.read(file)
