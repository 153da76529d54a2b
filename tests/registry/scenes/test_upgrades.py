"""The catalogue changes with the program: what people decided before must neither be stuck nor
mean something else.
"""

import pytest

from linli.contracts.directory import LimitEntry
from linli.registry.devices import operations as devices_operations
from linli.registry.scenes import catalogue, logic, operations, queries
from linli.registry.scenes.models import LimitOverride, SceneState
from linli.scenes.load import load
from tests.registry.conftest import NOW
from tests.registry.devices.kit import CO_SCENE, CO_TOML, later, models
from tests.registry.scenes.kit import ALL, OWN, OWN_TOML, SHARPER, asked, put, write

pytestmark = pytest.mark.django_db


def stands(scene=CO_SCENE):
    found = queries.texts(community="hml", scene=scene, wanted=ALL)
    return found.stage, found.version


@pytest.fixture
def upgraded(monkeypatch):
    """Let another catalogue come with another program."""

    def come(*texts):
        scenes = [load(text, file="new.toml", models=models()) for text in texts]
        monkeypatch.setattr(catalogue.scenes, "_answer", lambda: {one.id: one for one in scenes})
        devices_operations.bump(community="hml", now=later(days=1))

    return come


class TestDroppedByTheCatalogue:
    def test_what_was_on_by_its_text_is_off_and_can_be_changed_to_ones_own(self, three, upgraded):
        made = write(three[0], SHARPER)
        assert stands() == ("on", 0)

        upgraded()
        row = put(three[0], scene=CO_SCENE, version=made.number)
        operations.approve(community="hml", change=row.pk, reason="", by=three[1], now=NOW)

        assert (row.stage_before, row.version_before) == ("off", 0)
        assert stands() == ("on", 1)

    def test_it_is_off_without_a_text_until_then(self, three, upgraded):
        write(three[0], SHARPER)

        upgraded()

        assert stands() == ("off", 0)
        assert queries.directory("hml").scenes == []

    def test_a_change_that_waited_for_it_is_overtaken(self, three, upgraded):
        row = asked(three[0])

        upgraded()

        with pytest.raises(logic.Overtaken):
            operations.approve(community="hml", change=row.pk, reason="", by=three[1], now=NOW)

    def test_once_it_is_there_again_it_is_on_again(self, three, upgraded):
        write(three[0], SHARPER)
        upgraded()

        upgraded(CO_TOML)

        assert stands() == ("on", 0)


class TestComeToTheCatalogue:
    def test_an_own_text_that_nobody_put_in_force_switches_nothing_off(self, three, upgraded):
        write(three[0])
        assert stands(OWN) == ("off", 0)
        assert OWN in queries.directory("hml").scenes_off

        upgraded(OWN_TOML)

        assert stands(OWN) == ("on", 0)
        assert OWN not in queries.directory("hml").scenes_off

    def test_what_somebody_switched_off_stays_off(self, three, upgraded):
        write(three[0])
        put(three[0])
        put(three[0], stage="off")

        upgraded(OWN_TOML)

        assert stands(OWN) == ("off", 1)
        assert OWN in queries.directory("hml").scenes_off

    def test_a_scene_of_the_catalogue_that_somebody_switched_off_stays_off(self, three, upgraded):
        upgraded(OWN_TOML)
        put(three[0], stage="off", version=0)

        upgraded(OWN_TOML.replace("above = 10", "above = 11"))

        assert OWN in queries.directory("hml").scenes_off
        assert SceneState.rows.of("hml").get(scene=OWN).reason


class TestLimitsOfBefore:
    """A limit that was changed before it was kept what it was set for."""

    def test_is_remembered_for_what_the_text_that_goes_has_there(self, three):
        write(three[0])
        put(three[0])
        LimitOverride.rows.create(
            community="hml", scene=OWN, target="hml", key="above", value=5, at=NOW
        )
        write(three[0], OWN_TOML.replace("co_mg_m3", "temperature_c").replace("co ", "temp "))

        put(three[0], version=2)

        assert list(queries.directory("hml").limits) == [
            LimitEntry(
                scene=OWN, target="hml", key="above", value=5, point="co_mg_m3", operator="above"
            )
        ]
