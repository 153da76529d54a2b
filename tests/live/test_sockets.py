from pathlib import Path

import msgspec
import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from linli.live.sockets import PERMISSION_OF, Hall, Visitor, _Seat

GOLDEN = Path(__file__).parents[1] / "laws" / "golden"

GUARD = Visitor(account=1, community="hml", areas={"alarms.read": (), "devices.read": ()})
AREA = ("hml/b01",)
SCOPED = Visitor(
    account=2,
    community="hml",
    areas={"alarms.read": AREA, "devices.read": AREA, "notices.read": AREA},
    names={"guard": AREA, "everyone": AREA},
)


def fact(**values):
    return msgspec.json.encode(values)


@pytest.fixture
def where():
    """Where the devices are, as the register says."""
    return {"co-1": "hml/b01/u1", "co-2": "hml/b02"}


@pytest.fixture
def allowed():
    """Who may listen as the minute's check finds it, by account."""
    return {1: GUARD, 2: SCOPED}


@pytest.fixture
def hall(where, allowed):
    async def ask(community):
        return dict(where)

    async def readmit(visitor):
        return allowed.get(visitor.account)

    return Hall(where=ask, readmit=readmit)


@pytest.fixture
def doors(hall):
    async def admit(community, ticket):
        return {"good": GUARD, "scoped": SCOPED}.get(ticket) if community == "hml" else None

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


class TestPlaces:
    def test_values_and_facts_of_a_device_elsewhere_are_not_told(self, hall, doors):
        rows = [["co-1", "co", 1.0, 9.0, 0], ["co-2", "co", 1.0, 8.0, 0], ["new", "co", 1, 7, 0]]
        with doors.websocket_connect("/live/hml?ticket=scoped") as socket:
            socket.receive_json()
            doors.portal.call(hall.hear_twin, "hml", rows)
            doors.portal.call(hall.hear_fact, "hml", "DeviceWentOffline", fact(device="co-2"))
            doors.portal.call(hall.hear_fact, "hml", "DeviceWentOffline", fact(device="co-1"))
            heard = [socket.receive_json(), socket.receive_json()]

        assert [one["kind"] for one in heard] == ["twin", "fact"]
        assert heard[0]["points"] == rows[:1]
        assert heard[1]["fact"] == {"device": "co-1"}

    def test_a_device_that_moved_is_where_it_is_now(self, hall, doors, where):
        with doors.websocket_connect("/live/hml?ticket=scoped") as socket:
            socket.receive_json()
            where |= {"co-1": "hml/b02", "co-2": "hml/b01"}
            doors.portal.call(hall.hear_fact, "hml", "DirectoryChanged", fact(version=2))
            doors.portal.call(
                hall.hear_twin, "hml", [["co-1", "x", 1, 2, 0], ["co-2", "x", 1, 2, 0]]
            )
            heard = socket.receive_json()

        assert heard["points"] == [["co-2", "x", 1, 2, 0]]

    def test_nothing_is_told_while_the_register_is_silent(self, hall, doors, monkeypatch):
        async def fail(community):
            raise OSError

        with doors.websocket_connect("/live/hml?ticket=scoped") as socket:
            socket.receive_json()
            monkeypatch.setattr(hall._map, "_where", fail)
            doors.portal.call(hall.hear_fact, "hml", "DirectoryChanged", fact(version=2))
            doors.portal.call(hall.hear_twin, "hml", [["co-1", "x", 1, 2, 0]])
            doors.portal.call(hall.hear_fact, "hml", "AlarmOpened", fact(place="hml/b01"))
            heard = socket.receive_json()

        assert heard["topic"] == "AlarmOpened"


class TestRecheck:
    def test_turns_out_who_may_not_listen_any_more(self, hall, doors, allowed):
        with doors.websocket_connect("/live/hml?ticket=good") as socket:
            socket.receive_json()
            del allowed[1]
            doors.portal.call(hall.recheck)
            with pytest.raises(WebSocketDisconnect) as closed:
                socket.receive_json()

        assert closed.value.code == 4401

    def test_narrows_what_is_told_to_what_is_allowed_now(self, hall, doors, allowed):
        with doors.websocket_connect("/live/hml?ticket=good") as socket:
            socket.receive_json()
            allowed[1] = SCOPED
            doors.portal.call(hall.recheck)
            doors.portal.call(
                hall.hear_twin, "hml", [["co-1", "x", 1, 2, 0], ["co-2", "x", 1, 2, 0]]
            )
            heard = socket.receive_json()

        assert heard["points"] == [["co-1", "x", 1, 2, 0]]


class TestLeave:
    def test_ends_the_lines_of_who_signed_out_and_no_other(self, hall, doors):
        with (
            doors.websocket_connect("/live/hml?ticket=good") as gone,
            doors.websocket_connect("/live/hml?ticket=scoped") as stays,
        ):
            gone.receive_json()
            stays.receive_json()
            doors.portal.call(hall.leave, 1)
            doors.portal.call(hall.hear_fact, "hml", "AlarmOpened", fact(place="hml/b01"))
            with pytest.raises(WebSocketDisconnect) as closed:
                gone.receive_json()
            heard = stays.receive_json()

        assert (closed.value.code, heard["topic"]) == (4401, "AlarmOpened")


