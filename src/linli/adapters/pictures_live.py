"""The picture of a door by WebRTC. Each viewer has a child process of his own, which alone loads
what that takes and ends with him: nothing of it stays in our memory.
"""

import selectors
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from threading import Lock, Thread

import msgspec

from linli.contracts.visits import Offer
from linli.kernel.fault import Fault

_MOST = 3
"""So many look at once: a picture costs a part of a core, and about 80 MB while it is seen."""
_ANSWER_S = 8.0
_ASK_AGAIN_S, _GOODBYE_S = 2.0, 5.0
_LONGEST_S = 180


class PictureFailed(Fault):
    """The picture cannot be shown: too many look, the camera is away, or the offer is none."""

    key = "visits.picture_failed"
    status = 503


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What the child is told on its first line. `outside`: browsers elsewhere may see it."""

    source: str
    sdp: str
    outside: bool
    longest_s: int


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What the child says on its first line: its answer (SDP), or why there is none."""

    sdp: str = ""
    failed: str = ""


_lock = Lock()
_children: list[subprocess.Popen[bytes]] = []


def answer(offer: Offer, *, outside: bool, goes_on: Callable[[Offer], bool]) -> str:
    """Return the answer to an offer (SDP), while a child begins to send the picture. It ends when
    the browser leaves, when its call no longer `goes_on`, and after three minutes.

    :raises PictureFailed: if too many look, or the child says why not
    """
    child = _start()
    wish = Wish(source=offer.source, sdp=offer.sdp, outside=outside, longest_s=_LONGEST_S)
    line = _said(child, msgspec.json.encode(wish) + b"\n")
    try:
        told = msgspec.json.decode(line, type=Shown)
    except msgspec.DecodeError:
        told = Shown(failed="no_answer")
    if not told.sdp:
        child.kill()
        raise PictureFailed(reason=told.failed or "no_answer")
    Thread(target=_mind, args=(child, partial(goes_on, offer)), daemon=True).start()
    return told.sdp


def _mind(child: subprocess.Popen[bytes], goes_on: Callable[[], bool]) -> None:
    """End a child when its call is over, or nobody can tell: it may say goodbye first."""
    try:
        while _lives(child, _ASK_AGAIN_S) and goes_on():
            pass
    finally:
        if child.stdin is not None:
            child.stdin.close()
        if _lives(child, _GOODBYE_S):
            child.kill()


def _lives(child: subprocess.Popen[bytes], wait_s: float) -> bool:
    try:
        child.wait(wait_s)
    except subprocess.TimeoutExpired:
        return True
    return False


def _start() -> subprocess.Popen[bytes]:
    with _lock:
        _children[:] = [one for one in _children if one.poll() is None]
        if len(_children) >= _MOST:
            raise PictureFailed(reason="too_many")
        child = subprocess.Popen(
            [sys.executable, "-m", "linli.adapters.pictures_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        _children.append(child)
        return child


def _said(child: subprocess.Popen[bytes], told: bytes) -> bytes:
    """Tell a child something, and return its first line; nothing if it is silent too long. Its
    standard input stays open: it ends when we do.
    """
    if child.stdin is None or child.stdout is None:
        return b""
    try:
        child.stdin.write(told)
        child.stdin.flush()
    except BrokenPipeError:
        return b""
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        return child.stdout.readline() if selector.select(_ANSWER_S) else b""
