"""The chain: a garage's CO over MQTT, a scene finds it over the limit, the fan's command leaves.

`senml`: packs of 500 readings, QoS 1, the whole path. `full`: one reading a message, QoS 1,
confirmed when on disk; alarm, cause, command; one reading in a thousand over the limit. `linkage`:
QoS 0, half of the readings over it, no alarm: what a rule engine does, beside Node-RED in the same
run. Ten connections like gateways', and 900 like devices'.
"""

import sys
import threading
import time

from bench import keeper, node_red
from bench.load import Load
from bench.pack_load import PackLoad
from bench.sut import (
    DEVICES,
    SAFETY_DEVICES,
    SAFETY_FIRST,
    SECRET,
    Ours,
    Usage,
)

_GATEWAYS, _LINES, _PACKED = 10, 900, 5000
_PACK_CROSSING = 0.00002
"""At a million readings a second: ten alarms raised and ten cleared each second."""
_ASKED_PER_S = 50_000.0
_SHORTEST_S = 2.0


def run(*, seconds=10.0, points=0, scenes=0, peer=True):
    """Yield a line for each mode; `senml` first, `linkage` last. `seconds` is one measurement's."""
    del points, scenes
    seconds = max(_SHORTEST_S, seconds)
    yield _senml(seconds)
    yield _full(seconds)
    yield _linkage(seconds, peer)


def _say(text):
    print(text, file=sys.stderr, flush=True)


def _load(system, *, kind, qos, crossing):
    if kind == "gateways":
        return Load(system.port, connections=_GATEWAYS, devices=DEVICES, qos=qos,
                    crossing=crossing, user="bench/gw", password=SECRET)  # fmt: skip
    return Load(system.port, connections=_LINES, devices=_LINES, qos=qos, crossing=crossing,
                user="bench/gw", user_of="bench/%04d", password=SECRET)  # fmt: skip


def _measure(system, load, seconds):
    """Return the held rate, and latency, cores and memory at it and at half of it."""
    if not load.ready():
        raise RuntimeError(f"{system.name} answered nothing")
    rate, at_rate = load.held_rate(seconds)
    usage = Usage(system.pids.values())
    half = load.open_loop(rate / 2, seconds)
    told = usage.told()
    return {
        "readings_per_s": round(rate),
        "p50_ms": half.p50_ms,
        "p99_ms": half.p99_ms,
        "p99_at_held_ms": at_rate.p99_ms if at_rate else 0.0,
        "rss_mb": told["rss_mb"],
        "cores": told["cores"],
    }


def _senml(seconds):
    """Return the line of packs, the whole path."""
    system = Ours(alarm=True, records=True, devices=_PACKED)
    try:
        load = PackLoad(system.port, devices=_PACKED, gateway="gw", connections=_GATEWAYS,
                        crossing=_PACK_CROSSING, user="bench/gw", password=SECRET)  # fmt: skip
        _say("senml, gateways: looking for the held rate")
        found = _measure(system, load, seconds)
        load.close()
    finally:
        system.close()
    return {"bench": "chain", "mode": "senml", "connections": _GATEWAYS, "each": load.each, **found}


def _full(seconds):
    """Return the line of the full path: live, worker, history, alarms and causes at work."""
    found = {}
    for kind in ("devices", "gateways"):
        system = Ours(alarm=True, records=True)
        try:
            load = _load(system, kind=kind, qos=1, crossing=0.001)
            _say(f"full, {kind}: looking for the held rate")
            found[kind] = _measure(system, load, seconds)
            if kind == "gateways":
                asked = load.open_loop(_ASKED_PER_S, seconds)
                found[kind] |= {"at_50k_p50_ms": asked.p50_ms, "at_50k_p99_ms": asked.p99_ms}
                found[kind] |= _overload(system, load, found[kind]["readings_per_s"], seconds)
                found[kind] |= keeper.rows(system.home)
            load.close()
        finally:
            system.close()
    return _line("full", found)


def _line(mode, found):
    """Return one line a mode: ten gateways' figures, and those of 900 devices beside them."""
    beside = {f"devices_{key}": value for key, value in found["devices"].items()}
    return {"bench": "chain", "mode": mode, "connections": 10, **found["gateways"],
            "devices_connections": _LINES, **beside}  # fmt: skip


def _overload(system, load, held, seconds):
    """Load half as much again as is held, and see how safety commands fare meanwhile."""
    _say("full, gateways: safety commands at 1.5 times the held rate")
    safe = Load(system.port, connections=1, devices=SAFETY_DEVICES, first=SAFETY_FIRST, qos=1,
                crossing=0.5, user="bench/gw-safe", password=SECRET)  # fmt: skip
    safe.ready()
    bulk = threading.Thread(target=load.open_loop, args=(held * 1.5, seconds + 2.0))
    bulk.start()
    time.sleep(1.0)
    told = safe.open_loop(100.0, seconds, warm_s=0.5)
    bulk.join()
    safe.close()
    return {
        "safety_p50_ms": told.p50_ms,
        "safety_p99_ms": told.p99_ms,
        "safety_lost": told.lost,
    }


def _linkage(seconds, peer):
    found = {}
    for kind in ("devices", "gateways"):
        system = Ours(alarm=False)
        try:
            load = _load(system, kind=kind, qos=0, crossing=0.5)
            _say(f"linkage, {kind}: looking for the held rate")
            found[kind] = _measure(system, load, seconds)
            load.close()
        finally:
            system.close()
    line = _line("linkage", found)
    return line | (_beside(line["readings_per_s"], seconds) if peer else {})


def _beside(ours, seconds):
    """Measure Node-RED with the same load."""
    try:
        system = node_red.NodeRed()
    except FileNotFoundError as error:
        _say(f"Node-RED not run: {error} is not installed")
        return {"peer": None, "peer_not_run": 1}
    try:
        load = _load(system, kind="gateways", qos=0, crossing=0.5)
        _say("linkage, node-red: looking for the held rate")
        found = _measure(system, load, seconds)
        load.close()
    finally:
        system.close()
    theirs = found["readings_per_s"]
    return {
        "peer": system.name,
        "peer_broker": system.broker,
        "ratio": round(ours / theirs, 2) if theirs else None,
        **{f"peer_{key}": value for key, value in found.items()},
    }
