"""The pictures of a car at the lanes: shown to whose stay it is, and to the desk for a purpose."""

import hashlib

import pytest

from linli.contracts.pictures import Spooled
from linli.domains.parking.models import Stay
from linli.foundation.audit.models import Line
from linli.registry.pictures import operations as pictures
from tests.domains.parking.conftest import CAR, MORNING, OTHER, minutes
from tests.domains.parking.test_doors import API
from tests.registry.pictures.conftest import jpeg

pytestmark = pytest.mark.django_db


@pytest.fixture
def passes(sees, settings, tmp_path):
    """Let a car pass whose camera takes a picture of its own."""
    settings.MEDIA_ROOT = tmp_path / "files"

    def passed(way, plate, at, colour, *, comes=True):
        content = jpeg(colour)
        seen = sees(way, plate, at=at, picture=hashlib.sha256(content).hexdigest())
        if comes:
            given = Spooled(
                device=f"gate-{way}",
                line="l",
                at=minutes(at).timestamp(),
                event="",
                content=content,
            )
            pictures.take(community="hml", spool=f"{at}-{colour}", given=given, now=MORNING)
        return seen

    return passed


def stay(plate):
    return Stay.rows.of("hml").get(plate=plate).pk


class TestOwn:
    def test_shows_whose_stay_it_is_his_car_and_not_the_one_behind(
        self, passes, home, browser, resident
    ):
        passes("in", OTHER, 0, "red")
        passes("in", CAR, 0, "blue")
        client = browser(resident)
        path = f"{API}/my/parking/stays/{stay(OTHER)}/pictures"

        items = client.get(path).json()["items"]
        image = client.get(f"{path}/{items[0]['id']}")

        assert [(one["direction"], one["lane_name"]["zh"]) for one in items] == [("in", "in")]
        assert (image.status_code, image["Content-Type"]) == (200, "image/jpeg")
        assert image["Cache-Control"] == "no-store"

    def test_a_strangers_stay_or_picture_is_not_found(self, passes, home, browser, resident):
        passes("in", OTHER, 0, "red")
        strange = passes("in", CAR, 0, "blue").pk
        client = browser(resident)

        asked = [
            f"{API}/my/parking/stays/{stay(CAR)}/pictures",
            f"{API}/my/parking/stays/{stay(CAR)}/pictures/{strange}",
            f"{API}/my/parking/stays/{stay(OTHER)}/pictures/{strange}",
        ]

        assert [client.get(path).status_code for path in asked] == [404, 404, 404]

    def test_one_that_did_not_come_or_is_gone_is_not_listed(self, passes, home, browser, resident):
        passes("in", OTHER, 0, "red", comes=False)
        client = browser(resident)

        assert client.get(f"{API}/my/parking/stays/{stay(OTHER)}/pictures").json() == {"items": []}


class TestDesk:
    def test_reads_which_there_are_and_looks_for_a_purpose_that_is_kept(
        self, passes, browser, manager
    ):
        passes("in", CAR, 0, "blue")
        client = browser(manager.account)

        seen = client.get(f"{API}/parking/stays/{stay(CAR)}").json()["seen"]
        number = seen[0]["picture"]
        shown = client.get(f"{API}/pictures/{number}?purpose=vehicles")
        unsaid = client.get(f"{API}/pictures/{number}")

        assert (shown.status_code, unsaid.status_code) == (200, 422)
        assert Line.objects.filter(act="look", what=f"picture:{number}").count() == 1
