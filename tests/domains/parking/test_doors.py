"""The doors: the desk, the resident, a driver without an account, and who follows somebody."""

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest

from linli.contracts.asking import Asked
from linli.contracts.tariffs import TariffAgreed, TariffChange
from linli.domains.parking import desk, http, http_driver, http_own, http_rights, http_zones
from linli.domains.parking.logic.tariff import BadTariff
from linli.domains.parking.models import CarWish, Coupon, LotTariff, Sighting, Stay
from linli.domains.parking.operations import owning, setting, staying, zoning
from linli.domains.parking.operations.zones import NewZone, set_zone
from linli.domains.parking.queries import lots
from linli.foundation.audit.models import Line
from linli.kernel.words import Words
from linli.registry.people.models import Organisation, Staff
from tests.domains.parking.conftest import CAR, MORNING, OTHER, TARIFF, account_of, minutes

pytestmark = pytest.mark.django_db
API = "/api/v1/hml"


def post(client, path, body=None, method="post"):
    call = getattr(client, method)
    return call(f"{API}{path}", json.dumps(body or {}), content_type="application/json")


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    def set_(at):
        for door in (http, http_driver, http_own, http_rights, http_zones):
            monkeypatch.setattr(door, "timezone", SimpleNamespace(now=lambda: minutes(at)))

    set_(60)
    return set_


@pytest.fixture
def zone_camera(manager):
    """Let the camera of a zone read a plate with doubt; return the number of what came of it."""
    name = Words(zh="3号楼前", en="before building 3")
    new = NewZone(code="front", name=name, place="hml/b03", kind="entrance")
    set_zone(actor=manager, zone=new, now=MORNING)

    def see(plate):
        row = zoning.see(
            community="hml", zone="front", plate=plate, confidence_milli=700, now=MORNING
        )
        return row.pk

    return see


class TestDesk:
    def test_lists_plates_masked_and_shows_one_whole_on_record(self, sees, browser, manager):
        sees("in")
        client = browser(manager.account)

        listed = client.get(f"{API}/parking/stays").json()["items"][0]
        shown = client.get(f"{API}/parking/stays/{listed['id']}").json()

        assert (listed["plate"], shown["whole_plate"]) == ("浙A·1***5", CAR)
        assert shown["fee"]["fen"] == sum(line["fen"] for line in shown["fee"]["lines"]) == 500
        assert Line.objects.filter(act="look", what=f"stay:{listed['id']}").count() == 1
        for path in ("stays", "sightings", "lots", "misparked"):
            assert CAR not in client.get(f"{API}/parking/{path}").content.decode()

    @pytest.mark.parametrize(
        ("what", "plates"),
        [("", 4), ("shut", 3), ("unread", 2), ("followed", 1)],
    )
    def test_lists_what_cameras_saw_by_what_became_of_it(
        self, sees, browser, manager, what, plates
    ):
        sees("in")
        sees("in", "", at=1)
        sees("out", OTHER, at=2)
        desk.ANSWERS["lane.followed"](
            Asked(community="hml", device="gate-in", kind="lane.followed", id="f", at=0.0,
                  body={"direction": "in"}),
            minutes(5),
        )  # fmt: skip
        client = browser(manager.account)

        items = client.get(f"{API}/parking/sightings?what={what}").json()["items"]
        of_lane = client.get(f"{API}/parking/sightings?what={what}&lane=p1-out").json()["items"]

        assert len(items) == plates
        assert {one["lane"] for one in of_lane} <= {"p1-out"}
        assert not any(CAR in str(one) for one in items)
        assert client.get(f"{API}/parking/sightings?what=all").status_code == 422

    def test_counts_free_places(self, sees, browser, manager):
        sees("in")

        lot = browser(manager.account).get(f"{API}/parking/lots").json()["items"][0]

        assert (lot["inside"], lot["free"], len(lot["lanes"])) == (1, 2, 2)
        assert lot["tariff"]["zh"] == "地下车库临时停车"

    def test_a_resident_finds_no_desk_and_a_guard_sets_no_lot(self, lot, browser, resident):
        guard = account_of("guard", "李保安")

        assert browser(resident).get(f"{API}/parking/stays").status_code == 403
        body = {"name": {"zh": "新", "en": ""}, "capacity": 3}
        assert post(browser(guard), "/parking/lots/p2", body, "put").status_code == 403

    def test_a_plate_in_doubt_is_shown_and_a_guard_says_which_it_is(
        self, zone_camera, browser, manager, resident
    ):
        car = zone_camera("浙A1Z345")
        client = browser(account_of("guard", "李保安"))

        [shown] = client.get(f"{API}/parking/misparked").json()["items"]
        done = post(client, f"/parking/misparked/{car}/plate", {"plate": CAR}).json()
        bad = post(client, f"/parking/misparked/{car}/plate", {"plate": "x"})
        none = post(client, f"/parking/misparked/{car + 1}/plate", {"plate": CAR})
        stranger = post(browser(resident), f"/parking/misparked/{car}/plate", {"plate": CAR})

        assert (shown["doubted"], done["doubted"], done["plate"]) == (True, False, "浙A·1***5")
        assert (bad.status_code, none.status_code, stranger.status_code) == (422, 404, 403)

    def test_mends_with_a_reason_only(self, sees, browser, manager):
        sees("out", at=50)
        stay = Stay.rows.of("hml").get().pk
        client = browser(manager.account)
        said = {"step": "entry", "at": MORNING.isoformat(), "reason": " "}

        silent = post(client, f"/parking/stays/{stay}/mend", said)
        late = post(
            client,
            f"/parking/stays/{stay}/mend",
            {**said, "reason": "x", "at": minutes(99).isoformat()},
        )
        done = post(client, f"/parking/stays/{stay}/mend", {**said, "reason": "看了录像"})

        assert (silent.status_code, late.status_code, done.status_code) == (422, 422, 200)
        assert done.json()["why"] == ""


