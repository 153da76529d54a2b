"""One parent over the processes of an installation: starts them in order, restarts what dies.

A child is a program, or a fork that goes on with a function of ours: forks share the memory of all
that the parent has imported. A child says that it is ready by writing to the pipe whose number is
in `LINLI_READY_FD`; it dies with its parent (PR_SET_PDEATHSIG), whatever kills the parent.
"""

import atexit
import ctypes
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import IO, NoReturn

import msgspec

from linli.runtime import log_lines

_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15
_M_ARENA_MAX = -8
_ENDING = (signal.SIGTERM, signal.SIGINT)
"""Told to a fork before it has handlers of its own, they wait until it has."""
_LIBC = ctypes.CDLL(None, use_errno=True)
_FIRST_PAUSE_S = 0.3
_LONGEST_PAUSE_S = 10.0
_CALM_S = 30.0
_LOOK_EVERY_S = 0.2
_SOON_S = 0.02
_ENDS_S = 10.0
_LOG_EVERY_S = 2.0
_LOG_PATIENCE_S = 60.0


class Spec(msgspec.Struct, frozen=True, kw_only=True):
    """A process: what to run, and how long it may take to say that it is ready. What is to `run`
    runs in a fork, instead of the command.
    """

    name: str
    command: Sequence[str] = ()
    run: Callable[[], object] | None = None
    environment: Mapping[str, str] = {}
    ready_s: float = 30.0
    says_ready: bool = True


class NotReady(RuntimeError):
    """A process ended, or stayed silent, before it was ready."""


class Forked:
    """A fork of this process, asked as `multiprocessing.Process` is; that one waits on a pipe which
    whoever becomes another program closes. `exitcode` is negative for a signal.
    """

    def __init__(self, go_on: Callable[[], object]) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        self.exitcode: int | None = None
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
        self.pid = os.fork()
        if self.pid == 0:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            _end_with(go_on)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def is_alive(self) -> bool:
        """Tell whether it has not ended yet."""
        if self.exitcode is None:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            self.exitcode = os.waitstatus_to_exitcode(status) if ended else None
        return self.exitcode is None

    def join(self, patience_s: float) -> None:
        """Wait for its end, not for longer."""
        end = time.monotonic() + patience_s
        while self.is_alive() and time.monotonic() < end:
            time.sleep(_SOON_S)

    def send(self, number: int) -> None:
        """Send it a signal, if it is there yet."""
        if self.is_alive():
            os.kill(self.pid, number)


def _end_with(go_on: Callable[[], object]) -> NoReturn:
    """In the fork: go on, and end as a program of Python does."""
    code = 1
    atexit._clear()  # noqa: SLF001 - those are the parent's
    try:
        go_on()
        code = 0
    except SystemExit as asked:
        code = asked.code if isinstance(asked.code, int) else int(bool(asked.code))
        if isinstance(asked.code, str):
            print(asked.code, file=sys.stderr)  # noqa: T201 - as the interpreter does
    except BaseException as error:
        log_lines.died(error)
    finally:
        threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001 - pools end their work
        atexit._run_exitfuncs()  # noqa: SLF001
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


class Child:
    """One process under the supervisor, and the pauses between its lives."""

    def __init__(self, spec: Spec, log: IO[bytes]) -> None:
        self.spec = spec
        self.log = log
        self.process: Forked | None = None
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
        environment = {**self.spec.environment, **more}
        self.process = Forked(lambda: _go_on(self.spec, self.log.fileno(), environment, pipes))
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
                self.process.join(_ENDS_S)
                raise NotReady(f"{self.spec.name}: ended with {self.process.exitcode}")
        raise NotReady(f"{self.spec.name}: silent for {self.spec.ready_s:.0f} s")

    def is_dead(self) -> bool:
        """Tell whether it has ended."""
        return self.process is None or not self.process.is_alive()

    def stop(self, patience_s: float) -> None:
        """Ask it to end, then make it."""
        if self.process is None or self.is_dead():
            return
        self.process.send(signal.SIGTERM)
        self.process.join(patience_s)
        self.process.send(signal.SIGKILL)
        self.process.join(_ENDS_S)


def _go_on(spec: Spec, log: int, environment: Mapping[str, str], pipes: tuple[int, ...]) -> None:
    """In the fork: become the program, or go on with the function, with no file but its own."""
    die_with_parent()
    _LIBC.prctl(_PR_SET_NAME, f"linli-{spec.name}".encode())
    os.environ.update(environment)
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123 - a device
        os.dup2(nothing.fileno(), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    for pipe in pipes:
        os.set_inheritable(pipe, True)
    if spec.run is None:
        os.execvpe(spec.command[0], list(spec.command), os.environ)  # noqa: S606 - our own programs
    _close_others(pipes)
    _keep_few_heaps()
    spec.run()


def _keep_few_heaps() -> None:
    """By itself glibc opens a heap a thread, and keeps what was in use in each."""
    if mallopt := getattr(_LIBC, "mallopt", None):
        mallopt(_M_ARENA_MAX, 2)


def _close_others(kept: Sequence[int]) -> None:
    bounds = [2, *sorted(kept), os.sysconf("SC_OPEN_MAX")]
    for low, high in pairwise(bounds):
        os.closerange(low + 1, high)


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

    def carry_out(self, spec: Spec) -> None:
        """Run one that is no child of ours for good, to its end.

        :raises NotReady: if it fails
        """
        once = Child(spec, self._log)
        once.start_again(time.monotonic())
        process = once.process
        while process and process.is_alive():
            process.join(_ENDS_S)
        if process and process.exitcode:
            raise NotReady(f"{spec.name}: ended with {process.exitcode}")

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
                child.process.send(signal.SIGTERM)

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
                code = child.process.exitcode if child.process else None
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
