"""Recorded real measurements go in and come out the same."""

import csv
import os
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from linli.adapters.history.days import SHANGHAI
from linli.devices.batch import Batch

DATA = Path(os.environ["LINLI_DATA"])


def series(kind):
    """Return {name: (times, values)} of a folder of recordings, or skip, saying so."""
    if not (DATA / kind).is_dir():
        pytest.skip(f"not run: 1 ({kind} of LINLI_DATA is not here)")
    return {"nab": nab, "occupancy": occupancy, "skab": skab}[kind](DATA / kind)


def nab(folder):
    return {
        file.stem: columns(file, ",", "timestamp", ["value"])[0]
        for file in sorted(folder.glob("*/*.csv"))
    }


def occupancy(folder):
    names = ["Temperature", "Humidity", "Light", "CO2", "HumidityRatio", "Occupancy"]
    return {
        f"{file.stem} {name}": column
        for file in sorted(folder.glob("*.txt"))
        for name, column in zip(names, columns(file, ",", "date", names), strict=True)
    }


def skab(folder):
    names = ["Accelerometer1RMS", "Accelerometer2RMS", "Current", "Pressure", "Temperature",
             "Thermocouple", "Voltage", "Volume Flow RateRMS"]  # fmt: skip
    return {
        f"{file.stem} {name}": column
        for file in sorted(folder.glob("*/*.csv"))
        for name, column in zip(names, columns(file, ";", "datetime", names), strict=True)
    }


def columns(file, delimiter, time, names):
    with file.open(newline="") as text:
        rows = list(csv.reader(text, delimiter=delimiter))
    head = rows[0] if len(rows[0]) == len(rows[1]) else ["row", *rows[0]]
    at = [
        datetime.fromisoformat(row[head.index(time)]).replace(tzinfo=SHANGHAI).timestamp()
        for row in rows[1:]
    ]
    return [(at, [float(row[head.index(name)]) for row in rows[1:]]) for name in names]


@pytest.mark.parametrize("kind", ["nab", "occupancy", "skab"])
class TestRecorded:
    def test_comes_out_as_it_went_in(self, store, kind):
        recorded = series(kind)

        for number, (times, values) in enumerate(recorded.values(), start=1):
            for start in range(0, len(times), 500):
                rows = len(times[start : start + 500])
                store.append(
                    batch=Batch(
                        community="hml",
                        at=times[start],
                        points=np.full(rows, number, np.uint32),
                        times=np.array(times[start : start + rows]),
                        values=np.array(values[start : start + rows]),
                        quality=np.zeros(rows, np.uint8),
                    ),
                    sequence=store.seen + 1,
                )
            if number % 10 == 0:
                store.flush()
        store.flush()
        store.compact(now=1.8e9)

        assert recorded
        assert store.check() == []
        for number, (times, values) in enumerate(recorded.values(), start=1):
            kept = store.range(point=number, start=1, end=4e9, limit=1_000_000)
            assert sorted((r.at, r.value) for r in kept) == sorted(zip(times, values, strict=True))
