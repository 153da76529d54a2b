"""A camera of GA/T 1400 at a lane, from its post to the car that is in: no case of its own."""

import asyncio
import queue
import threading
from contextlib import suppress

import msgspec
import pytest

from linli.contracts import asking
from linli.contracts.asking import Asked
from linli.contracts.parking import LaneDecided
from linli.domains.parking import desk
from linli.domains.parking.models import Sighting, Stay
from linli.drivers.gat1400.driver import DRIVER
from linli.drivers.gat1400.objects import compact
from linli.drivers.gat1400.peer import VehicleCamera, car, picture
from linli.foundation.outbox.models import Outgoing
from linli.registry.devices.models import Command
from tests.domains.parking.conftest import CAR, MORNING, minutes
from tests.drivers.station import FakeStation
from tests.drivers.tables import wired

pytestmark = pytest.mark.django_db

CODES = {"gate-in": "34020000001320000001", "gate-out": "34020000001320000002"}
PASSWORD = "of-the-cameras"


class AskingStation(FakeStation):
    """Puts each question, as it goes over the bus, to the thread that keeps the records."""

    def __init__(self):
        super().__init__(now=MORNING.timestamp())
        self.questions = queue.SimpleQueue()

    async def ask(self, device, question):
        loop = asyncio.get_running_loop()
        answer = loop.create_future()
        asked = Asked(
            community="hml", device=device, kind=question.kind, id=question.id,
            body=question.body, at=self.clock,
        )  # fmt: skip
        self.questions.put((asking.ask(asked), lambda said: loop.call_soon_threadsafe(
            answer.set_result, said)))  # fmt: skip
        return asking.told(await answer)


class Cameras:
    """The line at work in a thread of its own, and the two cameras of the lot."""

    def __init__(self):
        self.station = AskingStation()
        members = [wired("gat1400", code, "parking_barrier", at) for code, at in CODES.items()]
        line = wired("gat1400", "line", "field_line", listen="127.0.0.1:0", password=PASSWORD)
        self._line = DRIVER.run(line, members, self.station)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._work(),))
        self._thread.start()

    async def _work(self):
        self._running = asyncio.current_task()
        with suppress(asyncio.CancelledError):
            await self._line.run()

    def close(self):
        self._loop.call_soon_threadsafe(self._running.cancel)
        self._thread.join(10)
        self._loop.close()

    def tell(self, way, *, at=0, plate=CAR, passed=None, **more):
        """Let a camera tell a car at so many minutes; answer what it asks; return its answer."""
        self.station.clock = minutes(at).timestamp()
        told = self._told(f"gate-{way}", plate, minutes(at if passed is None else passed), more)
        heard = asyncio.run_coroutine_threadsafe(told, self._loop)
        while not heard.done():
            with suppress(queue.Empty):
                body, say = self.station.questions.get(timeout=0.01)
                asked = asking.asked(body)
                say(asking.tell(desk.ANSWERS[asked.kind](asked, minutes(at))))
        return heard.result()

    async def _told(self, device, plate, at, more):
        while not self._line.port:
            await asyncio.sleep(0)
        code, when = CODES[device], compact(at.timestamp())
        async with VehicleCamera(id=code, password=PASSWORD, port=self._line.port) as camera:
            assert await camera.sign_in() == 200
            return await camera.tell(
                car(plate, device=code, at=when, pictures=[picture(at=when)], **more)
            )


@pytest.fixture
def cameras(lot):
    found = Cameras()
    yield found
    found.close()


def facts():
    rows = Outgoing.objects.filter(topic="LaneDecided").order_by("pk")
    return [msgspec.json.decode(bytes(row.body), type=LaneDecided) for row in rows]


class TestCamera:
    def test_lets_a_car_in_and_out_again_and_the_arm_is_raised_by_a_command(self, cameras):
        came = cameras.tell("in")
        gone = cameras.tell("out", at=20)

        assert (came.codes, gone.codes) == ([0], [0])
        stay = Stay.rows.of("hml").get()
        assert (stay.plate, stay.state, stay.entered_at) == (CAR, "left", MORNING)
        assert [(one.lane, one.opened, one.reason) for one in facts()] == [
            ("p1-in", True, "hourly"), ("p1-out", True, "nothing_due"),
        ]  # fmt: skip
        raised = Command.rows.of("hml").order_by("pk").values_list("device", "service")
        assert sorted(raised) == [("gate-in", "barrier.open"), ("gate-out", "barrier.open")]

    def test_keeps_what_it_saw_with_the_number_of_its_picture(self, cameras):
        cameras.tell("in", PlateColor="9", PlateClass="51", PlateReliability="87")

        seen = Sighting.rows.of("hml").get()
        [(device, _, at, _)] = cameras.station.pictures
        assert (seen.device, seen.colour, seen.confidence_milli) == ("gate-in", "yellow_green", 870)
        assert (len(seen.picture), device, at) == (64, "gate-in", MORNING.timestamp())

    def test_telling_the_same_again_is_one_car_and_one_fact(self, cameras):
        for _ in range(3):
            assert cameras.tell("in").codes == [0]

        assert (Stay.rows.of("hml").count(), len(facts())) == (1, 1)
        assert Sighting.rows.of("hml").get().times == 1

    def test_telling_the_same_again_after_we_restarted_is_one_car_and_one_fact(self, cameras):
        cameras.tell("in")
        anew = Cameras()
        try:
            assert anew.tell("in", at=5, passed=0).codes == [0]
        finally:
            anew.close()

        assert (Stay.rows.of("hml").count(), len(facts())) == (1, 1)

    def test_with_a_wrong_clock_lets_a_car_in_when_it_stands_there(self, cameras):
        cameras.tell("in", at=300, passed=0)

        assert Stay.rows.of("hml").get().entered_at == minutes(300)

    def test_of_a_car_that_nobody_could_read_sends_it_to_the_ticket(self, cameras):
        cameras.tell("in", plate="")

        [fact] = facts()
        assert (fact.opened, fact.reason) == (False, "no_plate")
