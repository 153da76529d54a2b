"""The live process: the register's directory and the catalogue handed to `linli.live`."""

from datetime import date

import click
from django.conf import settings
from django.db import close_old_connections

from linli.app import catalogue, desk, wiring
from linli.app.hosts import from_settings, require_private
from linli.app.processes import begin
from linli.contracts import calendar, directory
from linli.contracts.directory import Directory
from linli.devices.interlocks import Interlocks
from linli.drivers.wiring import Wires
from linli.live.main import LiveSettings, Outside, main
from linli.runtime.supervisor import say_ready
from linli.scenes.engine import Engine


def _is_worked(day: date) -> bool:
    return calendar.working_day(day).worked


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=1883, show_default=True)
@click.option("--outside", default="", help="Where to listen by TLS too, for other machines.")
@click.option("--tls-port", default=8883, show_default=True)
def live(host: str, port: int, outside: str, tls_port: int) -> None:
    """Run the live process until it is told to stop."""
    require_private(host, unless="LINLI_PLAIN_DEVICES")
    url = begin("live")
    wiring.wire_records()
    known = catalogue.load(settings.CATALOG, stories=True)
    for fault in known.wrong:
        click.echo(f"not loaded: {fault.key} {fault.values}", err=True)

    def engine(register: Directory, now: float) -> Engine:
        return Engine(
            scenes=known.scenes,
            models=known.models,
            directory=register,
            now=now,
            working_day=_is_worked,
        )

    def communities() -> list[str]:
        close_old_connections()
        return directory.communities()

    def read_directory(community: str) -> Directory:
        close_old_connections()
        return directory.directory(community)

    main(
        LiveSettings(
            host=host,
            port=port,
            outside=Outside(host=outside, port=tls_port, tls=from_settings()) if outside else None,
            nats_url=url,
            home=settings.HOME,
            models=known.models,
            wires=Wires(tables=catalogue.wires(settings.CATALOG), models=known.models),
            interlocks=Interlocks(catalogue.interlocks(settings.CATALOG)),
            make_engine=engine,
            communities=communities,
            directory=read_directory,
            wire=desk.wire_live,
            ready=lambda _port: say_ready(),
        )
    )
