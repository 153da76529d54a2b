"""Readings in memory: those that wait, and those being written at this moment."""

import threading

from linli.adapters.history.rows import Rows, gather, sane
from linli.adapters.history.values import BufferFull
from linli.devices.batch import Batch


class Waiting:
    """Batches in the order of INPUT, bounded in rows. Any thread may call."""

    def __init__(self, *, seen: int, most_rows: int) -> None:
        self._lock = threading.Lock()
        self._most_rows = most_rows
        self._waiting: list[Batch] = []
        self._writing: list[Batch] = []
        self.rows = 0
        self.seen = seen

    def append(self, *, batch: Batch | None, sequence: int) -> bool:
        """Take one message, `None` if it held no readings; False if it was taken before.

        A message of more rows than may wait is taken when nothing else waits.

        :raises BufferFull: if too many rows wait already; the message was not taken
        """
        with self._lock:
            if sequence <= self.seen:
                return False
            rows = 0 if batch is None else len(batch.points)
            if rows and self.rows and self.rows + rows > self._most_rows:
                raise BufferFull(rows=self.rows)
            if batch is not None and rows:
                self._waiting.append(sane(batch))
                self.rows += rows
            self.seen = sequence
            return True

    def begin(self) -> tuple[Rows, int]:
        """Return what waits, and the last sequence in it. It stays visible until `done`."""
        with self._lock:
            self._writing, self._waiting = self._writing + self._waiting, []
            return gather(self._writing), self.seen

    def done(self) -> None:
        """Forget what `begin` returned: it is in segments now."""
        with self._lock:
            self.rows -= sum(len(batch.points) for batch in self._writing)
            self._writing = []

    def all(self) -> Rows:
        """Return everything in memory, in order."""
        with self._lock:
            return gather(self._writing + self._waiting)
