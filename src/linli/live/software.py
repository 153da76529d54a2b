"""What devices tell of their firmware and configuration, from their events to the record half."""

from collections import OrderedDict

from linli.contracts.effects import SoftwareTold
from linli.devices import software
from linli.devices.batch import Batch
from linli.kernel import ids
from linli.live.gate import Gate

_AGAIN_S = 60.0
_MOST = 20_000


class Software:
    """Of one community. What is told twice within a minute is passed on once."""

    def __init__(self, *, gate: Gate) -> None:
        self._gate = gate
        self._told: OrderedDict[int, tuple[bytes, float]] = OrderedDict()

    def hear(self, batch: Batch) -> list[SoftwareTold]:
        """Return what the events of a batch tell of software."""
        told = []
        for row, extras in batch.extras.items():
            point = int(batch.points[row])
            known = self._gate.software_points.get(point)
            if known is not None and self._news(point, extras, batch.at):
                told += self._effect(known, batch, row, extras)
        return told

    def _news(self, point: int, extras: bytes, at: float) -> bool:
        before, when = self._told.get(point, (b"", 0.0))
        if before == extras and at < when + _AGAIN_S:
            return False
        self._told[point] = (extras, at)
        self._told.move_to_end(point)
        if len(self._told) > _MOST:
            self._told.popitem(last=False)
        return True

    def _effect(
        self, known: tuple[str, str], batch: Batch, row: int, extras: bytes
    ) -> list[SoftwareTold]:
        device, event = known
        said = software.read(event, extras)
        if said is None:
            return []
        at = float(batch.times[row]) or batch.at
        cause = ids.reading(point=int(batch.points[row]), at=at)
        return [
            SoftwareTold(
                id=ids.effect(scene="", cause=f"{cause}/{batch.at:.6f}/{row}", part="software"),
                at=batch.at,
                community=batch.community,
                cause=cause,
                device=device,
                firmware=said.firmware,
                configuration=said.configuration,
                status=said.status,
            )
        ]
