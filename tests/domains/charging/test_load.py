"""The load limit holds: whatever scenes and persons tell chargers, whoever does not obey."""

from datetime import timedelta

import pytest

from linli.contracts.devices import CommandMoved
from linli.domains.charging import feeders, handlers
from linli.domains.charging.logic import capping
from linli.domains.charging.logic.sharing import Told, steps
from linli.domains.charging.models import Connector, Session, Site
from linli.domains.charging.operations import feeding, limiting, setting, sharing, telling
from linli.registry.devices import asks
from linli.registry.devices.models import Command, Device
from tests.domains.charging.conftest import (
    NOW,
    add_device,
    begin,
    commands,
    later,
    limited,
    look,
    obeyed,
    over,
    row,
    start,
)
from tests.registry.conftest import sign_in

__all__ = ["sign_in"]

FEEDERS = "/api/v1/hml/charging/feeders"
SITE = "/api/v1/hml/charging/sites/ev1"
CARS = 8
CODES = [f"cp-{n}" for n in range(1, CARS + 1)]


@pytest.fixture
def eight(site):
    """Return a site of 80 A at which eight charge, each by what its charger confirmed."""
    for n in range(3, CARS + 1):
        add_device(f"cp-{n}", "ev_charger", "ocpp")
        setting.add_connector(
            community="hml",
            site="ev1",
            connector=setting.NewConnector(device=f"cp-{n}", label=f"A{n}"),
        )
    limited(80, NOW)
    for code in CODES:
        told = telling.Begun(device=code, transaction=code, card="", at=NOW, meter_wh=0)
        with pytest.raises(telling.UnknownCard):
            telling.began(community="hml", told=told, now=NOW)
    obeyed(NOW)
    return site


def given():
    return [one.limit_da for one in Session.rows.of("hml").order_by("pk")]


def flowing():
    """Return what each charger may give by what it did last, tenths of an ampere."""
    found = []
    for code in CODES:
        rows = Command.rows.of("hml").filter(
            device=code, service__in=limiting.SERVICES, state="acknowledged"
        )
        last = rows.order_by("finished_at", "issued_at", "id").last()
        unlimited = last is None or last.service == "charge.unlimit"
        found.append(320 if unlimited else round(last.args["current_a"] * 10))
    return found


def scene(service, at, *, codes=CODES, state="acknowledged", **args):
    """Let a scene tell chargers something, and be heard."""
    made = [
        Command.rows.create(
            id=f"s-{service}-{code}-{at:%H%M%S}", community="hml", device=code, service=service,
            args=args, state=state, scene="service.limit", issued_at=at,
            finished_at=None if state == "queued" else at,
            expires_at=at + timedelta(seconds=30),
        )
        for code in codes
    ]  # fmt: skip
    ids = [one.pk for one in made]
    limiting.moved(community="hml", orders=ids, now=at)
    return ids


pytestmark = pytest.mark.django_db


