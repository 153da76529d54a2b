"""`./linli up`: everything of one installation on one machine, until Ctrl-C.

Light on purpose: it stays in memory as long as the installation runs, so it imports no Django.
"""

import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import click
import msgspec

from linli.adapters import nats_server
from linli.app import cli
from linli.app.hosts import require_private
from linli.app.processes import outside_bus
from linli.app.secret import keys_folder
from linli.foundation import durable
from linli.kernel.fault import Fault
from linli.runtime.log_file import LogFile
from linli.runtime.supervisor import NotReady, Spec, Supervisor

_ROOT = next(p for p in Path(__file__).resolve().parents if (p / "pyproject.toml").is_file())
_LISTENS_S = 15.0
_RECORDS = ("prepare", "live", "worker", "web")
"""Loaded here, once, for all of them to share: 80 MB less, and a start without four times the same
imports.
"""
_RECORDS = ("prepare", "live", "worker", "web")
"""Loaded here, once, for all of them to share: 80 MB less, and a start without four times the same
imports.
"""
_REPLACED = """
!!! 本机的证书机构已换新，只为这些名字担保：{names}
!!! 凡信任旧机构的浏览器和设备，都连不上了，要重新安装 {file}
!!! THE AUTHORITY OF THIS INSTALLATION IS A NEW ONE, good for these names alone: {names}
!!! Browsers and devices that trust the old one come in no more. Give them {file}
"""


def home_folder() -> Path:
    """Return the folder of this installation's data: `LINLI_HOME`, else `.linli` beside us."""
    return Path(os.environ.get("LINLI_HOME", _ROOT / ".linli")).resolve()


class AlreadyRuns(click.ClickException):
    """Somebody holds the installation's lock."""


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Hold the installation's lock, so that it never runs twice over the same data.

    :raises AlreadyRuns: if somebody else holds it
    """
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (home / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRuns(
                f"Linli already runs in {home.name}: stop it first, or set LINLI_HOME elsewhere"
            ) from error
        yield


def _require_free(host: str, port: int, option: str) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                f"port {port} on {host}: {error.strerror}. Choose another with {option}"
            ) from error


def _load() -> None:
    """Import what the processes of the records have in common, without a thread in this one: it
    would not be there in a fork.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    cli.load(*_RECORDS)


def _own(*arguments: str) -> Spec:
    """Return one of our commands, by its name and what it is given, as a fork of this process."""
    return Spec(name=arguments[0], run=lambda: cli.main(list(arguments)), ready_s=60.0)


def _start_bus(supervisor: Supervisor, home: Path) -> None:
    """Start a nats-server unless an outside one is named, and let the others know where."""
    if outside_bus():
        return
    prepared = nats_server.prepare(home=home)
    supervisor.start([Spec(name="nats", command=prepared.command, says_ready=False)])
    os.environ["LINLI_NATS_URL"] = prepared.url
    end = time.monotonic() + _LISTENS_S
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", prepared.port)) == 0:
                return
        time.sleep(0.02)
    raise NotReady("nats: does not listen")


def _wanted(home: Path) -> list[str]:
    """Return which children somebody asks to begin anew: the live process asks it of the bus."""
    asked = home / "restart-bus"
    if not asked.exists():
        return []
    asked.unlink()
    return ["nats"]


def _ready(home: Path, supervisor: Supervisor, where: dict[str, Any]) -> dict[str, Any]:
    """Write what a caller needs to use the installation, for this user's eyes only."""
    signs = home / "demo.json"
    told = {
        **where,
        **(json.loads(signs.read_text("utf-8")) if signs.is_file() else {}),
        "pids": {"supervisor": os.getpid(), **supervisor.pids()},
    }
    told["example"] = [_filled(line, where) for line in told.get("example", [])]
    text = json.dumps(told, ensure_ascii=False, indent=1)
    durable.put(file=home / "ready.json", parts=[text.encode()])
    return told


