"""The systems that `bench.chain` loads: ours, and Node-RED behind a broker."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from bench import town
from linli.adapters import nats_server
from linli.adapters.bus import StreamLimits
from linli.contracts.directory import DeviceEntry, Directory, PlaceEntry, PointEntry
from linli.devices import catalogue, credential
from linli.drivers.wiring import Wires
from linli.live.main import LiveSettings, main
from linli.scenes.engine import Engine
from linli.scenes.load import load_all

ROOT = Path(__file__).resolve().parents[1]
SECRET = "bench-secret"
COMMUNITY = "bench"
DEVICES, SAFETY_FIRST, SAFETY_DEVICES = 1000, 5001, 20
_UNIT = """
id = "%(id)s"
name = { zh = "一氧化碳机", en = "CO unit" }
category = "environment"
icon = "co"
source = "bench"
period = "1h"
lane = "%(lane)s"
[properties.co]
name = { zh = "一氧化碳", en = "CO" }
unit = "mg/m3"
range = [0, 500]
[services."fan.on"]
name = { zh = "开风机", en = "fan on" }
ack = "none"
expires = "2m"
[services."fan.off"]
name = { zh = "关风机", en = "fan off" }
ack = "none"
expires = "2m"
"""
_GATEWAY = """
id = "gateway"
name = { zh = "网关", en = "gateway" }
category = "network"
icon = "gateway"
source = "bench"
period = "1h"
[properties.uptime_s]
name = { zh = "运行时间", en = "uptime" }
"""
_SCENE = """
id = "safety.bench.co"
name = { zh = "一氧化碳超标", en = "CO over limit" }
severity = "major"
source = "bench"
alarm = %(alarm)s
needs = { sensor = "co", actuator = "fan" }
[when]
point = "co"
above = 50
[[do]]
command = "fan.on"
where = "same device"
undo = false
[[story]]
title = "acts"
given = ["0s co 12", "1s co 60"]
then = %(then)s
[[story]]
title = "does not"
given = ["0s co 12", "1s co 13"]
then = []
"""


def models(spec=None):
    """Return the thing models of a bench; those of a town too where it has one."""
    texts = (
        _UNIT % {"id": "co_unit", "lane": "bulk"},
        _UNIT % {"id": "safe_unit", "lane": "safety"},
        _GATEWAY,
    )
    found = [catalogue.load(text, file="bench") for text in texts]
    own = {model.id: model for model in found}
    return own | town.models() if spec and spec.get("town") else own


def directory(spec):
    """Two gateways: one with the bulk devices 0001…, one with the safety devices 5001…; and the
    devices of the town, where there is one.
    """
    devices, safe = spec.get("devices", DEVICES), SAFETY_DEVICES
    kept = credential.make(SECRET, "bench")
    place = f"{COMMUNITY}/garage"

    def device(code, model, gateway=None):
        return DeviceEntry(code=code, model=model, place=place, gateway=gateway, secret_hash=kept)

    entries = [device("gw", "gateway"), device("gw-safe", "gateway")]
    entries += [device(f"{n:04d}", "co_unit", "gw") for n in range(1, devices + 1)]
    entries += [
        device(f"{n:04d}", "safe_unit", "gw-safe") for n in range(SAFETY_FIRST, SAFETY_FIRST + safe)
    ]
    entries += town.devices(spec.get("town", 0), kept)
    known = models(spec)
    names = [(entry.code, name) for entry in entries for name in known[entry.model].points()]
    return Directory(
        community=COMMUNITY,
        version=1,
        places=[
            PlaceEntry(path=COMMUNITY, kind="estate"),
            PlaceEntry(path=place, kind="garage"),
            *town.places(spec.get("town", 0)),
        ],
        devices=entries,
        points=[PointEntry(number=n, device=d, name=p) for n, (d, p) in enumerate(names, 1)],
    )


def scenes(spec):
    """Return the one scene of the bench, those of the town, and what is wrong with them."""
    words = {"alarm": "true" if spec["alarm"] else "false"}
    words["then"] = '["1s alarm raised", "1s fan.on"]' if spec["alarm"] else '["1s fan.on"]'
    own, wrong = load_all({"scenes/safety/bench/co.toml": _SCENE % words}, models=models())
    return ([*own, *town.scenes()] if spec.get("town") else own), wrong


def serve(spec):
    """Be the live process of a bench."""
    known = models(spec)
    loaded, wrong = scenes(spec)
    assert not wrong, wrong
    found = directory(spec)
    home = Path(spec["home"])

    def ready(port):
        (home / "port.new").write_text(str(port))
        (home / "port.new").replace(home / "port")

    main(
        LiveSettings(
            port=spec.get("port", 0),
            nats_url=spec["nats_url"],
            home=home,
            models=known,
            wires=Wires(tables={}, models=known),
            make_engine=lambda directory, now: Engine(
                scenes=loaded, models=known, directory=directory, now=now
            ),
            communities=lambda: [COMMUNITY],
            directory=lambda community: found,
            ready=ready,
            streams=StreamLimits(input_bytes=6 << 30, effects_bytes=6 << 30),
        )
    )


class Ours:
    """nats-server and the live process, with a catalogue of their own; a worker where rows and
    history are kept too.
    """

    name, broker = "linli", "own"

    def __init__(self, *, alarm, records=False, **more):
        self.home = Path(tempfile.mkdtemp(prefix="linli-bench-"))
        self._nats = nats_server.start(home=self.home)
        self._log = (self.home / "live.log").open("wb")
        spec = {"home": str(self.home), "nats_url": self._nats.url, "alarm": alarm, **more}
        self._spec = spec
        self._children = [self._start("bench.sut", spec)]
        self.port = int(_wait_for(self.home / "port", self._children[0]))
        self.pids = {"live": self._children[0].pid, "nats": self._nats.pid}
        if records:
            worker = self._start("bench.keeper", spec)
            self._children.append(worker)
            _wait_for(self.home / "working", worker)
            self.pids["worker"] = worker.pid

    def _start(self, module, spec):
        return subprocess.Popen(
            [sys.executable, "-m", module, json.dumps(spec)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)])},
            stdout=self._log,
            stderr=self._log,
        )

    def first_of_town(self):
        """Return the number of the first point of the town; all after it are the town's."""
        found = directory(self._spec).points
        return next(point.number for point in found if point.device == "t00000")

    def kill_live(self):
        """Kill the live process as if the power had gone, and start it again on its port."""
        self._children[0].kill()
        self._children[0].wait()
        (self.home / "port").unlink()
        self._children[0] = self._start("bench.sut", {**self._spec, "port": self.port})
        _wait_for(self.home / "port", self._children[0])
        self.pids["live"] = self._children[0].pid

    def close(self):
        """Stop all of it and forget what was stored."""
        for child in reversed(self._children):
            child.send_signal(signal.SIGTERM)
            try:
                child.wait(20)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self._nats.stop()
        self._log.close()
        shutil.rmtree(self.home, ignore_errors=True)


def _wait_for(path, process):
    end = time.monotonic() + 60
    while not path.exists():
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError((path.parent / "live.log").read_text()[-2000:])
        time.sleep(0.02)
    return path.read_text()


class Usage:
    """Processor time and memory of processes with their children, over a span."""

    def __init__(self, pids):
        self._pids = list(pids)
        self._began, self._used = time.monotonic(), self._cpu()

    def _family(self):
        found = []
        for pid in self._pids:
            try:
                process = psutil.Process(pid)
                found += [process, *process.children(recursive=True)]
            except psutil.NoSuchProcess:
                continue
        return found

    def _cpu(self):
        return sum(sum(process.cpu_times()[:2]) for process in self._family())

    def told(self):
        """Return cores and resident megabytes since the beginning."""
        spent = self._cpu() - self._used
        rss = sum(process.memory_info().rss for process in self._family())
        return {
            "cores": round(spent / max(time.monotonic() - self._began, 1e-9), 2),
            "rss_mb": round(rss / 2**20, 1),
        }


if __name__ == "__main__":
    import logging

    logging.basicConfig(level="WARNING", stream=sys.stderr)
    serve(json.loads(sys.argv[1]))