class TestScene:
    def test_a_limit_above_the_share_leaves_the_share_and_clearing_it_too(self, eight):
        assert (given(), flowing()) == ([100] * CARS, [100] * CARS)

        scene("charge.limit", later(minutes=1), current_a=16)
        obeyed(later(minutes=1, seconds=1))
        overloaded = flowing()
        scene("charge.unlimit", later(minutes=30))
        obeyed(later(minutes=30, seconds=1))

        assert overloaded == [100] * CARS
        assert flowing() == [100] * CARS

    def test_a_limit_below_the_share_is_kept_under_and_lifted_again(self, eight):
        scene("charge.limit", later(minutes=1), current_a=7)
        obeyed(later(minutes=1, seconds=1))
        under = flowing()
        scene("charge.unlimit", later(minutes=30))
        obeyed(later(minutes=30, seconds=1))

        assert under == [70] * CARS
        assert flowing() == [100] * CARS

    def test_nothing_is_told_while_the_order_of_another_is_under_way(self, eight):
        before = len(commands())
        [order, *_] = scene("charge.limit", later(minutes=1), codes=["cp-1"], state="queued",
                            current_a=16)  # fmt: skip
        sharing.share(community="hml", site=eight.pk, now=later(minutes=1, seconds=5))
        meanwhile = len(commands())
        Command.rows.of("hml").filter(pk=order).update(
            state="acknowledged", finished_at=later(minutes=1, seconds=6)
        )
        limiting.moved(community="hml", orders=[order], now=later(minutes=1, seconds=6))

        assert meanwhile == before + 1
        assert commands()[-1] == ("charge.limit", {"current_a": 10.0})

    def test_news_that_comes_twice_or_late_changes_nothing(self, eight):
        ids = scene("charge.limit", later(minutes=1), current_a=7)
        obeyed(later(minutes=1, seconds=1))
        lifted = scene("charge.unlimit", later(minutes=2))
        obeyed(later(minutes=2, seconds=1))
        before = Command.rows.of("hml").count()

        limiting.moved(community="hml", orders=[*ids, *lifted], now=later(minutes=3))

        assert Command.rows.of("hml").count() == before
        assert set(Connector.rows.of("hml").values_list("cap_da", flat=True)) == {None}

    def test_an_order_that_lost_to_another_scene_limits_nothing(self, eight):
        scene("charge.limit", later(minutes=1), state="overruled", current_a=7)

        assert obeyed(later(minutes=1, seconds=1)) == 0
        assert flowing() == [100] * CARS

    def test_a_limit_that_lost_on_its_way_ends_and_the_one_before_it_holds_again(self, eight):
        scene("charge.limit", later(minutes=1), codes=["cp-1"], current_a=7)
        obeyed(later(minutes=1, seconds=1))
        lost = scene("charge.limit", later(minutes=2), codes=CODES[:2], state="queued", current_a=6)
        rows = Command.rows.of("hml").filter(pk__in=lost)
        rows.update(state="overruled", finished_at=later(minutes=2, seconds=6))

        for _ in range(2):
            limiting.moved(community="hml", orders=lost, now=later(minutes=2, seconds=6))
            obeyed(later(minutes=3, seconds=30))
            sharing.share(community="hml", site=eight.pk, now=later(minutes=5))
            obeyed(later(minutes=5))

        caps = Connector.rows.of("hml").order_by("pk").values_list("cap_da", flat=True)
        assert list(caps) == [70, *[None] * (CARS - 1)]
        assert given() == [70, *[104] * (CARS - 1)]

    @pytest.mark.parametrize(
        ("state", "next_da"), [("failed", 320), ("expired", 320), ("acknowledged", 90)]
    )
    def test_a_limit_that_failed_holds_until_the_car_leaves(self, site, people, state, next_da):
        limited(40, NOW)
        first = start(people[0])
        begin(first.number)
        obeyed(NOW)
        ids = scene("charge.limit", later(minutes=1), codes=["cp-1"], state=state, current_a=9)
        obeyed(later(minutes=1, seconds=1))
        sharing.share(community="hml", site=site.pk, now=later(minutes=5))
        obeyed(later(minutes=5))

        over(at=later(minutes=9), meter_wh=1500)
        look(later(minutes=10), plugged_in=0)
        limiting.moved(community="hml", orders=ids, now=later(minutes=10))
        second = start(people[1], now=later(minutes=11))
        begin(second.number, transaction="7002", at=later(minutes=11))

        assert row(first.number).limit_da == 90
        assert row(second.number).limit_da == next_da

    def test_a_limit_for_a_while_is_over_then(self, eight):
        scene("charge.limit", later(minutes=1), current_a=7, duration_s=600)
        obeyed(later(minutes=1, seconds=1))
        meanwhile = flowing()
        look(later(minutes=12))
        obeyed(later(minutes=12))

        assert meanwhile == [70] * CARS
        assert flowing() == [100] * CARS

    def test_of_another_community_nothing_is_taken(self, eight):
        ids = scene("charge.limit", later(minutes=1), state="queued", current_a=7)
        Connector.rows.of("hml").update(cap_da=None, cap_order="", cap_at=None)

        assert limiting.moved(community="other", orders=ids, now=later(minutes=1)) == 0
        assert set(Connector.rows.of("hml").values_list("cap_da", flat=True)) == {None}

    def test_facts_of_commands_are_heard_and_others_are_not(self, eight):
        ids = scene("charge.limit", NOW, state="queued", current_a=7)
        Connector.rows.of("hml").update(cap_da=None, cap_order="", cap_at=None)
        facts = [
            CommandMoved(
                id=order, at=NOW, community="hml", command=order, device="cp-1",
                service=service, state="acknowledged",
            )
            for order, service in zip(ids, ["charge.limit", "charge.stop"], strict=False)
        ]  # fmt: skip

        handlers.commands_moved(facts)
        handlers.commands_moved(facts)

        caps = Connector.rows.of("hml").order_by("pk").values_list("cap_da", flat=True)
        assert list(caps) == [70, *[None] * (CARS - 1)]


