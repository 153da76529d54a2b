"""Fire frees the ways out of its building: from the signal, through the scenes of the catalogue and
the desk of alarms, to the doors and to controllers; and is over when the last fire there is.
"""

import msgspec
import numpy as np
import pytest

from linli.app import catalogue
from linli.app.demo.controller import Shown as AtReader
from linli.contracts import cases, scenes
from linli.contracts.alarms import AlarmClosed, AlarmGone, AlarmOpened
from linli.contracts.doors import Way
from linli.contracts.effects import AlarmCleared, AlarmRaised, CommandIssued, Severity
from linli.contracts.readings import Batch
from linli.contracts.signals import ModeChanged
from linli.domains.doors import handlers
from linli.domains.doors.models import Door
from linli.domains.doors.operations import pulling, setting
from linli.domains.doors.operations.setting import Kept
from linli.foundation.outbox.models import Outgoing
from linli.registry.alarms.models import Alarm
from linli.registry.alarms.operations import clearing, handling, raising
from linli.registry.devices import operations as devices
from linli.registry.devices.models import Command, Device
from linli.registry.scenes.queries import register
from linli.scenes.engine import Engine
from linli.scenes.load import load, promised_id
from tests.domains.doors.conftest import MODELS, NOW, device, later

T = NOW.timestamp()
FILES = {path: text for path, text in catalogue.scene_files().items() if "/fire/" in path}
SCENES = [
    load(text, file=path, models=MODELS, expected_id=promised_id(path))
    for path, text in FILES.items()
]
STRANGER = AtReader(way=Way.CARD, value="0000000001")


def doors():
    """Return which doors a fire frees now, by the numbers of their alarms."""
    rows = Door.rows.of("hml").exclude(fire=None)
    return dict(rows.values_list("device__code", "fire"))


def told(service):
    rows = Command.rows.of("hml").filter(service=service)
    return sorted(rows.values_list("device", flat=True))


def opened(alarm=1, *, scene="safety.fire.panel_fire", place="hml/b03", community="hml", **more):
    said = {
        "id": f"opened-{alarm}", "at": NOW, "community": community, "cause": None, "alarm": alarm,
        "scene": scene, "device": None, "place": place, "severity": Severity.CRITICAL, "count": 1,
    } | more  # fmt: skip
    return AlarmOpened(**said)


def gone(alarm=1, id="gone", community="hml"):
    return AlarmGone(id=f"{id}-{alarm}", at=NOW, community=community, cause=None, alarm=alarm)


@pytest.fixture
def escape(doors_there, manager):
    """Let the house door and a second one be ways out; so is one of another house."""
    rows = [
        device("door-roof", "access_door", "hml/b03/u1/f02"),
        device("door-p", "access_door", "hml/p1"),
    ]
    devices.register_many(community="hml", devices=rows, now=NOW)
    for code in ("door-roof", "door-p"):
        setting.add(community="hml", device=code, kept=Kept(escape=True), by=None, now=NOW)
    return manager


