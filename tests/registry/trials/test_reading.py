import pytest

from linli.registry.trials import reading
from tests.registry.devices.kit import CO_TOML, models

MODELS = models()


def read(text):
    return reading.read(text, models=MODELS)


def told(text):
    return [(one.where, one.key) for one in read(text).problems]


class TestRead:
    @pytest.mark.parametrize(
        ("before", "after", "where", "key"),
        [
            ("above = 30", "above = 3000", "when.above", "scenes.limit_out_of_range"),
            ("above = 30", "", "when", "scenes.one_limit"),
            ("above = 30", "abov = 30", "when", "scenes.one_limit"),
            ('"co_mg_m3"\nabove', '"co"\nabove', "when.point", "scenes.unknown_point"),
            ("below = 24", "belw = 24", "clear", "scenes.no_condition"),
            ('hold = "5m"', 'hold = "soon"', "clear.hold", "kernel.wrong_kind"),
            ('"fan.on"', '"fan.dance"', "do.0.command", "scenes.unknown_service"),
            ('within = "15m"', "within = 15", "do.1.within", "kernel.wrong_kind"),
            ('"major"', '"awful"', "severity", "kernel.wrong_choice"),
            ('source = "invented for tests"', "", "source", "kernel.missing_key"),
            ('id = "safety.', 'id = "fun.', "id", "scenes.wrong_board"),
            ('sensor = "co_mg_m3"', 'sensor = "co"', "needs.sensor", "scenes.unknown_point"),
            ("[when]", 'mood = "good"\n[when]', "mood", "kernel.unknown_key"),
            ('given = ["0s co 12", "5s', 'gven = ["0s co 12", "5s', "story.1.given",
             "kernel.missing_key"),
            ('"5s co 44"', '"5s cat 44"', "story.1", "scenes.bad_story"),
            ('"5s co 44"', '"5s co@99 44"', "story.1", "scenes.story_too_large"),
            ("then = []", 'then = ["15s fan.on"]', "story.1", "scenes.story_failed"),
        ],
    )  # fmt: skip
    def test_tells_where_a_mistake_stands(self, before, after, where, key):
        text = CO_TOML.replace(before, after, 1)

        assert text != CO_TOML
        assert told(text)[0] == (where, key)

    def test_tells_all_mistakes_at_once(self):
        text = CO_TOML.replace("above = 30", "above = 3000").replace('"fan.on"', '"fan.dance"')
        text = text.replace('"major"', '"awful"').replace('"15m"', "15").replace("given", "gven")

        assert told(text) == [
            ("when.above", "scenes.limit_out_of_range"),
            ("severity", "kernel.wrong_choice"),
            ("do.0.command", "scenes.unknown_service"),
            ("do.1.within", "kernel.wrong_kind"),
            ("story.0.given", "kernel.missing_key"),
            ("story.1.given", "kernel.missing_key"),
        ]

    @pytest.mark.parametrize(
        "gone", ['name = { zh = "车库一氧化碳超标", en = "Garage CO over limit" }\n',
                 'source = "invented for tests"\n']
    )  # fmt: skip
    def test_a_name_that_is_still_missing_hides_no_sentence(self, gone):
        draft = read(CO_TOML.replace(gone, ""))

        assert draft.scene is not None
        assert len(draft.problems) == 1

    def test_a_draft_with_no_story_yet_has_its_sentence(self):
        draft = read(CO_TOML.split("[[story]]")[0])

        assert draft.scene is not None
        assert [one.key for one in draft.problems] == ["scenes.missing_stories"]

    def test_one_that_does_not_say_when_has_none(self):
        assert read(CO_TOML.replace("above = 30", "above = 3000")).scene is None

    @pytest.mark.parametrize(
        "text",
        [
            "", " ", "a = [", "[" * 9_000, "{" * 9_000, "when = 3\ndo = 4\nstory = 5\nid = 6",
            "when = []", "do = [1, 2]", "story = [[]]", "x = 1979-05-27T07:32:00Z", "x = nan",
            "\ud800", "\x00", "é" * 40_000, 'id = "' + "x" * 20_000 + '"',
            "[when]\n" + "not = { " * 60 + 'silent = "1h"' + " }" * 60,
        ],
        ids=range(16),
    )  # fmt: skip
    def test_is_never_at_a_loss(self, text):
        draft = read(text)

        assert draft.problems
        assert all(one.key for one in draft.problems)

    def test_everything_in_the_table_is_json(self):
        draft = read("a = nan\nb = 1979-05-27\nc = [inf, { d = 07:32:00 }]")

        assert draft.table == {"a": "nan", "b": "1979-05-27", "c": ["inf", {"d": "07:32:00"}]}
