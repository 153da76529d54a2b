import copy
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.registry.trials import drafting, layout
from linli.scenes.load import load
from tests.laws.source import ROOT
from tests.registry.devices.kit import models

FILES = sorted((ROOT / "catalog" / "scenes").rglob("*.toml"))
CO = (ROOT / "catalog/scenes/safety/garage_air/co_over_limit.toml").read_text("utf-8")
MODELS = models()


def differing(before, after):
    """Return the lines that only one of two texts has."""
    one, other = before.splitlines(), after.splitlines()
    return [line for line in one if line not in other], [line for line in other if line not in one]


def changed(text, change):
    table = copy.deepcopy(tomllib.loads(text))
    change(table)
    return table, drafting.write(table, before=text)


class TestWrite:
    def test_leaves_every_file_of_the_catalogue_as_it_is(self):
        texts = [file.read_bytes().decode() for file in FILES]

        unlike = [t for t in texts if drafting.write(tomllib.loads(t), before=t) != t]

        assert len(texts) >= 256
        assert unlike == []

    def test_written_anew_every_file_loads_to_the_same_scene(self):
        for file in FILES:
            text = file.read_text("utf-8")
            anew = drafting.write(tomllib.loads(text), before="")

            scenes = [load(one, file="", models=MODELS) for one in (text, anew)]

            assert {name: getattr(scenes[0], name) for name in scenes[0].__struct_fields__} == {
                name: text if name == "toml" else getattr(scenes[1], name)
                for name in scenes[1].__struct_fields__
            }

    def test_changes_one_line_of_every_file_and_no_other(self):
        for file in FILES:
            text = file.read_text("utf-8")

            table, after = changed(text, lambda one: one.update(source="measured here"))

            gone, come = differing(text, after)
            assert (len(gone), come) == (1, ['source = "measured here"'])
            assert tomllib.loads(after) == table

    def test_keeps_the_remark_beside_a_changed_limit(self):
        def change(table):
            table["when"]["any"][1]["at_least"] = 61

        _, after = changed(CO, change)

        assert differing(CO, after)[1] == [
            '    { point = "co_mg_m3", at_least = 61 },    # twice the limit waits for nothing'
        ]

    def test_puts_a_new_step_where_it_belongs(self):
        step = {"notify": "guard", "text": {"zh": "去看", "en": "go"}}

        table, after = changed(CO, lambda one: one["do"].insert(1, step))

        gone, come = differing(CO, after)
        assert gone == []
        assert come == ['notify = "guard"', 'text = { zh = "去看", en = "go" }']
        assert tomllib.loads(after) == table
        assert "\n\n[[do]]\nnotify" in after
        assert "\n\n\n" not in after

    def test_takes_a_section_out_with_its_remarks(self):
        text = CO.replace("[clear]", "# until the air is clean\n[clear]")

        table, after = changed(text, lambda one: one.pop("clear"))

        assert "until the air" not in after
        assert tomllib.loads(after) == table

    def test_adds_a_section_before_what_follows_it(self):
        table, after = changed(CO, lambda one: one.pop("clear"))
        table["clear"] = {"below": 20}

        again = drafting.write(table, before=after)

        assert "\n\n[clear]\nbelow = 20\n\n[[do]]" in again

    def test_swaps_two_stories_with_every_sign_they_have(self):
        table, after = changed(CO, lambda one: one["story"].reverse())

        assert sorted(after.splitlines()) == sorted(CO.splitlines())
        assert tomllib.loads(after) == table

    @pytest.mark.parametrize(
        "before",
        [
            "a = [",
            "",
            'do = [ { notify = "guard" } ]',
            '[when]\npoint = "x"\n[when.time]\nfrom = "22:00"\n',
            'when.point = "x"\nwhen.above = 3\n',
            '[ "when" ]\npoint = "x"\n',
            's = """\n[when]\n[[do]]\n"""\n[when]\nx = 1\n',
            "x = 1 # no line end",
            "[[story]]\na=1\n[[do]]\nb=2\n[[story]]\na=3\n",
            "a = 1\r\n\r\n[when]\r\nb = 2 # two\r\n",
        ],
    )
    def test_never_writes_anything_but_the_table(self, before):
        table = tomllib.loads(CO)

        after = drafting.write(table, before=before)

        assert tomllib.loads(after) == table

    def test_keeps_how_figures_and_quotes_were_written(self):
        text = "a = 30.0\nb = 'plain'  # why\nc = 0x1F\nd = 1_000\n"

        table, after = changed(text, lambda one: one.update(e=True))

        assert after == text + "e = true\n"
        assert tomllib.loads(after) == table

    def test_a_whole_number_that_came_back_without_its_point_is_no_change(self):
        assert drafting.write({"a": 30}, before="a = 30.0\n") == "a = 30.0\n"

    def test_a_truth_value_is_no_number(self):
        assert drafting.write({"a": 1}, before="a = true\n") == "a = 1\n"

    @pytest.mark.parametrize("line", ["[a]\n", 'x = """[[['])
    def test_a_text_full_of_brackets_is_written_anew(self, line):
        assert drafting.write({"a": 1}, before=line * 5_000) == "a = 1\n"


