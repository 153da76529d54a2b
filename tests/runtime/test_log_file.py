import errno
import os
import shutil
import subprocess
import sys

import pytest

from linli.runtime.log_file import LogFile


@pytest.fixture
def path(tmp_path):
    return tmp_path / "linli.log"


@pytest.fixture
def log(path):
    return LogFile(path, largest_bytes=100)


class TestKeepSmall:
    def test_leaves_alone_what_is_not_there_or_small(self, log, path):
        assert not log.keep_small()

        path.write_bytes(b"x" * 100)

        assert not log.keep_small()
        assert path.stat().st_size == 100

    def test_a_child_that_writes_on_writes_into_the_one_begun_anew(self, log, path):
        code = (
            "import os, sys\n"
            "os.write(2, b'a' * 150)\n"
            "print('written', flush=True)\n"
            "sys.stdin.readline()\n"
            "os.write(2, b'after')\n"
        )
        with (
            log.open() as file,
            subprocess.Popen(
                [sys.executable, "-c", code],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=file,
            ) as child,
        ):  # fmt: skip
            child.stdout.readline()

            begun_anew = log.keep_small()
            child.communicate(b"go on\n", 10)

        assert begun_anew
        assert log.before.read_bytes() == b"a" * 150
        assert path.read_bytes() == b"after"

    def test_keeps_only_the_one_before_and_both_for_this_user_only(self, log, path):
        for letter in (b"a", b"b"):
            with log.open() as file:
                file.write(letter * 150)
            log.keep_small()

        assert log.before.read_bytes() == b"b" * 150
        assert sorted(p.name for p in path.parent.iterdir()) == ["linli.log", "linli.log.1"]
        assert {p.stat().st_mode & 0o777 for p in path.parent.iterdir()} == {0o600}

    def test_loses_nothing_where_there_is_no_room_for_a_copy(self, log, path, monkeypatch):
        path.write_bytes(b"a" * 150)

        def full(*_):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(shutil, "copyfileobj", full)

        with pytest.raises(OSError, match="No space"):
            log.keep_small()

        assert path.read_bytes() == b"a" * 150
        assert [p.name for p in path.parent.iterdir()] == ["linli.log"]
