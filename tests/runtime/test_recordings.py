"""Recordings of others, read by a map."""

from datetime import datetime, timedelta

import pytest

from linli.contracts.directory import LimitEntry
from linli.devices.batch import Quality
from linli.runtime import recordings
from linli.runtime.recordings import BadRecording
from tests.scenes.town import MODELS, scene

HEAD = "when;co;wrong\n"
ROWS = {
    "model": "sensor", "time": "when", "separator": ";", "label": "wrong",
    "columns": {"co": {"name": "co", "scale": 10.0}},
}  # fmt: skip
OVER = '[when]\npoint = "co"\nabove = 30'


def written(folder, name="1.csv", rows=((1.2, 0), (4.0, 1), (4.1, 1), (1.1, 0)), head=HEAD):
    begins = datetime(2026, 3, 4, 13)  # noqa: DTZ001 - a recording says no zone
    lines = [f"{begins + timedelta(seconds=10 * n)};{co};{bad}\n" for n, (co, bad) in
             enumerate(rows)]  # fmt: skip
    (folder / name).write_text(head + "".join(lines), "utf-8")


def taken(folder, **more):
    told = recordings.read_map(ROWS | more, file="map.toml")
    return recordings.read(folder=folder, told=told, models=MODELS)


class TestRead:
    def test_each_file_is_a_device_with_its_units_and_its_truth(self, tmp_path):
        written(tmp_path)
        written(tmp_path, "2.csv")

        found = taken(tmp_path)

        first = found.recordings[0]
        assert [one.device for one in found.recordings] == ["1", "2"]
        assert first.batch.values.tolist() == [12.0, 40.0, 41.0, 11.0]
        assert first.wrong.tolist() == [False, True, True, False]
        assert [one.at - first.times[0] for one in found.happened][:1] == [10.0]

    def test_gaps_are_left_out_and_what_is_out_of_range_is_flagged(self, tmp_path):
        written(tmp_path, rows=(("", 0), (99.0, 0), (1.0, 0)))

        batch = taken(tmp_path).recordings[0].batch

        assert batch.values.tolist() == [990.0, 10.0]
        assert batch.quality.tolist() == [int(Quality.OUT_OF_RANGE), 0]

    def test_rows_in_disorder_are_put_in_order_with_their_truth(self, tmp_path):
        at = ["40", "10", "30", "20"]
        lines = zip(at, (1.2, 1.0, 4.1, 4.0), (0, 0, 1, 1), strict=True)
        text = HEAD + "".join(f"{when};{co};{bad}\n" for when, co, bad in lines)
        (tmp_path / "1.csv").write_text(text, "utf-8")

        found = taken(tmp_path)
        ran = recordings.tried(scene=scene(OVER), models=MODELS, taken=found)

        one = found.recordings[0]
        assert one.times.tolist() == [10.0, 20.0, 30.0, 40.0]
        assert one.wrong.tolist() == [False, True, True, False]
        assert [happened.at for happened in found.happened] == [20.0]
        assert (ran.start, ran.end, ran.readings) == (10.0, 40.0, 4)
        assert [(firing.began, firing.ended) for firing in ran.firings] == [(20.0, 40.0)]

    @pytest.mark.parametrize(
        ("text", "row"),
        [("when;co;wrong\nnan;1;0\n", 2), ("when;co;wrong\n1e999;1;0\n", 2),
         ("when;co;wrong\n2026-03-04;abc;0\n", 2), ("when;co\n2026-03-04;1\n", 2), ("", 1),
         ("when;co;wrong\nyesterday;1;0\n", 2), ("when;co;wrong\n2026-03-04\n", 2)],
    )  # fmt: skip
    def test_refuses_a_file_that_does_not_fit_by_its_row(self, tmp_path, text, row):
        (tmp_path / "1.csv").write_text(text, "utf-8")

        with pytest.raises(BadRecording) as refused:
            taken(tmp_path)

        assert (refused.value.values["file"], refused.value.values["row"]) == ("1.csv", row)

    def test_refuses_points_that_the_model_does_not_have(self, tmp_path):
        written(tmp_path)

        with pytest.raises(BadRecording):
            taken(tmp_path, columns={"co_of_nobody": {"name": "co"}})

    def test_refuses_an_empty_folder(self, tmp_path):
        with pytest.raises(BadRecording):
            taken(tmp_path)

    def test_refuses_a_map_with_words_that_mean_nothing(self):
        with pytest.raises(BadRecording):
            recordings.read_map(ROWS | {"colour": "red"}, file="map.toml")


class TestTried:
    def test_finds_what_is_in_each_by_itself(self, tmp_path):
        written(tmp_path)
        written(tmp_path, "2.csv", rows=((1.0, 0), (1.1, 0)))

        ran = recordings.tried(scene=scene(OVER), models=MODELS, taken=taken(tmp_path))

        assert [(one.device, one.ended - one.began) for one in ran.firings] == [("1", 20.0)]
        assert (ran.readings, ran.devices) == (6, 2)

    def test_goes_by_limits_of_a_device_and_by_its_first_rows(self, tmp_path):
        written(tmp_path)
        found = taken(tmp_path)
        limit = LimitEntry(scene="safety.test.x", target="1", key="above", value=50)
        said = {"scene": scene(OVER), "models": MODELS, "taken": found, "one": found.recordings[0]}

        assert recordings.fired(**said, limits=[limit]) == []
        assert recordings.fired(**said, rows=1) == []
