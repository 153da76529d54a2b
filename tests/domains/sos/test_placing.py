"""Where whoever calls for help is, and is not: his home, his shop, elsewhere; and said better."""

from datetime import timedelta

import pytest

from linli.contracts import sos as contract
from linli.contracts.alarms import AlarmOpened
from linli.contracts.effects import Severity
from linli.domains.sos import logic, operations, pages, queries
from linli.domains.sos.logic import Rung
from linli.domains.sos.models import Call, Ring
from linli.domains.sos.operations.placing import NotYourPlace
from linli.foundation.audit.models import Act, Line
from linli.foundation.identity.models import Account, Grant
from linli.foundation.identity.queries import Held
from linli.foundation.outbox.models import Outgoing
from linli.registry.devices.models import Command, Device
from linli.registry.people.models import Organisation, Staff
from linli.registry.places.models import Place
from tests.domains.sos.conftest import HERE, NOW

HOME, SHOP = "hml/b01/101", "hml/shop-1"


@pytest.fixture
def shop(estate):
    return Place.rows.create(
        community=HERE, path=SHOP, kind="public_room", code="shop-1", name_zh="商铺 1",
        name_en="Shop 1", parent=estate["hml"],
        geometry={"type": "Point", "coordinates": [121.4801, 31.2301]},
    )  # fmt: skip


@pytest.fixture
def works(shop, people):
    """Let somebody work in the shop; return a maker."""
    firm = Organisation.rows.create(
        community=HERE, code="shop-01", name="早点铺", kind="shop", place=shop
    )

    def work(name, **more):
        return Staff.rows.create(
            community=HERE, code=f"s-{name}", name=name, organisation=firm,
            account=Account.objects.get_or_create(username=name, defaults={"name": name})[0],
            **more,
        )  # fmt: skip

    return work


def last_told():
    """Return what each siren was told last."""
    rows = Command.rows.of(HERE).filter(service__startswith="siren").order_by("issued_at", "pk")
    return dict(rows.values_list("device", "service"))


def spots(actor):
    return [(one.place.path, one.kind, one.here) for one in queries.spots(actor=actor, now=NOW)]


def rung():
    names = dict(Account.objects.values_list("pk", "username"))
    return [(row.step, names[row.account_id]) for row in Ring.rows.of(HERE).order_by("step", "pk")]


def move(people, call, place, *, by="wang", seconds=5, **more):
    return operations.move(
        actor=people(by), call=call.pk, place=place, position=more.get("position"),
        now=NOW + timedelta(seconds=seconds),
    )  # fmt: skip


def helped(**said):
    """Return whom the rung of the family rings for a call."""
    row = Call(community=HERE, **said)
    told = queries.helpers(row=row, rung=Rung(whom="family"), now=NOW)
    return list(Account.objects.filter(pk__in=told).order_by("username").values_list("username"))


class TestAtWork:
    def test_the_button_of_a_shop_rings_who_works_there_and_who_keeps_it(self, works, shop, people):
        works("clerk", duty="on")
        works("resting", duty="off")
        keeper = Account.objects.create(username="keeper", name="keeper")
        Grant.objects.create(account=keeper, role="merchant", community=HERE, place=SHOP)

        assert helped(place=shop, device="sos-1") == [("clerk",), ("keeper",)]

    def test_one_of_them_rings_the_others_a_customer_his_own_family(self, works, shop, people):
        clerk, other = works("clerk", duty="on"), works("other", duty="on")
        wang = Account.objects.get(username="wang")

        assert helped(place=shop, caller_id=clerk.account_id) == [("other",)]
        assert helped(place=shop, caller_id=other.account_id) == [("clerk",)]
        assert helped(place=shop, caller_id=wang.pk) == [("daughter",)]

    def test_one_of_them_who_is_off_duty_rings_those_who_are_on(self, works, shop, people):
        works("clerk", duty="on")
        resting = works("resting", duty="off")

        assert helped(place=shop, caller_id=resting.account_id) == [("clerk",)]

    def test_one_who_is_alone_on_duty_rings_those_who_are_off(self, works, shop, people):
        clerk = works("clerk", duty="on")
        works("resting", duty="off"), works("former", duty="off", employed=False)
        Staff.rows.of(HERE).filter(pk=works("unknown", duty="off").pk).update(account=None)
        Account.objects.filter(pk=works("blocked", duty="off").account_id).update(is_active=False)

        assert helped(place=shop, caller_id=clerk.account_id) == [("resting",)]

    def test_who_keeps_the_shop_rings_for_one_who_is_alone_and_spares_who_is_off(
        self, works, shop, people
    ):
        clerk = works("clerk", duty="on")
        works("resting", duty="off")
        keeper = Account.objects.create(username="keeper", name="keeper")
        Grant.objects.create(account=keeper, role="merchant", community=HERE, place=SHOP)

        assert helped(place=shop, caller_id=clerk.account_id) == [("keeper",)]

    def test_one_on_duty_who_can_hear_nothing_is_nobody(self, works, shop, people):
        blocked = works("blocked", duty="on")
        Account.objects.filter(pk=blocked.account_id).update(is_active=False)
        works("resting", duty="off")

        assert helped(place=shop, device="sos-1") == [("resting",)]

    def test_elsewhere_nobody_of_the_shop_is_rung(self, works, shop, people, estate):
        clerk = works("clerk", duty="on")

        assert helped(place=estate["hml/gate"], device="sos-1") == []
        assert helped(place=estate["hml"], caller_id=clerk.account_id) == []