class TestPerson:
    def test_one_whom_a_person_limits_leaves_more_to_the_others(self, eight):
        scene("charge.limit", later(minutes=1), codes=CODES[:2], current_a=6)
        obeyed(later(minutes=1, seconds=1))

        assert flowing() == [60, 60, *[113] * (CARS - 2)]

    def test_a_limit_set_before_a_car_comes_holds_when_it_does(self, site, people):
        limited(40, NOW)
        scene("charge.limit", NOW, codes=["cp-1"], current_a=9)

        session = start(people[0], now=later(minutes=1))
        begin(session.number, at=later(minutes=1))
        obeyed(later(minutes=1))

        assert row(session.number).limit_da == 90


class TestObeying:
    def test_nobody_is_raised_before_who_is_to_have_less_confirmed_it(self, site, people):
        limited(40, NOW)
        first = start(people[0])
        begin(first.number)
        obeyed(NOW)
        second = start(people[1], device="cp-2", now=later(minutes=1))
        begin(second.number, device="cp-2", transaction="8001", at=later(minutes=1))
        obeyed(later(minutes=1), devices_=["cp-2"])
        before = [row(one.number).limit_da for one in (first, second)]
        obeyed(later(minutes=1, seconds=1))

        assert before == [200, 80]
        assert [row(one.number).limit_da for one in (first, second)] == [200, 200]

    def test_a_share_that_failed_is_given_again_and_counts_until_then(self, site, people):
        limited(40, NOW)
        first = start(people[0])
        begin(first.number)
        obeyed(NOW)
        second = start(people[1], device="cp-2", now=later(minutes=1))
        begin(second.number, device="cp-2", transaction="8001", at=later(minutes=1))
        obeyed(later(minutes=1), devices_=["cp-1"], state="failed")
        obeyed(later(minutes=1), devices_=["cp-2"])
        sharing.share(community="hml", site=site.pk, now=later(minutes=1, seconds=30))
        soon = commands().count(("charge.limit", {"current_a": 20.0}))
        between = row(second.number).limit_da
        sharing.share(community="hml", site=site.pk, now=later(minutes=2, seconds=1))
        again = commands().count(("charge.limit", {"current_a": 20.0}))
        obeyed(later(minutes=2, seconds=2))

        assert (soon, again, between) == (1, 2, 80)
        assert [row(one.number).limit_da for one in (first, second)] == [200, 200]

    def test_one_of_whom_nothing_is_heard_counts_as_failed_after_its_time(self, site, people):
        limited(40, NOW)
        begin(start(people[0]).number)
        told = len(commands())

        sharing.share(community="hml", site=site.pk, now=later(seconds=60))
        sharing.share(community="hml", site=site.pk, now=later(minutes=5))
        sharing.share(community="hml", site=site.pk, now=later(minutes=5))

        assert len(commands()) == told + 1

    def test_a_charger_out_of_use_stops_nobody_and_counts_whole(self, site, people):
        begin(start(people[0]).number)
        begin(start(people[1], device="cp-2").number, device="cp-2", transaction="8001")
        Device.rows.of("hml").filter(code="cp-1").update(enabled=False)

        limited(40, NOW)
        sharing.share(community="hml", site=site.pk, now=NOW)
        obeyed(later(seconds=1))

        assert commands("cp-2")[-1] == ("charge.limit", {"current_a": 8.0})

    def test_where_no_limit_is_any_more_those_who_were_limited_are_free(self, site, people):
        limited(10, NOW)
        begin(start(people[0]).number)
        obeyed(NOW)

        limited(0, later(minutes=1))
        obeyed(later(minutes=1))

        assert commands()[-1] == ("charge.limit", {"current_a": 32.0})


