"""A camera at charging bays, from its own frame to the charging: the same question as at a lane,
answered by whose camera it is.
"""

from datetime import timedelta

import pytest

from linli.app import charging, desk
from linli.contracts.asking import Asked
from linli.contracts.charging import StopReason
from linli.domains.charging.models import Connector, Session
from linli.domains.charging.operations import answering, setting, stopping
from linli.domains.charging.operations.watching import STATES
from linli.domains.parking import ports as parking
from linli.domains.parking.queries.lots import LaneNotFound
from linli.drivers import lane
from linli.drivers.gat1400.peer import car as gat1400_car
from linli.drivers.isapi.peer import plate as isapi_plate
from linli.kernel.fault import Fault
from linli.registry.people.models import Vehicle
from tests.domains.charging.conftest import (
    NOW,
    add_device,
    begin,
    held,
    later,
    look,
    over,
    people,
    row,
    site,
    start,
    wiring,
)
from tests.drivers.gat1400 import test_objects as gat1400
from tests.drivers.isapi import test_plates as isapi
from tests.registry.conftest import estate, wired

__all__ = ["estate", "people", "site", "wired", "wiring"]

pytestmark = pytest.mark.django_db

CAR = "浙AD92035"


@pytest.fixture
def bays(site, people):
    """Return the owner of a car that begins by its plate, at two bays that one camera sees."""
    Vehicle.rows.create(community="hml", plate=CAR, colour="green", kind="car", owner=people[0])
    answering.wish_by_plate(community="hml", person=people[0].pk, plate=CAR, on=True, now=NOW)
    add_device("cam-1", "camera")
    for n in (1, 2):
        see(f"cp-{n}", "cam-1", str(n))
    return people[0]


def see(device, camera, lane=""):
    return setting.set_camera(community="hml", site="ev1", device=device, camera=camera, lane=lane)


def tell(question, *, camera="cam-1", now=NOW, community="hml", **body):
    """Let a camera ask; return what it is told."""
    asked = Asked(
        community=community,
        device=camera,
        kind=question.kind,
        id=question.id,
        body=question.body | body,
        at=now.timestamp(),
    )
    return desk.ANSWERS[asked.kind](asked, now)


def shown(n=1, **more):
    """Return what a Hikvision camera asks of the car; each `n` is another post of it."""
    return isapi.asked(isapi_plate(CAR, uuid=f"post-{n}", **more))


def end(number, person, at=NOW):
    """Let somebody end a charging of his."""
    stopping.stop(community="hml", number=number, reason=StopReason.USER, person=person.pk, now=at)


class TestFrames:
    @pytest.mark.parametrize(
        "question",
        [
            shown(),
            gat1400.asked(gat1400_car(CAR, device=gat1400.CODE), model="camera"),
        ],
        ids=["isapi", "gat1400"],
    )
    def test_begin_at_the_bay_of_the_lane_that_the_camera_names(self, bays, question):
        told = tell(question)

        session = Session.rows.of("hml").get()
        assert (told.ok, told.reason, told.body) == (True, "", {"session": session.number})
        assert (session.way, session.connector.device.code) == ("plate", "cp-1")
        assert session.person_id == bays.pk

    def test_the_same_frame_again_begins_one_and_gets_one_answer(self, bays):
        told = [tell(shown()) for _ in range(40)]

        assert len({one.body["session"] for one in told}) == 1
        assert (Session.rows.of("hml").count(), held()) == (1, 5000)

    def test_forty_posts_of_one_car_begin_one(self, bays):
        told = [tell(shown(n), now=later(seconds=n)) for n in range(40)]

        assert [one.ok for one in told] == [True] + [False] * 39
        assert held() == 5000

    def test_another_lane_is_another_bay_and_one_that_nobody_named_is_none(self, bays):
        assert tell(shown(1), lane="02").ok
        assert Session.rows.of("hml").get().connector.device.code == "cp-2"
        with pytest.raises(Fault) as refused:
            tell(shown(2), lane="3")
        assert refused.value.key == "charging.connector_not_found"

    def test_of_a_camera_that_sees_one_bay_the_lane_does_not_matter(self, bays):
        see("cp-2", "")
        see("cp-1", "cam-1", "")

        assert tell(shown(), lane="7").ok


class TestWhoMayNot:
    @pytest.mark.parametrize(
        ("said", "reason"),
        [
            ({"replayed": True}, "charging.plate_not_there"),
            ({"direction": "out"}, "charging.plate_not_there"),
            ({"confidence": 0.5}, "charging.plate_not_sure"),
            ({"confidence": lane.UNSURE}, "charging.plate_not_sure"),
            ({"plate": ""}, "charging.plate_not_sure"),
            ({"plate": "浙AD00000"}, "charging.unknown_card"),
        ],
    )
    def test_begins_nothing(self, bays, said, reason):
        told = tell(shown(), **said)

        assert (told.ok, told.reason) == (False, reason)
        assert (Session.rows.of("hml").count(), held()) == (0, 0)

    def test_a_camera_that_sees_no_bay_is_nobodys(self, bays):
        with pytest.raises(LaneNotFound):
            tell(shown(), camera="cam-9")
        with pytest.raises(LaneNotFound):
            tell(shown(), community="other")

    def test_a_camera_does_not_speak_for_a_bay_that_is_anothers(self, bays):
        add_device("cam-2", "camera")
        asked = Asked(
            community="hml", device="cam-2", kind="charge.plate", id="q", at=NOW.timestamp(),
            body={"connector": "cp-1", "plate": CAR, "confidence": 0.99},
        )  # fmt: skip

        told = desk.ANSWERS["charge.plate"](asked, NOW)

        assert (told.ok, told.reason) == (False, "charging.other_camera")