class TestVisitor:
    def test_hears_nothing_outside_his_places(self):
        assert SCOPED.may_hear("AlarmOpened", {}, "hml/b01/u1")
        assert not SCOPED.may_hear("AlarmOpened", {}, "hml/b011")
        assert not SCOPED.may_hear("AlarmAcknowledged", {}, "")

    @pytest.mark.parametrize(
        ("to", "place", "heard"),
        [
            ("guard", "hml/b01/u1", True),
            ("guard", "hml", True),
            ("guard", "hml/b02", False),
            ("manager", "hml/b01", False),
            ("everyone", "hml", True),
        ],
    )
    def test_hears_the_notices_that_are_for_him(self, to, place, heard):
        assert SCOPED.may_hear("NoticePosted", {"to": to}, place) is heard

    @pytest.mark.parametrize(
        ("named", "heard"),
        [
            ({"told": [9], "guardians": []}, True),
            ({"told": [8], "guardians": [9]}, True),
            ({"told": [8], "guardians": [7]}, False),
            ({"told": 9}, False),
        ],
    )
    def test_a_call_is_for_whose_telephone_rings_and_for_guardians_of_who_lives_there(
        self, named, heard
    ):
        lives = Visitor(account=9, community="hml", areas={"notices.read": ()})

        assert lives.may_hear("CallRang", {"call": 1, **named}, "hml/b01") is heard

    def test_who_writes_notices_hears_them_all(self):
        manager = Visitor(
            account=3, community="hml", areas={"notices.read": (), "notices.write": ()}
        )

        assert manager.may_hear("NoticePosted", {"to": "guard"}, "hml/b02")
        assert not manager.may_hear("NoticePosted", {"to": "account:7"}, "hml/b02")

    @pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
    def test_of_each_fact_it_is_told_whether_it_is_for_him(self, path):
        everything = {needed: () for _, needed in PERMISSION_OF} | {"notices.write": ()}
        fact = msgspec.json.decode(path.read_bytes())

        heard = Visitor(account=3, community="hml", areas=everything).may_hear(path.stem, fact, "")

        assert heard is any(path.stem.startswith(word) for word, _ in PERMISSION_OF)

    @pytest.mark.parametrize(
        ("topic", "needs"),
        [
            ("LaneDecided", "parking.read"),
            ("LotSet", "parking.read"),
            ("StayPaid", "parking.read"),
            ("PermitMoved", "parking.read"),
            ("PlateWishMoved", "parking.read"),
            ("BookingMoved", "parking.read"),
            ("BoothShiftMoved", "parking.read"),
            ("CarMisparked", "parking.read"),
            ("MisparkedMoved", "parking.read"),
            ("CarFollowed", "parking.read"),
            ("TariffPut", "parking.read"),
            ("CarListed", "parking.manage"),
            ("ApprovalDecided", "approvals.read"),
        ],
    )
    def test_hears_of_parking_and_of_approvals_by_what_he_may_read(self, topic, needs):
        other = {"parking.read": (), "parking.manage": (), "approvals.read": ()}
        other.pop(needs)

        assert Visitor(account=1, community="hml", areas={needs: ()}).may_hear(topic, {}, "")
        assert not Visitor(account=1, community="hml", areas=other).may_hear(topic, {}, "")

    async def test_a_desk_of_one_place_hears_of_the_parking_there(self):
        hall = Hall()
        seat = _Seat(Visitor(account=1, community="hml", areas={"parking.read": ("hml/g1",)}))
        hall._seats.add(seat)
        for number, place in enumerate(("hml/g1", "hml/g2", "")):
            body = msgspec.json.encode({"permit": number, "place": place})
            await hall.hear_fact("hml", "PermitMoved", body)

        assert [msgspec.json.decode(seat.queue.get_nowait())["fact"]["permit"]] == [0]
        assert seat.queue.empty()

    @pytest.mark.parametrize(
        "topic",
        ["OrderPaid", "OrderRefunded", "PaymentAstray", "PaymentReturned", "PaidOut", "ProviderSet",
         "DayReconciled", "DayGivenUp", "DifferenceSettled", "MerchantSet", "TerminalSet",
         "TerminalTaken"],
    )  # fmt: skip
    def test_hears_of_money_only_if_he_may_read_the_ledger(self, topic):
        finance = Visitor(account=1, community="hml", areas={"money.read": ()})
        resident = Visitor(account=1, community="hml", areas={"money.own": ()})

        assert finance.may_hear(topic, {}, "")
        assert not resident.may_hear(topic, {}, "")

    def test_hears_no_fact_that_has_no_permission_of_its_own(self):
        assert not GUARD.may_hear("Unheard", {}, "")


async def test_a_slow_visitor_is_told_to_come_again_and_costs_no_more_memory():
    seat = _Seat(GUARD)

    for number in range(2_000):
        seat.tell({"kind": "fact", "n": number})

    assert seat.queue.qsize() <= 512
    left = [seat.queue.get_nowait() for _ in range(seat.queue.qsize())]
    assert left[-1] == 1013
