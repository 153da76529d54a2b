"""A small house to live in: models, a scene, a directory, and a live process of its own.

`python -m tests.live.house <json>` is that process: it dies alone, as a real one would.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from linli.adapters import nats_server
from linli.adapters.bus import StreamLimits
from linli.contracts.directory import LINK_KEY_USE, DeviceEntry, Directory, PlaceEntry, PointEntry
from linli.devices import catalogue, credential
from linli.drivers.mqtt.acceptor import Limits
from linli.drivers.mqtt.client import Broker
from linli.drivers.wiring import Wires
from linli.foundation import sealing
from linli.live.main import LiveSettings, main
from linli.scenes.engine import Engine
from linli.scenes.load import load_all

SECRET = "a-secret-of-the-house"
LINK_KEY = bytes(range(16))
CO_UNIT = """
id = "co_unit"
name = { zh = "一氧化碳机", en = "CO unit" }
category = "environment"
icon = "co"
source = "tests"
period = "10m"
[properties.co]
name = { zh = "一氧化碳", en = "CO" }
unit = "mg/m3"
range = [0, 500]
[properties.lamp]
name = { zh = "灯", en = "lamp" }
type = "boolean"
[properties.door]
name = { zh = "门", en = "door" }
type = "enum"
values = ["closed", "open"]
value_names = [{ zh = "关", en = "closed" }, { zh = "开", en = "open" }]
[events.pressed]
name = { zh = "按下", en = "pressed" }
[services."fan.on"]
name = { zh = "开风机", en = "fan on" }
ack = "%s"
expires = "2m"
[services."fan.off"]
name = { zh = "关风机", en = "fan off" }
ack = "%s"
expires = "2m"
"""
SAFE_UNIT = CO_UNIT.replace('"co_unit"', '"safe_unit"').replace(
    'period = "10m"', 'period = "10m"\nlane = "safety"'
)
GATEWAY = """
id = "gateway"
name = { zh = "网关", en = "gateway" }
category = "network"
icon = "gw"
source = "tests"
period = "10m"
[properties.uptime_s]
name = { zh = "运行时间", en = "uptime" }
"""
SCENE = """
id = "safety.test.co"
name = { zh = "一氧化碳", en = "CO" }
severity = "major"
source = "tests"
alarm = %s
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
then = ["1s fan.on"]
[[story]]
title = "does not"
given = ["0s co 12", "1s co 13"]
then = []
"""


def models(ack="device"):
    """Return the thing models by id."""
    texts = (CO_UNIT % (ack, ack), SAFE_UNIT % (ack, ack), GATEWAY)
    found = [catalogue.load(text, file="house") for text in texts]
    return {model.id: model for model in found}


def directory(*, community="house", units=10, children=0, safe=0, sealed=0, version=1):
    """Return `units` stand-alone devices d0001…, and a gateway gw with `children` c0001….

    `safe` devices s0001… are of a model in the safety lane, the payloads of `sealed` ones x0001…
    are sealed with `LINK_KEY`.
    """
    kept = credential.make(SECRET, "salt")
    place = f"{community}/garage"
    codes = [(f"d{n:04d}", "co_unit", None) for n in range(1, units + 1)]
    codes += [(f"s{n:04d}", "safe_unit", None) for n in range(1, safe + 1)]
    codes += [(f"c{n:04d}", "co_unit", "gw") for n in range(1, children + 1)]
    entries = [
        DeviceEntry(code=code, model=model, place=place, gateway=gateway,
                    secret_hash="" if gateway else kept)
        for code, model, gateway in codes
    ]  # fmt: skip
    entries += [
        DeviceEntry(code=code, model="co_unit", place=place, secret_hash=kept,
                    link_key=_link_key(community, code))
        for code in (f"x{n:04d}" for n in range(1, sealed + 1))
    ]  # fmt: skip
    entries.append(DeviceEntry(code="gw", model="gateway", place=place, secret_hash=kept))
    known = models()
    points = [(entry.code, name) for entry in entries for name in known[entry.model].points()]
    return Directory(
        community=community,
        version=version,
        places=[PlaceEntry(path=community, kind="estate"), PlaceEntry(path=place, kind="garage")],
        devices=entries,
        points=[
            PointEntry(number=number, device=code, name=name)
            for number, (code, name) in enumerate(points, 1)
        ],
    )


def _link_key(community, code):
    return sealing.seal(LINK_KEY, use=LINK_KEY_USE.format(community, code)).hex()


def _with_same_keys(home, found):
    """Return a directory whose sealed devices have the keys, as they lie sealed, of the first
    start in a home: as in the records, which do not seal them anew.
    """
    file = home / "links.json"
    if not file.exists():
        kept = {entry.code: entry.link_key for entry in found.devices if entry.link_key}
        file.write_text(json.dumps(kept))
    kept = json.loads(file.read_text())
    devices = [
        msgspec.structs.replace(entry, link_key=kept.get(entry.code, "")) for entry in found.devices
    ]
    return msgspec.structs.replace(found, devices=devices)


def engine_maker(*, ack="device", alarm=True):
    """Return how an engine with the house's scene is made."""
    known = models(ack)
    scenes, wrong = load_all(
        {"scenes/safety/test/co.toml": SCENE % ("true" if alarm else "false")}, models=known
    )
    assert not wrong, wrong

    def make(found, now):
        return Engine(scenes=scenes, models=known, directory=found, now=now)

    return make


