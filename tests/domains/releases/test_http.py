import csv
import io
import json
from datetime import timedelta

import pytest
from django.utils import timezone

from linli.domains.releases import operations
from linli.domains.releases.models import DataRelease, Spent
from linli.foundation.copies.logic import without
from linli.foundation.copies.queries import whose
from linli.foundation.identity.queries import actor_of
from linli.registry.people.models import Person
from linli.registry.places.models import Place
from tests.domains.releases.conftest import Visitor

ROWS = {"kind": "rows", "by": ["age", "sex"], "sensitive": "group", "k": 5, "l": 2}
COUNTS = {"kind": "counts", "by": ["sex", "group"], "epsilon_milli": 500}
WHY = {"purpose": "编制适老化改造计划", "recipient": "街道办事处"}


@pytest.fixture
def asked(people, manager):
    def ask(wish=ROWS):
        answer = manager.post("/data-releases", {**wish, **WHY})
        assert answer.status_code == 202, answer.json()
        return answer.json()

    return ask


def let_pass(officer, *, approve=True):
    [row] = officer.get("/approvals?waiting=true").json()["items"]
    verb = "approve" if approve else "refuse"
    answer = officer.post(
        f"/approvals/{row['id']}/{verb}", {"digest": row["digest"], "reason": "x"}
    )
    assert answer.status_code == 200, answer.json()
    return row


def lines(answer):
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


