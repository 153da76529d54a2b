"""A camera of ISAPI that watches where no car may stand: from its event to owner and case."""

import asyncio
import threading
from contextlib import suppress

import msgspec
import pytest

from linli.contracts import asking, visits
from linli.contracts.asking import Asked
from linli.domains.cases.models import Case
from linli.domains.notices.models import Notice
from linli.domains.parking import desk, own_pages
from linli.domains.parking.models import Misparked, Sighting, ZoneCamera
from linli.domains.parking.operations import setting, zoning
from linli.domains.parking.operations import zones as kept
from linli.domains.parking.operations.setting import CameraOfCharging, CodeTaken, NewLane
from linli.domains.parking.operations.zones import NewZone
from linli.domains.parking.queries import lots, zones
from linli.domains.parking.queries.lots import LaneNotFound
from linli.domains.parking.queries.zones import MisparkedNotFound, ZoneNotFound
from linli.drivers.isapi.driver import DRIVER
from linli.drivers.isapi.peer import IsapiCamera, plate
from linli.foundation.outbox.models import Outgoing
from linli.kernel.words import Words
from linli.registry.devices.queries import DeviceNotFound
from tests.domains.parking.conftest import CAR, MORNING, OTHER, account_of, actor, camera, minutes
from tests.domains.parking.test_cameras import AskingStation
from tests.domains.parking.test_doors import API, post
from tests.drivers.tables import wired
from tests.past import NEWEST as LAST
from tests.past import migrate, standing

pytestmark = pytest.mark.django_db

EYE, PASSWORD = "eye-1", "sesame"


@pytest.fixture
def eye(estate):
    """Return a camera of the register that watches a fire lane."""
    row = camera(EYE, place="hml/b03")
    row.model = "camera"
    row.save()
    return row


@pytest.fixture
def zone(manager, eye):
    return kept.set_zone(actor=manager, zone=of("fire_lane"), now=MORNING)


def of(kind, code="lane-1", *devices, **more):
    name = Words(zh="3号楼消防通道", en="Fire lane of 3")
    devices = devices or (EYE,)
    return NewZone(code=code, name=name, place="hml/b03", kind=kind, devices=devices, **more)


class Watch:
    """The camera on loopback, and the line to it at work in a thread of its own."""

    def __init__(self):
        self.station = AskingStation()
        self.answers = []
        self._ready, self._loop = threading.Event(), asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._work(),))
        self._thread.start()
        assert self._ready.wait(10)

    async def _work(self):
        self._running = asyncio.current_task()
        self._camera = IsapiCamera(password=PASSWORD)
        await self._camera.open()
        line = wired(
            "isapi", EYE, "camera", connect=f"127.0.0.1:{self._camera.port}", password=PASSWORD
        )
        at_work = asyncio.create_task(DRIVER.run(line, [], self.station).run())
        await self._camera.listening.wait()
        self._ready.set()
        with suppress(asyncio.CancelledError):
            await at_work
        at_work.cancel()
        await self._camera.close()

    def close(self):
        self._loop.call_soon_threadsafe(self._running.cancel)
        self._thread.join(10)
        self._loop.close()

    def tell(self, text, *, at=0, **more):
        """Let the camera post a plate; put what it asks to the desk, and return the answer."""
        self.station.clock = minutes(at).timestamp()
        asyncio.run_coroutine_threadsafe(self._camera.say(plate(text, **more)), self._loop)
        body, say = self.station.questions.get(timeout=10)
        asked = asking.asked(body)
        told = desk.ANSWERS[asked.kind](asked, minutes(at))
        say(asking.tell(told))
        return told


@pytest.fixture
def watch(zone):
    found = Watch()
    yield found
    found.close()


def asked(text=OTHER, device=EYE, after=0, **more):
    body = {"plate": text, **more}
    one = Asked(community="hml", device=device, kind="lane.seen", id="q1", body=body, at=0.0)
    return desk.ANSWERS["lane.seen"](one, minutes(after))


class TestCamera:
    def test_sees_a_car_and_its_owner_is_told_and_a_case_opened(self, watch, home, resident):
        first, again = watch.tell(OTHER, uuid="u1"), watch.tell(OTHER, uuid="u2", at=1)

        row, told = Misparked.rows.of("hml").get(), Notice.rows.of("hml").get()
        assert (first.reason, again.body, row.times, row.told) == ("standing", {"times": 2}, 2, 1)
        assert (told.to, OTHER in told.text_zh) == (f"account:{resident}", False)
        case = Case.rows.of("hml").get()
        assert (row.case, case.device) == (case.pk, EYE)
        assert Sighting.rows.of("hml").count() == 0

    def test_tells_whose_guest_a_strangers_car_is(self, watch, monkeypatch):
        host = account_of("resident", "主人")
        monkeypatch.setattr(visits.hosts_of_car, "_answer", lambda *of: (host,))

        watch.tell(CAR, uuid="u1")

        told = Notice.rows.of("hml").get()
        assert (told.to, CAR in told.text_zh) == (f"account:{host}", False)
        assert "您访客的车" in told.text_zh


