"""What access controllers decided by themselves: passages with their card's number, how the door
stands; told twice, late, hostile, or while nobody can be asked.
"""

import asyncio
import json
import random
import tomllib

import msgspec
import pytest
from django.db import DataError, OperationalError

from linli.app import catalogue
from linli.contracts import asking
from linli.contracts.asking import Asked, Told
from linli.domains.doors.logic.reasons import REASONS
from linli.drivers import rests
from linli.drivers.frames import BadFrame
from linli.drivers.isapi import access, alerts, passages, pushed, telling
from linli.drivers.isapi.driver import DRIVER
from linli.drivers.isapi.options import Map
from linli.drivers.isapi.peer import JPEG, alert
from linli.drivers.isapi.peer import access as event
from linli.drivers.line import Push
from linli.live.pushes import put
from linli.runtime.desk import answered
from tests.drivers.isapi.test_codec import ROOT, wired
from tests.drivers.isapi.test_line import running
from tests.drivers.station import FakeStation

TABLE = msgspec.convert(
    tomllib.loads((ROOT / "catalog/wires/isapi/access_door.toml").read_text("utf-8")), Map
)
AT = 1_780_626_600.0
XML = alert(
    "AccessControllerEvent",
    more="<AccessControllerEvent><majorEventType>5</majorEventType><subEventType>1</subEventType>"
    "<cardNo>1234567890</cardNo><doorNo>1</doorNo><cardReaderNo>1</cardReaderNo>"
    "<serialNo>25523</serialNo><currentEvent>true</currentEvent></AccessControllerEvent>",
)


def door(code="door-1", address="1"):
    return msgspec.structs.replace(wired(code, address), map=TABLE)


DOOR, OTHER = door(), door("door-2", "2")
TERMINAL = door("terminal", "")
MEMBERS = {"1": DOOR, "2": OTHER}


def told(raw, *, now=AT + 2):
    return telling.passage(alert=alerts.read(raw), device=DOOR, now=now)


def item(raw, **more):
    [found] = told(raw, **more).question.body["items"]
    return found


class Breaking(FakeStation):
    """Breaks over the next questions as `breaks` says, None where not; and answers all others."""

    breaks: list[BaseException | None] = []

    async def ask(self, device, question):
        told = await super().ask(device, question)
        error = self.breaks.pop(0) if self.breaks else None
        if error is not None:
            raise error
        return told


class Records(FakeStation):
    """Asks as over the bus: of records that are away at first."""

    def __init__(self, *errors, **more):
        super().__init__(**more)
        self._errors = list(errors)

    async def ask(self, device, question):
        await super().ask(device, question)
        asked = Asked(community="c", device=device, kind=question.kind, id=question.id,
                      body=question.body, at=AT)  # fmt: skip
        return asking.told(answered(asking.ask(asked), {"door.passed": self._answer}))

    def _answer(self, _asked, _now):
        if self._errors:
            raise self._errors.pop(0)
        return Told(ok=True)


AWAY = OperationalError("database is locked")


