"""M-Bus meters on loopback."""

from collections.abc import Callable, Sequence

import meterbus

from linli.drivers.mbus import codec
from linli.drivers.mbus.codec import Frame
from linli.drivers.simulated import Simulated


class Meter:
    """One meter. `bodies` gives the records of each of its telegrams, as they stand on the wire."""

    def __init__(
        self,
        *,
        identity: str,
        bodies: Callable[[], Sequence[bytes]],
        primary: int = 0,
        manufacturer: str = "LNL",
        version: int = 1,
        medium: int = 0x07,
    ) -> None:
        code: int | None = meterbus.manufacturer_id(manufacturer)
        if code is None:
            raise ValueError(f"no manufacturer: {manufacturer!r}")
        self.primary = primary
        self.status = 0
        self.selected = False
        self._identity = bytes.fromhex(identity)[::-1]
        self._rest: bytes = code.to_bytes(2, "little") + bytes((version, medium))
        self._bodies = bodies
        self._at = 0
        self._last_c: int | None = None
        self._access = 0

    @property
    def secondary(self) -> str:
        found: bytes = self._identity[::-1] + self._rest
        return found.hex().upper()

    def normalise(self) -> None:
        """Begin anew: what is asked next is the first telegram."""
        self._at, self._last_c = 0, None

    def fits(self, data: bytes) -> bool:
        """Tell whether a selection means this meter; F is any digit of the identity, FF any byte
        of the rest.
        """
        asked = data[:4][::-1].hex().upper()
        own = self._identity[::-1].hex().upper()
        digits = all(want in {"F", found} for want, found in zip(asked, own, strict=True))
        return digits and all(
            want in {0xFF, found} for want, found in zip(data[4:], self._rest, strict=True)
        )

    def answer(self, c: int) -> bytes:
        """Return the telegram that is asked for: the next, or the last where it is asked again."""
        if self._last_c is not None and c != self._last_c:
            self._at += 1
        self._last_c = c
        bodies = self._bodies()
        body = bodies[self._at % len(bodies)]
        self._access = (self._access + 1) & 0xFF
        head = self._identity + self._rest + bytes((self._access, self.status, 0, 0))
        frame = Frame(c=codec.RESPONSE, a=self.primary, ci=codec.VARIABLE[0], data=head + body)
        return codec.encode(frame)


class MeterPeer:
    """Meters behind one serial server. `simulated` listens, dials and misbehaves."""

    def __init__(self, meters: Sequence[Meter] = ()) -> None:
        self.meters = list(meters)
        self.simulated = Simulated(
            measure=codec.measure, longest=codec.LONGEST, answer=self._answer
        )

    def _answer(self, data: bytes) -> bytes | None:
        asked = codec.decode(data)
        if asked.c == codec.SELECT and asked.ci == codec.BY_SECONDARY:
            return self._select(asked.data)
        meant = [meter for meter in self.meters if self._is_for(meter, asked.a)]
        if asked.c == codec.NORMALISE:
            return self._normalise(asked.a, meant)
        if asked.c in {codec.REQUEST, codec.REQUEST_AGAIN} and len(meant) == 1:
            return meant[0].answer(asked.c)
        return None

    def _is_for(self, meter: Meter, address: int) -> bool:
        if address == codec.SELECTED:
            return meter.selected
        return address in {meter.primary, codec.ANYBODY}

    def _select(self, data: bytes) -> bytes | None:
        for meter in self.meters:
            meter.selected = meter.fits(data)
            if meter.selected:
                meter.normalise()
        return codec.encode(Frame()) if any(meter.selected for meter in self.meters) else None

    def _normalise(self, address: int, meant: Sequence[Meter]) -> bytes | None:
        for meter in meant:
            meter.normalise()
            if address == codec.SELECTED:
                meter.selected = False
        return codec.encode(Frame()) if meant else None
