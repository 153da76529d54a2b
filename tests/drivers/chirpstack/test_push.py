"""ChirpStack's HTTP integration: what is told, what is told twice."""

import msgspec
import pytest

from linli.drivers.chirpstack.driver import ChirpStack
from linli.drivers.chirpstack.peer import event, pushed, up
from linli.drivers.line import Push
from linli.drivers.reading import BadPayload
from tests.drivers.tables import wired

EUI = "24e124136b502217"
LEAK, DRY = bytes.fromhex("01755c050001"), bytes.fromhex("01755c050000")


class Sender:
    """Posts events to a driver, as the live half hands them over; `fails` loses what was told."""

    def __init__(self, *, address=EUI, **options):
        self.driver = ChirpStack()
        self.line = wired("chirpstack", "lora", "gateway")
        self.member = wired("chirpstack", "leak-1", "water_leak_sensor", address, **options)

    def post(self, kind, said, *, fails=False):
        query, headers, body = pushed(kind, said)
        asked = Push(method="POST", query=query, headers=headers, body=body)
        told = self.driver.push(asked, self.line, {self.member.address: self.member}, 0.0)
        if told.stored is not None and not fails:
            told.stored()
        return told.said

    def values(self, kind, said, **more):
        return [{r.name: r.value for r in one.readings} for one in self.post(kind, said, **more)]


class TestUp:
    def test_reads_the_payload_by_its_table_and_with_its_time(self):
        [said] = Sender().post("up", up(EUI, LEAK, counter=0, at=1_780_000_000.25))

        assert {r.name: r.value for r in said.readings} == {"battery_pct": 92, "water_leak": True}
        assert {r.at for r in said.readings} == {1_780_000_000.25}
        assert (said.address, said.online) == (EUI, True)

    def test_tells_the_signal_only_where_the_model_asks(self):
        sender = Sender()
        sender.member = wired("chirpstack", "g", "gateway", EUI, map="leak_channels")

        [found] = sender.values("up", up(EUI, LEAK, counter=0))

        assert found == {"water_leak": True, "signal_dbm": -91}

    def test_finds_a_device_however_its_eui_was_written(self):
        sender = Sender(address="24-E1-24-13-6B-50-22-17")

        [said] = sender.post("up", up(EUI, LEAK, counter=0))

        assert said.address == "24-E1-24-13-6B-50-22-17"

    def test_takes_a_copy_once(self):
        sender = Sender()
        said = up(EUI, LEAK, counter=7)

        assert len(sender.post("up", said)) == 1
        assert sender.post("up", said) == ()

    def test_takes_again_what_was_not_stored(self):
        sender = Sender()
        said = up(EUI, LEAK, counter=7)

        sender.post("up", said, fails=True)

        assert len(sender.post("up", said)) == 1

    def test_drops_a_frame_replayed_under_another_id(self):
        sender = Sender()

        sender.post("up", up(EUI, LEAK, counter=7))

        assert sender.post("up", up(EUI, LEAK, counter=7, number=90)) == ()
        assert sender.post("up", up(EUI, DRY, counter=3, number=91)) == ()
        assert len(sender.post("up", up(EUI, DRY, counter=8))) == 1

    def test_takes_a_counter_that_begins_anew_after_a_join(self):
        sender = Sender()
        sender.post("up", up(EUI, LEAK, counter=7))

        sender.post("join", event(EUI, number=100, devAddr="00189440"))

        assert len(sender.post("up", up(EUI, DRY, counter=0, number=101))) == 1
        assert sender.post("up", up(EUI, DRY, counter=0, number=102)) == ()

    def test_takes_a_counter_that_begins_anew_under_another_address(self):
        sender = Sender()
        sender.post("up", up(EUI, LEAK, counter=7))

        found = sender.post("up", up(EUI, DRY, counter=0, number=101, address="00189441"))

        assert len(found) == 1

    def test_takes_any_counter_of_a_device_that_begins_anew(self):
        sender = Sender(begins_anew=True)
        sender.post("up", up(EUI, LEAK, counter=7))

        assert len(sender.post("up", up(EUI, DRY, counter=0, number=101))) == 1

    def test_reads_what_chirpstack_decoded_itself_where_there_is_no_table(self):
        sender = Sender()
        sender.member = msgspec.structs.replace(sender.member, map=None)
        decoded = {"water_leak": True, "battery_pct": 40, "of_no_interest": 1}

        [found] = sender.values("up", up(EUI, LEAK, counter=1, object=decoded))

        assert found == {"water_leak": True, "battery_pct": 40.0}

    @pytest.mark.parametrize("data", [b"\x09\x09\x09", b"\x05\x00", b""])
    def test_refuses_a_payload_that_its_table_does_not_know(self, data):
        sender = Sender()

        if data:
            with pytest.raises(BadPayload):
                sender.post("up", up(EUI, data, counter=1))
        else:
            [found] = sender.values("up", up(EUI, data, counter=1))
            assert found == {}

    def test_shows_a_device_that_nobody_registered(self):
        [said] = Sender().post("up", up("ffffffffffffffff", LEAK, counter=1))

        assert said.address == "ffffffffffffffff"
        assert said.about["name"] == "sensor ffff"
        assert said.readings == ()


class TestOtherEvents:
    def test_reads_the_battery_of_a_status(self):
        [found] = Sender().values("status", event(EUI, margin=10, batteryLevel=88.3))

        assert found == {"battery_pct": 88.3}

    @pytest.mark.parametrize(
        "more", [{"batteryLevelUnavailable": True}, {"externalPowerSource": True}, {}]
    )
    def test_knows_no_battery_where_there_is_none(self, more):
        [found] = Sender().values("status", event(EUI, margin=10, **more))

        assert found == {}

    @pytest.mark.parametrize("kind", ["location", "integration", "log", "txack"])
    def test_has_nothing_to_tell_of_others(self, kind):
        [said] = Sender().post(kind, event(EUI))

        assert (said.readings, said.answers, said.online) == ([], (), None)

    def test_refuses_an_event_that_it_does_not_know(self):
        with pytest.raises(BadPayload):
            Sender().post("party", event(EUI))
