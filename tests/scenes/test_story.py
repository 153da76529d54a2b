"""Stories are understood, played through the real engine, and compared to the letter."""

import msgspec
import pytest

from linli.kernel.words import Words
from linli.scenes import story
from linli.scenes.faults import BadStory, StoriesTakeTooMuch, StoryFailed
from linli.scenes.load import load
from linli.scenes.model import Story
from linli.scenes.sentence import sentence
from tests.scenes.test_load import WHOLE
from tests.scenes.town import MODELS, scene


def _run(body: str, given: list[str], then: list[str], head: str = "") -> story.Result:
    told = Story(title=Words(zh="故事", en="story"), given=tuple(given), then=tuple(then))
    return story.run_one(scene(body, head=head), told, models=MODELS)


OVER = '[when]\npoint = "co"\nabove = 30\nhold = "10s"'


class TestRun:
    def test_plays_the_story_of_the_architecture(self):
        body = (
            'needs = { sensor = "co", actuator = "fan" }\nat = ["garage"]\n' + OVER + "\n[clear]\n"
            'below = 24\nhold = "5m"\n[[do]]\ncommand = "fan.on"\nwhere = "same zone"\n'
            '[[do]]\ncase = "facility.air"\nto = "nearest engineer"'
        )
        given = ["0s co 12", "20s co 41", "60s co 55", "9m co 20", "15m co 18"]
        then = ["30s fan.on", "30s alarm raised", "30s case opened", "14m alarm cleared"]

        told = _run(body, given, [*then, "14m fan.off"])

        assert told.passed, told.got
        assert told.timeline[2].kind == "AlarmRaised"

    @pytest.mark.parametrize(
        "then",
        [
            [],
            ["30s alarm raised", "30s alarm raised"],
            ["29s alarm raised"],
            ["30s alarm cleared"],
            ["30s fan.on"],
        ],
    )
    def test_fails_when_anything_differs(self, then):
        told = _run(OVER, ["20s co 41", "40s nothing"], then)

        assert not told.passed
        assert told.got == ("30s alarm raised",)

    @pytest.mark.parametrize(
        ("body", "given", "then"),
        [
            ('[when]\nevent = "pressed"', ["5s event pressed"], ["5s alarm raised"]),
            ('[when]\nevent = "pressed"', ["5s pressed"], ["5s alarm"]),
            ('[when]\npoint = "open"\nequals = true', ["1s op on"], ["1s alarm raised major"]),
            ('[when]\npoint = "state"\nequals = "fast"', ["1s state fast"], ["1s alarm raised"]),
            (
                '[when]\npoint = "open"\nequals = true\nmode = { home = "away" }',
                ["0s open 1", "9s mode home=away"],
                ["9s alarm raised"],
            ),
            (
                '[when]\npoint = "open"\nequals = true\ncase = "a.b"',
                ["0s open 1", "9s case a.b open", "12s case a.b closed"],
                ["9s alarm raised", "12s alarm cleared"],
            ),
            (
                '[when]\npoint = "open"\nequals = true\ntime = { from = "22:00", to = "06:00" }',
                ["21:30 clock", "0s open 1", "22:30 open 0"],
                ["22:00 alarm raised", "1h alarm cleared"],
            ),
            (
                '[when]\npoint = "open"\nequals = true\ntime = { days = "rest" }',
                ["rest 10:00 clock", "1s open 1"],
                ["1s alarm raised"],
            ),
            (
                '[when]\npoint = "co"\nsilent = "15m"',
                ["0s co 12", "16m nothing"],
                ["15m alarm raised"],
            ),
            (
                '[when]\npoint = "co"\nabove = 30\nhold = "2h"',
                ["0s co 31", "3h nothing"],
                ["2h alarm raised"],
            ),
            (
                '[when]\nall = [{ point = "co", above = 30 },'
                ' { point = "co", above = 20, where = "same zone" }]',
                ["1s co 31", "2s co@2 21"],
                ["2s alarm raised"],
            ),
            (
                OVER + '\n[[do]]\nmode = { air = "bad" }\n[[do]]\nnotify = "guard"\n'
                'text = { zh = "a", en = "b" }',
                ["0s co 31", "20s nothing"],
                ["10s alarm raised", "10s mode air=bad", "10s notify guard"],
            ),
        ],
    )
    def test_understands_its_language(self, body, given, then):
        told = _run(body, given, then)

        assert told.passed, (told.expected, told.got)

    @pytest.mark.parametrize(
        "entry",
        ["", "co 41", "5s", "5s co", "5s nonsense 41", "5s co many", "5s co@0 1", "5s co@x 1"],
    )
    def test_says_what_it_does_not_understand(self, entry):
        with pytest.raises(BadStory) as refused:
            _run(OVER, [entry], [])

        assert refused.value.values["key"] == "故事"

    def test_refuses_modes_that_set_each_other_off_without_end(self):
        body = '[when]\nmode = { a = ["x", "y"] }\n[clear]\nmode = { a = ["x", "y"] }\n[[do]]\n'
        swing = body + 'mode = { a = "y" }'

        told = _run(swing, ["1s mode a=x"], [], head='scope = "estate"')

        assert not told.passed


