"""Cars where they must not be: the owner is told once, nobody else learns who he is."""

from datetime import time, timedelta

import msgspec
import pytest

from linli.contracts import visits
from linli.domains.cases.models import Case, Move
from linli.domains.notices import logic
from linli.domains.notices import queries as notices
from linli.domains.notices.models import Hearer, Notice, Ringing
from linli.domains.parking import own_pages
from linli.domains.parking.logic import plates
from linli.domains.parking.models import Misparked
from linli.domains.parking.operations import zones as kept
from linli.domains.parking.operations import zoning
from linli.domains.parking.queries import zones
from linli.domains.parking.schemas_zones import misparked_out
from linli.foundation.outbox.models import Outgoing
from linli.kernel.words import Words
from tests.domains.parking.conftest import CAR, MORNING, OTHER, account_of, actor, camera, minutes

pytestmark = pytest.mark.django_db


@pytest.fixture
def zone(manager):
    def make(kind="entrance", **more):
        return kept.set_zone(
            actor=manager,
            zone=kept.NewZone(
                code=kind, name=Words(zh="3号楼前", en="before building 3"), place="hml/b03",
                kind=kind, **more,
            ),
            now=MORNING,
        )  # fmt: skip

    return make


def see(zone, plate=OTHER, at=0, **more):
    return zoning.see(community="hml", zone=zone.code, plate=plate, now=minutes(at), **more)


class TestSee:
    def test_the_owner_is_told_and_nobody_else_reads_it(self, zone, home, resident, manager):
        row = see(zone())

        told = Notice.rows.of("hml").get()
        mine, _ = notices.notices(actor=actor(resident), cursor="", limit=10)
        theirs, _ = notices.notices(actor=manager, cursor="", limit=10)
        other, _ = notices.notices(actor=actor(account_of("resident", "别人")), cursor="", limit=10)
        assert (row.told, [one.pk for one in mine], theirs, other) == (1, [told.pk], [], [])
        assert OTHER not in told.text_zh
        fact = Outgoing.objects.get(topic="CarMisparked").body
        assert OTHER.encode() not in bytes(fact)

    def test_his_telephone_rings_once_and_says_neither_where_nor_which(
        self, zone, home, resident, settings
    ):
        settings.PUSH = True
        rows = [
            Hearer.rows.create(
                community="hml", account_id=one, mark=str(one), endpoint="https://push.example.net",
                point="p", auth="a", agreed_at=MORNING,
            )
            for one in (resident, account_of("resident", "别人"))
        ]  # fmt: skip
        where = zone()

        see(where)
        see(where, at=1)
        settings.PUSH = False
        see(zone("fire_lane"), at=2)

        rung = Ringing.rows.of("hml").get()
        assert (rung.hearer_id, rung.kind, rung.link) == (rows[0].pk, "car", "/my/car")
        said = logic.TOLD["car"]
        assert not any(word in f"{said.title.zh}{said.text.zh}" for word in (OTHER, "3号楼前"))

    def test_in_quiet_hours_it_keeps_still(self, zone, home, resident, settings):
        settings.PUSH = True
        Hearer.rows.create(
            community="hml", account_id=resident, mark="m", endpoint="https://push.example.net",
            point="p", auth="a", agreed_at=MORNING, quiet_from=time(7), quiet_to=time(9),
        )  # fmt: skip

        see(zone())

        assert (Ringing.rows.of("hml").count(), Notice.rows.of("hml").count()) == (0, 1)

    def test_seen_forty_times_tells_once(self, zone, home):
        where = zone()
        for count in range(40):
            see(where, at=count / 60)

        assert Misparked.rows.of("hml").get().times == 40
        assert Notice.rows.of("hml").count() == 1

    def test_gone_and_back_within_the_quiet_minutes_tells_nobody_again(self, zone, home, manager):
        where = zone()
        zoning.gone(actor=manager, misparked=see(where).pk, now=minutes(5))

        soon, later = see(where, at=20), None
        zoning.gone(actor=manager, misparked=soon.pk, now=minutes(25))
        later = see(where, at=40)

        assert (soon.told, later.told) == (0, 1)

    def test_a_case_is_opened_after_the_grace_and_of_a_fire_lane_at_once(self, zone, home):
        slow, fire = see(zone()), see(zone("fire_lane"), CAR)

        assert (slow.case, fire.case is not None) == (None, True)
        assert zoning.tick(community="hml", now=minutes(9)) == 0
        assert zoning.tick(community="hml", now=minutes(10)) == 1
        assert zoning.tick(community="hml", now=minutes(11)) == 0
        found = {row.kind: row.description for row in Case.rows.of("hml")}
        assert set(found) == {"public.parking", "traffic.fire_lane"} or len(found) == 1
        assert not any(OTHER in text or CAR in text for text in found.values())

    def test_its_owner_reads_the_plate_whole_and_no_list_does(self, zone, home, resident, manager):
        row = see(zone())

        [shown] = own_pages.page(actor=actor(resident), now=minutes(1))["misparked"]
        [listed], _ = zones.cars(actor=manager, standing=True, cursor=None, limit=10)

        assert (shown["id"], shown["guest"], shown["plate"]) == (row.pk, False, OTHER)
        assert misparked_out(listed)["plate"] == plates.masked(OTHER)

    def test_its_owner_says_that_he_comes_and_a_stranger_finds_nothing(self, zone, home, resident):
        row = see(zone())

        done = zoning.coming(community="hml", account=resident, misparked=row.pk, now=minutes(1))
        with pytest.raises(zones.MisparkedNotFound):
            zoning.coming(
                community="hml", account=account_of("resident", "别人"), misparked=row.pk,
                now=minutes(1),
            )  # fmt: skip

        assert done.moved_at == minutes(1)

    def test_a_tow_is_written_down_with_its_word(self, zone, home, manager):
        row = see(zone("fire_lane"))

        done = zoning.tow(
            actor=manager, misparked=row.pk, note="和平拖车，交警同意", now=minutes(9)
        )

        assert (done.state, done.tow_note) == ("towed", "和平拖车，交警同意")
        assert done.towed_by_id == manager.account

    @pytest.mark.parametrize(("device", "state"), [("cam-z", "gone"), ("", "standing")])
    def test_what_a_camera_saw_and_none_sees_any_more_is_gone(self, zone, home, device, state):
        camera("cam-z")
        row = zone("fire_lane", devices=("cam-z",))
        see(row, device=device)

        moved = zoning.tick(community="hml", now=MORNING + timedelta(hours=2))

        assert (moved, Misparked.rows.of("hml").get().state) == (state == "gone", state)

    def test_another_community_has_no_such_zone(self, zone, other_estate):
        with pytest.raises(zones.ZoneNotFound):
            zoning.see(community="other", zone=zone().code, plate=CAR, now=MORNING)


