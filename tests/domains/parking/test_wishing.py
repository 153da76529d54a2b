"""What households wish for their cars: twice, at once, another's plate, withdrawn, no more room."""

import json
from datetime import timedelta

import pytest

from linli.domains.notices.models import Notice
from linli.domains.parking import own as held_on
from linli.domains.parking.models import CarWish, Permit, PermitCar, PlateWish
from linli.domains.parking.operations import owning, rights, setting, wishing
from linli.domains.parking.operations.lending import NotYourCar
from linli.domains.parking.operations.setting import NewLot
from linli.domains.parking.queries import wishes
from linli.foundation.audit.models import Line
from linli.foundation.identity.queries import NotAllowed
from linli.foundation.outbox.models import Outgoing
from linli.kernel.words import Words
from linli.registry.people.models import Household, Membership, Person, Vehicle
from linli.registry.places.models import Place
from tests.domains.parking.conftest import CAR, MORNING, OTHER, account_of, actor, minutes
from tests.domains.parking.test_at_once import together

NEW, THIRD = "浙A77777", "浙AD12345"
API = "/api/v1/hml"


@pytest.fixture
def asks(lot, home, resident):
    def ask(kind="car", plate=NEW, at=0, **more):
        wished = wishing.Wished(kind=kind, plate=plate, **more)
        return wishing.ask(actor=actor(resident), wished=wished, now=minutes(at))

    return ask


@pytest.fixture
def agrees(manager):
    def agree(row, at=5, **more):
        return wishing.agree(actor=manager, wish=row.pk, now=minutes(at), **more)

    return agree


def plates(home):
    return wishes.plates_of_home(home=home)


def steps():
    rows = Outgoing.objects.filter(topic="PlateWishMoved").order_by("pk")
    return [json.loads(bytes(row.body))["step"] for row in rows]


@pytest.mark.django_db
class TestCar:
    def test_is_the_households_once_the_desk_agrees_and_it_is_told(
        self, asks, agrees, home, resident
    ):
        row = asks(note="新买的车")
        done = agrees(row)
        again = agrees(row, at=6)

        assert (done.state, again.decided_at) == ("agreed", minutes(5))
        assert plates(home) == [NEW, OTHER]
        assert Vehicle.rows.of("hml").get(plate=NEW).owner.account_id == resident
        assert steps() == ["asked", "agreed"]
        told = {one.to: one.text_zh for one in Notice.rows.of("hml")}
        assert set(told) == {"front_desk", f"account:{resident}"}
        assert NEW not in "".join(told.values())

    def test_he_reads_his_stays_and_wishes_in_either_language(self, asks, sees, home):
        sees("in", plate=OTHER)
        asks()

        found = held_on.held("hml", f"person:{Person.rows.of('hml').get().pk}", 100)

        records = {one.kind.en: one.record for one in found}
        assert records["parking"] == Words(
            zh="地下车库 2026-06-01 08:00 –", en="Garage 2026-06-01 08:00 –"
        )
        assert records["wish for a car"] == Words(
            zh="登记车辆 2026-06-01 08:00", en="a car registered 2026-06-01 08:00"
        )

    def test_wished_twice_is_one_wish_and_another_wish_for_it_waits(self, asks):
        first = asks()

        assert asks(at=1).pk == first.pk
        with pytest.raises(wishing.AskedAlready):
            asks("permit", lot="p1")
        assert steps() == ["asked"]

    def test_of_which_a_home_has_as_many_as_it_may_is_refused_before_the_desk_is(
        self, asks, agrees, home
    ):
        agrees(asks())

        with pytest.raises(wishing.NoRoomForCar):
            asks(plate=THIRD)
        assert (plates(home), PlateWish.rows.of("hml").count()) == ([NEW, OTHER], 1)

    def test_two_wishes_of_which_there_is_room_for_one_become_one_car(self, asks, agrees, home):
        one, other = asks(), asks(plate=THIRD)
        agrees(one)

        with pytest.raises(wishing.NoRoomForCar):
            agrees(other)
        assert plates(home) == [NEW, OTHER]

    def test_more_cars_a_place_where_the_lot_lets_them(self, asks, agrees, home, manager):
        garage = NewLot(
            code="p1", name=Words(zh="库", en="g"), place="hml/p1", capacity=3, cars_a_place=3
        )
        setting.set_lot(actor=manager, lot=garage, now=MORNING)
        for plate in (NEW, THIRD):
            agrees(asks(plate=plate))

        assert plates(home) == [NEW, THIRD, OTHER]

    def test_of_another_home_only_the_desk_learns_and_it_stays_theirs(self, asks, agrees, home):
        room = Place.rows.of("hml").filter(kind="room").exclude(pk=home.room_id).first()
        theirs = Household.rows.create(community="hml", room=room, occupancy="owner")
        Vehicle.rows.create(community="hml", plate=NEW, colour="blue", kind="car", household=theirs)
        row = asks()

        with pytest.raises(wishing.PlateOfAnother):
            agrees(row)
        assert (row.state, plates(theirs), plates(home)) == ("waiting", [NEW], [OTHER])

    def test_that_was_withdrawn_or_refused_is_not_agreed_to(self, asks, agrees, manager, resident):
        row, other = asks(), asks(plate=THIRD)
        for at in (1, 2):
            wishing.withdraw(actor=actor(resident), wish=row.pk, now=minutes(at))
            wishing.refuse(actor=manager, wish=other.pk, reason="行驶证不清楚", now=minutes(at))

        for one in (row, other):
            with pytest.raises(wishing.AnsweredAlready):
                agrees(one)
        assert steps() == ["asked", "asked", "withdrawn", "refused"]
        assert "行驶证不清楚" in Notice.rows.of("hml").get(to=f"account:{resident}").text_zh

    def test_of_whoever_lives_nowhere_here_is_no_wish(self, asks):
        wished = wishing.Wished(kind="car", plate=NEW)

        with pytest.raises(wishing.NoHome):
            wishing.ask(actor=actor(account_of("resident", "外人")), wished=wished, now=MORNING)

    def test_is_forgotten_with_the_plates(self, asks, agrees):
        agrees(asks())
        asks(plate=OTHER, kind="permit", lot="p1")
        owning.forget(community="hml", before=MORNING + timedelta(days=90))

        assert [row.state for row in PlateWish.rows.of("hml")] == ["waiting"]


