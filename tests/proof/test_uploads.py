"""Every door that takes a file is given the files that break others."""

import io
import os
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from linli.web.doors import doors
from tests.laws.source import ROOT
from tests.proof.calling import filled, holes, undone
from tests.proof.test_matrix import of_things
from tests.proof.world import HERE, role_for

pytestmark = [pytest.mark.django_db(databases=["default", "apart"]), pytest.mark.once]


def zipped(name, size):
    """Return a zip whose one part unpacks to far more than it is."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", b"<Types/>")
        made.writestr(name, b"0" * size)
    return out.getvalue()


def png_of(width, height):
    """Return the head of a PNG that claims a size, and nothing of it."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    part = struct.pack(">I", len(head)) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return b"\x89PNG\r\n\x1a\n" + part


def jpeg():
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "JPEG")
    return out.getvalue()


SCRIPT = b"<script>alert(1)</script>"
FILES = {
    "nothing": b"",
    "noise": os.urandom(2_000),
    "page": b"<!doctype html><html>" + SCRIPT,
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "entities": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "bomb": zipped("xl/worksheets/sheet1.xml", 60_000_000),
    "climbing zip": zipped("../../../../tmp/linli-climbed", 10),
    "huge picture": png_of(60_000, 60_000),
    "cut off picture": jpeg()[:200],
    "gif and page": b"GIF89a/*" + SCRIPT + b"*/",
    "pdf": b"%PDF-1.7\n" + b"0" * 500,
    "formula": "姓名,电话\n=cmd|'/c calc'!A1,@SUM(1)\n".encode(),
    "endless line": b"a," * 500_000,
}
NAMES = ["../../evil.html", "/etc/passwd", "a\x00.png", "x.php", "…" * 300, "con", ".htaccess"]


def taking_files(calling):
    """Return the doors that take a file, and how the part of the form is called."""
    for door in doors():
        content = calling.operation(door).get("requestBody", {}).get("content", {})
        if "multipart/form-data" in content:
            schema = content["multipart/form-data"]["schema"]
            schema = calling.document["components"]["schemas"].get(
                schema.get("$ref", "").rpartition("/")[2], schema
            )
            for name, told in schema["properties"].items():
                if "binary" in str(told):
                    yield door, name, schema


@pytest.fixture
def give(entering, calling, settings, tmp_path):
    """Return a function that gives a file to every door; what comes of it, by door."""
    settings.MEDIA_ROOT = settings.HOME = tmp_path / "home" / "files"
    settings.MEDIA_ROOT.mkdir(parents=True)

    def given(content, name):
        return {door.path: _given(door, part, schema, content, name)
                for door, part, schema in taking_files(calling)}  # fmt: skip

    def _given(door, part, schema, content, name):
        client = entering(role_for(door))
        others = {key: "x" for key in schema.get("required", []) if key != part}
        values = dict.fromkeys(holes(door.path), 1) | {"community": HERE, "kind": "people"}
        things = of_things(calling, entering("manager"), "/".join(door.path.split("/")[:4]))
        if things and len(holes(door.path)) > 1 and "kind" not in holes(door.path):
            values[holes(door.path)[1]] = things[0]
        file = SimpleUploadedFile("x", content)
        file.name = name
        with undone():
            return client.post(filled(door.path, **values), {part: file, **others})

    return given


LOOKED_THROUGH = {
    "/{community}/cases/{int:case}/photos": "tests/domains/cases/test_http.py",
    "/{community}/imports/{kind}/preview": "tests/registry/imports/test_http.py",
    "/{community}/releases": "tests/registry/campaigns/test_releases.py",
}
"""Where it is tried that the virus scanner sees what comes by a door, before it is kept."""


def test_of_each_door_that_takes_a_file_it_is_tried_that_the_virus_scanner_sees_it(calling):
    assert {door.path for door, _, _ in taking_files(calling)} == set(LOOKED_THROUGH)
    for file in LOOKED_THROUGH.values():
        assert "virus_scanner" in (ROOT / file).read_text("utf-8")


class TestFiles:
    @pytest.mark.parametrize("kind", FILES)
    def test_are_refused_or_kept_as_what_they_are_and_break_nothing(self, give, kind, tmp_path):
        answers = give(FILES[kind], "list.xlsx")

        assert len(answers) >= 3
        assert {
            path: one.status_code for path, one in answers.items() if one.status_code >= 500
        } == {}
        photos = [one.status_code for path, one in answers.items() if path.endswith("photos")]
        assert [status for status in photos if status < 400] == []
        assert not Path("/tmp/linli-climbed").exists()
        outside = [one for one in tmp_path.rglob("*") if one.is_file()]
        assert [one for one in outside if SCRIPT in one.read_bytes() and one.suffix] == []

    @pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
    def test_their_names_lead_nowhere(self, give, name, tmp_path):
        answers = give(jpeg(), name)

        assert {
            path: one.status_code for path, one in answers.items() if one.status_code >= 500
        } == {}
        found = [one.relative_to(tmp_path) for one in tmp_path.rglob("*") if one.is_file()]
        assert [one for one in found if one.parts[:2] != ("home", "files")] == []
        assert [one for one in found if "evil" in one.name or one.suffix in {".php", ".html"}] == []

    def test_a_picture_with_a_page_behind_it_is_kept_without_it(self, give, tmp_path):
        give(jpeg() + SCRIPT, "photo.jpg")

        kept = [one.read_bytes() for one in tmp_path.rglob("*") if one.is_file()]
        assert [body for body in kept if body.startswith(b"\xff\xd8") and SCRIPT in body] == []
