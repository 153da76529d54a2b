"""Scripts are read whole, or refused with the line of the first mistake."""

import pytest

from linli.app.demo.incidents import IT, Curve, Hold, LetIn, Refuse, Silence, Tell
from linli.app.rehearsal import cli, play, script
from linli.app.rehearsal.script import BadScript
from tests.app.rehearsal.conftest import CO, read, text

STEPS = """
[[incident]]
at = "02:10"
name = { zh = "自定", en = "own" }
device = "co-*"
[[incident.step]]
hold = { smoke = true }
for = "2m"
[[incident.step]]
at = "10s"
curve = { co_mg_m3 = ["0s 6", "1m 80"] }
[[incident.step]]
let_in = { gas_pct_lel = 1.4 }
[[incident.step]]
device = "band-*"
tell = "fall"
[[incident.step]]
silent = true
[[incident.step]]
refuses = ["fan.on"]
"""


class TestRead:
    def test_reads_every_script_of_the_catalogue(self):
        found = [
            script.read(file.read_text("utf-8"), file=file.name, id=file.stem)
            for file in sorted(cli.folder().glob("*.toml"))
        ]

        assert {"drill_fire_and_water", "ordinary_day", "regression"} <= {one.id for one in found}

    def test_reads_each_free_form(self):
        [incident] = read(text(STEPS, length="24h")).incidents

        assert incident.steps == [
            Hold(0, IT, {"smoke": True}, 120),
            Curve(10, IT, "co_mg_m3", ((0.0, 6.0), (60.0, 80.0))),
            LetIn(0, IT, "gas_pct_lel", 1.4, 600),
            Tell(0, "band-*", "fall"),
            Silence(0, IT, 600),
            Refuse(0, IT, frozenset({"fan.on"}), "fault", 600),
        ]

    def test_takes_a_time_of_day_as_the_first_one_after_the_start(self):
        [incident] = read(text(STEPS, length="24h")).incidents

        assert incident.at_s == (16 * 60 + 10) * 60

    @pytest.mark.parametrize(
        ("words", "line", "key"),
        [
            (text(CO, "nonsense = 1\n"), 12, "kernel.unknown_key"),
            (text(CO.replace("garage-co", "dragon")), 10, "kernel.wrong_choice"),
            (text(CO.replace('"2m" }', '"soon" }')), 11, "kernel.wrong_kind"),
            (text(CO.replace('after = "2m"', 'after = "2h"')), 9, "rehearsal.bad_time"),
            (text(CO.replace('after = "2m"\n', "")), 8, "rehearsal.bad_time"),
            (text(CO, head="[staff]\nanswers = 2"), 7, "kernel.wrong_kind"),
            (text(STEPS.replace("silent = true\n", ""), length="24h"), 23, "kernel.wrong_kind"),
            ("start = 3", 1, "kernel.wrong_kind"),
        ],
    )
    def test_refuses_a_mistake_with_its_line(self, words, line, key):
        with pytest.raises(BadScript) as refused:
            read(words)

        assert refused.value.values["why"].key == key
        assert refused.value.values["line"] == line

    def test_refuses_what_is_no_toml(self):
        with pytest.raises(BadScript) as refused:
            read("name = [")

        assert refused.value.values["why"].key == "kernel.not_toml"


class TestPlay:
    def test_says_what_is_wrong_in_both_languages(self, tmp_path):
        file = tmp_path / "drill.toml"
        file.write_text(text(CO.replace("garage-co", "dragon")), "utf-8")

        with pytest.raises(play.CannotPlay) as refused:
            play.play(file=file, source=None, seed=None, progress=lambda *_: None)

        words = refused.value.words
        assert words.zh.startswith("推演脚本 drill.toml:10：")
        assert "不能是“dragon”" in words.zh
        assert words.en.startswith("Script drill.toml:10: ")
        assert "cannot be “dragon”" in words.en
