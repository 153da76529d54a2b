"""A virus scanner in a thread, on a real socket: it speaks as clamd does, or as a test wants."""

import socket
import threading
from contextlib import contextmanager

import pytest

from linli.adapters.clamd import Scanner
from linli.contracts.scanning import scanned

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""What every scanner takes for a virus and is none (eicar.org); in two halves, so that none takes
this file for it.
"""
FOUND = "Eicar-Test-Signature"


class Peer:
    """`url` is where it is; `given` what it was given, one entry a file. `says` is asked for the
    answer to a file: bytes, or None for silence until the other side goes.
    """

    def __init__(self, line, url):
        self.url, self.given, self.says = url, [], as_clamd
        self._line = line

    def work(self):
        """Take one line after another until the socket is closed."""
        while True:
            try:
                other, _ = self._line.accept()
            except OSError:
                return
            with other:
                try:
                    self._serve(other)
                except (ConnectionError, EOFError):
                    continue

    def _serve(self, other):
        command = b""
        while not command.endswith(b"\0"):
            command += exactly(other, 1)
        if command == b"zPING\0":
            answer = self.says(None)
        else:
            assert command == b"zINSTREAM\0", command
            self.given.append(stream(other))
            answer = self.says(self.given[-1])
        if answer is None:
            other.recv(1)  # silent until the other side goes
        else:
            other.sendall(answer)


def as_clamd(content):
    """Answer as clamd does; a PING has no content."""
    if content is None:
        return b"PONG\0"
    return b"stream: %s FOUND\0" % FOUND.encode() if EICAR in content else b"stream: OK\0"


def exactly(other, count):
    """Return so many bytes."""
    found = b""
    while len(found) < count:
        more = other.recv(count - len(found))
        if not more:
            raise EOFError
        found += more
    return found


def stream(other):
    """Return what comes in pieces after their lengths."""
    found = b""
    while size := int.from_bytes(exactly(other, 4), "big"):
        found += exactly(other, size)
    return found


@contextmanager
def scanning(path=None):
    """Yield a peer on a port of loopback, or at a path."""
    if path is None:
        line = socket.create_server(("127.0.0.1", 0))
        url = f"clamd://127.0.0.1:{line.getsockname()[1]}"
    else:
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.bind(str(path))
        line.listen()
        url = f"clamd+unix://{path}"
    peer = Peer(line, url)
    thread = threading.Thread(target=peer.work, daemon=True)
    thread.start()
    try:
        yield peer
    finally:
        line.shutdown(socket.SHUT_RDWR)
        line.close()
        thread.join(5)
        assert not thread.is_alive()


@pytest.fixture
def virus_scanner(monkeypatch):
    """Let whatever is kept in a test be looked through by a peer; return it."""
    with scanning() as peer:
        monkeypatch.setattr(scanned, "_answer", Scanner(url=peer.url, longest_s=5.0).scanned)
        yield peer


def goes_away(peer):
    """Let it answer nothing clear any more."""
    peer.says = lambda content: b"stream: Can't allocate memory ERROR\0"