class TestRows:
    def test_what_it_tells_and_loses_is_said_before_it_is_let_pass(self, asked, officer):
        said = asked()

        told = said["measures"]
        assert (told["rows"], told["left_out"]) == (40, 0)
        assert told["smallest"] >= 5
        assert told["prosecutor"] == pytest.approx(1 / told["smallest"], abs=1e-4)
        assert told["diversity"] >= 2
        assert 0 < told["ncp"] < 1
        [row] = officer.get("/approvals?waiting=true").json()["items"]
        assert row["request"]["measures"]["smallest"] == told["smallest"]
        assert "街道办事处" in row["words"]["zh"]

    def test_is_taken_once_by_who_asked_and_names_nobody(self, asked, manager, officer):
        said = asked()
        let_pass(officer)

        answer = manager.post(f"/data-releases/{said['id']}/take.csv")

        found = lines(answer)
        assert answer["Cache-Control"] == "no-store"
        assert found[1] == ["年龄", "性别", "特殊群体"]
        assert len(found) == 2 + 40
        assert "某" not in answer.content.decode("utf-8-sig")
        assert "编制适老化改造计划" in found[0][0]
        classes = {}
        for *by, secret in ([without(cell) for cell in row] for row in found[2:]):
            classes.setdefault(tuple(by), []).append(secret)
        assert min(map(len, classes.values())) >= 5
        assert min(len(set(one)) for one in classes.values()) >= 2
        [taker] = whose(rows=found[5:6])
        assert taker.what == f"release:{said['id']}"
        again = manager.post(f"/data-releases/{said['id']}/take.csv")
        assert (again.status_code, again.json()["key"]) == (410, "releases.taken_already")
        assert bytes(DataRelease.rows.of("hml").get().content) == b""

    def test_what_was_read_leaves_whatever_the_register_is_by_then(self, asked, manager, officer):
        said = asked()
        Person.rows.of("hml").update(born_on=None)
        let_pass(officer)

        assert len(lines(manager.post(f"/data-releases/{said['id']}/take.csv"))) == 42

    def test_nothing_leaves_before_or_without_a_second_person(self, asked, manager, officer):
        said = asked()

        before = manager.post(f"/data-releases/{said['id']}/take.csv")
        let_pass(officer, approve=False)
        refused = manager.post(f"/data-releases/{said['id']}/take.csv")

        assert {before.json()["key"], refused.json()["key"]} == {"approvals.wanted"}
        assert manager.get("/data-releases").json()["items"][0]["state"] == "refused"

    def test_nobody_lets_his_own_pass_and_who_may_not_export_takes_none(
        self, asked, manager, officer
    ):
        said = asked()
        [row] = manager.get("/approvals?waiting=true").json()["items"]
        own = manager.post(f"/approvals/{row['id']}/approve", {"digest": row["digest"]})
        let_pass(officer)

        assert own.json()["key"] == "approvals.own_request"
        assert officer.post(f"/data-releases/{said['id']}/take.csv").status_code == 403

    def test_one_that_nobody_took_is_emptied_after_a_week(self, asked, manager, officer):
        said = asked()
        let_pass(officer)
        later = timezone.now() + timedelta(days=8)

        assert operations.forget(community="hml", now=later) == 1
        assert operations.forget(community="hml", now=later) == 0
        answer = manager.post(f"/data-releases/{said['id']}/take.csv")
        assert (answer.status_code, answer.json()["key"]) == (410, "releases.lapsed")

    @pytest.mark.parametrize(
        ("change", "key"),
        [({"by": ["group"], "sensitive": ""}, "releases.wrong_columns"),
         ({"by": ["age", "age"]}, "releases.wrong_columns"),
         ({"by": ["phone"]}, "releases.wrong_columns"),
         ({"sensitive": "", "l": 2}, "releases.wrong_columns"),
         ({"sensitive": "age", "by": ["age"]}, "releases.wrong_columns"),
         ({"k": 41}, "releases.too_few"),
         ({"l": 7}, "releases.too_few"),
         ({"l": 1}, "releases.diversity_wanted"),
         ({"l": 1, "place": "hml/b03"}, "releases.diversity_wanted"),
         ({"place": "hml/none"}, "places.not_found")],
    )  # fmt: skip
    def test_refuses_what_cannot_be_released_so(self, people, manager, change, key):
        answer = manager.post("/data-releases/measure", {**ROWS, **change})

        assert answer.json()["key"] == key
        assert not DataRelease.rows.of("hml").exists()

    @pytest.mark.parametrize("change", [{"k": 2}, {"by": []}, {"kind": "all"}, {"l": 0}])
    def test_refuses_what_is_malformed(self, people, manager, change):
        assert manager.post("/data-releases/measure", {**ROWS, **change}).status_code == 422

    def test_of_a_place_the_journalist_is_told_of_who_lives_there(self, people, manager):
        wish = {**ROWS, "by": ["age"], "place": "hml/b03/u1/f01", "sensitive": "", "l": 1}

        said = manager.post("/data-releases/measure", wish).json()

        assert said["rows"] == 20
        assert said["journalist"] == said["prosecutor"] == round(1 / said["smallest"], 4)

    def test_the_second_person_is_told_of_where_and_every_risk(self, asked, officer):
        told = asked({**ROWS, "place": "hml/b03/u1/f01"})["measures"]

        [row] = officer.get("/approvals?waiting=true").json()["items"]
        for said in row["words"].values():
            assert f"{told['prosecutor']:.1%}" in said
            assert f"{told['journalist']:.1%}" in said
            assert f"{told['certainty']:.1%}" in said
            assert str(told["smallest"]) in said
        assert "3号楼1单元1层" in row["words"]["zh"]
        assert "Building 3" in row["words"]["en"]

    def test_long_names_take_no_risk_from_the_words(self, people, manager, officer):
        Place.rows.of("hml").filter(path="hml/b03").update(name_zh="楼" * 64, name_en="B" * 64)
        wish = {**ROWS, **WHY, "recipient": "街" * 120, "place": "hml/b03"}

        told = manager.post("/data-releases", wish).json()["measures"]

        [row] = officer.get("/approvals?waiting=true").json()["items"]
        assert all(f"{told['certainty']:.1%}" in said for said in row["words"].values())

    def test_what_is_not_grave_may_be_the_same_in_a_class(self, people, manager):
        wish = {**ROWS, "by": ["age"], "sensitive": "sex", "l": 1}

        assert manager.post("/data-releases/measure", wish).status_code == 200

    def test_who_says_not_when_he_was_born_is_left_out_and_counted(self, people, manager):
        Person.rows.of("hml").filter(code="p7").update(born_on=None)

        told = manager.post("/data-releases/measure", ROWS).json()

        assert (told["rows"], told["left_out"]) == (39, 1)