class TestConfirm:
    @pytest.fixture
    def doubted(self, zone):
        asked("浙B8888B", confidence=0.7)
        return Misparked.rows.of("hml").get()

    def confirm(self, row, manager, plate=OTHER):
        return zoning.confirm(actor=manager, misparked=row.pk, plate=plate, now=minutes(1))

    def test_of_the_plate_that_a_guard_reads_the_owner_is_told_and_a_case_opened(
        self, doubted, manager, home, resident
    ):
        for _ in range(2):
            row = self.confirm(doubted, manager)

        assert (row.plate, row.doubted, row.by_id, row.told) == (OTHER, False, manager.account, 1)
        assert Notice.rows.of("hml").get().to == f"account:{resident}"
        assert Case.rows.of("hml").get().pk == row.case
        steps = [
            msgspec.json.decode(bytes(one.body))["step"]
            for one in Outgoing.objects.filter(topic="MisparkedMoved").order_by("pk")
        ]
        assert steps == ["confirmed", "told", "case"]

    def test_one_that_is_known_to_stand_there_is_that_one(self, doubted, manager, home):
        asked(confidence=0.98)
        other = Misparked.rows.of("hml").get(plate=OTHER)

        row = self.confirm(doubted, manager)

        doubted.refresh_from_db()
        assert (row.pk, row.times, doubted.state) == (other.pk, 2, "gone")
        assert Notice.rows.of("hml").count() == 1

    def test_what_is_in_doubt_no_more_or_gone_stays_as_it_is(self, doubted, manager, home):
        zoning.gone(actor=manager, misparked=doubted.pk, now=minutes(1))

        row = self.confirm(doubted, manager)

        assert (row.plate, row.state, Notice.rows.of("hml").count()) == ("浙B8888B", "gone", 0)

    def test_a_plate_that_is_none_opens_a_case_and_tells_nobody(self, doubted, manager, home):
        row = self.confirm(doubted, manager, plate="没牌")

        assert (row.doubted, row.told, row.case is not None) == (False, 0, True)

    def test_elsewhere_there_is_none(self, doubted, manager):
        other = msgspec.structs.replace(manager, places=("hml/b99",), grants=())

        with pytest.raises(MisparkedNotFound):
            self.confirm(doubted, other)