class TestFire:
    def test_frees_the_ways_out_of_its_building_and_no_other_door(self, escape):
        handlers.alarm_opened(opened(7, place="hml/b03/u1/f02/201"))

        assert doors() == {"door-3": 7, "door-roof": 7}
        assert told("door.unlock") == ["door-3", "door-roof"]
        assert Command.rows.of("hml").filter(service="door.unlock", cause="").count() == 0

    def test_told_twice_it_is_once(self, escape):
        for _ in range(2):
            handlers.alarm_opened(opened(7))

        assert told("door.unlock") == ["door-3", "door-roof"]
        assert Outgoing.objects.filter(topic="RightsChanged").count() == 1

    @pytest.mark.parametrize(
        "more",
        [
            {"scene": "safety.access.duress"},
            {"scene": "safety.firework.seen"},
            {"severity": Severity.MAJOR},
            {"place": "hml/b99"},
            {"community": "other"},
        ],
    )
    def test_nothing_else_frees_any(self, escape, more):
        handlers.alarm_opened(opened(7, **more))

        assert doors() == {}
        assert told("door.unlock") == []

    def test_in_a_garage_it_frees_those_of_the_garage(self, escape):
        handlers.alarm_opened(opened(7, scene="safety.fire.garage_on_fire", place="hml/p1"))

        assert doors() == {"door-p": 7}

    def test_a_door_out_of_use_is_free_in_the_records_and_told_nothing(self, escape):
        Device.rows.of("hml").filter(code="door-3").update(enabled=False)

        handlers.alarm_opened(opened(7))

        assert doors() == {"door-3": 7, "door-roof": 7}
        assert told("door.unlock") == ["door-roof"]

    def test_controllers_are_called_at_once_and_let_a_stranger_out_without_a_line(
        self, escape, controller, show
    ):
        door = controller()
        door.pull()
        before, version = door.by_itself(STRANGER, T), door.version

        handlers.alarm_opened(opened(7))
        fact = Outgoing.objects.get(topic="RightsChanged")
        called = pulling.nudge(community="hml", version=version + 1, cause=fact.fact, now=NOW)
        door.pull()
        burning = door.by_itself(STRANGER, T)
        online = show("door-3", value="0000000001")
        handlers.alarm_gone(gone(7))
        door.pull()
        after = door.by_itself(STRANGER, T)

        assert called >= 1
        assert "door-3" in told("rights.pull")
        assert (before.reason, burning.reason, after.reason) == ("unknown", "fire", "unknown")
        assert (online.opens, online.reason) == (True, "fire")


class TestOver:
    def test_keeps_them_as_before_and_once(self, escape):
        handlers.alarm_opened(opened(7))
        for _ in range(2):
            handlers.alarm_gone(gone(7))

        assert doors() == {}
        assert told("door.lock") == ["door-3", "door-roof"]
        assert Outgoing.objects.filter(topic="RightsChanged").count() == 2

    def test_of_another_alarm_or_community_is_nothing(self, escape):
        handlers.alarm_opened(opened(7))

        handlers.alarm_gone(gone(8))
        handlers.alarm_gone(gone(7, community="other"))

        assert doors() == {"door-3": 7, "door-roof": 7}

    def test_a_door_that_stands_open_by_somebody_s_decision_is_not_shut(self, escape):
        Door.rows.of("hml").filter(device__code="door-3").update(mode="free")
        handlers.alarm_opened(opened(7))

        handlers.alarm_gone(gone(7))

        assert told("door.lock") == ["door-roof"]

    def test_somebody_who_closes_the_alarm_while_it_burns_ends_it_for_doors(self, escape):
        handlers.alarm_opened(opened(7))

        handlers.alarm_closed(
            AlarmClosed(
                id="c", at=NOW, community="hml", cause=None, alarm=7, by=escape.account,
                reason="burnt toast",
            )
        )  # fmt: skip

        assert doors() == {}


class Story:
    """The scenes of fire over the register of the estate, the desk of alarms, and the doors."""

    def __init__(self):
        directory = register.directory("hml")
        self.number = {(one.device, one.name): one.number for one in directory.points}
        self.engine = Engine(scenes=SCENES, models=MODELS, directory=directory, now=T)
        self.said = []
        self.heard = set(Outgoing.objects.values_list("pk", flat=True))

    def read(self, at_s, device, point, value=1.0):
        batch = Batch(
            community="hml",
            at=T + at_s,
            points=np.array([self.number[device, point]], np.uint32),
            times=np.array([T + at_s], np.float64),
            values=np.array([value], np.float64),
            quality=np.zeros(1, np.uint8),
        )
        self._do(self.engine.feed(batch))

    def mode(self, at_s, value):
        signal = ModeChanged(id=f"m{at_s}", at=T + at_s, place="hml/b03", mode="fire", value=value)
        self._do(self.engine.hear([signal], signal.at))

    def wait(self, at_s):
        self._do(self.engine.advance(T + at_s))

    def unlocked(self):
        """Return which doors the scenes themselves had opened."""
        issued = [one for one in self.said if isinstance(one, CommandIssued)]
        return sorted({one.device for one in issued if one.service == "door.unlock"})

    def _do(self, effects):
        self.said += effects
        for one in effects:
            if isinstance(one, AlarmRaised):
                raising.raised(effect=one)
            elif isinstance(one, AlarmCleared):
                clearing.cleared(effect=one)
        self.relay()

    def relay(self):
        """Hand on what was announced, once, as the outbox does."""
        deals = {
            "AlarmOpened": (AlarmOpened, handlers.alarm_opened),
            "AlarmGone": (AlarmGone, handlers.alarm_gone),
            "AlarmClosed": (AlarmClosed, handlers.alarm_closed),
        }
        for row in Outgoing.objects.exclude(pk__in=self.heard).order_by("pk"):
            self.heard.add(row.pk)
            if row.topic in deals:
                kind, deal = deals[row.topic]
                deal(msgspec.json.decode(bytes(row.body), type=kind))


