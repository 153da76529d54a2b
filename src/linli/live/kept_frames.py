"""The last raw frames of each device on a field line, for the engineer who looks for a fault."""

from collections import OrderedDict, deque
from typing import NamedTuple

_EACH = 40
_DEVICES = 3000
_LONGEST_BYTES = 1024


class KeptFrame(NamedTuple):
    """A frame. `way` is `in` or `out`; of a long one the beginning is kept, `size` is its own."""

    at: float
    way: str
    size: int
    data: bytes


class KeptFrames:
    """Bounded: so many devices, so many frames each. The device silent for longest goes first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, deque[KeptFrame]] = OrderedDict()

    def keep(self, device: str, *, way: str, data: bytes, at: float) -> None:
        """Keep a frame of a device."""
        kept = self._kept.get(device)
        if kept is None:
            kept = self._kept[device] = deque(maxlen=_EACH)
            if len(self._kept) > _DEVICES:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(device)
        kept.append(KeptFrame(at, way, len(data), bytes(data[:_LONGEST_BYTES])))

    def of(self, device: str) -> list[KeptFrame]:
        """Return the frames of a device, the newest last."""
        return list(self._kept.get(device, ()))
