"""Groups that tell of somebody's health: the word lies apart, the register says `health`."""

import json
from datetime import date

import pytest
from django.db import IntegrityError, OperationalError, connections
from msgspec.structs import replace

from linli.contracts import apart as asked
from linli.contracts import directory
from linli.foundation.apart import operations as apart
from linli.foundation.apart.models import Kept
from linli.foundation.audit import queries as trail
from linli.foundation.audit.models import Act
from linli.foundation.consent.models import Consent
from linli.foundation.identity.models import Account
from linli.foundation.identity.queries import Actor, Held, PurposeNotGranted
from linli.foundation.vault import queries as vault
from linli.foundation.vault.models import DataKey
from linli.registry.imports import ledgers
from linli.registry.people import detail, erasing, health, holdings, looking, operations, queries
from linli.registry.people.entries import GroupEntry, MembershipEntry, PersonEntry
from linli.registry.people.models import GroupMembership, Person
from tests.registry.conftest import NOW
from tests.registry.people.conftest import ROOM, TODAY, agrees, put

pytestmark = pytest.mark.django_db(databases=["default", "apart"])
ACTOR = Actor(account=7, name="王小和", community="hml", roles=frozenset({"manager"}))
JSON = "application/json"


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.KEYS, settings.APART_KEYS = tmp_path / "keys", tmp_path / "apart"
    vault.forget()


@pytest.fixture
def told(lived_in):
    """The elder of room 201 is registered as needing help in daily life, too; return her number."""
    put([frail()])
    agrees("p1")
    return Person.rows.of("hml").get(code="p1").pk


def frail(person="p1", group="frail", **more):
    return GroupEntry(**({"person": person, "group": group, "source": "街道"} | more))


def rows():
    return GroupMembership.rows.of("hml").exclude(token="")


def looks():
    lines = trail.lines(community="hml", act=Act.LOOK)
    return [(line.what, line.purpose) for line in lines]


def look_up(person, purpose, actor=ACTOR):
    return looking.look_up(
        actor=actor, kind=PersonEntry, id=person, purpose=purpose, now=NOW
    )  # fmt: skip


def groups(shown):
    return [group["group"] for group in shown.beside["groups"]]


def list_members(group="frail", actor=ACTOR, limit=11):
    sought = queries.Sought(group=group, limit=limit)
    return looking.list_members(actor=actor, sought=sought, now=NOW)


class TestEntering:
    def test_the_register_has_neither_the_word_nor_its_key(self, told):
        [row] = rows()

        assert (row.group_sealed, row.group_index, row.vault_key) == ("", "", "")
        assert [one.token for one in Kept.rows.of("hml")] == [row.token]
        assert row.apart_key in {key.subject for key in DataKey.rows.using("apart").of("hml")}
        assert not DataKey.rows.of("hml").filter(subject=row.apart_key).exists()
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT * FROM people_groupmembership")
            assert "frail" not in str(cursor.fetchall())

    def test_a_second_time_it_is_the_same(self, told):
        assert put([frail()]).same == 1

        assert rows().count() == 1
        assert Kept.rows.of("hml").count() == 1

    def test_two_of_them_stand_beside_each_other(self, told):
        put([frail(group="dementia"), frail(group="severe_illness")])

        assert groups(look_up(told, "visit")) == [
            "lone_elder", "frail", "dementia", "severe_illness",
        ]  # fmt: skip

    def test_it_ends_by_the_word(self, told):
        assert put([frail(until=TODAY)]).changed == 1

        [row] = rows()
        assert (row.group_sealed, row.until) == ("", TODAY)
        assert groups(look_up(told, "visit")) == ["lone_elder", "frail"]
        assert Kept.rows.of("hml").count() == 1

    def test_another_spell_of_it_is_another_row(self, told):
        put([frail(until=TODAY)])
        put([frail(since=date(2027, 1, 1))])

        assert rows().count() == 2

    def test_what_was_entered_between_plan_and_writing_is_refused(self, lived_in, monkeypatch):
        put_away = health.put_away

        def late(fresh, **more):
            monkeypatch.setattr(health, "put_away", put_away)
            put([frail()])
            put_away(fresh, **more)

        monkeypatch.setattr(health, "put_away", late)

        with pytest.raises(operations.ChangedMeanwhile):
            put([frail()])

    def test_nobody_enters_health_without_saying_which(self, lived_in):
        with pytest.raises(operations.Refused) as refused:
            put([frail(group="health")])

        assert [one["field"] for one in refused.value.values["problems"]] == ["group"]

    def test_the_table_refuses_the_word(self, told):
        with pytest.raises(IntegrityError, match="sealed_or_lies_apart"):
            rows().update(group_sealed="dementia")


