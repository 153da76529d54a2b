import io
import struct
import zlib
from hashlib import sha256

import pytest
from PIL import Image

from linli.foundation.files import images, operations, queries, store
from linli.foundation.files.models import Kept
from tests.registry.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


def picture(kind="JPEG", size=(40, 30), mode="RGB", **more):
    out = io.BytesIO()
    Image.new(mode, size, "red" if mode != "L" else 90).save(out, kind, **more)
    return out.getvalue()


def with_place():
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Invented Camera"
    exif.get_ifd(0x8825)[2] = (30.0, 16.0, 0.0)
    return picture(exif=exif)


def bomb():
    """A PNG of a few bytes that says it has 30,000 by 30,000 pixels."""

    def chunk(kind, body):
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"0"))
        + chunk(b"IEND", b"")
    )


def keep(content, community="hml"):
    return operations.keep(
        community=community, kind="photo", picture=images.cleaned(content), now=NOW
    )


class TestKeep:
    @pytest.mark.parametrize(
        ("kind", "mode"),
        [("JPEG", "RGB"), ("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "RGBA"), ("WEBP", "RGB")],
    )
    def test_keeps_a_picture_and_gives_it_back(self, kind, mode):
        row = keep(picture(kind, mode=mode))

        content = queries.content(community="hml", id=row.id)
        assert row.content_type == f"image/{kind.lower()}"
        assert Image.open(io.BytesIO(content)).size == (40, 30)

    def test_leaves_out_where_and_with_what_it_was_taken_and_sets_it_upright(self):
        content = queries.content(community="hml", id=keep(with_place()).id)

        image = Image.open(io.BytesIO(content))
        assert dict(image.getexif()) == {}
        assert image.size == (30, 40)
        assert b"Invented" not in content

    def test_the_same_twice_is_one_file(self, folder):
        first, second = keep(picture()), keep(picture())

        assert first.id == second.id
        assert sum(file.is_file() for file in folder.rglob("*")) == 1

    def test_two_communities_do_not_see_each_others(self):
        row = keep(picture())

        with pytest.raises(queries.FileNotFound):
            queries.content(community="other", id=row.id)
        assert keep(picture(), community="other").id != row.id

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"hello",
            b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
            b"\x89PNG\r\n\x1a\n",
            picture()[:400],
            picture("GIF", mode="P"),
            picture("TIFF"),
            b"%!PS-Adobe-3.0 EPSF-3.0\n",
            b"PK\x03\x04",
        ],
    )
    def test_refuses_what_is_no_whole_picture_and_keeps_nothing(self, content, folder):
        with pytest.raises(images.NotAnImage):
            keep(content)

        assert not Kept.rows.of("hml").exists()
        assert not folder.exists()

    def test_refuses_a_bomb_before_unpacking_it(self):
        with pytest.raises((images.ImageTooLarge, images.NotAnImage)):
            keep(bomb())

    def test_refuses_more_than_forty_million_pixels(self):
        with pytest.raises(images.ImageTooLarge):
            keep(picture("PNG", size=(8000, 5001), mode="L"))

    def test_refuses_more_than_ten_megabytes(self):
        with pytest.raises(images.FileTooLarge):
            keep(b"\xff\xd8" + b"0" * images.MOST_BYTES)

    def test_a_script_behind_a_picture_is_not_kept(self):
        content = queries.content(community="hml", id=keep(picture() + b"<?php evil ?>").id)

        assert b"php" not in content


class TestStore:
    def test_says_that_a_file_was_tampered_with(self, folder):
        row = keep(picture())
        file = next(f for f in folder.rglob("*") if f.is_file())
        file.write_bytes(b"something else")

        with pytest.raises(store.Damaged):
            queries.content(community="hml", id=row.id)

    def test_says_that_a_file_is_gone(self, folder):
        row = keep(picture())
        next(f for f in folder.rglob("*") if f.is_file()).unlink()

        with pytest.raises(queries.FileNotFound):
            queries.content(community="hml", id=row.id)


def test_one_image_is_unpacked_at_a_time(monkeypatch):
    """A second one waits: the lock is held while the first is drawn."""
    held = []
    real = images._verify
    monkeypatch.setattr(
        images, "_verify", lambda said: held.append(images._at_the_easel.locked()) or real(said)
    )

    images.cleaned(picture())

    assert held == [True]
    assert not images._at_the_easel.locked()


class TestPutStream:
    def test_what_comes_in_pieces_lies_under_its_content(self, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path / "fresh"

        digest, size = store.put_stream([b"ab", b"", b"c"])

        assert (digest, size) == (sha256(b"abc").hexdigest(), 3)
        assert store.path(digest).read_bytes() == store.get(digest) == b"abc"

    def test_what_breaks_off_leaves_nothing(self, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path / "fresh"

        def broken():
            yield b"half"
            raise OSError("cut off")

        with pytest.raises(OSError, match="cut off"):
            store.put_stream(broken())

        assert list(settings.MEDIA_ROOT.rglob("*")) == []
