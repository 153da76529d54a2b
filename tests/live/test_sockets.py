import msgspec
import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from linli.live.sockets import Hall, Visitor, _Seat

GUARD = Visitor(community="hml", permissions=frozenset({"alarms.read", "devices.read"}))


def fact(**values):
    return msgspec.json.encode(values)


@pytest.fixture
def hall():
    return Hall()


@pytest.fixture
def doors(hall):
    async def admit(community, ticket):
        return GUARD if (community, ticket) == ("hml", "good") else None

    async def serve(socket):
        await hall.serve(socket, admit, lambda: 5.0)

    with TestClient(Starlette(routes=[WebSocketRoute("/live/{community}", serve)])) as client:
        yield client


class TestServe:
    def test_greets_and_passes_on_a_fact_that_the_visitor_may_hear(self, hall, doors):
        with doors.websocket_connect("/live/hml?ticket=good") as socket:
            hello = socket.receive_json()
            doors.portal.call(hall.hear_fact, "hml", "CaseMoved", fact(case=1))
            doors.portal.call(hall.hear_fact, "other", "AlarmOpened", fact(alarm=8))
            doors.portal.call(hall.hear_fact, "hml", "AlarmOpened", fact(alarm=7))
            heard = socket.receive_json()

        assert hello == {"kind": "hello", "at": 5.0}
        assert heard == {"kind": "fact", "topic": "AlarmOpened", "fact": {"alarm": 7}}

    def test_turns_away_a_wrong_ticket(self, doors):
        with (
            doors.websocket_connect("/live/hml?ticket=bad") as socket,
            pytest.raises(WebSocketDisconnect) as closed,
        ):
            socket.receive_json()

        assert closed.value.code == 4401

    def test_narrows_values_to_the_devices_watched(self, hall, doors):
        with doors.websocket_connect("/live/hml?ticket=good") as socket:
            socket.receive_json()
            socket.send_text("not json")
            complaint = socket.receive_json()
            socket.send_json({"watch": ["co-1"]})
            socket.send_text("{")
            socket.receive_json()
            doors.portal.call(
                hall.hear_twin, "hml", [["co-1", "co", 1.0, 9.0, 0], ["x", "y", 1, 2, 0]]
            )
            heard = socket.receive_json()

        assert complaint["kind"] == "error"
        assert heard["points"] == [["co-1", "co", 1.0, 9.0, 0]]


class TestVisitor:
    def test_hears_nothing_outside_his_places(self):
        visitor = Visitor(
            community="hml", permissions=frozenset({"alarms.read"}), places=("hml/b01",)
        )

        assert visitor.may_hear("AlarmOpened", {"place": "hml/b01/u1"})
        assert not visitor.may_hear("AlarmOpened", {"place": "hml/b011"})
        assert not visitor.may_hear("AlarmAcknowledged", {})

    def test_hears_no_fact_that_has_no_permission_of_its_own(self):
        assert not GUARD.may_hear("Unheard", {})


async def test_a_slow_visitor_is_told_to_come_again_and_costs_no_more_memory():
    seat = _Seat(GUARD)

    for number in range(2_000):
        seat.tell({"kind": "fact", "n": number})

    assert seat.queue.qsize() <= 512
    left = [seat.queue.get_nowait() for _ in range(seat.queue.qsize())]
    assert left[-1] is None