class TestUnseen:
    """A car that nobody saw any more."""

    @pytest.fixture
    def lane(self, zone):
        camera("cam-z")
        return zone("fire_lane", devices=("cam-z",))

    @pytest.mark.parametrize("devices", [(), ("cam-z",)])
    def test_what_a_guard_alone_saw_is_taken_for_gone_after_a_shift(
        self, zone, home, manager, devices
    ):
        camera("cam-z")
        row = see(zone("fire_lane", devices=devices), by=manager.account)

        moved = [zoning.tick(community="hml", now=minutes(at)) for at in (480, 481, 482)]

        assert (moved, Misparked.rows.of("hml").get().state) == ([0, 1, 0], "gone")
        last = Move.rows.of("hml").filter(case=row.case).latest("pk")
        assert "taken for gone" in last.note_en

    @pytest.mark.parametrize(("by_camera", "after"), [(True, 31), (False, 481)])
    def test_seen_long_after_a_guard_did_it_blocks_the_lane_anew(
        self, lane, home, manager, by_camera, after
    ):
        see(lane, by=manager.account)

        again = see(
            lane, at=after, **({"device": "cam-z"} if by_camera else {"by": manager.account})
        )

        assert [(row.state, row.times) for row in Misparked.rows.of("hml").order_by("pk")] == [
            ("gone", 1), ("standing", 1),
        ]  # fmt: skip
        assert (again.told, again.case is not None, Notice.rows.of("hml").count()) == (1, True, 2)
        assert Outgoing.objects.filter(topic="CarMisparked").count() == 2

    @pytest.mark.parametrize(("by_camera", "after"), [(True, 30), (False, 480)])
    def test_seen_again_before_it_stands_there_still(self, lane, home, manager, by_camera, after):
        see(lane, by=manager.account)

        see(lane, at=after, **({"device": "cam-z"} if by_camera else {"by": manager.account}))

        assert (Misparked.rows.of("hml").get().times, Notice.rows.of("hml").count()) == (2, 1)

    def test_with_what_nothing_is_to_be_done_takes_no_place_of_another(
        self, zone, lane, home, manager, monkeypatch
    ):
        monkeypatch.setattr(zones, "_AT_ONCE", 1)
        see(lane, CAR, by=manager.account)
        see(zone("private", grace_minutes=60), by=manager.account)
        see(lane, "浙C12", device="cam-z", confidence_milli=500)
        see(lane, "浙C10001", device="cam-z")
        last = see(zone(), at=20)

        moved = [zoning.tick(community="hml", now=minutes(at)) for at in (29, 30, 31, 32)]

        last.refresh_from_db()
        assert (moved, last.case is not None) == ([0, 1, 1, 1], True)
        standing = Misparked.rows.of("hml").filter(state="standing")
        assert [row.plate for row in standing.order_by("pk")] == [CAR, OTHER, OTHER]


def test_a_guard_reports_where_he_may_act_and_nowhere_else(zone, manager):
    row = zone()
    away = msgspec.structs.replace(manager, places=("hml/p1",))

    with pytest.raises(zones.ZoneNotFound):
        zoning.report(actor=away, zone=row.code, plate=CAR, now=MORNING)
    assert zoning.report(actor=manager, zone=row.code, plate=CAR, now=MORNING).times == 1


