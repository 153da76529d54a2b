import pytest

from linli.kernel import ids


class TestEffect:
    def test_is_the_same_for_the_same_scene_cause_and_part(self):
        assert ids.effect(scene="s", cause="c") == ids.effect(scene="s", cause="c")

    def test_differs_when_any_of_them_does_even_if_they_run_together(self):
        made = {
            ids.effect(scene="s", cause="c"),
            ids.effect(scene="sc", cause=""),
            ids.effect(scene="s", cause="d"),
            ids.effect(scene="s", cause="c", part="1"),
        }

        assert len(made) == 4


class TestReading:
    def test_is_read_back(self):
        assert ids.parse_reading(ids.reading(point=7, at=1_700_000_000.123)) == (
            7,
            1_700_000_000.123,
        )

    @pytest.mark.parametrize("text", ["", "r:", "r:7", "r:7:x", "x:7:1", "r:-7:1", "a1b2"])
    def test_what_is_none_is_none(self, text):
        assert ids.parse_reading(text) is None
