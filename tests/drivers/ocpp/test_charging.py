"""Whole charges over a real socket, both versions, through another hand's client."""

import asyncio

import pytest

from linli.contracts import charge_points
from linli.contracts.charge_points import Why
from linli.drivers.ocpp.peer import Peer16, Peer201


class TestBoot:
    async def test_lets_a_charge_point_work_and_tells_it_time_and_interval(self, garage, kind):
        peer = await garage.connected(kind=kind)

        standing = await peer.boot()

        assert standing == "Accepted"
        [(device, _, said)] = garage.events("booted")
        assert (device, said["vendor"], said["standing"]) == ("dev-CP1", "Yunshan", "Accepted")
        assert garage.station.present == {"dev-CP1": True}

    @pytest.mark.parametrize("standing", ["Pending", "Rejected"])
    async def test_holds_back_one_that_is_to_wait(self, closed_garage, kind, standing):
        closed_garage.options["boot"] = standing
        garage = await closed_garage.open()
        peer = await garage.connected(kind=kind)

        answered = await peer.boot()
        await peer.show("Available")

        assert answered == standing
        assert garage.events("booted") != []
        assert garage.station.last("dev-CP1", "connector_state") is None
        [(device, reason, sample)] = garage.station.refusals
        assert (device, reason) == ("dev-CP1", "not_accepted_yet")
        assert sample.startswith(b"StatusNotification: SecurityError")

    async def test_hears_what_it_asked_a_waiting_one_for(self, closed_garage, kind):
        closed_garage.options["boot"] = "Pending"
        garage = await closed_garage.open()
        peer = await garage.connected(kind=kind)
        await peer.boot()

        ok, _ = await garage.order("message.ask", message="StatusNotification")
        await garage.station.until(lambda: garage.station.last("dev-CP1", "connector_state"))

        assert ok
        assert garage.station.last("dev-CP1", "connector_state") == "available"

    async def test_tells_it_the_settings_of_the_options_once_it_booted(self, closed_garage):
        closed_garage.options["settings"] = {"MeterValueSampleInterval": "30"}
        garage = await closed_garage.open()
        peer = await garage.connected()

        await peer.boot()
        await peer.boot()
        await garage.order("setting.read", key="HeartbeatInterval")

        changes = [told for action, told in peer.orders if action == "ChangeConfiguration"]
        assert changes == [{"key": "MeterValueSampleInterval", "value": "30"}]


class TestCharge:
    async def test_brings_what_the_meter_shows_in_the_units_of_the_model(self, garage, kind):
        peer = await garage.connected(kind=kind)
        await peer.start("CARD-1")

        peer.pass_time(600)
        await peer.measure()

        last = garage.station.last
        assert last("dev-CP1", "energy_kwh") == pytest.approx(1001.15)
        assert last("dev-CP1", "power_w") == 6900
        assert last("dev-CP1", "current_a") == 30
        assert last("dev-CP1", "output_voltage_v") == 230
        assert last("dev-CP1", "soc_pct") == pytest.approx(41.9, abs=0.1)

    async def test_says_when_it_began_and_ended_and_how_much_it_took(self, garage, kind):
        peer = await garage.connected(kind=kind)
        begun = garage.station.clock

        await peer.start("CARD-1")
        garage.station.clock += 600
        peer.pass_time(600)
        await peer.stop(reason="Local")

        [(_, started_at, started)] = garage.events("charge_started")
        [(_, ended_at, ended)] = garage.events("charge_ended")
        assert (started_at, ended_at) == (begun, begun + 600)
        assert started["transaction"] == ended["transaction"]
        assert started["tag"] == "****RD-1"
        assert (started["at"], ended["at"]) == (started_at, ended_at)
        assert ended["energy_wh"] == pytest.approx(1150)
        assert (ended["started_at"], ended["reason"]) == (begun, "Local")

    async def test_shows_a_charge_in_the_state_of_the_connector(self, garage):
        peer = await garage.connected(kind=Peer201)

        await peer.plug_in()
        waiting = garage.station.last("dev-CP1", "connector_state")
        await peer.start("CARD-1")
        await peer.show("Occupied")

        assert waiting == "preparing"
        assert garage.station.last("dev-CP1", "connector_state") == "charging"
        assert garage.station.last("dev-CP1", "plugged_in") is True

    async def test_delivers_a_charge_made_offline_with_its_own_times(self, garage, kind):
        peer = garage.peer(kind=kind)
        begun = garage.station.clock
        await peer.start("CARD-1")
        garage.station.clock += 900
        peer.pass_time(900)
        await peer.measure()
        garage.station.clock += 100
        await peer.stop()
        garage.station.clock += 86_400
        assert peer.waiting == 3

        await peer.connect()
        await peer.boot()
        await peer.flush()

        [(_, started_at, started)] = garage.events("charge_started")
        [(_, ended_at, ended)] = garage.events("charge_ended")
        metered = {
            reading.at for _, reading in garage.station.readings if reading.name == "energy_kwh"
        }
        assert (started_at, ended_at) == (begun, begun + 1000)
        assert metered <= {begun, begun + 900, begun + 1000}
        assert begun + 900 in metered
        assert started["transaction"] == ended["transaction"]
        assert peer.waiting == 0

    async def test_confirms_nothing_before_it_is_on_disk(self, garage, kind):
        peer = await garage.connected(kind=kind)
        garage.station.open.clear()

        telling = asyncio.ensure_future(peer.start("CARD-1"))
        await garage.station.until(lambda: len(garage.station.frames["dev-CP1"]) == 1)
        for _ in range(20):
            await asyncio.sleep(0)

        assert not telling.done()
        assert [way for way, _ in garage.station.frames["dev-CP1"]] == ["in"]
        garage.station.open.set()
        await telling
        assert peer.waiting == 0

    async def test_hears_answers_to_its_calls_while_a_call_waits_for_the_disk(self, garage):
        peer = await garage.connected()
        garage.station.open.clear()
        telling = asyncio.ensure_future(peer.start("CARD-1"))
        await garage.station.until(lambda: len(garage.station.frames["dev-CP1"]) == 1)

        answered = await garage.order("charger.restart", id="o9")

        assert answered == (True, "")
        telling.cancel()


