"""The yardstick that writes its rows by hand still fits the tables."""

import json
import os
import subprocess
import sys

import pytest

from tests.laws.source import ROOT


@pytest.mark.once
def test_passages_are_made_and_each_question_is_asked(tmp_path):
    small = {
        "LINLI_BENCH_ROWS": "3000",
        "LINLI_BENCH_TIMES": "1",
        "LINLI_BENCH_DISK": str(tmp_path),
    }
    of_records = {"LINLI_DATABASE_URL": "", "LINLI_APART_DATABASE": ""}
    done = subprocess.run(
        [sys.executable, "-m", "linli.app", "bench", "passages"],
        cwd=ROOT, env={**os.environ, **small, **of_records}, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr[-2000:]
    *questions, result = [json.loads(line) for line in done.stdout.splitlines()]
    assert (result["name"], result["rows"]) == ("passages", 3000)
    asked = [one for one in questions if "found" in one]
    assert {one["who"] for one in asked} == {"manager", "of nine buildings", "of one building"}
    assert any(one["found"] for one in asked)
