"""How values stand in a body: BCD, little-endian integers, ASCII, CP56Time2a, rows of them.

A message is a frozen struct whose fields are annotated with one of these kinds, in the order of
the wire. Numbers stay the integers of the wire; a scale is applied only for people to read.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Protocol, TypeVar, get_type_hints

import msgspec

from linli.drivers.frames import BadFrame

CHINA = timezone(timedelta(hours=8))
_CENTURY = 2000
_NIBBLE = 16
_BCD_TOP = 9
_BCD_MOST = 99


class Kind(Protocol):
    """One value on the wire."""

    name: str | None
    """What people call it; None where it is called as its field."""

    def take(self, body: bytes, at: int) -> tuple[Any, int]:
        """Return the value at an offset, and where the next begins.

        :raises BadFrame: if the body ends before
        """

    def put(self, value: Any) -> bytes:
        """Return the bytes of a value."""

    def show(self, value: Any) -> Any:
        """Return the value as JSON for people."""


class Fixed:
    """A value of so many bytes."""

    def __init__(self, size: int, *, name: str | None = None) -> None:
        self.size = size
        self.name = name

    def take(self, body: bytes, at: int) -> tuple[Any, int]:
        end = at + self.size
        if end > len(body):
            raise BadFrame(f"body ends at {len(body)}, {end} bytes wanted")
        return self.read(body[at:end]), end

    def read(self, data: bytes) -> Any:
        return data.hex().upper()

    def put(self, value: Any) -> bytes:
        return bytes.fromhex(value.zfill(2 * self.size))

    def show(self, value: Any) -> Any:
        return value


class Digits(Fixed):
    """BCD as it stands, highest digit first; some firmwares fill with F instead of 0."""


class Hex(Fixed):
    """Bytes without a meaning of their own, as a physical card's number."""


class Uint(Fixed):
    """A little-endian integer; for people divided by ten to the `places`, and moved by `offset`."""

    def __init__(
        self, size: int, *, places: int = 0, offset: int = 0, name: str | None = None
    ) -> None:
        super().__init__(size, name=name)
        self._places = places
        self._offset = offset

    def read(self, data: bytes) -> int:
        return int.from_bytes(data, "little")

    def put(self, value: int) -> bytes:
        return value.to_bytes(self.size, "little")

    def show(self, value: int) -> float | int:
        moved = value + self._offset
        return moved / 10**self._places if self._places else moved


class Gun(Fixed):
    """A gun's number: BCD by the document, plain binary in some firmwares (0A is 10 in both)."""

    def __init__(self) -> None:
        super().__init__(1)

    def read(self, data: bytes) -> int:
        tens, ones = divmod(data[0], _NIBBLE)
        return tens * 10 + ones if tens <= _BCD_TOP and ones <= _BCD_TOP else data[0]

    def put(self, value: int) -> bytes:
        return bytes.fromhex(f"{value:02d}") if value <= _BCD_MOST else bytes((value,))


class Code(Uint):
    """A byte with words; one without a word shows as its hex."""

    def __init__(self, words: Mapping[int, str], *, name: str | None = None) -> None:
        super().__init__(1, name=name)
        self._words = words

    def show(self, value: int) -> Any:
        return self._words.get(value, f"0x{value:02X}")


class Shown(Uint):
    """An integer that people are shown by a function."""

    def __init__(self, size: int, show: Callable[[int], Any], *, name: str | None = None) -> None:
        super().__init__(size, name=name)
        self._show = show

    def show(self, value: int) -> Any:
        return self._show(value)


class Text(Fixed):
    """ASCII, filled with zeros; a VIN of a start request comes back to front."""

    def __init__(self, size: int, *, reverse: bool = False, name: str | None = None) -> None:
        super().__init__(size, name=name)
        self._step = -1 if reverse else 1

    def read(self, data: bytes) -> str:
        return data.strip(b"\0\xff ")[:: self._step].decode("ascii", "replace")

    def put(self, value: str) -> bytes:
        return value.encode("ascii")[:: self._step].ljust(self.size, b"\0")[: self.size]


