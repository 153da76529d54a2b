import atexit
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from linli.runtime.supervisor import NotReady, Spec, Supervisor, say_ready

SERVES = (
    "import signal, sys\n"
    "from linli.runtime.supervisor import say_ready\n"
    "say_ready()\n"
    "signal.pause()\n"
)


def python(name, code, **more):
    return Spec(name=name, command=(sys.executable, "-c", code), **more)


@pytest.fixture
def supervisor():
    said = []
    with Path(os.devnull).open("ab") as log:
        supervisor = Supervisor(log=log, say=said.append)
        supervisor.said = said
        yield supervisor
        supervisor.stop(2.0)


def is_alive(pid):
    try:
        with Path(f"/proc/{pid}/stat").open() as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_for(what, limit_s=10):
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        if found := what():
            return found
        threading.Event().wait(0.02)
    raise AssertionError("waited in vain")


class TestWanted:
    def test_a_child_that_is_wanted_anew_is_ended_and_started_again(self, tmp_path):
        said, wishes = [], [["sleeper"], []]
        with (tmp_path / "log").open("wb") as log:
            supervisor = Supervisor(
                log=log, say=said.append, wanted=lambda: wishes.pop(0) if wishes else []
            )
            supervisor.start([Spec(name="sleeper", command=["sleep", "60"], says_ready=False)])
            first = supervisor.pids()["sleeper"]
            supervisor._tend_wishes()
            end = time.monotonic() + 20
            while supervisor.pids().get("sleeper") in (None, first):
                supervisor._tend(time.monotonic())
                assert time.monotonic() < end
                time.sleep(0.02)
            supervisor.stop()

        assert said[0] == "sleeper is to begin anew"


class TestStart:
    def test_waits_until_a_child_says_that_it_is_ready(self, supervisor):
        supervisor.start([python("serves", SERVES)])

        assert is_alive(supervisor.pids()["serves"])

    def test_says_which_child_ended_before_it_was_ready(self, supervisor):
        with pytest.raises(NotReady, match="breaks: ended with 3"):
            supervisor.start([python("breaks", "raise SystemExit(3)")])

    def test_says_which_child_stayed_silent(self, supervisor):
        with pytest.raises(NotReady, match="mute: silent"):
            supervisor.start([python("mute", "import signal; signal.pause()", ready_s=0.3)])


class TestTend:
    def test_starts_again_what_was_killed(self, supervisor):
        supervisor.start([python("serves", SERVES)])
        first = supervisor.pids()["serves"]
        os.kill(first, signal.SIGKILL)
        wait_for(supervisor.children["serves"].is_dead)

        again = wait_for(lambda: supervisor._tend(time.monotonic()))

        assert again
        assert supervisor.pids()["serves"] != first
        assert supervisor.said == ["serves ended (-9); starting it again"]


class TestTendLog:
    @pytest.fixture
    def kept(self):
        return []

    def tending(self, keep_small):
        said = []
        with Path(os.devnull).open("ab") as log:
            supervisor = Supervisor(log=log, say=said.append, keep_small=keep_small)
        return supervisor, said

    def test_keeps_the_log_small_every_few_seconds_while_it_runs(self, kept):
        supervisor, _ = self.tending(lambda: kept.append(1))

        for now in (100.0, 100.2, 101.9, 102.0, 102.2):
            supervisor._tend_log(now)

        assert len(kept) == 2

    def test_says_that_there_is_no_room_and_waits_a_minute(self, kept):
        def full():
            kept.append(1)
            raise OSError("No space left on device")

        supervisor, said = self.tending(full)

        for now in (100.0, 102.1, 159.9, 160.0):
            supervisor._tend_log(now)

        assert len(kept) == 2
        assert said == ["the log was not begun anew: No space left on device"] * 2

    def test_does_so_in_its_loop(self, kept):
        def keep_small():
            kept.append(1)
            os.kill(os.getpid(), signal.SIGTERM)

        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        supervisor, _ = self.tending(keep_small)

        supervisor.run(changed=lambda: None)

        for number, handler in before.items():
            signal.signal(number, handler)
        assert kept == [1]


class TestStop:
    def test_ends_a_child_that_will_not_listen(self, supervisor):
        deaf = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SERVES.partition(
            "\n"
        )[2].replace("signal.pause()", "while True: signal.pause()")
        supervisor.start([python("deaf", deaf)])
        pid = supervisor.pids()["deaf"]

        supervisor.stop(0.2)

        assert not is_alive(pid)


def test_children_die_with_a_parent_that_is_killed():
    parent = (
        "import os, sys, time\n"
        "from linli.runtime.supervisor import Spec, Supervisor\n"
        "s = Supervisor(log=open(os.devnull, 'ab'), say=print)\n"
        f"s.start([Spec(name='c', command=(sys.executable, '-c', {SERVES!r}))])\n"
        "print(s.pids()['c'], flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True
    ) as process:
        child = int(process.stdout.readline())

        process.kill()

        assert wait_for(lambda: not is_alive(child))


class TestFork:
    def test_goes_on_with_a_function_and_says_that_it_is_ready(self, supervisor):
        def serve():
            say_ready()
            signal.pause()

        supervisor.start([Spec(name="fork", run=serve)])

        assert supervisor.pids()["fork"] != os.getpid()

    def test_has_no_file_of_its_parent(self, supervisor, tmp_path):
        told = tmp_path / "told"
        with (tmp_path / "held").open("w") as held:

            def tell():
                told.write_text(" ".join(one.name for one in Path("/proc/self/fd").iterdir()))
                with pytest.raises(OSError, match="Bad file descriptor"):
                    os.fstat(held.fileno())

            supervisor.carry_out(Spec(name="fork", run=tell))

        assert {"0", "1", "2"} <= set(told.read_text().split())

    def test_ends_by_a_signal_though_its_parent_heeds_none(self, supervisor):
        before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
        try:
            supervisor.start([Spec(name="fork", run=signal.pause, says_ready=False)])
            supervisor.stop(5.0)
        finally:
            signal.signal(signal.SIGTERM, before)

        assert supervisor.children["fork"].process.exitcode == -signal.SIGTERM

    @pytest.mark.parametrize(
        ("ends", "code"),
        [
            (lambda: sys.exit(3), 3),
            (lambda: sys.exit("why"), 1),
            (lambda: 1 / 0, 1),
        ],
    )
    def test_its_failure_is_told(self, tmp_path, ends, code):
        with (tmp_path / "log").open("wb") as log:
            supervisor = Supervisor(log=log, say=print)

            with pytest.raises(NotReady, match=f"once: ended with {code}"):
                supervisor.carry_out(Spec(name="once", run=ends))

    def test_what_runs_at_its_exit_is_its_own(self, supervisor, tmp_path):
        mine, its = tmp_path / "mine", tmp_path / "its"
        atexit.register(mine.write_text, "parent's")

        supervisor.carry_out(
            Spec(name="once", run=lambda: atexit.register(its.write_text, "its own"))
        )

        atexit.unregister(mine.write_text)
        assert its.exists()
        assert not mine.exists()