class TestSeveral:
    """A long lane that no camera sees whole."""

    @pytest.fixture
    def long(self, zone, manager):
        camera("eye-2", place="hml/b03")
        return kept.set_zone(
            actor=manager, zone=of("fire_lane", "lane-1", EYE, "eye-2", EYE), now=MORNING
        )

    def test_a_car_that_two_see_is_one_and_its_case_names_the_one_that_saw_it(
        self, long, home, resident
    ):
        asked(device="eye-2")
        told = asked(device=EYE, after=1)

        row = Misparked.rows.of("hml").get()
        assert (told.body, row.times, row.device, row.told) == ({"times": 2}, 2, EYE, 1)
        assert Case.rows.of("hml").get().device == "eye-2"
        assert Notice.rows.of("hml").count() == 1

    def test_what_one_sees_no_more_stands_while_another_sees_it(self, long, home):
        asked(device=EYE)
        asked(device="eye-2", after=29)

        assert zoning.tick(community="hml", now=minutes(45)) == 0
        assert zoning.tick(community="hml", now=minutes(60)) == 1

    def test_cars_that_two_doubt_stand_in_two_parts(self, long):
        said = [
            asked(text, device=device, confidence=0.7, after=at).reason
            for text, device, at in (
                ("浙A12345", EYE, 0), ("浙A1Z345", EYE, 1), ("浙B66666", "eye-2", 1),
            )
        ]  # fmt: skip
        asked("浙B66666", device="eye-2", confidence=0.7, after=4)

        found = {row.plate: row.doubted for row in Misparked.rows.of("hml")}
        assert said == ["in_doubt"] * 3
        assert found == {"浙A12345": True, "浙B66666": False}
        assert Case.rows.of("hml").get().device == "eye-2"

    def test_of_what_a_guard_sees_the_case_names_the_first(self, long, manager):
        zoning.report(actor=manager, plate=OTHER, zone="lane-1", now=MORNING)

        assert Case.rows.of("hml").get().device == EYE

    def test_one_watches_one_zone_alone_and_nothing_is_changed_where_it_is_taken(
        self, long, manager
    ):
        camera("eye-3")
        new = of("entrance", "z", "eye-3", "eye-2")

        for code in ("z", "z2"):
            with pytest.raises(CodeTaken):
                kept.set_zone(
                    actor=manager, zone=msgspec.structs.replace(new, code=code), now=MORNING
                )

        assert not zones.is_watched(community="hml", device="eye-3")
        assert zones.of_code(community="hml", code="z") is None
        assert zones.cameras(zone=long) == [EYE, "eye-2"]

    def test_one_that_is_not_named_any_more_watches_another(self, long, manager):
        kept.set_zone(actor=manager, zone=of("fire_lane", "lane-1", EYE), now=MORNING)
        other = kept.set_zone(actor=manager, zone=of("entrance", "z", "eye-2"), now=MORNING)

        asked(device="eye-2")

        assert Misparked.rows.of("hml").get().zone_id == other.pk

    @pytest.mark.parametrize("wrong", ["nobody", "gate-in", "bay-eye"])
    def test_one_wrong_of_several_changes_nothing(self, lot, long, manager, wrong):
        camera("bay-eye")

        with pytest.raises((DeviceNotFound, CodeTaken, CameraOfCharging)):
            kept.set_zone(actor=manager, zone=of("private", "lane-1", EYE, wrong), now=MORNING)

        row = zones.of_code(community="hml", code="lane-1")
        assert (row.kind, zones.cameras(zone=row)) == ("fire_lane", [EYE, "eye-2"])

    def test_another_communitys_of_that_code_is_another(self, long, other_estate):
        with pytest.raises(ZoneNotFound):
            zoning.see(community="other", plate=CAR, device=EYE, now=MORNING)

    def test_over_http_all_of_them_are_said_and_listed(self, eye, lot, browser, manager):
        camera("eye-2")
        of_http = browser(manager.account)
        body = {
            "name": {"zh": "通道"}, "place": "hml/b03", "kind": "fire_lane",
            "devices": ["eye-2", EYE, EYE],
        }  # fmt: skip

        made = [post(of_http, "/parking/zones/z", body, "put").status_code for _ in range(2)]
        wrong = [
            post(of_http, "/parking/zones/z", body | {"devices": devices}, "put").status_code
            for devices in ([""], ["x" * 49], [f"e{n}" for n in range(33)], "eye-1", ["nobody"])
        ]
        of_before = [
            post(of_http, "/parking/zones/z", said, "put").status_code
            for said in (
                body | {"device": EYE},
                {key: body[key] for key in ("name", "place", "kind")},
                {key: body[key] for key in ("name", "place", "kind")} | {"device": EYE},
            )
        ]
        listed = of_http.get(f"{API}/parking/zones").json()["items"]

        assert of_before == [422, 422, 422]
        assert (made, wrong) == ([200, 200], [422, 422, 422, 422, 404])
        assert [one["devices"] for one in listed] == [[EYE, "eye-2"]]


