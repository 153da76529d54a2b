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

ROOT = next(p for p in Path(__file__).resolve().parents if (p / "pyproject.toml").is_file())


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, limit_s=20.0, pause_s=0.05):
    """Return what a question answers once it answers something."""
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(pause_s)
    raise AssertionError(f"waited {limit_s} s in vain")


class Installation:
    """Start it, speak to it, kill parts of it, stop it."""

    def __init__(self, home, *options, environment=None):
        self.home = Path(home)
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
        environment.pop("LINLI_DATABASE_URL", None)
        environment |= self.environment
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        try:
            wait_for(self._is_ready, 300)
        except BaseException:
            self.stop()
            raise
        return self

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

    def signed_in(self, role="manager"):
        """Return a client that has signed in as someone of a role."""
        sign = next(s for s in self.ready["sign_ins"] if role in (s["role"], s["username"]))
        client = httpx.Client(base_url=self.url, timeout=20)
        client.get("/api/v1/session")
        client.headers["X-CSRFToken"] = client.cookies["csrftoken"]
        answer = client.post(
            "/api/v1/session", json={"username": sign["username"], "password": sign["password"]}
        )
        assert answer.status_code == 200, answer.text
        client.headers["X-CSRFToken"] = client.cookies["csrftoken"]
        return client
