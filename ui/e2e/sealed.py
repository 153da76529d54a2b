"""Seal one payload as a device with a key of its own does; print it as hex."""

import sys

from linli.drivers.plain import sealed

topic, key, number, plain = sys.argv[1:5]
print(
    sealed.seal(
        key=bytes.fromhex(key), topic=topic.encode(), number=int(number), plain=plain.encode()
    ).hex()
)