class TestDriver:
    def test_learns_the_fee_and_no_time_of_day_by_the_plate(self, sees, client):
        sees("in")

        found = post(client, "/driver/find", {"lot": "p1", "plate": CAR}).json()

        assert (found["fee"]["due_fen"], found["entered_at"]) == (500, None)
        assert CAR not in json.dumps(found, ensure_ascii=False)
        assert "08:00" not in json.dumps(found)
        assert Stay.rows.of("hml").get().looked == 1

    @pytest.mark.parametrize("case", ["absent", "resident", "hidden", "other lot", "no plate"])
    def test_whoever_is_not_to_be_found_is_answered_like_whoever_is_not_there(
        self, case, sees, home, client, resident
    ):
        sees("in", OTHER if case in {"resident", "hidden"} else CAR)
        if case == "hidden":
            CarWish.rows.create(community="hml", plate=OTHER, account_id=resident, at=MORNING)
        plate = {"resident": OTHER, "hidden": OTHER, "absent": "浙A00000", "no plate": "xx"}.get(
            case, CAR
        )
        lot = "p9" if case == "other lot" else "p1"

        found = post(client, "/driver/find", {"lot": lot, "plate": plate})

        assert (found.status_code, found.json()["key"]) == (404, "parking.nothing_found")

    def test_a_resident_who_wants_that_is_found_by_others(self, sees, home, client, resident):
        sees("in", OTHER)
        CarWish.rows.create(
            community="hml", plate=OTHER, account_id=resident, findable=True, at=MORNING
        )

        found = post(client, "/driver/find", {"lot": "p1", "plate": OTHER})

        assert (found.status_code, found.json()["fee"]["due_fen"]) == (200, 500)

    def test_whoever_follows_a_plate_is_stopped(self, sees, client):
        sees("in")

        codes = [
            post(client, "/driver/find", {"lot": "p1", "plate": CAR}).status_code for _ in range(13)
        ]

        assert codes == [200] * 12 + [429]

    def test_the_code_at_the_lane_shows_the_whole_proof(self, sees, client):
        sees("in")
        token = staying.token(Stay.rows.of("hml").get())

        found = client.get(f"{API}/driver/stays/{token}").json()
        order = post(client, f"/driver/stays/{token}/pay").json()

        assert found["fee"]["lines"][0]["words"]["zh"].startswith("06-01 08:00–09:00")
        assert (order["fen"], order["state"]) == (500, "open")
        assert client.get(f"{API}/driver/stays/{token}x").status_code == 404


