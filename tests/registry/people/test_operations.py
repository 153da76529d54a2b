from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from linli.foundation.audit import queries as audit
from linli.foundation.audit.models import Act
from linli.foundation.consent.models import Consent
from linli.foundation.identity import operations as identity
from linli.foundation.identity import queries as identity_queries
from linli.foundation.privacy.purposes import UnknownPurpose
from linli.registry.people import looking, operations, queries
from linli.registry.people.entries import (
    EquipmentEntry,
    HouseholdEntry,
    MembershipEntry,
    OrganisationEntry,
    PersonEntry,
    StaffEntry,
    VehicleEntry,
)
from linli.registry.people.logic import ShiftHours
from linli.registry.people.models import Household, Membership, Person, Staff, Vehicle
from linli.registry.places import operations as places
from linli.registry.places.logic import NewPlace
from tests.registry.conftest import NOW
from tests.registry.people.conftest import ELDER_ID, ROOM, TODAY, household, person, put, working

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
NINTH_DAY = ShiftHours(days="9", starts=time(1), ends=time(2))


def refused(entries):
    with pytest.raises(operations.Refused) as found:
        put(entries)
    return [(p["field"], p["message"]["zh"]) for p in found.value.values["problems"]]


class TestPutMany:
    def test_enters_what_names_each_other_in_any_order(self, estate):
        done = put(list(reversed(household() + working())))

        assert done == operations.Put(created=10)
        member = Membership.rows.of("hml").select_related("person", "household__room").get()
        assert (member.person.name, member.household.room.path) == ("周桂兰", ROOM)

    def test_the_same_again_changes_nothing(self, lived_in):
        assert put(household() + working()) == operations.Put(same=10)
        assert Person.rows.of("hml").count() == 1

    def test_counts_what_changed_and_leaves_what_was_not_said(self, lived_in):
        done = put([PersonEntry(code="p1", phone="13811118111"), VehicleEntry(plate="浙a-12345")])

        changed = person("p1")
        assert (done.changed, done.same) == (1, 1)
        assert (changed.phone, changed.name) == ("+8613811118111", "周桂兰")

    def test_reads_birth_and_sex_from_the_id_number(self, lived_in):
        person = Person.rows.of("hml").get()

        assert (person.born_on, person.sex) == (date(1941, 3, 2), "F")

    def test_all_or_nothing(self, estate):
        entries = [*household(), HouseholdEntry(room="hml/b03/u1/f09/901")]

        assert refused(entries) == [("room", "没有房屋“hml/b03/u1/f09/901”。")]
        assert not Person.rows.of("hml").exists()

    @pytest.mark.parametrize(
        ("entry", "field", "says"),
        [
            (PersonEntry(code="x", name="", phone="138"), "phone", "电话"),
            (PersonEntry(code="x"), "name", "必须"),
            (PersonEntry(code="x", name="甲" * 65), "name", "太长"),
            (PersonEntry(code="x", name="甲", id_number="110105194912310021"),
             "id_number", "校验位"),
            (PersonEntry(code="x", name="甲", born_on=date(2027, 1, 1)), "born_on", "没有到"),
            (PersonEntry(code="x", name="甲", sex="男"), "sex", "只能填"),
            (PersonEntry(code="x", name="甲", id_number=ELDER_ID, born_on=date(1950, 1, 1)),
             "born_on", "不一致"),
            (VehicleEntry(plate="宁AD1234555555"), "plate", "车牌"),
            (VehicleEntry(plate="浙A00001", owner="nobody"), "owner", "没有编号"),
            (VehicleEntry(plate="浙A00001", household=ROOM), "household", "还没有住户"),
            (OrganisationEntry(code="x", name="x", kind="bank"), "kind", "只能填"),
            (OrganisationEntry(code="x", name="x", kind="shop", uscc="911100006000373410"),
             "uscc", "校验位"),
            (StaffEntry(code="x", name="x", cells=("hml/b03",)), "cells", "没有网格"),
            (StaffEntry(code="x", name="x", shifts=(NINTH_DAY,)), "shifts", "1–7"),
            (HouseholdEntry(room="hml/b03"), "room", "没有房屋"),
            (MembershipEntry(room=ROOM, person="p9", relation="owner"), "room", "还没有住户"),
            (EquipmentEntry(code="x", name="x", kind="pump", keeper="none"), "keeper", "没有工号"),
        ],
    )  # fmt: skip
    def test_says_in_words_what_is_wrong(self, estate, entry, field, says):
        found = refused([entry])

        assert any(f == field and says in words for f, words in found)

    def test_refuses_an_id_number_that_another_has(self, lived_in):
        assert refused([PersonEntry(code="p2", name="乙", id_number=ELDER_ID)]) == [
            ("id_number", "已登记在另一条记录上。")
        ]

    def test_refuses_one_key_with_two_meanings(self, estate):
        found = refused([PersonEntry(code="p1", name="甲"), PersonEntry(code="p1", name="乙")])

        assert found == [("code", "同一个编号出现了两次，内容不同。")]

    def test_does_not_show_a_wrong_id_number_in_full(self, estate):
        with pytest.raises(operations.Refused) as found:
            put([PersonEntry(code="x", name="甲", id_number="110105194912310021")])

        assert found.value.values["problems"][0]["value"] == "110*************21"

    def test_ends_a_relation_and_begins_another(self, lived_in):
        put([MembershipEntry(room=ROOM, person="p1", relation="owner", until=date(2026, 5, 1))])
        put([MembershipEntry(room=ROOM, person="p1", relation="tenant", since=date(2026, 5, 1))])

        rows = Membership.rows.of("hml").order_by("pk").values_list("relation", "since", "until")
        assert list(rows) == [
            ("owner", date(2001, 5, 1), date(2026, 5, 1)),
            ("tenant", date(2026, 5, 1), None),
        ]

    def test_keeps_communities_apart(self, lived_in, other_estate):
        entry = VehicleEntry(plate="浙A12345", owner="p1")

        with pytest.raises(operations.Refused):
            put([entry], community="other")

        assert not Vehicle.rows.of("other").exists()

    def test_replaces_cells_and_shifts_when_they_are_said(self, lived_in):
        put([StaffEntry(code="e01", cells=(), shifts=())])

        found = queries.entry(
            community="hml", kind=StaffEntry, id=Staff.rows.of("hml").get(code="e01").pk, seen=()
        )
        assert (found.cells, found.shifts, found.skills) == ((), (), ("engineer", "electrician"))

    def test_seeds_two_thousand_households_in_few_queries(
        self, estate, django_assert_max_num_queries
    ):
        floors = [
            NewPlace(kind="floor", code=f"f{f}", parent="hml/b03", name_zh=f"{f}层")
            for f in range(100)
        ]
        rooms = [
            NewPlace(kind="room", code=f"r{r}", parent=f"hml/b03/f{f}", name_zh=f"{f}-{r}")
            for f in range(100)
            for r in range(20)
        ]
        places.add_many(community="hml", places=floors + rooms, now=NOW)
        entries = []
        for n, room in enumerate(rooms):
            path = f"{room.parent}/{room.code}"
            entries.append(HouseholdEntry(room=path, occupancy="owner"))
            for m in range(3):
                entries.append(
                    PersonEntry(code=f"p{n}-{m}", name=f"住户{n}", phone=f"139{n:04}{m:04}")
                )
                entries.append(MembershipEntry(room=path, person=f"p{n}-{m}", relation="family"))
            entries.append(VehicleEntry(plate=f"浙A{n:05}", household=path, owner=f"p{n}-0"))

        with django_assert_max_num_queries(700):
            done = put(entries)

        assert done.created == 16_000
        assert Household.rows.of("hml").count() == 2000