class TestSpots:
    def test_of_a_resident_are_his_home_and_the_estate(self, people):
        assert spots(people("wang")) == [(HOME, "home", True), ("hml", "elsewhere", False)]

    @pytest.mark.parametrize(("duty", "here"), [("on", SHOP), ("off", HOME)])
    def test_of_a_shopkeeper_are_both_and_his_hours_say_where_he_is(
        self, works, people, duty, here
    ):
        works("wang", duty=duty)

        found = spots(people("wang"))

        assert [path for path, _, _ in found] == [HOME, SHOP, "hml"]
        assert [path for path, _, is_here in found if is_here] == [here]

    def test_of_who_works_in_a_shop_and_lives_elsewhere_is_the_shop(self, works, people):
        works("cook", duty="off")

        assert spots(people("cook"))[0] == (SHOP, "shop", True)

    def test_of_a_merchant_by_his_role_is_the_shop_it_was_given_for(self, shop, people):
        actor = people("vendor", "merchant")
        granted = type(actor)(
            account=actor.account, name=actor.name, community=HERE,
            roles=frozenset({"merchant"}), grants=(Held(role="merchant", place=SHOP),),
        )  # fmt: skip

        assert spots(granted)[0] == (SHOP, "shop", True)
        assert spots(actor) == [("hml", "elsewhere", True)]

    @pytest.mark.parametrize("gone", [{"employed": False}, {"organisation": None}])
    def test_are_no_shop_of_who_works_there_no_more(self, works, people, gone):
        row = works("wang", duty="on")
        Staff.rows.of(HERE).filter(pk=row.pk).update(**gone)

        assert [path for path, _, _ in spots(people("wang"))] == [HOME, "hml"]

    def test_of_a_guard_are_not_the_office_of_his_firm(self, works, people, shop):
        office = Organisation.rows.create(
            community=HERE, code="property", name="物业", kind="property", place=shop
        )
        Staff.rows.of(HERE).filter(code="near").update(organisation=office)

        assert spots(people("near", "guard")) == [("hml", "elsewhere", True)]


class TestCallHelp:
    def test_tells_the_shop_of_who_works_there_now(self, works, call):
        works("wang", duty="on")

        assert call().place.path == SHOP

    def test_tells_the_place_that_is_named_whatever_the_position_says(self, works, call):
        works("wang", duty="off")

        assert call(place=SHOP, position=(121.47, 31.23)).place.path == SHOP

    @pytest.mark.parametrize("named", ["hml/b01/102", "hml/nowhere", "hml/b01"])
    def test_goes_out_though_the_place_that_is_named_is_not_his(self, call, named):
        assert call(place=named).place.path == HOME

    def test_tells_the_estate_where_he_says_elsewhere(self, works, call):
        works("wang", duty="on")

        assert call(place="hml").place.path == "hml"

    def test_of_one_who_is_alone_in_his_shop_rings_the_others_beside_the_estate(self, works, call):
        works("cook", duty="on"), works("baker", duty="off"), works("waiter", duty="off")
        call(by="cook")

        for second in (30, 60):
            operations.tick(now=NOW + timedelta(seconds=second))

        assert rung() == [(0, "far"), (0, "near"), (1, "baker"), (1, "waiter"), (2, "desk")]

    def test_of_a_button_in_a_shop_tells_the_shop(self, shop, people):
        Device.rows.create(
            community=HERE, code="sos-shop", model="sos_button", name_zh="店铺按钮", place=shop,
            registered_at=NOW,
        )  # fmt: skip
        fact = AlarmOpened(
            id="f1", at=NOW, community=HERE, cause="e1", alarm=7, count=1, device="sos-shop",
            scene=logic.HELP_SCENE, place=SHOP, severity=Severity.CRITICAL,
        )  # fmt: skip

        operations.alarm_opened(fact=fact, now=NOW)

        row = Call.rows.of(HERE).get()
        shown = pages.call(actor=people("near", "guard"), id=row.pk, now=NOW)
        assert (row.place.path, shown["place_name"]["zh"]) == (SHOP, "商铺 1")
        assert shown["place_position"] == (121.4801, 31.2301)
        assert rung() == [(0, "far"), (0, "near")]


