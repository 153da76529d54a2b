"""A line against simulated panels over loopback."""

import asyncio

import msgspec
import pytest

from linli.drivers.gb26875 import codec, objects, peer, tables
from linli.drivers.gb26875.codec import Frame
from linli.drivers.gb26875.line import FireLine
from linli.drivers.gb26875.objects import Part, Thing
from linli.drivers.gb26875.peer import CONFIRM_DUTY, FAULT, FIRE, NORMAL, FirePanel
from linli.drivers.line import Order, Taken
from tests.drivers.gb26875 import world
from tests.drivers.gb26875.world import CALL, CURRENT, FLOW, SMOKE, TANK, one_panel, told
from tests.drivers.station import FakeStation

UNKNOWN = Part(1, 1, 42, 0x90009)


def order(service, id="o1", expires_at=2e9, **args):
    return Order(id=id, service=service, args=args, expires_at=expires_at)


def smoke_frame(panel, serial, state=FIRE):
    """One frame of a smoke detector with a serial of our choice."""
    part = {"sys_type": 1, "sys_addr": 1, "part_type": 42, "part_addr": SMOKE.part_addr}
    thing = Thing(**part, state=state, text="烟感")
    data = objects.write(objects.PART_STATE, [thing])
    return panel.frame(tables.SEND, data, serial=serial)


class Leaving(FakeStation):
    """A live half that no longer knows the smoke detector."""

    async def bring(self, device, readings):
        if device == "smoke":
            return Taken(taken=0, refused=[(0, "unknown_device")])
        return await super().bring(device, readings)


class TestGreet:
    async def test_knows_the_device_sets_its_clock_and_reads_its_state(self):
        async with one_panel() as (_, station, panel):
            assert station.present["ftx"]
            assert station.present["smoke"]
            assert panel.clock_set_to == codec.wall(station.clock, east_h=8.0)
            assert station.last("ftx", "mains_ok") is True

    async def test_sets_the_clock_again_when_it_is_due_and_when_it_is_off(self):
        async with one_panel() as (_, station, panel):
            panel.clock_set_to = None
            station.clock += 700
            panel.clock_off_s = -3600

            await panel.tell_state()
            await panel.until(lambda: panel.clock_set_to is not None)

            assert panel.clock_set_to == codec.wall(station.clock, east_h=8.0)

    async def test_sets_the_clock_each_day(self):
        async with one_panel(silent_after_s=1e9) as (_, station, panel):
            panel.clock_set_to = None

            station.clock += 86_400

            await panel.until(lambda: panel.clock_set_to is not None)

    async def test_answers_what_time_it_is(self):
        async with one_panel() as (_, station, panel):
            assert await panel.ask_clock()

            answer = next(f for f in reversed(panel.heard) if f.command == tables.ANSWER)
            assert objects.read(answer.data).things[0].clock == codec.wall(
                station.clock, east_h=8.0
            )

    @pytest.mark.parametrize("asked", [8, 28, 68, 88, 90])
    async def test_answers_it_however_it_is_asked(self, asked):
        async with one_panel() as (_, _, panel):
            frame = panel.frame(tables.REQUEST, bytes((asked, 1, 1, 2)))

            assert await panel.push(frame) == tables.ANSWER


