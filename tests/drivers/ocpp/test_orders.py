"""Services of the thing model, put as calls and answered."""

import asyncio

import pytest

from linli.drivers.line import Order
from linli.drivers.ocpp import ordering
from linli.drivers.ocpp.codec import Version
from linli.drivers.ocpp.ordering import CannotOrder, Wish
from linli.drivers.ocpp.peer import Peer16, Peer201
from linli.drivers.ocpp.transactions import Open

SERVICES = [
    ("charge.start", {"tag": "CARD-1", "current_a": 16.0}, ("RemoteStart", "RequestStart")),
    ("charge.limit", {"current_a": 16.04}, ("SetChargingProfile", "SetChargingProfile")),
    ("charge.limit", {"power_w": 3680.0, "duration_s": 600}, ("SetCharging", "SetCharging")),
    ("charge.limit", {"periods": "0:32, 3600:10.5"}, ("SetCharging", "SetCharging")),
    ("charge.unlimit", {}, ("ClearChargingProfile", "ClearChargingProfile")),
    ("charge.schedule", {"duration_s": 600}, ("GetCompositeSchedule", "GetCompositeSchedule")),
    ("connector.unlock", {}, ("UnlockConnector", "UnlockConnector")),
    ("connector.disable", {}, ("ChangeAvailability", "ChangeAvailability")),
    ("connector.enable", {}, ("ChangeAvailability", "ChangeAvailability")),
    ("charger.restart", {"hard": True}, ("Reset", "Reset")),
    ("charger.restart", {}, ("Reset", "Reset")),
    ("charger.upgrade", {"location": "https://files.example/f.bin"}, ("UpdateF", "UpdateF")),
    ("diagnostics.upload", {"location": "https://files.example/"}, ("GetDiagnostics", "GetLog")),
    ("state.read", {}, ("TriggerMessage", "TriggerMessage")),
    ("message.ask", {"message": "Heartbeat"}, ("TriggerMessage", "TriggerMessage")),
    ("vendor.tell", {"vendor": "Yunshan", "data": "x"}, ("DataTransfer", "DataTransfer")),
    ("setting.change", {"key": "OCPPCommCtrlr.X", "value": "1"}, ("ChangeConf", "SetVariables")),
    ("setting.read", {"key": "OCPPCommCtrlr.X"}, ("GetConfiguration", "GetVariables")),
]