class TestOwn:
    def test_shows_ones_own_cars_and_pays_nothing_of_a_strangers(
        self, sees, home, browser, resident
    ):
        sees("in", OTHER)
        sees("in", CAR, at=2)
        stranger = Stay.rows.of("hml").get(plate=CAR).pk
        client = browser(resident)

        mine = client.get(f"{API}/my/parking").json()
        refused = post(client, f"/my/parking/stays/{stranger}/pay", {"way": "order"})

        assert [car["plate"] for car in mine["cars"]] == [OTHER]
        assert [stay["plate"] for stay in mine["stays"]] == [OTHER]
        assert refused.status_code == 404

    def test_is_asked_the_same_from_another_community(self, lot, home, client, browser, resident):
        found = browser(resident).get("/api/v1/other/my/parking")

        assert found.status_code == 403


class TestTariff:
    def change(self, **more):
        return TariffChange(
            **{"of": "parking", "where": "p1", "text": TARIFF,
               "from_at": MORNING + timedelta(days=1), **more}
        )  # fmt: skip

    def test_says_what_it_comes_to_and_is_put_in_force_later(self, lot, manager):
        said = setting.checked("hml", self.change(), MORNING)
        setting.put(
            TariffAgreed(
                community="hml", change=self.change(), by=manager.account,
                approved_by=manager.account, cause="c1", now=MORNING,
            )
        )  # fmt: skip

        assert said.zh.startswith("地下车库 自 2026-06-02 08:00 起按“地下车库临时停车”收费")
        assert LotTariff.rows.of("hml").count() == 2

    @pytest.mark.parametrize(
        "wrong",
        [
            {"text": "nonsense ["},
            {"text": TARIFF.replace("fee_fen = 800", "fee_fen = 801", 1)},
            {"from_at": MORNING - timedelta(hours=1)},
        ],
    )
    def test_refuses_what_is_no_tariff_or_begins_before_now(self, lot, wrong):
        with pytest.raises(BadTariff):
            setting.checked("hml", self.change(**wrong), MORNING)

    def test_refuses_a_lot_that_there_is_not(self, lot):
        with pytest.raises(lots.LotNotFound):
            setting.checked("hml", self.change(where="p9"), MORNING)


class TestTry:
    """A stay that there was not, by the lot's tariff or by one that is proposed."""

    def said(self, to=120, **more):
        return {"entered": MORNING.isoformat(), "left": minutes(to).isoformat(), **more}

    def test_costs_what_the_tariff_says_and_explains_itself(self, lot, browser, manager):
        client = browser(manager.account)

        usual = post(client, "/parking/lots/p1/fee", self.said()).json()
        green = post(client, "/parking/lots/p1/fee", self.said(colour="green")).json()
        free = post(client, "/parking/lots/p1/fee", self.said(marks=["disabled"])).json()

        assert (usual["fen"], green["fen"], free["fen"]) == (800, 500, 0)
        assert usual["fen"] == sum(line["fen"] for line in usual["lines"])
        assert usual["lines"][0]["words"]["zh"].startswith("06-01 08:00–09:00")

    def test_takes_a_tariff_that_is_not_in_force_and_puts_none_in_force(
        self, lot, browser, manager
    ):
        text = TARIFF.replace("fen = 500, times = 1", "fen = 700, times = 1")

        found = post(browser(manager.account), "/parking/lots/p1/fee", self.said(text=text))

        assert found.json()["fen"] == 1000
        assert LotTariff.rows.of("hml").count() == 1

    @pytest.mark.parametrize(
        ("wrong", "key"),
        [
            ({"to": -1}, "parking.bad_trial"),
            ({"to": 93 * 1440}, "parking.bad_trial"),
            ({"text": "nonsense ["}, "parking.bad_tariff"),
            ({"text": TARIFF.replace("fen = 500, times = 1", f"fen = {10**30}, times = 1")},
             "parking.bad_tariff"),
            ({"text": TARIFF.replace("minutes = 30,", f"minutes = {10**15},")},
             "parking.bad_tariff"),
        ],
    )  # fmt: skip
    def test_refuses_what_cannot_be_reckoned(self, wrong, key, lot, browser, manager):
        answer = post(browser(manager.account), "/parking/lots/p1/fee", self.said(**wrong))

        assert (answer.status_code, answer.json()["key"]) == (422, key)

    def test_is_for_the_desk_only(self, lot, browser, resident):
        answer = post(browser(resident), "/parking/lots/p1/fee", self.said())

        assert answer.status_code == 403

    def test_versions_are_read_as_people_read_them_and_part_by_part(self, lot, browser, manager):
        version = browser(manager.account).get(f"{API}/parking/lots/p1/tariffs").json()["items"][0]

        assert version["text"] == TARIFF
        assert any("22 元" in one["zh"] for one in version["rules"])
        terms = version["terms"]
        assert (terms["day_cap_fen"], terms["bands"][1]["flat_fen"]) == (2200, 500)
        assert (terms["bands"][0]["begins"], terms["bands"][0]["ends"]) == ("07:00", "22:00")