class TestCamera:
    @pytest.mark.parametrize(
        ("where", "seen"),
        [
            ({"place": SHOP}, "cam-gate"),
            ({"place": "hml", "position": (121.4700, 31.2300)}, "cam-far"),
            ({"place": HOME}, "cam-1"),
        ],
        ids=["of the shop", "of the telephone", "of the building"],
    )
    def test_is_the_nearest_on_line(self, works, call, estate, where, seen):
        works("wang")
        for code, at, online in (
            ("cam-far", (121.4702, 31.2300), True), ("cam-gate", (None, None), True),
            ("cam-off", (121.4801, 31.2301), False),
        ):  # fmt: skip
            Device.rows.create(
                community=HERE, code=code, model="camera", name_zh=code, registered_at=NOW,
                place=estate["hml/gate"], online=online, longitude_deg=at[0], latitude_deg=at[1],
            )  # fmt: skip

        assert call(**where).camera == seen

    @pytest.fixture
    def next_door(self, estate):
        """Put a camera and a siren into the home next door, one of each into one of its rooms."""
        flat = Place.rows.create(
            community=HERE, path="hml/b01/102", kind="room", code="102", name_zh="102",
            parent=estate["hml/b01"],
        )  # fmt: skip
        hall = Place.rows.create(
            community=HERE, path="hml/b01/102/hall", kind="zone", code="hall", name_zh="厅",
            parent=flat,
        )  # fmt: skip
        for place in (flat, hall):
            for model in ("camera", "siren"):
                Device.rows.create(
                    community=HERE, code=f"a-{model}-{place.code}", model=model, name_zh="邻居的",
                    place=place, online=True, registered_at=NOW,
                )  # fmt: skip
        return estate

    @pytest.mark.parametrize(
        ("place", "own", "seen"),
        [(HOME, False, "cam-1"), (HOME, True, "own"), ("hml", False, "cam-1")],
        ids=["from a home", "with a camera of its own", "from the yard"],
    )
    def test_is_never_in_a_home_that_is_not_the_callers(self, call, next_door, place, own, seen):
        if own:
            Device.rows.create(
                community=HERE, code="own", model="camera", name_zh="自家的",
                place=next_door[HOME], registered_at=NOW,
            )  # fmt: skip
        operations.put_tree(community=HERE, place="hml", rungs=logic.TREE, siren=True)

        row = call(place=place)

        assert (row.camera, row.sirens) == (seen, [] if place == "hml" else ["siren-1"])
        told = set(Command.rows.of(HERE).values_list("device", flat=True))
        assert not {one for one in told if one.startswith("a-")}

    def test_is_nowhere_where_only_a_neighbour_has_one(self, call, estate, next_door):
        Device.rows.of(HERE).filter(code__in=["cam-1", "siren-1"]).delete()
        operations.put_tree(community=HERE, place="hml", rungs=logic.TREE, siren=True)

        row = call()

        assert (row.camera, row.sirens, Command.rows.of(HERE).count()) == ("", [], 0)


