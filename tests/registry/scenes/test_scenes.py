import pytest

from linli.contracts.effects import ModeWanted
from linli.foundation.causes import queries as causes
from linli.registry.alarms import operations as alarms
from linli.registry.devices import queries as devices_queries
from linli.registry.places import queries as places
from linli.registry.scenes import logic, operations, queries
from linli.registry.scenes.models import LimitOverride, Mode
from tests.registry.conftest import NOW
from tests.registry.devices.kit import CAUSE, CO_SCENE, NOW_S, later, raised, topics
from tests.registry.scenes.kit import OWN, put, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(sign_in):
    return sign_in("manager")


class TestOverride:
    def change(self, by, **more):
        said = {"scene": OWN, "target": "co-1", "key": "above", "value": 25.0, "reason": ""} | more
        operations.override(community="hml", by=by, now=NOW, **said)

    @pytest.fixture(autouse=True)
    def own(self, devices, manager):
        put(manager, version=write(manager).number)

    def test_stands_in_the_directory_and_moves_it_on(self, devices, manager):
        before = devices_queries.version(community="hml")

        self.change(manager)
        self.change(manager, target="hml/p1", value=20.0)

        found = queries.directory("hml")
        assert {(one.target, one.key, one.value) for one in found.limits} == {
            ("co-1", "above", 25.0),
            ("hml/p1", "above", 20.0),
        }
        assert found.version == before + 2

    def test_changed_twice_is_one_row_and_null_takes_it_back(self, devices, manager):
        self.change(manager)
        self.change(manager, value=26.0)
        assert [row.value for row in LimitOverride.rows.of("hml")] == [26.0]

        self.change(manager, value=None)

        assert not LimitOverride.rows.of("hml").exists()

    @pytest.mark.parametrize(
        ("more", "fault"),
        [
            ({"key": "below"}, logic.UnknownLimit),
            ({"value": float("inf")}, logic.BadLimit),
            ({"scene": CO_SCENE, "reason": "x", "key": "hold", "value": -1.0}, logic.BadLimit),
            ({"target": "ghost"}, queries.TargetNotFound),
            ({"target": "other/p1"}, queries.TargetNotFound),
            ({"seen": ["hml/b03"]}, queries.TargetNotFound),
        ],
    )
    def test_refuses_what_cannot_be(self, devices, other_estate, manager, more, fault):
        with pytest.raises(fault):
            self.change(manager, **more)

        assert not LimitOverride.rows.of("hml").exists()


def wanted(id="m1", value="night", at_s=0.0):
    return ModeWanted(
        id=id, at=NOW_S + at_s, community="hml", cause=CAUSE, scene="environment.lighting.dusk",
        place="hml", mode="lighting", value=value,
    )  # fmt: skip


class TestMode:
    def test_of_a_scene_is_set_with_its_cause(self, devices):
        operations.mode_wanted(effect=wanted())

        row = Mode.rows.of("hml").get()
        assert (row.place, row.value, row.by, row.cause) == ("hml", "night", None, "m1")
        assert topics()[-1] == "ModeSet"
        assert causes.chain(community="hml", id="m1")[0].about["value"] == "night"

    def test_told_twice_or_late_changes_and_announces_nothing(self, devices):
        operations.modes_wanted(effects=[wanted(), wanted("m2", "day", at_s=60)])
        before = topics()

        operations.modes_wanted(effects=[wanted(), wanted("m2", "day", at_s=60)])

        assert topics() == before
        assert Mode.rows.of("hml").get().value == "day"

    @pytest.mark.parametrize(
        ("more", "fault"),
        [
            ({"mode": "Home!"}, logic.BadMode),
            ({"value": ""}, logic.BadMode),
            ({"place": "hml/none"}, places.PlaceNotFound),
            ({"place": "other"}, places.PlaceNotFound),
            ({"seen": ["hml/b03"]}, places.PlaceNotFound),
        ],
    )
    def test_refuses_what_cannot_be(self, devices, other_estate, manager, more, fault):
        said = {"place": "hml", "mode": "home", "value": "away"} | more

        with pytest.raises(fault):
            operations.set_mode(community="hml", by=manager, now=NOW, **said)

    def test_follows_a_place_that_moves(self, devices, manager):
        operations.set_mode(
            community="hml", place="hml/p1", mode="home", value="away", by=manager, now=NOW
        )

        operations.place_moved(
            community="hml", before="hml/p1", after="hml/b03/p1", cause="f1", now=NOW
        )

        assert Mode.rows.of("hml").get().place == "hml/b03/p1"


class TestStandings:
    def test_say_what_a_scene_watches_and_how_often_it_fired(self, devices):
        alarms.alarms_raised(
            effects=[raised(), raised("a2", device="co-2"), raised("a0", at_s=-3 * 86_400)]
        )

        found = queries.standings(community="hml", now=later(hours=1))

        assert [(one.scene.id, one.stage, one.bindings) for one in found] == [(CO_SCENE, "on", 2)]
        assert (found[0].active, found[0].fired_24h) == (2, 2)
        assert found[0].last_fired_at == NOW

    def test_are_narrowed_by_board_category_and_text(self, devices):
        def count(**more):
            return len(queries.standings(community="hml", now=NOW, **more))

        assert count(board="safety", category="garage_air", text="一氧化碳") == 1
        assert count(board="service") == count(category="gas") == count(text="电梯") == 0

    def test_bindings_are_found_anew_when_the_register_changes(self, devices):
        assert queries.bound_scenes(community="hml")[CO_SCENE] == ("co-1", "co-2")
        assert queries.bound_scenes(community="other")[CO_SCENE] == ()


class TestStories:
    def test_run_on_the_spot(self, devices):
        found = queries.stories_told(community="hml", id=CO_SCENE)

        assert len(found) >= 2
        assert all(one.passed for one in found)
