import fcntl
import socket

import pytest
from click.testing import CliRunner

from linli.app.up import up


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LINLI_HOME", str(tmp_path))
    return tmp_path


class TestUp:
    def test_says_which_port_is_taken_and_how_to_choose_another(self, home):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]

            answer = CliRunner().invoke(up, ["--port", str(port)])

        assert answer.exit_code == 1
        assert f"port {port} on 127.0.0.1" in answer.output
        assert "--port" in answer.output

    def test_refuses_to_run_twice_over_the_same_data(self, home):
        with (home / "up.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)

            answer = CliRunner().invoke(up, [])

        assert answer.exit_code == 1
        assert "already runs" in answer.output
        assert not (home / "ready.json").exists()

    def test_brings_no_demo_into_a_home_that_was_begun_without(self, home):
        (home / "no-demo").touch()

        answer = CliRunner().invoke(up, ["--port", "0", "--mqtt-port", "0"])

        assert answer.exit_code == 1
        assert "--no-demo" in answer.output
        assert not (home / "ready.json").exists()