def settings(spec):
    """Return the settings of a live process from its specification."""
    home = Path(spec["home"])
    found = _with_same_keys(home, directory(**spec.get("directory", {})))

    def ready(port):
        (home / "port.new").write_text(str(port))
        (home / "port.new").replace(home / "port")

    return LiveSettings(
        port=spec.get("port", 0),
        nats_url=spec["nats_url"],
        home=home,
        models=models(spec.get("ack", "device")),
        wires=Wires(tables={}, models=models(spec.get("ack", "device"))),
        make_engine=engine_maker(ack=spec.get("ack", "device"), alarm=spec.get("alarm", True)),
        communities=lambda: [found.community],
        directory=lambda community: found,
        ready=ready,
        streams=StreamLimits(**spec.get("streams", {})),
        limits=Limits(**spec.get("limits", {})),
        brokers={found.community: Broker(**spec["broker"])} if "broker" in spec else {},
    )


class House:
    """A nats-server and a live process, to be stopped, frozen and killed."""

    def __init__(self, *, folder=None, **spec):
        self.home = Path(tempfile.mkdtemp(prefix="linli-house-", dir=folder))
        self.nats = nats_server.start(home=self.home)
        self.spec = {"home": str(self.home), "nats_url": self.nats.url, **spec}
        self.spec.setdefault("port", nats_server.free_port())
        self.port = self.spec["port"]
        self.live = None
        self.start()

    def start(self):
        """Start the live process and wait until it serves devices."""
        (self.home / "port").unlink(missing_ok=True)
        with (self.home / "live.log").open("ab") as log:
            self.live = subprocess.Popen(
                [sys.executable, "-m", "tests.live.house", json.dumps(self.spec)],
                stdout=log,
                stderr=log,
                cwd=Path(__file__).resolve().parents[2],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        end = time.monotonic() + 30
        while not (self.home / "port").exists():
            if self.live.poll() is not None or time.monotonic() > end:
                raise RuntimeError((self.home / "live.log").read_text()[-3000:])
            time.sleep(0.01)

    def kill_live(self):
        """Kill the live process as a power cut would."""
        self.live.kill()
        self.live.wait()

    def kill_nats(self):
        """Kill the bus as a power cut would."""
        self.nats.process.kill()
        self.nats.process.wait()

    def start_nats(self):
        """Start the bus again on its port and its store."""
        self.nats = nats_server.Running(self.nats.prepared)
        self.nats.wait_ready()

    def freeze_nats(self):
        """Stop the bus in its tracks."""
        self.nats.process.send_signal(signal.SIGSTOP)

    def thaw_nats(self):
        """Let it go on."""
        self.nats.process.send_signal(signal.SIGCONT)

    def close(self):
        """End both."""
        self.thaw_nats()
        if self.live.poll() is None:
            self.live.terminate()
            try:
                self.live.wait(20)
            except subprocess.TimeoutExpired:
                self.live.kill()
                self.live.wait()
        self.nats.stop()


if __name__ == "__main__":
    import logging

    from django.conf import settings as of_django

    logging.basicConfig(level="INFO", stream=sys.stderr)
    of_django.configure(SECRET_KEY="of the house")
    main(settings(json.loads(sys.argv[1])))