class TestGuest:
    """The car of a guest: his host is told, and nobody learns who he or his guest is."""

    @pytest.fixture
    def host(self, home, monkeypatch):
        account = account_of("resident", "主人")
        holds = {CAR: (account,), OTHER: (account,)}
        self.until = minutes(60)
        monkeypatch.setattr(
            visits.hosts_of_car,
            "_answer",
            lambda community, plate, at: holds.get(plate, ()) if at < self.until else (),
        )
        monkeypatch.setattr(
            visits.cars_of_host,
            "_answer",
            lambda community, host, at: (CAR, OTHER) if host == account and at < self.until else (),
        )
        return account

    def test_its_host_is_told_on_his_own_page_and_nobody_else_reads_it(self, zone, host, manager):
        row = see(zone("fire_lane"), CAR)

        [told] = Notice.rows.of("hml")
        theirs, _ = notices.notices(actor=manager, cursor="", limit=10)
        assert (row.told, row.hosted, told.to, theirs) == (1, True, f"account:{host}", [])
        assert CAR not in told.text_zh
        assert "您访客的车" in told.text_zh
        [case] = Case.rows.of("hml")
        assert "主人" not in case.description
        fact = msgspec.json.decode(bytes(Outgoing.objects.get(topic="CarMisparked").body))
        assert fact.keys() & {"by", "account", "to", "hosted", "host"} == set()

    def test_a_resident_who_visits_another_hears_of_his_own_car_himself(self, zone, host, resident):
        see(zone(), OTHER)

        assert Notice.rows.of("hml").get().to == f"account:{resident}"

    def test_he_sees_it_on_his_page_and_says_that_it_is_moved(self, zone, host, resident):
        row = see(zone(), CAR)

        [shown] = own_pages.page(actor=actor(host), now=minutes(1))["misparked"]
        others = own_pages.page(actor=actor(resident), now=minutes(1))["misparked"]
        done = zoning.coming(community="hml", account=host, misparked=row.pk, now=minutes(2))

        assert (shown["id"], shown["guest"], shown["plate"]) == (row.pk, True, plates.masked(CAR))
        assert (others, done.moved_at) == ([], minutes(2))

    def test_it_is_found_among_many_and_asked_for_in_few_questions(
        self, zone, host, monkeypatch, django_assert_num_queries
    ):
        see(where := zone(), CAR)
        more = [f"浙C{10000 + one}" for one in range(60)]
        rows = [
            Misparked(
                community="hml", zone=where, plate=one, first_at=MORNING, last_at=MORNING,
                hosted=True,
            )
            for one in more
        ]  # fmt: skip
        Misparked.rows.bulk_create(rows)

        with django_assert_num_queries(2):
            found = zones.of_guests(community="hml", account=host, now=minutes(1))
        monkeypatch.setattr(visits.cars_of_host, "_answer", lambda *of: (CAR, *more))
        with django_assert_num_queries(2):
            every = zones.of_guests(community="hml", account=host, now=minutes(1))
        monkeypatch.setattr(visits.cars_of_host, "_answer", lambda *of: ())
        with django_assert_num_queries(0):
            zones.of_guests(community="hml", account=host, now=minutes(1))

        assert ([one.plate for one in found], len(every)) == ([CAR], 61)

    def test_a_car_that_got_an_owner_since_is_no_guests_any_more(self, zone, host, home):
        see(zone(), CAR)
        before = zones.of_guests(community="hml", account=host, now=minutes(1))
        Misparked.rows.of("hml").update(plate=OTHER)

        assert len(before) == 1
        assert zones.of_guests(community="hml", account=host, now=minutes(1)) == []

    def test_one_of_many_whose_pass_names_it_may_say_that_it_is_moved(
        self, zone, host, monkeypatch
    ):
        row = see(zone(), CAR)
        others = (account_of("resident", "别的主人"),)
        monkeypatch.setattr(visits.hosts_of_car, "_answer", lambda *of: others)

        done = zoning.coming(community="hml", account=host, misparked=row.pk, now=minutes(2))

        assert done.moved_at == minutes(2)

    def test_when_the_pass_is_over_it_is_no_longer_his(self, zone, host):
        row = see(zone(), CAR)

        assert own_pages.page(actor=actor(host), now=minutes(61))["misparked"] == []
        with pytest.raises(zones.MisparkedNotFound):
            zoning.coming(community="hml", account=host, misparked=row.pk, now=minutes(61))
        assert see(zone(), CAR, at=90).times == 2
        assert Notice.rows.of("hml").count() == 1

    def test_a_pass_that_is_given_later_is_told_of_at_the_next_sight(self, zone, host, monkeypatch):
        where, answer = zone(), visits.hosts_of_car._answer
        monkeypatch.setattr(visits.hosts_of_car, "_answer", lambda *of: ())
        see(where, CAR)
        monkeypatch.setattr(visits.hosts_of_car, "_answer", answer)

        later, again = see(where, CAR, at=1), see(where, CAR, at=2)

        assert (later.told, again.told, Notice.rows.of("hml").count()) == (1, 1, 1)
        steps = [
            msgspec.json.decode(bytes(one.body))["step"]
            for one in Outgoing.objects.filter(topic="MisparkedMoved")
        ]
        assert steps == ["told"]
