"""和睦里 as values: whole, right, invented, and the same for everybody."""

from collections import Counter

import pytest

from linli.app.demo.plan import SEED, plan
from linli.app.demo.staff import PROPERTY
from linli.kernel.checks import check
from linli.registry.people import logic as people_logic
from linli.registry.places import logic


class TestPlan:
    def test_has_the_promised_size(self, sown):
        kinds = Counter(place.kind for place in sown.places)

        assert (kinds["room"], kinds["building"], kinds["garage"]) == (2000, 20, 2)
        assert len(sown.homes) == 2000
        assert len(sown.things) == 2300

    def test_is_the_same_for_a_seed_and_another_for_another(self, sown):
        plan.cache_clear()

        assert plan(SEED) == sown
        assert plan(SEED + 1).homes != sown.homes

    @pytest.mark.parametrize("seed", range(1, 6))
    def test_has_2300_devices_whatever_the_seed(self, seed):
        things = plan(seed).things

        assert len({thing.code for thing in things}) == len(things) == 2300

    def test_uses_models_of_the_catalogue_and_no_other(self, sown, models):
        used = {thing.model for thing in sown.things}

        assert used <= set(models)
        assert len(used) >= 59


class TestPlaces:
    def test_stand_where_such_places_may(self, sown):
        kinds = {place.path: place.kind for place in sown.places}

        assert len(kinds) == len(sown.places)
        for place in sown.places:
            logic.check_code(code=place.code, kind=place.kind)
            logic.check_parent(kind=place.kind, parent=kinds[place.parent] if place.parent else "")

    def test_have_shapes_of_the_map(self, sown):
        for place in sown.places:
            if place.geometry is not None:
                assert logic.check_geometry(place.geometry) == place.geometry

    def test_do_not_stand_in_one_another(self, sown):
        shapes = {
            place.path: box(place.geometry) for place in sown.places if place.kind == "building"
        }

        clashes = [
            (one, other)
            for one, a in shapes.items()
            for other, b in shapes.items()
            if one < other and a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
        ]

        assert clashes == []


def box(geometry):
    xs, ys = zip(*geometry["coordinates"][0], strict=True)
    return min(xs), min(ys), max(xs), max(ys)


class TestPeople:
    def test_have_right_and_invented_numbers(self, sown):
        people = [person for home in sown.homes for person in home.people]

        assert all(check("id", person.id_number).valid for person in people)
        assert all(person.id_number.startswith("999999") for person in people)
        assert all(check("phone", person.phone).valid for person in people if person.phone)
        assert len({person.id_number for person in people}) == len(people)
        born = [check("id", person.id_number) for person in people]
        assert [(one.born_on, one.sex) for one in born] == [(p.born_on, p.sex) for p in people]

    def test_use_the_words_of_the_register(self, sown):
        people = [person for home in sown.homes for person in home.people]

        assert {person.relation for person in people} <= set(people_logic.RELATIONS)
        assert {home.occupancy for home in sown.homes} <= set(people_logic.OCCUPANCIES)
        groups = {group for person in people for group in person.groups}
        assert groups == set(people_logic.GROUPS)

    def test_drive_cars_with_right_and_invented_plates(self, sown):
        cars = [car for home in sown.homes for car in home.cars]
        found = [check("plate", car.plate) for car in cars]

        assert all(one.valid and one.value.startswith("浙Z") for one in found)
        assert [one.colour for one in found] == [car.colour for car in cars]
        assert len({car.plate for car in cars}) == len(cars)

    def test_include_elders_who_live_alone(self, sown):
        assert sum(home.lone_elder for home in sown.homes) >= 40


class TestStaff:
    def test_is_on_duty_round_the_clock_for_what_cannot_wait(self, sown):
        hours = {
            skill: {
                (shift.starts.hour, shift.ends.hour)
                for worker in sown.workers
                if skill in worker.skills
                for shift in worker.hours
            }
            for skill in ("engineer", "guard", "dispatcher", "front_desk")
        }

        assert all(found >= {(8, 20), (20, 8)} for found in hours.values())

    def test_stands_in_places_that_there_are(self, sown):
        paths = {place.path for place in sown.places}

        assert {worker.place for worker in sown.workers} <= paths
        assert {firm.place for firm in sown.firms} <= paths
        assert {cell for worker in sown.workers for cell in worker.cells} <= paths

    def test_firms_have_right_and_invented_codes(self, sown):
        assert all(check("uscc", firm.uscc).valid for firm in sown.firms)
        assert all(firm.uscc[2:8] == "999999" for firm in sown.firms)
        assert any(firm.code == PROPERTY for firm in sown.firms)


class TestDevices:
    def test_stand_in_places_that_there_are_behind_gateways_that_there_are(self, sown):
        paths = {place.path for place in sown.places}
        gateways = {thing.code for thing in sown.things if thing.model == "gateway"}

        assert {thing.place for thing in sown.things} <= paths
        assert {thing.gateway for thing in sown.things if thing.gateway} == gateways

    def test_speak_in_each_of_the_four_ways(self, sown):
        lines = Counter(thing.line for thing in sown.things)

        assert set(lines) == {"gateway", "mqtt", "http", "field"}
        assert lines["gateway"] + lines["mqtt"] > lines["field"] > 300
        own = {"mqtt", "http"}
        assert all(thing.credential is (thing.line in own) for thing in sown.things)