class TestSend:
    @pytest.mark.parametrize(("service", "args", "actions"), SERVICES)
    async def test_each_service_is_a_call_that_the_library_takes(
        self, garage, kind, service, args, actions
    ):
        peer = await garage.connected(kind=kind)
        peer.settings["OCPPCommCtrlr.X"] = "0"

        answered = await garage.order(service, **args)

        assert answered == (True, "")
        [(action, _)] = peer.orders
        assert action.startswith(actions[kind is Peer201])

    async def test_both_versions_do_the_same_services_of_the_model(self, charger):
        calls = [set(known) for known in ordering._BUILDS.values()]

        assert calls[0] == calls[1] <= set(charger.services)

    @pytest.mark.parametrize(
        ("service", "args"),
        [
            ("charge.start", {}),
            ("charge.limit", {"current_a": 10.0}),
            ("connector.unlock", {}),
            ("connector.disable", {}),
            ("charger.restart", {}),
        ],
    )
    async def test_a_refusal_is_told_with_its_reason(self, garage, kind, service, args):
        peer = await garage.connected(kind=kind)
        peer.refuses = {
            "RemoteStartTransaction",
            "RequestStartTransaction",
            "SetChargingProfile",
            "UnlockConnector",
            "ChangeAvailability",
            "Reset",
        }

        ok, reason = await garage.order(service, **args)

        assert not ok
        assert reason in ("rejected", "unlock_failed")

    async def test_a_limit_is_kept_by_the_charge_point_until_it_is_lifted(self, garage, kind):
        peer = await garage.connected(kind=kind)
        await peer.start("CARD-1")

        await garage.order("charge.limit", current_a=10.0)
        peer.pass_time(60)
        limited = peer.power_w
        await garage.order("charge.unlimit", id="o2")
        peer.pass_time(60)

        assert (limited, peer.power_w) == (2300.0, 6900.0)

    async def test_tells_the_schedule_that_it_asked_for(self, garage, kind):
        await garage.connected(kind=kind)

        await garage.order("charge.schedule", duration_s=600)

        [(device, _, said)] = garage.events("schedule_told")
        assert (device, said["unit"], said["periods"]) == ("dev-CP1", "A", [[0, 16.0]])

    async def test_tells_the_setting_that_it_asked_for_and_refuses_one_that_is_none(
        self, garage, kind
    ):
        peer = await garage.connected(kind=kind)
        peer.settings["A.B"] = "7"

        good = await garage.order("setting.read", key="A.B")
        bad = await garage.order("setting.read", id="o2", key="A.C")

        assert good == (True, "")
        assert garage.events("setting_told")[0][2]["value"] == "7"
        assert bad[0] is False
        assert bad[1].startswith("unknown_")

    @pytest.mark.parametrize(
        ("service", "args", "why"),
        [
            ("charge.limit", {}, "needs_a_limit"),
            ("charge.limit", {"periods": "3600:10"}, "bad_periods"),
            ("charge.limit", {"periods": "0:10,0:11"}, "bad_periods"),
            ("charge.limit", {"periods": "now"}, "bad_periods"),
            ("message.ask", {"message": "Everything"}, "bad_argument"),
            ("charge.explode", {}, "unknown_service"),
        ],
    )
    async def test_refuses_what_makes_no_call_and_sends_nothing(
        self, garage, kind, service, args, why
    ):
        peer = await garage.connected(kind=kind)

        ok, reason = await garage.order(service, **args)

        assert not ok
        assert reason.startswith(why)
        assert peer.orders == []

    async def test_refuses_an_order_that_is_too_late(self, garage):
        peer = await garage.connected()

        answered = await garage.order("charger.restart", expires_in_s=-1)

        assert answered == (False, "expired")
        assert peer.orders == []

    async def test_cannot_send_where_nobody_is(self, garage):
        order = Order(id="o1", service="charge.stop", args={}, expires_at=2e9)

        assert garage.line.send("dev-CP1", order) is False
        assert garage.line.send("dev-else", order) is False

    async def test_cannot_send_to_one_that_is_to_stay_out(self, closed_garage):
        closed_garage.options["boot"] = "Rejected"
        garage = await closed_garage.open()
        await garage.connected()
        order = Order(id="o1", service="connector.unlock", args={}, expires_at=2e9)

        assert garage.line.send("dev-CP1", order) is False

    async def test_does_an_order_once_and_says_again_what_came_of_it(self, garage):
        peer = await garage.connected()

        first = await garage.order("connector.unlock")
        second = await garage.order("connector.unlock")

        assert first == second == (True, "")
        assert [action for action, _ in peer.orders] == ["UnlockConnector"]

    async def test_puts_one_call_at_a_time(self, garage):
        peer = await garage.connected()
        peer.mute = {"UnlockConnector"}
        expires = garage.station.clock + 60
        for name, service in [("o1", "connector.unlock"), ("o2", "connector.disable")]:
            order = Order(id=name, service=service, args={}, expires_at=expires)
            assert garage.line.send("dev-CP1", order)
            assert garage.line.send("dev-CP1", order)

        async with asyncio.timeout(5):
            while not peer.orders:
                await asyncio.sleep(0)
        for _ in range(50):
            await asyncio.sleep(0)

        assert [action for action, _ in peer.orders] == ["UnlockConnector"]
        assert garage.station.answers == []

    async def test_takes_no_more_than_a_queue_of_them(self, garage):
        peer = await garage.connected()
        peer.mute = {"UnlockConnector"}
        expires = garage.station.clock + 60

        taken = [
            garage.line.send(
                "dev-CP1",
                Order(id=f"o{n}", service="connector.unlock", args={}, expires_at=expires),
            )
            for n in range(40)
        ]

        assert 10 < sum(taken) < 20
        assert taken == sorted(taken, reverse=True)

    async def test_an_order_without_an_answer_may_be_given_again(self, closed_garage):
        closed_garage.options["answer_within_s"] = 0.02
        garage = await closed_garage.open()
        peer = await garage.connected()
        peer.mute = {"UnlockConnector"}
        expires = garage.station.clock + 60
        order = Order(id="o1", service="connector.unlock", args={}, expires_at=expires)
        assert garage.line.send("dev-CP1", order)
        async with asyncio.timeout(5):
            while ("dev-CP1", "no_answer", b"") not in garage.station.refusals:
                await asyncio.sleep(0.005)

        assert garage.station.answers == []
        assert garage.line.send("dev-CP1", order)