@pytest.mark.django_db
class TestPlate:
    def test_stands_in_place_of_the_old_one_wherever_that_gave_a_right(
        self, asks, agrees, home, manager, resident
    ):
        given = rights.NewPermit(
            lot="p1", plates=[OTHER], since=MORNING, until=MORNING + timedelta(days=30)
        )
        rights.give(actor=manager, permit=given, now=MORNING)
        CarWish.rows.create(
            community="hml", plate=OTHER, account_id=resident, pay_by_wallet=True, at=MORNING
        )
        agrees(asks("plate", before=OTHER))

        car = Vehicle.rows.of("hml").get()
        assert (car.plate, car.parking, NEW.lower() in car.words.lower()) == (NEW, "A-12", True)
        assert PermitCar.rows.of("hml").get().plate == NEW
        assert CarWish.rows.of("hml").get().plate == NEW

    def test_takes_nothing_over_from_whoever_had_that_plate_before(
        self, asks, agrees, home, resident, manager
    ):
        for plate, account in ((NEW, manager.account), (OTHER, resident)):
            CarWish.rows.create(community="hml", plate=plate, account_id=account, at=MORNING)

        agrees(asks("plate", before=OTHER))

        said = CarWish.rows.of("hml").get()
        assert (said.plate, said.account_id) == (NEW, resident)

    def test_of_another_home_is_not_changed(self, asks):
        with pytest.raises(NotYourCar):
            asks("plate", before=CAR)
        assert PlateWish.rows.of("hml").count() == 0


