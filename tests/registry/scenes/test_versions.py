import pytest

from linli.registry.devices import queries as devices_queries
from linli.registry.scenes import logic, operations, queries
from linli.registry.scenes.models import SceneVersion
from tests.registry.conftest import NOW
from tests.registry.devices.kit import CO_SCENE, CO_TOML, topics
from tests.registry.scenes.kit import ALL, OWN, OWN_TOML, SHARPER, put, write

pytestmark = pytest.mark.django_db


class TestWrite:
    def test_numbers_the_texts_of_a_scene_and_puts_none_in_force(self, three):
        first = write(three[0])
        second = write(three[0], OWN_TOML.replace("above = 10", "above = 11"), note="宽一点")

        found = queries.texts(community="hml", scene=OWN, wanted=ALL)

        assert (first.number, second.number, first.safety) == (1, 2, False)
        assert [row.number for row in found.versions] == [2, 1]
        assert (found.version, found.stage, found.catalogue) == (0, "off", None)
        assert queries.directory("hml").scenes == []

    def test_keeps_every_sign_of_the_text(self, three):
        write(three[0])

        assert SceneVersion.rows.of("hml").get().toml == OWN_TOML

    def test_the_same_text_again_is_the_same_number(self, three):
        write(three[0])

        again = write(three[1])

        assert again.number == 1
        assert SceneVersion.rows.of("hml").count() == 1

    def test_an_older_text_again_is_a_new_number(self, three):
        other = OWN_TOML.replace("above = 10", "above = 11")
        numbers = [write(three[0], text).number for text in (OWN_TOML, other, OWN_TOML)]

        assert numbers == [1, 2, 3]

    def test_a_text_of_a_scene_of_the_catalogue_leaves_that_as_it_stands(self, three):
        made = write(three[0], SHARPER)

        found = queries.texts(community="hml", scene=CO_SCENE, wanted=ALL)

        assert (made.scene, made.number, made.safety) == (CO_SCENE, 1, True)
        assert (found.version, found.stage, found.catalogue) == (0, "on", CO_TOML)

    def test_tells_the_live_half_nothing(self, three):
        before = topics()

        write(three[0])

        assert topics() == [*before, "SceneVersionWritten"]

    def test_is_of_one_community_alone(self, three, other_estate):
        write(three[0])

        with pytest.raises(queries.SceneNotFound):
            queries.texts(community="other", scene=OWN, wanted=ALL)
        assert OWN not in queries.scenes(community="other")

    @pytest.mark.parametrize(
        ("text", "key", "where"),
        [
            ("id = ", "kernel.not_toml", ""),
            ("", "kernel.missing_key", "id"),
            (OWN_TOML.replace("co_mg_m3", "smell"), "scenes.unknown_point", "when.point"),
            (OWN_TOML.replace("0s alarm", "5s alarm"), "scenes.story_failed", "story.0"),
            (OWN_TOML.replace("0s co 4", "0s smell 4"), "scenes.bad_story", "does not"),
            (OWN_TOML.replace("info", "grave"), "kernel.wrong_choice", "severity"),
            ("x = " + "[" * 5000, "kernel.not_toml", ""),
            ("#" * 70_000, "scenes.text_too_long", ""),
            ("x = " + "9" * 5000, "kernel.not_toml", ""),
        ],
        ids=lambda value: str(value)[:12],
    )
    def test_refuses_a_wrong_text_with_its_problem_and_keeps_nothing(self, three, text, key, where):
        with pytest.raises(logic.DraftWrong) as refused:
            write(three[0], text)

        (problem,) = refused.value.values["problems"]
        assert (problem["key"], problem["where"]) == (key, where)
        assert problem["message"]
        assert not SceneVersion.rows.of("hml").exists()

    def test_has_room_for_so_many(self, three, monkeypatch):
        monkeypatch.setattr(logic, "MOST_OWN", 1)
        write(three[0])

        with pytest.raises(logic.TooManyScenes):
            write(three[0], OWN_TOML.replace("above = 10", "above = 11"))
        with pytest.raises(logic.TooManyScenes):
            write(three[0], SHARPER)

    def test_evaluates_nothing_in_a_text(self, three):
        tricky = OWN_TOML.replace("车库闷", "{0.__class__} {{7*7}} %s ${x} {% if %}")

        write(three[0], tricky)
        put(three[0])

        name = queries.briefs("hml")[OWN].name.zh
        assert name == "{0.__class__} {{7*7}} %s ${x} {% if %}"


class TestScenes:
    def test_a_new_scene_is_known_by_name_before_it_is_on(self, three):
        before = devices_queries.version(community="hml")

        write(three[0])

        assert devices_queries.version(community="hml") > before
        assert queries.briefs("hml")[OWN].name.zh == "车库闷"
        assert queries.bound_scenes(community="hml")[OWN] == ("co-1", "co-2")

    def test_a_scene_stands_by_the_text_in_force_not_by_the_newest(self, three):
        for limit in (9, 11, 8):
            write(three[0], OWN_TOML.replace("above = 10", f"above = {limit}"))
        put(three[0], version=2)

        (found,) = (one for one in queries.standings(community="hml", now=NOW) if one.own)

        assert (found.stage, found.version) == ("on", 2)
        assert "above = 11" in found.scene.toml
        assert queries.limits_of(community="hml", id=OWN)["above"] == (11.0, "co_mg_m3")

    def test_a_text_that_does_not_load_any_more_is_told_and_the_catalogues_stands(self, three):
        row = write(three[0], SHARPER)
        SceneVersion.rows.of("hml").filter(number=row.number).update(toml="id = 1")
        operations.set_mode(
            community="hml", place="hml", mode="m", value="v", by=three[0], now=NOW
        )  # the register moves on
        waiting = SceneVersion.rows.of("hml").get()

        with pytest.raises(logic.DraftWrong):
            put(three[0], scene=CO_SCENE, version=waiting.number)
        assert queries.scene(community="hml", id=CO_SCENE).toml == CO_TOML