class TestMove:
    def test_tells_who_rang_and_the_history_and_is_said_once(self, works, call, people, desk):
        works("wang")
        row = call()

        moved = move(people, row, SHOP)
        move(people, row, SHOP, seconds=6)

        shown = pages.call(actor=people("near", "guard"), id=row.pk, now=NOW)
        assert (moved.place.path, moved.state, moved.next_at) == (SHOP, "ringing", row.next_at)
        assert [line["what"] for line in shown["record"]] == ["raised", "rung", "moved"]
        assert shown["record"][-1]["text"]["zh"].endswith("商铺 1")
        assert [one.step for one in desk.remarks] == ["help_moved"]
        assert "商铺 1" in desk.notices[-1].text.zh
        facts = Outgoing.objects.filter(topic="SosMoved")
        assert facts.count() == 1

    def test_rings_who_is_nearest_there_too_and_the_clock_goes_on(self, works, call, people):
        works("wang")
        for name in ("a", "b", "c"):
            Staff.rows.create(
                community=HERE, code=name, name=name, skills=["guard"], duty="on",
                account=Account.objects.create(username=name, name=name),
                place=Place.rows.of(HERE).get(path="hml/b01"),
            )  # fmt: skip
        row = call()
        assert rung() == [(0, "near"), (0, "a"), (0, "b")]

        moved = move(people, row, SHOP)

        assert rung()[3:] == [(0, "far")]
        assert moved.next_at == NOW + timedelta(seconds=30)

    def test_lets_the_tree_of_the_new_place_ring_on(self, works, call, people):
        works("wang")
        duty = [Rung(whom="duty", target="front_desk", wait_s=10)]
        operations.put_tree(community=HERE, place=SHOP, rungs=duty, siren=False)
        row = call()

        move(people, row, SHOP)

        assert rung() == [(0, "near"), (0, "far"), (0, "desk")]

    def test_moves_siren_and_camera_there_and_back(self, works, call, people, shop):
        works("wang")
        for code, model in (("cam-s", "camera"), ("siren-s", "siren")):
            Device.rows.create(
                community=HERE, code=code, model=model, name_zh=code, place=shop, registered_at=NOW
            )
        operations.put_tree(community=HERE, place="hml", rungs=logic.TREE, siren=True)
        row = call()

        there = move(people, row, SHOP)
        back = move(people, row, HOME, seconds=15)

        assert (there.camera, there.sirens) == ("cam-s", ["siren-s"])
        assert (back.camera, back.sirens) == ("cam-1", ["siren-1"])
        told = Command.rows.of(HERE).filter(service__startswith="siren").order_by("pk")
        assert sorted(told.values_list("device", "service")) == [
            ("siren-1", "siren.off"), ("siren-1", "siren.on"), ("siren-1", "siren.on"),
            ("siren-s", "siren.off"), ("siren-s", "siren.on"),
        ]  # fmt: skip

    def test_leaves_no_siren_on_that_was_silenced_before(self, works, call, people, shop):
        works("wang")
        Device.rows.create(
            community=HERE, code="siren-s", model="siren", name_zh="s", place=shop,
            registered_at=NOW,
        )  # fmt: skip
        operations.put_tree(community=HERE, place="hml", rungs=logic.TREE, siren=True)
        row, guard = call(), people("near", "guard")
        for seconds, place in ((5, SHOP), (45, HOME), (85, SHOP)):
            now = NOW + timedelta(seconds=seconds)
            operations.answer(actor=guard, call=row.pk, now=now)
            operations.hand_on(actor=guard, call=row.pk, now=now + timedelta(seconds=9))
            move(people, row, place, seconds=seconds + 20)

        assert last_told() == {"siren-1": "siren.off", "siren-s": "siren.on"}
        over = operations.arrive(actor=guard, call=row.pk, now=NOW + timedelta(seconds=120))

        assert over.sirens == Call.rows.of(HERE).get().sirens == []
        assert last_told() == {"siren-1": "siren.off", "siren-s": "siren.off"}

    def test_refuses_another_place_too_often_within_seconds_and_tells_nobody_of_it(
        self, works, call, people, desk
    ):
        works("wang")
        row = call()
        for seconds, place in ((5, SHOP), (8, HOME), (11, SHOP)):
            move(people, row, place, seconds=seconds)
        before = (len(desk.notices), Command.rows.of(HERE).count())

        with pytest.raises(logic.MovedJustNow) as refused:
            move(people, row, HOME, seconds=12)

        assert refused.value.values == {"seconds": 23}
        assert (len(desk.notices), Command.rows.of(HERE).count()) == before
        assert Call.rows.of(HERE).get().place.path == SHOP
        assert move(people, row, SHOP, seconds=13).place.path == SHOP
        assert move(people, row, HOME, seconds=35).place.path == HOME
        assert Outgoing.objects.filter(topic="SosMoved").count() == 4

    def test_takes_where_he_is_elsewhere_as_soon_as_his_telephone_knows(self, call, people):
        ring = [[121.479, 31.229], [121.481, 31.229], [121.481, 31.231], [121.479, 31.229]]
        gate = Place.rows.of(HERE).filter(path="hml/gate")
        gate.update(geometry={"type": "Polygon", "coordinates": [ring]})
        row = call()
        for seconds, place in ((2, "hml"), (3, HOME), (4, "hml")):
            move(people, row, place, seconds=seconds)

        there = move(people, row, "hml", position=(121.4802, 31.2298), seconds=7)

        assert (there.place.path, queries.position(there)) == ("hml/gate", (121.4802, 31.2298))
        with pytest.raises(logic.MovedJustNow):
            move(people, row, "hml", position=(121.4701, 31.2301), seconds=9)
        assert queries.position(Call.rows.of(HERE).get()) == (121.4802, 31.2298)

    def test_rings_nobody_anew_once_somebody_goes_there(self, works, call, people):
        works("wang")
        row = call()
        operations.answer(actor=people("near", "guard"), call=row.pk, now=NOW)

        moved = move(people, row, SHOP)

        assert (moved.place.path, moved.state) == (SHOP, "answered")
        assert len(rung()) == 2

    def test_takes_a_position_elsewhere_and_destroys_it_for_a_place(self, call, people):
        row = call()

        afar = move(people, row, "hml", position=(121.48, 31.23))
        assert (afar.place.path, queries.position(afar)) == ("hml", (121.48, 31.23))

        home = move(people, row, HOME, seconds=15)

        assert (home.place.path, queries.position(home)) == (HOME, None)

    @pytest.mark.parametrize("place", ["hml/b01/102", "hml/b01", "", "hml/shop-1"])
    def test_refuses_a_place_that_is_not_his(self, call, people, shop, place):
        row = call()

        with pytest.raises(NotYourPlace):
            move(people, row, place)

        assert Call.rows.of(HERE).get().place.path == HOME

    def test_is_his_own_alone_and_not_when_it_is_over(self, call, people):
        row = call()

        with pytest.raises(queries.CallNotFound):
            move(people, row, "hml", by="daughter")
        operations.cancel(actor=people("wang"), call=row.pk, now=NOW)
        with pytest.raises(logic.NotNow):
            move(people, row, "hml")

        assert not Outgoing.objects.filter(topic="SosMoved").exists()


