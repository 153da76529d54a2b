"""The simulator process: 和睦里's devices, speaking as real ones would, from outside."""

import asyncio
import os

import click

from linli.app import catalogue, secret
from linli.app.demo.simulator import run
from linli.app.up import home_folder
from linli.drivers.wiring import Wires


@click.command()
@click.option("--mqtt-host", default="127.0.0.1", show_default=True)
@click.option("--mqtt-port", default=1883, show_default=True)
@click.option("--url", default="http://127.0.0.1:8080", show_default=True)
def simulator(mqtt_host: str, mqtt_port: int, url: str) -> None:
    """Simulate the devices of the demo community until told to stop."""
    os.nice(5)
    home = home_folder()
    models, _ = catalogue.models()
    asyncio.run(
        run(
            home=home,
            key=secret.read(home).in_use,
            models=models,
            mqtt=(mqtt_host, mqtt_port),
            url=url,
            wires=Wires(tables=catalogue.wires(), models=models),
        )
    )
