"""Screens are told free places: once a change, not at every car, anew after a restart."""

from datetime import timedelta

import pytest

from linli.app import catalogue
from linli.domains.parking.models import Screen
from linli.domains.parking.operations import guiding, setting
from linli.registry.devices import catalogue as device_catalogue
from linli.registry.devices.models import Command, Device
from linli.registry.places.models import Place
from tests.domains.parking.conftest import MODELS, MORNING, OTHER, minutes

pytestmark = pytest.mark.django_db
S = timedelta(seconds=1)


@pytest.fixture
def screen(lot, manager, monkeypatch):
    models = {**MODELS, "guidance_screen": catalogue.load().models["guidance_screen"]}
    monkeypatch.setattr(device_catalogue.models, "_answer", lambda: models)
    Device.rows.create(
        community="hml", code="guide-1", model="guidance_screen", name_zh="引导屏",
        place=Place.rows.of("hml").get(path="hml/p1"), registered_at=MORNING,
        online=True, online_since=MORNING,
    )  # fmt: skip
    return setting.set_screen(actor=manager, lot="p1", device="guide-1", now=MORNING)


def tick(at):
    return guiding.tick(community="hml", now=at)


def told():
    rows = Command.rows.of("hml").filter(device="guide-1").order_by("issued_at", "id")
    return [row.args["free"] for row in rows]


def ends(state="acknowledged"):
    Command.rows.of("hml").exclude(state__in=["acknowledged", "failed"]).update(state=state)


class TestTick:
    def test_tells_a_change_once_and_what_is_newest_when_cars_come_fast(self, screen, sees):
        at = minutes(1)
        assert (tick(at), tick(at + S)) == (1, 0)
        ends()
        sees("in", at=1)
        assert tick(at + 2 * S) == 0  # too soon
        sees("in", OTHER, at=1)
        assert (tick(at + 5 * S), tick(at + 10 * S)) == (1, 0)

        assert told() == [3, 1]

    def test_waits_for_one_that_is_under_way_and_tells_again_what_was_in_vain(self, screen, sees):
        at = minutes(1)
        tick(at)
        sees("in", at=1)
        assert tick(at + 10 * S) == 0
        ends("failed")
        assert tick(at + 11 * S) == 1
        ends("failed")
        assert (tick(at + 20 * S), tick(at + 80 * S)) == (0, 1)

        assert told() == [3, 2, 2]

    def test_tells_nothing_to_one_that_is_away_and_all_anew_when_it_is_back(self, screen, sees):
        at = minutes(1)
        tick(at)
        ends()
        Device.rows.of("hml").filter(code="guide-1").update(online=False)
        sees("in", at=1)
        assert tick(at + 10 * S) == 0
        Device.rows.of("hml").filter(code="guide-1").update(online=True, online_since=at + 60 * S)
        assert tick(at + 65 * S) == 1
        ends()
        Device.rows.of("hml").filter(code="guide-1").update(online_since=at + 90 * S)

        assert (tick(at + 95 * S), tick(at + 100 * S)) == (1, 0)
        assert told() == [3, 2, 2]

    def test_one_that_is_out_of_use_keeps_no_other_waiting(self, screen):
        Device.rows.of("hml").filter(code="guide-1").update(enabled=False)

        assert (tick(minutes(1)), told()) == (0, [])


def test_a_device_that_shows_nothing_is_no_screen(screen, manager):
    with pytest.raises(setting.NoScreen):
        setting.set_screen(actor=manager, lot="p1", device="gate-in", now=MORNING)
    for _ in range(2):
        setting.drop_screen(actor=manager, lot="p1", device="guide-1", now=MORNING)

    assert Screen.rows.of("hml").count() == 0
