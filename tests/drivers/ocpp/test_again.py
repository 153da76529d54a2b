"""What comes twice counts once; numbers of transactions."""

import json

import msgspec
import pytest
from websockets.asyncio.client import connect

from linli.drivers.ocpp import orders
from linli.drivers.ocpp.meter import values
from linli.drivers.ocpp.transactions import Open, Transactions, numbered, recalled

AT = 1_779_969_600.0
START = {
    "connectorId": 1,
    "idTag": "CARD-1",
    "meterStart": 1000,
    "timestamp": "2026-05-28T12:00:00Z",
}


@pytest.fixture
async def socket(garage):
    async with connect(
        f"{garage.url}/CP1", subprotocols=["ocpp1.6"], additional_headers=garage.peer()._headers()
    ) as socket:
        yield socket


async def ask(socket, id, action, payload):
    await socket.send(json.dumps([2, id, action, payload]))
    kind, name, answer = json.loads(await socket.recv())
    assert (kind, name) == (3, id)
    return answer


class TestAgain:
    async def test_a_call_of_the_same_id_and_content_is_answered_the_same_and_done_once(
        self, garage, socket
    ):
        first = await ask(socket, "1", "StartTransaction", START)

        second = await ask(socket, "1", "StartTransaction", START)

        assert first == second
        assert len(garage.events("charge_started")) == 1

    async def test_an_id_that_is_used_anew_is_another_call(self, garage, socket):
        await ask(socket, "1", "StartTransaction", START)

        answer = await ask(socket, "1", "FirmwareStatusNotification", {"status": "Idle"})

        assert answer == {}
        assert len(garage.events("firmware_told")) == 1

    async def test_a_start_that_is_sent_again_gets_its_number_again(self, garage, socket):
        first = await ask(socket, "1", "StartTransaction", START)

        second = await ask(socket, "2", "StartTransaction", START)

        assert first == second
        assert len(garage.events("charge_started")) == 1

    async def test_a_stop_that_is_sent_again_is_only_confirmed(self, garage, socket):
        number = (await ask(socket, "1", "StartTransaction", START))["transactionId"]
        stop = {"transactionId": number, "meterStop": 2000, "timestamp": "2026-05-28T13:00:00Z"}

        await ask(socket, "2", "StopTransaction", stop)
        await ask(socket, "3", "StopTransaction", stop)

        [(_, _, said)] = garage.events("charge_ended")
        assert said["energy_wh"] == 1000

    async def test_a_stop_after_a_restart_of_ours_is_of_the_connector_that_began(
        self, garage, socket
    ):
        start = {**START, "connectorId": 1}
        number = (await ask(socket, "1", "StartTransaction", start))["transactionId"]
        garage.line._points["CP1"].transactions = Transactions()
        stop = {"transactionId": number, "meterStop": 2000, "timestamp": "2026-05-28T13:00:00Z"}

        await ask(socket, "2", "StopTransaction", stop)

        [(device, _, said)] = garage.events("charge_ended")
        assert (device, said["connector"], said["started_at"]) == ("dev-CP1", "1", AT)
        assert "energy_wh" not in said

    async def test_an_event_of_2_0_1_that_is_sent_again_is_only_confirmed(self, garage):
        event = {
            "eventType": "Started",
            "timestamp": "2026-05-28T12:00:00Z",
            "triggerReason": "Authorized",
            "seqNo": 0,
            "transactionInfo": {"transactionId": "AB1234"},
            "evse": {"id": 1, "connectorId": 1},
        }
        async with connect(
            f"{garage.url}/CP1",
            subprotocols=["ocpp2.0.1"],
            additional_headers=garage.peer()._headers(),
        ) as socket:
            await ask(socket, "1", "TransactionEvent", event)
            await ask(socket, "2", "TransactionEvent", event)

        assert len(garage.events("charge_started")) == 1

    async def test_what_could_not_be_kept_is_done_when_it_comes_again(self, garage, socket):
        bring, failed = garage.station.bring, []

        async def once_broken(device, readings):
            if not failed:
                failed.append(device)
                raise RuntimeError("disk")
            return await bring(device, readings)

        garage.station.bring = once_broken
        await socket.send(json.dumps([2, "1", "StartTransaction", START]))
        assert json.loads(await socket.recv())[0] == 4

        await ask(socket, "1", "StartTransaction", START)

        assert len(garage.events("charge_started")) == 1

    async def test_tells_how_much_a_charge_took_so_far(self, garage, socket):
        number = (await ask(socket, "1", "StartTransaction", START))["transactionId"]
        sample = {"timestamp": "2026-05-28T12:10:00Z", "sampledValue": [{"value": "2500"}]}
        told = {"connectorId": 1, "transactionId": number, "meterValue": [sample]}

        await ask(socket, "2", "MeterValues", told)

        assert garage.station.last("dev-CP1", "session_energy_kwh") == 1.5


def starts(peer):
    return [action for action, _ in peer.orders if action == "RemoteStartTransaction"]