def _reachable(outside: str) -> bool:
    """Tell whether others than who sits at this machine can reach it."""
    return bool(outside) or os.environ.get("LINLI_BEHIND_PROXY") == "1"


def _try_out(home: Path, outside: str) -> None:
    """Let the demo be tried with nothing but its passwords, where nobody else comes in; the sign-in
    page says so, and codes are shown to whoever asks for one.

    :raises click.ClickException: if real records belong to this home folder
    """
    if (home / "no-demo").is_file():
        raise click.ClickException(
            f"{home.name} was begun without the demo: start it with --no-demo,"
            " or set LINLI_HOME to another folder to try the demo"
        )
    if _reachable(outside):
        return
    os.environ.setdefault("LINLI_FACTOR_ROLES", "none")
    os.environ.setdefault("LINLI_CODES", "shown")
    os.environ.setdefault("LINLI_PAYMENTS_INSIDE", "1")
    os.environ.setdefault("LINLI_DEPARTMENTS_INSIDE", "1")


def _filled(line: str, where: dict[str, Any]) -> str:
    """Return a line of the demo's example with the real addresses in it."""
    mqtt = where["mqtt"]
    line = line.replace("$MQTT_HOST", mqtt["host"]).replace("$MQTT_PORT", str(mqtt["port"]))
    return line.replace("$URL", where["url"])


def _announce(told: dict[str, Any], seconds: float) -> None:
    click.echo(f"邻里 Linli · {told['url']}   (ready after {seconds:.1f} s)")
    click.echo(f"MQTT        · {told['mqtt']['host']}:{told['mqtt']['port']}")
    if outside := told.get("outside"):
        click.echo(f"From outside: {outside['url']}   MQTT by TLS: {outside['mqtts']['port']}")
        if "authority" in outside:
            click.echo(f"  they are to trust {outside['authority']}")
            click.echo(f"  SHA-256 {outside['fingerprint']}")
    for sign in told.get("sign_ins", []):
        click.echo(f"  {sign['username']:<12} {sign['password']:<18} {sign['name']}")
    if example := told.get("example"):
        click.echo("Try it, in another terminal:")
        for line in example:
            click.echo(f"  {line}")
    click.echo("Ctrl-C stops it; the next ./linli up goes on where it left off.")


def _say(text: str) -> None:
    click.echo(f"linli: {text}", err=True)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen for people.")
