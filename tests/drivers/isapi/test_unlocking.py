"""A door of an access controller is opened from afar: once, with its answer; and why it is not."""

import msgspec
import pytest

from linli.contracts.wires import Wire
from linli.drivers.isapi import orders
from linli.drivers.isapi.options import LineOptions
from linli.drivers.line import Order
from linli.drivers.wiring import BadOptions
from linli.registry.devices import words
from tests.drivers.isapi.test_access import DOOR, OTHER, TERMINAL, door
from tests.drivers.isapi.test_line import at_the_line, running
from tests.drivers.station import FakeStation
from tests.drivers.tables import wires

OPEN = "<RemoteControlDoor><cmd>open</cmd></RemoteControlDoor>"
SHUT = OPEN.replace("open", "close")
DOORS = (DOOR, OTHER)
NOWHERE = "no_such_address"


def registered(model, address, *, is_line=False):
    return Wire(driver="isapi", model=model, address=address, options={}, is_line=is_line)


async def told(at_work, station, device="door-1", *, id="o1", service="door.unlock"):
    order = Order(id=id, service=service, args={}, expires_at=2e9)
    assert at_work.send(device, order)
    await station.until(lambda: any(one[1] == id for one in station.answers))
    return next(one[2:] for one in reversed(station.answers) if one[1] == id)


class TestUnlock:
    async def test_opens_the_door_of_its_number_once_and_confirms_it(self):
        station = FakeStation()
        async with running(station, members=DOORS) as (at_work, terminal):
            terminal.controller.doors = {1, 2}
            await terminal.listening.wait()

            answers = [
                await told(at_work, station, "door-2"),
                await told(at_work, station, "door-2"),
                await told(at_work, station, "door-1", id="o2", service="door.lock"),
            ]

        assert answers == [(True, "")] * 3
        assert terminal.controller.opened == [(2, OPEN), (1, SHUT)]
        assert ("out", b"PUT /ISAPI/AccessControl/RemoteControl/door/2") in station.frames["door-2"]

    async def test_a_terminal_is_its_own_first_door(self):
        station = FakeStation()
        async with running(station) as (_, terminal):
            options = LineOptions(connect=f"127.0.0.1:{terminal.port}", password="sesame")
            line = msgspec.structs.replace(TERMINAL, options=options)
            async with at_the_line(line, station) as at_work:
                await station.until(lambda: "terminal" in station.present)

                assert await told(at_work, station, "terminal") == (True, "")

        assert terminal.controller.opened == [(1, OPEN)]

    async def test_a_door_with_a_high_number_is_no_channel_of_a_recorder(self):
        station = FakeStation()
        async with running(station, members=(door("door-40", "40"),)) as (at_work, terminal):
            terminal.controller.doors = {40}
            await terminal.listening.wait()

            assert await told(at_work, station, "door-40") == (True, "")

        assert terminal.controller.opened == [(40, OPEN)]


