"""One parent over the processes of an installation: starts them in order, restarts what dies.

It imports nothing heavy. A child says that it is ready by writing to the pipe whose number is in
`LINLI_READY_FD`; it dies with its parent (PR_SET_PDEATHSIG), whatever kills the parent.
"""

import ctypes
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from typing import IO

import msgspec

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)
_FIRST_PAUSE_S = 0.3
_LONGEST_PAUSE_S = 10.0
_CALM_S = 30.0
_LOOK_EVERY_S = 0.2
_ENDS_S = 10.0
_LOG_EVERY_S = 2.0
_LOG_PATIENCE_S = 60.0


class Spec(msgspec.Struct, frozen=True, kw_only=True):
    """A process: what to run, and how long it may take to say that it is ready."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = {}
    ready_s: float = 30.0
    says_ready: bool = True


class NotReady(RuntimeError):
    """A process ended, or stayed silent, before it was ready."""


class Child:
    """One process under the supervisor, and the pauses between its lives."""

    def __init__(self, spec: Spec, log: IO[bytes]) -> None:
        self.spec = spec
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.pause_s = _FIRST_PAUSE_S
        self.again_at = 0.0
        self.restarts = 0

    def start(self, now: float) -> int:
        """Start it; return the reading end of its pipe of readiness."""
        reader, writer = os.pipe()
        self._spawn(now, {"LINLI_READY_FD": str(writer)}, (writer,))
        os.close(writer)
        return reader

    def start_again(self, now: float) -> None:
        """Start it after a death; nobody waits for its word this time."""
        self._spawn(now, {}, ())
        self.restarts += 1

    def _spawn(self, now: float, more: dict[str, str], pipes: tuple[int, ...]) -> None:
        self.process = subprocess.Popen(  # noqa: S603 - our own programs
            list(self.spec.command),
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            env={**os.environ, **self.spec.environment, **more},
            pass_fds=pipes,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - one thread here
        )
        self.started_at = now

    def wait_ready(self, reader: int) -> None:
        """Wait for its word.

        :raises NotReady: if it ends or stays silent
        """
        with os.fdopen(reader, "rb", buffering=0) as pipe:
            if not self.spec.says_ready:
                return
            heard, _, _ = select.select([pipe], [], [], self.spec.ready_s)
            if heard and pipe.read(1):
                return
            if heard and self.process:  # the pipe was closed without a word: it is ending
                code = self.process.wait(_ENDS_S)
                raise NotReady(f"{self.spec.name}: ended with {code}")
        raise NotReady(f"{self.spec.name}: silent for {self.spec.ready_s:.0f} s")

    def is_dead(self) -> bool:
        """Tell whether it has ended."""
        return self.process is None or self.process.poll() is not None

    def stop(self, patience_s: float) -> None:
        """Ask it to end, then make it."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(patience_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def die_with_parent() -> None:
    """End when the parent ends, however it does, and not by its keyboard. Before `exec` only."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    os.setpgrp()


def say_ready() -> None:
    """Tell the supervisor, if there is one, that this process serves."""
    number = os.environ.pop("LINLI_READY_FD", "")
    if number:
        os.write(int(number), b"1")
        os.close(int(number))


class Supervisor:
    """Runs its children until it is told to stop."""

    def __init__(
        self,
        *,
        log: IO[bytes],
        say: Callable[[str], None],
        keep_small: Callable[[], object] = lambda: None,
        wanted: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        self._log = log
        self._keep_small = keep_small
        self._wanted = wanted
        self._log_again_at = 0.0
        self._say = say
        self._stopping = False
        self.children: dict[str, Child] = {}

    def start(self, specs: Sequence[Spec]) -> None:
        """Start these together and wait until each is ready.

        :raises NotReady: if one is not
        """
        begun = []
        for spec in specs:
            child = Child(spec, self._log)
            self.children[spec.name] = child
            begun.append((child, child.start(time.monotonic())))
        for child, reader in begun:
            child.wait_ready(reader)

    def pids(self) -> dict[str, int]:
        """Return the process number of each child that runs."""
        return {
            name: child.process.pid
            for name, child in self.children.items()
            if child.process and not child.is_dead()
        }

    def run(self, *, changed: Callable[[], None]) -> None:
        """Watch over the children, and their log's size, until SIGINT or SIGTERM; `changed` is
        called after a restart.
        """
        signal.signal(signal.SIGINT, self._stop)
        signal.signal(signal.SIGTERM, self._stop)
        while not self._stopping:
            if self._tend(time.monotonic()):
                changed()
            self._tend_log(time.monotonic())
            self._tend_wishes()
            time.sleep(_LOOK_EVERY_S)

    def _stop(self, _number: int, _frame: object) -> None:
        self._stopping = True

    def _tend_wishes(self) -> None:
        """Let children end that somebody wants to begin anew; they are started again as any."""
        for name in self._wanted():
            child = self.children.get(name)
            if child is not None and child.process is not None and not child.is_dead():
                self._say(f"{name} is to begin anew")
                child.process.terminate()

    def _tend_log(self, now: float) -> None:
        if now < self._log_again_at:
            return
        self._log_again_at = now + _LOG_EVERY_S
        try:
            self._keep_small()
        except OSError as error:
            self._say(f"the log was not begun anew: {error}")
            self._log_again_at = now + _LOG_PATIENCE_S

    def _tend(self, now: float) -> bool:
        restarted = False
        for child in self.children.values():
            if not child.is_dead():
                if now - child.started_at > _CALM_S:
                    child.pause_s = _FIRST_PAUSE_S
                child.again_at = 0.0
            elif child.again_at == 0.0:
                code = child.process.returncode if child.process else None
                self._say(f"{child.spec.name} ended ({code}); starting it again")
                child.again_at = now + child.pause_s
                child.pause_s = min(child.pause_s * 2, _LONGEST_PAUSE_S)
            elif now >= child.again_at:
                child.again_at = 0.0
                child.start_again(now)
                restarted = True
        return restarted

    def stop(self, patience_s: float = 8.0) -> None:
        """End the children, the last started first."""
        for child in reversed(self.children.values()):
            child.stop(patience_s)
