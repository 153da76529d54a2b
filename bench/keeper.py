"""The worker of a bench: alarms, commands and causes become rows, readings become history."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path


def prepare(home):
    """Make the tables; return the spec's home ready for `work`."""
    os.environ.update(LINLI_HOME=str(home), DJANGO_SETTINGS_MODULE="linli.app.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


def enter(directory):
    """Enter the places and devices of a bench, so that what is said of them finds its row."""
    from datetime import UTC, datetime

    from linli.registry.devices.models import Device
    from linli.registry.places.models import Place

    now, community = datetime.now(UTC), directory.community
    rows = [
        Place(community=community, path=one.path, kind=one.kind, code=one.path.split("/")[-1],
              name_zh=one.path)
        for one in directory.places
    ]  # fmt: skip
    places = {row.path: row for row in Place.rows.bulk_create(rows)}
    Device.rows.bulk_create(
        [
            Device(community=community, code=one.code, model=one.model, name_zh=one.code,
                   place=places[one.place], registered_at=now)
            for one in directory.devices
        ],
        batch_size=1000,
    )  # fmt: skip


def wire(scenes, models):
    """Answer what operations ask with the catalogue of the bench."""
    from linli.app import handlers, wiring
    from linli.contracts import directory
    from linli.registry.devices import catalogue as device_catalogue
    from linli.registry.scenes import catalogue as scene_catalogue

    wiring.wire_records()
    device_catalogue.models.answer_with(lambda: models)
    by_id = {scene.id: scene for scene in scenes}
    scene_catalogue.scenes.answer_with(lambda: by_id)
    directory.communities.answer_with(lambda: ["bench"])
    return handlers.wiring()


async def work(url, home, wiring):
    """Do all that a worker process does, until SIGTERM."""
    from linli.adapters.bus import connect
    from linli.live import snapshot
    from linli.runtime import history
    from linli.runtime.worker import NICE, Worker

    os.nice(NICE)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    bus = await connect(url=url, name="worker")
    worker = Worker(bus=bus, wiring=wiring)

    async def communities():
        return ["bench"]

    def engine_position(community):
        return snapshot.position(home=home, community=community)

    tasks = [
        asyncio.create_task(worker.run()),
        asyncio.create_task(
            history.keep(
                bus=bus, home=home, communities=communities, engine_position=engine_position
            )
        ),
        asyncio.create_task(stop.wait()),
    ]
    (home / "working").touch()
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    for task in done:
        task.result()


def rows(home):
    """Return how many alarms were counted on the desk, and how many causes were noted."""
    import sqlite3

    with sqlite3.connect(f"file:{home}/linli.sqlite3?mode=ro", uri=True) as records:
        counted = records.execute("select coalesce(sum(count), 0) from alarms_alarm").fetchone()[0]
        noted = records.execute("select count(*) from causes_cause").fetchone()[0]
    return {"alarms_raised": counted, "causes_noted": noted}


if __name__ == "__main__":
    import logging

    spec = json.loads(sys.argv[1])
    logging.basicConfig(level="WARNING", stream=sys.stderr)
    prepare(Path(spec["home"]))
    from bench import sut

    enter(sut.directory(spec))
    asyncio.run(
        work(spec["nats_url"], Path(spec["home"]), wire(sut.scenes(spec)[0], sut.models(spec)))
    )