class TestStartAgain:
    """RemoteStartTransaction of 1.6 has no id: what it began is known by card, place and time."""

    async def test_what_began_before_a_restart_of_ours_is_done(self, garage):
        peer = await garage.connected()
        await garage.order("charge.start", tag="CARD-1")
        await garage.station.until(lambda: garage.events("charge_started") != [])
        garage.station.clock += 5
        await garage.restart(peer)

        answered = await garage.order("charge.start", tag="CARD-1", expires_in_s=115.0, again=True)

        assert answered == (True, "")
        assert len(starts(peer)) == 1

    async def test_what_another_card_began_is_not_taken_for_it(self, garage):
        peer = await garage.connected()
        await peer.start("CARD-1")
        garage.station.clock += 5
        await garage.restart(peer)

        answered = await garage.order("charge.start", tag="CARD-2", expires_in_s=115.0)

        assert len(starts(peer)) == 1
        assert answered == (True, "")

    async def test_nothing_is_begun_twice_where_nothing_shows_what_came_of_it(
        self, garage, monkeypatch
    ):
        monkeypatch.setattr(orders, "_LEARN_WITHIN_S", 0.01)
        peer = await garage.connected()
        garage.station.clock += 5
        await garage.restart(peer)

        answered = await garage.order("charge.start", expires_in_s=115.0, again=True)

        assert answered == (False, "not_confirmed")
        assert starts(peer) == []

    async def test_what_was_never_sent_before_a_restart_is_sent(self, garage, monkeypatch):
        monkeypatch.setattr(orders, "_LEARN_WITHIN_S", 0.01)
        peer = await garage.connected()
        garage.station.clock += 5
        await garage.restart(peer)

        answered = await garage.order("charge.start", expires_in_s=115.0)

        assert answered == (True, "")
        assert len(starts(peer)) == 1

    async def test_what_began_and_ended_over_a_lost_answer_is_not_begun_anew(self, garage):
        peer = await garage.connected()
        await garage.order("charge.start", tag="CARD-1")
        await garage.station.until(lambda: garage.events("charge_started") != [])
        await peer.stop()
        await peer.drop()
        await peer.connect()

        answered = await garage.order("charge.start", tag="CARD-1", again=True)

        assert answered == (True, "")
        assert len(starts(peer)) == 1


class TestNumber:
    def test_is_the_same_after_a_restart(self):
        before = Transactions().number(connector=1, tag="CARD-1", started_at=AT)

        after = Transactions().number(connector=1, tag="card-1", started_at=AT)

        assert before == after

    def test_is_never_given_twice_by_a_charge_point_over_years(self):
        starts = [(AT + 61 * n, 1 + n % 4) for n in range(200_000)]

        numbers = {numbered(connector=c, tag="T", started_at=at) for at, c in starts}

        assert len(numbers) == len(starts)

    def test_differs_where_cards_or_connectors_differ_within_one_second(self):
        known = Transactions()
        asked = [(c, tag) for c in range(1, 9) for tag in ("A", "B", "C", "D")]

        numbers = {known.number(connector=c, tag=tag, started_at=AT) for c, tag in asked}

        assert len(numbers) == len(asked)

    @pytest.mark.parametrize("at", [-62_135_596_800.0, -1.0, 0.0, 0.5, AT, 4e9, 2.5e11])
    @pytest.mark.parametrize("connector", [-1, 0, 1, 8, 10**12])
    def test_fits_into_31_bits_and_is_above_nothing(self, at, connector):
        number = numbered(connector=connector, tag="T", started_at=at)

        assert 0 < number < 2**31

    @pytest.mark.parametrize("connector", [1, 2, 3, 4])
    def test_tells_where_and_when_it_began_to_who_did_not_hear_it(self, connector):
        number = numbered(connector=connector, tag="T", started_at=AT + 0.7)

        found = recalled(number, ended_at=AT + 7200.2)

        assert (found.connector, found.started_at) == (str(connector), AT)

    @pytest.mark.parametrize("number", [-1, 0, 1, 77, 2**31, 10**30])
    def test_tells_nothing_where_it_is_none_of_ours(self, number):
        assert recalled(number, ended_at=AT) is None

    def test_what_is_remembered_does_not_grow(self):
        known = Transactions()

        for n in range(1000):
            known.number(connector=1, tag="T", started_at=AT + n)
            known.begin(Open(id=str(n), connector=str(n)))
            known.tell("ended", str(n))

        assert max(len(known._numbers), len(known._open), len(known._told)) <= 64


class TestMeter:
    def told(self, **sample):
        return [{"timestamp": "2026-05-28T12:00:00Z", "sampledValue": [sample]}]

    @pytest.mark.parametrize("value", ["", "abc", "NaN", "1e999", "-inf", "1,5"])
    def test_leaves_out_what_is_no_number_and_says_so(self, value):
        [found] = values(self.told(value=value))

        assert (found.samples, found.unread) == ((), ("bad_meter_value",))

    def test_leaves_out_signed_data_and_says_so(self):
        [found] = values(self.told(value="AA", format="SignedData"))

        assert found.unread == ("signed_meter_value",)

    def test_a_power_of_ten_beyond_reason_is_no_number(self):
        [found] = values(self.told(value=1.0, unitOfMeasure={"unit": "W", "multiplier": 400}))

        assert found.unread == ("bad_meter_value",)

    def test_the_table_fits_the_thing_model(self, charger, table):
        names = {*table.properties, table.state, table.plugged, table.fault, table.session_energy}
        states = set(table.states.values())

        assert names <= set(charger.properties)
        assert states <= set(charger.properties[table.state].values)
        for name, measured in table.properties.items():
            unit = {"Percent": "%", "Celsius": "℃"}.get(measured.unit, measured.unit)
            assert charger.properties[name].unit == unit
        assert msgspec.to_builtins(table)["models"] == ("ev_charger",)