class TestReading:
    @pytest.mark.parametrize(
        ("purpose", "said"),
        [("visit", ["lone_elder", "frail"]), ("emergency", ["lone_elder", "frail"]),
         ("correction", ["lone_elder", "frail"]), ("service", []), ("verification", [])],
    )  # fmt: skip
    def test_the_word_is_told_for_its_purposes_and_one_look_remembered(self, told, purpose, said):
        shown = look_up(told, purpose)

        assert (groups(shown), shown.beside["special"]) == (said, 2)
        assert looks() == [(f"person:{told}", purpose)]

    def test_lists_and_homes_say_how_many_and_not_which(self, told, client, sign_in):
        sign_in("manager")

        [person] = client.get("/api/v1/hml/people").json()["items"]
        [home] = client.get(f"/api/v1/hml/places/{ROOM}/detail").json()["households"]
        [hit, *_] = client.post(
            "/api/v1/hml/search", {"q": "桂兰"}, content_type="application/json"
        ).json()["items"]

        assert (person["groups"], person["special"]) == ([], 2)
        assert home["members"][0]["special"] == 2
        said = json.dumps([person, home, hit])
        assert [word for word in ("frail", "health", "lone_elder", "token") if word in said] == []
        assert {purpose for _, purpose in looks()} == {"residence"}
        assert {what for what, _ in looks()} == {
            "list:person", f"household:{home['id']}", "search:person",
        }  # fmt: skip

    def test_a_place_counts_them_as_one_and_few_homes_tell_no_group(self, told, monkeypatch):
        put([PersonEntry(code="p2", name="周建"), frail("p2", "disabled"),
             MembershipEntry(room=ROOM, person="p2", relation="family")])  # fmt: skip

        def counted(path, people=True):
            return detail.of_place(
                community="hml", path=path, seen=(), people=people, now=NOW
            )["counts"]  # fmt: skip

        assert (counted("hml/b03")["groups"], counted("hml/b03")["special"]) == ({}, 2)
        monkeypatch.setattr(detail, "_MANY", 1)
        building = counted("hml/b03")
        assert (building["groups"], building["special"]) == ({"lone_elder": 1, "health": 2}, 2)
        blind = counted("hml/b03", people=False)
        assert (blind["groups"], blind["special"]) == ({}, 0)
        GroupMembership.rows.of("hml").exclude(group_index="").update(group_index="f" * 32)
        assert counted("hml/b03")["groups"] == {"other": 1, "health": 2}

    def test_while_what_is_apart_is_away_the_rest_is_shown(self, told, monkeypatch):
        def away(**_):
            raise OperationalError("away")

        monkeypatch.setattr(apart.queries, "opened", away)

        shown = look_up(told, "emergency")

        assert groups(shown) == ["lone_elder", "health"]
        assert shown.entry.phone == "+8613800008000"
        assert looks() == [(f"person:{told}", "emergency")]

    def test_he_reads_it_himself_and_nobody_is_said_to_have_looked(self, told):
        held = [
            (field.value.zh, field.grade.value, record.kept.zh[:4])
            for record in holdings.held("hml", f"person:{told}", 100)
            for field in record.fields
            if field.field == "group"
        ]

        assert held == [
            ("独居老人", "sensitive", "居住或在"), ("失能老人", "highly_sensitive", "另库存放"),
        ]  # fmt: skip
        assert looks() == []

    def test_a_ledger_taken_out_leaves_it_out(self, told):
        for purpose, said in (("", ()), ("visit", ("lone_elder",)), ("emergency", ("lone_elder",))):
            [line] = ledgers.lines(community="hml", kind="people", purpose=purpose, full=True)
            assert line["groups"] == said