class TestStory:
    """Through the real engine and the real desk."""

    @pytest.fixture
    def story(self, escape, monkeypatch):
        monkeypatch.setattr(cases.open_cases, "_answer", lambda community: frozenset())
        monkeypatch.setattr(scenes.scene_briefs, "_answer", lambda community: {})
        rows = [
            device("mcp", "manual_call_point", "hml/b03/u1/f01"),
            device("ftx", "fire_transmitter", "hml/b03"),
            device("smk-1", "smoke_detector", "hml/b03/u1/f01"),
            device("smk-2", "smoke_detector", "hml/b03/u1/f01"),
            device("siren", "siren", "hml/b03/u1"),
        ]
        devices.register_many(community="hml", devices=rows, now=NOW)
        return Story()

    def test_a_call_point_is_pressed_and_set_back(self, story):
        story.read(1, "mcp", "manual_alarm")
        burning = doors()
        story.read(600, "mcp", "reset")

        assert set(burning) == {"door-3", "door-roof"}
        assert story.unlocked() == ["door-3", "door-roof"]
        assert doors() == {}

    def test_a_panel_tells_of_a_part_that_nobody_entered(self, story):
        story.read(1, "ftx", "fire_alarm")

        assert set(doors()) == {"door-3", "door-roof"}
        assert story.unlocked() == ["door-3", "door-roof"]
        assert set(told("door.unlock")) == {"door-3", "door-roof"}

    def test_somebody_confirms_a_fire_in_the_building(self, story):
        story.mode(1, "confirmed")
        burning = doors()
        story.mode(600, "none")

        assert set(burning) == {"door-3", "door-roof"}
        assert story.unlocked() == ["door-3", "door-roof"]
        assert doors() == {}

    def test_a_drill_frees_none(self, story):
        story.mode(1, "drill")

        assert doors() == {}
        assert story.unlocked() == []

    def test_of_two_fires_in_a_building_the_last_that_is_over_keeps_the_doors(self, story):
        story.read(1, "smk-1", "smoke")
        first = set(doors().values())
        story.read(20, "mcp", "manual_alarm")
        story.read(60, "smk-1", "smoke", 0.0)
        story.wait(600)
        second = set(doors().values())
        lock_meanwhile = told("door.lock")
        story.read(900, "mcp", "reset")

        assert len(first) == len(second) == 1
        assert first != second
        assert lock_meanwhile == []
        assert doors() == {}
        assert told("door.lock") == ["door-3", "door-roof"]

    def test_an_end_that_is_told_late_ends_no_fire_that_is_there_again(self, story):
        story.read(1, "mcp", "manual_alarm")
        alarm = Alarm.rows.of("hml").get()

        handlers.alarm_gone(gone(alarm.pk))

        assert alarm.active
        assert set(doors()) == {"door-3", "door-roof"}

    def test_closed_at_the_desk_while_it_burns_the_doors_are_as_before(self, story, escape):
        story.read(1, "ftx", "fire_alarm")
        alarm = Alarm.rows.of("hml").get()

        handling.close(
            community="hml", alarm=alarm.pk, reason="burnt toast", by=escape.account,
            now=later(minutes=5),
        )  # fmt: skip
        story.relay()

        assert doors() == {}

    def test_a_fire_that_is_told_late_and_over_frees_nothing(self, story, escape):
        story.read(1, "ftx", "fire_alarm")
        alarm = Alarm.rows.of("hml").get()
        handling.close(
            community="hml", alarm=alarm.pk, reason="burnt toast", by=escape.account,
            now=later(minutes=5),
        )  # fmt: skip
        story.relay()

        handlers.alarm_opened(opened(alarm.pk, id="told-late"))

        assert doors() == {}