class TestRead:
    @pytest.mark.parametrize("raw", [event(1), event(1, wrapped=True), XML])
    def test_a_card_is_a_passage_as_a_controller_tells_it(self, raw):
        found = told(raw)

        assert (found.question.kind, found.question.body["clock"]) == ("door.passed", AT)
        assert {**item(raw), "id": ""} == {
            "id": "", "at": AT, "way": "card", "opened": True, "reader": "1", "value": "1234567890",
        }  # fmt: skip
        assert [(one.name, one.at) for one in found.readings] == [("opened", AT)]

    @pytest.mark.parametrize(
        ("minor", "way", "opened", "why"),
        [(6, "card", False, "no_right"), (7, "card", False, "hours"), (9, "card", False, "unknown"),
         (10, "card", False, "inside_already"), (75, "face", True, ""), (76, "face", False,
         "unknown"), (101, "pin", True, ""), (104, "face", False, "not_alive")],
    )  # fmt: skip
    def test_says_who_was_let_in_and_why_another_was_not(self, minor, way, opened, why):
        found = item(event(minor))

        assert (found["way"], found["opened"], found.get("reason", "")) == (way, opened, why)
        assert ("value" in found) is (way == "card")

    @pytest.mark.parametrize(
        ("major", "minor", "readings"),
        [
            (5, 25, [("door_open", True)]),
            (5, 26, [("door_open", False)]),
            (5, 27, [("forced", 1), ("door_open", True)]),
            (5, 28, [("door_open", True)]),
            (1, 1034, [("duress", 1)]),
            (5, 23, []),
        ],
    )
    def test_says_how_the_door_stands(self, major, minor, readings):
        found = told(event(minor, major=major))

        assert found.question is None
        assert [(one.name, one.value) for one in found.readings] == readings

    def test_a_face_that_is_not_alive_is_told_to_scenes_as_that(self):
        assert [one.name for one in told(event(104)).readings] == ["not_alive"]
        assert item(event(104))["heard"] is True
        assert "heard" not in item(event(76))

    def test_knows_not_what_no_table_has(self):
        assert told(event(999)) is None

    def test_reads_no_name_and_no_number_of_a_person(self):
        found = msgspec.json.encode(told(event(1)).question).decode()

        assert "样例" not in found
        assert "77" not in json.loads(found)["body"]["items"][0].values()

    @pytest.mark.parametrize("card", ["", "0", "000", "x1", "１２３", "-5", "1" * 300])
    def test_a_card_that_is_none_is_nobodys(self, card):
        found = item(event(1, card=card))

        assert len(found.get("value", "")) <= 24
        assert "value" not in found or found["value"].isdecimal()

    def test_belongs_to_the_door_of_its_number_else_to_the_terminal(self):
        def whose(raw):
            return telling.whose(alert=alerts.read(raw), line=TERMINAL, members=MEMBERS).code

        assert [whose(event(1, door=2)), whose(event(1, door=9)), whose(event(1, door=None))] == [
            "door-2", "terminal", "door-1",
        ]  # fmt: skip

    @pytest.mark.parametrize(
        "raw",
        [
            b"{",
            b"{}",
            b'{"eventType": 5.5}',
            b'{"EventNotificationAlert": []}',
            b'{"a":' * 50_000,
            b'{"a": "' + b"x" * 70_000 + b'"}',
            b'{"eventType": "\xff"}',
        ],
        ids=range(7),
    )
    def test_refuses_what_is_none_or_hostile(self, raw):
        with pytest.raises(BadFrame):
            alerts.read(raw)

    @pytest.mark.parametrize("major", [-1, 2**70, 5.0, True, None, "5 ", [5], {"a": 1}])
    def test_of_odd_types_nothing_is_read(self, major):
        said = json.loads(event(1))
        said["AccessControllerEvent"]["majorEventType"] = major
        found = alerts.read(json.dumps(said).encode())

        assert found.access is None or telling.passage(alert=found, device=DOOR, now=AT) is not None

    def test_survives_any_byte_that_is_wrong(self):
        chance, raw = random.Random(5), event(1)
        for _ in range(400):
            odd = bytearray(raw)
            for _ in range(3):
                odd[chance.randrange(len(odd))] = chance.randrange(256)
            try:
                telling.passage(alert=alerts.read(bytes(odd)), device=DOOR, now=AT)
            except BadFrame:
                continue

    def test_is_kept_for_no_engineer(self):
        assert DRIVER.cover(event(1)) == DRIVER.cover(XML) == access.COVER
        assert DRIVER.cover(alert("VMD")) != access.COVER


class TestTwice:
    def test_the_same_has_the_same_id_however_and_whenever_it_is_told(self):
        marks = {
            item(event(1))["id"],
            item(event(1, current=False), now=AT + 90_000)["id"],
            item(XML)["id"],
        }

        assert len(marks) == 1

    def test_another_serial_another_moment_or_another_door_is_another(self):
        again = "2026-06-05T10:31:00+08:00"
        marks = {
            item(one)["id"]
            for one in (event(1), event(1, serial=25524), event(1, at=again), event(1, door=2),
                        event(6), event(1, serial=None))
        }  # fmt: skip

        assert len(marks) == 6


class TestLate:
    @pytest.mark.parametrize(
        ("current", "after_s", "clock"),
        [(True, 2, AT), (True, 180, AT), (True, -180, AT), (True, 3600, AT + 3600),
         (False, 2, AT + 2), (False, 86_400, AT + 86_400)],
    )  # fmt: skip
    def test_only_what_is_of_now_tells_how_far_its_clock_is_off(self, current, after_s, clock):
        found = told(event(1, current=current), now=AT + after_s).question.body

        assert (found["clock"], found["items"][0]["at"]) == (clock, AT)

    def test_what_says_no_time_is_of_now(self):
        found = told(event(1, at="yesterday"), now=AT + 9).question.body

        assert (found["clock"], found["items"][0]["at"]) == (AT + 9, AT + 9)


