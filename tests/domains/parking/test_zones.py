"""Cars where they must not be: the owner is told once, nobody else learns who he is."""

from datetime import time, timedelta

import msgspec
import pytest

from linli.domains.cases.models import Case
from linli.domains.notices import logic
from linli.domains.notices import queries as notices
from linli.domains.notices.models import Hearer, Notice, Ringing
from linli.domains.parking.models import Misparked
from linli.domains.parking.operations import setting, zoning
from linli.domains.parking.queries import zones
from linli.foundation.outbox.models import Outgoing
from linli.kernel.words import Words
from tests.domains.parking.conftest import CAR, MORNING, OTHER, account_of, actor, minutes

pytestmark = pytest.mark.django_db


@pytest.fixture
def zone(manager):
    def make(kind="entrance", **more):
        return setting.set_zone(
            actor=manager,
            zone=setting.NewZone(
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

    def test_what_its_camera_sees_no_more_is_gone(self, zone, home):
        see(zone(device=""), at=0)
        Misparked.rows.of("hml").update(case=1)

        assert zoning.tick(community="hml", now=MORNING + timedelta(hours=2)) == 0

    def test_another_community_has_no_such_zone(self, zone, other_estate):
        with pytest.raises(zones.ZoneNotFound):
            zoning.see(community="other", zone=zone().code, plate=CAR, now=MORNING)


def test_a_guard_reports_where_he_may_act_and_nowhere_else(zone, manager):
    row = zone()
    away = msgspec.structs.replace(manager, places=("hml/p1",))

    with pytest.raises(zones.ZoneNotFound):
        zoning.report(actor=away, zone=row.code, plate=CAR, now=MORNING)
    assert zoning.report(actor=manager, zone=row.code, plate=CAR, now=MORNING).times == 1