@click.option("--port", default=8080, show_default=True, help="HTTP port.")
@click.option("--mqtt-host", default="127.0.0.1", show_default=True, help="Where devices connect.")
@click.option("--mqtt-port", default=1883, show_default=True, help="MQTT port.")
@click.option("--demo/--no-demo", default=True, help="With the demo community 和睦里 or without.")
@click.option("--simulator/--no-simulator", default=True, help="With simulated devices or without.")
@click.option("--outside", default="", help="Where to listen by TLS too, for other machines.")
@click.option("--name", "names", multiple=True, help="By which names others know this machine.")
@click.option("--https-port", default=8443, show_default=True, help="HTTPS port for others.")
@click.option("--mqtts-port", default=8883, show_default=True, help="MQTT by TLS for others.")
@click.option("--no-screens", is_flag=True, help="Do not build the screens first.")
def up(
    *,
    host: str,
    port: int,
    mqtt_host: str,
    mqtt_port: int,
    demo: bool,
    simulator: bool,
    outside: str,
    names: tuple[str, ...],
    https_port: int,
    mqtts_port: int,
    no_screens: bool,
) -> None:
    """Start everything, print where it is, and run until Ctrl-C.

    The ready file `$LINLI_HOME/ready.json` holds URLs, ports, process ids and sign-ins.
    """
    began, home = time.monotonic(), home_folder()
    host, mqtt_host, outside = (one.strip("[]") for one in (host, mqtt_host, outside))
    log_file = LogFile(home / "linli.log")
    with alone(home), log_file.open() as log:
        supervisor = Supervisor(
            log=log, say=_say, keep_small=log_file.keep_small, wanted=lambda: _wanted(home)
        )
        where = _where(host, port, mqtt_host, mqtt_port)
        if outside:
            way = Outside(outside, names, https_port, mqtts_port)
            where["outside"] = _open_outside(home, way)
        try:
            if demo:
                _try_out(home, outside)
            _start_bus(supervisor, home)
            _load()
            supervisor.carry_out(_own("prepare", *(["--demo"] if demo else [])))
            supervisor.start(
                [
                    _own("live", "--host", mqtt_host, "--port", str(mqtt_port),
                         *_by_tls(outside, mqtts_port)),
                    _own("worker"),
                    _own("web", "--host", host, "--port", str(port),
                         *_by_tls(outside, https_port)),
                ]
            )  # fmt: skip
            if demo and simulator:
                supervisor.start([_simulator(mqtt_host, mqtt_port, where["url"])])
            _announce(_ready(home, supervisor, where), time.monotonic() - began)

            def changed() -> None:
                _ready(home, supervisor, where)

            supervisor.run(changed=changed)
        except (NotReady, Fault) as error:
            raise click.ClickException(f"{error}; the log is {home.name}/linli.log") from error
        finally:
            supervisor.stop()
            (home / "ready.json").unlink(missing_ok=True)
            click.echo("linli: stopped", err=True)


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _where(host: str, port: int, mqtt_host: str, mqtt_port: int) -> dict[str, Any]:
    """Return where it will listen, once that can be."""
    require_private(host, unless="LINLI_BEHIND_PROXY")
    require_private(mqtt_host, unless="LINLI_PLAIN_DEVICES")
    _require_free(host, port, "--port")
    _require_free(mqtt_host, mqtt_port, "--mqtt-port")
    return {"url": f"http://{_in_url(host)}:{port}", "mqtt": {"host": mqtt_host, "port": mqtt_port}}


class Outside(NamedTuple):
    """Where others come in, by TLS, and by which names they know this machine."""

    host: str
    names: tuple[str, ...]
    https_port: int
    mqtts_port: int


def _open_outside(home: Path, way: Outside) -> dict[str, object]:
    """See that there is a certificate, and let the processes know; return what others need."""
    from linli.app import outside  # noqa: PLC0415 - heavy, and seldom needed

    _require_free(way.host, way.https_port, "--https-port")
    _require_free(way.host, way.mqtts_port, "--mqtts-port")
    given = [one.strip("[]") for one in way.names]
    names = [*dict.fromkeys(given or outside.own_names(way.host))]
    papers = outside.papers(folder=keys_folder(home) / "tls", names=names, now=datetime.now(UTC))
    os.environ.update(
        LINLI_TLS_CERT=str(papers.chain), LINLI_TLS_KEY=str(papers.key), LINLI_HTTPS="1"
    )
    hosts = os.environ.get("LINLI_HOSTS", "127.0.0.1,localhost,[::1]")
    os.environ["LINLI_HOSTS"] = ",".join([hosts, *map(_in_url, names)])
    told: dict[str, object] = {
        "url": f"https://{_in_url(names[0])}:{way.https_port}",
        "mqtts": {"host": names[0], "port": way.mqtts_port},
    }
    if papers.replaced:
        _say(_REPLACED.format(names=", ".join(names), file=papers.authority))
    if papers.authority:
        told["authority"] = str(papers.authority)
        told["fingerprint"] = outside.fingerprint(papers.authority)
    return told


def _by_tls(outside: str, port: int) -> list[str]:
    return ["--outside", outside, "--tls-port", str(port)] if outside else []


def _simulator(mqtt_host: str, mqtt_port: int, url: object) -> Spec:
    where = ("--mqtt-host", mqtt_host, "--mqtt-port", str(mqtt_port), "--url", str(url))
    return msgspec.structs.replace(_own("simulator", *where), says_ready=False)
