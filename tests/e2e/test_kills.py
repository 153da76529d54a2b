"""Any process of a whole installation, killed again and again while readings pour in."""

import json
import random
import time

import httpx
import paho.mqtt.client as mqtt
import pytest

from tests.e2e.installation import Installation, wait_for
from tests.e2e.test_main_path import get

KILLS = 50
VICTIMS = ("live", "worker", "web", "nats", "simulator")
POINT = "co_mg_m3"
QUIET, LOUD = 5.0, 66.0


class Publisher:
    """Says one reading after another with its own time, QoS 1, across broken lines."""

    def __init__(self, linli):
        device = linli.ready["device"]
        self.device, self.topic = device["name"], f"v1/{device['username']}/readings"
        self.said, self.confirmed = {}, []
        self.client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2, client_id="killer", clean_session=False,
            protocol=mqtt.MQTTv311,
        )  # fmt: skip
        self.client.username_pw_set(device["username"], device["password"])
        self.client.on_publish = lambda _c, _u, mid, _r, _p: self.confirmed.append(mid)
        self.client.reconnect_delay_set(0.1, 0.5)
        self.client.connect("127.0.0.1", linli.mqtt_port)
        self.client.loop_start()

    def say(self, value):
        at = round(time.time(), 3)
        while at in self.said.values():
            at = round(at + 0.001, 3)
        info = self.client.publish(self.topic, json.dumps({POINT: value, "t": at}), qos=1)
        self.said[info.mid] = at

    def leave(self):
        self.client.disconnect()
        self.client.loop_stop()


def everything(linli, path, **query):
    """Ask until somebody answers: any process may be on its way back."""

    def answer():
        try:
            return get(linli.signed_in("manager"), path, **query)
        except (OSError, httpx.HTTPError, AssertionError):
            return None

    return wait_for(answer, 60)


@pytest.mark.long
def test_fifty_kills_lose_nothing_confirmed_and_do_nothing_twice(tmp_path):
    chance = random.Random(50)
    linli = Installation(tmp_path / "home").start()
    try:
        publisher = Publisher(linli)
        first = time.time()
        for turn in range(KILLS):
            for step in range(20):
                publisher.say(LOUD if turn % 2 and step > 10 else QUIET + step / 100)
                time.sleep(0.02)
            time.sleep(chance.uniform(0.0, 0.4))
            linli.kill(VICTIMS[turn % len(VICTIMS)])
        wait_for(lambda: len(publisher.confirmed) == len(publisher.said), 90)
        publisher.leave()

        assert len(publisher.said) == KILLS * 20
        wait_for(lambda: kept(linli, publisher, first) >= len(publisher.said), 120, 2.0)
        assert distinct(linli, publisher) == len(publisher.said)
        commands = everything(linli, "commands", device="fan-g1-z1", limit=500)["items"]
        once = {(one["scene"], one["cause"], one["service"]) for one in commands}
        assert len(once) == len(commands)
    finally:
        linli.stop()


def kept(linli, publisher, first):
    """Return how many readings of the device the history holds; one whose sender had no answer
    when the line broke is sent, and kept, again.
    """
    return sum(row[4] for row in history(linli, publisher, first - 5, time.time() + 5))


def distinct(linli, publisher):
    """Return how many different readings it holds: no two of them are within 2 ms."""
    seconds = sorted({int(at) for at in publisher.said.values()})
    return sum(len(history(linli, publisher, one, one + 1)) for one in seconds)


def history(linli, publisher, start, end):
    path = f"devices/{publisher.device}/history"
    asked = {"from": _iso(start), "to": _iso(end), "buckets": 500}
    return everything(linli, path, point=POINT, **asked)["items"]


def _iso(epoch_s):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch_s))
