"""A back-test finds what the engine would have found, however the recording is cut."""

import msgspec
import numpy as np
import pytest

from linli.contracts.directory import LimitEntry, ModeEntry, SceneEntry
from linli.contracts.effects import AlarmCleared, AlarmRaised
from linli.contracts.readings import Batch, Quality
from linli.contracts.signals import CaseChanged
from linli.scenes import backtest
from linli.scenes.backtest import Backtest, run, scope
from linli.scenes.engine import Engine
from linli.scenes.faults import TooManyFirings
from tests.scenes.town import MODELS, NUMBER, START, batch, directory, scene

OVER = '[when]\npoint = "co"\nabove = 30\nhold = "20s"'
KINDS = {
    "limit": '[when]\npoint = "co"\nabove = 30',
    "hold": OVER,
    "hysteresis": '[when]\npoint = "co"\nabove = 30\nhysteresis = 10',
    "clear": OVER + '\n[clear]\nbelow = 20\nhold = "30s"',
    "rate": '[when]\npoint = "co"\nrises = 25\nwithin = "1m"',
    "count": '[when]\npoint = "co"\nabove = 30\ncount = 3\nwithin = "5m"',
    "silence": '[when]\npoint = "co"\nsilent = "2m"',
    "both": '[when]\nall = [{ point = "co", above = 30 }, { point = "temp", above = 15 }]\n'
    'hold = "10s"',
    "near": '[when]\nall = [{ point = "co", above = 30 },'
    ' { point = "co", above = 20, where = "same garage" }]',
    "event": '[when]\nevent = "pressed"',
    "night": '[when]\nall = [{ point = "co", above = 30 },'
    ' { time = { from = "13:20", to = "14:00" } }]',
}


def walk(*, seed: int, seconds: int = 3600) -> list[tuple[int, str, str, float]]:
    """Return a recording: every device speaks every ten seconds or so, with gaps and jumps."""
    random, rows = np.random.default_rng(seed), []
    for device in ("s1", "s2", "s3", "s4"):
        level, at = 10.0, int(random.integers(1, 10))
        while at < seconds:
            level = max(0.0, level + random.normal(0, 6))
            rows.append((at, device, "co", round(level, 1)))
            if random.random() < 0.3:
                rows.append((at, device, "temp", round(random.normal(15, 4), 1)))
            if random.random() < 0.02:
                rows.append((at, device, "pressed", 1.0))
            at += int(random.integers(8, 13)) if random.random() < 0.99 else 400
    return sorted(rows)


def recorded(rows: list[tuple[int, str, str, float]]) -> Batch:
    return batch(0, [row[1:] for row in rows], [START + row[0] for row in rows])


def plainly(tried, rows, place, until):
    """Return what the engine says when it hears each second by itself."""
    engine = Engine(
        scenes=[msgspec.structs.replace(tried, alarm=True, do=())],
        models=MODELS,
        directory=place,
        now=START,
    )
    said = []
    for second in sorted({row[0] for row in rows}):
        now = [row for row in rows if row[0] == second]
        part = batch(second, [row[1:] for row in now], [START + second] * len(now))
        said += engine.feed(part)
    said += engine.advance(START + until)
    ended = {one.alarm: one.at for one in said if isinstance(one, AlarmCleared)}
    return [
        (one.at, one.device or one.place, ended.get(one.id))
        for one in said
        if isinstance(one, AlarmRaised)
    ]


def told(firings, *, momentary=False):
    return [(one.began, one.device or one.place, None if momentary else one.ended)
            for one in firings]  # fmt: skip


def tried_on(body, rows, *, cuts=(), head="", place=None, until=4000.0, signals=()):
    place = place or directory()
    parts = np.split(np.arange(len(rows)), list(cuts))
    return run(
        scene=scene(body, head=head),
        models=MODELS,
        directory=place,
        batches=[recorded([rows[n] for n in part]) for part in parts if len(part)],
        start=START,
        until=START + until,
        signals=signals,
    )


