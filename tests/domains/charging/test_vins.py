"""A car that says its VIN charges at the cost of its owner, if he said so; of nobody else."""

import pytest

from linli.domains.charging import own
from linli.domains.charging.models import CarVin, PlateWish, Session
from linli.domains.charging.operations import answering, vins
from linli.foundation.vault.models import DataKey
from linli.kernel.fault import Fault
from linli.registry.devices.models import Device
from linli.registry.people.models import Vehicle
from tests.domains.charging.conftest import NOW, fill, later, over, wallet
from tests.domains.charging.test_doors import ask
from tests.domains.charging.test_pages import car, get, put, resident
from tests.registry.conftest import sign_in

__all__ = ["resident", "sign_in"]

pytestmark = pytest.mark.django_db

VIN, OTHER = "LSVAU2A37N1234567", "LSVAU2A37N7654321"
NUMBER = "55031412782305" + "01" + "260601120000" + "0001"


@pytest.fixture
def cars(site, people):
    """Return the cars of two residents, one each; the chargers speak YKC."""
    Device.rows.of("hml").filter(code__startswith="cp-").update(driver="ykc")
    return [car("浙AD00001", people[0]), car("浙AD00002", people[1])]


def register(vehicle, vin=VIN, now=NOW):
    who = {"community": "hml", "person": vehicle.owner_id, "plate": vehicle.plate}
    return vins.register(**who, vin=vin, by=1, now=now)


def want(vin=VIN, transaction=NUMBER, device="cp-1", step="wanted", **more):
    return ask(
        "charge.card", step=step, tag=vin, by="vin", transaction=transaction, device=device,
        id=f"{step}.{transaction}", **more,
    )  # fmt: skip


class TestCharging:
    def test_goes_from_the_plug_to_the_receipt_at_the_owners_cost(self, cars, people):
        register(cars[0], " lsvau2a37n 1234567 ")

        allowed, again = want(), want()
        want(step="started", meter_wh=0.0)
        over(transaction=NUMBER, at=later(hours=1), meter_wh=7000, now=later(hours=1))

        session = Session.rows.of("hml").get()
        assert allowed == again
        assert (session.way, session.person_id) == ("vin", people[0].pk)
        assert wallet(people[0]) < 10_000
        assert wallet(people[1]) == 10_000

    def test_two_guns_of_a_pile_charge_two_cars_side_by_side(self, cars, people):
        register(cars[0])
        register(cars[1], OTHER)

        want()
        want(OTHER, "2" + NUMBER[1:], "cp-2")

        found = Session.rows.of("hml").order_by("pk")
        assert [one.person_id for one in found] == [people[0].pk, people[1].pk]

    def test_nobodys_car_a_card_of_the_same_signs_and_a_sold_car_begin_nothing(self, cars, people):
        register(cars[0])
        Vehicle.rows.of("hml").filter(pk=cars[0].pk).update(owner=people[1])

        for said in (OTHER, VIN, "04A1B2C3"):
            with pytest.raises(Fault) as refused:
                want(said)
            assert refused.value.key == "charging.unknown_card"
        assert not Session.rows.of("hml").exists()

    def test_a_poor_owner_is_refused_as_with_a_card(self, cars, people):
        register(cars[0])
        fill(people[0], -wallet(people[0]) + 100)

        with pytest.raises(Fault) as refused:
            want()

        assert refused.value.key == "charging.too_little"


class TestRegister:
    def test_a_car_has_one_and_the_old_one_is_gone_with_its_key(self, cars):
        first = register(cars[0]).vault_key
        register(cars[0], OTHER)

        assert CarVin.rows.of("hml").count() == 1
        assert not DataKey.rows.of("hml").filter(subject=first).exists()
        with pytest.raises(Fault):
            want(VIN)

    def test_what_another_car_stands_under_is_not_taken(self, cars):
        register(cars[0])

        with pytest.raises(vins.VinTaken):
            register(cars[1])

        assert CarVin.rows.of("hml").get().vehicle_id == cars[0].pk

    def test_the_next_owner_registers_it_anew(self, cars, people):
        register(cars[0])
        Vehicle.rows.of("hml").filter(pk=cars[0].pk).update(owner=people[1])
        cars[0].refresh_from_db()

        register(cars[0])
        want()

        assert Session.rows.of("hml").get().person_id == people[1].pk

    @pytest.mark.parametrize("vin", ["", "LSVAU2A37N123456", "LSVAU2A37N123456O", "车" * 17])
    def test_refuses_what_is_none(self, cars, vin):
        with pytest.raises(Fault) as refused:
            register(cars[0], vin)

        assert refused.value.key == "charging.bad_vin"

    def test_it_lies_sealed_and_is_read_by_its_owner(self, cars, people):
        row = register(cars[0])

        kept = CarVin.rows.of("hml").filter(pk=row.pk).values().get()
        read = own.held("hml", f"person:{people[0].pk}", 100)
        assert VIN not in str(kept)
        assert [(one.record.zh, one.fields[0].value.zh) for one in read] == [("浙AD00001", VIN)]
        assert own.held("hml", f"person:{people[1].pk}", 100) == []

    def test_who_is_erased_leaves_nothing_that_begins_by_itself(self, cars, people):
        row = register(cars[0])
        who = {"community": "hml", "person": people[0].pk, "now": NOW}
        answering.wish_by_plate(**who, plate=cars[0].plate, on=True)

        vins.erase(**who, account=1)

        assert not CarVin.rows.of("hml").exists()
        assert not PlateWish.rows.of("hml").exists()
        assert not DataKey.rows.of("hml").filter(subject=row.vault_key).exists()


class TestOverHttp:
    def test_a_resident_switches_it_on_and_off_and_sees_its_end_only(self, client, resident):
        car("浙AD00001", resident)

        on = put(client, "my/charging/vins", {"plate": "浙AD00001", "vin": VIN})
        listed = get(client, "my/charging/plates")
        off = put(client, "my/charging/vins", {"plate": "浙AD00001", "vin": ""})

        shown = {"plate": "浙AD00001", "on": False, "vin": "*" * 13 + "4567"}
        assert on.json() == listed.json()["items"][0] == shown
        assert off.json()["vin"] == ""
        assert not CarVin.rows.of("hml").exists()

    def test_anothers_car_is_not_found(self, client, resident, people):
        car("浙AD00002", people[1])

        answer = put(client, "my/charging/vins", {"plate": "浙AD00002", "vin": VIN})

        assert (answer.status_code, answer.json()["key"]) == (404, "charging.plate_not_found")
        assert not CarVin.rows.of("hml").exists()