class TestPushed:
    def post(self, *parts):
        body = b"".join(
            b"--x\r\nContent-Type: " + kind + b"\r\n\r\n" + one + b"\r\n" for kind, one in parts
        )
        kind = {"content-type": "multipart/form-data; boundary=x"}
        asked = Push(method="POST", query={}, headers=kind, body=body + b"--x--\r\n")
        return pushed.take(asked, TERMINAL, MEMBERS, AT)

    def test_asks_with_the_picture_beside_it(self):
        found = self.post((b"application/json", event(75)), (b"image/jpeg", JPEG))

        [asked], [picture] = found.asked, found.pictures
        assert (asked.address, asked.keeps, asked.question.kind) == ("1", True, "door.passed")
        assert (picture.address, picture.content) == ("1", JPEG)
        assert [one.name for said in found.said for one in said.readings] == ["opened"]

    def test_what_no_table_has_is_counted_and_refused_to_nobody(self):
        found = self.post((b"application/json", event(999)))

        assert found.unknown == [("1", "accesscontrollerevent 5.999")]
        assert (found.asked, [one.online for one in found.said]) == ([], [True])

    @pytest.mark.parametrize(
        "raw", [event(1, major="five"), event("?"), XML.replace(b">5<", b">?<")]
    )
    def test_what_has_no_number_for_a_type_is_counted_and_refused_to_nobody(self, raw):
        found = self.post((b"application/json", raw))

        assert [name for _, name in found.unknown] == ["accesscontrollerevent"]
        assert (found.asked, [one.online for one in found.said]) == ([], [True])

    def test_a_heartbeat_of_a_terminal_says_that_it_is_there(self):
        beat = b'{"eventType": "heartBeat", "eventState": "active", "channelID": 1}'

        [said] = self.post((b"application/json", beat)).said

        assert (said.online, said.readings) == (True, ())

    async def test_is_to_be_sent_again_where_nobody_could_be_asked(self):
        station = FakeStation()
        station.tells = [asking.BUSY, Told(ok=False, reason="doors.door_not_found")]
        asked = [("door-1", one) for one in self.post((b"application/json", event(1))).asked]

        with pytest.raises(TimeoutError):
            await put(station, asked)
        await put(station, asked)
        await put(station, asked)

        assert station.refusals == [("door-1", "doors.door_not_found", b"")]
        assert len(station.asked) == 3

    @pytest.mark.django_db
    async def test_is_to_be_sent_again_while_the_records_are_away_and_no_more_where_it_is_poison(
        self,
    ):
        station = Records(AWAY, DataError("poison"))
        asked = [("door-1", one) for one in self.post((b"application/json", event(1))).asked]

        with pytest.raises(TimeoutError):
            await put(station, asked)
        await put(station, asked)

        assert station.refusals == [("door-1", "trouble", b"")]