class TestRun:
    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("seed", range(3))
    def test_finds_what_the_engine_finds_reading_by_reading(self, kind, seed):
        rows = walk(seed=seed)

        found = tried_on(KINDS[kind], rows)

        expected = plainly(scene(KINDS[kind]), rows, directory(), 4000)
        assert told(found, momentary=kind == "event") == expected

    @pytest.mark.parametrize("kind", KINDS)
    def test_finds_the_same_however_the_recording_is_cut(self, kind):
        rows = walk(seed=7)

        whole = tried_on(KINDS[kind], rows)
        cut = tried_on(KINDS[kind], rows, cuts=range(5, len(rows), 37))

        assert whole == cut

    def test_some_of_these_recordings_make_it_fire(self):
        assert all(
            any(tried_on(body, walk(seed=seed)) for seed in range(3)) for body in KINDS.values()
        )

    def test_the_limits_of_a_device_hold_for_it(self):
        rows = [(10, "s1", "co", 40.0), (10, "s2", "co", 40.0)]
        limit = LimitEntry(scene="safety.test.x", target="s1", key="above", value=50)

        found = tried_on(KINDS["limit"], rows, place=directory(limits=[limit]))

        assert [one.device for one in found] == ["s2"]

    def test_a_scene_of_a_place_fires_for_the_place(self):
        rows = [(10, "s1", "co", 40.0), (12, "s2", "co", 44.0)]

        found = tried_on(KINDS["limit"], rows, head='scope = "zone"')

        assert [(one.device, one.place) for one in found] == [(None, "e/g/z1")]

    def test_a_firing_without_an_end_is_still_open(self):
        found = tried_on(KINDS["limit"], [(10, "s1", "co", 40.0)], until=20.0)

        assert [one.ended for one in found] == [None]

    def test_an_event_ends_as_it_begins(self):
        found = tried_on(KINDS["event"], [(10, "s1", "pressed", 1.0)])

        assert [(one.began, one.ended) for one in found] == [(START + 10, START + 10)]

    def test_what_falls_due_after_the_last_reading_is_done(self):
        found = tried_on(OVER, [(10, "s1", "co", 40.0)], until=40.0)

        assert [one.began for one in found] == [START + 30]

    def test_an_empty_recording_makes_nothing_but_silence(self):
        assert tried_on(OVER, []) == []
        assert len(tried_on(KINDS["silence"], [])) == 4

    def test_a_scene_without_an_alarm_of_its_own_is_tried_as_well(self):
        body = OVER + '\n[[do]]\ncommand = "fan.on"\nwhere = "same zone"'

        found = tried_on(body, [(10, "s1", "co", 40.0)], head="alarm = false")

        assert len(found) == 1

    def test_modes_and_cases_are_heard_at_their_time(self):
        body = '[when]\nall = [{ point = "co", above = 30 }, { case = "facility.air" }]'
        rows = [(at, "s1", "co", 40.0) for at in range(10, 100, 10)]
        opens = CaseChanged(
            id="c1", at=START + 45, kind="facility.air", place="e/g", open=True, case=1
        )
        shuts = msgspec.structs.replace(opens, id="c2", at=START + 72, open=False)

        found = tried_on(body, rows, signals=[shuts, opens])

        assert [(one.began, one.ended) for one in found] == [(START + 45, START + 72)]

    def test_a_case_that_was_open_before_the_beginning_is_known_as_open(self):
        tried = scene('[when]\nall = [{ point = "co", above = 30 }, { case = "facility.air" }]')
        rows = recorded([(30, "s1", "co", 40.0)])
        opened = CaseChanged(
            id="c1", at=START - 5_000, kind="facility.air", place="e/g", open=True, case=1
        )
        closed = msgspec.structs.replace(opened, id="c1.closed", at=START - 100, open=False)
        said = {"scene": tried, "models": MODELS, "directory": directory(), "batches": [rows],
                "start": START, "until": START + 60}  # fmt: skip

        open_still = run(signals=[opened], **said)
        closed_before = run(signals=[closed, opened], **said)

        assert (len(open_still), len(closed_before)) == (1, 0)

    def test_too_many_firings_are_refused_in_words(self, monkeypatch):
        monkeypatch.setattr(backtest, "MOST_FIRINGS", 2)
        ups = [(n * 60 + m * 30, "s1", "co", 40.0 if m else 1.0) for n in range(5) for m in (0, 1)]

        with pytest.raises(TooManyFirings):
            run(scene=scene(KINDS["limit"]), models=MODELS, directory=directory(),
                batches=[recorded(ups)], start=START, until=START + 600)  # fmt: skip

    def test_a_mode_that_stands_counts(self):
        body = '[when]\nall = [{ point = "co", above = 30 }, { mode = { home = "away" } }]'
        away = directory(modes=[ModeEntry(place="e", mode="home", value="away")])

        assert len(tried_on(body, [(10, "s1", "co", 40.0)], place=away)) == 1
        assert tried_on(body, [(10, "s1", "co", 40.0)]) == []

    def test_a_mode_that_stands_was_so_for_long_though_it_was_set_since(self):
        mode = 'mode = { home = "away" }, since = "1m"'
        body = f'[when]\nall = [{{ point = "co", above = 30 }}, {{ {mode} }}]'
        set_now = ModeEntry(place="e", mode="home", value="away", since=START + 90_000)

        found = tried_on(body, [(10, "s1", "co", 40.0)], place=directory(modes=[set_now]))

        assert [one.began for one in found] == [START + 10]


