"""Meters of CJ/T 188 on loopback."""

from collections.abc import Callable, Sequence

from linli.drivers.cjt188 import body, codec, writing
from linli.drivers.cjt188.codec import Family, Frame, Identified
from linli.drivers.cjt188.writing import Written
from linli.drivers.simulated import Simulated

_CLOCK = "2026-01-08 14:30:00"


class Meter:
    """One meter. `total` gives its counter, in m3 or kWh; `others` are more fields of its answers.

    `stuck` keeps its valve where it is, whatever it is told.
    """

    def __init__(
        self,
        *,
        address: str,
        kind: int = 0x10,
        total: Callable[[], float] = lambda: 0.0,
        low_first: bool = True,
    ) -> None:
        self.address = codec.to_address(address)
        self.kind = kind
        self.total = total
        self.low_first = low_first
        self.open = True
        self.stuck = False
        self.battery_low = False
        self.clock = _CLOCK
        self.settled = 0.0
        self.others: dict[str, Written] = {}

    @property
    def unit(self) -> str:
        return "kWh" if codec.family(self.kind) == Family.HEAT else "m3"

    @property
    def status(self) -> int:
        return (0 if self.open else 1) | (4 if self.battery_low else 0)

    def answer(self, asked: Frame) -> Frame:
        """Return what it says to a request."""
        found = codec.identify(asked.data)
        said = None if found is None else self._body(asked.control, found)
        if found is None or said is None:
            control = asked.control | codec.ANSWER | codec.ABNORMAL
            status = self.status.to_bytes(2, "little")
            return self._frame(control, bytes((found.ser if found else 0,)) + status)
        data = codec.identified(di=found.di, ser=found.ser, body=said, low_first=self.low_first)
        return self._frame(asked.control | codec.ANSWER, data)

    def _frame(self, control: int, data: bytes) -> Frame:
        return Frame(kind=self.kind, address=self.address, control=control, data=data)

    def _body(self, control: int, found: Identified) -> bytes | None:
        if control == codec.READ_ADDRESS:
            return b""
        if control == codec.WRITE and found.di == codec.VALVE:
            return self._moved(found.body)
        layouts = body.layouts(found.di, codec.family(self.kind))
        if control != codec.READ or not layouts:
            return None
        return writing.write(layouts[0], self._values())

    def _moved(self, told: bytes) -> bytes | None:
        if told not in (bytes((codec.OPEN,)), bytes((codec.CLOSE,))):
            return None
        if not self.stuck:
            self.open = told[0] == codec.OPEN
        return self.status.to_bytes(2, "little")

    def _values(self) -> dict[str, Written]:
        return {
            "current": (self.total(), self.unit),
            "settle": (self.settled, self.unit),
            "time": self.clock,
            "status": self.status,
            **self.others,
        }


class MeterPeer:
    """Meters behind one serial server. `simulated` listens, dials and misbehaves."""

    def __init__(self, meters: Sequence[Meter] = ()) -> None:
        self.meters = list(meters)
        self.simulated = Simulated(
            measure=codec.measure, longest=codec.LONGEST, answer=self._answer
        )

    def _answer(self, frame: bytes) -> bytes | None:
        asked = codec.decode(frame)
        meant = [one for one in self.meters if codec.meant(asked=asked.address, came=one.address)]
        if asked.answers or len(meant) != 1:
            return None
        return codec.encode(meant[0].answer(asked), wake=2)