class TestStream:
    @pytest.mark.django_db
    async def test_keeps_a_passage_while_the_records_are_away(self, monkeypatch):
        monkeypatch.setattr(passages, "_FIRST_PAUSE_S", 0.01)
        station = Records(AWAY, AWAY, now=AT)
        async with running(station, members=(DOOR,)) as (_, terminal):
            await terminal.listening.wait()
            await terminal.say(event(1), "application/json")
            await station.until(lambda: len(station.asked) == 3)

        assert len({one.id for _, one in station.asked}) == 1
        assert station.refusals == []

    async def test_the_clock_goes_on_while_a_passage_waits(self, monkeypatch):
        monkeypatch.setattr(passages, "_FIRST_PAUSE_S", 0.01)
        station = FakeStation(now=AT + 60)
        gone = [0.0]
        monkeypatch.setattr(passages, "monotonic", lambda: gone[0])
        station.tells = [asking.BUSY]
        station.answering.clear()
        async with running(station, members=(DOOR,)) as (_, terminal):
            await terminal.listening.wait()
            await terminal.say(event(1), "application/json")
            await terminal.say(event(1, serial=2), "application/json")
            await terminal.say(event(27, serial=3), "application/json")
            await station.until(lambda: station.last("door-1", "forced") == 1)
            await station.until(lambda: station.asked)
            station.clock, gone[0] = station.clock + 7200, 7200.0
            station.answering.set()
            await station.until(lambda: len(station.asked) == 3)

        bodies = [one.body for _, one in station.asked]
        assert [one["clock"] - AT for one in bodies] == [0, 7200, 7200]
        assert {one["items"][0]["at"] for one in bodies} == {AT}
        assert len({one.id for _, one in station.asked}) == 2

    async def test_tells_passages_in_order_and_the_door_at_once(self, monkeypatch):
        monkeypatch.setattr(passages, "_FIRST_PAUSE_S", 0.01)
        station = FakeStation(now=AT)
        station.tells = [asking.BUSY, asking.BUSY]
        async with running(station, members=(DOOR, OTHER)) as (_, terminal):
            await terminal.listening.wait()
            await terminal.say(event(1), "application/json")
            await terminal.say(event(6, serial=25524, door=2), "application/json")
            await terminal.say(event(27, serial=25525), "application/json")
            await terminal.say(event(999), "application/json")
            await terminal.say(b"{", "application/json")
            await station.until(lambda: len(station.asked) == 4)

        assert [code for code, _ in station.asked] == ["door-1"] * 3 + ["door-2"]
        assert len({one.id for _, one in station.asked}) == 2
        assert station.last("door-1", "forced") == 1
        assert ("cam", "unknown_event", b"accesscontrollerevent 5.999") in station.refusals
        assert ("cam", "bad_frame") in [one[:2] for one in station.refusals]
        assert all(b"1234567890" not in data for _, data in station.frames["cam"])

    async def test_what_breaks_over_a_passage_is_shown_and_tried_again_then_the_next_is_told(
        self, monkeypatch
    ):
        monkeypatch.setattr(passages, "_FIRST_PAUSE_S", 0.01)
        station = Breaking(now=AT)
        odd = ValueError("odd")
        station.breaks = [None, odd, None, odd, odd, odd]
        async with running(station, members=(DOOR,)) as (_, terminal):
            await terminal.listening.wait()
            for serial in (1, 2, 3, 4):
                await terminal.say(event(1, serial=serial), "application/json")
            await station.until(lambda: len(station.asked) == 7)

        told = [one.id for _, one in station.asked]
        assert [told.count(one) for one in dict.fromkeys(told)] == [1, 2, 3, 1]
        shown = [reason for _, reason, _ in station.refusals]
        assert (shown.count("internal_error"), shown.count("trouble")) == (4, 1)

    async def test_what_waits_is_told_though_its_work_was_cancelled_from_within(self, monkeypatch):
        monkeypatch.setattr(rests, "FIRST_S", 0.01)
        station = Breaking(now=AT)
        station.breaks = [asyncio.CancelledError()]
        async with running(station, members=(DOOR,)) as (_, terminal):
            await terminal.listening.wait()
            await terminal.say(event(1), "application/json")
            await terminal.say(event(1, serial=2), "application/json")
            await station.until(lambda: len(station.asked) == 2)

        assert ("cam", "internal_error") in [one[:2] for one in station.refusals]

    async def test_what_nobody_will_take_is_counted_and_stops_nothing(self):
        station = FakeStation(now=AT)
        station.tells = [asking.TROUBLE]
        async with running(station, members=(DOOR,)) as (_, terminal):
            await terminal.listening.wait()
            await terminal.say(event(1), "application/json")
            await terminal.say(event(1, serial=2), "application/json")
            await station.until(lambda: len(station.asked) == 2)

        assert ("door-1", "trouble", b"") in station.refusals

    def test_holds_no_more_than_it_can(self, monkeypatch):
        monkeypatch.setattr(passages, "_MOST", 1)
        station = FakeStation()
        kept = passages.Passages(station, taken=None, held=None)
        heard = [
            passages.Heard(device="door-1", id=str(n), question=told(event(1, serial=n)).question)
            for n in (1, 2)
        ]

        assert [kept.put(one) for one in heard] == [True, False]
        assert station.refusals == [("door-1", "busy", b"")]


class TestTable:
    def test_names_only_what_the_model_has_and_doors_know(self):
        model = catalogue.models()[0]["access_door"]
        rows = TABLE.access.values()

        assert {one.event for one in rows} - {""} <= set(model.events)
        assert {one.sets for one in rows} - {""} <= set(model.properties)
        assert {one.why for one in rows} - {""} <= set(REASONS)
        assert {"opened", "denied"} <= set(model.events)
