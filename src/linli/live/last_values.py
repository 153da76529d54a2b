"""Last values of points as people are shown them, and which of them changed lately."""

import numpy as np
import numpy.typing as npt

from linli.contracts.directory import Directory
from linli.devices.batch import Batch, Quality
from linli.devices.interlocks import Seen

Row = tuple[str, str, float, float, int]
"""Device, point, epoch seconds, value, quality."""

_NOT_SHOWN = Quality.LATE | Quality.DUPLICATE
_MOST_CHANGES = 5000


class LastValues:
    """The newest reading of each point, out of range or not, as columns."""

    def __init__(self, directory: Directory) -> None:
        self._numbers = np.array([], np.uint32)
        self._at = np.array([])
        self._value = np.array([])
        self._quality = np.array([], np.uint8)
        self._changed = np.array([], bool)
        self.learn(directory)

    def learn(self, directory: Directory) -> None:
        """Take the register as it is now; values of points that stay are kept."""
        points = sorted(directory.points, key=lambda point: point.number)
        numbers = np.array([point.number for point in points], np.uint32)
        at, value = np.zeros(len(points)), np.zeros(len(points))
        quality = np.zeros(len(points), np.uint8)
        stay = np.isin(self._numbers, numbers)
        rows = np.searchsorted(numbers, self._numbers[stay])
        at[rows], value[rows] = self._at[stay], self._value[stay]
        quality[rows] = self._quality[stay]
        self._numbers, self._at, self._value, self._quality = numbers, at, value, quality
        self._changed = np.zeros(len(points), bool)
        self._names = [(point.device, point.name) for point in points]
        self._of_device: dict[str, list[int]] = {}
        for row, point in enumerate(points):
            self._of_device.setdefault(point.device, []).append(row)
        self._place = {entry.code: entry.place for entry in directory.devices}
        self._kinds = {place.path: place.kind for place in directory.places}
        self._of_point: dict[str, list[int]] = {}
        for row, point in enumerate(points):
            self._of_point.setdefault(point.name, []).append(row)

    def hear(self, batch: Batch) -> None:
        """Take a batch."""
        if not len(self._numbers):
            return
        shown = (batch.quality & _NOT_SHOWN) == 0
        points = batch.points if shown.all() else batch.points[shown]
        rows = np.minimum(np.searchsorted(self._numbers, points), len(self._numbers) - 1)
        known = self._numbers[rows] == points
        pick = np.flatnonzero(shown)[known]
        rows = rows[known]
        self._at[rows] = batch.times[pick]
        self._value[rows] = batch.values[pick]
        self._quality[rows] = batch.quality[pick]
        self._changed[rows] = True

    def changes(self) -> list[Row]:
        """Return what has changed since the last time; what does not fit comes the next time."""
        rows = np.flatnonzero(self._changed)[:_MOST_CHANGES]
        self._changed[rows] = False
        return self._rows(rows)

    def of(self, devices: list[str]) -> list[Row]:
        """Return the last values of devices."""
        rows = [row for device in devices for row in self._of_device.get(device, ())]
        return self._heard(np.array(rows, np.intp))

    def below(self, place: str) -> list[Row]:
        """Return the last values of all devices in a place or below it."""
        inside = place + "/"
        codes = [code for code, at in self._place.items() if at == place or at.startswith(inside)]
        return self.of(codes)

    def near(self, device: str, where: str, point: str) -> list[Seen]:
        """Return the last values of a point at a device, or in the place of a kind around it."""
        rows = self._of_point.get(point, ())
        if where == "device":
            rows = [row for row in rows if self._names[row][0] == device]
        else:
            around = self._around(device, where)
            if not around:
                return []
            inside = around + "/"
            places = ((row, self._place[self._names[row][0]]) for row in rows)
            rows = [row for row, at in places if at == around or at.startswith(inside)]
        return [
            Seen(float(self._at[row]), float(self._value[row])) for row in rows if self._at[row]
        ]

    def _around(self, device: str, kind: str) -> str:
        """Return the place of a kind that a device is in; empty where it is in none."""
        path = self._place.get(device, "")
        while path and self._kinds.get(path) != kind:
            path = path.rpartition("/")[0]
        return path

    def _heard(self, rows: npt.NDArray[np.intp]) -> list[Row]:
        return self._rows(rows[self._at[rows] > 0.0])

    def _rows(self, rows: npt.NDArray[np.intp]) -> list[Row]:
        return [
            (*self._names[row], at, value, quality)
            for row, at, value, quality in zip(
                rows.tolist(),
                self._at[rows].tolist(),
                self._value[rows].tolist(),
                self._quality[rows].tolist(),
                strict=True,
            )
        ]

    def snapshot(self) -> tuple[bytes, bytes, bytes, bytes]:
        """Return numbers, times, values and quality of points that were heard."""
        heard = self._at > 0.0
        return (
            self._numbers[heard].astype("<u4").tobytes(),
            self._at[heard].astype("<f8").tobytes(),
            self._value[heard].astype("<f8").tobytes(),
            self._quality[heard].tobytes(),
        )

    def restore(self, columns: tuple[bytes, bytes, bytes, bytes]) -> Batch:
        """Take the values of a snapshot; return them as one batch of an unknown moment."""
        points, times, values, quality = columns
        batch = Batch(
            community="",
            at=0.0,
            points=np.frombuffer(points, "<u4"),
            times=np.frombuffer(times, "<f8"),
            values=np.frombuffer(values, "<f8"),
            quality=np.frombuffer(quality, "u1"),
        )
        self.hear(batch)
        self._changed[:] = False
        return batch