SIMPLE = st.one_of(
    st.booleans(),
    st.integers(-(2**62), 2**62),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(codec="utf-8"), max_size=12),
)
KEYS = st.one_of(st.sampled_from(["point", "above", "do", "when"]), st.text(max_size=4))
TABLES = st.dictionaries(
    KEYS.filter(lambda one: one.isascii()),
    st.recursive(
        SIMPLE,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
        ),
        max_leaves=8,
    ),
    max_size=5,
)


class TestLayout:
    @given(table=TABLES)
    @settings(max_examples=150, deadline=None)
    def test_is_read_as_it_was_written(self, table):
        assert drafting.same(tomllib.loads(layout.text(table)), table)

    @given(one=TABLES, other=TABLES)
    @settings(max_examples=100, deadline=None)
    def test_any_table_can_follow_any_other(self, one, other):
        after = drafting.write(other, before=layout.text(one))

        assert drafting.same(tomllib.loads(after), other)


PLAIN = """# head
id = "a.b.c" # why

[when]
# the limit came from Li
point = "co_mg_m3"
above = 30 # as measured

[[do]]
# first
command = "fan.on"

[[do]]
command = "siren.on" # second

[[story]]
title = "x"
given = [
  "0s co 12", # quiet
  "9s co 50",
]
then = []
# tail
"""
CLOSE = "".join(line for line in PLAIN.splitlines(keepends=True) if line.strip())


def remarks(text):
    return {line.partition("#")[2].strip() for line in text.splitlines() if "#" in line}


class TestReorder:
    """What moves takes its remarks along; what stays keeps its distance."""

    @pytest.mark.parametrize("text", [PLAIN, CLOSE, PLAIN.replace("\n", "\r\n")])
    def test_two_steps_that_change_places_lose_nothing(self, text):
        table, after = changed(text, lambda one: one["do"].reverse())

        assert tomllib.loads(after) == table
        assert sorted(after.splitlines()) == sorted(text.splitlines())
        assert after.index("# second") < after.index("# first")

    def test_and_back_again_it_is_the_text_that_it_was(self):
        _, after = changed(PLAIN, lambda one: one["do"].reverse())

        _, again = changed(after, lambda one: one["do"].reverse())

        assert again == PLAIN

    def test_a_step_that_moves_and_changes_is_known_by_what_it_keeps(self):
        before = PLAIN.replace('command = "fan.on"', 'command = "fan.on"\nwhere = "same zone"')

        def change(table):
            table["do"].reverse()
            table["do"][1]["where"] = "same garage"

        _, after = changed(before, change)

        assert '# first\ncommand = "fan.on"\nwhere = "same garage"' in after
        assert remarks(after) == remarks(before)

    def test_of_two_the_one_that_stays_keeps_its_own_remark(self):
        def change(table):
            del table["do"][0]
            table["do"][0]["where"] = "same zone"

        _, after = changed(PLAIN, change)

        assert 'command = "siren.on" # second' in after
        assert "# first" not in after

    @pytest.mark.parametrize("text", [PLAIN, CLOSE])
    def test_a_changed_limit_leaves_all_distances_as_they_were(self, text):
        _, after = changed(text, lambda one: one["when"].update(above=31))

        assert after == text.replace("above = 30", "above = 31")

    def test_a_new_step_stands_as_far_off_as_the_others(self):
        step = {"command": "light.on"}

        _, wide = changed(PLAIN, lambda one: one["do"].insert(0, step))
        _, close = changed(CLOSE, lambda one: one["do"].insert(0, step))

        assert '\n\n[[do]]\ncommand = "light.on"\n\n[[do]]\n# first' in wide
        assert "\n\n" not in close
        assert remarks(wide) == remarks(close) == remarks(PLAIN)

    def test_the_last_remark_stays_when_the_last_section_goes(self):
        _, after = changed(PLAIN, lambda one: one.pop("story"))

        assert after.endswith('command = "siren.on" # second\n# tail\n')

    def test_more_rows_than_anybody_writes_are_written_anew(self):
        table = {**tomllib.loads(PLAIN), "do": [{"command": "fan.on"}] * 5_000}

        assert tomllib.loads(drafting.write(table, before=PLAIN)) == table
