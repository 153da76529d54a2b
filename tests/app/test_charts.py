"""Results of benchmarks as pictures."""

from xml.etree import ElementTree

from linli.app.charts import CHARTS, Bar, draw, pictures
from tests.laws.source import ROOT


class TestDraw:
    def test_bars_are_as_long_as_their_figures(self):
        picture = ElementTree.fromstring(
            draw(title="a < b", unit="ms", bars=[Bar("one", 10), Bar("two", 40, peer=True)])
        )

        bars = [float(rect.get("width")) for rect in picture if rect.get("rx")]
        assert bars[1] == 4 * bars[0]

    def test_a_target_beyond_the_bars_is_in_the_picture(self):
        picture = draw(title="t", unit="ms", bars=[Bar("one", 10)], target=50)

        assert "target 50" in picture
        assert ElementTree.fromstring(picture).get("viewBox").startswith("0 0 800")


def test_every_chart_is_of_a_result_that_is_kept(tmp_path):
    made = pictures(ROOT / "bench" / "results", tmp_path)

    assert len(made) == len(CHARTS)
    assert all("<rect" in make() for make in made.values())