class TestProven:
    def test_keeps_only_scenes_whose_stories_pass(self):
        good = scene(OVER, name="good")
        title = Words(zh="动作", en="acts")
        passing = Story(title=title, given=("0s co 31", "20s nothing"), then=("10s alarm raised",))
        quiet = Story(title=title, given=("0s co 3",), then=())
        good = msgspec.structs.replace(good, stories=(passing, quiet))
        bad = msgspec.structs.replace(good, id="safety.test.bad", stories=(passing, passing))
        bad = msgspec.structs.replace(
            bad, stories=(passing, msgspec.structs.replace(passing, then=()))
        )

        kept, wrong = story.proven([good, bad], models=MODELS)

        assert [one.id for one in kept] == ["safety.test.good"]
        assert [type(one) for one in wrong] == [StoryFailed]
        assert wrong[0].values["got"] == "10s alarm raised"


class TestSentence:
    def test_says_a_scene_in_both_languages(self):

        said = sentence(load(WHOLE, file="co.toml", models=MODELS))

        assert said.zh == (
            "当co高于 30持续 10 秒时，报警，同一分区fan.on；co低于 24持续 5 分钟时解除。"
        )
        assert said.en == (
            "When co is above 30 for 10 s: an alarm is raised, fan.on in the same zone; "
            "it ends when co is below 24 for 5 min."
        )


class TestBudget:
    """What all stories of one text make the engine do together is bounded."""

    RESTLESS = '[when]\npoint = "co"\nabove = 30\n[clear]\nafter = "1s"'

    def restless(self, *, stories, devices, lasts):
        """Return a scene that begins and ends every three seconds, and stories of it."""
        given = [f"0s co@{number} 50" for number in range(1, devices + 1)]
        told = [
            Story(title=Words(zh=f"第{n}个", en="x"), given=(*given, f"{lasts} nothing"), then=())
            for n in range(stories)
        ]
        made = scene(self.RESTLESS, head='cooldown = "2s"')
        return msgspec.structs.replace(made, stories=tuple(told))

    def test_one_that_goes_on_without_end_is_stopped(self):
        endless = self.restless(stories=1, devices=1, lasts="30h")

        with pytest.raises(StoriesTakeTooMuch):
            story.run(endless, models=MODELS)

    def test_several_share_what_one_may_take(self):
        short = self.restless(stories=1, devices=1, lasts="30m")
        several = self.restless(stories=10, devices=1, lasts="30m")

        assert len(story.run(short, models=MODELS)) == 1
        with pytest.raises(StoriesTakeTooMuch) as refused:
            story.run(several, models=MODELS)

        assert refused.value.values["most"] == story.MOST_TURNS

    def test_each_device_counts(self):
        with pytest.raises(StoriesTakeTooMuch):
            story.run(self.restless(stories=1, devices=24, lasts="30m"), models=MODELS)

    def test_it_is_stopped_where_it_is_spent_and_not_an_hour_later(self):
        budget = story.Budget(turns=500)
        endless = self.restless(stories=1, devices=24, lasts="1h")

        with pytest.raises(StoriesTakeTooMuch):
            story.run_one(endless, endless.stories[0], models=MODELS, budget=budget)

        assert budget.left > -500

    def test_where_it_looks_at_much_a_turn_costs_more(self):
        parts = ", ".join(
            f'{{ point = "co", above = {limit}, where = "same estate" }}' for limit in range(60)
        )
        given = tuple(f"{at}s co@{1 + at % 24} {at % 60}" for at in range(200))
        told = Story(title=Words(zh="看", en="looks"), given=given, then=())
        looking = scene(f"[when]\nany = [{parts}]", head='needs = { sensor = "co" }')
        plain = scene('[when]\npoint = "co"\nabove = 20')
        budget = story.Budget()

        story.run_one(plain, told, models=MODELS, budget=budget)

        assert budget.left > story.MOST_TURNS - 1_000
        with pytest.raises(StoriesTakeTooMuch):
            story.run_one(looking, told, models=MODELS)