@pytest.mark.parametrize(
    ("args", "cap"),
    [
        ({"current_a": 16}, 160),
        ({"current_a": 0}, 0),
        ({"power_w": 11_040.0}, 160),
        ({"power_pct": 50}, 160),
        ({"periods": "0:32, 3600:10.5"}, 105),
        ({"periods": "now"}, None),
        ({}, None),
    ],
)
def test_an_order_says_what_it_limits_to(args, cap):
    assert capping.cap_da(args=args, phases="123", most_da=320) == cap


def told(id, target, told_da, flows, *, busy=False):
    return Told(id=id, phases="1", target_da=target, told_da=told_da, flows_da=flows, busy=busy)


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([told(1, 100, 200, 200), told(2, 100, 0, 0)], {1: 100}),
        ([told(1, 100, 140, 140), told(2, 100, 0, 0)], {1: 100, 2: 60}),
        ([told(1, 100, 100, 100), told(2, 105, 100, 100)], {}),
        ([told(1, 100, 100, 200, busy=True), told(2, 100, 0, 0)], {}),
        ([told(1, 100, None, 320), told(2, 100, None, 320)], {1: 100, 2: 100}),
        ([told(1, 200, 60, 60)], {1: 200}),
        ([told(1, 0, 200, 200, busy=True), told(2, 200, 60, 60)], {}),
    ],
    ids=[
        "shrinks-first", "raised-by-what-is-free", "not-worth-it", "under-way", "unknown",
        "alone", "none-raised-meanwhile",
    ],
)  # fmt: skip
def test_a_step_never_fills_what_may_still_flow(rows, found):
    assert steps(limits_da={"1": 200}, told=rows) == found


def hang(*sites, feeder="f1", now=NOW):
    for site in sites:
        changes = setting.Changes(feeder=feeder)
        setting.change_site(community="hml", site=site, changes=changes, now=now)


@pytest.fixture
def two(site, shed, people):
    """Return two garages of a car each and a shed, which hang on one feeder of 40 A."""
    setting.add_site(
        community="hml",
        site=setting.NewSite(
            code="ev2", name_zh="二库", name_en="", kind="ev", place="hml/p1", tariff="ev_by_hour"
        ),
        now=NOW,
    )
    add_device("cp-9", "ev_charger", "ocpp")
    new = setting.NewConnector(device="cp-9", label="B1")
    setting.add_connector(community="hml", site="ev2", connector=new)
    feeder = feeding.NewFeeder(code="f1", name_zh="一号箱变", name_en="", limit_a=40)
    feeding.add(community="hml", feeder=feeder)
    hang("ev1", "ev2", "shed1")
    begin(start(people[0]).number)
    begin(start(people[1], device="cp-9").number, device="cp-9", transaction="9001")
    obeyed(NOW)


