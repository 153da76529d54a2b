"""How the command line reaches the simulator: a socket in the installation's folder, JSON lines."""

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import msgspec

SOCKET = "simulator.sock"
_ANSWER_S = 5.0
_LARGEST = 64 * 1024


class Order(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody at the command line wants: `do` is incident, reset, speed, state, show, ring,
    drive, follow, park, say, pay, recycle, answer or heard.
    """

    do: str
    name: str = ""
    device: str = ""
    factor: float = 1.0
    fen: int = 0


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: whether it was done, and what there is to say."""

    ok: bool
    text: str


class NoSimulator(Exception):
    """Nobody listens at the socket."""


@contextmanager
def _short(home: Path) -> Iterator[str]:
    """Lend an address of the socket that is short enough, however deep the folder lies."""
    folder = os.open(home, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{SOCKET}"
    finally:
        os.close(folder)


@asynccontextmanager
async def listening(home: Path, obey: Callable[[Order], Said]) -> AsyncIterator[None]:
    """Answer orders for as long as the block runs; this user's only."""

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_ANSWER_S):
                line = await reader.readline()
            said = obey(msgspec.json.decode(line, type=Order))
        except (msgspec.DecodeError, TimeoutError, ValueError) as error:
            said = Said(ok=False, text=f"not an order: {error}")
        writer.write(msgspec.json.encode(said) + b"\n")
        writer.close()

    with _short(home) as address:
        (home / SOCKET).unlink(missing_ok=True)
        server = await asyncio.start_unix_server(one, address, limit=_LARGEST)
        (home / SOCKET).chmod(0o600)
        try:
            yield
        finally:
            server.close()
            (home / SOCKET).unlink(missing_ok=True)


def ask(home: Path, order: Order) -> Said:
    """Give the simulator of an installation an order; return its answer.

    :raises NoSimulator: if it does not run
    """
    if not home.is_dir():
        raise NoSimulator
    with _short(home) as address, socket.socket(socket.AF_UNIX) as line:
        line.settimeout(_ANSWER_S)
        try:
            line.connect(address)
            line.sendall(msgspec.json.encode(order) + b"\n")
            answer = line.makefile("rb").readline()
        except OSError as error:
            raise NoSimulator from error
    return msgspec.convert(json.loads(answer), Said)
