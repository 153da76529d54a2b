"""What is in the streams after a run, read by a connection of its own."""

import asyncio

from linli.adapters.bus import connect
from linli.contracts import effects, signals, subjects
from linli.devices import batch


async def _all(url, stream, subject):
    bus = await connect(url=url, name="readback")
    try:
        last = await bus.last(stream=stream, subject=subject)
        found = []
        if last is None:
            return found
        following = bus.follow(stream=stream, subject=subject, after=0)
        async for message in following:
            found.append(message)
            if message.sequence >= last.sequence:
                break
        await following.aclose()
        return found
    finally:
        await bus.close()


def read(url, stream, subject):
    """Return the messages of a subject."""
    return asyncio.run(_all(url, stream, subject))


def values(url, community="house"):
    """Return every value stored in INPUT, in order."""
    out = []
    for message in read(url, subjects.INPUT_STREAM, subjects.inputs(community)):
        if batch.is_batch(message.body):
            out.extend(batch.decode(message.body).values.tolist())
    return out


def heard(url, community="house"):
    """Return every signal stored in INPUT."""
    return [
        signal
        for message in read(url, subjects.INPUT_STREAM, subjects.inputs(community))
        if not batch.is_batch(message.body)
        for signal in signals.decode(message.body)
    ]


def told(url, community="house"):
    """Return every effect stored in EFFECTS."""
    return [
        effect
        for message in read(url, subjects.EFFECTS_STREAM, subjects.effects(community))
        for effect in effects.decode(message.body)
    ]


async def _ask(url, question, body, community):
    bus = await connect(url=url, name="asker")
    try:
        return await bus.ask(subject=subjects.ask(question, community), body=body, timeout_s=15.0)
    finally:
        await bus.close()


def ask(url, question, body=b"", community="house"):
    """Ask the live half a question."""
    return asyncio.run(_ask(url, question, body, community))


async def _state(url, stream):
    bus = await connect(url=url, name="state")
    try:
        return await bus.state(stream=stream)
    finally:
        await bus.close()


def state(url, stream):
    """Return how full a stream is."""
    return asyncio.run(_state(url, stream))


async def _purge(url, stream, subject):
    bus = await connect(url=url, name="purge")
    try:
        last = await bus.last(stream=stream, subject=subject)
        await bus.purge(stream=stream, subject=subject, upto=last.sequence)
    finally:
        await bus.close()


def purge(url, stream, subject):
    """Forget everything of a subject."""
    asyncio.run(_purge(url, stream, subject))