class TestTake:
    async def test_acknowledges_a_fire_only_when_it_is_on_disk(self):
        async with one_panel() as (_, station, panel):
            station.open.clear()
            before = panel.confirmed
            telling = asyncio.create_task(panel.set(SMOKE, FIRE | NORMAL))
            await station.until(lambda: len(station.frames["ftx"]) > 0)
            for _ in range(20):
                await asyncio.sleep(0)
            assert panel.confirmed == before

            station.open.set()

            assert await telling
            assert station.last("smoke", "smoke") is True

    async def test_a_fire_in_test_is_a_fire(self):
        async with one_panel() as (_, station, panel):
            assert await panel.set(SMOKE, FIRE)

            assert told(station, "smoke", "smoke")[-1].value is True
            assert told(station, "smoke", "smoke")[-1].extras["test"] is True
            assert station.last("smoke", "test_mode") is True

    async def test_takes_a_resent_frame_once_and_acknowledges_it_again(self):
        async with one_panel() as (_, station, panel):
            frame = smoke_frame(panel, 4711)

            first, second = await panel.push(frame), await panel.push(frame)

            assert (first, second) == (tables.CONFIRM, tables.CONFIRM)
            assert len(told(station, "smoke", "smoke")) == 1

    async def test_takes_a_resent_frame_once_over_a_new_connection(self):
        async with world.running() as (line, station):
            panel = world.panel_of(station)
            async with world.dialled(line, panel, station):
                frame = smoke_frame(panel, 4711)
                await panel.push(frame)
                panel.hang_up()
                await station.until(lambda: station.present["ftx"] is False)
            again = world.panel_of(station)
            async with world.dialled(line, again, station, again=True):
                assert await again.push(frame) == tables.CONFIRM

            assert len(told(station, "smoke", "smoke")) == 1

    async def test_takes_another_frame_of_the_same_serial(self):
        async with one_panel() as (_, station, panel):
            await panel.push(smoke_frame(panel, 7, NORMAL))

            await panel.push(smoke_frame(panel, 7, FIRE))

            assert [r.value for r in told(station, "smoke", "smoke")] == [False, True]

    async def test_takes_the_same_fire_of_the_same_serial_an_hour_later(self):
        async with one_panel(silent_after_s=1e9) as (_, station, panel):
            await panel.push(smoke_frame(panel, 7))

            station.clock += 3600
            await panel.push(smoke_frame(panel, 7))

            assert len(told(station, "smoke", "smoke")) == 2

    async def test_takes_many_parts_in_one_frame(self):
        async with one_panel() as (_, station, panel):
            panel.parts[SMOKE].state = FIRE
            panel.parts[CALL].state = FIRE | NORMAL
            panel.parts[FLOW].state = FAULT | NORMAL

            assert await panel.tell_parts(list(panel.parts))

            assert station.last("smoke", "smoke") is True
            assert station.last("call", "manual_alarm") is True
            assert station.last("flow", "fault") is True
            assert station.last("heat", "heat") is False

    async def test_takes_measurements(self):
        async with one_panel() as (_, station, panel):
            panel.parts[TANK].analogue, panel.parts[CURRENT].analogue = 2, 128

            await panel.measure(TANK, 215)
            await panel.measure(CURRENT, 287)

            assert station.last("tank", "level_pct") == 86.0
            assert station.last("current", "residual_current_ma") == 287.0

    async def test_counts_the_fire_of_an_unknown_part_and_shows_the_part(self):
        async with one_panel() as (_, station, panel):
            panel.parts[UNKNOWN] = world.fitted(UNKNOWN, text="新装烟感", state=FIRE)

            assert await panel.tell_parts([UNKNOWN])

            fire = told(station, "ftx", "fire_alarm")
            assert [(one.value, one.extras["name"]) for one in fire] == [(True, "新装烟感")]
            assert station.strangers["1001/1.1.42.589833"]["model"] == "smoke_detector"

    async def test_knows_the_part_once_it_was_let_in(self):
        async with one_panel() as (line, station, panel):
            panel.parts[UNKNOWN] = world.fitted(UNKNOWN, text="新装烟感", state=FIRE)
            new = world.wired("new", "smoke_detector", "1001/1.1.42.589833")

            line.rewire([*world.members(), new])
            await panel.tell_parts([UNKNOWN])

            assert station.last("new", "smoke") is True
            assert told(station, "ftx", "fire_alarm") == []

    async def test_a_reset_of_the_panel_ends_what_burned(self):
        async with one_panel() as (_, station, panel):
            await panel.set(SMOKE, FIRE)

            await panel.reset()

            assert station.last("smoke", "smoke") is False
            assert station.last("ftx", "reset") is True

    async def test_takes_what_is_whole_of_a_frame_that_ends_early_and_says_no(self):
        async with one_panel() as (_, station, panel):
            whole = smoke_frame(panel, 5).data
            short = bytes((whole[0], 2)) + whole[2:] + whole[2:20]

            answer = await panel.push(panel.frame(tables.SEND, short))

            assert answer == tables.DENY
            assert station.last("smoke", "smoke") is True
            assert ("ftx", "short_object", short) in station.refusals

    async def test_says_no_to_a_fire_of_a_part_that_is_leaving_the_register(self):
        async with one_panel(station=Leaving()) as (line, station, panel):
            frame = smoke_frame(panel, 12)

            assert await panel.push(frame) == tables.DENY

            line.rewire([one for one in world.members() if one.code != "smoke"])
            assert await panel.push(frame) == tables.CONFIRM
            assert station.last("ftx", "fire_alarm") is True

    async def test_acknowledges_a_keep_alive_without_data(self):
        async with one_panel() as (_, _, panel):
            assert await panel.push(panel.frame(tables.SEND)) == tables.CONFIRM

    async def test_acknowledges_and_counts_a_vendors_own_type(self):
        async with one_panel() as (_, station, panel):
            answer = await panel.push(panel.frame(tables.SEND, bytes((200, 1, 9))))

            assert answer == tables.CONFIRM
            assert ("ftx", "unknown_type", bytes((200, 1, 9))) in station.refusals


