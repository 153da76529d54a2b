"""What platforms post, with every value in turn made odd: refused or read, never a crash."""

import json
from pathlib import Path

import msgspec
import pytest

from linli.drivers.chirpstack import codec as chirpstack
from linli.drivers.chirpstack.past import Past
from linli.drivers.chirpstack.telling import tell
from linli.drivers.ctwing import codec as ctwing
from linli.drivers.ctwing.driver import Pushes
from linli.drivers.frames import BadFrame
from linli.drivers.line import Push
from linli.drivers.onenet import codec as onenet
from linli.drivers.reading import BadPayload
from linli.drivers.senml import decoding as senml
from tests.drivers.tables import wired

SAMPLES = Path(__file__).parents[1] / "samples"
ODD = [None, True, -1, 0, 1e308, 2**70, "", "x", "9" * 5000, "١٢", "Ag==", [], [[]], {}, {"": None},
       {"status": 5}, "\ud7ff\u0000", 1e-300]  # fmt: skip


def changed(found):
    """Yield a document with each of its values in turn made odd, or left out."""
    if isinstance(found, dict):
        for name, value in found.items():
            yield {k: v for k, v in found.items() if k != name}
            for odd in ODD:
                yield {**found, name: odd}
            for inner in changed(value):
                yield {**found, name: inner}
    elif isinstance(found, list):
        for at, value in enumerate(found):
            for inner in changed(value):
                yield [*found[:at], inner, *found[at + 1 :]]


def bodies(*path):
    for sample in json.loads(SAMPLES.joinpath(*path).read_text("utf-8")):
        said = sample.get("body", sample.get("json"))
        for odd in changed(said):
            yield sample, msgspec.json.encode(odd)


def test_chirpstack():
    member = wired("chirpstack", "leak-1", "water_leak_sensor", "01" * 8)
    past, read = Past(), 0

    for sample, body in bodies("chirpstack", "events.json"):
        try:
            event = chirpstack.decode(body)
            told = tell(sample["kind"], event, line="l", member=member, past=past)
        except BadPayload:
            continue
        past.keep("l", sample["kind"], event, ended=told.answer is not None)
        read += 1

    assert read > 100


def test_ctwing():
    line = wired("ctwing", "telecom", "gateway")
    found = [wired("ctwing", "smoke-1", "smoke_detector", "860000000000001"),
             wired("ctwing", "cover-1", "manhole_sensor", "860000000000000")]  # fmt: skip
    members, pushes, read = {one.address: one for one in found}, Pushes(), 0

    for _, body in bodies("ctwing", "pushes.json"):
        asked = Push(method="POST", query={}, headers={}, body=body)
        try:
            for report in ctwing.decode(body):
                msgspec.json.encode(report)
            pushes.take(asked, line, members, 0.0)
        except BadPayload:
            continue
        read += 1

    assert read > 100


def test_onenet():
    read = 0
    for said in ({"type": 1, "imei": "1", "dev_id": 5, "ds_id": "a", "at": 1, "value": 2},
                 {"type": 2, "imei": "1", "status": 1, "at": 1, "login_type": 10},
                 {"type": 7, "imei": "1", "cmd_type": 2, "cmd_id": "c"}):  # fmt: skip
        for odd in changed(said):
            try:
                onenet.items(msgspec.json.encode(odd))
            except BadPayload:
                continue
            read += 1

    assert read > 20


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("senml/*.json")), ids=lambda path: path.stem)
def test_senml(path):
    pack = json.loads(path.read_text("utf-8"))["json"]

    for odd in changed(pack):
        try:
            found = senml.decode(msgspec.json.encode(odd).decode(), {"now": "0"})
        except BadFrame:
            continue
        msgspec.json.encode(found)
