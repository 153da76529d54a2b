"""What a controller kept reaches scenes once, whatever waits; who refuses a search is asked again
as he says; of what no table has one learns how much there was; and four days come whole.
"""

import asyncio
from itertools import pairwise

import pytest

from linli.contracts import asking
from linli.drivers import rests
from linli.drivers.isapi import doors, marks, once_heard, passages, statuses
from linli.drivers.isapi.peer import access as event
from linli.drivers.reading import Reading
from tests.drivers.isapi.test_access import AT, Breaking
from tests.drivers.isapi.test_line import running
from tests.drivers.isapi.test_missed import (
    DOORS,
    NOW,
    Live,
    kept,
    mark,
    said,
    station_heard,
    told,
)
from tests.drivers.station import FakeStation

JSON = "application/json"
LATER_S = 600.0


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(doors, "_FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(passages, "_FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(passages, "monotonic", lambda: 0.0)
    monkeypatch.setattr(rests, "FIRST_S", 0.01)


def heard(station):
    """Return what scenes heard, each with its time."""
    return [(one.name, one.at - AT) for _, one in station.readings]


def shown(station, reason):
    return [(code, sample) for code, why, sample in station.refusals if why == reason]


class TestScenes:
    async def test_hear_once_what_a_search_finds_while_its_passage_waits(self):
        station = station_heard()
        station.answering.clear()
        async with running(station, members=DOORS) as (_, terminal):
            await terminal.listening.wait()
            await terminal.say(event(1, serial=1, at=said(10)), JSON)
            await station.until(lambda: len(station.asked) == 1)
            kept(terminal.controller, 1)
            terminal.cut()
            await station.until(lambda: len(station.asked) == 2)
            station.answering.set()
            await station.until(lambda: mark(station) == 10)

        assert heard(station) == [("opened", 10)]
        assert len({one.id for _, one in station.asked}) == 1

    async def test_hear_once_what_the_stream_and_a_search_tell_side_by_side(self):
        station = station_heard()
        station.open.clear()
        async with running(station, members=DOORS) as (_, terminal):
            kept(terminal.controller, 1)
            await station.until(lambda: station.held == 1)
            came = len(station.frames["cam"])
            await terminal.say(event(1, serial=1, at=said(10)), JSON)
            await station.until(lambda: len(station.frames["cam"]) > came)
            station.open.set()
            await station.until(lambda: mark(station) == 10)

        assert heard(station) == [("opened", 10)]

    async def test_hear_it_though_it_could_not_be_brought_at_first(self, monkeypatch):
        station = station_heard()
        station.open.clear()
        async with running(station, members=DOORS) as (_, terminal):
            kept(terminal.controller, 1)
            await station.until(lambda: station.held == 1)
            terminal.cut()
            await station.until(lambda: station.held == 2)
            station.open.set()
            await station.until(lambda: mark(station) == 10)

        assert heard(station) == [("opened", 10)]

    async def test_hear_it_once_over_a_restart_while_the_records_are_away(self):
        station = station_heard()
        station.tells = [asking.BUSY] * 1000
        async with running(station, members=DOORS) as (_, terminal):
            await terminal.listening.wait()
            for serial in (1, 2):
                await terminal.say(event(1, serial=serial, at=said(serial * 10)), JSON)
            await station.until(lambda: len(marks.read(station.mark()).waiting) == 2)
        assert mark(station) == 0
        station.tells = []

        async with running(station, members=DOORS) as (_, terminal):
            kept(terminal.controller, 2)
            await station.until(lambda: mark(station) == 20)

        assert heard(station) == [("opened", 10), ("opened", 20)]
        assert set(told(station)) == {10, 20}
        assert marks.read(station.mark()).waiting == []

    async def test_what_no_record_will_have_waits_no_more(self):
        station = station_heard(kind=Breaking)
        station.breaks = [ValueError("odd")] * 3
        async with running(station, members=DOORS) as (_, terminal):
            kept(terminal.controller, 2)
            await station.until(lambda: mark(station) == 20)

        assert marks.read(station.mark()).waiting == []

    async def test_no_more_of_what_waits_is_remembered_than_a_mark_has_room_for(self):
        station = FakeStation(now=NOW)
        once = once_heard.OnceHeard(station)
        once.recall(["x"])
        for n in range(200):
            await once.bring("door-1", f"{n}", [Reading(name="opened", value=1)])

        assert once.waiting == tuple(f"{n}" for n in range(200 - marks.MOST_WAITING, 200))

    async def test_what_waits_moves_no_mark_back_that_is_on_its_way_to_the_disk(self):
        """A search moves the mark while the stream writes down what waits."""
        station = station_heard()
        at_work = doors.Doors(
            station=station, line=DOORS[0], whose=lambda _: DOORS[0], keeps=lambda: True
        )
        wrote, free = station.keep_mark, asyncio.Event()

        async def slowly(text):
            await free.wait()
            await wrote(text)

        station.keep_mark = slowly
        search = asyncio.create_task(at_work._keep(AT + 50))
        await asyncio.sleep(0)
        waits = asyncio.create_task(at_work._keep_waiting())
        await asyncio.sleep(0)
        free.set()
        await asyncio.gather(search, waits)

        assert mark(station) == 50

    def test_a_mark_has_room_for_as_many_as_fit_its_file(self):
        ids = [f"acs-{n:032x}" for n in range(200)]
        text = marks.Mark(at=AT, ids=ids[: marks.MOST_IDS], waiting=ids).said()
        found = marks.read(text)

        fits = marks.Mark(at=AT, off_s=-3600.25, ids=found.ids, waiting=found.waiting).said()
        assert (list(found.ids), list(found.waiting)) == (ids[:16], ids[-marks.MOST_WAITING :])
        assert len(fits) < 4000


class TestRefused:
    @pytest.mark.parametrize(
        "no",
        [(404, ""), (405, ""), (501, ""), (403, "notSupport"), (400, "methodNotAllowed"),
         (503, "notSupport")],
    )  # fmt: skip
    async def test_one_that_has_no_search_is_asked_when_it_is_back_next(self, no, monkeypatch):
        monkeypatch.setattr(doors, "_LONGEST_PAUSE_S", 0.01)
        station = station_heard()
        async with running(station, members=DOORS) as (_, terminal):
            controller = terminal.controller
            controller.ways.nos = [no]
            kept(controller, 1)
            await station.until(lambda: shown(station, "no_search"))
            await terminal.listening.wait()
            await terminal.say(event(1, serial=8, at=said(80)), JSON)
            await station.until(lambda: station.asked)
            before = len(controller.asked)
            terminal.cut()
            await station.until(lambda: mark(station) == 10)

        assert (before, controller.refused, told(station)) == (0, 1, [80, 10])

    @pytest.mark.parametrize(
        ("no", "reason"),
        [((401, ""), "wrong_password"), ((403, ""), "wrong_password"),
         ((403, "lowPrivilege"), "no_right"), ((401, "lowPrivilege"), "no_right")],
    )  # fmt: skip
    async def test_that_the_line_may_not_is_told_and_asked_again_at_its_slowest(
        self, no, reason, monkeypatch
    ):
        monkeypatch.setattr(doors, "_FIRST_PAUSE_S", LATER_S)
        monkeypatch.setattr(doors, "_LONGEST_PAUSE_S", 0.01)
        station = station_heard()
        async with running(station, members=DOORS) as (_, terminal):
            terminal.controller.ways.nos = [no, no]
            kept(terminal.controller, 1)
            await station.until(lambda: mark(station) == 10)

        assert [code for code, _ in shown(station, reason)] == ["cam", "cam"]
        assert (told(station), shown(station, "no_search")) == ([10], [])
        assert (terminal.controller.refused, station.reasons.get("cam")) == (2, "line_closed")

    @pytest.mark.parametrize(
        "no", [(408, ""), (429, ""), (500, ""), (503, "deviceBusy"), (400, "badParameters")]
    )
    async def test_who_says_not_now_is_asked_again_soon_and_less_soon(self, no, monkeypatch):
        pauses, sleep = [], doors.asyncio.sleep

        async def slept(pause_s):
            pauses.append(pause_s)
            await sleep(0)

        monkeypatch.setattr(doors.asyncio, "sleep", slept)
        station = station_heard()
        async with running(station, members=DOORS) as (_, terminal):
            terminal.controller.ways.nos = [no] * 3
            kept(terminal.controller, 1)
            await station.until(lambda: mark(station) == 10)

        assert [one for one in pauses if 0 < one < 1] == [0.01, 0.02, 0.04]
        assert len(shown(station, "no_search")) == 3
        assert shown(station, "no_search")[0][1].startswith(str(no[0]).encode())

    async def test_a_clock_that_cannot_be_said_now_is_waited_for(self):
        station = station_heard()
        async with running(station, members=DOORS) as (_, terminal):
            ways = terminal.controller.ways
            ways.no_clocks, ways.clock = [503, 429], said(3600)
            kept(terminal.controller, 1)
            await station.until(lambda: mark(station) == 10)

        [(_, question)] = station.asked
        assert question.body["clock"] - AT == 3600
        assert len(shown(station, "no_search")) == 2

    @pytest.mark.parametrize("no", [401, 403, 404, 501])
    async def test_one_that_may_not_say_its_clock_is_searched_all_the_same(self, no):
        station = station_heard()
        async with running(station, members=DOORS) as (_, terminal):
            terminal.controller.ways.no_clocks = [no]
            kept(terminal.controller, 1)
            await station.until(lambda: mark(station) == 10)

        assert (told(station), station.refusals) == ([10], [])


class TestStatus:
    @pytest.mark.parametrize(
        ("body", "status"),
        [
            (b'{"statusCode": 4, "subStatusCode": "notSupport"}', ("4", "notsupport")),
            (b' {"statusCode": "4"}', ("4", "")),
            (b"<ResponseStatus><statusCode>4</statusCode></ResponseStatus>", ("4", "")),
            (b"{", ("", "")),
            (b'{"subStatusCode": 5}', ("", "")),
            (b'{"a":' * 50_000, ("", "")),
            (b'{"subStatusCode": "' + b"x" * 99_000 + b'"}', ("", "")),
            (b"[]", ("", "")),
            (b"", ("", "")),
        ],
        ids=range(9),
    )
    def test_is_read_as_xml_and_as_json_and_never_breaks(self, body, status):
        assert statuses.status(body) == status


class TestUnknown:
    async def test_types_are_told_once_with_how_many_and_the_rest_is_taken(self):
        station = station_heard()
        async with running(station, members=DOORS) as (_, terminal):
            for n in range(1, 41):
                terminal.controller.keep(n, at=said(n), minor=999 if n % 4 else 998)
            terminal.controller.keep(41, at=said(50))
            await station.until(lambda: mark(station) == 50)
            await terminal.listening.wait()
            await terminal.say(event(999, serial=60, at=said(60)), JSON)
            await terminal.say(event(997, serial=61, at=said(61)), JSON)
            await station.until(lambda: len(station.refusals) == 3)
            station.clock += 2 * 86_400
            await terminal.say(event(999, serial=62, at=said(62)), JSON)
            await station.until(lambda: len(station.refusals) == 4)

        kinds = [b"999: 30", b"998: 10", b"997", b"999"]
        assert shown(station, "unknown_event") == [
            ("cam", b"accesscontrollerevent 5." + kind) for kind in kinds
        ]
        assert told(station) == [50]

    def test_no_more_types_are_remembered_than_fit(self):
        station = FakeStation()
        unknown = once_heard.Unknown(station, DOORS[0])
        unknown.tell({f"5.{n}": 1 for n in range(5000)})

        assert len(unknown._told) == once_heard._MOST_TYPES


class TestFourDays:
    async def test_five_thousand_come_each_once_at_its_time_though_the_line_is_cut(self):
        """It returns after 96 hours, hangs up in between, and tells one again a day late."""
        station = station_heard(kind=Live, at=NOW - 96 * 3600, now=NOW)
        since = NOW - AT - 96 * 3600
        async with running(station, members=DOORS) as (_, terminal):
            controller = terminal.controller
            controller.ways.cuts_after = 100
            for n in range(5000):
                controller.keep(n, at=said(since + (n + 1) * 69))
            await station.until(lambda: shown(station, "no_search"), within_s=30)
            controller.ways.cuts_after = None
            await station.until(lambda: mark(station) == since + 5000 * 69, within_s=30)
            station.clock += 86_400
            late = event(1, serial=4999, at=said(since + 5000 * 69), current=False)
            await terminal.say(late, JSON)
            await terminal.say(event(1, serial=5001, at=said(NOW + 86_400 - AT)), JSON)
            await station.until(lambda: len(station.asked) == 5001)

        times = told(station)
        assert times[:5000] == [since + (n + 1) * 69 for n in range(5000)]
        assert len({one.id for _, one in station.asked}) == 5001
        assert heard(station) == [("opened", at) for at in times]
        assert all(a < b for a, b in pairwise(times))