class TestFeeder:
    def test_is_shared_fairly_by_the_cars_of_all_its_sites(self, two):
        assert given() == [200, 200]

    def test_the_limit_of_a_site_stays_beside_it(self, two):
        limited(12, later(minutes=1))
        obeyed(later(minutes=1))

        assert given() == [120, 280]

    def test_its_limit_is_changed_and_taken_away(self, two):
        for minute, amperes in enumerate((20, 0), start=1):
            feeding.change(community="hml", feeder="f1", limit_a=amperes, now=later(minutes=minute))
            obeyed(later(minutes=minute))
            if amperes:
                assert given() == [100, 100]

        assert given() == [320, 320]

    def test_who_hangs_on_it_no_more_leaves_all_to_the_others(self, two):
        hang("ev2", feeder="", now=later(minutes=1))
        obeyed(later(minutes=1))

        assert given() == [320, 320]

    def test_what_sockets_of_e_bikes_take_is_off_it(self, two, people):
        begin_at = later(minutes=1)
        start(people[0], device="socket-1", now=begin_at)
        obeyed(begin_at)
        whole = given()[:2]
        look(later(minutes=2), device="socket-1", socket_on=1, plugged_in=1, power_w=230)
        look(later(minutes=3), device="socket-1", socket_on=1, plugged_in=1, power_w=230)
        obeyed(later(minutes=3))

        assert whole == [175, 175]
        assert given()[:2] == [195, 195]

    def test_more_than_it_gives_pauses_the_cars_and_ends(self, two, people):
        feeding.change(community="hml", feeder="f1", limit_a=4, now=later(minutes=1))
        start(people[0], device="socket-1", now=later(minutes=2))
        obeyed(later(minutes=2))

        assert given()[:2] == [0, 0]

    def test_one_of_a_site_that_does_not_obey_holds_the_other_site_too(self, two, people):
        feeding.change(community="hml", feeder="f1", limit_a=60, now=later(minutes=1))
        obeyed(later(minutes=1), devices_=["cp-1"], state="expired")
        obeyed(later(minutes=1))
        sharing.share_each(
            community="hml",
            sites=list(Site.rows.of("hml").values_list("pk", flat=True)),
            now=later(minutes=1, seconds=5),
        )
        flows = [one.flows_da for one in Session.rows.of("hml").order_by("pk")]

        assert sum(flows) <= 600

    def test_of_another_community_there_is_none(self, two):
        with pytest.raises(feeders.FeederNotFound):
            feeding.change(community="other", feeder="f1", limit_a=0, now=NOW)

    def test_a_code_stands_once_and_an_unknown_one_is_refused(self, two):
        new = feeding.NewFeeder(code="f1", name_zh="再来", name_en="")
        with pytest.raises(setting.CodeTaken):
            feeding.add(community="hml", feeder=new)
        with pytest.raises(feeders.FeederNotFound):
            hang("ev1", feeder="f9")


def test_what_was_answered_while_nobody_listened_is_found_at_the_next_look(eight):
    limited(40, later(minutes=1))
    rows = Command.rows.of("hml").filter(state="queued")
    rows.update(state="acknowledged", finished_at=later(minutes=1, seconds=1))

    look(later(minutes=2))
    held = Session.rows.of("hml").filter(limit_held=True, limit_order="").count()
    obeyed(later(minutes=2, seconds=1))

    assert held == CARS
    assert sorted(flowing()) == [0, 0, *[66] * 6]


class TestHttp:
    def test_a_feeder_is_set_up_hung_on_and_limited(self, site, client, sign_in, monkeypatch):
        monkeypatch.setattr(asks.twin, "_answer", lambda community, codes: [])
        sign_in("manager")
        said = {"code": "f1", "name": {"zh": "一号箱变", "en": ""}, "limit_a": 40}

        made = client.post(FEEDERS, said, content_type="application/json")
        again = client.post(FEEDERS, said, content_type="application/json")
        hung = client.patch(SITE, {"feeder": "f1"}, content_type="application/json")
        odd = client.patch(f"{FEEDERS}/f1", {"limit_a": -1}, content_type="application/json")
        changed = client.patch(f"{FEEDERS}/f1", {"limit_a": 25.5}, content_type="application/json")
        unknown = client.patch(SITE, {"feeder": "f9"}, content_type="application/json")

        assert (made.status_code, again.status_code) == (201, 409)
        assert (odd.status_code, unknown.status_code) == (422, 404)
        assert hung.json()["feeder"]["code"] == "f1"
        assert changed.json()["limit_a"] == 25.5
        assert client.get(FEEDERS).json()["items"][0]["sites"] == ["ev1"]

    def test_who_may_not_sets_up_none(self, site, client, sign_in):
        sign_in("resident")
        said = {"code": "f1", "name": {"zh": "一号箱变", "en": ""}, "limit_a": 40}

        refused = client.post(FEEDERS, said, content_type="application/json")

        assert refused.status_code == 403
        assert not feeders.is_there(community="hml", code="f1")
