"""The real system without a demo, started beside a measurement as in earnest."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
READY_S = 180
STOP_S = 60


@contextmanager
def serving():
    """Let it run over the home that `LINLI_HOME` names; give the port where devices connect. In the
    end all of it is ended: by force, and said so, where it does not go by itself.
    """
    ports = _free(), _free()
    child = subprocess.Popen(
        [sys.executable, "-m", "linli.app", "up", "--no-demo", "--no-simulator", "--no-screens",
         "--port", str(ports[0]), "--mqtt-port", str(ports[1])],
        cwd=ROOT, env=os.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        _wait(Path(os.environ["LINLI_HOME"]) / "ready.json", child)
        yield ports[1]
    finally:
        _end(child)


def _end(child):
    child.terminate()
    try:
        child.wait(STOP_S)
    except BaseException:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        print("the system did not end by itself: all of it was killed", file=sys.stderr)
        raise


def _free():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def _wait(file, child):
    end = time.monotonic() + READY_S
    while not file.is_file():
        if child.poll() is not None or time.monotonic() > end:
            raise SystemExit("the system did not start")
        time.sleep(0.2)
