"""Where the panel of a door is found: in the register, and nowhere else."""

import pytest

from linli.app import visiting
from linli.contracts.visits import Panel
from linli.domains.doors.models import Door
from linli.registry.devices.models import Device
from linli.registry.places import queries as places
from tests.domains.visits.conftest import NOW
from tests.registry.conftest import estate, other_estate

__all__ = ["estate", "other_estate"]

HERE = {"connect": "10.0.0.8:80", "password": "sesame"}
DOOR, CAMERA = "door-b03", "cam-b03"


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    settings.HOME = tmp_path
    return tmp_path


@pytest.fixture
def door(estate):
    place = places.place(community="hml", path="hml/b03/u1")
    row = device(DOOR, model="access_door")
    return Door.rows.create(
        community="hml", device=row, kind="door", place=place, camera=CAMERA, set_at=NOW
    )


def device(code, *, driver="", options=None, model="camera", **more):
    return Device.rows.create(
        community="hml", code=code, model=model, name_zh=code, registered_at=NOW, driver=driver,
        options=options or {}, place=places.place(community="hml", path="hml/b03/u1"), **more,
    )  # fmt: skip


def test_the_door_itself_is_spoken_through_where_it_can_be(estate):
    device(DOOR, driver="isapi", options=HERE)

    assert visiting._panel("hml", DOOR) == Panel(way="isapi", options=HERE)
    assert visiting._panel("other", DOOR) is None


@pytest.mark.parametrize(("address", "channel"), [("2", 2), ("34", 34), ("D1", 33), ("D2", 34)])
def test_else_its_camera_a_channel_of_a_recorder_through_the_recorder(door, address, channel):
    recorder = device("nvr", driver="isapi", options=HERE, model="gateway")
    device(CAMERA, driver="isapi", gateway=recorder, address=address)

    assert visiting._panel("hml", DOOR) == Panel(way="isapi", options=HERE, channel=channel)


@pytest.mark.parametrize("address", ["", "D", "gate"])
def test_a_channel_without_a_number_is_none_and_not_the_recorders_first(door, address):
    recorder = device("nvr", driver="isapi", options=HERE, model="gateway")
    device(CAMERA, driver="isapi", gateway=recorder, address=address)

    assert visiting._panel("hml", DOOR) is None


@pytest.mark.parametrize(
    "how",
    [
        {"driver": "isapi", "options": HERE, "enabled": False},
        {"driver": "isapi", "options": {"password": "sesame"}},
        {"driver": "onvif", "options": HERE},
        {},
    ],
)
def test_what_is_off_or_cannot_be_reached_or_speaks_otherwise_is_none(door, how):
    device(CAMERA, **how)

    assert visiting._panel("hml", DOOR) is None


def test_a_recorder_that_is_off_takes_its_channels_along(door):
    recorder = device("nvr", driver="isapi", options=HERE, model="gateway", enabled=False)
    device(CAMERA, driver="isapi", gateway=recorder, address="2")

    assert visiting._panel("hml", DOOR) is None


def test_the_demo_has_a_test_panel_where_it_has_the_test_picture(door, home):
    (home / "demo.json").write_text("{}")
    assert visiting._panel("hml", DOOR) == Panel(way="echo")

    (home / visiting.SOURCES).write_text(f'[hml]\n"{DOOR}" = "/srv/door.mp4"\n')
    assert visiting._panel("hml", DOOR) is None
