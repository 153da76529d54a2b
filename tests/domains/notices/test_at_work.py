"""What is dangerous in a shop or a firm is told to those who work there, and to nobody else."""

from datetime import time, timedelta

import pytest

from linli.domains.notices import logic, queries
from linli.domains.notices.models import Ringing
from linli.domains.notices.operations import pushing
from linli.foundation.causes.models import Cause
from linli.foundation.identity.models import Account, Grant
from linli.foundation.outbox.models import Outgoing
from linli.registry.people.models import Household, Organisation, Shift, Staff
from linli.registry.places.models import Place
from tests.domains.notices import test_at_home as at_home
from tests.domains.notices.conftest import HERE, NOON
from tests.domains.notices.test_at_home import NIGHT, hears, rings, told

home, on = at_home.home, at_home.on
SHOP, OTHER = "hml/s1", "hml/s2"


@pytest.fixture
def shops(places):
    """Return a maker of who works where, by the code of his shop."""
    estate = Place.rows.of(HERE).get(path="hml")
    for code in ("s1", "s2"):
        place = Place.rows.create(
            community=HERE, path=f"hml/{code}", kind="public_room", code=code, parent=estate,
            name_zh="商铺", name_en="Shop",
        )  # fmt: skip
        Organisation.rows.create(community=HERE, code=code, name=code, kind="shop", place=place)

    def works(name, shop="s1", *, signs_in=True, **more):
        account = Account.objects.create(username=name, name=name) if signs_in else None
        more = {"duty": "on"} | more
        Staff.rows.create(
            community=HERE, code=name, name=name, account=account,
            organisation=Organisation.rows.of(HERE).get(code=shop), **more,
        )  # fmt: skip
        return account

    return works


def by_shift(name, starts, ends):
    row = Staff.rows.of(HERE).get(code=name)
    Staff.rows.of(HERE).filter(pk=row.pk).update(duty="by_shift")
    Shift.rows.create(community=HERE, staff=row, days="1234567", starts=starts, ends=ends)


def keeps(name, place=SHOP, **more):
    account = Account.objects.create(username=name, name=name)
    said = {"role": "merchant", "community": HERE, "place": place} | more
    Grant.objects.create(account=account, **said)
    return account


def wanted(**changes):
    at_home.wanted(**{"to": "workplace", "place": SHOP, "urgent": True} | changes)


