"""A virus scanner that speaks as ClamAV's daemon does (clamd(8), COMMANDS: `INSTREAM`, `PING`): a
command that ends with a zero, pieces after their length in four bytes, a length of nothing at the
end; one answer that ends with a zero.

It holds a thread while it looks: four may at once, for a bounded time. Whatever is no clear answer
counts as none, so that nothing is kept which nobody has looked through.
"""

import logging
import re
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from urllib.parse import urlsplit

from linli.contracts.scanning import Infected, ScannerAway
from linli.kernel.addresses import is_this_machine

log = logging.getLogger(__name__)

_CONNECT_S = 3.0
_LONGEST_S = 60.0
"""From the first piece to the answer: the largest file has 64 MB."""
BRIEFLY_S, RESTS_S = 2.0, 60.0
"""For whoever has other work that waits: so long a file, and so long none after a failure."""
_AT_ONCE = 4
_MOST_ANSWER_BYTES = 4096
_CLEAN = b"stream: OK"
_FOUND = re.compile(rb"stream: ([\x20-\x7e]{1,200}) FOUND")


class Odd(Exception):
    """The scanner answers otherwise than it should."""


class Scanner:
    """Where it is: `clamd+unix:///path/of/its/socket`, or `clamd://127.0.0.1:3310`. It takes files
    in the clear, so it is on this machine. Once it was not there nobody asks for `rests_s`.

    :raises ValueError: if the address is neither
    """

    def __init__(self, *, url: str, longest_s: float = _LONGEST_S, rests_s: float = 0.0) -> None:
        told = urlsplit(url)
        is_host = told.scheme == "clamd" and told.hostname and told.port and not told.path
        is_path = told.scheme == "clamd+unix" and told.path and not told.netloc
        if not (is_host or is_path):
            raise ValueError(f"{url} is neither clamd+unix:///path nor clamd://127.0.0.1:port")
        if told.hostname and not is_this_machine(told.hostname):
            raise ValueError(f"{url} would be sent people's files in the clear")
        self._path = "" if is_host else told.path
        self._host, self._port = told.hostname or "", told.port or 0
        self._longest_s, self._rests_s = longest_s, rests_s
        self._away_until = 0.0
        self._turns = threading.BoundedSemaphore(_AT_ONCE)

    def scanned(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the pieces of a file while they are looked through.

        :raises Infected: after the last, if something was found
        :raises ScannerAway: if it cannot be reached, is too slow, or says nothing clear
        """
        with self._turn() as line:
            with self._clearly():
                line.send(b"zINSTREAM\0")
            for piece in filter(None, pieces):  # one of no length would be the end
                with self._clearly():
                    line.send(len(piece).to_bytes(4, "big"), piece)
                yield piece
            with self._clearly():
                line.send(bytes(4))
                _judge(line.answer())

    def ping(self) -> None:
        """See that it is there, and answers.

        :raises OSError, Odd: if it does not
        """
        with closing(self._opened()) as line:
            line.send(b"zPING\0")
            answer = line.answer()
        if answer != b"PONG":
            raise Odd(repr(answer))

    @contextmanager
    def _turn(self) -> Iterator["_Line"]:
        if time.monotonic() < self._away_until:
            raise ScannerAway
        with self._clearly():
            if not self._turns.acquire(timeout=_CONNECT_S):
                raise Odd(f"{_AT_ONCE} files are being looked through")
        try:
            with self._clearly():
                line = self._opened()
            with closing(line):
                yield line
        finally:
            self._turns.release()

    @contextmanager
    def _clearly(self) -> Iterator[None]:
        """Say of whatever goes wrong with it that it is away; why is in the log.

        :raises ScannerAway: if something does
        """
        try:
            yield
        except (OSError, Odd) as error:
            log.warning("the virus scanner: %s: %s", type(error).__name__, error)
            if isinstance(error, OSError):
                self._away_until = time.monotonic() + self._rests_s
            raise ScannerAway from error

    def _opened(self) -> "_Line":
        wait_s = min(_CONNECT_S, self._longest_s)
        if not self._path:
            line = socket.create_connection((self._host, self._port), timeout=wait_s)
            return _Line(line, self._longest_s)
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            line.settimeout(wait_s)
            line.connect(self._path)
        except OSError:
            line.close()
            raise
        return _Line(line, self._longest_s)


class _Line:
    """A line to the scanner, for so many seconds."""

    def __init__(self, line: socket.socket, longest_s: float) -> None:
        self._line, self._end = line, time.monotonic() + longest_s

    def send(self, *parts: bytes) -> None:
        for part in parts:
            self._wait_no_longer()
            self._line.sendall(part)

    def answer(self) -> bytes:
        """Return its one answer, without the zero at the end."""
        said = b""
        while not said.endswith(b"\0"):
            self._wait_no_longer()
            more = self._line.recv(_MOST_ANSWER_BYTES)
            said += more
            if not more or len(said) > _MOST_ANSWER_BYTES:
                raise Odd(f"no whole answer: {said[:200]!r}")
        return said[:-1]

    def close(self) -> None:
        self._line.close()

    def _wait_no_longer(self) -> None:
        left_s = self._end - time.monotonic()
        if left_s <= 0:
            raise TimeoutError("it is too slow")
        self._line.settimeout(left_s)


def _judge(answer: bytes) -> None:
    found = _FOUND.fullmatch(answer)
    if found is not None:
        name = found[1].decode("ascii")
        log.warning("a file is refused: %s was found in it", name)
        raise Infected(found=name)
    if answer != _CLEAN:
        raise Odd(repr(answer[:200]))
