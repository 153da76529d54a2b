"""What an access controller kept while nobody heard it is asked for, and told once, at its own
time; cut off, told twice, in odd orders, or by one that lets us not.
"""

import asyncio
import json
import time
from collections import Counter
from datetime import datetime

import pytest

from linli.app import catalogue
from linli.contracts.directory import DeviceEntry, Directory, PlaceEntry, PointEntry
from linli.drivers import rests
from linli.drivers.frames import BadFrame
from linli.drivers.isapi import access, alerts, doors, marks, passages, searching
from linli.drivers.isapi.alerts import CHINA
from linli.drivers.isapi.peer import access as event
from linli.live.door import LiveDoor
from linli.live.gate import Gate
from linli.live.kept_frames import KeptFrames
from linli.live.station import LineStation
from tests.drivers.isapi.test_access import AT, AWAY, DOOR, OTHER, Breaking, Records
from tests.drivers.isapi.test_codec import wired
from tests.drivers.isapi.test_line import running
from tests.drivers.station import FakeStation
from tests.live.test_lines import FakeLog

NOW = AT + 4 * 3600
ROW = {"major": 5, "minor": 1, "time": "2026-06-05T10:30:00+08:00"}
DOORS = (DOOR, OTHER)


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(doors, "_FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(passages, "_FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(passages, "monotonic", lambda: 0.0)


def said(after_s):
    """Return a time as the controller writes it."""
    return datetime.fromtimestamp(AT + after_s, CHINA).isoformat()


def station_heard(*, kind=FakeStation, at=AT, now=NOW):
    station = kind(now=now)
    station.marks.append(repr(at))
    return station


class Live(FakeStation):
    """Hands readings on to the live half's own gate."""

    def __init__(self, **more):
        super().__init__(**more)
        entry = DeviceEntry(code="door-1", model="access_door", place="house", enabled=True)
        self.gate = Gate(
            directory=Directory(
                community="house",
                version=1,
                places=[PlaceEntry(path="house", kind="estate")],
                devices=[entry],
                points=[PointEntry(number=1, device="door-1", name="opened")],
            ),
            models={"access_door": catalogue.models()[0]["access_door"]},
        )
        self.gate.now = self.clock
        self.station = LineStation(
            line="door-1", gate=self.gate, log=FakeLog(), door=LiveDoor(),
            frames=KeptFrames(), strangers=self.gate.strangers,
        )  # fmt: skip

    async def bring(self, device, readings):
        await super().bring(device, readings)
        return await self.station.bring(device, readings)

    def taken(self, now):
        lanes = (self.gate.bulk, self.gate.safety)
        [pending] = [one for one in (lane.pending for lane in lanes) if one.points]
        return pending.columns(community="house", at=now, seen=self.gate.seen)


def kept(controller, count, *, first=1, every_s=10):
    for n in range(first, first + count):
        controller.keep(n, at=said(n * every_s))


def kept_at(controller, *times):
    for serial, at in enumerate(times, 1):
        controller.keep(serial, at=said(at - AT))


def asked_once_more(terminal, station):
    """Whether a search of this controller is over, and the mark kept that it moved."""
    terminal.marks = getattr(terminal, "marks", len(station.marks))
    return terminal.controller.asked and len(station.marks) > terminal.marks


def told(station):
    """Return when those passed of whom it was told, each question by itself."""
    return [one.body["items"][0]["at"] - AT for _, one in station.asked]


def heard_until(station):
    return marks.read(station.mark()).at


def mark(station):
    return heard_until(station) - AT


class TestMissed:
    async def test_is_told_from_the_last_that_was_taken_in_pages_at_its_own_time(self):
        station = station_heard()
        async with running(station, members=DOORS) as (_, terminal):
            terminal.controller.ways.most = 3
            kept(terminal.controller, 7)
            terminal.controller.keep(0, at=said(-60))
            await station.until(lambda: station.marks and mark(station) == 70)

        assert told(station) == [10, 20, 30, 40, 50, 60, 70]
        assert {one.body["clock"] for _, one in station.asked} == {NOW}
        places = [one["searchResultPosition"] for one in terminal.controller.asked]
        assert places == [0, 3, 6]
        assert terminal.controller.asked[0]["startTime"] == said(0)
        assert [one.at - AT for _, one in station.readings] == [10, 20, 30, 40, 50, 60, 70]
        shown = b"".join(data for _, data in station.frames["cam"])
        assert b"1234567890" not in shown
        assert "样例".encode() not in shown

    async def test_belongs_to_its_door_and_says_how_it_stood(self):
        station = station_heard()
        async with running(station, members=DOORS) as (_, terminal):
            terminal.controller.keep(1, at=said(10), door=2)
            terminal.controller.keep(2, at=said(20), minor=27)
            terminal.controller.keep(3, at=said(30), minor=999)
            await station.until(lambda: station.marks and mark(station) == 30)

        assert [code for code, _ in station.asked] == ["door-2"]
        assert station.last("door-1", "forced") == 1
        assert ("cam", "unknown_event", b"accesscontrollerevent 5.999") in station.refusals

    async def test_has_the_id_of_what_the_stream_would_have_told(self):
        station = station_heard()
        async with running(station, members=DOORS) as (_, terminal):
            terminal.controller.keep(7, at=said(10))
            await station.until(lambda: len(station.asked) == 1)
            await terminal.say(event(1, serial=7, at=said(10)), "application/json")
            await terminal.say(event(1, serial=8, at=said(20)), "application/json")
            await station.until(lambda: len(station.asked) == 2)

        assert told(station) == [10, 20]

    async def test_of_before_the_line_was_known_is_not_asked_for(self):
        station = FakeStation(now=NOW)
        async with running(station, members=DOORS) as (_, terminal):
            kept(terminal.controller, 2)
            await station.until(lambda: station.marks)
            await terminal.say(event(1, at=said(14_000)), "application/json")
            await station.until(lambda: station.marks and mark(station) == 14_000)

        assert (told(station), terminal.controller.asked) == ([14_000], [])

    async def test_is_not_asked_of_a_camera(self):
        station = station_heard()
        async with running(station, members=(wired("gate", "1"),)) as (_, terminal):
            await terminal.listening.wait()
            await station.until(lambda: "gate" in station.present)

        assert (terminal.controller.asked, len(station.marks)) == ([], 1)

    async def test_is_asked_as_soon_as_a_door_is_registered(self):
        station = station_heard()
        async with running(station) as (at_work, terminal):
            await terminal.listening.wait()
            kept(terminal.controller, 1)
            at_work.rewire(DOORS)
            await station.until(lambda: mark(station) == 10)
            at_work.rewire(DOORS[:1])

        assert (told(station), len(terminal.controller.asked)) == ([10], 1)


class TestCutOff:
    async def test_goes_on_from_where_a_search_was_cut(self):
        station = station_heard()
        async with running(station, members=DOORS) as (_, terminal):
            terminal.controller.ways.most, terminal.controller.ways.cuts_after = 2, 2
            kept(terminal.controller, 6)
            await station.until(lambda: any(one[1] == "no_search" for one in station.refusals))
            assert mark(station) == 40
            terminal.controller.ways.cuts_after = None
            await station.until(lambda: mark(station) == 60)

        assert told(station) == [10, 20, 30, 40, 50, 60]
        starts = [one["startTime"] for one in terminal.controller.asked]
        assert (starts[0], starts[-1]) == (said(0), said(40))

    async def test_what_is_heard_meanwhile_passes_over_nothing_that_is_missing(self):
        station = station_heard()
        async with running(station, members=DOORS) as (_, terminal):
            terminal.controller.ways.cuts_after = 0
            kept(terminal.controller, 1)
            await terminal.listening.wait()
            for n in (8, 9):
                await terminal.say(event(1, serial=n, at=said(n * 10)), "application/json")
            await station.until(lambda: len(station.asked) == 2)
            assert mark(station) == 0
            terminal.controller.ways.cuts_after = None
            await station.until(lambda: mark(station) == 10)

        assert told(station) == [80, 90, 10]

    async def test_of_an_order_that_is_not_that_of_time_nothing_is_lost(self):
        station = station_heard()
        async with running(station, members=DOORS) as (_, terminal):
            ways = terminal.controller.ways
            ways.most, ways.cuts_after, ways.newest_first = 2, 2, True
            kept(terminal.controller, 6)
            await station.until(lambda: any(one[1] == "no_search" for one in station.refusals))
            assert mark(station) == 0
            ways.cuts_after = None
            await station.until(lambda: mark(station) == 60)

        assert sorted(told(station)) == [10, 20, 30, 40, 50, 60]

    async def test_a_restart_finds_what_waited_and_tells_it_under_the_same_id(self):
        station = station_heard()
        station.answering.clear()
        async with running(station, members=DOORS) as (_, terminal):
            await station.until(lambda: station.marks)
            await terminal.listening.wait()
            await terminal.say(event(1, serial=1, at=said(10)), "application/json")
            await terminal.say(event(1, serial=2, at=said(20)), "application/json")
            await station.until(lambda: len(station.asked) == 1)
        assert mark(station) == 0
        station.answering.set()

        async with running(station, members=DOORS) as (_, terminal):
            kept(terminal.controller, 2)
            await station.until(lambda: mark(station) == 20)

        assert told(station) == [10, 10, 20]
        assert len({one.id for _, one in station.asked}) == 2

    async def test_catches_up_each_time_the_line_is_back(self):
        station = station_heard()
        async with running(station, members=DOORS) as (_, terminal):
            await station.until(lambda: len(terminal.controller.asked) == 1)
            terminal.cut()
            kept(terminal.controller, 2)
            await station.until(lambda: mark(station) == 20)

        assert told(station) == [10, 20]

    @pytest.mark.django_db
    async def test_waits_while_the_records_are_away(self):
        station = Records(AWAY, AWAY, now=NOW)
        station.marks.append(repr(AT))
        async with running(station, members=DOORS) as (_, terminal):
            kept(terminal.controller, 2)
            await station.until(lambda: mark(station) == 20)

        assert told(station) == [10, 10, 10, 20]

    async def test_what_did_not_fit_is_found_again(self, monkeypatch):
        monkeypatch.setattr(passages, "_MOST", 1)
        station = station_heard()
        station.answering.clear()
        async with running(station, members=DOORS) as (_, terminal):
            await station.until(lambda: len(terminal.controller.asked) == 1)
            await terminal.listening.wait()
            kept(terminal.controller, 4)
            for n in (1, 2, 3, 4):
                await terminal.say(event(1, serial=n, at=said(n * 10)), "application/json")
            await station.until(lambda: ("door-1", "busy", b"") in station.refusals)
            station.answering.set()
            await station.until(lambda: mark(station) == 40)

        assert set(told(station)) == {10, 20, 30, 40}
        assert len({one.id for _, one in station.asked}) == 4

    async def test_what_we_break_over_ends_no_search(self):
        station = station_heard(kind=Breaking)
        station.breaks = [ValueError("odd")] * 3
        async with running(station, members=DOORS) as (_, terminal):
            kept(terminal.controller, 2)
            await station.until(lambda: mark(station) == 20)

        assert Counter(told(station)) == {10: 3, 20: 1}
        assert ("door-1", "trouble", b"") in station.refusals


class TestOdd:
    async def test_says_that_a_controller_lets_us_not_search_and_hears_it_all_the_same(self):
        station = station_heard()
        async with running(station, members=DOORS) as (_, terminal):
            terminal.controller.ways.searches = False
            await terminal.listening.wait()
            await station.until(lambda: any(one[1] == "no_search" for one in station.refusals))
            await terminal.say(event(1), "application/json")
            await station.until(lambda: station.asked)

        assert [one[1] for one in station.refusals] == ["no_search"]
        assert mark(station) == 0

    async def test_ends_where_a_controller_always_says_that_there_is_more(self):
        station = station_heard()
        async with running(station, members=DOORS) as (_, terminal):
            terminal.controller.ways.says_more = True
            kept(terminal.controller, 2)
            await station.until(lambda: len(terminal.controller.asked) == 2)
            await terminal.listening.wait()
            await terminal.say(event(1, serial=9, at=said(90)), "application/json")
            await station.until(lambda: mark(station) == 90)

        assert told(station) == [10, 20, 90]

    async def test_refuses_one_that_gives_the_same_page_again_and_again(self):
        station = station_heard()
        async with running(station, members=DOORS) as (_, terminal):
            terminal.controller.ways.stuck, terminal.controller.ways.most = True, 2
            kept(terminal.controller, 4)
            await station.until(lambda: any(one[1] == "bad_frame" for one in station.refusals))

        assert station.refusals[0][2] == b"the same page of events again"
        assert told(station)[:2] == [10, 20]

    async def test_puts_times_right_by_the_controllers_own_clock(self):
        station = station_heard()
        async with running(station, members=DOORS) as (_, terminal):
            terminal.controller.ways.clock = said(3600)
            kept(terminal.controller, 1)
            await station.until(lambda: station.asked)

        [(_, question)] = station.asked
        assert (question.body["clock"] - AT, told(station)) == (3600, [10])

    async def test_finds_what_was_told_after_the_clock_was_set_back(self):
        station = station_heard(at=NOW - 60)
        async with running(station, members=DOORS) as (_, terminal):
            terminal.controller.ways.clock = said(-86_400)
            terminal.controller.keep(1, at=said(-86_430))
            await station.until(lambda: station.asked)

        assert told(station) == [-86_430]

    async def test_a_clock_that_is_ahead_hides_nothing_when_it_is_put_right(self):
        station = station_heard()
        async with running(station, members=DOORS) as (_, terminal):
            await station.until(lambda: len(terminal.controller.asked) == 1)
            await terminal.listening.wait()
            await terminal.say(event(1, at=said(10 * 86_400)), "application/json")
            await station.until(lambda: len(station.marks) > 1)

        assert heard_until(station) == NOW

    @pytest.mark.parametrize("odd", ["yesterday", "nan", "inf"])
    async def test_a_mark_that_is_none_is_begun_anew(self, odd):
        station = FakeStation(now=NOW)
        station.marks.append(odd)
        async with running(station, members=DOORS) as (_, terminal):
            await station.until(lambda: len(station.marks) > 1)

        assert (heard_until(station), terminal.controller.asked) == (NOW, [])


class TestClock:
    @pytest.mark.parametrize("off_s", [-3600, 0, 180])
    async def test_scenes_hear_of_it_when_it_was(self, off_s):
        station = station_heard(at=NOW - 5 * 86_400)
        async with running(station, members=DOORS) as (_, terminal):
            terminal.controller.ways.clock = said(NOW - AT - off_s)
            kept_at(terminal.controller, NOW - off_s - 60)
            await station.until(lambda: station.asked)

        assert [(one.name, one.at) for _, one in station.readings] == [("opened", NOW - 60)]

    @pytest.mark.parametrize("clock", ["", said(NOW - AT - 60)])
    async def test_is_never_later_than_now(self, clock):
        station = station_heard()
        async with running(station, members=DOORS) as (_, terminal):
            terminal.controller.ways.clock = clock
            kept_at(terminal.controller, NOW + 3600)
            await station.until(lambda: station.asked)

        assert [one.at for _, one in station.readings] == [NOW]
        assert told(station) == [NOW + 3600 - AT]

    @pytest.mark.parametrize("off_s", [-3600, 0, 3600])
    async def test_the_live_half_takes_it_as_of_then_and_no_clock_as_wrong(self, off_s):
        now = float(int(time.time()))
        station = station_heard(kind=Live, at=now - 9 * 86_400, now=now)
        async with running(station, members=DOORS) as (_, terminal):
            terminal.controller.ways.clock = said(now - off_s - AT)
            ages = (8 * 86_400, 86_400, 5)
            kept_at(terminal.controller, *(now - off_s - age for age in ages))
            await station.until(lambda: len(station.asked) == len(ages))

        found = station.taken(now)
        assert found.times.tolist() == [now - 86_400, now - 5]
        assert not station.gate.refusals.tell(community="house", at=0.0)

    async def test_what_is_too_old_is_on_record_alone(self):
        station = station_heard(at=NOW - 9 * 86_400)
        async with running(station, members=DOORS) as (_, terminal):
            terminal.controller.ways.clock = said(NOW - AT + 3600)
            week = NOW + 3600 - 7 * 86_400
            kept_at(terminal.controller, week - 60, week + 1, week + 120)
            await station.until(lambda: len(station.asked) == 3)

        assert [one.at for _, one in station.readings] == [week - 3600 + 120]

    @pytest.mark.parametrize("says_more", [False, True])
    async def test_what_the_mark_is_of_is_told_no_more_after_a_restart(self, says_more):
        station = station_heard()
        for count in (1, 2, 2, 2):
            async with running(station, members=DOORS) as (_, terminal):
                terminal.controller.ways.says_more = says_more
                for serial in range(1, count + 1):
                    terminal.controller.keep(serial, at=said(10), minor=27)
                await terminal.listening.wait()
                if count == 1:
                    await terminal.say(event(27, serial=1, at=said(10)), "application/json")
                await station.until(lambda: asked_once_more(terminal, station))

        assert [one.name for _, one in station.readings] == ["forced", "door_open"] * 2

    async def test_what_is_newest_of_many_in_an_odd_order_is_told_twice_at_most(self):
        station = station_heard()
        for _ in range(3):
            async with running(station, members=DOORS) as (_, terminal):
                terminal.controller.ways.newest_first = True
                kept(terminal.controller, marks.MOST_IDS + 4)
                await station.until(lambda: asked_once_more(terminal, station))

        assert len(station.readings) <= marks.MOST_IDS + 5

    @pytest.mark.parametrize("off_s", [-3600, 3600])
    async def test_one_that_is_off_all_the_time_is_asked_no_further_back(self, off_s, monkeypatch):
        monkeypatch.setattr(rests, "FIRST_S", 0.01)
        monkeypatch.setattr(rests, "LONGEST_S", 0.01)
        station = FakeStation(now=NOW)
        async with running(station, members=DOORS) as (_, terminal):
            controller = terminal.controller
            controller.ways.clock = said(NOW - AT - off_s)
            await station.until(lambda: station.marks)
            station.clock, controller.ways.clock = NOW + 60, said(NOW + 60 - AT - off_s)
            kept_at(controller, NOW - off_s + 30)
            for asked in (1, 2, 3):
                terminal.cut()
                await station.until(lambda asked=asked: len(controller.asked) >= asked)
                await station.until(lambda: mark(station) == NOW - off_s + 30 - AT)

        starts = [one["startTime"] for one in controller.asked]
        assert set(starts[1:]) == {said(NOW - off_s + 30 - AT)}
        assert (starts[0], len(station.asked)) == (said(NOW - off_s - AT), 1)

    async def test_that_was_put_right_meanwhile_is_asked_back_by_as_much(self):
        station = FakeStation(now=NOW)
        station.marks.append(marks.Mark(at=NOW + 3590, off_s=-3600.0).said())
        async with running(station, members=DOORS) as (_, terminal):
            terminal.controller.ways.clock = said(NOW - AT)
            kept_at(terminal.controller, NOW - 5)
            await station.until(lambda: station.asked)

        assert terminal.controller.asked[0]["startTime"] == said(NOW - 10 - AT)


class TestMany:
    async def test_goes_on_from_the_mark_past_what_one_search_goes_through(self, monkeypatch):
        monkeypatch.setattr(doors, "_MOST_FOUND", 4)
        station = station_heard()
        async with running(station, members=DOORS) as (_, terminal):
            terminal.controller.ways.most = 2
            kept(terminal.controller, 9)
            await station.until(lambda: mark(station) == 90)

        assert told(station) == [10, 20, 30, 40, 50, 60, 70, 80, 90]
        starts = [one["startTime"] for one in terminal.controller.asked]
        assert list(dict.fromkeys(starts)) == [said(0), said(40), said(70)]
        assert station.refusals == []

    async def test_shows_that_it_cannot_where_they_are_in_no_order(self, monkeypatch):
        monkeypatch.setattr(doors, "_MOST_FOUND", 4)
        station = station_heard()
        async with running(station, members=DOORS) as (_, terminal):
            terminal.controller.ways.most, terminal.controller.ways.newest_first = 2, True
            kept(terminal.controller, 9)
            await station.until(lambda: station.refusals)

        assert station.refusals[0][1:] == ("bad_frame", b"more than 4 events at once")
        assert mark(station) == 0


class TestMark:
    def test_is_read_as_it_was_kept_and_fits(self):
        ids = tuple(access.mark(alerts.kept(ROW).access, n) for n in range(marks.MOST_IDS))
        kept = marks.Mark(at=AT + 0.5, off_s=-3600.25, ids=ids).said()

        assert (marks.read(kept).at, marks.read(kept).off_s) == (AT + 0.5, -3600.25)
        assert (tuple(marks.read(kept).ids), len(kept) < 1000) == (ids, True)

    @pytest.mark.parametrize(
        "odd", ["", " ", "x", "1.0 x", "1.0 nan", "nan 1.0", "inf", "\ufffd 1"]
    )
    def test_that_is_none_is_none(self, odd):
        assert marks.read(odd) is None


class TestPage:
    @pytest.mark.parametrize(
        "raw",
        [b"", b"[]", b"{}", b'{"AcsEvent": []}', b'{"AcsEvent": {"InfoList": 5}}',
         b'{"AcsEvent":' * 50_000, b'{"AcsEvent": "\xff"}', b" " * 2_000_000],
        ids=range(8),
    )  # fmt: skip
    def test_refuses_what_is_none_or_hostile(self, raw):
        with pytest.raises(BadFrame):
            searching.page(raw, position=0)

    def test_counts_what_is_no_event_and_takes_the_rest(self):
        rows = (
            b'[5, {"major": 5}, {"major": 5, "minor": 1, "time": "soon"},'
            b' {"major": 5, "minor": 1, "time": "2026-06-05T10:30:00+08:00"}]'
        )
        found = searching.page(b'{"AcsEvent": {"InfoList": ' + rows + b"}}", position=0)

        assert (found.rows, found.bad, found.more) == (4, 3, False)
        assert [(one.at, one.access.current) for one in found.found] == [(AT, False)]

    @pytest.mark.parametrize("status", ["MORE", "OK", "NO MATCH"])
    def test_is_the_last_where_it_is_empty(self, status):
        raw = json.dumps({"AcsEvent": {"responseStatusStrg": status, "totalMatches": 9}})

        assert searching.page(raw.encode(), position=0).more is False


async def test_one_search_at_a_time_holds_up_no_stream():
    station = station_heard()
    station.answering.clear()
    async with running(station, members=DOORS) as (_, terminal):
        kept(terminal.controller, 1)
        await station.until(lambda: len(station.asked) == 1)
        await terminal.say(event(27, serial=9, at=said(90)), "application/json")
        await station.until(lambda: station.last("door-1", "forced") == 1)
        station.answering.set()
        await asyncio.sleep(0)

    assert told(station) == [10]