class TestLook:
    """The nearest camera, live."""

    @pytest.fixture(autouse=True)
    def live(self, desk, monkeypatch):
        asked = []
        monkeypatch.setattr(
            contract.picture_sources, "_answer",
            lambda community, cameras: {one: f"/video/{one}.mp4" for one in cameras},
        )  # fmt: skip
        monkeypatch.setattr(contract.picture, "_answer", lambda offer: asked.append(offer) or "v=1")
        return asked

    def look(self, people, row, *, by="near", **more):
        return operations.look(actor=people(by, "guard", **more), call=row.pk, sdp="v=0", now=NOW)

    def test_is_shown_to_who_takes_the_call_and_is_remembered(self, call, people, live):
        row = call()

        assert self.look(people, row) == "v=1"

        assert [(one.call, one.source) for one in live] == [(row.pk, "/video/cam-1.mp4")]
        looks = Line.objects.filter(act=Act.LOOK).values_list("what", "purpose", "account")
        assert list(looks) == [("camera:cam-1", "emergency", people("near").account)]
        shown = pages.call(actor=people("far", "guard"), id=row.pk, now=NOW)
        assert (shown["live"], shown["record"][-1]["what"]) == (True, "looked")
        assert pages.mine(actor=people("wang"), now=NOW)["items"][0]["live"] is False

    def test_is_not_for_another_community_nor_once_it_is_over(self, call, people, live):
        row = call()

        with pytest.raises(queries.CallNotFound):
            self.look(people, row, community="other")
        assert queries.is_open(community=HERE, id=row.pk)
        operations.cancel(actor=people("wang"), call=row.pk, now=NOW)
        with pytest.raises(logic.NotNow):
            self.look(people, row)

        assert not queries.is_open(community=HERE, id=row.pk)
        assert (live, Line.objects.filter(act=Act.LOOK).count()) == ([], 0)

    def test_of_a_whole_board_is_asked_for_once(self, call, people, desk, monkeypatch):
        asked = []
        monkeypatch.setattr(
            contract.picture_sources, "_answer",
            lambda community, cameras: asked.append(cameras) or {"cam-1": "/a.mp4"},
        )  # fmt: skip
        for by in ("wang", "daughter"):
            call(by=by)

        shown = pages.board(actor=people("near", "guard"), cursor="", limit=9, now=NOW)
        assert [one["live"] for one in shown["items"]] == [True, True]
        assert pages.mine(actor=people("wang"), now=NOW)["items"][0]["live"] is False
        assert asked == [["cam-1"]]

    @pytest.mark.parametrize("why", ["no stream", "a test"])
    def test_is_not_there(self, call, people, live, monkeypatch, why):
        if why == "no stream":
            monkeypatch.setattr(contract.picture_sources, "_answer", lambda community, cameras: {})
        row = call(by="boss", place="hml/b01", test=True) if why == "a test" else call()

        with pytest.raises(operations.NoLivePicture):
            self.look(people, row)

        assert pages.call(actor=people("near", "guard"), id=row.pk, now=NOW)["live"] is False
        assert live == []
