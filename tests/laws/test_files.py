"""What must never be committed."""

import re
import subprocess

import pytest

from tests.laws.source import ROOT

FORBIDDEN = {
    "a registry's address in a lock file": (
        re.compile(r'"resolved": *"https?:|https?://[^"\s]*(?:registry|pypi|simple)'),
        ("package-lock.json", ".lock"),
    ),
    "unfinished work": (
        re.compile(r"\b(?:TODO|FIX" + r"ME)\b|raise NotImplemented" + "Error"),
        (".py", ".ts", ".vue", ".toml"),
    ),
}


def tracked():
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [ROOT / name for name in names.split("\0") if name]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what):
    pattern, endings = FORBIDDEN[what]
    found = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.name.endswith(endings) and path.is_file() and path.name != "test_files.py"
        if pattern.search(path.read_text("utf-8"))
    ]

    assert found == []