class Moment(Fixed):
    """CP56Time2a (IEC 60870-5-4, 6.8) in China's time; None where it was never set."""

    def __init__(self) -> None:
        super().__init__(7)

    def read(self, data: bytes) -> datetime | None:
        millis = int.from_bytes(data[:2], "little")
        minute, hour, day = data[2] & 0x3F, data[3] & 0x1F, data[4] & 0x1F
        month, year = data[5] & 0x0F, data[6] & 0x7F
        try:
            start = datetime(_CENTURY + year, month, day, hour, minute, tzinfo=CHINA)
        except ValueError:
            return None
        return start + timedelta(milliseconds=millis)

    def put(self, value: datetime | None) -> bytes:
        if value is None:
            return bytes(7)
        at = value.astimezone(CHINA)
        millis = at.second * 1000 + at.microsecond // 1000
        return millis.to_bytes(2, "little") + bytes(
            (at.minute, at.hour, at.day, at.month, at.year - _CENTURY)
        )

    def show(self, value: datetime | None) -> str | None:
        return None if value is None else value.strftime("%Y-%m-%d %H:%M:%S")


class Slots:
    """48 half hours of a day, each the number of its period."""

    name: str | None = None

    def take(self, body: bytes, at: int) -> tuple[tuple[int, ...], int]:
        if at + 48 > len(body):
            raise BadFrame(f"body ends at {len(body)}, {at + 48} bytes wanted")
        return tuple(body[at : at + 48]), at + 48

    def put(self, value: tuple[int, ...]) -> bytes:
        return bytes(value)

    def show(self, value: tuple[int, ...]) -> list[int]:
        return list(value)


class Rows:
    """Structs one after another: `count` of them, as many as a byte before them says (`counted`),
    or as many as there are.
    """

    def __init__(self, kind: type["Body"], *, count: int | None = None, counted: bool = False):  # noqa: ANN204
        self.name: str | None = None
        self._kind = kind
        self._count = count
        self._counted = counted

    def take(self, body: bytes, at: int) -> tuple[tuple[Any, ...], int]:
        count = self._count
        if self._counted:
            count, at = Uint(1).take(body, at)
        rows: list[Body] = []
        while (at < len(body)) if count is None else (len(rows) < count):
            row, at = _taken(self._kind, body, at)
            rows.append(row)
        return tuple(rows), at

    def put(self, value: tuple["Body", ...]) -> bytes:
        head = bytes((len(value),)) if self._counted else b""
        return head + b"".join(written(row) for row in value)

    def show(self, value: tuple["Body", ...]) -> list[dict[str, Any]]:
        return [shown(row) for row in value]


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """A message, or a row of one."""


B = TypeVar("B", bound=Body)
_known: dict[type[Body], tuple[tuple[str, Kind], ...]] = {}


def layout(kind: type[Body]) -> tuple[tuple[str, Kind], ...]:
    """Return the fields of a message with their kinds, in the order of the wire."""
    if kind not in _known:
        hints = get_type_hints(kind, include_extras=True)
        _known[kind] = tuple((n, hints[n].__metadata__[0]) for n in kind.__struct_fields__)
    return _known[kind]


def read(kind: type[B], body: bytes) -> B:
    """Return the message of a body. What later versions append is passed over.

    :raises BadFrame: if the body is too short
    """
    return _taken(kind, body, 0)[0]


def _taken(kind: type[B], body: bytes, at: int) -> tuple[B, int]:
    values: dict[str, Any] = {}
    for name, field in layout(kind):
        values[name], at = field.take(body, at)
    return kind(**values), at


def written(body: Body) -> bytes:
    """Return the bytes of a message."""
    return b"".join(kind.put(getattr(body, name)) for name, kind in layout(type(body)))


def shown(body: Body) -> dict[str, Any]:
    """Return a message as JSON for people."""
    return {kind.name or name: kind.show(getattr(body, name)) for name, kind in layout(type(body))}


def local(epoch_s: float) -> datetime:
    """Return an instant as the piles' clocks show it."""
    return datetime.fromtimestamp(epoch_s, UTC).astimezone(CHINA)
