"""However the engine is fed, cut off or helped by its guard bands, the effects are the same."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.contracts.directory import SceneEntry
from linli.contracts.effects import AnyEffect
from tests.scenes.town import Town, scene

SCENES = [
    scene('[when]\npoint = "co"\nabove = 30\nhold = "5s"\nhysteresis = 4\n', name="held"),
    scene(
        'alarm = false\n[when]\npoint = "co"\nabove = 20\nhysteresis = 2\n'
        '[[do]]\ncommand = "fan.on"\nwhere = "same zone"',
        name="reflex",
        board="environment",
    ),
    scene(
        '[when]\npoint = "temp"\nbelow = 0\n[clear]\nabove = 5\nhold = "3s"\n'
        '[[do]]\ncommand = "fan.off"\nwhere = "same zone"\n'
        '[[do]]\ncase = "cold"\nafter = "4s"\nto = "nearest engineer"',
        name="rival",
        head='cooldown = "9s"',
    ),
    scene(
        '[when]\nall = [{ point = "co", above = 10 }, '
        '{ point = "co", above = 25, where = "same zone" }, { mode = { home = "away" } }]\n'
        '[[do]]\ncommand = "fan.on"\nwhere = "same zone"',
        name="around",
    ),
    scene('[when]\npoint = "open"\nequals = true\ncount = 2\nwithin = "8s"', name="count"),
    scene('[when]\nevent = "pressed"\ncount = 2\nwithin = "6s"', name="presses"),
    scene(
        '[when]\nevent = "pressed"\n[[do]]\nnotify = "guard"\ntext = { zh = "{value}", en = "x" }',
        name="pressed",
        head='cooldown = "2s"',
    ),
    scene('[when]\npoint = "temp"\nrises = 10\nwithin = "5s"', name="rate"),
    scene('[when]\nsilent = "11s"', name="silence", head='needs = { sensor = "co" }'),
    scene('[when]\npoint = "co"\nbelow = 15\nof = "all"', name="zone", head='scope = "zone"'),
    scene(
        '[when]\nnot = { point = "running", equals = true, where = "same garage" }\n'
        'case = "cold"',
        name="negated",
        head='needs = { sensor = "co" }\nat = ["garage"]',
    ),
    scene(
        '[when]\npoint = "co"\noutside = [5, 45]\ntime = { from = "13:00", to = "13:01" }',
        name="hours",
    ),
]  # fmt: skip

OWN = scene('[when]\npoint = "co"\nabove = 12\n[[do]]\ncommand = "fan.on"', name="own")
SHARPER = scene('[when]\npoint = "co"\nabove = 15\nhold = "2s"\n', name="held")
IN_FORCE = [
    {},
    {"scenes_off": frozenset({"safety.test.held"})},
    {"scenes_shadow": frozenset({"safety.test.held", "safety.test.count", "safety.test.pressed"})},
    {
        "scenes": [SceneEntry(scene=OWN.id, version=1, toml=OWN.toml)],
        "scenes_shadow": frozenset({OWN.id, "environment.test.reflex"}),
    },
    {
        "scenes": [
            SceneEntry(scene=SHARPER.id, version=2, toml=SHARPER.toml),
            SceneEntry(scene=OWN.id, version=1, toml=OWN.toml),
        ]
    },
]
"""What a register may say of scenes: off, in shadow, texts of its own."""

values = {
    "co": st.sampled_from([0, 4, 5, 12, 18, 20, 21, 26, 29, 30, 31, 46]),
    "temp": st.sampled_from([-5, -1, 0, 4, 6, 9, 18]),
    "open": st.sampled_from([0, 1]),
    "pressed": st.just(1),
}
row = st.sampled_from(sorted(values)).flatmap(
    lambda point: st.tuples(st.sampled_from(["s1", "s2", "s3"]), st.just(point), values[point])
)
late = st.sampled_from([0.0, 0.0, 0.0, 0.0, -1.0, -6.0])
step = st.one_of(
    st.tuples(st.just("read"), st.lists(st.tuples(row, late), min_size=1, max_size=7)),
    st.tuples(st.just("read"), st.lists(st.tuples(row, late), min_size=1, max_size=7)),
    st.tuples(st.just("fan"), st.sampled_from([0, 1])),
    st.tuples(st.just("wait"), st.sampled_from([0, 1, 3, 10, 40, 120])),
    st.tuples(st.just("mode"), st.sampled_from([("e", "away"), ("e", "home"), ("e/g", "away")])),
    st.tuples(st.just("case"), st.booleans()),
    st.tuples(st.just("line"), st.tuples(st.sampled_from(["s1", "f1"]), st.booleans())),
    st.tuples(st.just("stages"), st.sampled_from(IN_FORCE)),
)
tales = st.lists(st.tuples(st.integers(0, 4), step), min_size=1, max_size=20)


class Story:
    """Tells one tale to a town; what happens between two steps is up to `between`."""

    def __init__(self, *, one_by_one: bool = False) -> None:
        self.town = Town(*SCENES)
        self.one_by_one = one_by_one
        self.at = 1.0
        self.tick = 0

    def tell(self, tale: list, between=lambda story: None) -> list[AnyEffect]:
        for pause, (kind, what) in tale:
            between(self)
            self.at += pause
            getattr(self, kind)(what)
        between(self)
        self.at += 200
        self.town.wait(self.at)
        return self.town.said

    def read(self, rows: list) -> None:
        told = [(name, self.at + late) for name, late in rows]
        told = [(one, at + self._tick()) for one, at in told]
        groups = [[one] for one in told] if self.one_by_one else [told]
        for group in groups:
            self.town.read(self.at, *[one for one, _ in group], times=[at for _, at in group])

    def _tick(self) -> float:
        self.tick = (self.tick + 1) % 500
        return self.tick / 1000

    def fan(self, value: int) -> None:
        self.town.read(self.at, ("f1", "running", value), times=[self.at + self._tick()])

    def wait(self, span: float) -> None:
        self.at += span
        self.town.wait(self.at)

    def mode(self, what: tuple[str, str]) -> None:
        self.town.mode(self.at, what[0], "home", what[1])

    def case(self, is_open: bool) -> None:
        self.town.case(self.at, "cold", "e/g", is_open=is_open)

    def line(self, what: tuple[str, bool]) -> None:
        self.town.line(self.at, what[0], online=what[1])

    def stages(self, what: dict) -> None:
        nothing = {"scenes": [], "scenes_off": frozenset(), "scenes_shadow": frozenset()}
        self.town.change(self.at, **nothing | what)


def look_at_everything(story: Story) -> None:
    """Take away every guard band and short way: each reading is judged at length."""
    engine = story.town.engine
    engine.twin.column("low")[:] = np.inf
    engine.twin.column("high")[:] = -np.inf
    engine._intake.reflexes._any = False


class TestFeed:
    @settings(max_examples=150, deadline=None)
    @given(tale=tales)
    def test_says_the_same_with_and_without_guard_bands(self, tale):
        plain = Story().tell(tale, look_at_everything)

        assert Story().tell(tale) == plain

    @settings(max_examples=150, deadline=None)
    @given(tale=tales)
    def test_says_the_same_for_a_batch_and_for_its_rows_one_by_one(self, tale):
        single = Story(one_by_one=True).tell(tale)

        assert Story().tell(tale) == single

    @settings(max_examples=60, deadline=None)
    @given(tale=tales)
    def test_never_gives_one_id_to_two_effects(self, tale):
        said = Story().tell(tale)

        assert len({effect.id for effect in said}) == len(said)


class TestRestore:
    @settings(max_examples=150, deadline=None)
    @given(tale=tales, cut=st.integers(0, 20))
    def test_goes_on_as_if_it_had_not_been_cut_off(self, tale, cut):
        whole = Story().tell(tale)
        steps = iter(range(100))

        def restart_once(story: Story) -> None:
            if next(steps) == cut:
                story.town.restart()

        assert Story().tell(tale, restart_once) == whole

    @settings(max_examples=60, deadline=None)
    @given(tale=tales)
    def test_goes_on_when_it_is_cut_off_at_every_moment(self, tale):
        whole = Story().tell(tale)

        assert Story().tell(tale, lambda story: story.town.restart()) == whole


class TestRewire:
    @settings(max_examples=60, deadline=None)
    @given(tale=tales)
    def test_changes_nothing_where_nothing_changed(self, tale):
        whole = Story().tell(tale)

        def rewire(story: Story) -> None:
            story.town.rewire(story.at, story.town.place)

        assert Story().tell(tale, rewire) == whole


@pytest.mark.long
class TestLong:
    @settings(max_examples=3000, deadline=None)
    @given(tale=tales, cut=st.integers(0, 20))
    def test_says_the_same_however_it_is_told(self, tale, cut):
        whole = Story().tell(tale)
        steps = iter(range(100))

        def restart_once(story: Story) -> None:
            if next(steps) == cut:
                story.town.restart()

        assert Story(one_by_one=True).tell(tale, restart_once) == whole
        assert Story().tell(tale, look_at_everything) == whole
