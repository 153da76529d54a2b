"""Where the live picture of a camera comes from as help is called for: from what the file says."""

import pytest

from linli.app import helping, visiting
from linli.domains.doors.models import Door
from linli.registry.devices.models import Device
from linli.registry.places import queries as places
from tests.domains.visits.conftest import NOW
from tests.registry.conftest import estate, other_estate

__all__ = ["estate", "other_estate"]

CAMERA = "cam-b03"


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    settings.HOME = tmp_path
    return tmp_path


@pytest.fixture
def door(estate):
    place = places.place(community="hml", path="hml/b03/u1")
    row = Device.rows.create(
        community="hml", code="door-b03", model="access_door", name_zh="门", registered_at=NOW,
        place=place,
    )  # fmt: skip
    return Door.rows.create(
        community="hml", device=row, kind="door", place=place, camera=CAMERA, set_at=NOW
    )


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ('"cam-b03" = "rtsp://10.0.0.9/1"\n"door-b03" = "/srv/door.mp4"', "rtsp://10.0.0.9/1"),
        ('"door-b03" = "/srv/door.mp4"', "/srv/door.mp4"),
        ('"door-b01" = "/srv/other.mp4"\n"*" = "pattern"', ""),
    ],
    ids=["its own", "that of the door it sees", "all other doors are not it"],
)
def test_of_a_camera_is_its_own_or_that_of_the_door_it_sees(door, home, file, source):
    (home / visiting.SOURCES).write_text(f"[hml]\n{file}\n")

    assert helping._sources("hml", [CAMERA]) == ({CAMERA: source} if source else {})
    assert helping._sources("other", [CAMERA]) == {}


def test_of_many_cameras_is_read_once(door, home, monkeypatch, django_assert_num_queries):
    (home / visiting.SOURCES).write_text('[hml]\n"door-b03" = "/a.mp4"\n"cam-2" = "/b.mp4"\n')
    read, real = [], visiting.sources
    monkeypatch.setattr(visiting, "sources", lambda file: read.append(file) or real(file))

    with django_assert_num_queries(1):
        found = helping._sources("hml", [CAMERA, "cam-2", "cam-3"])

    assert (found, len(read)) == ({CAMERA: "/a.mp4", "cam-2": "/b.mp4"}, 1)


def test_there_is_none_without_the_file_but_the_test_picture_of_the_demo(door, home):
    assert helping._sources("hml", [CAMERA]) == {}

    (home / "demo.json").write_text("{}")
    assert helping._sources("hml", [CAMERA]) == {CAMERA: "pattern"}