class TestStop:
    async def test_ends_the_charge_that_is_under_way(self, garage, kind):
        peer = await garage.connected(kind=kind)
        await peer.start("CARD-1")

        answered = await garage.order("charge.stop")
        await garage.station.until(lambda: garage.events("charge_ended") != [])

        assert answered == (True, "")
        assert garage.events("charge_ended")[0][2]["reason"] == "Remote"

    async def test_refuses_where_nothing_charges(self, garage):
        peer = await garage.connected()
        peer.refuses = {"TriggerMessage"}

        assert await garage.order("charge.stop") == (False, "no_transaction")

    @pytest.mark.parametrize("kind", [Peer16, Peer201])
    async def test_ends_a_charge_that_began_before_this_process(self, garage, kind):
        peer = await garage.connected(kind=kind)
        await peer.start("CARD-1")
        number = peer.transaction
        await peer.drop()
        garage.line.rewire([])
        garage.line.rewire(garage.members)
        await peer.connect()

        answered = await garage.order("charge.stop")

        assert answered == (True, "")
        told = dict(peer.orders)
        stop = told.get("RemoteStopTransaction") or told["RequestStopTransaction"]
        assert str(stop["transaction_id"]) == number

    async def test_the_whole_point_ends_everything_that_charges_on_it(self, closed_garage):
        point = closed_garage.point
        closed_garage.members = [
            point("CP1"),
            point("CP1/1", code="left"),
            point("CP1/2", code="right"),
        ]
        garage = await closed_garage.open()
        peer = await garage.connected()
        known = garage.line._points["CP1"].transactions
        known.begin(Open(id="7", connector="1"))
        known.begin(Open(id="8", connector="2"))

        answered = await garage.order("charge.stop")

        assert answered == (True, "")
        assert [told["transaction_id"] for _, told in peer.orders] == [7, 8]

    async def test_lets_in_the_card_that_it_told_to_start(self, garage):
        peer = await garage.connected()

        await garage.order("charge.start", tag="GUEST")
        await garage.station.until(lambda: garage.events("charge_started") != [])

        assert garage.events("charge_started")[0][2]["tag_status"] == "Accepted"
        assert peer.orders[0][0] == "RemoteStartTransaction"


def wish(**more):
    usual = {"connector": None, "args": {}, "transaction": None, "tag": "T", "number": 1}
    return Wish(**{**usual, "now": "2026-01-01T00:00:00Z", **more})


class TestBuild:
    def test_a_whole_charge_point_is_limited_as_a_whole(self):
        _, told = ordering.build(
            version=Version.V16, service="charge.limit", wish=wish(args={"current_a": 40.0})
        )

        assert told["connectorId"] == 0
        assert told["csChargingProfiles"]["chargingProfilePurpose"] == "ChargePointMaxProfile"

    @pytest.mark.parametrize("version", list(Version))
    def test_only_a_connector_is_unlocked(self, version):
        with pytest.raises(CannotOrder, match="needs_a_connector"):
            ordering.build(version=version, service="connector.unlock", wish=wish())

    def test_an_evse_and_its_connector_are_told_apart(self):
        _, told = ordering.build(
            version=Version.V201, service="connector.disable", wish=wish(connector="2.1")
        )

        assert told["evse"] == {"id": 2, "connectorId": 1}

    def test_a_variable_may_have_instances(self):
        _, told = ordering.build(
            version=Version.V201,
            service="setting.read",
            wish=wish(args={"key": "AlignedDataCtrlr[1].Measurands[x]"}),
        )

        [data] = told["getVariableData"]
        assert data == {
            "component": {"name": "AlignedDataCtrlr", "instance": "1"},
            "variable": {"name": "Measurands", "instance": "x"},
        }


class TestJudged:
    @pytest.mark.parametrize(
        ("action", "result", "expected"),
        [
            ("Reset", {"status": "Accepted"}, (True, "")),
            ("Reset", {"status": "Rejected"}, (False, "rejected")),
            ("ChangeAvailability", {"status": "Scheduled"}, (True, "scheduled")),
            ("ChangeConfiguration", {"status": "RebootRequired"}, (True, "reboot_required")),
            ("ChangeConfiguration", {"status": "NotSupported"}, (False, "not_supported")),
            ("ClearChargingProfile", {"status": "Unknown"}, (True, "nothing_to_clear")),
            ("UpdateFirmware", {}, (True, "")),
            ("UpdateFirmware", {"status": "InvalidCertificate"}, (False, "invalid_certificate")),
            ("UnlockConnector", {"status": "UnlockFailed"}, (False, "unlock_failed")),
            ("GetConfiguration", {"unknownKey": ["X"]}, (False, "unknown_key")),
            (
                "Reset",
                {"status": "Rejected", "statusInfo": {"reasonCode": "CSNotAccepted"}},
                (False, "csnot_accepted"),
            ),
        ],
    )
    def test_says_yes_or_no_and_why(self, action, result, expected):
        assert ordering.judged(action=action, result=result) == expected
