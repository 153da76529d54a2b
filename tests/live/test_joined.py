"""Joined to an operator's own broker: Mosquitto, where the machine has it."""

import json
import shutil
import socket
import subprocess
import time

import paho.mqtt.client as paho
import pytest

from linli.adapters.nats_server import free_port
from tests.live import readback
from tests.live.conftest import until

MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")


@pytest.fixture
def mosquitto(tmp_path):
    if MOSQUITTO is None:
        pytest.skip("not run: 1 (this machine has no mosquitto)")
    port = free_port()
    config = tmp_path / "mosquitto.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
    process = subprocess.Popen([MOSQUITTO, "-c", str(config)], stderr=subprocess.DEVNULL)
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            time.sleep(0.05)
    yield port
    process.terminate()
    process.wait()


def device(port, heard):
    """Return a client of the broker, as a device of the operator would be."""
    client = paho.Client(paho.CallbackAPIVersion.VERSION2)
    client.on_message = lambda _c, _u, message: heard.append(json.loads(message.payload))
    client.connect("127.0.0.1", port)
    client.subscribe("v1/house/d0001/commands", 1)
    client.loop_start()
    return client


class TestJoined:
    def test_hears_readings_and_says_commands_by_the_operators_broker(self, mosquitto, break_house):
        house = break_house(broker={"host": "127.0.0.1", "port": mosquitto})
        heard = []
        client = device(mosquitto, heard)
        number = 0

        def crossing():
            nonlocal number
            number += 1
            for value in (12, 60 + number / 100):
                body = json.dumps({"co": value})
                client.publish("v1/house/d0001/readings", body, qos=1).wait_for_publish(5)
            time.sleep(0.1)
            return bool(heard)

        until(crossing)

        client.loop_stop()
        assert heard[0]["service"] == "fan.on"
        assert max(readback.values(house.nats.url)) > 60
