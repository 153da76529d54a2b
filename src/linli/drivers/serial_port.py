"""A serial port of this machine, as a connection."""

import asyncio
import fcntl
import os
import re
import termios
from collections.abc import Callable
from typing import Any

import msgspec

_READ_BYTES = 4096
_MOST_UNSENT = 65_536
_SETTINGS = re.compile(r"(/[^:]+)(?::(\d+))?(?::([78])([NEO])([12]))?")
_BITS_OF_BYTE = 11
_QUIET_BYTES = 3.5


class Port(msgspec.Struct, frozen=True):
    """A port and how fast it is."""

    path: str
    baud: int = 9600
    bits: int = 8
    parity: str = "N"
    stops: int = 1

    @property
    def quiet_s(self) -> float:
        """How long the wires are still between two frames of RTU, seconds."""
        return _QUIET_BYTES * _BITS_OF_BYTE / self.baud


def port(text: str) -> Port:
    """Read `/dev/ttyUSB0:2400:8E1`; without more it is 9600 bit/s, 8N1.

    :raises ValueError: if it is none, or the system knows no such speed
    """
    found = _SETTINGS.fullmatch(text)
    if found is None:
        raise ValueError(f"not a serial port such as /dev/ttyUSB0:2400:8E1: {text!r}")
    path, baud, bits, parity, stops = found.groups()
    made = Port(path, int(baud or 9600), int(bits or 8), parity or "N", int(stops or 1))
    if not hasattr(termios, f"B{made.baud}") or not made.baud:
        raise ValueError(f"no serial port has {made.baud} bit/s")
    return made


async def connect(make: Callable[[], asyncio.Protocol], port: Port) -> None:
    """Open a port and hand it to the protocol that `make` gives.

    :raises OSError: if it cannot be opened, or is none
    """
    fd = os.open(port.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        _set_up(fd, port)
    except (OSError, termios.error) as error:
        os.close(fd)
        raise OSError(*error.args) from error
    SerialTransport(fd=fd, protocol=make())


def _set_up(fd: int, port: Port) -> None:
    """Set speed and form, no flow control, every byte as it comes; nobody else may open it."""
    fcntl.ioctl(fd, termios.TIOCEXCL)
    control = termios.CREAD | termios.CLOCAL | (termios.CS8 if port.bits == 8 else termios.CS7)  # noqa: PLR2004
    if port.parity != "N":
        control |= termios.PARENB | (termios.PARODD if port.parity == "O" else 0)
    if port.stops > 1:
        control |= termios.CSTOPB
    speed = getattr(termios, f"B{port.baud}")
    special = termios.tcgetattr(fd)[6]
    special[termios.VMIN], special[termios.VTIME] = 1, 0
    termios.tcsetattr(fd, termios.TCSANOW, [0, 0, control, 0, speed, speed, special])
    termios.tcflush(fd, termios.TCIOFLUSH)


class SerialTransport(asyncio.Transport):
    """An open port. What cannot be written at once waits, up to a bound; then it is hung up."""

    def __init__(self, *, fd: int, protocol: asyncio.Protocol) -> None:
        super().__init__()
        self._fd, self._protocol = fd, protocol
        self._loop = asyncio.get_running_loop()
        self._unsent = bytearray()
        self._open = True
        os.set_blocking(fd, False)
        protocol.connection_made(self)
        self._loop.add_reader(fd, self._readable)

    def write(self, data: Any) -> None:
        """Write, now or as soon as the port takes it."""
        if not self._open:
            return
        waiting = bool(self._unsent)
        self._unsent += data
        if len(self._unsent) > _MOST_UNSENT:
            self.abort()
        elif not waiting:
            self._writable()

    def is_closing(self) -> bool:
        return not self._open

    def close(self) -> None:
        """Hang up; what waits is not sent."""
        self.abort()

    def abort(self) -> None:
        """Hang up."""
        self._down(None)

    def _readable(self) -> None:
        try:
            data = os.read(self._fd, _READ_BYTES)
        except BlockingIOError:
            return
        except OSError as error:
            self._down(error)
            return
        if data:
            self._protocol.data_received(data)
        else:
            self._down(None)

    def _writable(self) -> None:
        try:
            del self._unsent[: os.write(self._fd, self._unsent)]
        except BlockingIOError:
            pass
        except OSError as error:
            self._down(error)
            return
        if self._unsent:
            self._loop.add_writer(self._fd, self._writable)
        else:
            self._loop.remove_writer(self._fd)

    def _down(self, error: OSError | None) -> None:
        if not self._open:
            return
        self._open = False
        self._loop.remove_reader(self._fd)
        self._loop.remove_writer(self._fd)
        os.close(self._fd)
        self._loop.call_soon(self._protocol.connection_lost, error)