class TestWatching:
    @pytest.mark.parametrize(
        ("text", "more", "reason"),
        [
            ("", {}, "no_plate"),
            ("A", {}, "no_plate"),
            (OTHER, {"replayed": True}, "late"),
            (OTHER, {"direction": "out"}, "drives_out"),
        ],
    )
    def test_what_does_not_stand_there_is_not_written(self, zone, text, more, reason):
        told = asked(text, **more)

        assert (told.ok, told.reason, Misparked.rows.of("hml").count()) == (False, reason, 0)

    def test_of_a_plate_in_doubt_nobody_is_told_until_it_is_read_well(self, zone, home):
        asked(confidence=0.7)
        before = Notice.rows.of("hml").count()
        asked(confidence=0.98)
        asked(confidence=0.98)

        row = Misparked.rows.of("hml").get()
        assert (before, Notice.rows.of("hml").count(), row.told, row.times) == (0, 1, 1, 3)
        assert Case.rows.of("hml").count() == 1

    def test_of_misread_plates_one_is_written_and_no_case_is_opened(self, zone):
        reasons = [
            asked(text, confidence=0.7, after=at).reason
            for at, text in enumerate(("浙A12345", "浙A1Z345", "浙A12E45", "浙A12"))
        ]
        zoning.tick(community="hml", now=minutes(9))
        rows, cases = Misparked.rows.of("hml").count(), Case.rows.of("hml").count()
        asked("浙A1Z345", confidence=0.7, after=11)

        assert (reasons, rows, cases) == (["in_doubt"] * 4, 1, 0)
        assert Misparked.rows.of("hml").count() == 2
        assert not Case.rows.of("hml").exists()

    @pytest.mark.parametrize(("after", "cases"), [(1, 0), (2, 1)])
    def test_a_plate_in_doubt_that_is_there_minutes_later_is_a_car(self, zone, after, cases):
        asked(confidence=0.7)
        asked(confidence=0.7, after=after)
        asked(confidence=0.7, after=after)

        row = Misparked.rows.of("hml").get()
        assert (row.times, row.doubted, row.told) == (3, not cases, 0)
        assert Case.rows.of("hml").count() == cases

    def test_what_a_guard_sees_is_not_in_doubt(self, zone, manager):
        asked("浙A12", confidence=0.7)
        before = Case.rows.of("hml").count()
        for text in ("浙A12", "浙A13"):
            zoning.report(actor=manager, plate=text, zone=zone.code, now=minutes(1))

        assert (before, Case.rows.of("hml").count()) == (0, 2)

    def test_a_plate_in_doubt_is_no_news_to_its_owner(self, zone, home, resident):
        asked(confidence=0.7)
        before = own_pages.page(actor=actor(resident), now=minutes(1))["misparked"]
        asked(confidence=0.98, after=1)

        after = own_pages.page(actor=actor(resident), now=minutes(1))["misparked"]
        assert (len(before), len(after)) == (0, 1)

    def test_a_zone_that_is_watched_no_more_takes_nothing(self, zone, manager):
        kept.set_zone(actor=manager, zone=of("fire_lane", open=False), now=MORNING)

        with pytest.raises(ZoneNotFound):
            asked()

    def test_a_camera_that_watches_nothing_finds_no_lane(self, zone):
        with pytest.raises(LaneNotFound):
            asked(device="eye-2")

    def test_a_camera_watches_a_lane_or_a_zone_and_never_both(self, lot, zone, manager):
        lane = NewLane(
            code="p1-z", name=Words(zh="z", en="z"), lot="p1", direction="in", camera=EYE
        )

        with pytest.raises(CodeTaken):
            setting.set_lane(actor=manager, lane=lane, now=MORNING)
        with pytest.raises(CodeTaken):
            kept.set_zone(actor=manager, zone=of("entrance", "z", "gate-in"), now=MORNING)

    def test_one_that_sees_charging_bays_is_refused_at_a_lane_and_at_a_zone(self, lot, manager):
        camera("bay-eye")
        lane = NewLane(
            code="p1-in", name=Words(zh="z", en="z"), lot="p1", direction="in", camera="bay-eye"
        )

        with pytest.raises(CameraOfCharging):
            setting.set_lane(actor=manager, lane=lane, now=MORNING)
        with pytest.raises(CameraOfCharging):
            kept.set_zone(actor=manager, zone=of("entrance", "z", "bay-eye"), now=MORNING)

        assert lots.is_at_lane(community="hml", camera="gate-in")
        assert not zones.is_watched(community="hml", device="bay-eye")


@pytest.mark.django_db(transaction=True)
@pytest.mark.once
def test_the_camera_of_a_zone_becomes_its_first_and_goes_back(tmp_path):
    was, newest = ("parking", "0010_counted_for_a_clerk_and_plates_in_doubt"), ("parking", LAST)
    with standing(tmp_path, was) as then:
        place = then.get_model("places", "Place").rows.create(
            community="hml", path="hml", kind="estate", name_zh="和睦里"
        )
        for code, device in (("lane-1", EYE), ("lane-2", "")):
            lane = then.get_model("parking", "Zone").rows.create(
                community="hml", code=code, name_zh=code, place=place, kind="fire_lane",
                device=device,
            )  # fmt: skip
            then.get_model("parking", "Misparked").rows.create(
                community="hml", zone=lane, plate=CAR, first_at=MORNING, last_at=MORNING
            )

        migrate(newest)
        cameras = list(ZoneCamera.rows.of("hml").values_list("zone__code", "device"))
        seen = set(Misparked.rows.of("hml").values_list("zone__code", "device"))
        watched = ZoneCamera.rows.of("hml").get().zone_id
        ZoneCamera.rows.create(community="hml", zone_id=watched, device="eye-2")
        back = migrate(was).get_model("parking", "Zone").rows
        said = set(back.values_list("code", "device"))

    assert cameras == [("lane-1", EYE)]
    assert seen == said == {("lane-1", EYE), ("lane-2", "")}
