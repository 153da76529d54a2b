from types import SimpleNamespace

import pytest

from linli.contracts import apart as asked
from linli.contracts import directory
from linli.foundation.apart import operations, pairing
from linli.foundation.apart.models import Kept
from linli.foundation.vault import queries as vault
from linli.foundation.vault.models import DataKey
from tests.registry.conftest import NOW

TOLD = "需要胰岛素"


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    """Let keys lie in folders of the test's own."""
    settings.KEYS, settings.APART_KEYS = tmp_path / "keys", tmp_path / "apart"
    vault.forget()
    return SimpleNamespace(records=settings.KEYS, apart=settings.APART_KEYS)


@pytest.fixture(autouse=True)
def borne(monkeypatch):
    """Return the names that rows bear: a test adds to them."""
    names = set()
    monkeypatch.setattr(asked.named, "_answer", lambda _, told: names & set(told))
    monkeypatch.setattr(directory.communities, "_answer", lambda: ["hml"])
    return names


def paired(at=NOW):
    """Let both databases bear the same mark, since a time."""
    pairing.pair(now=at)


def keep(subject="a" * 32, value=TOLD, community="hml", now=NOW):
    return operations.keep(
        community=community, subject=subject, what="test", value=value, purpose="emergency",
        now=now,
    )  # fmt: skip


def own(*tokens, community="hml"):
    return operations.open_own(community=community, tokens=tokens, purpose="emergency")


def kept():
    return Kept.rows.of("hml")


def data_keys():
    return DataKey.rows.using("apart").of("hml")
