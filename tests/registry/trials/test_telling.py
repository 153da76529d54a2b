"""A recording told as a story: short, and with the same effects as all of it."""

from datetime import UTC, datetime

import numpy as np
import pytest

from linli.kernel.words import Words
from linli.registry.trials.telling import MOST_ENTRIES, Span, TooManyEntries, Track, tell
from linli.scenes import story
from linli.scenes.load import load
from tests.registry.devices.kit import CO_TOML, models

MODELS = models()
TITLE = Words(zh="记录", en="recorded")
START = datetime(2026, 3, 7, 14, 30, 5, tzinfo=UTC)  # a Saturday, 22:30:05 in Shanghai
WHEN = '[when]\npoint = "co_mg_m3"\nabove = 30\nhold = "10s"\n\n[clear]\nbelow = 24\nhold = "5m"\n'
KINDS = {
    "hold": WHEN,
    "hysteresis": '[when]\npoint = "co_mg_m3"\nabove = 30\nhysteresis = 6\n',
    "rate": '[when]\npoint = "co_mg_m3"\nrises = 25\nwithin = "1m"\n[clear]\nbelow = 20\n',
    "count": '[when]\npoint = "co_mg_m3"\nabove = 40\ncount = 3\nwithin = "10m"\n[clear]\n'
    'after = "30m"\n',
    "silence": '[when]\npoint = "co_mg_m3"\nsilent = "3m"\n',
}


def scene(when):
    return load(CO_TOML.replace(WHEN, when), file="", models=MODELS)


def walk(seed, *, minutes=120, every_s=30, jumps=6):
    """Return a recording of a garage: a slow walk, a car now and then, a gap."""
    random = np.random.default_rng(seed)
    level, extra, samples, gap = 12.0, 0.0, [], int(random.integers(20, 100))
    for at in range(0, minutes * 60, every_s):
        extra = extra * 0.93 if random.random() > jumps / (minutes * 2) else 60.0
        level = min(20.0, max(5.0, level + random.normal(0, 0.4)))
        if not gap <= at // 60 < gap + 5:
            samples.append((at + float(random.random()), round(level + extra, 1)))
    return samples


def recorded(when, *tracks, lasts_s=7_200.0, **more):
    """Return the scene, and its story of a recording."""
    one = scene(when)
    span = Span(start=START, lasts_s=lasts_s, worked=False, **more)
    return one, tell(scene=one, tracks=tracks, span=span, title=TITLE, models=MODELS)


def co(*samples, **more):
    return Track(name="co_mg_m3", samples=samples, **more)


class TestTell:
    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("seed", range(4))
    def test_has_the_effects_of_all_that_was_recorded(self, kind, seed):
        samples = walk(seed)
        whole = tuple(f"{int(at * 1000)}ms co_mg_m3 {value}" for at, value in samples)

        one, told = recorded(KINDS[kind], co(*samples))

        least = story.run_one(
            one, story.Story(title=TITLE, given=(*whole, "2h nothing"), then=()), models=MODELS
        )
        assert [text.split(" ", 1)[1] for text in told.then] == [
            text.split(" ", 1)[1] for text in least.got
        ]
        assert len(told.given) <= min(MOST_ENTRIES, len(samples))
        assert story.run_one(one, told, models=MODELS).passed

    def test_a_reading_that_crosses_a_limit_for_an_instant_is_told(self):
        _, told = recorded(WHEN, co((0.2, 12.0), (60.2, 12.0), (60.7, 99.0), (61.9, 12.0)))

        assert told.given == ("0s co 12", "1m700ms co 99", "1m1s co 12", "2h nothing")

    def test_goes_back_no_second_where_two_readings_share_one(self):
        _, told = recorded(WHEN, co((9.9, 12.0), (10.2, 99.0), (10.8, 12.0), (10.8, 99.0)))

        assert told.given[1:3] == ("10s co 99", "10s800ms co 12")

    def test_the_peak_is_told(self):
        _, told = recorded(WHEN, co((0, 12), (30, 35), (60, 61), (90, 40), (120, 9)))

        assert told.given == ("0s co 12", "30s co 35", "1m co 61", "2m co 9", "2h nothing")

    def test_two_devices_are_told_apart(self):
        one = CO_TOML.replace('[when]\npoint = "co_mg_m3"\nabove = 30\nhold = "10s"',
                              '[when]\npoint = "co_mg_m3"\nabove = 30\nof = 2')  # fmt: skip
        one = one.replace("needs = {", 'scope = "zone"\nneeds = {')
        span = Span(start=START, lasts_s=600.0, worked=True)

        told = tell(
            scene=load(one, file="", models=MODELS),
            tracks=[co((0, 41)), co((30, 12), (90, 50), which=2)],
            span=span, title=TITLE, models=MODELS,
        )  # fmt: skip

        assert told.given == ("0s co 41", "30s co@2 12", "1m30s co@2 50", "10m nothing")
        assert told.then[0].startswith("1m30s ")

    @pytest.mark.parametrize(
        ("worked", "clock"), [(False, "sat 22:30:05 clock"), (True, "working 22:30:05 clock")]
    )
    def test_a_scene_that_asks_the_hour_is_told_it(self, worked, clock):
        night = WHEN.replace(
            'point = "co_mg_m3"\nabove = 30',
            'all = [{ point = "co_mg_m3", above = 30 }, { time = { from = "22:00",'
            ' to = "06:00", days = "rest" } }]',
        ).replace("[clear]\n", '[clear]\npoint = "co_mg_m3"\n')
        one = scene(night)

        told = tell(
            scene=one, tracks=[co((0, 41))], title=TITLE, models=MODELS,
            span=Span(start=START, lasts_s=60.0, worked=worked),
        )  # fmt: skip

        assert told.given[0] == clock
        assert bool(told.then) is not worked

    def test_what_stood_is_told_first(self):
        _, told = recorded(WHEN, co((0, 41)), stood=["mode fire=drill"])

        assert told.given[0] == "0s mode fire=drill"

    def test_an_enum_goes_by_its_word_and_an_event_by_its_name(self):
        text = (
            CO_TOML.replace('needs = { sensor = "co_mg_m3", actuator = "fan" }', "")
            .replace(WHEN, '[when]\nany = [{ event = "trapped" }, { point = "lift_door",'
                     ' equals = "open" }]\n[clear]\nafter = "1m"\n')
            .replace('[[do]]\ncommand = "fan.on"\nwhere = "same garage"\n', "")
        )  # fmt: skip
        doors = next(m.properties["lift_door"].values for m in MODELS.values()
                     if "lift_door" in m.properties)  # fmt: skip

        told = tell(
            scene=load(text, file="", models=MODELS),
            tracks=[
                Track(name="lift_door", samples=[(0, doors.index("open")), (5, 0)]),
                Track(name="trapped", event=True, samples=[(200, 1), (201, 1)]),
            ],
            span=Span(start=START, lasts_s=600.0, worked=True), title=TITLE, models=MODELS,
        )  # fmt: skip

        assert told.given[:2] == ("0s lift_door open", f"5s lift_door {doors[0]}")
        assert told.given[2:4] == ("3m20s event trapped", "3m21s event trapped")

    def test_refuses_more_than_anybody_would_read(self):
        samples = [(at * 10.0, 20.0 + 20 * (at % 2)) for at in range(600)]

        with pytest.raises(TooManyEntries) as refused:
            recorded('[when]\npoint = "co_mg_m3"\nabove = 30\n', co(*samples))

        assert refused.value.values == {"count": 601, "most": 200}