class TestAdd:
    def test_makes_up_a_code_where_none_is_given(self, estate):
        one = operations.add(community="hml", entry=PersonEntry(name="甲"), today=TODAY)
        two = operations.add(community="hml", entry=PersonEntry(name="甲"), today=TODAY)

        codes = Person.rows.of("hml").in_bulk([one, two])
        assert codes[one].code != codes[two].code

    def test_refuses_a_second_of_the_same_key(self, lived_in):
        with pytest.raises(operations.AlreadyThere):
            operations.add(community="hml", entry=VehicleEntry(plate="浙A·12345"), today=TODAY)

    def test_refuses_to_alter_what_is_not_there(self, estate):
        with pytest.raises(queries.NotFound):
            operations.change(community="hml", entry=VehicleEntry(plate="浙A99999"), today=TODAY)


class TestLookUp:
    def actor(self, **more):
        opened = identity.open_account(username="desk", name="前台", password="long enough 7")
        return identity_queries.Actor(
            account=opened.account,
            name="前台",
            community="hml",
            roles=frozenset({"front_desk"}),
            **more,
        )

    def look(self, actor, purpose, community="hml"):
        person = Person.rows.of("hml").get()
        return looking.look_up(
            actor=actor, kind=PersonEntry, id=person.pk, purpose=purpose, now=NOW
        )

    def test_shows_what_the_purpose_opens_and_remembers_who_looked(self, lived_in):
        actor = self.actor()

        shown = self.look(actor, "service")

        (look,) = audit.lines(community="hml", act=Act.LOOK)
        assert (shown.entry.phone, shown.entry.id_number) == (
            "+8613800008000",
            f"330{'*' * 13}{ELDER_ID[-2:]}",
        )
        assert (look.account, look.purpose, look.what) == (
            actor.account, "service", f"person:{shown.id}",
        )  # fmt: skip

    def test_an_id_number_is_shown_for_verification_only(self, lived_in):
        assert self.look(self.actor(), "verification").entry.id_number == ELDER_ID

    def test_refuses_a_purpose_nobody_declared_and_remembers_nothing(self, lived_in):
        with pytest.raises(UnknownPurpose):
            self.look(self.actor(), "curiosity")

        assert not audit.lines(community="hml", act=Act.LOOK)

    def test_refuses_somebody_elses_area(self, lived_in):
        with pytest.raises(queries.NotFound):
            self.look(self.actor(places=("hml/p1",)), "service")


