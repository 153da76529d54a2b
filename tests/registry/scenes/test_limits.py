"""Limits changed for a device or a place: by one person, or by two where lives hang on it."""

import msgspec
import pytest

from linli.contracts.directory import LimitEntry
from linli.contracts.scenes import LimitChanged, LimitChangeProposed
from linli.foundation.audit.models import Line
from linli.foundation.outbox.models import Outgoing
from linli.foundation.vault.sealed import seal_all
from linli.registry.devices import queries as devices_queries
from linli.registry.people.models import Staff
from linli.registry.scenes import logic, operations, queries
from linli.registry.scenes.models import LimitOverride, SceneChange
from tests.registry.conftest import NOW
from tests.registry.devices.kit import CO_SCENE, later, topics
from tests.registry.scenes.kit import OWN, SHARPER, put, write

pytestmark = pytest.mark.django_db


def limit(by, *, scene=CO_SCENE, now=NOW, **more):
    said = {"target": "co-1", "key": "above", "value": 25.0, "reason": "探头旁有风口"} | more
    return operations.override(community="hml", scene=scene, by=by, now=now, **said)


def decide(act, change, by, reason="好", now=NOW):
    return act(community="hml", change=change.pk, reason=reason, by=by, now=now)


def standing():
    return [(row.target, row.key, row.value) for row in LimitOverride.rows.of("hml")]


def told(fact):
    rows = Outgoing.objects.filter(topic=fact.__name__).order_by("id")
    return [msgspec.json.decode(bytes(row.body), type=fact) for row in rows]


class TestOfLifeSafety:
    def test_waits_for_a_second_person_and_changes_nothing(self, devices, three):
        before = devices_queries.version(community="hml")

        row = limit(three[0])

        assert (row.state, row.key, row.value_before, row.value) == ("waiting", "above", None, 25.0)
        assert standing() == []
        assert devices_queries.version(community="hml") == before
        assert [(one.change, one.by) for one in told(LimitChangeProposed)] == [(row.pk, three[0])]

    def test_the_second_person_puts_it_in_force(self, devices, three):
        row = limit(three[0])

        decide(operations.approve, row, three[1])

        (found,) = LimitOverride.rows.of("hml")
        assert (found.value, found.by_id) == (25.0, three[0])
        assert (found.point, found.operator, found.version) == ("co_mg_m3", "above", 0)
        (fact,) = told(LimitChanged)
        assert (fact.value_before, fact.value) == (None, 25.0)
        assert (fact.by, fact.decided_by) == (three[0], three[1])
        assert queries.directory("hml").limits[0].value == 25.0

    def test_who_asked_cannot_be_the_second(self, devices, three):
        row = limit(three[0])

        for act in (operations.approve, operations.refuse):
            with pytest.raises(logic.SamePerson):
                decide(act, row, three[0])

        assert standing() == []

    def test_taking_it_back_waits_too(self, devices, three):
        decide(operations.approve, limit(three[0]), three[1])

        row = limit(three[0], value=None, now=later(seconds=60))

        assert (row.state, row.value_before, row.value) == ("waiting", 25.0, None)
        assert standing() == [("co-1", "above", 25.0)]
        decide(operations.approve, row, three[1], now=later(seconds=120))
        assert standing() == []

    def test_needs_a_reason(self, devices, three):
        with pytest.raises(logic.NeedsReason):
            limit(three[0], reason=" ")

    def test_asked_for_twice_it_is_one_and_another_must_wait(self, devices, three):
        row = limit(three[0])

        again = limit(three[0])

        assert again.pk == row.pk
        with pytest.raises(logic.ChangeWaits):
            limit(three[1], value=26.0)
        assert limit(three[1], target="co-2", value=26.0).state == "waiting"
        assert topics().count("LimitChangeProposed") == 2

    def test_refused_or_withdrawn_it_is_nothing(self, devices, three):
        decide(operations.refuse, limit(three[0]), three[1], reason="太低")
        decide(operations.withdraw, limit(three[0], now=later(seconds=60)), three[0])

        assert standing() == []
        assert topics()[-3:] == [
            "SceneChangeRefused", "LimitChangeProposed", "SceneChangeWithdrawn",
        ]  # fmt: skip

    def test_the_text_changed_meanwhile_it_cannot_pass(self, devices, three):
        row = limit(three[0])
        change = put(three[0], scene=CO_SCENE, version=write(three[0], SHARPER).number)
        decide(operations.approve, change, three[1])

        with pytest.raises(logic.LimitOvertaken):
            decide(operations.approve, row, three[1])

        assert standing() == []

    def test_the_limit_changed_meanwhile_it_cannot_pass(self, devices, three):
        row = limit(three[0])
        LimitOverride.rows.create(
            community="hml", scene=CO_SCENE, target="co-1", key="above", value=20.0, at=NOW
        )

        with pytest.raises(logic.LimitOvertaken):
            decide(operations.approve, row, three[1])

    def test_a_scene_that_is_off_is_no_way_round(self, devices, three):
        decide(
            operations.approve,
            put(three[0], scene=CO_SCENE, stage="off", version=0),
            three[1],
        )

        assert limit(three[0]).state == "waiting"

    def test_a_proposal_is_carried_out_by_two_only(self, devices, three):
        entry = LimitEntry(scene=CO_SCENE, target="co-1", key="above", value=35.0)
        said = {"community": "hml", "scene": CO_SCENE, "entries": [entry], "reason": "x"}

        with pytest.raises(logic.SamePerson):
            operations.decided(by=three[0], decided_by=three[0], now=NOW, **said)
        operations.decided(by=three[0], decided_by=three[1], now=NOW, **said)

        assert standing() == [("co-1", "above", 35.0)]


