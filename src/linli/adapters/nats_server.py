"""The nats-server of an installation: found, configured, started and stopped as a child.

It listens on loopback only, asks for a token made for it, and syncs every append to disk before it
confirms: what it has confirmed survives `kill -9` and a power cut.
"""

import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from linli.kernel.fault import Fault

OLDEST = (2, 10)
_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)")
_MEGABYTE = 1024 * 1024
_PATIENCE_S = 15.0
_STOP_S = 10.0
MAX_PAYLOAD_BYTES = 8 * _MEGABYTE


class NatsServerMissing(Fault):
    """No nats-server of a version that will do was found."""

    key = "adapters.nats_server_missing"
    status = 503


class NatsServerSilent(Fault):
    """The nats-server ended, or did not listen in time; `said` is the end of its log."""

    key = "adapters.nats_server_silent"
    status = 503


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """A nats-server ready to be started: its command, and the URL (token within) to reach it."""

    command: tuple[str, ...]
    url: str
    port: int
    log: Path


def find() -> Path:
    """Return a nats-server: the wheel's beside this Python, else the first on the PATH.

    :raises NatsServerMissing: if there is none, or only older ones than 2.10
    """
    beside = Path(sys.executable).parent / "nats-server"
    on_path = shutil.which("nats-server")
    seen = []
    for candidate in (beside, Path(on_path) if on_path else None):
        if candidate is None or not os.access(candidate, os.X_OK):
            continue
        version = version_of(candidate)
        if version >= OLDEST:
            return candidate
        seen.append(".".join(map(str, version)))
    raise NatsServerMissing(oldest=".".join(map(str, OLDEST)), seen=", ".join(seen) or "-")


def version_of(server: Path) -> tuple[int, ...]:
    """Return the version that a nats-server says it is; (0,) when it does not say."""
    try:
        said = subprocess.run(  # noqa: S603 - a program found on this machine
            [str(server), "--version"], capture_output=True, text=True, timeout=10, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return (0,)
    found = _VERSION.search(said)
    return tuple(map(int, found.groups())) if found else (0,)


def free_port() -> int:
    """Return a loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def prepare(*, home: Path, port: int = 0, max_store_mb: int = 16_384) -> Prepared:
    """Write the server's configuration under `home`/nats and return how to start it.

    Port 0 takes a free one. The token is new each time and readable by this user only.

    :raises NatsServerMissing: if the machine has no nats-server that will do
    """
    server = find()
    folder = home / "nats"
    folder.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    token = secrets.token_urlsafe(24)
    config = folder / "nats-server.conf"
    config.touch(mode=0o600)
    config.chmod(0o600)
    config.write_text(_configuration(folder, port, token, max_store_mb), encoding="utf-8")
    return Prepared(
        command=(str(server), "-c", str(config)),
        url=f"nats://{token}@127.0.0.1:{port}",
        port=port,
        log=folder / "nats-server.log",
    )


def _configuration(folder: Path, port: int, token: str, max_store_mb: int) -> str:
    return f"""server_name: linli
listen: "127.0.0.1:{port}"
authorization {{ token: "{token}" }}
max_payload: {MAX_PAYLOAD_BYTES}
max_connections: 256
max_pending: {64 * _MEGABYTE}
ping_interval: "20s"
jetstream {{
  store_dir: "{folder}"
  max_memory_store: {64 * _MEGABYTE}
  max_file_store: {max_store_mb * _MEGABYTE}
  sync_interval: always
}}
"""


_LISTENS = re.compile(
    r'^listen: "([0-9.]+:\d+)"\nauthorization { token: "([^"]+)" }$', re.MULTILINE
)


def address(*, home: Path) -> str:
    """Return the URL of the nats-server last prepared below `home`; empty where none was."""
    config = home / "nats" / "nats-server.conf"
    found = _LISTENS.search(config.read_text("utf-8")) if config.is_file() else None
    return f"nats://{found[2]}@{found[1]}" if found else ""


class Running:
    """A nats-server that this process started."""

    def __init__(self, prepared: Prepared) -> None:
        self.prepared = prepared
        self.url = prepared.url
        with prepared.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own child
                prepared.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    @property
    def pid(self) -> int:
        """Return its process id."""
        return self.process.pid

    def wait_ready(self) -> None:
        """Wait until it listens.

        :raises NatsServerSilent: if it ends, or does not listen within 15 s
        """
        end = time.monotonic() + _PATIENCE_S
        while time.monotonic() < end and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.prepared.port), 1).close()
            except OSError:
                time.sleep(0.02)
            else:
                return
        self.stop()
        said = self.prepared.log.read_text(encoding="utf-8", errors="replace")[-400:]
        raise NatsServerSilent(said=said)

    def stop(self) -> None:
        """Stop it: by asking, and by force when it does not listen."""
        if self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start(*, home: Path, port: int = 0) -> Running:
    """Start a nats-server that keeps its store under `home`, and wait until it listens.

    :raises NatsServerMissing: if the machine has none that will do
    :raises NatsServerSilent: if it does not come up
    """
    running = Running(prepare(home=home, port=port))
    running.wait_ready()
    return running
