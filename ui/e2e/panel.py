"""A door panel to speak through: `panel.py`. It says where it listens, and, for each line that it
is given, what it has heard so far: how loud (root mean square), and what it was asked for.
"""

import asyncio
import json
import sys

import numpy as np

from linli.drivers.isapi.peer import IsapiCamera

PASSWORD = "sesame-open"  # noqa: S105 - nobody's but this peer's
PITCH_HZ = 1000.0
_LAST = 8000


def _heard(camera: IsapiCamera) -> dict[str, object]:
    samples = np.frombuffer(camera.talking.samples()[-2 * _LAST :], dtype="<i2").astype(float)
    loud = float(np.sqrt((samples**2).mean())) if len(samples) else 0.0
    return {"loud": loud, "heard": len(camera.talking.heard), "told": camera.talking.told}


def _say(told: dict[str, object]) -> None:
    sys.stdout.write(f"{json.dumps(told)}\n")
    sys.stdout.flush()


async def main() -> None:
    """Stand there until standard input ends."""
    camera = IsapiCamera(password=PASSWORD)
    camera.talking.pitch_hz = PITCH_HZ
    await camera.open()
    _say({"port": camera.port, "password": PASSWORD})
    while await asyncio.to_thread(sys.stdin.readline):
        _say(_heard(camera))
    await camera.close()


if __name__ == "__main__":
    asyncio.run(main())
