"""What an installation keeps is for its owner's eyes only."""

import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from linli.app.doctor import doctor


def test_the_records_are_nobody_elses_however_open_the_shell_is(tmp_path):
    home = tmp_path / "home"
    command = [sys.executable, "-m", "linli.app", "migrate"]

    subprocess.run(
        command,
        env={**os.environ, "LINLI_HOME": str(home), "LINLI_DATABASE_URL": ""},
        check=True,
        capture_output=True,
        umask=0o000,
    )

    open_to_others = [p.name for p in (home, *home.rglob("*")) if p.stat().st_mode & 0o077]
    assert (home / "linli.sqlite3").is_file()
    assert open_to_others == []


@pytest.mark.parametrize(("mode", "mark"), [(0o700, "ok "), (0o750, "BAD"), (0o704, "BAD")])
def test_the_doctor_refuses_a_home_that_others_can_enter(tmp_path, monkeypatch, mode, mark):
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(mode)
    monkeypatch.setenv("LINLI_HOME", str(home))

    said = CliRunner().invoke(doctor, []).output

    assert f"{mark} privacy of the home folder: {mode:o}" in said
