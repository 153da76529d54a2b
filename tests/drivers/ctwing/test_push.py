"""CTWing's pushes: what they say of members, and a copy once."""

import pytest

from linli.drivers.ctwing.driver import Pushes
from linli.drivers.ctwing.peer import presence, pushed, report
from linli.drivers.line import Push
from linli.drivers.reading import BadPayload
from tests.drivers.tables import wired

SMOKE, BIN, GAS = "860000000000001", "860000000000002", "860000000000003"
TIPPED = bytes.fromhex("a5010101020200960301 63".replace(" ", ""))


class Sender:
    def __init__(self):
        self.pushes = Pushes()
        self.line = wired("ctwing", "telecom", "gateway")
        members = [
            wired("ctwing", "smoke-1", "smoke_detector", SMOKE),
            wired("ctwing", "cover-1", "manhole_sensor", BIN),
            wired("ctwing", "gas-1", "gas_detector", f"d{GAS}"),
        ]
        self.members = {one.address: one for one in members}

    def post(self, said, *, fails=False):
        query, headers, body = pushed(said)
        asked = Push(method="POST", query=query, headers=headers, body=body)
        told = self.pushes.take(asked, self.line, self.members, 0.0)
        if told.stored is not None and not fails:
            told.stored()
        return told.said


def values(said):
    return {r.name: r.value for r in said.readings}


class TestTake:
    def test_reads_what_the_platform_decoded(self):
        [said] = Sender().post(
            report(SMOKE, {"Alarm_Status": 1, "Battery_Level": 98, "RSRP": -91}, service="1")
        )

        assert (said.address, said.online) == (SMOKE, True)
        assert values(said) == {"smoke": True, "fault": False, "battery_pct": 98}
        assert {r.at for r in said.readings} == {1_780_000_000.0}

    def test_reads_bytes_by_the_table(self):
        [said] = Sender().post(report(BIN, TIPPED))

        assert values(said) == {"cover_tilted": True, "sewer_level_cm": 15.0, "battery_pct": 99}

    def test_finds_a_member_by_the_platforms_own_id(self):
        [said] = Sender().post(report(GAS, {"gas_value": 31, "gas_sensor_state": 1}))

        assert (said.address, values(said)) == (f"d{GAS}", {"gas_pct_lel": 31, "fault": False})

    def test_refuses_what_the_gate_would_take_for_news(self):
        old = report(SMOKE, {"Alarm_Status": 1}, at_ms=1_000)
        _, headers, body = pushed(old)
        asked = Push(method="POST", query={}, headers=headers, body=body)
        sender = Sender()

        with pytest.raises(BadPayload, match="too_old"):
            sender.pushes.take(asked, sender.line, sender.members, 1_780_000_000.0)

    def test_tells_who_came_and_who_went(self):
        sender = Sender()

        [came] = sender.post(presence(SMOKE, online=True))
        [went] = sender.post(presence(SMOKE, online=False))

        assert (came.online, went.online) == (True, False)

    def test_takes_a_copy_once(self):
        sender = Sender()
        said = report(SMOKE, {"Alarm_Status": 1})

        assert len(sender.post(said)) == 1
        assert sender.post(said) == []

    def test_takes_again_what_was_not_stored(self):
        sender = Sender()
        said = report(SMOKE, {"Alarm_Status": 1})

        sender.post(said, fails=True)

        assert len(sender.post(said)) == 1

    def test_takes_the_same_value_at_another_time(self):
        sender = Sender()
        sender.post(report(SMOKE, {"Alarm_Status": 1}, number=-1))

        later = report(SMOKE, {"Alarm_Status": 1}, number=-1, at_ms=1_780_000_060_000)

        assert len(sender.post(later)) == 1

    def test_shows_a_device_that_nobody_registered(self):
        [said] = Sender().post(report("860000000000009", {"a": 1}))

        assert (said.address, said.readings) == ("860000000000009", ())
        assert said.about["serial"] == "d860000000000009"

    def test_refuses_bytes_that_the_table_does_not_know(self):
        with pytest.raises(BadPayload):
            Sender().post(report(BIN, b"\x00\x01"))

    def test_remembers_no_more_than_fits(self, monkeypatch):
        monkeypatch.setattr("linli.drivers.ctwing.driver._COPIES", 3)
        sender = Sender()

        for number in range(10):
            sender.post(report(SMOKE, {"Alarm_Status": 0}, number=number))

        assert len(sender.pushes._came) == 3