def own(body, *, name="x"):
    """Return the entry of a text that is in force here."""
    text = scene(body, name=name).toml
    return SceneEntry(scene=f"safety.test.{name}", version=1, toml=text)


class TestTheTextGiven:
    """A draft is tried by itself, whatever of it or beside it is in force already."""

    TEXT = '[when]\npoint = "co"\nabove = 100'
    TIGHTER = TEXT.replace("100", "30")
    ROWS = tuple((at, "s1", "co", 150.0 if at == 90 else 50.0 if at % 40 == 10 else 5.0)
                 for at in range(10, 130, 10))  # fmt: skip

    @pytest.mark.parametrize(
        "standing",
        [
            {},
            {"scenes": [own(TIGHTER)]},
            {"scenes": [own(TIGHTER)], "scenes_shadow": frozenset({"safety.test.x"})},
            {"scenes": [own(TIGHTER, name="other")]},
            {"scenes_shadow": frozenset({"safety.test.x"})},
            {"scenes_off": frozenset({"safety.test.x"})},
        ],
        ids=["nothing", "older text on", "older text in shadow", "another on", "shadow", "off"],
    )
    @pytest.mark.parametrize("narrowed", [True, False])
    def test_is_what_is_tried(self, standing, narrowed):
        tried = scene(self.TEXT)
        place = msgspec.structs.replace(directory(), **standing)
        if narrowed:
            place = scope(scene=tried, models=MODELS, directory=place).directory

        found = tried_on(self.TEXT, self.ROWS, place=place)

        assert [(one.began - START, one.because.limit) for one in found] == [(90, 100.0)]


class TestFeed:
    def fed(self, **columns):
        rows = [(10, "s1", "co", 12.0), (20, "s1", "co", 40.0), (30, "s1", "co", 12.0)]
        test = Backtest(
            scene=scene(KINDS["limit"]), models=MODELS, directory=directory(), start=START
        )
        test.feed(recorded(rows)._replace(**columns))
        return test, test.finish(START + 60)

    def test_readings_out_of_range_are_not_shown_to_it(self):
        flags = np.array([0, int(Quality.OUT_OF_RANGE), 0], np.uint8)

        _, found = self.fed(quality=flags)

        assert found == []

    def test_what_is_no_number_is_not_shown_to_it(self):
        _, found = self.fed(values=np.array([12.0, np.nan, np.inf]))

        assert found == []

    def test_a_reading_that_comes_twice_counts_once(self):
        _, found = self.fed(times=np.array([START + 20] * 3))

        assert found == []

    def test_a_batch_in_disorder_is_put_in_order(self):
        _, found = self.fed(times=np.array([START + 30, START + 20, START + 10]))

        assert [(one.began, one.ended) for one in found] == [(START + 20, START + 30)]

    def test_points_that_nobody_knows_are_passed_over(self):
        test, found = self.fed(points=np.full(3, 9999, np.uint32))

        assert (test.readings, found) == (0, [])


class TestScope:
    def test_keeps_what_the_scene_looks_at_and_who_says_it(self):
        kept = scope(scene=scene(OVER), models=MODELS, directory=directory())

        assert kept.looked == {NUMBER[code, "co"] for code in ("s1", "s2", "s3", "s4")}
        assert {one.code for one in kept.directory.devices} == {"s1", "s2", "s3", "s4"}
        assert kept.others[NUMBER["s1", "temp"]] == kept.others[NUMBER["s1", "open"]]
        assert kept.speaks_s == 22.5

    def test_a_device_in_maintenance_now_was_not_then(self):
        place = directory()
        away = msgspec.structs.replace(
            place,
            devices=[
                msgspec.structs.replace(one, maintenance_until=START * 2) for one in place.devices
            ],
        )

        kept = scope(scene=scene(OVER), models=MODELS, directory=away)

        assert {one.maintenance_until for one in kept.directory.devices} == {0.0}

    def test_silence_of_whatever_looks_at_every_point(self):
        body = '[when]\nsilent = "2m"'

        kept = scope(scene=scene(body, head='needs = { sensor = "co" }'), models=MODELS,
                     directory=directory())  # fmt: skip

        assert len(kept.looked) == 16
        assert kept.others == {}
