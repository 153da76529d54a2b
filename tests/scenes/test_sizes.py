"""Texts that do not mean well: each is refused quickly, by name, and none is evaluated."""

import time

import pytest

from linli.kernel.fault import Fault
from linli.scenes import story
from linli.scenes.faults import StoriesTakeTooMuch, TextTooLong, TextTooMuch
from linli.scenes.load import load
from tests.scenes.town import MODELS, Town, scene

CO = '[when]\npoint = "co"\nabove = 30\n'
STORIES = (
    '[[story]]\ntitle = "a"\ngiven = []\nthen = ["1s alarm raised"]\n'
    '[[story]]\ntitle = "b"\ngiven = []\nthen = []\n'
)


def refused(text):
    with pytest.raises(Fault) as error:
        load(text, file="x", models=MODELS)
    return error.value


class TestText:
    @pytest.mark.parametrize(
        "text",
        [
            "a." * 30_000 + "a = 1",
            "\n".join(f"k{n}." + "a." * 90 + "a = 1" for n in range(300)),
            "x = " + "[" * 30_000,
            "x = " + "{a=" * 15_000,
            "x = " + "9" * 60_000,
            "[[a]]\n" * 9_000,
            "\n" * 65_000,
            'x = "' + "\\u4e00" * 10_000 + '"',
        ],
        ids=["dots", "lines-of-dots", "lists", "tables", "figure", "heads", "empty", "escapes"],
    )
    def test_a_bomb_is_refused_in_a_few_seconds_at_most(self, text):
        before = time.process_time()

        refused(text)

        assert time.process_time() - before < 5

    def test_too_long_or_no_text_is_refused_unread(self):
        assert isinstance(refused("#" * 65_537), TextTooLong)
        assert isinstance(refused("# \ud800"), TextTooLong)


def much(body="", head="", **more):
    with pytest.raises(TextTooMuch) as error:
        scene(CO + body, head=head, **more)
    return error.value.values["key"]


class TestScene:
    def test_has_so_many_steps_conditions_and_stories(self):
        step = '[[do]]\nnotify = "guard"\ntext = { zh = "x", en = "x" }\n'
        deep = "{ not = " * 14 + '{ point = "co", above = 1 }' + " }" * 14
        wide = ", ".join('{ point = "co", above = 1 }' for _ in range(70))

        assert much(step * 33) == "do"
        assert much(STORIES * 30) == "story"
        with pytest.raises(TextTooMuch, match="when"):
            scene(f"[when]\nany = [{wide}]")
        with pytest.raises(TextTooMuch, match="not"):
            scene(f"[when]\nall = [{deep}]")

    @pytest.mark.parametrize(
        ("head", "key"),
        [
            ('cooldown = "1ms"', "cooldown"),
            ('cooldown = "400d"', "cooldown"),
        ],
    )
    def test_does_not_begin_again_without_a_pause(self, head, key):
        assert much(head=head) == key

    @pytest.mark.parametrize(
        "when",
        [
            'silent = "1ms"',
            'point = "co"\nrises = 1\nwithin = "8d"',
            'point = "co"\nabove = 1\ncount = 1001\nwithin = "1m"',
            'point = "co"\nabove = 1\nhold = "9999999999d"',
            'point = "co"\nabove = nan',
            'point = "co"\nabove = inf',
            'point = "co"\nabove = 1\ncount = inf\nwithin = "1m"',
            f'point = "co"\nabove = 1{"0" * 400}',
            'mode = { home = "a\\u0000b" }\npoint = "co"\nabove = 1',
            f'mode = {{ home = "{"x" * 60}" }}\npoint = "co"\nabove = 1',
        ],
    )
    def test_has_no_span_number_or_word_that_nothing_could_hold(self, when):
        with pytest.raises(TextTooMuch):
            scene(f"[when]\n{when}")

    def test_ends_by_time_no_quicker_than_in_a_second(self):
        with pytest.raises(TextTooMuch):
            scene('[when]\nevent = "pressed"\n[clear]\nafter = "10ms"')

    def test_holds_words_as_words(self):
        kept = scene(
            f'{CO}[[do]]\nnotify = "guard"\n'
            'text = { zh = "{value.__class__} {0} {{limit}} %s", en = "{value}" }'
        )
        town = Town(kept)

        town.read(0, ("s1", "co", 41))

        (told,) = [one for one in town.said if type(one).__name__ == "NoticeWanted"]
        assert (told.text.zh, told.text.en) == ("{value.__class__} {0} {30} %s", "41")


class TestStory:
    def test_that_goes_on_without_end_is_stopped(self):
        endless = load(
            'id = "safety.test.x"\nname = { zh = "x", en = "x" }\nseverity = "info"\n'
            'source = "x"\ncooldown = "1s"\nneeds = { sensor = "co" }\nalarm = false\n'
            '[when]\nnot = { mode = { home = "away" } }\n[clear]\nafter = "1s"\n'
            '[[do]]\ncommand = "fan.on"\nwhere = "same device"\n'
            '[[story]]\ntitle = "a"\ngiven = ["99d nothing"]\nthen = ["1s fan.on"]\n'
            '[[story]]\ntitle = "b"\ngiven = []\nthen = []\n',
            file="x",
            models=MODELS,
        )

        with pytest.raises(StoriesTakeTooMuch):
            story.run(endless, models=MODELS)
