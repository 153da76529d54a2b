"""An empty home, and what the doctor says of it."""

import pytest
from click.testing import CliRunner

from linli.app.doctor import doctor


@pytest.fixture
def home(tmp_path, monkeypatch):
    for name in ("LINLI_DATABASE_URL", "LINLI_APART_DATABASE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LINLI_HOME", str(tmp_path))
    return tmp_path


def doctor_says(what):
    lines = CliRunner().invoke(doctor, []).output.splitlines()
    [said] = [line for line in lines if what in line]
    return said
