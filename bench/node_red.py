"""Node-RED as the peer: the same rule as a switch and a change node, behind an MQTT broker."""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from linli.adapters import nats_server

VERSION = "4.1.1"
_CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "linli-bench" / "node-red"
_MOSQUITTO = ("/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto")
_SETTINGS = """module.exports = { uiHost: "127.0.0.1", uiPort: %d, httpAdminRoot: false,
  httpNodeRoot: false, flowFile: "flows.json", credentialSecret: false,
  logging: { console: { level: "warn", metrics: false, audit: false } },
  telemetry: { enabled: false, updateNotification: false }, diagnostics: { enabled: false } };
"""


def available():
    """Return where Node-RED is, bringing it from npm the first time; None without Node or npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    program = _CACHE / "node_modules" / "node-red" / "red.js"
    if not program.exists():
        _CACHE.mkdir(parents=True, exist_ok=True)
        (_CACHE / "package.json").write_text('{"private": true}\n')
        subprocess.run(
            [npm, "install", f"node-red@{VERSION}", "--no-audit", "--no-fund", "--silent"],
            cwd=_CACHE,
            check=True,
            stdout=subprocess.DEVNULL,
        )
    return node, program


def _flows(port):
    """A flow with as few nodes as the job takes: in, switch, change, out."""
    broker = {
        "id": "broker", "type": "mqtt-broker", "broker": "127.0.0.1", "port": str(port),
        "clientid": "", "autoConnect": True, "usetls": False, "protocolVersion": "4",
        "keepalive": "60", "cleansession": True, "autoUnsubscribe": True,
    }  # fmt: skip
    heard = {
        "id": "in", "type": "mqtt in", "z": "tab", "topic": "v1/bench/+/readings", "qos": "0",
        "datatype": "json", "broker": "broker", "inputs": 0, "x": 1, "y": 1, "wires": [["over"]],
    }  # fmt: skip
    over = {
        "id": "over", "type": "switch", "z": "tab", "property": "payload.co",
        "propertyType": "msg", "rules": [{"t": "gt", "v": "50", "vt": "num"}],
        "checkall": "false", "repair": False, "outputs": 1, "x": 2, "y": 1, "wires": [["say"]],
    }  # fmt: skip
    rules = [
        {"t": "change", "p": "topic", "pt": "msg", "from": "/readings", "fromt": "str",
         "to": "/commands", "tot": "str"},
        {"t": "set", "p": "payload", "pt": "msg", "to": "ON", "tot": "str"},
    ]  # fmt: skip
    say = {"id": "say", "type": "change", "z": "tab", "rules": rules, "x": 3, "y": 1,
           "wires": [["out"]]}  # fmt: skip
    out = {"id": "out", "type": "mqtt out", "z": "tab", "topic": "", "qos": "0",
           "retain": "false", "broker": "broker", "x": 4, "y": 1, "wires": []}  # fmt: skip
    return [{"id": "tab", "type": "tab", "label": "bench"}, broker, heard, over, say, out]


def _mosquitto(home, port):
    program = next((p for p in _MOSQUITTO if os.access(p, os.X_OK)), shutil.which("mosquitto"))
    if program is None:
        return None
    config = home / "mosquitto.conf"
    config.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n"
        "set_tcp_nodelay true\nmax_queued_messages 0\nmax_inflight_messages 0\n"
    )
    return [program, "-c", str(config)]


def _nats_mqtt(home, port):
    config = home / "nats.conf"
    config.write_text(
        f'server_name: peer\nlisten: "127.0.0.1:{nats_server.free_port()}"\n'
        f'jetstream {{ store_dir: "{home}/js" }}\nmqtt {{ listen: "127.0.0.1:{port}" }}\n'
    )
    return [str(nats_server.find()), "-c", str(config)]


class NodeRed:
    """Node-RED and its broker."""

    name = "node-red"

    def __init__(self):
        found = available()
        if found is None:
            raise FileNotFoundError("node or npm")
        self.home = Path(tempfile.mkdtemp(prefix="linli-peer-"))
        self.port = nats_server.free_port()
        broker = _mosquitto(self.home, self.port)
        self.broker = "mosquitto" if broker else "nats-server"
        self._log = (self.home / "log").open("wb")
        self._broker = self._spawn(broker or _nats_mqtt(self.home, self.port))
        _wait_port(self.port)
        (self.home / "flows.json").write_text(json.dumps(_flows(self.port)))
        (self.home / "settings.js").write_text(_SETTINGS % nats_server.free_port())
        node, program = found
        self._node = self._spawn(
            [node, str(program), "-u", str(self.home), "-s", str(self.home / "settings.js")]
        )
        self.pids = {"node-red": self._node.pid, "broker": self._broker.pid}

    def _spawn(self, command):
        return subprocess.Popen(
            command, cwd=self.home, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log
        )

    def close(self):
        """Stop both."""
        for process in (self._node, self._broker):
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._log.close()
        shutil.rmtree(self.home, ignore_errors=True)


def _wait_port(port):
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"nobody listens on {port}")
