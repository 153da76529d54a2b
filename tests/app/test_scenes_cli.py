"""`./linli scenes check`: the last line is JSON, and what is wrong is a failure."""

import json

from click.testing import CliRunner

from linli.app.scenes_cli import scenes
from tests.laws.source import ROOT

ONE = ROOT / "catalog" / "scenes" / "safety" / "garage_air" / "co_over_limit.toml"


def check(*paths):
    said = CliRunner().invoke(scenes, ["check", *map(str, paths)])
    return json.loads(said.stdout.splitlines()[-1]), said


class TestCheck:
    def test_counts_what_is_there(self):
        counts, said = check(ONE)

        assert said.exit_code == 0
        assert counts["scenes"] == counts["boards"] == counts["categories"] == 1
        assert counts["stories"] >= 2
        assert counts["failures"] == 0

    def test_a_file_that_is_no_toml_is_a_failure(self, tmp_path):
        (tmp_path / "broken.toml").write_text("id = [")
        (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
        (tmp_path / "good.toml").write_text(ONE.read_text("utf-8"), "utf-8")

        counts, said = check(tmp_path)

        assert (said.exit_code, counts["failures"], counts["scenes"]) == (1, 2, 1)
        assert "broken.toml" in said.stderr

    def test_a_story_that_does_not_come_true_is_a_failure(self, tmp_path):
        lied = ONE.read_text("utf-8").replace("fan.on", "fan.off")
        (tmp_path / "lied.toml").write_text(lied, "utf-8")

        counts, said = check(tmp_path)

        assert (said.exit_code, counts["failures"] > 0, counts["scenes"]) == (1, True, 0)
