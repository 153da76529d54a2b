"""Child processes that work for one viewer each: told what to do on their first line, they answer
on their own first line, and end when their standard input does.
"""

import selectors
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from threading import Lock

_ANSWER_S = 8.0
GOODBYE_S = 5.0

Child = subprocess.Popen[bytes]


class Beside:
    """The children of one kind, whose module is run."""

    def __init__(self, module: str) -> None:
        self.children: list[Child] = []
        self._module = module
        self._lock = Lock()

    def start(self, *, most: int) -> Child | None:
        """Return another child; none where so many are at work already."""
        with self._lock:
            self.children[:] = [one for one in self.children if one.poll() is None]
            if len(self.children) >= most:
                return None
            child = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", self._module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            self.children.append(child)
            return child


def lives(child: Child, wait_s: float) -> bool:
    """Wait for the end of a child, no longer than so; tell whether it goes on."""
    try:
        child.wait(wait_s)
    except subprocess.TimeoutExpired:
        return True
    return False


def said(child: Child, told: bytes, *, within_s: float = _ANSWER_S) -> bytes:
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
        return child.stdout.readline() if selector.select(within_s) else b""


def mind(child: Child, goes_on: Callable[[], bool], *, ask_again_s: float) -> None:
    """Wait for the end of a child; end it when its work is over, or nobody can tell. It may say
    goodbye first.
    """
    try:
        while lives(child, ask_again_s) and goes_on():
            pass
    finally:
        end(child)


def end(child: Child) -> None:
    """End a child, which may say goodbye first."""
    if child.stdin is not None:
        # One that is gone already may not have read what it was told.
        with suppress(BrokenPipeError):
            child.stdin.close()
    if lives(child, GOODBYE_S):
        child.kill()
