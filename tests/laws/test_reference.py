"""The reference names every setting and every command."""

import re

import pytest

from linli.app.cli import COMMANDS
from linli.contracts.approvals import KINDS
from tests.laws.source import ROOT, paths

SETTING = re.compile(r'environ(?:\.get\(|\.pop\(|\[)\s*"(LINLI_[A-Z_]+)"')


def settings():
    return sorted({name for path in paths() for name in SETTING.findall(path.read_text("utf-8"))})


@pytest.mark.parametrize("name", settings())
def test_every_setting_is_documented(name):
    page = (ROOT / "docs" / "reference" / "settings.md").read_text("utf-8")

    assert f"`{name}`" in page


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_documented(name):
    page = (ROOT / "docs" / "reference" / "commands.md").read_text("utf-8")

    assert f"## `{name}`" in page


def test_says_of_each_kind_that_takes_two_persons_what_it_is_about():
    page = (ROOT / "docs" / "explanation" / "identity.md").read_text("utf-8")
    chapter = page.partition("\n## 双人审批")[2].partition("\n## ")[0]

    assert re.findall(r"^\| `(\w+)` \| .", chapter, re.M) == list(KINDS)
