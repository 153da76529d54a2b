"""The streams of the bus, copied whole while they are written to, and made again from a copy.

JetStream's own snapshots (`$JS.API.STREAM.SNAPSHOT`, `$JS.API.STREAM.RESTORE`). A stream made again
has the sequences that it had, and a birth of its own: whoever kept a position is told of it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import click
import msgspec
import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg

from linli.adapters.bus_line import Line
from linli.contracts import subjects

LOGS = (subjects.FACTS_STREAM, subjects.EFFECTS_STREAM)
"""What the positions in the records speak of."""

STREAMS = (*LOGS, subjects.INPUT_STREAM)
_API_S = 10.0
_SILENT_S = 30.0
_PART_BYTES = 128 * 1024


@asynccontextmanager
async def line(url: str) -> AsyncIterator[Client]:
    """Connect to the bus for the length of the block.

    :raises click.ClickException: if it cannot be reached
    """
    client = Line(url)
    try:
        await client.dial(name="backup", connect_timeout=5, max_reconnect_attempts=0)
    except (nats.errors.Error, OSError, TimeoutError) as error:
        raise click.ClickException("the bus does not answer") from error
    try:
        yield client
    finally:
        await client.close()


async def _api(client: Client, verb: str, body: dict[str, Any]) -> dict[str, Any]:
    """Ask JetStream.

    :raises click.ClickException: if it refuses
    """
    asked = msgspec.json.encode(body)
    try:
        answer = await client.request(f"$JS.API.{verb}", asked, timeout=_API_S)
    except nats.errors.Error as error:
        raise click.ClickException(f"the bus does not answer {verb}") from error
    told: dict[str, Any] = msgspec.json.decode(answer.data)
    if "error" in told:
        raise click.ClickException(f"{verb}: {told['error'].get('description')}")
    return told


async def present(client: Client) -> list[str]:
    """Return which of our streams there are."""
    told = await _api(client, "STREAM.NAMES", {})
    return [name for name in STREAMS if name in (told.get("streams") or [])]


async def copy(client: Client, *, stream: str, folder: Path) -> None:
    """Write a stream into two files of the folder: what it is, and what it holds.

    :raises click.ClickException: if it is not told whole
    """
    inbox = client.new_inbox()
    came: asyncio.Queue[Msg] = asyncio.Queue()
    subscription = await client.subscribe(inbox, cb=came.put)
    asked = {"deliver_subject": inbox, "no_consumers": True, "chunk_size": _PART_BYTES}
    told = await _api(client, f"STREAM.SNAPSHOT.{stream}", asked)
    folder.mkdir(parents=True, exist_ok=True)
    kept = {name: told[name] for name in ("config", "state")} | {
        "born": await _born(client, stream)
    }
    (folder / f"{stream}.json").write_bytes(msgspec.json.encode(kept))
    with (folder / f"{stream}.snapshot").open("wb") as out:
        while part := await _part(came, stream):
            out.write(part.data)
            if part.reply:
                await client.publish(part.reply, b"")
    await subscription.unsubscribe()


async def _part(came: asyncio.Queue[Msg], stream: str) -> Msg | None:
    """Return the next part of a stream; None at its end."""
    try:
        message = await asyncio.wait_for(came.get(), _SILENT_S)
    except TimeoutError as error:
        raise click.ClickException(f"{stream}: cut off while it was copied") from error
    status = (message.headers or {}).get("Status", "")
    if status and status != "204":
        raise click.ClickException(f"{stream}: {message.headers}")
    return message if message.data else None


async def _born(client: Client, stream: str) -> str:
    return str((await _api(client, f"STREAM.INFO.{stream}", {})).get("created", ""))


async def make_again(client: Client, *, stream: str, folder: Path) -> tuple[str, str]:
    """Make a stream from its two files; return when it was born, and when it now is.

    :raises click.ClickException: if it is there already, or the bus does not take it
    """
    kept = msgspec.json.decode((folder / f"{stream}.json").read_bytes())
    born = kept.pop("born")
    told = await _api(client, f"STREAM.RESTORE.{stream}", kept)
    where = str(told["deliver_subject"])
    with (folder / f"{stream}.snapshot").open("rb") as parts:
        while part := parts.read(_PART_BYTES):
            await _give(client, where, part, stream)
    done = await client.request(where, b"", timeout=_SILENT_S)
    answer = msgspec.json.decode(done.data)
    if "error" in answer:
        raise click.ClickException(f"{stream}: {answer['error'].get('description')}")
    return born, await _born(client, stream)


async def _give(client: Client, where: str, part: bytes, stream: str) -> None:
    try:
        answer = await client.request(where, part, timeout=_SILENT_S)
    except nats.errors.Error as error:
        raise click.ClickException(f"{stream}: the bus took no more of it") from error
    if answer.data and "error" in msgspec.json.decode(answer.data):
        raise click.ClickException(f"{stream}: {answer.data.decode()}")