class TestBounds:
    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("above", 1e300),
            ("above", 501.0),
            ("above", -1.0),
            ("above", float("nan")),
            ("clear.below", -0.5),
            ("hold", 1e12),
            ("clear.hold", 367 * 86_400.0),
        ],
    )
    def test_refuses_what_no_sensor_shows_or_never_ends(self, devices, three, key, value):
        with pytest.raises(logic.BadLimit):
            limit(three[0], key=key, value=value)

        assert not SceneChange.rows.of("hml").exists()


class TestOfAnOrdinaryScene:
    @pytest.fixture(autouse=True)
    def own(self, devices, three):
        put(three[0], version=write(three[0]).number)

    def test_is_changed_at_once_and_told_with_what_was_before(self, three):
        limit(three[0], scene=OWN, value=11.0, reason="")
        limit(three[1], scene=OWN, value=12.0, reason="", now=later(seconds=60))

        assert standing() == [("co-1", "above", 12.0)]
        assert [(one.value_before, one.value, one.by, one.decided_by)
                for one in told(LimitChanged)] == [
            (None, 11.0, three[0], three[0]), (11.0, 12.0, three[1], three[1]),
        ]  # fmt: skip

    def test_changed_to_the_same_it_is_one_change(self, three):
        first = limit(three[0], scene=OWN, value=11.0)
        again = limit(three[1], scene=OWN, value=11.0, now=later(seconds=60))

        assert again.pk == first.pk
        assert topics().count("LimitChanged") == 1

    def test_a_limit_that_the_text_no_longer_has_can_be_taken_back(self, three):
        LimitOverride.rows.create(
            community="hml", scene=OWN, target="co-1", key="any.3.above", value=20.0, at=NOW
        )

        limit(three[0], scene=OWN, key="any.3.above", value=None)

        assert standing() == []


class TestAudit:
    def test_names_who_let_it_pass_and_who_asked(self, devices, three):
        row = limit(three[0])
        decide(operations.approve, row, three[1])

        asked, passed = Line.objects.filter(what__startswith="LimitChange").order_by("id")

        assert (asked.account, asked.what) == (three[0], f"LimitChangeProposed:{CO_SCENE}")
        assert (passed.account, passed.what) == (three[1], f"LimitChanged:{CO_SCENE}")
        words = msgspec.json.decode(passed.words)
        assert words["asked_by"] == three[0]
        assert (words["target"], words["key"], words["value"]) == ("co-1", "above", 25.0)
        assert words["change"] == row.pk

    def test_a_scene_changed_is_booked_to_who_let_it_pass(self, devices, three):
        change = put(three[0], scene=CO_SCENE, version=write(three[0], SHARPER).number)
        decide(operations.approve, change, three[1])

        line = Line.objects.get(what=f"SceneChanged:{CO_SCENE}")

        words = msgspec.json.decode(line.words)
        assert (line.account, words["asked_by"]) == (three[1], three[0])
        assert (words["stage"], words["version"], words["version_before"]) == ("on", 1, 0)

    def test_a_text_written_a_change_refused_and_withdrawn_are_on_record(self, devices, three):
        change = put(three[0], scene=CO_SCENE, version=write(three[0], SHARPER).number)
        decide(operations.refuse, change, three[1], reason="不行")
        again = put(three[0], scene=CO_SCENE, version=1, now=later(seconds=60))
        decide(operations.withdraw, again, three[0])

        lines = Line.objects.filter(what__endswith=CO_SCENE).order_by("id")

        assert [(one.what.partition(":")[0], one.account) for one in lines] == [
            ("SceneVersionWritten", three[0]),
            ("SceneChangeProposed", three[0]),
            ("SceneChangeRefused", three[1]),
            ("SceneChangeProposed", three[0]),
            ("SceneChangeWithdrawn", three[0]),
        ]


class TestMovedPlaces:
    def test_what_waits_for_a_place_moves_with_it(self, devices, three):
        row = limit(three[0], target="hml/p1")

        operations.place_moved(community="hml", before="hml/p1", after="hml/p9", cause="m", now=NOW)

        assert SceneChange.rows.of("hml").get(pk=row.pk).target == "hml/p9"


def works_here(account, code, *, name="王小和", phone="13800001234"):
    row = Staff(community="hml", code=code, name=name, account_id=account)
    row.phone = phone
    seal_all([row], community="hml", today=NOW.date())
    row.save()


class TestOnePersonWithTwoAccounts:
    def test_is_not_two_persons(self, devices, three):
        works_here(three[0], "w1")
        works_here(three[1], "w2")
        row = limit(three[0])

        for act in (operations.approve, operations.refuse):
            with pytest.raises(logic.SamePerson):
                decide(act, row, three[1])

        assert standing() == []

    @pytest.mark.parametrize("other", [{"name": "李大山"}, {"phone": "13800005678"}])
    def test_two_who_share_a_name_or_a_number_are_two(self, devices, three, other):
        works_here(three[0], "w1")
        works_here(three[1], "w2", **other)

        assert decide(operations.approve, limit(three[0]), three[1]).state == "done"

    def test_who_has_no_number_is_not_taken_for_another(self, devices, three):
        works_here(three[0], "w1", phone="")
        works_here(three[1], "w2", phone="")

        assert decide(operations.approve, limit(three[0]), three[1]).state == "done"