class TestDeny:
    async def test_denies_a_bad_checksum_and_takes_the_resent_frame(self):
        async with one_panel() as (_, station, panel):
            raw = codec.encode(smoke_frame(panel, 99))

            await panel.put_out(raw[:-3] + bytes((raw[-3] ^ 1,)) + raw[-2:])
            await panel.until(lambda: panel.denied == 1)

            assert panel.heard[-1].serial == 99
            assert told(station, "smoke", "smoke") == []
            assert await panel.push(smoke_frame(panel, 99)) == tables.CONFIRM
            assert told(station, "smoke", "smoke")[-1].value is True

    @pytest.mark.parametrize("command", [0, 7, 127, 128, 255])
    async def test_denies_an_unknown_command(self, command):
        async with one_panel() as (_, station, panel):
            answer = await panel.push(panel.frame(command, b"\1\1"))

            assert answer == tables.DENY
            assert "unknown_command" in [reason for _, reason, _ in station.refusals]

    async def test_denies_a_length_that_is_too_long(self):
        async with one_panel() as (_, _, panel):
            raw = bytearray(codec.encode(smoke_frame(panel, 99)))
            raw[24:26] = b"\xff\xff"

            await panel.put_out(bytes(raw))

            await panel.until(lambda: panel.denied == 1)

    async def test_denies_data_that_say_nothing_and_unknown_questions(self):
        async with one_panel() as (_, _, panel):
            assert await panel.push(panel.frame(tables.SEND, b"\2")) == tables.DENY
            assert await panel.push(panel.frame(tables.REQUEST, b"\2\1")) == tables.DENY

    async def test_denies_a_device_that_nobody_knows_and_shows_it(self):
        async with one_panel() as (line, station, _):
            stranger = world.panel_of(station, source=9999, resends=0)
            task = asyncio.create_task(stranger.run("127.0.0.1", line.port))
            await stranger.until(lambda: stranger.denied >= 1)

            assert station.strangers["9999"]["model"] == "fire_transmitter"

            stranger.parts[SMOKE].state = FIRE
            assert not await stranger.tell_parts([SMOKE])
            assert station.strangers["9999"]["name"].endswith("（正报火警）")

            line.rewire([*world.members(), world.wired("ftx2", "fire_transmitter", "9999")])
            assert await stranger.tell_state()
            assert station.present["ftx2"]
            task.cancel()


class TestStream:
    @pytest.mark.parametrize("cut", ["whole", "halves", "bytes"])
    async def test_takes_frames_however_they_are_cut(self, cut):
        async with one_panel() as (_, station, panel):
            panel.cut = cut

            assert await panel.set(SMOKE, FIRE)

            assert station.last("smoke", "smoke") is True

    async def test_takes_glued_frames(self):
        async with one_panel() as (_, station, panel):
            panel.cut = "glued"

            done = await asyncio.gather(panel.set(SMOKE, FIRE), panel.set(FLOW, FAULT))

            assert done == [True, True]
            assert station.last("smoke", "smoke") is True
            assert station.last("flow", "fault") is True

    async def test_takes_a_frame_behind_garbage(self):
        async with one_panel() as (_, station, panel):
            panel.garbage = b"\x40\x00\xff##\x40"

            assert await panel.set(SMOKE, FIRE)

            assert station.last("smoke", "smoke") is True

    async def test_takes_the_frame_behind_a_false_start_when_nothing_more_comes(self, monkeypatch):
        monkeypatch.setattr("linli.drivers.gb26875.connection.TAIL_WITHIN_S", 0.01)
        async with one_panel() as (_, station, panel):
            panel.garbage = b"@@" + bytes(22) + b"\xff\x03" + b"\x02"

            assert await panel.set(SMOKE, FIRE)

            assert station.last("smoke", "smoke") is True

    async def test_forgets_half_a_frame_when_the_device_dials_again(self):
        async with world.running() as (line, station):
            panel = world.panel_of(station)
            async with world.dialled(line, panel, station):
                await panel.put_out(codec.encode(smoke_frame(panel, 1))[:40])
                panel.hang_up()
                await station.until(lambda: station.present["ftx"] is False)
            again = world.panel_of(station)
            async with world.dialled(line, again, station, again=True):
                assert await again.set(SMOKE, FIRE)

            assert len(told(station, "smoke", "smoke")) == 1

    @pytest.mark.parametrize("nonsense", [b"@" * 4096, b"@@" + b"\xff" * 60, bytes(5000)])
    async def test_goes_on_beside_a_peer_that_talks_nonsense(self, nonsense):
        async with one_panel() as (line, station, panel):
            _, writer = await asyncio.open_connection("127.0.0.1", line.port)
            writer.write(nonsense * 20)
            await writer.drain()

            assert await panel.set(SMOKE, FIRE)

            writer.close()
            assert station.last("smoke", "smoke") is True

    async def test_hangs_up_on_nothing_but_wrong_frames(self):
        async with one_panel() as (line, _, panel):
            raw = codec.encode(smoke_frame(panel, 1))
            wrong = raw[:-3] + bytes((raw[-3] ^ 1,)) + raw[-2:]
            reader, writer = await asyncio.open_connection("127.0.0.1", line.port)

            writer.write(wrong * 50)
            async with asyncio.timeout(5):
                denials = await reader.read(-1)

            assert len(denials) <= 20 * codec.SHORTEST
            writer.close()