class TestRefused:
    @pytest.mark.parametrize("service", ["door.unlock", "door.lock"])
    @pytest.mark.parametrize(
        "address",
        [
            "",
            "door-2",
            "2/1",
            "east",
            "D2",
            "01",
            "0",
            "-1",
            " 2",
            "2\n",
            "２",
            "1" * 5000,
            "65535",
            "65536",
            "131071",
            "4294967295",
        ],
    )
    async def test_an_address_that_is_no_number_of_a_door_opens_none(self, address, service):
        station = FakeStation()
        async with running(station, members=(door("odd", address),)) as (at_work, terminal):
            terminal.controller.doors = {1, 2, 65535}
            await terminal.listening.wait()

            assert await told(at_work, station, "odd", service=service) == (False, NOWHERE)

        assert terminal.controller.opened == []
        assert not any(way == "out" for way, _ in station.frames["odd"])

    async def test_the_highest_number_of_one_door_is_no_group(self):
        station = FakeStation()
        async with running(station, members=(door("last", "65534"),)) as (at_work, terminal):
            terminal.controller.doors = {65534}
            await terminal.listening.wait()

            assert await told(at_work, station, "last") == (True, "")

        assert terminal.controller.opened == [(65534, OPEN)]

    @pytest.mark.parametrize("address", ["65535", "065535", " 65535 ", "65536", "1" * 5000])
    def test_a_number_that_is_every_door_is_not_registered(self, address):
        with pytest.raises(BadOptions) as refusal:
            wires().check(registered("access_door", address))

        assert "65535" in refusal.value.values["why"]
        assert "所有门" in refusal.value.values["why_zh"]

    @pytest.mark.parametrize(
        ("model", "address", "is_line"),
        [("access_door", "2", False), ("access_door", "65534", False),
         ("access_door", "65535", True), ("camera", "65535", False)],
    )  # fmt: skip
    def test_any_other_is(self, model, address, is_line):
        wires().check(registered(model, address, is_line=is_line))

    @pytest.mark.parametrize(
        ("ways", "device", "reason"),
        [
            ({"may_open": False}, "door-1", "no_right"),
            ({"busy": True}, "door-1", "device_busy"),
            ({}, "door-2", NOWHERE),
        ],
    )
    async def test_says_why_in_words_and_opens_nothing(self, ways, device, reason):
        station = FakeStation()
        async with running(station, members=DOORS) as (at_work, terminal):
            for name, value in ways.items():
                setattr(terminal.controller.ways, name, value)
            await terminal.listening.wait()

            assert await told(at_work, station, device) == (False, reason)

        assert terminal.controller.opened == []
        assert words.outcome(reason) is not None

    async def test_may_be_asked_for_anew_when_it_is_busy_no_more(self):
        station = FakeStation()
        async with running(station, members=DOORS) as (at_work, terminal):
            terminal.controller.ways.busy = True
            await terminal.listening.wait()
            assert await told(at_work, station) == (False, "device_busy")
            terminal.controller.ways.busy = False

            assert await told(at_work, station) == (False, "device_busy")
            assert await told(at_work, station, id="o2") == (True, "")

        assert len(terminal.controller.opened) == 1

    async def test_goes_nowhere_while_the_line_is_down(self):
        station = FakeStation()
        async with running(station, members=DOORS, connect="127.0.0.1:1") as (at_work, _):
            await station.until(lambda: station.reasons.get("cam") == "unreachable")

            order = Order(id="o1", service="door.unlock", args={}, expires_at=2e9)
            assert not at_work.send("door-1", order)


class TestRefusal:
    DOOR = orders.request("door_open", {}, channel=1)
    CAMERA = orders.request("restart", {}, channel=1)

    @pytest.mark.parametrize(
        ("said", "status", "door", "camera"),
        [
            ("", 200, "", ""),
            ("<ResponseStatus/>", 200, "", ""),
            ("<ResponseStatus><statusCode>1</statusCode></ResponseStatus>", 200, "", ""),
            ("<ResponseStatus><statusCode>7</statusCode></ResponseStatus>", 200, "", ""),
            ("<ResponseStatus><statusCode>OK</statusCode></ResponseStatus>", 200, "", ""),
            ("<ResponseStatus><statusCode>2</statusCode></ResponseStatus>", 200, "device_busy",
             "device_busy"),
            ("<ResponseStatus><statusCode>3</statusCode></ResponseStatus>", 500, "device_failure",
             "device_failure"),
            ("<ResponseStatus><statusCode>4</statusCode></ResponseStatus>", 403, "refused",
             "refused"),
            ("<ResponseStatus><statusCode>6</statusCode></ResponseStatus>", 400, "no_such_address",
             "bad_arguments"),
            ("<ResponseStatus><statusCode>4</statusCode><subStatusCode>notSupport</subStatusCode>"
             "</ResponseStatus>", 403, "not_supported", "not_supported"),
            ("<ResponseStatus><statusCode>4</statusCode></ResponseStatus>", 401, "", ""),
            ("", 404, "no_such_address", ""),
            ("", 503, "device_busy", "device_busy"),
            ("<html><statusCode>2</statusCode></html>", 500, "", ""),
            ("<!DOCTYPE a [<!ENTITY x 'y'>]><ResponseStatus/>", 500, "", ""),
        ],
    )  # fmt: skip
    def test_is_read_of_the_status_and_leniently(self, said, status, door, camera):
        found = [
            orders.refusal(one, said=said.encode(), status=status)
            for one in (self.DOOR, self.CAMERA)
        ]

        assert found == [door, camera]
