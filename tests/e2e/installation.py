"""A whole installation in a home of its own, started as a person would, spoken to from outside."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

from tests import records

ROOT = next(p for p in Path(__file__).resolve().parents if (p / "pyproject.toml").is_file())

_PATIENCE = 3


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, limit_s=20.0, pause_s=0.05):
    """Return what a question answers once it answers something; `limit_s` is what it takes at most
    where nothing else keeps the machine busy.
    """
    end = time.monotonic() + _PATIENCE * limit_s
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(pause_s)
    raise AssertionError(f"waited {_PATIENCE * limit_s} s in vain")


def token(client):
    """Return what forms carry; by TLS the cookie's name has a prefix."""
    return next(one.value for one in client.cookies.jar if one.name.endswith("csrftoken"))


class Installation:
    """Start it, speak to it, kill parts of it, stop it."""

    def __init__(self, home, *options, environment=None, empty=False):
        """`empty`: nothing is there at all, so that the first start makes the tables too."""
        self.home = Path(home)
        self.empty = empty
        self.options = options
        self.environment = environment or {}
        self.port, self.mqtt_port = free_port(), free_port()
        self.process = None

    def start(self):
        command = [
            sys.executable, "-m", "linli.app", "up", "--no-screens",
            "--port", str(self.port), "--mqtt-port", str(self.mqtt_port), *self.options,
        ]  # fmt: skip
        environment = {**os.environ, "LINLI_HOME": str(self.home)}
        for name in ("LINLI_DATABASE_URL", "LINLI_APART_DATABASE"):
            environment.pop(name, None)
        environment |= self.environment
        self._lay_out(environment)
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        try:
            wait_for(self._is_ready, 300)
        except BaseException:
            self.stop()
            raise
        return self

    def _lay_out(self, environment):
        """Put empty tables there, as a run has made them before."""
        tables = self.home / "linli.sqlite3"
        if self.empty or tables.exists() or "LINLI_DATABASE_URL" in environment:
            return
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        if records.lay_out(tables):
            tables.chmod(0o600)

    def _is_ready(self):
        if self.process.poll() is not None:
            log = self.home / "linli.log"
            tail = log.read_text("utf-8", "replace")[-4000:] if log.exists() else ""
            raise AssertionError(self.process.stdout.read().decode() + tail)
        return (self.home / "ready.json").exists()

    @property
    def ready(self):
        return json.loads((self.home / "ready.json").read_text("utf-8"))

    @property
    def url(self):
        return self.ready["url"]

    def kill(self, name):
        """Kill one process as a power cut would, and wait until another has taken its place."""
        pid = self.ready["pids"][name]
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: self.ready["pids"].get(name, pid) != pid, 30)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.communicate(timeout=40)

    def signed_in(self, role="manager", *, url="", trusting=True):
        """Return a client that has signed in as someone of a role, here or from outside."""
        sign = next(s for s in self.ready["sign_ins"] if role in (s["role"], s["username"]))
        client = httpx.Client(base_url=url or self.url, timeout=20, verify=trusting)
        client.headers["Referer"] = f"{client.base_url}/"
        client.get("/api/v1/session")
        client.headers["X-CSRFToken"] = token(client)
        answer = client.post(
            "/api/v1/session", json={"username": sign["username"], "password": sign["password"]}
        )
        assert answer.status_code == 200, answer.text
        client.headers["X-CSRFToken"] = token(client)
        return client