@pytest.mark.django_db
class TestPermit:
    def test_registers_the_car_and_lets_it_stand_to_the_end_of_the_day(self, asks, agrees, home):
        agrees(asks("permit", lot="p1"))

        permit = Permit.rows.of("hml").get()
        assert (permit.household_id, permit.until) == (home.pk, MORNING + timedelta(hours=16))
        assert permit.month_fen > 0
        assert NEW in plates(home)

    @pytest.mark.parametrize("role", ["guard", "front_desk"])
    def test_is_given_for_longer_by_nobody_who_gives_no_permits(self, asks, agrees, role):
        row, desk = asks("permit", lot="p1"), actor(account_of(role))

        with pytest.raises(NotAllowed):
            wishing.agree(
                actor=desk, wish=row.pk, until=MORNING + timedelta(days=900), now=minutes(5)
            )
        assert not Permit.rows.of("hml").exists()

        wishing.agree(actor=desk, wish=row.pk, now=minutes(5))
        assert Permit.rows.of("hml").get().until == MORNING + timedelta(hours=16)

    def test_joins_the_one_that_the_home_has_while_there_is_room(self, asks, agrees, manager):
        more = {"until": MORNING + timedelta(days=30)}
        agrees(asks("permit", plate=OTHER, lot="p1"), **more)
        agrees(asks("permit", lot="p1"), **more)
        Vehicle.rows.of("hml").filter(plate=NEW).update(parking="A-13")

        with pytest.raises(wishing.NoRoomForCar):
            asks("permit", plate=THIRD, lot="p1")
        cars = PermitCar.rows.of("hml").order_by("plate").values_list("plate", flat=True)
        assert (Permit.rows.of("hml").count(), list(cars)) == (1, [NEW, OTHER])


@pytest.mark.django_db
class TestDoors:
    def test_a_stranger_finds_no_wish_and_a_desk_elsewhere_none_of_this_home(
        self, asks, browser, manager
    ):
        row = asks()
        stranger = browser(account_of("resident", "外人"))

        gone = stranger.delete(f"{API}/my/parking/wishes/{row.pk}")

        assert (gone.status_code, PlateWish.rows.of("hml").get().state) == (404, "waiting")
        assert stranger.get(f"{API}/parking/wishes").status_code == 403

    def test_the_desk_reads_plates_masked_and_one_whole_on_record(self, asks, browser, manager):
        row = asks()
        client = browser(manager.account)

        listed = client.get(f"{API}/parking/wishes?state=waiting").json()["items"]
        shown = client.get(f"{API}/parking/wishes/{row.pk}").json()
        no = client.post(
            f"{API}/parking/wishes/{row.pk}/refuse", '{"reason": " "}',
            content_type="application/json",
        )  # fmt: skip

        assert (listed[0]["plate"], shown["plate"]) == ("浙A·7***7", NEW)
        assert (shown["cars"], shown["most"], shown["elsewhere"], no.status_code) == (
            1, 2, False, 422,
        )  # fmt: skip
        assert Line.objects.filter(act="look", what=f"plate_wish:{row.pk}").count() == 1

    def test_a_time_without_its_zone_is_refused(self, asks, browser, manager):
        row = asks("permit", lot="p1")

        said = browser(manager.account).post(
            f"{API}/parking/wishes/{row.pk}/agree", '{"until": "2030-01-01T00:00:00"}',
            content_type="application/json",
        )  # fmt: skip

        assert (said.status_code, PlateWish.rows.of("hml").get().state) == (422, "waiting")

    def test_a_resident_wishes_and_takes_it_back(self, lot, home, browser, resident):
        client = browser(resident)
        made = client.post(
            f"{API}/my/parking/wishes", json.dumps({"kind": "car", "plate": NEW}),
            content_type="application/json",
        )  # fmt: skip
        taken = client.delete(f"{API}/my/parking/wishes/{made.json()['id']}")
        page = client.get(f"{API}/my/parking/wishes").json()

        assert (made.status_code, taken.json()["state"]) == (201, "withdrawn")
        assert (page["homes"][0]["plates"], page["homes"][0]["most"]) == ([OTHER], 2)
        assert page["lots"][0]["month_fen"] > 0


@pytest.mark.django_db(transaction=True)
def test_asked_and_agreed_at_once_it_is_one_wish_and_one_car(asks, agrees, home):
    asked = together(asks, asks)
    together(lambda: agrees(asked[0]), lambda: agrees(asked[0]))

    assert PlateWish.rows.of("hml").get().state == "agreed"
    assert plates(home) == [NEW, OTHER]
    assert steps() == ["asked", "agreed"]


@pytest.mark.django_db
def test_whoever_moved_out_wishes_nothing_there(asks, resident):
    Membership.rows.of("hml").update(until=MORNING.date())

    with pytest.raises(wishing.NoHome):
        asks()
    assert Person.rows.of("hml").get().account_id == resident


@pytest.mark.django_db
def test_what_somebody_wished_who_then_moved_out_is_not_done(asks, agrees, home):
    row = asks()
    Membership.rows.of("hml").update(until=MORNING.date())

    with pytest.raises(wishing.AskerGone):
        agrees(row)
    assert NEW not in plates(home)