class TestStaffOnDuty:
    def at(self, day, hour):
        return datetime(2026, 6, day, hour, 30, tzinfo=SHANGHAI).astimezone(UTC)

    @pytest.mark.parametrize(
        ("day", "hour", "codes"),
        [
            (1, 9, ["e01"]),
            (1, 17, []),
            (1, 21, ["g01"]),
            (2, 3, ["g01"]),
            (6, 9, []),
            (7, 7, ["g01"]),
        ],
    )
    def test_follows_the_shifts_also_past_midnight(self, lived_in, day, hour, codes):
        found = queries.staff_on_duty(community="hml", at=self.at(day, hour))

        assert [one.code for one in found] == codes

    def test_tells_skill_cell_and_turn(self, lived_in):
        [one] = queries.staff_on_duty(community="hml", skill="electrician", at=self.at(1, 9))

        assert one.cells == ("hml/g1",)
        assert one.until == datetime(2026, 6, 1, 17, tzinfo=SHANGHAI)
        assert queries.staff_on_duty(community="hml", skill="guard", at=self.at(1, 9)) == []

    def test_takes_the_role_of_the_account_for_a_skill(self, lived_in):
        opened = identity.open_account(username="zhang", name="张工", password="long enough 7")
        identity.grant(account=opened.account, role="supervisor", community="hml", now=NOW)
        put([StaffEntry(code="e01", account=opened.account)])

        found = queries.staff_on_duty(community="hml", skill="supervisor", at=self.at(1, 9))

        assert [one.account for one in found] == [opened.account]

    def test_a_decision_outranks_the_shift(self, lived_in):
        put([StaffEntry(code="e01", duty="off"), StaffEntry(code="g01", duty="on")])

        found = queries.staff_on_duty(community="hml", at=self.at(1, 9))

        assert [(one.code, one.since) for one in found] == [("g01", None)]

    def test_nobody_who_has_left(self, lived_in):
        put([StaffEntry(code="e01", employed=False)])

        assert queries.staff_on_duty(community="hml", at=self.at(1, 9)) == []


def agreed(account):
    """Let staff member e01 agree that his position is kept."""
    number = Staff.rows.of("hml").get(code="e01").pk
    Consent.rows.create(
        community="hml", subject=f"staff:{number}", purpose="dispatch", given=True, by_id=account,
        at=NOW,
    )  # fmt: skip


class TestReportPosition:
    def staff_account(self):
        opened = identity.open_account(username="zhang", name="张工", password="long enough 7")
        put([StaffEntry(code="e01", account=opened.account)])
        agreed(opened.account)
        return opened.account

    def test_follows_nobody_who_has_not_agreed(self, lived_in):
        account = self.staff_account()
        Consent.rows.of("hml").delete()

        with pytest.raises(operations.PositionNotAgreed):
            self.report(account, datetime(2026, 6, 1, 9, tzinfo=SHANGHAI))

        assert Staff.rows.of("hml").get(code="e01").position_at is None

    def report(self, account, now, longitude_deg=120.1):
        operations.report_position(
            community="hml",
            account=account,
            longitude_deg=longitude_deg,
            latitude_deg=30.2,
            now=now,
        )

    def test_remembers_where_somebody_on_duty_is(self, lived_in):
        now = datetime(2026, 6, 1, 9, tzinfo=SHANGHAI)

        self.report(self.staff_account(), now)

        [one] = queries.staff_on_duty(community="hml", at=now)
        assert (one.position, one.position_at) == ((120.1, 30.2), now)

    def test_follows_nobody_off_duty(self, lived_in):
        with pytest.raises(operations.NotOnDuty):
            self.report(
                self.staff_account(), datetime(2026, 6, 1, 9, tzinfo=SHANGHAI) + timedelta(hours=9)
            )

        assert Staff.rows.of("hml").get(code="e01").position_at is None

    def test_refuses_a_place_off_the_earth(self, lived_in):
        with pytest.raises(operations.NoSuchPosition):
            self.report(
                self.staff_account(), datetime(2026, 6, 1, 9, tzinfo=SHANGHAI), float("nan")
            )