class TestLose:
    async def test_says_that_a_device_and_its_parts_are_gone_when_it_hangs_up(self):
        async with one_panel() as (_, station, panel):
            panel.hang_up()

            await station.until(lambda: station.present["ftx"] is False)
            assert station.reasons["ftx"] == "hung_up"
            assert station.reasons["smoke"] == "gateway_gone"

    async def test_notices_a_silent_device(self):
        async with one_panel() as (_, station, _):
            station.clock += 200

            await station.until(lambda: station.present["ftx"] is False)
            assert station.reasons["ftx"] == "silent"

    async def test_hangs_up_on_somebody_who_never_says_anything(self):
        async with world.running() as (line, station):
            reader, writer = await asyncio.open_connection("127.0.0.1", line.port)
            await asyncio.sleep(0)
            station.clock += 200

            async with asyncio.timeout(5):
                assert await reader.read() == b""
            writer.close()

    async def test_turns_away_one_too_many(self):
        async with one_panel(most_connections=1) as (line, station, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", line.port)

            async with asyncio.timeout(5):
                assert await reader.read() == b""
            writer.close()
            assert ("line", "too_many_connections", b"") in station.refusals

    async def test_drops_a_device_that_the_register_no_longer_has(self):
        async with one_panel() as (line, station, panel):
            line.rewire([])

            assert station.reasons["ftx"] == "removed"
            await panel.tell(objects.DEVICE_STATE, [Thing(state=1)])
            assert "1001" in station.strangers


class TestSend:
    async def test_asks_whether_somebody_is_on_duty_and_tells_the_answer(self):
        async with one_panel() as (line, station, panel):
            assert line.send("ftx", order("duty.check", minutes=5))

            await station.until(lambda: told(station, "ftx", "duty_answered") != [])
            await station.until(lambda: station.answers != [])
            assert station.answers == [("ftx", "o1", True, "")]
            answered = told(station, "ftx", "duty_answered")[0]
            assert (answered.extras["asked"], answered.extras["order"]) == (True, "o1")
            asked = [f for f in panel.heard if f.data[:1] == bytes((objects.INSPECT,))]
            assert [f.data for f in asked] == [bytes((91, 1, 5))]

    async def test_tells_that_nobody_answered_in_time(self):
        async with one_panel(silent_after_s=1e9) as (line, station, panel):
            panel.on_duty = False
            line.send("ftx", order("duty.check", minutes=5))
            await station.until(lambda: station.answers != [])
            station.clock += 299
            await panel.tell_state()
            assert told(station, "ftx", "duty_missed") == []

            station.clock += 1

            await station.until(lambda: told(station, "ftx", "duty_missed") != [])
            missed = told(station, "ftx", "duty_missed")
            assert [one.extras["minutes"] for one in missed] == [5]

    async def test_takes_a_late_confirm_for_one_that_nobody_asked_for(self):
        async with one_panel() as (_, station, panel):
            await panel.press(CONFIRM_DUTY)

            assert told(station, "ftx", "duty_answered")[0].extras["asked"] is False

    async def test_sends_again_up_to_three_times_and_then_gives_up(self):
        async with one_panel(answer_within_s=0.02) as (line, station, panel):
            panel.silent = True
            panel.heard = []

            line.send("ftx", order("state.read"))

            await station.until(lambda: station.answers != [])
            assert station.answers == [("ftx", "o1", False, "no_answer")]
            assert len({(f.serial, f.data) for f in panel.heard}) == 1
            assert len(panel.heard) == 4

    async def test_asks_once_for_one_order_that_comes_twice(self):
        async with one_panel() as (line, station, panel):
            panel.heard = []
            line.send("ftx", order("state.read"))
            line.send("ftx", order("state.read"))
            await station.until(lambda: station.answers != [])

            assert line.send("ftx", order("state.read"))

            assert station.answers == [("ftx", "o1", True, "")] * 2
            assert len([f for f in panel.heard if f.command == tables.REQUEST]) == 1

    async def test_reads_a_part_by_its_transmission_device(self):
        async with one_panel() as (line, station, panel):
            panel.parts[FLOW].state = FIRE

            assert line.send("flow", order("state.read"))

            await station.until(lambda: station.answers != [])
            assert station.answers == [("flow", "o1", True, "")]
            assert station.last("flow", "part_alarm") is True

    async def test_reads_its_configuration(self):
        async with one_panel() as (line, station, panel):
            line.send("ftx", order("configuration.read"))

            await station.until(lambda: station.answers != [])
            assert told(station, "ftx", "described")[0].extras["name"] == panel.words

    async def test_takes_data_for_an_answer_as_some_devices_send_it(self):
        async with one_panel() as (line, station, panel):
            panel.silent = True
            line.send("ftx", order("state.read"))
            await panel.until(lambda: panel.heard[-1].command == tables.REQUEST)

            await panel.tell_state()

            await station.until(lambda: station.answers != [])
            assert station.answers == [("ftx", "o1", True, "")]

    async def test_initialises_only_what_may_be(self):
        async with one_panel() as (line, station, panel):
            assert line.send("ftx", order("device.initialise"))
            assert station.answers == [("ftx", "o1", False, "not_allowed")]

            may = world.wired("ftx", "fire_transmitter", "1001", may_initialise=True)
            line.rewire([may])
            line.send("ftx", order("device.initialise", id="o2"))

            await station.until(lambda: len(station.answers) == 2)
            assert panel.initialised == 1

    @pytest.mark.parametrize(
        ("device", "service"), [("ftx", "lift.hold"), ("smoke", "duty.check"), ("tank", "fan.on")]
    )
    async def test_will_not_do_what_is_not_on_this_wire(self, device, service):
        async with one_panel() as (line, station, _):
            assert line.send(device, order(service))

            assert station.answers == [(device, "o1", False, "unknown_service")]

    async def test_has_no_way_to_what_is_not_there(self):
        async with world.running() as (line, station):
            assert not line.send("ftx", order("duty.check"))
            assert not line.send("nobody", order("duty.check"))
            assert station.answers == []

    async def test_does_nothing_for_an_order_that_expired(self):
        async with one_panel() as (line, station, panel):
            panel.heard = []
            line.send("ftx", order("state.read", expires_at=station.clock - 1))

            await station.until(lambda: station.answers != [])
            assert station.answers == [("ftx", "o1", False, "expired")]
            assert panel.heard == []

    async def test_says_that_the_line_was_cut_and_takes_again_what_was_not_sent(self):
        async with one_panel() as (line, station, panel):
            panel.silent = True
            line.send("ftx", order("state.read"))
            line.send("ftx", order("clock.set", id="o2"))
            await panel.until(lambda: panel.heard[-1].command == tables.REQUEST)

            panel.hang_up()
            await station.until(lambda: station.answers != [])
            await station.until(lambda: station.present["ftx"] is False)
            again = world.panel_of(station)
            async with world.dialled(line, again, station, again=True):
                assert line.send("ftx", order("clock.set", id="o2"))
                await station.until(lambda: len(station.answers) == 2)

            assert [a[1:] for a in station.answers] == [
                ("o1", False, "line_broken"),
                ("o2", True, ""),
            ]

    async def test_asks_on_the_new_connection_what_it_asked_on_the_old_one(self):
        async with one_panel() as (line, station, panel):
            panel.silent = True
            line.send("ftx", order("configuration.read"))
            await panel.until(lambda: panel.heard[-1].command == tables.REQUEST)
            again = world.panel_of(station)

            async with world.dialled(line, again, station, again=True):
                await station.until(lambda: station.answers != [])

            assert station.answers == [("ftx", "o1", True, "")]
            assert told(station, "ftx", "described")[0].extras["name"] == again.words

    async def test_stays_there_when_the_older_of_two_connections_ends(self):
        async with one_panel() as (line, station, panel):
            again = world.panel_of(station)
            async with world.dialled(line, again, station, again=True):
                panel.hang_up()
                await again.tell_state()

                assert station.present["ftx"]
                assert "ftx" not in station.reasons

    async def test_says_that_a_device_would_not(self):
        async with one_panel() as (line, station, panel):
            del panel.parts[FLOW]

            line.send("flow", order("state.read"))

            await station.until(lambda: station.answers != [])
            assert station.answers == [("flow", "o1", False, "denied")]


class TestRun:
    async def test_says_so_when_it_cannot_listen(self):
        async with world.running() as (line, station):
            taken = world.line_of(listen=f"127.0.0.1:{line.port}")

            with pytest.raises(OSError, match="address already in use"):
                await FireLine(line=taken, members=[], station=station).run()

    async def test_hangs_up_on_everybody_when_it_ends(self):
        async with world.running() as (line, station):
            panel = world.panel_of(station)
            task = asyncio.create_task(panel.run("127.0.0.1", line.port))
            await panel.until(lambda: panel.confirmed > 0)

        async with asyncio.timeout(5):
            await task
        assert not panel.up

    async def test_is_itself_the_transmission_device_where_it_has_an_address(self):
        alone = msgspec.structs.replace(
            world.line_of(),
            model=world.models()["fire_transmitter"],
            map=world.maps()["fire_transmitter"],
            address="1001",
        )
        station = FakeStation()
        line = FireLine(line=alone, members=[], station=station)
        task = asyncio.create_task(line.run())
        while not line.port:
            await asyncio.sleep(0)
        panel = world.panel_of(station)
        async with world.dialled(line, panel, station, code="line"):
            await panel.set(SMOKE, FIRE)

            assert station.last("line", "fire_alarm") is True
        task.cancel()

    async def test_the_panel_dials_again_by_itself(self):
        async with world.running() as (line, station):
            panel = world.panel_of(station)
            task = asyncio.create_task(panel.stay("127.0.0.1", line.port, again_after_s=0.0))
            await panel.until(lambda: panel.confirmed > 0)
            panel.hang_up()
            await station.until(lambda: station.present["ftx"] is False)

            await station.until(lambda: station.present["ftx"] is True)
            task.cancel()


class TestMany:
    async def test_keeps_fifty_panels_with_a_fire_each(self):
        many = 50
        members = [
            wired
            for number in range(many)
            for wired in (
                world.wired(f"ftx{number}", "fire_transmitter", str(5000 + number)),
                world.wired(
                    f"smoke{number}", "smoke_detector", "1.1.42.65537", gateway=f"ftx{number}"
                ),
            )
        ]
        async with world.running(with_members=members) as (line, station):
            panels = [
                FirePanel(
                    source=5000 + number,
                    parts=peer.loops(loops=1, points=3),
                    clock=station.now,
                )
                for number in range(many)
            ]
            tasks = [asyncio.create_task(one.run("127.0.0.1", line.port)) for one in panels]
            await asyncio.gather(
                *(one.until(lambda one=one: one.clock_set_to is not None) for one in panels)
            )

            done = await asyncio.gather(*(one.set(Part(1, 1, 42, 0x10001), FIRE) for one in panels))

            assert all(done)
            assert all(station.last(f"smoke{n}", "smoke") is True for n in range(many))
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


class TestAcknowledgement:
    async def test_echoes_serial_and_turns_addresses_round(self):
        async with one_panel() as (_, station, panel):
            sent = Frame(serial=0xBEEF, command=tables.SEND, source=1001, target=77)

            await panel.put_out(codec.encode(sent))
            await panel.until(lambda: panel.heard[-1].serial == 0xBEEF)

            assert panel.heard[-1] == Frame(
                serial=0xBEEF,
                command=tables.CONFIRM,
                source=77,
                target=1001,
                sent=codec.wall(station.clock, east_h=8.0),
            )
