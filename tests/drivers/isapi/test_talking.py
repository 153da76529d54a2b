"""Speaking through a panel, over real HTTP."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from linli.drivers.g711 import Law
from linli.drivers.isapi import talking
from linli.drivers.isapi.client import NoCamera
from linli.drivers.isapi.peer import IsapiCamera
from tests.drivers.sounds import pitch, tone

LOUD = 1000


@asynccontextmanager
async def panel(**manners):
    camera = IsapiCamera(password="sesame")
    await camera.open()
    for name, value in manners.items():
        setattr(camera.talking, name, value)
    try:
        yield camera
    finally:
        await camera.close()


@asynccontextmanager
async def line(camera, *, hears=False, password="sesame", channel=None, **more):
    options = {"connect": f"127.0.0.1:{camera.port}", "password": password} | more
    wanted = asyncio.get_running_loop().create_future()
    wanted.set_result(hears)
    async with talking.talking(options, channel=channel, hears=wanted) as talk:
        yield talk


async def until(holds):
    async with asyncio.timeout(5):
        while not holds():
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("law", list(Law))
async def test_a_tone_arrives_at_the_panel_as_it_was_and_the_channel_is_closed(law):
    async with panel(law=law) as camera:
        async with line(camera) as talk:
            for number in range(50):
                await talk.say(tone(440, at=number * 160))
            await until(lambda: len(camera.talking.heard) == 8000)

        hz, loud = pitch(camera.talking.samples())
        assert abs(hz - 440) < 2
        assert loud > LOUD
        assert camera.talking.told == ["open", "close"]


async def test_the_panels_own_tone_is_heard():
    async with panel(pitch_hz=1000) as camera, line(camera, hears=True) as talk:
        heard = b"".join([await talk.hear() for _ in range(15)])

    hz, loud = pitch(heard)
    assert abs(hz - 1000) < 10
    assert loud > LOUD


async def test_who_does_not_listen_hears_nothing():
    async with panel(pitch_hz=1000) as camera, line(camera) as talk:
        assert (talk.hears, await talk.hear()) == (False, b"")


async def test_nothing_is_said_to_one_that_hung_up():
    async with panel() as camera, line(camera, hears=True) as talk:
        await camera.close()

        while await talk.hear():
            pass
        with pytest.raises(NoCamera, match="hung_up"):
            await _say_on(talk)


async def _say_on(talk):
    for _ in range(100):
        await talk.say(tone(440))
        await asyncio.sleep(0.01)


async def test_who_leaves_is_waited_for(monkeypatch):
    monkeypatch.setattr(talking, "_AGAIN_S", 0.05)
    async with panel() as camera:
        async with line(camera):
            coming = asyncio.create_task(_once(camera))
            await until(lambda: camera.talking.told == ["open", "open"])
        await coming

    assert camera.talking.told == ["open", "open", "close", "open", "close"]


async def _once(camera):
    async with line(camera):
        pass


async def test_one_that_was_left_open_is_closed_first(monkeypatch):
    monkeypatch.setattr(talking, "_AGAIN_S", 0.01)
    async with panel(open=True) as camera, line(camera):
        pass

    assert camera.talking.told == ["open", "open", "close", "open", "close"]


@pytest.mark.parametrize(
    ("manners", "options", "why"),
    [
        ({"deaf": True}, {}, "no_g711"),
        ({}, {"channel": 34}, "no_talking"),
        ({}, {"password": "wrong"}, "wrong_password"),
        ({}, {"connect": "127.0.0.1:1"}, "unreachable"),
        ({}, {"connect": "nowhere"}, "bad_options"),
        ({}, {"tone": "none"}, "bad_options"),
    ],
)
async def test_a_panel_that_cannot_be_spoken_through_is_said_so(manners, options, why):
    async with panel(**manners) as camera:
        with pytest.raises(NoCamera) as refused:
            async with line(camera, **options):
                pass

    assert refused.value.reason == why
    assert camera.talking.told == []


async def test_a_channel_that_is_listed_is_spoken_through():
    async with panel() as camera, line(camera, channel=1):
        pass

    assert camera.talking.told == ["open", "close"]


async def test_who_gives_up_while_it_opens_leaves_it_closed():
    async with panel(late=asyncio.Event()) as camera:
        coming = asyncio.create_task(_once(camera))
        await until(lambda: camera.talking.open)
        coming.cancel()
        with pytest.raises(asyncio.CancelledError):
            await coming

        assert camera.talking.told == ["open", "close"]
        assert not camera.talking.open
