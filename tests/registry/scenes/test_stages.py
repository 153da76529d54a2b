import msgspec
import pytest

from linli.contracts.directory import SceneEntry
from linli.foundation.outbox.models import Outgoing
from linli.registry.devices import queries as devices_queries
from linli.registry.scenes import logic, operations, queries
from linli.registry.scenes.models import SceneChange, SceneState, SceneVersion
from tests.registry.conftest import NOW
from tests.registry.devices.kit import CO_SCENE, later, topics
from tests.registry.scenes.kit import ALL, OWN, OWN_TOML, SHARPER, asked, put, write

pytestmark = pytest.mark.django_db


def approve(by, change, reason="", now=NOW):
    return operations.approve(community="hml", change=change, reason=reason, by=by, now=now)


def facts():
    return [msgspec.json.decode(row.body) for row in Outgoing.objects.order_by("id")]


def stands(scene=CO_SCENE):
    found = queries.texts(community="hml", scene=scene, wanted=ALL)
    return found.stage, found.version


class TestChange:
    def test_a_scene_that_touches_no_life_is_on_at_once(self, three):
        write(three[0])

        row = put(three[0], reason="")

        found = queries.directory("hml")
        assert (row.state, row.stage_before, row.version_before) == ("done", "off", 0)
        assert found.scenes == [SceneEntry(scene=OWN, version=1, toml=OWN_TOML)]
        assert topics()[-2:] == ["SceneChanged", "DirectoryChanged"]

    def test_the_live_half_is_told_after_the_change_that_made_it(self, three):
        write(three[0])

        put(three[0])

        changed, told = facts()[-2:]
        assert told["cause"] == changed["id"]
        assert told["version"] == devices_queries.version(community="hml")

    def test_in_shadow_it_runs_and_is_not_on(self, three):
        write(three[0])

        put(three[0], stage="shadow")

        found = queries.directory("hml")
        assert found.scenes_shadow == frozenset({OWN})
        assert [one.scene for one in found.scenes] == [OWN]
        assert found.scenes_off == frozenset()

    def test_off_needs_a_reason_and_takes_it_out_of_the_directory(self, three):
        write(three[0])
        put(three[0])

        with pytest.raises(logic.NeedsReason):
            put(three[0], stage="off", reason=" ")
        put(three[0], stage="off", reason="换季")

        found = queries.directory("hml")
        assert (found.scenes, found.scenes_off) == ([], frozenset({OWN}))

    def test_back_to_the_text_of_the_catalogue(self, three):
        change = asked(three[0])
        approve(three[1], change.pk)
        back = put(three[0], scene=CO_SCENE, version=0)
        approve(three[1], back.pk)

        assert stands() == ("on", 0)
        assert queries.directory("hml").scenes == []

    def test_to_what_it_is_nothing_happens_and_the_last_change_is_told(self, three):
        write(three[0])
        first = put(three[0])
        before = topics(), devices_queries.version(community="hml")

        again = put(three[1])

        assert again.pk == first.pk
        assert (topics(), devices_queries.version(community="hml")) == before

    def test_to_what_it_always_was_is_refused(self, three):
        with pytest.raises(logic.AlreadySo):
            put(three[0], scene=CO_SCENE, version=0)

        assert not SceneChange.rows.of("hml").exists()

    @pytest.mark.parametrize(
        ("said", "fault"),
        [
            ({"scene": "safety.no.such", "version": 0}, queries.SceneNotFound),
            ({"version": 2}, queries.VersionNotFound),
            ({"version": 0}, queries.VersionNotFound),
            ({"stage": "sleeping"}, logic.BadStage),
            ({"version": -1}, logic.BadStage),
            ({"reason": "x" * 501}, logic.NeedsReason),
        ],
    )
    def test_refuses_what_cannot_be_and_changes_nothing(self, three, said, fault):
        write(three[0])
        before = topics()

        with pytest.raises(fault):
            put(three[0], **said)

        assert (topics(), stands(OWN)) == (before, ("off", 0))

    def test_is_of_one_community_alone(self, three, other_estate):
        write(three[0])

        with pytest.raises(queries.VersionNotFound):
            operations.change(
                community="other", scene=CO_SCENE, stage="on", version=1, reason="x",
                by=three[0], now=NOW,
            )  # fmt: skip