class TestCounts:
    def test_the_second_person_is_told_of_where(self, asked, officer):
        asked({**COUNTS, "place": "hml/b03"})

        [row] = officer.get("/approvals?waiting=true").json()["items"]
        assert "3号楼" in row["words"]["zh"]
        assert "ε=0.5" in row["words"]["en"]

    def test_are_drawn_when_they_are_taken_and_cost_the_year(self, asked, manager, officer):
        said = asked(COUNTS)
        assert said["measures"]["counts"] == 3 * 8
        assert said["measures"]["error"] == 6
        assert not Spent.rows.of("hml").exists()
        let_pass(officer)

        found = lines(manager.post(f"/data-releases/{said['id']}/take.csv"))

        assert len(found) == 2 + 24
        assert all(int(without(row[2])) >= 0 for row in found[2:])
        assert manager.get("/data-releases/columns").json()["left_milli"] == 2500

    def test_more_than_is_left_is_refused_when_asked_and_when_taken(
        self, asked, manager, officer, settings
    ):
        said = asked(COUNTS)
        let_pass(officer)
        settings.EPSILON_MILLI = 499

        late = manager.post(f"/data-releases/{said['id']}/take.csv")
        asked_again = manager.post("/data-releases", {**COUNTS, **WHY})

        assert late.json()["key"] == asked_again.json()["key"] == "releases.budget_spent"
        assert DataRelease.rows.of("hml").get().taken_at is None
        assert not Spent.rows.of("hml").filter(spent_milli__gt=0).exists()

    def test_a_year_has_its_own(self, db, settings):
        settings.EPSILON_MILLI = 100
        operations.spend(community="hml", milli=100, year=2026)

        with pytest.raises(operations.BudgetSpent):
            operations.spend(community="hml", milli=1, year=2026)
        operations.spend(community="hml", milli=1, year=2027)
        operations.spend(community="other", milli=100, year=2026)

    def test_too_many_counts_are_refused(self, people, manager):
        wish = {**COUNTS, "by": ["age", "years", "group"]}

        assert (
            manager.post("/data-releases/measure", wish).json()["key"] == "releases.too_many_counts"
        )


class TestDoors:
    def test_columns_say_the_class_that_the_register_declares(self, people, manager):
        found = {one["key"]: one for one in manager.get("/data-releases/columns").json()["columns"]}

        assert found["age"]["grade"] == "personal"
        assert found["group"]["grave"]
        assert {"name", "phone", "id_number"} & found.keys() == set()

    @pytest.mark.parametrize("role", ["operator", "guard", "auditor", "resident", "front_desk"])
    def test_who_may_not_is_refused(self, people, role):
        visitor = Visitor(role)

        assert visitor.get("/data-releases").status_code == 403
        assert visitor.post("/data-releases/measure", ROWS).status_code == 403
        assert visitor.post("/data-releases", {**ROWS, **WHY}).status_code == 403

    def test_a_manager_of_a_place_or_of_another_community_is_refused(self, people, other_estate):
        for visitor in (Visitor("manager", place="hml/b03"), Visitor("manager", "other")):
            assert visitor.get("/data-releases").status_code == 403
            assert visitor.post("/data-releases", {**ROWS, **WHY}).status_code == 403

    def test_another_community_sees_none(self, asked, other_estate):
        said, other = asked(), Visitor("manager", "other")

        answer = other.client.get("/api/v1/other/data-releases")
        taken = other.client.post(f"/api/v1/other/data-releases/{said['id']}/take.csv")

        assert answer.json()["items"] == []
        assert taken.json()["key"] == "releases.not_found"

    def test_the_same_asking_twice_is_one(self, people, manager):
        body = json.dumps({**ROWS, **WHY})
        for _ in range(2):
            answer = manager.client.post(
                "/api/v1/hml/data-releases", body, "application/json",
                headers={"Idempotency-Key": "the-same-wish"},
            )  # fmt: skip
            assert answer.status_code == 202

        assert DataRelease.rows.of("hml").count() == 1

    def test_pages_follow_one_another(self, asked, manager):
        first, second = asked(), asked()

        page = manager.get("/data-releases?limit=1").json()
        rest = manager.get(f"/data-releases?limit=1&cursor={page['next']}").json()

        assert [page["items"][0]["id"], rest["items"][0]["id"]] == [second["id"], first["id"]]
        assert rest["next"] is None


def test_two_who_take_at_once_get_it_once(asked, manager, officer):
    """The row is locked and its approval used in one transaction; the second finds it taken."""
    said = asked(COUNTS)
    let_pass(officer)
    actor = actor_of(account=manager.account, community="hml", now=timezone.now())
    take = dict(actor=actor, id=said["id"], form="xlsx", language="en", now=timezone.now())

    operations.take(**take)
    with pytest.raises(operations.TakenAlready):
        operations.take(**take)

    assert Spent.rows.of("hml").get().spent_milli == 500