class TestListing:
    def test_of_any_group_each_is_remembered(self, told):
        [shown] = list_members("lone_elder")

        assert (shown.id, groups(shown)) == (told, ["lone_elder", "frail"])
        assert looks() == [(f"person:{told}", "visit")]

    def test_who_is_in_none_that_lies_apart_is_remembered_too(self, told):
        put([PersonEntry(code="p2", name="周建"), frail("p2", "veteran")])
        agrees("p2")
        number = Person.rows.of("hml").get(code="p2").pk

        [shown] = list_members("veteran")

        assert (shown.id, groups(shown)) == (number, ["veteran"])
        assert looks() == [(f"person:{number}", "visit")]

    def test_who_asks_for_a_group_is_remembered_by_each_whom_he_is_shown(self, told):
        put([PersonEntry(code="p2", name="周建"), frail("p2", "disabled")])

        [shown] = list_members()

        assert (shown.id, groups(shown)) == (told, ["lone_elder", "frail"])
        assert looks() == [(f"person:{told}", "visit")]

    def test_of_the_one_that_says_there_are_more_nothing_is_told(self, told):
        put([PersonEntry(code="p2", name="周建"), frail("p2")])
        agrees("p2")

        first, more = list_members(limit=2)

        assert (groups(first)[-1], groups(more)) == ("frail", ["health"])
        assert looks() == [(f"person:{told}", "visit")]

    def test_by_the_door(self, told, client, sign_in):
        sign_in("manager")

        page = client.get("/api/v1/hml/people?group=frail").json()
        none = client.get("/api/v1/hml/people?group=dementia").json()

        assert [one["groups"][1]["group"] for one in page["items"]] == ["frail"]
        assert none == {"items": [], "next": None}

    def test_who_wants_no_visits_is_not_listed(self, told):
        by = Account.objects.create(username="zhou", name="周桂兰").pk
        Consent.rows.create(
            community="hml", subject=f"person:{told}", purpose="visit", given=False, by_id=by,
            at=NOW,
        )  # fmt: skip

        assert list_members() == []

    def test_who_never_agreed_to_visits_is_not_listed_either(self, told):
        put([PersonEntry(code="p2", name="周建"), frail("p2")])

        assert [one.id for one in list_members()] == [told]

    def test_without_a_right_to_visit_nothing_is_told(self, told):
        held = (Held(role="manager", purposes=("service",)),)

        with pytest.raises(PurposeNotGranted):
            list_members(actor=replace(ACTOR, roles=frozenset(), grants=held))
        assert looks() == []

    def test_elsewhere_nobody_is_found(self, told):
        held = (Held(role="manager", place="hml/b01"),)

        assert list_members(actor=replace(ACTOR, roles=frozenset(), grants=held)) == []

    def test_at_his_place_he_is(self, told):
        held = (Held(role="manager", place="hml/b03"),)

        [shown] = list_members(actor=replace(ACTOR, roles=frozenset(), grants=held))

        assert groups(shown) == ["lone_elder", "frail"]

    def test_more_than_can_be_opened_at_once_are_refused(self, told, monkeypatch):
        put([frail(group="dementia")])
        monkeypatch.setattr(apart, "MOST_AT_ONCE", 1)

        with pytest.raises(apart.TooMany):
            list_members()


class TestErasure:
    def test_destroys_words_and_keys_apart(self, told, django_capture_on_commit_callbacks):
        [row] = rows()

        with django_capture_on_commit_callbacks(execute=True):
            erasing.erase("hml", f"person:{told}", 7, NOW)

        assert not Kept.rows.of("hml").exists()
        assert not DataKey.rows.using("apart").of("hml").filter(subject=row.apart_key).exists()
        assert [one.subject for one in vault.master().destroyed()][-1] == row.apart_key

    def test_what_a_row_names_is_not_swept_and_what_none_does_is(self, told, monkeypatch):
        monkeypatch.setattr(asked.named, "_answer", lambda of, names: health.named(
            community=of, names=names))  # fmt: skip
        monkeypatch.setattr(directory.communities, "_answer", lambda: ["hml"])
        later = Kept.rows.of("hml").get().kept_at + 2 * apart.LEFT_FOR

        assert apart.sweep(community="hml", now=later) == 0
        rows().delete()
        assert apart.sweep(community="hml", now=later) == 1
        assert not Kept.rows.of("hml").exists()