class TestTwoPersons:
    def test_what_touches_life_waits_and_changes_nothing_yet(self, three):
        before = devices_queries.version(community="hml")
        change = asked(three[0])

        assert (change.state, stands()) == ("waiting", ("on", 0))
        assert topics()[-1] == "SceneChangeProposed"
        assert queries.directory("hml").scenes == []
        assert devices_queries.version(community="hml") == before + 1  # for its text alone

    @pytest.mark.parametrize("stage", ["off", "shadow"])
    def test_so_does_taking_it_out_of_force(self, three, stage):
        row = put(three[0], scene=CO_SCENE, stage=stage, version=0)

        assert (row.state, stands()) == ("waiting", ("on", 0))

    def test_a_milder_text_in_its_place_too(self, three):
        harmless = OWN_TOML.replace(OWN, CO_SCENE)

        assert asked(three[0], harmless).state == "waiting"

    def test_from_off_to_shadow_does_not_for_it_moves_nothing(self, three):
        row = put(three[0], scene=CO_SCENE, stage="off", version=0)
        approve(three[1], row.pk)
        write(three[0], SHARPER)

        shadow = put(three[0], scene=CO_SCENE, stage="shadow", version=1)
        on = put(three[0], scene=CO_SCENE, stage="on", version=1)

        assert (shadow.state, on.state) == ("done", "waiting")

    def test_waiting_needs_a_reason(self, three):
        write(three[0], SHARPER)

        with pytest.raises(logic.NeedsReason):
            put(three[0], scene=CO_SCENE, reason="")

        assert not SceneChange.rows.of("hml").exists()

    def test_the_second_person_carries_it_out(self, three):
        change = asked(three[0])

        row = approve(three[1], change.pk, "看过回测", now=later(hours=1))

        state = SceneState.rows.of("hml").get(scene=CO_SCENE)
        assert (row.state, row.decided_by_id, row.decision_reason) == ("done", three[1], "看过回测")
        assert (state.by_id, state.reason, stands()) == (three[0], "夜间误报", ("on", 1))
        assert topics()[-2:] == ["SceneChanged", "DirectoryChanged"]
        fact = facts()[-2]
        assert (fact["by"], fact["decided_by"], fact["version"]) == (three[0], three[1], 1)

    def test_who_asked_for_it_cannot(self, three):
        change = asked(three[0])

        with pytest.raises(logic.SamePerson):
            approve(three[0], change.pk)
        with pytest.raises(logic.SamePerson):
            operations.refuse(community="hml", change=change.pk, reason="x", by=three[0], now=NOW)

        assert stands() == ("on", 0)

    def test_nor_can_who_wrote_the_text(self, three):
        write(three[0], SHARPER)
        change = put(three[1], scene=CO_SCENE)

        with pytest.raises(logic.SamePerson):
            approve(three[0], change.pk)
        assert approve(three[2], change.pk).state == "done"

    def test_a_second_approval_is_refused_and_announces_nothing(self, three):
        change = asked(three[0])
        approve(three[1], change.pk)
        before = topics()

        with pytest.raises(logic.AlreadyDecided):
            approve(three[2], change.pk)

        assert topics() == before

    def test_a_change_of_what_has_gone_on_since_is_refused(self, three):
        harmless = OWN_TOML
        write(three[0], harmless)
        put(three[0])
        graver = SHARPER.replace(CO_SCENE, OWN)
        change = asked(three[0], graver, OWN)
        put(three[0], stage="off", version=1, reason="吵")

        with pytest.raises(logic.Overtaken):
            approve(three[1], change.pk)

        assert stands(OWN) == ("off", 1)

    def test_a_text_that_does_not_load_any_more_is_not_let_pass(self, three):
        change = asked(three[0])
        SceneVersion.rows.of("hml").update(toml='id = "x"')

        with pytest.raises(logic.DraftWrong):
            approve(three[1], change.pk)

        assert SceneChange.rows.of("hml").get().state == "waiting"

    def test_one_change_of_a_scene_waits_at_a_time(self, three):
        first = asked(three[0])
        again = put(three[0], scene=CO_SCENE)

        with pytest.raises(logic.ChangeWaits):
            put(three[1], scene=CO_SCENE)
        with pytest.raises(logic.ChangeWaits):
            put(three[0], scene=CO_SCENE, stage="off", version=0)

        assert again.pk == first.pk
        assert topics().count("SceneChangeProposed") == 1

    def test_a_refusal_says_why_and_leaves_all_as_it_was(self, three):
        change = asked(three[0])
        before = topics()

        with pytest.raises(logic.NeedsReason):
            operations.refuse(community="hml", change=change.pk, reason="", by=three[1], now=NOW)
        row = operations.refuse(
            community="hml", change=change.pk, reason="太高", by=three[1], now=NOW
        )

        assert (row.state, row.decision_reason, stands()) == ("refused", "太高", ("on", 0))
        assert topics() == [*before, "SceneChangeRefused"]
        assert asked(three[0]).state == "waiting"

    def test_only_who_asked_withdraws(self, three):
        change = asked(three[0])
        said = {"community": "hml", "change": change.pk, "reason": "", "now": NOW}

        with pytest.raises(logic.NotYours):
            operations.withdraw(by=three[1], **said)
        row = operations.withdraw(by=three[0], **said)

        assert row.state == "withdrawn"
        with pytest.raises(logic.AlreadyDecided):
            approve(three[1], change.pk)

    def test_of_another_community_is_not_found(self, three, other_estate):
        change = asked(three[0])

        with pytest.raises(queries.ChangeNotFound):
            operations.approve(community="other", change=change.pk, reason="", by=three[1], now=NOW)


class TestChanges:
    def test_the_list_is_the_history_of_who_changed_what(self, three):
        write(three[0])
        put(three[0], stage="shadow")
        put(three[1])
        change = asked(three[0])
        approve(three[1], change.pk)

        page, before = queries.changes(community="hml", limit=2)
        rest, end = queries.changes(community="hml", before=before)
        of_one, _ = queries.changes(community="hml", scene=OWN)

        assert [(row.scene, row.stage) for row in page] == [(CO_SCENE, "on"), (OWN, "on")]
        assert ([row.stage for row in rest], end) == (["shadow"], None)
        assert [row.by_id for row in of_one] == [three[1], three[0]]
        assert queries.changes(community="hml", state="waiting")[0] == []
