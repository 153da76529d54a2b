"""A device that keeps sending numbered readings with QoS 1, and remembers what was confirmed."""

import threading
import time

from tests.live.house import SECRET
from tests.live.wire import Line, connect, publish


class Sender(threading.Thread):
    """Sends co = 0.001, 0.002, … each once confirmed or again after a lost line.

    `confirmed` holds the numbers whose PUBACK came. At most `ahead` are under way.
    """

    def __init__(self, port, device, *, ahead=200):
        super().__init__(daemon=True)
        self._port, self._device, self._ahead = port, device, ahead
        self._enough = threading.Event()
        self.confirmed = set()
        self.sent = 0
        self._line = None

    def run(self):
        """Send until told to stop."""
        while not self._enough.is_set():
            try:
                self._line = Line(self._port, timeout_s=0.2)
                self._line.send(connect(user=f"house/{self._device}", secret=SECRET))
                self._talk()
            except OSError:
                time.sleep(0.02)
            finally:
                if self._line is not None:
                    self._line.close()

    def _talk(self):
        waiting, number = {}, 0
        while not self._enough.is_set():
            burst = []
            while len(waiting) < self._ahead:
                self.sent += 1
                number = number % 65_535 + 1
                waiting[number] = self.sent
                body = b'{"co":%.3f}' % (self.sent / 1000)
                burst.append(publish(f"v1/house/{self._device}/readings", body, id=number))
            if burst:
                self._line.send(b"".join(burst))
            try:
                packet = self._line.receive(0.2)
            except TimeoutError:
                continue
            if packet is None:
                return
            if packet[0] == 0x40:
                self.confirmed.add(waiting.pop(int.from_bytes(packet[1][:2], "big")))

    def finish(self):
        """Stop; return the values that were confirmed."""
        self._enough.set()
        self.join(10)
        return {round(number / 1000, 3) for number in self.confirmed}