class TestPermits:
    def test_are_listed_masked_and_shown_whole_on_record(self, lot, browser, manager):
        body = {
            "lot": "p1", "plates": [CAR, OTHER], "since": MORNING.isoformat(),
            "until": minutes(60 * 24 * 30).isoformat(),
        }  # fmt: skip
        client = browser(manager.account)

        given = post(client, "/parking/permits", body).json()
        listed = client.get(f"{API}/parking/permits").content.decode()
        shown = client.get(f"{API}/parking/permits/{given['id']}").json()

        assert (given["month_fen"], CAR in listed) == (45_000, False)
        assert shown["plates"] == sorted([CAR, OTHER])
        assert Line.objects.filter(act="look", what=f"permit:{given['id']}").count() == 1

    def test_a_guard_sees_no_whole_plate_of_them(self, lot, browser):
        guard = account_of("guard", "李保安")

        assert browser(guard).get(f"{API}/parking/permits/1").status_code == 403


class TestCoupons:
    @pytest.fixture
    def shopkeeper(self, lot):
        shop = Organisation.rows.create(community="hml", code="s1", name="小卖部", kind="shop")
        account = account_of("merchant", "店主")
        Staff.rows.create(
            community="hml", code="w-1", name="店主", account_id=account, organisation=shop
        )
        return account

    def give(self, client, **more):
        body = {"lot": "p1", "plate": CAR, "kind": "fen", "amount": 100, **more}
        return post(client, "/parking/coupons", body)

    def test_a_shop_sees_what_it_may_give_what_it_gave_and_what_is_left(
        self, lot, shopkeeper, browser, manager
    ):
        self.give(browser(manager.account))
        client = browser(shopkeeper)
        self.give(client)

        page = client.get(f"{API}/parking/coupons/own").json()

        assert [one["name"] for one in page["shops"]] == ["小卖部"]
        assert ([one["code"] for one in page["lots"]], page["any_shop"]) == (["p1"], False)
        assert (page["a_day"], page["left"], len(page["items"])) == (200, 199, 1)
        assert CAR not in json.dumps(page, ensure_ascii=False)
        assert client.get(f"{API}/parking/coupons").status_code == 403
        assert client.get(f"{API}/parking/coupons/shops").status_code == 403

    def test_the_desk_counts_them_by_shop(self, sees, shopkeeper, browser, manager, clock):
        sees("in")
        clock(10)
        self.give(browser(shopkeeper))
        self.give(browser(manager.account))
        Coupon.rows.of("hml").filter(merchant=None).update(stay_number=1, used_at=MORNING)
        clock(25 * 60)
        self.give(browser(shopkeeper))

        rows = browser(manager.account).get(f"{API}/parking/coupons/shops").json()["items"]

        told = [tuple(one[k] for k in ("name", "given", "used", "waiting", "over")) for one in rows]
        assert told == [("小卖部", 2, 0, 1, 1), ("", 1, 1, 0, 0)]

    def test_are_read_page_by_page_and_shop_by_shop(self, lot, shopkeeper, browser, manager):
        for account in (shopkeeper, manager.account, manager.account):
            self.give(browser(account))
        client = browser(manager.account)
        shop = Organisation.rows.of("hml").get().pk

        first = client.get(f"{API}/parking/coupons?limit=2").json()
        rest = client.get(f"{API}/parking/coupons?limit=2&cursor={first['next']}").json()
        of_shop = client.get(f"{API}/parking/coupons?merchant={shop}").json()

        assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
        assert [one["merchant"] for one in of_shop["items"]] == ["小卖部"]


class TestForget:
    def test_plates_go_after_their_days_and_the_money_stays(self, sees):
        sees("in")
        sees("out", at=20)

        owning.forget(community="hml", before=minutes(100))

        row = Stay.rows.of("hml").get()
        assert (row.plate, row.state) == ("", "left")
        assert Sighting.rows.of("hml").count() == 0


def test_a_lane_is_answered_within_its_queries(sees, django_assert_max_num_queries):
    sees("in")

    with django_assert_max_num_queries(60):
        sees("out", at=20)

    assert Stay.rows.of("hml").get().state == "left"
