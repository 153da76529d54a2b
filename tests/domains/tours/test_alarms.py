"""What a round tells scenes and the desk of alarms: visits of points, and one alarm of what was
missed, which ends when it is made good or the next round is whole.
"""

from datetime import timedelta

import msgspec
import pytest

from linli.contracts.effects import AlarmRaised, Severity
from linli.contracts.tours import PointVisited
from linli.domains.tours import operations
from linli.domains.tours.models import Point, Tour
from linli.domains.tours.operations import Told
from linli.foundation.outbox.models import Outgoing
from linli.registry.alarms.models import Alarm
from linli.registry.alarms.operations import raised
from linli.registry.devices.models import Device
from linli.registry.places.models import Place
from tests.domains.tours.conftest import HERE, START

M = timedelta(minutes=1)
SCENE = "safety.tour.point_missed"


def stands(code, place="hml/gate", model="patrol_point", **more):
    where = Place.rows.of(HERE).get(path=place)
    return Device.rows.create(
        community=HERE, code=code, model=model, name_zh=code, place=where, registered_at=START,
        **more,
    )  # fmt: skip


def visits():
    rows = Outgoing.objects.filter(topic="PointVisited").order_by("pk")
    return [msgspec.json.decode(bytes(row.body), type=PointVisited) for row in rows]


@pytest.fixture
def walk(guard, route, code):
    """Return what walks points of the tour of a night."""
    li, _ = guard(), route()

    def walk(*points, at=START + 5 * M, told_at=None, night=0, skip=""):
        day = timedelta(days=night)
        for point in points:
            when = at + day
            scan = Told(
                key=f"{point}.{when:%d%H%M}{skip}", at=when,
                text=code(point, when if point == "garage" else None),
                position=(121.4700, 31.2300) if point == "gate" else None,
                **({"skip": skip, "point": point, "tour": tonight(night).pk} if skip else {}),
            )  # fmt: skip
            tell_at = (told_at or at) + day
            [found] = operations.tell(actor=li, told=[scan], phone_at=tell_at, now=tell_at)
            assert found.verdict in {"counted", "skipped", "repeat"}, found.verdict

    return walk


def tonight(night=0):
    return Tour.rows.of(HERE).get(starts_at=START + timedelta(days=night))


def close(night=0):
    operations.tick(now=START + timedelta(days=night) + 61 * M)


def plan(night):
    operations.tick(now=START + timedelta(days=night) - 60 * M)


class TestVisited:
    def test_is_told_of_the_device_that_stands_alone_at_the_place(self, walk):
        stands("point-gate")

        walk("gate")
        walk("gate", at=START + 9 * M)

        [told] = visits()
        assert (told.device, told.point, told.visited_at) == ("point-gate", "gate", START + 5 * M)

    def test_is_told_of_the_reader_of_the_point_where_several_stand(self, walk):
        stands("p1", "hml/g1")
        stands("p2", "hml/g1")
        Point.rows.of(HERE).filter(code="pump").update(reader="p2")

        walk("pump")

        assert [one.device for one in visits()] == ["p2"]

    @pytest.mark.parametrize("how", ["two points", "two devices", "disabled", "no such event"])
    def test_is_not_told_where_it_is_not_clear_of_which(self, walk, how):
        if how == "two points":
            stands("p1", "hml/g1")
            walk("pump")
        else:
            stands(
                "p1",
                model="ble_gateway" if how == "no such event" else "patrol_point",
                enabled=how != "disabled",
            )
            if how == "two devices":
                stands("p2")
            walk("gate")

        assert visits() == []

    def test_that_is_old_news_or_was_left_out_tells_nothing(self, walk):
        stands("point-gate")
        stands("point-pump", "hml/g1")
        Point.rows.of(HERE).filter(code="pump").update(reader="point-pump")

        walk("gate", told_at=START + 66 * M)
        walk("pump", skip="水淹了")

        assert visits() == []


class TestMissed:
    def test_raises_one_alarm_however_often_time_passes(self, walk):
        walk("gate")

        close()
        close()

        [alarm] = Alarm.rows.of(HERE)
        assert (alarm.scene, alarm.target, alarm.severity) == (SCENE, "hml", "minor")
        assert (alarm.active, alarm.count) == (True, 1)

    def test_is_the_alarm_that_its_silent_point_raised_already(self, walk):
        stands("point-gate")
        silent = AlarmRaised(
            id="e1", at=START.timestamp(), community=HERE, cause="t:1", scene=SCENE,
            severity=Severity.MINOR, device="point-gate", place="hml/gate",
        )  # fmt: skip
        raised(effect=silent)
        walk("pump", "garage")

        close()

        [alarm] = Alarm.rows.of(HERE)
        assert (alarm.target, alarm.count, alarm.active) == ("point-gate", 2, True)

    def test_of_a_round_that_was_whole_there_is_none(self, walk):
        walk("gate", "garage", "pump")

        close()

        assert not Alarm.rows.of(HERE).exists()

    def test_ends_when_the_telephone_tells_it_after_all(self, walk):
        walk("garage", "pump")
        close()
        assert Alarm.rows.of(HERE).get().active

        walk("gate", at=START + 50 * M, told_at=START + 70 * M)

        assert not Alarm.rows.of(HERE).get().active

    def test_stays_while_another_point_is_missed_still(self, walk):
        walk("pump")
        close()

        walk("gate", at=START + 50 * M, told_at=START + 70 * M)

        assert Alarm.rows.of(HERE).get().active

    def test_ends_when_the_next_round_is_whole_and_comes_back_when_it_is_not(self, walk):
        close()
        plan(1)
        walk("gate", "garage", "pump", night=1)
        assert not Alarm.rows.of(HERE).get().active

        plan(2)
        close(2)

        [alarm] = Alarm.rows.of(HERE).filter(active=True)
        assert alarm.target == "hml"