class TestStays:
    def test_what_he_ended_does_not_begin_again_while_the_car_stands_there(self, bays):
        end(tell(shown()).body["session"], bays)

        told = [tell(shown(n), now=later(minutes=20 * n - 20)) for n in range(2, 6)]

        assert {one.reason for one in told} == {"charging.plate_still_there"}
        assert held() == 0

    def test_plugged_in_for_hours_it_is_still_there(self, bays):
        begin(tell(shown()).body["session"])
        over(at=later(hours=1), meter_wh=8000, reason="SOCLimitReached")
        look(later(hours=5), connector_state=STATES.index("finishing"), plugged_in=1)

        told = tell(shown(2), now=later(hours=5))

        assert told.reason == "charging.plate_still_there"

    def test_back_in_the_evening_it_begins_anew(self, bays):
        begin(tell(shown()).body["session"])
        over(at=later(hours=1), meter_wh=8000, reason="EVDisconnected")

        told = tell(shown(2), now=later(hours=1, minutes=31))

        assert told.ok
        assert row(told.body["session"]).state == "starting"

    def test_one_that_leaves_and_is_back_every_25_minutes_begins_each_time(self, bays):
        for n in range(3):
            came, about = later(minutes=25 * n), f"70{n}"
            told = tell(shown(2 * n), now=came)
            begin(told.body["session"], at=came, transaction=about)
            ended = came + timedelta(minutes=15)
            over(at=ended, meter_wh=1000 + n, reason="EVDisconnected", transaction=about)
            out = tell(shown(2 * n + 1), now=ended, direction="out")
            assert (out.ok, out.reason) == (False, "charging.plate_not_there")

        assert Session.rows.of("hml").filter(way="plate", vehicle__plate=CAR).count() == 3

    def test_one_that_never_plugged_in_and_drove_away_begins_when_it_is_back(self, bays):
        number = tell(shown()).body["session"]
        tell(shown(2), now=later(minutes=1), direction="out")
        end(number, bays, at=later(minutes=2))

        assert tell(shown(3), now=later(minutes=10)).ok

    @pytest.mark.parametrize(
        "said", [{"replayed": True}, {"confidence": 0.5}, {"lane": "2"}, {"plate": "浙AD00000"}]
    )
    def test_it_did_not_leave_by_what_is_late_unsure_of_another_bay_or_car(self, bays, said):
        end(tell(shown()).body["session"], bays)

        tell(shown(2), now=later(minutes=1), **{"direction": "out"} | said)

        assert tell(shown(3), now=later(minutes=2)).reason == "charging.plate_still_there"

    def test_what_a_camera_takes_for_driving_away_while_it_charges_does_not_count(self, bays):
        begin(tell(shown()).body["session"])
        tell(shown(2), now=later(minutes=30), direction="out")
        over(at=later(hours=1), meter_wh=8000, reason="EVDisconnected")

        told = tell(shown(3), now=later(hours=1, minutes=5))

        assert told.reason == "charging.plate_still_there"

    def test_another_car_of_the_same_owner_begins_at_once(self, bays):
        other = "浙AD92036"
        Vehicle.rows.create(community="hml", plate=other, colour="green", kind="car", owner=bays)
        answering.wish_by_plate(community="hml", person=bays.pk, plate=other, on=True, now=NOW)
        end(tell(shown()).body["session"], bays)

        told = tell(shown(2), now=later(minutes=5), plate=other)

        assert told.ok
        assert row(told.body["session"]).vehicle.plate == other

    def test_what_he_began_by_phone_is_taken_for_this_car_until_it_leaves(self, bays):
        end(start(bays).number, bays)

        told = [tell(shown(n), now=later(minutes=n), direction=way)
                for n, way in enumerate(("", "out", ""), start=1)]  # fmt: skip

        assert [one.reason for one in told] == [
            "charging.plate_still_there", "charging.plate_not_there", "",
        ]  # fmt: skip

    def test_a_charging_by_phone_at_another_bay_does_not_matter(self, bays):
        start(bays, device="cp-2")

        assert tell(shown()).ok


class TestSetting:
    @pytest.mark.parametrize(
        ("camera", "lane", "key"),
        [
            ("cam-1", "01", "charging.camera_taken"),
            ("gate-in", "", "charging.camera_of_parking"),
            ("cam-9", "", "devices.not_found"),
        ],
    )
    def test_refuses_a_camera_that_is_anothers_or_none(self, bays, camera, lane, key):
        add_device("gate-in", "parking_barrier")

        with pytest.raises(Fault) as refused:
            see("cp-2", camera, lane)

        assert refused.value.key == key
        assert Connector.rows.of("hml").get(device__code="cp-2").camera_lane == "2"

    def test_parking_refuses_a_camera_that_sees_bays_until_it_sees_none(self, bays, monkeypatch):
        monkeypatch.setattr(parking.reads_for_charging, "_answer", None)
        charging.wire()
        sees = [parking.reads_for_charging("hml", "cam-1")]
        see("cp-1", "")
        sees.append(parking.reads_for_charging("hml", "cam-1"))
        see("cp-2", "")
        sees.append(parking.reads_for_charging("hml", "cam-1"))

        assert sees == [True, True, False]
        assert not parking.reads_for_charging("other", "cam-1")

    def test_refuses_a_connector_of_another_site(self, bays):
        with pytest.raises(Fault) as refused:
            setting.set_camera(community="hml", site="ev2", device="cp-1", camera="")

        assert refused.value.key == "charging.connector_not_found"

    def test_without_a_camera_plates_begin_nothing(self, bays):
        for n in (1, 2):
            see(f"cp-{n}", "")

        with pytest.raises(LaneNotFound):
            tell(shown())
