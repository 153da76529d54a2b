"""The load of `bench.load` in SenML packs, as gateways send them: many readings a message."""

import time

import numpy as np

from bench.load import _HIGH, _LOW, _NUMBERS, Load
from bench.wire import length, text

_EACH = 500
_ROUNDS = 20


class PackLoad(Load):
    """Gateways that say `[{"bt":…,"n":"0001:co","v":41.2},…]`, QoS 1, five hundred readings each.

    A reading's wait counts from the moment at which it was due, before its pack was full.
    """

    each = _EACH

    def __init__(self, port, *, devices, gateway, **more):
        super().__init__(port, devices=devices, qos=1, **more)
        self._topic = text(f"v1/bench/{gateway}/readings")
        self._high = self._high[: _ROUNDS * devices]
        self._high[-devices:] = [0] * devices
        self._share = sum(self._high) / len(self._high)
        self._due, self._said = [], {}
        self._packs = [self._pack(at) for at in range(0, len(self._high), _EACH)]

    def _pack(self, first):
        """Return the tail of a pack, and the devices that are over the limit in it."""
        rows, over = [], []
        for at in range(first, first + _EACH):
            device = at % self.devices
            high = self._high[at]
            value = (_HIGH if high else _LOW)[at % 300]
            rows.append(b'"n":"%04d:co","v":%b}' % (device + self._first, value))
            if high:
                over.append((at - first, device))
        return b",{".join(rows) + b"]", over

    def _moment_of(self, number):
        """Return the time of a pack: no device says two things in one millisecond."""
        place = number % (self.devices // _EACH)
        self._said[place] = max(time.time(), self._said.get(place, 0.0) + 0.001)
        return self._said[place]

    def _forget(self):
        super()._forget()
        self._due = []

    def _put(self, count, moments):
        self._due.extend(moments.tolist())
        while len(self._due) >= _EACH:
            moments, self._due = self._due[:_EACH], self._due[_EACH:]
            number = self._at // _EACH
            tail, over = self._packs[number % len(self._packs)]
            base = b'[{"bt":%.3f,' % self._moment_of(number)
            for place, device in over:
                self._waiting[device].append(moments[place])
            self.outstanding += len(over)
            size = len(self._topic) + 2 + len(base) + len(tail)
            self._out[number % len(self._out)] += b"".join(
                (b"\x32", length(size), self._topic, _NUMBERS[number % 65535], base, tail)
            )
            self._at += _EACH
            self.unconfirmed += _EACH

    def ready(self, within_s=60.0):
        """Say everything twice until a command comes back."""
        end = time.perf_counter() + within_s
        while time.perf_counter() < end:
            self._calm()
            self._put(0, np.full(2 * self.devices, time.perf_counter()))
            until = time.perf_counter() + 2.0
            while time.perf_counter() < until:
                self._flush()
                if self.hear(0.05):
                    return True
        return False