class TestWhom:
    def test_those_who_work_there_now_and_sign_in(self, shops):
        shops("keeper")
        shops("helper")
        shops("next_door", "s2")
        shops("former", employed=False)
        shops("paper", signs_in=False)

        wanted()

        assert told() == ["helper", "keeper"]

    def test_who_is_off_duty_only_where_nobody_is_on(self, shops):
        shops("early")
        shops("late")
        shops("resting", duty="off")
        by_shift("early", time(6), time(14))
        by_shift("late", time(14), time(22))

        wanted()
        assert told() == ["early"]

        wanted(id="fx2", at=NIGHT.timestamp())
        assert told() == ["early", "early", "late", "resting"]

    def test_a_shift_past_midnight_is_on_duty(self, shops):
        shops("night")
        shops("day")
        by_shift("night", time(22), time(6))
        by_shift("day", time(8), time(20))

        wanted(at=NIGHT.timestamp())

        assert told() == ["night"]

    def test_in_a_room_of_a_shop_too_and_the_innermost_is_meant(self, shops):
        shops("keeper")
        shops("stall", "s2")
        inner = Place.rows.create(
            community=HERE, path=f"{SHOP}/stall", kind="room", code="stall", name_zh="摊",
            name_en="", parent=Place.rows.of(HERE).get(path=SHOP),
        )  # fmt: skip
        wanted(place=f"{SHOP}/kitchen")
        assert told() == ["keeper"]
        Organisation.rows.of(HERE).filter(code="s2").update(place=inner)

        wanted(id="fx2", place=f"{SHOP}/stall")

        assert told() == ["keeper", "stall"]

    def test_who_keeps_it_by_his_role_alone_beside_those_on_duty(self, shops):
        shops("helper")
        shops("resting", duty="off")
        keeps("keeper")
        keeps("next_door", OTHER)

        wanted()
        assert told() == ["helper", "keeper"]

        wanted(id="fx2", at=NIGHT.timestamp(), place=f"{SHOP}/kitchen")
        assert told() == ["helper", "helper", "keeper", "keeper"]

    def test_who_keeps_a_shop_of_which_the_register_says_nothing(self, shops):
        shops("helper", "s2")
        Organisation.rows.of(HERE).filter(code="s1").delete()
        keeps("keeper")

        wanted()

        assert told() == ["keeper"]

    @pytest.mark.parametrize(("kind", "whom"), [("building", []), ("zone", []), ("office", ["k"])])
    def test_a_role_given_at_a_place_too_wide_for_a_shop_makes_none_of_it(self, shops, kind, whom):
        Organisation.rows.of(HERE).all().delete()
        Place.rows.of(HERE).filter(path=SHOP).update(kind=kind)
        keeps("k")

        wanted(place=f"{SHOP}/kitchen")

        assert told() == whom

    def test_who_keeps_a_shop_inside_a_firm_is_told_beside_its_people(self, shops):
        shops("clerk")
        Place.rows.create(
            community=HERE, path=f"{SHOP}/stall", kind="room", code="stall", name_zh="摊",
            name_en="", parent=Place.rows.of(HERE).get(path=SHOP),
        )  # fmt: skip
        keeps("stallkeeper", f"{SHOP}/stall")

        wanted(place=f"{SHOP}/stall")
        assert told() == ["clerk", "stallkeeper"]

        wanted(id="fx2")
        assert told() == ["clerk", "clerk", "stallkeeper"]

    def test_who_keeps_a_shop_in_a_home_is_told_and_not_the_firm_whose_house_it_is(
        self, shops, home
    ):
        shops("clerk")
        house = Place.rows.of(HERE).get(path="hml/b01")
        Organisation.rows.of(HERE).filter(code="s1").update(place=house, kind="company")
        keeps("keeper", at_home.ROOM)

        wanted(place=at_home.ROOM)

        assert told() == ["keeper"]

    def test_who_is_on_the_staff_as_well_is_told_as_that_and_once(self, shops):
        account = shops("off", duty="off")
        Grant.objects.create(account=account, role="merchant", community=HERE, place=SHOP)
        shops("helper")
        both = shops("both")
        Grant.objects.create(account=both, role="merchant", community=HERE, place=SHOP)

        wanted()

        assert told() == ["both", "helper"]

    @pytest.mark.parametrize(
        "more",
        [{"place": ""}, {"place": "hml"}, {"place": f"{SHOP}/kitchen"}, {"community": "other"},
         {"role": "resident"}, {"until": NOON}, {"days": "7"},
         {"starts": time(1), "ends": time(2)}],
    )  # fmt: skip
    def test_no_role_of_another_kind_place_community_or_hour(self, shops, more):
        shops("helper")
        keeps("keeper", **more)

        wanted()

        assert told() == ["helper"]

    def test_nobody_whose_account_was_closed(self, shops):
        shops("helper")
        account = keeps("keeper")
        Account.objects.filter(pk=account.pk).update(is_active=False)

        wanted()

        assert told() == ["helper"]

    @pytest.mark.parametrize("place", ["hml", "hml/b01", "hml/b01/201", "hml/g1"])
    def test_of_a_place_where_nobody_works_is_told_nobody_and_nothing_was_wanted(
        self, shops, home, place
    ):
        shops("keeper")
        home("tenant", "tenant")

        wanted(place=place)

        assert (told(), Cause.objects.count()) == ([], 0)

    def test_a_firm_placed_at_the_estate_is_not_told_of_all_of_it(self, shops):
        shops("keeper")
        estate = Place.rows.of(HERE).get(path="hml")
        Organisation.rows.of(HERE).filter(code="s1").update(place=estate)

        wanted(place=SHOP)
        wanted(id="fx2", place="hml")

        assert told() == []

    def test_of_a_home_in_the_house_of_a_firm_its_people_are_not_told(self, shops, home):
        shops("clerk")
        house = Place.rows.of(HERE).get(path="hml/b01")
        Organisation.rows.of(HERE).filter(code="s1").update(place=house, kind="company")

        wanted(place=at_home.ROOM)
        assert (told(), Household.rows.of(HERE).count()) == ([], 1)

        wanted(id="fx2", place="hml/b01")
        assert told() == ["clerk"]

    @pytest.mark.parametrize("kind", ["property", "service", "committee", "other"])
    def test_those_who_look_after_the_estate_are_told_as_guards_not_so(self, shops, kind):
        shops("keeper")
        Organisation.rows.of(HERE).filter(code="s1").update(kind=kind)

        wanted()

        assert told() == []

    def test_of_another_community_is_none_of_theirs(self, shops):
        shops("keeper")

        wanted(community="other")

        assert told() == []

    def test_who_lives_there_is_told_as_before_and_not_as_who_works_there(self, shops, home):
        shops("keeper")
        home("tenant", "tenant")

        wanted(to="household", place=at_home.ROOM)
        wanted(id="fx2", to="household")

        assert told() == ["tenant"]


class TestHow:
    def test_is_told_once_however_often_the_scene_says_it(self, shops):
        hears(shops("keeper"))

        wanted()
        Ringing.rows.of(HERE).delete()  # it was sent
        wanted()

        assert (told(), rings()) == (["keeper"], [])
        assert Outgoing.objects.filter(topic="NoticePosted").count() == 1

    def test_is_read_by_them_alone_with_the_shop_named(self, shops, actor):
        mine = hears(shops("keeper"))

        wanted()

        [row], _ = queries.notices(actor=mine, cursor="", limit=9)
        assert (row.text_zh, row.link) == ("您家（商铺）漏水", "/my/help")
        for other in (actor("a", "resident"), actor("b", "manager"), actor("c", "guard")):
            assert queries.notices(actor=other, cursor="", limit=9)[0] == []

    @pytest.mark.parametrize(
        ("urgent", "kind"), [(True, [("work", "/my/help")]), (False, [])], ids=["danger", "not"]
    )
    def test_rings_for_a_danger_alone_in_quiet_hours_too(self, shops, urgent, kind):
        hears(shops("keeper"), quiet_from=time(22), quiet_to=time(6))

        wanted(at=NIGHT.timestamp(), urgent=urgent)

        assert (told(), rings()) == (["keeper"], kind)
        assert SHOP not in f"{logic.TOLD['work'].title} {logic.TOLD['work'].text}"

    def test_rings_nobody_half_an_hour_late(self, shops):
        hears(shops("keeper"))

        wanted()

        assert pushing.letters(most=9, busy=[], now=NOON + timedelta(minutes=31)) == []