class TestStay:
    async def test_a_simulated_one_stays_connected_and_charges_when_told(self, garage, kind):
        peer = garage.peer(kind=kind)
        staying = asyncio.ensure_future(peer.stay(every_s=0.01))
        last = garage.station.last
        await garage.station.until(lambda: last("dev-CP1", "connector_state") == "available")

        await peer.plug_in()
        await garage.order("charge.start", tag="CARD-1")
        await garage.station.until(lambda: last("dev-CP1", "power_w") == 6900)

        assert last("dev-CP1", "plugged_in") is True
        staying.cancel()


class TestFault:
    async def test_shows_a_fault_and_its_end(self, garage):
        peer = await garage.connected()

        await peer.show("Faulted", error="GroundFailure")
        faulty = garage.station.last("dev-CP1", "fault")
        await peer.show("Available")

        assert faulty is True
        assert garage.station.last("dev-CP1", "fault") is False
        [(_, at, said)] = garage.events("fault_told")
        assert (at, said) == (garage.station.clock, {"code": "GroundFailure", "connector": "1"})

    async def test_a_fault_of_2_0_1_is_one_too(self, garage):
        peer = await garage.connected(kind=Peer201)

        await peer.show("Faulted")

        assert garage.station.last("dev-CP1", "fault") is True
        assert garage.station.last("dev-CP1", "connector_state") == "faulted"


class TestAuthorize:
    async def test_lets_in_cards_of_the_list_whatever_their_case(self, garage, kind):
        peer = await garage.connected(kind=kind)

        known, unknown = await peer.authorize("card-1"), await peer.authorize("CARD-2")

        assert (known, unknown) == ("Accepted", "Invalid")

    async def test_tells_a_card_that_is_too_late(self, closed_garage):
        closed_garage.options["tags"] = [{"tag": "OLD", "until": "2020-01-01T00:00:00Z"}]
        garage = await closed_garage.open()
        peer = await garage.connected()

        assert await peer.authorize("OLD") == "Expired"

    @pytest.mark.parametrize(
        ("why", "told"),
        [
            (Why.TOO_LITTLE, "Blocked"),
            (Why.OWES, "Blocked"),
            (Why.KEPT, "Blocked"),
            (Why.TOO_MANY, "ConcurrentTx"),
            (Why.EXPIRED, "Expired"),
            (Why.UNKNOWN, "Invalid"),
            (Why.ELSEWHERE, "Invalid"),
            (None, "Accepted"),
        ],
    )
    async def test_asks_who_answers_the_port_about_other_cards(
        self, garage, kind, monkeypatch, why, told
    ):
        asked = []

        async def answer(question):
            asked.append(question)
            return charge_points.Verdict(why=why)

        monkeypatch.setattr(charge_points.verdict, "_answer", answer)
        peer = await garage.connected(kind=kind)

        status = await peer.authorize("CARD-9")

        assert status == told
        [question] = asked
        assert (question.community, question.charge_point) == ("demo", "dev-CP1")
        assert (question.tag, question.step) == ("CARD-9", "authorize")

    async def test_begins_a_charge_of_an_unknown_card_and_says_that_it_is_none(self, garage):
        peer = await garage.connected(kind=Peer16)

        await peer.start("CARD-2")

        [(_, _, said)] = garage.events("charge_started")
        assert said["tag_status"] == "Invalid"
        assert peer.transaction_number > 0
